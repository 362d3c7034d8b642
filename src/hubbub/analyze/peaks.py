"""Moments of messages → the loudest bin of each burst, as ``bursts`` finds them at its rate of false alarms."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from hubbub.analyze.bursts import BIN_SECONDS, watch
from hubbub.analyze.rates import message_rate

_MOST_BINS = 50_000
SCHEMA = {"start_seconds": pl.Float64, "n": pl.Int64, "expected": pl.Float64, "chance_per_hour": pl.Float64}


def find_bursts(offset_seconds: ArrayLike, *, false_alarms_per_hour: float = 0.1) -> pl.DataFrame:
    """Return the bursts of one stream as ``watch`` does, with offsets for its seconds.

    Parameters
    ----------
    offset_seconds : (n_messages,) float
        Seconds since the stream's start, in any order; NaN rows are not counted.
    false_alarms_per_hour : float
        As for ``watch``.

    Returns
    -------
    polars.DataFrame
        As ``watch`` gives it; bins are longer than ten seconds where the stream is longer than six days.
    """
    seconds = np.asarray(offset_seconds, dtype=np.float64).ravel()
    known = seconds[np.isfinite(seconds)]
    span = float(known.max() - min(known.min(), 0.0)) if len(known) else 0.0
    bin_seconds = BIN_SECONDS * max(1, math.ceil(span / BIN_SECONDS / _MOST_BINS))
    rate = message_rate(known, bin_seconds)
    found = watch(rate["n"].to_numpy(), false_alarms_per_hour=false_alarms_per_hour, bin_seconds=bin_seconds)
    start = rate["start_seconds"][0] if rate.height else 0.0
    moments = ("start_seconds", "peak_seconds", "end_seconds", "alarm_seconds")
    return found.with_columns(pl.col(name) + start for name in moments)


def find_peaks(
    offset_seconds: ArrayLike, bin_seconds: float = 60.0, *, false_alarms_per_hour: float = 0.1
) -> pl.DataFrame:
    """Return the bin with most messages of each burst.

    Parameters
    ----------
    offset_seconds : (n_messages,) float
        As for ``find_bursts``.
    bin_seconds : float
        Length of a bin, as of ``message_rate``.
    false_alarms_per_hour : float
        As for ``watch``.

    Returns
    -------
    polars.DataFrame
        ``start_seconds``, ``n``, ``expected`` (messages that the level before the burst makes likely in a bin) and
        ``chance_per_hour``, in order of time; one row for bursts whose fullest bin is the same.
    """
    rate = message_rate(offset_seconds, bin_seconds)
    starts, counts = rate["start_seconds"].to_numpy(), rate["n"].to_numpy()
    rows = []
    for burst in find_bursts(offset_seconds, false_alarms_per_hour=false_alarms_per_hour).to_dicts():
        inside = np.flatnonzero((starts + bin_seconds > burst["start_seconds"]) & (starts < burst["end_seconds"]))
        fullest = int(inside[np.argmax(counts[inside])])
        level = burst["expected"] / (burst["end_seconds"] - burst["start_seconds"])
        row = (float(starts[fullest]), int(counts[fullest]), level * bin_seconds, burst["chance_per_hour"])
        rows.append(row)
    peaks = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return peaks.unique("start_seconds", keep="first", maintain_order=True)
