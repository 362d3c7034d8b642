"""What is arriving → rows on disk: nothing that was acknowledged is ever lost, and nothing is kept twice.

One writer at a time appends to a SQLite database (``journal_database``); a thread commits what has gathered when there
are 1,000 rows or a tenth of a second has passed, and only a commit that returned acknowledges its rows. A row is kept
once by (platform, message_id). Names become pseudonyms before anything is written; the names themselves go to their
own erasable file. ``compaction`` moves the rows into the archive's tables.

When the disk refuses, nothing is acknowledged, the rows stay in a bounded buffer (``append`` waits), and the writer
tries again, with pauses that grow to two seconds, until the disk takes them: a commit that failed never counts.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice, repeat
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from hubbub.errors import ArchiveError
from hubbub.records import RawRow
from hubbub.store.archive import FORGOTTEN, WHOLE, Archive, open_archive
from hubbub.store.journal_database import JournalDatabase, transaction
from hubbub.store.journal_lock import JournalLock, acknowledged
from hubbub.store.journal_rows import MadeRows, RowMaker
from hubbub.store.manifest import MANIFEST
from hubbub.store.salvage import open_journal
from hubbub.store.viewers import fingerprint

_log = logging.getLogger(__name__)
_LONGEST_PAUSE_SECONDS = 2.0
_ALIVE_SECONDS = 1.0


class Journal:
    """The one writer of an archive's journal; a context manager.

    Parameters
    ----------
    archive : Archive or path
        Made when it is missing.
    batch_rows, batch_seconds
        A commit is made when so many rows wait, or the first of them waits so long.
    max_pending : int
        Rows that may wait for the disk; ``append`` blocks while there are more.
    on_durable : callable, optional
        Called by the writer's thread after each commit with ``durable_sequence`` and ``time.monotonic()``.

    Attributes
    ----------
    health : str
        "ok", or why the disk takes nothing now.
    n_acknowledged : int
        Rows handed in that are on disk, counted after the commit returned.
    n_repeated, n_refused : int
        Those among them that were there already; rows of viewers who were forgotten, which are not kept.
    durable_sequence : int
        Every row whose number (see ``append``) is up to this is settled.
    last_alive : float or None
        When the previous writer of this journal was last alive (Unix seconds), for the gap since then.

    Raises
    ------
    ArchiveError
        When another living process writes this journal, or its files cannot be opened.
    """

    def __init__(
        self,
        archive: Archive | Path | str,
        *,
        batch_rows: int = 1000,
        batch_seconds: float = 0.1,
        max_pending: int = 20_000,
        on_durable: Callable[[int, float], None] | None = None,
    ) -> None:
        self.archive = open_archive(archive, create=True)
        self._batch_rows, self._batch_seconds, self._max_pending = batch_rows, batch_seconds, max_pending
        self._on_durable = on_durable
        self.health = "ok"
        self.n_acknowledged = self.n_repeated = self.n_refused = 0
        self.durable_sequence = self._sequence = 0
        self._pending: deque[tuple[RawRow, int]] = deque()
        self._notes: list[tuple[str, tuple[Any, ...]]] = []
        mutex = threading.Lock()
        self._room, self._work = threading.Condition(mutex), threading.Condition(mutex)
        self._is_closing = False
        self._give_up_at = float("inf")
        self._marks: tuple[object, frozenset[str]] = (None, frozenset())
        (self.archive.path / "journal").mkdir(mode=0o700, exist_ok=True)
        self._lock = JournalLock(self.archive.path)
        self.last_alive = self._lock.last_alive
        try:
            self._database = self._open()
        except sqlite3.Error as error:
            self._lock.release()
            raise ArchiveError(f"The journal of {self.archive.path} cannot be opened: {error}.") from error
        self._rows = RowMaker(self.archive, self._database)
        self._next = max(self._database.marks().rows, acknowledged(self.archive.path)) + 1
        self._thread = threading.Thread(target=self._run, name="hubbub-journal", daemon=True)
        self._thread.start()

    def append(self, rows: Sequence[RawRow]) -> int:
        """Take rows in, to be written with the next commit; wait while too many are pending.

        Returns
        -------
        int
            The number of the last of them: how many rows this journal was handed so far.

        Raises
        ------
        ArchiveError
            When the journal is closed.
        """
        arrived = time.time_ns() // 1000
        with self._room:
            n_taken = 0
            while n_taken < len(rows):
                room = self._max_pending - (self._sequence - self.durable_sequence)
                if self._is_closing:
                    raise ArchiveError(f"The journal of {self.archive.path} is closed: it takes no more rows.")
                if room <= 0:
                    self._work.notify()
                    self._room.wait()
                    continue
                part = rows[n_taken : n_taken + room]
                self._pending.extend(zip(part, repeat(arrived)))
                self._sequence += len(part)
                n_taken += len(part)
            if rows and (len(self._pending) <= len(rows) or len(self._pending) >= self._batch_rows):
                self._work.notify()
            return self._sequence

    def add_gap(
        self,
        platform: str,
        channel: str | None,
        stream_id: str | None,
        started_at: datetime,
        ended_at: datetime,
        cause: str,
    ) -> None:
        """Note a stretch in which there was no link to a stream, and why; written with the next commit."""
        moments = (round(started_at.timestamp() * 1e6), round(ended_at.timestamp() * 1e6))
        query = "insert into gaps (platform, channel, stream_id, started_at, ended_at, cause) values (?, ?, ?, ?, ?, ?)"
        self._note(query, (platform, channel, stream_id, *moments, cause))

    def describe(self, platform: str, stream_id: str, facts: Mapping[str, object]) -> None:
        """Note what the platform says of a stream (see ``Admission.describe``); written with the next commit."""
        packed = msgspec.msgpack.encode(dict(facts))
        self._note("insert into facts (platform, stream_id, facts) values (?, ?, ?)", (platform, stream_id, packed))

    def wait_durable(self, sequence: int | None = None, timeout: float | None = None) -> bool:
        """Wait until a row (by default the last one handed in) is on disk; return whether it is."""
        with self._room:
            wanted = self._sequence if sequence is None else sequence
            return self._room.wait_for(lambda: self.durable_sequence >= wanted and not self._notes, timeout)

    def close(self, timeout: float = 30.0) -> None:
        """Write what is pending and let go of the journal.

        Raises
        ------
        ArchiveError
            When the disk did not take all within the timeout; says how many rows are lost.
        """
        with self._room:
            self._is_closing, self._give_up_at = True, time.monotonic() + timeout
            self._work.notify_all()
            self._room.notify_all()
        self._thread.join(timeout + 60)
        self._database.close()
        self._lock.release()
        n_lost = self._sequence - self.durable_sequence
        if n_lost:
            raise ArchiveError(
                f"{n_lost:,} rows were not written to the journal of {self.archive.path}: {self.health}. "
                "They were never acknowledged."
            )

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # ---- the writer's thread ----

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            if taken[0] or taken[1]:
                self._settle(*taken)

    def _take(self) -> tuple[list[tuple[RawRow, int]], list[tuple[str, tuple[Any, ...]]]] | None:
        """Return the next rows and notes to commit; nothing now and then, to show life; None at the end."""
        with self._work:
            if not (self._pending or self._notes or self._is_closing):
                self._work.wait(_ALIVE_SECONDS)
            self._lock.show_life()
            if not (self._pending or self._notes):
                return None if self._is_closing else ([], [])
            deadline = time.monotonic() + self._batch_seconds
            while len(self._pending) < self._batch_rows and not self._is_closing:
                left = deadline - time.monotonic()
                if left <= 0 or not self._work.wait(left):
                    break
            return list(islice(self._pending, self._batch_rows)), list(self._notes)

    def _settle(self, taken: list[tuple[RawRow, int]], notes: list[tuple[str, tuple[Any, ...]]]) -> None:
        """Have rows on disk, however often it takes, then acknowledge them."""
        first, pause, n_tries = self._next, 0.05, 0
        made = self._rows.make(taken, first)
        while True:
            n_tries += 1
            try:
                n_refused, n_new = self._commit(made, notes, first, is_retry=n_tries > 1)
                # Rows that were there already, and notes, leave no row with their number: it must not be missed later.
                is_new = bool(taken) and n_new == len(taken)
                last = first + len(taken) - 1 if is_new else self._database.marks().rows
                break
            except Exception as error:  # whatever it is, the rows wait and the next try may do
                self._database.close()
                self.health = f"the disk refuses: {error}"
                _log.warning("journal of %s: %s", self.archive.path, self.health)
            if time.monotonic() > self._give_up_at:
                self._give_up()
                return
            with self._work:
                self._work.wait(min(pause, max(self._give_up_at - time.monotonic(), 0.01)))
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        self._next = first + len(taken)
        self._lock.note_acknowledged(last)
        with self._room:
            for _ in taken:
                self._pending.popleft()
            del self._notes[: len(notes)]
            self.health = "ok"
            self.n_refused += n_refused
            self.n_repeated += len(taken) - n_refused - n_new
            self.n_acknowledged += len(taken) - n_refused
            self.durable_sequence += len(taken)
            durable = self.durable_sequence
            self._room.notify_all()
        if self._on_durable is not None:
            self._on_durable(durable, time.monotonic())

    def _commit(
        self, made: MadeRows, notes: list[tuple[str, tuple[Any, ...]]], first: int, *, is_retry: bool
    ) -> tuple[int, int]:
        """Write rows in one transaction; return how many are refused, and how many were not there yet."""
        if is_retry:
            self._database = self._open()
            self._database.renew()
        database = self._database
        if made.names:
            with transaction(database.names):
                gone = self._forgotten()
                database.keep_names([name for name in made.names if fingerprint(name[0]) not in gone])
        with transaction(database.rows):
            # Read under the lock of the transaction: who is forgotten later finds these rows and takes them out.
            gone = self._forgotten()
            rows = made.rows
            if gone:
                rows = [row for row in rows if row[3] is None or fingerprint(row[3]) not in gone]
            n_new = database.insert(rows, made.removals)
            if is_retry:
                n_new = database.count(first, first + len(made.rows))
            for query, values in notes:
                database.rows.execute(query, values)
        return len(made.rows) - len(rows), n_new

    def _open(self) -> JournalDatabase:
        return open_journal(self.archive.path, make=True)

    def _give_up(self) -> None:
        with self._room:
            self._pending.clear()
            self._notes.clear()

    def _note(self, query: str, values: tuple[Any, ...]) -> None:
        with self._work:
            if self._is_closing:
                raise ArchiveError(f"The journal of {self.archive.path} is closed: it takes no more notes.")
            self._notes.append((query, values))
            self._work.notify()

    def _forgotten(self) -> frozenset[str]:
        """Return the fingerprints of forgotten viewers, read again when the archive has changed."""
        state = (self.archive.path / MANIFEST).stat()
        key = (state.st_mtime_ns, state.st_ino)
        if self._marks[0] != key:
            marks = self.archive.read(FORGOTTEN.name, [WHOLE])["fingerprint"]
            self._marks = (key, frozenset(marks))
        return self._marks[1]
