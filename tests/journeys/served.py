"""``hubbub serve`` in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(archive: Path) -> Iterator[str]:
    """Give the address that it prints for an archive, with its token; the server ends with the block."""
    command = [sys.executable, "-m", "hubbub.present.cli", "serve", "--archive", str(archive), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/#token=\S+", server.stdout.readline())
            assert found is not None
            yield found.group(0)
        finally:
            server.kill()
