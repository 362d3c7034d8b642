"""Texts and moments → how alike two messages are by the time between them, and for how long.

The mean cosine of pairs of distinct texts at a lag, less that of random pairs of the same stream, in their standard
deviations, so that encoders compare. The band comes from resampling stretches of the stream: pairs of one stretch
share their subject, so resampling pairs would make it too narrow. Not handled: pairs that reach from one stretch into
the next count for the earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

LAG_EDGES = (0.0, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 2400.0, 3600.0)
LEASH_SHARE = 0.2
"""The leash ends where the excess is below this share of its peak."""
NEAR_LAGS = 5
"""So many of the first lags end within a minute: where the peak is sought."""
_MIN_TEXTS = 100
_MIN_PAIRS = 50
_MAX_PAIRS = 10_000
_N_STRETCHES = 40
_N_RESAMPLES = 400
_BAND = (0.005, 0.995)
"""99 %, as the peak is the best of five lags."""
_HALF_BAND = (0.025, 0.975)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Decay:
    """How alike messages are by lag; all but ``n_pairs`` and the seconds in deviations of random pairs.

    Attributes
    ----------
    n_pairs, lag_seconds, excess, low, high : (n_lags,) arrays
        Pairs looked at, their mean lag, their mean cosine less ``baseline`` and its 99 % band; NaN without pairs.
    resampled : (400, n_lags) array
        The excess of resampled streams: what the band is made of. For the same moments and seed the same stretches are
        drawn, whatever the vectors, so that two encoders compare draw by draw.
    baseline : float
        The mean cosine of random pairs; NaN with fewer than two texts.
    half_life_seconds : float or None
        In how many seconds the excess falls from its peak to half of it.
    half_life_band : tuple of float or None
        95 % of the resampled streams have a half-life between these; the higher is None where more than that reach the
        longest lag before.
    leash_seconds : float or None
        Where the excess falls below a fifth of its peak or its band meets the baseline; None where none is seen.
    reason : str
        Why the leash is so.
    """

    n_pairs: NDArray[np.int64]
    lag_seconds: Floats
    excess: Floats
    low: Floats
    high: Floats
    resampled: Floats
    baseline: float
    half_life_seconds: float | None
    half_life_band: tuple[float, float | None] | None
    leash_seconds: float | None
    reason: str


def measure_decay(vectors: ArrayLike, offset_seconds: ArrayLike, *, seed: int = 0) -> Decay:
    """Return how the likeness of texts decays with the time between them.

    Parameters
    ----------
    vectors : (n_texts, n_dimensions) float
        Of unit length; each distinct text once, as repeats would be alike at any lag.
    offset_seconds : (n_texts,) float
        When each was said; texts at NaN are left out.
    seed : int
        For the choice of pairs (at most 10,000 a lag) and the resampling.

    Returns
    -------
    Decay
        One entry for each two neighbors of ``LAG_EDGES``.

    Raises
    ------
    ValueError
        When the shapes do not fit.
    """
    matrix, seconds = np.asarray(vectors, dtype=np.float32), np.asarray(offset_seconds, dtype=np.float64)
    if matrix.ndim != 2 or seconds.shape != matrix.shape[:1]:
        raise ValueError(f"vectors and offset_seconds must agree, had shapes {matrix.shape} and {seconds.shape}.")
    rows = np.flatnonzero(np.isfinite(seconds))
    rows = rows[np.argsort(seconds[rows], kind="stable")]
    matrix, seconds = matrix[rows], seconds[rows]
    n_lags, n_texts = len(LAG_EDGES) - 1, len(rows)
    nothing = np.full(n_lags, np.nan)
    if n_texts < _MIN_TEXTS:
        reason = f"too few texts ({n_texts} of {_MIN_TEXTS})"
        no_pairs = np.zeros(n_lags, dtype=np.int64)
        return Decay(
            no_pairs, nothing, nothing, nothing, nothing, nothing[None], float("nan"), None, None, None, reason
        )
    rng = np.random.default_rng(seed)
    stretch = np.arange(n_texts) * _N_STRETCHES // n_texts
    first = rng.integers(0, n_texts, _MAX_PAIRS)
    random = _cosines(matrix, first, (first + rng.integers(1, n_texts, _MAX_PAIRS)) % n_texts)
    deviation = max(float(random.std()), 1e-9)
    counts, sums = np.zeros((_N_STRETCHES, n_lags + 1)), np.zeros((_N_STRETCHES, n_lags + 1))
    lags = nothing.copy()

    def add(column: int, starts: NDArray[np.int64], values: Floats) -> None:
        counts[:, column] = np.bincount(stretch[starts], minlength=_N_STRETCHES)
        sums[:, column] = np.bincount(stretch[starts], weights=values / deviation, minlength=_N_STRETCHES)

    add(n_lags, first, random)
    for lag in range(n_lags):
        one, other = _pairs_at(seconds, LAG_EDGES[lag], LAG_EDGES[lag + 1], rng)
        add(lag, one, _cosines(matrix, one, other))
        lags[lag] = np.mean(seconds[other] - seconds[one]) if len(one) else np.nan
    excess = _excess(counts.sum(axis=0), sums.sum(axis=0))
    weights = rng.multinomial(_N_STRETCHES, np.full(_N_STRETCHES, 1 / _N_STRETCHES), size=_N_RESAMPLES)
    resampled = _excess(weights @ counts, weights @ sums)
    low, high = (np.sort(resampled, axis=0)[round(share * (_N_RESAMPLES - 1))] for share in _BAND)
    n_pairs = counts[:, :n_lags].sum(axis=0).astype(np.int64)
    known = np.flatnonzero(n_pairs >= _MIN_PAIRS)
    near = [lag for lag in known.tolist() if lag < NEAR_LAGS and low[lag] > 0]
    peak = max(near, key=lambda lag: float(excess[lag]), default=None)
    half, leash, reason = _read_ends(peak, known, lags, excess, low)
    band = None if half is None or peak is None else _half_life_band(peak, known, lags, resampled)
    return Decay(
        n_pairs, lags, excess, low, high, resampled, float(random.mean() / deviation), half, band, leash, reason
    )


def _cosines(matrix: NDArray[np.float32], one: NDArray[Any], other: NDArray[Any]) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", matrix[one], matrix[other]), dtype=np.float64)


def _excess(counts: Floats, sums: Floats) -> Floats:
    """Return the means less the last one, which is that of random pairs."""
    means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return np.asarray(means[..., :-1] - means[..., -1:], dtype=np.float64)


def _pairs_at(
    seconds: Floats, low: float, high: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of rows at least ``low`` and less than ``high`` apart: all of them, or a sample."""
    begin = np.maximum(np.searchsorted(seconds, seconds + low), np.arange(len(seconds)) + 1)
    totals = np.cumsum(np.maximum(np.searchsorted(seconds, seconds + high) - begin, 0))
    n_pairs = int(totals[-1])
    chosen = np.arange(n_pairs) if n_pairs <= _MAX_PAIRS else rng.integers(0, n_pairs, _MAX_PAIRS)
    one = np.searchsorted(totals, chosen, side="right").astype(np.int64)
    before = np.r_[0, totals[:-1]][one]
    return one, (begin[one] + chosen - before).astype(np.int64)


def _read_ends(
    peak: int | None, known: NDArray[np.int64], lags: Floats, excess: Floats, low: Floats
) -> tuple[float | None, float | None, str]:
    """Return the half-life, the leash, and why it is so."""
    if peak is None:
        return None, None, "messages near in time are not seen to be more alike than others"
    half, before = None, peak
    for lag in known[known > peak]:
        if half is None and excess[lag] <= excess[peak] / 2:
            half = _half_life(lags, excess, peak, before, int(lag))
        if excess[lag] < LEASH_SHARE * excess[peak] or low[lag] <= 0:
            why = "the excess is below a fifth of its peak" if low[lag] > 0 else "its band meets the baseline"
            return half, LAG_EDGES[lag], f"from {LAG_EDGES[lag]:.0f} s on {why}"
        before = int(lag)
    return half, LAG_EDGES[before + 1], "messages are alike up to the longest lag that is seen"


def _half_life(lags: Floats, excess: Floats, peak: int, before: int, after: int) -> float:
    return _crossing(lags, excess, before, after, float(excess[peak]) / 2) - float(lags[peak])


def _half_life_band(
    peak: int, known: NDArray[np.int64], lags: Floats, resampled: Floats
) -> tuple[float, float | None] | None:
    """Return where the half-lives of resampled streams lie, from the peak of the stream as it is."""
    found = []
    for curve in resampled:
        half, before = np.inf, peak
        for lag in known[known > peak].tolist():
            if curve[lag] <= curve[peak] / 2:
                half = _half_life(lags, curve, peak, before, lag) if curve[peak] > 0 else 0.0
                break
            before = lag
        found.append(half)
    low, high = (float(np.sort(found)[round(share * (len(found) - 1))]) for share in _HALF_BAND)
    return (low, high if np.isfinite(high) else None) if np.isfinite(low) else None


def _crossing(lags: Floats, excess: Floats, before: int, after: int, level: float) -> float:
    """Return the lag where the excess crosses a level: it falls exponentially, or straight where it goes below 0."""
    high, low = float(excess[before]), float(excess[after])
    share = (high - level) / (high - low) if low <= 0 else np.log(high / level) / np.log(high / low)
    return float(lags[before] + share * (lags[after] - lags[before]))
