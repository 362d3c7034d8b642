"""Predictions and truths → scores and intervals, which several rooms and the benchmarks share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the bounds of its interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PeakMatch:
    """How well found moments meet the planted ones.

    Attributes
    ----------
    precision, recall : float
        Matched share of the found and of the planted; NaN where there are none.
    n_found, n_planted, n_matched : int
        Counts.
    """

    precision: float
    recall: float
    n_found: int
    n_planted: int
    n_matched: int


def adjusted_mutual_information(a: ArrayLike, b: ArrayLike) -> float:
    """Return how far two groupings of the same rows agree beyond chance: 1 for the same, about 0 for unrelated ones.

    The mutual information less its expectation under random grouping, over the mean of the entropies less the same
    (Vinh, Epps and Bailey 2010, "Information Theoretic Measures for Clusterings Comparison", JMLR 11, section 4;
    arithmetic mean). It does not grow with the number of groups, and the groups' names do not matter.

    Parameters
    ----------
    a, b : (n,) int or str
        The group of each row. A group of "left out" rows (-1) counts like any other.
    """
    from sklearn.metrics import adjusted_mutual_info_score

    first, second = (np.unique(np.asarray(labels), return_inverse=True)[1] for labels in (a, b))
    if len(first) != len(second):
        raise ValueError(f"Both groupings must be of the same rows, were of {len(first)} and {len(second)}.")
    return float(adjusted_mutual_info_score(first, second))


def bootstrap_interval(
    *columns: ArrayLike,
    statistic: Callable[..., float] = np.mean,
    n_resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a statistic with its percentile bootstrap interval.

    Parameters
    ----------
    *columns : (n,) array
        One or more arrays of the same rows; rows are drawn with replacement, the same ones in each (Efron and
        Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13). Rows must be independent: give one row per
        stream, not per message, for a statement about streams.
    statistic : callable
        From the resampled columns to a number; by default the mean of one column.
    n_resamples : int
        Number of resamples.
    level : float
        Coverage, between 0 and 1.
    seed : int
        Seed of the draws.

    Examples
    --------
    >>> bootstrap_interval([1.0, 1.0, 1.0])
    Interval(estimate=1.0, low=1.0, high=1.0)
    """
    arrays = [np.asarray(column) for column in columns]
    if not arrays or len(arrays[0]) == 0:
        raise ValueError("bootstrap_interval needs at least one column with one row.")
    if any(len(array) != len(arrays[0]) for array in arrays):
        raise ValueError(f"Columns must be of the same rows, had {[len(array) for array in arrays]}.")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, was {level}.")
    rng = np.random.default_rng(seed)
    n = len(arrays[0])
    draws = np.empty(n_resamples)
    for i in range(n_resamples):
        rows = rng.integers(0, n, n)
        draws[i] = statistic(*(array[rows] for array in arrays))
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(statistic(*arrays)), float(low), float(high))


def match_peaks(found: ArrayLike, planted: ArrayLike, tolerance: float) -> PeakMatch:
    """Return how many found moments meet a planted one within the tolerance, each used at most once.

    Parameters
    ----------
    found, planted : (n,) float
        Moments, in the same unit, in any order.
    tolerance : float
        Largest distance, in that unit.

    Examples
    --------
    >>> match_peaks([10, 50], [12, 90, 200], tolerance=5)
    PeakMatch(precision=0.5, recall=0.333..., n_found=2, n_planted=3, n_matched=1)
    """
    ours, theirs = _sorted(found), _sorted(planted)
    i = j = n_matched = 0
    # In one dimension with one tolerance, matching from the left is a largest matching.
    while i < len(ours) and j < len(theirs):
        if abs(ours[i] - theirs[j]) <= tolerance:
            n_matched, i, j = n_matched + 1, i + 1, j + 1
        elif ours[i] < theirs[j]:
            i += 1
        else:
            j += 1
    return PeakMatch(
        n_matched / len(ours) if len(ours) else float("nan"),
        n_matched / len(theirs) if len(theirs) else float("nan"),
        len(ours),
        len(theirs),
        n_matched,
    )


def share_interval(n_of_them: int, n: int, z: float = 1.959964) -> Interval:
    """Return a share with its score interval, 95 % by default, which holds at small counts and at 0 and 1 too.

    Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22.

    Parameters
    ----------
    n_of_them, n : int
        Count, and what it is a part of.
    z : float
        Quantile of the normal distribution.

    Examples
    --------
    >>> interval = share_interval(5, 10)
    >>> round(interval.low, 3), interval.estimate, round(interval.high, 3)
    (0.237, 0.5, 0.763)
    """
    if n <= 0:
        return Interval(float("nan"), 0.0, 1.0)
    share = n_of_them / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def _sorted(values: ArrayLike) -> NDArray[np.float64]:
    return np.sort(np.asarray(values, dtype=np.float64).ravel())
