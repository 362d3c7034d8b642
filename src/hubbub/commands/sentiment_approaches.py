"""The approaches to sentiment that ``compare-sentiment`` knows: a dict to which others are added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hubbub.analyze.sentiment_model import Scorer


@dataclass(frozen=True, slots=True)
class Task:
    """What an approach learns from.

    Attributes
    ----------
    words : sequence of str
        Prepared texts; none for what is ready-made.
    targets : array of int64
        Their classes.
    labels : tuple of str
        Names of the classes.
    language : str
        ISO 639-1.
    lexicon : Path or None
        The file of the approach "lexicon".
    seed : int
        Of all draws.
    """

    words: Sequence[str]
    targets: NDArray[np.int64]
    labels: tuple[str, ...]
    language: str
    lexicon: Path | None
    seed: int


@dataclass(frozen=True, slots=True)
class Approach:
    """One way to tell sentiment.

    Attributes
    ----------
    family : str
        ready-made, toolbox or network.
    title : str
        For people.
    make : callable
        From a task to a scorer of log-odds.
    needs : str
        What else it needs: an extra, a file; empty for nothing.
    """

    family: str
    title: str
    make: Callable[[Task], Scorer]
    needs: str = ""


def _vader(task: Task) -> Scorer:
    from hubbub.analyze.ready_made import VaderScorer

    if task.language != "en":
        raise HubbubError("The approach 'vader' reads English only; for another language name a lexicon.")
    return VaderScorer(len(task.labels))


def _lexicon(task: Task) -> Scorer:
    from hubbub.analyze.ready_made import LexiconScorer, read_lexicon

    if task.lexicon is None:
        raise HubbubError("The approach 'lexicon' needs a file of words and their sentiment: --lexicon FILE.")
    return LexiconScorer(read_lexicon(task.lexicon), len(task.labels))


def _hashing(task: Task) -> Scorer:
    from hubbub.analyze.toolbox import train_hashing

    return train_hashing(task.words, task.targets, len(task.labels), task.seed)


def _word_ngrams(task: Task) -> Scorer:
    from hubbub.analyze.toolbox import train_word_ngrams

    return train_word_ngrams(task.words, task.targets, len(task.labels), task.seed)


def _strong_ngrams(task: Task) -> Scorer:
    from hubbub.analyze.ngram_model import train_ngrams
    from hubbub.commands.sentiment_fit import form_for, training_for

    n = len(task.words)
    training = training_for(n, task.seed)
    return train_ngrams(form_for(n), task.words, task.targets, len(task.labels), training=training)


APPROACHES: dict[str, Approach] = {
    "vader": Approach("ready-made", "VADER", _vader, "the extra [compare]"),
    "lexicon": Approach("ready-made", "a lexicon of words", _lexicon, "a file: --lexicon"),
    "hashing": Approach("toolbox", "feature hashing + logistic regression", _hashing),
    "word-ngrams": Approach("toolbox", "word n-grams + logistic regression", _word_ngrams),
    "strong-ngrams": Approach("toolbox", "words 1-4 and characters 3-5, hashed", _strong_ngrams),
}
"""By name, in the order of the tables. Networks are added here."""


def choose_approaches(names: Sequence[str], language: str, lexicon: Path | None) -> list[str]:
    """Return the approaches named, or all that can run on this language.

    Raises
    ------
    HubbubError
        When a name is not known.
    """
    if unknown := [name for name in names if name not in APPROACHES]:
        raise HubbubError(f"No approach '{unknown[0]}'. The approaches are: {', '.join(APPROACHES)}.")
    if names:
        return list(dict.fromkeys(names))
    left_out = {"vader"} if language != "en" else set()
    return [name for name in APPROACHES if name not in left_out and (name != "lexicon" or lexicon is not None)]
