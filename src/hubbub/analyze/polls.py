"""Poll answers in time → polls with their results.

Answers of one family (a to e, 1 to 9, yes and no …) that follow each other are one poll. It ends with a silence, and
where a lull parts two surges that are polls of their own: the same viewers answer again, or the next poll was asked in
between. A viewer has one vote, the last answer given, so that nobody wins by typing often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.measures import Interval, share_interval

MIN_VOTERS = 8
"""Fewer voters are no poll."""
SILENCE_SECONDS = 120.0
_BIN_SECONDS = 5.0
_LULL = 0.2
_SAME_VOTERS = 0.25
_STRAY_SECONDS, _STRAY_SHARE = 20.0, 0.02
_ASKED_BEFORE_SECONDS, _ASKED_AFTER_SECONDS = 120.0, 10.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a poll.

    Attributes
    ----------
    answer : int
        As given.
    n_votes : int
        Voters whose last answer it is.
    share : Interval
        Of the voters, with its 95 % interval: what the share would be in a larger crowd of which these are a sample.
    """

    answer: int
    n_votes: int
    share: Interval


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll.

    Attributes
    ----------
    family : int
        The family of its answers.
    first_seconds, last_seconds : float
        Moments of the first and the last answer.
    options : tuple of Option
        Most votes first.
    n_voters, n_answers, n_changed : int
        Voters; messages that answer; voters whose last answer is not their first.
    """

    family: int
    first_seconds: float
    last_seconds: float
    options: tuple[Option, ...]
    n_voters: int
    n_answers: int
    n_changed: int


def find_polls(
    families: ArrayLike, answers: ArrayLike, viewers: ArrayLike, seconds: ArrayLike, asked: ArrayLike = ()
) -> list[Poll]:
    """Return the polls of one stream, in order of time.

    Parameters
    ----------
    families : (n,) int
        The family of each answer; -1 is no answer.
    answers : (n,) int
        Equal for equal answers.
    viewers : (n,) int
        Who answers; -1 where unknown, each of which counts as a voter of its own.
    seconds : (n,) float
        When, in any order; answers at an unknown moment (NaN) are left out.
    asked : (m,) float
        Moments of messages that ask for votes; they part polls that follow each other.

    Examples
    --------
    >>> poll = find_polls([0] * 9, [1, 1, 1, 1, 1, 2, 2, 2, 2], [*range(8), 0], range(9))[0]
    >>> [(option.answer, option.n_votes) for option in poll.options], poll.n_voters, poll.n_changed
    ([(1, 4), (2, 4)], 8, 1)
    """
    family, answer, viewer = (np.asarray(values, dtype=np.int64) for values in (families, answers, viewers))
    moments = np.asarray(seconds, dtype=np.float64)
    polls = []
    for name in np.unique(family[family >= 0]).tolist():
        rows = np.flatnonzero((family == name) & np.isfinite(moments))
        # Ties of the moment are broken by the columns, so that the order of the rows does not matter.
        rows = rows[np.lexsort((answer[rows], viewer[rows], moments[rows]))]
        for part in _runs(moments[rows], viewer[rows], np.sort(np.asarray(asked, dtype=np.float64))):
            kept = rows[part]
            if _n_voters(viewer[kept]) >= MIN_VOTERS:
                polls.append(_count(name, answer[kept], viewer[kept], moments[kept]))
    return sorted(polls, key=lambda poll: (poll.first_seconds, poll.family))


def find_asking(first_seconds: float, seconds: ArrayLike, scores: ArrayLike, min_score: float = 4.0) -> int | None:
    """Return the position of the message that asked for the votes of a poll, or None where none can be told.

    Parameters
    ----------
    first_seconds : float
        The poll's first answer.
    seconds, scores : (n,) float
        Moment of each message, and how much it looks like asking for votes.
    min_score : float
        Less is no asking.
    """
    moments, score = np.asarray(seconds, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    near = (moments >= first_seconds - _ASKED_BEFORE_SECONDS) & (moments <= first_seconds + _ASKED_AFTER_SECONDS)
    rows = np.flatnonzero(near & (score >= min_score))
    return int(rows[np.lexsort((moments[rows], score[rows]))[-1]]) if len(rows) else None


def _n_voters(viewers: Ints) -> int:
    return len(np.unique(viewers[viewers >= 0])) + int((viewers < 0).sum())


def _runs(seconds: Floats, viewers: Ints, asked: Floats) -> Iterator[slice]:
    """Yield the polls among sorted answers of one family."""
    edges = [0, *(np.flatnonzero(np.diff(seconds) > SILENCE_SECONDS) + 1).tolist(), len(seconds)]
    todo = [(edges[i], edges[i + 1]) for i in range(len(edges) - 1) if edges[i] < edges[i + 1]]
    while todo:
        first, last = todo.pop(0)
        cut = _cut_at(seconds[first:last], viewers[first:last], asked)
        if cut:
            todo[:0] = [(first, first + cut), (first + cut, last)]
        else:
            yield _without_strays(seconds, first, last)


def _cut_at(seconds: Floats, viewers: Ints, asked: Floats) -> int:
    """Return where a run of answers is cut into two polls: the position of the second one's first answer, or 0."""
    n_bins = int((seconds[-1] - seconds[0]) // _BIN_SECONDS) + 1
    if n_bins < 5 or len(seconds) < 2 * MIN_VOTERS:
        return 0
    counts = np.bincount(((seconds - seconds[0]) // _BIN_SECONDS).astype(np.int64), minlength=n_bins)
    rate = np.convolve(counts, np.ones(3), mode="same")
    before, after = np.maximum.accumulate(rate), np.maximum.accumulate(rate[::-1])[::-1]
    depth = rate / np.maximum(np.minimum(before, after), 1)
    for lull in np.argsort(depth, kind="stable").tolist():
        if depth[lull] > _LULL:
            return 0
        # The second poll begins behind the longest pause before the answers come again.
        rise = lull + int(np.argmax(rate[lull:] > _LULL * after[lull]))
        edges = seconds[0] + _BIN_SECONDS * np.array([rise - 5, rise + 2])
        start, stop = np.searchsorted(seconds, edges).tolist()
        near = slice(max(start - 1, 0), stop)  # the pause may begin long before
        if near.stop - near.start < 2:
            continue
        cut: int = near.start + 1 + int(np.argmax(np.diff(seconds[near])))
        left, right = np.unique(viewers[:cut]), np.unique(viewers[cut:])
        left, right = left[left >= 0], right[right >= 0]
        if min(_n_voters(viewers[:cut]), _n_voters(viewers[cut:])) < MIN_VOTERS:
            continue
        smaller = min(len(left), len(right))
        again = len(np.intersect1d(left, right, assume_unique=True)) >= _SAME_VOTERS * smaller if smaller else True
        begin, end = seconds[0] + lull * _BIN_SECONDS - _ASKED_BEFORE_SECONDS / 4, seconds[cut] + _ASKED_AFTER_SECONDS
        if again or ((asked >= begin) & (asked <= end)).any():
            return cut
    return 0


def _without_strays(seconds: Floats, first: int, last: int) -> slice:
    """Return the run without a few answers far before or behind the others, which are chance."""
    may = int(_STRAY_SHARE * (last - first))
    gaps = np.diff(seconds[first:last]) > _STRAY_SECONDS
    for i in range(may, 0, -1):
        if gaps[i - 1]:
            first += i
            break
    for i in range(may, 0, -1):
        if gaps[len(gaps) - i]:
            last -= i
            break
    return slice(first, last)


def _count(family: int, answers: Ints, viewers: Ints, seconds: Floats) -> Poll:
    """Return the result of a poll from its answers in order of time."""
    known = np.flatnonzero(viewers >= 0)
    voters, firsts = np.unique(viewers[known], return_index=True)
    lasts = len(known) - 1 - np.unique(viewers[known][::-1], return_index=True)[1]
    votes = np.concatenate([answers[known][lasts], answers[viewers < 0]])
    options, counts = np.unique(votes, return_counts=True)
    order = np.lexsort((options, -counts))
    return Poll(
        family,
        float(seconds[0]),
        float(seconds[-1]),
        tuple(
            Option(int(options[i]), int(counts[i]), share_interval(int(counts[i]), len(votes))) for i in order.tolist()
        ),
        n_voters=len(votes),
        n_answers=len(answers),
        n_changed=int((answers[known][firsts] != answers[known][lasts]).sum()) if len(voters) else 0,
    )
