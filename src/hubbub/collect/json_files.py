"""Files of JSON that platforms and their tools write → batches of rows: each format's parser over ``documents``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hubbub.collect.documents import BLOCK_BYTES, MAX_DOCUMENT_BYTES, read_documents, read_member
from hubbub.collect.eventsub import parse_eventsub
from hubbub.collect.found import Found
from hubbub.collect.innertube import parse_response
from hubbub.collect.json_array import find_spans
from hubbub.collect.json_head import peek
from hubbub.collect.json_values import Fields, decode, dig, text, whole
from hubbub.collect.rows import Batch, Notes
from hubbub.collect.tweets import XArchive, name_account, parse_tweets, read_assignment
from hubbub.collect.twitch_irc import parse_line
from hubbub.collect.twitch_vod import is_vod_file, note_video, parse_vod
from hubbub.collect.unpack import Chunks
from hubbub.collect.youtube_api import parse_youtube_api
from hubbub.records import RawRow

PAGE_WITHOUT_CHAT = "a page of YouTube, which holds no chat"
_DATA = re.compile(rb"ytInitialData\"?'?\]?\s{0,10}=\s{0,10}(?=\{)")


def read_youtube(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of what YouTube's pages were sent, and of yt-dlp's ``live_chat.json``."""
    return read_documents(chunks, parse_response, notes, block_bytes=block_bytes)


def read_youtube_page(chunks: Chunks, notes: Notes) -> Iterator[Batch]:
    """Yield the batch of the chat that a page of YouTube was made with; none where it is the page of a video."""
    page = b""
    for piece in chunks:
        page += piece
        if len(page) > MAX_DOCUMENT_BYTES:
            break
    if match := _DATA.search(page):
        spans, _, _ = find_spans(page, match.end())
        data = page[slice(*spans[0])] if spans else b""
        try:
            has_chat = bool(parse_response(decode(data)).rows)
        except ValueError:
            has_chat = False
        if has_chat:
            yield from read_youtube(Chunks(iter([data])), notes)
            return
    notes.remarks[PAGE_WITHOUT_CHAT] = None


def read_youtube_api(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of messages of YouTube's Data API."""
    return read_documents(chunks, parse_youtube_api, notes, block_bytes=block_bytes)


def read_eventsub(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of notifications of Twitch's EventSub."""
    return read_documents(chunks, parse_eventsub, notes, block_bytes=block_bytes)


def read_irc_cases(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of named lines of IRC, as Chatterino's tests keep them: ``{"name", "input", "prev"}``."""
    return read_documents(chunks, _parse_case, notes, block_bytes=block_bytes)


def _parse_case(found: object) -> Found:
    """Return the messages of one case: the lines before, and the line itself."""
    result = Found()
    before = dig(found, "prev")
    for line in [*(before if isinstance(before, list) else []), dig(found, "input")]:
        row = parse_line(line) if isinstance(line, str) else None
        if row is not None:
            result.rows.append(row)
        elif line is not None:
            result.unknown.append((f"a line in {text(found, 'name') or 'a case'}", line))
    return result


def read_vod(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of comments of a Twitch video."""
    first = peek(chunks.head())
    if not (first and is_vod_file(first[0])):
        return read_documents(chunks, parse_vod, notes, block_bytes=block_bytes)
    is_noted = False

    def parse(comment: object, envelope: Fields) -> Found:
        nonlocal is_noted
        if not is_noted:
            note_video(envelope, notes)
            is_noted = True
        return parse_vod(comment, envelope)

    return read_member(chunks, "comments", parse, notes, block_bytes=block_bytes)


def read_tweets(
    chunks: Chunks, notes: Notes, archive: XArchive | None = None, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[Batch]:
    """Yield the batches of tweets; of an account's archive with what its other files tell.

    Channel and stream are the account where all tweets of the first batch are by one.
    """
    account: str | None = archive.account if archive else None
    is_begun = False
    assignment = read_assignment(chunks.head(200)) if archive else None
    if archive and assignment:
        notes.n_expected = archive.counts.get(assignment[1])

    def parse(found: object) -> Found:
        count = whole(found, "meta", "result_count")
        if count is not None:
            notes.n_expected = (notes.n_expected or 0) + count
        return parse_tweets(found, archive)

    def finish(rows: list[RawRow]) -> None:
        nonlocal account, is_begun
        if rows and not is_begun:
            account, is_begun = account or name_account(rows), True
        for row in rows:
            if account and row.author == account:
                row.channel = row.stream_id = account

    return read_documents(chunks, parse, notes, finish=finish, block_bytes=block_bytes)
