r"""Bytes of one IRC connection to Twitch → rows and what happened to it; bytes to send. No socket, no clock of its own.

What https://dev.twitch.tv/docs/irc/ promises and asks: ``CAP REQ`` for tags and commands; an anonymous reader logs in
as ``justinfan`` and a number, without a password; ``PING`` is answered by ``PONG`` with the same text; ``RECONNECT``
says that the server is about to close.

A link that is silent is asked for a sign of life: with one every ``PING_SECONDS`` a gap begins at most so much after
the last one, and a peer that has vanished without closing (a half-open connection) is noticed within
``DEAD_SECONDS``. Lines end with ``\n``; a line that does not end within ``MAX_LINE_BYTES`` is dropped to its end and
counted. Bytes that are not UTF-8 become U+FFFD and are counted. Nothing that a viewer can write is taken for a command:
the command is the word after tags and prefix, and only there.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from hubbub.collect.twitch_irc import PLAIN_MESSAGE, parse_any, parse_plain
from hubbub.records import RawRow

MAX_LINE_BYTES = 65_536
PING_SECONDS = 1.5
SUSPECT_SECONDS = 8.0
"""Silence after which another link is opened beside this one."""

DEAD_SECONDS = 20.0
"""Silence after which a link is closed."""

JOIN_LIMIT = 20
JOIN_WINDOW_SECONDS = 10.0
JOIN_MARGIN_SECONDS = 1.0
"""The server counts by its own clock, and a slow network brings what was sent apart closer together."""

_MAX_NAMES = 50
_REFUSED = {
    "msg_channel_suspended": "the channel is suspended",
    "tos_ban": "the channel is closed",
    "msg_room_not_found": "no such channel",
    "msg_banned": "the channel refuses readers",
}
_QUIET = frozenset({"CAP", "GLOBALUSERSTATE", "HOSTTARGET", "JOIN", "MODE", "PART", "PONG", "PRIVMSG", "USERSTATE"})
_HANDSHAKE = "CAP REQ :twitch.tv/tags twitch.tv/commands\r\nNICK {}\r\n"
_KNOWN_TAGS = frozenset(
    ["badge-info", "badges", "ban-duration", "bits", "client-nonce", "color", "custom-reward-id", "display-name",
     "emote-only", "emote-sets", "emotes", "first-msg", "flags", "followers-only", "id", "login", "mod", "msg-id",
     "r9k", "returning-chatter", "room-id", "slow", "source-badge-info", "source-badges", "source-id",
     "source-msg-id", "source-only", "source-room-id", "subs-only", "subscriber", "system-msg", "target-msg-id",
     "target-user-id", "tmi-sent-ts", "turbo", "user-id", "user-type", "vip"]
)  # fmt: skip
_KNOWN_PREFIXES = ("msg-param-", "reply-", "pinned-chat-", "rm-")


class Limiter:
    """At most so many events in any window of time, wherever it begins."""

    def __init__(self, limit: int = JOIN_LIMIT, seconds: float = JOIN_WINDOW_SECONDS + JOIN_MARGIN_SECONDS) -> None:
        self.limit = limit
        self.seconds = seconds
        self._times: deque[float] = deque()

    def take(self, now: float) -> bool:
        """Return whether one more is allowed now, and count it if so."""
        while self._times and now - self._times[0] >= self.seconds:
            self._times.popleft()
        if len(self._times) >= self.limit:
            return False
        self._times.append(now)
        return True


class LineCutter:
    r"""Bytes cut anywhere → whole lines without their ends, in bounded memory.

    Examples
    --------
    >>> cutter = LineCutter()
    >>> cutter.cut(b"PING :a\r"), cutter.cut(b"\nPI"), cutter.cut(b"NG :b\r\n")
    ([], [b'PING :a'], [b'PING :b'])
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._is_dropping = False
        self.n_overlong = 0

    def cut(self, data: bytes) -> list[bytes]:
        """Return the lines that end in these bytes."""
        if b"\n" not in data and len(self._rest) + len(data) <= MAX_LINE_BYTES and not self._is_dropping:
            self._rest += data
            return []
        *lines, rest = (bytes(self._rest) + data).split(b"\n")
        if self._is_dropping and lines:
            lines, self._is_dropping = lines[1:], False
        if self._is_dropping or len(rest) > MAX_LINE_BYTES:
            self.n_overlong += not self._is_dropping
            rest, self._is_dropping = b"", True
        self._rest = bytearray(rest)
        n_lines = len(lines)
        if any(len(line) > MAX_LINE_BYTES for line in lines):
            lines = [line for line in lines if len(line) <= MAX_LINE_BYTES]
            self.n_overlong += n_lines - len(lines)
        return [line.rstrip(b"\r") for line in lines]

    @property
    def is_torn(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._rest.strip(b"\r"))


@dataclass(frozen=True, slots=True)
class Welcomed:
    """The server has let us in."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The server has confirmed a channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class Left:
    """The server will not send, or no longer sends, a channel."""

    channel: str
    cause: str


@dataclass(frozen=True, slots=True)
class Reconnect:
    """The server is about to close."""


Event = RawRow | Welcomed | Joined | Left | Reconnect


class Link:
    """One connection.

    Parameters
    ----------
    nick : str
        The name to log in with.
    notes : Counter of str
        Where to count what people should know.

    Attributes
    ----------
    heard_at : float
        When the last bytes came; -inf before the connection stands.
    outgoing : bytearray
        What to send; the caller takes it.
    """

    def __init__(self, nick: str, notes: Counter[str]) -> None:
        self.nick = nick
        self.notes = notes
        self.heard_at = float("-inf")
        self.outgoing = bytearray()
        self.trouble: str | None = None
        self._quiet_since = float("-inf")
        self._asked_at = float("-inf")
        self._cutter = LineCutter()

    def open(self, now: float) -> None:
        """Begin: the connection stands."""
        self.heard_at = self._quiet_since = self._asked_at = now
        self.outgoing += _HANDSHAKE.format(self.nick).encode()

    def join(self, channel: str) -> None:
        """Ask for a channel; the caller keeps the limit."""
        self.outgoing += f"JOIN #{channel}\r\n".encode()

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Return what the bytes say, in their order."""
        self.heard_at = self._quiet_since = now
        events: list[Event] = []
        n_overlong = self._cutter.n_overlong
        for line in self._cutter.cut(data):
            try:
                text = line.decode()
            except UnicodeDecodeError:
                text = line.decode("utf-8", "replace")
                self.notes["lines with bytes that are not UTF-8"] += 1
            if (match := PLAIN_MESSAGE(text)) is not None:
                events.append(parse_plain(match))
                continue
            row = parse_any(text)
            if row is None or row.kind == "notice":
                self._obey(text, row, events)
            else:
                events.append(row)
            if text[:1] == "@":
                self._count_unknown_tags(text)
        if self._cutter.n_overlong > n_overlong:
            self.notes["lines of more than 64 KB, dropped"] += self._cutter.n_overlong - n_overlong
        return events

    def tick(self, now: float) -> float:
        """Ask for a sign of life where there was none; return the seconds of silence."""
        silence = now - self._quiet_since
        if silence >= PING_SECONDS and now - self._asked_at >= PING_SECONDS:
            self._asked_at = now
            self.outgoing += b"PING :hubbub\r\n"
        return silence

    def excuse(self, now: float) -> None:
        """Let the silence begin now: it was us who did not read."""
        self._quiet_since = max(self._quiet_since, now)

    def end(self) -> None:
        """Count what the end of the connection cut off."""
        if self._cutter.is_torn:
            self.notes["lines cut off by the end of a connection"] += 1

    def _obey(self, text: str, row: RawRow | None, events: list[Event]) -> None:
        """Do what a line of the protocol asks."""
        who, command, words, trailing = split_command(text)
        channel = (words[0] if words else trailing).removeprefix("#")
        is_ours = who.partition("!")[0] == self.nick
        if row is not None:
            if command == "NOTICE" and row.event in _REFUSED:
                events.append(Left(channel, f"{_REFUSED[row.event]} ({row.event})"))
            if command == "NOTICE" and channel == "*":
                self.trouble = f"the server says: {(row.text or '')[:80]}"
            else:
                events.append(row)
        elif command == "PING":
            self.outgoing += f"PONG :{trailing or ' '.join(words)}\r\n".encode()
        elif command == "001":
            events.append(Welcomed())
        elif command == "RECONNECT":
            events.append(Reconnect())
        elif command == "ROOMSTATE" or (command == "JOIN" and is_ours):
            events.append(Joined(channel))
        elif command == "PART" and is_ours:
            events.append(Left(channel, "the server took us out of the channel"))
        elif command == "CAP" and words[1:2] == ["NAK"]:
            self.notes["links without tags, which the server refused"] += 1
        elif text.strip() and command not in _QUIET and not command.isdigit():
            self._count_name("unknown commands", command)

    def _count_unknown_tags(self, text: str) -> None:
        """Count the tags that Twitch did not document when this was written."""
        names = [tag.partition("=")[0] for tag in text[1:].partition(" ")[0].split(";")]
        if not _KNOWN_TAGS.issuperset(names):
            for name in names:
                if name not in _KNOWN_TAGS and not name.startswith(_KNOWN_PREFIXES):
                    self._count_name("unknown tags", name)

    def _count_name(self, what: str, name: str) -> None:
        note = f"{what}: {name[:30]}"
        if note not in self.notes and len(self.notes) >= _MAX_NAMES:
            note = f"{what}: others"
        self.notes[note] += 1


def split_command(text: str) -> tuple[str, str, list[str], str]:
    """Return sender, command, middle words and trailing text of any line of IRC.

    Examples
    --------
    >>> split_command("@a=b :tmi.twitch.tv NOTICE #c :not PING now")
    ('tmi.twitch.tv', 'NOTICE', ['#c'], 'not PING now')
    """
    who = ""
    if text[:1] == "@":
        text = text.partition(" ")[2].lstrip(" ")
    if text[:1] == ":":
        who, _, text = text[1:].partition(" ")
    middle, _, trailing = text.partition(" :")
    command, *words = middle.split() or [""]
    return who, command, words, trailing
