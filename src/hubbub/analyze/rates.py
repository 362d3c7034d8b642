"""Moments of messages → messages per bin, and the busiest stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

_MOST_BINS = 5_000_000


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
