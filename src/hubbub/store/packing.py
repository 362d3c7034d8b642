"""Ids as platforms write them ↔ the fewest bytes on disk.

Twitch names each message by a UUID: 36 characters that say 16 bytes, and more than half of what a stream of chat takes
on disk, since nothing compresses them. Where every id of a column is a UUID in its usual form (RFC 9562: lower case,
dashes) the file holds its 16 bytes as a binary column; any other column of ids stays text. Other readers of the files
get the bytes: in DuckDB, ``lower(hex(message_id))``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

IDS = ("message_id", "reply_to")
"""The columns that may hold UUIDs."""

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_PARTS = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))


def pack_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with columns of UUIDs as their bytes.

    Examples
    --------
    >>> ids = pl.DataFrame({"message_id": ["717f5eed-087e-e17b-880e-180b206a985a", None]})
    >>> packed = pack_ids(ids)
    >>> len(packed["message_id"][0]), unpack_ids(packed, {"message_id": pl.String}).equals(ids)
    (16, True)
    """
    names = [name for name in IDS if name in frame.columns and _are_uuids(frame[name])]
    return frame.with_columns(pl.col(name).str.replace_all("-", "", literal=True).str.decode("hex") for name in names)


def unpack_ids(frame: pl.DataFrame, columns: Mapping[str, object]) -> pl.DataFrame:
    """Return a frame whose binary columns that the table has as texts are texts again."""
    packed = [name for name, dtype in frame.schema.items() if dtype == pl.Binary and columns[name] == pl.String]
    for name in packed:
        digits = frame[name].bin.encode("hex").to_frame(name)
        parts = [pl.col(name).str.slice(place, length) for place, length in _PARTS]
        frame = frame.with_columns(digits.select(pl.concat_str(parts, separator="-").alias(name)))
    return frame


def _are_uuids(ids: pl.Series) -> bool:
    """Return whether a column holds UUIDs and nothing else."""
    known = ids.drop_nulls()
    return bool(known.len() and known.head(1).str.contains(_UUID)[0] and known.str.contains(_UUID).all())
