"""A disk under SQLite that fails on request and remembers what really reached it.

``FaultyDisk`` puts its own write, truncate and sync into SQLite's file methods. A call can be made to fail; and for
every file it keeps the image that a power cut would leave: what was written becomes part of it when a sync succeeds,
and what was written before a sync that failed never does unless it is written again (as Linux does: the pages are
marked clean, though nothing of them is on the disk).
"""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from pathlib import Path

import pytest

FULL, IOERR_WRITE, IOERR_FSYNC = 13, 10 | 3 << 8, 10 | 4 << 8
_POINTERS = 19
_WRITE, _TRUNCATE, _SYNC = 3, 4, 5

_OPEN_FUNCTION = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
_WRITE_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_TRUNCATE_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("size", ctypes.c_int),
        ("longest", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
    ]


class FaultyDisk:
    """The faults of one test; a context manager.

    Attributes
    ----------
    fails : callable
        Given "write", "truncate" or "sync", the path, and how often that was called so far, returns the code to fail
        with, or 0.
    n_calls : dict of str to int
        How often each was called.
    first_failure, n_settled : int
        For a test: the number of the first call that it lets fail; how many there were when all was on the disk.
    """

    def __init__(self, fails: Callable[[str, Path, int], int] = lambda *_: 0) -> None:
        name = ctypes.util.find_library("sqlite3") or "libsqlite3.so.0"
        try:
            library = ctypes.CDLL(name)
        except OSError:
            pytest.skip("needs SQLite as a shared library of the system")
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self.fails = fails
        self._vfs = library.sqlite3_vfs_find(None)
        self.first_failure = self.n_settled = 0
        self.n_calls = dict.fromkeys(("write", "truncate", "sync"), 0)
        self._paths: dict[int, Path] = {}
        self._on_disk: dict[Path, bytearray] = {}
        self._waiting: dict[Path, list[tuple[int, bytes | None]]] = {}
        self._methods: list[ctypes.Array[ctypes.c_void_p]] = []
        self._open = _OPEN_FUNCTION(self._opened)
        self._write, self._truncate = _WRITE_FUNCTION(self._written), _TRUNCATE_FUNCTION(self._truncated)
        self._sync = _SYNC_FUNCTION(self._synced)

    def __enter__(self) -> FaultyDisk:
        self._old_open = self._vfs.contents.open
        self._vfs.contents.open = ctypes.cast(self._open, ctypes.c_void_p)
        return self

    def __exit__(self, *_: object) -> None:
        self._vfs.contents.open = self._old_open

    def image(self) -> dict[Path, bytes]:
        """Return what of each file is on the disk for certain."""
        return {path: bytes(content) for path, content in list(self._on_disk.items()) if path.exists()}

    def _opened(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        # The name as a bare pointer: SQLite keeps it for the names of its other files.
        code = _OPEN_FUNCTION(self._old_open)(vfs, name, file, flags, out)
        place = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        if code == 0 and name and place[0]:
            own = (ctypes.c_void_p * _POINTERS)()
            ctypes.memmove(own, place[0], ctypes.sizeof(own))
            self._originals = (own[_WRITE], own[_TRUNCATE], own[_SYNC])
            for index, function in ((_WRITE, self._write), (_TRUNCATE, self._truncate), (_SYNC, self._sync)):
                own[index] = ctypes.cast(function, ctypes.c_void_p).value
            self._methods.append(own)  # SQLite keeps the pointer as long as the file is open
            place[0] = ctypes.addressof(own)
            self._paths[file] = Path(ctypes.string_at(name).decode())
        return code

    def _failure(self, call: str, path: Path) -> int:
        self.n_calls[call] += 1
        return self.fails(call, path, self.n_calls[call])

    def _written(self, file: int, data: int, size: int, offset: int) -> int:
        path = self._paths[file]
        if code := self._failure("write", path):
            return code
        self._waiting.setdefault(path, []).append((offset, ctypes.string_at(data, size)))
        return _WRITE_FUNCTION(self._originals[0])(file, data, size, offset)

    def _truncated(self, file: int, size: int) -> int:
        path = self._paths[file]
        if code := self._failure("truncate", path):
            return code
        self._waiting.setdefault(path, []).append((size, None))
        return _TRUNCATE_FUNCTION(self._originals[1])(file, size)

    def _synced(self, file: int, flags: int) -> int:
        path = self._paths[file]
        waiting = self._waiting.pop(path, [])
        if code := self._failure("sync", path):
            return code
        code = _SYNC_FUNCTION(self._originals[2])(file, flags)
        if code == 0:
            image = self._on_disk.setdefault(path, bytearray())
            for offset, data in waiting:
                if data is None:
                    del image[offset:]
                else:
                    image.extend(b"\0" * (offset - len(image)))
                    image[offset : offset + len(data)] = data
        return code
