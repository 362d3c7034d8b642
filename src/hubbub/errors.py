"""The few errors that a user can act on.

Each message says what must hold, what was given, where, and what to do. The command line prints it as one line and
exits with 1; the REST server puts it in its one JSON error shape. A wrong argument from a programmer is ``ValueError``.
"""

from __future__ import annotations


class HubbubError(Exception):
    """Anything that a user of hubbub can act on."""


class SourceError(HubbubError):
    """A file or platform that cannot be read as chat."""


class RecordError(HubbubError):
    """A table or row that breaks the rules of ``records.py``."""


class ArchiveError(HubbubError):
    """An archive that is missing, busy, damaged, or lacks what was asked for."""


class ArtifactError(HubbubError):
    """A model folder that is missing, altered or of another format."""


class MissingExtraError(HubbubError):
    """A function that needs an optional part of hubbub.

    Examples
    --------
    >>> print(MissingExtraError("the encoder 'use-torch'", "PyTorch", "train"))
    the encoder 'use-torch' needs PyTorch. Install it with: pip install 'hubbub[train]'
    """

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(f"{what} needs {package}. Install it with: pip install 'hubbub[{extra}]'")
