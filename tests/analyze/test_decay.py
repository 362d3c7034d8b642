"""The decay of similarity with time: planted half-lives come back, shuffled times show none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hubbub.analyze.decay import LAG_EDGES, measure_decay


def drifting(half_life: float, seed: int, n: int = 4000) -> tuple[NDArray[Any], NDArray[Any]]:
    """Messages about a direction that drifts so that its likeness halves in so many seconds."""
    rng = np.random.default_rng(seed)
    seconds = np.sort(rng.uniform(0, 4 * 3600, n))
    keep = 0.5 ** (np.diff(seconds, prepend=seconds[0]) / half_life)
    subject = rng.normal(size=(n, 32))
    for row in range(1, n):
        subject[row] = keep[row] * subject[row - 1] + np.sqrt(1 - keep[row] ** 2) * subject[row]
    vectors = subject + rng.normal(size=(n, 32))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), seconds


@pytest.mark.parametrize("half_life", [30.0, 90.0])
def test_finds_a_planted_half_life(half_life: float) -> None:
    vectors, seconds = drifting(half_life, seed=1)
    decay = measure_decay(vectors, seconds)
    assert decay.half_life_seconds == pytest.approx(half_life, rel=0.25)
    # A fifth is left after 2.3 half-lives.
    assert decay.leash_seconds is not None
    assert half_life <= decay.leash_seconds <= 5 * half_life


def test_shuffled_times_show_no_excess() -> None:
    n_false = 0
    for seed in range(10):
        vectors, seconds = drifting(60.0, seed, n=1500)
        decay = measure_decay(vectors, np.random.default_rng(seed).permutation(seconds))
        assert np.nanmax(np.abs(decay.excess[5:])) < 0.1
        n_false += decay.leash_seconds is not None
    assert n_false <= 1


def test_agrees_with_all_pairs() -> None:
    vectors, seconds = drifting(60.0, seed=2, n=300)
    decay = measure_decay(vectors, seconds)
    apart = np.abs(seconds[:, None] - seconds[None, :])
    upper = np.triu(np.ones(apart.shape, dtype=bool), 1)
    cosines = vectors @ vectors.T
    means = []
    for low, high, n_pairs in zip(LAG_EDGES, LAG_EDGES[1:], decay.n_pairs, strict=False):
        inside = upper & (apart >= low) & (apart < high)
        assert n_pairs == min(int(inside.sum()), 10_000)
        means.append(cosines[inside].mean())
    expected = (np.array(means) - cosines[upper].mean()) / cosines[upper].std()
    assert decay.excess == pytest.approx(expected, abs=0.06)


def test_order_and_rotation_do_not_matter_and_the_seed_repeats() -> None:
    vectors, seconds = drifting(60.0, seed=3, n=600)
    once = measure_decay(vectors, seconds)
    order = np.random.default_rng(0).permutation(len(seconds))
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(32, 32)))[0]
    again = measure_decay((vectors @ turn)[order], seconds[order] + 1000)
    assert again.excess == pytest.approx(once.excess, abs=1e-3)
    assert again.leash_seconds == once.leash_seconds
    assert np.array_equal(measure_decay(vectors, seconds).low, once.low)


def test_too_little_has_no_leash() -> None:
    for n in (0, 1, 99):
        vectors, seconds = np.eye(128)[:n], np.arange(float(n))
        decay = measure_decay(vectors, seconds)
        assert decay.leash_seconds is None
        assert "too few texts" in decay.reason
    assert measure_decay(np.eye(128), np.full(128, np.nan)).leash_seconds is None
    assert measure_decay(np.eye(128), np.zeros(128)).leash_seconds is None


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="must agree"):
        measure_decay(np.eye(3), [1.0, 2.0])
