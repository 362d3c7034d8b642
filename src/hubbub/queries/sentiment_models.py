"""Sentiment models by name or folder, and what they say of texts: one way for Python, command line, REST and live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import ArtifactError, HubbubError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from hubbub.analyze.sentiment_model import Scorer, SentimentModel
    from hubbub.artifacts import Artifact
    from hubbub.prepare.sentiment import SentimentPreparation
    from hubbub.word_rows import WordRows

KIND = "sentiment"
UNKNOWN = "unknown"
SHIPPED = {"en": "sentiment-en", "fr": "sentiment-fr"}
"""The models that come with hubbub, by language."""

_FOLDER = Path(__file__).parents[1] / "models"
PREPARATION_FILE = "preparation.json"
ENCODER = "encoder"
"""Of a model that a fine-tuned encoder is part of: its settings, and what the names of its tensors begin with."""

_BATCH = 65_536


@dataclass(frozen=True)
class Judge:
    """One model with the preparation that it was trained with.

    Attributes
    ----------
    name : str
        The artifact's.
    preparation : SentimentPreparation
        How it reads texts.
    model : SentimentModel
        What it knows.
    checksum : str
        The sha256 of its weights.
    """

    name: str
    preparation: SentimentPreparation
    model: SentimentModel
    checksum: str


class SentimentScorer:
    """What scores texts: one model, or the shipped ones, each for its language.

    Attributes
    ----------
    judges : tuple of Judge
        The models.
    names : tuple of str
        The artifacts' names.
    languages : tuple of str
        The language of each, ISO 639-1.
    checksums : list of str
        The sha256 of the weights of each.
    """

    def __init__(self, judges: Sequence[Judge]) -> None:
        self.judges = tuple(judges)
        self.names = tuple(judge.name for judge in judges)
        self.languages = tuple(judge.preparation.language for judge in judges)
        self.checksums = [judge.checksum for judge in judges]

    def score(self, texts: Sequence[str] | pl.Series) -> pl.DataFrame:
        """Return the sentiment of each text.

        Parameters
        ----------
        texts : sequence of str or polars.Series
            As somebody typed them. Each distinct one is worked out once.

        Returns
        -------
        polars.DataFrame
            ``label, p_negative, p_neutral, p_positive``, row by row. The label is that with the largest probability;
            ``unknown``, with no probabilities, for a text that cannot be judged: nothing said in it, another language
            than the model's, no word that it knows. ``p_neutral`` is null for a model of two classes.
        """
        import numpy as np

        from hubbub.engines import no_garbage_collection

        given = _as_texts(texts)
        with no_garbage_collection():
            distinct = list(dict.fromkeys(given))
            places = dict(zip(distinct, range(len(distinct)), strict=True))
            row = np.fromiter(map(places.__getitem__, given), np.int64, len(given))
            shares = np.concatenate(
                [np.full((0, 3), np.nan)]
                + [self._score_distinct(distinct[i : i + _BATCH]) for i in range(0, len(distinct), _BATCH)]
            )
        return shares_to_frame(shares)[row]

    def explain(self, text: str) -> pl.DataFrame:
        """Return how each word of a text bears on its label.

        Parameters
        ----------
        text : str
            As somebody typed it.

        Returns
        -------
        polars.DataFrame
            ``word, effect``, in the order of the text: the words as the model reads them, and by how much the
            probability of the text's label falls when the word is taken out (it rises where negative). No rows for a
            text that is not judged.
        """
        import numpy as np
        import polars as pl

        from hubbub.word_rows import WordRows

        schema = {"word": pl.String, "effect": pl.Float64}
        choices = self._choose([text])
        if not choices:
            return pl.DataFrame(schema=schema)
        judge, _, rows = choices[0]
        words = rows.texts()[0].split(" ")
        without = [" ".join(words[:i] + words[i + 1 :]) for i in range(len(words))]
        shares = judge.model.probabilities(WordRows.of([" ".join(words), *without]))
        chosen = int(np.nanargmax(shares[0]))
        return pl.DataFrame({"word": words, "effect": shares[0, chosen] - shares[1:, chosen]}, schema=schema)

    def judge_of(self, texts: Sequence[str]) -> Judge:
        """Return who judges most of some texts: the model of a channel's language."""
        found = {id(judge): len(chosen) for judge, chosen, _ in self._choose(texts)}
        return max(self.judges, key=lambda judge: found.get(id(judge), 0))

    def _score_distinct(self, texts: list[str]) -> NDArray[np.float64]:
        """Return probabilities, NaN throughout for what is not judged."""
        import numpy as np

        shares = np.full((len(texts), 3), np.nan)
        for judge, chosen, rows in self._choose(texts):
            shares[chosen] = judge.model.probabilities(rows)
        return shares

    def _choose(self, texts: Sequence[str]) -> list[tuple[Judge, NDArray[np.int64], WordRows]]:
        """Return who judges which texts, and these as words; what nobody can judge is in none.

        With several judges a text goes to the one who knows the largest share of its words, the first of equals; one
        who is told that it is in another language keeps out.
        """
        import numpy as np

        from hubbub.prepare.sentiment import prepare_for_sentiment

        share = np.full(len(texts), -1.0)
        choice = np.full(len(texts), -1)
        asked = []
        for i_judge, judge in enumerate(self.judges):
            places = np.flatnonzero(share < 1.0)  # nobody knows more than every word
            prepared = prepare_for_sentiment(judge.preparation, [texts[i] for i in places.tolist()])
            known = judge.model.known_share(prepared.rows)
            known[[foreign is not None for foreign in prepared.foreign]] = -1.0
            is_better = known > share[places]
            choice[places[is_better]], share[places[is_better]] = i_judge, known[is_better]
            asked.append((judge, places, prepared.rows))
        found = []
        for i_judge, (judge, places, rows) in enumerate(asked):
            chosen = np.flatnonzero(choice[places] == i_judge)
            if len(chosen):
                found.append((judge, places[chosen], rows if len(chosen) == len(places) else rows.take(chosen)))
        return found


def _as_texts(texts: Sequence[str] | pl.Series) -> list[str]:
    if isinstance(texts, str):
        raise ValueError("score takes a sequence of texts; for one text give [text].")
    given = list(texts)
    if set(map(type, given)) <= {str}:  # as nearly always
        return given
    if wrong := next((text for text in given if not (text is None or isinstance(text, str))), None):
        raise ValueError(f"A text must be a str, was {type(wrong).__name__}.")
    return ["" if text is None else text for text in given]


def shares_to_frame(shares: NDArray[np.float64]) -> pl.DataFrame:
    """Return probabilities of the three classes, NaN where a text is not judged, as ``score`` gives them."""
    import numpy as np
    import polars as pl

    from hubbub.analyze.sentiment_model import SENTIMENTS

    is_judged = ~np.isnan(shares).all(axis=1)
    chosen = np.where(is_judged, np.nan_to_num(shares, nan=-1.0).argmax(axis=1), len(SENTIMENTS))
    names = (*SENTIMENTS, UNKNOWN)
    columns = [pl.Series("label", [names[i] for i in chosen.tolist()], dtype=pl.String)]
    columns += [pl.Series(f"p_{name}", shares[:, i], nan_to_null=True) for i, name in enumerate(SENTIMENTS)]
    return pl.DataFrame(columns)


def load_sentiment(name: str | Path | None = None) -> SentimentScorer:
    """Return what scores the sentiment of texts.

    Parameters
    ----------
    name : str or path, optional
        A shipped model ("en", "fr") or the folder of a trained one; by default all shipped ones, each text by that of
        its language.

    Raises
    ------
    ArtifactError
        When there is no such model, it was altered, or it is of another kind.

    Examples
    --------
    >>> load_sentiment("en").score(["what a lovely day :)", "this is awful", ""])["label"].to_list()
    ['positive', 'negative', 'unknown']
    """
    if name is None:
        return SentimentScorer([_load(_FOLDER / folder) for folder in SHIPPED.values()])
    return SentimentScorer([_load(find_sentiment(name))])


def find_sentiment(name: str | Path) -> Path:
    """Return the folder of a shipped model ("en", "fr"), or of a trained one.

    Raises
    ------
    ArtifactError
        When there is no such folder.
    """
    if str(name) in SHIPPED:
        return _FOLDER / SHIPPED[str(name)]
    folder = Path(name)
    if not folder.is_dir():
        raise ArtifactError(
            f"No sentiment model '{name}': it must be {', '.join(SHIPPED)} or the folder of a trained one. "
            "Train one with: hubbub train-sentiment FILE --output FOLDER"
        )
    return folder


def _load(folder: Path) -> Judge:
    """Return the model of a folder, read again only when it was written anew."""
    try:
        state = (folder / "config.json").stat()
    except OSError as error:
        raise ArtifactError(f"{folder} must hold a sentiment model: {error.strerror}.") from error
    return _load_state(folder.resolve(), state.st_mtime_ns, state.st_ino)


@lru_cache(maxsize=8)
def _load_state(folder: Path, _changed: int, _file: int) -> Judge:
    import json

    from hubbub.analyze.sentiment_model import unpack_model
    from hubbub.artifacts import TENSORS_FILE, load_artifact, read_file, read_tensors
    from hubbub.prepare.sentiment import SentimentPreparation

    artifact = load_artifact(folder)
    if artifact.kind != KIND:
        raise ArtifactError(f"{folder} must hold a model of kind '{KIND}', holds '{artifact.kind}'. Name another.")
    try:
        settings = json.loads(read_file(artifact, PREPARATION_FILE))
        preparation = SentimentPreparation.from_dict(settings)
    except (ValueError, TypeError) as error:
        raise HubbubError(f"{folder / PREPARATION_FILE} must be a preparation for sentiment: {error}.") from error
    tensors = read_tensors(artifact)
    others = _load_network(artifact, tensors) if ENCODER in artifact.config else []
    model = unpack_model(artifact.config, tensors, str(folder), others)
    return Judge(artifact.name, preparation, model, artifact.checksums[TENSORS_FILE])


def _load_network(artifact: Artifact, tensors: dict[str, NDArray[Any]]) -> list[Scorer]:
    """Return the fine-tuned encoder that is part of a model."""
    from hubbub.artifacts import TOKENIZER_FILE, read_file
    from hubbub.errors import MissingExtraError

    try:
        from hubbub.learn.use_tuned import load_tuned_use
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "torch":
            raise
        raise MissingExtraError(f"The model '{artifact.name}'", "PyTorch", "train") from None
    prefix = f"{ENCODER}."
    learned = {name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)}
    settings, n_classes = artifact.config[ENCODER], len(artifact.config.get("labels", ()))
    return [load_tuned_use(settings, learned, read_file(artifact, TOKENIZER_FILE), n_classes, str(artifact.folder))]
