"""What an archive holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_ROWS = 100_000


def status(archive: Archive | Path | str) -> dict[str, Any]:
    """Return what an archive holds: rows and bytes of each table, what was done to each stream, what still arrives.

    Parameters
    ----------
    archive : Archive or path
        The archive.

    Returns
    -------
    dict
        ``archive``, ``generation``, ``n_streams, n_messages, n_viewers``, streams prepared, embedded and with topics,
        ``journal`` (rows that wait in it, its bytes, the process that writes it now), and for each table
        ``{"n_rows", "n_bytes"}``.
    """
    from hubbub.records import TABLES
    from hubbub.store.archive import open_archive
    from hubbub.store.waiting import what_waits

    store = open_archive(archive)
    viewers = store.read("messages", columns=["viewer_id"])["viewer_id"].drop_nulls()
    return {
        "archive": str(store.path),
        "generation": store.generation,
        "n_streams": store.n_rows("streams"),
        "n_messages": store.n_rows("messages"),
        "n_viewers": viewers.n_unique(),
        "n_prepared": len(store.streams_of("prepared")),
        "n_embedded": len(store.streams_of("embeddings")),
        "n_with_topics": len(store.streams_of("themes")),
        "journal": what_waits(store),
        "tables": {name: {"n_rows": store.n_rows(name), "n_bytes": store.n_bytes(name)} for name in TABLES},
    }


def streams(archive: Archive | Path | str) -> pl.DataFrame:
    """Return the streams of an archive, oldest first.

    Parameters
    ----------
    archive : Archive or path
        The archive.

    Returns
    -------
    polars.DataFrame
        The rows of table ``streams``.
    """
    from hubbub.store.archive import open_archive

    first = ["stream_id", "title", "category", "day", "duration_seconds", "n_messages", "n_gifts", "n_viewers"]
    others = ["channel", "n_payers", "started_at", "platform", "native_id", "is_complete", "collected_at", "url"]
    return open_archive(archive).read("streams", columns=[*first, *others])


def gaps(archive: Archive | Path | str, *, stream: str | None = None) -> pl.DataFrame:
    """Return the stretches in which messages may be missing: no link, a silence that is too long, a cut-off end.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        Only this stream.

    Returns
    -------
    polars.DataFrame
        ``stream_id, first_seconds, last_seconds, cause, n_expected, started_at, ended_at``, in order of time.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    store = open_archive(archive)
    columns = ["stream_id", "first_seconds", "last_seconds", "cause", "n_expected", "started_at", "ended_at"]
    return store.read("gaps", choose_streams(store, [stream]) if stream else None, columns)


def table(
    archive: Archive | Path | str, name: str, *, stream: Sequence[str] = (), limit: int = 100, offset: int = 0
) -> pl.DataFrame:
    """Return rows of a table; messages carry language, message type, theme and episode.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    name : str
        The table: sources, rejects, streams, messages, truth, prepared, themes, text_themes, episodes, message_topics.
    stream : sequence of str
        Only these streams.
    limit : int
        At most so many rows, 1 to 100,000.
    offset : int
        After so many rows.

    Returns
    -------
    polars.DataFrame
        The rows, in the order in which they are kept.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams, read_table

    if not 1 <= limit <= _MAX_ROWS or offset < 0:
        raise HubbubError(
            f"limit must be 1 to {_MAX_ROWS:,} and offset at least 0; they were {limit:,} and {offset:,}."
        )
    store = open_archive(archive)
    return read_table(store, name, choose_streams(store, stream) if stream else None).slice(offset, limit)
