"""What the commands that train language models share: the streams and documents, the folders, the learning curve."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from hubbub.commands.corpus import hold_out_streams, read_corpus, read_stream_list
from hubbub.errors import HubbubError, MissingExtraError
from hubbub.reports import Progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.cards import Card
    from hubbub.learn.packing import Rows
    from hubbub.learn.training import Settings
    from hubbub.store.archive import Archive

KIND = "transformer"
"""Of artifacts that `transformers` loads."""
Track = Literal["trackio", "wandb", "mlflow", "tensorboard", "none"]
CURVE_FILE, PICTURE_FILE = "learning_curve.json", "learning_curve.svg"
HELD_SHARE = 0.05
_MIN_HELD_TOKENS = 200


def need_training(command: str) -> None:
    """Raise ``MissingExtraError`` where what trains models is not installed."""
    for module, package in (("torch", "PyTorch"), ("transformers", "transformers"), ("accelerate", "accelerate")):
        if find_spec(module) is None:
            raise MissingExtraError(command, package, "train")
    # Forked helpers of the tokenizer would complain of each other.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages that a model learns from, those that it is measured on, and which whole streams the latter are of.

    `held_streams` is empty where there is one stream, whose last messages are held out.
    """

    learned: pl.DataFrame
    held: pl.DataFrame
    held_streams: list[str]

    @property
    def split(self) -> str:
        """Say how they were parted."""
        if self.held_streams:
            return f"{len(self.held_streams)} whole stream(s) that it did not learn from"
        return "the last twentieth of the one stream there is; the rest was learned from"


def read_messages(
    archive: Archive | Path | str, streams: Sequence[str], streams_file: Path | str | None, progress: Progress
) -> Messages:
    """Return the messages of an archive's streams, parted; streams that were not prepared are prepared first."""
    from hubbub.commands.prepare import need_prepared
    from hubbub.learn.training import first_alone
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    if streams_file is not None:
        streams = [*streams, *read_stream_list(Path(streams_file))]
    store = open_archive(archive)
    chosen = choose_streams(store, streams)
    with first_alone():
        need_prepared(store, chosen, progress)
    return Messages(*hold_out_streams(read_corpus(store, chosen), share=HELD_SHARE))


def encode(tokenizer: Any, texts: Sequence[str], progress: Progress) -> list[list[int]]:  # noqa: ANN401
    """Return the tokens of texts, without marks."""
    found: list[list[int]] = []
    for start in range(0, len(texts), 10_000):
        batch = list(texts[start : start + 10_000])
        found.extend(tokenizer(batch, add_special_tokens=False, verbose=False)["input_ids"])
        progress("cutting into tokens", len(found), len(texts))
    return found


def check_enough(command: str, learned: Rows, held: Sequence[Rows], settings: Settings, documents: str) -> None:
    """Raise ``HubbubError`` when the documents are too few to learn from or to measure on, saying how many it takes."""
    n_processes = int(os.environ.get("WORLD_SIZE", "1"))
    needed = settings.batch_rows * n_processes
    advice = "Add streams, or ask for smaller batches with --batch-rows."
    if len(learned) < needed:
        raise HubbubError(
            f"{command} needs {needed:,} rows of {learned.ids.shape[1]} tokens to learn from, about "
            f"{needed * learned.ids.shape[1]:,} tokens; the {documents} fill {len(learned):,} rows. {advice}"
        )
    for rows in held:
        if rows.n_tokens < _MIN_HELD_TOKENS:
            raise HubbubError(
                f"{command} measures on messages that it does not learn from, and needs {_MIN_HELD_TOKENS} tokens of "
                f"them; the {documents} held out have {rows.n_tokens}. Add streams."
            )


def digest(*rows: Rows) -> str:
    """Return a name of what rows hold: the same rows, the same name."""
    found = hashlib.sha256()
    for part in rows:
        found.update(part.ids.tobytes())
        found.update(part.documents.tobytes())
    return found.hexdigest()[:16]


def describe_speed(log: Sequence[Mapping[str, float]], rows: Rows, settings: Settings) -> dict[str, float]:
    """Return the steps of a training, its seconds, and the tokens that are no padding a second."""
    n_steps = max(entry["step"] for entry in log)
    seconds = max(entry.get("seconds", 0.0) for entry in log)
    n_processes = int(os.environ.get("WORLD_SIZE", "1"))
    n_rows = n_steps * settings.batch_rows * settings.n_accumulated * n_processes
    n_tokens = n_rows * rows.n_tokens / len(rows)
    return {
        "steps": n_steps,
        "epochs": round(n_rows / len(rows), 3),
        "seconds_of_training": round(seconds, 1),
        "tokens_per_second": round(n_tokens / max(seconds, 1e-9), 1),
    }


def check_output(output: Path, objective: str) -> None:
    """Raise ``ArtifactError`` when a folder holds anything but nothing, or a model of the same objective."""
    from hubbub.artifacts import CONFIG_FILE, check_replaceable
    from hubbub.errors import ArtifactError

    check_replaceable(output, output.name)
    if not (output / CONFIG_FILE).is_file():
        return
    config = json.loads((output / CONFIG_FILE).read_text("utf-8"))
    training = config.get("training")
    found = training.get("objective") if isinstance(training, dict) else None
    if found != objective:
        raise ArtifactError(
            f"{output} holds a model of kind '{config.get('kind')}' that was made for {found or 'something else'}, not "
            f"for {objective}. Nothing was changed. Give another --output, or remove it."
        )


def checkpoints_of(output: Path) -> Path:
    """Return the folder of a run's checkpoints, beside its artifact."""
    return output.parent / f"{output.name}.checkpoints"


def choose_tracker(track: Track | None) -> Track:
    """Return which tracker to use; when none is named, trackio where it is installed.

    Raises
    ------
    HubbubError
        When the one that is named is not installed.
    """
    if track is None:
        return "trackio" if find_spec("trackio") else "none"
    if track != "none" and find_spec(track) is None:
        raise HubbubError(f"--track {track} needs {track}: pip install {track}")
    return track


def describe_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that decide what comes out, by the names of their options."""
    return {
        "epochs": settings.n_epochs,
        "steps": settings.n_steps,
        "minutes": settings.minutes,
        "batch_rows": settings.batch_rows,
        "accumulate": settings.n_accumulated,
        "learning_rate": settings.learning_rate,
        "schedule": settings.schedule,
        "warmup": settings.warmup,
        "checkpoint_steps": settings.checkpoint_steps,
        "seed": settings.seed,
    }


def tell_procedure(command: str, plan: Mapping[str, Any], speed: Mapping[str, float]) -> str:
    """Return the command as it was given, and what it took, for the card."""
    from hubbub import __version__

    options = " ".join(
        f"--{key.replace('_', '-')} {value}"
        for key, value in plan.items()
        if value is not None and key not in ("rows", "weights")
    )
    return (
        f"`hubbub {command} {options}`, of hubbub {__version__}; {speed['steps']:,.0f} steps, {speed['epochs']:g} "
        f"epochs, in {speed['seconds_of_training']:,.0f} s: {speed['tokens_per_second']:,.0f} tokens a second."
    )


def check_settings(settings: Settings, length: int) -> None:
    """Raise ``HubbubError`` when a number is out of its range."""
    from hubbub.learn.shapes import N_POSITIONS

    positive = {
        "--epochs": settings.n_epochs,
        "--steps": settings.n_steps,
        "--minutes": settings.minutes,
        "--batch-rows": settings.batch_rows,
        "--accumulate": settings.n_accumulated,
        "--learning-rate": settings.learning_rate,
        "--checkpoint-steps": settings.checkpoint_steps,
        "--keep-checkpoints": settings.n_kept,
    }
    for option, value in positive.items():
        if value is not None and not value > 0:
            raise HubbubError(f"{option} must be above 0, was {value}.")
    if not 0 <= settings.warmup < 1:
        raise HubbubError(f"--warmup must be from 0 to below 1, was {settings.warmup}.")
    if not 8 <= length <= N_POSITIONS:
        raise HubbubError(f"--length must be 8 to {N_POSITIONS}, was {length}.")


def save_model(
    output: Path,
    model: Any,  # noqa: ANN401 - a model of the library
    tokenizer: Any,  # noqa: ANN401 - a tokenizer of the library
    *,
    about: Mapping[str, Any],
    log: Sequence[Mapping[str, float]],
    panels: Mapping[str, str],
    card: Card,
) -> None:
    """Write an artifact that `transformers` loads as it is, with its tokenizer and its learning curve.

    Parameters
    ----------
    output : Path
        The folder.
    model, tokenizer : transformers.PreTrainedModel, transformers.PreTrainedTokenizerBase
    about : mapping
        How it was made, for the field `training` of the config.
    log : sequence of mapping
        What was logged.
    panels : mapping of str to str
        Numbers of the log that are drawn, with titles.
    card : Card
    """
    from safetensors.numpy import load

    from hubbub.artifacts import CONFIG_FILE, OWN_FIELDS, TENSORS_FILE, save_artifact
    from hubbub.draw.learning import draw_learning
    from hubbub.learn.foreign import quiet

    with TemporaryDirectory() as place, quiet():
        # The library knows best which of shared weights it wants to read again.
        model.save_pretrained(place)
        tokenizer.save_pretrained(place)
        contents = {path.name: path.read_bytes() for path in Path(place).iterdir() if path.is_file()}
    # What the model began with may have been an artifact, whose fields the library keeps.
    config = {key: value for key, value in json.loads(contents.pop(CONFIG_FILE)).items() if key not in OWN_FIELDS}
    config["training"] = dict(about)
    tensors = load(contents.pop(TENSORS_FILE))
    save_artifact(
        output,
        name=output.name,
        kind=KIND,
        config=config,
        tensors=tensors,
        files=contents
        | {
            CURVE_FILE: json.dumps(list(log), indent=1).encode() + b"\n",
            PICTURE_FILE: draw_learning(log, panels),
        },
        card=card,
    )
