"""What language models learn from: the prepared messages of an archive, in order of time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import ArchiveError, HubbubError

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_CHATTED = ("message", "donation")


def read_corpus(store: Archive, streams: Sequence[str]) -> pl.DataFrame:
    """Return the messages that people wrote: ``stream_id, seconds, text, emotes, text_id``, by stream and time.

    Bots, commands and rows without a text are left out; repeats stay, as they are how chat is written. ``seconds`` are
    since the epoch, or since the stream began where moments are not known.

    Parameters
    ----------
    store : Archive
    streams : sequence of str
        Streams that are prepared.

    Raises
    ------
    ArchiveError
        When there is no stream.
    """
    import polars as pl

    if not streams:
        raise ArchiveError(f"No stream in {store.path} yet. Add one with: hubbub ingest FILE")
    frames = []
    for stream in streams:
        messages = store.read("messages", [stream], ["message_id", "sent_at", "offset_seconds", "kind"])
        columns = ["stream_id", "message_id", "clean_text", "message_type", "emotes", "text_id"]
        prepared = store.read("prepared", [stream], columns)
        is_dated = not messages["sent_at"].null_count()
        seconds = pl.col("sent_at").dt.epoch("us") / 1e6 if is_dated else pl.col("offset_seconds")
        rows = messages.join(prepared, on="message_id", maintain_order="left").filter(
            pl.col("kind").is_in(_CHATTED)
            & pl.col("message_type").is_in(["bot", "command", "event"]).not_()
            & pl.col("clean_text").is_not_null()
        )
        rows = rows.select(
            "stream_id", seconds.alias("seconds"), pl.col("clean_text").alias("text"), "emotes", "text_id"
        )
        frames.append(rows.sort("seconds", maintain_order=True))
    return pl.concat(frames)


def hold_out(rows: pl.DataFrame, *, share: float, most: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return messages to learn from and messages to measure on: the last ones of each stream, in time.

    Parameters
    ----------
    rows : polars.DataFrame
        As from ``read_corpus``.
    share : float
        Of each stream's messages that are held out.
    most : int
        At most so many in all, evenly spaced over those held out.
    """
    import polars as pl

    is_last = pl.int_range(pl.len()).over("stream_id") >= (pl.len().over("stream_id") * (1.0 - share)).ceil()
    flagged = rows.with_columns(is_last=is_last)
    held = flagged.filter("is_last").drop("is_last")
    step = max(1, -(-held.height // most))
    return flagged.filter(pl.col("is_last").not_()).drop("is_last"), held.gather_every(step)


def hold_out_streams(rows: pl.DataFrame, *, share: float) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Return messages to learn from, messages to measure on, and the streams of the latter, which are whole.

    Which streams are held out depends on their names alone, so commands that follow each other hold out the same. One
    stream alone cannot be on both sides: its last messages are held out then, and the list is empty.

    Parameters
    ----------
    rows : polars.DataFrame
        As from ``read_corpus``.
    share : float
        Of the messages, that are held out at least, unless that would take a quarter of them.
    """
    import polars as pl

    sizes = dict(rows.group_by("stream_id").len().iter_rows())
    if len(sizes) < 2:
        learned, held = hold_out(rows, share=share, most=rows.height)
        return learned, held, []
    chosen: list[str] = []
    n_held = 0
    for stream in sorted(sizes, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if n_held < share * rows.height and n_held + sizes[stream] <= rows.height / 4:
            chosen.append(stream)
            n_held += sizes[stream]
    chosen = chosen or [min(sizes, key=lambda name: (sizes[name], name))]
    is_held = pl.col("stream_id").is_in(chosen)
    return rows.filter(is_held.not_()), rows.filter(is_held), chosen


def read_stream_list(path: Path) -> list[str]:
    """Return the streams that a table names: its column stream_id, stream, or the first one.

    Parameters
    ----------
    path : Path
        A table .xlsx, .ods, .csv or .tsv with a header.

    Raises
    ------
    HubbubError
        When it cannot be read or names none.
    """
    from hubbub.collect.lists import read_tables

    names: list[str] = []
    for header, *rows in filter(None, read_tables(path)):
        titles = [cell.strip().lower() for cell in header]
        column = next((titles.index(name) for name in ("stream_id", "stream") if name in titles), 0)
        names += [row[column].strip() for row in rows if column < len(row)]
    if not any(names):
        raise HubbubError(f"{path} names no stream: it needs a header, and a row for each stream.")
    return list(dict.fromkeys(filter(None, names)))
