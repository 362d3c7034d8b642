"""Streams of a channel whose themes have one id in all of them: which they are, and what they lose with a message."""

from __future__ import annotations

import polars as pl

from hubbub.errors import ArchiveError
from hubbub.records import TABLES
from hubbub.store.archive import WHOLE, Archive, Change
from hubbub.store.manifest import Part

_NAMELESS = 40


def channel_keys(archive: Archive) -> dict[str, str | None]:
    """Return the channel of each stream as one name with its platform; None for those that have no channel.

    In the order of the streams, oldest first.
    """
    rows = archive.read("streams", [WHOLE], ["stream_id", "platform", "channel"])
    return {stream: f"{platform}/{channel}" if channel else None for stream, platform, channel in rows.iter_rows()}


def joined_streams(archive: Archive, key: str) -> list[str]:
    """Return the streams of a channel that are joined, oldest first."""
    return [
        stream for stream, own in channel_keys(archive).items() if own == key == key_of(archive.part("themes", stream))
    ]


def find_channel(archive: Archive, channel: str) -> str:
    """Return the key of a channel, named with its platform or without, whose streams are joined.

    Raises
    ------
    ArchiveError
        When there is none, or more than one.
    """
    joined = [key for key in archive.streams_of("channel_themes") if joined_streams(archive, key)]
    found = [key for key in joined if channel in (key, key.split("/", 1)[1])]
    if len(found) != 1:
        known = f"Joined are: {', '.join(joined)}." if joined else "Join them with: hubbub find-topics --join"
        how_many = "no joined streams" if not found else "joined streams on several platforms"
        raise ArchiveError(f"Channel '{channel}' has {how_many} in {archive.path}. {known}")
    return found[0]


def is_joined(archive: Archive, key: str | None) -> bool:
    """Return whether the streams of a channel are joined."""
    return key is not None and key_of(archive.part("channel_themes", key)) is not None


def key_of(part: Part | None) -> str | None:
    """Return the channel with which a part was found together, or None."""
    key = part.made.get("joined") if part else None
    return str(key) if key else None


def end_join(change: Change, stream: str) -> None:
    """Note that a stream gets themes of its own: with the last one its channel is joined no more, and keeps the ids."""
    key = key_of(change.part("themes", stream))
    others = [name for name in change.keys("themes") if name != stream and key_of(change.part("themes", name)) == key]
    if key is not None and not others:
        rows = change.read("channel_themes", key)
        change.put("channel_themes", key, rows.with_columns(is_current=pl.lit(value=False)))


def leave_channel(change: Change, stream: str, gone: pl.Series) -> None:
    """Take messages of a stream out of the themes of its channel.

    The ids stay with the texts that are left, so that the next run gives them again; names and examples, which are made
    of all texts, go until then, in every stream that is joined.

    Parameters
    ----------
    change : Change
        The change, in which the stream's prepared messages are still there.
    stream : str
        The stream.
    gone : polars.Series
        Ids of the messages.
    """
    key = key_of(change.part("themes", stream))
    if key is None:
        return
    said = change.read("prepared", stream, ["message_id", "text_id"]).filter(pl.col("message_id").is_in(gone.implode()))
    lost = said["text_id"].drop_nulls().unique()
    none = pl.lit([], pl.List(pl.String))
    rows = change.read("channel_themes", key).with_columns(
        pl.col("text_ids").list.set_difference(lost.implode()), label=pl.lit(""), terms=none, examples=none
    )
    form = TABLES["channel_themes"].columns
    before = change.part("channel_themes", key)
    # Which streams were there is kept, the rest is not: what is made of it is to be made again.
    change.put("channel_themes", key, rows.select(list(form)).cast(form), _only_join(before))  # type: ignore[arg-type]
    for other in change.keys("themes"):
        part = change.part("themes", other)
        if other != stream and key_of(part) == key:
            themes = change.read("themes", other)
            first = pl.col("examples").list.first().str.slice(0, _NAMELESS)
            label = pl.coalesce(first, pl.format("theme {}", "theme_id"))
            themes = themes.with_columns(label=label, terms=none)
            change.put("themes", other, themes, _only_join(part))
            topics = change.read("message_topics", other)
            change.put("message_topics", other, topics, _only_join(change.part("message_topics", other)))


def _only_join(part: Part | None) -> dict[str, object]:
    made = part.made if part else {}
    return {name: made[name] for name in ("joined", "embeddings", "encoder") if name in made}
