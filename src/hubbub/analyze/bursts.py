"""Counts of messages, bin by bin → bursts, at a stated rate of false alarms; only the past decides.

A burst is a stretch with more messages than the stream's own past makes likely. The past is a level with a trend,
both discounted (double exponential smoothing: Brown 1963, "Smoothing, Forecasting and Prediction"). Counts are
negative binomial: their variance is ``m + a m²`` (Hilbe 2011, "Negative Binomial Regression", section 8.2), and ``a``
is learned, for each length of window, from the errors that the forecasts made before, so that everything that makes
forecasts err in quiet times (a chat that is jumpy, one whose messages come in clusters, a level that moves) raises the
bar. Windows of several lengths are looked at whenever a bin ends (a scan statistic: Glaz, Naus and Wallenstein 2001);
an alarm is raised when the chance of so many messages in one of them is below the false alarms allowed, divided by the
number of looks (Bonferroni). Not handled: a rise slower than about ten minutes, which is trend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BIN_SECONDS = 10.0
WINDOWS = (1, 3, 6, 12)
"""Lengths of the windows, in bins."""

_ALPHA = 0.02
"""Weight of the newest bin in the level: bins are about 50 bins old on average."""
_MEMORY_BINS = 40.0
"""How many bins' worth of information the level has: the variance of its error is that of a bin times 1.25 alpha."""
_SPREAD_BINS = 540.0
"""How long an error of the forecast is remembered."""
_FIRST_SPREAD = 0.3
_FIRST_BINS = 10.0
"""The over-dispersion that is believed before anything was seen, and how many bins that belief is worth."""
_LEAST_SPREAD = 0.003
_CAP = 2.5
"""Standard deviations beyond which a count moves neither level nor spread any further."""
_MARGIN = 0.5
"""Share of the allowed false alarms that the model may use; the rest is for what it does not know (see the tests)."""
_MIN_RATIO = 1.5
_MIN_MESSAGES = 8
_QUIET_BINS = 3
_WARM_BINS = 18
"""Nothing is a burst before so many bins were seen."""
_MOST_BINS = 60
"""A burst that lasts for longer is the new level."""

SCHEMA = {
    "stream": pl.Int64,
    "start_seconds": pl.Float64,
    "peak_seconds": pl.Float64,
    "end_seconds": pl.Float64,
    "alarm_seconds": pl.Float64,
    "n_messages": pl.Int64,
    "expected": pl.Float64,
    "chance_per_hour": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one bin showed, one entry a stream.

    Attributes
    ----------
    is_alarm : (n_streams,) bool
        A burst was found at the end of this bin.
    is_burst : (n_streams,) bool
        A burst is under way, or was until this bin.
    has_ended : (n_streams,) bool
        The burst ended with this bin.
    n_bins : (n_streams,) int64
        Length of the window that raised the alarm; 0 without one.
    expected : (n_streams,) float64
        Messages that the level makes likely in this bin.
    chance : (n_streams,) float64
        The least chance of as many messages, over the windows.
    """

    is_alarm: Bools
    is_burst: Bools
    has_ended: Bools
    n_bins: NDArray[np.int64]
    expected: Floats
    chance: Floats


class BurstDetector:
    """Watches the counts of one or more streams, bin by bin, each on its own.

    Parameters
    ----------
    n_streams : int
    false_alarms_per_hour : float
        What an hour of a stream without a burst costs in false alarms, at most and on average.
    bin_seconds : float
        Length of a bin.
    """

    def __init__(
        self, n_streams: int = 1, *, false_alarms_per_hour: float = 0.1, bin_seconds: float = BIN_SECONDS
    ) -> None:
        if not (false_alarms_per_hour > 0 and bin_seconds > 0 and n_streams > 0):
            raise ValueError(
                "false_alarms_per_hour, bin_seconds and n_streams must be above 0, were "
                f"{false_alarms_per_hour}, {bin_seconds}, {n_streams}."
            )
        self.looks_per_hour = 3600.0 / bin_seconds * len(WINDOWS)
        self.needed = min(_MARGIN * false_alarms_per_hour / self.looks_per_hour, 0.5)
        longest, n_windows = max(WINDOWS), len(WINDOWS)
        # The last bins, newest first: counts, and the level and slope as they were known after each.
        self._counts = np.zeros((longest, n_streams))
        self._levels = np.zeros((longest + 1, n_streams))
        self._slopes = np.zeros((longest + 1, n_streams))
        self._first = np.zeros(n_streams)
        self._second = np.zeros(n_streams)
        self._n_seen = np.zeros(n_streams)
        self._n_valid = np.zeros(n_streams)
        self._squares = np.zeros((n_windows, n_streams))
        self._weights = np.zeros((n_windows, n_streams))
        self._n_errors = np.zeros((n_windows, n_streams))
        self._in_burst = np.zeros(n_streams)
        self._n_quiet = np.zeros(n_streams)

    def step(self, counts: ArrayLike) -> Look:
        """Take in the counts of one more bin and return what they show.

        Parameters
        ----------
        counts : (n_streams,) int
            Messages of the bin in each stream.
        """
        newest = np.asarray(counts, dtype=np.float64)
        self._counts = np.concatenate([newest[None], self._counts[:-1]])
        sums, mean, spread, size = self._forecast()
        chance = betainc(np.maximum(sums, 1e-9), size, mean / (mean + size))
        chance = np.where((sums >= _MIN_MESSAGES) & (sums >= _MIN_RATIO * mean), chance, 1.0)
        lengths = np.array(WINDOWS, dtype=np.int64)
        # Bins before the end of the last burst, or before the first bin, are in no window.
        was_valid = (lengths[:, None] <= self._n_valid + 1) & (self._n_seen >= _WARM_BINS + lengths[:, None])
        chance = np.where(was_valid, chance, 1.0)
        was_burst = self._in_burst > 0
        best = np.argmin(chance, axis=0)
        least = np.take_along_axis(chance, best[None], axis=0)[0]
        is_alarm = ~was_burst & (least < self.needed)
        n_bins = np.where(is_alarm, lengths[best], 0)
        deviation = np.sqrt(mean + spread * mean * mean)
        self._learn_spread(sums, mean, deviation, was_valid & ~was_burst & ~is_alarm)
        self._learn_level(newest, mean[0], deviation[0], ~was_burst & ~is_alarm)
        self._go_back(is_alarm, n_bins)
        is_burst = was_burst | is_alarm
        expected = np.maximum(self._levels[0], 1e-6)
        has_ended = self._follow(sums[1] / WINDOWS[1], expected, spread[1], is_burst)
        return Look(is_alarm, is_burst, has_ended, n_bins, expected, least)

    def _forecast(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return of each window the messages, those expected, the over-dispersion, and the size of the distribution."""
        running = np.cumsum(self._counts, axis=0)
        rows = np.array(WINDOWS) - 1
        sums = running[rows]
        length = np.array(WINDOWS, dtype=np.float64)[:, None]
        # The level as it was known before the window began, carried forward by its slope.
        level, slope = self._levels[rows], self._slopes[rows]
        ahead = np.clip(length * level + slope * length * (length + 1) / 2, 0.5 * length * level, 2 * length * level)
        known = np.clip(self._n_seen - length + 1, 1.0, _MEMORY_BINS)
        shape = ahead / length * known + 0.5
        mean = length * shape / known
        prior = _FIRST_BINS * length * mean * mean
        spread = (self._squares + _FIRST_SPREAD * prior) / (self._weights + prior)
        spread = np.clip(spread, _LEAST_SPREAD, 10.0)
        # Errors of overlapping windows tell less than their number says; twice the standard error is added.
        n_errors = self._n_errors / length + _FIRST_BINS
        spread = spread + 2.0 * np.sqrt(2.0 / n_errors) * (spread + 1.0 / mean)
        return sums, mean, spread, 1.0 / (spread + 1.0 / shape)

    def _learn_spread(self, sums: Floats, mean: Floats, deviation: Floats, is_told: Bools) -> None:
        error = np.minimum(sums, mean + _CAP * deviation) - mean
        keep = 1.0 - 1.0 / _SPREAD_BINS
        for total, new in (
            (self._squares, error * error - mean),
            (self._weights, mean * mean),
            (self._n_errors, np.ones_like(mean)),
        ):
            total[:] = np.where(is_told, keep * total + new, total)

    def _learn_level(self, newest: Floats, mean: Floats, deviation: Floats, is_told: Bools) -> None:
        self._n_seen += 1
        self._n_valid = np.where(is_told, self._n_valid + 1, 0)
        weight = np.maximum(_ALPHA, 1.0 / np.maximum(self._n_seen, 1.0))
        count = np.where(self._n_seen > _MEMORY_BINS, np.minimum(newest, mean + _CAP * deviation + 1.0), newest)
        first = self._first + weight * (count - self._first)
        second = np.where(self._n_seen == 1, first, self._second + weight * (first - self._second))
        self._first = np.where(is_told, first, self._first)
        self._second = np.where(is_told, second, self._second)
        # The slope is believed once the level has settled.
        belief = np.clip(self._n_seen / 90.0 - 1.0, 0.0, 1.0)
        slope = belief * weight / np.maximum(1.0 - weight, 1e-9) * (self._first - self._second)
        level = self._first + belief * (self._first - self._second)
        level = np.where(is_told, np.maximum(level, 0.0), self._levels[0])
        slope = np.where(is_told, slope, 0.0)
        self._levels = np.concatenate([level[None], self._levels[:-1]])
        self._slopes = np.concatenate([slope[None], self._slopes[:-1]])

    def _go_back(self, is_alarm: Bools, n_bins: NDArray[np.int64]) -> None:
        """Take the level back to what it was before the burst began to move it."""
        if not is_alarm.any():
            return
        rows = np.minimum(n_bins, len(self._levels) - 1)[None]
        before = np.take_along_axis(self._levels, rows, axis=0)[0]
        self._first = np.where(is_alarm, before, self._first)
        self._second = np.where(is_alarm, before, self._second)
        self._levels = np.where(is_alarm, before, self._levels)
        self._slopes = np.where(is_alarm, 0.0, self._slopes)

    def _follow(self, recent: Floats, expected: Floats, spread: Floats, is_burst: Bools) -> Bools:
        """Return which bursts end with this bin: three bins in a row at the level, or a new level."""
        mean = WINDOWS[1] * expected
        ordinary = (mean + 2.0 * np.sqrt(mean + spread * mean * mean)) / WINDOWS[1]
        self._in_burst = np.where(is_burst, self._in_burst + 1, 0)
        self._n_quiet = np.where(is_burst & (recent <= ordinary), self._n_quiet + 1, 0)
        is_level = self._in_burst >= _MOST_BINS
        has_ended = is_burst & ((self._n_quiet >= _QUIET_BINS) | is_level)
        level = np.where(is_level, self._counts.mean(axis=0), self._levels[0])
        self._first = np.where(has_ended, level, self._first)
        self._second = np.where(has_ended, level, self._second)
        self._levels = np.where(has_ended, level, self._levels)
        self._in_burst = np.where(has_ended, 0, self._in_burst)
        self._n_valid = np.where(has_ended, 0, self._n_valid)
        return np.asarray(has_ended)


def watch(counts: ArrayLike, *, false_alarms_per_hour: float = 0.1, bin_seconds: float = BIN_SECONDS) -> pl.DataFrame:
    """Return the bursts of streams from their counts.

    Parameters
    ----------
    counts : (n_streams, n_bins) int
        Messages of each bin, in order of time.
    false_alarms_per_hour : float
        As for ``BurstDetector``.
    bin_seconds : float
        Length of a bin.

    Returns
    -------
    polars.DataFrame
        ``SCHEMA``: the stream's row; the begin of the burst, of its fullest bin, and its end; ``alarm_seconds``, the
        end of the bin in which it was found; its messages, and those that the level before it makes likely;
        ``chance_per_hour``, how often so many would be seen in an hour without a burst. In order of stream and time.
    """
    table = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    detector = BurstDetector(max(1, len(table)), false_alarms_per_hour=false_alarms_per_hour, bin_seconds=bin_seconds)
    open_: dict[int, dict[str, Any]] = {}
    found: list[dict[str, Any]] = []
    for i_bin in range(table.shape[1]):
        look = detector.step(table[:, i_bin])
        for row in np.flatnonzero(look.is_burst).tolist():
            if look.is_alarm[row]:
                first = i_bin + 1 - int(look.n_bins[row])
                open_[row] = {"first": first, "alarm": i_bin, "level": look.expected[row], "chance": 1.0}
            open_[row]["chance"] = min(open_[row]["chance"], float(look.chance[row]))
            if look.has_ended[row] or i_bin == table.shape[1] - 1:
                found.append(_describe(table[row], row, open_.pop(row), i_bin, detector, bin_seconds))
    rows = pl.DataFrame(found, schema=SCHEMA)
    return rows.sort("stream", "start_seconds")


def _describe(
    counts: Floats, row: int, burst: dict[str, Any], last: int, detector: BurstDetector, bin_seconds: float
) -> dict[str, Any]:
    """Return one row of what ``watch`` gives: the edges moved to the first and last bin above the level."""
    first, level = burst["first"], burst["level"]
    above = np.flatnonzero(counts[first : last + 1] > 1.2 * level) + first
    if len(above):
        first, last = int(above[0]), int(above[-1])
    span = counts[first : last + 1]
    return {
        "stream": row,
        "start_seconds": first * bin_seconds,
        "peak_seconds": (first + int(np.argmax(span))) * bin_seconds,
        "end_seconds": (last + 1) * bin_seconds,
        "alarm_seconds": (burst["alarm"] + 1) * bin_seconds,
        "n_messages": int(span.sum()),
        "expected": float(level * len(span)),
        "chance_per_hour": float(burst["chance"] * detector.looks_per_hour),
    }
