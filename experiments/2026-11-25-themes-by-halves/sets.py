"""The further sets of this experiment: named topics of tweets, paraphrases, mixtures, parts; run it to score all."""

import hashlib
import importlib.util
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

from hubbub.analyze.themes import find_themes
from hubbub.embed.use import load_use

_BEFORE = Path(__file__).parent.parent / "2026-11-24-themes-number" / "sets.py"
_spec = importlib.util.spec_from_file_location("sets_before", _BEFORE)
before = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(before)

CHOSEN_ON = [
    "headlinesA",
    "paraA",
    "so5A",
    "sanders4",
    "pascal_flickr",
    "bio6A",
    "searchsnippets",
    "mixA",
    "stackoverflow",
    "namesA",
    "fr4",
]
REPORTED = ["headlinesB", "paraB", "so5B", "bio6B", "namesB", "mixB", "cri13B", "biomedical", "brands32", "storiesB"]
_DULL = [
    "woo hoo",
    "mon jun",
    "bye bye",
    "morning twitter",
    "morning tweeps",
    "night night",
    "woot woot",
    "morning tweets",
    "morning world",
    "twitter world",
    "twitter universe",
    "goodnight twitter",
    "time low",
    "turn right",
    "best friend",
    "high school",
    "wars day",
    "east coast",
    "west coast",
    "boom boom",
    "god bless",
    "yes man",
    "late night",
    "praise god",
    "dear god",
    "read ariel",
    "movie awards",
    "bay area",
    "hip hop",
    "north carolina",
    "trying times",
    "mother nature",
]
_COMMON = "good happy last new oh thank thanks hey wow lol omg my the i'm it's so no not just monday tuesday wednesday"
_STOP = ENGLISH_STOP_WORDS | {*_COMMON.split(), *["thursday", "friday", "saturday", "sunday", "user", "url"]}


def names():
    """Return (topic, tweet): pairs of capitalized words that are written 25 times and more, tweets with one of them."""
    folder = Path(before.os.environ["HUBBUB_DATA"]) / "tweets/sentiment140"
    texts = pl.concat([pl.read_parquet(f, columns=["text"]) for f in sorted(folder.glob("*.parquet"))])["text"]
    count = defaultdict(int)
    for text in texts:
        words = re.findall(r"[A-Za-z']+", text)
        if words and sum(word[0].isupper() for word in words) <= len(words) * 0.6:
            for pair in {m.lower() for m in re.findall(r"(?=\b([A-Z][a-z]{2,} [A-Z][a-z]{2,})\b)", text)}:
                count[pair] += 1
    topics = [p for p, n in count.items() if n >= 25 and not _STOP & set(p.split()) and p not in _DULL]
    pattern = re.compile(r"\b(" + "|".join(sorted(topics, key=len, reverse=True)) + r")\b")
    seen, kept = Counter(), []
    rows = []
    for text in texts:
        found = set(pattern.findall(" ".join(re.findall(r"[a-z0-9']+", text.lower()))))
        if len(found) == 1:
            rows.append((found.pop(), before.without_stop_words(re.sub(r"\b(USER|URL)\b", " ", text))))
    for row in dict.fromkeys(rows):
        seen[row[0]] += 1
        if seen[row[0]] <= 900 and row[1].count(" ") >= 2:
            kept.append(row)
    return kept


def paraphrases():
    """Return (group, tweet): tweets that are said to say the same, joined into groups of six and more."""
    parent = {}

    def find(text):
        while parent.setdefault(text, text) != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for part in (1, 2):
        for row in before.read(f"tweets/twitter-paraphrase/url_train_{part}.csv.gz"):
            if row["label"] == "1":
                parent[find(row["sentence1"])] = find(row["sentence2"])
    size = Counter(find(text) for text in parent)
    return [(find(text), before.without_stop_words(text)) for text in sorted(parent) if size[find(text)] >= 6]


def part(rows, keep):
    labels = [label for i, label in enumerate(sorted({row[0] for row in rows})) if keep(i)]
    return [row for row in rows if row[0] in set(labels)]


def first(rows, n):
    seen, kept = Counter(), []
    for row in rows:
        seen[row[0]] += 1
        if seen[row[0]] <= n:
            kept.append(row)
    return kept


def sides(rows, side):
    return [row for row in rows if hashlib.md5(row[0].encode()).digest()[0] % 2 == (side == "B")]


def load(name):
    """Return (label, text) rows of a set."""
    side = name[-1]
    if name.startswith("names"):
        return sides(names(), side)
    if name.startswith("para"):
        return sides(paraphrases(), side)
    parts = {"so5": ("stackoverflow", 4, 2), "bio6": ("biomedical", 3, 1), "cri13": ("crisis26", 2, 1)}
    if name[:-1] in parts:
        whole, step, other = parts[name[:-1]]
        return part(load(whole), lambda i: i % step == (other if side == "B" else 0))
    if name.startswith("mix"):
        sizes = {"stackoverflow": 250, "crisis26": 200, "pascal_flickr": 100, "biomedical": 250, "brands32": 150}
        rows = []
        for whole, n in sizes.items():
            rows += [(whole + row[0], row[1]) for row in first(part(load(whole), lambda i: i % 2 == (side == "B")), n)]
        return rows + first(part(load("names" + side), lambda i: i % 3 == 0), 80)
    return list(zip(*before.load(name), strict=True))


if __name__ == "__main__":
    model = load_use()
    for name in sys.argv[1:] or [*CHOSEN_ON, *REPORTED]:
        rows = [row for row in load(name) if row[1].strip()]
        labels, texts = [row[0] for row in rows], [row[1] for row in rows]
        distinct = list(dict.fromkeys(texts))
        place = {text: row for row, text in enumerate(distinct)}
        rows = np.array([place[text] for text in texts])
        vectors, sizes, n_true = model.embed(distinct), np.bincount(rows), len(set(labels))
        for n_themes in (None, n_true):
            found = find_themes(vectors, sizes, distinct, n_themes=n_themes)
            ours = found.labels[rows]
            nmi, ami = (f(labels, ours) for f in (normalized_mutual_info_score, adjusted_mutual_info_score))
            print(
                f"{name:<14} {len(texts):>6} texts, {n_true} groups; {found.n_themes}: {nmi:.3f}/{ami:.3f}", flush=True
            )
