"""Themes → how alike they are, and the tree by which they join.

A theme stands where the mean of its texts does, each text weighted by its messages. The tree is average linkage on the
cosine distance (Sokal and Michener 1958), its leaves ordered so that neighbors are as alike as the tree allows
(Bar-Joseph, Gifford and Jaakkola 2001, "Fast optimal leaf ordering for hierarchical clustering").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tree:
    """How themes join.

    Attributes
    ----------
    order : (n,) int64
        The themes from one end of the tree to the other.
    joins : (n - 1, 2) int64
        What joins, nearest first: a theme below n, or n + the position of an earlier join.
    distances : (n - 1,) float64
        Mean cosine distance at which they join, 0 to 2, never falling.
    """

    order: Ints
    joins: Ints
    distances: Floats


def theme_means(vectors: NDArray[np.floating[Any]], labels: ArrayLike, weights: ArrayLike, n_themes: int) -> Floats:
    """Return the direction of each theme: shape (n_themes, dim), unit rows; zeros where a theme has no text.

    Parameters
    ----------
    vectors : (n_texts, dim) float
        Unit rows.
    labels, weights : (n_texts,)
        Theme, -1 for none, and number of messages of each text.
    """
    label, weight = np.asarray(labels, dtype=np.int64), np.asarray(weights, dtype=np.float64)
    means = np.zeros((n_themes, vectors.shape[1]))
    for theme in range(n_themes):
        rows = np.flatnonzero(label == theme)
        means[theme] = weight[rows] @ vectors[rows].astype(np.float64)
    unit: Floats = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return unit


def join_themes(means: Floats) -> Tree:
    """Return the tree by which themes join.

    Parameters
    ----------
    means : (n_themes, dim) float
        Unit rows.

    Examples
    --------
    >>> tree = join_themes(np.array([[1.0, 0.0], [0.0, 1.0], [0.8, 0.6]]))
    >>> tree.joins.tolist(), tree.distances.round(2).tolist()
    ([[0, 2], [1, 3]], [0.2, 0.7])
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    n = len(means)
    if n < 2:
        return Tree(np.arange(n, dtype=np.int64), np.zeros((0, 2), dtype=np.int64), np.zeros(0))
    away = np.clip(1 - means @ means.T, 0.0, 2.0)
    np.fill_diagonal(away, 0.0)
    found = linkage(squareform((away + away.T) / 2, checks=False), method="average", optimal_ordering=True)
    joins = np.sort(found[:, :2].astype(np.int64), axis=1)
    return Tree(leaves_list(found).astype(np.int64), joins, found[:, 2])
