"""One viewer out of everything."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.reports import Report

if TYPE_CHECKING:
    from hubbub.store.archive import Archive


def forget(archive: Archive | Path | str, viewer: str) -> Report:
    """Remove a viewer from the archive: messages, names, mentions, vectors and all that was derived from them.

    Reading the same files again does not bring them back. Topics of the streams touched are gone too; `hubbub
    find-topics` makes them from what is left. Reports and exports that were written before still hold what they held.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    viewer : str
        A viewer_id, or the name as the platform shows it.

    Returns
    -------
    Report
        Rows removed and mentions scrubbed; `details` has the streams touched.

    Raises
    ------
    ArchiveError
        When nobody, or more than one viewer, is called so.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.forgetting import forget_viewer

    started = time.perf_counter()
    done = forget_viewer(open_archive(archive), viewer)
    return Report(
        "forget",
        n_in=done.n_messages,
        n_kept=0,
        rejected={"forgotten": done.n_messages},
        seconds=time.perf_counter() - started,
        details={
            "n_mentions_scrubbed": done.n_mentions,
            "n_rejects_removed": done.n_rejects,
            "streams": list(done.stream_ids),
            "next": "hubbub find-topics",
        },
    )
