"""Nearest neighbors: exact against sorting, approximate against exact."""

from __future__ import annotations

import numpy as np
import pytest

from hubbub import engines
from hubbub.analyze import neighbors, themes
from hubbub.analyze.evidence import Shares, main_axes, read_evidence, unit_rows
from hubbub.analyze.neighbors import approximate_neighbors, exact_neighbors, nearest_neighbors, take_highest
from hubbub.analyze.themes import find_themes
from hubbub.measures import adjusted_mutual_information

WORDS = ("boss", "katana", "dodge", "vote", "party", "minister", "goal", "corner", "keeper", "bread", "oven", "dough")


def make_groups(n: int, n_groups: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors around group centers, and their groups."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, n_groups, n)
    rows = rng.standard_normal((n_groups, 24))[groups] + 0.6 * rng.standard_normal((n, 24))
    return unit_rows(rows), groups


def by_cosine(vectors: np.ndarray) -> neighbors.Compare:
    return lambda rows, others: np.asarray(vectors[rows] @ vectors[others].T, dtype=np.float32)


def test_the_highest_of_wide_blocks_are_those_of_sorting() -> None:
    rng = np.random.default_rng(0)
    for n_columns in (5, 40, 961, 2003):
        block = rng.standard_normal((30, n_columns)).astype(np.float32)
        columns, values = take_highest(block, min(15, n_columns))
        assert np.array_equal(values, -np.sort(-block, axis=1)[:, :15])
        assert np.array_equal(np.take_along_axis(block, columns, axis=1), values)


def test_most_neighbors_are_found_among_planted_groups() -> None:
    vectors, groups = make_groups(6000, 60)
    exact, highest = nearest_neighbors(vectors, 15)
    found, cosines = approximate_neighbors(by_cosine(vectors), vectors, 15)
    recall = np.mean([len(set(a) & set(b)) / 15 for a, b in zip(exact.tolist(), found.tolist(), strict=True)])
    assert recall > 0.9
    # What is found is true: cosines, order, no row twice and none its own neighbor.
    assert np.allclose(cosines, np.einsum("id,ikd->ik", vectors, vectors[found]), atol=1e-5)
    assert (np.diff(cosines, axis=1) <= 0).all()
    assert (cosines <= highest + 1e-6).all()
    assert all(len({row, *near}) == 16 for row, near in enumerate(found.tolist()))
    assert (groups[found] == groups[:, None]).mean() > 0.99


def test_the_same_neighbors_with_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = make_groups(3000, 20)
    results = []
    for n_threads in (1, 2, 5):
        monkeypatch.setattr(engines, "n_cores", lambda n=n_threads: n)
        results.append(approximate_neighbors(by_cosine(vectors), vectors, 10))
    for indices, cosines in results[1:]:
        assert np.array_equal(indices, results[0][0])
        assert np.array_equal(cosines, results[0][1])


@pytest.mark.parametrize("n", [1, 2, 7, 250])
def test_few_rows_have_all_the_others(n: int) -> None:
    vectors, _ = make_groups(n, 3)
    found, cosines = approximate_neighbors(by_cosine(vectors), vectors, 15)
    exact, highest = exact_neighbors(by_cosine(vectors), n, 15)
    assert found.shape == exact.shape == (n, min(15, n - 1))
    assert np.allclose(cosines, highest, atol=1e-6)


def test_rows_that_are_all_alike_take_no_longer() -> None:
    # One cell holds them all; it is cut, so that no row is compared with all others.
    vectors = np.tile(unit_rows(np.ones((1, 8), dtype=np.float32)), (30_000, 1))
    n_compared = []

    def compare(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        n_compared.append(len(rows) * len(others))
        return np.asarray(vectors[rows] @ vectors[others].T, dtype=np.float32)

    found, _ = approximate_neighbors(compare, vectors, 5)
    assert all(len({row, *near}) == 6 for row, near in enumerate(found.tolist()))
    assert sum(n_compared) < 0.4 * 30_000**2


def test_the_main_axes_keep_lengths() -> None:
    vectors, _ = make_groups(500, 5)
    assert np.array_equal(main_axes(vectors, 24), vectors)
    few = main_axes(np.hstack([vectors, vectors]), 24)
    assert np.allclose(np.linalg.norm(few, axis=1), np.sqrt(2.0), atol=1e-4)


def make_chat(n: int) -> tuple[np.ndarray, list[str], np.ndarray, list[np.ndarray]]:
    """Return vectors, texts, planted subjects and times of distinct texts."""
    vectors, groups = make_groups(n, 4, seed=3)
    rng = np.random.default_rng(4)
    texts = [f"{WORDS[3 * group + rng.integers(3)]} is here {row}" for row, group in enumerate(groups)]
    return vectors, texts, groups, [np.array([900.0 * group + 800.0 * rng.random()]) for group in groups]


def test_graphs_on_both_sides_of_the_limit_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, texts, groups, times = make_chat(2000)
    _, plain = read_evidence(vectors, np.ones(2000, np.float32), texts, times)
    graphs, found = [], []
    for limit in (2000, 1999):
        monkeypatch.setattr(themes, "EXACT_ROWS", limit)
        graphs.append(themes._neighbor_graph(plain.scale(Shares()), 15, seed=0))
        found.append(find_themes(vectors, np.ones(2000), texts, times=times))
    exact, approximate = graphs
    assert abs(approximate - approximate.T).max() == 0.0
    shared = exact.astype(bool).multiply(approximate.astype(bool)).nnz
    assert shared > 0.85 * exact.nnz
    assert (themes._neighbor_graph(plain.scale(Shares()), 15, seed=0) != approximate).nnz == 0
    assert adjusted_mutual_information(found[0].labels, found[1].labels) > 0.9
    assert adjusted_mutual_information(groups, found[1].labels) > 0.9
