"""Nothing that was acknowledged is lost: kills at any moment, torn and flipped bytes, two processes, odd clocks.

``HUBBUB_SOAK=1`` (``make soak``) runs them at their long sizes.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from tests.journeys.fault_collector import truth
from tests.journeys.served import serving
from tests.sizes import LAST_BYTES, N_CUTS, N_KILLS, N_ROUNDS

import hubbub
from hubbub.errors import ArchiveError
from hubbub.records import RawRow
from hubbub.store.archive import Archive, open_archive
from hubbub.store.compaction import compact
from hubbub.store.journal import Journal
from hubbub.store.journal_database import JournalDatabase

COLLECTOR = Path(__file__).with_name("fault_collector.py")
OPENS_WITHIN_SECONDS = 5.0
KILLS_OF_ONE_ARCHIVE = 25
"""All rows are held to the truth after each kill; an archive that grew on for 500 kills would take hours of that."""
ROUNDS_OF_ONE_ARCHIVE = 20


class Collector:
    """A collector process, and how many rows of the truth it has acknowledged so far."""

    def __init__(self, folder: Path, seed: int, first: int, n_rows: int = 1_000_000, point: int = 0) -> None:
        command = [sys.executable, str(COLLECTOR), *map(str, (folder, seed, first, n_rows, point))]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.acknowledged = first
        self._rest = b""

    def read(self, until: float, n_more: int = 1_000_000_000) -> None:
        """Read what it says up to a moment, or so many more rows, or its end."""
        assert self.process.stdout is not None
        wanted = self.acknowledged + n_more
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while self.acknowledged < wanted and (left := until - time.monotonic()) > 0:
                if selector.select(left) and not self._take(os.read(self.process.stdout.fileno(), 1 << 16)):
                    return

    def kill(self) -> None:
        """Kill it with no warning, and read its last words."""
        self.process.send_signal(signal.SIGKILL)
        rest, _ = self.process.communicate()
        self._take(rest)

    def _take(self, said: bytes) -> bool:
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            if line.startswith(b"acknowledged "):
                self.acknowledged = int(line.split()[1])
        return bool(said)


def check(folder: Path, seed: int, n_acknowledged: int) -> int:
    """Hold an archive to the truth; return how many rows it has."""
    started = time.perf_counter()
    archive = open_archive(folder)
    seconds = time.perf_counter() - started
    messages = archive.read("messages")
    assert seconds <= OPENS_WITHIN_SECONDS
    assert messages["message_id"].n_unique() == messages.height
    assert messages.height >= n_acknowledged
    expected = [truth(seed, number) for number in range(messages.height)]
    assert messages["message_id"].to_list() == [row.message_id for row in expected]
    assert messages["text"].to_list() == [row.text for row in expected]
    return messages.height


def test_kills_at_any_moment_lose_nothing_that_was_acknowledged(tmp_path: Path):
    draw, seed, folder, n_there = random.Random(11), 11, tmp_path, 0
    for round_ in range(N_KILLS):
        if round_ % KILLS_OF_ONE_ARCHIVE == 0:
            assert n_there > 1_000 or not round_
            folder, n_there = tmp_path / f"archive{round_}", 0
        # Two in three end themselves at a moment inside a commit, a compaction, a rename; the others at any moment.
        point = draw.randint(1, 90) if round_ % 3 else 0
        collector = Collector(folder, seed, n_there, point=point)
        try:
            collector.read(time.monotonic() + 60, n_more=1)
            collector.read(time.monotonic() + (20 if point else draw.uniform(0.0, 0.4)))
        finally:
            collector.kill()
        n_there = check(folder, seed, collector.acknowledged)
    assert n_there > 1_000


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive as a crash leaves it: 60 rows of the truth in its tables, 60 more in the journal's log."""
    base = tmp_path_factory.mktemp("stopped")
    with Journal(base / "archive", batch_rows=15) as journal:
        journal.append([truth(5, number) for number in range(60)])
        assert journal.wait_durable(timeout=30)
        compact(journal.archive)
        for number in range(60, 120, 15):
            journal.append([truth(5, place) for place in range(number, number + 15)])
            assert journal.wait_durable(timeout=30)
        shutil.copytree(base / "archive", base / "stopped")
    return base / "stopped"


def damages(size: int, draw: random.Random) -> Iterator[tuple[int, int | None]]:
    """Yield where to damage a file of a size: the byte and its bit that flips, or where it is cut off.

    At the long size every cut within the last record, and as many flipped bits anywhere.
    """
    last = range(max(size - LAST_BYTES, 0), size)
    yield from ((place, None) for place in last)
    yield from ((draw.randrange(size), draw.randrange(8)) for _ in last)
    for _ in range(N_CUTS // 3 + 1):
        yield draw.randrange(size), draw.choice([None, draw.randrange(8)])


def damage(file: Path, place: int, bit: int | None) -> None:
    content = bytearray(file.read_bytes())
    if bit is None:
        del content[place:]
    else:
        content[place] ^= 1 << bit
    file.write_bytes(content)


def opened(folder: Path) -> pl.DataFrame | str:
    """Return the messages of an archive, or why they cannot be read."""
    try:
        return open_archive(folder).read("messages")
    except ArchiveError as error:
        return str(error)


@pytest.mark.parametrize("which", ["journal.sqlite-wal", "journal.sqlite", "messages"])
def test_torn_and_flipped_bytes_are_lost_by_name_or_not_at_all(
    stopped: Path, tmp_path: Path, which: str, caplog: pytest.LogCaptureFixture
):
    draw = random.Random(which)
    expected = {truth(5, number).message_id: truth(5, number).text for number in range(120)}
    whole = Path(shutil.copytree(stopped, tmp_path / "whole"))
    if which == "journal.sqlite":  # everything in the file and nothing in the log, as after a checkpoint
        with JournalDatabase(whole) as database:
            database.empty_logs()
    name = next(whole.rglob("show-0*.parquet")) if which == "messages" else whole / "journal" / which
    for case, (place, bit) in enumerate(damages(name.stat().st_size, draw)):
        folder = Path(shutil.copytree(whole, tmp_path / f"{case}"))
        file = folder / name.relative_to(whole)
        damage(file, place, bit)
        caplog.clear()
        messages = opened(folder)
        if isinstance(messages, str):
            assert file.name in messages
            shutil.rmtree(folder)
            continue
        found = dict(messages.select("message_id", "text").iter_rows())
        assert len(found) == messages.height
        assert found.items() <= expected.items()
        if len(found) < len(expected):
            assert "journal" in caplog.text
            assert "damaged" in caplog.text
        with Journal(folder) as journal:
            journal.append([truth(5, number) for number in range(120)])
        assert open_archive(folder).read("messages").height == 120
        shutil.rmtree(folder)


def test_a_flipped_bit_in_how_tables_are_described_loses_nothing(stopped: Path, tmp_path: Path):
    whole = Path(shutil.copytree(stopped, tmp_path / "whole"))
    with JournalDatabase(whole) as database:
        database.empty_logs()
    content = (whole / "journal" / "journal.sqlite").read_bytes()
    # A column's name, its type, a key that is none then, bytes that are no text, a table's name, a table's first page.
    words = (b"sequence integer", b"integer primary", b"key, platform", b"message_id))", b"create table rows")
    places = [(content.upper().index(word.upper()) + 3, bit) for word in words for bit in (0, 2, 7)]
    places.append((content.index(b"gapsgaps") + 8, 0))
    for case, (place, bit) in enumerate(places):
        folder = Path(shutil.copytree(whole, tmp_path / f"{case}"))
        damage(folder / "journal" / "journal.sqlite", place, bit)
        found = open_archive(folder).read("messages")
        assert sorted(found["message_id"]) == sorted(truth(5, number).message_id for number in range(120)), (place, bit)
        with Journal(folder) as journal:
            journal.append([truth(5, number) for number in range(120)])
        assert open_archive(folder).read("messages").height == 120


def test_two_processes_readers_and_stale_locks(tmp_path: Path):
    for n_before in range(0, N_ROUNDS, ROUNDS_OF_ONE_ARCHIVE):
        folder, n_there = tmp_path / f"archive{n_before}", 1
        with Journal(folder) as journal:
            journal.append([truth(3, 0)])
        with serving(folder) as address:
            for _ in range(ROUNDS_OF_ONE_ARCHIVE):
                n_there = check_round(folder, n_there, address)
        shutil.rmtree(folder)


def check_round(folder: Path, n_there: int, address: str) -> int:
    """Read an archive in every way while a collector writes it, kill that, take its lock over; return the rows."""
    collector = Collector(folder, 3, n_there)
    try:
        collector.read(time.monotonic() + 60, n_more=1)
        with pytest.raises(ArchiveError, match=f"pid {collector.process.pid}"):
            Journal(folder)
        before = Archive(folder).read("messages", columns=["message_id"])
        scanned = scan(folder)
        served = ask(address, "status")["n_messages"]
        after = Archive(folder).read("messages", columns=["message_id"])
        for messages in (before, scanned, after):
            assert messages["message_id"].n_unique() == messages.height
        assert before.height <= scanned.height <= served <= after.height
        assert hubbub.status(folder)["journal"]["writer"] == str(collector.process.pid)
    finally:
        collector.kill()
    with Journal(folder):
        pass  # the dead one's lock is taken over at once
    return check(folder, 3, collector.acknowledged)


def ask(address: str, query: str) -> Any:
    """Return what the server at an address that `hubbub serve` printed answers."""
    where = urlsplit(address)
    with closing(http.client.HTTPConnection(where.netloc, timeout=60)) as connection:
        token = where.fragment.removeprefix("token=")
        connection.request("GET", f"/api/{query}", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)


def scan(folder: Path) -> pl.DataFrame:
    """Return the messages as any other program reads them: the files that the manifest names, by polars alone."""
    while True:
        archive = Archive(folder)
        parts = [archive.part("messages", stream) for stream in archive.streams_of("messages")]
        files = [folder / part.file for part in parts if part is not None]
        try:
            return pl.concat(
                [pl.read_parquet(file, columns=["message_id"]) for file in files] or [pl.DataFrame({"message_id": []})]
            )
        except FileNotFoundError:
            continue  # the writer replaced one in between


def odd_moments() -> list[tuple[str, datetime]]:
    """Return moments as clocks give them when something is wrong, with their names."""
    now = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    paris = ZoneInfo("Europe/Paris")
    return [
        ("an hour back", now - timedelta(hours=1)),
        ("a day late", now - timedelta(days=1)),
        ("before the hour repeats", datetime(2024, 10, 27, 2, 30, tzinfo=paris).astimezone(UTC)),
        ("while it repeats", datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=paris).astimezone(UTC)),
        ("in the hour that is left out", datetime(2024, 3, 31, 2, 30, tzinfo=paris).astimezone(UTC)),
        ("before a leap second", datetime(2016, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("after a leap second", datetime(2017, 1, 1, tzinfo=UTC)),
        ("a leap day", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(("name", "moment"), odd_moments())
def test_moments_that_can_be_are_kept_as_they_are(tmp_path: Path, name: str, moment: datetime):
    now = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    moments = [now, moment, now + timedelta(seconds=1)]
    with Journal(tmp_path / "archive") as journal:
        for number, sent_at in enumerate(moments):
            microseconds = round(sent_at.timestamp() * 1e6)
            journal.append([RawRow(platform="twitch", channel="c", message_id=f"{number}", sent_at=microseconds)])
    messages = open_archive(tmp_path / "archive").read("messages")
    assert sorted(messages["sent_at"]) == sorted(moments)
    assert messages["offset_seconds"].is_sorted()
    assert hubbub.activity(tmp_path / "archive", bin_seconds=864_000)["start_seconds"].is_sorted()


@pytest.mark.parametrize(
    "written",
    [
        "1714593600", "1714593600000", "1714593600000000", "1714593600000000000",
        "0", "1970-01-01T00:00:00Z", "3000-01-01T00:00:00Z", "32503680000", "-1", "1e400",
        "nan", "99999999999999999999",
    ],
)  # fmt: skip
def test_moments_in_files_are_placed_or_kept_aside_with_a_reason(tmp_path: Path, written: str):
    file = tmp_path / "chat.csv"
    file.write_text(f"ts,author,text\n2024-05-01T20:00:00Z,ann,before\n{written},bob,odd\n")
    report = hubbub.ingest(tmp_path / "archive", [file])
    messages = open_archive(tmp_path / "archive").read("messages")
    if written.startswith("17145936"):
        assert messages["sent_at"].to_list() == [datetime(2024, 5, 1, 20, tzinfo=UTC)] * 2
    else:
        assert messages["text"].to_list() == ["before"]
        assert list(report.rejected) == [f"no moment in '{written}'"]
        assert open_archive(tmp_path / "archive").read("rejects")["excerpt"].str.contains("odd").all()
