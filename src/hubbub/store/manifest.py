"""The manifest of an archive, and how files get to the disk whole."""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from hubbub.records import FORMAT_VERSION

MANIFEST = "manifest.json"
_READ_BYTES = 1 << 20
_checked: set[tuple[str, int, int, int]] = set()


class Part(msgspec.Struct, frozen=True):
    """One published file: where it is, and what it was made from."""

    file: str
    generation: int
    n_rows: int
    made: dict[str, Any] = {}
    crc32: int | None = None


class Manifest(msgspec.Struct):
    """What an archive holds at one moment."""

    format_version: int = FORMAT_VERSION
    generation: int = 0
    tables: dict[str, dict[str, Part]] = {}


def slug(key: str) -> str:
    """Return a file name for a part: readable, and different for different keys.

    Examples
    --------
    >>> slug("../etc/passwd")
    'etc-passwd-7fef78f5'
    """
    if not key:
        return ""
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", key)[:40].strip("-") or "part"
    return f"{readable}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def replace_file(target: Path, content: bytes, on_replaced: Callable[[], None] = lambda: None) -> None:
    """Write a file beside the old one, have it on disk, and put it in the old one's place.

    ``on_replaced`` is called at the moment from which the new one is there, though its folder may not be synced yet.
    """
    temporary = target.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)
    on_replaced()
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def checksum_of(file: Path) -> int:
    """Return the CRC-32 of a file."""
    found = 0
    with file.open("rb") as stream:
        while block := stream.read(_READ_BYTES):
            found = zlib.crc32(block, found)
    return found


def is_as_written(file: Path, part: Part) -> bool:
    """Return whether a part's file has the bytes that were written; each file is looked at once a process."""
    if part.crc32 is None:
        return True
    state = file.stat()
    key = (str(file), state.st_ino, state.st_mtime_ns, state.st_size)
    if key not in _checked:
        if checksum_of(file) != part.crc32:
            return False
        _checked.add(key)
    return True
