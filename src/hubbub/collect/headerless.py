r"""Tables of chat without a header → their layout, told by what stands in their columns.

=============  ========================================================================================================
Twitch corpus  ``moment;channel;viewer;channel;text``, quoted, as the twitchatds system collects it: a quote in a text
               is ``\"`` and a backslash stands unescaped, so it is no CSV. The text is what follows the fourth ``;``,
               without its outer quotes
Sentiment140   ``"0","1467810369","Mon Apr 06 22:19:45 PDT 2009","NO_QUERY","viewer","text"``
others         where ``column_map`` names columns by their numbers (``--map text=3``), from 1
=============  ========================================================================================================
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from hubbub.collect.columns import check_map
from hubbub.collect.delimited import Layout, read_header
from hubbub.collect.log_lines import Parsed, microseconds
from hubbub.collect.moments import parse_moment
from hubbub.collect.rows import Notes
from hubbub.errors import SourceError
from hubbub.records import RawRow

NOT_FIVE = "not the five fields of the Twitch corpus"
LABELS = frozenset({"0", "2", "4"})
"""Sentiment140's labels: negative, neutral, positive."""

_FIELD = r'(?:"([^";]{0,100})"|([^";]{0,100}))'
CORPUS_LINE = re.compile(rf"{_FIELD};{_FIELD};{_FIELD};{_FIELD};(.*)", re.DOTALL)
_ESCAPED_QUOTE = re.compile(r'\\"|""')
_MAX_COLUMNS = 10_000


def is_corpus_line(line: str) -> bool:
    """Return whether a line is one of the Twitch corpus.

    Examples
    --------
    >>> is_corpus_line('"2021-03-12 19:00:00";"c";"ann";"c";"hi"'), is_corpus_line("2021-03-12;a;b;c;d")
    (True, False)
    """
    match = CORPUS_LINE.fullmatch(line.rstrip("\r"))
    return bool(match and _moment(match.group(1) or match.group(2) or "") is not None)


@lru_cache(maxsize=4_096)
def _moment(written: str) -> int | None:
    """Return the microseconds since 1970 that a text names, or None."""
    moment = parse_moment(written)
    return None if moment is None else microseconds(moment)


class TwitchCorpus:
    """Reads the lines of the Twitch corpus."""

    def __init__(self, notes: Notes) -> None:
        del notes  # its lines say all

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        match = CORPUS_LINE.fullmatch(line)
        if match is None:
            return NOT_FIVE if line.strip() else None
        fields = match.groups()
        written, channel, author, _ = (fields[place] or fields[place + 1] or None for place in range(0, 8, 2))
        sent_at = _moment(written or "")
        if sent_at is None:
            return f"no moment in '{(written or '')[:40]}'"
        text = fields[8]
        if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
            text = _ESCAPED_QUOTE.sub('"', text[1:-1])
        if not text or not channel:
            return "no text" if channel else "no channel"
        row = RawRow(platform="twitch", channel=channel.removeprefix("#"), author=author, text=text, sent_at=sent_at)
        return [row]

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


def _add_x(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit("x").alias("platform"))


def lay_out_sentiment140(head: bytes) -> Layout | None:
    """Return the layout of Sentiment140 where the first record of a file is one of it."""
    fields = next(csv.reader(io.StringIO(_first_line(head), newline="")), [])
    if len(fields) != 6 or fields[0] not in LABELS or not fields[1].isdecimal() or parse_moment(fields[2]) is None:
        return None
    columns = {"message_id": 1, "sent_at": 2, "author": 4, "text": 5}
    return Layout(",", 6, columns, has_header=False, unfold=_add_x)


def lay_out_by_number(head: bytes, column_map: Mapping[str, str], where: str) -> Layout | None:
    """Return the layout that a map to column numbers tells, or None where a column is named otherwise.

    Raises
    ------
    SourceError
        When a number is not that of a column, or none holds the text.
    """
    delimiter, names = read_header(head)
    numbers = list(column_map.values())
    if not numbers or not all(re.fullmatch(r"[1-9][0-9]{0,3}", number) for number in numbers):
        return None
    if set(numbers) <= set(names):
        return None
    check_map(column_map, where)
    for ours, number in column_map.items():
        if int(number) > len(names):
            raise SourceError(f"{where}: no column {number} for '{ours}'; the first record has {len(names)} columns.")
    if not {"text", "event"} & column_map.keys():
        raise SourceError(f"{where}: must have a column of texts; number the one that holds them: --map text=NUMBER.")
    columns = {ours: int(number) - 1 for ours, number in column_map.items()}
    return Layout(delimiter, len(names), dict(sorted(columns.items(), key=lambda item: item[1])), has_header=False)


def _first_line(head: bytes) -> str:
    """Return the first line of a file."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").split(b"\n", 1)[0].decode("utf-8", "replace")
