"""A Parquet table → batches of rows.

Columns are matched by their known names (``columns.KNOWN_NAMES``) or mapped; typed ones are read as what they are:
moments with or without a zone (none means UTC), days, numbers, lists of names. Only the columns that are used are read,
some rows at a time, from a private copy of the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from hubbub.collect.columns import KNOWN_NAMES, list_names, match_columns
from hubbub.collect.name_lists import SEPARATOR
from hubbub.collect.rows import Batch, Notes, RowReader
from hubbub.collect.unpack import Chunks
from hubbub.errors import SourceError

MAGIC = b"PAR1"
MAX_BYTES = 8 << 30
MAX_ROWS_A_BYTE = 1_000
"""The most rows that a byte of a file may hold: more is a decompression bomb."""

BATCH_ROWS = 50_000


def read_parquet(chunks: Chunks, column_map: Mapping[str, str], notes: Notes, where: str) -> Iterator[Batch]:
    """Yield the batches of a table; a row's number is its place in it.

    Raises
    ------
    SourceError
        When no column holds texts.
    """
    with tempfile.TemporaryDirectory(prefix="hubbub-") as folder:
        path = Path(folder) / "chat.parquet"
        n_bytes = 0
        with path.open("wb") as file:
            for piece in chunks:
                n_bytes += file.write(piece)
                if n_bytes > MAX_BYTES:
                    raise SourceError(f"{where}: is larger than {MAX_BYTES >> 30} GB; split it.")
        try:
            yield from _read_table(path, column_map, notes, where, n_bytes)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            notes.damage = f"the table cannot be read on ({str(error).partition(chr(10))[0][:200]})"


def _read_table(path: Path, column_map: Mapping[str, str], notes: Notes, where: str, n_bytes: int) -> Iterator[Batch]:
    table = pl.scan_parquet(path, glob=False)
    schema = table.collect_schema()
    names = schema.names()
    columns = {ours: names[place] for ours, place in match_columns(names, column_map, where).items()}
    if not {"text", "event"} & columns.keys():
        raise SourceError(
            f"{where}: must have a column of texts (one of: {', '.join(KNOWN_NAMES['text'])}); its columns are: "
            f"{list_names(names)}. Name the one that holds the text: --map text=NAME."
        )
    n_rows = table.select(pl.len()).collect().item()
    if n_rows > MAX_ROWS_A_BYTE * n_bytes:
        raise SourceError(f"{where}: says it holds {n_rows:,} rows in {n_bytes:,} bytes, as only a bomb does.")
    notes.n_expected = n_rows
    chosen = table.select(_as_text(theirs, schema[theirs]).alias(ours) for ours, theirs in columns.items())
    reader = RowReader(notes)
    for first in range(0, n_rows, BATCH_ROWS):
        texts = chosen.slice(first, BATCH_ROWS).collect()
        numbers = pl.int_range(first + 1, first + 1 + texts.height, eager=True, dtype=pl.Int64).alias("row")
        yield reader.read(texts.insert_column(0, numbers))


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a typed column as texts."""
    column = pl.col(name)
    if dtype == pl.Datetime:
        zoned = (
            column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            if getattr(dtype, "time_zone", None)
            else column
        )
        return zoned.dt.cast_time_unit("us").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    if dtype == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if dtype == pl.Duration:
        return (column.dt.total_microseconds() / 1e6).cast(pl.String)
    if isinstance(dtype, pl.List):
        if dtype.inner == pl.String:
            joined = column.list.eval(pl.element().fill_null("") + SEPARATOR).list.join("")
            return pl.when(column.list.len() > 0).then(joined)
        return pl.lit(None, pl.String)
    if isinstance(dtype, pl.Struct | pl.Array | pl.Object):
        return pl.lit(None, pl.String)
    return column.cast(pl.String, strict=False)
