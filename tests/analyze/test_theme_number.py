"""The number of groups: planted ones at one level, at two levels, without gaps, and too few texts to halve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from hubbub.analyze.theme_number import choose_number
from hubbub.analyze.theme_tree import grow_tree
from hubbub.measures import adjusted_mutual_information


def neighbors_of(points: Any, n_neighbors: int = 15) -> sparse.csr_matrix:
    """Return the symmetric graph of the nearest points."""
    away = ((points[:, None] - points) ** 2).sum(axis=2)
    near = np.argsort(away, axis=1)[:, 1 : n_neighbors + 1]
    edges = np.zeros(away.shape)
    np.put_along_axis(edges, near, 1.0, axis=1)
    return sparse.csr_matrix((edges + edges.T) / 2)


def crowds(n_groups: int, n_points: int, spread: float, seed: int) -> tuple[Any, Any]:
    """Return points around centers that are far apart for their spread, in ten dimensions."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(n_groups), n_points)
    return rng.normal(size=(n_groups, 10))[truth] + rng.normal(size=(len(truth), 10)) * spread, truth


@pytest.mark.parametrize(("n_groups", "n_points"), [(4, 120), (30, 25)])
def test_few_groups_and_many_are_counted(n_groups: int, n_points: int) -> None:
    points, truth = crowds(n_groups, n_points, 0.25, seed=0)
    graph = neighbors_of(points)
    tree = grow_tree(graph)
    number = choose_number(graph, tree)
    assert 0.8 * n_groups <= number <= 1.3 * n_groups
    assert adjusted_mutual_information(tree.cut(number), truth) > 0.9


def test_of_groups_in_groups_one_level_is_chosen() -> None:
    rng = np.random.default_rng(0)
    narrow = np.repeat(np.arange(12), 60)
    wide = narrow // 3
    p = np.where(narrow[:, None] == narrow, 0.3, np.where(wide[:, None] == wide, 0.03, 0.002))
    edges = np.triu(rng.random(p.shape) < p, 1)
    graph = sparse.csr_matrix((edges | edges.T).astype(np.float64))
    assert choose_number(graph, grow_tree(graph)) in (4, 12)


def test_what_has_no_groups_is_one_and_what_is_empty_none() -> None:
    everyone = sparse.csr_matrix(np.ones((60, 60)) - np.eye(60))
    assert choose_number(everyone, grow_tree(everyone)) == 1
    nobody = sparse.csr_matrix((0, 0))
    assert choose_number(nobody, grow_tree(nobody)) == 0


def test_few_texts_are_not_halved() -> None:
    pairs = sparse.csr_matrix(np.kron(np.eye(5), 1 - np.eye(2)))
    assert choose_number(pairs, grow_tree(pairs)) == 5


def test_the_choice_is_the_same_again() -> None:
    graph = neighbors_of(crowds(5, 40, 0.5, 3)[0])
    assert len({choose_number(graph, grow_tree(graph), 7) for _ in range(2)}) == 1
