"""A collector for the fault tests: ``python fault_collector.py ARCHIVE SEED FIRST N [POINT]`` appends a seeded truth.

It says "acknowledged N" whenever the journal has the first N rows of the truth on disk, compacts meanwhile, and ends
when all are there, or is killed: from outside, or by itself at the POINT-th moment at which a crash could hurt.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hubbub.records import RawRow
from hubbub.store.archive import Change
from hubbub.store.compaction import compact
from hubbub.store.journal import Journal
from hubbub.store.journal_database import JournalDatabase

START = 1_714_593_600_000_000
WORDS = ["salut", "lul", "👨\u200d👩\u200d👧", "déjà", "日本語", "\u202eabc", "GG", "á", "x", "y", "z", "pog"]


def truth(seed: int, number: int) -> RawRow:
    """Return one row of the truth: the same for the same seed and number, wherever it is asked for."""
    draw = random.Random(seed * 1_000_003 + number)
    return RawRow(
        platform="twitch",
        channel="nocta",
        stream_id=f"show-{number // 5_000}",
        message_id=f"{draw.getrandbits(128):032x}",
        sent_at=START + number * 1_000,
        author=f"viewer-{draw.randrange(300)}",
        text=" ".join(draw.choices(WORDS, k=draw.randint(1, 12))) + f" {number}",
    )


class Killer:
    """Kills this process at the n-th of the points at which a crash could hurt, counted over all threads."""

    def __init__(self, place: int) -> None:
        self._left = place
        self._lock = threading.Lock()
        wrapped: list[tuple[Any, str]] = [
            (os, "fsync"), (Path, "replace"), (Path, "unlink"), (Journal, "_commit"), (Change, "publish"),
            (JournalDatabase, "insert"), (JournalDatabase, "remove"), (JournalDatabase, "keep_names"),
        ]  # fmt: skip
        for owner, name in wrapped:
            setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def with_points(*arguments: Any, **options: Any) -> Any:
            self._point()
            result = function(*arguments, **options)
            self._point()
            return result

        return with_points

    def _point(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main(archive: str, seed: int, first: int, n_rows: int, point: int = 0) -> None:
    lock = threading.Lock()

    def say(words: str) -> None:
        with lock:
            sys.stdout.write(words + "\n")
            sys.stdout.flush()

    def acknowledge(durable: int, _: float) -> None:
        say(f"acknowledged {first + durable}")

    with Journal(archive, on_durable=acknowledge, batch_rows=200, batch_seconds=0.01) as journal:
        if point:
            Killer(point)
        stop = threading.Event()

        def compact_often() -> None:
            while not stop.wait(0.02):
                compact(journal.archive)

        thread = threading.Thread(target=compact_often, daemon=True)
        thread.start()
        for number in range(first, first + n_rows, 20):
            journal.append([truth(seed, place) for place in range(number, min(number + 20, first + n_rows))])
        journal.wait_durable()
        stop.set()
        thread.join()
    say("done")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
