"""What was read, and what of it could not be kept."""

from __future__ import annotations

import polars as pl

from hubbub.records import TABLES
from hubbub.store.archive import WHOLE, Change

_COUNTS = ("n_rows", "n_kept", "n_repeated", "n_rejected")


def set_complete(change: Change, stream: str, *, is_complete: bool) -> None:
    """Say of a stream whether all of it is there."""
    streams = change.read("streams", WHOLE)
    told = pl.when(pl.col("stream_id") == stream).then(pl.lit(is_complete)).otherwise(pl.col("is_complete"))
    marked = streams.with_columns(is_complete=told)
    if not marked.equals(streams):
        change.put("streams", WHOLE, marked)


def keep_source(change: Change, source: pl.DataFrame, rejects: pl.DataFrame) -> None:
    """Write the row of ``sources`` of one file, and its rows of ``rejects`` aside.

    A file that was read before keeps its first row: reading it again found nothing new.
    """
    known = change.read("sources", WHOLE)
    source_id = source["source_id"][0]
    if source["n_kept"][0] == 0 and source_id in known["source_id"]:
        return
    put_source(change, source, rejects)


def put_source(change: Change, source: pl.DataFrame, rejects: pl.DataFrame) -> None:
    """Write the row of ``sources`` of one source, in place of the one there is, and its rows of ``rejects``."""
    source_id = source["source_id"][0]
    others = change.read("sources", WHOLE).filter(pl.col("source_id") != source_id)
    change.put("sources", WHOLE, pl.concat([others, source]).sort("ingested_at"))
    if rejects.height:
        change.put("rejects", source_id, rejects.select(list(TABLES["rejects"].columns)))
