"""Moments of a stream's messages → silences that the stream's own rate does not explain.

Each time between two messages is measured in units of the local rate: the lower of the rates just before and just
after it, so that a chat that slowly falls asleep, or wakes up, is not taken for one with a hole. How long such a time
gets in this stream is read from the stream itself: above a high quantile the times are taken as Pareto (a tail that is
heavier than what over-dispersed rates give), its index fitted by maximum likelihood with the longest few times
censored (Hill 1975; they may be the holes that are looked for). A silence is one that would come up in less than one
of a hundred streams (``alpha``) among as many times as the stream has (Bonferroni).

Fewer than 100 messages tell nothing; neither does what comes after the last message, but where a source states how
long the stream was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

MIN_MESSAGES = 100
ALPHA = 0.01
MIN_SECONDS = 10.0
"""Shorter silences are none: a source may hold its messages back for some seconds."""

MAX_LINES = 100
_NEIGHBORS = 20
_FEWEST_BESIDE = 5
_TAIL_SHARE = 0.03
_FEWEST_IN_TAIL = 20
_N_CENSORED = 8
LONGEST = 4 * 3600.0
"""A longer silence lies between two broadcasts."""

LONGEST_IN_A_LOG = 1800.0
"""A log goes on between broadcasts: in it a longer silence is no gap."""

SILENCE = "a silence that the rate does not explain"
CUT_END = "the stated end was not reached"
_GAPS = {"first_seconds": pl.Float64, "last_seconds": pl.Float64, "cause": pl.String, "n_expected": pl.Float64}


@dataclass(frozen=True, slots=True)
class _Tail:
    """How the longest times between messages of a stream are distributed: Pareto above ``start``."""

    start: float
    index: float
    share: float

    def probability(self, length: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how likely a time between messages is at least so long."""
        ratio = np.maximum(np.asarray(length, dtype=np.float64) / self.start, 1.0)
        return np.asarray(self.share * ratio**-self.index)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a source tells of its own completeness.

    Attributes
    ----------
    damage : str or None
        What ended its reading early.
    n_rows : int
        Rows that it held.
    n_expected : int or None
        Messages that it says it holds.
    duration_seconds : float or None
        How long it says that the stream was.
    repeated_parts : sequence of (int, int)
        First and last row (from 1) of each part that repeats an earlier one.
    """

    damage: str | None
    n_rows: int
    n_expected: int | None
    duration_seconds: float | None
    repeated_parts: Sequence[tuple[int, int]] = ()


def judge(evidence: Evidence, gaps: Sequence[tuple[str, pl.DataFrame]]) -> tuple[str, tuple[str, ...]]:
    """Return "complete", "incomplete" or "unknown", and what is missing or there twice, one line each.

    ``gaps`` has the gaps of each stream of the source: first and last second, cause, messages to expect or null. It is
    complete only where the source states how much it holds and all of that is there.
    """
    lines = [f"cut off: {evidence.damage}"] if evidence.damage else []
    n_missing = (evidence.n_expected or 0) - evidence.n_rows
    if n_missing > 0:
        lines.append(f"{n_missing:,} of {evidence.n_expected:,} messages that the file says it holds")
    for stream, found in gaps:
        for first, last, cause, n_likely in found.iter_rows():
            likely = "" if n_likely is None else f", about {n_likely:,.0f} messages"
            lines.append(f"{stream} {_clock(first)} to {_clock(last)}{likely}: {cause}")
    verdict = "incomplete" if lines else "unknown"
    if not lines and (evidence.n_expected is not None or evidence.duration_seconds is not None):
        verdict = "complete"
    lines.extend(f"repeated: rows {first:,} to {last:,} were there before" for first, last in evidence.repeated_parts)
    return verdict, tuple(lines[:MAX_LINES])


def _clock(seconds: float) -> str:
    whole = round(abs(seconds))
    return f"{'-' if seconds < 0 else ''}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def find_silences(
    offset_seconds: ArrayLike,
    *,
    duration_seconds: float | None = None,
    known_gaps: ArrayLike = (),
    longest_seconds: float = LONGEST,
    alpha: float = ALPHA,
) -> pl.DataFrame:
    """Return the stretches of a stream in which messages are likely to be missing.

    Parameters
    ----------
    offset_seconds : (n_messages,) float
        Seconds since the stream's start, in any order; NaN rows are left out.
    duration_seconds : float, optional
        How long the source says that the stream was.
    known_gaps : (n_gaps, 2) float, optional
        First and last second of stretches without a link, in any order, overlapping or not: silence within them is
        explained, and what is left of a silence on both sides of one must be too long by itself.
    longest_seconds : float
        Longer silences are taken as the end of one broadcast and the begin of another.
    alpha : float
        The share of whole streams in which a false silence may be found.

    Returns
    -------
    polars.DataFrame
        ``first_seconds, last_seconds, cause, n_expected`` in order of time; ``n_expected`` is how many messages the
        local rate would have had there.
    """
    seconds = np.asarray(offset_seconds, dtype=np.float64)
    seconds = np.sort(seconds[np.isfinite(seconds)])
    if len(seconds) < MIN_MESSAGES or seconds[-1] <= seconds[0]:
        return pl.DataFrame(schema=_GAPS)
    times = np.diff(seconds - _seconds_in(seconds, np.asarray(known_gaps, dtype=np.float64).reshape(-1, 2)))
    before, after = _rates(times)
    rate = np.minimum(before, after)
    lengths = times * rate
    tail = _fit_tail(lengths)
    if tail is None:
        return pl.DataFrame(schema=_GAPS)
    is_silence = tail.probability(lengths) * len(lengths) < alpha
    is_silence &= (times >= MIN_SECONDS) & (times <= longest_seconds)
    places = np.flatnonzero(is_silence)
    rows = [(seconds[at], seconds[at + 1], SILENCE, times[at] * rate[at]) for at in places]
    if duration_seconds is not None:
        left = duration_seconds - seconds[-1]
        last_rate = _NEIGHBORS / max(times[-_NEIGHBORS:].sum(), 1e-9)
        if left >= MIN_SECONDS and tail.probability(left * last_rate) < alpha:
            rows.append((seconds[-1], duration_seconds, CUT_END, left * last_rate))
    return pl.DataFrame(rows, schema=_GAPS, orient="row")


def _seconds_in(seconds: NDArray[np.float64], gaps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many seconds before each moment lie in any of the gaps."""
    if not len(gaps):
        return np.zeros_like(seconds)
    first, last = gaps[np.argsort(gaps[:, 0], kind="stable")].T
    reached = np.maximum.accumulate(last)
    # A gap adds what it reaches beyond those before it.
    first = np.maximum(first, np.concatenate([first[:1], reached[:-1]]))
    lengths = np.cumsum(np.maximum(reached - first, 0.0))
    edges = np.column_stack([first, np.maximum(first, reached)]).ravel()
    totals = np.column_stack([np.concatenate([[0.0], lengths[:-1]]), lengths]).ravel()
    return np.asarray(np.interp(seconds, edges, totals))


def _rates(times: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rates in the times before and after each time, itself left out; 0 where there are too few."""
    total = np.concatenate([[0.0], np.cumsum(times)])
    place = np.arange(len(times))
    first, last = np.maximum(place - _NEIGHBORS, 0), np.minimum(place + 1 + _NEIGHBORS, len(times))
    n_before, n_after = place - first, last - place - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        before = np.where(n_before >= _FEWEST_BESIDE, n_before / (total[place] - total[first]), 0.0)
        after = np.where(n_after >= _FEWEST_BESIDE, n_after / (total[last] - total[place + 1]), 0.0)
    # Messages of one moment have no rate: such a side says nothing, and the other one counts.
    before = np.where(np.isfinite(before), before, np.inf)
    after = np.where(np.isfinite(after), after, np.inf)
    both = np.isinf(before) & np.isinf(after)
    return np.where(both, 0.0, before), after


def _fit_tail(lengths: NDArray[np.float64]) -> _Tail | None:
    """Return the tail of the distribution of times between messages, in units of the local rate."""
    n_tail = max(int(len(lengths) * _TAIL_SHARE), _FEWEST_IN_TAIL)
    ordered = np.sort(lengths)[::-1]
    start = ordered[n_tail]
    if start <= 0:
        return None
    seen = ordered[_N_CENSORED:n_tail]
    spread = np.log(seen / start).sum() + _N_CENSORED * np.log(seen[0] / start)
    if spread <= 0:
        return None
    return _Tail(float(start), float((n_tail - _N_CENSORED) / spread), n_tail / len(lengths))
