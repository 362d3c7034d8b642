"""What a user names (a URL, ``x:ACCOUNT``) → what it is; a channel → its streams; a stream → what is known of it.

YouTube is asked through yt-dlp. Twitch's listing of a channel too; what a Twitch stream is called, played and how long
it is comes from one small query of the GraphQL endpoint that its pages use, because yt-dlp leaves out the game and
asks for the film's address first, which is refused for reasons that have nothing to do with its chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, quote, urlsplit

from hubbub.collect.clients import RefusedError, one_line
from hubbub.errors import SourceError

if TYPE_CHECKING:
    from hubbub.collect.clients import Client

TWITCH_GRAPHQL = "https://gql.twitch.tv/gql"
TWITCH_HEADERS = {"Client-ID": "kd1unb4b3q4t58fwlpcbzcbnm76a8fp"}
"""The public id of a Twitch app that may read comments without a login."""

KNOWN_FORMS = (
    "https://www.youtube.com/@NAME, https://www.youtube.com/watch?v=ID, https://www.twitch.tv/NAME, "
    "https://www.twitch.tv/videos/ID, x:ACCOUNT, 'x:search QUERY', or a list of them (.ods, .xlsx, .csv, .toml)"
)

_YOUTUBE_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_TWITCH_HOSTS = frozenset({"twitch.tv", "www.twitch.tv", "m.twitch.tv"})
_X_HOSTS = frozenset({"x.com", "www.x.com", "twitter.com", "www.twitter.com", "mobile.twitter.com"})
_BARE = re.compile(r"(?:(?:www|m)\.)?(?:youtube\.com|youtu\.be|twitch\.tv|x\.com|twitter\.com)/", re.IGNORECASE)
_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
_HANDLE = re.compile(r"@[\w.·-]{1,60}")
_LOGIN = re.compile(r"\w{1,25}", re.ASCII)
_ACCOUNT = re.compile(r"@?(\w{1,15})", re.ASCII)
_TWITCH_PAGES = frozenset({"videos", "directory", "downloads", "jobs", "settings", "collections", "team", "p"})
_X_PAGES = frozenset({"home", "search", "i", "explore", "settings", "hashtag", "intent", "share"})
_VIDEO_QUERY = (
    "query($id: ID!) { video(id: $id) { title createdAt lengthSeconds status game { displayName } owner { login } } }"
)

State = Literal["replay", "live", "upcoming", "ended just now", "unknown"]
_STATES: dict[str, State] = {
    "was_live": "replay",
    "not_live": "replay",
    "is_live": "live",
    "is_upcoming": "upcoming",
    "post_live": "ended just now",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a user asked for.

    Attributes
    ----------
    platform : str
        "youtube", "twitch" or "x".
    kind : str
        "channel", "stream", "account" or "search".
    name : str
        The channel's, stream's or account's name, or the query.
    url : str
        Where it is; by it the archive remembers what was collected.
    """

    platform: str
    kind: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a stream before its chat is asked for.

    Attributes
    ----------
    state : str
        "replay" can be collected; "live", "upcoming", "ended just now" and "unknown" cannot, or not yet.
    started_at : datetime, optional
        When the broadcast began (UTC).
    refusal : str, optional
        Why its chat cannot be had, as the platform says it.
    """

    platform: str
    native_id: str
    url: str
    title: str | None = None
    channel: str | None = None
    category: str | None = None
    started_at: datetime | None = None
    duration_seconds: float | None = None
    state: State = "unknown"
    refusal: str | None = None


def read_target(written: str) -> Target:
    """Return what a user means.

    Examples
    --------
    >>> read_target("https://youtu.be/dQw4w9WgXcQ?t=5").url, read_target("twitch.tv/Ann").url
    ('https://www.youtube.com/watch?v=dQw4w9WgXcQ', 'https://www.twitch.tv/ann/videos?filter=archives')
    >>> read_target("x:search from:ann lang:fr").name
    'from:ann lang:fr'

    Raises
    ------
    SourceError
        When it is none of what hubbub collects.
    """
    text = written.strip()
    found = None
    if text.startswith("x:"):
        found = _read_x(text[2:].strip())
    elif text.startswith("twitch:"):
        found = _read_twitch([text[7:].strip()])
    elif text.startswith("youtube:"):
        name = text[8:].strip()
        found = _read_youtube([name], {}) if name.startswith("@") else _youtube_stream(name)
    elif text.startswith(("http://", "https://")) or _BARE.match(text):
        found = _read_url(text if "://" in text else f"https://{text}")
    if found is None:
        raise SourceError(f"'{written[:200]}' is no channel, stream, account or list that hubbub knows: {KNOWN_FORMS}.")
    return found


def _read_url(url: str) -> Target | None:
    try:
        parts = urlsplit(url)
        host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    if host == "youtu.be":
        return _youtube_stream(steps[0]) if steps else None
    if host in _YOUTUBE_HOSTS:
        return _read_youtube(steps, query)
    if host in _TWITCH_HOSTS:
        return _read_twitch(steps)
    if host in _X_HOSTS:
        if steps[:1] == ["search"] and query.get("q"):
            return _read_x(f"search {query['q'][0]}")
        return _read_x(steps[0]) if steps and steps[0] not in _X_PAGES else None
    return None


def _read_youtube(steps: list[str], query: dict[str, list[str]]) -> Target | None:
    first = steps[0] if steps else ""
    if first == "watch" and query.get("v"):
        return _youtube_stream(query["v"][0])
    if first in {"live", "shorts", "embed"} and len(steps) > 1:
        return _youtube_stream(steps[1])
    if first == "playlist" and re.fullmatch(r"[\w-]{2,60}", (query.get("list") or [""])[0]):
        name = query["list"][0]
        return Target("youtube", "channel", name, f"https://www.youtube.com/playlist?list={name}")
    if _HANDLE.fullmatch(first):
        return Target("youtube", "channel", first, f"https://www.youtube.com/{quote(first, safe='@')}/streams")
    if first in {"channel", "c", "user"} and len(steps) > 1 and re.fullmatch(r"[\w.-]{1,60}", steps[1]):
        return Target("youtube", "channel", steps[1], f"https://www.youtube.com/{first}/{quote(steps[1])}/streams")
    return None


def _youtube_stream(name: str) -> Target | None:
    if not _VIDEO.fullmatch(name):
        return None
    return Target("youtube", "stream", name, f"https://www.youtube.com/watch?v={name}")


def _read_twitch(steps: list[str]) -> Target | None:
    numbers = [step for step in steps if step.isascii() and step.isdecimal()]
    if numbers and (steps[0] == "videos" or steps[1:2] in (["v"], ["video"])):
        return Target("twitch", "stream", numbers[0], f"https://www.twitch.tv/videos/{numbers[0]}")
    if not steps or steps[0] in _TWITCH_PAGES or not _LOGIN.fullmatch(steps[0]):
        return None
    name = steps[0].lower()
    return Target("twitch", "channel", name, f"https://www.twitch.tv/{name}/videos?filter=archives")


def _read_x(text: str) -> Target | None:
    word, _, query = text.partition(" ")
    if word == "search" and not query.strip():
        return None
    if word == "search":
        query = " ".join(query.split())
        return Target("x", "search", query, f"https://x.com/search?q={quote(query)}")
    match = _ACCOUNT.fullmatch(text)
    return Target("x", "account", match[1].lower(), f"https://x.com/{match[1].lower()}") if match else None


def list_streams(client: Client, target: Target) -> Iterator[About]:
    """Yield the streams of a channel, newest first, as far as the listing tells.

    Raises
    ------
    SourceError
        When there is no such channel, or its listing breaks off.
    """
    from yt_dlp.utils import YoutubeDLError

    listing = client.extract(target.url)
    seen = set()
    try:
        for entry in listing.get("entries") or ():
            name = str(entry.get("id") or "").removeprefix("v" if target.platform == "twitch" else "")
            if not name or name in seen or entry.get("ie_key") not in {"Youtube", "TwitchVod"}:
                continue
            seen.add(name)
            about = About(target.platform, name, str(entry["url"]), title=_text(entry.get("title")))
            if entry.get("live_status"):
                about = replace(about, state=_STATES.get(entry["live_status"], "unknown"))
            if entry.get("availability") in {"subscriber_only", "premium_only", "needs_auth", "private"}:
                about = replace(about, refusal="for members only")
            yield about
    except YoutubeDLError as error:
        raise SourceError(f"{target.url}: {one_line(error)}.") from None


def describe(client: Client, platform: str, native_id: str) -> About:
    """Return what is known of one stream.

    Raises
    ------
    SourceError
        When there is no such stream, or the platform does not answer.
    """
    return _describe_youtube(client, native_id) if platform == "youtube" else _describe_twitch(client, native_id)


def find_live(client: Client, target: Target) -> About:
    """Return the stream that is live on a channel of YouTube.

    Raises
    ------
    SourceError
        When there is no such channel, or it is not live.
    """
    found = client.extract(target.url.removesuffix("/streams") + "/live")
    if not _VIDEO.fullmatch(str(found.get("id"))):
        raise SourceError(f"{target.url}: the channel is not live.")
    return _read_youtube_stream(client, str(found["id"]), found)


def _describe_youtube(client: Client, video_id: str) -> About:
    return _read_youtube_stream(client, video_id, client.extract(f"https://www.youtube.com/watch?v={video_id}"))


def _read_youtube_stream(client: Client, video_id: str, found: dict[str, Any]) -> About:
    url = f"https://www.youtube.com/watch?v={video_id}"
    state = _STATES.get(found.get("live_status") or "", "unknown")
    has_chat = bool((found.get("subtitles") or {}).get("live_chat"))
    refusal = None
    if not has_chat and state in {"replay", "unknown"}:
        refusal = _shorten(client.warnings[-1]) if client.warnings else "it has no chat replay"
    return About(
        "youtube",
        video_id,
        url,
        title=_text(found.get("title")),
        channel=_text(found.get("uploader_id") or found.get("channel_id")),
        category=_text((found.get("categories") or [None])[0]),
        started_at=_moment(found.get("release_timestamp") or found.get("timestamp")),
        duration_seconds=_number(found.get("duration")),
        state="replay" if has_chat and state == "unknown" else state,
        refusal=refusal,
    )


def _describe_twitch(client: Client, video_id: str) -> About:
    url = f"https://www.twitch.tv/videos/{video_id}"
    asked = {"query": _VIDEO_QUERY, "variables": {"id": video_id}}
    try:
        answer = client.fetch_json(TWITCH_GRAPHQL, asked, TWITCH_HEADERS, lambda found: "video" in _data(found))[1]
    except RefusedError as error:
        raise SourceError(f"{url}: {error}.") from None
    video = _data(answer)["video"]
    if not isinstance(video, dict):
        raise SourceError(f"{url}: there is no such stream; Twitch keeps one for 7 to 60 days.")
    started = str(video.get("createdAt") or "").replace("Z", "+00:00")
    try:
        started_at = datetime.fromisoformat(started)
    except ValueError:
        started_at = None
    return About(
        "twitch",
        video_id,
        url,
        title=_text(video.get("title")),
        channel=_text((video.get("owner") or {}).get("login")),
        category=_text((video.get("game") or {}).get("displayName")),
        started_at=started_at,
        duration_seconds=_number(video.get("lengthSeconds")),
        state="live" if video.get("status") == "RECORDING" else "replay",
    )


def _data(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return the ``data`` of a GraphQL answer, alone or first of a list; empty where there is none."""
    first = answer[0] if isinstance(answer, list) and answer else answer
    data = first.get("data") if isinstance(first, dict) else None
    return data if isinstance(data, dict) else {}


def _shorten(warning: str) -> str:
    """Return what a platform says about a stream, without its advertisement."""
    if "members-only" in warning:
        return "for members only"
    return warning[:1].lower() + warning[1:] if warning[1:2].islower() else warning


def _text(value: Any) -> str | None:  # noqa: ANN401
    return " ".join(str(value).split())[:500] or None if isinstance(value, str | int) else None


def _number(value: Any) -> float | None:  # noqa: ANN401
    return float(value) if isinstance(value, int | float) and 0 < value < 1e9 else None


def _moment(value: Any) -> datetime | None:  # noqa: ANN401
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None
