"""The registry of file formats: name → what reads it.

To read a new format: a module with a pure function from bytes to batches, a line in ``READERS``, a rule in ``detect``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hubbub.collect.delimited import Layout, read_delimited
from hubbub.collect.json_chat import read_json_array, read_json_lines
from hubbub.collect.lines import read_lines
from hubbub.collect.rows import Batch, Notes
from hubbub.collect.twitch_logs import read_irc_json, read_irc_lines
from hubbub.collect.unpack import Chunks


@dataclass(frozen=True, slots=True)
class Opened:
    """One file, ready to be read.

    Attributes
    ----------
    chunks : Chunks
        Its bytes, decompressed.
    column_map : mapping of str to str
        Our name → name in the file.
    notes : Notes
        Where to say what was read in part, and what the file says of itself.
    name : str
        ``path``, or ``path!member`` inside a zip.
    layout : Layout, optional
        What the header of a delimited file tells.
    """

    chunks: Chunks
    column_map: Mapping[str, str]
    notes: Notes
    name: str
    layout: Layout | None = None

    def first(self) -> bytes:
        """Return the first byte that is no white space."""
        return self.chunks.head().removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _read_table(opened: Opened) -> Iterator[Batch]:
    if opened.layout is None:
        raise ValueError("a delimited file needs its layout")
    return read_delimited(opened.chunks, opened.layout, opened.notes)


def _read_json(opened: Opened) -> Iterator[Batch]:
    read = read_json_array if opened.first() == b"[" else read_json_lines
    return read(opened.chunks, opened.column_map, opened.notes)


def _read_irc(opened: Opened) -> Iterator[Batch]:
    read = read_irc_json if opened.first() == b"{" else read_irc_lines
    return read(opened.chunks, opened.notes)


READERS: dict[str, Callable[[Opened], Iterator[Batch]]] = {
    "chat-csv": _read_table,
    "jsonl": _read_json,
    "chat-downloader": _read_json,
    "twitch-irc": _read_irc,
    "lines": lambda opened: read_lines(opened.chunks, opened.notes),
}

FORMATS = tuple(READERS)
"""What ``open_chats`` can be asked to read a file as."""
