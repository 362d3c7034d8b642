"""Bytes of JSON documents → batches of rows, by a pure function from one JSON value to what is found in it.

A document is a line, an element of an array, an object that stands for itself (pretty-printed or not), or an element of
the one great array that an object holds (``key``), so that files of any size are read in bounded memory. A record's
number counts what came out of the file so far: rows and rejects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from hubbub.collect.found import Found
from hubbub.collect.json_array import JsonArray, JsonSequence, find_depth
from hubbub.collect.json_head import starts_with_a_line
from hubbub.collect.json_values import Fields, decode
from hubbub.collect.rows import MAX_TEXT_BYTES, TICKER_COPY, TORN, UNKNOWN, Batch, Notes, make_rejects, rows_frame
from hubbub.collect.unpack import MAX_RECORD_BYTES, Chunks, cut_blocks, cut_lines
from hubbub.records import RawRow

BLOCK_BYTES = 2 << 20
MAX_DOCUMENT_BYTES = 32 << 20
"""The largest object that is read at once."""

OVERLONG_TEXT = f"a text of more than {MAX_TEXT_BYTES:,} bytes"
OVERLONG_LINE = f"a line of more than {MAX_RECORD_BYTES:,} bytes"
_MAX_SEEN = 200_000
_MAX_HEAD_BYTES = 8 << 20
_BOM = b"\xef\xbb\xbf"

Parse = Callable[[Any], Found]
Finish = Callable[[list[RawRow]], None]


class _Documents:
    """Gathers what becomes the next batch."""

    def __init__(self, parse: Parse, notes: Notes, finish: Finish | None) -> None:
        self.row = 0
        self._parse, self._finish = parse, finish
        self._notes = notes
        self._rows: list[RawRow] = []
        self._rejects: list[tuple[int, str, str]] = []
        self._seen: dict[str, None] = {}
        self._place: tuple[str | None, str | None] = (None, None)

    def add(self, raw: bytes, *, may_be_part: bool = False) -> str | None:
        """Take one document; return None where it is JSON, else why not."""
        try:
            value = decode(raw)
        except ValueError as error:
            if not may_be_part:
                self.refuse(raw, str(error))
            return str(error)
        found = self._parse(value)
        for row in found.rows:
            self._keep(row)
        for row in found.copies:
            if row.message_id in self._seen:
                self._refuse_value(TICKER_COPY, row.text or row.message_id or "")
            else:
                self._keep(row)
        for name, part in found.unknown:
            self._refuse_value(f"{UNKNOWN}{name[:100]}", _write(part))
        for remark in found.remarks:
            self._notes.counts[remark] += 1
        return None

    def refuse(self, raw: bytes, reason: str) -> None:
        """Count one record as rejected."""
        self._refuse_value(reason, raw[:2_000].decode("utf-8", "replace"))

    def batch(self) -> Batch:
        """Return what was taken since the last batch; rows without channel and stream get those of the rest."""
        channel, stream = self._place
        for row in self._rows:
            if row.stream_id is None and row.channel in {None, channel}:
                row.channel, row.stream_id = channel, stream
        if self._finish:
            self._finish(self._rows)
        batch = Batch(rows_frame(self._rows), make_rejects(self._rejects))
        self._rows, self._rejects = [], []
        return batch

    def _keep(self, row: RawRow) -> None:
        if row.text and len(row.text.encode()) > MAX_TEXT_BYTES:
            self._refuse_value(OVERLONG_TEXT, row.text)
            return
        self.row += 1
        self._rows.append(row)
        if row.message_id and row.kind == "donation":
            self._seen[row.message_id] = None
            if len(self._seen) > _MAX_SEEN:
                del self._seen[next(iter(self._seen))]
        if self._place == (None, None):
            self._place = row.channel, row.stream_id

    def _refuse_value(self, reason: str, excerpt: str) -> None:
        self.row += 1
        self._rejects.append((self.row, reason, excerpt))


def read_documents(
    chunks: Chunks, parse: Parse, notes: Notes, *, finish: Finish | None = None, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of lines, of an array, or of objects one after another, whichever the file begins with.

    Parameters
    ----------
    chunks : Chunks
        The file.
    parse : callable
        One JSON value → what is found in it; never raises.
    notes : Notes
        Where to count what was read in part.
    finish : callable, optional
        Completes the rows of a batch by what only many of them tell together.
    """
    documents = _Documents(parse, notes, finish)
    head = chunks.head().removeprefix(_BOM).lstrip()
    if head[:1] not in b"{[" or head[:1] == b"[":  # an assignment in JavaScript, too
        yield from _read_array(chunks, documents, notes, block_bytes)
    elif starts_with_a_line(head):
        yield from _read_lines(chunks, documents, block_bytes)
    else:
        sequence, held = JsonSequence(documents, MAX_DOCUMENT_BYTES), b""
        for block, is_last in cut_blocks(chunks, block_bytes):
            held += block
            held = held[sequence.take(held, is_last=is_last) :]
            yield documents.batch()


def read_member(
    chunks: Chunks, key: str, parse: Callable[[Any, Fields], Found], notes: Notes, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of the array that an object holds under a key, read element by element.

    Parameters
    ----------
    chunks : Chunks
        The file.
    key : str
        Where the array is.
    parse : callable
        An element, and the object without what comes after the array → what is found in it.
    notes : Notes
        Where to count what was read in part.
    """
    envelope: Fields = {}
    documents = _Documents(lambda value: parse(value, envelope), notes, None)
    array, held, is_begun = JsonArray(documents, has_rest=True), b"", False
    for block, is_last in cut_blocks(chunks, block_bytes):
        held += block
        if not is_begun:
            place = _find_member(held, key)
            if place is None:
                if is_last or len(held) > _MAX_HEAD_BYTES:
                    documents.refuse(held, TORN)
                    yield documents.batch()
                    return
                continue
            envelope.update(_read_head(held[:place], key))
            held, is_begun = held[place:], True
        held = held[array.take(held, is_last=is_last) :]
        yield documents.batch()
    if not array.is_closed and not chunks.damage:
        notes.damage = f"the list of {key} is not closed"


def _write(value: object) -> str:
    """Return a value as JSON."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "nested too deeply to be shown"


def _find_member(held: bytes, key: str) -> int | None:
    """Return where the array of a key of the outermost object begins, after its bracket."""
    for match in re.finditer(rb'"' + re.escape(key.encode()) + rb'"\s*:\s*\[', held):
        if find_depth(held, match.start()) == 1:
            return match.end()
    return None


def _read_head(head: bytes, key: str) -> Fields:
    """Return the object that begins so, its array left empty."""
    try:
        found = decode(head.removeprefix(_BOM) + b"]}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _read_lines(chunks: Chunks, documents: _Documents, block_bytes: int) -> Iterator[Batch]:
    """Yield the batches of a file with one document a line."""
    is_first = True
    for lines, is_torn in cut_lines(chunks, block_bytes):
        for position, line in enumerate(lines, 1):
            raw, is_first = line.removeprefix(_BOM) if is_first else line, False
            if len(raw) > MAX_RECORD_BYTES:
                documents.refuse(raw, OVERLONG_LINE)
            elif is_torn and position == len(lines):
                documents.refuse(raw, TORN)
            elif raw and not raw.isspace():
                documents.add(raw)
        if lines:
            yield documents.batch()


def _read_array(chunks: Chunks, documents: _Documents, notes: Notes, block_bytes: int) -> Iterator[Batch]:
    """Yield the batches of a file that is one array of documents."""
    array, held, is_begun = JsonArray(documents), b"", False
    for block, is_last in cut_blocks(chunks, block_bytes):
        held += block
        if not is_begun:
            if b"[" not in held and not is_last:
                continue
            held, is_begun = held[held.find(b"[") + 1 :], True
        held = held[array.take(held, is_last=is_last) :]
        yield documents.batch()
    if not array.is_closed and not chunks.damage:
        notes.damage = "the JSON array is not closed"
