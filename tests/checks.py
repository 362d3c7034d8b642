"""Checks that every member of a family must pass, run by enumeration before its own tests.

Parsers: ``PARSERS`` lists every reader of bytes. A new one is added there and to no other place.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl
from tests import forms_text

from hubbub.collect.delimited import Layout, read_delimited
from hubbub.collect.json_chat import read_json_array, read_json_lines
from hubbub.collect.json_files import read_eventsub, read_vod
from hubbub.collect.lines import read_lines
from hubbub.collect.log_lines import LineParser, read_log
from hubbub.collect.rows import Batch, Notes
from hubbub.collect.twitch_logs import read_irc_json, read_irc_lines
from hubbub.collect.unpack import Budget, Chunks
from hubbub.records import RAW, check_frame

BLOCK = 64
"""A block so small that every record meets the end of one."""


@dataclass(frozen=True)
class Parser:
    """One reader of bytes, and a writer of the same form by which it is checked.

    Attributes
    ----------
    write : callable
        Pairs of author and text → bytes, as a correct tool writes them.
    end : bytes
        What ``write`` puts after the last record.
    is_lines : bool
        Whether a record is a line, so that a text has no line end.
    channel : str or None
        The channel that ``write`` names; None where the form has no place for one.
    gives : frozenset of str
        What each record of the form has besides author, channel and text.
    """

    name: str
    read: Callable[..., Iterator[Batch]]
    write: Callable[[list[tuple[str, str]]], bytes]
    end: bytes
    is_lines: bool = False
    channel: str | None = "c"
    gives: frozenset[str] = frozenset()


def write_csv(rows: list[tuple[str, str]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([("author", "channel", "text"), *((a, "c", t) for a, t in rows)])
    return out.getvalue().encode()


def write_json_lines(rows: list[tuple[str, str]]) -> bytes:
    return "".join(json.dumps({"author": a, "channel": "c", "text": t}) + "\n" for a, t in rows).encode()


def write_json_array(rows: list[tuple[str, str]]) -> bytes:
    shaped = [
        {"message": t, "channel": "c", "author": {"name": a, "images": [{"url": "}, {"}, {"x": 1}]}} for a, t in rows
    ]
    return json.dumps(shaped, ensure_ascii=False).encode()


def write_irc(rows: list[tuple[str, str]]) -> bytes:
    return "".join(f"@id={i};mod=0 :{a}!{a}@{a} PRIVMSG #c :{t}\r\n" for i, (a, t) in enumerate(rows)).encode()


def write_irc_json(rows: list[tuple[str, str]]) -> bytes:
    return json.dumps({"messages": write_irc(rows).decode().split("\r\n")[:-1], "error": None}).encode()


def write_eventsub(rows: list[tuple[str, str]]) -> bytes:
    def frame(author: str, text: str) -> dict[str, object]:
        said = {"text": text, "fragments": [{"type": "text", "text": text}]}
        event = {"broadcaster_user_login": "c", "chatter_user_login": author, "message": said}
        return {"subscription": {"type": "channel.chat.message"}, "event": event}

    return "".join(json.dumps(frame(*row)) + "\n" for row in rows).encode()


def write_vod(rows: list[tuple[str, str]]) -> bytes:
    comments = [{"commenter": {"name": a}, "message": {"body": t, "fragments": [{"text": t}]}} for a, t in rows]
    return json.dumps({"streamer": {"name": "c"}, "comments": comments}).encode()


def write_lines(rows: list[tuple[str, str]]) -> bytes:
    return "".join(f"{text}\n" for _, text in rows).encode()


def _read_csv(chunks: Chunks, notes: Notes, *, block_bytes: int) -> Iterator[Batch]:
    layout = Layout(",", 3, {"author": 0, "channel": 1, "text": 2})
    return read_delimited(chunks, layout, notes, block_bytes=block_bytes)


def by_lines(make: Callable[[Notes], LineParser]) -> Callable[..., Iterator[Batch]]:
    return lambda chunks, notes, *, block_bytes: read_log(chunks, notes, make(notes), block_bytes=block_bytes)


def _unmapped(read: Callable[..., Iterator[Batch]]) -> Callable[..., Iterator[Batch]]:
    return lambda chunks, notes, *, block_bytes: read(chunks, {}, notes, block_bytes=block_bytes)


PARSERS = (
    Parser("chat-csv", _read_csv, write_csv, b"\r\n"),
    Parser("jsonl", _unmapped(read_json_lines), write_json_lines, b"\n"),
    Parser("json-array", _unmapped(read_json_array), write_json_array, b"]"),
    Parser("eventsub", read_eventsub, write_eventsub, b"\n"),
    Parser("twitch-vod", read_vod, write_vod, b"]}"),
    Parser("twitch-irc", read_irc_lines, write_irc, b"\r\n", is_lines=True),
    Parser("twitch-irc-json", read_irc_json, write_irc_json, b'], "error": null}', is_lines=True),
    Parser("lines", read_lines, write_lines, b"\n", is_lines=True),
    *(
        Parser(name, by_lines(make), write, b"\n", is_lines=True, channel=channel, gives=gives)
        for name, make, write, channel, gives in forms_text.LOGS
    ),
    Parser("chat-html", forms_text.read_html, forms_text.write_html, b"\n", is_lines=True, channel=None),
    Parser("twitch-page", forms_text.read_page, forms_text.write_page, b"\r\n", channel=None),
    Parser(
        "sentiment140", forms_text.read_sentiment140, forms_text.write_sentiment140, b"\r\n", channel=None,
        gives=frozenset({"sent_at"}),
    ),
)  # fmt: skip


def read_pieces(
    parser: Parser, pieces: list[bytes], *, block_bytes: int = 8 << 20, damage: str | None = None
) -> tuple[pl.DataFrame, list[tuple[int, str, str]]]:
    """Return the rows and the rejects of bytes that come in pieces, each batch held to ``records.RAW``."""
    chunks = Chunks(iter(pieces), Budget(1 << 30))
    if damage:
        chunks = _DamagedChunks(iter(pieces), damage)
    frames, rejects = [], []
    for batch in parser.read(chunks, Notes(), block_bytes=block_bytes):
        frames.append(check_frame(RAW, batch.frame))
        rejects.extend(batch.rejects.rows())
    return pl.concat(frames) if frames else pl.DataFrame(schema=RAW.columns), rejects


class _DamagedChunks(Chunks):
    def __init__(self, pieces: Iterator[bytes], damage: str) -> None:
        super().__init__(pieces, Budget(1 << 30))
        self._cause = damage

    def _pull(self) -> bytes:
        piece = super()._pull()
        if not piece:
            self.damage = self._cause
        return piece


def check_cuts(parser: Parser, data: bytes, cuts: list[int]) -> None:
    """Hold that any way of cutting the bytes, and any size of the blocks, gives the same records."""
    whole, rejects = read_pieces(parser, [data])
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(places)]
    for block_bytes in (BLOCK, 8 << 20):
        again, others = read_pieces(parser, pieces, block_bytes=block_bytes)
        assert again.equals(whole), f"{parser.name}: rows differ when cut at {places} and read by {block_bytes}"
        assert others == rejects, f"{parser.name}: rejects differ when cut at {places} and read by {block_bytes}"


def check_torn(parser: Parser, rows: list[tuple[str, str]]) -> None:
    """Hold that a last record cut at any byte is kept or rejected, neither lost nor doubled; those before it stay."""
    data = parser.write(rows)
    whole, _ = read_pieces(parser, [data])
    kept = parser.write(rows[:-1])
    start = len(kept) - len(parser.end) + (len(parser.end) if parser.end in {b"\n", b"\r\n"} else 0)
    for end in range(start, len(data) + 1):
        for damage in (None, "the stream ends early"):
            found, rejects = read_pieces(parser, [data[:end]], damage=damage)
            assert found[: len(rows) - 1].equals(whole[: len(rows) - 1]), (
                f"{parser.name}: cut at {end} changed rows before"
            )
            assert found.height + len(rejects) <= len(rows), f"{parser.name}: cut at {end} doubled the last record"
            torn = data[start:end].strip(b" ,\r\n]")
            if torn.strip(b' ,\r\n"') and not parser.end.startswith(torn):
                assert found.height + len(rejects) == len(rows), f"{parser.name}: cut at {end} lost the last record"


def check_no_forgery(parser: Parser, text: str) -> None:
    """Hold that a text changes no other field of its row, and no other row."""
    rows = [("ann", "before"), ("eve", text), ("bob", "after")]
    found, rejects = read_pieces(parser, [parser.write(rows)])
    assert not rejects, f"{parser.name}: {text!r} broke a record: {rejects}"
    assert found["text"].to_list() == ["before", text or None, "after"]
    assert found["kind"].to_list() == ["message"] * 3
    if parser.name != "lines":
        assert found["author"].to_list() == ["ann", "eve", "bob"]
        assert found["channel"].to_list() == [parser.channel] * 3
    for name in ("stream_id", "amount", "currency", "sent_at", "roles", "reply_to", "event", "author_id"):
        n_given = 3 if name in parser.gives else 0
        assert found[name].count() == n_given, f"{parser.name}: {text!r} forged {name}"
