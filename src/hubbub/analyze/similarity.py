"""Themes → how alike they are, and the tree by which they join.

A theme stands where the mean of its texts does, each text weighted by its messages. The tree is the order in which
themes were found to merge or, where none was, average linkage on the cosine distance (Sokal and Michener 1958). Its
leaves are ordered so that neighbors are as alike as the tree allows (Bar-Joseph, Gifford and Jaakkola 2001, "Fast
optimal leaf ordering for hierarchical clustering").
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
        Mean cosine distance of what joins, 0 to 2; never falling where the order of joins comes from it.
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


def join_themes(means: Floats, order: Ints | None = None) -> Tree:
    """Return the tree by which themes join.

    Parameters
    ----------
    means : (n_themes, dim) float
        Unit rows.
    order : (n_themes, 2) int64, optional
        The theme that each joins, by its row, and how many themes are left then; -1 and 0 for the one that joins none.

    Examples
    --------
    >>> tree = join_themes(np.array([[1.0, 0.0], [0.0, 1.0], [0.8, 0.6]]))
    >>> tree.joins.tolist(), tree.distances.round(2).tolist()
    ([[0, 2], [1, 3]], [0.2, 0.7])
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    n = len(means)
    if n < 2:
        return Tree(np.arange(n, dtype=np.int64), np.zeros((0, 2), dtype=np.int64), np.zeros(0))
    away = np.clip(1 - means @ means.T, 0.0, 2.0)
    np.fill_diagonal(away, 0.0)
    pairs = squareform((away + away.T) / 2, checks=False)
    found = linkage(pairs, method="average") if order is None else _linkage(away, order)
    joins = np.sort(found[:, :2].astype(np.int64), axis=1)
    return Tree(leaves_list(optimal_leaf_ordering(found, pairs)).astype(np.int64), joins, found[:, 2])


def _linkage(away: Floats, order: Ints) -> Floats:
    """Return joins that are given as scipy writes them: what joins, how far apart it is, how many themes it has."""
    n = len(away)
    parts = {row: [row] for row in range(n)}
    nodes = list(range(n))
    found = np.empty((n - 1, 4))
    rows = sorted(np.flatnonzero(order[:, 0] >= 0).tolist(), key=lambda row: -int(order[row, 1]))
    for step, row in enumerate(rows):
        into = int(order[row, 0])
        distance = away[np.ix_(parts[row], parts[into])].mean()
        parts[into] = parts[into] + parts[row]
        found[step] = nodes[row], nodes[into], distance, len(parts[into])
        nodes[into] = n + step
    return found
