"""Moments of messages → messages per bin, its bursts, and the busiest stretch.

A burst is a bin with many more messages than its neighborhood makes likely: the expected count is the rolling median,
the spread that of a negative binomial whose over-dispersion is read from the stream's ordinary bins, so a channel
whose chat is always jumpy needs a higher jump. Not handled: slow rises (a rise slower than the baseline's window is
baseline).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import median_filter
from scipy.special import betainc, gammaln

_MOST_BINS = 5_000_000
_DISPERSIONS = tuple(float(a) for a in np.geomspace(1e-3, 2.0, 40))
"""What the over-dispersion may be; the lowest is all but Poisson."""


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of a stream.

    Attributes
    ----------
    start_seconds, end_seconds : float
        Offsets of its first and last message.
    n_messages : int
        Messages in it, both ends included.
    """

    start_seconds: float
    end_seconds: float
    n_messages: int


def message_rate(
    offset_seconds: ArrayLike, bin_seconds: float = 60.0, duration_seconds: float | None = None
) -> pl.DataFrame:
    """Return the number of messages of each bin, quiet bins included.

    Parameters
    ----------
    offset_seconds : (n_messages,) float
        Seconds since the stream's start, in any order; NaN rows are not counted. Negative before the start.
    bin_seconds : float
        Length of a bin; bins start at multiples of it.
    duration_seconds : float, optional
        The rate goes on to here where the last message is earlier.

    Returns
    -------
    polars.DataFrame
        ``start_seconds`` (float) and ``n`` (int), in order of time, from offset 0 (or the first bin, if negative).
    """
    if not bin_seconds > 0:
        raise ValueError(f"bin_seconds must be above 0, was {bin_seconds}.")
    seconds = _finite(offset_seconds)
    last = -1 if duration_seconds is None else int(np.ceil(duration_seconds / bin_seconds)) - 1
    first = 0
    if len(seconds):
        first = min(0, int(np.floor(seconds.min() / bin_seconds)))
        last = max(last, int(np.floor(seconds.max() / bin_seconds)))
    if last - first > _MOST_BINS:
        raise ValueError(
            f"The messages span {last - first:,} bins of {bin_seconds} s, more than {_MOST_BINS:,}: "
            "take a longer bin_seconds or look at offset_seconds."
        )
    places = np.floor(seconds / bin_seconds).astype(np.int64) - first
    counts = np.bincount(places, minlength=max(0, last - first + 1)).astype(np.int64)
    starts = (np.arange(len(counts)) + first) * float(bin_seconds)
    return pl.DataFrame({"start_seconds": starts, "n": counts}, schema={"start_seconds": pl.Float64, "n": pl.Int64})


def find_peaks(
    rate: pl.DataFrame,
    *,
    baseline_seconds: float = 1500.0,
    gap_seconds: float = 240.0,
    false_alarms_per_hour: float = 0.02,
    min_ratio: float = 2.0,
) -> pl.DataFrame:
    """Return the bursts of a rate, in order of time.

    Parameters
    ----------
    rate : polars.DataFrame
        As ``message_rate`` gives it: equal bins, ``start_seconds`` and ``n``.
    baseline_seconds : float
        Width of the rolling median that gives the expected count.
    gap_seconds : float
        Of peaks nearer to each other than this only the highest is kept.
    false_alarms_per_hour : float
        A bin is a burst when counts as high would be seen less often than this by chance.
    min_ratio : float
        And when it has at least this many times the expected count.

    Returns
    -------
    polars.DataFrame
        ``start_seconds``, ``n``, ``expected`` (messages in that bin by the baseline) and ``score``: minus the decimal
        logarithm of the chance to see so many, at most 300.
    """
    schema = {"start_seconds": pl.Float64, "n": pl.Int64, "expected": pl.Float64, "score": pl.Float64}
    rate = rate.sort("start_seconds")
    starts, counts = rate["start_seconds"].to_numpy(), rate["n"].to_numpy().astype(np.float64)
    if len(counts) < 3:
        return pl.DataFrame(schema=schema)
    bin_seconds = float(np.median(np.diff(starts)))
    width = max(3, round(baseline_seconds / bin_seconds) | 1)
    expected = np.maximum(_baseline(counts, width), 0.5)
    scores = _scores(counts, expected)
    needed = -np.log10(false_alarms_per_hour * bin_seconds / 3600.0)
    is_burst = (scores >= needed) & (counts >= min_ratio * expected)
    kept: list[int] = []
    for i in sorted(np.flatnonzero(is_burst), key=lambda i: (-counts[i], i)):
        if all(abs(starts[i] - starts[j]) >= gap_seconds for j in kept):
            kept.append(int(i))
    kept.sort()
    return pl.DataFrame(
        {
            "start_seconds": starts[kept],
            "n": counts[kept].astype(np.int64),
            "expected": expected[kept],
            "score": scores[kept],
        },
        schema=schema,
    )


def busiest_window(offset_seconds: ArrayLike, window_seconds: float = 300.0) -> Window | None:
    """Return the stretch of at most this length with most messages, the earliest of equals; None without a moment."""
    seconds = np.sort(_finite(offset_seconds))
    if len(seconds) == 0:
        return None
    ends = np.searchsorted(seconds, seconds + window_seconds, side="right")
    counts = ends - np.arange(len(seconds))
    first = int(np.argmax(counts))
    return Window(float(seconds[first]), float(seconds[ends[first] - 1]), int(counts[first]))


def peak_seconds(offset_seconds: ArrayLike, window_seconds: float = 300.0) -> float:
    """Return the middle of the busiest stretch of this length (by default five minutes); NaN without a moment."""
    window = busiest_window(offset_seconds, window_seconds)
    return float("nan") if window is None else (window.start_seconds + window.end_seconds) / 2.0


def _finite(offset_seconds: ArrayLike) -> NDArray[np.float64]:
    seconds = np.asarray(offset_seconds, dtype=np.float64).ravel()
    return seconds[np.isfinite(seconds)]


def _baseline(counts: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the rolling median, with mirrored ends."""
    width = min(width, len(counts) - (len(counts) + 1) % 2)
    smooth = median_filter(counts, size=width, mode="mirror")
    return np.asarray(smooth, dtype=np.float64)


def _scores(counts: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return minus log10 of the chance of at least this count under a negative binomial with these medians.

    Its variance is ``m + a m²`` with one ``a`` for the stream.
    """
    dispersion = _dispersion(counts, expected)
    size, mean = 1.0 / dispersion, _mean_of_median(expected, dispersion)
    chance = betainc(np.maximum(counts, 1e-9), size, mean / (size + mean))
    return np.asarray(-np.log10(np.clip(chance, 1e-300, 1.0)) + 0.0)


def _dispersion(counts: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Return the most likely over-dispersion of the counts that are not above their median.

    Bursts are all above it, so they cannot make themselves look ordinary: the likelihood is that of the lower half,
    given that a count is in it.
    """
    is_lower = counts <= expected
    lower, median = counts[is_lower], expected[is_lower]
    best, most = _DISPERSIONS[0], -np.inf
    for dispersion in _DISPERSIONS:
        size, mean = 1.0 / dispersion, _mean_of_median(median, dispersion)
        density = gammaln(lower + size) - gammaln(size) - gammaln(lower + 1.0)
        density += size * np.log(size / (size + mean)) + lower * np.log(mean / (size + mean))
        in_half = 1.0 - betainc(np.floor(median) + 1.0, size, mean / (size + mean))
        likelihood = float(np.sum(density - np.log(np.maximum(in_half, 1e-12))))
        if likelihood > most:
            best, most = dispersion, likelihood
    return best


def _mean_of_median(median: NDArray[np.float64], dispersion: float) -> NDArray[np.float64]:
    """Return the mean of a gamma distribution with this median (Wilson and Hilferty 1931, PNAS 17:684)."""
    return median / (1.0 - dispersion / 9.0) ** 3
