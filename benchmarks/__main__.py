"""Run every benchmark: ``make bench``, or ``python -m benchmarks NAME…`` for some."""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module

from benchmarks.runs import load

_NAMES = (
    "start",
    "ingest",
    "irc",
    "journal",
    "jsonl",
    "prepare",
    "embed",
    "similarity",
    "report",
    "topics",
    "scale",
    "bursts",
    "buzz",
    "backtests",
    "live",
    "live_load",
    "polls",
    "sentiment",
    "service",
    "training",
)


def main(chosen: list[str]) -> None:
    """Run benchmarks by name, or all."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load():.2f}")
    for name in chosen or _NAMES:
        print(f"\n== {name}")
        import_module(f"benchmarks.bench_{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
