"""Prepared texts → calibrated probabilities of negative, neutral and positive, or nothing where a text tells nothing.

A `SentimentModel` is any scorer of log-odds with what makes it honest: its calibration, and the words that it has met.
The scorer here is the n-gram model; a network brings its own with the same `score`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hubbub.analyze.known_words import count_known, find_known
from hubbub.analyze.ngram_model import NgramModel
from hubbub.analyze.ngrams import NgramForm
from hubbub.errors import ArtifactError
from hubbub.measures import Calibration
from hubbub.word_rows import WordRows

SENTIMENTS = ("negative", "neutral", "positive")
"""The columns of every result, in order."""

MIN_KNOWN_SHARE = 0.2
"""A text of which fewer words are known is not judged."""

Tensors = dict[str, NDArray[Any]]


class Scorer(Protocol):
    """What turns prepared texts into log-odds."""

    @property
    def n_parameters(self) -> int:
        """How many numbers were learned."""

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds, shape (n_texts, n_classes)."""


class MeanScorer:
    """The mean of several scorers' log-odds: where they err on different texts it errs on fewer.

    Parameters
    ----------
    scorers : sequence of Scorer
        Of the same classes.
    """

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        self.scorers = tuple(scorers)

    @property
    def n_parameters(self) -> int:
        """How many numbers were learned together."""
        return sum(scorer.n_parameters for scorer in self.scorers)

    @property
    def curve(self) -> list[dict[str, float]]:
        """The curve of losses of the first that has one."""
        return next((scorer.curve for scorer in self.scorers if hasattr(scorer, "curve")), [])

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds, shape (n_texts, n_classes)."""
        return np.asarray(np.mean([scorer.score(words) for scorer in self.scorers], axis=0))


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """A scorer, the names of its classes, its calibration, and the words that it knows.

    Attributes
    ----------
    scorer : Scorer
        Log-odds of the classes.
    labels : tuple of str
        The classes, in the order of ``SENTIMENTS``.
    calibration : Calibration
        From log-odds to probabilities.
    known : array of uint8
        See ``known_words``.
    """

    scorer: Scorer
    labels: tuple[str, ...]
    calibration: Calibration
    known: NDArray[np.uint8]

    def probabilities(self, rows: WordRows) -> NDArray[np.float64]:
        """Return the probability of each of ``SENTIMENTS``, shape (n_texts, 3); NaN for a class that it has not."""
        found = np.full((len(rows.counts), len(SENTIMENTS)), np.nan)
        if len(found):
            scorer = self.scorer
            odds = scorer.score_rows(rows) if isinstance(scorer, NgramModel) else scorer.score(rows.texts())
            found[:, [SENTIMENTS.index(label) for label in self.labels]] = self.calibration.probabilities(odds)
        return found

    def knows(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Return which words it has met."""
        return find_known(self.known, words)

    def known_share(self, rows: WordRows) -> NDArray[np.float64]:
        """Return the share of words that it knows of each prepared text; -1 for one that it cannot judge."""
        known, total = count_known(self.known, rows)
        can_judge = (known > 0) & (known >= MIN_KNOWN_SHARE * total)
        return np.where(can_judge, known / np.maximum(total, 1), -1.0)


def pack_model(model: SentimentModel) -> tuple[dict[str, Any], Tensors]:
    """Return a model as plain settings and tensors, with its n-grams where it has some, but no other scorer."""
    calibration = {"slope": model.calibration.slope, "shift": list(model.calibration.shift)}
    settings: dict[str, Any] = {"labels": list(model.labels), "calibration": calibration}
    tensors: Tensors = {"known": model.known}
    for scorer in parts_of(model.scorer):
        if isinstance(scorer, NgramModel):
            settings["form"] = scorer.form.as_dict()
            tensors |= {"weights": scorer.weights, "scale": scorer.scale, "bias": scorer.bias}
    return settings, tensors


def parts_of(scorer: Scorer) -> tuple[Scorer, ...]:
    """Return what a mean is of, or the scorer itself."""
    return scorer.scorers if isinstance(scorer, MeanScorer) else (scorer,)


def unpack_model(
    settings: Mapping[str, Any], tensors: Tensors, where: str, others: Sequence[Scorer] = ()
) -> SentimentModel:
    """Return the model that ``pack_model`` gave, with ``others`` as its scorers beside n-grams, if it has any.

    Raises
    ------
    ArtifactError
        When a setting or tensor is missing or of another shape.
    """
    try:
        labels, known = tuple(settings["labels"]), tensors["known"]
        calibration = Calibration(float(settings["calibration"]["slope"]), tuple(settings["calibration"]["shift"]))
        has_ngrams = "form" in settings or not others
        scorers = [*others, *([_unpack_ngrams(settings, tensors, len(labels), where)] if has_ngrams else [])]
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{where} must have every part of a sentiment model; it lacks {error}.") from error
    if not (set(labels) <= set(SENTIMENTS) and len(labels) > 1):
        raise ArtifactError(f"{where} must have two or three of {SENTIMENTS} as labels, has {labels}. Train it again.")
    return SentimentModel(MeanScorer(scorers) if len(scorers) > 1 else scorers[0], labels, calibration, known)


def _unpack_ngrams(settings: Mapping[str, Any], tensors: Tensors, n_classes: int, where: str) -> NgramModel:
    form = NgramForm.from_dict(settings["form"])
    weights, scale, bias = (tensors[name] for name in ("weights", "scale", "bias"))
    n_columns = 1 if n_classes == 2 else n_classes
    is_whole = weights.shape == (n_columns, form.n_buckets) and scale.shape == bias.shape == (n_columns,)
    if not (is_whole and weights.dtype == np.int8):
        raise ArtifactError(
            f"{where} must have weights of its {n_classes} classes and {form.n_buckets} buckets in eight bits; found "
            f"{weights.dtype} {weights.shape}. Train it again."
        )
    return NgramModel(form, weights, scale, bias)
