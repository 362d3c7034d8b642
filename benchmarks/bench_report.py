"""The main job on a real stream of 15,000 messages, from the file to the page, in a new archive."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.runs import HUBBUB, in_turn, line

_SET = "chat/twitch-vshojo-en/chat.csv.gz"
_N_MESSAGES = 15_000


def main() -> None:
    """Print the figures."""
    data = os.environ.get("HUBBUB_DATA")
    if not data:
        print("report: skipped, HUBBUB_DATA does not name the real data")
        return
    rows = pl.read_csv(Path(data) / _SET, infer_schema=False)
    counts = rows["stream_id"].value_counts().filter(pl.col("count") >= _N_MESSAGES).sort("count", "stream_id")
    stream = counts["stream_id"][0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chat.csv"
        rows.filter(pl.col("stream_id") == stream).head(_N_MESSAGES).write_csv(file)

        def fresh() -> list[str]:
            shutil.rmtree(Path(folder) / "archive", ignore_errors=True)
            archive, page = f"{folder}/archive", f"{folder}/report.html"
            return [*HUBBUB, "report", str(file), "--archive", archive, "--output", page, "--json"]

        found = in_turn({"ours": fresh}, n_runs=5)["ours"]
    line(f"report of {_N_MESSAGES:,} messages of a real stream, file to page", [d.seconds for d in found], "s", "12")
    line("  peak memory", [done.peak_mb for done in found], "MB", "1,200")


if __name__ == "__main__":
    main()
