"""Rows a second from a chat CSV to the archive, pseudonyms and deduplication included, beside reading it only."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.runs import HUBBUB, in_turn, line

_SET = "chat/greatsphynx-twitch-en/chat.csv.gz"
_N_ROWS = 972_438
_PEER = (
    "import csv, gzip, sys\n"
    "with gzip.open(sys.argv[1], 'rt', encoding='utf-8', newline='') as file:\n"
    "    print(sum(1 for row in csv.reader(file)))\n"
)


def main() -> None:
    """Print the figures."""
    data = os.environ.get("HUBBUB_DATA")
    if not data:
        print("ingest: skipped, HUBBUB_DATA does not name the real data")
        return
    file = Path(data) / _SET
    with tempfile.TemporaryDirectory() as folder:

        def fresh() -> list[str]:
            shutil.rmtree(Path(folder) / "archive", ignore_errors=True)
            return [*HUBBUB, "ingest", str(file), "--archive", f"{folder}/archive", "--json"]

        found = in_turn({"ours": fresh, "csv": lambda: [sys.executable, "-c", _PEER, str(file)]}, n_runs=3)
        again = in_turn({"again": lambda: [*HUBBUB, "ingest", str(file), "--archive", f"{folder}/archive"]}, n_runs=2)
    seconds = [done.seconds for done in found["ours"]]
    line("ingest of 972,438 rows", seconds, "s", "20 (aim 5)")
    line("  rows a second", [_N_ROWS / value for value in seconds], "rows/s", "50,000 (aim 200,000)")
    line("  peak memory", [done.peak_mb for done in found["ours"]], "MB", "1,500")
    ratio = [ours.seconds / peer.seconds for ours, peer in zip(found["ours"], found["csv"], strict=True)]
    line("  time over Python's gzip and csv reading it only", ratio, "×", "–")
    line("the same file again (nothing new)", [done.seconds for done in again["again"]], "s", "–")


if __name__ == "__main__":
    main()
