"""What a chat talked about: topics, when, and in which messages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import ArchiveError, HubbubError

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LIMIT = 100_000


def topics(
    archive: Archive | Path | str, *, stream: str | None = None, themes: int | None = None, limit: int = 20
) -> pl.DataFrame:
    """Return the biggest topics of a stream, or of all streams.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all.
    themes : int, optional
        Merge similar themes of each stream until there are so many; a merged one has the id of its biggest part.
    limit : int
        At most so many.

    Returns
    -------
    polars.DataFrame
        ``theme_id, label, n_messages, n_viewers, share, first_seconds, last_seconds, stream_id, terms, examples``, by
        number of messages.
    """
    import polars as pl

    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    _check_limit(limit)
    if themes is not None and themes < 1:
        raise HubbubError(f"themes must be at least 1, was {themes}.")
    store = open_archive(archive)
    columns = ["theme_id", "label", "n_messages", "n_viewers", "share", "first_seconds", "last_seconds", "stream_id"]
    columns += ["terms", "examples"]
    chosen = choose_streams(store, [stream] if stream else None)
    if themes is None:
        rows = store.read("themes", chosen, columns)
    else:
        from hubbub.queries.theme_levels import merge_themes

        with_themes = [name for name in chosen if store.n_rows("themes", name)]
        merged = [merge_themes(store, name, themes).select(columns) for name in with_themes]
        rows = pl.concat([store.read("themes", [], columns), *merged])
    return rows.sort("n_messages", descending=True, maintain_order=True).head(limit)


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

    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    store = open_archive(archive)
    chosen = choose_streams(store, [stream] if stream else None)
    labels = store.read("themes", chosen, ["stream_id", "theme_id", "label"])
    rows = store.read("episodes", chosen)
    joined = rows.join(labels, on=["stream_id", "theme_id"], how="left", maintain_order="left")
    return joined.select(
        pl.col("stream_id", "episode_id", "theme_id", "label"),
        pl.exclude("stream_id", "episode_id", "theme_id", "label"),
    )


def topic_trend(
    archive: Archive | Path | str, topic_id: int, *, stream: str | None = None, bin_seconds: int = 60
) -> pl.DataFrame:
    """Return how many messages a topic had over time.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    topic_id : int
        The topic's ``theme_id``.
    stream : str, optional
        The stream; needed when the archive has several.
    bin_seconds : int
        Length of a bin; a bin holds its first moment and not its last.

    Returns
    -------
    polars.DataFrame
        ``start_seconds, n_messages``, one row a bin from the start to the end of the stream, empty bins included.
    """
    import polars as pl

    from hubbub.analyze.rates import message_rate
    from hubbub.store.archive import open_archive
    from hubbub.store.views import one_stream

    if bin_seconds < 1:
        raise HubbubError(f"bin_seconds must be at least 1, was {bin_seconds}.")
    store = open_archive(archive)
    name = one_stream(store, stream)
    known = store.read("themes", [name], ["theme_id", "label"])
    if topic_id not in known["theme_id"]:
        raise ArchiveError(
            f"No topic {topic_id} in stream '{name}'; it has {known.height}. See: hubbub topics --stream {name}"
        )
    offsets = store.read("messages", [name], ["message_id", "offset_seconds"])
    ids = store.read("message_topics", [name], ["message_id", "theme_id"]).filter(pl.col("theme_id") == topic_id)
    mine = offsets.join(ids, on="message_id", how="semi", maintain_order="left")["offset_seconds"].drop_nulls()
    duration: float | None = offsets.select(pl.col("offset_seconds").max()).item()
    rate = message_rate(mine.to_numpy(), bin_seconds, duration)
    return rate.rename({"n": "n_messages"})


def top_topics(
    archive: Archive | Path | str, *, stream: str | None = None, from_: str = "", to: str = "", limit: int = 10
) -> pl.DataFrame:
    """Return the biggest topics of a window of a stream, each with its most central short message.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    from_ : str
        Start of the window: a time of day such as 19:30, or an offset such as +1:05:00.
    to : str
        End of the window.
    limit : int
        At most so many.

    Returns
    -------
    polars.DataFrame
        ``theme_id, label, n_messages, n_viewers, message``, by number of messages in the window.
    """
    import polars as pl

    from hubbub.queries.windows import parse_window
    from hubbub.store.archive import open_archive
    from hubbub.store.views import one_stream, read_messages

    _check_limit(limit)
    store = open_archive(archive)
    name = one_stream(store, stream)
    row = store.read("streams").filter(pl.col("stream_id") == name).to_dicts()[0]
    messages = read_messages(store, [name]).filter(pl.col("theme_id").is_not_null())
    if from_ or to:
        if row["duration_seconds"] is None:
            raise HubbubError(f"Stream '{name}' has no times, so it has no window --from --to.")
        first, last = parse_window(from_, to, row["started_at"], row["duration_seconds"])
        messages = messages.filter(pl.col("offset_seconds").is_between(first, last, closed="left"))
    central = store.read("text_themes", [name], ["text_id", "centrality"])
    short = pl.col("clean_text").str.len_chars().is_between(8, 80).fill_null(value=False)
    labels = store.read("themes", [name], ["theme_id", "label"])
    return (
        messages.join(central, on="text_id", how="left")
        .with_columns(order=pl.col("centrality").fill_null(-1.0) + short.cast(pl.Float64))
        .sort("order", "message_id", descending=[True, False])
        .group_by("theme_id", maintain_order=True)
        .agg(
            n_messages=pl.len().cast(pl.Int64),
            n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
            message=pl.col("clean_text").first(),
        )
        .join(labels, on="theme_id", how="left")
        .select("theme_id", "label", "n_messages", "n_viewers", "message")
        .sort("n_messages", "theme_id", descending=[True, False])
        .head(limit)
    )


def topic_map(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 3000) -> pl.DataFrame:
    """Return the places of a stream's texts on the topic map: near texts say similar things.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    limit : int
        At most so many texts, the most frequent first.

    Returns
    -------
    polars.DataFrame
        ``text_id, theme_id, n_messages, x, y, clean_text, offset_seconds, viewer_id``; offset and viewer are those of
        the first message that says it.
    """
    import polars as pl

    from hubbub.store.archive import open_archive
    from hubbub.store.views import one_stream, read_messages

    _check_limit(limit)
    store = open_archive(archive)
    name = one_stream(store, stream)
    texts = store.read("text_themes", [name]).sort("n_messages", "text_id", descending=[True, False]).head(limit)
    said = (
        read_messages(store, [name])
        .filter(pl.col("text_id").is_not_null())
        .unique("text_id", keep="first", maintain_order=True)
        .select("text_id", "clean_text", "offset_seconds", "viewer_id")
    )
    return texts.select("text_id", "theme_id", "n_messages", "x", "y").join(
        said, on="text_id", how="left", maintain_order="left"
    )


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= _MAX_LIMIT:
        raise HubbubError(f"limit must be 1 to {_MAX_LIMIT:,}, was {limit:,}.")
