"""The sockets of a live source: a slow sink makes the server wait, and never the loop; causes in words."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.fake_irc import FakeIrc, Sent, line_of

from hubbub.collect.irc_follower import Follower
from hubbub.collect.live_sources import Gap, Server, open_sources, read_server, read_target
from hubbub.collect.twitch_live import MAX_WAITING_ROWS, TwitchChannels, _cause, _drain, _Sockets
from hubbub.errors import SourceError
from hubbub.records import RawRow


class Sink:
    """Takes what comes, unless it is told to wait."""

    def __init__(self) -> None:
        self.rows: list[RawRow] = []
        self.sizes: list[int] = []
        self.gaps: list[Gap] = []
        self.notes: Counter[str] = Counter()
        self.states: dict[str, str] = {}
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.is_asked = threading.Event()

    def put(self, rows: Sequence[RawRow], received_at: float) -> None:
        assert 0 <= time.monotonic() - received_at < 60
        self.is_asked.set()
        self.may_go_on.wait(30)
        self.rows += rows
        self.sizes.append(len(rows))

    def gap(self, gap: Gap) -> None:
        self.gaps.append(gap)

    def keep(self, stream_id: str, body: bytes, /) -> None:
        raise AssertionError("Twitch has no answers to keep")

    def note(self, what: str, n: int = 1, /) -> None:
        self.notes[what] += n

    def status(self, channel: str, what: str, /) -> None:
        self.states[channel] = what


HAD_TO_WAIT = "times that the journal was behind and the chat had to wait"


@pytest.fixture
def server() -> Iterator[FakeIrc]:
    with FakeIrc() as server:
        yield server


@pytest.fixture
def sink(server: FakeIrc) -> Iterator[Sink]:
    sink, stop = Sink(), threading.Event()
    source = TwitchChannels(["pond"], Server("127.0.0.1", server.port, is_tls=False))
    thread = threading.Thread(target=source.run, args=(sink, stop))
    thread.start()
    server.wait_for(["pond"])
    yield sink
    sink.may_go_on.set()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_a_slow_sink_makes_the_server_wait_and_nothing_is_lost(server: FakeIrc, sink: Sink):
    n_messages = 90_000
    data = "".join(line_of(Sent("pond", f"{n:06d}", "x" * 40, 1_700_000_000_000 + n)) for n in range(n_messages))
    sink.may_go_on.clear()
    server.give(data.encode())
    server.until(lambda: sink.notes[HAD_TO_WAIT] >= 1, 60.0)
    # The server has so much to say that it can only get rid of it when it is read.
    waiting = server.do(lambda: sum(client.transport.get_write_buffer_size() for client in server.clients))
    assert waiting > len(data) / 4
    sink.may_go_on.set()
    server.give(b"PING :done\r\n")
    server.until(lambda: server.pongs == [":done"], 60.0)
    deadline = time.monotonic() + 30
    while len(sink.rows) < n_messages and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [row.message_id for row in sink.rows] == [f"{n:06d}" for n in range(n_messages)]
    assert max(sink.sizes) < MAX_WAITING_ROWS + 5_000


def test_the_server_is_answered_while_the_sink_blocks(server: FakeIrc, sink: Sink):
    sink.may_go_on.clear()
    server.say("pond", "one")
    assert sink.is_asked.wait(10)
    server.give(b"PING :still there\r\n")
    server.until(lambda: server.pongs == [":still there"], 10.0)
    assert sink.rows == []


def test_states_are_told(server: FakeIrc, sink: Sink):
    server.until(lambda: sink.states.get("pond") == "live", 10.0)
    server.is_refusing = True
    server.fin()
    server.until(lambda: sink.states["pond"] not in {"live"}, 10.0)
    assert sink.notes["connections lost"] >= 1


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (None, "the server closed the connection"),
        (ConnectionResetError(104, "Connection reset by peer"), "the connection was reset"),
        (ConnectionRefusedError(111, "Connection refused"), "the server refused the connection"),
        (TimeoutError(), "the connection timed out"),
        (socket.gaierror(-2, "Name or service not known"), "the server's name was not found"),
        (ssl.SSLCertVerificationError(1, "verify failed"), "TLS failed"),
        (OSError(113, "No route to host"), "No route to host"),
    ],
)
def test_causes_are_words(error: Exception | None, cause: str):
    assert _cause(error).startswith(cause)


@pytest.mark.parametrize("name", ["", "a b", "x" * 26, "a\r\nJOIN #b", "é", "#a"])
def test_a_name_that_is_no_channel_is_refused(name: str):
    with pytest.raises(SourceError):
        open_sources([f"twitch:{name}"])


def test_targets_and_servers():
    (source,) = open_sources(["twitch:Ann", "https://www.twitch.tv/bob", "twitch:ann"])
    assert (source.platform, source.channels) == ("twitch", ("ann", "bob"))
    assert read_server("ircs://irc.example.org") == Server("irc.example.org", 6697, is_tls=True)
    for wrong in ("irc.example.org", "http://x", "irc://", "irc://x:99999", ""):
        with pytest.raises(SourceError, match="--server must be"):
            read_server(wrong)
    for wrong in ("ann", "twitch:", "mixer:ann"):
        with pytest.raises(SourceError):
            read_target(wrong)


def test_a_certificate_that_is_none_is_refused(tmp_path: Path):
    (tmp_path / "ca.pem").write_text("x")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(SourceError, match="must be a certificate"):
            open_sources(["twitch:ann"], Server("127.0.0.1", 1, ca_file=tmp_path / name))


def test_a_close_while_rows_gather_ends_the_handing_over():
    async def close_in_between() -> list[RawRow]:
        follower = Follower(["pond"], 0.0, epoch=0.0, rng=random.Random(1))
        sockets, sink = _Sockets(follower, Server("127.0.0.1", 1, is_tls=False), None), Sink()
        drain = asyncio.create_task(_drain(sockets, sink))
        sockets.rows, sockets.received_at = [RawRow(platform="twitch", text="hi")], time.monotonic()
        sockets.has_rows.set()
        await asyncio.sleep(0)  # the handing over waits for more rows now
        sockets.close()
        await asyncio.wait_for(drain, 5)
        return sink.rows

    assert [row.text for row in asyncio.run(close_in_between())] == ["hi"]
