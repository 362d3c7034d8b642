"""What waits in the journal → the archive's tables, then out of the journal.

The rows are admitted as those of any other source, in one change; only when its manifest is on disk are they removed
from the journal. A crash between the two leaves rows in both places, and the next compaction finds that it has them
already: nothing is lost and nothing is there twice. The writer of the journal goes on meanwhile.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from hubbub.errors import ArchiveError
from hubbub.records import MOMENT, TABLES
from hubbub.store.admission import Admission
from hubbub.store.gaps import keep_gaps
from hubbub.store.journal_database import JournalDatabase, Payload, Row, journal_file, read_row
from hubbub.store.journal_lock import JournalLock, acknowledged
from hubbub.store.salvage import open_journal
from hubbub.store.stream_names import StreamNames
from hubbub.store.viewers import keep_names

if TYPE_CHECKING:
    from hubbub.store.archive import Archive, Change

_log = logging.getLogger(__name__)
_MESSAGES = TABLES["messages"].columns
_SOURCE = "journal"


@dataclass(frozen=True, slots=True)
class Compacted:
    """What moved: rows taken from the journal, those new to the archive, those damaged; the streams they are of."""

    n_rows: int = 0
    n_kept: int = 0
    n_damaged: int = 0
    stream_ids: tuple[str, ...] = ()


def compact(archive: Archive) -> Compacted:
    """Move what waits in the journal into the tables; may run while the journal's writer goes on.

    Raises
    ------
    ArchiveError
        When another process writes the archive for too long, or the disk refuses; the journal then keeps all.
    """
    if not journal_file(archive.path).exists():
        return Compacted()
    try:
        with JournalDatabase(archive.path) as journal, archive.writing() as change:
            return _move(archive, change, journal)
    except sqlite3.Error as error:
        raise ArchiveError(
            f"{journal_file(archive.path)} could not be moved into the archive's tables: {error}. It keeps its rows; "
            "try again."
        ) from error


def compact_left_over(archive: Archive) -> Compacted:
    """Move what a writer that is no more left in the journal; leave it to a writer that lives."""
    file = journal_file(archive.path)
    if not file.exists() or JournalLock.holder(archive.path) is not None:
        return Compacted()
    try:
        with open_journal(archive.path) as journal:
            if not (journal.is_waiting() or _n_gone(archive, journal)):
                return Compacted()
    except sqlite3.OperationalError as error:
        raise ArchiveError(f"{file} cannot be read: {error}.") from error
    return compact(archive)


def _move(archive: Archive, change: Change, journal: JournalDatabase) -> Compacted:
    # Rows before names: a name is written before its viewer's rows, so that every row up to the mark has its name.
    marks = journal.marks()
    admission = Admission(archive, change, "live")
    damaged: list[tuple[int, str, str]] = []
    n_rows = 0
    for block in journal.read(marks.rows):
        n_rows += len(block)
        frame = _as_messages(block, damaged)
        if frame.height:
            admission.admit_pseudonymous(frame)
    for platform, stream, packed in journal.facts(marks.facts):
        admission.describe(stream, _facts(packed), platform=platform)
    admission.finish()
    _keep_names(change, journal, marks.names)
    _keep_gaps(change, journal.gaps(marks.gaps))
    n_gone = _n_gone(archive, journal)
    if n_gone:
        reason = f"{n_gone:,} rows that were acknowledged are gone: {journal.file.name} was damaged on the disk"
        damaged.append((marks.rows + n_gone, reason, ""))
        marks = replace(marks, rows=marks.rows + n_gone)
    _keep_damaged(change, damaged)
    change.then(lambda: journal.remove(marks))
    return Compacted(n_rows, admission.n_kept, len(damaged), tuple(admission.stream_ids))


def _n_gone(archive: Archive, journal: JournalDatabase) -> int:
    """Return how many rows at the end were acknowledged by a writer that is no more, and are not there."""
    if JournalLock.holder(archive.path) is not None:
        return 0
    return max(acknowledged(archive.path) - journal.marks().rows, 0)


def _as_messages(block: Sequence[Row], damaged: list[tuple[int, str, str]]) -> pl.DataFrame:
    """Return rows of the journal as rows of ``messages``, ``stream_id`` as the source names it."""
    keys, values = [], []
    for row in block:
        payload = read_row(row)
        if payload is None:
            damaged.append(
                (row[0], "damaged on the disk: its bytes are not those that were written", f"{row[1]} {row[2]}")
            )
        else:
            keys.append(row[1:4])
            values.append(msgspec.structs.astuple(payload))
    names = ("platform", "message_id", "viewer_id")
    columns: dict[str, Sequence[Any]] = {name: [key[place] for key in keys] for place, name in enumerate(names)}
    for place, name in enumerate(Payload.__struct_fields__):
        columns[name] = [value[place] for value in values]
    moments = pl.from_epoch(pl.Series(columns.pop("sent_at"), dtype=pl.Int64), "us").dt.replace_time_zone("UTC")
    frame = pl.DataFrame(columns, schema={name: dtype for name, dtype in _MESSAGES.items() if name != "sent_at"})
    return frame.with_columns(sent_at=moments).select(list(_MESSAGES))


def _facts(packed: bytes) -> dict[str, Any]:
    told = msgspec.msgpack.decode(packed)
    for name in ("collected_at", "started_at"):
        if isinstance(told.get(name), str):
            told[name] = datetime.fromisoformat(told[name])
    return dict(told)


def _keep_names(change: Change, journal: JournalDatabase, last: int) -> None:
    rows = journal.kept_names(last)
    schema = {"viewer_id": pl.String, "platform": pl.String, "author": pl.String, "author_id": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    filled = [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in ("author", "author_id")]
    keep_names(change, frame.with_columns(filled))


def _keep_gaps(change: Change, gaps: list[tuple[Any, ...]]) -> None:
    if not gaps:
        return
    names = StreamNames(change.read("streams", ""))
    found: dict[str, list[dict[str, Any]]] = {}
    for platform, channel, native, started_at, ended_at, cause in gaps:
        stream, _ = names.find(platform, channel, native) or (native or channel or platform, None)
        moments = (datetime.fromtimestamp(at / 1e6, UTC) for at in (started_at, ended_at))
        found.setdefault(stream, []).append(dict(zip(("started_at", "ended_at"), moments, strict=True), cause=cause))
    for stream, rows in found.items():
        frame = pl.DataFrame(rows, schema={"started_at": MOMENT, "ended_at": MOMENT, "cause": pl.String})
        keep_gaps(change, stream, frame)


def _keep_damaged(change: Change, damaged: list[tuple[int, str, str]]) -> None:
    if not damaged:
        return
    for row, reason, _ in damaged:
        _log.warning("row %s of the journal: %s (kept aside in rejects)", f"{row:,}", reason)
    form = TABLES["rejects"]
    new = pl.DataFrame([(_SOURCE, *row) for row in damaged], schema=form.columns, orient="row")
    known = change.read("rejects", _SOURCE)
    rejects = pl.concat([known, new]).unique(["source_id", "row"], keep="last", maintain_order=True)
    change.put("rejects", _SOURCE, rejects)
