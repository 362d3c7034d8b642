"""The way out to YouTube and Twitch: yt-dlp as a library, quiet and on a short leash, and its errors as one line.

What yt-dlp may do is fixed here: only the extractors of YouTube and Twitch, no plugins, no configuration, no cache and
no file on disk, no JavaScript runtime, no ffmpeg or other program, http and https only. It finds streams and what they
are called; the chat itself is fetched by ``replays`` through the same opener, so that cookies and headers are the same.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from hubbub.collect.json_values import decode
from hubbub.errors import SourceError

HOSTS: dict[str, str] = {}
"""Host → address ("http://127.0.0.1:8080") that is asked in its place: a proxy of one's own, or a stand-in in tests."""

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before each further try of one request, before jitter."""

MAX_PAGE_BYTES = 64 << 20
TIMEOUT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 300.0
EXTRACTORS = [r"youtube(:.*)?", r"twitch:(vod|videos|stream)"]
_NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 404, 429, 500

_DECORATION = re.compile(r"\x1b\[[0-9;]{0,20}m|^ERROR: |^\[[\w:+-]{1,40}\] (?:[@\w./-]{1,80}: )?")
_ADVICE = re.compile(
    r"(?:[;.] ?please report this issue| Use --| See {1,2}https?:| \(caused by|;? ?You might want to).*", re.IGNORECASE
)

Json = dict[str, Any]


class RefusedError(Exception):
    """An answer that will not get better by asking again.

    Attributes
    ----------
    status : int
        The HTTP status; 0 where there was no answer at all.
    """

    def __init__(self, what: str, status: int = 0) -> None:
        super().__init__(what)
        self.status = status


class Client:
    """What asks YouTube and Twitch.

    Parameters
    ----------
    pause : callable
        Waits so many seconds between tries.
    rng : random.Random, optional
        Where the jitter comes from.

    Attributes
    ----------
    warnings : list of str
        What yt-dlp warned of since the last ``extract``, without its decoration.
    """

    def __init__(self, *, pause: Callable[[float], object] = time.sleep, rng: random.Random | None = None) -> None:
        self.warnings: list[str] = []
        self._pause, self._rng = pause, rng or random.Random()  # noqa: S311 - jitter is no secret
        self._refused: list[Any] = []
        self._engine = _make_engine(self.warnings, self._refused)

    def extract(self, url: str) -> Json:
        """Return what yt-dlp knows of a page: a stream, or a listing whose ``entries`` may be lazy.

        Raises
        ------
        SourceError
            When the platform refuses, or the URL is none of a channel or stream.
        """
        from yt_dlp.utils import YoutubeDLError

        self.warnings.clear()
        try:
            found = self._engine.extract_info(url, download=False, process=False)
            for _ in range(3):  # a tab that names another page
                if not found or found.get("_type") not in {"url", "url_transparent"}:
                    break
                found = self._engine.extract_info(found["url"], download=False, process=False)
        except YoutubeDLError as error:
            raise SourceError(f"{url}: {one_line(error)}.") from None
        finally:
            self._let_go()
        if not found:
            raise SourceError(f"{url}: {(self.warnings or ['nothing is there'])[-1]}.")
        return dict(found)

    def fetch(
        self,
        url: str,
        body: Json | list[Json] | None = None,
        headers: Mapping[str, str] | None = None,
        waits: Sequence[float] | None = None,
    ) -> bytes:
        """Return the bytes of a page, or of the answer to ``body`` as JSON; tries again where that may help.

        A 404 is tried again too: continuations of live chat answer so now and then and work a moment later.

        Raises
        ------
        RefusedError
            When the answer will not get better, or did not in as many further tries as there are ``waits``.
        """
        from yt_dlp.networking import Request
        from yt_dlp.networking.exceptions import HTTPError, RequestError

        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = dict(headers or {}) | ({"Content-Type": "application/json"} if data else {})
        for wait in (*(WAITS if waits is None else waits), None):
            status, advised = 0, 0.0
            try:
                request = Request(url, data=data, headers=sent, extensions={"timeout": TIMEOUT_SECONDS})
                with self._engine.urlopen(request) as answer:
                    page: bytes = answer.read(MAX_PAGE_BYTES + 1)
                if len(page) > MAX_PAGE_BYTES:
                    raise RefusedError(f"the answer is larger than {MAX_PAGE_BYTES >> 20} MB", 200)
                return page
            except HTTPError as error:
                status, what = error.status, f"HTTP {error.status} {error.reason}".strip()
                advised = _seconds(error.response.headers.get("Retry-After"))
                self._let_go()
            except (RequestError, OSError) as error:
                what = one_line(error)
            if wait is None or not (status in {0, _NOT_FOUND, _TOO_MANY} or status >= _SERVER_ERROR):
                raise RefusedError(what, status)
            self._pause(max(wait * (0.5 + self._rng.random()), min(advised, LONGEST_WAIT_SECONDS)))
        raise AssertionError("unreachable")

    def fetch_json(
        self,
        url: str,
        body: Json | list[Json],
        headers: Mapping[str, str],
        is_whole: Callable[[Any], bool],
        waits: Sequence[float] | None = None,
    ) -> tuple[bytes, Any]:
        """Return an answer as it came and as JSON; one that is not whole is asked for again.

        Raises
        ------
        RefusedError
            As ``fetch``; and when what comes is never a whole answer.
        """
        for wait in (*(WAITS[:3] if waits is None else waits), None):
            page = self.fetch(url, body, headers, waits)
            try:
                answer = decode(page)
                if is_whole(answer):
                    return page, answer
                what = "the answer holds no chat"
                if said := _in_band_error(answer):
                    what = f"{what} but '{said}'"
            except ValueError:
                what = "the answer is not JSON"
            if wait is None:
                raise RefusedError(what, 200)
            self._pause(wait * (0.5 + self._rng.random()))
        raise AssertionError("unreachable")

    def read_watch_page(self, video_id: str, page: str) -> tuple[Json, Json, dict[str, str]]:
        """Return what a YouTube page holds: its data, its configuration, and the headers of its further requests."""
        from yt_dlp.extractor.youtube import YoutubeIE
        from yt_dlp.utils import YoutubeDLError

        reader = YoutubeIE(self._engine)
        try:
            data = reader.extract_yt_initial_data(video_id, page, fatal=False) or {}
            settings = reader.extract_ytcfg(video_id, page) or {}
            return data, settings, dict(reader.generate_api_headers(ytcfg=settings))
        except YoutubeDLError as error:
            raise SourceError(f"{video_id}: {one_line(error)}.") from None

    def close(self) -> None:
        """Let go of the connections."""
        self._let_go()
        self._engine.close()

    def _let_go(self) -> None:
        while self._refused:
            self._refused.pop().close()


class _Log:
    """Keeps what yt-dlp says in place of printing it."""

    def __init__(self, warnings: list[str]) -> None:
        self._warnings = warnings

    def debug(self, message: str) -> None:
        """Say nothing."""

    info = debug

    def warning(self, message: str, **_: object) -> None:
        """Keep a warning."""
        self._warnings.append(one_line(message))

    def error(self, message: str) -> None:
        """Say nothing: what is an error is raised."""


def _make_engine(warnings: list[str], refused: list[Any]) -> Any:  # noqa: ANN401 - yt-dlp has no types
    from yt_dlp import YoutubeDL
    from yt_dlp.globals import plugin_dirs
    from yt_dlp.networking.exceptions import HTTPError

    plugin_dirs.value = []

    class Engine(YoutubeDL):  # type: ignore[misc]
        """yt-dlp, asking other addresses where ``HOSTS`` says so."""

        def urlopen(self, req: Any) -> Any:  # noqa: ANN401
            """Open a request; keep an answer that is an error, to close it: extractors read it and leave it open."""
            if HOSTS and not isinstance(req, str):
                req.url = readdress(req.url)
            try:
                return super().urlopen(readdress(req) if isinstance(req, str) else req)
            except HTTPError as error:
                refused.append(error)
                raise

    return Engine(
        {
            "allowed_extractors": EXTRACTORS,
            "cachedir": False,
            "color": "never",
            "extract_flat": "in_playlist",
            "extractor_args": {
                # The watch page alone says all that is asked here; formats, which need more requests, are not.
                "youtube": {"player_client": ["web"], "player_skip": ["configs", "js"], "lang": ["en"]},
            },
            "extractor_retries": 2,
            "ignore_no_formats_error": True,
            "ignoreconfig": True,
            "js_runtimes": {},
            "logger": _Log(warnings),
            "noprogress": True,
            "quiet": True,
            "skip_download": True,
            "socket_timeout": TIMEOUT_SECONDS,
        }
    )


def readdress(url: str) -> str:
    """Return the address to ask in place of a URL: the same, but for hosts in ``HOSTS``."""
    parts = urlsplit(url)
    if parts.hostname not in HOSTS:
        return url
    scheme, _, rest = HOSTS[parts.hostname].partition("://")
    return urlunsplit(parts._replace(scheme=scheme, netloc=rest))


def one_line(error: object) -> str:
    r"""Return an error of yt-dlp as one line without colors, its own name, its options and its request to report.

    Examples
    --------
    >>> one_line("\x1b[0;31mERROR:\x1b[0m [youtube] dQw4w9WgXcQ: Private video. See  https://github.com/x for more")
    'Private video'
    """
    text = " ".join(str(error).split())
    for _ in range(4):
        text = _DECORATION.sub("", text, count=1)
    text = _ADVICE.sub("", text).rstrip(". ")
    return text[:300] or type(error).__name__


def _in_band_error(answer: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return what a GraphQL answer says is wrong, shortly, or nothing."""
    first = answer[0] if isinstance(answer, list) and answer else answer
    errors = first.get("errors") if isinstance(first, dict) else None
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return " ".join(str(errors[0].get("message") or "").split())[:100]
    return ""


def _seconds(written: str | None) -> float:
    """Return the seconds of a ``Retry-After``; 0 where it says none."""
    return float(written) if written and written.isdecimal() and len(written) < 6 else 0.0
