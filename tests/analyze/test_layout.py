"""The topic map."""

from __future__ import annotations

import numpy as np

from hubbub.analyze.layout import layout_map
from hubbub.analyze.neighbors import nearest_neighbors


def make_blobs(n: int, n_themes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_themes, n)
    vectors = rng.standard_normal((n_themes, 32))[labels] + 1.2 * rng.standard_normal((n, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


def test_themes_are_separate_blobs_and_no_dots_are_stacked() -> None:
    vectors, labels = make_blobs(900, 8)
    places = layout_map(vectors, labels, np.ones(900))
    assert places.min() >= 0.0
    assert places.max() <= 1.0
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :10]
    assert (labels[nearest] == labels[:, None]).mean() > 0.95
    assert np.median(distances.min(axis=1)) > 0.002
    assert (places.max(axis=0) - places.min(axis=0)).min() > 0.5


def test_texts_beyond_the_largest_map_are_placed_among_their_neighbors() -> None:
    vectors, labels = make_blobs(7000, 5)
    weights = np.r_[np.full(6000, 2), np.ones(1000)]
    places = layout_map(vectors, labels, weights, n_rounds=20)
    middles = np.array([np.median(places[:6000][labels[:6000] == theme], axis=0) for theme in range(5)])
    near = np.linalg.norm(places[6000:, None] - middles, axis=2).argmin(axis=1)
    assert (near == labels[6000:]).mean() > 0.9


def test_texts_without_a_theme_go_around() -> None:
    vectors, labels = make_blobs(300, 3)
    labels[::10] = -1
    places = layout_map(vectors, labels, np.ones(300), n_rounds=40)
    assert np.isfinite(places).all()


def test_neighbors_agree_with_sorting_all_cosines() -> None:
    vectors, _ = make_blobs(300, 4)
    indices, cosines = nearest_neighbors(vectors, 7)
    full = vectors @ vectors.T
    np.fill_diagonal(full, -np.inf)
    assert np.allclose(cosines, -np.sort(-full, axis=1)[:, :7], atol=1e-6)
    assert np.allclose(np.take_along_axis(full, indices, axis=1), cosines, atol=1e-6)
