"""Hashed n-grams and labels → a linear model that needs nothing but a table of small numbers, and its predictions.

Training is multinomial logistic regression on n-grams, a text's n-grams weighing one over the square root of their
number, by Adagrad (Duchi, Hazan and Singer 2011, JMLR 12) on shuffled mini-batches whose n-grams are hashed as they
come, so that memory does not grow with the texts. A rare n-gram moves fast and a frequent one slowly, which does what
weighting by log-ratios of the classes does (Wang and Manning 2012, "Baselines and Bigrams", ACL).

The trained weights are rounded to eight bits. Their sums are whole numbers, so that a text has the same probabilities
to the last bit whether it is scored alone or among millions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from hubbub.analyze.ngrams import MAX_CHARACTERS, NgramForm, hash_ngrams, hash_runs
from hubbub.word_rows import WordRows

Floats = NDArray[np.float32]
_LEVELS = 127


@dataclass(frozen=True, slots=True)
class NgramModel:
    """A linear model on hashed n-grams.

    Attributes
    ----------
    form : NgramForm
        Which n-grams it reads.
    weights : array of int8, shape (n_columns, n_buckets)
        One column for two classes (that of the second), else one a class.
    scale, bias : array of float32, shape (n_columns,)
        What a weight of 1 is worth; what a text without n-grams gets.
    """

    form: NgramForm
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats

    @property
    def n_classes(self) -> int:
        """How many classes it tells apart."""
        return max(2, len(self.bias))

    @property
    def n_parameters(self) -> int:
        """How many weights are not zero, and the biases."""
        return int(np.count_nonzero(self.weights)) + len(self.bias)

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds as (n_texts, n_classes); a softmax over them gives probabilities (not calibrated yet).

        Parameters
        ----------
        words : sequence of str
            Prepared texts.
        """
        return self.score_rows(WordRows.of(words))

    def score_rows(self, rows: WordRows) -> NDArray[np.float64]:
        """Return log-odds as ``score`` does, of texts as rows of words: what is in one word is summed once a word."""
        rows = _cut(rows)
        within = hash_ngrams(replace(self.form, words=(1,) if 1 in self.form.words else (), skips=False), rows.words)
        runs = list(hash_runs(self.form, rows))
        counted = within.counts.take(rows.numbers)
        for is_run, _ in runs:
            counted[: len(is_run)] += is_run
        counts = rows.sum(counted)
        worth = 1 / np.sqrt(np.maximum(counts, 1))
        columns = np.empty((len(counts), len(self.bias)))
        for i, weights in enumerate(self.weights):
            a_word = np.zeros(len(within.indices) + 1, dtype=np.int64)
            np.cumsum(weights.take(within.indices), out=a_word[1:])
            found = np.diff(a_word.take(within.starts)).take(rows.numbers)
            for is_run, buckets in runs:
                found[: len(is_run)] += weights.take(buckets) * is_run
            columns[:, i] = rows.sum(found) * worth * float(self.scale[i]) + float(self.bias[i])
        return columns if len(self.bias) > 1 else np.column_stack([np.zeros(len(counts)), columns[:, 0]])


def _cut(rows: WordRows) -> WordRows:
    """Return the texts with what is read of them: nearly always all."""
    lengths = np.fromiter(map(len, rows.words), np.int64, len(rows.words)) + 1
    if (rows.sum(lengths.take(rows.numbers)) <= MAX_CHARACTERS + 1).all():
        return rows
    return WordRows.of([text[:MAX_CHARACTERS] for text in rows.texts()])


@dataclass(frozen=True, slots=True)
class NgramTraining:
    """How an n-gram model is trained.

    Attributes
    ----------
    n_epochs : int
        Passes over the texts.
    rate, decay : float
        Step of Adagrad in the first pass; what it is multiplied by after each.
    batch : int
        Texts a step.
    dropout : float
        Share of a text's n-grams that a step does not see.
    start : float
        What the sums of squares begin with, for steps of 4,096 texts: smaller lets rare n-grams move further.
    seed : int
        Of the order of texts.
    """

    n_epochs: int = 4
    rate: float = 1.0
    decay: float = 0.6
    batch: int = 4096
    dropout: float = 0.0
    start: float = 1e-8
    seed: int = 0


def train_ngrams(
    form: NgramForm,
    words: Sequence[str],
    targets: ArrayLike,
    n_classes: int,
    *,
    training: NgramTraining | None = None,
    row_weights: ArrayLike | None = None,
    left_open: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NgramModel:
    """Return a model of the classes of texts.

    Parameters
    ----------
    form : NgramForm
        Which n-grams, and into how many buckets.
    words : sequence of str
        Prepared texts.
    targets : (n,) int
        The class of each, from 0.
    n_classes : int
        How many classes there are; 2 or more.
    training : NgramTraining, optional
        How.
    row_weights : (n,) float, optional
        How much each text counts; by default 1.
    left_open : (n,) int, optional
        A class that the label of the text says nothing about, or -1: labels taken from emoticons tell negative from
        positive, and never neutral. The text then only moves the other classes.
    progress : callable, optional
        Called with texts done and in all.
    """
    how = training or NgramTraining()
    truth = np.asarray(targets, dtype=np.int64)
    if len(truth) != len(words) or len(truth) == 0:
        raise ValueError(f"train_ngrams needs a target a text, and a text at least; had {len(truth)}, {len(words)}.")
    worth = np.ones(len(truth), np.float32) if row_weights is None else np.asarray(row_weights, dtype=np.float32)
    closed = np.full(len(truth), -1) if left_open is None else np.asarray(left_open, dtype=np.int64)
    n_columns = 1 if n_classes == 2 else n_classes
    rng = np.random.default_rng(how.seed)
    weights = np.zeros((form.n_buckets, n_columns), dtype=np.float32)
    bias = np.zeros(n_columns, dtype=np.float32)
    # What Adagrad's sums of squares begin with holds the first steps of rare n-grams; gradients shrink with the batch.
    first = np.float32(how.start * (4096 / how.batch) ** 2)
    seen, seen_bias = np.full_like(weights, first), np.full_like(bias, first)
    rate = np.float32(how.rate)
    for epoch in range(how.n_epochs):
        order = rng.permutation(len(truth))
        for start in range(0, len(order), how.batch):
            rows = order[start : start + how.batch]
            matrix = _matrix(form, [words[i] for i in rows], how.dropout, rng)
            logits = matrix @ weights + bias
            slope = _slope(logits, truth[rows], closed[rows]) * (worth[rows] / len(rows))[:, None]
            step, step_bias = matrix.T @ slope, slope.sum(axis=0)
            seen += step * step
            weights -= rate * step / np.sqrt(seen)
            seen_bias += step_bias**2
            bias -= np.float32(0.3) * rate * step_bias / np.sqrt(seen_bias)
            if progress is not None:
                progress(epoch * len(order) + start + len(rows), how.n_epochs * len(order))
        rate *= np.float32(how.decay)
    return _round(form, weights, bias)


def _slope(logits: Floats, truth: NDArray[np.int64], left_open: NDArray[np.int64]) -> Floats:
    """Return the derivative of the log loss by the logits, over all classes but the one left open."""
    if logits.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-logits)) - truth[:, None], dtype=np.float32)
    shown = np.exp(logits - logits.max(axis=1, keepdims=True))
    is_open = left_open >= 0
    shown[is_open, left_open[is_open]] = 0
    shown /= shown.sum(axis=1, keepdims=True)
    shown[np.arange(len(truth)), truth] -= 1
    return np.asarray(shown, dtype=np.float32)


def _matrix(form: NgramForm, words: Sequence[str], dropout: float, rng: np.random.Generator) -> csr_matrix:
    """Return the n-grams of texts as a sparse matrix with rows of unit length (n-grams counted one by one)."""
    found = hash_ngrams(form, words)
    indices, starts = found.indices, found.starts
    if dropout:
        kept = rng.random(len(indices), dtype=np.float32) >= dropout
        indices, starts = indices[kept], np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])[starts]
    counts = np.diff(starts)
    values = np.repeat((1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32), counts)
    return csr_matrix((values, indices, starts), shape=(len(words), form.n_buckets))


def _round(form: NgramForm, weights: Floats, bias: Floats) -> NgramModel:
    """Return the model with weights of eight bits; the few largest are cut, as they would coarsen all others."""
    scale = np.empty(len(bias), dtype=np.float32)
    rounded = np.empty((len(bias), form.n_buckets), dtype=np.int8)
    for i in range(len(bias)):
        column = weights[:, i]
        used = np.abs(column[column != 0])
        scale[i] = max(float(np.quantile(used, 0.9999)) if len(used) else 1.0, 1e-12) / _LEVELS
        rounded[i] = np.clip(np.round(column / scale[i]), -_LEVELS, _LEVELS)
    return NgramModel(form, rounded, scale, bias)
