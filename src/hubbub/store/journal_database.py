"""The files of the journal: one SQLite database of rows without names, and one of names that can be erased.

Both are in WAL mode with ``synchronous=FULL`` (a commit that returned is on disk) and ``secure_delete`` (what is
deleted is overwritten with zeros). A row is a key (platform, message_id), its order of arrival, its pseudonym, and
the rest as MessagePack beside a checksum: SQLite has none of its own for its pages.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

BUSY_SECONDS = 10.0
_READ_ROWS = 5_000
_REMOVED_ROWS = 2_000
_LOG_PAGES = 4_000
"""The log (16 MB) is moved into the file then, not with every commit: ids come in no order and touch most pages."""

_CACHE_KB = 16_000
_SCHEMA = """
create table if not exists rows (
    sequence integer primary key, platform text not null, message_id text not null, viewer_id text,
    payload blob not null, checksum integer not null, unique (platform, message_id));
create table if not exists gaps (
    gap integer primary key, platform text, channel text, stream_id text, started_at integer, ended_at integer,
    cause text);
create table if not exists state (name text primary key, value integer);
create table if not exists facts (
    fact integer primary key, platform text, stream_id text, facts blob);
"""
_NAMES = """
create table if not exists state (name text primary key, value integer);
create table if not exists names (
    name_id integer primary key, viewer_id text not null, platform text, name text, native_id text,
    unique (viewer_id, name, native_id));
"""
NAMES_FILE = "names.sqlite"
_INSERT = "insert or ignore into rows values (?, ?, ?, ?, ?, ?)"


class Payload(msgspec.Struct, array_like=True, gc=False, omit_defaults=False):
    """What a row of the journal holds beside its key and its viewer; moments in microseconds since 1970 (UTC)."""

    stream_id: str | None
    channel: str | None
    sent_at: int | None
    offset_seconds: float | None
    roles: list[str] | None
    badges: list[str] | None
    kind: str
    event: str | None
    amount: int | None
    currency: str | None
    text: str | None
    emotes: list[str] | None
    emote_spans: list[int] | None
    reply_to: str | None
    is_deleted: bool = False


Row = tuple[int, str, str, str | None, bytes, int]
"""A row as it is kept: sequence, platform, message_id, viewer_id, payload, checksum."""

encode_payload = msgspec.msgpack.Encoder().encode
_decode_payload = msgspec.msgpack.Decoder(Payload).decode


@dataclass(frozen=True, slots=True)
class Removal:
    """A deletion as the journal honors it: of one message, or of what a viewer wrote in a stream before it."""

    sequence: int
    platform: str
    message_id: str | None
    viewer_id: str | None
    stream_id: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """The highest number in each table of a journal at one moment."""

    rows: int
    gaps: int
    facts: int
    names: int


def checksum(sequence: int, platform: str, message_id: str, viewer_id: str | None, payload: bytes) -> int:
    """Return the CRC-32 of a row."""
    return zlib.crc32(payload, zlib.crc32(f"{sequence}\x1f{platform}\x1f{message_id}\x1f{viewer_id}".encode()))


def read_row(row: Row) -> Payload | None:
    """Return what a row holds, or None where its bytes are not those that were written."""
    payload, written = row[4:]
    try:
        if checksum(*row[:5]) == written:
            return _decode_payload(payload)
    except (TypeError, ValueError, msgspec.MsgspecError):
        return None
    return None


class JournalDatabase:
    """One connection to the journal's two files.

    Parameters
    ----------
    folder : Path
        The archive's folder.
    make : bool
        Make the files where they are missing.

    Raises
    ------
    sqlite3.Error
        When a file cannot be opened, or is no database any more.
    """

    def __init__(self, folder: Path, *, make: bool = False) -> None:
        self.file, names = journal_file(folder), names_file(folder)
        if make:
            self.file.parent.mkdir(mode=0o700, exist_ok=True)
            for file in (self.file, names):
                file.touch(mode=0o600)
        self.rows = _connect(self.file, _SCHEMA)
        try:
            self.names = _connect(names, _NAMES)
        except sqlite3.Error:
            self.rows.close()
            raise

    def close(self) -> None:
        """Let go of the files."""
        for connection in (self.rows, self.names):
            with suppress(sqlite3.Error):
                connection.close()

    def __enter__(self) -> JournalDatabase:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- writing ----

    def insert(self, rows: Sequence[Row], removals: Sequence[Removal]) -> int:
        """Add rows and honor deletions within the open transaction; return how many were not there yet."""
        before = self.rows.total_changes
        self.rows.executemany(_INSERT, rows)
        n_new = self.rows.total_changes - before
        for removal in removals:
            self._take_back(removal)
        return n_new

    def count(self, first: int, last: int) -> int:
        """Return how many rows have a sequence from first to last."""
        found = self.rows.execute("select count(*) from rows where sequence between ? and ?", (first, last))
        return int(found.fetchone()[0])

    def keep_names(self, names: Sequence[tuple[str, str, str | None, str | None]]) -> None:
        """Add names behind pseudonyms (viewer_id, platform, name, native_id) within the open transaction."""
        values = [(viewer, platform, name or "", native or "") for viewer, platform, name, native in names]
        self.names.executemany(
            "insert or ignore into names (viewer_id, platform, name, native_id) values (?, ?, ?, ?)", values
        )

    def remove(self, marks: Marks) -> None:
        """Remove what is in the archive now: everything up to these numbers.

        In steps, with as long between them as they take: a writer waits for one of them and not for all. After a crash
        between two, the rows that are left are found to be in the archive.
        """
        first = self.rows.execute("select coalesce(min(sequence), 0) from rows").fetchone()[0]
        for last in range(first + _REMOVED_ROWS, marks.rows, _REMOVED_ROWS):
            began = time.monotonic()
            with transaction(self.rows):
                self.rows.execute("delete from rows where sequence <= ?", (last,))
            time.sleep(min(time.monotonic() - began, 0.5))
        with transaction(self.rows):
            self.rows.execute("delete from rows where sequence <= ?", (marks.rows,))
            self.rows.execute("insert or replace into state values ('moved', ?)", (marks.rows,))
            self.rows.execute("delete from gaps where gap <= ?", (marks.gaps,))
            self.rows.execute("delete from facts where fact <= ?", (marks.facts,))
        with transaction(self.names):
            self.names.execute("delete from names where name_id <= ?", (marks.names,))
        self.empty_logs()

    def empty_logs(self) -> bool:
        """Move what the write-ahead logs hold into the files and empty them; return whether all of it went."""
        ended = [c.execute("pragma wal_checkpoint(truncate)").fetchone() for c in (self.rows, self.names)]
        return all(busy == 0 for busy, *_ in ended)

    def renew(self) -> None:
        """Have all that can be read on the disk again, after a sync of it failed.

        What such a sync was for may be in memory only, and later syncs pass it over. So the logs are moved into the
        files, and new ones are begun: until theirs are synced, a power cut could bring back the old, incomplete ones.
        """
        if not self.empty_logs():
            raise sqlite3.OperationalError("the journal is busy")
        for connection in (self.rows, self.names):
            with transaction(connection):
                connection.execute("insert or replace into state values ('renewed', ?)", (time.time_ns(),))

    def forget(self, viewer_id: str) -> int:
        """Overwrite the rows and names of a viewer; return how many rows there were."""
        with transaction(self.names):
            self.names.execute("delete from names where viewer_id = ?", (viewer_id,))
        with transaction(self.rows):
            n_gone = self.rows.execute("delete from rows where viewer_id = ?", (viewer_id,)).rowcount
        deadline = time.monotonic() + BUSY_SECONDS
        while not self.empty_logs() and time.monotonic() < deadline:
            time.sleep(0.05)
        return n_gone

    def _take_back(self, removal: Removal) -> None:
        if removal.message_id is not None:
            where, values = "platform = ? and message_id = ?", (removal.platform, removal.message_id)
        else:
            where, values = "platform = ? and viewer_id = ?", (removal.platform, str(removal.viewer_id))
        query = f"select * from rows where {where} and sequence <= ?"  # noqa: S608 - one of the two lines above
        for row in self.rows.execute(query, (*values, removal.sequence)).fetchall():
            payload = read_row(row)
            if payload is None or payload.is_deleted or payload.kind == "deletion":
                continue
            if removal.message_id is None and payload.stream_id != removal.stream_id:
                continue
            self.replace(row, take_back(payload))

    def replace(self, row: Row, payload: Payload) -> None:
        """Write another payload over that of a row."""
        packed = encode_payload(payload)
        mark = checksum(*row[:4], packed)
        self.rows.execute("update rows set payload = ?, checksum = ? where sequence = ?", (packed, mark, row[0]))

    # ---- reading ----

    def marks(self) -> Marks:
        """Return how far the journal goes."""
        highest = """select max(coalesce((select max(sequence) from rows), 0),
                            coalesce((select value from state where name = 'moved'), 0))"""
        rows = self.rows.execute(highest).fetchone()[0]
        gaps = self.rows.execute("select coalesce(max(gap), 0) from gaps").fetchone()[0]
        facts = self.rows.execute("select coalesce(max(fact), 0) from facts").fetchone()[0]
        return Marks(rows, gaps, facts, self.names.execute("select coalesce(max(name_id), 0) from names").fetchone()[0])

    def problem(self) -> str | None:
        """Return what is wrong with the structure of the files, or None."""
        for connection in (self.rows, self.names):
            found = connection.execute("pragma quick_check(1)").fetchone()[0]
            if found != "ok":
                return str(found)
        return None

    def is_waiting(self) -> bool:
        """Return whether anything is to be moved into the archive's tables."""
        query = "select exists (select 1 from rows) or exists (select 1 from gaps) or exists (select 1 from facts)"
        return bool(self.rows.execute(query).fetchone()[0])

    def gaps(self, last: int) -> list[tuple[Any, ...]]:
        """Return gaps up to a number: platform, channel, stream_id, started_at, ended_at, cause."""
        query = "select platform, channel, stream_id, started_at, ended_at, cause from gaps where gap <= ? order by gap"
        return self.rows.execute(query, (last,)).fetchall()

    def facts(self, last: int) -> list[tuple[str, str, bytes]]:
        """Return what is told of streams up to a number: platform, stream_id, MessagePack."""
        query = "select platform, stream_id, facts from facts where fact <= ? order by fact"
        return self.rows.execute(query, (last,)).fetchall()

    def kept_names(self, last: int) -> list[tuple[str, str, str, str]]:
        """Return names up to a number: viewer_id, platform, name, native_id; "" where there is none."""
        query = "select viewer_id, platform, name, native_id from names where name_id <= ? order by name_id"
        return self.names.execute(query, (last,)).fetchall()

    def targets(self) -> list[tuple[str, str]]:
        """Return (platform, message_id) of the messages that the deletions among the rows take back."""
        return [
            (row[1], payload.reply_to)
            for block in self.read(self.marks().rows)
            for row in block
            if (payload := read_row(row)) and payload.kind == "deletion" and payload.reply_to
        ]

    def n_rows(self) -> int:
        """Return how many rows wait."""
        return int(self.rows.execute("select count(*) from rows").fetchone()[0])

    def read(self, last: int) -> Iterator[list[Row]]:
        """Yield rows in order of arrival up to a sequence, in blocks."""
        after = -1
        while True:
            query = "select * from rows where sequence > ? and sequence <= ? order by sequence limit ?"
            block = self.rows.execute(query, (after, last, _READ_ROWS)).fetchall()
            if not block:
                return
            yield block
            after = block[-1][0]


def take_back(payload: Payload) -> Payload:
    """Return a message that was taken back: kind and money stay, what was written is gone."""
    return msgspec.structs.replace(payload, text=None, emotes=None, emote_spans=None, is_deleted=True)


def names_file(folder: Path) -> Path:
    """Return where the names are that the archive's vault does not have yet."""
    return folder / "private" / NAMES_FILE


def journal_file(folder: Path) -> Path:
    """Return where the rows of an archive's journal are."""
    return folder / "journal" / "journal.sqlite"


def _connect(file: Path, schema: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma secure_delete = on")
        connection.execute(f"pragma wal_autocheckpoint = {_LOG_PAGES}")
        connection.execute(f"pragma cache_size = -{_CACHE_KB}")
        if not set(read_schema(connection)) <= set(_schema_of(schema)):
            raise sqlite3.DatabaseError("its tables are not described as they were made")
        connection.executescript(schema)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        if isinstance(error, UnicodeDecodeError):  # SQLite quotes the damaged description of a table
            raise sqlite3.DatabaseError("its tables are described by what is no text") from None
        raise
    return connection


def read_schema(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return how the tables and indices of a database are described: type, name, table, SQL, in order of making.

    The description is text in the file's first page. With a bit of it flipped SQLite takes a column for another, or
    a key for none, and puts rows where nobody finds them.
    """
    connection.text_factory = bytes
    try:
        return connection.execute("select type, name, tbl_name, sql from sqlite_master order by rowid").fetchall()
    finally:
        connection.text_factory = str


@lru_cache
def _schema_of(schema: str) -> tuple[tuple[Any, ...], ...]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        return tuple(read_schema(connection))


def mend_schema(file: Path) -> None:
    """Describe the tables of a damaged journal, or of its names, as they were made, where there are as many."""
    made = _schema_of(_NAMES if file.name.endswith(NAMES_FILE) else _SCHEMA)
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma writable_schema = on")  # opens what is described by no SQL, too
        if len(read_schema(connection)) == len(made):
            texts = [[None if value is None else value.decode() for value in row] for row in made]
            for place, row in enumerate(texts, 1):
                connection.execute(
                    "update sqlite_master set type = ?, name = ?, tbl_name = ?, sql = ? where rowid = ?", (*row, place)
                )
            connection.commit()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one transaction: committed at its end, rolled back when it raises."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("rollback")
        raise
