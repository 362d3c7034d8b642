"""Labeled rows → a trained, calibrated and measured sentiment model."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zlib import crc32

from hubbub.errors import SourceError
from hubbub.reports import Progress, no_progress

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from hubbub.analyze.ngram_model import NgramModel, NgramTraining
    from hubbub.analyze.ngrams import NgramForm
    from hubbub.analyze.sentiment_model import Scorer, SentimentModel
    from hubbub.measures import Calibration
    from hubbub.prepare.sentiment import SentimentPreparation

Approach = Literal["strong-ngrams", "use-tuned", "use-ngrams"]
"""What can be kept, by the names of ``compare-sentiment``."""

_MAX_HELD_OUT = 40_000
_HELD_OUT_SHARE = 0.1
_MIN_ROWS = 40
_MIN_TO_HOLD_OUT = 5_000
_N_PARTS = 5
_TOO_ALIKE = "Too few different texts to hold some out; add more, or more different ones."
_BITS = ((200_000, 22), (20_000, 20), (5_000, 18), (0, 16))
_MIN_TEXTS_OF_WORD = ((100_000, 5), (10_000, 2), (0, 1))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained model and what is known of it.

    Attributes
    ----------
    model, preparation : SentimentModel, SentimentPreparation
        What is saved.
    approach : str
        What learned it.
    scores : dict
        Plain data for the card and the report: rows, scores with intervals, calibration error.
    """

    model: SentimentModel
    preparation: SentimentPreparation
    approach: Approach
    scores: dict[str, Any]


def drop_repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows without those that repeat a text of the same viewer; where viewers are unknown, of anybody."""
    return rows.unique(["viewer", "text", "label"], keep="first", maintain_order=True)


def fit_sentiment(
    rows: pl.DataFrame,
    preparation: SentimentPreparation,
    *,
    approach: Approach = "strong-ngrams",
    form: NgramForm | None = None,
    training: NgramTraining | None = None,
    is_balanced: bool = False,
    cross_fit: bool | None = None,
    minutes: float | None = None,
    checkpoint: Path | None = None,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Fitted:
    """Return a model of labeled rows, calibrated and scored on rows that it was not trained on.

    Parameters
    ----------
    rows : polars.DataFrame
        ``text, label``; where there are such columns also ``weight``, how much a row counts in training (only rows that
        weigh 1 or more are held out), and ``is_sided``, whether its label tells nothing about neutral.
    preparation : SentimentPreparation
        How texts are prepared.
    approach : {"strong-ngrams", "use-tuned", "use-ngrams"}
        N-grams, the Universal Sentence Encoder, fine-tuned, to which all rows weigh the same, or the mean of both.
    form, training : NgramForm, NgramTraining, optional
        Which n-grams, and how they are trained; by default what was found best for the number of rows.
    is_balanced : bool
        Calibrate, and measure the calibration, as if all classes were as frequent as each other.
    cross_fit : bool, optional
        Calibrate and score all rows that people labeled, each by a scorer that was trained without it, at five times
        the work; by default only where they are few.
    minutes : float, optional
        The fine-tuning ends by then.
    checkpoint : Path, optional
        Where the fine-tuning is kept while it goes on.
    seed : int
        Of the split and the order of texts.
    progress : Progress
        Called with the texts done.
    """
    import numpy as np

    from hubbub.analyze.known_words import mark_words
    from hubbub.analyze.sentiment_model import SENTIMENTS, MeanScorer, SentimentModel
    from hubbub.prepare.sentiment import PLACEHOLDERS, prepare_for_sentiment

    if rows.height < _MIN_ROWS:
        raise SourceError(f"At least {_MIN_ROWS} labeled texts are needed to train and to measure, were {rows.height}.")
    started = time.perf_counter()
    found = set(rows["label"].unique().to_list())
    labels = tuple(name for name in SENTIMENTS if name in found)
    texts = rows["text"].to_list()
    targets = np.array([labels.index(label) for label in rows["label"].to_list()])
    weights = rows["weight"].to_numpy() if "weight" in rows.columns else np.ones(rows.height)
    neutral = labels.index("neutral") if "neutral" in labels else -1
    is_sided = rows["is_sided"].to_numpy() if "is_sided" in rows.columns else np.zeros(rows.height, np.bool_)
    sided = np.where(is_sided, neutral, -1)
    progress("preparing", 0, rows.height)
    words = prepare_for_sentiment(preparation, texts).words
    data = _Data(texts, words, targets, weights, sided, len(labels))

    def learn(rows: NDArray[np.int64], step: str) -> Scorer:
        scorers: list[Scorer] = []
        if approach != "strong-ngrams":
            kept = checkpoint if step == "training" else None  # parts of a cross-fitting are short
            scorers.append(_tune_use(data, rows, seed, minutes, kept, step, progress))
        if approach != "use-tuned":
            chosen = training or training_for(len(rows), seed)
            scorers.append(_learn_ngrams(data, rows, form or form_for(len(texts)), chosen, step, progress))
        return MeanScorer(scorers) if len(scorers) > 1 else scorers[0]

    if cross_fit is None:
        cross_fit = int((weights >= 1).sum()) < _MIN_TO_HOLD_OUT
    scorer, used, odds, rounds = (_cross_fit if cross_fit else _hold_out)(data, learn, seed)
    min_texts = next(n for size, n in _MIN_TEXTS_OF_WORD if len(used) >= size)
    known = mark_words([words[i] for i in used.tolist()], min_texts=min_texts, but=PLACEHOLDERS)

    tuned, scored = (np.concatenate(parts) for parts in zip(*rounds, strict=True))
    shares = [_calibrate(odds[i], targets[i], is_balanced).probabilities(odds[j]) for i, j in rounds]
    calibration = _calibrate(odds[tuned], targets[tuned], is_balanced)
    model = SentimentModel(scorer, labels, calibration, known)
    scores = score_rows(np.concatenate(shares), targets[scored], targets[used], is_balanced=is_balanced)
    scores |= {"n_train": len(used), "n_calibration": len(tuned), "is_cross_fitted": cross_fit}
    scores["seconds"] = time.perf_counter() - started
    curve = getattr(scorer, "curve", [])
    how = [] if approach == "use-tuned" else [repr(training or training_for(len(used), seed))]
    how += [f"the encoder in {curve[-1]['epoch']:.2g} passes"] if curve else []
    scores |= {"training": "; ".join(how), "n_parameters": scorer.n_parameters, "curve": curve}
    return Fitted(model, preparation, approach, scores)


@dataclass(frozen=True, slots=True)
class _Data:
    """Labeled texts in columns: texts, their words, classes, weights and classes left open, and how many classes."""

    texts: list[str]
    words: list[str]
    targets: NDArray[np.int64]
    weights: NDArray[np.float64]
    sided: NDArray[np.int64]
    n_classes: int


def _learn_ngrams(
    data: _Data, rows: NDArray[np.int64], form: NgramForm, training: NgramTraining, step: str, progress: Progress
) -> NgramModel:
    from hubbub.analyze.ngram_model import train_ngrams

    return train_ngrams(
        form,
        [data.words[i] for i in rows.tolist()],
        data.targets[rows],
        data.n_classes,
        training=training,
        row_weights=data.weights[rows],
        left_open=data.sided[rows] if data.n_classes > 2 else None,
        progress=lambda done, total: progress(f"{step}: n-grams", done, total),
    )


def _tune_use(
    data: _Data,
    rows: NDArray[np.int64],
    seed: int,
    minutes: float | None,
    checkpoint: Path | None,
    step: str,
    progress: Progress,
) -> Scorer:
    from hubbub.learn.network_training import Lesson
    from hubbub.learn.use_tuned import tune_use

    def show(done: int, total: int) -> None:
        progress(f"{step}: the encoder", done, total)

    words = [data.words[i] for i in rows.tolist()]
    lesson = Lesson(words, data.targets[rows], data.n_classes, seed, show, checkpoint, minutes)
    return tune_use(lesson)


Round = tuple["NDArray[np.int64]", "NDArray[np.int64]"]
"""Rows to calibrate on, and rows to score by that."""
Trained = tuple["Scorer", "NDArray[np.int64]", "NDArray[np.float64]", list[Round]]
"""A scorer, the rows it was trained on, the log-odds of rows that were held out, and which of these are for what."""


def _hold_out(data: _Data, learn: Callable[[NDArray[np.int64], str], Scorer], seed: int) -> Trained:
    """Train on nine tenths; of the rest one half is for calibration, the other for scores."""
    import numpy as np

    odds = np.zeros((len(data.texts), data.n_classes))
    rows, tune, test = split_held_out(data.texts, data.weights, seed)
    scorer = learn(rows, "training")
    for part in (tune, test):
        odds[part] = scorer.score([data.words[i] for i in part.tolist()])
    return scorer, rows, odds, [(tune, test)]


def _cross_fit(data: _Data, learn: Callable[[NDArray[np.int64], str], Scorer], seed: int) -> Trained:
    """Train on all, and for the log-odds of each row that people labeled without it and its near-repeats.

    Each half of these rows is scored by a calibration on the other.
    """
    import numpy as np

    from hubbub.measures import repeat_keys, split_groups

    odds = np.zeros((len(data.texts), data.n_classes))
    keys = repeat_keys(data.texts)
    part_of = np.array([crc32(f"{seed} {key}".encode("utf-8", "surrogatepass")) % _N_PARTS for key in keys])
    for i_part in range(_N_PARTS):
        scorer = learn(np.flatnonzero(part_of != i_part), f"training, part {i_part + 1} of {_N_PARTS}")
        out = np.flatnonzero((part_of == i_part) & (data.weights >= 1))
        odds[out] = scorer.score([data.words[i] for i in out.tolist()])
    second, counted = split_groups(keys, 0.5, seed=seed + 1), data.weights >= 1
    rows = np.arange(len(data.texts))
    first, other = rows[counted & second], rows[counted & ~second]
    if not len(first) or not len(other):
        raise SourceError(_TOO_ALIKE)
    return learn(rows, "training"), rows, odds, [(first, other), (other, first)]


def _calibrate(odds: NDArray[np.float64], truth: NDArray[np.int64], is_balanced: bool) -> Calibration:
    from hubbub.measures import fit_calibration

    return fit_calibration(odds, truth, balance(truth) if is_balanced else None)


def balance(truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return weights of rows by which all classes weigh the same."""
    import numpy as np

    counts = np.bincount(truth)
    return np.asarray(len(truth) / (np.count_nonzero(counts) * counts[truth]))


def form_for(n_rows: int) -> NgramForm:
    """Return the n-grams that were found best for so many rows: more buckets where there are more."""
    from hubbub.analyze.ngrams import NgramForm

    return NgramForm(words=(1, 2, 3, 4), n_bits=next(n for size, n in _BITS if n_rows >= size), skips=True)


def training_for(n_rows: int, seed: int) -> NgramTraining:
    """Return the training that was found best for so many rows: more passes where there are few."""
    from hubbub.analyze.ngram_model import NgramTraining

    if n_rows > 200_000:
        return NgramTraining(n_epochs=4, rate=1.0, decay=0.5, batch=4096, seed=seed)
    return NgramTraining(n_epochs=5, rate=1.0, decay=0.6, batch=1024 if n_rows > 20_000 else 128, seed=seed)


def split_held_out(
    texts: list[str], weights: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows to train on, to calibrate on and to score, with no near-repeat on two sides."""
    import numpy as np

    from hubbub.measures import repeat_keys, split_groups

    keys = repeat_keys(texts)
    share = min(_HELD_OUT_SHARE, _MAX_HELD_OUT / len(texts))
    out = split_groups(keys, share, seed=seed)
    second = split_groups(keys, 0.5, seed=seed + 1)
    counted = weights >= 1
    tune, test = (np.flatnonzero(out & counted & side) for side in (second, ~second))
    if not len(tune) or not len(test):
        raise SourceError(_TOO_ALIKE)
    return np.flatnonzero(~out), tune, test


def score_rows(
    shares: NDArray[np.float64], truth: NDArray[np.int64], trained: NDArray[np.int64], *, is_balanced: bool
) -> dict[str, Any]:
    """Return scores of probabilities on held-out rows with 95 % intervals, beside the most frequent class for all."""
    import numpy as np

    from hubbub.measures import area_under_roc, bootstrap_interval, class_scores, expected_calibration_error

    n_classes = shares.shape[1]
    told = shares.argmax(axis=1)
    right = bootstrap_interval((told == truth).astype(float), n_resamples=1000)
    macro = bootstrap_interval(
        truth, told, statistic=lambda y, z: float(np.nanmean(class_scores(y, z, n_classes)[0])), n_resamples=300
    )
    most = int(np.bincount(trained).argmax())
    scores: dict[str, Any] = {
        "n_test": len(truth),
        "accuracy": [right.estimate, right.low, right.high],
        "macro_recall": [macro.estimate, macro.low, macro.high],
        "baseline_accuracy": float(np.mean(truth == most)),
        "baseline_macro_recall": 1 / n_classes,
        "calibration_error": expected_calibration_error(shares, truth, weights=balance(truth) if is_balanced else None),
        "log_loss": float(-np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-12)).mean()),
    }
    if n_classes == 2 and len(np.unique(truth)) == n_classes:
        scores["auc"] = area_under_roc(shares[:, 1], truth)
    return scores
