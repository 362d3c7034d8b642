"""Whole processes, timed from outside: wall seconds and peak memory, in turn when there is something to compare."""

from __future__ import annotations

import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HUBBUB = [sys.executable, "-m", "hubbub.present.cli"]


@dataclass(frozen=True)
class Run:
    """One finished process."""

    seconds: float
    peak_mb: float
    status: int


# Settings that no user has: slower kernels, and code that is compiled anew at every start.
_UNUSUAL = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE"}


def run(command: Sequence[str]) -> Run:
    """Run a command to its end; its output is dropped."""
    environment = {k: v for k, v in os.environ.items() if k not in _UNUSUAL}
    started = time.perf_counter()
    with Path(os.devnull).open("r+b") as null:
        pid = os.posix_spawnp(
            command[0],
            list(command),
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, null.fileno(), descriptor) for descriptor in (0, 1, 2)],
        )
        _, status, usage = os.wait4(pid, 0)
    return Run(time.perf_counter() - started, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))


def in_turn(makers: dict[str, Callable[[], Sequence[str]]], n_runs: int = 5) -> dict[str, list[Run]]:
    """Run commands in turn, A B A B …, after one run of each that does not count."""
    for make in makers.values():
        run(make())
    found: dict[str, list[Run]] = {name: [] for name in makers}
    for _ in range(n_runs):
        for name, make in makers.items():
            done = run(make())
            if done.status:
                raise RuntimeError(f"{name} ended with {done.status}")
            found[name].append(done)
    return found


def line(what: str, values: Sequence[float], unit: str, limit: str) -> None:
    """Print one figure as median (least to most) beside its limit."""
    middle, least, most = statistics.median(values), min(values), max(values)
    print(f"{what:<58} {middle:>10,.2f} {unit:<8} ({least:,.2f} to {most:,.2f})   limit {limit}")


def ratio_interval(what: str, ratios: Sequence[float], limit: str) -> None:
    """Print the median of ratios of pairs with its 95 % bootstrap interval beside its limit."""
    draw = random.Random(0)  # noqa: S311
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(2000))
    low, high = medians[50], medians[1949]
    print(f"{what:<58} {statistics.median(ratios):>10,.2f} {'×':<8} ({low:,.2f} to {high:,.2f}, 95 %)   limit {limit}")


def load() -> float:
    """Return how busy the machine is, in cores."""
    return os.getloadavg()[0] - threading.active_count() + 1
