"""Tables as people want to see them: a whole table, messages beside what was found out about each."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from hubbub.errors import ArchiveError
from hubbub.records import TABLES
from hubbub.store.archive import WHOLE, Archive


def read_table(archive: Archive, table: str, stream_ids: Sequence[str] | None = None) -> pl.DataFrame:
    """Return a table for showing; messages carry what ``prepare`` and ``find-topics`` found out about them.

    Raises
    ------
    ArchiveError
        When there is no such table.
    """
    if table == "messages":
        return read_messages(archive, stream_ids)
    if table not in TABLES:
        raise ArchiveError(f"No table '{table}'. The tables are: {', '.join(TABLES)}.")
    if stream_ids is not None and "stream_id" not in TABLES[table].columns:
        raise ArchiveError(f"Table '{table}' is not kept by stream; leave out --stream.")
    if table == "streams":
        rows = archive.read("streams")
        return rows if stream_ids is None else rows.filter(pl.col("stream_id").is_in(list(stream_ids)))
    return archive.read(table, stream_ids)


def read_messages(archive: Archive, stream_ids: Sequence[str] | None = None) -> pl.DataFrame:
    """Return messages with ``clean_text, text_id, language, message_type, left_out, theme_id, episode_id``.

    What was not made yet is null.
    """
    key = ["stream_id", "message_id"]
    streams = archive.streams_of("messages") if stream_ids is None else list(stream_ids)
    frames = []
    for stream in streams:
        prepared = archive.read("prepared", [stream]).drop("emotes")
        topics = archive.read("message_topics", [stream])
        frames.append(
            archive.read("messages", [stream])
            .join(prepared, on=key, how="left", maintain_order="left")
            .join(topics, on=key, how="left", maintain_order="left")
        )
    return pl.concat(frames) if frames else _empty_messages(archive)


def choose_streams(archive: Archive, streams: Sequence[str] | None) -> list[str]:
    """Return the stream_ids meant: those named, or all.

    Raises
    ------
    ArchiveError
        When a named stream is not in the archive.
    """
    known = archive.read("streams", [WHOLE], ["stream_id"])["stream_id"].to_list()
    if not streams:
        return known
    for stream in streams:
        if stream not in known:
            near = ", ".join(known[:5]) + (" …" if len(known) > 5 else "")
            raise ArchiveError(f"No stream '{stream}' in {archive.path}. It has: {near or 'none'}. See: hubbub streams")
    return list(dict.fromkeys(streams))


def _empty_messages(archive: Archive) -> pl.DataFrame:
    key = ["stream_id", "message_id"]
    prepared = archive.read("prepared", []).drop("emotes")
    return archive.read("messages", []).join(prepared, on=key).join(archive.read("message_topics", []), on=key)


def one_stream(archive: Archive, stream: str | None) -> str:
    """Return the stream meant: the one named, or the only one.

    Raises
    ------
    ArchiveError
        When it is not in the archive, or none is named and there are several.
    """
    known = choose_streams(archive, [stream] if stream else None)
    if not known:
        raise ArchiveError(f"No stream in {archive.path} yet. Add one with: hubbub ingest FILE")
    if len(known) > 1:
        near = ", ".join(known[:5]) + (" …" if len(known) > 5 else "")
        raise ArchiveError(f"{archive.path} has {len(known)} streams; name one with --stream: {near}")
    return known[0]
