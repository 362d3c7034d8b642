"""Bytes of JSON → where its objects are, in bounded memory, whatever is broken in between.

``JsonArray`` finds the objects of one array, ``JsonSequence`` those that stand one after another, on one line or many.
Each hands them over to a ``Taker``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hubbub.collect.json_stretch import Stretch
from hubbub.collect.rows import TORN
from hubbub.collect.unpack import MAX_RECORD_BYTES

OVERLONG_OBJECT = f"an object of more than {MAX_RECORD_BYTES:,} bytes, or one that is not closed"
NOT_AN_OBJECT = "not an object"
NOT_A_MESSAGE = "no text and no event"
_WHOLE = frozenset({NOT_A_MESSAGE, NOT_AN_OBJECT})

_NEXT_OBJECT = re.compile(rb'\}\s*,\s*(?=\{\s*")')
_NEXT_LINE = re.compile(rb"\n(?=[ \t]*\{)")
_MAX_RESCUES = 1_000
_TAIL_BYTES = 4_096

_Codes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.intp]


class Taker(Protocol):
    """Takes objects, and what is none."""

    def add(self, raw: bytes, *, may_be_part: bool = False) -> str | None:
        """Take one object; return None where it was kept, else why not."""

    def refuse(self, raw: bytes, reason: str) -> None:
        """Count one record as rejected."""


class JsonArray:
    """Finds the objects of a JSON array in blocks of its bytes.

    Parameters
    ----------
    collected : Taker
        What takes them.
    has_rest : bool
        Whether the array is part of an object, so that more may come after its end.
    at_once : callable, optional
        Takes many neighbors at once where it can; returns whether it did.
    """

    def __init__(
        self, collected: Taker, *, has_rest: bool = False, at_once: Callable[[Stretch], bool] | None = None
    ) -> None:
        self.is_closed = False
        self._has_rest = has_rest
        self._at_once = at_once
        self._collected = collected
        self._is_lost = False  # looking for the next object after a broken one
        self._is_part = False  # what is found next may be inside the broken one
        self._n_rescues = 0

    def take(self, held: bytes, *, is_last: bool) -> int:
        """Take the whole objects of a block; return how many bytes are done with."""
        place = 0
        while True:
            if self.is_closed:
                if held[place:].strip() and not self._is_part and not self._has_rest:
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
        begins, ends, opened, closed = _find_ends(held, place)
        if ends.size and self._at_once and not self._is_part:
            first, last = int(begins[0]), int(ends[-1])
            self._refuse_between(held[place:first])
            place = first
            if self._at_once(Stretch(held, begins, ends, is_lines=False)):
                place, begins, ends = last, begins[:0], ends[:0]
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            self._refuse_between(held[place:begin])
            raw = held[begin:end]
            problem = self._collected.add(raw, may_be_part=self._is_part)
            if problem is None:
                self._is_part = False
            elif problem not in _WHOLE and not self._is_part and _NEXT_OBJECT.search(raw, 1) and self._may_rescue():
                return int(begin) + 1
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


class JsonSequence:
    """Finds the objects that stand one after another in blocks of bytes, whatever separates them.

    After one that is not closed the reading goes on at the next line that begins with one.
    """

    def __init__(self, collected: Taker, max_bytes: int) -> None:
        self._collected, self._max_bytes = collected, max_bytes
        self._n_rescues = 0
        self._is_lost = False

    def take(self, held: bytes, *, is_last: bool) -> int:
        """Take the whole objects of a block; return how many bytes are done with."""
        place = 0
        while True:
            if self._is_lost:
                found = _NEXT_LINE.search(held, place)
                if found is None:
                    return len(held)
                place, self._is_lost = found.end(), False
            spans, opened, closed = find_spans(held, place)
            for begin, end in spans:
                self._refuse_between(held[place:begin])
                self._collected.add(held[begin:end])
                place = end
            if closed is not None:
                self._refuse_between(held[place : closed + 1])
                place = closed + 1
            elif opened is None:
                if is_last or len(held) - place > self._max_bytes:
                    self._refuse_between(held[place:])
                    return len(held)
                return place
            elif is_last or len(held) - opened > self._max_bytes:
                self._refuse_between(held[place:opened])
                self._collected.refuse(held[opened:], TORN if is_last else OVERLONG_OBJECT)
                self._n_rescues += 1
                if self._n_rescues > _MAX_RESCUES:
                    return len(held)
                place, self._is_lost = opened + 1, True
            else:
                return place

    def _refuse_between(self, between: bytes) -> None:
        """Reject what stands between objects and is no object."""
        if between.strip(b", \t\r\n\xef\xbb\xbf"):
            self._collected.refuse(between.strip(b", \t\r\n"), NOT_AN_OBJECT)


def find_spans(held: bytes, place: int) -> tuple[list[tuple[int, int]], int | None, int | None]:
    """Return where the whole values in brackets are, where one begins that is not whole, and where the array closes.

    Examples
    --------
    >>> find_spans(b'{"a": "}"}, {"b": [1]}, {"c"', 0)
    ([(0, 10), (12, 22)], 24, None)
    >>> find_spans(b'{} ]', 0)
    ([(0, 2)], None, 3)
    """
    begins, ends, opened, closed = _find_ends(held, place)
    return list(zip(begins.tolist(), ends.tolist(), strict=True)), opened, closed


def _find_ends(held: bytes, place: int) -> tuple[_Places, _Places, int | None, int | None]:
    """Return what ``find_spans`` returns, with the beginnings and the ends of the values apart."""
    codes = np.frombuffer(held, np.uint8)[place:]
    places = np.flatnonzero((codes & _BRACKET_BITS) == _BRACKETS)
    steps = _STEPS[codes[places]]
    places, steps = places[steps != 0], steps[steps != 0]
    is_outside = np.searchsorted(_string_quotes(codes), places) % 2 == 0
    places, steps = places[is_outside], steps[is_outside]
    depth = np.cumsum(steps, dtype=np.int64)
    closed = np.flatnonzero(depth < 0)
    n_inside = int(closed[0]) if closed.size else depth.size
    steps, depth, inside = steps[:n_inside], depth[:n_inside], places[:n_inside] + place
    begins = inside[(depth == 1) & (steps > 0)]
    ends = inside[(depth == 0) & (steps < 0)] + 1
    opened = int(begins[ends.size]) if begins.size > ends.size else None
    end = int(places[n_inside]) + place if closed.size else None
    return begins[: ends.size], ends, opened, end


def find_depth(held: bytes, place: int) -> int | None:
    """Return in how many brackets a place is, or None inside a string.

    Examples
    --------
    >>> find_depth(b'{"a": [1, "{"]}', 8), find_depth(b'{"a": "["}', 7)
    (2, None)
    """
    codes = np.frombuffer(held, np.uint8)[:place]
    quotes = _string_quotes(codes)
    if len(quotes) % 2:
        return None
    places = np.flatnonzero(_STEPS[codes])
    places = places[np.searchsorted(quotes, places) % 2 == 0]
    return int(_STEPS[codes[places]].sum(dtype=np.int64))


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


_BRACKET_BITS, _BRACKETS = np.uint8(0xD9), np.uint8(0x59)
"""What the four brackets have in common, and only ``Y _ y DEL`` beside them: found in one pass, then told apart."""

_STEPS = _make_steps()
