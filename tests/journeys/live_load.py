"""Live chat at a rate, poured by one process into ``hubbub watch`` in another: what was sent, what was kept, how soon.

``python -m benchmarks live_load`` prints what the slow test of ``test_twitch_live.py`` holds to its limits.
"""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import hubbub

ROOT = Path(__file__).parents[2]
N_READERS = 5


class Watch:
    """`hubbub watch` in a process of its own."""

    def __init__(self, archive: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "hubbub.present.cli", "watch", "--archive", str(archive), "--json", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, how: signal.Signals = signal.SIGINT) -> dict[str, Any]:
        """End it and return its report."""
        self.process.send_signal(how)
        out, problems = self.process.communicate(timeout=120)
        assert (self.process.returncode, problems) == (0, ""), (
            f"ended with {self.process.returncode}: {problems[-2000:]}"
        )
        report: dict[str, Any] = json.loads(out)
        return report


class Load(NamedTuple):
    """Messages a second for so many seconds, in the middle of them a burst."""

    rate: float
    seconds: float
    burst_rate: float = 0.0
    burst_seconds: float = 0.0

    def options(self) -> list[str]:
        names = ("--rate", "--seconds", "--burst-rate", "--burst-seconds")
        return [text for name, value in zip(names, self, strict=True) for text in (name, str(value))]


@dataclass(frozen=True)
class Carried:
    """What became of a load.

    Attributes
    ----------
    sent : dict of str to int
        Messages by channel.
    report : dict
        What ``hubbub watch`` said at its end.
    memory_mb : list of float
        What the watch had resident, every half second while the load lasted.
    """

    sent: dict[str, int]
    report: dict[str, Any]
    memory_mb: list[float]

    @property
    def lags(self) -> dict[str, float]:
        """Seconds from the socket to the disk that half, 99 of 100 and all of the messages did not exceed."""
        lags: dict[str, float] = self.report["details"]["on_disk_within_seconds"]
        return lags

    @property
    def halves_mb(self) -> tuple[float, float]:
        """The usual memory in the first half of the load, and a low one (lower quartile) in the second."""
        half = len(self.memory_mb) // 2
        return statistics.median(self.memory_mb[:half]), statistics.quantiles(self.memory_mb[half:])[0]


def carry(archive: Path, load: Load, n_channels: int) -> Carried:
    """Have a load carried, with ``N_READERS`` readers of the archive beside it."""
    channels = [f"c{n}" for n in range(n_channels)]
    command = [sys.executable, "-m", "tests.fake_irc", "--channels", ",".join(channels), *load.options()]
    memory: list[float] = []
    stop = threading.Event()
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = server.stdout.readline().strip()
        watch = Watch(archive, *(f"twitch:{channel}" for channel in channels), "--server", url)

        def measure() -> None:
            while not stop.wait(0.5):
                memory.append(_resident_mb(watch.process.pid))

        def read() -> None:
            while not stop.wait(1.0):
                if (archive / "manifest.json").exists():
                    hubbub.streams(archive)
                    hubbub.status(archive)

        threads = [threading.Thread(target=measure), *(threading.Thread(target=read) for _ in range(N_READERS))]
        for thread in threads:
            thread.start()
        try:
            sent: dict[str, int] = json.loads(server.stdout.readline())["sent"]
            time.sleep(1.0)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            report = watch.end()
            server.stdin and server.stdin.close()
    return Carried(sent, report, memory[-round(load.seconds * 2) :])


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
