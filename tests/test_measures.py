"""Scores and intervals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.measures import (
    adjusted_mutual_information,
    bootstrap_interval,
    calibration_error_by_chance,
    expected_calibration_error,
    match_peaks,
)


def test_agreement_is_one_for_renamed_groups_and_none_for_chance() -> None:
    rng = np.random.default_rng(0)
    a = rng.integers(0, 8, 4000)
    assert adjusted_mutual_information(a, (a * 3 + 1) % 8) == pytest.approx(1.0)
    assert adjusted_mutual_information(a, [f"g{i}" for i in a]) == pytest.approx(1.0)
    assert abs(adjusted_mutual_information(a, rng.integers(0, 8, 4000))) < 0.01
    with pytest.raises(ValueError, match="same rows"):
        adjusted_mutual_information([0, 1], [0])


def test_agreement_is_that_of_another_program() -> None:
    from sklearn.metrics import adjusted_mutual_info_score

    rng = np.random.default_rng(3)
    for n, n_first, n_second in (
        (4000, 100, 250),
        (4000, 3, 5),
        (60, 60, 7),
        (50, 50, 50),
        (9, 1, 3),
        (2, 2, 2),
        (1, 1, 1),
    ):
        for _ in range(4):
            a = rng.permutation(n) if n_first == n else rng.integers(0, n_first, n)
            b = np.where(rng.random(n) < 0.5, a % n_second, rng.integers(0, n_second, n))
            assert adjusted_mutual_information(a, b) == pytest.approx(adjusted_mutual_info_score(a, b), abs=1e-9)
    assert adjusted_mutual_information([], []) == 1.0


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for trial in range(200):
        interval = bootstrap_interval(rng.standard_normal(60), n_resamples=300, level=0.9, seed=trial)
        hits += interval.low <= 0 <= interval.high
    assert 0.84 <= hits / 200 <= 0.95


def test_columns_are_resampled_together() -> None:
    a = np.arange(20.0)
    interval = bootstrap_interval(a, a + 3.0, statistic=lambda x, y: float((y - x).mean()))
    assert (interval.low, interval.estimate, interval.high) == (3.0, 3.0, 3.0)
    assert bootstrap_interval(a, seed=1) == bootstrap_interval(a, seed=1)
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval([])
    with pytest.raises(ValueError, match="same rows"):
        bootstrap_interval([1], [1, 2])
    with pytest.raises(ValueError, match="level"):
        bootstrap_interval([1], level=2)


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=6), st.lists(st.integers(0, 30), max_size=5), st.integers(0, 4))
def test_the_matching_is_the_largest(found: list[int], planted: list[int], tolerance: int) -> None:
    match = match_peaks(found, planted, tolerance)
    small, large = sorted((found, planted), key=len)
    best = max(
        sum(abs(a - b) <= tolerance for a, b in zip(small, order, strict=True))
        for order in itertools.permutations(large, len(small))
    )
    assert match.n_matched == best
    assert np.isnan(match.precision) == (not found)
    assert np.isnan(match.recall) == (not planted)


def test_the_calibration_error_by_chance_covers_probabilities_that_hold_and_not_others() -> None:
    rng = np.random.default_rng(5)
    shown = rng.dirichlet(np.ones(3), 1000)
    truths = np.array([rng.choice(3, p=row) for row in shown])
    found = calibration_error_by_chance(shown)
    assert 0.01 < found.low < expected_calibration_error(shown, truths) < found.high < 0.06
    bold = shown**2 / (shown**2).sum(axis=1, keepdims=True)
    assert expected_calibration_error(bold, truths) > calibration_error_by_chance(bold).high
