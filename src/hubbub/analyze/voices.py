"""Messages in order of time → voices: how many people say something, and something negative, bin by bin.

A crowd is counted in people and not in messages, so that one who writes a hundred times is one voice: a viewer counts
once in some bins for being there, and once for being negative; the same text of the same viewer counts once in a day;
and a text that many wrote long before is the habit of a chat (its groan when a round is lost) and not news. Messages
without a viewer are taken for voices of their own, one for each text. Only the past decides what counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

ONCE_BINS = 60
"""A viewer is one voice in so many bins: longer than the longest window that is looked at."""
_SAME_TEXT_SECONDS = 86_400.0
_HABIT_VIEWERS = 20
_MOST_KEPT = 200_000
"""Pairs of viewer and text, viewers, and texts that are remembered; the oldest go first."""

_Key = TypeVar("_Key")


class VoiceCounter:
    """Tells of one message after another whether it is a voice, and a negative one.

    Parameters
    ----------
    bin_seconds : float
        Length of the bins that will be counted.
    """

    def __init__(self, bin_seconds: float) -> None:
        self._once_seconds = ONCE_BINS * bin_seconds
        self._said: dict[tuple[str, str], float] = {}
        self._last: dict[str, float] = {}
        self._last_negative: dict[str, float] = {}
        self._habits: dict[str, list[float]] = {}

    def take(self, seconds: float, viewer_id: str | None, text_id: str, *, is_negative: bool) -> tuple[bool, bool]:
        """Return whether the message is a voice, and whether a negative one.

        Parameters
        ----------
        seconds : float
            When it was written; not before the one that was taken last.
        viewer_id, text_id : str or None, str
            Who wrote it, and what; equal texts have equal ids.
        is_negative : bool
        """
        viewer = viewer_id if viewer_id is not None else f"\0{text_id}"
        before = self._said.get((viewer, text_id))
        if before is not None and seconds - before < _SAME_TEXT_SECONDS:
            return False, False
        _keep(self._said, (viewer, text_id), seconds)
        if is_negative and not self._is_habit(text_id, seconds) and self._is_new(self._last_negative, viewer, seconds):
            _keep(self._last_negative, viewer, seconds)
            _keep(self._last, viewer, seconds)
            return True, True
        if self._is_new(self._last, viewer, seconds):
            _keep(self._last, viewer, seconds)
            return True, False
        return False, False

    def first_seen(self, text_id: str) -> float:
        """Return when the text was first said by a negative voice, in seconds; infinity where it is not known."""
        times = self._habits.get(text_id)
        return times[0] if times else float("inf")

    def _is_new(self, last: dict[str, float], viewer: str, seconds: float) -> bool:
        before = last.get(viewer)
        return before is None or seconds - before >= self._once_seconds

    def _is_habit(self, text_id: str, seconds: float) -> bool:
        """Return whether so many wrote the text before the windows that are looked at now."""
        times = self._habits.setdefault(text_id, [])
        if len(times) < _HABIT_VIEWERS:
            times.append(seconds)
            if len(self._habits) > _MOST_KEPT:
                self._habits.pop(next(iter(self._habits)))
            return False
        return seconds - times[-1] >= self._once_seconds


def count_voices(
    seconds: ArrayLike,
    viewer_ids: Iterable[str | None],
    text_ids: Iterable[str],
    is_negative: ArrayLike,
    *,
    bin_seconds: float,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which messages are voices and which are negative voices, (n_messages,) each.

    Parameters
    ----------
    seconds : (n_messages,) float
        In order of time.
    viewer_ids, text_ids : (n_messages,) str
        A viewer may be None.
    is_negative : (n_messages,) bool
    bin_seconds : float
        As for ``VoiceCounter``.

    Examples
    --------
    >>> voices, negative = count_voices([0, 5, 9], ["a", "a", "b"], ["x", "y", "x"], [True] * 3, bin_seconds=10)
    >>> negative.tolist()
    [True, False, True]
    """
    counter = VoiceCounter(bin_seconds)
    rows = zip(np.asarray(seconds).tolist(), viewer_ids, text_ids, np.asarray(is_negative).tolist(), strict=True)
    flags = [counter.take(at, viewer, text, is_negative=bad) for at, viewer, text, bad in rows]
    table = np.array(flags, dtype=bool).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _keep(kept: dict[_Key, float], key: _Key, seconds: float) -> None:
    """Remember the key as the newest."""
    kept.pop(key, None)
    kept[key] = seconds
    if len(kept) > _MOST_KEPT:
        kept.pop(next(iter(kept)))
