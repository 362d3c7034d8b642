"""Messages with topics → counts of each topic in windows that follow each other, and a message for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SHORT, _LONG = 8, 70


@dataclass(frozen=True, slots=True)
class Race:
    """What a film of topics shows.

    Attributes
    ----------
    starts : (n_windows,) float64
        Seconds; each window is ``window_seconds`` long and holds its first moment and not its last.
    counts : (n_windows, n_topics) int64
        Messages of each topic in each window.
    samples : (n_windows, n_topics) int64
        The row of one message of each topic in each window, -1 where there is none.
    """

    starts: NDArray[np.float64]
    counts: NDArray[np.int64]
    samples: NDArray[np.int64]


def run_race(
    topics: ArrayLike,
    seconds: ArrayLike,
    texts: Sequence[str],
    *,
    window_seconds: float,
    step_seconds: float,
    duration_seconds: float,
    seed: int = 1,
) -> Race:
    """Return the counts of topics in windows, with a message of each drawn by chance.

    Parameters
    ----------
    topics : (n_messages,) int
        From 0; -1 for none.
    seconds : (n_messages,) float
        Seconds since the start, in any order; NaN where unknown, which is in no window.
    texts : sequence of str
        What each message says; short ones that are no mere word are drawn where there are any.
    window_seconds, step_seconds : float
        Length of a window, and how far apart windows start; they overlap where the step is shorter.
    duration_seconds : float
        Length of the stream; the last window does not end much later.
    seed : int
        Of the draw; the draw does not depend on the order of the messages.

    Examples
    --------
    >>> minutes = {"window_seconds": 60, "step_seconds": 60, "duration_seconds": 120}
    >>> race = run_race([0, 1, 1], [5, 70, 80], ["a", "b", "c"], **minutes)
    >>> race.starts.tolist(), race.counts.tolist()
    ([0.0, 60.0], [[1, 0], [0, 2]])
    """
    if not (window_seconds > 0 and step_seconds > 0):
        raise ValueError(f"Windows must have a length and a step, were {window_seconds} and {step_seconds}.")
    topic, moment = np.asarray(topics, dtype=np.int64), np.asarray(seconds, dtype=np.float64)
    n_windows = max(1, int((duration_seconds - window_seconds) / step_seconds + 1.5))
    starts = np.arange(n_windows, dtype=np.float64) * step_seconds
    rows = np.flatnonzero((topic >= 0) & np.isfinite(moment))
    keys = np.array([texts[i] for i in rows.tolist()], dtype=object)
    rows = rows[sorted(range(len(rows)), key=lambda i: (moment[rows[i]], keys[i], int(topic[rows[i]])))]
    is_good = np.array([_SHORT <= len(texts[i]) <= _LONG and " " in texts[i] for i in rows.tolist()], dtype=np.bool_)
    n_topics = int(topic.max(initial=-1)) + 1
    counts, samples = (np.zeros((n_windows, n_topics), dtype=np.int64) for _ in range(2))
    samples -= 1
    rng = np.random.default_rng(seed)
    for place, start in enumerate(starts.tolist()):
        first, last = np.searchsorted(moment[rows], [start, start + window_seconds], side="left").tolist()
        inside = topic[rows[first:last]]
        counts[place] = np.bincount(inside, minlength=n_topics)
        for name in np.flatnonzero(counts[place]).tolist():
            mine = first + np.flatnonzero(inside == name)
            good = mine[is_good[mine]]
            samples[place, name] = rows[int(rng.choice(good if len(good) else mine))]
    return Race(starts, counts, samples)
