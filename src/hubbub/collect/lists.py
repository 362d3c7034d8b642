"""A list of channels and streams (ODS, XLSX, CSV, TOML) → what it names, in its order, each once.

As the viewer-behavior system keeps them: a sheet with a column of addresses under any of the names in ``URL_NAMES``,
or with ``platform`` and ``channel``; without a header that is known, every cell that is an address counts. What
``hubbub export streams`` writes is read again. Formulas are never run: the value that is stored in a cell is read.
"""

from __future__ import annotations

import csv
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubbub.collect.columns import clean_name
from hubbub.collect.platforms import KNOWN_FORMS, Target, read_target
from hubbub.errors import SourceError

SUFFIXES = (".ods", ".xlsx", ".csv", ".tsv", ".toml")

MAX_FILE_BYTES = 64 << 20
MAX_UNPACKED_BYTES = 512 << 20
MAX_ROWS = 200_000

URL_NAMES = frozenset(
    {"url", "urls", "link", "links", "address", "channel url", "channel urls", "channel link", "video url",
     "video urls", "stream url", "stream urls", "livestream url", "livestream urls", "source"}
)  # fmt: skip
_CHANNEL_NAMES = frozenset({"channel", "channels", "account", "name", "login", "handle"})

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class TargetList:
    """What a list names.

    Attributes
    ----------
    targets : tuple of Target
        In its order, each once.
    unread : tuple of str
        Cells where an address should be and none is, with their row.
    """

    targets: tuple[Target, ...]
    unread: tuple[str, ...]


def is_list(written: str) -> bool:
    """Return whether a user names a file of this kind and not an address."""
    return "://" not in written and Path(written).suffix.lower() in SUFFIXES


def read_list(path: Path) -> TargetList:
    """Return what a list names.

    Raises
    ------
    SourceError
        When it is missing, damaged, too large, or names nothing.
    """
    where = clean_name(str(path), 400)
    if path.suffix.lower() == ".toml":
        found = _read_toml(_read_content(path, where), where)
    else:
        parts = [_read_table(rows) for rows in read_tables(path)]
        targets = dict.fromkeys(target for part in parts for target in part.targets)
        found = TargetList(tuple(targets), tuple(cell for part in parts for cell in part.unread))
    if not found.targets:
        seen = f" (it has {clean_name(found.unread[0], 120)})" if found.unread else ""
        raise SourceError(f"{where}: names no channel or stream{seen}. One a row, in a column 'url': {KNOWN_FORMS}.")
    return found


def read_tables(path: Path) -> list[list[Cells]]:
    """Return the rows of each sheet of an ODS or XLSX file, or of a CSV or TSV file, as texts.

    Raises
    ------
    SourceError
        When it is missing, damaged or too large.
    """
    where = clean_name(str(path), 400)
    content = _read_content(path, where)
    if content.startswith(b"PK\x03\x04"):
        return _read_sheets(path, where)
    if path.suffix.lower() in {".ods", ".xlsx"}:
        raise SourceError(
            f"{where}: must be a spreadsheet, and is damaged or something else. Save it again, or as .csv."
        )
    return [_read_csv(content, where)]


def _read_content(path: Path, where: str) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SourceError(f"{where}: must be a list of at most {MAX_FILE_BYTES >> 20} MB.")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{where}: cannot be read ({error.strerror or error}).") from None


def _read_sheets(path: Path, where: str) -> list[list[Cells]]:
    """Return the rows of the sheets of an ODS or XLSX file."""
    try:
        with zipfile.ZipFile(path) as archive:
            n_bytes = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceError(f"{where}: the spreadsheet is damaged ({error}). Save it again, or as .csv.") from None
    if n_bytes > MAX_UNPACKED_BYTES:
        raise SourceError(f"{where}: grows to {n_bytes >> 20:,} MB when it is unpacked, as no list does.")
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        sheets = [book.load_sheet(name, header_row=None, dtypes="string", n_rows=MAX_ROWS) for name in book.sheet_names]
        return [
            [["" if cell is None else cell for cell in row] for row in sheet.to_polars().iter_rows()]
            for sheet in sheets
        ]
    except fastexcel.FastExcelError as error:
        raise SourceError(
            f"{where}: the spreadsheet cannot be read ({_cause(error)}). Save it again, or as .csv."
        ) from None


def _cause(error: Exception) -> str:
    return clean_name(str(error).partition("\n")[0], 120)


def _read_csv(content: bytes, where: str) -> list[Cells]:
    """Return the cells of a CSV or TSV file; its delimiter is the one that its first line has most of."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{where}: must be UTF-8. Convert it: iconv -f CP1252 -t UTF-8 FILE > NEW.") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows: list[Cells] = list(csv.reader(text.replace("\0", "").splitlines(), delimiter=delimiter))
    except csv.Error as error:
        raise SourceError(f"{where}: is no CSV that can be read ({error}).") from None
    if len(rows) > MAX_ROWS:
        raise SourceError(f"{where}: must be a list of at most {MAX_ROWS:,} rows; it has {len(rows):,}.")
    return rows


def _read_table(rows: Sequence[Cells]) -> TargetList:
    """Return what the rows of a table name: by its header where that is known, else by what the cells hold."""
    header, columns, platform = _find_header(rows)
    targets: list[Target] = []
    unread: list[str] = []
    for number, row in enumerate(rows[header:], header + 1):
        cells = (
            [row[column].strip() for column in columns if column < len(row)] if columns else [c.strip() for c in row]
        )
        if platform is not None and platform < len(row):
            cells = [_with_platform(row[platform], cell) for cell in cells]
        for cell in filter(None, cells):
            target = _try_read(cell)
            if target:
                targets.append(target)
            elif columns:
                unread.append(f"row {number}: '{clean_name(cell, 80)}'")
    return TargetList(tuple(dict.fromkeys(targets)), tuple(unread))


def _find_header(rows: Sequence[Cells]) -> tuple[int, list[int], int | None]:
    """Return after which row the list begins, its columns of addresses, and that of platforms for mere names."""
    for place, row in enumerate(rows[:20]):
        names = [" ".join(cell.lower().replace("_", " ").split()) for cell in row]
        if addresses := [column for column, name in enumerate(names) if name in URL_NAMES]:
            return place + 1, addresses, None
        channels = [column for column, name in enumerate(names) if name in _CHANNEL_NAMES]
        if channels and "platform" in names:
            return place + 1, channels[:1], names.index("platform")
    return 0, [], None


def _with_platform(platform: str, name: str) -> str:
    platform, name = platform.strip().lower(), name.strip()
    if not name or "/" in name or platform not in {"youtube", "twitch", "x"}:
        return name
    return f"youtube:@{name.removeprefix('@')}" if platform == "youtube" else f"{platform}:{name}"


def _try_read(cell: str) -> Target | None:
    try:
        return read_target(cell)
    except SourceError:
        return None


def _read_toml(content: bytes, where: str) -> TargetList:
    """Return what the texts of a TOML file name; of a table with ``url`` only that."""
    try:
        found = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"{where}: is no TOML that can be read ({_cause(error)}).") from None
    targets: list[Target] = []
    unread: list[str] = []
    for text in _texts(found):
        target = _try_read(text)
        if target:
            targets.append(target)
        else:
            unread.append(f"'{clean_name(text, 80)}'")
    return TargetList(tuple(dict.fromkeys(targets)), tuple(unread))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict):
        values: Iterable[Any] = [value["url"]] if "url" in value else value.values()
        for inner in values:
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
