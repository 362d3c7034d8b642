"""Texts → which has which single word: ``terms`` without pairs and spellings, as often as a live stream needs it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np
from scipy import sparse

from hubbub.analyze.terms import read_chunk, read_plain_words, singular
from hubbub.engines import no_garbage_collection

_MAX_KEPT_LENGTH = 40


def read_words(text: str, emotes: frozenset[str]) -> set[str]:
    """Return the keys of the single words of a text, plurals as they are.

    Parameters
    ----------
    text : str
        A clean text.
    emotes : frozenset of str
        Names to take as they are, with their case.
    """
    found: set[str] = set()
    for chunk in text.split():
        if chunk in emotes:
            found.add(chunk)
            continue
        said, keys = _read_plain(chunk) if len(chunk) <= _MAX_KEPT_LENGTH else _read_plain.__wrapped__(chunk)
        if emotes.isdisjoint(said):
            found.update(keys)
        else:
            found.update(token.key for token in read_chunk(chunk, emotes) if token.is_term)
    return found


@lru_cache(maxsize=100_000)
def _read_plain(chunk: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of one run of characters as they stand there, and the keys of those that are terms."""
    said = tuple(word for word, _ in read_plain_words(chunk))
    return said, tuple(token.key for token in read_chunk(chunk, frozenset()) if token.is_term)


def count_words(texts: Sequence[str], emotes: Collection[str] = ()) -> tuple[sparse.csr_matrix, list[str]]:
    """Return which text has which single word, and the words in order: ``count_terms`` without pairs and spellings.

    Returns
    -------
    matrix : (n_texts, n_words) scipy.sparse.csr_matrix of float32
        1 where the text has the word, however often.
    words : list of str
        Folded, plurals as their singular where a text has that too.
    """
    names = frozenset(emotes)
    place: dict[str, int] = {}
    seen: dict[str, tuple[int, ...]] = {}
    found: list[int] = []
    ends = [0]
    with no_garbage_collection():
        for text in texts:
            for chunk in text.split():
                said = seen.get(chunk)
                if said is None:
                    said = tuple([place.setdefault(word, len(place)) for word in read_words(chunk, names)])
                    seen[chunk] = said
                found += said
            ends.append(len(found))
    merged = [singular(word, place) for word in place]
    words = sorted(set(merged))
    order = {word: i for i, word in enumerate(words)}
    columns = np.array([order[word] for word in merged], dtype=np.int64)[found]
    ones = np.ones(len(columns), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, columns, ends), shape=(len(texts), len(words)))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix, words
