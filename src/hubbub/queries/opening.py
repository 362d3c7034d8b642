"""What every query begins with: the archive opened, the streams meant, a limit that holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import ArchiveError, HubbubError

if TYPE_CHECKING:
    from hubbub.store.archive import Archive


def check_limit(limit: int, most: int) -> None:
    """Hold a limit to 1 to ``most``.

    Raises
    ------
    HubbubError
        When it is not.
    """
    if not 1 <= limit <= most:
        raise HubbubError(f"limit must be 1 to {most:,}, was {limit:,}.")


def open_stream(archive: Archive | Path | str, stream: str | None) -> tuple[Archive, str]:
    """Return the archive and the stream meant: the one named, or the only one.

    Raises
    ------
    ArchiveError
        When there is no such stream, or none is named and there are several.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.views import one_stream

    store = open_archive(archive)
    return store, one_stream(store, stream)


def open_streams(archive: Archive | Path | str, stream: str | None) -> tuple[Archive, list[str]]:
    """Return the archive and the streams meant: the one named, or all.

    Raises
    ------
    ArchiveError
        When there is no such stream.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    store = open_archive(archive)
    return store, choose_streams(store, [stream] if stream else None)


def open_topics(
    archive: Archive | Path | str, stream: str | None, channel: str | None
) -> tuple[Archive, list[str], str | None]:
    """Return the archive, the streams whose topics are meant, and the key of their channel where they are joined.

    The stream named, or the joined streams of the channel named; with neither the only stream, or the joined streams
    where all of the archive are.

    Raises
    ------
    HubbubError
        When both are named.
    ArchiveError
        When there is no such stream or joined channel, or it must be named.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.joins import find_channel, joined_streams
    from hubbub.store.views import choose_streams, one_stream

    if stream and channel:
        raise HubbubError(f"Name a stream or a channel; both were given: '{stream}' and '{channel}'.")
    store = open_archive(archive)
    if channel:
        key = find_channel(store, channel)
        return store, joined_streams(store, key), key
    known = choose_streams(store, None)
    if not stream and len(known) > 1:
        for key in store.streams_of("channel_themes"):
            if (joined := joined_streams(store, key)) and set(joined) == set(known):
                return store, joined, key
        if store.streams_of("channel_themes"):
            some = ", ".join(known[:3]) + (" …" if len(known) > 3 else "")
            raise ArchiveError(
                f"{store.path} has {len(known)} streams; name one with --stream ({some}), or a channel whose streams "
                f"are joined with --channel ({', '.join(store.streams_of('channel_themes'))})."
            )
    return store, [one_stream(store, stream)], None
