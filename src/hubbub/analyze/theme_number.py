"""A tree of groups → at how many groups to cut it: where two halves of the texts, grouped apart, agree most.

The texts are halved by chance and each half is grouped without the other; then every text of both goes where most of
its neighbors in that half are. Groups that are there in the data come out of both halves alike; borders that one half
draws through a crowd without gaps the other draws elsewhere (Tibshirani and Walther 2005, "Cluster validation by
prediction strength", doi:10.1198/106186005X59243; here with mutual information less that by chance, which can be
compared between few groups and many). Not handled: one group against several, which ``ThemeTree.has_gaps`` decides, and
data that are as clear at two scales; then it is the finer one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hubbub.analyze.theme_tree import ThemeTree, cut_merges, grow_tree
from hubbub.measures import adjusted_mutual_information

Ints = NDArray[np.int64]

_N_HALVINGS = 3
_MANY_TEXTS = 50_000
"""From so many texts on there is one halving, which takes long enough."""
_FEWEST_GROUPS = 3.0
"""Two halves of a crowd are found again more easily than what people call themes."""
_FEW_TEXTS = 16
_N_NUMBERS = 20
_MOST_SCORED = 4000
"""So many texts are compared; the time of chance agreement grows with groups times texts."""
_AS_GOOD = 0.01
"""Of cuts that are so nearly as good the finest is taken: too many groups can be merged by the reader, too few cannot
be told apart."""


def choose_number(graph: sparse.csr_matrix, tree: ThemeTree, seed: int = 0) -> int:
    """Return at how many groups halves of the texts agree most.

    Parameters
    ----------
    graph : (n_texts, n_texts) scipy.sparse.csr_matrix
        Symmetric, no weight negative.
    tree : ThemeTree
        Of this graph.
    seed : int
        Seed of the halves, and of the order in which texts are looked at.
    """
    n_texts, n_fine = graph.shape[0], len(tree.evenness)
    if n_fine < 2 or not tree.has_gaps:
        return min(n_fine, 1)
    numbers = _numbers(tree)
    if n_texts < _FEW_TEXTS or len(numbers) < 2:
        return numbers[-1]
    random = np.random.default_rng(seed)
    agreement = np.zeros(len(numbers))
    n_halvings = _N_HALVINGS if n_texts < _MANY_TEXTS else 1
    for _ in range(n_halvings):
        order = random.permutation(n_texts)
        halves = [np.sort(order[: n_texts // 2]), np.sort(order[n_texts // 2 :])]
        groups = [_group_by_half(graph, half, numbers, seed) for half in halves]
        scored = order[:: -(-n_texts // _MOST_SCORED)]
        agreement += [adjusted_mutual_information(a[scored], b[scored]) for a, b in zip(*groups, strict=True)]
    agreement /= n_halvings
    return numbers[int(np.flatnonzero(agreement >= agreement.max() - _AS_GOOD)[-1])]


def _numbers(tree: ThemeTree) -> list[int]:
    """Return the numbers of groups to try: every small one, then ever fewer."""
    effective = np.exp(tree.evenness)
    n_fine = len(effective)
    least = int(np.argmax(effective >= min(_FEWEST_GROUPS, effective.max()))) + 1
    steps = np.round(np.geomspace(least, n_fine, _N_NUMBERS)).astype(int).tolist()
    return sorted({*steps, *range(least, min(least + 6, n_fine) + 1)})


def _group_by_half(graph: sparse.csr_matrix, half: Ints, numbers: list[int], seed: int) -> list[Ints]:
    """Return the group of every text for each number of groups, as one half of the texts has them."""
    links = sparse.csr_matrix(graph[:, half])
    tree = grow_tree(sparse.csr_matrix(links[half]), seed, numbers[-1])
    n_fine = int(tree.fine.max()) + 1
    member = sparse.csr_matrix((np.ones(len(half)), (np.arange(len(half)), tree.fine)), shape=(len(half), n_fine))
    fine = sparse.csr_matrix(links @ member)
    found = []
    for number in numbers:
        merged = cut_merges(tree.merges, number)
        coarse = sparse.csr_matrix((np.ones(n_fine), (np.arange(n_fine), merged)))
        found.append(_nearest_group(sparse.csr_matrix(fine @ coarse)))
    return found


def _nearest_group(links: sparse.csr_matrix) -> Ints:
    """Return, for each row, the column with most weight beyond that expected by chance; the last for empty rows."""
    links.sort_indices()
    degree = np.asarray(links.sum(axis=1)).ravel()
    expected = np.asarray(links.sum(axis=0)).ravel() / max(float(degree.sum()), 1e-12)
    counts = np.diff(links.indptr)
    filled = np.flatnonzero(counts)
    nearest = np.full(links.shape[0], links.shape[1] - 1, dtype=np.int64)
    if len(filled):
        gain = links.data - np.repeat(degree, counts) * expected[links.indices]
        starts = links.indptr[filled]
        best = np.flatnonzero(gain == np.repeat(np.maximum.reduceat(gain, starts), counts[filled]))
        # Of equal ones the first.
        nearest[filled] = links.indices[best[np.searchsorted(best, starts)]]
    return nearest
