"""Live topics against batch and truth; the same for any batches; messages a second, flat over time; delay of labels."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import adjusted_rand_score

import hubbub
from hubbub.commands.live import Follower
from hubbub.engines import one_blas_thread
from hubbub.measures import bootstrap_interval
from hubbub.queries.encoders import load_encoder
from hubbub.store.archive import Archive

_SEEDS = (1, 2, 3, 4, 5, 6)
_REAL = {
    "massiet-twitch-fr": ("use", "static"),
    "twitch-vshojo-en": ("use", "static"),
    "greatsphynx-twitch-en": ("static",),
}
_BATCHES = (1, 7, 1000, 100_000)
_SPAN = 100_000


def main() -> None:
    """Print the figures; runs on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder, one_blas_thread():
        _quality(Path(folder) / "simulated")
        _batches(Path(folder) / "simulated")
        data = os.environ.get("HUBBUB_DATA")
        for name, encoders in _REAL.items():
            if data and (Path(data) / "chat" / name).is_dir():
                hubbub.ingest(Path(folder) / name, sorted((Path(data) / "chat" / name).glob("*.csv.gz")))
                for encoder in encoders:
                    _speed(name, Archive(Path(folder) / name), encoder)
            else:
                print(f"{name}: skipped, HUBBUB_DATA has it not")


def _quality(archive: Path) -> None:
    print("adjusted mutual information with planted topics, messages with one (left out counts as a theme)")
    scores = []
    for seed in _SEEDS:
        hubbub.simulate(archive, seed=seed)
    hubbub.find_topics(archive)
    for seed in _SEEDS:
        name = f"synthetic-{seed}"
        report = hubbub.follow(archive, name)
        found = hubbub.score_topics(archive, stream=name)
        score = [found["adjusted_mutual_information"], found["live"]["adjusted_mutual_information"]]
        scores.append([*score, found["live"]["at_once"]])
        batch, live, at_once = scores[-1]
        changes = ", ".join(f"{kind} {n}" for kind, n in report.details["log"].items())
        print(f"  seed {seed}: batch {batch:.3f}, live {live:.3f}, at once {at_once:.3f}; {changes}")
    columns = np.array(scores).T
    lack = bootstrap_interval(columns[0] - columns[1])
    print(f"means: batch {columns[0].mean():.3f}, live {columns[1].mean():.3f}, at once {columns[2].mean():.3f}")
    print(f"batch less live {lack.estimate:.3f} (95 % over streams {lack.low:.3f} to {lack.high:.3f})   limit 0.05")


def _batches(archive: Path) -> None:
    store, model = Archive(archive), load_encoder("use")
    name = f"synthetic-{_SEEDS[0]}"
    rows = store.read("messages", [name]).head(2000)
    found = {}
    for size in _BATCHES:
        follower = _new(store, name, model)
        for start in range(0, rows.height, size):
            follower.take(rows.slice(start, size))
        settled = follower.unsaved.settled | dict(follower.live.finish())
        found[size] = follower.unsaved.first, [settled[number] for number in range(rows.height)]
    for size in _BATCHES[:-1]:
        at_once, late = (adjusted_rand_score(found[size][i], found[_BATCHES[-1]][i]) for i in (0, 1))
        print(f"ARI of batches of {size} and all at once: {at_once:.4f} as they come, {late:.4f} later   limit 0.99")


def _new(store: Archive, name: str, model: object) -> Follower:
    """Return a follower that remembers nothing."""
    from hubbub.analyze.live_themes import LiveThemes
    from hubbub.prepare.as_it_comes import Listener
    from hubbub.prepare.preparation import Preparation

    follower = Follower(store, name, model)  # type: ignore[arg-type]
    follower.live, follower.listener = LiveThemes(), Listener(Preparation())
    return follower


def _speed(title: str, store: Archive, encoder: str) -> None:
    model = load_encoder(encoder)
    streams = store.streams_of("messages")
    rows = pl.concat([store.read("messages", [stream]) for stream in streams])
    # One stream after the other, as one that goes on: offsets never go back.
    ends = rows.group_by("stream_id", maintain_order=True).agg(pl.col("offset_seconds").max().fill_null(0.0) + 60.0)
    shifts = ends.with_columns(shift=pl.col("offset_seconds").cum_sum().shift(1, fill_value=0.0)).drop("offset_seconds")
    rows = rows.join(shifts, on="stream_id", maintain_order="left").with_columns(
        pl.col("offset_seconds") + pl.col("shift")
    )
    follower = _new(store, streams[0], model)
    seconds: Counter[int] = Counter()
    started = time.process_time()
    for start in range(0, rows.height, 500):
        before = time.process_time()
        follower.take(rows.slice(start, 500))
        follower.unsaved.clear()
        follower.live.forget_log()
        seconds[start // _SPAN] += time.process_time() - before
    spent = time.process_time() - started
    rate = rows.height / spent
    print(f"{title}, {encoder}: {rows.height:,} messages, {rate:,.0f} a second of one core   limit 2,000")
    parts = [min(_SPAN, rows.height - i * _SPAN) / seconds[i] for i in sorted(seconds)]
    print("  by 100,000: " + ", ".join(f"{part:,.0f}" for part in parts))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"  memory at most: {peak:,.0f} MB, the file's rows included")
    _delay(store, streams[0], model, rows.head(3000))


def _delay(store: Archive, name: str, model: object, rows: pl.DataFrame) -> None:
    """Print how long a message waits for its label where each is taken in as it comes, at the stream's own pace.

    The stream is not waited for: a message that comes while others are worked on waits for them.
    """
    follower = _new(store, name, model)
    free_at, delays = 0.0, []
    for i, sent in enumerate(rows["offset_seconds"].fill_null(0.0).to_list()):
        before = time.perf_counter()
        follower.take(rows.slice(i, 1))
        free_at = max(free_at, sent) + time.perf_counter() - before
        delays.append(free_at - sent)
    low, high = np.quantile(delays, [0.5, 0.99])
    print(f"  delay of the first label at the stream's own pace: median {low:.3f} s, p99 {high:.3f} s   limit 1 s")


if __name__ == "__main__":
    main()
