"""Labeled texts → a sentiment model with its card; an archive's messages → the table ``sentiment``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.commands.emotes import ChannelEmotes
    from hubbub.queries.sentiment_models import SentimentScorer
    from hubbub.store.archive import Archive

Way = Literal["raw", "standard", "lemmas", "stems", "chat"]
_BLOCK = 100_000
_MAX_REMEMBERED = 500_000


def train_sentiment(
    files: Sequence[Path],
    *,
    output: Path,
    approach: Literal["strong-ngrams", "use-tuned", "use-ngrams"] = "strong-ngrams",
    way: Way = "chat",
    language: Literal["en", "fr"] = "en",
    text_column: str | None = None,
    label_column: str | None = None,
    minutes: float | None = None,
    name: str | None = None,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Report:
    """Train a sentiment model on labeled texts, and save it with its card.

    A tenth of the texts (40,000 at most) are held out, near-repeats never on both sides: half of them calibrate its
    probabilities, the others are scored for the card. `strong-ngrams`, words and characters hashed, learns a million
    texts in two minutes and needs no torch; `use-tuned`, the Universal Sentence Encoder fine-tuned, is right more
    often, learns for an hour and needs `hubbub[train]` to score too; `use-ngrams` is the mean of both. A fine-tuning
    that was stopped goes on where it was kept last.

    Parameters
    ----------
    files : sequence of path
        CSV, TSV, Parquet or JSON lines with a text and a label a row: negative, neutral, positive, or numbers.
    output : path
        Folder of the model; must be new or empty, or hold a model of this name.
    approach : {"strong-ngrams", "use-tuned", "use-ngrams"}
        As in `compare-sentiment`.
    way : {"raw", "standard", "lemmas", "stems", "chat"}
        How texts are prepared; saved in the model.
    language : {"en", "fr"}
        Of the texts; the model judges no others.
    text_column : str, optional
        Name of the column of texts, where it is not a usual one.
    label_column : str, optional
        Name of the column of labels, where it is not a usual one.
    minutes : float, optional
        The fine-tuning of the encoder ends by then; the same seed then gives about the same model.
    name : str, optional
        Of the model; by default that of the folder.
    seed : int
        Of the split and the order of texts.
    progress : Progress
        Called with the texts done.

    Returns
    -------
    Report
        Rows in, used, repeated and left out; `details` has the scores on the held-out rows.

    Raises
    ------
    SourceError
        When a file has no such columns, a label that is none, or one class only.
    ArtifactError
        When the folder holds something else.
    HubbubError
        When minutes are not above 0 or given for n-grams, or a kept training is of another run.
    MissingExtraError
        When the encoder is to be fine-tuned without `hubbub[train]`.
    """
    from hubbub.artifacts import check_replaceable
    from hubbub.collect.labeled import read_labeled
    from hubbub.commands.language_models import need_training
    from hubbub.commands.sentiment_card import save_sentiment
    from hubbub.commands.sentiment_fit import drop_repeats, fit_sentiment
    from hubbub.prepare.sentiment import SentimentPreparation

    started = time.perf_counter()
    output = Path(output)
    is_tuned = approach != "strong-ngrams"
    if is_tuned:
        need_training(approach)
    if minutes is not None and not (minutes > 0 and is_tuned):
        raise HubbubError(f"--minutes must be above 0, and is to fine-tune; was {minutes} for {approach}.")
    check_replaceable(output, name or output.name)
    read = read_labeled(list(files), text_column=text_column, label_column=label_column)
    read.classes()
    rows = drop_repeats(read.rows)
    preparation = SentimentPreparation(way, language)
    checkpoint = output.with_name(f"{output.name}.checkpoint.safetensors")
    fitted = fit_sentiment(
        rows,
        preparation,
        approach=approach,
        minutes=minutes,
        checkpoint=checkpoint,
        seed=seed,
        progress=progress,
    )
    command = " ".join(["hubbub train-sentiment", *(Path(file).name for file in files), f"--approach {approach}"])
    command += f" --way {way}" + ("" if minutes is None else f" --minutes {minutes:g}")
    save_sentiment(
        fitted,
        output,
        name=name or output.name,
        data=f"{len(files)} file(s) of labeled texts: {', '.join(Path(file).name for file in files)}.",
        command=f"{command} --language {language} --seed {seed}",
    )
    checkpoint.unlink(missing_ok=True)
    return Report(
        "train-sentiment",
        n_in=read.rows.height + sum(read.rejected.values()),
        n_kept=rows.height,
        n_repeated=read.rows.height - rows.height,
        rejected=read.rejected,
        seconds=time.perf_counter() - started,
        details={"output": str(output), **{name: one for name, one in fitted.scores.items() if name != "curve"}},
    )


def score_sentiment(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    model: str | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Score the sentiment of an archive's messages into the table `sentiment`, each distinct text once.

    A message in which nothing is known but emotes of its channel that `learn-emotes` learned is told by these.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all that need it.
    model : str, optional
        A shipped model ("en", "fr") or the folder of a trained one; by default each text by the shipped one of its
        language.
    progress : Progress
        Called with the streams done.

    Returns
    -------
    Report
        Messages in, those that got a label, those that cannot be judged; `details` counts labels and distinct texts.
    """
    from hubbub.commands.emotes import read_channel_emotes
    from hubbub.queries.sentiment_models import load_sentiment
    from hubbub.store.archive import is_current, open_archive
    from hubbub.store.joins import channel_keys
    from hubbub.store.views import choose_streams

    started = time.perf_counter()
    store = open_archive(archive)
    scorer = load_sentiment(model)
    made_by = "+".join(scorer.names)
    memory = ScoreMemory(scorer)
    counts: dict[str, int] = {}
    n_in = n_repeated = 0
    chosen, channels = choose_streams(store, streams), channel_keys(store)
    for n_done, stream in enumerate(chosen):
        progress("scoring", n_done, len(chosen))
        made: dict[str, Any] = {"messages": store.generation_of("messages", stream), "model": made_by}
        made["sums"] = scorer.checksums
        channel = channels.get(stream) or ""
        if emotes := read_channel_emotes(store, channel, scorer):
            made["emotes"] = store.generation_of("channel_emotes", channel)
        if is_current(store, "sentiment", stream, made):
            n_repeated += store.n_rows("sentiment", stream)
            continue
        texts = store.read("messages", [stream], ["message_id", "stream_id", "text"]).drop_nulls("text")
        scores = memory.score(texts["text"].unique(), emotes)
        scored = texts.join(scores, on="text", how="left", maintain_order="left")
        with store.writing() as change:
            change.put("sentiment", stream, scored.drop("text"), made)
        n_in += scored.height
        for label, n in scored["label"].value_counts().iter_rows():
            counts[label] = counts.get(label, 0) + n
    progress("scoring", len(chosen), len(chosen))
    n_unknown = counts.get("unknown", 0)
    return Report(
        "score-sentiment",
        n_in=n_in + n_repeated,
        n_kept=n_in - n_unknown,
        n_repeated=n_repeated,
        rejected={"cannot be judged": n_unknown} if n_unknown else {},
        seconds=time.perf_counter() - started,
        details={"model": made_by, "labels": counts, "n_texts": memory.n_scored},
    )


class ScoreMemory:
    """Scores of texts that were scored before, so that what chats repeat is scored once; bounded.

    Parameters
    ----------
    scorer : SentimentScorer

    Attributes
    ----------
    n_scored : int
        Texts that were scored.
    """

    def __init__(self, scorer: SentimentScorer) -> None:
        self._scorer = scorer
        self._frame: pl.DataFrame | None = None
        self.n_scored = 0

    def score(self, texts: pl.Series, emotes: ChannelEmotes | None = None) -> pl.DataFrame:
        """Return ``text``, its scores and the ``model`` that told it.

        Parameters
        ----------
        texts : polars.Series
            Distinct ones, named "text".
        emotes : ChannelEmotes, optional
            What tells texts that no model can judge.
        """
        import polars as pl

        from hubbub.commands.emotes import tell_unknown

        known = texts.to_frame().join(self._frame, on="text") if self._frame is not None else None
        new = texts if known is None else texts.filter(~texts.is_in(known["text"].implode()))
        blocks = [new[i : i + _BLOCK] for i in range(0, len(new), _BLOCK)]
        fresh = [pl.concat([block.to_frame(), self._scorer.score(block)], how="horizontal") for block in blocks]
        self.n_scored += len(new)
        found = pl.concat([frame for frame in (known, *fresh) if frame is not None] or [self._empty()])
        # What came last is most likely to come again.
        before = [] if self._frame is None else [self._frame]
        self._frame = pl.concat([*before, *fresh] or [self._empty()]).tail(_MAX_REMEMBERED)
        scores = found.with_columns(model=pl.lit("+".join(self._scorer.names)))
        return tell_unknown(scores, emotes) if emotes else scores

    def _empty(self) -> pl.DataFrame:
        import polars as pl

        return pl.concat([pl.Series("text", [], pl.String).to_frame(), self._scorer.score([])], how="horizontal")
