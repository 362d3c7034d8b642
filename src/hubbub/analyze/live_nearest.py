"""A text that just came → the theme whose center is nearest, as ``themes.attach`` finds it, one text at a time.

What ``attach`` does for many texts at once costs more to begin than to do; here what all texts share is laid out once
for each grouping. A text's theme does not depend on what else came with it, to the bit, and its words' plurals are
looked up among the grouping's words only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubbub.analyze.evidence import unit_rows
from hubbub.analyze.terms import singular
from hubbub.analyze.themes import FLOOR, Themes
from hubbub.analyze.words import read_words

Floats = NDArray[np.float32]


class Nearest:
    """Finds the theme of single texts.

    Parameters
    ----------
    themes : Themes
        As found.
    """

    def __init__(self, themes: Themes) -> None:
        reader, hearts, shares = themes.reader, themes.hearts, themes.shares
        self.n_themes = themes.n_themes
        self._reader = reader
        self._closeness = themes.closeness
        self._clock = None if reader.profiles is None else reader.clock
        time_share = 0.0 if self._clock is None else shares.time
        # Centers are scaled; to scale them again stands for scaling each text.
        self._meaning = np.ascontiguousarray(hearts.meaning) * np.float32(np.sqrt(1.0 - shares.words - time_share))
        self._words = np.ascontiguousarray(hearts.words.toarray().T) * np.float32(np.sqrt(shares.words))
        self._time = None if hearts.time is None else hearts.time * np.float32(np.sqrt(time_share))
        self._moments: dict[int, Floats] = {}

    def find(self, vector: Floats, text: str, seconds: float, ratio: float) -> int:
        """Return the theme of a text, -1 where none is close.

        Parameters
        ----------
        vector : (dim,) float32
            Of unit length.
        text : str
            Clean.
        seconds : float
            When it was sent.
        ratio : float
            As for ``attach``.
        """
        if self.n_themes == 0:
            return -1
        similar = self._meaning @ _unit(vector - self._reader.mean)
        columns, weights = self._read(text)
        similar += weights @ self._words[columns]
        least = ratio * self._closeness
        if self._time is not None and self._clock is not None and self._reader.profiles is not None:
            similar += self._time @ _unit(self._moment(seconds) + weights @ self._reader.profiles[columns])
            least = np.maximum(least, FLOOR)
        best = int(np.argmax(similar))
        return best if similar[best] >= least[best] else -1

    def _read(self, text: str) -> tuple[list[int], Floats]:
        """Return the columns and weights of the words of a text that the grouping knows."""
        known = self._reader.columns
        words = {singular(word, known) for word in read_words(text, self._reader.emotes)}
        columns = sorted(known[word] for word in words if word in known)
        weights = _unit(self._reader.idf[columns])
        return columns, weights * self._reader.focus[columns]

    def _moment(self, seconds: float) -> Floats:
        """Return the unit row of one message at this moment."""
        clock = self._clock
        place = 0 if clock is None else clock.bin_of(seconds)
        if clock is not None and place not in self._moments:
            self._moments[place] = unit_rows(clock.excess([[seconds]]))[0]
        return self._moments[place]


def _unit(row: Floats) -> Floats:
    length = float(np.sqrt(row @ row))
    return row / np.float32(length) if length > 1e-9 else np.zeros_like(row)
