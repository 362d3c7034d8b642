"""What a chat talked about: topics, when, and in which messages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import ArchiveError, HubbubError
from hubbub.queries.opening import check_limit, open_streams, open_topics

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LIMIT = 100_000


def topics(
    archive: Archive | Path | str,
    *,
    stream: str | None = None,
    channel: str | None = None,
    themes: int | None = None,
    limit: int = 20,
) -> pl.DataFrame:
    """Return the biggest topics of a stream, of a channel whose streams are joined, or of all.

    A topic of joined streams is one row with its counts over all of them, unless one stream is named.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all.
    channel : str, optional
        Only the joined streams of this channel.
    themes : int, optional
        Merge similar themes, of each stream that is not joined and of each channel that is, until there are so many; a
        merged one has the id of its biggest part.
    limit : int
        At most so many.

    Returns
    -------
    polars.DataFrame
        ``theme_id, label, n_messages, n_viewers, share, n_streams, first_seconds, last_seconds, stream_id, since,
        terms, examples, streams``, by number of messages. ``n_streams`` and ``streams`` say where a joined topic is,
        ``since`` when it was first talked about in any of them; over several streams it begins in ``stream_id``, the
        first of them, at ``first_seconds``, and ends in the last at ``last_seconds``.
    """
    import polars as pl

    from hubbub.queries.theme_levels import channel_topics, stream_topics
    from hubbub.store.joins import joined_streams

    check_limit(limit, _MAX_LIMIT)
    if themes is not None and themes < 1:
        raise HubbubError(f"themes must be at least 1, was {themes}.")
    if stream or channel:
        store, chosen, key = open_topics(archive, stream, channel)
        channels = {key: chosen} if key else {}
    else:
        store, chosen = open_streams(archive, None)
        channels = {key: joined_streams(store, key) for key in store.streams_of("channel_themes")}
    together = {name for names in channels.values() for name in names}
    alone = [name for name in chosen if name not in together and store.n_rows("themes", name)]
    columns = ["theme_id", "label", "n_messages", "n_viewers", "share", "first_seconds", "last_seconds", "stream_id"]
    columns += ["terms", "examples", "streams"]
    empty = store.read("themes", []).with_columns(streams=pl.lit([], pl.List(pl.String)))
    found = [stream_topics(store, name, themes) for name in alone]
    found += [channel_topics(store, key, names, themes) for key, names in channels.items() if names]
    rows = pl.concat([empty.select(columns), *(frame.select(columns) for frame in found)])
    rows = _since(store, rows).sort("n_messages", descending=True, maintain_order=True).head(limit)
    return rows.select(*columns[:5], "n_streams", *columns[5:8], "since", *columns[8:])


def _since(store: Archive, rows: pl.DataFrame) -> pl.DataFrame:
    """Return topics with the streams that have them, those joined to it counted in, and when they first came up."""
    import polars as pl

    from hubbub.store.joins import channel_keys, key_of

    keys = channel_keys(store)
    joined = [name for name in keys if key_of(store.part("themes", name))]
    known = store.read("themes", joined, ["stream_id", "theme_id", "first_seconds"])
    known = known.with_columns(key=pl.col("stream_id").replace_strict(keys, return_dtype=pl.String))
    where = known.group_by("key", "theme_id", maintain_order=True).agg(
        in_streams=pl.col("stream_id"), first=pl.col("first_seconds").first()
    )
    joins = {name: keys[name] for name in joined}
    rows = rows.with_columns(key=pl.col("stream_id").replace_strict(joins, default=None, return_dtype=pl.String))
    rows = rows.join(where, on=["key", "theme_id"], how="left", maintain_order="left")
    starts = store.read("streams", columns=["stream_id", "started_at"])
    # A merged topic is where any of its parts is: its own list, where it is the longer one.
    of_parts = pl.col("streams").list.len() >= pl.col("in_streams").list.len().fill_null(0)
    rows = rows.with_columns(
        streams=pl.when(of_parts).then("streams").otherwise("in_streams"),
        first=pl.when(of_parts).then("first_seconds").otherwise("first"),
    ).with_columns(first_stream=pl.col("streams").list.first())
    rows = rows.join(starts, left_on="first_stream", right_on="stream_id", how="left", maintain_order="left")
    return rows.with_columns(
        n_streams=pl.col("streams").list.len().cast(pl.Int64),
        since=pl.col("started_at") + pl.duration(microseconds=(pl.col("first") * 1e6).round().cast(pl.Int64)),
    )


def episodes(archive: Archive | Path | str, *, stream: str | None = None) -> pl.DataFrame:
    """Return the stretches during which a topic was talked about, in order of appearance.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all.

    Returns
    -------
    polars.DataFrame
        ``stream_id, episode_id, theme_id, label, first_seconds, last_seconds, n_messages, n_viewers``.
    """
    import polars as pl

    store, chosen = open_streams(archive, stream)
    labels = store.read("themes", chosen, ["stream_id", "theme_id", "label"])
    rows = store.read("episodes", chosen)
    joined = rows.join(labels, on=["stream_id", "theme_id"], how="left", maintain_order="left")
    return joined.select(
        pl.col("stream_id", "episode_id", "theme_id", "label"),
        pl.exclude("stream_id", "episode_id", "theme_id", "label"),
    )


def topic_trend(
    archive: Archive | Path | str,
    topic_id: int,
    *,
    stream: str | None = None,
    channel: str | None = None,
    bin_seconds: int = 60,
) -> pl.DataFrame:
    """Return how many messages a topic had over time.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    topic_id : int
        The topic's ``theme_id``.
    stream : str, optional
        The stream; needed when the archive has several that are not joined.
    channel : str, optional
        All joined streams of this channel, one after the other.
    bin_seconds : int
        Length of a bin; a bin holds its first moment and not its last.

    Returns
    -------
    polars.DataFrame
        ``start_seconds, n_messages, stream_id``, one row a bin from the start to the end of each stream, empty bins
        included.
    """
    import polars as pl

    from hubbub.analyze.rates import message_rate

    if bin_seconds < 1:
        raise HubbubError(f"bin_seconds must be at least 1, was {bin_seconds}.")
    store, names, key = open_topics(archive, stream, channel)
    known = store.read("themes", names, ["theme_id"])["theme_id"].unique()
    if topic_id not in known:
        where = f"joined channel '{key}'" if key else f"stream '{names[0]}'"
        which = f"--channel {key}" if key else f"--stream {names[0]}"
        raise ArchiveError(f"No topic {topic_id} in {where}; it has {known.len()}. See: hubbub topics {which}")
    frames = []
    for name in names:
        offsets = store.read("messages", [name], ["message_id", "offset_seconds"])
        ids = store.read("message_topics", [name], ["message_id", "theme_id"]).filter(pl.col("theme_id") == topic_id)
        mine = offsets.join(ids, on="message_id", how="semi", maintain_order="left")["offset_seconds"].drop_nulls()
        duration: float | None = offsets.select(pl.col("offset_seconds").max()).item()
        rate = message_rate(mine.to_numpy(), bin_seconds, duration)
        frames.append(rate.rename({"n": "n_messages"}).with_columns(stream_id=pl.lit(name)))
    return pl.concat(frames)


def top_topics(
    archive: Archive | Path | str,
    *,
    stream: str | None = None,
    channel: str | None = None,
    from_: str = "",
    to: str = "",
    limit: int = 10,
) -> pl.DataFrame:
    """Return the biggest topics of a window of a stream, each with its most central short message.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several that are not joined.
    channel : str, optional
        The joined streams of this channel: the window is one of each that is long enough.
    from_ : str
        Start of the window: a time of day such as 19:30, or an offset such as +1:05:00.
    to : str
        End of the window.
    limit : int
        At most so many.

    Returns
    -------
    polars.DataFrame
        ``theme_id, label, n_messages, n_viewers, message, n_streams``, by number of messages in the window.
    """
    import polars as pl

    from hubbub.store.views import read_messages

    check_limit(limit, _MAX_LIMIT)
    store, names, _ = open_topics(archive, stream, channel)
    messages = read_messages(store, names).filter(pl.col("theme_id").is_not_null())
    if from_ or to:
        messages = _in_window(store, messages, names, from_, to)
    central = store.read("text_themes", names, ["text_id", "centrality"]).unique("text_id", keep="any")
    short = pl.col("clean_text").str.len_chars().is_between(8, 80).fill_null(value=False)
    labels = store.read("themes", names, ["theme_id", "label"]).unique("theme_id", keep="first", maintain_order=True)
    return (
        messages.join(central, on="text_id", how="left")
        .with_columns(order=pl.col("centrality").fill_null(-1.0) + short.cast(pl.Float64))
        .sort("order", "message_id", descending=[True, False])
        .group_by("theme_id", maintain_order=True)
        .agg(
            n_messages=pl.len().cast(pl.Int64),
            n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
            message=pl.col("clean_text").first(),
            n_streams=pl.col("stream_id").n_unique().cast(pl.Int64),
        )
        .join(labels, on="theme_id", how="left")
        .select("theme_id", "label", "n_messages", "n_viewers", "message", "n_streams")
        .sort("n_messages", "theme_id", descending=[True, False])
        .head(limit)
    )


def _in_window(store: Archive, messages: pl.DataFrame, names: list[str], from_: str, to: str) -> pl.DataFrame:
    """Return the messages of a window of each stream that has it.

    Raises
    ------
    HubbubError
        When none has it.
    """
    import polars as pl

    from hubbub.queries.windows import parse_window

    inside, why = pl.lit(value=False), None
    for row in store.read("streams").filter(pl.col("stream_id").is_in(names)).to_dicts():
        name = row["stream_id"]
        try:
            if row["duration_seconds"] is None:
                raise HubbubError(f"Stream '{name}' has no times, so it has no window --from --to.")
            first, last = parse_window(from_, to, row["started_at"], row["duration_seconds"])
        except HubbubError as error:
            why = error
            names = [other for other in names if other != name]
            continue
        is_in = pl.col("offset_seconds").is_between(first, last, closed="left")
        inside = inside | ((pl.col("stream_id") == name) & is_in)
    if why is not None and not names:
        raise why
    return messages.filter(inside)


def topic_map(
    archive: Archive | Path | str, *, stream: str | None = None, channel: str | None = None, limit: int = 3000
) -> pl.DataFrame:
    """Return the places of texts on the topic map: near texts say similar things.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several that are not joined.
    channel : str, optional
        All joined streams of this channel, which have one map.
    limit : int
        At most so many texts, the most frequent first.

    Returns
    -------
    polars.DataFrame
        ``text_id, theme_id, n_messages, x, y, clean_text, offset_seconds, viewer_id, stream_id``; offset, viewer and
        stream are those of the first message that says it.
    """
    import polars as pl

    from hubbub.store.views import read_messages

    check_limit(limit, _MAX_LIMIT)
    store, names, _ = open_topics(archive, stream, channel)
    texts = store.read("text_themes", names)
    if len(names) > 1:
        texts = texts.group_by("text_id", "theme_id").agg(pl.col("n_messages").sum(), pl.col("x", "y").first())
    texts = texts.sort("n_messages", "text_id", descending=[True, False]).head(limit)
    said = (
        read_messages(store, names)
        .filter(pl.col("text_id").is_not_null())
        .unique("text_id", keep="first", maintain_order=True)
        .select("text_id", "clean_text", "offset_seconds", "viewer_id", "stream_id")
    )
    return texts.select("text_id", "theme_id", "n_messages", "x", "y").join(
        said, on="text_id", how="left", maintain_order="left"
    )
