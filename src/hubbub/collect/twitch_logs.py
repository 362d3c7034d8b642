"""Logs of Twitch IRC lines → batches of rows."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator

import polars as pl

from hubbub.collect.moments import read_moments
from hubbub.collect.rows import BROKEN, MAX_TEXT_BYTES, OVERLONG_LINE, TORN, Batch, Notes, list_series, make_rejects
from hubbub.collect.twitch_irc import CHAT_COMMANDS, find_time, name_command, parse_line
from hubbub.collect.unpack import MAX_RECORD_BYTES, Chunks, cut_blocks, cut_lines
from hubbub.records import MOMENT, RAW, RawRow, empty_frame

BLOCK_BYTES = 8 << 20
PROTOCOL = "lines of the protocol without chat"

_STRING = re.compile(r'[ ,\t\r\n]*("(?:[^"\\]++|\\.)*+")', re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udfff]")


def read_irc_lines(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of a log of IRC lines; a row's number is its line's."""
    first = 1
    for lines, is_torn in cut_lines(chunks, block_bytes):
        if first == 1 and lines:
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
        texts = _decode(lines, notes)
        yield _read_batch(texts, first, notes, n_torn=int(is_torn))
        first += len(lines)


def read_irc_json(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of ``{"messages": ["@…", …]}``, as the recent-messages service writes it."""
    held, first, is_begun, is_closed = "", 1, False, False
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
        yield _read_batch(lines, first, notes, n_torn=0)
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


def _read_batch(lines: list[str], first: int, notes: Notes, *, n_torn: int) -> Batch:
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
    return _as_batch(events, rows, lines, first, rejects)


def _as_batch(
    events: list[RawRow], rows: list[int], lines: list[str], first: int, rejects: list[tuple[int, str, str]]
) -> Batch:
    """Return the rows of events; those whose written moment is none are rejected."""
    columns = {
        name: pl.Series(name, [getattr(event, name) for event in events], dtype)
        for name, dtype in RAW.columns.items()
        if name not in {"sent_at", "roles", "badges", "emotes"}
    }
    for name in ("roles", "badges", "emotes"):
        columns[name] = list_series([getattr(event, name) for event in events])
    moments = pl.Series([event.sent_at for event in events], dtype=pl.Int64).cast(MOMENT)
    # Other times than Twitch's own are read together: a log without tags has one before each line.
    places = [place for place, event in enumerate(events) if event.sent_at is None]
    written = {place: time for place in places if (time := find_time(lines[rows[place] - first]))}
    timeless: list[int] = []
    if written:
        read = read_moments(pl.Series("sent_at", list(written.values()), pl.String))["moment"]
        moments = moments.scatter(list(written), read)
        timeless = [place for place, is_none in zip(written, read.is_null(), strict=True) if is_none]
    frame = pl.DataFrame({"sent_at": moments, **columns}).select(list(RAW.columns))
    if timeless:
        for place in timeless:
            rejects.append((rows[place], f"no moment in '{written[place][:40]}'", lines[rows[place] - first]))
        rejects.sort()
        frame = frame.filter(~pl.int_range(pl.len()).is_in(timeless))
    return Batch(frame, make_rejects(rejects))
