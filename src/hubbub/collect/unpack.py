"""A path → the bytes of each file in it, decompressed piece by piece within fixed bounds.

Reads plain files, gzip and Zstandard (members one after another too), and zip with these inside; told by their first
bytes, never by their names. Nothing is ever extracted to disk, so a name inside a zip can point nowhere. Other
compressions (bzip2, xz, 7z, rar) and archives inside archives are refused with a line that says what to do.

Bounds against decompression bombs: ``MAX_TOTAL_BYTES`` out of one path, and no more than ``MAX_RATIO`` times the bytes
read once ``RATIO_FLOOR_BYTES`` are out (chat compresses 5 to 20 times). A Zstandard stream may look back by
``ZSTD_WINDOW_BYTES``, which is what its own tool takes without being asked.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from hubbub.collect.columns import clean_name
from hubbub.errors import SourceError

MAX_RECORD_BYTES = 1 << 20
"""The longest record (line, CSV row, JSON object) that is read; longer ones are rejected."""

MAX_TOTAL_BYTES = 16 << 30
RATIO_FLOOR_BYTES = 256 << 20
MAX_RATIO = 200
MAX_LINES = 100_000
MAX_MEMBERS = 10_000
CHUNK_BYTES = 1 << 20
ZIP_PIECE_BYTES = 16 << 10
HEAD_BYTES = 64 << 10
ZSTD_WINDOW_BYTES = 128 << 20
ZSTD_PIECE_BYTES = 512
"""Four bytes of Zstandard can hold 128 KB, and what a piece holds comes at once: at most 16 MB of this one."""

MAGIC: dict[bytes, str] = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
}
"""First bytes → compression. Gzip, zip and zstd are read, the others are named in the refusal."""


class _DamagedError(Exception):
    """What ends the reading of a file early."""


@dataclass(slots=True)
class Budget:
    """How much may still come out of one path."""

    n_in: int
    n_out: int = 0

    def spend(self, count: int) -> str | None:
        """Return None, or what is wrong once this many more bytes are out."""
        self.n_out += count
        if self.n_out > MAX_TOTAL_BYTES:
            return f"holds more than {MAX_TOTAL_BYTES >> 30} GB when decompressed; split it"
        if self.n_out > RATIO_FLOOR_BYTES and self.n_out > MAX_RATIO * self.n_in:
            return f"grows more than {MAX_RATIO} times when decompressed, as only a decompression bomb does"
        return None


class Chunks:
    """Decompressed bytes in pieces; ends early, with ``damage`` set, where the rest cannot be read.

    Parameters
    ----------
    pieces : iterator of bytes
        May raise ``_DamagedError``, or what files and zips raise.
    budget : Budget, optional
        Shared by all that comes out of one path; none for what was never packed.
    """

    def __init__(self, pieces: Iterator[bytes], budget: Budget | None = None) -> None:
        self.damage: str | None = None
        self._pieces = pieces
        self._budget = budget
        self._held: list[bytes] = []

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return up to ``size`` first bytes; they are given again by the iteration."""
        while sum(map(len, self._held)) < size and (piece := self._pull()):
            self._held.append(piece)
        joined = b"".join(self._held)
        self._held = [joined] if joined else []
        return joined[:size]

    def __iter__(self) -> Iterator[bytes]:
        while self._held or (piece := self._pull()):
            yield self._held.pop(0) if self._held else piece

    def close(self) -> None:
        """Let go of the file."""
        self._held.clear()
        close = getattr(self._pieces, "close", None)
        if close:
            close()

    def _pull(self) -> bytes:
        """Return the next piece, b"" at the end."""
        if self.damage:
            return b""
        try:
            piece = next(filter(None, self._pieces), b"")
        except _DamagedError as error:
            self.damage = str(error)
            return b""
        except (zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            self.damage = f"the zip member is damaged ({_cause(error)})"
            return b""
        except (OSError, EOFError) as error:
            self.damage = f"the file cannot be read on ({_cause(error)})"
            return b""
        if piece and self._budget and (problem := self._budget.spend(len(piece))):
            self.damage = problem
            return b""
        return piece


@dataclass(slots=True)
class Member:
    """One file inside a path: the path itself, or a member of a zip.

    Attributes
    ----------
    name : str
        ``path`` or ``path!member``.
    chunks : Chunks
        Its bytes.
    refusal : str or None
        Why its bytes are not read.
    reopen : callable, optional
        Gives its bytes from the beginning once more; for members of a zip, so that many may wait unopened.
    """

    name: str
    chunks: Chunks
    refusal: str | None = None
    reopen: Callable[[], Chunks] | None = None

    def rewind(self) -> None:
        """Close the member until it is read, where it can be opened again."""
        if self.reopen:
            self.chunks.close()
            self.chunks = self.reopen()


def open_members(path: Path) -> Iterator[Member]:
    """Yield each file inside a path: itself, or the members of a zip in their order.

    Raises
    ------
    SourceError
        When the path is missing, a directory, unreadable, or a zip that cannot be opened.
    """
    where = clean_name(str(path), 400)
    try:
        if path.is_dir():
            raise SourceError(f"{where}: is a folder; name a file in it.")
        if path.exists() and not path.is_file():
            # It cannot be read twice, and a pipe that nobody writes to never opens.
            raise SourceError(f"{where}: is a pipe or a device; write what comes out of it to a file first.")
        stream = path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"{where}: no such file.") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{where}: cannot be opened ({_cause(error)}).") from None
    budget = Budget(0)
    raw = Chunks(_read(stream, budget))
    if told(raw.head()) != "zip":
        yield Member(where, Chunks(_layers(raw), budget))
        return
    budget = Budget(path.stat().st_size)
    try:
        archive = zipfile.ZipFile(path)  # the members hold it; closed with the last of them
        infos = _list_members(archive, where)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SourceError(f"{where}: the zip is damaged or cut off ({_cause(error)}); fetch it again.") from None
    for info in infos:
        name = f"{where}!{clean_name(info.filename)}"
        refusal = None
        if stat.S_ISLNK(info.external_attr >> 16):
            refusal = "is a symbolic link, which is not followed"
        elif info.flag_bits & 1:
            refusal = "is encrypted; unpack it with its password first"
        if refusal:
            yield Member(name, Chunks(iter(()), budget), refusal)
            continue
        reopen = partial(_open_member, archive, info, budget)
        yield Member(name, reopen(), reopen=reopen)


def told(head: bytes) -> str | None:
    """Return the compression that first bytes tell, or None."""
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)


def _cause(error: Exception) -> str:
    """Return an error's cause in a few words."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _read(stream: IO[bytes], budget: Budget | None = None, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield a stream in pieces and count them as what came in."""
    with stream:
        while piece := stream.read(size):
            if budget is not None:
                budget.n_in += len(piece)
            yield piece


def _layers(chunks: Chunks) -> Iterator[bytes]:
    """Yield bytes with one layer of gzip or Zstandard taken off where there is one."""
    unpack = UNPACK.get(told(chunks.head()) or "", iter)
    yield from unpack(iter(chunks))
    if chunks.damage:
        raise _DamagedError(chunks.damage)


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what gzip members hold, at most ``CHUNK_BYTES`` at a time.

    Raises
    ------
    _DamagedError
        When the stream is cut off or does not match its checksum.
    """
    engine, is_fresh = zlib.decompressobj(31), True
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if is_fresh and not (rest := rest.lstrip(b"\0")):  # tapes pad the last member with zeros
                    break
                is_fresh = False
                before = engine.copy()
                try:
                    out = engine.decompress(rest, CHUNK_BYTES)
                except zlib.error:
                    if out := _rescue(before, rest):
                        yield out
                    raise
                if out:
                    yield out
                rest = engine.unconsumed_tail
                if engine.eof:
                    rest = engine.unused_data
                    engine, is_fresh = zlib.decompressobj(31), True
        while out := engine.decompress(b"", CHUNK_BYTES):
            yield out
    except zlib.error as error:
        raise _DamagedError(f"the gzip stream is damaged ({str(error).rpartition(': ')[2]})") from None
    if not (is_fresh or engine.eof):
        raise _DamagedError("the gzip stream ends early")


def _unzstd(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what Zstandard frames hold, at most ``CHUNK_BYTES`` at a time.

    Raises
    ------
    _DamagedError
        When the stream is cut off, does not match its checksum, or needs more memory than is given to it.
    """
    import zstandard

    frames = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
    engine, is_fresh = frames.decompressobj(), True
    try:
        for piece in pieces:
            for first in range(0, len(piece), ZSTD_PIECE_BYTES):
                rest = piece[first : first + ZSTD_PIECE_BYTES]
                while rest:
                    out = engine.decompress(rest)
                    yield from (out[place : place + CHUNK_BYTES] for place in range(0, len(out), CHUNK_BYTES))
                    rest, is_fresh = engine.unused_data, engine.eof
                    if is_fresh:
                        engine = frames.decompressobj()
    except zstandard.ZstdError as error:
        cause = str(error).rpartition(": ")[2]
        if "too much memory" in cause:
            cause = f"it looks back by more than {ZSTD_WINDOW_BYTES >> 20} MB; unpack it with: zstd -d --long=31"
        raise _DamagedError(f"the zstd stream cannot be read ({cause})") from None
    if not is_fresh:
        raise _DamagedError("the zstd stream ends early")


UNPACK: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {"gzip": _gunzip, "zstd": _unzstd}
"""What takes off each compression of a stream."""


def _rescue(engine: zlib._Decompress, rest: bytes) -> bytes:
    """Return what can still be decompressed before the damage, in ever smaller steps."""
    found, step = [], CHUNK_BYTES
    while step and rest:
        tried = engine.copy()
        try:
            found.append(tried.decompress(rest, step))
        except zlib.error:
            step //= 2
            continue
        engine, rest = tried, tried.unconsumed_tail
    return b"".join(found)


def _list_members(archive: zipfile.ZipFile, where: str) -> list[zipfile.ZipInfo]:
    """Return the files of a zip; folders and what a Mac adds are no files of the sender."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    infos = [info for info in infos if not info.filename.startswith("__MACOSX/") and "DS_Store" not in info.filename]
    if len(infos) > MAX_MEMBERS:
        raise SourceError(f"{where}: holds {len(infos):,} files, at most {MAX_MEMBERS:,} are read; split it.")
    if not infos:
        raise SourceError(f"{where}: the zip holds no file.")
    return infos


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Chunks:
    """Return the bytes of one member of a zip; nothing is opened before they are asked for."""
    return Chunks(_zip_pieces(archive, info, budget), budget)


def _zip_pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """Yield the bytes of one member, one layer of gzip taken off."""
    # small pieces: where a member does not match its checksum, zipfile gives nothing of the last one
    yield from _layers(Chunks(_read(archive.open(info), size=ZIP_PIECE_BYTES), Budget(budget.n_in, budget.n_out)))


def cut_blocks(chunks: Chunks, block_bytes: int) -> Iterator[tuple[bytes, bool]]:
    """Yield blocks of exactly ``block_bytes`` and whether each is the last (which is shorter, or empty)."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        while size >= block_bytes:
            joined = b"".join(held)
            yield joined[:block_bytes], False
            held = [joined[block_bytes:]]
            size -= block_bytes
    yield b"".join(held), True


def cut_line_blocks(chunks: Chunks, block_bytes: int) -> Iterator[tuple[bytes, bool]]:
    """Yield blocks of whole lines, each line with its line feed, and whether the last of them breaks off by damage.

    Only the last line of all may have no line feed. Of a line of more than ``MAX_RECORD_BYTES`` that many and one more
    or all are given; the rest is passed over within bounded memory.
    """
    held, is_skipping = b"", False
    for block, is_last in cut_blocks(chunks, block_bytes):
        rest = block
        if is_skipping:
            _, line_feed, rest = block.partition(b"\n")
            is_skipping = not line_feed
        end = rest.rfind(b"\n") + 1
        whole, held = (b"".join((held, memoryview(rest)[:end])), rest[end:]) if end else (b"", held + rest)
        if len(held) > MAX_RECORD_BYTES:
            whole, held, is_skipping = whole + held[: MAX_RECORD_BYTES + 1] + b"\n", b"", True
        is_torn = bool(is_last and held and chunks.damage)
        yield whole + held if is_last else whole, is_torn


def split_lines(block: bytes) -> Iterator[list[bytes]]:
    """Yield the lines of a block without their line feeds, at most ``MAX_LINES`` at a time, and at least one list."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for first in range(0, max(len(lines), 1), MAX_LINES):
        yield lines[first : first + MAX_LINES]


def cut_lines(chunks: Chunks, block_bytes: int) -> Iterator[tuple[list[bytes], bool]]:
    """Yield lists of the lines of ``cut_line_blocks`` and whether the last of them breaks off because of damage."""
    for block, is_torn in cut_line_blocks(chunks, block_bytes):
        *parts, last = split_lines(block)
        for lines in parts:
            yield lines, False
        yield last, is_torn
