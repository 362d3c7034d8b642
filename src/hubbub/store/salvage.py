"""A journal whose files were damaged on the disk → a sound one with every row that can still be read.

SQLite tells a damaged page only when it reads it, and drops the end of a damaged log in silence. So a journal is looked
at as it is opened: its structure (``quick_check``), and how far it was acknowledged (the file ``acknowledged``, written
after each commit) against how far it goes. What is wrong is said by the file's name; the damaged files stay beside the
new ones under ``damaged-…`` until someone is forgotten.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from hubbub.store.journal_database import JournalDatabase, Row, journal_file, mend_schema, names_file, transaction

_log = logging.getLogger(__name__)


def open_journal(folder: Path, *, make: bool = False) -> JournalDatabase:
    """Return the journal of an archive, made anew from what can be read where its files are damaged.

    Only the journal's writer, or who knows that there is none, may call this.
    """
    try:
        database = JournalDatabase(folder, make=make)
        problem = database.problem()
        if problem is None:
            return database
        database.close()
    except sqlite3.OperationalError:
        raise  # the disk refuses or another process holds it: not damage
    except sqlite3.DatabaseError as error:
        problem = str(error)
    aside = [_set_aside(file) for file in (journal_file(folder), names_file(folder))]
    for file in aside:
        mend_schema(file)
    database = JournalDatabase(folder, make=True)
    n_saved = _save(aside[0], database)
    _save_names(aside[1], database)
    _log.warning(
        "%s was damaged (%s): %s rows of it were saved; what is left of it is kept as %s",
        journal_file(folder), problem, f"{n_saved:,}", aside[0].name,
    )  # fmt: skip
    return database


def remove_damaged(folder: Path) -> None:
    """Remove damaged files that were set aside: they may hold what must be forgotten."""
    for file in damaged_files(folder):
        file.unlink(missing_ok=True)


def damaged_files(folder: Path) -> list[Path]:
    """Return the damaged files that were set aside."""
    return sorted((*(folder / "journal").glob("damaged-*"), *(folder / "private").glob("damaged-*")))


def _set_aside(file: Path) -> Path:
    aside = file.with_name(f"damaged-{time.time_ns()}-{file.name}")
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            file.with_name(file.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def _save(damaged: Path, database: JournalDatabase) -> int:
    n_saved = 0
    with transaction(database.rows):
        for row in _readable(damaged, "select * from rows order by sequence"):
            n_saved += database.insert([row], [])
        # A table that is looked for on another's page gives rows of other kinds.
        whole = "typeof(started_at) = 'integer' and typeof(ended_at) = 'integer'"
        for row in _readable(damaged, f"select * from gaps where {whole} order by gap"):  # noqa: S608 - the line above
            database.rows.execute("insert or ignore into gaps values (?, ?, ?, ?, ?, ?, ?)", row)
        for row in _readable(damaged, "select * from facts where typeof(facts) = 'blob' order by fact"):
            database.rows.execute("insert or ignore into facts values (?, ?, ?, ?)", row)
    return n_saved


def _save_names(damaged: Path, database: JournalDatabase) -> None:
    with transaction(database.names):
        for row in _readable(damaged, "select * from names order by name_id"):
            database.names.execute("insert or ignore into names values (?, ?, ?, ?, ?)", row)


def _readable(damaged: Path, query: str) -> Iterator[Row]:
    """Yield the rows that can be read, from the first on and from the last back, as far as each goes."""
    for order in ("", " desc"):
        with suppress(sqlite3.Error), closing(sqlite3.connect(damaged)) as connection:
            connection.execute("pragma cell_size_check = on")
            yield from connection.execute(query + order)
