"""Lines of super chats that were copied from a web page that lists them → rows.

Three parts a message, as a browser copies them: the name that stands for the picture, then
``Ann 2021-11-19, 01:13 (chat) |▶ Go to: 5:56`` and ``Donated: $9.99``, a blank line, and the text. The first name may
be missing. The clock after "Go to" is the offset; the date is kept as the stream's day, for its time names no zone.
"""

from __future__ import annotations

import re

from hubbub.collect.log_lines import Parsed
from hubbub.collect.moments import parse_clock, parse_day
from hubbub.collect.money import parse_money
from hubbub.collect.rows import Notes
from hubbub.records import RawRow

BEFORE = "a line before the first super chat"
NO_SUM = "super chats whose sum could not be read; kept without"
MAX_LINES = 200

HEADER = re.compile(r"(.*?) ?(\d{4}-\d\d-\d\d), \d\d:\d\d \((\w{1,20})\) \|▶ Go to: (-?[\d:]{3,12})", re.ASCII)
_SUM = re.compile(r"Donated: (.{1,60})")


class SuperchatText:
    """Reads the lines of super chats that were copied from a page; a message ends where the next begins.

    Parameters
    ----------
    notes : Notes
        Where to keep the day.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._row: RawRow | None = None
        self._lines: list[str] = []
        self._has_sum = False

    def parse(self, line: str) -> Parsed:
        """Return the message that a line ends, where it does."""
        line = line.strip()
        if match := HEADER.fullmatch(line):
            name, day, _, clock = match.groups()
            if self._lines and self._lines[-1] == name:
                self._lines.pop()  # it stands for the picture
            done = self.finish()
            self._row = RawRow(platform="youtube", author=name or None, offset_seconds=parse_clock(clock))
            if found := parse_day(day):
                self._notes.days.setdefault("", found)
            return done
        if self._row is None:
            if line and self._lines:
                return BEFORE  # one name stands there for the picture, and nothing else
            self._lines = [line] if line else []
            return None
        if not self._has_sum and (paid := _SUM.fullmatch(line)):
            self._has_sum = True
            money = parse_money(paid.group(1))
            self._row.kind = "donation"
            if money:
                self._row.amount, self._row.currency = money
            else:
                self._notes.counts[NO_SUM] += 1
            return []
        if len(self._lines) >= MAX_LINES:
            return f"more than {MAX_LINES} lines of one message"
        self._lines.append(line)
        return []

    def finish(self) -> list[RawRow]:
        """Return the message that was held back."""
        row, lines = self._row, self._lines
        self._row, self._lines, self._has_sum = None, [], False
        if row is None:
            return []
        row.text = "\n".join(lines).strip() or None
        row.event = "superchat" if row.kind == "donation" else None
        return [row]
