"""What hubbub and the libraries under it log → standard error, one line each, without tokens."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

from hubbub.errors import redact


class RedactedFormatter(logging.Formatter):
    """Formats a record, its arguments and its traceback included, and takes tokens out of the whole."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return redact(super().format(record))


def log_to_stderr() -> None:
    """Have warnings of this process on standard error, once."""
    root = logging.getLogger()
    if any(isinstance(handler.formatter, RedactedFormatter) for handler in root.handlers):
        return
    handler = logging.StreamHandler()
    handler.setFormatter(RedactedFormatter("%(levelname)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    root.addHandler(handler)


def show_crash(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Print the traceback of an error that nobody expected, without tokens."""
    sys.stderr.write(redact("".join(traceback.format_exception(kind, error, at))))
