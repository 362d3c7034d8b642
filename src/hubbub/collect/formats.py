"""The registry of file formats: name → what reads it.

To read a new format: a module with a pure function from bytes to batches, a line in ``READERS``, a rule in ``detect``
or ``detect_text``. A log whose lines stand for themselves needs only a parser of a line (``log_lines``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hubbub.collect.chat_logs import ChatterinoLog, ChattyLog, IrssiLog, JustlogText
from hubbub.collect.chat_text import BRACKETED, ChatDownloaderText, TwitchDownloaderText
from hubbub.collect.delimited import Layout, read_delimited
from hubbub.collect.encodings import as_utf8, head_as_utf8
from hubbub.collect.headerless import TwitchCorpus
from hubbub.collect.json_chat import read_json_array, read_json_lines, read_json_objects
from hubbub.collect.json_files import (
    read_eventsub,
    read_irc_cases,
    read_tweets,
    read_vod,
    read_youtube,
    read_youtube_api,
    read_youtube_page,
)
from hubbub.collect.json_head import starts_with_a_line
from hubbub.collect.lines import read_lines
from hubbub.collect.log_lines import LineParser, read_log
from hubbub.collect.page_html import PAGE_TIMES, TwitchDownloaderHtml, is_page_line
from hubbub.collect.parquet_chat import read_parquet
from hubbub.collect.rows import Batch, Notes
from hubbub.collect.sqlite_chat import read_sqlite
from hubbub.collect.superchat_text import SuperchatText
from hubbub.collect.tweets import XArchive
from hubbub.collect.twitch_logs import read_irc_json, read_irc_lines
from hubbub.collect.unpack import Chunks


@dataclass(frozen=True, slots=True)
class Opened:
    """One file, ready to be read.

    Attributes
    ----------
    chunks : Chunks
        Its bytes, decompressed.
    column_map : mapping of str to str
        Our name → name in the file.
    notes : Notes
        Where to say what was read in part, and what the file says of itself.
    name : str
        ``path``, or ``path!member`` inside a zip.
    layout : Layout, optional
        What the header of a delimited file tells.
    archive : XArchive, optional
        What other files of the same path tell of an archive of X.
    """

    chunks: Chunks
    column_map: Mapping[str, str]
    notes: Notes
    name: str
    layout: Layout | None = None
    archive: XArchive | None = None

    def text(self) -> Chunks:
        """Return the bytes in UTF-8, wherever the encoding of a text can be told."""
        return as_utf8(self.chunks, self.notes)

    def first(self) -> bytes:
        """Return the first byte that is no white space."""
        return head_as_utf8(self.chunks.head()).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _read_table(opened: Opened) -> Iterator[Batch]:
    if opened.layout is None:
        raise ValueError("a delimited file needs its layout")
    return read_delimited(opened.text(), opened.layout, opened.notes)


def _read_page_capture(opened: Opened) -> Iterator[Batch]:
    opened.notes.remarks[PAGE_TIMES] = None
    return _read_table(opened)


def _read_json(opened: Opened) -> Iterator[Batch]:
    chunks = opened.text()
    head = chunks.head().removeprefix(b"\xef\xbb\xbf").lstrip()
    read = read_json_lines if starts_with_a_line(head) or _LINES.match(head) else read_json_objects
    if head.startswith(b"["):
        read = read_json_array
    return read(chunks, opened.column_map, opened.notes)


def _read_irc(opened: Opened) -> Iterator[Batch]:
    read = read_irc_json if opened.first() == b"{" else read_irc_lines
    return read(opened.text(), opened.notes)


def _read_by_lines(make: Callable[[Notes], LineParser]) -> Callable[[Opened], Iterator[Batch]]:
    """Return the reader of a log, for what makes the parser of its lines."""
    return lambda opened: read_log(opened.text(), opened.notes, make(opened.notes))


def _read_html(opened: Opened) -> Iterator[Batch]:
    parser = TwitchDownloaderHtml(opened.notes)
    is_chat = False
    for batch in read_log(opened.text(), opened.notes, parser, is_page=is_page_line):
        is_chat = True
        yield batch
    if not is_chat:
        opened.notes.remarks[OTHER_PAGE] = None


def _read_twitchdownloader(opened: Opened) -> Iterator[Batch]:
    lines = head_as_utf8(opened.chunks.head()).decode("utf-8", "replace").split("\n")[:100]
    parser = TwitchDownloaderText(opened.notes, has_times=any(map(BRACKETED.match, lines)))
    return read_log(opened.text(), opened.notes, parser)


def _read_documents(read: Callable[[Chunks, Notes], Iterator[Batch]]) -> Callable[[Opened], Iterator[Batch]]:
    """Return the reader of JSON that a platform or its tools write."""
    return lambda opened: read(opened.text(), opened.notes)


def _read_x_archive(opened: Opened) -> Iterator[Batch]:
    return read_tweets(opened.text(), opened.notes, opened.archive or XArchive())


def _read_spreadsheet(opened: Opened) -> Iterator[Batch]:
    opened.notes.remarks[SPREADSHEET] = None
    return iter(())


SPREADSHEET = "a table without chat; the channels and streams that it lists are collected by: hubbub collect FILE"
OTHER_PAGE = "a page of HTML that TwitchDownloader did not write; what chat it shows cannot be told from the rest"
_LINES = re.compile(rb"[^\n]*(?:\n\s*\{|$)")

READERS: dict[str, Callable[[Opened], Iterator[Batch]]] = {
    "chat-csv": _read_table,
    "jsonl": _read_json,
    "chat-downloader": _read_json,
    "youtube": _read_documents(read_youtube),
    "youtube-page": _read_documents(read_youtube_page),
    "youtube-api": _read_documents(read_youtube_api),
    "twitch-vod": _read_documents(read_vod),
    "eventsub": _read_documents(read_eventsub),
    "tweets": _read_documents(read_tweets),
    "x-archive": _read_x_archive,
    "sqlite": lambda opened: read_sqlite(opened.chunks, opened.column_map, opened.notes, opened.name),
    "parquet": lambda opened: read_parquet(opened.chunks, opened.column_map, opened.notes, opened.name),
    "spreadsheet": _read_spreadsheet,
    "twitch-irc": _read_irc,
    "chatterino-cases": _read_documents(read_irc_cases),
    "chat-downloader-text": _read_by_lines(ChatDownloaderText),
    "twitchdownloader-text": _read_twitchdownloader,
    "chat-html": _read_html,
    "chatty": _read_by_lines(ChattyLog),
    "irssi": _read_by_lines(IrssiLog),
    "chatterino": _read_by_lines(ChatterinoLog),
    "justlog": _read_by_lines(JustlogText),
    "superchat-text": _read_by_lines(SuperchatText),
    "twitch-corpus": _read_by_lines(TwitchCorpus),
    "twitch-page": _read_page_capture,
    "sentiment140": _read_table,
    "lines": lambda opened: read_lines(opened.text(), opened.notes),
}

WITH_COLUMNS = frozenset({"chat-csv", "jsonl", "chat-downloader", "sqlite", "parquet"})
"""The formats that a map of columns is for."""

BY_DAY = frozenset({"eventsub", "chatterino-cases", "twitch-irc", "chatty", "irssi", "justlog", "twitch-corpus"})
"""Logs that go on for days and may hold many channels: each channel and day (UTC) of one is a stream."""

FORMATS = tuple(READERS)
"""What ``open_chats`` can be asked to read a file as."""
