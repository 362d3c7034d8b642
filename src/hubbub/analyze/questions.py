"""Questions that mean the same → one question, however it is worded.

Texts come in order of weight; each joins the nearest of the texts that lead a group where it is near enough, else it
leads one. Texts with other numbers in them are other questions, as vectors hardly tell numbers apart. A group is held
together by its leader, to which every member is near, so that it cannot drift from member to member as single linkage
does (Hartigan 1975, "Clustering Algorithms", chapter 3, the leader algorithm).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MIN_COSINE = 0.8
MAX_LEADERS = 4_000
"""So many groups are open to others; what comes later and joins none of them stays alone, so that time is linear."""
_BLOCK = 512
_NUMBER = re.compile(r"\d+")


def group_meanings(
    vectors: NDArray[np.floating[Any]], weights: ArrayLike, texts: Sequence[str], min_cosine: float = MIN_COSINE
) -> NDArray[np.int64]:
    """Return the group of each text: the position of the text that leads it.

    Parameters
    ----------
    vectors : (n_texts, dim) float
        Unit vectors.
    weights : (n_texts,) number
        How much each text counts, for example by how many it was said; the heaviest lead.
    texts : sequence of str
        Decide between equal weights, so that the order of the rows does not matter.
    min_cosine : float
        What is less alike is another question.

    Examples
    --------
    >>> group_meanings(np.array([[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]]), [1, 5, 2], ["a", "b", "c"]).tolist()
    [0, 1, 1]
    """
    n = len(texts)
    weight, unit = np.asarray(weights, dtype=np.float64), np.asarray(vectors, dtype=np.float32)
    if not len(weight) == len(unit) == n:
        raise ValueError(f"Vectors and weights must be of {n} texts, were of {len(unit)} and {len(weight)}.")
    groups = np.arange(n, dtype=np.int64)
    numbers = {found: i for i, found in enumerate(sorted({_numbers(text) for text in texts}))}
    kind = np.array([numbers[_numbers(text)] for text in texts], dtype=np.int64)
    order = np.array(sorted(range(n), key=lambda i: (-weight[i], texts[i])), dtype=np.int64)
    leaders: list[int] = []
    for start in range(0, n, _BLOCK):
        block = order[start : start + _BLOCK]
        near, inside = (
            np.where(kind[block][:, None] == kind[others], unit[block] @ unit[others].T, np.float32(-1))
            for others in (np.array(leaders, dtype=np.int64), block)
        )
        new: list[int] = []
        for place, row in enumerate(block.tolist()):
            best, most = -1, np.float32(min_cosine)
            if near.shape[1] and (top := int(np.argmax(near[place]))) >= 0 and near[place, top] >= most:
                best, most = leaders[top], near[place, top]
            for other in new:
                if inside[place, other] > most or (best < 0 and inside[place, other] >= most):
                    best, most = int(block[other]), inside[place, other]
            if best >= 0:
                groups[row] = best
            elif len(leaders) + len(new) < MAX_LEADERS:
                new.append(place)
        leaders += [int(block[place]) for place in new]
    return groups


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(text))
