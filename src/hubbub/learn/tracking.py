"""Rows of a learning curve → the program that shows it while it grows.

By the callbacks of transformers' trainer, for trainings that are not run by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from hubbub.learn.foreign import quiet

Tracker = Literal["trackio", "wandb", "mlflow", "tensorboard", "none"]
PROJECT = "hubbub"
"""What trackers file runs under, where they have projects."""


@contextmanager
def tracking(tracker: Tracker, model: Any, folder: Path) -> Iterator[Callable[[Mapping[str, float]], None]]:  # noqa: ANN401
    """Yield what is told each row of a curve: its ``step``, and what was measured.

    Parameters
    ----------
    tracker : {"trackio", "wandb", "mlflow", "tensorboard", "none"}
        One that is installed.
    model : torch.nn.Module
        What is trained.
    folder : Path
        Where a program that writes files has them; its name is that of the run.
    """
    if tracker == "none":
        yield lambda row: None
        return
    from transformers import TrainerControl, TrainerState, TrainingArguments
    from transformers.integrations import get_reporting_integration_callbacks
    from transformers.trainer_callback import CallbackHandler, DefaultFlowCallback

    with quiet():
        arguments = TrainingArguments(output_dir=str(folder), project=PROJECT, run_name=folder.stem, report_to="none")
        callbacks = [DefaultFlowCallback, *get_reporting_integration_callbacks(tracker)]
        told = CallbackHandler([callback() for callback in callbacks], model, None, None, None)
        state, control = TrainerState(), TrainerControl()
        told.on_train_begin(arguments, state, control)

    def tell(row: Mapping[str, float]) -> None:
        state.global_step = int(row["step"])
        with quiet():
            told.on_log(arguments, state, control, {name: value for name, value in row.items() if name != "step"})

    try:
        yield tell
    finally:
        with quiet():
            told.on_train_end(arguments, state, control)
