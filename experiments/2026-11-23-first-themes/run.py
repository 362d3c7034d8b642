"""Measure the first themes: ``python run.py (held-out | tuning | changes | labelled | speed | peaks)``."""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hubbub.analyze import evidence, themes
from hubbub.analyze.evidence import Shares
from hubbub.analyze.layout import layout_map
from hubbub.analyze.rates import find_peaks, message_rate
from hubbub.analyze.terms import theme_terms
from hubbub.analyze.themes import attach, find_themes
from hubbub.collect.synthetic import simulate_stream
from hubbub.embed.use import load_use
from hubbub.measures import adjusted_mutual_information, bootstrap_interval, match_peaks
from hubbub.prepare import Preparation, prepare_stream
from hubbub.records import TABLES, TOPICAL_TYPES

TUNING, HELD_OUT = range(11, 17), range(1, 7)
JOINING = ("reaction", "emote_only")


@dataclass
class Stream:
    rows: pl.DataFrame
    texts: pl.DataFrame
    vectors: Any

    def part(self, types: tuple[str, ...]) -> tuple[Any, pl.DataFrame]:
        texts = self.texts.with_row_index("row").filter(pl.col("message_type").is_in(types))
        return self.vectors[texts["row"].to_numpy()], texts


def read_stream(seed: int, n_messages: int = 12_000, encoder: Any = None) -> Stream:
    simulated = simulate_stream(seed=seed, n_messages=n_messages)
    known = {
        "stream_id": pl.lit("s"),
        "message_id": pl.int_range(pl.len()).cast(pl.String),
        "viewer_id": pl.coalesce("author_id", "author"),
    }
    raw, truth = simulated.raw, simulated.truth
    messages = raw.select(known.get(name, pl.col(name)).alias(name) for name in TABLES["messages"].columns)
    rows = prepare_stream(Preparation(), messages).with_columns(raw["offset_seconds"], truth["topic"])
    kept = rows.filter(pl.col("text_id").is_not_null() & pl.col("left_out").is_null())
    texts = kept.group_by("text_id", maintain_order=True).agg(
        pl.col("clean_text").first(),
        pl.col("message_type").mode(maintain_order=True).first(),
        pl.len(),
        pl.col("offset_seconds"),
        pl.col("emotes").first(),
    )
    return Stream(rows, texts, (encoder or load_use()).embed(texts["clean_text"].to_list()))


def run(stream: Stream, has_times: bool = True, is_attached: bool = True, **settings: Any) -> dict[str, float]:
    vectors, texts = stream.part(TOPICAL_TYPES)
    others, rest = stream.part(JOINING)
    found = find_themes(
        vectors,
        texts["len"].to_numpy(),
        texts["clean_text"].to_list(),
        times=texts["offset_seconds"].to_list() if has_times else None,
        emotes=set(stream.texts["emotes"].explode().drop_nulls()),
        **settings,
    )
    late = np.full(len(rest), -1)
    if is_attached:
        times = rest["offset_seconds"].to_list() if has_times else None
        late, _ = attach(found, others, rest["clean_text"].to_list(), times=times)
    scores = score(stream, texts, found.labels, rest, late)
    return scores | {"themes": found.n_themes, "left out": found.share_left_out}


def score(stream: Stream, texts: pl.DataFrame, labels: Any, rest: pl.DataFrame, late: Any) -> dict[str, float]:
    ids = pl.DataFrame({"text_id": [*texts["text_id"], *rest["text_id"]], "theme": np.r_[labels, late].astype(int)})
    rows = stream.rows.join(ids, on="text_id", how="left", maintain_order="left")
    rows = rows.with_columns(theme=pl.col("theme").fill_null(-1))
    planted = rows.filter(pl.col("topic").is_not_null())
    topical = planted.filter(pl.col("message_type").is_in(TOPICAL_TYPES))
    themed = rows.filter(pl.col("theme") >= 0)
    largest = (
        themed.group_by("theme", pl.col("topic").fill_null("none")).len().group_by("theme").agg(pl.col("len").max())
    )
    return {
        "AMI": adjusted_mutual_information(planted["theme"].to_numpy(), planted["topic"].to_numpy()),
        "AMI, topical types": adjusted_mutual_information(topical["theme"].to_numpy(), topical["topic"].to_numpy()),
        "purity": largest["len"].sum() / max(1, themed.height),
        "planted in a theme": (planted["theme"] >= 0).mean(),
        "unplanted in a theme": (rows.filter(pl.col("topic").is_null())["theme"] >= 0).mean(),
    }


def run_k_means(stream: Stream, n_themes: int = 16) -> dict[str, float]:
    from sklearn.cluster import KMeans

    vectors, texts = stream.part(TOPICAL_TYPES)
    _, rest = stream.part(JOINING)
    labels = KMeans(n_themes, n_init=5, random_state=0).fit_predict(vectors, sample_weight=texts["len"].to_numpy())
    return score(stream, texts, labels, rest, np.full(len(rest), -1))


def show(name: str, results: list[dict[str, float]]) -> None:
    cells = []
    for key in results[0]:
        interval = bootstrap_interval([result[key] for result in results], n_resamples=2000)
        cells.append(f"{key} {interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}]")
    print(f"{name}: " + " · ".join(cells), flush=True)


def measure(seeds: range) -> None:
    encoder = load_use()
    streams = [read_stream(seed, encoder=encoder) for seed in seeds]
    show("as shipped", [run(stream) for stream in streams])
    print("  by seed:", [round(run(stream)["AMI"], 3) for stream in streams])
    show("without attach", [run(stream, is_attached=False) for stream in streams])
    show("without times", [run(stream, has_times=False) for stream in streams])
    show("k-means, k = 16", [run_k_means(stream) for stream in streams])


def measure_changes() -> None:
    encoder = load_use()
    streams = [read_stream(seed, encoder=encoder) for seed in TUNING]

    def line(name: str, **settings: Any) -> None:
        show(name, [run(stream, **settings) for stream in streams])

    line("as shipped")
    line("meaning only", shares=Shares(0.0, 0.0))
    line("meaning and words", shares=Shares(0.25, 0.0))
    line("meaning and time", shares=Shares(0.0, 0.25))
    for words, time_share in ((0.15, 0.25), (0.35, 0.25), (0.25, 0.15), (0.25, 0.35), (0.3, 0.4)):
        line(f"words {words}, time {time_share}", shares=Shares(words, time_share))
    for resolution in (0.5, 1.5, 2.5):
        line(f"resolution {resolution}", resolution=resolution)
    for above in (0.3, 0.45, 1.0):
        line(f"merge above {above}", merge_above=above)
    for seconds in (180.0, 600.0):
        line(f"memory {seconds:.0f} s", memory_seconds=seconds)
    for n_neighbors in (8, 30):
        line(f"{n_neighbors} neighbors", n_neighbors=n_neighbors)
    for name, value in (("_N_STARTS", 1), ("_LOOSE_RATIO", 0.0), ("_FLOOR_RATIO", 0.0), ("_FLOOR_RATIO", 0.7)):
        before = getattr(themes, name)
        setattr(themes, name, value)
        line(f"{name} {value}")
        setattr(themes, name, before)
    focus = evidence.word_focus
    evidence.word_focus = lambda counts, *_: np.ones(len(counts.keys), np.float32)
    line("without word focus")
    evidence.word_focus = focus
    mean = evidence.mean_vector
    evidence.mean_vector = lambda vectors, sizes: np.zeros(vectors.shape[1], np.float32)
    line("mean not taken off")
    evidence.mean_vector = mean


def measure_labelled(folder: Path) -> None:
    from sklearn.cluster import KMeans

    encoder = load_use()
    for path in sorted(folder.glob("*.csv.gz")):
        frame = pl.read_csv(path, infer_schema=False).drop_nulls().unique("text", keep="first", maintain_order=True)
        texts, truth = frame["text"].to_list(), frame["label"].to_numpy()
        vectors = encoder.embed(texts)
        started = time.perf_counter()
        found = find_themes(vectors, np.ones(len(texts)), texts)
        seconds = time.perf_counter() - started
        k = len(set(truth.tolist()))
        ours = adjusted_mutual_information(found.labels, truth)
        kept = found.labels >= 0
        inside = adjusted_mutual_information(found.labels[kept], truth[kept])
        means = [KMeans(k, n_init=3, random_state=seed).fit_predict(vectors) for seed in range(3)]
        theirs = [adjusted_mutual_information(labels, truth) for labels in means]
        print(
            f"{path.name} n {len(texts)} true k {k}: ours {ours:.3f} ({found.n_themes} themes, left out "
            f"{found.share_left_out:.2f}, AMI of the rest {inside:.3f}, {seconds:.1f} s), "
            f"k-means with true k {np.mean(theirs):.3f}",
            flush=True,
        )


def measure_peaks() -> None:
    for seeds in (TUNING, HELD_OUT):
        rows = []
        for seed in seeds:
            stream = simulate_stream(seed=seed)
            bursts = stream.raw.select(minute=pl.col("offset_seconds") // 60).with_columns(stream.truth["burst"])
            top = bursts.drop_nulls().group_by("burst", "minute").len().sort("len", "minute", descending=[True, False])
            planted = top.unique("burst", keep="first")["minute"].to_numpy() * 60
            peaks = find_peaks(message_rate(stream.raw["offset_seconds"].to_numpy()))
            match = match_peaks(peaks["start_seconds"].to_numpy(), planted, 60.0)
            rows.append((match.n_found, match.n_planted, match.n_matched))
        print(f"seeds {seeds}: (found, planted, matched)", rows)


def measure_speed() -> None:
    stream = read_stream(1, 24_000)
    vectors, texts = stream.part(TOPICAL_TYPES)
    rows = np.arange(min(6000, len(texts)))
    said, sizes = [texts["clean_text"][int(i)] for i in rows], texts["len"].to_numpy()[rows]
    moments = [texts["offset_seconds"][int(i)].to_numpy() for i in rows]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds: dict[str, list[float]] = {"themes": [], "terms": [], "layout": []}
    for _ in range(3):
        t0 = time.perf_counter()
        found = find_themes(vectors[rows], sizes, said, times=moments)
        t1 = time.perf_counter()
        theme_terms(said, found.labels, sizes)
        t2 = time.perf_counter()
        layout_map(vectors[rows], found.labels, sizes)
        t3 = time.perf_counter()
        for name, value in zip(seconds, (t1 - t0, t2 - t1, t3 - t2), strict=True):
            seconds[name].append(value)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = {name: round(min(values), 2) for name, values in seconds.items()}
    print(f"{len(rows)} texts, best of 3: {best}, peak memory + {(after - before) / 1024:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("held-out", "tuning", "changes", "labelled", "speed", "peaks"))
    parser.add_argument("--data", type=Path, default=Path("../shared/data/topics"))
    given = parser.parse_args()
    if given.what == "held-out":
        measure(HELD_OUT)
    elif given.what == "tuning":
        measure(TUNING)
    elif given.what == "changes":
        measure_changes()
    elif given.what == "labelled":
        measure_labelled(given.data)
    elif given.what == "speed":
        measure_speed()
    else:
        measure_peaks()
