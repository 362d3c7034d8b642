"""The first lines of a text → the format of the chat in it, by an ordered list of rules.

A rule looks at the form of lines, never at names of files. Formats that state themselves in a header come first, then
those of which most lines must have the form. What begins with ``{`` or ``[`` may still be a log: ``[20:00:00] …``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hubbub.collect.chat_logs import CHATTERINO_START, CHATTY_START, IRSSI_START, JUSTLOG_LINE
from hubbub.collect.chat_text import BARRED, BRACKETED
from hubbub.collect.columns import find_known
from hubbub.collect.delimited import read_header
from hubbub.collect.headerless import is_corpus_line, lay_out_sentiment140
from hubbub.collect.superchat_text import HEADER
from hubbub.collect.twitch_irc import is_chat_line, is_irc_line

N_LINES, N_HEADER_LINES = 100, 20
PAGE_BODY = b"chat-line-message-body"
"""What Twitch's page calls the body of a message."""

_HTML = re.compile(r"<(?:!doctype html|html|pre)\b", re.IGNORECASE)
_CHATTY_LINE = re.compile(r"\[\d\d:\d\d:\d\d\] <[~@&!%$+^]*[^<>\s]", re.ASCII)
_IRSSI_LINE = re.compile(r"\d\d:\d\d(?::\d\d)? (?:<[ ~&@%+]?[^<>\s]+> | \* \S|-!- )", re.ASCII)
_HOURS = re.compile(r"\d+:\d\d:\d\d", re.ASCII)
_NAMED = re.compile(r"[^\s:,;<>\[\](){}]{2,30}: \S", re.ASCII)
_PAID_OR_BADGED = re.compile(r"[(*]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a text.

    Attributes
    ----------
    head : bytes
        The first 64 KB, in UTF-8.
    lines : list of str
        Its first lines that are not blank, without their line ends.
    """

    head: bytes
    lines: list[str]

    def begins(self, pattern: re.Pattern[str]) -> bool:
        """Return whether one of the first lines begins so."""
        return any(map(pattern.match, self.lines[:N_HEADER_LINES]))

    def mostly(self, is_one: Callable[[str], object]) -> bool:
        """Return whether at least half of the lines are so."""
        return sum(map(bool, map(is_one, self.lines))) * 2 >= len(self.lines) > 0


def _is_irc(sample: Sample) -> bool:
    return sample.mostly(is_irc_line) and any(map(is_chat_line, sample.lines))


def _is_downloaded(sample: Sample) -> bool:
    """Return whether the lines begin with a clock or moment in brackets, as both downloaders write them."""
    return sample.mostly(BRACKETED.match)


def _is_twitchdownloader(sample: Sample) -> bool:
    """Return whether lines with a time in brackets are TwitchDownloader's, and not chat-downloader's older ones.

    Only TwitchDownloader writes hours where there are none ("0:05:07") and "UTC"; only chat-downloader leaves them
    out, writes sums and badges, and has names with spaces.
    """
    if not _is_downloaded(sample):
        return False
    found = [match.groups() for match in map(BRACKETED.match, sample.lines) if match]
    if any(stamp.endswith("UTC") or (stamp.startswith("0:") and _HOURS.fullmatch(stamp)) for stamp, _ in found):
        return True
    if not all(_HOURS.fullmatch(stamp) for stamp, _ in found):
        return False
    return not any(_PAID_OR_BADGED.match(rest) or " " in rest.partition(": ")[0] for _, rest in found)


def _is_named_lines(sample: Sample) -> bool:
    """Return whether nearly all lines are "name: text"."""
    return len(sample.lines) > 1 and sum(map(bool, map(_NAMED.match, sample.lines))) >= 0.9 * len(sample.lines)


def _is_page_capture(sample: Sample) -> bool:
    """Return whether a table has a column "raw" of bodies from Twitch's page."""
    return PAGE_BODY in sample.head and "raw" in read_header(sample.head)[1]


def _is_table(sample: Sample) -> bool:
    """Return whether the first record names columns: one that hubbub knows, or as many as each line has fields."""
    delimiter, names = read_header(sample.head)
    known = [found[0] for name in names if (found := find_known(name))]
    if len(names) == 1:
        return known == ["text"]
    counts = {line.count(delimiter) for line in sample.lines[:20]}
    return bool(known) or (len(sample.lines) > 1 and len(counts) == 1)


RULES: tuple[tuple[str, Callable[[Sample], bool]], ...] = (
    ("chat-html", lambda sample: bool(_HTML.match(sample.lines[0].lstrip()))),
    ("chatty", lambda sample: sample.begins(CHATTY_START)),
    ("irssi", lambda sample: sample.begins(IRSSI_START)),
    ("chatterino", lambda sample: sample.begins(CHATTERINO_START)),
    ("superchat-text", lambda sample: sample.begins(HEADER)),
    ("twitch-irc", _is_irc),
    ("justlog", lambda sample: sample.mostly(JUSTLOG_LINE.match)),
    ("chatty", lambda sample: sample.mostly(_CHATTY_LINE.match)),
    ("irssi", lambda sample: sample.mostly(_IRSSI_LINE.match)),
    ("twitchdownloader-text", _is_twitchdownloader),
    ("chat-downloader-text", _is_downloaded),
    ("chat-downloader-text", lambda sample: sample.mostly(BARRED.match)),
    ("twitch-corpus", lambda sample: sample.mostly(is_corpus_line)),
    ("twitch-page", _is_page_capture),
    ("sentiment140", lambda sample: lay_out_sentiment140(sample.head) is not None),
    ("chat-csv", _is_table),
    ("twitchdownloader-text", _is_named_lines),
)
"""Formats and how to know them, in the order in which they are tried."""


def detect_text(head: bytes) -> str | None:
    r"""Return the format of a text by its first bytes in UTF-8, or None where no rule knows it.

    Examples
    --------
    >>> detect_text(b"[0:00:32] ann: hi\n[0:00:34] bob: ho\n"), detect_text(b"[5:07] Ann Lee: hi\n")
    ('twitchdownloader-text', 'chat-downloader-text')
    >>> detect_text(b"# Log started: 2016-09-11 10:18:00 +0800\n"), detect_text(b"Dear diary,\n")
    ('chatty', None)
    """
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = [line.rstrip("\r") for line in text.split("\n")[: 2 * N_LINES] if line.strip()][:N_LINES]
    sample = Sample(head, lines)
    return next((name for name, is_one in RULES if is_one(sample)), None) if lines else None
