"""Texts that a model got wrong → why, by rules that are stated: a first sorting for people to read, not a verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KINDS = ("other language", "mixed", "wrong label", "sarcasm", "model error")
"""Tried in this order; the first that holds is the kind."""

_SURE = 0.95
_STRONG = 1.2
_MIN_TEXTS = 10
_TURN = re.compile(r"\b(?:but|though|although|however|mais|pourtant|cependant)\b", re.IGNORECASE)
_IRONY = re.compile(
    r"#(?:sarcasm|irony|ironie|not)\b"
    r"|\b(?:yay|oh great|how nice|thanks a lot|just great|so much fun|super merci)\b"
    r"|\.\.\.\s*not\b|\"(?:great|fun|nice|super|génial)\"",
    re.IGNORECASE,
)


def strong_words(words: Sequence[str], targets: NDArray[np.int64], n_classes: int) -> dict[str, int]:
    """Return the side of words that stand with one side of the labels much more often: -1 or 1.

    Parameters
    ----------
    words : sequence of str
        Prepared texts.
    targets : (n,) int
        Their classes; the first is negative, the last positive.
    n_classes : int
        How many classes there are.
    """
    counts: dict[str, list[int]] = {}
    for text, target in zip(words, targets.tolist(), strict=True):
        if target in (0, n_classes - 1):
            for word in set(text.split()):
                counts.setdefault(word, [1, 1])[target > 0] += 1
    sizes = [int((targets == 0).sum()) + 2, int((targets == n_classes - 1).sum()) + 2]
    ratios = {
        word: float(np.log(n[1] / sizes[1]) - np.log(n[0] / sizes[0]))
        for word, n in counts.items()
        if sum(n) >= _MIN_TEXTS
    }
    return {word: 1 if ratio > 0 else -1 for word, ratio in ratios.items() if abs(ratio) >= _STRONG}


def sort_mistakes(
    texts: Sequence[str],
    words: Sequence[str],
    foreign: Sequence[str | None],
    sure: NDArray[np.float64],
    told_positive: NDArray[np.bool_],
    strong: dict[str, int],
) -> list[str]:
    """Return the kind of each mistake.

    Other language: told to be in one. Mixed: strong words of both sides, or one side and a "but". Wrong label: the
    model is sure (.95) and no strong word speaks for the label. Sarcasm: told positive, and marks of irony stand in it.
    Model error: all else.

    Parameters
    ----------
    texts, words : sequence of str
        As typed, and prepared.
    foreign : sequence of str or None
        The other language, where there is one.
    sure : (n,) float
        The probability of what the model told.
    told_positive : (n,) bool
        Whether it told positive.
    strong : dict of str to int
        See ``strong_words``.
    """
    kinds = []
    for i, text in enumerate(texts):
        sides = {strong[word] for word in words[i].split() if word in strong}
        side = 1 if told_positive[i] else -1
        if foreign[i] is not None:
            kinds.append("other language")
        elif len(sides) == 2 or (sides and _TURN.search(text)):
            kinds.append("mixed")
        elif told_positive[i] and _IRONY.search(text):
            kinds.append("sarcasm")
        elif sure[i] >= _SURE and -side not in sides:
            kinds.append("wrong label")
        else:
            kinds.append("model error")
    return kinds
