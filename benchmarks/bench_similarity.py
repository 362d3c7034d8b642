"""How well the encoder's cosines follow what people say about two sentences, in French, English and across."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import spearmanr
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from hubbub.embed.use import load_use
from hubbub.measures import bootstrap_interval


def main() -> None:
    """Print the figures."""
    data = os.environ.get("HUBBUB_DATA")
    if not data:
        print("similarity: skipped, HUBBUB_DATA does not name the real data")
        return
    french, english = (pl.read_csv(Path(data) / f"tweets/stsb/stsb-{name}-dev.csv.gz") for name in ("fr", "en"))
    model = load_use()
    for name, first, second in (("fr", french, french), ("en", english, english), ("fr-en", french, english)):
        one, other = first["sentence1"].to_list(), second["sentence2"].to_list()
        scores = first["score"].to_numpy()
        ours = (model.embed(one) * model.embed(other)).sum(axis=1)
        print(f"STS-B {name} development, {len(one):,} pairs, Spearman: {_interval(ours, scores)}; ", end="")
        print(f"baseline, TF-IDF of characters with SVD: {_interval(_baseline(one, other), scores)}")


def _baseline(one: list[str], other: list[str]) -> np.ndarray:
    counts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True).fit_transform([*one, *other])
    rows = TruncatedSVD(128, random_state=0).fit_transform(counts)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return (rows[: len(one)] * rows[len(one) :]).sum(axis=1)


def _interval(cosines: np.ndarray, scores: np.ndarray) -> str:
    found = bootstrap_interval(cosines, scores, statistic=_spearman, n_resamples=1000)
    return f"{found.estimate:.3f} ({found.low:.3f} to {found.high:.3f})"


def _spearman(cosines: np.ndarray, scores: np.ndarray) -> float:
    return float(spearmanr(cosines, scores).statistic)


if __name__ == "__main__":
    main()
