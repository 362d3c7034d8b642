"""Tests of the training loop in processes of its own: it can be killed, and it can be shared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from tests.learn import tiny

from hubbub.learn.training import fit, last_checkpoint

ROOT = Path(__file__).parents[2]
PROGRAM = [str(Path(tiny.__file__))]


def run(folder: Path, *, kill_at: int = 0, launcher: tuple[str, ...] = ()) -> int:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, *launcher, *PROGRAM, str(folder), str(kill_at)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    sys.stderr.write(done.stderr[-4000:])  # pytest shows it where a test fails
    return done.returncode


def test_killed_in_the_middle_and_started_again_it_gives_the_same_weights(tmp_path: Path):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    whole = tiny.make_electra()
    fit(whole, tiny.make_rows(), tiny.SETTINGS, tmp_path / "whole", plan={})
    torch.set_num_threads(before)
    n_steps = int(json.loads((last_checkpoint(tmp_path / "whole") / "trainer_state.json").read_text())["global_step"])
    kill_at = n_steps - 4  # in the second epoch, between checkpoints
    assert run(tmp_path, kill_at=kill_at) == -signal.SIGKILL
    reached = last_checkpoint(tmp_path / "checkpoints")
    assert reached is not None
    assert 0 < int(reached.name.removeprefix("checkpoint-")) < kill_at
    assert run(tmp_path) == 0
    found = load_file(tmp_path / "weights-0.safetensors")
    expected = whole.state_dict()
    assert found
    assert all(torch.equal(found[name], expected[name]) for name in found)


def test_two_processes_end_with_the_same_weights(tmp_path: Path):
    launcher = ("-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-addr", "127.0.0.1", "--master-port",
                "0", "--standalone")  # fmt: skip
    assert run(tmp_path, launcher=launcher) == 0
    first, second = (load_file(tmp_path / f"weights-{rank}.safetensors") for rank in (0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    untrained = tiny.make_electra().state_dict()
    assert any(not torch.equal(first[name], untrained[name]) for name in first)
