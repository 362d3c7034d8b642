"""A path → the chats in it, whatever wrote them.

``open_chats`` looks at the first 64 KB of what a file holds once decompressed, never at its name, and yields one
``ChatFile`` for each file in the path; its ``batches`` are rows of ``records.RAW`` in bounded memory.

=================  =====================================================================================
format             what it is
=================  =====================================================================================
``chat-csv``       CSV or TSV with a header (``,`` ``;`` or tab); names in ``columns.KNOWN_NAMES``
``jsonl``          one JSON object a line, the same names
``chat-downloader``  the JSON array (or lines) that chat-downloader writes, old and new shapes
``twitch-irc``     lines of Twitch IRC, with or without tags and times; ``{"messages": ["@…"]}`` too
``youtube``        yt-dlp's ``live_chat.json``, responses of YouTube's own pages (``youtube-page``: a page)
``youtube-api``    messages of YouTube's Data API
``twitch-vod``     comments of a Twitch video: TwitchDownloader, the v5 interface, GraphQL
``eventsub``       notifications of Twitch's EventSub
``x-archive``      the archive of an account of X; ``tweets``: timelines of its interfaces v1.1 and v2
``sqlite``         an SQLite database with one table of chat; ``parquet``: a Parquet table
``spreadsheet``    OpenDocument or Excel: holds no chat
``sentiment140``   Sentiment140; ``twitch-corpus``: five columns of the Twitch corpus; both have no header
``chat-downloader-text``  ``5:07 | (Moderator) *$5.00* Ann: hi``; ``twitchdownloader-text``: ``[0:05:07] ann: hi``
``chat-html``      TwitchDownloader's page; ``twitch-page``: a table of captured HTML of Twitch's page
``chatty``         a log of Chatty; ``irssi``, ``chatterino``, ``justlog``: of these
``superchat-text``  super chats copied from a page that lists them
``lines``          one message a line; only when asked for
``empty``          nothing but white space: no messages
=================  =====================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from hubbub.collect.columns import KNOWN_NAMES, check_map, clean_name, find_known, list_names, match_columns
from hubbub.collect.delimited import Layout, read_header
from hubbub.collect.detect import check_is_text, detect, detect_table, is_spreadsheet, name_binary
from hubbub.collect.encodings import head_as_utf8
from hubbub.collect.formats import BY_DAY, FORMATS, READERS, WITH_COLUMNS, Opened
from hubbub.collect.headerless import lay_out_by_number, lay_out_sentiment140
from hubbub.collect.json_chat import list_keys
from hubbub.collect.page_html import unfold_markup
from hubbub.collect.rows import Batch, Notes
from hubbub.collect.tweets import XArchive, read_assignment
from hubbub.collect.unpack import HEAD_BYTES, MAX_RECORD_BYTES, Member, open_members, told
from hubbub.errors import SourceError

_ADDRESS = re.compile(rb"https?://(?:www\.|m\.)?(?:youtube\.com|youtu\.be|twitch\.tv|x\.com|twitter\.com)/")


class ChatFile:
    """One chat inside a path.

    Parameters
    ----------
    member : Member
        Its bytes and name.
    format : str
        One of ``detect.FORMATS``, or "empty".
    column_map : mapping of str to str
        Our name → name in the file.
    layout : Layout, optional
        What the header of a delimited file tells.
    archive : XArchive, optional
        What other files of the same path tell of an archive of X.

    Attributes
    ----------
    name : str
        ``path``, or ``path!member`` inside a zip.
    format : str
        What it was read as.
    """

    def __init__(
        self,
        member: Member,
        format: str,  # noqa: A002 - the word that users say
        column_map: Mapping[str, str],
        layout: Layout | None = None,
        archive: XArchive | None = None,
    ) -> None:
        self.name, self.format = member.name, format
        self.n_rows, self._is_read = 0, False
        self._member, self._column_map, self._layout, self._notes = member, column_map, layout, Notes()
        self._archive = archive

    @property
    def damage(self) -> str | None:
        """What ended the reading early ("the gzip stream ends early after 1,234 rows"), or None; set by ``batches``."""
        cause = self._member.refusal or self._member.chunks.damage or self._notes.damage
        if cause is None or self._member.refusal:
            return cause
        return f"{cause} after {self.n_rows:,} row{'' if self.n_rows == 1 else 's'}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was read only in part, one line each; complete after ``batches``."""
        if self.format == "empty":
            return ("the file is empty: no messages",)
        if self._is_read and not self.n_rows and self.damage is None:
            return ("no messages were found", *self._notes.lines())
        return self._notes.lines()

    @property
    def days(self) -> dict[str, str]:
        """The first ISO date that a stream ("" where it has no name) has in place of moments; set by ``batches``."""
        return self._notes.days

    @property
    def is_by_day(self) -> bool:
        """Whether the file is a log in which each channel and day is a stream."""
        return self.format in BY_DAY

    @property
    def n_expected(self) -> int | None:
        """Messages that the file itself says it holds, or None; complete after ``batches``."""
        return self._notes.n_expected

    @property
    def duration_seconds(self) -> float | None:
        """The length of the stream as the file states it, or None; complete after ``batches``."""
        return self._notes.duration_seconds

    def leave_out(self, names: list[str]) -> None:
        """Note the other files of the same path that are not read."""
        shown = ", ".join(clean_name(name, 60) for name in names[:5]) + (", …" if len(names) > 5 else "")
        self._notes.remarks[f"other files of the archive are not read: {len(names)} ({shown})"] = None

    def batches(self) -> Iterator[Batch]:
        """Yield the rows in order, in batches of bounded memory (up to about 100,000 rows). Can be read once."""
        if self._member.refusal or self.format == "empty":
            return
        for batch in self._read():
            self.n_rows += batch.frame.height
            if batch.frame.height or batch.rejects.height:
                yield batch
        self._is_read = True

    def _read(self) -> Iterator[Batch]:
        """Yield the batches of the file's format."""
        opened = Opened(self._member.chunks, self._column_map, self._notes, self.name, self._layout, self._archive)
        return READERS[self.format](opened)


def open_chats(
    path: Path,
    *,
    column_map: Mapping[str, str] = MappingProxyType({}),
    format: str | None = None,  # noqa: A002 - the word that users say
) -> Iterator[ChatFile]:
    """Yield each chat in a path: the file itself, or the members of a zip.

    Parameters
    ----------
    path : Path
        Plain, gzip, Zstandard or zip; told by its bytes.
    column_map : mapping of str to str
        Our name (``columns.MAPPED``) → name in the file; wins over the known names.
    format : str, optional
        One of ``detect.FORMATS``; found by content where it is not given.

    Yields
    ------
    ChatFile
        Members of a zip that cannot be read come last, with their ``damage`` and no rows.

    Raises
    ------
    SourceError
        When the path, or everything in the zip, cannot be read as chat.
    """
    where = clean_name(str(path), 400)
    if format is not None and format not in FORMATS:
        raise SourceError(f"{where}: '{format}' is no format (choose from: {', '.join(FORMATS)}).")
    check_map(column_map, where)
    archive = XArchive()
    chats: list[ChatFile] = []
    refused: list[Member] = []
    for member in open_members(path):
        if member.refusal is None:
            if is_spreadsheet(member.chunks.head(HEAD_BYTES)) and "!" in member.name.removeprefix(where):
                yield ChatFile(replace(member, name=where), "spreadsheet", {})
                return
            try:
                chats.append(_open_member(member, column_map, format, archive))
                continue
            except SourceError as error:
                if "!" not in member.name.removeprefix(where):
                    raise
                member.refusal = str(error).removeprefix(f"{member.name}: ")
        refused.append(member)
    if not chats:
        more = f" (and {len(refused) - 1} more files like it)" if len(refused) > 1 else ""
        raise SourceError(f"{refused[0].name}: {refused[0].refusal}{more}")
    tweets = [chat for chat in chats if chat.format == "x-archive"]
    others = [member.name for member in refused] + [chat.name for chat in chats if chat.format != "x-archive"]
    if tweets and others:  # an archive of X holds a hundred files, of which tweets are in one or a few
        tweets[0].leave_out([name.rpartition("!")[2] for name in others])
        yield from tweets
        return
    yield from chats
    for member in refused:
        yield ChatFile(member, "none", {})


def _open_member(
    member: Member,
    column_map: Mapping[str, str],
    format: str | None,  # noqa: A002
    archive: XArchive,
) -> ChatFile:
    """Return the chat in one file; raise SourceError where it is none."""
    raw, where = member.chunks.head(HEAD_BYTES), member.name
    if not raw and member.chunks.damage:
        raise SourceError(f"{where}: {member.chunks.damage}, and nothing of it can be read.")
    if (table := detect_table(raw)) and format in {None, table}:
        member.rewind()
        return ChatFile(member, table, column_map)
    if read_assignment(raw) and archive.take(member.chunks.head(MAX_RECORD_BYTES)):
        raise SourceError(f"{where}: tells of the account of an archive of X, and holds no tweets.")
    head = raw if told(raw) or name_binary(raw) else head_as_utf8(raw)
    check_is_text(head, where)
    numbered = lay_out_by_number(head, column_map, where) if format in {None, "chat-csv"} else None
    found = format if format and head.strip() else "chat-csv" if numbered else detect(head, where)
    if found not in WITH_COLUMNS | {"empty"} and column_map:
        raise SourceError(f"{where}: is read as {found}, which has no columns to map; leave the column map out.")
    if found == "chat-csv" and not (numbered or column_map) and _is_list(head):
        return ChatFile(member, "spreadsheet", {})
    layout = numbered
    if layout is None and found in TABLES:
        layout = TABLES[found](head, column_map, where)
    if found in {"jsonl", "chat-downloader"}:
        _check_keys(list_keys(head, column_map.values()), column_map, where)
    if found != "empty":
        member.rewind()
    return ChatFile(member, found, column_map, layout, archive)


def _is_list(head: bytes) -> bool:
    """Return whether a table lists channels or streams by their address, and holds no texts."""
    known = {found[0] for name in read_header(head)[1] if (found := find_known(name))}
    return not {"text", "event"} & known and _ADDRESS.search(head) is not None


def _lay_out(head: bytes, column_map: Mapping[str, str], where: str) -> Layout:
    """Return the layout that a header tells; raise SourceError where no column holds text or events."""
    delimiter, names = read_header(head)
    columns = match_columns(names, column_map, where)
    if not {"text", "event"} & columns.keys():
        raise _no_text(names, where)
    return Layout(delimiter, len(names), columns)


def _lay_out_page(head: bytes, _map: Mapping[str, str], where: str) -> Layout:
    """Return the layout of a capture of Twitch's page: what its known columns hold, and the HTML."""
    delimiter, names = read_header(head)
    columns = match_columns(names, {}, where)
    if "raw" not in names:
        raise SourceError(f"{where}: must have a column 'raw' of HTML; its columns are: {list_names(names)}.")
    kept = {ours: place for ours, place in columns.items() if ours in {"sent_at", "author", "text"}}
    if "message_selector" in names:
        kept["text"] = names.index("message_selector")
    kept["markup"] = names.index("raw")
    return Layout(delimiter, len(names), dict(sorted(kept.items(), key=lambda item: item[1])), unfold=unfold_markup)


def _lay_out_sentiment140(head: bytes, _map: Mapping[str, str], where: str) -> Layout:
    """Return the layout of Sentiment140; raise SourceError where the file is none of it."""
    if (layout := lay_out_sentiment140(head)) is None:
        raise SourceError(f"{where}: must be Sentiment140 (label, id, date, query, viewer, text; no header), is not.")
    return layout


TABLES: dict[str, Callable[[bytes, Mapping[str, str], str], Layout]] = {
    "chat-csv": _lay_out,
    "twitch-page": _lay_out_page,
    "sentiment140": _lay_out_sentiment140,
}
"""What lays out the formats that are tables, by their first bytes."""


def _check_keys(keys: list[str], column_map: Mapping[str, str], where: str) -> None:
    """Raise SourceError where the first objects have none of the keys that a message needs, or not the mapped ones."""
    columns = match_columns(keys, column_map, where) if keys else {}
    if keys and not {"text", "event", "amount"} & columns.keys():
        raise _no_text(keys, where)


def _no_text(names: list[str], where: str) -> SourceError:
    """Return the error for a file without a column that holds what was said."""
    return SourceError(
        f"{where}: must have a column of texts (one of: {', '.join(KNOWN_NAMES['text'])}); its columns are: "
        f"{list_names(names)}. Name the one that holds the text: --map text=NAME."
    )
