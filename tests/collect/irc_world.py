"""A world of virtual time around ``irc_follower``: a server, a network that fails, and the truth about both."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

from hubbub.collect.irc_follower import Follower
from hubbub.records import RawRow

TICK = 0.2
N_TICKS = round(2.0 / TICK)
FIN = "the server closed the connection"
RST = "ConnectionResetError: Connection reset by peer"
EPOCH = 1_700_000_000.0


@dataclass
class Connection:
    """The server's end of one connection."""

    number: int
    opened_at: float
    nick: str = ""
    joined: dict[str, float] = field(default_factory=dict)
    frozen_at: float | None = None
    held: bytes = b""
    unread: bytes = b""


class World:
    """A follower, and the server and network that it meets."""

    def __init__(self, channels: list[str], seed: int = 0) -> None:
        self.now = 100.0
        self.rng = random.Random(seed)
        self.channels = channels
        self.follower = Follower(channels, self.now, epoch=EPOCH, rng=random.Random(seed))
        self.open: dict[int, Connection] = {}
        self.network = "up"
        self.suspended: set[str] = set()
        self.silent_joins: set[str] = set()
        self.attempts: list[float] = []
        self.joins: list[float] = []
        self.pongs: list[str] = []
        self.covered: list[tuple[str, float, float]] = []
        self.sent: dict[str, tuple[str, str]] = {}
        self.rows: list[RawRow] = []
        self.gaps: list[tuple[str, float, float, str]] = []
        self.most_connections = 0
        self._n_said = 0

    @property
    def n_live(self) -> int:
        """Channels that are live now."""
        return list(self.follower.states().values()).count("live")

    # ---- time ----

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            self.follower.tick(self.now)
            self._serve()
            self.most_connections = max(self.most_connections, len(self.open))

    def _serve(self) -> None:
        for number in self._taken(self.follower.opens):
            self.attempts.append(self.now)
            if self.network == "up":
                self.open[number] = Connection(number, self.now)
                self.follower.opened(number, self.now)
            elif self.network == "refused":
                self.follower.closed(number, "ConnectionRefusedError: Connection refused", self.now)
        for number in self._taken(self.follower.closes):
            if number in self.open:
                self._cover(self.open.pop(number))
        for connection in list(self.open.values()):
            self._hear(connection)
        self._take_gaps()

    def _hear(self, connection: Connection) -> None:
        connection.unread += self.follower.outgoing(connection.number)
        if connection.frozen_at is None:
            *lines, connection.unread = connection.unread.split(b"\r\n")
            for line in lines:
                self._obey(connection, line.decode())

    def _taken(self, numbers: list[int]) -> list[int]:
        taken = list(numbers)
        numbers.clear()
        return taken

    def _take_gaps(self) -> None:
        self.gaps += self.follower.gaps
        self.follower.gaps.clear()

    def _obey(self, connection: Connection, line: str) -> None:
        command, _, rest = line.partition(" ")
        if command == "NICK":
            connection.nick = rest
            self.give(connection, f":tmi.twitch.tv 001 {rest} :Welcome, GLHF!")
        elif command == "JOIN":
            self.joins.append(self.now)
            self._join(connection, rest.removeprefix("#"))
        elif command == "PING":
            self.give(connection, f":tmi.twitch.tv PONG tmi.twitch.tv {rest}")
        elif command == "PONG":
            self.pongs.append(rest)

    def _join(self, connection: Connection, channel: str) -> None:
        if channel in self.suspended:
            text = "This channel does not exist or has been suspended."
            self.give(connection, f"@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #{channel} :{text}")
        elif channel not in self.silent_joins:
            nick = connection.nick
            connection.joined[channel] = self.now
            self.give(connection, f":{nick}!{nick}@{nick}.tmi.twitch.tv JOIN #{channel}")
            self.give(connection, f"@emote-only=0;room-id=1 :tmi.twitch.tv ROOMSTATE #{channel}")

    # ---- what the server sends ----

    def give(self, connection: Connection, line: str) -> None:
        """Send one line on one connection, cut anywhere."""
        self.give_bytes(connection, line.encode() + b"\r\n")

    def give_bytes(self, connection: Connection, data: bytes) -> None:
        """Send bytes on one connection, cut anywhere."""
        if connection.frozen_at is not None:
            connection.held += data
            return
        while data:
            size = self.rng.choice([1, 2, 7, 50, len(data)])
            self.rows += self.follower.received(connection.number, data[:size], self.now)
            data = data[size:]
        self._take_gaps()

    def say(self, channel: str, text: str = "hé 👍 PING :x", message_id: str | None = None) -> str:
        """Send a message to everyone who listens to the channel; return its id."""
        self._n_said += 1
        message_id = message_id or f"m{self._n_said}"
        line = f"@id={message_id};tmi-sent-ts=1700000000123 :ann!ann@ann PRIVMSG #{channel} :{text} {self._n_said}"
        for connection in list(self.open.values()):
            if channel in connection.joined:
                if connection.frozen_at is None:
                    self.sent[message_id] = (channel, f"{text} {self._n_said}")
                self.give(connection, line)
        return message_id

    # ---- faults ----

    def close(self, connection: Connection, cause: str = FIN) -> None:
        """End a connection, so that the client sees it: in order, or by a reset, which may come when data did not."""
        if cause == FIN:
            self.thaw(connection)
        self.open.pop(connection.number)
        self._cover(connection)
        self.follower.closed(connection.number, cause, self.now, was_silent=cause != FIN)
        self._take_gaps()

    def freeze(self, connection: Connection) -> None:
        """Let a connection be silent from now on, and hear nothing yet."""
        if connection.frozen_at is None:
            connection.frozen_at = self.now

    def thaw(self, connection: Connection) -> None:
        """Let what a silent connection held back arrive."""
        if connection.frozen_at is not None:
            connection.frozen_at = None
            held, connection.held = connection.held, b""
            for line in held.split(b"\r\n")[:-1]:
                head, _, said = line.decode("utf-8", "replace").partition(" PRIVMSG #")
                if said:
                    channel, _, text = said.partition(" :")
                    self.sent[head.partition("@id=")[2].partition(";")[0]] = (channel, text)
            self.give_bytes(connection, held)
            self._hear(connection)

    def _cover(self, connection: Connection) -> None:
        until = self.now if connection.frozen_at is None else connection.frozen_at
        self.covered += [(channel, since, until) for channel, since in connection.joined.items() if since < until]

    # ---- the truth ----

    def finish(self) -> None:
        """End it all."""
        self.follower.finish(self.now)
        self._serve()
        self._take_gaps()

    def check(self) -> None:
        """Hold what is promised against the truth, by means that know nothing of the follower's."""
        got = Counter(row.message_id for row in self.rows if row.kind == "message")
        assert all(count == 1 for count in got.values()), "a message is there twice"
        texts = {row.message_id: (row.channel, row.text) for row in self.rows if row.kind == "message"}
        assert texts == self.sent, "a message that was received is lost or changed"
        for index, at in enumerate(self.joins):
            window = [other for other in self.joins[index:] if other < at + 10.0]
            assert len(window) <= 20, f"{len(window)} JOINs within 10 s"
        for channel in self.channels:
            self._check_gaps(channel)

    def _check_gaps(self, channel: str) -> None:
        """Hold the gaps to what the server knows, moment by moment, give or take two seconds."""
        spans = [(begin, end) for name, begin, end in self.covered if name == channel]
        gaps = [(begin, end) for name, begin, end, _ in self.gaps if name == channel]
        moments = [tick * TICK + TICK / 2 for tick in range(round(100 / TICK), round(self.now / TICK) - 1)]
        live = [any(begin <= at <= end for begin, end in spans) for at in moments]
        told = [any(begin <= at <= end for begin, end in gaps) for at in moments]
        # A link that falls silent may have been so since its last sign of life: that much may be told too much.
        sure = [any(begin <= at <= end and end - begin > 2.0 for begin, end in gaps) for at in moments]
        n_live = [0, *itertools.accumulate(live)]
        for place in range(N_TICKS, len(moments) - N_TICKS):
            share = n_live[place + N_TICKS + 1] - n_live[place - N_TICKS]
            assert share or told[place], f"{channel}: nothing listened at {moments[place]:.1f} and no gap says so"
            assert share < 2 * N_TICKS + 1 or not sure[place], (
                f"{channel}: a gap at {moments[place]:.1f} where a link was live"
            )
        begin = 0
        for is_live, group in itertools.groupby(live):
            n_ticks = len(list(group))
            if not is_live and begin > N_TICKS and n_ticks > 2:
                assert any(told[begin : begin + n_ticks]), f"{channel}: no gap at {moments[begin]:.1f}"
            begin += n_ticks
