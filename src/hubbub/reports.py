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
class Watched:
    """What a live collection is doing at one moment.

    Attributes
    ----------
    seconds : float
        Since it began.
    n_received, n_durable, n_waiting : int
        Messages (rows of any kind) that came in; that are on disk; that are not yet.
    per_second : list of int
        Messages that came in each of the last 60 seconds, the current one left out, oldest first.
    lag_seconds, worst_lag_seconds : float or None
        From the socket to the disk: 99 of 100 were faster; the slowest.
    gaps : list of str
        What was missed, one line each, newest last; at most the last few.
    n_gaps : int
        How many there were.
    channels : dict of str to tuple
        Channel → messages, messages of the last 60 seconds, "live" or why not.
    last : list of tuple of str
        Channel and text of the newest messages, newest last.
    notes : dict of str to int
        What else people should know, counted.
    health : str
        "ok", or why the disk takes nothing.
    """

    seconds: float
    n_received: int
    n_durable: int
    n_waiting: int
    per_second: list[int]
    lag_seconds: float | None
    worst_lag_seconds: float | None
    gaps: list[str]
    n_gaps: int
    channels: dict[str, tuple[int, int, str]]
    last: list[tuple[str, str]]
    notes: dict[str, int]
    health: str


class Show(Protocol):
    """What a live command calls a few times a second to say what it is doing; faces that can show it pass one in."""

    def __call__(self, state: Watched, /) -> None:
        """Take the state of this moment."""


def show_nothing(state: Watched, /) -> None:
    """Show nothing."""


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
