"""How often preparation is right on simulated streams that its word lists were not written on, and how fast it is."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import f1_score

from hubbub.collect.files import open_chats
from hubbub.collect.synthetic import simulate_stream
from hubbub.measures import bootstrap_interval
from hubbub.prepare.preparation import Preparation, prepare_stream, prepare_texts
from hubbub.records import TABLES

_SEEDS = (21, 22, 23, 24, 25, 26)


def main() -> None:
    """Print the figures."""
    scores, baselines, told, right = [], [], [], []
    for seed in _SEEDS:
        simulation = simulate_stream(seed=seed)
        messages = simulation.raw.rename({"author_id": "viewer_id"}).with_columns(is_deleted=False)
        messages = messages.select(list(TABLES["messages"].columns))
        found = prepare_stream(Preparation(), messages)
        truth = simulation.truth.select("message_id", type="message_type", spoken="language")
        rows = found.join(truth, on="message_id")
        most = rows["type"].mode(maintain_order=True)[0]
        scores.append(f1_score(rows["type"], rows["message_type"], average="macro"))
        baselines.append(f1_score(rows["type"], [most] * rows.height, average="macro", zero_division=0))
        spoken = rows.filter(pl.col("spoken").is_not_null() & pl.col("message_type").is_in(["opinion", "question"]))
        told.append(spoken["language"].is_not_null().mean())
        right.append((spoken["language"] == spoken["spoken"]).drop_nulls().mean())
    for name, values in (
        ("message types, macro-F1", scores),
        ("  baseline, the most frequent type for all", baselines),
        ("language of opinions and questions told", told),
        ("  right where told", right),
    ):
        mean = bootstrap_interval(np.array(values))
        print(f"{name:<46} {mean.estimate:.3f} ({mean.low:.3f} to {mean.high:.3f} over streams)")
    if data := os.environ.get("HUBBUB_DATA"):
        _labeled(Path(data))
        _real(Path(data))


def _labeled(data: Path) -> None:
    """Print how often the message type is that of the hand-made labels (labels/README.md)."""
    labels = pl.read_csv(Path(__file__).parent / "labels/twitch-vshojo-en.csv")
    (chat,) = open_chats(data / "chat/twitch-vshojo-en/chat.csv.gz")
    raw = pl.concat([batch.frame for batch in chat.batches()]).with_row_index("row", offset=1)
    picked = raw.join(labels.select(pl.col("row").cast(pl.UInt32)), on="row", how="semi")
    rows = raw.filter(pl.col("stream_id").is_in(picked["stream_id"].unique().implode()))
    rows = rows.with_columns(viewer_id=pl.col("author"), message_id=pl.col("row").cast(pl.String), is_deleted=False)
    found = pl.concat(
        prepare_stream(Preparation(), stream.select(list(TABLES["messages"].columns)))
        for _, stream in rows.group_by("stream_id", maintain_order=True)
    )
    found = labels.with_columns(message_id=pl.col("row").cast(pl.String), truth="message_type").join(
        found.select("message_id", told="message_type"), on="message_id"
    )
    truth, told = found["truth"].to_numpy(), found["told"].to_numpy()
    most = np.full(len(truth), found["truth"].mode()[0])
    rng = np.random.default_rng(0)
    for name, answers in (("ours", told), ("all the most frequent type", most)):
        draws = [rng.integers(0, len(truth), len(truth)) for _ in range(1000)]
        right = np.percentile([np.mean(truth[draw] == answers[draw]) for draw in draws], [2.5, 97.5])
        macro = f1_score(truth, answers, average="macro", zero_division=0)
        print(
            f"{len(truth)} labeled real messages, {name}: right {np.mean(truth == answers):.3f} "
            f"({right[0]:.3f} to {right[1]:.3f}), macro-F1 over all types that occur {macro:.3f}"
        )
    for name in sorted(set(truth)):
        mine = told == name
        hit = np.sum(mine & (truth == name))
        print(f"  {name:<12} {np.sum(truth == name):>4} labeled, {np.sum(mine):>4} told, {hit:>4} both")


def _real(data: Path) -> None:
    log = data / "fixtures/twitch-irc/gempir_channel_xqcow_2019-09.txt.gz"
    rows = pl.concat([batch.frame for chat in open_chats(log) for batch in chat.batches()]).drop_nulls("text")
    found = prepare_texts(Preparation(), rows["text"])["emotes"]
    marked = hit = 0
    for names, emotes in zip(rows["emotes"], found, strict=True):
        wanted = set(names) if names is not None else set()
        marked, hit = marked + len(wanted), hit + len(wanted & set(emotes))
    print(f"emotes that Twitch marked in {rows.height:,} messages, found without the marks: {hit:,} of {marked:,}")
    for name in ("massiet-twitch-fr", "twitch-vshojo-en"):
        texts = [text for text, _ in Counter(_texts(data / f"chat/{name}/chat.csv.gz")).most_common(15_000)]
        prepare_texts(Preparation(), texts[:100])
        started = time.perf_counter()
        prepare_texts(Preparation(), texts)
        print(f"{name}: {len(texts) / (time.perf_counter() - started):,.0f} distinct texts a second")


def _texts(file: Path) -> list[str]:
    return [
        text
        for chat in open_chats(file)
        for batch in chat.batches()
        for text in batch.frame["text"].drop_nulls().to_list()
    ]


if __name__ == "__main__":
    main()
