"""What platforms sent, as they sent it: kept before anything is read out of it, page by page.

One file a stream in ``private/raw``, named by a hash; in it one gzip member a page: a line of JSON about the page, then
its bytes. Each page is on disk (fsync) before the next is asked for, so a killed collection goes on where it was; a
page that is not whole, at the end of a file, was never kept and is cut off. ``gunzip`` reads such a file too.

``leave_raw`` takes a viewer out of every page: what they wrote goes, their name in what others wrote is replaced.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec

from hubbub.errors import ArchiveError
from hubbub.store.archive import LOCK_TIMEOUT_SECONDS, Archive
from hubbub.store.manifest import sync_folder

FOLDER = Path("private") / "raw"
PLACEHOLDER = "[forgotten]"

_READ_BYTES = 64 << 10
_MAX_PAGE_BYTES = 128 << 20
_ITEMS = frozenset({"actions", "edges", "comments", "data", "users", "tweets"})
"""Lists in which one element is what one person wrote, or who they are."""

_WHO = frozenset(
    {"authorExternalChannelId", "externalChannelId", "simpleText", "login", "displayName", "display_name", "name",
     "username", "id", "_id", "author_id"}
)  # fmt: skip
"""Keys under which platforms say who somebody is."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page: what was noted of it, and its bytes."""

    head: dict[str, Any]
    body: bytes


class RawPages:
    """The pages of one stream, open for adding; another process that wants to add waits or is refused.

    Parameters
    ----------
    archive : Archive
        Where they are kept.
    platform, name : str
        The stream, as the platform names it.

    Attributes
    ----------
    last : dict, optional
        What was noted of the last page; its ``following`` is what to ask for next, None where it ended a fetching.
    n_pages, n_finished : int
        How many pages there are; how many up to the last one that ended a fetching.
    ends : list of float
        How far into the stream each fetching that ended reached, as its last page notes (``reached_seconds``).

    Raises
    ------
    ArchiveError
        When another process is collecting the stream, or the disk refuses.
    """

    def __init__(self, archive: Archive, platform: str, name: str) -> None:
        self._what = f"{platform}:{name}"
        path = _file_of(archive, platform, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            is_new = not path.exists()
            self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", 0)
            if is_new:
                sync_folder(path.parent)
        except OSError as error:
            raise self._refusal(error) from error
        try:
            _lock(self._file, timeout_seconds=0.0)
            # Written anew between our opening and our lock: what we hold is no longer the file.
            if not os.path.samestat(os.fstat(self._file.fileno()), path.stat()):
                raise ArchiveError("")
        except (ArchiveError, FileNotFoundError):
            self._file.close()
            raise ArchiveError(
                f"{self._what} is being collected by another process. Wait until it has ended."
            ) from None
        self._size = 0
        self.n_pages = self.n_finished = 0
        self.ends: list[float] = []
        self.last: dict[str, Any] | None = None
        for head, _, end in _read(self._file):
            self._note(head)
            self._size = end
        self._cut()

    def __enter__(self) -> RawPages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, head: Mapping[str, Any], body: bytes) -> None:
        """Keep one page: it is on disk when this returns, or it is not in the file.

        Raises
        ------
        ArchiveError
            When the disk refuses; the pages before are as they were.
        """
        member = gzip.compress(msgspec.json.encode(head) + b"\n" + body, 6, mtime=0)
        try:
            self._file.seek(self._size)
            left = memoryview(member)
            while left:
                # Not buffered: what a full disk refused must not be written by the next call.
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            self._cut()
            raise self._refusal(error) from error
        self._size += len(member)
        self._note(dict(head))

    def pages(self, first: int = 0) -> Iterator[RawPage]:
        """Yield the pages from the given one on, in order."""
        for number, (head, body, _) in enumerate(_read(self._file)):
            if number >= first:
                yield RawPage(head, body)

    def _note(self, head: dict[str, Any]) -> None:
        self.last = head
        self.n_pages += 1
        if head.get("following") is None:
            self.n_finished = self.n_pages
            self.ends.append(float(head.get("reached_seconds") or 0.0))

    def _cut(self) -> None:
        """Take what is not a whole page off the end."""
        try:
            self._file.truncate(self._size)
            self._file.seek(self._size)
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> ArchiveError:
        return ArchiveError(
            f"What {self._what} sends cannot be kept: {error.strerror or error}. Make room and run again."
        )


def read_pages(archive: Archive, platform: str, name: str) -> Iterator[RawPage]:
    """Yield the pages that are kept of one stream, none where there is no such stream."""
    path = _file_of(archive, platform, name)
    if path.exists():
        with path.open("rb") as file:
            yield from (RawPage(head, body) for head, body, _ in _read(file))


def leave_raw(archive: Archive, names: Iterable[str], mention: str | None) -> int:
    """Take a viewer out of all pages; return how many pages held something of theirs.

    Parameters
    ----------
    archive : Archive
        Where they are kept.
    names : iterable of str
        The names and platform ids of the viewer.
    mention : str, optional
        A pattern that finds the names in what others wrote, with a group ``before`` that stays.

    Raises
    ------
    ArchiveError
        When a stream is being collected at this moment, or the disk refuses.
    """
    gone = frozenset(name.casefold() for name in names)
    pattern = re.compile(mention) if mention else None
    folder = archive.path / FOLDER
    n_pages = 0
    for path in sorted(folder.glob("*.gz")) if folder.is_dir() else ():
        try:
            n_pages += _leave_file(path, gone, pattern)
        except OSError as error:
            raise ArchiveError(f"{path} cannot be written anew: {error.strerror or error}.") from error
    return n_pages


def leave_stream(archive: Archive, platform: str, name: str, names: Iterable[str]) -> None:
    """Take viewers out of the pages of one stream: those who were forgotten before it was collected."""
    gone = frozenset(one.casefold() for one in names)
    if gone:
        _leave_file(_file_of(archive, platform, name), gone, None)


def _leave_file(path: Path, gone: frozenset[str], pattern: re.Pattern[str] | None) -> int:
    n_pages = 0
    temporary = path.with_suffix(".tmp")
    with path.open("r+b") as file:
        _lock(file, LOCK_TIMEOUT_SECONDS)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for head, body, _ in _read(file):
                left, is_theirs = _leave_page(body, gone, pattern)
                n_pages += is_theirs
                known = _replace(head, gone, pattern) if is_theirs else head
                out.write(gzip.compress(msgspec.json.encode(known) + b"\n" + left, 6, mtime=0))
            out.flush()
            os.fsync(out.fileno())
        if n_pages:
            temporary.replace(path)
            sync_folder(path.parent)
        else:
            temporary.unlink()
    return n_pages


def _leave_page(body: bytes, gone: frozenset[str], pattern: re.Pattern[str] | None) -> tuple[bytes, bool]:
    """Return a page without them, and whether they were in it; bytes that are not JSON go where they may name them."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        text = body.decode("utf-8", "replace").casefold()
        return (b"", True) if any(name in text for name in gone) else (body, False)
    try:
        left = _replace(_drop(found, gone), gone, pattern)
    except RecursionError:
        return b"", True
    return (body, False) if left == found else (msgspec.json.encode(left), True)


def _drop(value: Any, gone: frozenset[str], key: str = "") -> Any:  # noqa: ANN401
    """Return JSON without the items that are theirs, from the inside out: an action within an action goes alone."""
    if isinstance(value, dict):
        return {name: _drop(inner, gone, name) for name, inner in value.items()}
    if isinstance(value, list):
        inside = [_drop(inner, gone) for inner in value]
        return [inner for inner in inside if not _is_of(inner, gone)] if key in _ITEMS else inside
    return value


def _replace(value: Any, gone: frozenset[str], pattern: re.Pattern[str] | None) -> Any:  # noqa: ANN401
    """Return JSON in whose texts they are not named."""
    if isinstance(value, dict):
        return {name: _replace(inner, gone, pattern) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replace(inner, gone, pattern) for inner in value]
    if isinstance(value, str):
        if value.casefold() in gone:
            return PLACEHOLDER
        return pattern.sub(rf"\g<before>{PLACEHOLDER}", value) if pattern else value
    return value


def _is_of(value: Any, gone: frozenset[str]) -> bool:  # noqa: ANN401
    """Return whether an item says that it is by one of them."""
    if isinstance(value, dict):
        return any(
            (key in _WHO and isinstance(inner, str) and inner.casefold() in gone) or _is_of(inner, gone)
            for key, inner in value.items()
        )
    return isinstance(value, list) and any(_is_of(inner, gone) for inner in value)


def _file_of(archive: Archive, platform: str, name: str) -> Path:
    digest = hashlib.sha256(f"{platform}\x1f{name}".encode("utf-8", "surrogatepass")).hexdigest()
    return archive.path / FOLDER / f"{digest[:32]}.gz"


def _lock(file: IO[bytes], timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise ArchiveError(
                    "A stream is being collected by another process. Try again when it has ended."
                ) from None
            time.sleep(0.05)
        else:
            return


def _read(file: IO[bytes]) -> Iterator[tuple[dict[str, Any], bytes, int]]:
    """Yield head, body and end of each whole page, up to the first that is not."""
    place, held = 0, b""
    while True:
        engine, parts, n_out = zlib.decompressobj(31), [], 0
        while not engine.eof:
            if not held:
                file.seek(place)
                held = file.read(_READ_BYTES)
                if not held:
                    return
            try:
                parts.append(engine.decompress(held, _READ_BYTES))
            except zlib.error:
                return
            n_out += len(parts[-1])
            if n_out > _MAX_PAGE_BYTES:
                return
            rest = engine.unused_data if engine.eof else engine.unconsumed_tail
            place += len(held) - len(rest)
            held = rest
        head, line_feed, body = b"".join(parts).partition(b"\n")
        try:
            known = msgspec.json.decode(head, type=dict[str, Any])
        except (msgspec.MsgspecError, ValueError):
            return
        if not line_feed:
            return
        yield known, body, place
