"""Vectors of texts and their themes → a two-dimensional map on which themes are separate blobs.

As UMAP does (McInnes, Healy and Melville 2018, arXiv:1802.03426): a fuzzy graph of nearest neighbors is laid out by
attraction along its edges and repulsion between texts drawn at random; here in whole-array steps and with the themes'
centers placed first, so that it needs no compiler and the same seed gives the same map. Not handled: distances between
far blobs, which mean little, as on any such map.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from hubbub.analyze.evidence import Floats, main_axes, mean_vector, unit_rows
from hubbub.analyze.neighbors import nearest_neighbors, take_highest

Ints = NDArray[np.int64]

_A, _B = 0.583, 1.334
"""The curve 1 / (1 + a d^2b) for min_dist 0.5 and spread 1 (umap-learn's ``find_ab_params``): dots stay apart."""
_LARGE = 6000
_NEAREST_SHOWN = 3
_AXES = 96
_STEP = 0.15
_NEGATIVES = 5.0
_DRAWS = 6
_TEXT_RADIUS = 0.12
_MARGIN = 0.8


def layout_map(
    vectors: NDArray[np.float32],
    labels: ArrayLike,
    weights: ArrayLike,
    seed: int = 0,
    *,
    n_neighbors: int = 12,
    n_rounds: int = 100,
    theme_pull: float = 0.35,
) -> NDArray[np.float64]:
    """Return the place of each text on the map.

    Parameters
    ----------
    vectors : (n_texts, dim) float32
        Unit rows.
    labels : (n_texts,) int
        Theme of each text; -1 for none.
    weights : (n_texts,)
        Number of messages of each text; of more than 6,000 texts only the most frequent are laid out, the others are
        put among their neighbors.
    seed : int
        Seed of the draws.
    n_neighbors : int
        Neighbors of a text in the graph.
    n_rounds : int
        Steps of the layout.
    theme_pull : float
        Added to the cosine of two texts of one theme before neighbors are sought, so that themes hold together.

    Returns
    -------
    (n_texts, 2) float64
        Between 0 and 1, both axes on one scale; texts of one row only are in the middle.
    """
    rows, themes = np.asarray(vectors, dtype=np.float32), np.asarray(labels, dtype=np.int64)
    sizes = np.asarray(weights, dtype=np.float32)
    if not len(rows) == len(themes) == len(sizes):
        raise ValueError(f"There must be one row per text, were {len(rows)}, {len(themes)} and {len(sizes)}.")
    if len(rows) == 0:
        return np.zeros((0, 2))
    # The order of the rows decides nothing: rows are sorted by what they hold.
    order = np.lexsort((*np.round(rows[:, :3].T, 4), themes, -sizes))
    # Neighbors on a map need no more axes, and cost a fifth.
    unit = unit_rows(main_axes(unit_rows(rows - mean_vector(rows, sizes))[order], _AXES))
    joined = _join_themes(unit, themes[order], theme_pull)
    shown = joined[:_LARGE]
    rng = np.random.default_rng(seed)
    places = _lay_out(shown, themes[order][:_LARGE], n_neighbors, n_rounds, rng)
    if len(joined) > len(shown):
        places = np.concatenate([places, _place_rest(joined, themes[order], places, rng)])
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return _fit_square(places)[back]


def _join_themes(unit: Floats, themes: Ints, pull: float) -> Floats:
    """Return unit rows with each text drawn to its theme's center: inner products within a theme grow."""
    n_themes = int(themes.max(initial=-1)) + 1
    if n_themes == 0:
        return unit
    mine = np.flatnonzero(themes >= 0)
    member = sparse.csr_matrix((np.ones(len(mine), np.float32), (themes[mine], mine)), shape=(n_themes, len(themes)))
    centers = unit_rows(member @ unit)
    joined = unit.copy()
    joined[mine] += np.float32(2.0 * pull) * centers[themes[mine]]
    return unit_rows(joined)


def _lay_out(unit: Floats, themes: Ints, n_neighbors: int, n_rounds: int, rng: np.random.Generator) -> Floats:
    """Return the (n, 2) places after ``n_rounds`` steps along the forces of UMAP's section 3.2."""
    n = len(unit)
    if n < 3:
        return np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float32)
    heads, tails, strength = _fuzzy_edges(unit, n_neighbors)
    places = _first_places(unit, themes, rng)
    degree = np.bincount(np.r_[heads, tails], weights=np.r_[strength, strength], minlength=n).astype(np.float32)
    for step in range(n_rounds):
        rate = np.float32(1.0 - step / n_rounds)
        moves = _attraction(places, heads, tails, strength) + _repulsion(places, degree, rng)
        # A text moves by at most the length at which the curve has fallen to a half, less and less.
        places += rate * np.clip(np.float32(_STEP) * moves, -0.8, 0.8)
    return _pack_themes(places, themes)


def _pack_themes(places: Floats, themes: Ints) -> Floats:
    """Return the places with each theme drawn to an area that grows with its texts, and the themes moved together.

    The forces leave gaps between themes that are wider than the themes, so that on a map of the whole the texts of one
    theme would lie on each other. Texts without a theme keep their direction and go around.
    """
    n_themes = int(themes.max(initial=-1)) + 1
    packed = places.astype(np.float64)
    if n_themes == 0:
        return places
    mine = [np.flatnonzero(themes == theme) for theme in range(n_themes)]
    middles = np.array([np.median(packed[rows], axis=0) if len(rows) else np.zeros(2) for rows in mine])
    radii = np.array([np.sqrt(max(len(rows), 1)) for rows in mine])
    discs = _part_discs(middles - middles.mean(axis=0), 1.15 * radii + 0.6)
    for rows, middle, disc, radius in zip(mine, middles, discs, radii, strict=True):
        apart = packed[rows] - middle
        distance = np.sqrt((apart**2).sum(axis=1))
        # Half the way to equal density: the place by rank of the distance, which fills the disc, and the place itself.
        rank = np.argsort(np.argsort(distance, kind="stable"), kind="stable")
        even = np.sqrt((rank + 0.5) / max(len(rows), 1))
        own = np.minimum(distance / max(float(np.quantile(distance, 0.95)), 1e-9), 1.1) if len(rows) else distance
        length = radius * (0.5 * even + 0.5 * own)
        packed[rows] = disc + apart / np.maximum(distance, 1e-9)[:, None] * length[:, None]
    outside = np.flatnonzero(themes < 0)
    if len(outside):
        reach = float((np.sqrt((discs**2).sum(axis=1)) + radii).max())
        apart = packed[outside] - middles.mean(axis=0)
        distance = np.maximum(np.sqrt((apart**2).sum(axis=1)), 1e-9)
        order = np.argsort(np.argsort(distance, kind="stable"), kind="stable")
        packed[outside] = apart / distance[:, None] * (reach * (1.02 + 0.15 * order / len(outside)))[:, None]
    return packed.astype(np.float32)


def _fuzzy_edges(unit: Floats, n_neighbors: int) -> tuple[Ints, Ints, Floats]:
    """Return heads, tails and strengths (0 to 1) of UMAP's fuzzy graph, each edge once.

    The membership of a neighbor falls from 1 at the nearest one with the mean excess distance of the others (which
    UMAP solves for; the mean is within a few percent and needs no search).
    """
    n = len(unit)
    indices, cosines = nearest_neighbors(unit, n_neighbors)
    distances = 1.0 - cosines
    excess = np.maximum(distances - distances[:, :1], 0.0)
    strength = np.exp(-excess / np.maximum(excess.mean(axis=1, keepdims=True), 1e-3))
    ends = np.arange(n + 1) * indices.shape[1]
    graph = sparse.csr_matrix((strength.ravel().astype(np.float32), indices.ravel(), ends), shape=(n, n))
    graph = sparse.triu(graph + graph.T - graph.multiply(graph.T)).tocoo()
    order = np.lexsort((graph.col, graph.row))
    return graph.row[order].astype(np.int64), graph.col[order].astype(np.int64), graph.data[order]


def _first_places(unit: Floats, themes: Ints, rng: np.random.Generator) -> Floats:
    """Return places with each theme's texts in a disc of their own, texts without a theme around all."""
    n_themes = int(themes.max(initial=-1)) + 1
    groups = np.where(themes >= 0, themes, n_themes)
    counts = np.bincount(groups, minlength=n_themes + 1).astype(np.float64)
    centers = np.zeros((n_themes + 1, unit.shape[1]), dtype=np.float32)
    np.add.at(centers, groups, unit)
    radii = np.sqrt(counts) * _TEXT_RADIUS
    discs = np.zeros((n_themes + 1, 2))
    discs[:n_themes] = _part_discs(_two_axes(unit_rows(centers[:n_themes])), radii[:n_themes] + _MARGIN)
    angle, distance = 2 * np.pi * rng.random(len(unit)), np.sqrt(rng.random(len(unit)))
    spread = radii.copy()
    spread[n_themes] = 1.2 * float(np.abs(discs).max(initial=1.0))
    round_place = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (distance * spread[groups])[:, None]
    return (discs[groups] + round_place).astype(np.float32)


def _two_axes(rows: Floats) -> NDArray[np.float64]:
    """Return the first two principal components of the rows, signs fixed."""
    if len(rows) < 2:
        return np.zeros((len(rows), 2))
    centered = (rows - rows.mean(axis=0)).astype(np.float64)
    left, size, _ = np.linalg.svd(centered @ centered.T)
    places = np.zeros((len(rows), 2))
    places[:, : min(2, len(rows))] = (left * np.sqrt(size))[:, :2]
    signs: NDArray[np.float64] = np.where(places[np.abs(places).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    return places * signs


def _part_discs(places: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the places moved apart until no two discs overlap, as close to the middle as that allows."""
    if len(places) < 2:
        return places * 0.0
    scale = np.sqrt((radii**2).sum()) / max(float(np.abs(places).max()), 1e-9)
    spiral = np.arange(len(places))[:, None] * 2.4 + [0.0, np.pi / 2]
    places = places * scale + 1e-3 * scale * np.cos(spiral)
    touch = radii[:, None] + radii[None, :]
    for _ in range(400):
        away = places[:, None, :] - places[None, :, :]
        distance = np.sqrt((away**2).sum(axis=2)) + 1e-9
        overlap = np.maximum(touch - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        push = (away / distance[:, :, None] * overlap[:, :, None]).sum(axis=1)
        places = (places + 0.4 * push) * 0.995
    return places


def _attraction(places: Floats, heads: Ints, tails: Ints, strength: Floats) -> Floats:
    """Return the pull along all edges on each text."""
    axes = [np.ascontiguousarray(places[:, axis]) for axis in (0, 1)]
    apart = [axis[tails] - axis[heads] for axis in axes]
    squared = apart[0] ** 2 + apart[1] ** 2 + np.float32(1e-6)
    power = squared ** np.float32(_B)
    pull = strength * (np.float32(2 * _A * _B) * power / squared) / (1 + np.float32(_A) * power)
    moves = [
        np.bincount(heads, pull * along, len(places)) - np.bincount(tails, pull * along, len(places)) for along in apart
    ]
    return np.stack(moves, axis=1).astype(np.float32)


def _repulsion(places: Floats, degree: Floats, rng: np.random.Generator) -> Floats:
    """Return the push away from texts drawn at random, ``_NEGATIVES`` for each unit of degree in expectation."""
    n = len(places)
    # One cyclic shift is one random partner for every text, and needs no gathering by index.
    shuffled = rng.permutation(n)
    axes = np.ascontiguousarray(places[shuffled].T)
    total = np.zeros_like(axes)
    for shift in rng.integers(1, n, _DRAWS):
        apart = axes - np.roll(axes, int(shift), axis=1)
        squared = apart[0] ** 2 + apart[1] ** 2
        push = np.float32(2 * _B) / ((np.float32(0.01) + squared) * (1 + np.float32(_A) * squared ** np.float32(_B)))
        total += np.clip(push * apart, -4.0, 4.0)
    pushed = np.empty_like(places)
    pushed[shuffled] = total.T
    return pushed * (degree * np.float32(_NEGATIVES / _DRAWS))[:, None]


def _place_rest(unit: Floats, themes: Ints, places: Floats, rng: np.random.Generator) -> Floats:
    """Return places beside the nearest of the texts that are laid out: three of the own theme, where it has them."""
    n_shown = len(places)
    shown_themes, rest_themes = themes[:n_shown], themes[n_shown:]
    found = np.empty((len(rest_themes), 2), dtype=np.float32)
    for theme in np.unique(rest_themes):
        rest, near = np.flatnonzero(rest_themes == theme), np.flatnonzero(shown_themes == theme)
        near = near if len(near) >= _NEAREST_SHOWN else np.arange(n_shown)
        for start in range(0, len(rest), 2048):
            rows = rest[start : start + 2048]
            nearest, _ = take_highest(unit[n_shown + rows] @ unit[near].T, _NEAREST_SHOWN)
            found[rows] = places[near[nearest]].mean(axis=1)
    return np.asarray(found + 0.15 * rng.standard_normal(found.shape), dtype=np.float32)


def _fit_square(places: Floats) -> NDArray[np.float64]:
    """Return the places between 0 and 1, one scale for both axes, outliers drawn in to the rim."""
    points = places.astype(np.float64)
    middle = np.median(points, axis=0)
    reach = np.quantile(np.abs(points - middle).max(axis=1), 0.995)
    if reach <= 0:
        return np.full(points.shape, 0.5)
    points = np.clip((points - middle) / reach, -1.2, 1.2)
    low, high = points.min(axis=0), points.max(axis=0)
    square: NDArray[np.float64] = (points - (low + high) / 2) / max(float((high - low).max()), 1e-12)
    return np.clip(0.5 + square, 0.0, 1.0)
