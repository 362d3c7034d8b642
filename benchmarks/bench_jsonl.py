"""A million lines of chat-downloader JSONL → an archive to ask, beside pandas to Parquet and DuckDB to a table.

Ours makes pseudonyms, drops what is there twice, and has every file on the disk; the peers do none of that. Whole
processes, in turn, on one core each.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.runs import HUBBUB, in_turn, line, ratio_interval

N_LINES = int(os.environ.get("HUBBUB_BENCH_LINES", "1000000"))
WORDS = [
    "the",
    "chat",
    "says",
    "gg",
    "lul",
    "pog",
    "salut",
    "mdr",
    "what",
    "is",
    "this",
    "song",
    "again",
    "nice",
    "play",
    "wow",
    "clutch",
    "ez",
    "no",
    "way",
    "lets",
    "go",
    "hype",
    "kekw",
    "sadge",
    "monka",
    "omg",
    "ratio",
    "based",
    "true",
    "same",
    "first",
    "hello",
    "bonsoir",
    "bravo",
    "merci",
    "stream",
    "game",
    "boss",
    "fight",
    "build",
    "item",
    "run",
    "speed",
]
_PANDAS = "import sys, pandas; pandas.read_json(sys.argv[1], lines=True).to_parquet(sys.argv[2])"
_DUCKDB = (
    "import sys, duckdb; c = duckdb.connect(sys.argv[2]); c.execute('set threads = 1');"
    "c.execute(\"create table t as select * from read_json(?, format = 'newline_delimited')\", [sys.argv[1]])"
)


def main() -> None:
    """Print the figures."""
    for variable in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
        os.environ[variable] = "1"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chat.jsonl"
        write_lines(file)

        def fresh(name: str) -> str:
            target = Path(folder) / name
            shutil.rmtree(target, ignore_errors=True)
            target.unlink(missing_ok=True)
            return str(target)

        makers = {
            "ours": lambda: [*HUBBUB, "ingest", str(file), "--archive", fresh("archive"), "--json"],
            "pandas": lambda: [sys.executable, "-c", _PANDAS, str(file), fresh("pandas.parquet")],
            "duckdb": lambda: [sys.executable, "-c", _DUCKDB, str(file), fresh("chat.duckdb")],
        }
        found = in_turn(makers, n_runs=int(os.environ.get("HUBBUB_BENCH_RUNS", "3")))
        n_bytes = sum(part.stat().st_size for part in (Path(folder) / "archive").rglob("*") if part.is_file())
        with file.open("rb") as plain, gzip.open(f"{file}.gz", "wb", compresslevel=6) as packed:
            shutil.copyfileobj(plain, packed)
        n_packed = Path(f"{file}.gz").stat().st_size
    seconds = {name: [done.seconds for done in runs] for name, runs in found.items()}
    for name, values in seconds.items():
        line(f"{N_LINES:,} lines, {name}", values, "s", "–")
    line("  peak memory of ours", [done.peak_mb for done in found["ours"]], "MB", "1,500")
    for name, limit in (("pandas", "at least 3"), ("duckdb", "at least 0.2 (aim 0.5)")):
        ratio_interval(
            f"  speed over {name}", [b / a for a, b in zip(seconds["ours"], seconds[name], strict=True)], limit
        )
    line("  archive over .jsonl.gz in bytes", [n_bytes / n_packed], "×", "0.6")


def write_lines(file: Path) -> None:
    """Write messages in the form of chat-downloader: an id, microseconds, an author with badges, a text."""
    draw = random.Random(1)  # noqa: S311
    popular = [" ".join(draw.choices(WORDS, k=draw.randint(1, 4))) for _ in range(200)]
    with file.open("w") as out:
        for number in range(N_LINES):
            viewer = min(int(draw.paretovariate(0.6)), 30_000)
            said = (
                draw.choice(popular) if draw.random() < 0.35 else " ".join(draw.choices(WORDS, k=draw.randint(1, 14)))
            )
            bits = f"{draw.getrandbits(128):032x}"
            message = {
                "message_id": f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}",
                "message": said,
                "message_type": "text_message",
                "timestamp": 1_714_593_600_000_000 + number * 14_000 + draw.randrange(14_000),
                "time_in_seconds": number * 0.014,
                "time_text": f"{number // 257142}:{number // 4285 % 60:02}:{number // 71 % 60:02}",
                "channel_id": "23161357",
                "author": {
                    "id": str(100_000 + viewer),
                    "name": f"viewer{viewer}",
                    "display_name": f"Viewer{viewer}",
                    "is_subscriber": viewer % 3 == 0,
                    "badges": [{"name": "subscriber", "version": viewer % 60}] if viewer % 3 == 0 else [],
                },
                "colour": "#FF69B4",
            }
            out.write(json.dumps(message) + "\n")


if __name__ == "__main__":
    main()
