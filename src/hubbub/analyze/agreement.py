"""Cosines or vectors, and what people say → how far they agree."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def rank_correlation(a: ArrayLike, b: ArrayLike) -> float:
    """Return Spearman's correlation of two columns: 1 where they have one order, -1 where it is reversed.

    Spearman 1904, "The Proof and Measurement of Association between Two Things"; ties get their mean rank. NaN where a
    column has one value only.

    Examples
    --------
    >>> round(rank_correlation([1, 2, 3, 4], [10, 20, 40, 30]), 3)
    0.8
    """
    from scipy.stats import rankdata

    first, second = (rankdata(np.asarray(column)) for column in (a, b))
    first, second = first - first.mean(), second - second.mean()
    scale = math.sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / scale if scale else float("nan")


def ranking_area(scores: ArrayLike, truth: ArrayLike) -> float:
    """Return the area under the ROC curve: how often a true row has a higher score than a false one; ties count half.

    Mann and Whitney 1947. NaN where all rows are true or all are false.

    Parameters
    ----------
    scores : (n,) float
    truth : (n,) bool or 0 and 1

    Examples
    --------
    >>> ranking_area([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75
    """
    from scipy.stats import rankdata

    ranks, true = rankdata(np.asarray(scores)), np.asarray(truth).astype(bool)
    n_true, n_false = int(true.sum()), int((~true).sum())
    if not n_true or not n_false:
        return float("nan")
    return float((ranks[true].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))


def group_by_means(vectors: ArrayLike, n_groups: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Return the group of each vector, shape (n,): the best of three runs of k-means (Lloyd 1982; k-means++ starts).

    Parameters
    ----------
    vectors : (n, dim) float
    n_groups : int
    seed : int
    """
    from sklearn.cluster import KMeans

    found = KMeans(n_groups, n_init=3, random_state=seed).fit_predict(np.asarray(vectors, np.float32))
    return np.asarray(found, np.int64)
