"""Bytes of JSON Lines, or of chat-downloader's JSON array → batches of rows.

An object a line, or an array of objects that is read object by object, so that a broken or cut-off file gives what was
whole in it. Both take the same names (``columns.KNOWN_NAMES``) and chat-downloader's shapes: an author that is a name
or ``{"name", "id", "badges"}``, ``money`` as ``{"amount", "currency"}``, ``timestamp`` in microseconds, ``emotes`` and
``badges`` as lists of objects. Numbers keep the digits that were written; NaN and lone surrogates, which JSON forbids
and tools write, are read (as nothing, and as U+FFFD).

Source: chat-downloader's documentation, "Chat item attributes" (https://chat-downloader.readthedocs.io/en/latest/items.html).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from hubbub.collect.columns import find_known
from hubbub.collect.rows import BROKEN, SEPARATOR, TORN, Batch, Notes, RowReader
from hubbub.collect.unpack import MAX_RECORD_BYTES, Chunks, cut_blocks, cut_lines

BLOCK_BYTES = 2 << 20
OVERLONG_LINE = f"a line of more than {MAX_RECORD_BYTES:,} bytes"
OVERLONG_OBJECT = f"an object of more than {MAX_RECORD_BYTES:,} bytes, or one that is not closed"
NOT_A_MESSAGE = "no text and no event"
NOT_AN_OBJECT = "not an object"
PARTS = "pieces of broken objects without a message"
_WHOLE = frozenset({NOT_A_MESSAGE, NOT_AN_OBJECT})
HALVES = "rows held half a character (a lone surrogate); shown as U+FFFD"

_SURROGATES = re.compile("[\ud800-\udfff]")
_NEXT_OBJECT = re.compile(rb'\}\s*,\s*(?=\{\s*")')
_LISTS = frozenset({"roles", "emotes"})
_NESTED: dict[str, dict[str, tuple[str, ...]]] = {
    "author": {"author": ("name", "display_name", "login"), "author_id": ("id",), "roles": ("badges",)},
    "money": {"amount": ("amount", "text"), "currency": ("currency",)},
    "in_reply_to": {"reply_to": ("message_id", "id")},
}
"""Keys whose value is an object: where our names are in it."""

_UNUSED = "-"
_MAX_KEYS = 10_000
_MAX_RESCUES = 1_000
_TAIL_BYTES = 4_096

Record = dict[str, str | None]
_Codes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.intp]


class Objects:
    """Reads one JSON object after another as texts under our names.

    Parameters
    ----------
    column_map : mapping of str to str
        Our name → key; it wins over the known names.
    notes : Notes
        Where to count what was read in part.
    """

    def __init__(self, column_map: Mapping[str, str], notes: Notes) -> None:
        self._notes = notes
        self._decode = msgspec.json.Decoder(float_hook=str).decode
        self._mapped = frozenset(column_map)
        self._keys: dict[str, tuple[str, int] | None] = {key: (ours, -1) for ours, key in column_map.items()}

    def read(self, raw: bytes) -> Record | str:
        """Return the texts under our names, or why the object is no message."""
        try:
            found = self._decode(raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            try:
                found = self._decode_loosely(raw)
            except (ValueError, RecursionError) as error:
                return describe_error(error)
        if not isinstance(found, dict):
            return NOT_AN_OBJECT
        return self._flatten(found)

    def _decode_loosely(self, raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of JSON with NaN, control characters, lone surrogates or bytes that are not UTF-8."""
        text = raw.decode("utf-8", "replace")
        found = json.loads(text, strict=False, parse_float=str, parse_int=str, parse_constant=lambda _: None)
        if isinstance(found, dict) and _has_surrogate(found):
            self._notes.counts[HALVES] += 1
        elif text.encode() != raw:
            self._notes.counts[BROKEN] += 1
        return found

    def _flatten(self, found: dict[str, Any]) -> Record | str:
        """Return an object's values as texts under our names; of several keys for one name the best known counts."""
        record: Record = {}
        ranks: dict[str, int] = {}
        keys = self._keys
        for key, value in found.items():
            known = keys[key] if key in keys else self._look_up(key)
            if known is None:
                continue
            if isinstance(value, dict):
                self._unfold(key, value, record, ranks)
                continue
            ours, rank = known
            text = _as_text(value, is_list=ours in _LISTS)
            if text is None:
                record.setdefault(ours, None)
            elif record.get(ours) is None or rank < ranks.get(ours, rank):
                record[ours], ranks[ours] = text, rank
        if "text" not in record and not (record.get("event") or record.get("amount") or record.get("bits")):
            return NOT_A_MESSAGE
        return record

    def _look_up(self, key: str) -> tuple[str, int] | None:
        """Return our name and its rank for a key not met before."""
        known = find_known(key) or ((_UNUSED, 0) if key in _NESTED else None)
        if known and known[0] in self._mapped:
            known = None
        if len(self._keys) < _MAX_KEYS:
            self._keys[key] = known
        return known

    def _unfold(self, key: str, value: dict[str, Any], record: Record, ranks: dict[str, int]) -> None:
        """Add the texts that a nested object holds."""
        for ours, names in _NESTED.get(key, {}).items():
            if ours not in self._mapped and record.get(ours) is None:
                texts = (_as_text(value.get(name), is_list=ours in _LISTS) for name in names)
                record[ours], ranks[ours] = next((text for text in texts if text), None), 0


def _as_text(value: Any, *, is_list: bool) -> str | None:  # noqa: ANN401 - any JSON value
    """Return a value as a text, or None; a list of names ends each with ``SEPARATOR``."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATES.sub("\ufffd", value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else None
    if not (is_list and isinstance(value, list)):
        return None
    names = []
    for item in value[:1_000]:
        name = item if isinstance(item, str) else None
        if isinstance(item, dict):
            name = next((item[key] for key in ("title", "name", "id") if isinstance(item.get(key), str)), None)
        if name:
            names.append(_SURROGATES.sub("\ufffd", name).replace(SEPARATOR, "") + SEPARATOR)
    return "".join(names) or None


def _has_surrogate(found: dict[str, Any]) -> bool:
    """Return whether any text directly in an object holds a lone surrogate."""
    return any(isinstance(value, str) and _SURROGATES.search(value) for value in found.values())


def describe_error(error: Exception) -> str:
    """Return why something is not JSON, in a few words."""
    if isinstance(error, RecursionError):
        return "JSON nested too deeply"
    return f"not JSON ({str(error).partition(':')[0]})"


class _Collected:
    """Gathers what becomes the next batch."""

    def __init__(self, objects: Objects, notes: Notes) -> None:
        self.row = 0
        self._objects, self._notes = objects, notes
        self._reader = RowReader(notes)
        self._rows: list[Record] = []
        self._numbers: list[int] = []
        self._rejects: list[tuple[int, str, str]] = []

    def add(self, raw: bytes, *, may_be_part: bool = False) -> str | None:
        """Take one object; return None where it was a message, else why not.

        What may be a part of a broken object, which is among the rejects already, is only counted in the notes.
        """
        found = self._objects.read(raw) if len(raw) <= MAX_RECORD_BYTES else OVERLONG_OBJECT
        if isinstance(found, str):
            if may_be_part:
                self._notes.counts[PARTS] += 1
            else:
                self.refuse(raw, found)
            return found
        self.row += 1
        self._rows.append(found)
        self._numbers.append(self.row)
        return None

    def refuse(self, raw: bytes, reason: str) -> None:
        """Count one record as rejected."""
        self.row += 1
        self._rejects.append((self.row, reason, raw[:2_000].decode("utf-8", "replace")))

    def batch(self) -> Batch:
        """Return what was taken since the last batch."""
        # "ticker" always: a copy may come in a later batch than its message
        names = list(dict.fromkeys(["ticker", *(name for row in self._rows for name in row if name != _UNUSED)]))
        columns = {name: pl.Series(name, [row.get(name) for row in self._rows], pl.String) for name in names}
        frame = pl.DataFrame({"row": pl.Series("row", self._numbers, pl.Int64), **columns})
        batch = self._reader.read(frame, self._rejects)
        self._rows, self._numbers, self._rejects = [], [], []
        return batch


def read_json_lines(
    chunks: Chunks, column_map: Mapping[str, str], notes: Notes, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of a file with one JSON object a line; a row's number is its line's."""
    collected = _Collected(Objects(column_map, notes), notes)
    for lines, is_torn in cut_lines(chunks, block_bytes):
        for position, line in enumerate(lines, 1):
            raw = line.removeprefix(b"\xef\xbb\xbf") if collected.row == 0 else line
            if len(raw) > MAX_RECORD_BYTES:
                collected.refuse(raw, OVERLONG_LINE)
            elif is_torn and position == len(lines):
                collected.refuse(raw, TORN)
            elif not raw or raw.isspace():
                collected.row += 1
            else:
                collected.add(raw)
        if lines:
            yield collected.batch()


def read_json_array(
    chunks: Chunks, column_map: Mapping[str, str], notes: Notes, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of a file that is one JSON array of objects; a row's number is its place in the array.

    Where an object is broken it is rejected and the reading goes on at the next place that looks like the end of one
    object and the beginning of another (``}, {"``); inside a text a quote is escaped, so no text can look like that.
    """
    collected = _Collected(Objects(column_map, notes), notes)
    array = _Array(collected)
    held, is_first = b"", True
    for block, is_last in cut_blocks(chunks, block_bytes):
        held += block
        if is_first:
            held, is_first = held[held.find(b"[") + 1 :], False
        held = held[array.take(held, is_last=is_last) :]
        yield collected.batch()
    if not array.is_closed and not chunks.damage:
        notes.damage = "the JSON array is not closed"


class _Array:
    """Finds the objects of a JSON array in blocks of its bytes."""

    def __init__(self, collected: _Collected) -> None:
        self.is_closed = False
        self._collected = collected
        self._is_lost = False  # looking for the next object after a broken one
        self._is_part = False  # what is found next may be inside the broken one
        self._n_rescues = 0

    def take(self, held: bytes, *, is_last: bool) -> int:
        """Take the whole objects of a block; return how many bytes are done with."""
        place = 0
        while True:
            if self.is_closed:
                if held[place:].strip() and not self._is_part:
                    self._collected.refuse(held[place:].strip(), "text after the end of the array")
                    self._is_part = True
                return len(held)
            if self._is_lost:
                found = _NEXT_OBJECT.search(held, place)
                if found is None:
                    return len(held) if is_last else max(place, len(held) - _TAIL_BYTES)
                place, self._is_lost = found.end(), False
            place = self._take_spans(held, place, is_last=is_last)
            if not (self._is_lost or self.is_closed):
                return place

    def _take_spans(self, held: bytes, place: int, *, is_last: bool) -> int:
        """Take objects from ``place`` on until one is broken, cut off, or the array ends; return where that is."""
        spans, opened, closed = find_spans(held, place)
        for begin, end in spans:
            self._refuse_between(held[place:begin])
            raw = held[begin:end]
            problem = self._collected.add(raw, may_be_part=self._is_part)
            if problem is None:
                self._is_part = False
            elif problem not in _WHOLE and not self._is_part and _NEXT_OBJECT.search(raw, 1) and self._may_rescue():
                return begin + 1
            place = end
        if closed is not None:
            if self._is_part:
                self._is_lost = True
                return closed + 1
            self._refuse_between(held[place:closed])
            self.is_closed = True
            return closed + 1
        if opened is None or (len(held) - opened <= MAX_RECORD_BYTES and not is_last):
            if opened is None and len(held) - place > MAX_RECORD_BYTES:
                self._refuse_between(held[place:])
                return len(held)
            return place
        self._refuse_between(held[place:opened])
        if not self._is_part:
            self._collected.refuse(held[opened:], TORN if len(held) - opened <= MAX_RECORD_BYTES else OVERLONG_OBJECT)
        if self._may_rescue():
            return opened + 1
        self._is_lost = True
        return len(held)

    def _may_rescue(self) -> bool:
        """Begin to look for objects inside a broken one, which may have taken its neighbors with it."""
        self._n_rescues += 1
        if self._n_rescues > _MAX_RESCUES:
            return False
        self._is_lost = self._is_part = True
        return True

    def _refuse_between(self, between: bytes) -> None:
        """Reject what stands between objects and is no object."""
        if between.strip(b", \t\r\n") and not self._is_part:
            self._collected.refuse(between.strip(b", \t\r\n"), NOT_AN_OBJECT)


def list_keys(head: bytes) -> list[str]:
    """Return the keys of the whole objects among the first bytes of a JSON array or of JSON Lines.

    Examples
    --------
    >>> list_keys(b'[{"a": 1, "author": {"name": "x"}}, {"b"')
    ['a', 'author']
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    spans = find_spans(text, 1)[0] if text.startswith(b"[") else []
    raws = [text[begin:end] for begin, end in spans] or text.split(b"\n")
    keys: dict[str, None] = {}
    for raw in raws[:1_000]:
        try:
            found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        for key, value in found.items():
            is_object = bytes(value)[:1] == b"{" and key not in _NESTED
            keys[f"{key} (an object)" if is_object else key] = None
    return list(keys)


def find_spans(held: bytes, place: int) -> tuple[list[tuple[int, int]], int | None, int | None]:
    """Return where the whole values in brackets are, where one begins that is not whole, and where the array closes.

    Examples
    --------
    >>> find_spans(b'{"a": "}"}, {"b": [1]}, {"c"', 0)
    ([(0, 10), (12, 22)], 24, None)
    >>> find_spans(b'{} ]', 0)
    ([(0, 2)], None, 3)
    """
    codes = np.frombuffer(held, np.uint8)[place:]
    steps = _STEPS[codes]
    places = np.flatnonzero(steps)
    places = places[np.searchsorted(_string_quotes(codes), places) % 2 == 0]
    depth = np.cumsum(steps[places], dtype=np.int64)
    closed = np.flatnonzero(depth < 0)
    n_inside = int(closed[0]) if closed.size else depth.size
    steps, depth, inside = steps[places][:n_inside], depth[:n_inside], places[:n_inside] + place
    begins = inside[(depth == 1) & (steps > 0)].tolist()
    ends = (inside[(depth == 0) & (steps < 0)] + 1).tolist()
    opened = begins[len(ends)] if len(begins) > len(ends) else None
    return list(zip(begins, ends, strict=False)), opened, int(places[n_inside]) + place if closed.size else None


def _string_quotes(codes: _Codes) -> _Places:
    """Return the places of the quotes that begin or end strings: those after an even number of backslashes."""
    quotes = np.flatnonzero(codes == ord('"'))
    after = quotes[(quotes > 0) & (codes[quotes - 1] == ord("\\"))]
    if not after.size:
        return quotes
    slashes = np.flatnonzero(codes == ord("\\"))
    begins = slashes[np.diff(slashes, prepend=-2) != 1]
    lengths = after - begins[np.searchsorted(begins, after - 1, side="right") - 1]
    return np.setdiff1d(quotes, after[lengths % 2 == 1], assume_unique=True)


def _make_steps() -> npt.NDArray[np.int8]:
    """Return for each byte whether it opens (1) or closes (-1) a bracket."""
    steps = np.zeros(256, np.int8)
    steps[[ord("{"), ord("[")]] = 1
    steps[[ord("}"), ord("]")]] = -1
    return steps


_STEPS = _make_steps()
