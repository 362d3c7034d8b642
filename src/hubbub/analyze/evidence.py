"""Texts, vectors and moments → three kinds of evidence that two texts are about the same, one unit row per text each.

Meaning: the encoder's vectors less their mean. Words: TF-IDF of words and emotes, which tells apart what the encoder
has never seen (a channel's emotes, names of games). Time: when a text, and the words in it, were sent more than the
rest of the chat, since a topic is talked about in stretches; a topic that returns has words that return, so texts of
both stretches meet in the words' profiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.ndimage import gaussian_filter1d

from hubbub.analyze.words import count_words
from hubbub.engines import one_blas_thread

Floats = NDArray[np.float32]

_MOST_BINS = 512
_MOST_TIME_NUMBERS = 2**27
"""512 MB: above 262,144 texts there are fewer bins."""
_FEWEST_BINS = 64
_SKETCH_AXES = 96
_HASHED = 64
_BLOCK_ROWS = 8192
MEMORY_SECONDS = 300.0
"""How long chat stays with a topic."""
_STRETCH_BINS = 72
"""Three hours of bins of half that."""
_FOCUSED_MEANING = 0.3
_FOCUSED_TIME = 0.5
"""Mean cosines from which a word is believed to tell what a text is about."""
_FEW_TEXTS = 50.0
"""Number of texts at which half of their mean is taken off: the mean of few texts is mostly what they are about."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each kind of evidence counts; the meaning has what words and time leave.

    Attributes
    ----------
    words, time : float
        Between 0 and 1, together below 1.
    """

    words: float = 0.35
    time: float = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each text (or theme), one row each.

    Attributes
    ----------
    meaning : (n, dim) float32
    words : (n, n_terms) scipy.sparse.csr_matrix of float32
    time : (n, n_bins) float32 or None
        None where moments are not known.
    """

    meaning: Floats
    words: sparse.csr_matrix
    time: Floats | None

    def __len__(self) -> int:
        return len(self.meaning)

    def take(self, rows: slice | NDArray[np.int64]) -> Evidence:
        """Return the evidence of some rows."""
        return Evidence(self.meaning[rows], self.words[rows], None if self.time is None else self.time[rows])

    def gather(self, member: sparse.csr_matrix) -> Evidence:
        """Return the sums of rows: ``member`` is (n_groups, n)."""
        words = sparse.csr_matrix(member @ self.words)
        return Evidence(member @ self.meaning, words, None if self.time is None else member @ self.time)

    def unit(self) -> Evidence:
        """Return the evidence with all rows at length 1."""
        time = None if self.time is None else unit_rows(self.time)
        return Evidence(unit_rows(self.meaning), unit_sparse_rows(self.words), time)

    def scale(self, shares: Shares) -> Evidence:
        """Return evidence whose rows are at most 1 long scaled so that inner products add up to at most 1."""
        time_share = 0.0 if self.time is None else shares.time
        meaning = self.meaning * np.float32(np.sqrt(1.0 - shares.words - time_share))
        time = None if self.time is None else self.time * np.float32(np.sqrt(time_share))
        return Evidence(meaning, sparse.csr_matrix(self.words * np.float32(np.sqrt(shares.words))), time)

    def compare(self, others: Evidence) -> Floats:
        """Return the (n, n_others) inner products of scaled evidence, at most 1."""
        similar = self.meaning @ others.meaning.T
        if self.time is not None and others.time is not None:
            similar += self.time @ others.time.T
        shared = (self.words @ others.words.T).tocoo()
        similar[shared.row, shared.col] += shared.data
        return np.asarray(similar, dtype=np.float32)

    def sketch(self, seed: int = 0) -> Floats:
        """Return (n, at most 256) unit rows whose inner products are about those of ``compare``, for a rough search.

        The main axes of meaning and time, and the words thrown together at random, which keeps inner products but for
        noise (Johnson and Lindenstrauss 1984).
        """
        rng = np.random.default_rng(seed)
        hashed = rng.standard_normal((self.words.shape[1], _HASHED), dtype=np.float32) / np.float32(np.sqrt(_HASHED))
        parts = [main_axes(self.meaning, (2 if self.time is None else 1) * _SKETCH_AXES), self.words @ hashed]
        if self.time is not None:
            parts.append(main_axes(self.time, _SKETCH_AXES))
        return unit_rows(np.concatenate(parts, axis=1))


def main_axes(rows: Floats, n_axes: int) -> Floats:
    """Return the rows in the space of their main axes, the largest last; as they are where they have no more axes."""
    if rows.shape[1] <= n_axes:
        return rows
    with one_blas_thread():
        _, axes = np.linalg.eigh((rows.T @ rows).astype(np.float64))
        return np.asarray(rows @ axes[:, -n_axes:].astype(np.float32), dtype=np.float32)


def unit_rows(rows: NDArray[np.floating]) -> Floats:
    """Return the rows at length 1; rows of zeros stay zeros."""
    units = np.zeros(rows.shape, dtype=np.float32)
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS]
        lengths = np.linalg.norm(block, axis=1, keepdims=True)
        units[start : start + _BLOCK_ROWS] = np.divide(block, lengths, out=np.zeros_like(block), where=lengths > 1e-9)
    return units


def unit_sparse_rows(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return the rows at length 1; empty rows stay empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return sparse.csr_matrix(sparse.diags_array(scale) @ rows, dtype=np.float32)


def mean_vector(vectors: Floats, sizes: Floats) -> Floats:
    """Return the weighted mean, shrunk to 0 where texts are few.

    The mean of sentence vectors is what all texts of a stream share; without it cosines spread (Mu and Viswanath 2018,
    "All-but-the-Top", arXiv:1702.01417; removing components beyond the mean loses topics on short texts).
    """
    shrink = len(vectors) / (len(vectors) + _FEW_TEXTS)
    return np.asarray(shrink * (sizes @ vectors) / max(float(sizes.sum()), 1e-9), dtype=np.float32)


def term_idf(matrix: sparse.csr_matrix, max_share: float = 0.25) -> Floats:
    """Return ``log(n / document frequency)`` of each word, 0 for words of one text and frequent words."""
    n_texts = matrix.shape[0]
    frequency = _document_frequency(matrix)
    is_used = (frequency >= 2) & (frequency <= max(10.0, max_share * n_texts))
    return np.asarray(np.where(is_used, np.log(n_texts / np.maximum(frequency, 1.0)), 0.0), dtype=np.float32)


def word_focus(
    matrix: sparse.csr_matrix, keys: Sequence[str], meaning: Floats, excess: Floats | None, emotes: frozenset[str]
) -> Floats:
    """Return how far each word tells what a text is about, 0.05 to 1.

    A word does when its texts mean the same or are sent in the same stretch: the mean cosine over pairs of its texts.
    For emotes only time says so, since the encoder reads an emote's letters and finds all its texts alike; *LUL* is
    used all the time, an emote made for a train is used when there is talk of trains. Words of fewer than eight texts
    are believed in part.
    """
    frequency = _document_frequency(matrix)
    alike = _pair_cosine(matrix, meaning, frequency) / _FOCUSED_MEANING
    if excess is not None:
        is_emote = np.array([key in emotes for key in keys], dtype=np.bool_)
        together = _pair_cosine(matrix, unit_rows(excess), frequency) / _FOCUSED_TIME
        alike = np.where(is_emote, together, np.maximum(alike, together))
    belief = np.minimum(1.0, frequency / 8.0)
    return np.asarray(belief * np.clip(alike, 0.05, 1.0) + 1.0 - belief, dtype=np.float32)


def _document_frequency(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray(matrix.sum(axis=0), dtype=np.float32).ravel()


def _pair_cosine(matrix: sparse.csr_matrix, unit: Floats, frequency: Floats) -> Floats:
    """Return the mean inner product over the pairs of different texts that have each word."""
    sums = matrix.T @ unit
    own = matrix.T @ np.einsum("ij,ij->i", unit, unit)
    pairs = np.maximum(frequency * (frequency - 1.0), 1.0)
    return np.asarray((np.einsum("ij,ij->i", sums, sums) - own) / pairs, dtype=np.float32)


def word_rows(matrix: sparse.csr_matrix, idf: Floats, focus: Floats) -> sparse.csr_matrix:
    """Return the (n_texts, n_terms) TF-IDF rows at unit length, then each word lowered to its focus.

    A text whose only words tell nothing has a short row, so that it is drawn to no other by them.
    """
    weighted = sparse.csr_matrix(matrix @ sparse.diags_array(idf), dtype=np.float32)
    weighted.eliminate_zeros()
    return sparse.csr_matrix(unit_sparse_rows(weighted) @ sparse.diags_array(focus), dtype=np.float32)


class Clock:
    """Bins of a stream, and how many messages each has.

    Parameters
    ----------
    times : sequence of (n_i,) float
        Offsets in seconds of the messages of each text; NaN is left out.
    width_seconds : float
        Standard deviation of the smoothing. Longer where the times span more than 512 half widths (fewer where there
        are very many texts).
    """

    def __init__(self, times: Sequence[ArrayLike], width_seconds: float) -> None:
        seconds = _flatten(times)[1]
        self.start = float(seconds.min(initial=np.inf))
        span = float(seconds.max(initial=-np.inf)) - self.start if len(seconds) else 0.0
        most_bins = min(_MOST_BINS, max(_FEWEST_BINS, _MOST_TIME_NUMBERS // max(1, len(times))))
        self.bin_seconds = max(width_seconds / 2.0, span / most_bins)
        self.n_bins = int(span // self.bin_seconds) + 1
        self.spread = max(width_seconds / self.bin_seconds, 1.0)
        if len(seconds) == 0:
            self.start = 0.0
        rate = self._smooth(self._count(np.zeros(len(seconds), np.int64), seconds, 1))[0] + 1e-3
        self.rate = (rate / rate.sum()).astype(np.float32)

    @property
    def n_stretches(self) -> float:
        """Of how many stretches of three hours the stream is, 1 at least: so many of equal rate as are as spread."""
        return max(1.0, 1.0 / float((self.rate.astype(np.float64) ** 2).sum()) / _STRETCH_BINS)

    def bin_of(self, seconds: float) -> int:
        """Return the bin of a moment; the first or last one where it is outside."""
        return int(min(max((seconds - self.start) // self.bin_seconds, 0), self.n_bins - 1))

    def excess(self, times: Sequence[ArrayLike]) -> Floats:
        """Return (n_texts, n_bins): smoothed counts less those expected by the chat's rate, in standard deviations."""
        rows, seconds = _flatten(times)
        excess = np.empty((len(times), self.n_bins), dtype=np.float32)
        for start in range(0, len(times), _BLOCK_ROWS):
            stop = min(len(times), start + _BLOCK_ROWS)
            low, high = np.searchsorted(rows, (start, stop))
            counts = self._count(rows[low:high] - start, seconds[low:high], stop - start)
            expected = counts.sum(axis=1, keepdims=True) * self.rate
            excess[start:stop] = (self._smooth(counts) - expected) / np.sqrt(self.rate)
        return excess

    def _count(self, rows: NDArray[np.int64], seconds: NDArray[np.float64], n_rows: int) -> Floats:
        bins = np.clip((seconds - self.start) // self.bin_seconds, 0, self.n_bins - 1).astype(np.int64)
        flat = np.bincount(rows * self.n_bins + bins, minlength=n_rows * self.n_bins)
        return flat.reshape(n_rows, self.n_bins).astype(np.float32)

    def _smooth(self, counts: Floats) -> Floats:
        return np.asarray(gaussian_filter1d(counts, self.spread, axis=1, mode="nearest"), dtype=np.float32)


def word_profiles(excess: Floats, words: sparse.csr_matrix, n_messages: Floats, *, sure_from: float = 5.0) -> Floats:
    """Return (n_terms, n_bins): when each word is used; shorter than 1 for words of few messages.

    Parameters
    ----------
    excess : (n_texts, n_bins)
        As ``Clock.excess`` gives it.
    words : (n_texts, n_terms) scipy.sparse.csr_matrix
        As ``word_rows`` gives it.
    n_messages : (n_texts,)
        Messages of each text.
    sure_from : float
        Weighted number of messages from which a word's profile counts fully.
    """
    sureness = np.minimum(1.0, (words.T @ n_messages) / sure_from)
    return np.asarray(unit_rows(words.T @ excess) * sureness[:, None], dtype=np.float32)


def time_rows(excess: Floats, words: sparse.csr_matrix, profiles: Floats) -> Floats:
    """Return (n_texts, n_bins): when each text and its words are used, at unit length."""
    return unit_rows(unit_rows(excess) + words @ profiles)


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads texts as evidence, the same way again for texts that come later.

    Attributes
    ----------
    mean : (dim,) float32
        Taken off the vectors.
    columns : dict of str to int
        Column of each word.
    idf, focus : (n_terms,) float32
    emotes : frozenset of str
    clock : Clock or None
    profiles : (n_terms, n_bins) float32 or None
        As ``word_profiles`` gives them.
    """

    mean: Floats
    columns: dict[str, int]
    idf: Floats
    focus: Floats
    emotes: frozenset[str]
    clock: Clock | None
    profiles: Floats | None

    def read(self, vectors: Floats, texts: Sequence[str], times: Sequence[ArrayLike] | None) -> Evidence:
        """Return the evidence of texts; words that were not there before are not used."""
        matrix, keys = count_words(texts, self.emotes)
        known = [(ours, self.columns[key]) for ours, key in enumerate(keys) if key in self.columns]
        ours, theirs = np.array(known, dtype=np.int64).reshape(-1, 2).T
        ones = np.ones(len(known), dtype=np.float32)
        rename = sparse.csr_matrix((ones, (ours, theirs)), shape=(len(keys), len(self.columns)))
        words = word_rows(matrix @ rename, self.idf, self.focus)
        time = None
        if self.clock is not None and self.profiles is not None:
            excess = self.clock.excess([()] * len(texts) if times is None else times)
            time = time_rows(excess, words, self.profiles)
        return Evidence(unit_rows(vectors - self.mean), words, time)


def read_evidence(
    vectors: Floats,
    sizes: Floats,
    texts: Sequence[str],
    times: Sequence[ArrayLike] | None,
    *,
    emotes: frozenset[str] = frozenset(),
    memory_seconds: float = MEMORY_SECONDS,
) -> tuple[Reader, Evidence]:
    """Return the evidence of the texts of a stream, and what reads others the same way.

    Parameters
    ----------
    vectors : (n_texts, dim) float32
        Unit rows.
    sizes : (n_texts,) float32
        Messages of each text.
    texts : sequence of str, length n_texts
        Distinct clean texts.
    times : sequence of (n_i,) float, optional
        Offsets in seconds of each text's messages.
    emotes : frozenset of str
        Names to take as they are.
    memory_seconds : float
        Standard deviation of the smoothing of times.
    """
    mean = mean_vector(vectors, sizes)
    meaning = unit_rows(vectors - mean)
    matrix, keys = count_words(texts, emotes)
    clock = excess = profiles = time = None
    if times is not None and any(np.isfinite(np.asarray(part, dtype=np.float64)).any() for part in times):
        clock = Clock(times, memory_seconds)
        excess = clock.excess(times)
    idf, focus = term_idf(matrix), word_focus(matrix, keys, meaning, excess, emotes)
    words = word_rows(matrix, idf, focus)
    if excess is not None:
        profiles = word_profiles(excess, words, sizes)
        time = time_rows(excess, words, profiles)
    columns = {key: column for column, key in enumerate(keys)}
    return Reader(mean, columns, idf, focus, emotes, clock, profiles), Evidence(meaning, words, time)


def _flatten(times: Sequence[ArrayLike]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the text and the offset of each message whose offset is known."""
    parts = [np.asarray(part, dtype=np.float64).ravel() for part in times]
    rows = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    seconds = np.concatenate(parts) if parts else np.empty(0)
    is_known = np.isfinite(seconds)
    return rows[is_known].astype(np.int64), seconds[is_known]
