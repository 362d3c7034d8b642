"""A graph of similar texts → groups at any number: fine communities, and the order in which they merge.

Fine communities come from modularity at a high resolution (the Louvain algorithm: Blondel et al. 2008,
doi:10.1088/1742-5468/2008/10/P10008). The two groups with the most weight between them for their sizes merge first, as
in Paris (Bonald et al. 2018, "Hierarchical Graph Clustering using Node Pair Sampling", arXiv:1806.01664), which gives
a tree that can be cut at any number (``theme_number`` chooses one). Not handled: groups that overlap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FINE_RESOLUTION = 16.0
_FINEST_RESOLUTION = 1024.0
_TEXTS_PER_RESOLUTION = 100.0
"""Few texts cannot tell many groups apart: the resolution of the fine communities is the number of texts over this."""
_NO_GAPS = -0.1
"""Where borders are crossed nearly as often as by chance at any number of groups, there is one group."""
_MOST_COMMUNITIES = 1500
_N_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class ThemeTree:
    """Fine communities and how they merge.

    Attributes
    ----------
    fine : (n_texts,) int64
        Community of each text, 0 to n - 1.
    merges : (n - 1, 2) int64
        The two nodes that merge at each step; node ``n + step`` is what they become.
    spread : (n,) float64
        By number of groups less 1: logarithm of the share of neighbors in other groups, over that by chance.
    evenness : (n,) float64
        By number of groups less 1: logarithm of the effective number of groups.
    """

    fine: Ints
    merges: Ints
    spread: NDArray[np.float64]
    evenness: NDArray[np.float64]

    def cut(self, n_groups: int) -> Ints:
        """Return the group of each text with so many groups; of fewer where there are no more communities."""
        return cut_merges(self.merges, n_groups)[self.fine] if len(self.fine) else self.fine

    @property
    def has_gaps(self) -> bool:
        """Whether there are groups at all: whether at any number fewer neighbors than by chance are in others."""
        return bool(self.spread[1:].min(initial=0.0) <= _NO_GAPS)


def grow_tree(graph: sparse.csr_matrix, seed: int = 0, n_groups: int = 1) -> ThemeTree:
    """Return the tree of a symmetric graph of texts.

    Parameters
    ----------
    graph : (n_texts, n_texts) scipy.sparse.csr_matrix
        Symmetric, no weight negative.
    seed : int
        Seed of the order in which texts are looked at.
    n_groups : int
        The fine communities are at least so many, where the graph allows.
    """
    resolution = float(np.clip(graph.shape[0] / _TEXTS_PER_RESOLUTION, 1.0, _FINE_RESOLUTION))
    fine = split_graph(graph, resolution, seed)
    while fine.max(initial=-1) >= _MOST_COMMUNITIES and resolution > 1.0:
        resolution /= 2.0
        fine = split_graph(graph, resolution, seed)
    while fine.max(initial=-1) + 1 < min(n_groups, len(fine)) and resolution < _FINEST_RESOLUTION:
        resolution *= 2.0
        fine = split_graph(graph, resolution, seed)
    between = _between(graph, fine)
    merges = _merge_order(between)
    spread, evenness = _describe_cuts(between, merges)
    return ThemeTree(fine, merges, spread, evenness)


def join_order(graph: sparse.csr_matrix, labels: Ints) -> Ints:
    """Return how groups merge into fewer: first those whose merging adds most to modularity for their sizes.

    By the weight between them over the product of their sizes, as the fine communities merge, groups that have nothing
    in common are taken up by the biggest one by one.

    Parameters
    ----------
    graph : (n_texts, n_texts) scipy.sparse.csr_matrix
        Symmetric.
    labels : (n_texts,) int64
        Group of each text, the lowest number the biggest; -1 for none.

    Returns
    -------
    (n_groups, 2) int64
        The group of lower number that each joins, and how many groups are left then; -1 and 0 for group 0.
    """
    n = int(labels.max(initial=-1)) + 1
    joins = np.tile(np.array([-1, 0], dtype=np.int64), (n, 1))
    rows = np.flatnonzero(labels >= 0)
    if n < 2:
        return joins
    leader = np.r_[np.arange(n), np.zeros(n - 1, dtype=np.int64)]
    between = _between(sparse.csr_matrix(graph[rows][:, rows]), labels[rows])
    for step, pair in enumerate(_merge_order(between / max(float(between.sum()), 1e-12), _gain)):
        stays, goes = sorted(int(leader[node]) for node in pair)
        joins[goes] = stays, n - step - 1
        leader[n + step] = stays
    return joins


def rename_joins(joins: Ints, order: Ints) -> Ints:
    """Return the joins of groups that are numbered anew: ``order`` has the old number of each new one.

    The same merges: of the two groups that become one, the one with the higher new number joins the other.
    """
    n = len(joins)
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    leader, renamed = rank.copy(), np.tile(np.array([-1, 0], dtype=np.int64), (n, 1))
    for old in sorted(np.flatnonzero(joins[:, 0] >= 0).tolist(), key=lambda group: -joins[group, 1]):
        into = int(joins[old, 0])
        stays, goes = sorted((int(leader[old]), int(leader[into])))
        renamed[goes] = stays, joins[old, 1]
        leader[into] = stays
    return renamed


def cut_joins(joins: Ints, n_groups: int) -> Ints:
    """Return which group stands for each when there are ``n_groups`` or fewer.

    Examples
    --------
    >>> cut_joins(np.array([[-1, 0], [0, 1], [0, 2]]), 2)
    array([0, 1, 0])
    """
    stands = np.arange(len(joins))
    for group, (into, left) in enumerate(joins):
        if into >= 0 and left >= max(1, n_groups):
            stands[group] = stands[into]
    return stands


def split_graph(graph: sparse.csr_matrix, resolution: float, seed: int) -> Ints:
    """Return the community of each node by one run of Louvain, numbered without gaps.

    Louvain and not Leiden: the refinement in scikit-network's Leiden draws from the C library's own random numbers, so
    that the same seed gives other communities.
    """
    if graph.nnz == 0:
        return np.arange(graph.shape[0], dtype=np.int64)
    from sknetwork.clustering import Louvain

    louvain = Louvain(
        resolution=resolution, shuffle_nodes=True, random_state=seed, return_probs=False, return_aggregate=False
    )
    return np.unique(np.asarray(louvain.fit_predict(graph), dtype=np.int64), return_inverse=True)[1].astype(np.int64)


def weigh_evenly(graph: sparse.csr_matrix, crowd: NDArray[np.float64]) -> sparse.csr_matrix:
    """Return the graph with edges weighed so that all stretches have equal weight, however many texts each has.

    Chance within a stretch of weight ``m_s`` is ``k_i k_j / 2 m_s``. With the weights of its edges over ``m_s`` every
    stretch weighs 1, all n of them n, and modularity at the resolution n has that chance in each.
    """
    scale = sparse.diags_array(np.sqrt(crowd.mean() / crowd))
    return sparse.csr_matrix(scale @ graph @ scale)


def split_best(graph: sparse.csr_matrix, resolution: float, n_starts: int, seed: int) -> Ints:
    """Return the community of each node: the best of several runs of Louvain by modularity."""
    if graph.nnz == 0:
        return np.arange(graph.shape[0], dtype=np.int64)
    from sknetwork.clustering import Louvain, get_modularity

    best, most = np.arange(graph.shape[0], dtype=np.int64), -np.inf
    for draw in range(seed * n_starts, (seed + 1) * n_starts):
        louvain = Louvain(
            resolution=resolution, shuffle_nodes=True, random_state=draw, return_probs=False, return_aggregate=False
        )
        labels = np.asarray(louvain.fit_predict(graph), dtype=np.int64)
        modularity = float(get_modularity(graph, labels, resolution=resolution))
        if modularity > most:
            best, most = labels, modularity
    return best


def cut_merges(merges: Ints, n_groups: int) -> Ints:
    """Return the group of each community with ``n_groups`` groups, numbered by their first community.

    Examples
    --------
    >>> cut_merges(np.array([[0, 2], [3, 1]]), 2)
    array([0, 1, 0])
    """
    n = len(merges) + 1
    parent = np.arange(n + len(merges), dtype=np.int64)
    for step in range(max(0, n - max(1, n_groups))):
        parent[merges[step]] = n + step
    for node in range(len(parent) - 1, -1, -1):
        parent[node] = parent[parent[node]]
    roots, first = np.unique(parent[:n], return_index=True)
    rank = np.empty(len(parent), dtype=np.int64)
    rank[roots[np.argsort(first)]] = np.arange(len(roots))
    return rank[parent[:n]]


def refine_groups(graph: sparse.csr_matrix, groups: Ints) -> Ints:
    """Return the groups after texts moved to where most of their neighbors are, beyond what is expected by chance.

    Communities are fixed when they merge, so texts at the borders of a coarse group are still where a fine one had
    them. Groups that lose all texts go; the others are numbered without gaps.
    """
    n = len(groups)
    if n == 0 or graph.nnz == 0:
        return groups
    degree = np.asarray(graph.sum(axis=1)).ravel()
    total = float(degree.sum())
    for _ in range(_N_ROUNDS):
        member = sparse.csr_matrix((np.ones(n), (np.arange(n), groups)), shape=(n, int(groups.max()) + 1))
        expected = np.asarray(member.T @ degree).ravel() / total
        moved = strongest_groups(sparse.csr_matrix(graph @ member), degree, expected, groups)
        groups = np.unique(moved, return_inverse=True)[1].astype(np.int64)
    return groups


def strongest_groups(
    links: sparse.csr_matrix, degree: NDArray[np.float64], expected: NDArray[np.float64], groups: Ints
) -> Ints:
    """Return, for each row, the group with most weight beyond the expected one, of equal ones the first.

    Parameters
    ----------
    links : (n, n_groups) scipy.sparse.csr_matrix
        Weight between each row and each group; its indices are sorted in place.
    degree : (n,) float64
        Weight of each row.
    expected : (n_groups,) float64
        Share of all weight that each group has.
    groups : (n,) int64
        What rows without links have.
    """
    links.sort_indices()
    counts = np.diff(links.indptr)
    filled = np.flatnonzero(counts)
    strongest = groups.copy()
    if len(filled):
        gain = links.data - np.repeat(degree, counts) * expected[links.indices]
        most = np.maximum.reduceat(gain, links.indptr[filled])
        best = np.flatnonzero(gain == np.repeat(most, counts[filled]))
        strongest[filled] = links.indices[best[np.searchsorted(best, links.indptr[filled])]]
    return strongest


def _between(graph: sparse.csr_matrix, groups: Ints) -> NDArray[np.float64]:
    """Return the (n, n) weights between and within groups."""
    n = int(groups.max(initial=-1)) + 1
    member = sparse.csr_matrix((np.ones(len(groups)), (groups, np.arange(len(groups)))), shape=(n, len(groups)))
    return np.asarray((member @ graph @ member.T).toarray(), dtype=np.float64)


def _density(weights: Floats, size: Floats | float, sizes: Floats) -> Floats:
    """Return the weight between groups over the product of their sizes (Paris)."""
    return np.asarray(weights / (size * sizes), dtype=np.float64)


def _gain(weights: Floats, size: Floats | float, sizes: Floats) -> Floats:
    """Return half of what merging adds to modularity, for their sizes, where all weights are 1 together.

    Sizes as in Danon et al. 2006, "The effect of size heterogeneity on community identification in complex networks"
    (doi:10.1088/1742-5468/2006/11/P11010), but those of both groups.
    """
    return np.asarray((weights - size * sizes) / (size + sizes), dtype=np.float64)


def _merge_order(between: Floats, link_of: Callable[[Floats, Floats | float, Floats], Floats] = _density) -> Ints:
    """Return the pairs that merge, the pair with the strongest link first."""
    weights, n = between.copy(), len(between)
    sizes = np.maximum(weights.sum(axis=1), 1e-12)
    names, merges = np.arange(n), np.zeros((max(0, n - 1), 2), dtype=np.int64)
    alive = np.ones(n, dtype=np.bool_)
    link = link_of(weights, sizes[:, None], sizes)
    np.fill_diagonal(link, -1.0)
    for step in range(n - 1):
        i, j = sorted(int(place) for place in np.unravel_index(int(np.argmax(link)), link.shape))
        merges[step] = names[i], names[j]
        weights[i] += weights[j]
        weights[:, i] += weights[:, j]
        sizes[i] += sizes[j]
        names[i], alive[j] = n + step, False
        link[j], link[:, j] = -2.0, -2.0
        fresh = np.where(alive, link_of(weights[i], float(sizes[i]), sizes), -2.0)
        fresh[i] = -1.0
        link[i], link[:, i] = fresh, fresh
    return merges


def _describe_cuts(between: NDArray[np.float64], merges: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ``spread`` and ``evenness`` of every cut, as in ``ThemeTree``."""
    n = len(between)
    total = max(float(between.sum()), 1e-12)
    weights, sizes = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    weights[:n, :n], sizes[:n] = between / total, between.sum(axis=1) / total
    within, squares = float(np.trace(between)) / total, float((sizes**2).sum())
    spread, evenness = np.zeros(n), np.zeros(n)
    for n_groups in range(n, 0, -1):
        by_chance = max(1.0 - squares, 1e-9)
        spread[n_groups - 1] = np.log(max((1.0 - within) / by_chance, 1e-6)) if n_groups > 1 else 0.0
        evenness[n_groups - 1] = -np.log(max(squares, 1e-12))
        if n_groups > 1:
            a, b = (int(node) for node in merges[n - n_groups])
            new = 2 * n - n_groups
            within += 2.0 * float(weights[a, b])
            squares += 2.0 * float(sizes[a] * sizes[b])
            sizes[new] = sizes[a] + sizes[b]
            weights[new] = weights[a] + weights[b]
            weights[:, new] = weights[:, a] + weights[:, b]
    return spread, evenness
