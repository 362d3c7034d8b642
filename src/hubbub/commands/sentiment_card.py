"""A fitted sentiment model → its folder, with the card that says what it learned from and how well it does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from hubbub.commands.sentiment_fit import Fitted

_MADE = {
    "strong-ngrams": "Logistic regression on hashed n-grams",
    "use-tuned": "The multilingual Universal Sentence Encoder, fine-tuned,",
    "use-ngrams": "The mean log-odds of the multilingual Universal Sentence Encoder, fine-tuned, and of logistic "
    "regression on hashed n-grams, both",
}
_HOLDS = {
    "strong-ngrams": "It holds weights of hashed n-grams, and one bit a hashed word: no text, name or list of words.",
    "use-tuned": "It holds one bit a hashed word, and an encoder's vectors of pieces of words, moved by the texts: no "
    "text and no name, but whether a text was learned from may be guessed.",
    "use-ngrams": "It holds weights of hashed n-grams, one bit a hashed word, and an encoder's vectors of pieces of "
    "words, moved by the texts: no text and no name, but whether a text was learned from may be guessed.",
}
_HELD = {
    False: "held-out texts, no near-repeat of which was trained on",
    True: "texts, each told by a model like this one that was trained without it and its near-repeats, and calibrated "
    "on others",
}
_CALIBRATED = {False: "others", True: "of them, each told by a model that was trained without it"}


def save_sentiment(fitted: Fitted, folder: Path, *, name: str, data: str, command: str, metrics: str = "") -> None:
    """Write a model's folder with its card.

    Parameters
    ----------
    fitted : Fitted
        The model.
    folder : Path
        Where.
    name, data, command : str
        What it is called, learned from, and made by; for the card.
    metrics : str
        What else was measured, as Markdown.
    """
    import hubbub
    from hubbub.analyze.sentiment_model import pack_model, parts_of
    from hubbub.artifacts import TOKENIZER_FILE, Card, save_artifact
    from hubbub.commands.language_models import CURVE_FILE
    from hubbub.queries.sentiment_models import ENCODER, PREPARATION_FILE

    scores, labels = fitted.scores, fitted.model.labels
    shown = "{:.3f} ({:.3f} to {:.3f})".format
    lines = [
        f"On {scores['n_test']:,} {_HELD[scores['is_cross_fitted']]}, with 95 % intervals:",
        "",
        "| | this model | the most frequent class for all |",
        "| --- | --- | --- |",
        f"| accuracy | {shown(*scores['accuracy'])} | {scores['baseline_accuracy']:.3f} |",
        f"| recall, mean of the classes | {shown(*scores['macro_recall'])} | {scores['baseline_macro_recall']:.3f} |",
        *([f"| area under the ROC curve | {scores['auc']:.3f} | .500 |"] if "auc" in scores else []),
        f"| expected calibration error | {scores['calibration_error']:.4f} | – |",
    ]
    card = Card(
        purpose=f"Tell {', '.join(labels)} in short texts ({fitted.preparation.language}), with probabilities that "
        "hold, and `unknown` where nothing can be told.",
        data=data,
        procedure=f"`{command}`, hubbub {hubbub.__version__}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        f"{_MADE[fitted.approach]} of {scores['n_train']:,} texts ({scores['training']}); calibrated on "
        f"{scores['n_calibration']:,} {_CALIBRATED[scores['is_cross_fitted']]}; {scores['seconds']:.0f} s.",
        metrics="\n".join(line for line in lines if line or line == "") + (f"\n\n{metrics}" if metrics else ""),
        limits="Sarcasm, mixed feelings and what needs context are missed. Probabilities hold for texts like those it "
        "was calibrated on. Other languages, and texts without a known word, are `unknown`.",
        privacy=_HOLDS[fitted.approach],
        licence="mit" if fitted.approach == "strong-ngrams" else "apache-2.0",
        languages=(fitted.preparation.language,),
        tags=("text-classification", "sentiment-analysis"),
    )
    settings, tensors = pack_model(fitted.model)
    files = {PREPARATION_FILE: json.dumps(fitted.preparation.as_dict(), indent=2).encode() + b"\n"}
    if fitted.approach != "strong-ngrams":
        files[CURVE_FILE] = json.dumps(scores["curve"], indent=1).encode() + b"\n"
        encoder: Any = parts_of(fitted.model.scorer)[0]
        settings[ENCODER] = encoder.parts.config
        files[TOKENIZER_FILE] = encoder.parts.tokenizer
        tensors |= {f"{ENCODER}.{part}": tensor for part, tensor in encoder.tensors().items()}
    save_artifact(
        folder,
        name=name,
        kind="sentiment",
        config={"approach": fitted.approach, **settings},
        tensors=tensors,
        files=files,
        card=card,
    )
