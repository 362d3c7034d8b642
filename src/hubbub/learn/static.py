"""Texts' tokens and a teacher's vectors → a table with one row a token, whose sums point where the teacher does.

Distillation into a bag of tokens, in numpy: rows begin as the teacher's vectors of single words (model2vec) and are
fitted by Adam (Kingma and Ba 2015, arXiv 1412.6980; only the rows of a batch move) so that the cosine with the
teacher's vector is high and the cosines between the texts of a batch are the teacher's. Word order, and so negation
and who does what to whom, cannot be learned. Nothing here knows what a token is.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.errors import HubbubError

Floats = NDArray[np.float32]
Ints = NDArray[Any]

_BETAS = (0.9, 0.99)
_EPSILON = 1e-8
_MIN_WORDS = 1_000


def train_pieces(counts: Mapping[str, int], n_pieces: int) -> bytes:
    """Return a SentencePiece unigram model of words with their counts (Kudo 2018, arXiv 1804.10959).

    Raises
    ------
    HubbubError
        When there are too few words for so many pieces.
    """
    import sentencepiece

    if len(counts) < _MIN_WORDS:
        raise HubbubError(
            f"A vocabulary needs at least {_MIN_WORDS:,} distinct words, had {len(counts):,}. Give more text."
        )
    lines = (f"{word}\t{count}" for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=lines,
            model_writer=model,
            input_format="tsv",
            vocab_size=n_pieces,
            model_type="unigram",
            normalization_rule_name="identity",
            character_coverage=0.9998,
            max_sentencepiece_length=24,
            bos_id=-1,
            eos_id=-1,
            num_threads=1,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise HubbubError(
            f"A vocabulary of {n_pieces:,} pieces cannot be made of {len(counts):,} distinct words. "
            "Give more text, or ask for a smaller vocabulary."
        ) from error
    return model.getvalue()


@dataclass(frozen=True, slots=True)
class Settings:
    """How a table is fitted.

    Attributes
    ----------
    n_epochs : int
        How often each text is seen.
    batch_texts : int
        Texts a step.
    learning_rate : float
        Of the first step; it falls to 0 in a line.
    relation_weight : float
        Weight of the cosines between texts beside those with the teacher.
    seed : int
        Of the order of texts.
    """

    n_epochs: int = 5
    batch_texts: int = 1024
    learning_rate: float = 0.005
    relation_weight: float = 10.0
    seed: int = 0


def fit_table(
    table: Floats,
    ids: Ints,
    starts: Ints,
    teacher: NDArray[Any],
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Floats, list[float]]:
    """Return the fitted table, and the mean loss of each epoch.

    Parameters
    ----------
    table : (n_tokens, dim) float32
        Where to begin; not changed.
    ids, starts : (n_ids,) and (n_texts + 1,) int
        The texts' tokens, one text after the other, and where each begins.
    teacher : (n_texts, dim) float16 or float32
        Where each text should point; unit length.
    settings : Settings
    progress : callable, optional
        Called with the steps done and their number.
    """
    from scipy.sparse import csr_array

    rng = np.random.default_rng(settings.seed)
    counts = csr_array((np.ones(len(ids), np.float32), ids, starts), shape=(len(starts) - 1, len(table)))
    table, mean, square = table.copy(), np.zeros_like(table), np.zeros_like(table)
    usable = np.flatnonzero(np.diff(starts) > 0)
    n_batches = max(1, len(usable) // settings.batch_texts)
    n_steps, step, losses = settings.n_epochs * n_batches, 0, []
    for _ in range(settings.n_epochs):
        total = 0.0
        for rows in np.array_split(rng.permutation(usable), n_batches):
            batch, target = counts[rows], np.asarray(teacher[rows], np.float32)
            touched, columns = np.unique(batch.indices, return_inverse=True)
            local = csr_array((batch.data, columns, batch.indptr), shape=(len(rows), len(touched)))
            loss, gradient = _step(local @ table[touched], target, settings.relation_weight)
            step += 1
            total += loss
            rate = settings.learning_rate * (1 - (step - 1) / n_steps)
            _adam(table, mean, square, touched, local.T @ gradient, rate, step)
            if progress is not None:
                progress(step, n_steps)
        losses.append(total / n_batches)
    return table, losses


def _step(sums: Floats, target: Floats, relation_weight: float) -> tuple[float, Floats]:
    """Return the loss of a batch and its gradient by the sums of rows."""
    n = len(sums)
    lengths = np.maximum(np.sqrt(np.vecdot(sums, sums)), 1e-6)[:, None]
    units = sums / lengths
    cosines = np.vecdot(units, target)
    apart = units @ units.T
    apart -= target @ target.T
    np.fill_diagonal(apart, 0)
    loss = float(1 - cosines.mean()) + relation_weight * float(np.square(apart).mean())
    gradient = apart @ units
    gradient *= 4 * relation_weight / (n * n)
    gradient -= target / n
    gradient -= np.vecdot(gradient, units)[:, None] * units
    gradient /= lengths
    return loss, np.asarray(gradient * n, np.float32)


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
