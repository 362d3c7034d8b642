"""The few errors that a user can act on.

Each message says what must hold, what was given, where, and what to do. The command line prints it as one line and
exits with 1; the REST server puts it in its one JSON error shape. A wrong argument from a programmer is ``ValueError``.
"""

from __future__ import annotations

import re

_SECRETS = re.compile(
    r"(?P<named>oauth:|[?&](?:token|key|sig)=|"
    r"(?:client[_-]secret|access[_-]token|refresh[_-]token|bearer[_-]token|api[_-]key|password)[\"']?\s{0,4}[:=]\s{0,4}[\"']?)"
    r"[^\s\"'&,;)\]}]{4,}"
    r"|(?P<hub>\bhf_)[A-Za-z0-9]{8,}"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s{1,4})(?P<shown>[\w.~+/%=-]{8,})",
    re.IGNORECASE,
)
_LONG = 20


def redact(text: str) -> str:
    """Return text without the tokens, keys and passwords in it.

    Examples
    --------
    >>> redact("PASS oauth:abcdefghij0123456789"), redact("GET /x?token=s3cr3t&page=2")
    ('PASS oauth:[redacted]', 'GET /x?token=[redacted]&page=2')
    >>> redact("token hf_AbCdEfGhIjKl is wrong")
    'token hf_[redacted] is wrong'
    >>> redact("Bearer AAAAAAAAAAAAAAAA1 is no bearer token that Basic training gives")
    'Bearer [redacted] is no bearer token that Basic training gives'
    """
    return _SECRETS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    if named := found["named"] or found["hub"]:
        return f"{named}[redacted]"
    # "Bearer" and "Basic" are words too; what follows is a secret where it is no word: too long, or with other signs.
    shown = found["shown"].rstrip(".")
    is_word = len(shown) < _LONG and shown.isalpha() and shown[1:] in {shown[1:].lower(), shown[1:].upper()}
    return found[0] if is_word else f"{found['scheme']}[redacted]"


class HubbubError(Exception):
    """Anything that a user of hubbub can act on; tokens are taken out of what it says."""

    def __str__(self) -> str:
        return redact(super().__str__())


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
