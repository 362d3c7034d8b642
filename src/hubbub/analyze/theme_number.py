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

from hubbub.analyze.theme_tree import ThemeTree, cut_merges, grow_tree, strongest_groups
from hubbub.measures import adjusted_mutual_information

Ints = NDArray[np.int64]

_N_HALVINGS = 3
_HALVED_TEXTS = 60_000
"""Halvings are fewer above 20,000 texts, so that they look at so many texts together; one at least."""
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
    n_halvings = max(1, min(_N_HALVINGS, _HALVED_TEXTS // n_texts))
    for _ in range(n_halvings):
        order = random.permutation(n_texts)
        halves = [np.sort(order[: n_texts // 2]), np.sort(order[n_texts // 2 :])]
        scored = order[:: -(-n_texts // _MOST_SCORED)]
        groups = [_group_by_half(graph, half, scored, numbers, seed) for half in halves]
        agreement += [adjusted_mutual_information(a, b) for a, b in zip(*groups, strict=True)]
    agreement /= n_halvings
    return numbers[int(np.flatnonzero(agreement >= agreement.max() - _AS_GOOD)[-1])]


def _numbers(tree: ThemeTree) -> list[int]:
    """Return the numbers of groups to try: every small one, then ever fewer."""
    effective = np.exp(tree.evenness)
    n_fine = len(effective)
    least = int(np.argmax(effective >= min(_FEWEST_GROUPS, effective.max()))) + 1
    steps = np.round(np.geomspace(least, n_fine, _N_NUMBERS)).astype(int).tolist()
    return sorted({*steps, *range(least, min(least + 6, n_fine) + 1)})


def _group_by_half(graph: sparse.csr_matrix, half: Ints, scored: Ints, numbers: list[int], seed: int) -> list[Ints]:
    """Return the group of each scored text for each number of groups, as one half of the texts has them."""
    tree = grow_tree(sparse.csr_matrix(graph[half][:, half]), seed, numbers[-1])
    n_fine = int(tree.fine.max()) + 1
    member = sparse.csr_matrix((np.ones(len(half)), (half, tree.fine)), shape=(graph.shape[0], n_fine))
    weight = np.asarray(graph.sum(axis=0)).ravel() @ member
    expected = weight / max(float(weight.sum()), 1e-12)
    fine = sparse.csr_matrix(graph[scored] @ member)
    degree = np.asarray(fine.sum(axis=1)).ravel()
    found = []
    for number in numbers:
        merged = cut_merges(tree.merges, number)
        coarse = sparse.csr_matrix((np.ones(n_fine), (np.arange(n_fine), merged)))
        none = np.full(len(scored), coarse.shape[1] - 1, dtype=np.int64)
        found.append(strongest_groups(sparse.csr_matrix(fine @ coarse), degree, expected @ coarse, none))
    return found
