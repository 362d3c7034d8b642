"""A Twitch IRC server on 127.0.0.1 that does what a test says, and keeps the truth of what it sent and when.

In a test: ``with FakeIrc() as server``; every method may be called from the test's thread. By hand, or as the other end
of a load: ``python -m tests.fake_irc --rate 20 --channels pond,lake`` and then
``hubbub watch twitch:pond twitch:lake --server irc://127.0.0.1:PORT``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

HOST = "tmi.twitch.tv"
WORDS = ["salut", "les", "amis", "c'est", "un", "bon", "stream", "PogChamp", "LUL", "👍", "ça", "marche", "gg", "nice"]


class Sent(NamedTuple):
    """One message."""

    channel: str
    message_id: str
    text: str
    ms: int


@dataclass
class Client:
    """One connection."""

    transport: asyncio.Transport
    nick: str = ""
    joined: dict[str, float] = field(default_factory=dict)
    frozen_at: float | None = None


class FakeIrc:
    """The server.

    Attributes
    ----------
    sent : list of Sent
        Every message that was sent to somebody, in order.
    links : list of tuple
        (channel, begin, end) of every stretch in which a channel had a live link; seconds since 1970.
    joins : list of float
        When each JOIN came.
    n_over_limit : int
        JOINs that Twitch would not have allowed.
    """

    def __init__(self, certificate: tuple[Path, Path] | None = None, seed: int = 0) -> None:
        self.sent: list[Sent] = []
        self.links: list[tuple[str, float, float]] = []
        self.joins: list[float] = []
        self.pongs: list[str] = []
        self.n_over_limit = 0
        self.n_connections = 0
        self.is_refusing = False
        self.suspended: set[str] = set()
        self.clients: list[Client] = []
        self.rng = random.Random(seed)
        self._window: deque[float] = deque()
        self._certificate = certificate
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    # ---- begin and end ----

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]
        scheme = "ircs" if self._certificate else "irc"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.do(lambda: (self._server.close(), [self.end(client) for client in list(self.clients)]))
        time.sleep(0.05)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self, port: int = 0) -> asyncio.Server:
        context = None
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
        return await self._loop.create_server(lambda: _Protocol(self), "127.0.0.1", port, ssl=context)

    def do(self, action: Callable[[], Any]) -> Any:
        """Run something in the server's thread."""

        async def run() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def wait_for(self, channels: Iterable[str], seconds: float = 30.0) -> None:
        """Wait until each channel has a live link."""
        self.until(lambda: all(any(c in client.joined for client in self.live()) for c in channels), seconds)

    def until(self, holds: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + seconds
        while not self.do(holds):
            assert time.monotonic() < deadline, "the client did not come to this in time"
            time.sleep(0.02)

    def live(self) -> list[Client]:
        """Return the connections that are not silent."""
        return [client for client in self.clients if client.frozen_at is None]

    # ---- what it sends ----

    def say(
        self, channel: str, text: str | None = None, *, message_id: str | None = None, ms: int | None = None
    ) -> None:
        """Send a message to everyone in a channel."""
        self.do(lambda: self.say_now(channel, text, message_id=message_id, ms=ms))

    def say_now(self, channel: str, text: str | None, *, message_id: str | None = None, ms: int | None = None) -> None:
        """Send a message; in the server's thread."""
        if text is None:
            text = " ".join(self.rng.choices(WORDS, k=self.rng.randint(1, 9)))
        sent = Sent(channel, message_id or f"{len(self.sent):08x}-test", text, ms or time.time_ns() // 1_000_000)
        clients = [client for client in self.live() if channel in client.joined]
        for client in clients:
            client.transport.write(line_of(sent).encode())
        if clients:
            self.sent.append(sent)

    def give(self, data: bytes, *, each: int = 0) -> None:
        """Send bytes to every connection: at once, or so many at a time."""

        async def write() -> None:
            for begin in range(0, len(data), each or len(data)):
                for client in self.live():
                    client.transport.write(data[begin : begin + (each or len(data))])
                if each:
                    await asyncio.sleep(0.001)

        asyncio.run_coroutine_threadsafe(write(), self._loop).result()

    # ---- faults ----

    def fin(self) -> None:
        """Close every connection in order."""
        self.do(lambda: [(self.end(client), client.transport.close()) for client in list(self.clients)])

    def rst(self) -> None:
        """Reset every connection."""
        self.do(lambda: [self._reset(client) for client in list(self.clients)])

    def freeze(self) -> None:
        """Let every connection be silent and deaf from now on."""
        self.do(lambda: [self._freeze(client) for client in self.live()])

    def listen_again(self) -> None:
        """Let silent connections hear, and so notice that the other side has closed them."""
        self.do(lambda: [client.transport.resume_reading() for client in self.clients if client.frozen_at])

    def end(self, client: Client) -> None:
        """Note that a connection is no more."""
        if client in self.clients:
            self.clients.remove(client)
            until = client.frozen_at or time.time()
            self.links += [(channel, begin, until) for channel, begin in client.joined.items()]

    def _reset(self, client: Client) -> None:
        self.end(client)
        client.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        client.transport.abort()

    def _freeze(self, client: Client) -> None:
        client.frozen_at = time.time()
        client.transport.pause_reading()

    # ---- what it hears ----

    def obey(self, client: Client, line: str) -> None:
        """Answer one line."""
        command, _, rest = line.partition(" ")
        if command == "NICK":
            client.nick = rest
            client.transport.write(f":{HOST} CAP * ACK :twitch.tv/tags twitch.tv/commands\r\n".encode())
            client.transport.write(f":{HOST} 001 {rest} :Welcome, GLHF!\r\n".encode())
        elif command == "PING":
            client.transport.write(f":{HOST} PONG {HOST} {rest}\r\n".encode())
        elif command == "PONG":
            self.pongs.append(rest)
        elif command == "JOIN":
            self._join(client, rest.removeprefix("#"))

    def _join(self, client: Client, channel: str) -> None:
        now = time.monotonic()
        self.joins.append(now)
        while self._window and now - self._window[0] >= 10.0:
            self._window.popleft()
        self._window.append(now)
        if len(self._window) > 20:
            self.n_over_limit += 1
            self._reset(client)
        elif channel in self.suspended:
            text = f"@msg-id=msg_channel_suspended :{HOST} NOTICE #{channel} :This channel has been suspended.\r\n"
            client.transport.write(text.encode())
        else:
            client.joined[channel] = time.time()
            who = f"{client.nick}!{client.nick}@{client.nick}.{HOST}"
            client.transport.write(f":{who} JOIN #{channel}\r\n@room-id=1 :{HOST} ROOMSTATE #{channel}\r\n".encode())


class _Protocol(asyncio.Protocol):
    def __init__(self, server: FakeIrc) -> None:
        self._server = server
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._server.n_connections += 1
        self._client = Client(transport)
        self._server.clients.append(self._client)
        if self._server.is_refusing:
            self._server._reset(self._client)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            self._server.obey(self._client, line.decode())

    def connection_lost(self, error: Exception | None) -> None:
        self._server.end(self._client)


def line_of(sent: Sent) -> str:
    """Return a message as Twitch sends it."""
    who = f"viewer{hash_of(sent.message_id) % 8_000}"
    return (
        f"@badge-info=subscriber/9;badges=subscriber/6,premium/1;color=#1E90FF;display-name={who};emotes=;first-msg=0;"
        f"flags=;id={sent.message_id};mod=0;returning-chatter=0;room-id=71092938;subscriber=1;tmi-sent-ts={sent.ms};"
        f"turbo=0;user-id={hash_of(sent.message_id)};user-type= :{who}!{who}@{who}.{HOST} PRIVMSG #{sent.channel} "
        f":{sent.text}\r\n"
    )


def hash_of(text: str) -> int:
    """Return a number that is the same in every process."""
    return int.from_bytes(text.encode()[:8].rjust(8, b"0"), "big") * 2_654_435_761 % (1 << 31)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 and its key with openssl."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return certificate, key


def pour(server: FakeIrc, channels: list[str], plan: list[tuple[float, float]]) -> dict[str, int]:
    """Send at the rates of a plan of (seconds, messages a second); return how many went to each channel."""
    counts = dict.fromkeys(channels, 0)
    texts = [" ".join(server.rng.choices(WORDS, k=server.rng.randint(1, 9))) for _ in range(512)]
    number, begin = 0, time.monotonic()
    for seconds, rate in plan:
        end, first = begin + seconds, number
        while (now := time.monotonic()) < end:
            due, ms = first + int((now - begin) * rate), time.time_ns() // 1_000_000
            lines = []
            for number in range(number, due):  # noqa: B020 - goes on from where it was
                channel = channels[number % len(channels)]
                counts[channel] += 1
                lines.append(line_of(Sent(channel, f"{number:08x}-pour", texts[number % 512], ms)))
            number = max(number, due)
            data = "".join(lines).encode()
            if data:
                server.do(lambda data=data: [client.transport.write(data) for client in server.live()])
            time.sleep(0.005)
        begin = end
    return counts


def main() -> None:
    """Serve by hand: print the port, send once every channel is joined, print the truth, stay until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", default="pond,lake")
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--burst-rate", type=float, default=0.0)
    parser.add_argument("--burst-seconds", type=float, default=5.0)
    parser.add_argument("--faults", action="store_true", help="a reconnect or a reset every 15 seconds")
    given = parser.parse_args()
    channels = given.channels.split(",")
    plan = [(given.seconds, given.rate)]
    if given.burst_rate:
        half = (given.seconds - given.burst_seconds) / 2
        plan = [(half, given.rate), (given.burst_seconds, given.burst_rate), (half, given.rate)]
    with FakeIrc(seed=1) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        server.wait_for(channels, 600.0)
        if given.faults:
            threading.Thread(target=_make_trouble, args=(server,), daemon=True).start()
        counts = pour(server, channels, plan)
        sys.stdout.write(json.dumps({"sent": counts, "over_limit": server.n_over_limit}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def _make_trouble(server: FakeIrc) -> None:
    while True:
        for fault in (lambda: server.give(f":{HOST} RECONNECT\r\n".encode()), server.rst, server.fin):
            time.sleep(15.0)
            fault()


if __name__ == "__main__":
    main()
