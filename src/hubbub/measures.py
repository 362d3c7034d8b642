"""Predictions and truths → scores and intervals, which several rooms and the benchmarks share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.splits import repeat_keys as repeat_keys
from hubbub.splits import split_groups as split_groups


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
    first, second = (np.unique(np.asarray(labels), return_inverse=True)[1].ravel() for labels in (a, b))
    if len(first) != len(second):
        raise ValueError(f"Both groupings must be of the same rows, were of {len(first)} and {len(second)}.")
    n = len(first)
    sizes, others = np.bincount(first), np.bincount(second)
    pairs, together = np.unique(first * max(len(others), 1) + second, return_counts=True)
    if len(sizes) == len(others) == len(pairs):  # the same groups
        return 1.0
    apart = np.log(sizes[pairs // len(others)]) + np.log(others[pairs % len(others)])
    shared = float(together @ (np.log(together) + math.log(n) - apart)) / n
    expected = _expected_information(sizes, others)
    most = (_entropy(sizes) + _entropy(others)) / 2
    smallest = float(np.finfo(np.float64).eps)
    room = most - expected
    return (shared - expected) / (min(room, -smallest) if room < 0 else max(room, smallest))


def _entropy(sizes: NDArray[np.int64]) -> float:
    shares = sizes / sizes.sum()
    return -float(shares @ np.log(shares))


def _expected_information(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Return the mean mutual information of all groupings with groups of these sizes, in nats.

    The hypergeometric sum of Vinh, Epps and Bailey (2010, equation 24a), once for each pair of sizes that differ: of
    thousands of groups most are as large as another.
    """
    from scipy.special import gammaln

    n = int(first.sum())
    ones, times_one = np.unique(first, return_counts=True)
    others, times_other = np.unique(second, return_counts=True)
    log_factorial = gammaln(np.arange(n + 1) + 1.0)
    total = 0.0
    for one, times in zip(ones.tolist(), times_one.tolist(), strict=True):
        least, most = np.maximum(1, one + others - n), np.minimum(one, others)
        lengths = most - least + 1
        other = np.repeat(others, lengths)
        both = np.arange(len(other)) - np.repeat(np.cumsum(lengths) - lengths - least, lengths)
        fixed = log_factorial[one] + log_factorial[n - one] - log_factorial[n]
        log_chance = fixed + log_factorial[other] + log_factorial[n - other] - log_factorial[both]
        log_chance -= log_factorial[one - both] + log_factorial[other - both] + log_factorial[n - one - other + both]
        worth = both / n * (np.log(both) + math.log(n / one) - np.log(other))
        total += times * float((worth * np.exp(log_chance)) @ np.repeat(times_other, lengths))
    return total


def bootstrap_draws(
    *columns: ArrayLike, statistic: Callable[..., float] = np.mean, n_resamples: int = 2000, seed: int = 0
) -> NDArray[np.float64]:
    """Return a statistic of resampled rows, shape (n_resamples,); see ``bootstrap_interval``.

    Two calls with as many rows and the same seed draw the same rows, so that their difference is that of pairs.
    """
    arrays = [np.asarray(column) for column in columns]
    if not arrays or len(arrays[0]) == 0:
        raise ValueError("bootstrap_interval needs at least one column with one row.")
    if any(len(array) != len(arrays[0]) for array in arrays):
        raise ValueError(f"Columns must be of the same rows, had {[len(array) for array in arrays]}.")
    rng = np.random.default_rng(seed)
    n = len(arrays[0])
    draws = np.empty(n_resamples)
    for i in range(n_resamples):
        rows = rng.integers(0, n, n)
        draws[i] = statistic(*(array[rows] for array in arrays))
    return draws


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
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, was {level}.")
    draws = bootstrap_draws(*columns, statistic=statistic, n_resamples=n_resamples, seed=seed)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(statistic(*map(np.asarray, columns))), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a model's log-odds into probabilities that come true as often as they say.

    Attributes
    ----------
    slope : float
        What all log-odds are multiplied by (one over the temperature).
    shift : tuple of float
        What is added for each class.
    """

    slope: float
    shift: tuple[float, ...]

    def probabilities(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Return probabilities, shape (n, n_classes), of log-odds of that shape."""
        shown = np.asarray(scores, dtype=np.float64) * self.slope + np.asarray(self.shift)
        shown = np.exp(shown - shown.max(axis=1, keepdims=True))
        return np.asarray(shown / shown.sum(axis=1, keepdims=True))


def fit_calibration(scores: ArrayLike, truths: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
    """Return the calibration with the least log loss on rows that the model was not trained on.

    Temperature scaling (Guo et al. 2017, arXiv:1706.04599, section 4) with a shift for each class, as the classes of
    what a model meets are not as frequent as in what it learned from.

    Parameters
    ----------
    scores : (n, n_classes) float
        Log-odds.
    truths : (n,) int
        The true classes.
    weights : (n,) float, optional
        How much each row counts; by default 1.
    """
    from scipy.optimize import minimize

    odds, truth = np.asarray(scores, dtype=np.float64), np.asarray(truths, dtype=np.int64)
    rows, n_classes = np.arange(len(truth)), odds.shape[1]
    wanted = np.zeros_like(odds)
    wanted[rows, truth] = 1.0
    worth = np.ones(len(truth)) if weights is None else np.asarray(weights, dtype=np.float64)
    worth = worth / worth.sum()

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        # A weak pull to no change keeps a class with few rows from running off.
        shown = Calibration(float(np.exp(values[0])), tuple(values[1:])).probabilities(odds)
        gap = (shown - wanted) * worth[:, None]
        slopes = np.concatenate([[np.sum(gap * odds) * np.exp(values[0])], gap.sum(axis=0)])
        pull = 1.0 / len(truth)
        return (
            float(-np.log(np.maximum(shown[rows, truth], 1e-300)) @ worth + 0.5 * pull * np.sum(values**2)),
            slopes + pull * values,
        )

    found = minimize(loss, np.zeros(n_classes + 1), jac=True, method="L-BFGS-B")
    return Calibration(float(np.exp(found.x[0])), tuple(float(value) for value in found.x[1:] - found.x[1:].mean()))


def expected_calibration_error(
    probabilities: ArrayLike, truths: ArrayLike, n_bins: int = 15, *, weights: ArrayLike | None = None
) -> float:
    """Return how far the probability of what was chosen is from how often it was right, on average over rows.

    Rows are put into bins of equal width by the largest probability of each; the distances of the bins are weighted by
    their rows (Guo et al. 2017, arXiv:1706.04599, section 2).

    Parameters
    ----------
    probabilities : (n, n_classes) float
        Of each class; rows sum to 1.
    truths : (n,) int
        The true class.
    n_bins : int
        Number of bins between 0 and 1.
    weights : (n,) float, optional
        How much each row counts; by default 1.

    Examples
    --------
    >>> expected_calibration_error([[0.75, 0.25]] * 4, [0, 0, 0, 1])
    0.0
    """
    shown = np.asarray(probabilities, dtype=np.float64)
    if len(shown) == 0:
        raise ValueError("expected_calibration_error needs at least one row.")
    sure, right = shown.max(axis=1), shown.argmax(axis=1) == np.asarray(truths)
    worth = np.ones(len(sure)) if weights is None else np.asarray(weights, dtype=np.float64)
    bins = np.minimum((sure * n_bins).astype(np.int64), n_bins - 1)
    gaps = np.bincount(bins, sure * worth, n_bins) - np.bincount(bins, right * worth, n_bins)
    return float(np.abs(gaps).sum() / worth.sum())


def calibration_error_by_chance(probabilities: ArrayLike, *, n_draws: int = 200, seed: int = 0) -> Interval:
    """Return the expected calibration error of probabilities that hold exactly, with the middle 95 % of it.

    It is not 0, as few rows in a bin are never right just as often as they should be: an error within these bounds is
    no sign that probabilities do not hold. Truths are drawn from the probabilities.

    Parameters
    ----------
    probabilities : (n, n_classes) float
        Of each class; rows sum to 1.
    n_draws : int
        How many times truths are drawn.
    seed : int
        Seed of the draws.
    """
    shown = np.asarray(probabilities, dtype=np.float64)
    random = np.random.default_rng(seed)
    reached = shown.cumsum(axis=1)[:, :-1]
    errors = [
        expected_calibration_error(shown, (random.random((len(shown), 1)) > reached).sum(axis=1))
        for _ in range(n_draws)
    ]
    low, high = np.quantile(errors, [0.025, 0.975])
    return Interval(float(np.mean(errors)), float(low), float(high))


def class_scores(truths: ArrayLike, told: ArrayLike, n_classes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return recall and F1 of each class; a class that is not in ``truths`` has NaN as recall.

    A row that was told nothing (-1) counts as missed.

    Examples
    --------
    >>> recall, f1 = class_scores([0, 0, 1], [0, 1, -1], 2)
    >>> recall.tolist(), [round(value, 3) for value in f1.tolist()]
    ([0.5, 0.0], [0.667, 0.0])
    """
    truth, guess = np.asarray(truths), np.asarray(told)
    hits = np.bincount(truth[truth == guess], minlength=n_classes).astype(np.float64)
    n_true = np.bincount(truth, minlength=n_classes)
    n_told = np.bincount(guess[guess >= 0], minlength=n_classes)
    with np.errstate(divide="ignore", invalid="ignore"):
        return hits / n_true, np.nan_to_num(2 * hits / (n_true + n_told))


def area_under_roc(scores: ArrayLike, truths: ArrayLike) -> float:
    """Return how often a true row has a higher score than one that is not, equals counted as half; NaN without both.

    The Mann-Whitney statistic over the number of pairs (Hanley and McNeil 1982, Radiology 143).

    Parameters
    ----------
    scores : (n,) float
        Higher where true is more likely.
    truths : (n,) bool or int
        0 or 1.

    Examples
    --------
    >>> area_under_roc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75
    """
    from scipy.stats import rankdata

    is_true = np.asarray(truths) == 1
    n_true, n_false = int(is_true.sum()), int((~is_true).sum())
    if not n_true or not n_false:
        return float("nan")
    return float((rankdata(scores)[is_true].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))


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
