"""What a JSON value of a platform gives: rows, what was not known in it, and what to say about it."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl

from hubbub.records import RAW, RawRow

NO_CHAT = "responses without chat"


class Found(msgspec.Struct, kw_only=True):
    """What was found in one JSON value.

    Attributes
    ----------
    rows : list of RawRow
        In the order of the value.
    copies : list of RawRow
        What repeats a message that was sent already or is sent besides, such as YouTube's ticker: to be kept only
        where no row has its ``message_id``.
    unknown : list of (str, value)
        Name and value of each shape that is not known; to be kept as they are, never dropped.
    remarks : list of str
        What to count in the notes: "responses without chat".
    """

    rows: list[RawRow] = []
    copies: list[RawRow] = []
    unknown: list[tuple[str, Any]] = []
    remarks: list[str] = []


def rows_frame(rows: list[RawRow]) -> pl.DataFrame:
    """Return the columns of ``records.RAW`` for rows that are held one by one."""
    columns = {
        name: pl.Series(name, [getattr(row, name) for row in rows], pl.Int64 if name == "sent_at" else dtype)
        for name, dtype in RAW.columns.items()
    }
    frame = pl.DataFrame(columns)
    return frame.with_columns(pl.col("sent_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
