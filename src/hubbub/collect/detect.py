"""The first bytes of a file → the format of the chat in it.

Told by content alone: a magic number, the share of bytes that are no text, then the form of the first lines.
"""

from __future__ import annotations

import codecs
import re

from hubbub.collect.columns import clean_name, find_known, list_names
from hubbub.collect.detect_text import detect_text
from hubbub.collect.json_head import is_page, name_json, peek, starts_with_a_line
from hubbub.collect.tweets import read_assignment
from hubbub.collect.unpack import told
from hubbub.errors import SourceError

BINARY: dict[bytes, str] = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a RIFF file (sound, film or picture)",
    b"\x1aE\xdf\xa3": "a Matroska film",
    b"OggS": "an Ogg file",
    b"ID3": "an MP3 sound",
    b"\x7fELF": "a program (ELF)",
    b"MZ": "a program (Windows)",
    b"SQLite format 3\x00": "an SQLite database",
    b"PAR1": "a Parquet table",
    b"ARROW1": "an Arrow table",
    b"%PDF": "a PDF document",
    b"\x93NUMPY": "a NumPy array",
}
"""First bytes → what the file is."""

MAX_UNREADABLE, MAX_CONTROLS = 0.1, 0.02
"""The largest shares of undecodable and of control bytes among the first 64 KB of a text."""

_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1e\x7f]")
_COLORS = re.compile(rb"[\x01-\x03\x0f\x16\x1d]")  # ACTION, and the colors of IRC clients
_CHAT_DOWNLOADER = frozenset({"time_in_seconds", "time_text", "action_type", "message_type", "ticker_duration"})
_TABLES = {b"SQLite format 3\x00": "sqlite", b"PAR1": "parquet"}


def detect(head: bytes, where: str) -> str:
    """Return the format of a file: one of ``formats.FORMATS``, or "empty"; never "lines".

    Parameters
    ----------
    head : bytes
        The first 64 KB, decompressed, in UTF-8 where they are text whose encoding is known.
    where : str
        The file, for the message of an error.

    Raises
    ------
    SourceError
        When it is no chat that hubbub reads; says what it looks like and what to do.
    """
    check_is_text(head, where)
    text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").lstrip()
    if not text:
        return "empty"
    if text.startswith(("{", "[")):
        found = name_json(head) or _detect_json(head, text, where)
        if found:
            return found
    if part := read_assignment(head):
        if found := name_json(head):
            return found
        raise SourceError(f"{where}: is the part '{part[0]}' of an archive of X, which holds no tweets.")
    if is_page(head):
        return "youtube-page"
    if found := detect_text(head):
        return found
    first = text.partition("\n")[0].strip()
    raise SourceError(
        f"{where}: is text, but no chat format that hubbub knows (its first line: '{clean_name(first, 60)}'). "
        "If each line is one message, read it with --format lines."
    )


def check_is_text(head: bytes, where: str) -> None:
    """Raise SourceError when first bytes are not text in UTF-8."""
    what = name_binary(head)
    if packed := told(head):
        raise SourceError(
            f"{where}: is compressed with {packed}; hubbub reads gzip, zstd, and zip with one of these inside. Unpack "
            "it first."
        )
    if what:
        raise SourceError(f"{where}: must be chat as text (CSV, JSON or IRC lines), is {what}.")
    if not head:
        return
    n_controls = len(_CONTROLS.findall(head)) - len(_COLORS.findall(head))
    if n_controls > MAX_CONTROLS * len(head):
        raise SourceError(f"{where}: must be chat as text (CSV, JSON or IRC lines), is binary data.")
    whole = head if len(head) < 1_000 else head[:-4]  # the cut may be inside a character
    n_broken = whole.decode("utf-8", "replace").count("\ufffd") - whole.count("\ufffd".encode())
    if n_broken > MAX_UNREADABLE * len(head):
        raise SourceError(
            f"{where}: must be UTF-8, or an encoding that can be told from it; {n_broken / len(head):.0%} of its first "
            "bytes are neither. "
            "Convert it from its encoding, for example: iconv -f CP932 -t UTF-8 FILE > NEW."
        )


def detect_table(head: bytes) -> str | None:
    """Return the format of a database or a binary table, or None for anything else."""
    return None if _is_clean(head) else next((name for magic, name in _TABLES.items() if head.startswith(magic)), None)


def is_spreadsheet(head: bytes) -> bool:
    """Return whether a member of a zip says that the zip is a spreadsheet (OpenDocument or Excel)."""
    return head.startswith(b"application/vnd.oasis.opendocument.spreadsheet") or (
        head.startswith(b"<?xml") and b"spreadsheetml.sheet.main+xml" in head
    )


def name_binary(head: bytes) -> str | None:
    """Return what a file that is no text is by its first bytes, or None where they do not tell."""
    return None if _is_clean(head) else next((what for magic, what in BINARY.items() if head.startswith(magic)), None)


def _is_clean(head: bytes) -> bool:
    """Return whether bytes are UTF-8 without control characters: text, even where it begins like "MZ"."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not _CONTROLS.search(head)


def _detect_json(head: bytes, text: str, where: str) -> str | None:
    """Return the format of text that begins like JSON of chat-downloader's kind, or None where it is none."""
    if text.startswith("["):
        inside = text[1:].lstrip()
        return "chat-downloader" if not inside or inside[0] in "{]" else None
    values = peek(head)
    keys = dict.fromkeys(key for value in values for key in value)
    if _CHAT_DOWNLOADER & keys.keys():
        return "chat-downloader"
    rest = text.partition("\n")[2]
    if starts_with_a_line(head) or rest.lstrip().startswith("{") or not rest or any(map(find_known, keys)):
        return "jsonl"  # a first line that is broken or very long will be rejected
    raise SourceError(
        f"{where}: must be a JSON array of messages or one JSON object a line, is one object "
        f"(with {list_names(keys) or 'no keys'})."
    )
