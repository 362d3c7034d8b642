"""Lines of the plain-text chats that downloaders write → rows.

================  =====================================================================================================
chat-downloader   ``5:07 | (Moderator, Member (2 years)) *$5.00* Ann: hi``; older: ``[5:07] (…) *$5.00* Ann: hi``; a
                  moment in place of the clock where the chat was live
TwitchDownloader  ``[0:05:07] Ann: hi``, ``[2024-11-11 20:00:00 UTC] Ann: hi``, or ``Ann: hi``; Twitch's sentences on
                  subscriptions, gifts and raids stand where Ann speaks
================  =====================================================================================================

The name ends at the first colon and space, so that of a viewer who has these in the name is cut. What YouTube sends
once more for its ticker cannot be told but for paid lines: the same second, viewer, sum and text is a copy.
"""

from __future__ import annotations

import re
from collections import deque

from hubbub.collect.log_lines import Parsed, microseconds
from hubbub.collect.moments import parse_moment
from hubbub.collect.money import parse_money
from hubbub.collect.name_lists import split_roles
from hubbub.collect.rows import TICKER_COPY, Notes
from hubbub.collect.twitch_sentences import count_cheers, read_sentence
from hubbub.records import RawRow

NO_TIME = "a line without a time"
NO_AUTHOR = "a line without an author"
NO_ZONE = "the file names no time zone; its times are taken as UTC"
TIMELESS = "the file holds no times"
CHEERED = "rows whose bits were read from the cheers in their text"

_CLOCK = r"-?(?:\d{1,3}(?:,\d{3})*:)?\d{1,4}:\d\d"
_MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: UTC)?"

BRACKETED = re.compile(rf"\[({_CLOCK}|{_MOMENT})\] (.*)", re.ASCII | re.DOTALL)
BARRED = re.compile(rf"({_CLOCK}|{_MOMENT}) \| (.*)", re.ASCII | re.DOTALL)
_BADGES = re.compile(r"\(((?:[^()]|\([^()]{0,40}\)){1,200})\) ")
_PAID = re.compile(r"\*([^*]{1,40})\* ")
_BANNED = re.compile(r"(\S{1,80}) was (?:(timed out) for \d{1,9} seconds|permanently banned)\.", re.ASCII)
_SAID = re.compile(r"(.+?):(?: (.*)|$)", re.DOTALL)
_N_PAID = 200
_LONGEST_OFFSET = 1e9


def read_stamp(row: RawRow, written: str, notes: Notes) -> bool:
    """Fill the offset or moment of a row; return whether it is one.

    A clock that stands for decades is seconds since 1970: some versions of chat-downloader write those at the end.
    """
    if len(written) >= 19:
        moment = parse_moment(written)
        if moment is None:
            return False
        if not written.endswith("UTC"):
            notes.remarks[NO_ZONE] = None
        row.sent_at = microseconds(moment)
        return True
    *hours, minutes, seconds = written.lstrip("-").replace(",", "").split(":")
    total = (int(hours[0]) if hours else 0) * 3600 + int(minutes) * 60 + int(seconds)
    if total >= _LONGEST_OFFSET:
        moment = parse_moment(str(total))
        row.sent_at = microseconds(moment) if moment else None
        return moment is not None
    row.offset_seconds = float(-total if written.startswith("-") else total)
    return True


class ChatDownloaderText:
    """Reads the lines of chat-downloader's text.

    Parameters
    ----------
    notes : Notes
        Where to say what the file does not tell.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._paid: deque[tuple[str, str]] = deque(maxlen=_N_PAID)

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        match = BRACKETED.fullmatch(line) or BARRED.fullmatch(line)
        if match is None:
            return NO_TIME if line.strip() else None
        stamp, rest = match.groups()
        row = RawRow(platform="")
        if not read_stamp(row, stamp, self._notes):
            return f"no moment in '{stamp}'"
        row.text = rest
        if banned := _BANNED.fullmatch(rest):
            row.kind, row.event, row.text = "deletion", "timeout" if banned.group(2) else "ban", None
            row.author, row.platform = banned.group(1), "twitch"
            return [row]
        if read_sentence(row):
            row.platform = "twitch"
            return [row]
        if badges := _BADGES.match(rest):
            rest = rest[badges.end() :]
            row.roles = split_roles(badges.group(1)) or None
            row.badges = [part for part in re.split(r", (?![^(]*\))", badges.group(1)) if "(" in part] or None
        if paid := _PAID.match(rest):
            money = parse_money(paid.group(1))
            if money:
                rest = rest[paid.end() :]
                row.kind = "donation"
                row.amount, row.currency = money
        said = _SAID.fullmatch(rest)
        if said is None:
            return NO_AUTHOR
        row.author, row.text = said.group(1), said.group(2) or None
        if row.kind == "donation":
            if (stamp, line) in self._paid:
                return TICKER_COPY
            self._paid.append((stamp, line))
        return [row]

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


class TwitchDownloaderText:
    """Reads the lines of TwitchDownloader's text.

    Parameters
    ----------
    notes : Notes
        Where to say what the file does not tell.
    has_times : bool
        Whether the lines begin with a time.
    """

    def __init__(self, notes: Notes, *, has_times: bool) -> None:
        self._notes, self._has_times = notes, has_times
        if not has_times:
            notes.remarks[TIMELESS] = None

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        row, rest = RawRow(platform="twitch"), line
        if self._has_times:
            match = BRACKETED.fullmatch(line)
            if match is None:
                return NO_TIME if line.strip() else None
            stamp, rest = match.groups()
            if not read_stamp(row, stamp, self._notes):
                return f"no moment in '{stamp}'"
        said = _SAID.fullmatch(rest)
        if said is None:
            return NO_AUTHOR if line.strip() else None
        row.author, row.text = said.group(1), said.group(2) or None
        read_event(row, self._notes)
        return [row]

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


def read_event(row: RawRow, notes: Notes) -> None:
    """Fill a row of a Twitch viewer by what its text says: a subscription, gift or raid, or cheers."""
    if read_sentence(row) or not row.text:
        return
    if bits := count_cheers(row.text):
        row.kind, row.event, row.amount, row.currency = "donation", "bits", bits, "bits"
        notes.counts[CHEERED] += 1
