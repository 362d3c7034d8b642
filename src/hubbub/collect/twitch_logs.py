"""Logs of Twitch IRC lines → batches of rows."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import polars as pl

from hubbub.collect.moments import read_moments
from hubbub.collect.rows import BROKEN, MAX_TEXT_BYTES, OVERLONG_LINE, TORN, Batch, Notes, list_series, make_rejects
from hubbub.collect.twitch_irc import CHAT_COMMANDS, find_time, name_command, parse_line
from hubbub.collect.unpack import MAX_RECORD_BYTES, Chunks, cut_blocks, cut_lines
from hubbub.records import MOMENT, RAW, RawRow, empty_frame

BLOCK_BYTES = 8 << 20
PROTOCOL = "lines of the protocol without chat"
TIMELESS = "lines that came in one piece with the line before; taken at its time"

_STRING = re.compile(r'[ ,\t\r\n]*("(?:[^"\\]++|\\.)*+")', re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udfff]")


def read_irc_lines(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of a log of IRC lines; a row's number is its line's."""
    first, times = 1, _Times(notes)
    for lines, is_torn in cut_lines(chunks, block_bytes):
        if first == 1 and lines:
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
        texts = _decode(lines, notes)
        yield _read_batch(texts, first, notes, times, n_torn=int(is_torn))
        first += len(lines)


def read_irc_json(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of ``{"messages": ["@…", …]}``, as the recent-messages service writes it."""
    held, first, is_begun, is_closed, times = "", 1, False, False, _Times(notes)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for block, is_last in cut_blocks(chunks, block_bytes):
        held += decoder.decode(block, final=is_last)
        if not is_begun:
            held, is_begun = held[held.find("[") + 1 :], True
        lines, place = [], 0
        while not is_closed and (match := _STRING.match(held, place)):
            place = match.end()
            lines.append(_read_string(match.group(1)))
        is_closed = is_closed or held[place:].lstrip(" ,\t\r\n").startswith("]")
        held = "" if is_closed else held[place:]
        if len(held) > MAX_RECORD_BYTES and not is_last:
            yield Batch(empty_frame(RAW), make_rejects([(first + len(lines), OVERLONG_LINE, held)]))
            held, is_closed, notes.damage = "", True, "the list of messages cannot be read on"
        yield _read_batch(lines, first, notes, times, n_torn=0)
        first += len(lines)
    if not is_closed:
        torn = held.strip(" ,\t\r\n")
        yield Batch(empty_frame(RAW), make_rejects([(first, TORN, torn)] if torn else []))
        notes.damage = chunks.damage or "the list of messages is not closed"


def _read_string(written: str) -> str:
    """Return the text of a JSON string; one with a wrong escape as written, to be rejected as no line of IRC."""
    try:
        return _SURROGATES.sub("\ufffd", json.loads(written, strict=False))
    except ValueError:
        return written


def _decode(lines: list[bytes], notes: Notes) -> list[str]:
    """Return lines as texts; bytes that are not UTF-8 become U+FFFD and their lines are counted."""
    try:
        return [line.decode() for line in lines]
    except UnicodeDecodeError:
        texts = [line.decode("utf-8", "replace") for line in lines]
        notes.counts[BROKEN] += sum(text.encode() != line for text, line in zip(texts, lines, strict=True))
        return texts


class _Times:
    """Gives each event of a log its moment: its own, the one written before it, or that of the line before.

    A client that writes the time before what it received writes it once where several lines came together.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._last: datetime | None = None

    def read(self, events: list[RawRow], lines: list[str]) -> tuple[pl.Series, dict[int, str]]:
        """Return the moments of events, and the times of those whose written time is none, by their places."""
        moments = pl.Series([event.sent_at for event in events], dtype=pl.Int64).cast(MOMENT)
        places = [place for place, event in enumerate(events) if event.sent_at is None]
        if not places:
            self._last = None if events else self._last
            return moments, {}
        written = {place: time for place in places if (time := find_time(lines[place]))}
        read = read_moments(pl.Series("sent_at", list(written.values()), pl.String))["moment"]
        moments = moments.scatter(list(written), read)
        bad = {place: time for (place, time), moment in zip(written.items(), read, strict=True) if moment is None}
        found = dict(zip(written, read, strict=True))
        filled: dict[int, datetime] = {}
        for place, event in enumerate(events):
            if place in written or event.sent_at is not None:
                self._last = found.get(place)  # none where a tag tells it: such a log writes no times
            elif self._last is not None:
                filled[place] = self._last
        if filled:
            self._notes.counts[TIMELESS] += len(filled)
            moments = moments.scatter(list(filled), pl.Series(list(filled.values()), dtype=MOMENT))
        return moments, bad


def _read_batch(lines: list[str], first: int, notes: Notes, times: _Times, *, n_torn: int) -> Batch:
    """Return the batch of some lines, the first of which has the number ``first``."""
    events: list[RawRow] = []
    rows: list[int] = []
    rejects: list[tuple[int, str, str]] = []
    others: Counter[str] = Counter()
    last = first + len(lines) - 1 - n_torn
    for row, line in enumerate(lines, first):
        event = parse_line(line) if len(line) <= MAX_TEXT_BYTES else None
        if event and row <= last:
            events.append(event)
            rows.append(row)
        elif row > last or len(line) > MAX_TEXT_BYTES:
            rejects.append((row, TORN if row > last else OVERLONG_LINE, line))
        elif (command := name_command(line)) and command not in CHAT_COMMANDS:
            others[command] += 1
        elif line and not line.isspace():
            rejects.append((row, "not a line of Twitch IRC", line))
    if others:
        notes.counts[PROTOCOL] += others.total()
    moments, bad = times.read(events, [lines[row - first] for row in rows])
    timeless = {place: (rows[place], lines[rows[place] - first], time) for place, time in bad.items()}
    return _as_batch(events, moments, rejects, timeless)


def _as_batch(
    events: list[RawRow],
    moments: pl.Series,
    rejects: list[tuple[int, str, str]],
    timeless: dict[int, tuple[int, str, str]],
) -> Batch:
    """Return the rows of events; those whose written moment is none are rejected."""
    columns = {
        name: pl.Series(name, [getattr(event, name) for event in events], dtype)
        for name, dtype in RAW.columns.items()
        if name not in {"sent_at", "roles", "badges", "emotes"}
    }
    for name in ("roles", "badges", "emotes"):
        columns[name] = list_series([getattr(event, name) for event in events])
    frame = pl.DataFrame({"sent_at": moments, **columns}).select(list(RAW.columns))
    if timeless:
        rejects += [(row, f"no moment in '{time[:40]}'", line) for row, line, time in timeless.values()]
        rejects.sort()
        frame = frame.filter(~pl.int_range(pl.len()).is_in(list(timeless)))
    return Batch(frame, make_rejects(rejects))
