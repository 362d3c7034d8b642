"""A table → a sheet that LibreOffice and Excel open (.ods, .xlsx); every text in it is a text and never a formula.

ODS is written here: three small files in a zip, with each cell's type beside it. OpenDocument 1.3, part 3, 9.1.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from hubbub.errors import HubbubError

if TYPE_CHECKING:
    import polars as pl

MAX_ROWS = 1_048_575
"""Rows below the header that a sheet holds, in both programs."""

MAX_CELL_CHARACTERS = 32_767

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
    f'manifest:1.0" manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_SPACE = "urn:oasis:names:tc:opendocument:xmlns"
_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content office:version="1.3"'
    f' xmlns:office="{_SPACE}:office:1.0" xmlns:table="{_SPACE}:table:1.0" xmlns:text="{_SPACE}:text:1.0">'
    "<office:body><office:spreadsheet><table:table table:name={name}>"
)
_CLOSING = "</table:table></office:spreadsheet></office:body></office:document-content>"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"^ | {2,}| $")


def write_sheet(rows: pl.DataFrame, name: str, target: Path, suffix: str) -> None:
    """Write a table to an .ods or .xlsx file; lists are joined by spaces, moments are UTC.

    Raises
    ------
    HubbubError
        When it has more rows than a sheet holds.
    """
    if rows.height > MAX_ROWS:
        raise HubbubError(f"A sheet holds {MAX_ROWS:,} rows; '{name}' has {rows.height:,}. Export to .csv or .parquet.")
    (_write_ods if suffix == ".ods" else _write_xlsx)(rows, name, target)


def _write_ods(rows: pl.DataFrame, name: str, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        # The first member, not compressed: by it programs know what the file is.
        archive.writestr(zipfile.ZipInfo("mimetype"), _MIME, zipfile.ZIP_STORED)
        with archive.open(zipfile.ZipInfo("content.xml"), "w", force_zip64=True) as content:
            content.write(_OPENING.format(name=quoteattr(name)).encode())
            for row in _cells(rows):
                cells = "".join(map(_ods_cell, row))
                content.write(f"<table:table-row>{cells}</table:table-row>".encode())
            content.write(_CLOSING.encode())
        archive.writestr(zipfile.ZipInfo("META-INF/manifest.xml"), _MANIFEST)


def _ods_cell(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind, shown = f'boolean" office:boolean-value="{str(value).lower()}', str(value).upper()
    elif isinstance(value, int | float):
        kind, shown = f'float" office:value="{value}', str(value)
    elif isinstance(value, date):
        kind, shown = (
            f'date" office:date-value="{value.isoformat()}',
            value.isoformat(" ")[:19] if isinstance(value, datetime) else value.isoformat(),
        )
    else:
        kind, shown = "string", str(value)
    lines = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in shown.split("\n"))
    return f'<table:table-cell office:value-type="{kind}">{lines}</table:table-cell>'


def _ods_text(line: str) -> str:
    """Return a line as XML; spaces beyond one are elements, as readers fold them."""
    text = escape(_NOT_XML.sub("\ufffd", line.replace("\t", " ").replace("\r", "")))
    return _SPACES.sub(lambda found: f'<text:s text:c="{len(found[0])}"/>', text)


def _write_xlsx(rows: pl.DataFrame, name: str, target: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(target), {"constant_memory": True, "tmpdir": str(target.parent)})
    sheet = book.add_worksheet(name[:31])
    moments, days = (
        book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
    )
    for number, row in enumerate(_cells(rows)):
        for column, value in enumerate(row):
            # By type, never by what a text looks like: what begins with "=" stays a text.
            if isinstance(value, bool):
                sheet.write_boolean(number, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif isinstance(value, date):
                sheet.write_datetime(number, column, value, moments if isinstance(value, datetime) else days)
            elif value is not None:
                sheet.write_string(number, column, _NOT_XML.sub("\ufffd", value))
    book.close()


def _cells(rows: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield the header and the rows with only None, bool, int, finite float, date, datetime (naive) and str."""
    import polars as pl

    columns = []
    for name, dtype in rows.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.List):
            column = column.cast(pl.List(pl.String)).list.join(" ")
        elif isinstance(dtype, pl.Datetime):
            column = column.dt.replace_time_zone(None).dt.truncate("1ms")
        elif dtype.is_float():
            column = pl.when(column.is_finite()).then(column)
        if isinstance(dtype, pl.List) or dtype == pl.String:
            column = column.str.head(MAX_CELL_CHARACTERS)
        columns.append(column.alias(name))
    yield tuple(rows.columns)
    yield from rows.select(columns).iter_rows()
