"""Who writes a journal (one living process, or none), and how far it is acknowledged."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

from hubbub.errors import ArchiveError


class JournalLock:
    """The lock of a journal's one writer; its file's time shows when its holder was last alive.

    The kernel lets go of it when its holder dies, so that a lock is never stale.

    Raises
    ------
    ArchiveError
        When a living process holds it.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "journal" / "lock"
        is_new = not path.exists()
        self._file = path.open("a+")
        try:
            self._take()
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise ArchiveError(
                f"The journal of {folder} is being written by another process (pid {holder}): one collector an "
                "archive. End that one, or name another archive."
            ) from None
        self.last_alive = None if is_new else path.stat().st_mtime
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        descriptor = os.open(folder / "journal" / "acknowledged", os.O_RDWR | os.O_CREAT, 0o600)
        self._acknowledged = os.fdopen(descriptor, "r+b", buffering=0)

    def _take(self) -> None:
        # Who asks for the holder holds the lock for an instant: the first refusals may be such a one.
        for _ in range(20):
            with contextlib.suppress(BlockingIOError):
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            time.sleep(0.01)
        return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @staticmethod
    def holder(folder: Path) -> str | None:
        """Return the pid of the living process that writes a journal, or None."""
        path = folder / "journal" / "lock"
        try:
            with path.open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return file.read().strip() or "unknown"
        except FileNotFoundError:
            return None
        return None

    def show_life(self) -> None:
        """Set the file's time to now."""
        with contextlib.suppress(OSError):
            os.utime(self._file.fileno())

    def note_acknowledged(self, sequence: int) -> None:
        """Note, without waiting for the disk, that all rows up to a sequence are durable."""
        with contextlib.suppress(OSError):
            os.pwrite(self._acknowledged.fileno(), b"%020d\n" % sequence, 0)

    def release(self) -> None:
        """Let go."""
        self._acknowledged.close()
        self._file.close()


def acknowledged(folder: Path) -> int:
    """Return up to which sequence the rows of a journal were acknowledged, as far as was noted."""
    try:
        return int((folder / "journal" / "acknowledged").read_bytes()[:20] or b"0")
    except (FileNotFoundError, ValueError):
        return 0
