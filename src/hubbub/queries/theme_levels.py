"""The themes of a stream cut at fewer: bigger themes with names of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_N_TERMS = 10
_N_EXAMPLES = 3


def merge_themes(store: Archive, stream: str, n_themes: int) -> pl.DataFrame:
    """Return a stream's themes when there are at most so many, as ``topics`` shows them.

    Parameters
    ----------
    store : Archive
        With the stream's themes.
    stream : str
        The stream.
    n_themes : int
        At most so many. Each has the ``theme_id`` of its biggest part; terms are those that tell it from the others.
    """
    import numpy as np
    import polars as pl

    from hubbub.analyze.terms import label_of, theme_terms
    from hubbub.analyze.theme_tree import cut_joins

    rows = store.read("themes", [stream]).sort("theme_id")
    joins = rows.select(pl.col("joins_theme_id").fill_null(-1), pl.col("joins_at").fill_null(0)).to_numpy()
    stands = pl.DataFrame({"theme_id": rows["theme_id"], "merged_id": cut_joins(joins, n_themes)})
    said = (
        store.read("prepared", [stream], ["text_id", "clean_text", "emotes"])
        .drop_nulls(["text_id", "clean_text"])
        .unique("text_id", keep="first", maintain_order=True)
    )
    texts = store.read("text_themes", [stream]).join(said, on="text_id", maintain_order="left")
    texts = texts.join(stands, on="theme_id", maintain_order="left")
    ids = stands["merged_id"].unique().sort()
    place = np.searchsorted(ids.to_numpy(), texts["merged_id"].to_numpy())
    emotes = set(texts["emotes"].explode().drop_nulls())
    terms = theme_terms(
        texts["clean_text"].to_list(), place, texts["n_messages"].to_numpy(), emotes=emotes, n_terms=_N_TERMS
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
    counts = _count(store, stream, stands)
    return (
        counts.join(names, on="merged_id")
        .join(examples, on="merged_id")
        .with_columns(
            theme_id=pl.col("merged_id"),
            label=pl.when(pl.col("label") == "").then("first_label").otherwise("label"),
            stream_id=pl.lit(stream),
            share=pl.col("n_messages") / pl.col("n_messages").sum(),
        )
    )


def _count(store: Archive, stream: str, stands: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    messages = store.read("messages", [stream], ["message_id", "viewer_id", "offset_seconds"])
    topics = store.read("message_topics", [stream], ["message_id", "theme_id"]).join(stands, on="theme_id")
    return (
        messages.join(topics, on="message_id")
        .group_by("merged_id")
        .agg(
            n_messages=pl.len().cast(pl.Int64),
            n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
            first_seconds=pl.col("offset_seconds").min(),
            last_seconds=pl.col("offset_seconds").max(),
        )
    )
