"""Themes of real streams, without labels: what each method does with repeats, time, and small changes of its input.

The first 6,000 messages of a stream; of these the opinions and questions, with their seconds, go to every method: ours,
BERTopic and lincoln with their own defaults, k-means with the number that ours found. Printed for each, in this order:

- repeats split: the share of texts sent more than once whose messages are in several topics (left out is one more);
- left out: the share of messages in no topic;
- coherence: the mean normalized pointwise mutual information of the pairs of a topic's five best terms (the same
  c-TF-IDF for all) over the stream's messages, -1 to 1, -1 for pairs that no message has (Bouma 2009);
- compactness: how much likelier two messages of a topic are within ten minutes of each other than any two messages;
- of episodes: the same for a topic's stretches, cut where it pauses longer than the leash, which is one for all methods
  (chosen from the stream as ``find-topics`` does); lincoln's clusters are stretches already, as time is in them;
- messages an episode: their mean, since small ones are compact by themselves;
- at our size: compactness of a method's stretches cut by the leash of its own that gives as many messages an episode as
  ours (its whole topics where these are smaller), so that nobody is compact by being small;
- swapped: adjusted mutual information with the same method's topics after messages of one second change places;
- noise: the same after 1 % of messages of three random words of the stream were added.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import sys
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import theme_peers
from benchmarks.cells import Cells, cache_folder

STREAMS = ("massiet-twitch-fr", "twitch-vshojo-en")
_MOST_MESSAGES = 6000
_NEAR_SECONDS = 600.0
_N_TERMS = 5


def read_stream(name: str) -> tuple[list[str], np.ndarray]:
    """Return clean texts of opinions and questions, and their seconds, in order of time; prepared once and kept."""
    import polars as pl

    import hubbub
    from hubbub.records import TOPICAL_TYPES
    from hubbub.store.archive import open_archive

    kept = cache_folder() / f"chat-{name}-{_MOST_MESSAGES}.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder) / "part.csv"
            _write_part(Path(os.environ["HUBBUB_DATA"]) / "chat" / name / "chat.csv.gz", part)
            hubbub.ingest(f"{folder}/a", [part])
            hubbub.prepare(f"{folder}/a")
            store = open_archive(f"{folder}/a")
            rows = store.read("messages", columns=["message_id", "offset_seconds"]).join(
                store.read("prepared"), on="message_id"
            )
        rows = rows.filter(pl.col("message_type").is_in(list(TOPICAL_TYPES)) & pl.col("left_out").is_null())
        rows = rows.drop_nulls(["clean_text", "offset_seconds"]).sort("offset_seconds", maintain_order=True)
        said = {"texts": rows["clean_text"].to_list(), "seconds": rows["offset_seconds"].to_list()}
        kept.write_text(json.dumps(said), encoding="utf-8")
    said = json.loads(kept.read_text(encoding="utf-8"))
    return said["texts"], np.array(said["seconds"])


def _write_part(source: Path, target: Path) -> None:
    """Write the first messages of the file's first stream."""
    with (
        gzip.open(source, "rt", encoding="utf-8", newline="") as lines,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        reader = csv.DictReader(lines)
        writer = csv.DictWriter(out, reader.fieldnames or [])
        writer.writeheader()
        first, n = None, 0
        for row in reader:
            first = first or row["stream_id"]
            if row["stream_id"] == first and n < _MOST_MESSAGES:
                writer.writerow(row)
                n += 1


def measure(method: str, name: str, change: str) -> dict[str, Any]:
    """Return the topic of each message of a stream, as it is (``none``) or changed (``swapped``, ``noise``)."""
    texts, seconds = read_stream(name)
    n_groups = 20
    if method.startswith("k-means"):
        ours = Cells("themes-chat", __file__).get("hubbub, use", name, "none")
        n_groups = max(ours["groups"]) + 1 if ours else n_groups
    random = np.random.default_rng(0)
    order = np.arange(len(texts))
    if change == "swapped":
        order = np.lexsort((random.random(len(texts)), np.floor(seconds)))
        texts = [texts[i] for i in order]  # the moments stay where they were
    back = np.argsort(order)
    if change == "noise":
        words = [word for text in texts for word in text.split()]
        n_more = max(1, len(texts) // 100)
        texts = texts + [" ".join(random.choice(words, 3)) for _ in range(n_more)]
        seconds = np.r_[seconds, random.uniform(seconds.min(), seconds.max(), n_more)]
        place = np.argsort(seconds, kind="stable")
        texts, seconds = [texts[i] for i in place], seconds[place]
        back = np.argsort(place)[: len(order)]
    found = theme_peers.METHODS[method](texts, seconds, n_groups, 0)["found"]
    return {"groups": found[back].tolist()}


def find_leash(texts: list[str], seconds: np.ndarray) -> float:
    """Return the leash in seconds that the decay of similarity gives, as ``find-topics`` chooses it."""
    from hubbub.analyze.decay import measure_decay

    first = {text: second for text, second in zip(texts[::-1], seconds[::-1], strict=True) if text.count(" ") >= 2}
    leash = measure_decay(theme_peers.embed_ours("use")(list(first)), np.array(list(first.values()))).leash_seconds
    return 600.0 if leash is None else float(np.clip(leash, 60.0, 3600.0))


def cut_to_size(seconds: np.ndarray, groups: np.ndarray, size: float) -> np.ndarray:
    """Return the episodes of groups, cut by the shortest leash that leaves at least ``size`` messages an episode."""
    from hubbub.analyze.episodes import find_episodes

    short, long = 0.0, float(np.ptp(seconds)) + 1.0
    while long - short > 1.0:
        leash = (short + long) / 2
        short, long = (short, leash) if mean_size(find_episodes(groups, seconds, leash)) >= size else (leash, long)
    return find_episodes(groups, seconds, long)


def mean_size(episodes: np.ndarray) -> float:
    """Return the messages an episode."""
    return float(np.bincount(episodes[episodes >= 0]).mean())


def describe(
    texts: list[str], seconds: np.ndarray, groups: np.ndarray, leash: float, our_size: float | None
) -> dict[str, float]:
    """Return what is printed of a method's topics, as the module says."""
    from hubbub.analyze.episodes import find_episodes

    episodes = find_episodes(groups, seconds, leash)
    alike = cut_to_size(seconds, groups, our_size or mean_size(episodes))
    return {
        "topics": len(set(groups.tolist()) - {-1}),
        "repeats split %": 100 * share_of_repeats_split(texts, groups),
        "left out %": 100 * float((groups < 0).mean()),
        "coherence": coherence(texts, groups),
        "compactness": compactness(seconds, groups),
        "of episodes": compactness(seconds, episodes),
        "messages an episode": mean_size(episodes),
        "at our size": compactness(seconds, alike),
        "messages there": mean_size(alike),
    }


def share_of_repeats_split(texts: list[str], groups: np.ndarray) -> float:
    """Return the share of the texts given more than once whose copies are in more than one group."""
    seen: dict[str, list[int]] = {}
    for text, group in zip(texts, groups.tolist(), strict=True):
        seen.setdefault(text, []).append(group)
    repeated = [len(set(found)) > 1 for found in seen.values() if len(found) > 1]
    return float(np.mean(repeated)) if repeated else 0.0


def coherence(texts: list[str], groups: np.ndarray) -> float:
    """Return the mean NPMI of the pairs of each topic's best terms over all messages."""
    from hubbub.analyze.terms import theme_terms

    names = np.unique(groups[groups >= 0], return_inverse=True)[1]
    labels = np.full(len(groups), -1, dtype=np.int64)
    labels[groups >= 0] = names
    padded = [f" {' '.join(text.lower().split())} " for text in texts]
    values = []
    for terms in theme_terms(texts, labels, n_terms=_N_TERMS):
        has = {term: np.array([f" {term.lower()} " in text for text in padded]) for term in terms}
        values += [_npmi(has[a], has[b]) for a, b in combinations(has, 2)]
    return float(np.mean(values)) if values else float("nan")


def _npmi(a: np.ndarray, b: np.ndarray) -> float:
    both, p, q = float((a & b).mean()), float(a.mean()), float(b.mean())
    return np.log(both / (p * q)) / -np.log(both) if 0 < both < 1 else -1.0


def compactness(seconds: np.ndarray, groups: np.ndarray) -> float:
    """Return how much likelier two messages of a topic are near each other in time than any two."""

    def near(moments: np.ndarray) -> tuple[float, float]:
        ordered = np.sort(moments)
        ends = np.searchsorted(ordered, ordered + _NEAR_SECONDS, side="right")
        return float((ends - np.arange(len(ordered)) - 1).sum()), len(ordered) * (len(ordered) - 1) / 2

    own = np.array([near(seconds[groups == name]) for name in set(groups.tolist()) - {-1}]).reshape(-1, 2).sum(axis=0)
    every = near(seconds)
    return float(own[0] / max(own[1], 1.0) / (every[0] / max(every[1], 1.0)))


def print_chat(streams: list[str], methods: list[str], *, run: bool = True) -> None:
    """Make the cells that are not kept, and print the table."""
    from hubbub.measures import adjusted_mutual_information

    cells = Cells("themes-chat", __file__)
    print("real streams, opinions and questions of the first 6,000 messages; the last two are AMI")
    for name in streams or list(STREAMS):
        texts, seconds = read_stream(name)
        leash = find_leash(texts, seconds)
        print(f"  {name}: {len(texts)} messages, {len(set(texts))} different texts, leash {leash:.0f} s")
        our_size = None  # of the first method, which is ours by default
        for method in methods:
            missing = theme_peers.missing(method)
            if missing:
                print(f"    {method:<24} skipped: {', '.join(missing)} not installed")
                continue
            found = {change: cells.get(method, name, change, run=run) for change in ("none", "swapped", "noise")}
            plain = found.pop("none")
            if plain is None:
                print(f"    {method:<24} not run")
                continue
            groups = np.array(plain["groups"])
            said = describe(texts, seconds, groups, leash, our_size)
            our_size = our_size or said["messages an episode"]
            for change, cell in found.items():
                said[change] = adjusted_mutual_information(groups, cell["groups"]) if cell else float("nan")
            print(f"    {method:<24} " + ", ".join(f"{key} {value:.3g}" for key, value in said.items()), flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Print the table, or one cell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", nargs=3, metavar=("METHOD", "STREAM", "CHANGE"))
    options = parser.parse_args(arguments or [])
    if options.cell:
        print(json.dumps(measure(*options.cell)))
        return
    print_chat([], list(theme_peers.METHODS))


if __name__ == "__main__":
    main(sys.argv[1:])
