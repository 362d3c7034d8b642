"""What commands say: how far they are, and what they did.

Beside ``records`` and without polars, so that every command can be listed with its help in no time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Protocol


class Progress(Protocol):
    """What a long command calls to say how far it is; the faces that show progress pass one in."""

    def __call__(self, step: str, done: int, total: int | None = None, /) -> None:
        """Say that ``done`` of ``total`` (or of an unknown number) are done of a step named for people."""


def no_progress(step: str, done: int, total: int | None = None, /) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a command did.

    Attributes
    ----------
    command : str
        The command.
    n_in : int
        Rows, messages or texts that came in.
    n_kept : int
        Those that the command added or made something of.
    n_repeated : int
        Those that were there already.
    rejected : dict of str to int
        Those that were left out, by reason.
    seconds : float
        Wall time.
    problems : tuple of str
        What the user must know, one line each; the command line exits with 1 when there is any.
    details : dict of str
        What else the command wants to say; plain data.
    """

    command: str
    n_in: int
    n_kept: int
    n_repeated: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def n_rejected(self) -> int:
        """Sum of ``rejected``."""
        return sum(self.rejected.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self) | {"n_rejected": self.n_rejected, "problems": list(self.problems)}
