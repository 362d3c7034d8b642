"""A YouTube stream that is live → rows for the journal: its chat is asked for again and again until it is over.

Each answer says when to ask next and by which continuation. What is sent twice is kept once, by its id, in the journal.
Where YouTube does not answer, or forgets the continuation, it is asked on with longer and longer waits, and its page
anew; a stretch of more than ``GAP_SECONDS`` without an answer is a gap. Only YouTube itself ends it: by an answer that
names no continuation, and a page that says that the stream is not live.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hubbub.collect.clients import Client, RefusedError
from hubbub.collect.innertube import parse_response
from hubbub.collect.live_sources import Gap, Server, Sink
from hubbub.collect.platforms import describe, find_live, read_target
from hubbub.collect.replays import ChatSession, open_chat
from hubbub.errors import SourceError

if TYPE_CHECKING:
    from hubbub.collect.platforms import About, Target

GAP_SECONDS = 30.0
SHORTEST_WAIT, LONGEST_WAIT = 0.2, 15.0
"""Bounds of what YouTube may say about when to ask next, in seconds."""

FIRST_RETRY, LONGEST_RETRY = 1.0, 60.0
_MICROSECONDS = 1_000_000


class YouTubeLive:
    """Streams of YouTube that are live; see ``live_sources.LiveSource``.

    Parameters
    ----------
    addresses : sequence of str
        Streams, or channels whose live stream is meant.
    now : callable
        The clock, in seconds since 1970.
    rng : random.Random, optional
        Where the jitter comes from.
    """

    platform = "youtube"

    def __init__(
        self, addresses: list[str], *, now: Callable[[], float] = time.time, rng: random.Random | None = None
    ) -> None:
        self.channels = tuple(addresses)
        self._now, self._rng = now, rng or random.Random()  # noqa: S311 - jitter is no secret
        self._targets = [_read_address(address) for address in addresses]

    def run(self, sink: Sink, stop: threading.Event) -> None:
        """Collect until ``stop`` is set or every stream is over; each stream in its own thread."""
        client = Client(pause=stop.wait)
        abouts = [
            find_live(client, target) if target.kind == "channel" else describe(client, self.platform, target.name)
            for target in self._targets
        ]
        for about in abouts:
            if about.state not in {"live", "upcoming"}:
                raise SourceError(f"{about.url}: it is not live. Collect its replay: hubbub collect {about.url}")
        failures: list[BaseException] = []

        def follow(about: About) -> None:
            try:
                _Follower(about, sink, stop, self._now, self._rng).follow()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=follow, args=(about,), daemon=True) for about in abouts]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) and not failures:
            stop.wait(0.1)
            if stop.is_set():
                for thread in threads:
                    thread.join(0.5 / len(threads))  # one that waits for an answer is left behind; it puts nothing more
                break
        if failures:
            raise failures[0]


def follow_streams(names: list[str], server: Server | None = None) -> YouTubeLive:
    """Return the source that follows live streams of YouTube.

    Raises
    ------
    SourceError
        When a name is no stream or channel of YouTube, or another server is named: YouTube has none.
    """
    if server is not None:
        raise SourceError("--server names an IRC server; YouTube has none.")
    return YouTubeLive(names)


def _read_address(address: str) -> Target:
    try:
        target = read_target(address if "://" in address else f"youtube:{address}")
    except SourceError:
        target = None
    if target is None or target.platform != "youtube":
        raise SourceError(
            f"'{address[:200]}' is no stream or channel that can be followed: https://www.youtube.com/watch?v=ID, "
            "https://www.youtube.com/@NAME, or twitch:CHANNEL."
        )
    return target


class _Follower:
    """One stream."""

    def __init__(
        self, about: About, sink: Sink, stop: threading.Event, now: Callable[[], float], rng: random.Random
    ) -> None:
        self._about, self._sink, self._stop, self._now, self._rng = about, sink, stop, now, rng
        # Of its own: yt-dlp is not made for two threads.
        self._client = Client(pause=stop.wait)
        self._session: ChatSession | None = None
        self._continuation: str | None = None
        self._is_fresh = True
        self._last_answer = now()
        self._n_failures = 0
        self._cause = ""

    def follow(self) -> None:
        """Ask until the stream is over or ``stop`` is set."""
        while not self._stop.is_set():
            try:
                wait = self._ask()
            except (RefusedError, SourceError) as error:
                wait = self._note_failure(error)
            if wait is None:
                return
            self._stop.wait(wait)

    def _ask(self) -> float | None:
        """Take one answer; return the seconds to wait, None when the stream is over."""
        if self._session is None or self._continuation is None:
            if not self._open():
                return None
            if self._session is None or self._continuation is None:
                raise SourceError("its page has no chat")
        try:
            body, _ = self._session.ask(self._client, "get_live_chat", self._continuation, waits=())
        except RefusedError as error:
            if 400 <= error.status < 500 and self._n_failures:
                self._continuation = None  # forgotten, it seems: from its page again
            raise
        received_at = time.monotonic()
        page = parse_response(body, channel=self._about.channel, stream_id=self._about.native_id)
        rows = page.rows
        if self._is_fresh:
            # Paid messages of before we came, which the ticker still shows.
            known = {row.message_id for row in rows}
            rows = [*(copy for copy in page.copies if copy.message_id not in known), *rows]
        for row in rows:
            row.channel, row.stream_id = self._about.channel, self._about.native_id
        if self._stop.is_set():
            return None
        self._note_answer()
        if page.unknown:
            self._sink.keep(self._about.native_id, body)
        if rows:
            self._sink.put(rows, received_at)
        for name, _ in page.unknown:
            self._sink.note(f"unknown shape, kept aside: {name}")
        self._is_fresh, self._continuation = False, page.continuation
        if page.continuation is None:
            return SHORTEST_WAIT  # over, or not: its page knows
        return min(max((page.timeout_ms or 0) / 1000, SHORTEST_WAIT), LONGEST_WAIT)

    def _open(self) -> bool:
        """Ask the stream's page for its chat; return False where the stream is over."""
        is_first = self._session is None
        if not is_first:
            self._about = describe(self._client, "youtube", self._about.native_id)
            if self._about.state not in {"live", "upcoming"}:
                return False
            self._sink.note("pages asked anew")
        self._session = open_chat(self._client, self._about.native_id)
        self._continuation, self._is_fresh = self._session.continuation, True
        return True

    def _note_failure(self, error: Exception) -> float:
        self._n_failures += 1
        self._cause = str(error).removeprefix(f"{self._about.url}: ").rstrip(".")
        self._sink.note("polls without an answer")
        longest: float = min(FIRST_RETRY * 2.0 ** min(self._n_failures - 1, 10), LONGEST_RETRY)
        return longest * (0.5 + self._rng.random() / 2)

    def _note_answer(self) -> None:
        now = self._now()
        if self._n_failures and now - self._last_answer > GAP_SECONDS:
            self._sink.gap(
                Gap(
                    channel=self._about.channel or self._about.native_id,
                    started_at=round(self._last_answer * _MICROSECONDS),
                    ended_at=round(now * _MICROSECONDS),
                    cause=f"YouTube did not answer ({self._cause})",
                    stream_id=self._about.native_id,
                )
            )
        self._last_answer, self._n_failures = now, 0
