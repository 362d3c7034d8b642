"""Themes of labelled short texts, and of real streams, against peers: the whole comparison.

``python -m benchmarks themes`` prints both tables; ``python -m benchmarks.bench_themes labelled SET… --methods …
--seeds N`` a part of the first; ``--kept`` prints what is kept. Every cell is a process of its own and is kept in the
folder that ``HUBBUB_BENCH_CACHE`` names (by default one in the temporary folder), as are vectors, so that a run that
was cut short goes on where it was and a second one only prints. Our cells are made again when our code has changed.

A text that is left out is in one more group. "At the true number": ours cut there, BERTopic after ``reduce_topics``,
k-means told it; lincoln has no such cut. The interval is 1.96 times the root of the variance over seeds plus that of a
bootstrap over texts. Peers that are not installed (extra ``bench``) are said to be skipped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import theme_peers
from benchmarks.cells import Cells

SETS = ("pascal_flickr", "searchsnippets", "stackoverflow", "biomedical")


def read_set(name: str) -> tuple[list[str], list[str]]:
    """Return labels and texts of a labelled set."""
    path = Path(os.environ["HUBBUB_DATA"]) / "topics" / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["text"].strip()]
    return [row["label"] for row in rows], [row["text"] for row in rows]


def measure(method: str, name: str, seed: int) -> dict[str, Any]:
    """Return one cell of the table of labelled sets."""
    labels, texts = read_set(name)
    truth = np.unique(labels, return_inverse=True)[1]
    line: dict[str, Any] = {}
    for cut, groups in theme_peers.METHODS[method](texts, None, len(set(labels)), seed).items():
        line |= {f"{key} {cut}": value for key, value in score(truth, groups).items()}
    return line


def score(truth: np.ndarray, groups: np.ndarray) -> dict[str, Any]:
    """Return NMI and AMI with the deviation of a bootstrap over texts, groups found and share left out."""
    from sklearn.metrics import normalized_mutual_info_score

    from hubbub.measures import adjusted_mutual_information

    def nmi(a: np.ndarray, b: np.ndarray) -> float:
        return float(normalized_mutual_info_score(a, b))

    found: dict[str, Any] = {"n": len(set(groups.tolist()) - {-1}), "out": float((groups < 0).mean())}
    statistics: dict[str, Callable[[Any, Any], float]] = {"nmi": nmi, "ami": adjusted_mutual_information}
    for name, statistic in statistics.items():
        draw = np.random.default_rng(0)
        # A resample repeats texts, which raises agreement a little for many small groups: only its width is taken.
        drawn = [draw.integers(0, len(truth), len(truth)) for _ in range(20)]
        found[name] = statistic(truth, groups), float(np.std([statistic(truth[d], groups[d]) for d in drawn]))
    return found


def print_labelled(sets: list[str], methods: list[str], n_seeds: int, *, run: bool = True) -> None:
    """Make the cells that are not kept, and print the table."""
    cells = Cells("themes-labelled", __file__)
    print("labelled texts: NMI, AMI (95 %) | groups, share left out, seeds")
    for name in sets:
        for method in methods:
            missing = theme_peers.missing(method)
            if missing:
                print(f"  {name:<15} {method:<24} skipped: {', '.join(missing)} not installed")
                continue
            found = [cells.get(method, name, str(seed), run=run) for seed in range(n_seeds)]
            made = [cell for cell in found if cell is not None]
            parts = [_said(made, cut) for cut in ("found", "at_n")] if made else ["not run"]
            print(f"  {name:<15} {method:<24} " + " | ".join(parts) + f" | {len(made)} seeds", flush=True)


def _said(cells: list[dict[str, Any]], cut: str) -> str:
    if f"nmi {cut}" not in cells[0]:
        return f"{cut}: –"
    parts = []
    for name in ("nmi", "ami"):
        values = np.array([cell[f"{name} {cut}"] for cell in cells])
        spread = np.var(values[:, 0], ddof=1) if len(values) > 1 else 0.0
        half = 1.96 * np.sqrt(spread + np.mean(values[:, 1] ** 2))
        parts.append(f"{values[:, 0].mean():.3f} ±{half:.3f}")
    groups = "/".join(str(cell[f"n {cut}"]) for cell in cells)
    out = np.mean([cell[f"out {cut}"] for cell in cells])
    return f"{cut}: {' '.join(parts)}, {groups} groups, {100 * out:.1f} % out"


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", nargs="?", choices=("all", "labelled", "chat"), default="all")
    parser.add_argument("sets", nargs="*")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--methods", nargs="*", default=list(theme_peers.METHODS))
    parser.add_argument("--kept", action="store_true", help="only print what is kept, make nothing")
    parser.add_argument("--cell", nargs=3, metavar=("METHOD", "SET", "SEED"))
    options = parser.parse_args(arguments or [])
    if options.cell:
        method, name, seed = options.cell
        print(json.dumps(measure(method, name, int(seed))))
        return
    if not os.environ.get("HUBBUB_DATA"):
        print("themes: skipped, HUBBUB_DATA does not name the real data")
        return
    if options.table in ("all", "labelled"):
        print_labelled(options.sets or list(SETS), options.methods, options.seeds, run=not options.kept)
    if options.table in ("all", "chat"):
        from benchmarks.bench_themes_chat import print_chat

        print_chat(options.sets if options.table == "chat" else [], options.methods, run=not options.kept)


if __name__ == "__main__":
    main(sys.argv[1:])
