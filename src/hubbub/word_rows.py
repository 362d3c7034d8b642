"""Texts as rows of words: each distinct word once, and which words follow each other in which text.

What must be worked out word by word is then worked out once a distinct word, and what goes over texts is done by numpy
for all of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

_MANY = 4096


@dataclass(frozen=True, slots=True)
class WordRows:
    """Texts as rows of words.

    Attributes
    ----------
    words : list of str
        The distinct words.
    numbers : array of int64, shape (n_words_of_all_texts,)
        The place in ``words`` of each word, text by text.
    starts : array of int64, shape (n_texts + 1,)
        Where each text begins in it, and the end.
    """

    words: list[str]
    numbers: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> WordRows:
        """Return texts as the words between their spaces.

        Examples
        --------
        >>> rows = WordRows.of(["gg wp gg", "", "wp"])
        >>> rows.words, rows.numbers.tolist(), rows.starts.tolist()
        (['gg', 'wp'], [0, 1, 0, 1], [0, 3, 3, 4])
        """
        plain = [text if text.isprintable() else _plain_spaces(text) for text in texts]
        return cls(*(_number_few(plain) if len(plain) < _MANY else _number_many(plain)))

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many words each text has."""
        return np.diff(self.starts)

    def texts(self) -> list[str]:
        """Return each text, one space between its words."""
        words = self.words
        said = [words[number] for number in self.numbers.tolist()]
        return [" ".join(said[start:end]) for start, end in pairwise(self.starts.tolist())]

    def take(self, rows: NDArray[np.int64]) -> WordRows:
        """Return some of the texts, in this order."""
        return WordRows(self.words, *_take(self.numbers, self.starts, rows))

    def spell(self, words: WordRows) -> WordRows:
        """Return the texts with each word replaced by a row of words: ``words`` has one for each distinct word."""
        numbers, starts = _take(words.numbers, words.starts, self.numbers)
        return WordRows(words.words, numbers, starts[self.starts])

    def sum(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the sum over each text of what stands at each word of each text."""
        sums = _running(values)
        return np.asarray(sums[self.starts[1:]] - sums[self.starts[:-1]])


Parts = tuple[list[str], NDArray[np.int64], NDArray[np.int64]]


def _number_few(texts: Sequence[str]) -> Parts:
    """Return the distinct words, the number of each word, and where texts begin."""
    numbers: dict[str, int] = {}
    found: list[int] = []
    starts = [0]
    for text in texts:
        found += [numbers.setdefault(word, len(numbers)) for word in text.split()]
        starts.append(len(found))
    return list(numbers), np.array(found, np.int64), np.array(starts, np.int64)


def _number_many(texts: Sequence[str]) -> Parts:
    """Return what ``_number_few`` does; of many texts three times as fast, but polars takes a millisecond to begin."""
    split = pl.Series(texts, dtype=pl.String).str.split(" ")
    found = split.explode()
    is_word = (found != "").to_numpy()  # a space beside a space or an end makes an empty one
    starts = _running(is_word.astype(np.int64))[_running(split.list.len().to_numpy().astype(np.int64))]
    found = found.filter(is_word)
    words = found.unique(maintain_order=True)
    numbers = found.cast(pl.Enum(words)).to_physical().to_numpy().astype(np.int64)
    return words.to_list(), numbers, starts


def _plain_spaces(text: str) -> str:
    """Return the text with one space where there is any, and no half of a character, which polars cannot hold."""
    return " ".join(text.split()).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _running(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=sums[1:])
    return sums


def _take(
    numbers: NDArray[np.int64], starts: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of some rows one after another, and where each begins in them."""
    begins = starts[:-1].take(rows)
    fresh = _running(starts[1:].take(rows) - begins)
    places = np.repeat(begins - fresh[:-1], np.diff(fresh)) + np.arange(fresh[-1])
    return numbers.take(places), fresh
