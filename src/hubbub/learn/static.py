"""Texts' tokens and a teacher's vectors → a table with one row a token, whose sums point where the teacher does.

Distillation into a bag of tokens, in numpy: rows begin as the teacher's vectors of single words (model2vec) and are
fitted by Adam (Kingma and Ba 2015, arXiv 1412.6980; only the rows of a batch move) so that the cosine with the
teacher's vector is high and the cosines between the texts of a batch are the teacher's. Word order, and so negation
and who does what to whom, cannot be learned. Nothing here knows what a token is.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.errors import HubbubError

Floats = NDArray[np.float32]
Ints = NDArray[Any]

_BETAS = (0.9, 0.99)
_EPSILON = 1e-8
_SHARPNESS = 20.0
_MIN_WORDS = 200
_EVEN_DIRECTIONS, _EVEN_WEIGHTS = 0.3, 0.25
"""As tried on Twitter paraphrases that nothing is reported on (experiments/2026-11-25-static-encoder)."""


def train_pieces(counts: Mapping[str, int], n_pieces: int) -> bytes:
    """Return a SentencePiece unigram model of words with their counts (Kudo 2018, arXiv 1804.10959).

    It has fewer pieces where the words do not give so many.

    Raises
    ------
    HubbubError
        When there are fewer words than pieces.
    """
    import sentencepiece

    if len(counts) < max(_MIN_WORDS, n_pieces):
        raise HubbubError(
            f"A vocabulary of {n_pieces:,} pieces needs as many distinct words, and at least {_MIN_WORDS}; there are "
            f"{len(counts):,}. Give more text, or ask for a smaller vocabulary."
        )
    lines = (f"{word}\t{count}" for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=lines,
        model_writer=model,
        input_format="tsv",
        vocab_size=n_pieces,
        hard_vocab_limit=False,
        model_type="unigram",
        normalization_rule_name="identity",
        character_coverage=0.9998,
        max_sentencepiece_length=24,
        bos_id=-1,
        eos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def main_directions(parts: Sequence[Floats], dim: int) -> Floats:
    """Return the main directions of sets of vectors, each set with the same weight: shape (full_dim, dim)."""
    square = sum(part.T @ (part / len(part)) for part in parts if len(part))
    values, vectors = np.linalg.eigh(np.asarray(square, np.float64))
    axes = vectors[:, np.argsort(-values)[:dim]]
    # Eigenvectors have no sign; a rule gives the same one on every machine.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(dim)])
    return np.asarray(axes, np.float32)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a table is fitted.

    Attributes
    ----------
    n_epochs : int
        How often each text is seen.
    batch_texts, batch_pairs : int
        Texts and judged pairs a step.
    learning_rate : float
        Of the first step; it falls to 0 in a line.
    relation_weight, pair_weight : float
        Weight of the cosines between texts, and of the order of judged pairs, beside the cosine with the teacher.
    seed : int
        Of the order of texts and pairs.
    """

    n_epochs: int = 3
    batch_texts: int = 512
    batch_pairs: int = 256
    learning_rate: float = 0.001
    relation_weight: float = 10.0
    pair_weight: float = 0.02
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a table is fitted to.

    Attributes
    ----------
    ids, starts : (n_ids,) and (n_texts + 1,) int
        The texts' tokens, one text after the other, and where each begins.
    teacher : (n_taught, dim) float16 or float32
        Where the first texts should point, of unit length; the others are only in pairs.
    pairs : (n_pairs, 2) int
        Pairs of texts that people judged; may be empty.
    scores : (n_pairs,) float
        How alike they are; only their order counts.
    """

    ids: Ints
    starts: Ints
    teacher: NDArray[Any]
    pairs: Ints
    scores: NDArray[Any]


def fit_table(
    table: Floats, lesson: Lesson, settings: Settings, progress: Callable[[int, int], None] | None = None
) -> tuple[Floats, list[float]]:
    """Return the fitted table, and the mean loss of each epoch.

    Parameters
    ----------
    table : (n_tokens, dim) float32
        Where to begin; not changed.
    lesson : Lesson
    settings : Settings
    progress : callable, optional
        Called with the steps done and their number.
    """
    from scipy.sparse import csr_array

    rng = np.random.default_rng(settings.seed)
    ones = np.ones(len(lesson.ids), np.float32)
    counts = csr_array((ones, lesson.ids, lesson.starts), shape=(len(lesson.starts) - 1, len(table)))
    table, mean, square = table.copy(), np.zeros_like(table), np.zeros_like(table)
    usable = np.flatnonzero(np.diff(lesson.starts[: len(lesson.teacher) + 1]) > 0)
    n_batches = max(1, len(usable) // settings.batch_texts)
    n_steps, step, losses = settings.n_epochs * n_batches, 0, []
    for _ in range(settings.n_epochs):
        total = 0.0
        for rows in np.array_split(rng.permutation(usable), n_batches):
            judged = rng.integers(0, len(lesson.pairs), settings.batch_pairs) if len(lesson.pairs) else np.zeros(0, int)
            batch = counts[np.concatenate([rows, *lesson.pairs[judged].T])]
            touched, columns = np.unique(batch.indices, return_inverse=True)
            local = csr_array((batch.data, columns, batch.indptr), shape=(batch.shape[0], len(touched)))
            sums = np.asarray(local @ table[touched], np.float32)
            target = np.asarray(lesson.teacher[rows], np.float32)
            loss, gradient = _follow_teacher(sums[: len(rows)], target, settings.relation_weight)
            if len(judged):
                more, other = _rank_pairs(sums[len(rows) :], lesson.scores[judged])
                loss += settings.pair_weight * more
                gradient = np.concatenate([gradient, settings.pair_weight * other])
            step += 1
            total += loss
            rate = settings.learning_rate * (1 - (step - 1) / n_steps)
            _adam(table, mean, square, touched, local.T @ gradient, rate, step)
            if progress is not None:
                progress(step, n_steps)
        losses.append(total / n_batches)
    return table, losses


def even_out(table: Floats, lesson: Lesson) -> Floats:
    """Return a fitted table in whose sums single words count more: directions and weights are more alike.

    A teacher's vectors vary most along a few directions, and a fitted row's length says how much its token tells of
    the teacher's vector: both draw texts together that share their subject but no word.

    Parameters
    ----------
    table : (n_tokens, dim) float32
    lesson : Lesson
        Whose texts tell the directions.
    """
    from scipy.sparse import csr_array

    ones = np.ones(len(lesson.ids), np.float32)
    counts = csr_array((ones, lesson.ids, lesson.starts), shape=(len(lesson.starts) - 1, len(table)))
    units = _normalize(counts @ table)[0].astype(np.float64)
    units -= units.mean(axis=0)
    values, axes = np.linalg.eigh(units.T @ units / len(units))
    scale = np.maximum(values / values.mean(), 1e-6) ** (-_EVEN_DIRECTIONS / 2)
    evened = table @ (axes * scale @ axes.T)
    weights = np.linalg.norm(evened, axis=1, keepdims=True)
    weights = np.maximum(weights / max(float(weights.mean()), 1e-12), 1e-9) ** -_EVEN_WEIGHTS
    return np.asarray(evened * weights, np.float32)


def _normalize(sums: Floats) -> tuple[Floats, Floats]:
    lengths = np.maximum(np.sqrt(np.vecdot(sums, sums)), np.float32(1e-6))[:, None]
    return sums / lengths, lengths


def _through_length(gradient: Floats, units: Floats, lengths: Floats) -> Floats:
    """Return the gradient by sums, given that by their unit vectors."""
    gradient = gradient - np.vecdot(gradient, units)[:, None] * units
    return np.asarray(gradient / lengths, np.float32)


def _follow_teacher(sums: Floats, target: Floats, relation_weight: float) -> tuple[float, Floats]:
    """Return the loss of a batch beside its teacher, and ``len(sums)`` times its gradient by the sums of rows."""
    n = len(sums)
    units, lengths = _normalize(sums)
    apart = units @ units.T
    apart -= target @ target.T
    np.fill_diagonal(apart, 0)
    loss = float(1 - np.vecdot(units, target).mean()) + relation_weight * float(np.square(apart).mean())
    gradient = apart @ units
    gradient *= 4 * relation_weight / n
    gradient -= target
    return loss, _through_length(np.asarray(gradient, np.float32), units, lengths)


def _rank_pairs(sums: Floats, scores: NDArray[Any]) -> tuple[float, Floats]:
    """Return how far cosines of pairs are out of the order of their scores, and ``n`` times the gradient by the sums.

    The first half of the rows are the pairs' first texts. CoSENT: log(1 + sum of exp(20 (c_j - c_i))) over pairs that
    people find more alike (i) than others (j).
    """
    n = len(scores)
    units, lengths = _normalize(sums)
    one, other = units[:n], units[n:]
    cosines = np.vecdot(one, other)
    wrong = np.where(scores[:, None] > scores[None, :], _SHARPNESS * (cosines[None, :] - cosines[:, None]), -np.inf)
    top = max(0.0, float(wrong.max()))
    parts = np.exp(wrong - top)
    whole = float(parts.sum()) + np.exp(-top)
    by_cosine = (_SHARPNESS * n / whole * (parts.sum(axis=0) - parts.sum(axis=1))).astype(np.float32)[:, None]
    gradient = np.concatenate([by_cosine * other, by_cosine * one]).astype(np.float32)
    return top + float(np.log(whole)), _through_length(gradient, units, lengths)


def _adam(table: Floats, mean: Floats, square: Floats, rows: Ints, gradient: Floats, rate: float, step: int) -> None:
    """Move some rows of the table by one step; the others stay as they are."""
    one, two = _BETAS
    m = one * mean[rows] + (1 - one) * gradient
    v = two * square[rows] + (1 - two) * np.square(gradient)
    mean[rows], square[rows] = m, v
    m *= rate / (1 - one**step)
    v /= 1 - two**step
    np.sqrt(v, out=v)
    v += _EPSILON
    m /= v
    table[rows] -= m
