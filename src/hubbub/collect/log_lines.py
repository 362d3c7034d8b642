"""Bytes of a log with one thing a line → batches of rows, by a parser of its lines; and clocks of a log → moments.

A parser says of each line what it holds: rows, nothing (a header, a join: counted in the notes), or why it cannot be
read (a reject, with the line). It may hold rows back until a later line ends them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hubbub.collect.rows import (
    BROKEN,
    MAX_TEXT_BYTES,
    OVERLONG_LINE,
    TORN,
    Batch,
    Notes,
    make_rejects,
    rows_frame,
)
from hubbub.collect.unpack import Chunks, cut_lines
from hubbub.records import RawRow

BLOCK_BYTES = 4 << 20
WITHOUT_CHAT = "lines without chat (headers, joins and the like)"
ASSUMED_UTC = "the log names no time zone; its times are taken as UTC"

Parsed = list[RawRow] | str | None
"""What a line holds: rows, why it cannot be read, or None for nothing."""


class LineParser(Protocol):
    """What reads the lines of one log, in order."""

    def parse(self, line: str) -> Parsed:
        """Return what a line holds; it comes without its line end, and may be blank."""

    def finish(self) -> list[RawRow]:
        """Return the rows that were held back."""


def read_log(
    chunks: Chunks,
    notes: Notes,
    parser: LineParser,
    *,
    block_bytes: int = BLOCK_BYTES,
    is_page: Callable[[bytes], bool] | None = None,
) -> Iterator[Batch]:
    """Yield the batches of a log.

    Parameters
    ----------
    chunks : Chunks
        The bytes, in UTF-8.
    notes : Notes
        Where to count lines without chat and broken bytes.
    parser : LineParser
        Reads the lines.
    block_bytes : int
        About how much is read at once.
    is_page : callable, optional
        Whether a line is of the page around the chat and is passed over however long it is.
    """
    row = 0
    for lines, is_torn in cut_lines(chunks, block_bytes):
        rows: list[RawRow] = []
        rejects: list[tuple[int, str, str]] = []
        for number, raw in enumerate(lines, row + 1):
            line = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
            if is_page and is_page(line):
                continue
            text, is_broken = _decode(line[: MAX_TEXT_BYTES + 4])
            if len(line) > MAX_TEXT_BYTES or (is_torn and number == row + len(lines)):
                rejects.append((number, OVERLONG_LINE if len(line) > MAX_TEXT_BYTES else TORN, text))
                continue
            if is_broken:
                notes.counts[BROKEN] += 1
            found = parser.parse(text)
            if isinstance(found, list):
                rows.extend(found)
            elif found:
                rejects.append((number, found, text))
            elif text and not text.isspace():
                notes.counts[WITHOUT_CHAT] += 1
        row += len(lines)
        if rows or rejects:
            yield Batch(rows_frame(rows), make_rejects(rejects))
    if held := parser.finish():
        yield Batch(rows_frame(held), make_rejects([]))


def _decode(line: bytes) -> tuple[str, bool]:
    """Return the text of a line without its carriage return, and whether bytes of it are not UTF-8."""
    line = line.removesuffix(b"\r")
    try:
        return line.decode(), False
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace"), True


_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3}
_ZONES |= {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9}
_ZONES |= {"HST": -10, "BRT": -3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "AWST": 8, "NZST": 12, "NZDT": 13}
_HALF_DAY = 43_200


def zone_seconds(written: str) -> int | None:
    """Return the seconds that a zone is ahead of UTC, or None where it is not known.

    Examples
    --------
    >>> zone_seconds("+0800"), zone_seconds("CEST"), zone_seconds("Eastern Daylight Time")
    (28800, 7200, None)
    """
    if match := _OFFSET.fullmatch(written):
        seconds = int(match.group(2)) * 3600 + int(match.group(3)) * 60
        return seconds if match.group(1) == "+" else -seconds
    hours = _ZONES.get(written)
    return None if hours is None else hours * 3600


class LogClock:
    """Turns the clock times of a log's lines into moments: knows the day, and turns it at midnight.

    Parameters
    ----------
    notes : Notes
        Where to say that the log names no zone, or one that is not known.

    Attributes
    ----------
    zone : str
        The zone as the log last stated it; "" where it does not.
    """

    def __init__(self, notes: Notes) -> None:
        self.zone = ""
        self._notes = notes
        self._midnight: datetime | None = None
        self._last = 0

    def start(self, written: str, form: str, zone: str = "") -> bool:
        """Take a day and time that the log states; return whether they are one.

        Parameters
        ----------
        written : str
            As the log writes it.
        form : str
            As ``datetime.strptime`` names it.
        zone : str
            The zone beside it; none is UTC.
        """
        try:
            local = datetime.strptime(written, form).replace(tzinfo=UTC)
        except ValueError:
            return False
        ahead = zone_seconds(zone)
        if not zone:
            self._notes.remarks[ASSUMED_UTC] = None
        elif ahead is None:
            remark = f"the log's time zone '{zone[:40]}' is not known; its times are taken as UTC"
            self._notes.remarks[remark] = None
        if not 1971 <= local.year <= 2100:
            return False
        self.zone = zone
        self._midnight = local.replace(hour=0, minute=0, second=0) - timedelta(seconds=ahead or 0)
        self._last = local.hour * 3600 + local.minute * 60 + local.second
        return True

    def moment(self, hour: str, minute: str, second: str | None) -> int | None:
        """Return the moment of a clock time in microseconds since 1970; None where the log states no day."""
        if self._midnight is None:
            return None
        seconds = int(hour) * 3600 + int(minute) * 60 + int(second or 0)
        if seconds < self._last - _HALF_DAY:
            self._midnight += timedelta(days=1)
        elif seconds > self._last + _HALF_DAY:  # a line from just before midnight, written just after
            return microseconds(self._midnight + timedelta(seconds=seconds - 86_400))
        self._last = seconds
        return microseconds(self._midnight + timedelta(seconds=seconds))


def microseconds(moment: datetime) -> int:
    """Return a moment in microseconds since 1970 (UTC), as ``records.RawRow`` holds it."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
