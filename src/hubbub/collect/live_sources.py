"""What ``hubbub watch`` follows: the form of a live source, and the registry from targets to sources.

To follow another platform: a class with ``run`` as below, a line in ``SOURCES``, and, where its targets are URLs, a
rule in ``read_target``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from hubbub.errors import SourceError
from hubbub.records import RawRow


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time without a live link to a channel: messages of it may be missing.

    Attributes
    ----------
    channel : str
        As in the rows of the source.
    started_at, ended_at : int
        Microseconds since 1970 (UTC).
    cause : str
        Why, in words.
    stream_id : str, optional
        The stream, where the source names streams; else the one that ``watch`` opened for the channel.
    """

    channel: str
    started_at: int
    ended_at: int
    cause: str
    stream_id: str | None = None


class Sink(Protocol):
    """Where a live source puts what it finds. Every call may come from any thread, and may block."""

    def put(self, rows: Sequence[RawRow], received_at: float) -> None:
        """Take rows for the journal.

        Blocks while the journal is behind: a source then stops reading its platform instead of keeping more.

        Parameters
        ----------
        rows : sequence of RawRow
            In the order of arrival; ``channel`` is set, ``stream_id`` where the platform names the stream.
        received_at : float
            ``time.monotonic()`` at which the oldest of them was read from the platform.
        """

    def gap(self, gap: Gap) -> None:
        """Take a gap that has ended."""

    def keep(self, stream_id: str, body: bytes, /) -> None:
        """Keep an answer that holds what cannot be read, as it came, under the platform's name of the stream."""

    def note(self, what: str, n: int = 1, /) -> None:
        """Count something that people should know, named in a few words: "reconnects", "lines without an id"."""

    def status(self, channel: str, what: str, /) -> None:
        """Say "live" of a channel, or why it is not."""


class LiveSource(Protocol):
    """One or more channels of one platform, followed while they are live.

    Attributes
    ----------
    platform : str
        As in the rows.
    channels : tuple of str
        What it follows, for people: a channel's name, or an address where the name is known only later.
    """

    platform: str
    channels: tuple[str, ...]

    def run(self, sink: Sink, stop: threading.Event) -> None:
        """Collect until ``stop`` is set (seen within a second) or nothing more can come; called in its own thread.

        A fault of the network ends nothing: the source tries again and says what it missed by ``sink.gap``.

        Raises
        ------
        SourceError
            When it can never work: no such channel, a missing file.
        """


@dataclass(frozen=True, slots=True)
class Server:
    """Another server than the platform's own, for a proxy or a bouncer.

    Attributes
    ----------
    host, port : str, int
        Where it listens.
    is_tls : bool
        Whether it speaks TLS.
    ca_file : Path, optional
        The certificate (PEM) that it is held to, in place of the system's.
    """

    host: str
    port: int
    is_tls: bool = True
    ca_file: Path | None = None


SOURCES: dict[str, str] = {
    "twitch": "hubbub.collect.twitch_live:follow_channels",
    "youtube": "hubbub.collect.youtube_live:follow_streams",
}
"""Platform → "module:function", a function from names and a ``Server`` or None to the source that follows them."""

_TWITCH_HOSTS = frozenset({"twitch.tv", "www.twitch.tv", "m.twitch.tv"})
_SCHEMES = {"irc": (False, 6667), "ircs": (True, 6697)}


def open_sources(targets: Sequence[str], server: Server | None = None) -> list[LiveSource]:
    """Return the sources that follow the targets, one a platform.

    Raises
    ------
    SourceError
        When a target names no platform that can be followed.
    """
    wanted: dict[str, list[str]] = {}
    for target in targets:
        platform, name = read_target(target)
        wanted.setdefault(platform, []).append(name)
    sources = []
    for platform, names in wanted.items():
        module, _, function = SOURCES[platform].partition(":")
        make: Callable[[list[str], Server | None], LiveSource] = getattr(import_module(module), function)
        sources.append(make(list(dict.fromkeys(names)), server))
    return sources


def read_target(target: str) -> tuple[str, str]:
    """Return platform and name of a target: ``PLATFORM:NAME`` or a URL.

    Examples
    --------
    >>> read_target("twitch:Ann"), read_target("https://www.twitch.tv/ann")
    (('twitch', 'ann'), ('twitch', 'ann'))

    Raises
    ------
    SourceError
        When it names no platform that can be followed.
    """
    platform, colon, name = target.strip().partition(":")
    if platform in {"http", "https"}:
        parts = urlsplit(target.strip())
        if parts.hostname in _TWITCH_HOSTS:
            platform, name = "twitch", parts.path.strip("/")
        else:
            platform, name = "youtube", target.strip()
    if not (colon and name and platform in SOURCES):
        raise SourceError(f"'{target}' must be twitch:CHANNEL, or the URL of a live stream.")
    return platform, name.lower() if platform == "twitch" else name


def read_server(written: str, ca_file: Path | None = None) -> Server:
    """Return the server that ``irc://HOST:PORT`` (plain) or ``ircs://HOST:PORT`` (TLS) names.

    Examples
    --------
    >>> read_server("irc://127.0.0.1:6667")
    Server(host='127.0.0.1', port=6667, is_tls=False, ca_file=None)

    Raises
    ------
    SourceError
        When it is neither.
    """
    try:
        parts = urlsplit(written)
        is_tls, port = _SCHEMES[parts.scheme]
        port = parts.port or port
    except (KeyError, ValueError):
        parts = urlsplit("")
    if not parts.hostname:
        raise SourceError(f"--server must be irc://HOST:PORT or, with TLS, ircs://HOST:PORT; it was '{written}'.")
    return Server(parts.hostname, port, is_tls, ca_file)
