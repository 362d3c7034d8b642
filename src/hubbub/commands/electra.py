"""The messages of an archive → an encoder pre-trained on them by replaced-token detection."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hubbub.commands.language_models import Messages, Track
from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.cards import Card
    from hubbub.learn.electra import Judgements
    from hubbub.learn.training import Settings
    from hubbub.measures import Interval
    from hubbub.store.archive import Archive

_MOST_HELD_ROWS, _SCORED_TOKENS = 400, 20_000
_OBJECTIVE = "replaced-token detection"
_PANELS = {
    "discriminator_loss": "loss of the discriminator",
    "generator_loss": "loss of the generator",
    "learning_rate": "learning rate",
}


def train_electra(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    tokenizer: Path | str,
    output: Path | str,
    streams_file: Path | str | None = None,
    shape: Literal["convbert-small", "convbert-mini", "bert-small", "modernbert-small"] = "convbert-small",
    length: int = 128,
    window_seconds: float = 60.0,
    min_characters: int = 170,
    epochs: float = 1.0,
    steps: int | None = None,
    minutes: float | None = None,
    batch_rows: int = 16,
    accumulate: int = 1,
    learning_rate: float = 5e-4,
    schedule: Literal["linear", "constant", "cosine"] = "linear",
    warmup: float = 0.05,
    checkpoint_steps: int = 500,
    keep_checkpoints: int = 2,
    track: Track | None = None,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Report:
    """Pre-train a small encoder on the messages of an archive by telling which tokens were replaced (ELECTRA).

    It learns from documents: the messages of a stream within a minute. Several stand in a row without seeing each
    other. A run that was stopped goes on where it was when the same command is given again; `torchrun` and `accelerate
    launch` run it on many processes. Whole streams are kept out, and tell what was learned. `transformers` loads the
    folder as it is. Needs `hubbub[train]`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all. Streams that were not prepared are prepared first.
    tokenizer : path
        Folder of a tokenizer, as train-tokenizer makes it.
    output : path
        Folder of the encoder; must be new or empty, or hold an encoder of this name. Checkpoints are beside it.
    streams_file : path, optional
        A table .xlsx, .ods, .csv or .tsv that names streams in its column stream_id, stream, or the first.
    shape : {"convbert-small", "convbert-mini", "bert-small", "modernbert-small"}
        The network: 12 layers of 256 numbers, 4 heads, 512 positions; mini has 4 layers, for two cores.
    length : int
        Tokens of a row; longer documents are cut.
    window_seconds : float
        Length of the windows that make a document.
    min_characters : int
        Shorter documents are left out.
    epochs : float
        How often each document is seen.
    steps : int, optional
        End after so many steps, if that is sooner.
    minutes : float, optional
        End after so much training, if that is sooner; the learning rate falls by the clock then.
    batch_rows : int
        Rows of a step, in each process.
    accumulate : int
        Batches whose gradients make one step.
    learning_rate : float
        The highest.
    schedule : {"linear", "constant", "cosine"}
        How it falls.
    warmup : float
        Share of the training in which it rises.
    checkpoint_steps : int
        Steps between checkpoints.
    keep_checkpoints : int
        How many are kept, the newest.
    track : {"trackio", "wandb", "mlflow", "tensorboard", "none"}, optional
        Which program is told the learning curve; by default trackio where it is installed.
    seed : int
        Same seed, same weights: with one thread, the same machine, and an end by steps or epochs.
    progress : Progress
        Called with the steps.

    Returns
    -------
    Report
        Messages in, and learned from; `details` has how well replaced tokens are told, by the encoder and by its
        untrained twin, and the tokens a second.

    Raises
    ------
    HubbubError
        When there is too little text, or a number is out of its range.
    ArtifactError
        When a folder holds something else, or is damaged.
    MissingExtraError
        When `hubbub[train]` is not installed.
    """
    from hubbub.commands import language_models as shared

    shared.need_training("train-electra")
    from hubbub.learn import training

    target = Path(output)
    settings = training.Settings(
        epochs, steps, minutes, batch_rows, accumulate, learning_rate, schedule, warmup, checkpoint_steps,
        keep_checkpoints, seed, shared.choose_tracker(track),
    )  # fmt: skip
    shared.check_settings(settings, length)
    if not window_seconds > 0 or min_characters < 1:
        raise HubbubError(
            f"--window-seconds and --min-characters must be above 0, were {window_seconds}, {min_characters}."
        )
    shared.check_output(target, _OBJECTIVE)
    started = time.perf_counter()
    messages = shared.read_messages(archive, streams, streams_file, progress)
    form = {"shape": shape, "length": length, "window_seconds": window_seconds, "min_characters": min_characters}
    done = _train(messages, Path(tokenizer), target, form, settings, progress)
    seconds = time.perf_counter() - started
    return Report(
        "train-electra",
        n_in=messages.learned.height + messages.held.height,
        n_kept=messages.learned.height,
        seconds=seconds,
        details={"output": str(target)} | done,
    )


def _train(
    messages: Messages, place: Path, target: Path, form: dict[str, Any], settings: Settings, progress: Progress
) -> dict[str, Any]:
    """Train and save; return what the report tells."""
    from transformers import set_seed

    from hubbub.commands import language_models as shared
    from hubbub.learn import electra, shapes, training
    from hubbub.learn.packing import frame, pack

    tokenizer, marks = shapes.read_tokenizer(place)
    rows = {}
    for side, part in (("learned", messages.learned), ("held", messages.held)):
        texts = _documents(part, form["window_seconds"], form["min_characters"])
        documents = frame(shared.encode(tokenizer, texts, progress), begin=marks.begin, end=marks.end,
                          length=form["length"])  # fmt: skip
        rows[side] = pack(documents, form["length"], pad=marks.pad)
    what = f"windows of {form['window_seconds']:g} s with {form['min_characters']} characters and more"
    shared.check_enough("train-electra", rows["learned"], [rows["held"]], settings, what)
    set_seed(settings.seed)
    model = electra.Electra(form["shape"], marks)
    model.begin(rows["learned"])
    twin = electra.copy_discriminator(model)
    plan = form | shared.describe_settings(settings) | {"rows": shared.digest(rows["learned"])}
    log = training.fit(
        model,
        rows["learned"],
        settings,
        shared.checkpoints_of(target),
        plan=plan,
        progress=lambda n, total: progress("training", n, total),
    )
    if not training.is_first():
        return {"process": "saved by the first one"}
    held = rows["held"].at_most(_MOST_HELD_ROWS)
    judged = electra.examine(model, twin, held, batch_rows=settings.batch_rows, seed=settings.seed + 1)
    scores = _score(judged)
    told = {name: round(interval.estimate, 4) for name, interval in scores.items()}
    speed = shared.describe_speed(log, rows["learned"], settings)
    shared.save_model(
        target,
        model.discriminator,
        tokenizer,
        about={"objective": _OBJECTIVE, **plan, "scores": told, **speed},
        log=log,
        panels=_PANELS,
        card=_card(messages, form, scores, shared.tell_procedure("train-electra", plan, speed)),
    )
    return told | speed


def _documents(messages: pl.DataFrame, window_seconds: float, min_characters: int) -> list[str]:
    import polars as pl

    from hubbub.prepare.windows import pack_windows

    packed = pack_windows(messages, window_seconds=window_seconds)
    return packed.filter(pl.col("text").str.len_chars() >= min_characters)["text"].to_list()


def _score(judged: Judgements) -> dict[str, Interval]:
    """Return how well replaced tokens are told, with 95 % intervals, beside what needs no learning."""
    import numpy as np

    from hubbub.measures import area_under_roc, bootstrap_interval

    truth = judged.replaced
    sample = np.random.default_rng(0).permutation(len(truth))[:_SCORED_TOKENS]

    def area(scores: np.ndarray[Any, Any]) -> Interval:
        return bootstrap_interval(scores[sample], truth[sample], statistic=area_under_roc, n_resamples=200)

    def accuracy(told: np.ndarray[Any, Any]) -> Interval:
        return bootstrap_interval((told == truth)[sample], n_resamples=200)

    return {
        "area_under_roc": area(judged.trained),
        "area_under_roc_of_untrained_twin": area(judged.untrained),
        "accuracy": accuracy(judged.trained > 0),
        "accuracy_of_untrained_twin": accuracy(judged.untrained > 0),
        "accuracy_of_always_original": accuracy(np.zeros(len(truth), bool)),
    }


def _card(messages: Messages, form: dict[str, Any], scores: dict[str, Interval], procedure: str) -> Card:
    from hubbub.cards import Card

    names = {
        "area_under_roc": "area under ROC",
        "area_under_roc_of_untrained_twin": "area under ROC, its untrained twin",
        "accuracy": "accuracy",
        "accuracy_of_untrained_twin": "accuracy, its untrained twin",
        "accuracy_of_always_original": "accuracy of saying that nothing was replaced",
    }
    lines = "\n".join(
        f"| {label} | {scores[key].estimate:.3f} | {scores[key].low:.3f} to {scores[key].high:.3f} |"
        for key, label in names.items()
    )
    return Card(
        purpose="An encoder for chat, to go on training from: with train-mlm, train-simcse, or for a task of its own.",
        data=f"Messages of {messages.learned['stream_id'].n_unique()} stream(s) of one archive, "
        f"{messages.learned.height:,} in all, in windows of {form['window_seconds']:g} s.",
        procedure=procedure,
        metrics=f"Tokens that the generator replaced, told on {messages.split}; 95 % intervals by bootstrap over "
        f"tokens:\n\n| | | interval |\n| --- | --- | --- |\n{lines}",
        limits="Not made to compare texts as it is: the mean of its vectors says little before it is trained on. In "
        "transformers, what ConvBERT says of a short text in a batch with longer ones differs slightly from what it "
        "says of it alone, as its convolutions see the padding.",
        privacy="What it learned from may be found in it, in parts: names, and sentences that were said often.",
        licence="other",
        library="transformers",
        pipeline="feature-extraction",
    )
