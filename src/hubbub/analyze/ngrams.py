"""Prepared texts → hashed n-grams of words and characters, for many texts at once and with no Python loop over them.

Every n-gram is a stretch of a text: two or three words with the space between them, or three to five characters of one
word with the spaces around it. All stretches of a block are hashed at once from running sums of a polynomial hash: with
``S[i]`` the sum of ``code[j] * B**j`` over ``j < i`` modulo 2**64 (``B`` odd, so that it has an inverse), the stretch
from ``i`` to ``k`` has the hash ``(S[k] - S[i]) * B**-i``, wherever it stands (Karp and Rabin 1987). A mixing step then
spreads it over the buckets (feature hashing: Weinberger et al. 2009, arXiv:0902.2206). There is no vocabulary that
could be fitted anew when serving.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.word_rows import WordRows

MAX_CHARACTERS = 2000
"""What is read of a prepared text."""

_BASE = 0x9E3779B97F4A7C15 | 1
_INVERSE = pow(_BASE, -1, 2**64)
_MASK = 2**64 - 1
_BLOCK_CHARACTERS = 1 << 17
_SPACE, _END = 32, 10
_OF_WORDS, _OF_PAIRS, _SKIPPED = (np.uint64(x) for x in (0x5851F42D4C957F2D, 0x14057B7EF767814F, 0xD6E8FEB86659FD93))
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class NgramForm:
    """Which n-grams are read, and into how many buckets.

    Attributes
    ----------
    words : tuple of int
        Lengths in words.
    characters : tuple of int
        Lengths in characters; of one word with a space on both sides.
    n_bits : int
        Two to this power are the buckets.
    skips : bool
        Also pairs of words with one word between them.
    """

    words: tuple[int, ...] = (1, 2, 3)
    characters: tuple[int, ...] = (3, 4, 5)
    n_bits: int = 21
    skips: bool = False

    @property
    def n_buckets(self) -> int:
        """How many buckets there are."""
        return 1 << self.n_bits

    def as_dict(self) -> dict[str, Any]:
        """Return the form as plain data."""
        return asdict(self) | {"words": list(self.words), "characters": list(self.characters)}

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> NgramForm:
        """Return the form that ``as_dict`` gave."""
        known = {name: settings[name] for name in cls.__dataclass_fields__}
        return cls(**known | {name: tuple(known[name]) for name in ("words", "characters")})


@dataclass(frozen=True, slots=True)
class Ngrams:
    """The n-grams of texts.

    Attributes
    ----------
    indices : array of int32, shape (n_ngrams,)
        The bucket of each n-gram, text by text.
    starts : array of int64, shape (n_texts + 1,)
        Where each text begins in it, and the end.
    """

    indices: Indices
    starts: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many n-grams each text has."""
        return np.diff(self.starts)


def hash_ngrams(form: NgramForm, texts: Sequence[str]) -> Ngrams:
    """Return the buckets of the n-grams of each text.

    Parameters
    ----------
    form : NgramForm
        Which n-grams.
    texts : sequence of str
        Prepared: words with one space between them. What is no space is part of a word.

    Examples
    --------
    >>> found = hash_ngrams(NgramForm(words=(1,), characters=()), ["good game", "game", ""])
    >>> found.counts.tolist(), bool(found.indices[1] == found.indices[2])
    ([2, 1, 0], True)
    """
    blocks = [_hash_block(form, block) for block in _cut(texts)]
    counts = np.concatenate([np.zeros(1, np.int64), *(block.counts for block in blocks)])
    indices = np.concatenate([np.zeros(0, np.int32), *(block.indices for block in blocks)])
    return Ngrams(indices, np.cumsum(counts))


def _cut(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the texts in blocks whose arrays stay in the processor's cache."""
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text[:MAX_CHARACTERS])
        size += len(block[-1]) + 3
        if size > _BLOCK_CHARACTERS:
            yield block
            block, size = [], 0
    if block:
        yield block


@cache
def _powers() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return ``B**i`` and ``B**-i`` modulo 2**64, long enough for any block."""
    n = _BLOCK_CHARACTERS + MAX_CHARACTERS + 8
    tables = []
    for base in (_BASE, _INVERSE):
        table = np.full(n, base, dtype=np.uint64)
        table[0] = 1
        tables.append(np.cumprod(table, dtype=np.uint64))
    return tables[0], tables[1]


def _hash_block(form: NgramForm, texts: list[str]) -> Ngrams:
    # Every text as " word word \n": each word has a space on both sides, and no n-gram passes the end of its text.
    joined = " " + " \n ".join(" ".join(text.split()) if "\n" in text or "  " in text else text for text in texts)
    codes = np.frombuffer((joined + " \n").encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    forward, backward = _powers()
    n = len(codes)
    sums = np.zeros(n + 1, dtype=np.uint64)
    # A space counts too, so that "ab" and "a b" differ; codes begin at 1, so that no character is nothing.
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * forward[:n], out=sums[1:])
    is_space, is_end = codes == _SPACE, codes == _END
    text_of = np.cumsum(is_end, dtype=np.int32)
    parts = [*_word_parts(form, is_space, is_end, text_of, sums, backward)]
    parts += _character_parts(form, is_space, is_end, sums, backward)
    if not parts:
        return Ngrams(np.zeros(0, np.int32), np.zeros(len(texts) + 1, np.int64))
    starts = np.concatenate([part[0] for part in parts])
    hashes = np.concatenate([part[1] for part in parts])
    owner = text_of[starts]
    order = np.argsort(owner, kind="stable")
    indices = _to_buckets(hashes, form.n_bits)[order]
    counts = np.bincount(owner, minlength=len(texts))
    return Ngrams(indices, np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]))


Part = tuple[NDArray[np.int64], NDArray[np.uint64]]


def _word_parts(
    form: NgramForm,
    is_space: NDArray[np.bool_],
    is_end: NDArray[np.bool_],
    text_of: NDArray[np.int32],
    sums: NDArray[np.uint64],
    backward: NDArray[np.uint64],
) -> Iterator[Part]:
    """Yield start and hash of the runs of words."""
    gap = is_space | is_end
    first = np.flatnonzero(gap[:-1] & ~gap[1:]) + 1
    last = np.flatnonzero(~gap[:-1] & gap[1:]) + 1
    owner = text_of[first]
    for n_words in form.words:
        if len(first) < n_words:
            continue
        begin, end = first[: len(first) - n_words + 1], last[n_words - 1 :]
        inside = owner[: len(begin)] == owner[n_words - 1 :]
        begin, end = begin[inside], end[inside]
        yield begin, (sums[end] - sums[begin]) * backward[begin] ^ _OF_WORDS
    if form.skips and len(first) > 2:
        inside = owner[:-2] == owner[2:]
        words = (sums[last] - sums[first]) * backward[first]
        yield first[:-2][inside], words[:-2][inside] * _SKIPPED + words[2:][inside] ^ _OF_PAIRS


def _character_parts(
    form: NgramForm,
    is_space: NDArray[np.bool_],
    is_end: NDArray[np.bool_],
    sums: NDArray[np.uint64],
    backward: NDArray[np.uint64],
) -> Iterator[Part]:
    """Yield start and hash of the runs of characters that hold a space at their ends only."""
    n = len(is_space)
    gap = is_space | is_end
    # How far the next gap is from each place, the place itself not counted.
    places = np.where(gap, np.arange(n), n)
    after = np.minimum.accumulate(places[::-1])[::-1]
    room = np.append(after[1:], n) - np.arange(n)
    begins_badly = is_end | (is_space & np.append(is_space[1:] | is_end[1:], True))
    for length in form.characters:
        if n < length:
            continue
        begin = np.flatnonzero((room >= length - 1) & ~begins_badly)
        begin = begin[begin <= n - length]
        yield begin, (sums[begin + length] - sums[begin]) * backward[begin]


def hash_runs(form: NgramForm, rows: WordRows) -> Iterator[tuple[NDArray[np.bool_], Indices]]:
    """Yield the runs of several words of each kind that begin at each word but the last: if it is one, its bucket.

    The same buckets as ``hash_ngrams`` gives, from the hashes of distinct words: the run of a word and what comes after
    has the hash of the word and its space, and that of the rest moved behind them. A run that passes the end of its
    text is none, and its bucket means nothing.

    Parameters
    ----------
    form : NgramForm
        Which n-grams; what is of one word only is left out.
    rows : WordRows
        Prepared texts.
    """
    alone, lengths = _hash_words(rows.words)
    forward = _powers()[0]
    first = alone.take(rows.numbers)
    head = (alone + np.uint64(_SPACE + 1) * forward.take(lengths)).take(rows.numbers)
    step = forward.take(lengths + 1).take(rows.numbers)
    text_of = np.repeat(np.arange(len(rows.counts), dtype=np.int32), rows.counts)
    hashes = first
    for n_words in range(2, max(form.words, default=1) + 1):
        rest = hashes[1:]
        hashes = head[: len(rest)] + step[: len(rest)] * rest
        if n_words in form.words:
            yield text_of[: len(hashes)] == text_of[n_words - 1 :], _to_buckets(hashes ^ _OF_WORDS, form.n_bits)
    if form.skips:
        yield text_of[:-2] == text_of[2:], _to_buckets(first[:-2] * _SKIPPED + first[2:] ^ _OF_PAIRS, form.n_bits)


def hash_words(words: Sequence[str], n_bits: int) -> Indices:
    """Return the bucket of each word, as ``hash_ngrams`` gives it for a text of that word."""
    return _to_buckets(_hash_words(words)[0] ^ _OF_WORDS, n_bits)


def _hash_words(words: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hash of each word as it is before it is spread over buckets, and its length."""
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    within = np.arange(len(codes)) - np.repeat(starts[:-1], lengths)
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * _powers()[0].take(within), out=sums[1:])
    return sums[starts[1:]] - sums[starts[:-1]], lengths


def _to_buckets(hashes: NDArray[np.uint64], n_bits: int) -> Indices:
    """Return the buckets of hashes: the high bits after mixing, as the low bits of a polynomial hash mix badly."""
    mixed = hashes ^ (hashes >> np.uint64(32))
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    return (mixed >> np.uint64(64 - n_bits)).astype(np.int32)
