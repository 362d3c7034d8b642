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
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec
import polars as pl

from hubbub.collect.columns import KNOWN_NAMES, find_known
from hubbub.collect.json_array import NOT_A_MESSAGE, NOT_AN_OBJECT, OVERLONG_OBJECT, JsonArray, JsonSequence, find_spans
from hubbub.collect.json_shapes import FLAGS, Shapes
from hubbub.collect.json_stretch import Stretch, cut_stretch
from hubbub.collect.json_values import dig
from hubbub.collect.name_lists import SEPARATOR
from hubbub.collect.rows import BROKEN, TORN, Batch, Notes, RowReader
from hubbub.collect.unpack import MAX_LINES, MAX_RECORD_BYTES, Chunks, cut_blocks, cut_line_blocks, split_lines

BLOCK_BYTES = 2 << 20
"""What is decoded at once: few enough objects to stay near the processor."""

BLOCKS_A_BATCH = 4
OVERLONG_LINE = f"a line of more than {MAX_RECORD_BYTES:,} bytes"
PARTS = "pieces of broken objects without a message"
HALVES = "rows held half a character (a lone surrogate); shown as U+FFFD"

_SURROGATES = re.compile("[\ud800-\udfff]")
LISTS = frozenset({"roles", "emotes"})
NESTED: dict[str, dict[str, tuple[str, ...]]] = {
    "author": {
        "author": ("name", "display_name", "login"),
        "author_id": ("id", "channelId"),
        "roles": ("badges", "flags"),
    },
    "money": {"amount": ("amount", "text"), "currency": ("currency",)},
    "in_reply_to": {"reply_to": ("message_id", "id")},
}
"""Keys whose value is an object: where our names are in it."""

_UNUSED = "-"
_MAX_KEYS = 10_000

Record = dict[str, str | None]


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
        self._paths = {ours: key.split(".") for ours, key in column_map.items() if "." in key}

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
            text = _as_text(value, ours in LISTS)
            if text is None:
                record.setdefault(ours, None)
            elif record.get(ours) is None or rank < ranks.get(ours, rank):
                record[ours], ranks[ours] = text, rank
        for ours, path in self._paths.items():
            if record.get(ours) is None:
                record[ours] = _as_text(dig(found, *path), ours in LISTS)
        if "text" not in record and not (record.get("event") or record.get("amount") or record.get("bits")):
            return NOT_A_MESSAGE
        return record

    def _look_up(self, key: str) -> tuple[str, int] | None:
        """Return our name and its rank for a key not met before."""
        known = find_known(key) or ((_UNUSED, 0) if key in NESTED else None)
        if known and known[0] in self._mapped:
            known = None
        if len(self._keys) < _MAX_KEYS:
            self._keys[key] = known
        return known

    def _unfold(self, key: str, value: dict[str, Any], record: Record, ranks: dict[str, int]) -> None:
        """Add the texts that a nested object holds."""
        for ours, names in NESTED.get(key, {}).items():
            if ours not in self._mapped and record.get(ours) is None:
                texts = (_as_text(read_flags(value, name), ours in LISTS) for name in names)
                record[ours], ranks[ours] = next((text for text in texts if text), None), 0


def read_flags(value: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return what an object holds under a name; the roles that pytchat writes as flags under the name "flags"."""
    return value.get(name) if name != "flags" else [role for flag, role in FLAGS.items() if value.get(flag) is True]


def _as_text(value: Any, is_list: bool) -> str | None:  # noqa: ANN401 - any JSON value
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
        self._frames: list[pl.DataFrame] = []

    def add_stretch(self, stretch: Stretch, shapes: Shapes) -> bool:
        """Take objects of one shape; return whether they are."""
        first = self.row + 1
        read = shapes.read(stretch, first) if stretch.longest() <= MAX_RECORD_BYTES else None
        if read is None:
            return False
        frame, unfit = read
        for place in unfit:
            self.row = first + place - 1
            self.add_line(stretch.piece(place))
        self.row = first + len(stretch) - 1
        self._frames.append(frame)
        return True

    def add_each(self, lines: list[bytes]) -> None:
        """Take lines one by one."""
        for line in lines:
            self.add_line(line)

    def add_line(self, raw: bytes) -> None:
        """Take one line, which may be blank."""
        if len(raw) > MAX_RECORD_BYTES:
            self.refuse(raw, OVERLONG_LINE)
        elif not raw or raw.isspace():
            self.row += 1
        else:
            self.add(raw)

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
        frames = self._frames
        if self._rows or not frames:
            # "ticker" always: a copy may come in a later batch than its message
            names = list(dict.fromkeys(["ticker", *(name for row in self._rows for name in row if name != _UNUSED)]))
            columns = {name: pl.Series(name, [row.get(name) for row in self._rows], pl.String) for name in names}
            frames.append(pl.DataFrame({"row": pl.Series("row", self._numbers, pl.Int64), **columns}))
        frame = frames[0]
        if len(frames) > 1:
            if any(other.schema != frame.schema for other in frames):
                frames = [frame.with_columns(pl.exclude("row").cast(pl.String)) for frame in frames]
            frame = pl.concat(frames, how="diagonal", rechunk=True)
            frame = frame.sort("row") if self._rows else frame
        if "ticker" not in frame.columns:
            frame = frame.with_columns(ticker=pl.lit(None, pl.String))
        frame = frame.select("row", *(name for name in KNOWN_NAMES if name in frame.columns))
        batch = self._reader.read(frame, self._rejects)
        self._rows, self._numbers, self._rejects, self._frames = [], [], [], []
        return batch


def read_json_lines(
    chunks: Chunks, column_map: Mapping[str, str], notes: Notes, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of a file with one JSON object a line; a row's number is its line's."""
    collected = _Collected(Objects(column_map, notes), notes)
    shapes = None if column_map else Shapes(_as_text, NESTED, LISTS, read_flags)
    for number, (block, is_torn) in enumerate(cut_line_blocks(chunks, block_bytes), 1):
        if collected.row == 0:
            block = block.removeprefix(b"\xef\xbb\xbf")  # noqa: PLW2901
        end = block.rfind(b"\n") + 1 if is_torn else len(block)
        stretch = cut_stretch(block[:end])
        if not (shapes and 0 < len(stretch) <= MAX_LINES and collected.add_stretch(stretch, shapes)):
            *parts, last = split_lines(block[:end])
            for lines in parts:
                collected.add_each(lines)
                yield collected.batch()
            collected.add_each(last)
        if is_torn:
            torn = block[end:]
            collected.refuse(torn, OVERLONG_LINE if len(torn) > MAX_RECORD_BYTES else TORN)
        if number % BLOCKS_A_BATCH == 0:
            yield collected.batch()
    yield collected.batch()


def read_json_array(
    chunks: Chunks, column_map: Mapping[str, str], notes: Notes, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of a file that is one JSON array of objects; a row's number is its place in the array.

    Where an object is broken it is rejected and the reading goes on at the next place that looks like the end of one
    object and the beginning of another (``}, {"``); inside a text a quote is escaped, so no text can look like that.
    """
    collected = _Collected(Objects(column_map, notes), notes)
    shapes = None if column_map else Shapes(_as_text, NESTED, LISTS, read_flags)
    array = JsonArray(collected, at_once=partial(collected.add_stretch, shapes=shapes) if shapes else None)
    held, is_first = b"", True
    for number, (block, is_last) in enumerate(cut_blocks(chunks, block_bytes), 1):
        held += block
        if is_first:
            held, is_first = held[held.find(b"[") + 1 :], False
        held = held[array.take(held, is_last=is_last) :]
        if number % BLOCKS_A_BATCH == 0 or is_last:
            yield collected.batch()
    if not array.is_closed and not chunks.damage:
        notes.damage = "the JSON array is not closed"


def read_json_objects(
    chunks: Chunks, column_map: Mapping[str, str], notes: Notes, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of a file of objects one after another, each on many lines; a row's number counts them."""
    collected = _Collected(Objects(column_map, notes), notes)
    sequence, held = JsonSequence(collected, MAX_RECORD_BYTES), b""
    for block, is_last in cut_blocks(chunks, block_bytes):
        held += block
        held = held[sequence.take(held, is_last=is_last) :]
        yield collected.batch()


def list_keys(head: bytes, wanted: Iterable[str] = ()) -> list[str]:
    """Return the keys of the whole objects among the first bytes of a JSON array or of JSON Lines.

    A wanted name with dots is a path into objects, and among the keys where it leads to a value.

    Examples
    --------
    >>> list_keys(b'[{"a": 1, "author": {"name": "x"}}, {"b"')
    ['a', 'author']
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    spans = find_spans(text, 1)[0] if text.startswith(b"[") else []
    raws = [text[begin:end] for begin, end in spans] or text.split(b"\n")
    paths = [name for name in wanted if "." in name]
    keys: dict[str, None] = {}
    for raw in raws[:1_000]:
        try:
            found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        for key, value in found.items():
            is_object = bytes(value)[:1] == b"{" and key not in NESTED
            keys[f"{key} (an object)" if is_object else key] = None
        if paths:
            whole = msgspec.json.decode(raw)
            keys |= dict.fromkeys(path for path in paths if dig(whole, *path.split(".")) is not None)
    return list(keys)
