"""A training that was stopped → the same training gone on: weights, Adam's moments and where it is, in one file.

safetensors, whole or as it was before, and of one run: its mark (settings, texts, start) is in it. What is drawn must
be seeded by the number of the step, so that a run that was stopped goes on to the same weights.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn
from torch.optim import Optimizer

from hubbub.errors import ArtifactError, HubbubError

_MOMENTS = ("exp_avg", "exp_avg_sq")


def keep_run(
    path: Path, model: nn.Module, optimizers: Sequence[Optimizer], mark: dict[str, Any], state: dict[str, Any]
) -> None:
    """Write a run to a file, which is there whole or as it was before.

    Parameters
    ----------
    path : Path
        The file.
    model : torch.nn.Module
        Its weights are kept.
    optimizers : sequence of Optimizer
        Of Adam's kind: their moments are kept.
    mark : dict
        What tells this run from others; plain data.
    state : dict
        Where it is; plain data with ``step``, the steps done.
    """
    tensors = {f"model.{name}": tensor.contiguous() for name, tensor in model.state_dict().items()}
    for name, parameter in model.named_parameters():
        for optimizer in optimizers:
            known = optimizer.state.get(parameter, {})
            tensors |= {f"{key}.{name}": known[key] for key in _MOMENTS if key in known}
    fresh = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, fresh, {"run": json.dumps(mark), "state": json.dumps(state)})
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    fresh.replace(path)


def resume_run(
    path: Path | None, model: nn.Module, optimizers: Sequence[Optimizer], mark: dict[str, Any]
) -> dict[str, Any] | None:
    """Put a kept run into the model and its optimizers; return where it is, or None where there is none.

    Raises
    ------
    ArtifactError
        When the file is damaged.
    HubbubError
        When it is of another run.
    """
    if path is None or not path.exists():
        return None
    advice = f"Remove {path} to begin anew, or name another --output."
    try:
        with safe_open(path, "pt") as file:
            known = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except (SafetensorError, OSError) as error:
        raise ArtifactError(f"The checkpoint {path} cannot be read: {error}. {advice}") from error
    shapes = {f"model.{name}": tensor.shape for name, tensor in model.state_dict().items()}
    if json.loads(known.get("run", "{}")) != mark or any(
        name not in tensors or tensors[name].shape != shape for name, shape in shapes.items()
    ):
        raise HubbubError(f"{path} is the checkpoint of another run: other settings, texts or start. {advice}")
    model.load_state_dict({name.removeprefix("model."): tensors[name] for name in shapes})
    state: dict[str, Any] = json.loads(known["state"])
    owner = {parameter: optimizer for optimizer in optimizers for parameter in _parameters(optimizer)}
    for name, parameter in model.named_parameters():
        if f"exp_avg.{name}" in tensors:
            moments = {key: tensors[f"{key}.{name}"].to(parameter.device) for key in _MOMENTS}
            # Adam counts steps in a tensor, Adam of sparse rows in a number.
            is_sparse = isinstance(owner[parameter], torch.optim.SparseAdam)
            step = state["step"] if is_sparse else torch.tensor(float(state["step"]))
            owner[parameter].state[parameter] = {"step": step, **moments}
    return state


def _parameters(optimizer: Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
