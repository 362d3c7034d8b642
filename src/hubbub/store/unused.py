"""An archive that a collection made before it came to nothing → gone again."""

from __future__ import annotations

import shutil

from hubbub.store.archive import Archive
from hubbub.store.journal_database import JournalDatabase, journal_file
from hubbub.store.raw import FOLDER


def remove_unused(archive: Archive) -> bool:
    """Remove an archive in which there is no message, nor anything that was fetched; return whether it is gone.

    Only for whoever made it: the stretches without a link to a channel from which nothing ever came go with it.

    Raises
    ------
    ArchiveError
        When another process writes it for too long.
    """
    with archive.writing() as change:
        if any(change.keys(table) for table in change.manifest.tables if table != "gaps"):
            return False
        if journal_file(archive.path).exists():
            with JournalDatabase(archive.path) as journal:
                if journal.n_rows():
                    return False
        if any(file.stat().st_size for file in (archive.path / FOLDER).glob("*")):
            return False
        shutil.rmtree(archive.path)
        return True
