"""Who writes a journal: one living process, or none."""

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

    def release(self) -> None:
        """Let go."""
        self._file.close()
