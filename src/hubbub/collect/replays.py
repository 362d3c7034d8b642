"""The chat of a stream that is over → its pages as the platform sends them, one after another, from any page on.

Nothing is read out of a page here but what to ask next, how far it reaches, and whether it is the last: a page is kept
before it is parsed, and parsed by ``innertube`` and ``twitch_vod``, whatever it holds.

YouTube
    The watch page names the continuation of the whole chat ("Live chat", not "Top chat", which leaves messages out);
    each page of ``get_live_chat_replay`` names the next. A page without a message is not the end; a page that names
    no next one is.
Twitch
    ``VideoCommentsByOffsetOrCursor`` by cursor; where its integrity check refuses cursors, by offset.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hubbub.collect.clients import RefusedError
from hubbub.collect.innertube import parse_response
from hubbub.collect.platforms import TWITCH_GRAPHQL, TWITCH_HEADERS
from hubbub.errors import SourceError

if TYPE_CHECKING:
    from hubbub.collect.clients import Client

Json = dict[str, Any]

_API = "https://www.youtube.com/youtubei/v1/live_chat"
_COMMENTS = "VideoCommentsByOffsetOrCursor"
_COMMENTS_HASH = "b70a3591ff0f4e0313d126c6a1502d79a1c02baebb288227c582044aa76adf6a"
_LOOKBACK_MILLISECONDS = 5_000
_LAST_ACTIONS = 10
_BAD_REQUEST, _NOT_FOUND = 400, 404
LOOP = "the platform names a page that it gave before"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a chat.

    Attributes
    ----------
    body : bytes
        As it came.
    following : dict, optional
        What to ask for next; None after the last page.
    offset_seconds : float, optional
        How far into the stream its messages reach; None where it has none.
    """

    body: bytes
    following: Json | None
    offset_seconds: float | None


def read_pages(client: Client, platform: str, native_id: str, start: Json | None = None) -> Iterator[Page]:
    """Yield the pages of a stream's chat from the first, or from ``start``, a page's ``following``, on.

    Where the platform does not know ``start`` any more, the pages come from the first again.

    Raises
    ------
    SourceError
        When a page cannot be had; those before it were yielded.
    """
    read = _read_youtube if platform == "youtube" else _read_twitch
    return read(client, native_id, start)


# ---- YouTube ----


@dataclass(frozen=True, slots=True)
class ChatSession:
    """What a watch page gives for asking for its chat: the first continuation, and how to ask."""

    continuation: str | None
    context: Json
    key: str
    headers: dict[str, str]

    def ask(
        self,
        client: Client,
        endpoint: str,
        continuation: str,
        *,
        offset_ms: int | None = None,
        waits: Sequence[float] | None = None,
    ) -> tuple[bytes, Any]:
        """Return one page of ``get_live_chat_replay`` or ``get_live_chat``, as it came and as JSON."""
        asked: Json = {"context": self.context, "continuation": continuation}
        if offset_ms is not None:
            asked["currentPlayerState"] = {"playerOffsetMs": str(max(offset_ms - _LOOKBACK_MILLISECONDS, 0))}
        # A live chat that is over answers without contents; a replay never does.
        is_whole = _is_object if endpoint == "get_live_chat" else _has_chat
        url = f"{_API}/{endpoint}?key={self.key}&prettyPrint=false"
        return client.fetch_json(url, asked, self.headers, is_whole, waits)


def open_chat(client: Client, video_id: str) -> ChatSession:
    """Return the session of a YouTube stream's whole chat; its ``continuation`` is None where there is no chat.

    Raises
    ------
    SourceError
        When the page cannot be had, or does not say how to ask.
    """
    url = f"https://www.youtube.com/watch?v={video_id}"
    try:
        page = client.fetch(f"{url}&bpctr=9999999999&has_verified=1").decode("utf-8", "replace")
    except RefusedError as error:
        raise SourceError(f"{url}: {error}.") from None
    data, settings, headers = client.read_watch_page(video_id, page)
    context, key = settings.get("INNERTUBE_CONTEXT"), settings.get("INNERTUBE_API_KEY")
    if not (isinstance(context, dict) and isinstance(key, str)):
        raise SourceError(
            f"{url}: its page must say how its chat is asked for, and does not (a consent page, perhaps)."
        )
    chat = parse_response(data)
    # The last view is the whole chat; the first leaves out what YouTube finds less interesting.
    return ChatSession(chat.views[-1] if chat.views else chat.continuation, context, key, headers)


def _read_youtube(client: Client, video_id: str, start: Json | None) -> Iterator[Page]:
    url = f"https://www.youtube.com/watch?v={video_id}"
    session = open_chat(client, video_id)
    if session.continuation is None:
        raise SourceError(f"{url}: it has no chat replay.")
    first: Json = {"continuation": session.continuation, "offset_ms": 0}
    following, is_resumed = start or first, start is not None
    seen: set[str] = set()
    while following:
        token = following["continuation"]
        if token in seen:
            raise SourceError(f"{url}: {LOOP}.")
        seen.add(token)
        try:
            body, answer = session.ask(client, "get_live_chat_replay", token, offset_ms=following.get("offset_ms"))
        except RefusedError as error:
            if is_resumed and error.status in {200, _BAD_REQUEST, _NOT_FOUND}:
                following, is_resumed = first, False
                seen.clear()
                continue
            raise SourceError(f"{url}: {error}.") from None
        is_resumed = False
        page = _youtube_page(body, answer, following.get("offset_ms") or 0)
        yield page
        following = page.following or {}


def _youtube_page(body: bytes, answer: Json, offset_ms: int) -> Page:
    found = dict(answer["continuationContents"]["liveChatContinuation"])
    # How far a page reaches is in the last of its messages; all of them are parsed when the page is admitted.
    actions = found.get("actions")
    found["actions"] = actions[-_LAST_ACTIONS:] if isinstance(actions, list) else []
    chat = parse_response({"continuationContents": {"liveChatContinuation": found}})
    reached = max((row.offset_seconds for row in chat.rows if row.offset_seconds is not None), default=None)
    following = None
    if chat.continuation:
        following = {"continuation": chat.continuation, "offset_ms": max(offset_ms, round((reached or 0.0) * 1000))}
    return Page(body, following, reached)


# ---- Twitch ----


def _read_twitch(client: Client, video_id: str, start: Json | None) -> Iterator[Page]:
    url = f"https://www.twitch.tv/videos/{video_id}"
    following: Json | None = start or {"offset": 0}
    seen: set[str] = set()
    while following:
        name = repr(following)
        if name in seen:
            raise SourceError(f"{url}: {LOOP}.")
        seen.add(name)
        try:
            page = _twitch_page(client, video_id, following)
        except RefusedError as error:
            if "cursor" in following and error.status in {200, _BAD_REQUEST}:
                following = {"offset": following["offset"]}
                continue
            raise SourceError(f"{url}: {error}.") from None
        yield page
        following = page.following


def _twitch_page(client: Client, video_id: str, asked: Json) -> Page:
    """Return the page at a cursor, or the one that holds an offset."""
    place = {"cursor": asked["cursor"]} if "cursor" in asked else {"contentOffsetSeconds": asked["offset"]}
    question = {
        "operationName": _COMMENTS,
        "variables": {"videoID": video_id, **place},
        "extensions": {"persistedQuery": {"version": 1, "sha256Hash": _COMMENTS_HASH}},
    }
    body, answer = client.fetch_json(TWITCH_GRAPHQL, [question], TWITCH_HEADERS, _has_comments)
    comments = _find(answer, 0, "data", "video", "comments")
    edges = [edge for edge in _find(comments, "edges") or () if isinstance(edge, dict)]
    offsets = [found for edge in edges if isinstance(found := _find(edge, "node", "contentOffsetSeconds"), int)]
    reached = max(offsets, default=None)
    following: Json | None = None
    if _find(comments, "pageInfo", "hasNextPage") is True and reached is not None:
        cursor = edges[-1].get("cursor")
        # By offset, a page that reaches no further than what was asked for would come again.
        offset = reached if "cursor" in asked or reached > asked["offset"] else asked["offset"] + 1
        may_use_cursor = isinstance(cursor, str) and cursor and ("cursor" in asked or asked["offset"] == 0)
        following = {"cursor": cursor, "offset": reached} if may_use_cursor else {"offset": offset}
    return Page(body, following, None if reached is None else float(reached))


# ---- shapes ----


def _find(value: Any, *steps: str | int) -> Any:  # noqa: ANN401
    """Return what lies at a path in JSON, or None."""
    for step in steps:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and value:
            value = value[step] if step < len(value) else None
        else:
            return None
    return value


def _is_object(answer: Any) -> bool:  # noqa: ANN401
    return isinstance(answer, dict) and "error" not in answer


def _has_chat(answer: Any) -> bool:  # noqa: ANN401
    return isinstance(_find(answer, "continuationContents", "liveChatContinuation"), dict)


def _has_comments(answer: Any) -> bool:  # noqa: ANN401
    return isinstance(_find(answer, 0, "data", "video", "comments", "edges"), list)
