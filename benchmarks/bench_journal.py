"""Rows a second into the journal, everything the guarantee asks for included, beside bare SQLite with the same rows."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from pathlib import Path

from benchmarks.runs import line, ratio_interval
from hubbub.records import RawRow
from hubbub.store.journal import Journal

N_ROWS = 100_000
N_PAIRS = 7
WORDS = ["the", "chat", "says", "gg", "lul", "pog", "salut", "mdr", "what", "is", "this", "song", "again", "nice"]


def main() -> None:
    """Print the figures: pairs of runs in turn, each on new files."""
    compare("8,000 viewers", make_rows())
    compare("each row of a new viewer", make_rows(n_viewers=10**9))


def compare(what: str, rows: list[RawRow]) -> None:
    """Print the figures of one kind of chat."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        for place in range(N_PAIRS + 1):
            bare.append(write_bare(Path(folder) / f"bare{place}.sqlite", rows))
            ours.append(write_ours(Path(folder) / f"archive{place}", rows))
    ours, bare = ours[1:], bare[1:]
    line(f"journal, guarantee on, {what}", [N_ROWS / seconds for seconds in ours], "rows/s", "–")
    line("bare sqlite3, WAL FULL, 1,000 rows a commit", [N_ROWS / seconds for seconds in bare], "rows/s", "–")
    ratio_interval("  ours over bare", [b / a for a, b in zip(ours, bare, strict=True)], "at least 0.5")


def make_rows(n_viewers: int = 8000) -> list[RawRow]:
    """Return chat as a busy channel has it: 1 to 14 words a message."""
    draw = random.Random(1)  # noqa: S311
    viewers = [draw.randrange(n_viewers) for _ in range(N_ROWS)]
    return [
        RawRow(
            platform="twitch", channel="nocta", stream_id="show", message_id=f"{draw.getrandbits(128):032x}",
            sent_at=1_714_593_600_000_000 + number * 500, author=f"viewer{viewer}",
            author_id=str(viewer), roles=["subscriber"], badges=["subscriber/12"],
            text=" ".join(draw.choices(WORDS, k=draw.randint(1, 14))),
        )
        for number, viewer in enumerate(viewers)
    ]  # fmt: skip


def write_ours(folder: Path, rows: list[RawRow]) -> float:
    """Return the seconds until all rows are acknowledged."""
    with Journal(folder) as journal:
        started = time.perf_counter()
        for first in range(0, len(rows), 500):
            journal.append(rows[first : first + 500])
        journal.wait_durable()
        return time.perf_counter() - started


def write_bare(file: Path, rows: list[RawRow]) -> float:
    """Return the seconds of the plainest program: a table of the columns, insert or ignore, 1,000 rows a commit."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute(
        "create table messages (platform, channel, stream_id, message_id, sent_at, author, author_id, roles, badges, "
        "kind, text, primary key (platform, message_id))"
    )
    values = [
        (row.platform, row.channel, row.stream_id, row.message_id, row.sent_at, row.author, row.author_id,
         ",".join(row.roles or ()), ",".join(row.badges or ()), row.kind, row.text)
        for row in rows
    ]  # fmt: skip
    started = time.perf_counter()
    for first in range(0, len(values), 1000):
        connection.execute("begin")
        connection.executemany(
            "insert or ignore into messages values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values[first : first + 1000]
        )
        connection.execute("commit")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


if __name__ == "__main__":
    main()
