"""Which words a model has met: what lets it say that it cannot judge a text.

One bit a bucket of hashed words (Bloom 1970, with one hash): no list of words is kept, so that a model gives away no
rare word of its training texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hubbub.analyze.ngrams import MAX_CHARACTERS, NgramForm, hash_ngrams, hash_words
from hubbub.word_rows import WordRows

_FORM = NgramForm(words=(1,), characters=(), n_bits=22)
Bits = NDArray[np.uint8]


def mark_words(words: Sequence[str], *, min_texts: int, but: frozenset[str] = frozenset()) -> Bits:
    """Return the packed bits of the words that stand at least so many times in prepared texts.

    Parameters
    ----------
    words : sequence of str
        Prepared texts.
    min_texts : int
        How often a word must stand.
    but : frozenset of str
        Words that do not count: what stands in for users, links and tags tells nothing.
    """
    counts = np.zeros(_FORM.n_buckets, dtype=np.int64)
    for start in range(0, len(words), 4096):
        counts += np.bincount(hash_ngrams(_FORM, words[start : start + 4096]).indices, minlength=_FORM.n_buckets)
    marked = counts >= min_texts
    marked[hash_ngrams(_FORM, sorted(but)).indices] = False
    return np.packbits(marked)


def find_known(bits: Bits, words: Sequence[str]) -> NDArray[np.bool_]:
    """Return which of some words are known."""
    buckets = hash_words([word[:MAX_CHARACTERS] for word in words], _FORM.n_bits)
    return (bits.take(buckets >> 3) >> (7 - (buckets & 7)).astype(np.uint8) & 1).astype(np.bool_)


def count_known(bits: Bits, rows: WordRows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many words of each prepared text are known, and how many it has; a word said twice counts twice."""
    return rows.sum(find_known(bits, rows.words).astype(np.int64).take(rows.numbers)), rows.counts
