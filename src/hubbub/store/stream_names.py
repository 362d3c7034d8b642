"""Which stream of an archive a source means by platform, channel, and the name that it gives the stream itself.

A video of YouTube is one stream, whatever its channel is called: files name the channel by its id (UC…), a platform
that is asked by its handle (@…), some by nothing. The name that the archive had first stays.
"""

from __future__ import annotations

import re

import polars as pl

_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)


class StreamNames:
    """The streams of an archive by what sources call them.

    Parameters
    ----------
    streams : polars.DataFrame
        Rows of ``streams``.
    """

    def __init__(self, streams: pl.DataFrame) -> None:
        self._named: dict[tuple[str, str | None, str | None], str] = {}
        self._videos: dict[str, tuple[str, str | None]] = {}
        self._taken: set[str] = set()
        for stream, *key in streams.select("stream_id", "platform", "channel", "native_id").iter_rows():
            self._keep(stream, *key)

    def find(self, platform: str, channel: str | None, native_id: str | None) -> tuple[str, str | None] | None:
        """Return the stream_id and the channel under which the archive has a stream, or None."""
        if stream := self._named.get((platform, channel, native_id)):
            return stream, channel
        return self._videos.get(native_id or "") if platform == "youtube" else None

    def claim(self, platform: str, channel: str | None, native_id: str) -> tuple[str, str | None]:
        """Return the stream_id and the channel of a stream, a new one where the archive has none.

        A new one is called as its source calls it, or with the channel before it where another has that name.
        """
        if found := self.find(platform, channel, native_id):
            return found
        names = (native_id, f"{channel or platform}-{native_id}", f"{platform}-{channel or 'unknown'}-{native_id}")
        more = (f"{platform}-{native_id}-{n}" for n in range(2, len(self._taken) + 3))
        stream = next(name for name in (*names, *more) if name not in self._taken)
        self._keep(stream, platform, channel, native_id)
        return stream, channel

    def _keep(self, stream: str, platform: str, channel: str | None, native_id: str | None) -> None:
        self._named[platform, channel, native_id] = stream
        self._taken.add(stream)
        if platform == "youtube" and native_id and _VIDEO.fullmatch(native_id):
            self._videos.setdefault(native_id, (stream, channel))
