"""A YouTube and a Twitch of our own on 127.0.0.1: pages, listings, chat replays and live chat, from a seeded truth.

The forms are those of the platforms' pages and of their chat endpoints, as far as a collector reads them; every text is
written here. ``FakePlatforms`` keeps the truth (what was "sent"), a log of requests, and plays the faults it is told.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
HOSTS = ("www.youtube.com", "gql.twitch.tv")
WORDS = ("pates", "fromage", "quiz", "musique", "bonne", "chance", "encore", "merci", "bravo", "demain", "salut")
EPOCH = 1_700_000_000


@dataclass
class FakeMessage:
    """One message of the truth."""

    message_id: str
    offset_ms: int
    author: str
    author_id: str
    text: str
    kind: str = "message"


@dataclass
class FakeStream:
    """One stream of the truth, and how it misbehaves."""

    stream_id: str
    title: str
    duration: int = 3600
    category: str = "Gaming"
    status: str = "was_live"  # is_live, is_upcoming, post_live, private, members, no_chat
    messages: list[FakeMessage] = field(default_factory=list)
    page_size: int = 40
    n_repeated: int = 0  # messages of the page before that come again
    ends_after: int | None = None  # pages, after which the replay says that it ends
    has_unknown: bool = False
    live_pages: int = 0  # how many pages a live chat has brought so far

    def pages(self) -> list[list[FakeMessage]]:
        firsts = range(0, len(self.messages), self.page_size)
        pages = [self.messages[max(first - self.n_repeated, 0) : first + self.page_size] for first in firsts]
        return pages[: self.ends_after] if self.ends_after is not None else pages


def make_stream(
    stream_id: str, *, seed: int = 0, n_messages: int = 200, duration: int = 3600, **how: Any
) -> FakeStream:
    """Return a stream whose messages are spread evenly, jittered, over all of it."""
    rng = random.Random(f"{stream_id}-{seed}")
    messages = []
    for place in range(n_messages):
        offset = int((place + rng.random()) / n_messages * duration * 1000)
        viewer = rng.randrange(25)
        kind = rng.choices(["message", "donation", "membership"], [0.94, 0.04, 0.02])[0]
        text = " ".join(rng.choices(WORDS, k=rng.randrange(1, 6)))
        messages.append(
            FakeMessage(f"{stream_id}-m{place:05d}", offset, f"Viewer {viewer}", f"UCviewer{viewer:016d}", text, kind)
        )
    return FakeStream(stream_id, f"Stream {stream_id}", duration=duration, messages=messages, **how)


class FakePlatforms:
    """The server; use it as a context manager, and ``hosts`` as the collector's ``HOSTS``.

    Attributes
    ----------
    youtube, twitch : dict of str to list of FakeStream
        Channel ("@ann", "ann") → its streams, newest first.
    faults : dict of (str, int) to int or str
        (endpoint, which request of it, from 1) → a status, or "drop" to close the connection, or "garbage".
    requests : list of (str, str)
        Endpoint and what was asked, in order.
    """

    def __init__(self) -> None:
        self.youtube: dict[str, list[FakeStream]] = {}
        self.twitch: dict[str, list[FakeStream]] = {}
        self.faults: dict[tuple[str, int], int | str] = {}
        self.requests: list[tuple[str, str]] = []
        self.on_request: dict[tuple[str, int], Any] = {}
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def hosts(self) -> dict[str, str]:
        return dict.fromkeys(HOSTS, f"http://127.0.0.1:{self._server.server_port}")

    def __enter__(self) -> FakePlatforms:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def count(self, endpoint: str) -> int:
        return self._counts[endpoint]

    def stream(self, stream_id: str) -> tuple[str, FakeStream]:
        for channels in (self.youtube, self.twitch):
            for channel, streams in channels.items():
                for stream in streams:
                    if stream.stream_id == stream_id:
                        return channel, stream
        raise KeyError(stream_id)

    # ---- answers ----

    def answer(self, path: str, query: dict[str, list[str]], body: Any) -> tuple[str, str, Any]:
        """Return endpoint, what was asked, and a function that makes the answer."""
        if path == "/watch":
            return "watch", query["v"][0], lambda: self._watch_page(query["v"][0])
        if path.startswith("/youtubei/v1/live_chat/"):
            kind = "live" if path.endswith("get_live_chat") else "replay"
            token = body["continuation"]
            return kind, token, lambda: (self._live if kind == "live" else self._replay)(token)
        if path.startswith("/youtubei/v1/browse"):
            return "browse", body.get("continuation", ""), lambda: self._more_streams(body["continuation"])
        if path == "/gql":
            return self._gql(body)
        if match := re.fullmatch(r"/(@[\w.]+)/live", path):
            return "live page", match[1], lambda: self._live_page(match[1])
        if match := re.fullmatch(r"/(@[\w.]+)(?:/streams)?", path):
            return "channel", match[1], lambda: self._channel_page(match[1])
        return "other", path, lambda: 404

    def _watch_page(self, stream_id: str) -> str | int:
        try:
            channel, stream = self.stream(stream_id)
        except KeyError:
            player: Json = {"playabilityStatus": {"status": "ERROR", "reason": "This video is unavailable"}}
            return _page({}, player | {"videoDetails": {"videoId": stream_id}})
        return _page(_watch_data(stream), _player(channel, stream))

    def _channel_page(self, channel: str) -> str | int:
        if channel not in self.youtube:
            return 404
        return _page(_listing(channel, self.youtube[channel][:3], f"{channel}~3"), None)

    def _live_page(self, channel: str) -> str | int:
        live = next((one for one in self.youtube.get(channel, []) if one.status == "is_live"), None)
        if live is None:
            return self._channel_page(channel)
        return _page(_watch_data(live) | {"currentVideoEndpoint": {"watchEndpoint": {"videoId": live.stream_id}}}, None)

    def _more_streams(self, token: str) -> Json:
        channel, _, first = token.partition("~")
        streams = self.youtube[channel]
        place = int(first)
        items = _items(
            channel, streams[place : place + 3], f"{channel}~{place + 3}" if place + 3 < len(streams) else None
        )
        return {"onResponseReceivedActions": [{"appendContinuationItemsAction": {"continuationItems": items}}]}

    def _replay(self, token: str) -> Json:
        stream_id, _, which = token.rpartition("~")
        _, stream = self.stream(stream_id)
        pages = stream.pages()
        place = 0 if which == "all" else int(which)
        is_end = place + 1 >= len(pages)
        following: list[Json] = (
            [] if is_end else [_continuation("liveChatReplayContinuationData", f"{stream_id}~{place + 1}")]
        )
        following.append(_continuation("playerSeekContinuationData", f"{stream_id}~seek"))
        actions = [_replayed(stream, message) for message in pages[place]] if pages else []
        if stream.has_unknown and place == 0:
            actions.insert(
                1,
                {
                    "replayChatItemAction": {
                        "actions": [{"showShinyThingAction": {"shine": 3}}],
                        "videoOffsetTimeMsec": "5",
                    }
                },
            )
        return {"continuationContents": {"liveChatContinuation": {"continuations": following, "actions": actions}}}

    def _live(self, token: str) -> Json:
        stream_id, _, which = token.rpartition("~")
        _, stream = self.stream(stream_id)
        pages = stream.pages()
        place = 0 if which == "live" else int(which)
        if place >= len(pages):
            stream.status = "was_live"
            return {"responseContext": {}}
        stream.live_pages = place + 1
        actions = [_action(stream, message) for message in pages[place]]
        if stream.has_unknown and place == 0:
            actions.insert(1, {"showShinyThingAction": {"shine": 3}})
        kind = "invalidationContinuationData" if place % 2 else "timedContinuationData"
        following = [_continuation(kind, f"{stream_id}~{place + 1}", timeoutMs=1500)]
        return {"continuationContents": {"liveChatContinuation": {"continuations": following, "actions": actions}}}

    def _gql(self, body: Any) -> tuple[str, str, Any]:
        operation = body[0] if isinstance(body, list) else body
        variables = operation.get("variables", {})
        name = operation.get("operationName")
        if name == "FilterableVideoTower_Videos":
            return "videos", variables["channelOwnerLogin"], lambda: self._twitch_listing(variables)
        if name == "VideoCommentsByOffsetOrCursor":
            asked = str(variables.get("cursor") or variables.get("contentOffsetSeconds"))
            return "comments", asked, lambda: self._comments(variables)
        return "video", variables["id"], lambda: self._twitch_video(variables["id"])

    def _twitch_listing(self, variables: Json) -> list[Json]:
        streams = self.twitch.get(variables["channelOwnerLogin"])
        if streams is None:
            return [{"data": {"user": {"id": "", "videos": None}}}]
        edges = [
            {
                "__typename": "VideoEdge",
                "cursor": None,
                "node": {"__typename": "Video", "id": one.stream_id, "title": one.title, "lengthSeconds": one.duration},
            }
            for one in streams
        ]
        return [{"data": {"user": {"id": "17", "videos": {"edges": edges}}}}]

    def _twitch_video(self, stream_id: str) -> Json:
        try:
            channel, stream = self.stream(stream_id)
        except KeyError:
            return {"data": {"video": None}}
        video = {
            "title": stream.title,
            "createdAt": "2023-11-14T22:13:20Z",
            "lengthSeconds": stream.duration,
            "status": "RECORDING" if stream.status == "is_live" else "RECORDED",
            "game": {"displayName": stream.category},
            "owner": {"login": channel, "displayName": channel.title()},
        }
        return {"data": {"video": video}}

    def _comments(self, variables: Json) -> list[Json]:
        _, stream = self.stream(variables["videoID"])
        if stream.status == "no_chat":
            return [{"data": {"video": {"id": stream.stream_id, "comments": None}}}]
        pages = stream.pages()
        cursor = variables.get("cursor")
        place = int(cursor.partition("~")[0]) if cursor else 0
        if not cursor and (offset := variables["contentOffsetSeconds"]):
            place = next((n for n, page in enumerate(pages) if page[-1].offset_ms >= offset * 1000), len(pages))
        page = pages[place] if place < len(pages) else []
        edges = [{"cursor": f"{place + 1}~{one.message_id}", "node": _comment(one)} for one in page]
        comments = {"edges": edges, "pageInfo": {"hasNextPage": place + 1 < len(pages)}}
        return [{"data": {"video": {"id": stream.stream_id, "comments": comments}}}]

    # ---- serving ----

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # headers and content in one packet

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                self._serve(None)

            def do_POST(self) -> None:
                self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _serve(self, body: Any) -> None:
                parts = urlsplit(self.path)
                with fake._lock:
                    endpoint, asked, make = fake.answer(parts.path, parse_qs(parts.query), body)
                    fake._counts[endpoint] += 1
                    which = (endpoint, fake._counts[endpoint])
                    fake.requests.append((endpoint, asked))
                    fault = fake.faults.get(which)
                    called = fake.on_request.get(which)
                    answer = None if fault else make()
                if called:
                    called()
                if fault == "drop":
                    self.close_connection = True
                    return
                if isinstance(fault, int) or isinstance(answer, int):
                    self._send(fault or answer, b"")
                elif fault == "garbage":
                    self._send(200, b"<html>not now</html>")
                elif isinstance(answer, str):
                    self._send(200, answer.encode(), "text/html; charset=utf-8")
                else:
                    self._send(200, json.dumps(answer).encode(), "application/json")

            def _send(self, status: int, content: bytes, kind: str = "text/plain") -> None:
                packed = gzip.compress(content, 1) if "gzip" in self.headers.get("Accept-Encoding", "") else content
                self.send_response(status)
                self.send_header("Content-Type", kind)
                if packed is not content:
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(packed)))
                self.end_headers()
                self.wfile.write(packed)

        return Handler


# ---- forms ----


def _continuation(kind: str, token: str, **more: Any) -> Json:
    return {kind: {"continuation": token, **more}}


def _item(stream: FakeStream, message: FakeMessage) -> Json:
    shared = {
        "id": message.message_id,
        "timestampUsec": str((EPOCH * 1000 + message.offset_ms) * 1000),
        "authorName": {"simpleText": message.author},
        "authorExternalChannelId": message.author_id,
        "authorPhoto": {"thumbnails": [{"url": f"https://example.com/{message.author_id}.png"}]},
        "message": {"runs": [{"text": message.text}]},
    }
    if message.kind == "donation":
        return {"liveChatPaidMessageRenderer": shared | {"purchaseAmountText": {"simpleText": "€5.00"}}}
    if message.kind == "membership":
        return {"liveChatMembershipItemRenderer": shared | {"headerSubtext": {"runs": [{"text": "New member"}]}}}
    return {"liveChatTextMessageRenderer": shared}


def _action(stream: FakeStream, message: FakeMessage) -> Json:
    return {"addChatItemAction": {"item": _item(stream, message), "clientId": f"c-{message.message_id}"}}


def _replayed(stream: FakeStream, message: FakeMessage) -> Json:
    return {
        "replayChatItemAction": {"actions": [_action(stream, message)], "videoOffsetTimeMsec": str(message.offset_ms)}
    }


def _comment(message: FakeMessage) -> Json:
    login = message.author.lower().replace(" ", "_")
    return {
        "id": message.message_id,
        "commenter": {"id": message.author_id[-4:], "login": login, "displayName": message.author},
        "contentOffsetSeconds": message.offset_ms // 1000,
        "createdAt": _iso(EPOCH + message.offset_ms // 1000),
        "message": {"fragments": [{"text": message.text, "emote": None}], "userBadges": [], "userColor": "#FF0000"},
    }


def _iso(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _watch_data(stream: FakeStream) -> Json:
    bar: Json = {}
    if stream.status not in {"no_chat", "private", "members", "post_live"}:
        token = "live" if stream.status in {"is_live", "is_upcoming"} else "all"
        choices = [
            {"title": title, "continuation": _continuation("reloadContinuationData", f"{stream.stream_id}~{which}")}
            for title, which in (("Top chat", "top"), ("Live chat", token))
        ]
        bar = {
            "liveChatRenderer": {
                "continuations": [_continuation("reloadContinuationData", f"{stream.stream_id}~top")],
                "header": {
                    "liveChatHeaderRenderer": {"viewSelector": {"sortFilterSubMenuRenderer": {"subMenuItems": choices}}}
                },
            }
        }
    return {
        "contents": {"twoColumnWatchNextResults": {"results": {"results": {"contents": []}}, "conversationBar": bar}}
    }


def _player(channel: str, stream: FakeStream) -> Json:
    details: Json = {
        "videoId": stream.stream_id,
        "title": stream.title,
        "lengthSeconds": str(stream.duration),
        "channelId": "UC" + channel.strip("@").ljust(22, "x")[:22],
        "author": channel.strip("@").title(),
        "isLiveContent": True,
    }
    broadcast: Json = {"isLiveNow": stream.status == "is_live", "startTimestamp": _iso(EPOCH)}
    playable: Json = {"status": "OK"}
    if stream.status == "is_live":
        details["isLive"] = True
    elif stream.status == "is_upcoming":
        details |= {"isUpcoming": True}
        playable = {"status": "LIVE_STREAM_OFFLINE", "reason": "This live event will begin in 3 hours."}
    elif stream.status == "post_live":
        details |= {"isPostLiveDvr": True}
    elif stream.status == "private":
        playable = {"status": "LOGIN_REQUIRED", "reason": "Private video", "messages": ["This is a private video."]}
    elif stream.status == "members":
        reason = "Join this channel to get access to members-only content like this video, and other exclusive perks."
        playable = {"status": "UNPLAYABLE", "reason": reason}
    micro = {
        "category": stream.category,
        "externalChannelId": details["channelId"],
        "ownerProfileUrl": f"http://www.youtube.com/{channel}",
        "ownerChannelName": details["author"],
        "liveBroadcastDetails": broadcast
        | ({"endTimestamp": _iso(EPOCH + stream.duration)} if stream.status != "is_live" else {}),
    }
    return {"playabilityStatus": playable, "videoDetails": details, "microformat": {"playerMicroformatRenderer": micro}}


def _page(data: Json, player: Json | None) -> str:
    settings = {
        "INNERTUBE_API_KEY": "a-key",
        "INNERTUBE_CLIENT_VERSION": "2.20260101.00.00",
        "INNERTUBE_CONTEXT_CLIENT_NAME": 1,
        "INNERTUBE_CONTEXT": {
            "client": {"clientName": "WEB", "clientVersion": "2.20260101.00.00", "visitorData": "v1"}
        },
    }
    parts = [f"<script>ytcfg.set({json.dumps(settings)});</script>"]
    if player is not None:
        parts.append(f"<script>var ytInitialPlayerResponse = {json.dumps(player)};</script>")
    parts.append(f"<script>var ytInitialData = {json.dumps(data)};</script>")
    return f"<!DOCTYPE html><html><head></head><body>{''.join(parts)}</body></html>"


def _items(channel: str, streams: list[FakeStream], following: str | None) -> list[Json]:
    items: list[Json] = []
    for stream in streams:
        style = {"is_live": "LIVE", "is_upcoming": "UPCOMING"}.get(stream.status, "DEFAULT")
        video: Json = {
            "videoId": stream.stream_id,
            "title": {"runs": [{"text": stream.title}]},
            "publishedTimeText": {"simpleText": "Streamed 2 years ago"},
            "thumbnailOverlays": [
                {"thumbnailOverlayTimeStatusRenderer": {"style": style, "text": {"simpleText": style}}}
            ],
        }
        if style == "DEFAULT":
            video["lengthText"] = {"simpleText": f"{stream.duration // 3600}:{stream.duration // 60 % 60:02}:00"}
        if stream.status == "members":
            video["badges"] = [
                {"metadataBadgeRenderer": {"style": "BADGE_STYLE_TYPE_MEMBERS_ONLY", "label": "Members only"}}
            ]
        items.append({"richItemRenderer": {"content": {"videoRenderer": video}}})
    if following:
        command = {"continuationCommand": {"token": following, "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}}
        items.append({"continuationItemRenderer": {"continuationEndpoint": command}})
    return items


def _listing(channel: str, streams: list[FakeStream], following: str) -> Json:
    grid = {"richGridRenderer": {"contents": _items(channel, streams, following)}}
    tab = {
        "title": "Live",
        "selected": True,
        "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": f"/{channel}/streams"}}},
        "content": grid,
    }
    name = channel.strip("@").title()
    about = {
        "title": name,
        "externalId": "UC" + channel.strip("@").ljust(22, "x")[:22],
        "vanityChannelUrl": f"http://www.youtube.com/{channel}",
    }
    return {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": tab}]}},
        "metadata": {"channelMetadataRenderer": about},
    }


def main(hosts: str) -> None:
    """Serve a few channels until Ctrl-C; write where they are for ``run_collect.py``."""
    with FakePlatforms() as fake:
        states = ["is_live", "is_upcoming", "was_live", "private", "members", "no_chat", "post_live", "was_live"]
        fake.youtube["@ann"] = [make_stream(f"video-0000{n}", status=state) for n, state in enumerate(states)]
        fake.youtube["@ann"][-1].ends_after = 2
        fake.twitch["bob"] = [make_stream("2000001", n_messages=900), make_stream("2000002", has_unknown=True)]
        Path(hosts).write_text(json.dumps(fake.hosts))
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
