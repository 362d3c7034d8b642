"""The messages of an archive as a watch for bad buzz needs them: those of the past, and those that come.

What a message is and how it is meant is read from the tables of the past; of what comes it is told at once by the same
functions, so that nothing of a growing stream is worked out twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from hubbub.commands.emotes import ChannelEmotes
    from hubbub.prepare.as_it_comes import Listener
    from hubbub.store.archive import Archive

_COLUMNS = ("stream_id", "message_id", "channel", "viewer_id", "sent_at", "offset_seconds", "kind", "text")
_HEARD = ("text", "kind", "emotes", "viewer_id", "offset_seconds", "roles")
_TOLD = ("text_id", "message_type", "label", "p_negative", "theme_id", "live_theme_id", "is_negative", "seconds")


def read_timelines(
    store: Archive, streams: Sequence[str], followed: frozenset[str] = frozenset()
) -> list[tuple[pl.DataFrame, bool]]:
    """Return messages in order of time, and whether by moments: of streams that have them together, of others alone.

    Parameters
    ----------
    store : Archive
        Prepared, and with its sentiment scored.
    streams : sequence of str
    followed : frozenset of str
        Streams of which only messages are wanted that `hubbub follow` has given a theme or none.
    """
    import polars as pl

    dated: list[pl.DataFrame] = []
    alone: list[tuple[pl.DataFrame, bool]] = []
    for stream in streams:
        prepared = store.read("prepared", [stream], ["message_id", "text_id", "message_type"])
        moods = store.read("sentiment", [stream], ["message_id", "label", "p_negative"])
        told = prepared.join(moods, on="message_id", how="left", maintain_order="left")
        rows = store.read("messages", [stream], _COLUMNS).join(told, on="message_id", maintain_order="left")
        if stream in followed:
            rows = rows.join(store.read("live_messages", [stream], ["message_id"]), on="message_id", how="semi")
        rows = _said(store, stream, rows)
        if rows["sent_at"].null_count():
            rows = rows.with_columns(seconds=pl.col("offset_seconds")).filter(pl.col("seconds").is_not_null())
            alone.append((rows.sort("seconds", maintain_order=True), False))
        else:
            dated.append(rows)
    together = [(pl.concat(dated).sort("seconds", maintain_order=True), True)] if dated else []
    return together + alone


def _said(store: Archive, stream: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the messages that are voices, with what they are about and whether they say something against it."""
    import polars as pl

    from hubbub.records import TOPICAL_TYPES

    topics = store.read("message_topics", [stream], ["message_id", "theme_id"])
    live = store.read("live_messages", [stream], ["message_id", "theme_id"]).rename({"theme_id": "live_theme_id"})
    return (
        rows.filter(
            pl.col("kind").is_in(["message", "donation"]),
            pl.col("message_type").is_in([*TOPICAL_TYPES, "reaction", "greeting", "emote_only", "copypasta"]),
            pl.col("text_id").is_not_null(),
        )
        .join(topics, on="message_id", how="left", maintain_order="left")
        .join(live, on="message_id", how="left", maintain_order="left")
        .with_columns(
            # Groans and emotes are voices, but what is said against something is said in words.
            is_negative=(pl.col("label") == "negative").fill_null(value=False)
            & pl.col("message_type").is_in(TOPICAL_TYPES),
            seconds=pl.col("sent_at").dt.epoch("us") / 1e6,
        )
        .select(*_COLUMNS, *_TOLD)
    )


class NewMessages:
    """Tells and judges the messages that come to streams, as those of the past are told and judged.

    Parameters
    ----------
    store : Archive
        Prepared; what was prepared is not new.
    streams : sequence of str
    followed : frozenset of str
        Streams of which a message waits until `hubbub follow` has given it a theme or none.

    Attributes
    ----------
    has_lost : bool
        A message that was known is gone, as those of a viewer who was forgotten.
    """

    def __init__(self, store: Archive, streams: Sequence[str], followed: frozenset[str] = frozenset()) -> None:
        from hubbub.commands.sentiment import ScoreMemory
        from hubbub.queries.sentiment_models import load_sentiment

        self._store, self._followed, self._scorer = store, followed, load_sentiment(None)
        self._memory = ScoreMemory(self._scorer)
        self.has_lost = False
        self._emotes: dict[str, ChannelEmotes | None] = {}
        self._known: dict[str, pl.Series] = {}
        self._generations: dict[str, object] = {}
        self._listeners: dict[str, Listener] = {}
        for stream in streams:
            part = store.part("prepared", stream)
            self._generations[stream] = part.made["messages"] if part else None
            self._known[stream] = self._taken(stream, store.read("prepared", [stream], ["message_id"]))["message_id"]

    def read(self, stream: str) -> pl.DataFrame | None:
        """Return the messages that came to a stream since it was read last, as rows of a timeline, if any did."""
        import polars as pl

        generation = self._store.generation_of("messages", stream)
        if generation == self._generations.get(stream) and stream not in self._followed:
            return None
        rows = self._store.read("messages", [stream])
        known = self._known.get(stream, pl.Series("message_id", [], pl.String)).to_frame()
        past = rows.join(known, on="message_id", how="semi", maintain_order="left")
        self.has_lost |= past.height < known.height
        rows = self._taken(stream, rows.join(known, on="message_id", how="anti", maintain_order="left"))
        if stream not in self._listeners:
            self._listeners[stream] = _listen_again(past)
        self._generations[stream] = generation
        self._known[stream] = pl.concat([known["message_id"], rows["message_id"]], rechunk=True)
        return _said(self._store, stream, self._judge(stream, self._tell(stream, rows)))

    def _taken(self, stream: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the messages that need not wait."""
        if stream not in self._followed:
            return rows
        taken = self._store.read("live_messages", [stream], ["message_id"])
        return rows.join(taken, on="message_id", how="semi", maintain_order="left")

    def _tell(self, stream: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the messages with what they say and what they are."""
        import polars as pl

        found = [_hear(self._listeners[stream], row) for row in rows.select(_HEARD).iter_rows()]
        text_ids, types = zip(*found, strict=True) if found else ((), ())
        return rows.with_columns(pl.Series("text_id", text_ids, pl.String), pl.Series("message_type", types, pl.String))

    def _judge(self, stream: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the messages with their sentiment."""
        from hubbub.commands.emotes import read_channel_emotes
        from hubbub.store.joins import channel_keys

        if stream not in self._emotes:
            channel = channel_keys(self._store).get(stream) or ""
            self._emotes[stream] = read_channel_emotes(self._store, channel, self._scorer)
        scores = self._memory.score(rows["text"].drop_nulls().unique(), self._emotes[stream])
        return rows.join(scores.select("text", "label", "p_negative"), on="text", how="left", maintain_order="left")


def _listen_again(past: pl.DataFrame) -> Listener:
    """Return a listener that has heard what decides about the next messages of a stream."""
    from hubbub.prepare.as_it_comes import RARE_STEP, REPLAY, Listener
    from hubbub.prepare.preparation import Preparation

    listener = Listener(Preparation())
    first = max(0, (past.height - REPLAY) // RARE_STEP * RARE_STEP)
    listener.begin_at(first)
    for row in past.slice(first).select(_HEARD).iter_rows():
        _hear(listener, row)
    return listener


def _hear(listener: Listener, row: tuple[Any, ...]) -> tuple[str | None, str]:
    text, kind, emotes, viewer, seconds, roles = row
    told = listener.read(text, kind, emotes)
    message_type = listener.hear(told, viewer, float("nan") if seconds is None else seconds, roles)
    if listener.is_time_to_look:
        listener.look()
    return told.text_id, message_type
