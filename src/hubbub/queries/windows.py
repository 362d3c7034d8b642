"""A stretch of a stream as people name it → offsets."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from hubbub.errors import HubbubError

_CLOCK = re.compile(r"(\+?)(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")


def parse_window(from_: str, to: str, started_at: datetime | None, duration_seconds: float) -> tuple[float, float]:
    """Return the first and last offset of a window, in seconds.

    ``19:30`` is a time of day in this machine's zone where the stream's start is known, else an offset of 19 h 30;
    ``+1:05`` and ``+1:05:30`` are always offsets from the start of the stream. Empty means the stream's own edge.

    Raises
    ------
    HubbubError
        When it is no time, or the window holds nothing of the stream.

    Examples
    --------
    >>> parse_window("+0:10", "", None, 3600.0)
    (600.0, 3600.0)
    """
    first = _offset(from_, "--from", started_at) if from_ else 0.0
    last = _offset(to, "--to", started_at) if to else duration_seconds
    if last <= first or first > duration_seconds:
        raise HubbubError(
            f"--from {from_ or 'start'} --to {to or 'end'} must be a window of the stream, "
            f"which is {duration_seconds:.0f} s long"
            + (f" and starts at {started_at.astimezone():%H:%M:%S %Z}" if started_at else "")
            + f"; it was {first:.0f} s to {last:.0f} s."
        )
    return first, last


def _offset(text: str, name: str, started_at: datetime | None) -> float:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise HubbubError(f"{name} must be a time such as 19:30, or an offset such as +1:05:00; it was '{text}'.")
    plus, hours, minutes, seconds = found.groups()
    since = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    if plus or started_at is None:
        return since.total_seconds()
    local = started_at.astimezone()
    moment = local.replace(hour=0, minute=0, second=0, microsecond=0) + since
    if moment < local and local - moment > timedelta(hours=12):
        moment += timedelta(days=1)
    return (moment - local).total_seconds()
