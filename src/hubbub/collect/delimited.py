"""Bytes of a CSV or TSV file → batches of rows.

Records follow RFC 4180 as Python's ``csv`` module reads it: a field that begins with a quote runs to the closing quote,
line breaks included, and a doubled quote is one; a quote elsewhere is a character. LF and CRLF both end a record.

Blocks of about 8 MB are cut at the end of a record. A block in which every quote opens, closes or doubles where it may,
and whose separators and records add up, is parsed at once by polars; any other goes record by record, and each record
that has too few or too many fields is rejected with the reason. A quote that is opened and never closed takes no other
row with it: where the record it would make does not fit the header, or goes on after its closing quote, its first
line is read with the quote as a character.

It does not guess encodings: bytes that are not UTF-8 become U+FFFD and are counted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hubbub.collect.rows import BROKEN, MAX_TEXT_BYTES, TORN, Batch, Notes, RowReader
from hubbub.collect.unpack import MAX_RECORD_BYTES, Chunks, cut_blocks

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
DELIMITERS = (",", ";", "\t")
_Places = npt.NDArray[np.intp]
BLOCK_BYTES = 8 << 20
MAX_ROWS = 200_000
OVERLONG = f"a record of more than {MAX_RECORD_BYTES:,} bytes"


def _as_it_is(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


@dataclass(frozen=True, slots=True)
class Layout:
    """How the records of a file are laid out.

    Attributes
    ----------
    delimiter : str
        One of ``DELIMITERS``.
    n_fields : int
        Fields in the header, and so in each record.
    columns : dict of str to int
        Our name → position.
    has_header : bool
        Whether the first record names the columns.
    unfold : callable, optional
        What makes texts under our names of columns that hold more than a text.
    """

    delimiter: str
    n_fields: int
    columns: dict[str, int]
    has_header: bool = True
    unfold: Callable[[pl.DataFrame], pl.DataFrame] = _as_it_is


def read_header(head: bytes) -> tuple[str, list[str]]:
    """Return the delimiter and the names in the first record of a file.

    The delimiter is the one that cuts the first record into most fields; a comma for a single field.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip("\r\n")
    best: tuple[str, list[str]] = (",", [])
    for delimiter in DELIMITERS:
        names = next(csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=delimiter), [])
        if len(names) > len(best[1]):
            best = delimiter, [name.strip().strip("\ufeff") for name in names]
    return best


def read_delimited(chunks: Chunks, layout: Layout, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of a delimited file; a header is row 1.

    Parameters
    ----------
    chunks : Chunks
        The bytes, header included.
    layout : Layout
        From the header.
    notes : Notes
        Where to count what was read in part.
    block_bytes : int
        About how much is parsed at once.
    """
    reader, scanner = RowReader(notes), _Scanner(layout, notes)
    held, row = b"", 0
    for block, is_last in cut_blocks(chunks, block_bytes):
        held += block
        if row == 0:
            held = held[_first_record(held, scanner, layout, is_last=is_last) :]
            row = 2 if layout.has_header else 1
        while held:
            fast = None if scanner.is_skipping else _parse_block(held, layout)
            if fast:
                frame, used = fast
                frame = frame.with_columns(row=pl.int_range(row, row + frame.height, dtype=pl.Int64))
                yield reader.read(layout.unfold(frame))
                n_rows = frame.height
            else:
                frame, rejects, used, n_rows = scanner.scan(held, row, is_last=is_last, is_torn=bool(chunks.damage))
                if frame.height or rejects:
                    yield reader.read(layout.unfold(frame), rejects)
            held, row = held[used:], row + n_rows
            if not is_last and (not used or len(held) < block_bytes):
                break


def _first_record(held: bytes, scanner: _Scanner, layout: Layout, *, is_last: bool) -> int:
    """Return where the first record begins, after the header where there is one."""
    start = 3 if held.startswith(b"\xef\xbb\xbf") else 0
    start += len(held[start:]) - len(held[start:].lstrip(b"\r\n"))
    if not layout.has_header:
        return start
    found = scanner.record(held, start, len(held), is_end=is_last)
    return found[1] if found else len(held)


def _parse_block(held: bytes, layout: Layout) -> tuple[pl.DataFrame, int] | None:
    """Return the records of a block and its length up to the last whole one, or None where any of it is irregular."""
    if layout.n_fields == 1:
        return None  # a blank line and an empty record look the same to polars
    codes = np.frombuffer(held, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    newlines = np.flatnonzero(codes == _NEWLINE)[:MAX_ROWS]
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    if not ends.size:
        return None
    end = int(ends[-1])
    codes, newlines, quotes = codes[: end + 1], newlines[newlines <= end], quotes[: np.searchsorted(quotes, end)]
    opens, closes = quotes[0::2], quotes[1::2]
    if not _are_regular(codes, opens, closes, ord(layout.delimiter)):
        return None
    if np.diff(newlines, prepend=-1).max() > MAX_RECORD_BYTES:
        return None
    n_records = _count_outside(newlines, opens, closes)
    n_delimiters = _count_outside(np.flatnonzero(codes == ord(layout.delimiter)), opens, closes)
    if n_delimiters != n_records * (layout.n_fields - 1):
        return None
    block = held[: end + 1]
    if block.count(b"\r") != block.count(b"\r\n"):
        return None  # polars takes a lone CR at the end of a field away
    frame = _parse_regular(block, layout)
    return (frame, end + 1) if frame is not None and frame.height == n_records else None


def _parse_regular(block: bytes, layout: Layout) -> pl.DataFrame | None:
    """Return the mapped columns of a block, or None where polars meets what it does not read (bytes not UTF-8)."""
    names = {f"column_{position + 1}": ours for ours, position in layout.columns.items()}
    try:
        frame = pl.read_csv(
            block,
            has_header=False,
            schema={f"column_{position + 1}": pl.String for position in range(layout.n_fields)},
            columns=list(names),
            separator=layout.delimiter,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.rename(names)


def _are_regular(codes: npt.NDArray[np.uint8], opens: _Places, closes: _Places, delimiter: int) -> bool:
    """Return whether each quote opens a field, closes one, or is one of a doubled pair."""
    if not opens.size:
        return True
    before = codes[opens - 1]
    if opens[0] == 0:
        before[0] = _NEWLINE
    after, second = codes[closes + 1], codes[np.minimum(closes + 2, codes.size - 1)]
    is_open = (before == delimiter) | (before == _NEWLINE) | (before == _QUOTE)
    is_close = (after == delimiter) | (after == _NEWLINE) | (after == _QUOTE)
    is_close |= (after == _RETURN) & (second == _NEWLINE)
    return bool(is_open.all() and is_close.all())


def _count_outside(places: _Places, opens: _Places, closes: _Places) -> int:
    """Return how many places are in no quoted field."""
    return int(places.size - (np.searchsorted(places, closes) - np.searchsorted(places, opens)).sum())


class _Scanner:
    """Reads records one by one, where a block as a whole cannot be trusted.

    Parameters
    ----------
    layout : Layout
        From the header.
    notes : Notes
        Where to count broken bytes.
    """

    def __init__(self, layout: Layout, notes: Notes) -> None:
        self.is_skipping = False
        self._layout, self._notes = layout, notes
        other = re.escape(layout.delimiter.encode())
        self._field = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"([^%b\n]*+)|([^%b\n]*+)' % (other, other))

    def record(
        self, held: bytes, start: int, limit: int, *, is_end: bool, is_literal: bool = False
    ) -> tuple[list[bytes], int] | None:
        """Return the fields of one record and where the next begins; None where it goes on past ``limit``.

        With ``is_end`` the file ends at ``limit``; with ``is_literal`` a quote that does not close is a character.
        """
        fields, place, has_rest = [], start, False
        while True:
            match = self._field.match(held, place, limit)
            assert match is not None  # noqa: S101 - the last alternative matches nothing too
            quoted, rest, plain = match.groups()
            if quoted is None and plain.startswith(b'"') and not is_literal:
                return None
            place = match.end()
            if place >= limit and not is_end:
                return None
            is_done = place >= limit or held[place] == _NEWLINE
            tail = rest if plain is None else plain
            tail = tail.removesuffix(b"\r") if is_done else tail
            fields.append(tail if quoted is None else quoted.replace(b'""', b'"') + tail)
            has_rest |= quoted is not None and tail != b""
            place += 1
            if is_done:
                is_doubtful = has_rest and not is_literal and b"\n" in held[start : place - 1]
                return None if is_doubtful else (fields, min(place, limit))

    def scan(
        self, held: bytes, row: int, *, is_last: bool, is_torn: bool
    ) -> tuple[pl.DataFrame, list[tuple[int, str, str]], int, int]:
        """Return the rows of a block, the rejects, how many bytes and how many records were used."""
        rows: list[tuple[int, *tuple[str, ...]]] = []
        rejects: list[tuple[int, str, str]] = []
        place, first = 0, row
        while place < len(held):
            if self.is_skipping:
                end = held.find(b"\n", place)
                self.is_skipping = end < 0
                place = len(held) if end < 0 else end + 1
                continue
            found = self._next(held, place, is_last=is_last, is_torn=is_torn)
            if found is None:
                break
            fields, end = found
            reason = (OVERLONG if self.is_skipping else TORN) if fields is None else self._check(fields)
            if reason is None and fields:
                rows.append((row, *self._texts(fields)))
            elif reason:
                rejects.append(
                    (row, reason, held[place : min(end, place + 2_000)].decode("utf-8", "replace").rstrip("\r\n"))
                )
            place, row = end, row + 1
        schema = {"row": pl.Int64} | dict.fromkeys(self._layout.columns, pl.String)
        return pl.DataFrame(rows, schema=schema, orient="row"), rejects, place, row - first

    def _next(self, held: bytes, place: int, *, is_last: bool, is_torn: bool) -> tuple[list[bytes] | None, int] | None:
        """Return the fields of the next record (None: unreadable) and its end, or None where more bytes are needed."""
        limit = min(len(held), place + MAX_RECORD_BYTES + 1)
        is_end = is_last and limit == len(held)
        found = self.record(held, place, limit, is_end=is_end)
        if found is None and not is_last and limit <= place + MAX_RECORD_BYTES:
            return None
        is_tail = is_end and is_torn and (found is None or found[1] == limit)
        if is_tail and held[-1] != _NEWLINE and (found or limit - place <= MAX_TEXT_BYTES):
            return None, limit
        if found and (len(found[0]) == self._layout.n_fields or b"\n" not in held[place : found[1] - 1]):
            return found
        end = held.find(b"\n", place, limit)
        if end < 0 and not is_end:
            self.is_skipping = True
            return None, limit
        line_end = limit if end < 0 else end
        found = self.record(held, place, line_end, is_end=True, is_literal=True)
        return (found[0] if found else []), min(line_end + 1, len(held))

    def _check(self, fields: list[bytes]) -> str | None:
        """Return why a record does not fit the header, or None; a blank line is no record and fits."""
        if fields == [b""]:
            fields.clear()
            return None
        n_fields = self._layout.n_fields
        return None if len(fields) == n_fields else f"expected {n_fields} fields, found {len(fields)}"

    def _texts(self, fields: list[bytes]) -> list[str]:
        """Return the mapped fields as texts; bytes that are not UTF-8 become U+FFFD."""
        chosen = [fields[position] for position in self._layout.columns.values()]
        try:
            return [field.decode() for field in chosen]
        except UnicodeDecodeError:
            self._notes.counts[BROKEN] += 1
            return [field.decode("utf-8", "replace") for field in chosen]
