"""The tree of themes: an oracle, planted groups at every level, and that joins say the same merges as the tree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from hubbub.analyze.theme_tree import (
    cut_joins,
    cut_merges,
    grow_tree,
    join_order,
    refine_groups,
    rename_joins,
    strongest_groups,
)
from hubbub.measures import adjusted_mutual_information


def planted(n_wide: int = 4, n_narrow: int = 3, n_texts: int = 60, seed: int = 0) -> tuple[Any, Any, Any]:
    """Return a graph with narrow groups inside of wide ones, and both truths."""
    rng = np.random.default_rng(seed)
    narrow = np.repeat(np.arange(n_wide * n_narrow), n_texts)
    wide = narrow // n_narrow
    p = np.where(narrow[:, None] == narrow, 0.3, np.where(wide[:, None] == wide, 0.03, 0.002))
    edges = np.triu(rng.random(p.shape) < p, 1)
    return sparse.csr_matrix((edges | edges.T).astype(np.float64)), narrow, wide


def test_a_cut_at_the_planted_number_finds_the_planted_groups_at_both_levels() -> None:
    graph, narrow, wide = planted()
    tree = grow_tree(graph)
    for truth in (narrow, wide):
        groups = refine_groups(graph, tree.cut(len(set(truth))))
        assert adjusted_mutual_information(groups, truth) > 0.95


def test_cuts_are_nested_and_as_many_as_asked_for() -> None:
    tree = grow_tree(planted()[0])
    before = None
    for n_groups in range(len(tree.spread), 0, -1):
        groups = tree.cut(n_groups)
        assert len(set(groups.tolist())) == n_groups
        if before is not None:
            assert len({(a, b) for a, b in zip(before, groups, strict=True)}) == n_groups + 1
        before = groups


def test_spread_and_evenness_are_those_of_the_cut() -> None:
    graph, _, _ = planted(n_texts=20)
    tree = grow_tree(graph)
    dense = graph.toarray()
    for n_groups in (2, 3, len(tree.spread)):
        groups = tree.cut(n_groups)
        sizes = np.array([dense[groups == g].sum() for g in range(n_groups)]) / dense.sum()
        across = dense[groups[:, None] != groups].sum() / dense.sum()
        assert tree.spread[n_groups - 1] == pytest.approx(np.log(across / (1 - (sizes**2).sum())))
        assert tree.evenness[n_groups - 1] == pytest.approx(-np.log((sizes**2).sum()))


def test_joins_say_the_same_merges_as_the_tree_whatever_the_numbering() -> None:
    graph, narrow, wide = planted()
    joins = join_order(graph, narrow)
    order = np.random.default_rng(1).permutation(len(joins))
    renamed = rename_joins(joins, order)
    for n_groups in range(1, len(joins) + 1):
        straight, other = cut_joins(joins, n_groups), cut_joins(renamed, n_groups)
        assert len(set(straight.tolist())) == n_groups
        assert adjusted_mutual_information(straight[order], other) == pytest.approx(1.0)
    assert adjusted_mutual_information(cut_joins(joins, 4)[narrow], wide) == pytest.approx(1.0)


def test_groups_that_have_little_in_common_are_not_taken_up_by_one_big_group() -> None:
    rng = np.random.default_rng(0)
    sizes = np.sort(rng.integers(10, 60, 48))[::-1]
    label = np.repeat(np.arange(48), sizes)
    family = label % 6
    p = np.where(label[:, None] == label, 0.4, np.where(family[:, None] == family, 0.004, 0.002))
    edges = np.triu(rng.random(p.shape) < p, 1)
    joins = join_order(sparse.csr_matrix((edges | edges.T).astype(np.float64)), label)
    groups = cut_joins(joins, 6)[label]
    assert np.bincount(groups).max() <= 0.35 * len(groups)
    assert adjusted_mutual_information(groups, family) > 0.4


def test_the_pair_that_merges_first_adds_most_to_modularity_for_its_size() -> None:
    from sknetwork.clustering import get_modularity

    graph, narrow, _ = planted(n_texts=20)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    n, before = int(narrow.max()) + 1, get_modularity(graph, narrow)
    gains = {}
    for a in range(n):
        for b in range(a + 1, n):
            gain = get_modularity(graph, np.where(narrow == b, a, narrow)) - before
            gains[a, b] = gain / degree[(narrow == a) | (narrow == b)].sum()
    joins = join_order(graph, narrow)
    first = int(np.flatnonzero(joins[:, 1] == n - 1)[0])
    assert max(gains, key=gains.__getitem__) == (int(joins[first, 0]), first)


def test_groups_without_links_and_no_groups_work() -> None:
    empty = sparse.csr_matrix((3, 3))
    tree = grow_tree(empty)
    assert tree.cut(1).tolist() == [0, 0, 0]
    assert refine_groups(empty, np.arange(3)).tolist() == [0, 1, 2]
    assert len(grow_tree(sparse.csr_matrix((0, 0))).fine) == 0
    assert join_order(empty, np.full(3, -1)).shape == (0, 2)
    assert cut_merges(np.zeros((0, 2), np.int64), 1).tolist() == [0]


def test_the_strongest_group_is_that_of_a_loop_over_rows() -> None:
    rng = np.random.default_rng(3)
    dense = rng.integers(0, 4, (200, 9)) * (rng.random((200, 9)) < 0.3)
    dense[7] = 0
    degree, expected, groups = dense.sum(axis=1).astype(float), rng.random(9), rng.integers(0, 9, 200)
    expected[4] = expected[2]  # so that there are equal gains
    told = groups.copy()
    for row in range(200):
        gains = [(dense[row, g] - degree[row] * expected[g], -g) for g in range(9) if dense[row, g]]
        if gains:
            told[row] = -max(gains)[1]
    links = sparse.csr_matrix(dense.astype(float))[:, ::-1][:, ::-1]  # indices out of order
    assert strongest_groups(links, degree, expected, groups).tolist() == told.tolist()
