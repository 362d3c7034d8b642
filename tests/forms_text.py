"""Writers of the text formats as their tools write them, for the family checks of ``tests/checks.py``."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable, Iterator

from hubbub.collect.chat_logs import ChatterinoLog, ChattyLog, IrssiLog, JustlogText
from hubbub.collect.chat_text import ChatDownloaderText, TwitchDownloaderText
from hubbub.collect.delimited import Layout, read_delimited
from hubbub.collect.headerless import TwitchCorpus, lay_out_sentiment140
from hubbub.collect.log_lines import LineParser, read_log
from hubbub.collect.page_html import TwitchDownloaderHtml, is_page_line, unfold_markup
from hubbub.collect.rows import Batch, Notes
from hubbub.collect.unpack import Chunks

Rows = list[tuple[str, str]]
SENT = frozenset({"sent_at"})


def _lines(head: str, form: str) -> Callable[[Rows], bytes]:
    return lambda rows: (head + "".join(form.replace("ANN", a).replace("TEXT", t) + "\n" for a, t in rows)).encode()


def write_corpus(rows: Rows) -> bytes:
    escaped = [(a, t.replace('"', '\\"')) for a, t in rows]
    return "".join(f'"2021-03-12 19:00:00";"c";"{a}";"c";"{t}"\n' for a, t in escaped).encode()


LOGS: tuple[
    tuple[str, Callable[[Notes], LineParser], Callable[[Rows], bytes], str | None, frozenset[str]], ...
] = (
    (
        "chatty", ChattyLog,
        _lines("# Log started: 2016-09-11 10:18:00 +0800\n[10:18:00] Joining #c..\n", "[10:18:01] <ANN> TEXT"),
        "c", SENT,
    ),
    (
        "irssi", IrssiLog,
        _lines("--- Log opened Sun Mar 19 16:08:14 2017\n16:08 -!- x [x@x.tmi.twitch.tv] has joined #c\n",
               "16:08 < ANN> TEXT"), "c", SENT,
    ),
    (
        "chatterino", ChatterinoLog, _lines("# Start logging at 2024-01-01 20:00:00 CET\n", "[20:00:01]  ANN: TEXT"),
        None, SENT,
    ),
    ("justlog", JustlogText, _lines("", "[2024-01-1 20:00:00] #c ANN: TEXT"), "c", SENT),
    ("chat-downloader-text", ChatDownloaderText, _lines("", "5:07 | ANN: TEXT"), None, frozenset()),
    (
        "twitchdownloader-text", lambda notes: TwitchDownloaderText(notes, has_times=True),
        _lines("", "[0:05:07] ANN: TEXT"), None, frozenset(),
    ),
    ("twitch-corpus", TwitchCorpus, write_corpus, "c", SENT),
)  # fmt: skip
"""Name, parser of lines, writer, channel, and what each record has."""


def write_html(rows: Rows) -> bytes:
    head = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<style>\n.a { color: red; }\n</style>\n</head>\n<body>\n'
    form = (
        '<pre class="comment-root">[0:05:07] <a href="https://www.twitch.tv/{0}" target="_blank">'
        '<span class="comment-author" style="color: #FF0000">{0}</span></a>'
        '<span class="comment-message">: {1} </span></pre>\n'
    )
    return (head + "".join(form.format(a, html.escape(t)) for a, t in rows)).encode()


def read_html(chunks: Chunks, notes: Notes, *, block_bytes: int) -> Iterator[Batch]:
    return read_log(chunks, notes, TwitchDownloaderHtml(notes), block_bytes=block_bytes, is_page=is_page_line)


def write_page(rows: Rows) -> bytes:
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(("user", "raw"))
    table.writerows((a, f'[<span data-a-target="chat-line-message-body">{html.escape(t)}</span>]') for a, t in rows)
    return out.getvalue().encode()


def read_page(chunks: Chunks, notes: Notes, *, block_bytes: int) -> Iterator[Batch]:
    layout = Layout(",", 2, {"author": 0, "markup": 1}, unfold=unfold_markup)
    return read_delimited(chunks, layout, notes, block_bytes=block_bytes)


def write_sentiment140(rows: Rows) -> bytes:
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerows((0, i, "Mon Apr 06 22:19:45 PDT 2009", "NO_QUERY", a, t) for i, (a, t) in enumerate(rows))
    return out.getvalue().encode()


def read_sentiment140(chunks: Chunks, notes: Notes, *, block_bytes: int) -> Iterator[Batch]:
    layout = lay_out_sentiment140(write_sentiment140([("ann", "hi")]))
    assert layout is not None
    return read_delimited(chunks, layout, notes, block_bytes=block_bytes)
