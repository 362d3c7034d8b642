"""A table of the archive → a file that other programs read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError
from hubbub.reports import Report

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

SUFFIXES = (".csv", ".ods", ".xlsx", ".jsonl", ".parquet")
_FORMULA_STARTS = "=+-@\t\r＝＋－＠"


def export(archive: Archive | Path | str, table: str, *, output: Path | str, stream: Sequence[str] = ()) -> Report:
    """Write a table to a .csv, .ods, .xlsx, .jsonl or .parquet file.

    In .csv, a text that a spreadsheet would run as a formula gets a leading apostrophe; in .ods and .xlsx every text is
    a text. In all three lists are joined by spaces; .jsonl and .parquet hold the values as they are. `hubbub collect`
    reads a list of streams again.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    table : str
        The table; `messages` come with language, message type, theme and episode.
    output : path
        The file; what it held before is replaced once all is written.
    stream : sequence of str
        Only these streams.

    Returns
    -------
    Report
        Rows written.

    Raises
    ------
    ArchiveError
        When there is no such table or stream.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams, read_table

    started = time.perf_counter()
    target = Path(output)
    if target.suffix not in SUFFIXES:
        raise HubbubError(f"--output must end in {', '.join(SUFFIXES)}; it was '{target.name}'.")
    store = open_archive(archive)
    rows = read_table(store, table, choose_streams(store, stream) if stream else None)
    replace_file(target, lambda temporary: write_rows(rows, table, temporary, target.suffix))
    return Report(
        "export",
        n_in=rows.height,
        n_kept=rows.height,
        seconds=time.perf_counter() - started,
        details={"table": table, "output": str(target), "columns": rows.columns},
    )


def replace_file(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and put it there once it is whole.

    Raises
    ------
    HubbubError
        When it cannot be written.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        temporary.replace(target)
    except OSError as error:
        raise HubbubError(f"Cannot write {target}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_rows(rows: pl.DataFrame, table: str, target: Path, suffix: str) -> None:
    """Write rows in the form that the suffix, one of ``SUFFIXES``, names."""
    if suffix in {".ods", ".xlsx"}:
        from hubbub.commands.spreadsheets import write_sheet

        write_sheet(rows, table, target, suffix)
    elif suffix == ".parquet":
        rows.write_parquet(target, compression="zstd")
    elif suffix == ".jsonl":
        rows.write_ndjson(target)
    else:
        _flat(rows).write_csv(target, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")


def _flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose cells are all safe to open in a spreadsheet."""
    import polars as pl

    columns = []
    for name, dtype in rows.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.List):
            column = column.cast(pl.List(pl.String)).list.join(" ")
        if isinstance(dtype, pl.List) or dtype == pl.String:
            is_formula = column.str.slice(0, 1).is_in(list(_FORMULA_STARTS))
            column = pl.when(is_formula).then(pl.lit("'") + column).otherwise(column)
        columns.append(column.alias(name))
    return rows.select(columns)
