"""Comments of a Twitch video → rows.

Reads the comments of the v5 interface (an array, or lines, as TwitchChatArchive and others saved them), the file of
TwitchDownloader or twitch-chat-replay (``{"video", "streamer", "comments"}``), and the pages of comments that Twitch's
own player gets (GraphQL: ``data.video.comments.edges``).

A comment with bits is a "donation". What Twitch says about a viewer stands before the viewer's own words in the same
text; it is left out of the text and tells the kind: a subscription with its months and tier, a gift with its number, a
raid with its raiders. Badges keep their versions ("subscriber/12"). A deleted account has no ``commenter``.

Source: TwitchDownloader's ``ChatRoot``; the v5 interface as documented by Twitch until 2022.
"""

from __future__ import annotations

import re

from hubbub.collect.columns import kind_of_event
from hubbub.collect.found import NO_CHAT, Found
from hubbub.collect.json_values import Fields, fields, moment, number, objects, text, whole
from hubbub.collect.rows import Notes
from hubbub.collect.twitch_irc import TIERS
from hubbub.collect.twitch_sentences import read_sentence
from hubbub.records import RawRow

_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?", re.ASCII)


def is_vod(found: Fields) -> bool:
    """Return whether an object is a comment, a page of comments, or a file of them."""
    message = found.get("message")
    return (
        ("content_offset_seconds" in found and isinstance(message, dict))
        or bool(fields(found, "data", "video", "comments"))
        or is_vod_file(found)
    )


def is_vod_file(found: Fields) -> bool:
    """Return whether an object is a file with its comments in an array, which is read one by one."""
    return "comments" in found and not found.keys().isdisjoint({"video", "streamer", "FileInfo"})


def parse_vod(found: object, envelope: Fields | None = None) -> Found:
    """Return the comments in one JSON value.

    Parameters
    ----------
    found : JSON value
        A comment, or a page of comments from GraphQL.
    envelope : dict, optional
        The file that the comment is in: tells the names of channel and video.

    Examples
    --------
    >>> row, = parse_vod({"_id": "a", "content_offset_seconds": 2.5, "message": {"body": "hi Kappa", "bits_spent": 0,
    ...     "fragments": [{"text": "hi "}, {"text": "Kappa", "emoticon": {"emoticon_id": "25"}}]}}).rows
    >>> row.text, row.emotes, row.emote_spans, row.offset_seconds
    ('hi Kappa', ['Kappa'], [3, 8], 2.5)
    """
    result = Found()
    video = fields(found, "data", "video")
    if video:
        channel, stream = text(video, "creator", "login"), text(video, "id")
        edges = objects(video, "comments", "edges")
        result.rows += [_read_node(fields(edge, "node"), channel, stream) for edge in edges]
        if not edges:
            result.remarks.append(NO_CHAT)
    elif isinstance(found, dict) and isinstance(found.get("message"), dict):
        result.rows.append(_read_comment(found, envelope or {}))
    else:
        names = ", ".join(sorted(found)[:3]) if isinstance(found, dict) else type(found).__name__
        result.unknown.append((f"a comment with {names or 'nothing'}", found))
    return result


def note_video(envelope: Fields, notes: Notes) -> None:
    """Note what a file says of its video: how long it is, or where the part that was fetched ends."""
    video = fields(envelope, "video")
    length = number(video, "end") or number(video, "length")
    written = text(video, "duration")
    if length is None and written and (match := _DURATION.fullmatch(written)):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        length = float(hours * 3600 + minutes * 60 + seconds)
    if length:
        notes.duration_seconds = length


def _read_comment(comment: Fields, envelope: Fields) -> RawRow:
    """Return the row of a v5 comment."""
    message, commenter = fields(comment, "message"), fields(comment, "commenter")
    streamer, video = fields(envelope, "streamer"), fields(envelope, "video")
    name = text(streamer, "login") or text(video, "user_login") or text(streamer, "name")
    row = RawRow(platform="twitch", message_id=text(comment, "_id"), sent_at=moment(comment, "created_at"))
    row.channel = name.lower() if name else text(comment, "channel_id")
    row.stream_id = text(comment, "content_id") or text(video, "id")
    row.offset_seconds = number(comment, "content_offset_seconds")
    row.author = text(commenter, "name") or text(commenter, "display_name")
    row.author_id = text(commenter, "_id")
    badges = [(text(badge, "_id"), text(badge, "version")) for badge in objects(message, "user_badges")]
    _fill_badges(row, badges)
    pieces = [(text(piece, "text") or "", bool(piece.get("emoticon"))) for piece in objects(message, "fragments")]
    body = text(message, "body")
    if body is not None and "".join(piece for piece, _ in pieces) != body:
        pieces = _cut(body, [(whole(emote, "begin"), whole(emote, "end")) for emote in objects(message, "emoticons")])
    notice = {
        key.replace("-", "").replace("_", ""): value for key, value in fields(message, "user_notice_params").items()
    }
    _fill_event(row, pieces, notice, _names(commenter, "name", "display_name"))
    if message.get("is_action") is True and row.event is None:
        row.event = "action"
    if bits := whole(message, "bits_spent"):
        row.kind, row.event, row.amount, row.currency = "donation", "bits", bits, "bits"
    return row


def _read_node(node: Fields, channel: str | None, stream: str | None) -> RawRow:
    """Return the row of a comment as GraphQL gives it."""
    message = fields(node, "message")
    row = RawRow(platform="twitch", channel=channel, stream_id=stream, message_id=text(node, "id"))
    row.sent_at, row.offset_seconds = moment(node, "createdAt"), number(node, "contentOffsetSeconds")
    row.author = text(node, "commenter", "login") or text(node, "commenter", "displayName")
    row.author_id = text(node, "commenter", "id")
    badges = [(text(badge, "setID"), text(badge, "version")) for badge in objects(message, "userBadges")]
    _fill_badges(row, badges)
    pieces = [(text(piece, "text") or "", bool(piece.get("emote"))) for piece in objects(message, "fragments")]
    _fill_event(row, pieces, {}, _names(fields(node, "commenter"), "login", "displayName"))
    return row


def _names(commenter: Fields, *keys: str) -> set[str]:
    """Return the names of who wrote, in lower case: what Twitch says of a viewer begins with one of them."""
    return {name.lower() for key in keys if (name := text(commenter, key))}


def _fill_badges(row: RawRow, badges: list[tuple[str | None, str | None]]) -> None:
    """Complete roles and badges."""
    named = [(name, version) for name, version in badges if name]
    row.roles = list(dict.fromkeys(name for name, _ in named)) or None
    row.badges = [f"{name}/{version}" if version else name for name, version in named] or None


def _cut(body: str, places: list[tuple[int | None, int | None]]) -> list[tuple[str, bool]]:
    """Return the pieces of a text, and whether each is an emote, from where the emotes begin and end (inclusive)."""
    pieces: list[tuple[str, bool]] = []
    done = 0
    for begin, end in sorted((a, b) for a, b in places if a is not None and b is not None):
        if done <= begin <= end < len(body):
            pieces += [(body[done:begin], False), (body[begin : end + 1], True)]
            done = end + 1
    return [*pieces, (body[done:], False)]


def _fill_event(row: RawRow, pieces: list[tuple[str, bool]], notice: Fields, names: set[str]) -> None:
    """Complete kind and text: what Twitch says of the viewer tells the kind, the rest is the viewer's own."""
    body = "".join(piece for piece, _ in pieces)
    row.text = body or None
    event = text(notice, "msgid")
    if event or body.partition(" ")[0].lower() in names or body.startswith("An anonymous") or "raiders from" in body:
        read_sentence(row)
    if event:
        row.kind, row.event = kind_of_event(event), event
        row.amount = whole(notice, "msgparamcumulativemonths") or row.amount
        plan = text(notice, "msgparamsubplan")
        row.currency = TIERS.get(plan, plan) if plan else row.currency
    emotes: list[str] = []
    spans: list[int] = []
    place = len(row.text or "") - len(body)  # where the viewer's own words begin is 0
    for piece, is_emote in pieces:
        if is_emote and piece and place >= 0:
            emotes.append(piece)
            spans += (place, place + len(piece))
        place += len(piece)
    row.emotes, row.emote_spans = list(dict.fromkeys(emotes)) or None, spans or None
