"""What a stretch of chat has more of than the chat before it: the reason of a burst."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple


class Excess(NamedTuple):
    """One thing that is over-represented.

    Attributes
    ----------
    name : str
    n_during, n_before : int
        Messages that have it.
    score : float
        Log-likelihood ratio; 10.8 is seen by chance once in a thousand things.
    """

    name: str
    n_during: int
    n_before: int
    score: float


def over_represented(
    during: Mapping[str, int], before: Mapping[str, int], n_during: int, n_before: int, *, least: int = 3
) -> list[Excess]:
    """Return what has a larger share of the messages than before, most surprising first.

    The score is the log-likelihood ratio of a two by two table (Dunning 1993, "Accurate Methods for the Statistics of
    Surprise and Coincidence", Computational Linguistics 19:61), which is fair to rare things.

    Parameters
    ----------
    during, before : mapping of str to int
        Messages that have each thing.
    n_during, n_before : int
        All messages.
    least : int
        Things of fewer messages are no reason.

    Examples
    --------
    >>> [found.name for found in over_represented({"gg": 9, "the": 3}, {"gg": 1, "the": 30}, 10, 100)]
    ['gg']
    """
    found = []
    for name, n in during.items():
        other = before.get(name, 0)
        if n < least or n * max(n_before, 1) <= other * n_during:
            continue
        found.append(Excess(name, n, other, _log_likelihood_ratio(n, n_during, other, n_before)))
    return sorted(found, key=lambda excess: (-excess.score, excess.name))


def _log_likelihood_ratio(n: int, n_all: int, other: int, other_all: int) -> float:
    together = (n + other) / max(n_all + other_all, 1)
    return 2 * (
        _likelihood(n, n_all, n / n_all)
        + _likelihood(other, other_all, other / max(other_all, 1))
        - _likelihood(n, n_all, together)
        - _likelihood(other, other_all, together)
    )


def _likelihood(n: int, n_all: int, share: float) -> float:
    hits = n * math.log(share) if n else 0.0
    misses = (n_all - n) * math.log1p(-share) if n < n_all else 0.0
    return hits + misses
