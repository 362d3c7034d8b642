"""The first bytes of a JSON file → what its first values look like, and so its format.

A value that is cut off by the end of the bytes is closed there, so that the outermost keys of a large document tell
its form as well as those of a small one.
"""

from __future__ import annotations

import re
from typing import Any

from hubbub.collect.eventsub import is_eventsub
from hubbub.collect.innertube import is_innertube
from hubbub.collect.json_values import Fields, decode, text
from hubbub.collect.tweets import is_archive_of_tweets, is_tweet, read_assignment
from hubbub.collect.twitch_irc import is_irc_line
from hubbub.collect.twitch_vod import is_vod
from hubbub.collect.youtube_api import is_youtube_api

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\],]', re.DOTALL)
_PAGE = re.compile(rb"\s{0,1000}<(?:!doctype html|html)", re.IGNORECASE)
_YOUTUBE = (b"ytInitialData", b"ytInitialPlayerResponse", b"ytcfg.set", b"yt.setConfig", b"ytplayer")
_MAX_DEPTH = 60
_MAX_VALUES = 20

RULES = (
    ("chatterino-cases", lambda found: is_irc_line(text(found, "input") or "")),
    ("twitch-irc", lambda found: found.keys() >= {"messages"} and _is_list_of_lines(found["messages"])),
    ("youtube", is_innertube),
    ("youtube-api", is_youtube_api),
    ("twitch-vod", is_vod),
    ("eventsub", is_eventsub),
    ("tweets", is_tweet),
)
"""Formats and how their objects are told, in the order in which they are tried."""


def name_json(head: bytes) -> str | None:
    """Return the format of a file of JSON that is none of chat-downloader's kind, or None.

    Examples
    --------
    >>> name_json(b'[{"replayChatItemAction": {"actions": []}}, {"re'), name_json(b'[{"message": "hi"}]')
    ('youtube', None)
    """
    if is_archive_of_tweets(head):
        return "x-archive"
    if read_assignment(head):
        return None
    for found in peek(head)[:3]:
        for name, is_such in RULES:
            if is_such(found):
                return name
    return None


def is_page(head: bytes) -> bool:
    """Return whether bytes begin a page of YouTube."""
    return _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")) is not None and any(mark in head for mark in _YOUTUBE)


def starts_with_a_line(head: bytes) -> bool:
    """Return whether the first line is a whole JSON value."""
    try:
        decode(head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0])
    except ValueError:
        return False
    return True


def _is_list_of_lines(found: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether something is a list of lines of IRC, or an empty one."""
    return isinstance(found, list) and (not found or isinstance(found[0], str))


def peek(head: bytes) -> list[Fields]:
    """Return the first objects of JSON: elements of an array, lines, or one object; the last one as far as it goes.

    Examples
    --------
    >>> peek(b'[{"a": 1}, {"b": [2, {"c": 3, "d": "x'), peek(b'{"a": {"b": 1}, "c": [')
    ([{'a': 1}, {'b': [2, {'c': 3}]}], [{'a': {'b': 1}}])
    """
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    values: list[Any] = []
    begin, stack, cut = 0, bytearray(), 0
    for match in _TOKEN.finditer(bare):
        token = match.group()
        if token == b'"':  # a text that is cut off
            break
        if token in b"{[":
            if not stack:
                begin = match.start()
            stack += b"}" if token == b"{" else b"]"
        elif token in b"}]" and stack:
            stack.pop()
            if not stack:
                values.append(_read(bare[begin : match.end()]))
                begin = match.end()
        elif token == b",":
            cut = match.start()
        if len(values) >= _MAX_VALUES or len(stack) > _MAX_DEPTH:
            break
    if stack and cut > begin:
        values.append(_read(bare[begin:cut] + _close(bare[begin:cut])))
    listed = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [item for item in listed if isinstance(item, dict)][:_MAX_VALUES]


def _close(cut: bytes) -> bytes:
    """Return the brackets that close what is open in a piece of JSON."""
    stack = bytearray()
    for match in _TOKEN.finditer(cut):
        token = match.group()
        if token in b"{[":
            stack += b"}" if token == b"{" else b"]"
        elif token in b"}]" and stack:
            stack.pop()
    return bytes(reversed(stack))


def _read(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value, or None where it is broken."""
    try:
        return decode(raw)
    except ValueError:
        return None
