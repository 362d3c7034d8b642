"""Many Twitch channels over as many connections as they need → rows, each once, and the gaps. No socket, no clock.

The caller opens and closes sockets as ``opens`` and ``closes`` ask, hands in what happens to them, and calls ``tick``
a few times a second. All times are seconds of one clock of the caller that never goes back.

Where Twitch gives no guarantee (it sends each message once, to who listens, and repeats nothing), this keeps listening:
a link that is about to close (RECONNECT) or is silent is replaced while it still stands. The new one is opened and
joins, both run for ``OVERLAP_SECONDS``, what comes twice is dropped by its ``id``, and then the old one is closed.
Whatever ends a link, another is tried after 1 to ``BACKOFF_SECONDS`` seconds, for ever. What nobody listened to is a
gap of its channel.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from hubbub.collect.coverage import Coverage
from hubbub.collect.irc_link import (
    DEAD_SECONDS,
    SUSPECT_SECONDS,
    Event,
    Joined,
    Left,
    Limiter,
    Link,
    Reconnect,
    Welcomed,
)
from hubbub.records import RawRow

CHANNELS_PER_LINK = 50
"""So many are joined again within half a minute, which is what a server gives that says RECONNECT."""

CONNECTIONS_PER_SLOT = 3
"""A server that sends everybody away again and again is not to be held by ever more connections."""

OVERLAP_SECONDS = 5.0
BACKOFF_SECONDS = 60.0
STABLE_SECONDS = 30.0
"""A link that lived so long was a good one: the next try comes within half a second."""

JOIN_PATIENCE_SECONDS = 10.0
REFUSED_PATIENCE_SECONDS = 300.0
WELCOME_SECONDS = 15.0
START_SECONDS = 2.0
"""Time that the first joining may take and be no gap."""

_RECENT_IDS = 100_000


@dataclass(slots=True)
class _Connection:
    """One connection of a slot."""

    link: Link
    slot: _Slot
    asked_at: float
    is_open: bool = False
    welcomed_at: float | None = None
    is_leaving: bool = False
    close_at: float | None = None
    joins: dict[str, float] = field(default_factory=dict)
    """Channel → when to ask for it (again)."""

    asked: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Slot:
    """Channels that share a connection, and the connections that they have now."""

    channels: tuple[str, ...]
    connections: list[int] = field(default_factory=list)
    n_failures: int = 0
    next_at: float = float("-inf")


class Follower:
    """The following of channels.

    Parameters
    ----------
    channels : sequence of str
        Their names, lower case, without "#".
    now : float
        The moment from which they are to be followed.
    epoch : float
        What to add to a time of this clock for seconds since 1970.
    rng : random.Random
        For jitter and the numbers in names.

    Attributes
    ----------
    opens, closes : list of int
        Connections that the caller shall open, and close; the caller empties them.
    gaps : list of tuple
        (channel, begin, end, cause); the caller takes them.
    notes : Counter of str
        What people should know.
    """

    def __init__(self, channels: Sequence[str], now: float, *, epoch: float, rng: random.Random) -> None:
        self.epoch = epoch
        self.opens: list[int] = []
        self.closes: list[int] = []
        self.gaps: list[tuple[str, float, float, str]] = []
        self.notes: Counter[str] = Counter()
        self._started_at = now
        self._rng = rng
        self._connections: dict[int, _Connection] = {}
        self._slots = [
            _Slot(tuple(channels[first : first + CHANNELS_PER_LINK]))
            for first in range(0, len(channels), CHANNELS_PER_LINK)
        ]
        self._coverage = {channel: Coverage(now, "not joined yet") for channel in channels}
        self._joins = Limiter()
        self._logins = Limiter()
        self._recent: dict[Hashable, int] = {}
        self._older: dict[Hashable, int] = {}
        self._n_made = 0

    # ---- what the caller tells ----

    def opened(self, number: int, now: float) -> None:
        """Take note that a connection stands."""
        if connection := self._connections.get(number):
            connection.is_open = True
            connection.link.open(now)

    def received(self, number: int, data: bytes, now: float) -> list[RawRow]:
        """Return the rows that came in, in their order, without those that came before."""
        connection = self._connections.get(number)
        if connection is None:
            return []
        rows = []
        for event in connection.link.receive(data, now):
            if type(event) is not RawRow:
                self._happened(number, connection, event, now)
            elif event.channel not in self._coverage:
                self.notes["rows of channels that were not asked for, left out"] += 1
            elif self._is_new(event, number):
                rows.append(event)
                if event.channel not in connection.joined and event.kind not in {"notice", "deletion"}:
                    self._joined(number, connection, event.channel, now)
                if event.sent_at is None:
                    event.sent_at = self._microseconds(now)
        return rows

    def closed(self, number: int, cause: str, now: float, *, was_silent: bool = False) -> None:
        """Take note that a connection has ended, or could not be opened.

        Parameters
        ----------
        number : int
            The connection.
        cause : str
            Why, in words.
        now : float
            The moment.
        was_silent : bool
            Whether nothing proves that it lived longer than until its last bytes.
        """
        connection = self._connections.pop(number, None)
        if connection is None:
            return
        link, slot = connection.link, connection.slot
        link.end()
        slot.connections.remove(number)
        cause = link.trouble or cause
        for channel in slot.channels:
            coverage = self._coverage[channel]
            coverage.end(number, link.heard_at if was_silent else now, cause)
            coverage.explain(cause)
            self._settle(channel)
        if not connection.is_leaving:
            self.notes["connections lost" if connection.is_open else "connections refused"] += 1
            self._failed(slot, connection, now)

    def outgoing(self, number: int) -> bytes:
        """Return what is to be sent on a connection."""
        connection = self._connections.get(number)
        if connection is None or not connection.link.outgoing:
            return b""
        data = bytes(connection.link.outgoing)
        connection.link.outgoing.clear()
        return data

    def tick(self, now: float, *, is_reading: bool = True) -> None:
        """Do what is due: open, join, ask for signs of life, close.

        Parameters
        ----------
        now : float
            The moment.
        is_reading : bool
            False while the caller does not read because the journal is behind: silence means nothing then.
        """
        for slot in self._slots:
            for number in list(slot.connections):
                self._look_after(number, self._connections[number], now, is_reading=is_reading)
            # A connection that is being replaced counts no more, one that is being opened does.
            is_served = any(not self._connections[number].is_leaving for number in slot.connections)
            has_room = len(slot.connections) < CONNECTIONS_PER_SLOT
            if not is_served and has_room and now >= slot.next_at and self._logins.take(now):
                self._open(slot, now)
        self._ask_for_channels(now)

    def finish(self, now: float) -> None:
        """End the following: what is not covered until now is a gap."""
        for channel, coverage in self._coverage.items():
            self.gaps += [(channel, *gap) for gap in coverage.finish(now) if self._counts(gap)]
        self.closes += self._connections
        self._connections.clear()

    def states(self) -> dict[str, str]:
        """Return for each channel "live", or why it is not."""
        return {channel: coverage.state for channel, coverage in self._coverage.items()}

    # ---- inside ----

    def _open(self, slot: _Slot, now: float) -> None:
        self._n_made += 1
        nick = f"justinfan{self._rng.randrange(1_000, 1_000_000)}"
        self._connections[self._n_made] = _Connection(Link(nick, self.notes), slot, now)
        slot.connections.append(self._n_made)
        self.opens.append(self._n_made)

    def _failed(self, slot: _Slot, connection: _Connection, now: float) -> None:
        """Say when to try again: later each time, unless the link was a good one."""
        if connection.welcomed_at is not None and now - connection.welcomed_at >= STABLE_SECONDS:
            slot.n_failures, slot.next_at = 0, now + self._rng.uniform(0.0, 0.5)
            return
        longest = min(BACKOFF_SECONDS, 2.0 ** min(slot.n_failures + 1, 10))
        slot.n_failures += 1
        slot.next_at = now + self._rng.uniform(longest / 2, longest)

    def _replace(self, connection: _Connection, now: float) -> None:
        """Have another connection opened beside this one."""
        connection.is_leaving = True
        if connection.welcomed_at is None or now - connection.welcomed_at < STABLE_SECONDS:
            self._failed(connection.slot, connection, now)  # a server that sends everybody away is not to be hammered

    def _look_after(self, number: int, connection: _Connection, now: float, *, is_reading: bool) -> None:
        link = connection.link
        if not is_reading:
            link.excuse(now)
        silence = link.tick(now) if connection.is_open else 0.0
        if connection.welcomed_at is None and now - connection.asked_at >= WELCOME_SECONDS:
            self._close(number, f"no welcome within {WELCOME_SECONDS:.0f} s", now)
        elif silence >= DEAD_SECONDS:
            self._close(number, f"no sign of life for {DEAD_SECONDS:.0f} s", now, was_silent=True)
        elif silence >= SUSPECT_SECONDS:
            # It may only be slow: what it holds back would be lost if it were closed now.
            if not connection.is_leaving:
                self.notes["silent links replaced"] += 1
                self._replace(connection, now)
        elif connection.close_at is not None and now >= connection.close_at:
            self._close(number, "replaced by another link", now, was_silent=True)
        elif connection.is_leaving and connection.close_at is None and self._is_succeeded(number, connection):
            connection.close_at = now + OVERLAP_SECONDS

    def _is_succeeded(self, number: int, connection: _Connection) -> bool:
        """Return whether every channel of a connection is covered by a later one too."""
        return bool(connection.joined) and all(
            self._coverage[channel].is_covered_after(number) for channel in connection.joined
        )

    def _close(self, number: int, cause: str, now: float, *, was_silent: bool = False) -> None:
        self.closes.append(number)
        self.closed(number, cause, now, was_silent=was_silent)

    def _ask_for_channels(self, now: float) -> None:
        """Ask for channels within the limit, those that nothing covers first."""
        due = [
            (self._coverage[channel].is_covered, at, channel, number)
            for number, connection in self._connections.items()
            for channel, at in connection.joins.items()
            if at <= now and not (connection.is_leaving and self._coverage[channel].is_covered_after(number))
        ]
        for _, _, channel, number in sorted(due):
            if not self._joins.take(now):
                return
            connection = self._connections[number]
            connection.joins[channel] = now + JOIN_PATIENCE_SECONDS
            if channel in connection.asked:
                self._coverage[channel].explain("JOIN was not confirmed")
                self.notes[f"{channel}: JOIN was not confirmed"] += 1
            connection.asked.add(channel)
            connection.link.join(channel)

    def _happened(self, number: int, connection: _Connection, event: Event, now: float) -> None:
        """Take note of what the server said about the connection or one of its channels."""
        match event:
            case Welcomed():
                connection.welcomed_at = now
                connection.joins = dict.fromkeys(connection.slot.channels, now)
            case Reconnect():
                self.notes["reconnects that the server asked for"] += 1
                if not connection.is_leaving:
                    self._replace(connection, now)
            case Joined(channel):
                self._joined(number, connection, channel, now)
            case Left(channel, cause) if channel in connection.slot.channels:
                connection.joined.discard(channel)
                connection.asked.discard(channel)
                connection.joins[channel] = now + REFUSED_PATIENCE_SECONDS
                self._coverage[channel].end(number, now, cause)
                self._coverage[channel].explain(cause)
                self._settle(channel)
                self.notes[f"{channel}: {cause}"] += 1

    def _joined(self, number: int, connection: _Connection, channel: str, now: float) -> None:
        """Take note that a connection has a channel."""
        if channel in connection.slot.channels and channel not in connection.joined:
            connection.joined.add(channel)
            connection.joins.pop(channel, None)
            self._coverage[channel].begin(number, now)
            self._settle(channel)

    def _settle(self, channel: str) -> None:
        """Tell the gaps of a channel that are known to their end."""
        self.gaps += [(channel, *gap) for gap in self._coverage[channel].take_gaps() if self._counts(gap)]

    def _counts(self, gap: tuple[float, float, str]) -> bool:
        begin, end, _ = gap
        return begin > self._started_at or end - begin >= START_SECONDS

    def _is_new(self, row: RawRow, number: int) -> bool:
        """Return whether a row did not come before, by its id; without one, not over another connection."""
        key: Hashable
        if row.message_id is not None:
            key = (row.channel, row.message_id)
        else:
            key = (row.channel, row.kind, row.event, row.sent_at, row.author, row.author_id, row.text, row.reply_to)
            if row.kind not in {"deletion", "notice"}:
                self.notes["messages without an id"] += 1
        before = self._recent.get(key) or self._older.get(key)
        if before is not None and (row.message_id is not None or before != number):
            self.notes["messages that came twice, kept once"] += 1
            return False
        self._recent[key] = number
        if len(self._recent) >= _RECENT_IDS:
            self._older, self._recent = self._recent, {}
        return True

    def _microseconds(self, at: float) -> int:
        return round((at + self.epoch) * 1_000_000)
