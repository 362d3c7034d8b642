"""An archive's messages and a network of transformers → an encoder of chat, which sentence-transformers loads too."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hubbub import __version__
from hubbub.commands.language_models import (
    CURVE_FILE,
    PICTURE_FILE,
    Messages,
    Track,
    checkpoints_of,
    choose_tracker,
    need_training,
    read_messages,
)
from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.cards import Card
    from hubbub.learn.pairs import Lesson
    from hubbub.queries.encoders import Encoder
    from hubbub.queries.evaluation import Measured
    from hubbub.store.archive import Archive

KIND = "simcse"
_PANELS = {
    "loss": "loss",
    "watched": "held-out messages within a minute: cosine above that of random pairs, in deviations",
}
MIN_TEXTS = 500
_SHARES = {"dropout": 0.0, "both": 0.5, "neighbors": 1.0}
_MIN_WORDS, _MIN_LANGUAGE = 3, 0.1
_SHOWN_STREAMS, _SHOWN_TEXTS, _WATCHED_TEXTS = 3, 2_000, 400


def train_simcse(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    start: Path | str,
    output: Path | str,
    positives: Literal["both", "dropout", "neighbors"] = "both",
    negatives: Literal["any", "stream"] = "any",
    neighbor_seconds: float = 5.0,
    pooling: Literal["cls", "mean"] | None = None,
    max_texts: int = 500_000,
    batch: int = 64,
    epochs: int = 1,
    learning_rate: float = 5e-5,
    minutes: float | None = None,
    track: Track | None = None,
    licence: str = "other",
    seed: int = 0,
    progress: Progress = no_progress,
) -> Report:
    """Train an encoder on the messages of an archive: what is said alike, or at one moment, gets near vectors.

    Contrastive: a message and its positive shall be nearer than the others of a batch. Repeats are removed first, and
    what nearly repeats the positive, or was said beside it, is not held against it. A run that was stopped goes on when
    the same command is given again. The folder loads in sentence-transformers as it is. Needs `hubbub[train]`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all. Streams that were not prepared are prepared first.
    start : path
        The network to begin with: a folder of transformers or sentence-transformers, such as train-mlm makes.
    output : path
        The folder of the encoder; must be new, empty, or hold an encoder of the same name.
    positives : {"both", "dropout", "neighbors"}
        What a message shall be near: itself under another dropout mask, a message of its stream within seconds, or half
        and half.
    negatives : {"any", "stream"}
        What it shall be far from: messages of all streams, or those of its own, which are harder.
    neighbor_seconds : float
        Neighbors are at most so far apart.
    pooling : {"cls", "mean"}, optional
        How a message's tokens become one vector; by default as the start does, else their mean.
    max_texts : int
        At most so many distinct messages an epoch, drawn anew for each; their neighbors may be any.
    batch : int
        Pairs a step.
    epochs : int
        How often each message is seen.
    learning_rate : float
        The highest; it rises over a tenth of the steps and falls to 0.
    minutes : float, optional
        Training ends then; the same seed gives the same weights only without it.
    track : {"trackio", "wandb", "mlflow", "tensorboard", "none"}, optional
        Which program is told the learning curve; by default trackio where it is installed.
    licence : str
        SPDX identifier in lower case, for the card.
    seed : int
        Same seed, same weights, on one thread.
    progress : Progress
        Called along the way.

    Returns
    -------
    Report
        Messages in and learned from; `details` has the folder, the losses, and each measure before and after.

    Raises
    ------
    HubbubError
        When a number is out of its range, there is too little text, or the checkpoint beside the output is of another
        run.
    ArtifactError
        When the start cannot be loaded, or the output holds something else.
    MissingExtraError
        When `hubbub[train]` is not installed.
    """
    from hubbub.artifacts import check_replaceable
    from hubbub.learn.pairs import Settings
    from hubbub.learn.simcse import load_start, train
    from hubbub.learn.tracking import tracking

    started = time.perf_counter()
    need_training("train-simcse")
    _check(max_texts, batch, epochs, learning_rate, neighbor_seconds, minutes)
    tracker = choose_tracker(track)
    target = Path(output)
    check_replaceable(target, target.name)
    messages = read_messages(archive, streams, None, progress)
    learned, held = messages.learned, messages.held
    lesson = make_lesson(learned, held)
    model = load_start(Path(start), pooling)
    settings = Settings(
        epochs,
        max_texts,
        batch,
        learning_rate,
        neighbor_share=_SHARES[positives],
        neighbor_seconds=neighbor_seconds,
        one_stream=negatives == "stream",
        seed=seed,
    )
    watched = Held(held)
    before = watched.measure(model)
    checkpoint = target.with_name(f"{target.name}.checkpoint.safetensors")
    with tracking(tracker, model, checkpoints_of(target)) as tell:
        curve = train(
            model,
            lesson,
            settings,
            checkpoint=checkpoint,
            minutes=minutes,
            watch=watched.watch,
            tell=tell,
            progress=lambda done, n: progress("training", done, n),
        )
    after = watched.measure(model)
    command = f"--start {Path(start).name} --positives {positives} --negatives {negatives} --neighbor-seconds "
    command += f"{neighbor_seconds:g} --max-texts {max_texts} --batch {batch} --epochs {epochs} --learning-rate "
    command += f"{learning_rate:g} --seed {seed}" + ("" if minutes is None else f" --minutes {minutes:g}")
    command += "" if pooling is None else f" --pooling {pooling}"
    made = Made(Path(start), command, curve, before, after, messages, lesson.texts)
    _save(target, model, made, licence)
    checkpoint.unlink(missing_ok=True)
    return Report(
        "train-simcse",
        n_in=learned.height + held.height,
        n_kept=len(lesson.texts),
        rejected={
            "held out to measure on": held.height,
            "repeats": learned.height - len(lesson.texts),
        },
        seconds=time.perf_counter() - started,
        details={"output": str(target), "steps": curve[-1]["step"], "training seconds": curve[-1]["seconds"]}
        | {"losses": [round(row["loss"], 4) for row in curve if "loss" in row]}
        | {one.measure: f"{_said(one)}, before {_said(old)}" for old, one in zip(before, after, strict=True)},
    )


def _check(
    max_texts: int, batch: int, epochs: int, learning_rate: float, neighbor_seconds: float, minutes: float | None
) -> None:
    if not 2 <= batch <= max_texts or epochs < 1:
        raise HubbubError(
            f"--batch must be 2 or more and at most --max-texts, and --epochs 1 or more; they were {batch}, "
            f"{max_texts} and {epochs}."
        )
    if not 0 < learning_rate < 1:
        raise HubbubError(f"--learning-rate must be above 0 and below 1, was {learning_rate:g}.")
    if not 0 < neighbor_seconds < float("inf") or (minutes is not None and not minutes > 0):
        raise HubbubError(f"--neighbor-seconds and --minutes must be above 0, were {neighbor_seconds} and {minutes}.")


def make_lesson(learned: pl.DataFrame, held: pl.DataFrame) -> Lesson:
    """Return the distinct texts to learn from, each at its first moment; what is held out is not among them.

    Raises
    ------
    HubbubError
        When there are too few.
    """
    import numpy as np
    import polars as pl

    from hubbub.learn.pairs import Lesson
    from hubbub.measures import repeat_keys
    from hubbub.prepare.copies import group_texts

    rows = learned.drop_nulls("seconds").join(held.select("text_id").unique(), on="text_id", how="anti")
    rows = rows.unique("text_id", keep="first", maintain_order=True)
    rows = rows.with_columns(key=pl.Series(repeat_keys(rows["text"].to_list()), dtype=pl.String))
    rows = rows.unique("key", keep="first", maintain_order=True)
    if rows.height < MIN_TEXTS:
        raise HubbubError(
            f"train-simcse needs at least {MIN_TEXTS:,} distinct messages with a moment, beside those it measures on; "
            f"it had {rows.height:,} of {learned.height + held.height:,}. Give more streams."
        )
    texts = rows["text"].to_list()
    # The order must depend on the texts alone, as the first one holds a group together.
    order = np.argsort(np.array(texts, dtype=object), kind="stable")
    groups = np.empty(len(texts), np.int64)
    groups[order] = group_texts([texts[row].lower() for row in order])
    streams = rows["stream_id"].rle_id().to_numpy().astype(np.int64)
    return Lesson(texts, groups, streams, rows["seconds"].to_numpy().astype(np.float64))


class Held:
    """The messages held out: what tells whether an encoder of chat has become better.

    Parameters
    ----------
    held : polars.DataFrame
        As from ``read_corpus``.
    """

    def __init__(self, held: pl.DataFrame) -> None:
        import polars as pl

        long = held.drop_nulls("seconds").filter(pl.col("text").str.split(" ").list.len() >= _MIN_WORDS)
        distinct = long.unique(["stream_id", "text_id"], keep="first", maintain_order=True)
        parts = sorted(distinct.partition_by("stream_id"), key=lambda part: -part.height)
        self._parts = [part.head(_SHOWN_TEXTS) for part in parts[:_SHOWN_STREAMS]]

    def watch(self, model: Any) -> float:  # noqa: ANN401
        """Return how much more alike messages within a minute are than others: mean over the streams."""
        import numpy as np

        from hubbub.analyze.decay import NEAR_LAGS, measure_decay
        from hubbub.learn.foreign import as_encoder

        encoder, peaks = as_encoder(model, ""), []
        for part in (part.head(_WATCHED_TEXTS) for part in self._parts):
            vectors = encoder.embed(part["text"].to_list())
            near = measure_decay(vectors, part["seconds"].to_numpy()).excess[:NEAR_LAGS]
            peaks += [float(np.mean(near[np.isfinite(near)]))] if np.isfinite(near).any() else []
        return float(np.mean(peaks)) if peaks else 0.0

    def measure(self, model: Any) -> list[Measured]:  # noqa: ANN401
        """Return the rows of ``evaluate-encoder`` that need no public set: decay and emotes."""
        from hubbub.learn.foreign import as_encoder
        from hubbub.queries.evaluation import measure_encoder, measure_stream

        encoder: Encoder = as_encoder(model, "")
        rows: list[Measured] = []
        for part in self._parts:
            stream = str(part["stream_id"][0])
            rows += measure_stream(encoder, stream, part["text"].to_list(), part["seconds"].to_numpy())
        return [*rows, *measure_encoder(encoder, None)]


@dataclass(frozen=True, slots=True)
class Made:
    """What a run was and gave, for the card."""

    start: Path
    command: str
    curve: list[dict[str, float]]
    before: list[Measured]
    after: list[Measured]
    messages: Messages
    texts: Sequence[str]


def _save(target: Path, model: Any, made: Made, licence: str) -> None:  # noqa: ANN401
    from hubbub.artifacts import OWN_FIELDS, save_artifact
    from hubbub.draw.learning import draw_learning
    from hubbub.learn.simcse import library_files
    from hubbub.prepare.preparation import Preparation

    config, tensors, files = library_files(model)
    save_artifact(
        target,
        name=target.name,
        kind=KIND,
        config={key: value for key, value in config.items() if key not in OWN_FIELDS},  # of the start
        tensors=tensors,
        files=files
        | {
            "preparation.json": json.dumps(Preparation().as_dict(), indent=2).encode() + b"\n",
            CURVE_FILE: json.dumps(made.curve, indent=1).encode() + b"\n",
            PICTURE_FILE: draw_learning(made.curve, _PANELS),
        },
        card=_card(made, licence, int(model.get_embedding_dimension())),
    )


def _said(one: Measured) -> str:
    if one.value is None:
        return "none"
    high = "…" if one.high is None else f"{one.high:.3g}"
    return f"{one.value:.3g}" + ("" if one.low is None else f" ({one.low:.3g} to {high})")


def _languages(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the languages of a tenth of the texts or more, of those whose language can be told."""
    import polars as pl

    from hubbub.prepare.preparation import Preparation, prepare_texts

    step = max(1, len(texts) // _SHOWN_TEXTS)
    told = prepare_texts(Preparation(), texts[::step])["language"].drop_nulls()
    often = told.value_counts(sort=True).filter(pl.col("count") >= _MIN_LANGUAGE * max(len(told), 1))
    return tuple(often["language"].to_list())


def _card(made: Made, licence: str, dim: int) -> Card:
    from hubbub.cards import CHAT_EXAMPLES, Card
    from hubbub.queries.evaluation import describe_gain

    lines = []
    for old, one, gain in zip(made.before, made.after, describe_gain("", made.before, made.after), strict=True):
        won = f"{gain['gain']:+.3g} ({gain['gain_low']:+.3g} to {gain['gain_high']:+.3g})" if "gain" in gain else ""
        by_chance = "" if one.baseline is None else f"{one.baseline:.3g}"
        lines.append(f"| {one.measure} | {by_chance} | {_said(old)} | {_said(one)} | {won} | {one.n:,} |")
    table = "\n".join(lines)
    last = made.curve[-1]
    return Card(
        purpose=f"Turns chat messages into vectors of {dim} numbers: near ones say the same, or at one moment.",
        data=f"{len(made.texts):,} distinct messages of the {made.messages.learned.height:,} of "
        f"{made.messages.learned['stream_id'].n_unique()} stream(s) of one archive. It began with: {made.start.name}.",
        procedure=f"`hubbub train-simcse {made.command}` of hubbub {__version__}; {last['step']:,} steps in "
        f"{last['seconds']:.0f} s. Contrastive training (arXiv 2104.08821); near-repeats and neighbors in time are "
        "masked as negatives.",
        metrics=f"On {made.messages.split}: how much more alike messages near "
        "in time are (in standard deviations of random pairs; 99 % band of the peak), how fast that halves, and the "
        "share of an emote's three nearest that mean something like it, with 95 % intervals; by chance: moments "
        "shuffled, or emotes drawn. `hubbub evaluate-encoder` adds the public sets.\n\n"
        "| measure | by chance | before training | after | gain | n |\n| --- | --- | --- | --- | --- | --- |\n" + table,
        limits="Nearness in time is not sameness: what answers a message may be as near as what repeats it. "
        "Made for chat like that it learned from. Cosines of two encoders do not compare.",
        privacy="Vectors can reveal what a text says: keep them as carefully as the texts. It saw no names after @.",
        licence=licence,
        languages=_languages(made.texts),
        tags=("sentence-similarity", "feature-extraction", "chat"),
        library="sentence-transformers",
        pipeline="sentence-similarity",
        base_model=made.start.name,
        examples=CHAT_EXAMPLES,
    )
