"""Lexicons that score texts without training: VADER for English, a file of words and their sentiment for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubbub.errors import MissingExtraError, SourceError

_NEUTRAL_WIDTH = 0.05
_SHARPNESS = 4.0
_DENIALS = frozenset("not no never ne pas n'est jamais sans rien aucun aucune".split())  # noqa: SIM905
_DENIED_WORDS = 3


class VaderScorer:
    """VADER (Hutto and Gilbert 2014, ICWSM) by the package of its authors.

    Raises
    ------
    MissingExtraError
        When the package is not there.
    """

    n_parameters = 0

    def __init__(self, n_classes: int) -> None:
        try:
            from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
        except ImportError:
            raise MissingExtraError("the approach 'vader'", "vaderSentiment", "compare") from None
        self._analyzer = SentimentIntensityAnalyzer()
        self._n_classes = n_classes

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds, shape (n, n_classes), of its compound score; within 0.05 of zero is neutral, as it says."""
        compound = [self._analyzer.polarity_scores(text)["compound"] for text in words]
        return _to_odds(np.array(compound, dtype=np.float64), self._n_classes)


class LexiconScorer:
    """Sums of the sentiment of words; one of the three words after a denial counts the other way round."""

    def __init__(self, worth: Mapping[str, float], n_classes: int) -> None:
        self._worth = dict(worth)
        self._n_classes = n_classes

    @property
    def n_parameters(self) -> int:
        """How many words it has."""
        return len(self._worth)

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds, shape (n, n_classes)."""
        sums = np.array([self._sum(text.lower().split()) for text in words], dtype=np.float64)
        # Squeezed to -1 to 1 as VADER does.
        return _to_odds(sums / np.sqrt(sums**2 + 15), self._n_classes)

    def _sum(self, words: list[str]) -> float:
        total, since = 0.0, _DENIED_WORDS
        for word in words:
            if word in _DENIALS:
                since = 0
                continue
            total += self._worth.get(word.strip(".,;:!?"), 0.0) * (-1 if since < _DENIED_WORDS else 1)
            since += 1
        return total


def read_lexicon(file: Path) -> dict[str, float]:
    """Return the sentiment of words: ``word TAB number`` a line (AFINN), or ``id;word;positive|negative…`` (FEEL).

    Raises
    ------
    SourceError
        When a line is neither, or there is none.
    """
    worth: dict[str, float] = {}
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file} must be a lexicon in UTF-8, and cannot be read: {error}.") from error
    for i_line, line in enumerate(lines, 1):
        if not line.strip():
            continue
        word, mark, number = line.partition("\t")
        fields = line.split(";")
        try:
            if mark:
                worth[word.strip().lower()] = float(number.split("\t")[0])
            elif i_line > 1 or "polarity" not in line:
                worth[fields[1].strip().lower()] = {"positive": 2.0, "negative": -2.0}[fields[2].strip()]
        except (ValueError, KeyError, IndexError):
            raise SourceError(
                f"{file}:{i_line}: a line must be a word, a tab and a number, or id;word;positive; was {line[:60]!r}."
            ) from None
    if not worth:
        raise SourceError(f"{file} must be a lexicon, and has no word.")
    return worth


def _to_odds(sides: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]:
    """Return log-odds of scores between -1 and 1."""
    if n_classes == 2:
        return np.column_stack([-sides, sides]) * _SHARPNESS / 2
    return np.column_stack([-sides, np.full(len(sides), _NEUTRAL_WIDTH), sides]) * _SHARPNESS
