"""Train small ELECTRAs for 300 steps from different beginnings; see README.md."""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import set_seed

from hubbub.commands.corpus import read_corpus
from hubbub.learn import electra, shapes
from hubbub.learn.packing import frame, pack, stack
from hubbub.learn.token_vectors import token_shares, token_vectors
from hubbub.learn.training import products
from hubbub.prepare.windows import pack_windows
from hubbub.store.archive import open_archive
from hubbub.store.views import choose_streams

N_STEPS, N_ROWS = 300, 8
# shape, learning rate, deviation of the weights, memory of the squares, bias of frequencies, deviation of the factors
TRIES = {
    "as the source": ("convbert-small", 5e-4, 0.02, 0.999, False, 0.0),
    "mini, bias": ("convbert-mini", 1e-3, 0.035, 0.98, True, 0.0),
    "mini, bias, factors .02": ("convbert-mini", 1e-3, 0.035, 0.98, True, 0.02),
    "mini, bias, factors .07": ("convbert-mini", 1e-3, 0.035, 0.98, True, 0.07),
}


def read_rows(archive, tokenizer, marks):
    store = open_archive(archive)
    packed = pack_windows(read_corpus(store, choose_streams(store, [])[::4]), window_seconds=60.0)
    texts = [text for text in packed["text"] if len(text) >= 170]
    tokens = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    return pack(frame(tokens, begin=marks.begin, end=marks.end, length=128), 128, pad=marks.pad)


def run(rows, marks, shape, rate, deviation, memory, has_bias, scale):
    set_seed(0)
    make = electra.make_config

    def deviating(*arguments, **options):
        config = make(*arguments, **options)
        config.initializer_range = deviation
        return config

    electra.make_config = deviating
    model = electra.Electra(shape, marks)
    electra.make_config = make
    table = model.discriminator.get_input_embeddings().weight
    with torch.no_grad():
        if scale:
            vectors = token_vectors(rows, *table.shape, scale=scale)
            said = vectors.any(axis=1)
            table[torch.from_numpy(said)] = torch.from_numpy(vectors[said])
        if has_bias:
            model.generator.get_output_embeddings().bias.copy_(torch.from_numpy(token_shares(rows, len(table))))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=rate, betas=(0.9, memory), eps=1e-6, weight_decay=0.01, fused=True
    )
    order, losses, means = np.random.default_rng(0).permutation(len(rows)), [], []
    for step in range(N_STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 60)
        with products():
            told = model(**stack([rows[int(order[(step * N_ROWS + i) % len(rows)])] for i in range(N_ROWS)]))
        told["loss"].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(told["generator_loss"].detach()))
        if (step + 1) % 50 == 0:
            means.append(round(float(np.mean(losses[-50:])), 3))
    return means


if __name__ == "__main__":
    tokenizer, marks = shapes.read_tokenizer(Path(sys.argv[2]))
    rows = read_rows(sys.argv[1], tokenizer, marks)
    print(f"{len(rows):,} rows")
    for name, setting in TRIES.items():
        print(name, run(rows, marks, *setting), flush=True)
