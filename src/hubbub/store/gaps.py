"""Stretches of a stream in which messages may be missing, in order of time, each once."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from hubbub.records import TABLES
from hubbub.store.archive import WHOLE, Change

_FORM = TABLES["gaps"]


def keep_gaps(change: Change, stream: str, found: pl.DataFrame, *, instead_of: str | None = None) -> None:
    """Add gaps to those known of a stream.

    Parameters
    ----------
    change : Change
        The open change of the archive.
    stream : str
        The stream_id.
    found : polars.DataFrame
        ``cause`` and either moments (``started_at``, ``ended_at``) or offsets (``first_seconds``, ``last_seconds``);
        ``n_expected`` where it is known. What is missing is filled from the stream's start.
    instead_of : str, optional
        Begin of the causes whose earlier gaps these take the place of: what was computed is computed anew.
    """
    if found.is_empty() and stream not in change.keys("gaps"):
        return
    streams = change.read("streams", WHOLE).filter(pl.col("stream_id") == stream)
    start: datetime | None = streams["started_at"][0] if streams.height else None
    names = [name for name in _FORM.columns if name not in {"stream_id", "gap_id"}]
    new = found.with_columns(
        pl.lit(None, _FORM.columns[name]).alias(name) for name in names if name not in found.columns
    ).select(names)
    known = change.read("gaps", stream)
    if instead_of is not None:
        known = known.filter(pl.col("cause").str.starts_with(instead_of).not_())
    rows = pl.concat([known.select(names), new])
    if start is not None:
        begin = pl.lit(start, _FORM.columns["started_at"])
        rows = rows.with_columns(
            pl.coalesce(offset, (pl.col(moment) - begin).dt.total_microseconds() / 1e6).alias(offset)
            for offset, moment in (("first_seconds", "started_at"), ("last_seconds", "ended_at"))
        ).with_columns(
            pl.coalesce(moment, begin + pl.duration(microseconds=pl.col(offset) * 1e6)).alias(moment)
            for offset, moment in (("first_seconds", "started_at"), ("last_seconds", "ended_at"))
        )
    rows = rows.unique(["started_at", "ended_at", "first_seconds", "cause"], keep="last", maintain_order=True)
    rows = rows.sort("started_at", "first_seconds", nulls_last=True, maintain_order=True)
    rows = rows.with_columns(pl.lit(stream).alias("stream_id"), pl.int_range(pl.len(), dtype=pl.Int64).alias("gap_id"))
    rows = rows.select(pl.col(name).cast(dtype) for name, dtype in _FORM.columns.items())
    if rows.is_empty():
        change.drop("gaps", stream)
    elif not rows.equals(change.read("gaps", stream)):
        change.put("gaps", stream, rows)
