"""A model that tells its loss, and rows of tokens → the trained model: checkpoints, exact resume, many processes.

`transformers.Trainer` does the work: the same code runs alone, under `torchrun` and under `accelerate launch`. Weights
and what the optimizer keeps are fp32; products are computed in bf16 where the machine has it, never in fp16.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final

import torch
from accelerate import PartialState
from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from hubbub.errors import ArtifactError
from hubbub.learn.foreign import quiet
from hubbub.learn.packing import Rows, stack
from hubbub.learn.tracking import PROJECT, Tracker
from hubbub.learn.use_torch import has_bf16

Schedule = Literal["linear", "constant", "cosine"]
PLAN_FILE, _WEIGHTS_FILE, _STATE_FILE = "plan.json", "model.safetensors", "trainer_state.json"
_LOG_STEPS = 20


@final
@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is trained. It ends with its epochs, its steps or its minutes, whichever comes first.

    Attributes
    ----------
    n_epochs : float
        How often each row is seen; where that is once at most, there is no dropout.
    n_steps : int, optional
        Steps of the optimizer.
    minutes : float, optional
        Time that training itself may take, over all resumes; where a run ends then depends on the machine.
    batch_rows : int
        Rows of each process and step.
    n_accumulated : int
        So many batches a step of the optimizer.
    learning_rate : float
        The highest.
    schedule : {"linear", "constant", "cosine"}
        How it falls to 0, or does not.
    warmup : float
        Share of the training in which it rises from 0.
    checkpoint_steps : int
        A checkpoint after so many steps, and at the end.
    n_kept : int
        Checkpoints kept, the newest.
    seed : int
        Of the order of rows, the masks and the dropout.
    tracker : str
        Which program gets the learning curve while it grows; one that is installed.
    """

    n_epochs: float
    n_steps: int | None
    minutes: float | None
    batch_rows: int
    n_accumulated: int
    learning_rate: float
    schedule: Schedule
    warmup: float
    checkpoint_steps: int
    n_kept: int
    seed: int
    tracker: Tracker


def products() -> AbstractContextManager[Any]:
    """Return the context in which products are computed in bf16, where that is fast."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    context: AbstractContextManager[Any] = torch.autocast(device, torch.bfloat16, enabled=has_bf16())
    return context


def first_alone() -> AbstractContextManager[Any]:
    """Return a context that the first process of several runs before the others do."""
    backend = _backend()
    state = PartialState(cpu=not torch.cuda.is_available(), **({"backend": backend} if backend else {}))
    return state.main_process_first()  # type: ignore[no-any-return]


def _backend() -> str | None:
    """Return what joins several processes where the library does not find it out."""
    is_joined = int(os.environ.get("WORLD_SIZE", "1")) > 1
    return "gloo" if is_joined and not torch.cuda.is_available() else None


def is_first() -> bool:
    """Return whether this is the first of the processes, which writes and tells."""
    return bool(PartialState().is_main_process)


def rate_at(share: float, schedule: Schedule, warmup: float) -> float:
    """Return the learning rate as a share of the highest, when a share of the training is done.

    Examples
    --------
    >>> [round(rate_at(share, "linear", 0.1), 3) for share in (0.05, 0.1, 0.55, 1.0)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if share < warmup:
        return share / warmup
    left = (1.0 - min(share, 1.0)) / (1.0 - warmup) if warmup < 1.0 else 0.0
    return {"constant": 1.0, "linear": left, "cosine": 0.5 - 0.5 * math.cos(math.pi * left)}[schedule]


def fit(
    model: nn.Module,
    rows: Rows,
    settings: Settings,
    folder: Path,
    *,
    plan: Mapping[str, Any],
    progress: Callable[[int, int], None] | None = None,
    on_epoch: Callable[[], dict[str, float]] | None = None,
) -> list[dict[str, float]]:
    """Train a model in place, going on from the last checkpoint in a folder if there is one; return what was logged.

    Parameters
    ----------
    model : torch.nn.Module
        Called with `ids` and `documents` of some rows; returns a dict with `loss`, and other numbers to log.
    rows : Rows
        What it learns from: at least one batch for each process.
    settings : Settings
    folder : Path
        Of the checkpoints; made if need be.
    plan : mapping
        What makes two runs the same, as plain data. A folder with the checkpoints of another plan is not touched.
    progress : callable, optional
        Called with steps done and in all; with seconds where the training ends by the clock.
    on_epoch : callable, optional
        Called at the end of each epoch, and at the very end; what it returns is logged.

    Raises
    ------
    ArtifactError
        When the folder holds something else, or a checkpoint that is damaged or of another shape.
    """
    _claim(folder, json.loads(json.dumps(dict(plan))))
    if settings.n_epochs <= 1:
        # It is against learning by heart, which nothing can that is seen once; without it, more is learned from that.
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
    trainer = _Trainer(model, rows, settings, folder, progress, on_epoch)
    checkpoint = last_checkpoint(folder)
    # Processes have rows of their own, and must not hide the same places of them; a checkpoint has the state of each.
    torch.manual_seed(settings.seed + trainer.args.process_index)
    if checkpoint is not None:
        trainer.check_weights(checkpoint)
        state = json.loads((checkpoint / _STATE_FILE).read_text("utf-8"))
        trainer.seconds_before = max((entry.get("seconds", 0.0) for entry in state["log_history"]), default=0.0)
        if trainer.is_over(state["global_step"], state["max_steps"]):
            load_model(trainer.model, checkpoint / _WEIGHTS_FILE)
            return list(state["log_history"])
    with quiet():
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    return list(trainer.state.log_history)


def digest(model: nn.Module) -> str:
    """Return a name of the weights of a model: the same weights, the same name."""
    found = hashlib.sha256()
    for value in model.state_dict().values():
        found.update(value.detach().cpu().contiguous().view(torch.uint8).numpy().data)
    return found.hexdigest()[:16]


def last_checkpoint(folder: Path) -> Path | None:
    """Return the newest checkpoint that was written to its end, or None."""
    found = [path for path in folder.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdigit()]
    for path in sorted(found, key=lambda path: -int(path.name.removeprefix("checkpoint-"))):
        try:
            # The last file of a checkpoint; where it cannot be read, the run was stopped while it wrote.
            json.loads((path / _STATE_FILE).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        return path
    return None


def _claim(folder: Path, plan: dict[str, Any]) -> None:
    """Make the folder of checkpoints, or make sure that those in it are of the same run."""
    place = folder / PLAN_FILE
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(parents=True, exist_ok=True)
        fresh = place.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(plan, indent=2) + "\n", "utf-8")
        fresh.replace(place)
        return
    try:
        found = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(
            f"{folder} is where checkpoints would go, but holds something else. Nothing was changed. Give another "
            "--output, or move it away."
        ) from error
    differing = [key for key in plan if found.get(key) != plan[key]] if isinstance(found, dict) else list(plan)
    if differing:
        raise ArtifactError(
            f"{folder} holds the checkpoints of another run; different: {', '.join(differing)}. Nothing was changed. "
            "Give the settings of that run to go on with it, another --output, or remove the folder."
        )


class _Trainer(Trainer):  # type: ignore[misc]
    """The library's trainer with a schedule that knows the clock, and checkpoints of models with shared weights."""

    def __init__(
        self,
        model: nn.Module,
        rows: Rows,
        settings: Settings,
        folder: Path,
        progress: Callable[[int, int], None] | None,
        on_epoch: Callable[[], dict[str, float]] | None,
    ) -> None:
        super().__init__(
            model,
            TrainingArguments(
                output_dir=str(folder),
                per_device_train_batch_size=settings.batch_rows,
                gradient_accumulation_steps=settings.n_accumulated,
                num_train_epochs=settings.n_epochs,
                max_steps=settings.n_steps or -1,
                learning_rate=settings.learning_rate,
                weight_decay=0.01,
                # Of ELECTRA, and of short trainings: a memory of 50 steps.
                adam_beta2=0.98,
                adam_epsilon=1e-6,
                bf16=has_bf16(),
                use_cpu=not torch.cuda.is_available(),
                ddp_backend=_backend(),
                ddp_find_unused_parameters=False,
                save_strategy="steps",
                save_steps=settings.checkpoint_steps,
                save_total_limit=settings.n_kept,
                logging_steps=_LOG_STEPS,
                report_to=settings.tracker,
                project=PROJECT,
                run_name=folder.stem,
                seed=settings.seed,
                data_seed=settings.seed,
                disable_tqdm=True,
                remove_unused_columns=False,
                dataloader_drop_last=True,
                dataloader_pin_memory=False,
            ),
            train_dataset=rows,
            data_collator=stack,
        )
        self.settings, self.seconds_before, self.seconds = settings, 0.0, 0.0
        self.began = time.monotonic()
        self.parts: dict[str, list[Tensor]] = {}
        self.remove_callback(PrinterCallback)
        self.add_callback(_Watch(self, progress, on_epoch))

    def is_over(self, step: int, n_steps: int) -> bool:
        """Return whether the training is done."""
        seconds = max(self.seconds, self.seconds_before)
        return step >= n_steps or (self.settings.minutes is not None and seconds >= 60 * self.settings.minutes)

    def look_at_clock(self) -> None:
        """Take the time; that of the first process counts for all, as all must stop at the same step."""
        now = torch.tensor(self.seconds_before + time.monotonic() - self.began, dtype=torch.float64)
        if self.settings.minutes is not None and torch.distributed.is_initialized():
            now = now.to(self.args.device)
            torch.distributed.broadcast(now, 0)
        self.seconds = float(now)

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> LambdaLR:  # noqa: ANN401
        """Return the schedule by steps, or by the clock where that is ahead."""

        def rate(step: int) -> float:
            share = step / num_training_steps
            if self.settings.minutes is not None:
                share = max(share, self.seconds / (60 * self.settings.minutes))
            return rate_at(share, self.settings.schedule, self.settings.warmup)

        scheduler = LambdaLR(optimizer or self.optimizer, rate)
        self.lr_scheduler, self._created_lr_scheduler = scheduler, True
        return scheduler

    def compute_loss(self, model: nn.Module, inputs: dict[str, Tensor], *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        """Return the loss, and keep the other numbers for the next line of the log."""
        outputs = model(**inputs)
        for name, value in outputs.items():
            if name != "loss":
                self.parts.setdefault(name, []).append(value.detach())
        return outputs["loss"]

    def log(self, logs: dict[str, float], *rest: Any, **options: Any) -> None:  # noqa: ANN401
        """Log the means of the other numbers too, and the seconds."""
        if "loss" in logs:
            logs |= {name: float(torch.stack(values).mean()) for name, values in self.parts.items()}
            self.parts.clear()
        super().log(logs | {"seconds": round(self.seconds, 3)}, *rest, **options)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:  # noqa: ANN401
        """Write the weights, those that two parts share once."""
        if self.args.should_save:
            folder = Path(output_dir or self.args.output_dir)
            folder.mkdir(parents=True, exist_ok=True)
            save_model(self.model, str(folder / _WEIGHTS_FILE))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        self.check_weights(Path(resume_from_checkpoint))

    def check_weights(self, checkpoint: Path) -> None:
        """Load the weights of a checkpoint, all of them or with an error."""
        try:
            load_model(self.model, str(checkpoint / _WEIGHTS_FILE))
        except (RuntimeError, OSError, SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise ArtifactError(
                f"{checkpoint} must hold the weights of this model, but they are damaged or of another shape: {reason} "
                "Remove that folder to go on from an earlier checkpoint."
            ) from error


class _Watch(TrainerCallback):  # type: ignore[misc]
    """What happens after each step: the clock, the progress, the end."""

    def __init__(
        self,
        trainer: _Trainer,
        progress: Callable[[int, int], None] | None,
        on_epoch: Callable[[], dict[str, float]] | None,
    ) -> None:
        self.trainer, self.progress, self.on_epoch = trainer, progress, on_epoch

    def on_train_begin(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        self.trainer.began = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401
        trainer, minutes = self.trainer, self.trainer.settings.minutes
        trainer.look_at_clock()
        if trainer.is_over(state.global_step, state.max_steps):
            control.should_training_stop = control.should_save = True
        # The log of a checkpoint holds the time until then.
        control.should_log = control.should_log or control.should_save
        if self.progress is not None and is_first():
            by_clock = minutes is not None and trainer.seconds / (60 * minutes) > state.global_step / state.max_steps
            done, total = (trainer.seconds, 60 * (minutes or 0)) if by_clock else (state.global_step, state.max_steps)
            self.progress(int(done), int(total))

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401
        if self.on_epoch is not None and is_first():
            self.trainer.log(self.on_epoch())
