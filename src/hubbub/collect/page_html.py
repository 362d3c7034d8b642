"""HTML of chats: TwitchDownloader's pages, and message bodies that were copied from Twitch's page → texts with emotes.

TwitchDownloader writes one ``<pre>`` a message on one line: ``[0:05:07]``, badges as ``img``, a link to the viewer with
the name in its color, then the text with emotes as ``img`` followed by their name for those who copy it. Only that
structure counts, not the class names, which people's tools change. A body from Twitch's page has emotes as
``img alt="Kappa"``, cheers as an ``img`` and their amount in ``strong``.

HTML is read by the standard library's parser and never evaluated; each message by a parser of its own. A message of
nothing but tags as these tools write them is cut at its tags instead, twice as fast and with the same result.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser

import polars as pl

from hubbub.collect.chat_text import read_event, read_stamp
from hubbub.collect.log_lines import Parsed
from hubbub.collect.name_lists import SEPARATOR
from hubbub.collect.rows import Notes
from hubbub.records import RawRow

NOT_A_COMMENT = "not a message of TwitchDownloader's page"
PAGE_TIMES = "the capture names no time zone; its times are taken as UTC"

_STAMP = re.compile(r"\s*\[(-?(?:\d{1,4}:)?\d{1,4}:\d\d)\]", re.ASCII)
_BADGE_CLASS = re.compile(r"(?<!\S)badge-(\S{1,80})-([^\s-]{1,40})(?!\S)")
_LOGIN = re.compile(r"(?:https?://)?(?:www\.)?twitch\.tv/(\w{1,60})/?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,3}(?:,?[0-9]{3}){0,3}", re.ASCII)
_PRE = re.compile(rb"\s*<(?:pre[\s>]|p?r?e?\s*$)")  # or what is left of it where the file breaks off
_NAME = "(?:pre|span|div|strong|img|a)"
_PLAIN_TAG = re.compile(rf"""(<(?:/{_NAME}|{_NAME}(?: [a-z]+=(?:'[^'<>&]*'|"[^"<>&]*"))*)>)""")
_ATTRIBUTE = re.compile(r""" ([a-z]+)=(?:'([^']*)'|"([^"]*)")""")
_CHEER_CLASS = "cheer-amount"
_HIGHLIGHT_CLASS = "body--highlighted"


class Body:
    """A text that grows, and the emotes in it.

    Attributes
    ----------
    text : str
        With each emote by its name.
    spans : list of int
        Begin and end (exclusive) of each emote, one pair after another, in code points.
    bits : int
        The cheers' sum.
    """

    def __init__(self) -> None:
        self.spans: list[int] = []
        self.bits = 0
        self._parts: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self._parts)

    def add(self, text: str) -> None:
        """Add what was written."""
        self._parts.append(text)
        self._length += len(text)

    def add_emote(self, name: str) -> None:
        """Add an emote by its name."""
        self.spans += [self._length, self._length + len(name)]
        self.add(name)

    def take_emote(self) -> str:
        """Take the last part back, which was an emote; return its name."""
        del self.spans[-2:]
        name = self._parts.pop()
        self._length -= len(name)
        return name

    def emotes(self, text: str) -> list[str]:
        """Return the names of the emotes in order, each once."""
        pairs = zip(self.spans[::2], self.spans[1::2], strict=True)
        return list(dict.fromkeys(text[begin:end] for begin, end in pairs))


class _Message(HTMLParser):
    """Reads the HTML of one message: stamp, badges and a link to the viewer where it has them, and the body."""

    def __init__(self, *, is_whole: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.body = Body()
        self.stamp = self.login = self.name = ""
        self.badges: list[str] = []
        self.is_highlighted = False
        self.part = "stamp" if is_whole else "body"
        self._is_after_image = False
        self._hidden: str | None = None
        self._cheer: str | None = None

    def read(self, html: str) -> None:
        """Take the HTML of the message; what is left of a tag or reference that breaks off is text no more.

        The parser is not closed: closing looks for the end of each tag that is open from there to the end of the text,
        which takes a time that grows with the square of what a hostile line holds.
        """
        pieces = _PLAIN_TAG.split(html)
        if 2 * html.count("<") == len(pieces) - 1:
            self._take_pieces(pieces)
            return
        self.feed(html)
        if self.rawdata and not self.rawdata.startswith("<"):
            self.handle_data(unescape(self.rawdata))

    def _take_pieces(self, pieces: list[str]) -> None:
        """Take texts and the tags between them, in turn."""
        for text, tag in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            if text:
                self.handle_data(unescape(text) if "&" in text else text)
            if tag.startswith("</"):
                self.handle_endtag(tag[2:-1])
            elif tag:
                self._open(*_read_tag(tag))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag and what it says."""
        self._open(tag, {name: value or "" for name, value in attrs})

    def _open(self, tag: str, known: dict[str, str]) -> None:
        """Take a badge, an emote, the viewer's link, or what hides the name of an image."""
        was_after_image, self._is_after_image = self._is_after_image, False
        if _HIGHLIGHT_CLASS in known.get("class", ""):
            self.is_highlighted = True
        if tag == "img":
            self._take_image(known)
        elif tag == "a" and self.part == "stamp":
            self.part = "name"
            match = _LOGIN.fullmatch(known.get("href", ""))
            self.login = match.group(1) if match else ""
        elif _CHEER_CLASS in known.get("class", "") and self.body.spans:
            self._cheer = self.body.take_emote().partition(" ")[0]
        elif was_after_image:
            self._hidden = tag

    def _take_image(self, known: dict[str, str]) -> None:
        """Take a badge before the name, an emote after it."""
        name = known.get("title") or known.get("alt") or ""
        if not name:
            return
        self._is_after_image = True
        if self.part == "stamp":
            match = _BADGE_CLASS.search(known.get("class", ""))
            self.badges.append(f"{match.group(1)}/{match.group(2)}" if match else name)
        elif self.part == "body":
            self.body.add_emote(name)

    def handle_endtag(self, tag: str) -> None:
        """Leave the viewer's link, or what hides a name."""
        self._is_after_image = False
        if tag == self._hidden:
            self._hidden = None
        elif tag == "a" and self.part == "name":
            self.part = "body"

    def handle_data(self, data: str) -> None:
        """Take text where it belongs."""
        self._is_after_image = False
        if self._hidden:
            return
        if self._cheer is not None:
            self.body.add(self._cheer + data)
            self.body.bits += int(data.replace(",", "")) if _NUMBER.fullmatch(data) else 0
            self._cheer = None
        elif self.part == "stamp":
            self.stamp += data if len(self.stamp) < 100 else ""
        elif self.part == "name":
            self.name += data
        else:
            self.body.add(data)


@lru_cache(maxsize=8_192)
def _read_tag(tag: str) -> tuple[str, dict[str, str]]:
    """Return the name of a plain tag and what it says."""
    told = {name: single or double for name, single, double in _ATTRIBUTE.findall(tag)}
    return tag[1:-1].partition(" ")[0], told


def is_page_line(line: bytes) -> bool:
    """Return whether a line of TwitchDownloader's page is of the page and no message: tags, styles, scripts."""
    return not _PRE.match(line)


class TwitchDownloaderHtml:
    """Reads the lines of TwitchDownloader's page that hold a message.

    Parameters
    ----------
    notes : Notes
        Where to count cheers.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        html = _Message(is_whole=True)
        html.read(line)
        row = RawRow(platform="twitch")
        stamp = _STAMP.match(html.stamp)
        text = html.body.text
        if not stamp or html.part != "body" or not text.startswith(":"):
            return NOT_A_COMMENT
        read_stamp(row, stamp.group(1), self._notes)
        row.author = html.login or html.name or None
        row.badges = [badge for badge in html.badges if "/" in badge] or None
        row.roles = list(dict.fromkeys(badge.partition("/")[0] for badge in html.badges)) or None
        cut = 2 if text.startswith(": ") else 1
        row.text = text[cut:].removesuffix(" ") or None
        row.emotes = html.body.emotes(text) or None
        before = len(row.text or "")
        read_event(row, self._notes)
        cut += before - len(row.text or "")  # a sentence before the text is no part of it
        spans = [place - cut for place in html.body.spans]
        inside = [pair for pair in zip(spans[::2], spans[1::2], strict=True) if pair[0] >= 0]
        row.emote_spans = [place for pair in inside for place in pair] or None
        return [row]

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


def read_body(html: str) -> tuple[Body, bool]:
    """Return the body that a piece of Twitch's page holds, and whether it is highlighted.

    Examples
    --------
    >>> body, _ = read_body('[<span><span>hi &lt;3 </span><div><img alt="Kappa" src="…"></div></span>]')
    >>> body.text, body.spans
    ('hi <3 Kappa', [6, 11])
    """
    message = _Message(is_whole=False)
    message.read(html.removeprefix("[").removesuffix("]"))  # a list of one element, as BeautifulSoup shows it
    return message.body, message.is_highlighted


def unfold_markup(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with a column ``markup`` of HTML with what it holds: text, emotes, spans, bits, event."""
    texts, emotes, spans, bits, events = [], [], [], [], []
    for markup in frame["markup"]:
        body, is_highlighted = read_body(markup or "")
        text = body.text
        texts.append(text or None)
        emotes.append("".join(name + SEPARATOR for name in body.emotes(text)))
        spans.append(",".join(map(str, body.spans)))
        bits.append(str(body.bits or ""))
        events.append("bits" if body.bits else "highlighted_message" if is_highlighted else "")
    found: dict[str, list[str | None]] = {
        "emotes": [*emotes], "emote_spans": [*spans], "bits": [*bits], "event": [*events],
    }  # fmt: skip
    fallback = frame["text"] if "text" in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
    columns = [pl.Series(name, values, pl.String) for name, values in found.items()]
    written = pl.Series("text", texts, pl.String)
    return frame.drop("markup").with_columns(
        pl.lit("twitch").alias("platform"), pl.coalesce(written, fallback).alias("text"), *columns
    )
