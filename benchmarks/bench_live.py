"""Live topics against batch and truth; the same for any batches; messages a second, flat over time; delay of labels.

``python -m benchmarks live`` prints all of it, ``python -m benchmarks.bench_live PART…`` some: quality, batches, speed,
and flat, which is nearly a million messages of one channel, the tenth 100,000 of them set against the first.
"""

from __future__ import annotations

import os
import resource
import sys
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
_ENCODERS = ("static", "use")
_REAL = ("massiet-twitch-fr", "twitch-vshojo-en")
_LONG = "greatsphynx-twitch-en"
_BATCHES = (1, 7, 1000, 100_000)
_SPAN = 100_000
_PARTS = ("quality", "batches", "speed", "flat")


def main(parts: tuple[str, ...] = _PARTS) -> None:
    """Print the figures; runs on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder, one_blas_thread():
        simulated = Path(folder) / "simulated"
        if "quality" in parts or "batches" in parts:
            for seed in _SEEDS:
                hubbub.simulate(simulated, seed=seed)
        if "quality" in parts:
            _quality(simulated)
        if "batches" in parts:
            for encoder in _ENCODERS:
                _batches(simulated, encoder)
        for name in (*(_REAL if "speed" in parts else ()), *([_LONG] if "flat" in parts else ())):
            chat = Path(os.environ.get("HUBBUB_DATA") or folder) / "chat" / name
            if not chat.is_dir():
                print(f"{name}: skipped, HUBBUB_DATA has it not")
                continue
            hubbub.ingest(Path(folder) / name, sorted(chat.glob("*.csv.gz")))
            for encoder in _ENCODERS if name in _REAL else _ENCODERS[:1]:
                _speed(name, Archive(Path(folder) / name), encoder)


def _quality(archive: Path) -> None:
    print("adjusted mutual information with planted topics, messages with one (left out counts as a theme)")
    batch, live, at_once = ({encoder: np.zeros(len(_SEEDS)) for encoder in _ENCODERS} for _ in range(3))
    for encoder in _ENCODERS:
        hubbub.find_topics(archive, encoder=encoder)
        for i, seed in enumerate(_SEEDS):
            name = f"synthetic-{seed}"
            report = hubbub.follow(archive, name, encoder=encoder)
            found = hubbub.score_topics(archive, stream=name)
            batch[encoder][i] = found["adjusted_mutual_information"]
            live[encoder][i], at_once[encoder][i] = (
                found["live"][key] for key in ("adjusted_mutual_information", "at_once")
            )
            changes = ", ".join(f"{kind} {n}" for kind, n in report.details["log"].items())
            scores = f"batch {batch[encoder][i]:.3f}, live {live[encoder][i]:.3f}, at once {at_once[encoder][i]:.3f}"
            print(f"  {encoder}, seed {seed}: {scores}; {changes}", flush=True)
        means = f"batch {batch[encoder].mean():.3f}, live {live[encoder].mean():.3f}"
        print(f"  {encoder}, means: {means}, at once {at_once[encoder].mean():.3f}")
    for whole, coming in (("static", "static"), ("use", "static"), ("use", "use")):
        lack = bootstrap_interval(batch[whole] - live[coming])
        interval = f"{lack.estimate:.3f} (95 % over streams {lack.low:.3f} to {lack.high:.3f})"
        print(f"batch by {whole} less live by {coming}: {interval}   limit 0.05")


def _batches(archive: Path, encoder: str) -> None:
    store, model = Archive(archive), load_encoder(encoder)
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
        said = f"{at_once:.4f} as they come, {late:.4f} later"
        print(f"ARI of batches of {size} and all at once, {encoder}: {said}   limit 0.99")


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
    seconds = _follow(_new(store, streams[0], model), rows)
    rate = rows.height / seconds.total()
    print(f"{title}, {encoder}: {rows.height:,} messages, {rate:,.0f} a second of one core   limit 2,000")
    parts = [min(_SPAN, rows.height - i * _SPAN) / seconds[i] for i in sorted(seconds)]
    print("  by 100,000: " + ", ".join(f"{part:,.0f}" for part in parts))
    if len(parts) >= 10:
        print(f"  time a message of the tenth 100,000 over the first: {parts[0] / parts[9]:.2f}   limit 1.1")
        # Chats differ: what the same messages take where they are the first.
        tenth = rows.slice(9 * _SPAN, _SPAN)
        alone = _follow(_new(store, streams[0], model), tenth).total()
        print(f"  the tenth, over what it takes alone by a follower that begins with it: {seconds[9] / alone:.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"  memory at most: {peak:,.0f} MB, the file's rows included")
    _delay(store, streams[0], model, rows.head(3000))


def _follow(follower: Follower, rows: pl.DataFrame) -> Counter[int]:
    """Take rows in, and return the processor's seconds by 100,000 of them."""
    seconds: Counter[int] = Counter()
    for start in range(0, rows.height, 500):
        before = time.process_time()
        follower.take(rows.slice(start, 500))
        follower.unsaved.clear()
        follower.live.forget_log()
        seconds[start // _SPAN] += time.process_time() - before
    return seconds


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
    main(tuple(sys.argv[1:]) or _PARTS)
