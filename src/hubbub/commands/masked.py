"""The messages of an archive → a masked language model trained on them, from an encoder or from nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hubbub.commands.language_models import Messages, Track
from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from hubbub.cards import Card
    from hubbub.learn.masked import Exam, MaskedModel
    from hubbub.learn.packing import Rows
    from hubbub.learn.shapes import Marks
    from hubbub.learn.training import Settings
    from hubbub.store.archive import Archive

Documents = Literal["windows", "chunks"]
_MOST_HELD_ROWS, _MOST_HELD_MESSAGES = 300, 4_000
_OBJECTIVE = "masked tokens"
_PANELS = {
    "perplexity": "perplexity on held-out messages, in a row",
    "perplexity_of_single_messages": "perplexity on held-out messages, each alone",
    "loss": "loss",
    "learning_rate": "learning rate",
}


def train_mlm(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    output: Path | str,
    start: Path | str | None = None,
    tokenizer: Path | str | None = None,
    streams_file: Path | str | None = None,
    shape: Literal["convbert-small", "convbert-mini", "bert-small", "modernbert-small"] = "convbert-small",
    documents: Documents = "windows",
    window_seconds: float = 10.0,
    length: int = 128,
    mask_share: float = 0.15,
    epochs: float = 1.0,
    steps: int | None = None,
    minutes: float | None = None,
    batch_rows: int = 16,
    accumulate: int = 1,
    learning_rate: float = 5e-4,
    schedule: Literal["linear", "constant", "cosine"] = "constant",
    warmup: float = 0.0,
    checkpoint_steps: int = 500,
    keep_checkpoints: int = 2,
    track: Track | None = None,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Report:
    """Train a masked language model on the messages of an archive, from an encoder or from nothing.

    Whole streams are kept out; how well their hidden tokens are told, in rows of messages and in messages alone, is
    measured before, after each epoch and at the end, always with the same masks. A run that was stopped goes on where
    it was when the same command is given again; `torchrun` and `accelerate launch` run it on many processes.
    `transformers` loads the folder as it is. Needs `hubbub[train]`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all. Streams that were not prepared are prepared first.
    output : path
        Folder of the model; must be new or empty, or hold a model of this name. Checkpoints are beside it.
    start : path, optional
        Folder of a model to go on with: of train-electra, or any that transformers can train on masks.
    tokenizer : path, optional
        Folder of a tokenizer, to begin from nothing.
    streams_file : path, optional
        A table .xlsx, .ods, .csv or .tsv that names streams in its column stream_id, stream, or the first.
    shape : {"convbert-small", "convbert-mini", "bert-small", "modernbert-small"}
        The network, when it begins from nothing.
    documents : {"windows", "chunks"}
        The messages of a window of time; or all messages of a stream one after the other, cut into full rows.
    window_seconds : float
        Length of the windows.
    length : int
        Tokens of a row; longer documents are cut.
    mask_share : float
        Of the tokens, that must be told.
    epochs : float
        How often each document is seen.
    steps : int, optional
        End after so many steps, if that is sooner.
    minutes : float, optional
        End after so much training, if that is sooner; the learning rate goes by the clock then.
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
        Messages in, and learned from; `details` has the perplexities before, after and of frequencies alone, and the
        tokens a second.

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

    shared.need_training("train-mlm")
    from hubbub.learn import training

    target = Path(output)
    settings = training.Settings(
        epochs, steps, minutes, batch_rows, accumulate, learning_rate, schedule, warmup, checkpoint_steps,
        keep_checkpoints, seed, shared.choose_tracker(track),
    )  # fmt: skip
    shared.check_settings(settings, length)
    if not window_seconds > 0 or not 0 < mask_share < 1:
        raise HubbubError(
            f"--window-seconds must be above 0 and --mask-share between 0 and 1, were {window_seconds}, {mask_share}."
        )
    if documents not in ("windows", "chunks"):
        raise HubbubError(f"--documents must be windows or chunks, was {documents}.")
    if (start is None) == (tokenizer is None):
        raise HubbubError("Give --start FOLDER to go on with a model, or --tokenizer FOLDER to begin from nothing.")
    shared.check_output(target, _OBJECTIVE)
    began = time.perf_counter()
    messages = shared.read_messages(archive, streams, streams_file, progress)
    form: dict[str, Any] = {
        "documents": documents,
        "window_seconds": window_seconds,
        "length": length,
        "mask_share": mask_share,
    }
    form |= {"tokenizer": str(tokenizer), "shape": shape} if start is None else {"start": str(start)}
    done = _train(messages, target, form, settings, progress)
    return Report(
        "train-mlm",
        n_in=messages.learned.height + messages.held.height,
        n_kept=messages.learned.height,
        seconds=time.perf_counter() - began,
        details={"output": str(target)} | done,
    )


def _train(
    messages: Messages, target: Path, form: dict[str, Any], settings: Settings, progress: Progress
) -> dict[str, Any]:
    """Train and save; return what the report tells."""
    from hubbub.commands import language_models as shared
    from hubbub.learn import masked, training

    tokenizer, marks, model = _begin(form, settings)
    kind = model.kind
    learned = _rows(messages.learned, tokenizer, marks, kind, form, progress)
    held = _rows(messages.held, tokenizer, marks, kind, form, progress).at_most(_MOST_HELD_ROWS)
    alone = messages.held.gather_every(max(1, -(-messages.held.height // _MOST_HELD_MESSAGES)))
    single = _pack(shared.encode(tokenizer, alone["text"].to_list(), progress), marks, kind, form["length"])
    what = f"{form['documents']} of {form['window_seconds']:g} s" if form["documents"] == "windows" else "messages"
    shared.check_enough("train-mlm", learned, [held, single], settings, what)
    masked.begin_with_counts(model.model, learned, embeddings="start" not in form)
    exams = {
        name: masked.set_exam(rows, marks, form["mask_share"], batch_rows=settings.batch_rows, seed=settings.seed + 1)
        for name, rows in (("perplexity", held), ("perplexity_of_single_messages", single))
    }

    def examine() -> dict[str, float]:
        return {name: masked.perplexity(model, exam) for name, exam in exams.items()}

    plan = form | shared.describe_settings(settings)
    plan |= {"rows": shared.digest(learned, held, single), "weights": training.digest(model)}
    plain = {name: masked.perplexity_of_frequencies(learned, exam, marks) for name, exam in exams.items()}
    before = examine()
    log = training.fit(
        model,
        learned,
        settings,
        shared.checkpoints_of(target),
        plan=plan,
        progress=lambda n, total: progress("training", n, total),
        on_epoch=examine,
    )
    if not training.is_first():
        return {"process": "saved by the first one"}
    after = examine()
    log = [{"step": 0, **before}, *log]
    told = {f"{name}_before": round(value, 3) for name, value in before.items()}
    told |= {f"{name}_of_frequencies": round(value, 3) for name, value in plain.items()}
    told |= {name: round(value, 3) for name, value in after.items()}
    speed = shared.describe_speed(log, learned, settings)
    shared.save_model(
        target,
        model.model,
        tokenizer,
        about={"objective": _OBJECTIVE, **plan, "scores": told, **speed},
        log=log,
        panels=_PANELS,
        card=_card(messages, form, (plain, before, after), exams, shared.tell_procedure("train-mlm", plan, speed)),
    )
    return told | speed


def _begin(form: Mapping[str, Any], settings: Settings) -> tuple[Any, Marks, MaskedModel]:
    """Return the tokenizer, its marks, and the model to begin with."""
    from transformers import set_seed

    from hubbub.artifacts import SUMS_FILE, load_artifact
    from hubbub.learn import masked, shapes

    if "start" not in form:
        tokenizer, marks = shapes.read_tokenizer(Path(form["tokenizer"]))
        set_seed(settings.seed)
        config = shapes.make_config(form["shape"], marks)
        return tokenizer, marks, masked.make_masked(config, marks, form["mask_share"])
    place = Path(form["start"])
    if (place / SUMS_FILE).is_file():
        load_artifact(place)  # nothing of it was altered
    tokenizer, marks = shapes.read_tokenizer(place)
    config = shapes.read_config(place, marks)
    longest = getattr(config, "max_position_embeddings", shapes.N_POSITIONS)
    if form["length"] > longest:
        raise HubbubError(f"--length must be at most {longest} for the model in {place}, was {form['length']}.")
    set_seed(settings.seed)
    return tokenizer, marks, masked.read_masked(place, marks, form["mask_share"])


def _rows(
    messages: pl.DataFrame,
    tokenizer: Any,  # noqa: ANN401 - a tokenizer of the library
    marks: Marks,
    kind: str,
    form: Mapping[str, Any],
    progress: Progress,
) -> Rows:
    """Return the rows of messages: windows packed, or all messages of a stream in full rows."""
    from hubbub.commands import language_models as shared
    from hubbub.learn.packing import chunk, pack
    from hubbub.prepare.windows import pack_windows

    if form["documents"] == "windows":
        texts = pack_windows(messages, window_seconds=form["window_seconds"])["text"].to_list()
        return _pack(shared.encode(tokenizer, texts, progress), marks, kind, form["length"])
    chunks: list[list[int]] = []
    for (_,), part in messages.group_by("stream_id", maintain_order=True):
        tokens = shared.encode(tokenizer, part["text"].to_list(), progress)
        chunks += chunk(tokens, begin=marks.begin, end=marks.end, length=form["length"])
    return pack(chunks, form["length"], pad=marks.pad)


def _pack(tokens: list[list[int]], marks: Marks, kind: str, length: int) -> Rows:
    from hubbub.learn.packing import PACKED, frame, pack

    return pack(frame(tokens, begin=marks.begin, end=marks.end, length=length), length, pad=marks.pad,
                alone=kind not in PACKED)  # fmt: skip


def _card(
    messages: Messages,
    form: Mapping[str, Any],
    scores: tuple[Mapping[str, float], ...],
    exams: Mapping[str, Exam],
    procedure: str,
) -> Card:
    from hubbub.cards import Card

    lines = "\n".join(
        f"| {_PANELS[name]} ({exam.n_asked:,} tokens asked) | "
        + " | ".join(f"{told[name]:,.2f}" for told in scores)
        + " |"
        for name, exam in exams.items()
    )
    begun = f"the model in {Path(form['start']).name}" if "start" in form else "nothing"
    how = f"in windows of {form['window_seconds']:g} s" if form["documents"] == "windows" else "one after the other"
    return Card(
        purpose="A masked language model of chat, to fill in what is missing, or to go on training from.",
        data=f"Messages of {messages.learned['stream_id'].n_unique()} stream(s) of one archive, "
        f"{messages.learned.height:,} in all, {how}. Begun with: {begun}.",
        procedure=procedure,
        metrics=f"Perplexity of {form['mask_share']:.0%} of the tokens, chosen once, on {messages.split}. Beside it, "
        "what knows only how often each token is said, and the model that training began with, with a new head if "
        f"it had none:\n\n| | frequencies alone | before | after |\n| --- | --- | --- | --- |\n{lines}",
        limits="Perplexities of models with other tokenizers do not compare. It writes as chat does, and knows no "
        "more of the world than its chat says.",
        privacy="What it learned from may be found in it, in parts: names, and sentences that were said often.",
        licence="other",
        library="transformers",
        pipeline="fill-mask",
    )
