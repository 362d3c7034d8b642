"""Twitch channels, live: the sockets of ``irc_follower``, as a source for ``hubbub watch``.

Anonymous, reading only, over TLS. The rows go to the sink in a thread, so that the loop keeps answering the server;
where the sink is slower than the chat, at most ``MAX_WAITING_ROWS`` wait and then the sockets are not read, which
makes the server wait.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from hubbub.collect.irc_follower import Follower
from hubbub.collect.live_sources import Gap, Server, Sink
from hubbub.errors import SourceError
from hubbub.records import RawRow

SERVER = Server("irc.chat.twitch.tv", 6697)
TICK_SECONDS = 0.1
GATHER_SECONDS = 0.01
"""Handing over many rows at once costs little more than a few."""

CONNECT_SECONDS = 10.0
MAX_WAITING_ROWS = 20_000
MAX_UNSENT_BYTES = 1 << 16
_CHANNEL = re.compile(r"[a-z0-9_]{1,25}", re.ASCII)


def follow_channels(names: Sequence[str], server: Server | None = None) -> TwitchChannels:
    """Return the source that follows Twitch channels.

    Raises
    ------
    SourceError
        When a name cannot be a channel's, or the certificate cannot be read.
    """
    for name in names:
        if not _CHANNEL.fullmatch(name):
            raise SourceError(f"A Twitch channel must be 1 to 25 letters, digits or _; it was '{name}'.")
    return TwitchChannels(names, server or SERVER)


class TwitchChannels:
    """Twitch channels as a live source (see ``live_sources.LiveSource``).

    Parameters
    ----------
    channels : sequence of str
        Their names.
    server : Server
        Where to connect.
    rng : random.Random, optional
        For jitter.
    """

    platform = "twitch"

    def __init__(self, channels: Sequence[str], server: Server = SERVER, rng: random.Random | None = None) -> None:
        self.channels = tuple(channels)
        self._server = server
        self._tls = _tls_context(server)
        # Jitter keeps many collectors from coming back in step; nobody must be able to guess nothing here.
        self._rng = rng or random.Random()  # noqa: S311

    def run(self, sink: Sink, stop: threading.Event) -> None:
        """Collect until ``stop`` is set."""
        asyncio.run(self._follow(sink, stop))

    async def _follow(self, sink: Sink, stop: threading.Event) -> None:
        start = _clock()
        follower = Follower(self.channels, start, epoch=time.time() - start, rng=self._rng)
        sockets = _Sockets(follower, self._server, self._tls)
        drain = asyncio.create_task(_drain(sockets, sink))
        try:
            while not (stop.is_set() or drain.done()):
                sockets.tick()
                _report(follower, sink)
                await asyncio.sleep(TICK_SECONDS)
        finally:
            follower.finish(_clock())
            sockets.close()
            with suppress(asyncio.CancelledError):
                await drain
            _report(follower, sink)


class _Sockets:
    """The sockets of a follower, and the rows that wait for the sink."""

    def __init__(self, follower: Follower, server: Server, tls: ssl.SSLContext | None) -> None:
        self.rows: list[RawRow] = []
        self.received_at = 0.0
        self.has_rows = asyncio.Event()
        self.is_closed = False
        self._follower = follower
        self._server = server
        self._tls = tls
        self._transports: dict[int, asyncio.Transport] = {}
        self._opening: dict[int, asyncio.Task[None]] = {}
        self._is_reading = True

    def tick(self) -> None:
        """Do what is due."""
        self._follower.tick(_clock(), is_reading=self._is_reading)
        for number in self._follower.opens:
            self._opening[number] = asyncio.create_task(self._open(number))
        self._follower.opens.clear()
        self._close_what_is_asked()
        for number in list(self._transports):
            self.send(number)

    def take(self) -> tuple[list[RawRow], float]:
        """Return the rows that wait, and when the oldest of them came; read on."""
        rows, self.rows = self.rows, []
        self.has_rows.clear()
        if not self._is_reading:
            self._is_reading = True
            for transport in self._transports.values():
                transport.resume_reading()
        return rows, self.received_at

    def close(self) -> None:
        """Close every connection; what was received is still there to take."""
        self.is_closed = True
        self._close_what_is_asked()
        for task in self._opening.values():
            task.cancel()
        self.has_rows.set()

    def opened(self, number: int, transport: asyncio.Transport) -> None:
        """Take note of a connection that stands."""
        self._transports[number] = transport
        self._follower.opened(number, _clock())
        if not self._is_reading:
            transport.pause_reading()
        self.send(number)

    def received(self, number: int, data: bytes) -> None:
        """Take the bytes of a connection."""
        if self.is_closed:
            return
        rows = self._follower.received(number, data, _clock())
        if rows:
            if not self.rows:
                self.received_at = time.monotonic()
            self.rows += rows
            self.has_rows.set()
            if len(self.rows) >= MAX_WAITING_ROWS and self._is_reading:
                self._is_reading = False
                self._follower.notes["times that the journal was behind and the chat had to wait"] += 1
                for transport in self._transports.values():
                    transport.pause_reading()
        self.send(number)

    def lost(self, number: int, error: Exception | None) -> None:
        """Take note of the end of a connection."""
        self._transports.pop(number, None)
        # Only an orderly end comes after all that was sent; a reset may be the answer of one who had long forgotten us.
        self._follower.closed(number, _cause(error), _clock(), was_silent=error is not None)

    def send(self, number: int) -> None:
        """Send what the follower wants to say on a connection."""
        transport = self._transports.get(number)
        data = self._follower.outgoing(number)
        if transport is not None and data and not transport.is_closing():
            transport.write(data)
            if transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
                transport.abort()  # a peer that takes nothing is not one to wait for

    def _close_what_is_asked(self) -> None:
        for number in self._follower.closes:
            if task := self._opening.pop(number, None):
                task.cancel()
            if transport := self._transports.pop(number, None):
                transport.abort()
        self._follower.closes.clear()

    async def _open(self, number: int) -> None:
        server, loop = self._server, asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.create_connection(
                    lambda: _Connection(self, number),
                    server.host,
                    server.port,
                    ssl=self._tls,
                    server_hostname=server.host if self._tls else None,
                )
        except (OSError, UnicodeError) as error:
            self._follower.closed(number, _cause(error), _clock())
        finally:
            self._opening.pop(number, None)


class _Connection(asyncio.Protocol):
    """One socket; all it does is to tell."""

    def __init__(self, sockets: _Sockets, number: int) -> None:
        self._sockets = sockets
        self._number = number

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sockets.opened(self._number, transport)  # type: ignore[arg-type]  # a stream's is a Transport

    def data_received(self, data: bytes) -> None:
        self._sockets.received(self._number, data)

    def connection_lost(self, error: Exception | None) -> None:
        self._sockets.lost(self._number, error)


async def _drain(sockets: _Sockets, sink: Sink) -> None:
    """Hand the rows to the sink, in a thread, until the sockets are closed and all rows are handed over."""
    while True:
        # What a close tells is told once, and taking rows takes that back: nobody would wake who waits after it.
        if not sockets.is_closed:
            await sockets.has_rows.wait()
        if not sockets.is_closed:
            await asyncio.sleep(GATHER_SECONDS)
        rows, received_at = sockets.take()
        if rows:
            await asyncio.to_thread(sink.put, rows, received_at)
        elif sockets.is_closed:
            return


def _report(follower: Follower, sink: Sink) -> None:
    """Tell the sink of gaps and counts."""
    for channel, begin, end, cause in follower.gaps:
        started_at, ended_at = (round((at + follower.epoch) * 1_000_000) for at in (begin, end))
        sink.gap(Gap(channel=channel, started_at=started_at, ended_at=ended_at, cause=cause))
    follower.gaps.clear()
    for what, n in follower.notes.items():
        sink.note(what, n)
    follower.notes.clear()
    for channel, state in follower.states().items():
        sink.status(channel, state)


def _cause(error: Exception | None) -> str:
    """Return why a connection ended, or did not begin, in words."""
    match error:
        case None:
            return "the server closed the connection"
        case ssl.SSLError():
            return f"TLS failed: {getattr(error, 'reason', None) or error}"
        case ConnectionResetError():
            return "the connection was reset"
        case ConnectionRefusedError():
            return "the server refused the connection"
        case TimeoutError():
            return "the connection timed out"
        case socket.gaierror():
            return f"the server's name was not found ({error.strerror})"
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:120]


def _tls_context(server: Server) -> ssl.SSLContext | None:
    """Return how to check the server's certificate; None for a plain connection."""
    if not server.is_tls:
        return None
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise SourceError(f"{server.ca_file} must be a certificate (PEM): {error.strerror or error}.") from error


def _clock() -> float:
    """Return seconds of a clock that never goes back and goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
