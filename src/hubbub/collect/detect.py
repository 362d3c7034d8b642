"""The first bytes of a file → the format of the chat in it.

Told by content alone: a magic number, the share of bytes that are no text, then the form of the first lines.
"""

from __future__ import annotations

import codecs
import re

import msgspec

from hubbub.collect.columns import clean_name, list_names
from hubbub.collect.detect_text import detect_text
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
_MESSAGES = re.compile(r'\{\s*"messages"\s*:\s*\[\s*(?:"|\])')


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
        found = _detect_json(text, where)
        if found:
            return found
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
            f"{where}: is compressed with {packed}; hubbub reads gzip and zip, one inside the other. Unpack it first."
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


def _detect_json(text: str, where: str) -> str | None:
    """Return the format of text that begins like JSON, or None where it is none."""
    if text.startswith("["):
        inside = text[1:].lstrip()
        return "chat-downloader" if not inside or inside[0] in "{]" else None
    if _MESSAGES.match(text):
        return "twitch-irc"
    first, _, rest = text.partition("\n")
    try:
        keys = msgspec.json.decode(first, type=dict[str, msgspec.Raw]).keys()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        if rest.lstrip().startswith("{") or not rest:
            return "jsonl"  # its first line is broken or very long; it will be rejected
        indent = re.match(r"\{\s*?\n?([ \t]*)", text)
        pattern = rf'^{indent.group(1) if indent else ""}"([^"\\]{{1,40}})"\s*:'
        names = re.findall(pattern, text[:1].replace("{", "") + text[1:].lstrip("\r\n"), re.MULTILINE)
        raise SourceError(
            f"{where}: must be a JSON array of messages or one JSON object a line, is one object "
            f"(with {list_names(dict.fromkeys(names)) or 'no keys'})."
        ) from None
    return "chat-downloader" if _CHAT_DOWNLOADER & keys else "jsonl"
