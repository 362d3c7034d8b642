"""A stretch of JSON objects as bytes: the lines of a block or neighbors in an array, all decoded by one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoding raises where JSON is broken, is not UTF-8, is nested too deeply, or does not fit its type."""

_LINE_FEED, _RETURN, _OPENED, _CLOSED = b"\n\r{}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Objects one after another as they are written.

    Attributes
    ----------
    raw : bytes
        What holds them.
    begins, ends : numpy.ndarray, shape (n,)
        Where each is in it.
    is_lines : bool
        Whether each is a line, and ``raw`` these lines; else an element of an array.
    """

    raw: bytes
    begins: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    is_lines: bool

    def __len__(self) -> int:
        return self.begins.size

    def piece(self, place: int) -> bytes:
        """Return one object."""
        return self.raw[self.begins[place] : self.ends[place]]

    def pieces(self) -> list[bytes]:
        """Return the objects one by one."""
        raw = self.raw
        return [raw[begin:end] for begin, end in zip(self.begins.tolist(), self.ends.tolist(), strict=True)]

    def longest(self) -> int:
        """Return the bytes of the longest object."""
        return int((self.ends - self.begins).max(initial=0))

    def decode(self, decoder: msgspec.json.Decoder[Any], array_decoder: msgspec.json.Decoder[list[Any]]) -> list[Any]:
        """Return the objects, decoded by one call.

        Raises
        ------
        msgspec.MsgspecError, ValueError, RecursionError
            When they cannot be decoded so: one is broken or does not fit, or is not where it is said to be.
        """
        if not self.is_lines:
            begin, end = int(self.begins[0]), int(self.ends[-1])
            found = array_decoder.decode(b"".join((b"[", memoryview(self.raw)[begin:end], b"]")))
        elif self._are_whole_lines():
            found = decoder.decode_lines(self.raw)
        else:
            raise ValueError("lines that are not one object each")
        if len(found) != len(self):
            raise ValueError("as many objects as places")
        return found

    def _are_whole_lines(self) -> bool:
        """Return whether no object can go on in the next line: nothing that is JSON has ``}`` and then ``{``."""
        codes = np.frombuffer(self.raw, np.uint8)
        if not len(self) or (self.ends <= self.begins).any():
            return False
        last = codes[self.ends - 1]
        if (last == _RETURN).any():
            last = np.where(last == _RETURN, codes[np.maximum(self.ends - 2, 0)], last)
        return bool((codes[self.begins] == _OPENED).all() and (last == _CLOSED).all())


def cut_stretch(block: bytes) -> Stretch:
    r"""Return the lines of a block as a stretch.

    Examples
    --------
    >>> cut_stretch(b'{"a": 1}\n\n{"b": 2}').pieces()
    [b'{"a": 1}', b'', b'{"b": 2}']
    """
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _LINE_FEED)
    if block and block[-1] != _LINE_FEED:
        ends = np.append(ends, len(block))
    begins = np.zeros_like(ends)
    begins[1:] = ends[:-1] + 1
    return Stretch(block, begins, ends, is_lines=True)
