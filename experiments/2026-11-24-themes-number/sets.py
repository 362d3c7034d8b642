"""The labelled sets of this experiment, made from the public sets; run it to print their sizes and our scores."""

import csv
import gzip
import hashlib
import os
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

from hubbub.analyze.themes import find_themes
from hubbub.embed.use import load_use

PUBLISHED = ("pascal_flickr", "searchsnippets", "stackoverflow", "biomedical")
MADE = ("storiesA", "storiesB", "headlinesA", "headlinesB", "crisis26", "brands32", "sanders4", "fr4")


def read(path):
    with gzip.open(Path(os.environ["HUBBUB_DATA"]) / path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def clean(text):
    text = re.sub(r"https?://\S+|t\.co/\S+|@\w+", " ", text)
    return " ".join(re.sub(r"^ *RT\s*:?", "", text).split())


def without_stop_words(text):
    words = re.findall(r"[a-z0-9'-]+", text.lower())
    return " ".join(word for word in words if word not in ENGLISH_STOP_WORDS and len(word) > 1)


def stories():
    """Return (story, text): the texts of pairs that share a link, joined into components of three and more."""
    parent = {}

    def find(text):
        while parent.setdefault(text, text) != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for part in (1, 2):
        for row in read(f"tweets/twitter-paraphrase/url_train_{part}.csv.gz"):
            parent[find(row["sentence1"])] = find(row["sentence2"])
    sizes = Counter(find(text) for text in parent)
    return [(find(text), text) for text in sorted(parent) if sizes[find(text)] >= 3]


def half(rows, name):
    return [row for row in rows if hashlib.md5(row[0].encode()).digest()[0] % 2 == (name[-1] == "B")]


def load(name):
    if name in PUBLISHED:
        rows = [(row["label"], row["text"]) for row in read(f"topics/{name}.csv.gz")]
    elif name.startswith("stories"):
        rows = stories()
        sizes = Counter(story for story, _ in rows)
        rows = [(story, without_stop_words(text)) for story, text in half(rows, name) if sizes[story] >= 12]
    elif name.startswith("headlines"):
        rows = half(stories(), name)
        sizes = Counter(story for story, _ in rows)
        order = sorted(sizes, key=lambda story: hashlib.sha1(story.encode()).digest())
        kept = [story for story in order if sizes[story] >= 25][:110] + [s for s in order if sizes[s] < 25][:60]
        rows = [row for row in rows if row[0] in set(kept)]
    elif name == "crisis26":
        rows = [
            (row["event"], clean(row["text"]))
            for row in read("tweets/crisislex/t26_labeled.csv.gz")
            if row["informativeness"].startswith("Related")
        ]
    elif name == "brands32":
        parts = [row for part in (1, 2) for row in read(f"tweets/brands/entity_sentiment_{part}.csv.gz")]
        first = {}
        for row in parts:
            first.setdefault(row["tweet_id"], (row["entity"], clean(row["text"])))
        rows = list(first.values())
    elif name == "sanders4":
        rows = [
            (row["topic"], clean(row["text"]))
            for row in read("tweets/brands/sanders.csv.gz")
            if row["sentiment"] != "irrelevant"
        ]
    else:
        rows = [
            (subject, clean(row.get("text") or row.get("message") or ""))
            for subject in ("ukraine", "vaccins", "abeilles", "debats2017")
            for row in read(f"tweets/fr-tweets-topics/{subject}.csv.gz")[:4000]
        ]
    rows = [row for row in rows if row[1].strip()]
    return [label for label, _ in rows], [text for _, text in rows]


if __name__ == "__main__":
    model = load_use()
    for name in sys.argv[1:] or PUBLISHED + MADE:
        labels, texts = load(name)
        distinct = list(dict.fromkeys(texts))
        place = {text: row for row, text in enumerate(distinct)}
        rows = np.array([place[text] for text in texts])
        vectors, sizes = model.embed(distinct), np.bincount(rows)
        n_true = len(set(labels))
        for n_themes in (None, n_true):
            found = find_themes(vectors, sizes, distinct, n_themes=n_themes)
            ours = found.labels[rows]
            nmi, ami = (f(labels, ours) for f in (normalized_mutual_info_score, adjusted_mutual_info_score))
            print(f"{name:<15} {len(texts):>6} texts, {n_true} groups; {found.n_themes} found: {nmi:.3f}/{ami:.3f}")
