"""Compare training a masked language model: ours (packed rows, bf16) and plain fp32 loops of `transformers`.

The same network (ConvBERT-small), documents (chat in windows of 10 s), masks' share, optimizer (ours fused, as the
library's trainer has it) and learning rate; the plain loops are `transformers` as it is, with documents padded to 128
tokens, or to the longest of the batch. A batch
has about as many tokens that are no padding in each. They take turns (A B C A B C …) in one process; what counts is
the ratio of each turn, tokens that are no padding a second. Beside it: the loss on held-out streams after the same
tokens, over seeds, and the share of the products that this machine does at best in bf16. Run it with

    python -m benchmarks training

With HUBBUB_DATA, on real chat; otherwise on the simulated channel.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.runs import line, load, ratio_interval

LENGTH, SHARE, RATE = 128, 0.15, 5e-4
ROWS = 16
OURS, TO_LENGTH, TO_LONGEST = "ours", "transformers, fp32, padded to 128", "transformers, fp32, padded to the longest"


@dataclass(frozen=True)
class Data:
    """Documents as tokens, to learn from and held out, and the special tokens."""

    learned: list[list[int]]
    held: list[list[int]]
    marks: Any


def read_data(n_documents: int) -> tuple[str, Data]:
    """Return what it is, and the documents: windows of 10 s, cut by a tokenizer that learned from them."""
    import hubbub
    from hubbub.commands.corpus import hold_out_streams, read_corpus
    from hubbub.learn.packing import frame
    from hubbub.learn.shapes import Marks
    from hubbub.learn.subwords import BEGIN, END, MASK, PAD, load_subwords, train_subwords
    from hubbub.prepare.windows import pack_windows
    from hubbub.store.archive import open_archive

    with TemporaryDirectory() as place:
        archive = Path(place) / "archive"
        if data := os.environ.get("HUBBUB_DATA"):
            name = "massiet-twitch-fr"
            hubbub.ingest(archive, [Path(data) / "chat" / name / "chat.csv.gz"])
        else:
            name = "simulated channel"
            for seed in range(4):
                hubbub.simulate(archive, seed=seed, n_messages=5000, duration_seconds=7200.0)
        hubbub.prepare(archive)
        store = open_archive(archive)
        learned, held, _ = hold_out_streams(
            read_corpus(store, [str(one) for one in hubbub.streams(archive)["stream_id"]]), share=0.05
        )
        texts = [pack_windows(part, window_seconds=10.0)["text"].to_list() for part in (learned, held)]
    kind, n_tokens = ("unigram", 8_000) if data else ("bpe", 1_200)
    tokenizer = load_subwords(train_subwords(texts[0], kind=kind, n_tokens=n_tokens))  # type: ignore[arg-type]
    numbers = [tokenizer.token_to_id(name) for name in (PAD, BEGIN, END, MASK)]
    marks = Marks(*numbers, n_tokens=tokenizer.get_vocab_size())
    sides = []
    for part in texts:
        tokens = [one.ids for one in tokenizer.encode_batch(part, add_special_tokens=False)]
        sides.append(frame(tokens, begin=marks.begin, end=marks.end, length=LENGTH)[:n_documents])
    np.random.default_rng(0).shuffle(sides[0])  # type: ignore[arg-type]
    return name, Data(sides[0], sides[1][:400], marks)


class Ours:
    """Our loop: packed rows, bf16 where the machine has it."""

    def __init__(self, data: Data, seed: int) -> None:
        import torch
        from transformers import set_seed

        from hubbub.learn.masked import make_masked
        from hubbub.learn.packing import pack
        from hubbub.learn.shapes import make_config

        set_seed(seed)
        self.masked = make_masked(make_config("convbert-small", data.marks), data.marks, SHARE)
        self.rows = pack(data.learned, LENGTH, pad=data.marks.pad)
        self.order = np.random.default_rng(seed).permutation(len(self.rows))
        self.at = 0
        self.optimizer = torch.optim.AdamW(self.masked.parameters(), lr=RATE, fused=True)

    def step(self) -> int:
        """Learn from one batch; return its tokens."""
        from hubbub.learn.packing import stack
        from hubbub.learn.training import products

        chosen = [self.order[(self.at + i) % len(self.order)] for i in range(ROWS)]
        self.at += ROWS
        batch = stack([self.rows[int(row)] for row in chosen])
        with products():
            loss = self.masked(**batch)["loss"]
        _finish(loss, self.masked, self.optimizer)
        return int((batch["documents"] > 0).sum())

    def loss(self, exam: Any) -> float:  # noqa: ANN401
        """Return the loss on held-out documents."""
        from hubbub.learn.masked import perplexity

        return float(np.log(perplexity(self.masked, exam)))


class Plain:
    """A loop as people write it with `transformers`: pad, mask, forward with labels, backward, step; fp32."""

    def __init__(self, data: Data, seed: int, *, to_longest: bool) -> None:
        import torch
        from transformers import AutoModelForMaskedLM, set_seed

        from hubbub.learn.shapes import make_config

        set_seed(seed)
        self.data, self.to_longest = data, to_longest
        self.model = AutoModelForMaskedLM.from_config(make_config("convbert-small", data.marks)).train()
        self.order = np.random.default_rng(seed).permutation(len(data.learned))
        per_document = float(np.mean([len(one) for one in data.learned]))
        self.n = max(1, round(ROWS * LENGTH / per_document))
        self.at = 0
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=RATE)

    def step(self) -> int:
        """Learn from one batch; return its tokens."""
        import torch

        from hubbub.learn.masked import corrupt, pick

        documents = [self.data.learned[self.order[(self.at + i) % len(self.order)]] for i in range(self.n)]
        self.at += self.n
        wide = max(map(len, documents)) if self.to_longest else LENGTH
        ids = torch.full((self.n, wide), self.data.marks.pad)
        real = torch.zeros((self.n, wide), dtype=torch.long)
        for row, document in enumerate(documents):
            ids[row, : len(document)] = torch.tensor(document)
            real[row, : len(document)] = 1
        picked = pick(ids, real, self.data.marks, SHARE)
        shown = corrupt(ids, picked, self.data.marks)
        labels = torch.where(picked, ids, -100)
        loss = self.model(input_ids=shown, attention_mask=real, labels=labels).loss
        _finish(loss, self.model, self.optimizer)
        return int(real.sum())

    def loss(self, exam: Any) -> float:  # noqa: ANN401
        """Return the loss on held-out documents, by the same measure as ours."""
        import copy

        from hubbub.learn.masked import MaskedModel, perplexity

        return float(np.log(perplexity(MaskedModel(copy.deepcopy(self.model), self.data.marks, SHARE), exam)))


def _finish(loss: Any, model: Any, optimizer: Any) -> None:  # noqa: ANN401
    import torch

    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()


def products_per_second(size: int = 2048, n_runs: int = 5) -> float:
    """Return the best of some runs of one large product in bf16, in operations a second."""
    import torch

    a = torch.randn(size, size).bfloat16()
    a @ a
    best = 0.0
    for _ in range(n_runs):
        started = time.perf_counter()
        a @ a
        best = max(best, 2 * size**3 / (time.perf_counter() - started))
    return best


def compare_speed(data: Data, n_turns: int, n_tokens: int) -> None:
    """Print the tokens a second of each, our ratios, and the share of the machine's best."""
    from torch.utils.flop_counter import FlopCounterMode

    loops: dict[str, Ours | Plain] = {
        OURS: Ours(data, 0),
        TO_LENGTH: Plain(data, 0, to_longest=False),
        TO_LONGEST: Plain(data, 0, to_longest=True),
    }
    with FlopCounterMode(display=False) as counter:
        counted = loops[OURS].step()
    per_token = counter.get_total_flops() / counted
    for loop in loops.values():
        loop.step()
    rates: dict[str, list[float]] = {name: [] for name in loops}
    best: list[float] = []
    for _ in range(n_turns):
        best.append(products_per_second())
        for name, loop in loops.items():
            started, done = time.perf_counter(), 0
            while done < n_tokens:
                done += loop.step()
            rates[name].append(done / (time.perf_counter() - started))
    for name, values in rates.items():
        line(name, values, "tokens/s", "-")
    for name, limit in ((TO_LENGTH, "at least 4"), (TO_LONGEST, "at least 2.5")):
        ratio_interval(f"ours / {name}", [a / b for a, b in zip(rates[OURS], rates[name], strict=True)], limit)
    shares = [100 * rate * per_token / peak for rate, peak in zip(rates[OURS], best, strict=True)]
    line("products in bf16 at best, 2048 x 2048", [peak / 1e9 for peak in best], "GFLOP/s", "-")
    line("ours, of that", shares, "%", "-")


def compare_losses(data: Data, n_seeds: int, n_tokens: int) -> None:
    """Print the loss on held-out documents after the same tokens: of ours, of a plain loop, and their difference."""
    from hubbub.learn.masked import set_exam
    from hubbub.learn.packing import pack

    exam = set_exam(pack(data.held, LENGTH, pad=data.marks.pad), data.marks, SHARE, batch_rows=ROWS, seed=1)
    makers: dict[str, Callable[[int], Ours | Plain]] = {
        OURS: lambda seed: Ours(data, seed),
        TO_LONGEST: lambda seed: Plain(data, seed, to_longest=True),
    }
    losses: dict[str, list[float]] = {name: [] for name in makers}
    for seed in range(n_seeds):
        for name, make in makers.items():
            loop, done = make(seed), 0
            while done < n_tokens:
                done += loop.step()
            losses[name].append(loop.loss(exam))
    for name, values in losses.items():
        line(f"loss after {n_tokens:,} tokens, {name}", values, "nats", "-")
    gaps = [a - b for a, b in zip(losses[OURS], losses[TO_LONGEST], strict=True)]
    line("difference, seed by seed", gaps, "nats", "within the spread of seeds")


def main(arguments: Sequence[str] = ()) -> None:
    """Compare speed, then losses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=20_000, help="tokens of each in a turn")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--loss-tokens", type=int, default=100_000)
    options = parser.parse_args(list(arguments))
    import torch

    torch.set_num_threads(min(torch.get_num_threads(), os.cpu_count() or 1))
    name, data = read_data(20_000)
    sizes = [len(one) for one in data.learned]
    print(
        f"{name}: {len(sizes):,} documents, {np.mean(sizes):.1f} tokens each (longest {max(sizes)}), load {load():.2f}"
    )
    compare_speed(data, options.turns, options.tokens)
    compare_losses(data, options.seeds, options.loss_tokens)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
