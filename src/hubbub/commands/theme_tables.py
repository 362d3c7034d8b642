"""Texts and messages with a theme → the tables of one stream: themes, episodes, message topics."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Vectors = np.ndarray[tuple[int, int], np.dtype[np.float32]]

_N_TERMS = 10
_N_EXAMPLES = 3
_LABEL_TERMS = 3


class Found:
    """The tables of one stream, its messages without a theme by message type, and what else is to be said."""

    def __init__(
        self, tables: dict[str, pl.DataFrame], without: Counter[str], details: dict[str, Any] | None = None
    ) -> None:
        self.tables = tables
        self.without = without
        self.details = details or {}


def build_tables(
    stream: str,
    messages: pl.DataFrame,
    texts: pl.DataFrame,
    names: pl.DataFrame,
    joins: np.ndarray[Any, Any],
    leash_seconds: float,
) -> dict[str, pl.DataFrame]:
    """Return ``themes, text_themes, episodes, message_topics`` of one stream.

    Parameters
    ----------
    stream : str
        The stream.
    messages : polars.DataFrame
        Its messages that have a theme: ``message_id, theme_id, viewer_id, offset_seconds``.
    texts : polars.DataFrame
        Their texts: ``text_id, theme_id, n_messages, centrality, x, y``.
    names : polars.DataFrame
        ``theme_id, label, terms, examples`` of every theme of the stream, in the order of ``joins``.
    joins : (n_themes, 2) int64
        How themes merge into fewer, by their place, as ``Themes.joins`` has it.
    leash_seconds : float
        A theme that is silent for longer starts a new episode.
    """
    import polars as pl

    from hubbub.analyze.episodes import find_episodes

    offsets = messages["offset_seconds"].fill_null(float("nan")).to_numpy()
    episodes = find_episodes(messages["theme_id"].to_numpy(), offsets, leash_seconds)
    messages = messages.with_columns(pl.Series("episode_id", episodes, dtype=pl.Int64))
    tables = {
        "themes": _describe_themes(texts, messages, names, joins),
        "text_themes": texts.select("text_id", "theme_id", "n_messages", "centrality", "x", "y"),
        "episodes": _count(messages, ["episode_id", "theme_id"]).sort("episode_id"),
        "message_topics": messages.select("message_id", "theme_id", "episode_id"),
    }
    return {name: _as_table(name, stream, frame) for name, frame in tables.items()}


def name_themes(texts: pl.DataFrame, vectors: Vectors) -> pl.DataFrame:
    """Return ``theme_id, label, terms, examples`` of each theme.

    Parameters
    ----------
    texts : polars.DataFrame
        All texts, with ``theme_id`` 0 to n - 1 and -1 for none: what has no theme tells what is usual.
    vectors : (n_texts, dim) float32
        Theirs.
    """
    import polars as pl

    from hubbub.analyze.terms import label_of, theme_terms

    labels, weights = texts["theme_id"].to_numpy(), texts["n_messages"].to_numpy()
    n_themes = int(labels.max(initial=-1)) + 1
    schema: dict[str, Any] = {
        "theme_id": pl.Int64,
        "label": pl.String,
        "terms": pl.List(pl.String),
        "examples": pl.List(pl.String),
    }
    if not n_themes:
        return pl.DataFrame(schema=schema)
    said = texts["clean_text"].to_list()
    emotes = set(texts["emotes"].explode().drop_nulls())
    terms = theme_terms(said, labels, weights, emotes=emotes, n_terms=_N_TERMS)
    examples = pick_examples(texts, vectors)
    named = [label_of(words, _LABEL_TERMS) or shown[0][:40] for words, shown in zip(terms, examples, strict=True)]
    columns = {"theme_id": range(n_themes), "label": named, "terms": terms, "examples": examples}
    return pl.DataFrame(columns, schema=schema)


def pick_examples(texts: pl.DataFrame, vectors: Vectors) -> list[list[str]]:
    """Return the texts that stand for each theme, the most central first; as for ``name_themes``."""
    from hubbub.analyze.terms import representative_texts

    said = texts["clean_text"].to_list()
    labels, weights = texts["theme_id"].to_numpy(), texts["n_messages"].to_numpy()
    picks = representative_texts(vectors, labels, weights, said, n_per_theme=_N_EXAMPLES)
    return [[said[i] for i in rows] for rows in picks]


def _describe_themes(
    texts: pl.DataFrame, messages: pl.DataFrame, names: pl.DataFrame, joins: np.ndarray[Any, Any]
) -> pl.DataFrame:
    """Return the rows of ``themes``: names, spans, counts, places, and how they merge."""
    import numpy as np
    import polars as pl

    from hubbub.analyze.rates import peak_seconds

    if messages.is_empty():
        return messages.select("theme_id").clear()
    counts = _count(messages, ["theme_id"])
    peaks = messages.group_by("theme_id").agg("offset_seconds").with_columns(pl.col("offset_seconds").list.drop_nulls())
    at = [peak_seconds(offsets.to_numpy()) for offsets in peaks["offset_seconds"]]
    counts = counts.join(
        peaks.select("theme_id", peak_seconds=pl.Series([None if np.isnan(x) else x for x in at], dtype=pl.Float64)),
        on="theme_id",
    )
    places = texts.group_by("theme_id").agg(
        n_texts=pl.len().cast(pl.Int64), x=pl.col("x").median(), y=pl.col("y").median()
    )
    ids = names["theme_id"].to_list()
    return (
        names.with_columns(
            joins_theme_id=pl.Series([None if i < 0 else ids[i] for i in joins[:, 0].tolist()], dtype=pl.Int64),
            joins_at=pl.Series([left or None for left in joins[:, 1].tolist()], dtype=pl.Int64),
        )
        .join(counts, on="theme_id", maintain_order="left")
        .join(places, on="theme_id", maintain_order="left")
        .with_columns(share=pl.col("n_messages") / messages.height)
    )


def _count(messages: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    import polars as pl

    return messages.group_by(by).agg(
        first_seconds=pl.col("offset_seconds").min(),
        last_seconds=pl.col("offset_seconds").max(),
        n_messages=pl.len().cast(pl.Int64),
        n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
    )


def _as_table(name: str, stream: str, frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    from hubbub.records import TABLES, empty_frame

    if frame.is_empty():
        return empty_frame(TABLES[name])
    return frame.with_columns(stream_id=pl.lit(stream)).select(list(TABLES[name].columns))
