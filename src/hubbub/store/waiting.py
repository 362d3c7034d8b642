"""What waits in an archive's journal, seen from outside."""

from __future__ import annotations

import sqlite3
from typing import Any

from hubbub.errors import ArchiveError
from hubbub.store.archive import Archive
from hubbub.store.journal_database import JournalDatabase, journal_file
from hubbub.store.journal_lock import JournalLock
from hubbub.store.salvage import damaged_files


def what_waits(archive: Archive) -> dict[str, Any]:
    """Return ``n_rows`` that are not in the tables yet, ``n_bytes`` on disk, the pid of the ``writer`` or null.

    ``damaged`` names files that were damaged and set aside.

    Raises
    ------
    ArchiveError
        When the journal's file is damaged.
    """
    file = journal_file(archive.path)
    if not file.exists():
        return {"n_rows": 0, "n_bytes": 0, "writer": None, "damaged": []}
    try:
        with JournalDatabase(archive.path) as journal:
            n_rows = journal.n_rows()
    except sqlite3.Error as error:
        raise ArchiveError(f"{file} must be a journal of hubbub; it cannot be read: {error}.") from error
    damaged = [str(part.relative_to(archive.path)) for part in damaged_files(archive.path)]
    n_bytes = sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
    return {"n_rows": n_rows, "n_bytes": n_bytes, "writer": JournalLock.holder(archive.path), "damaged": damaged}
