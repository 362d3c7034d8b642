"""Themes of a stream, or of the joined streams of a channel, all of them or cut at fewer with names of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_N_TERMS = 10
_N_EXAMPLES = 3


def stream_topics(store: Archive, stream: str, n_themes: int | None = None) -> pl.DataFrame:
    """Return a stream's themes, or at most so many, as ``topics`` shows them but for how they are joined.

    Parameters
    ----------
    store : Archive
        With the stream's themes.
    stream : str
        The stream.
    n_themes : int, optional
        At most so many. Each has the ``theme_id`` of its biggest part; terms are those that tell it from the others.
    """
    import polars as pl

    rows = store.read("themes", [stream])
    if n_themes is None:
        return rows.with_columns(streams=pl.concat_list("stream_id"))
    return _merge(store, [stream], rows, n_themes)


def channel_topics(store: Archive, key: str, streams: Sequence[str], n_themes: int | None = None) -> pl.DataFrame:
    """Return the themes of joined streams, or at most so many, each once with its counts over all of them.

    Parameters
    ----------
    store : Archive
        The archive.
    key : str
        The channel's.
    streams : sequence of str
        Those of it that are joined, in order of time.
    n_themes : int, optional
        As for ``stream_topics``.
    """
    rows = store.read("channel_themes", [key]).filter("is_current")
    if n_themes is not None:
        return _merge(store, streams, rows, n_themes)
    stands = rows.select("theme_id", merged_id="theme_id")
    counts = _count(store, streams, stands).rename({"merged_id": "theme_id"})
    named = rows.select("theme_id", "label", "terms", "examples").join(counts, on="theme_id", maintain_order="left")
    return _with_share(named)


def _merge(store: Archive, streams: Sequence[str], rows: pl.DataFrame, n_themes: int) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    from hubbub.analyze.terms import label_of, theme_terms
    from hubbub.analyze.theme_tree import cut_joins

    place = {theme: i for i, theme in enumerate(rows["theme_id"])}
    into = [-1 if theme is None else place[theme] for theme in rows["joins_theme_id"]]
    joins = np.column_stack([into, rows["joins_at"].fill_null(0)]).astype(np.int64).reshape(-1, 2)
    stands = rows.select("theme_id", merged_id=rows["theme_id"].gather(cut_joins(joins, n_themes)))
    said = (
        store.read("prepared", streams, ["text_id", "clean_text", "emotes"])
        .drop_nulls(["text_id", "clean_text"])
        .unique("text_id", keep="first", maintain_order=True)
    )
    counts = store.read("text_themes", streams).group_by("text_id", "theme_id", maintain_order=True)
    texts = counts.agg(pl.col("n_messages").sum()).join(said, on="text_id", maintain_order="left")
    texts = texts.join(stands, on="theme_id", maintain_order="left")
    ids = stands["merged_id"].unique().sort()
    merged = np.searchsorted(ids.to_numpy(), texts["merged_id"].to_numpy())
    emotes = set(texts["emotes"].explode().drop_nulls())
    terms = theme_terms(
        texts["clean_text"].to_list(), merged, texts["n_messages"].to_numpy(), emotes=emotes, n_terms=_N_TERMS
    )
    names = pl.DataFrame(
        {"merged_id": ids, "terms": terms, "label": [label_of(words) for words in terms]},
        schema_overrides={"terms": pl.List(pl.String)},
    )
    examples = (
        rows.join(stands, on="theme_id", maintain_order="left")
        .group_by("merged_id", maintain_order=True)
        .agg(pl.col("examples").list.first(), first_label=pl.col("label").first())
        .with_columns(pl.col("examples").list.drop_nulls().list.head(_N_EXAMPLES))
    )
    found = _count(store, streams, stands).join(names, on="merged_id").join(examples, on="merged_id")
    label = pl.when(pl.col("label") == "").then("first_label").otherwise("label")
    return _with_share(found.with_columns(theme_id=pl.col("merged_id"), label=label))


def _with_share(topics: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    share = pl.col("n_messages") / pl.col("n_messages").sum()
    return topics.with_columns(share=share, stream_id=pl.col("streams").list.first())


def _count(store: Archive, streams: Sequence[str], stands: pl.DataFrame) -> pl.DataFrame:
    """Return what each theme has over all streams; it begins in the first that has it and ends in the last."""
    import polars as pl

    messages = store.read("messages", streams, ["message_id", "stream_id", "viewer_id", "offset_seconds"])
    topics = store.read("message_topics", streams).join(stands, on="theme_id")
    at = pl.col("offset_seconds")
    return (
        messages.join(topics, on=["stream_id", "message_id"], maintain_order="left")
        .group_by("merged_id")
        .agg(
            n_messages=pl.len().cast(pl.Int64),
            n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
            first_seconds=at.filter(pl.col("stream_id") == pl.col("stream_id").first()).min(),
            last_seconds=at.filter(pl.col("stream_id") == pl.col("stream_id").last()).max(),
            streams=pl.col("stream_id").unique(maintain_order=True),
        )
    )
