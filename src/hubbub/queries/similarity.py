"""How alike the topics of a stream are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.queries.opening import check_limit, open_topics

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LIMIT = 500


def topic_similarity(
    archive: Archive | Path | str, *, stream: str | None = None, channel: str | None = None, limit: int = 40
) -> pl.DataFrame:
    """Return how alike the biggest topics of a stream are, alike ones beside each other.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several that are not joined.
    channel : str, optional
        All joined streams of this channel.
    limit : int
        At most so many topics, the biggest.

    Returns
    -------
    polars.DataFrame
        ``theme_id, label, n_messages, nearest, nearest_similarity, similarities``, in the order of the topics' tree;
        ``similarities`` are cosines to the topics of all rows, in their order.
    """
    return compare_topics(*_compared(archive, stream, channel, limit))


def compare_topics(
    themes: pl.DataFrame, means: np.ndarray[Any, Any], joins: np.ndarray[Any, Any] | None = None
) -> pl.DataFrame:
    """Return how alike topics are, as ``topic_similarity`` does, from the direction of each and how they merge."""
    import numpy as np
    import polars as pl

    from hubbub.analyze.similarity import join_themes

    order = join_themes(means, joins).order
    alike = np.clip(means[order] @ means[order].T, -1.0, 1.0)
    rows = themes[order.tolist()] if len(order) else themes
    others = alike - 3 * np.eye(len(order))
    nearest = others.argmax(axis=1).tolist() if len(order) > 1 else [None] * len(order)
    return rows.with_columns(
        nearest=pl.Series([None if i is None else rows["label"][i] for i in nearest], dtype=pl.String),
        nearest_similarity=pl.Series(
            [None if i is None else float(others[row, i]) for row, i in enumerate(nearest)], dtype=pl.Float64
        ),
        similarities=pl.Series(alike.round(4).tolist(), dtype=pl.List(pl.Float64)),
    )


def topic_tree(
    archive: Archive | Path | str, *, stream: str | None = None, channel: str | None = None, limit: int = 40
) -> pl.DataFrame:
    """Return the tree by which the biggest topics of a stream join, in the order in which `topics --themes` joins them.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several that are not joined.
    channel : str, optional
        All joined streams of this channel.
    limit : int
        At most so many topics, the biggest.

    Returns
    -------
    polars.DataFrame
        ``node_id, parent_id, distance, n_left, theme_id, label, n_messages, place``: first the topics, in order of
        ``place`` from one end of the tree to the other, then what joins them, first to last. ``n_left`` is how many
        topics there are when a node's parts have joined, and ``distance`` the mean cosine distance of the two: as
        topics join by words and moments too, it can fall from one join to the next. For lincoln's it rises, and
        ``n_left`` is null. ``parent_id`` is null for the root.
    """
    return join_topics(*_compared(archive, stream, channel, limit))


def join_topics(
    themes: pl.DataFrame, means: np.ndarray[Any, Any], joins: np.ndarray[Any, Any] | None = None
) -> pl.DataFrame:
    """Return the tree of topics, as ``topic_tree`` does, from the direction of each and how they merge."""
    import polars as pl

    from hubbub.analyze.similarity import join_themes

    tree = join_themes(means, joins)
    n = themes.height
    parents: list[int | None] = [None] * (n + len(tree.joins))
    sizes: list[int] = themes["n_messages"].to_list()
    for place, pair in enumerate(tree.joins.tolist()):
        for child in pair:
            parents[child] = n + place
        sizes.append(sum(sizes[child] for child in pair))
    nodes = [*tree.order.tolist(), *range(n, len(parents))]
    inner = [None] * len(tree.joins)
    columns: dict[str, tuple[list[Any], Any]] = {
        "node_id": (nodes, pl.Int64),
        "parent_id": ([parents[node] for node in nodes], pl.Int64),
        "distance": ([0.0] * n + tree.distances.tolist(), pl.Float64),
        "n_left": ([None] * n + (inner if joins is None else list(range(n - 1, 0, -1))), pl.Int64),
        "theme_id": ([themes["theme_id"][node] for node in nodes[:n]] + inner, pl.Int64),
        "label": ([themes["label"][node] for node in nodes[:n]] + inner, pl.String),
        "n_messages": ([sizes[node] for node in nodes], pl.Int64),
        "place": ([*range(n), *inner], pl.Int64),
    }
    return pl.DataFrame({name: pl.Series(values, dtype=dtype) for name, (values, dtype) in columns.items()})


def _compared(
    archive: Archive | Path | str, stream: str | None, channel: str | None, limit: int
) -> tuple[pl.DataFrame, np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    """Return the biggest topics of a stream or of joined streams, where each stands, and how they merge, if known."""
    import polars as pl

    from hubbub.analyze.similarity import theme_means
    from hubbub.queries.theme_levels import channel_topics
    from hubbub.store.vectors import to_matrix

    check_limit(limit, _MAX_LIMIT)
    store, names, key = open_topics(archive, stream, channel)
    rows = store.read("channel_themes", [key]).filter("is_current") if key else store.read("themes", names)
    counted = channel_topics(store, key, names) if key else rows
    themes = counted.select("theme_id", "label", "n_messages")
    themes = themes.sort("n_messages", "theme_id", descending=[True, False]).head(limit)
    part = store.part("themes", names[0])
    encoder = part.made.get("encoder") if part else None
    vectors = store.read("embeddings", names).filter(pl.col("encoder").eq_missing(encoder)).select("text_id", "vector")
    vectors = vectors.unique("text_id", keep="first", maintain_order=True)
    places = themes.select("theme_id").with_row_index("place")
    texts = store.read("text_themes", names, ["text_id", "theme_id", "n_messages"])
    texts = texts.group_by("text_id", "theme_id").agg(pl.col("n_messages").sum()).sort("text_id", "theme_id")
    texts = texts.join(places, on="theme_id", how="inner", maintain_order="left")
    texts = texts.join(vectors, on="text_id", how="inner", maintain_order="left")
    matrix = to_matrix(texts["vector"])
    means = theme_means(matrix, texts["place"].to_numpy(), texts["n_messages"].to_numpy(), themes.height)
    return themes, means, _merges(rows, themes)


def _merges(rows: pl.DataFrame, themes: pl.DataFrame) -> np.ndarray[Any, Any] | None:
    """Return how the topics shown merge, by their rows; None where that was not found."""
    import numpy as np

    from hubbub.analyze.joined_themes import restrict_joins

    if rows["joins_theme_id"].null_count() != 1:
        return None
    place = {theme: row for row, theme in enumerate(rows["theme_id"])}
    into = [-1 if theme is None else place[theme] for theme in rows["joins_theme_id"]]
    joins = np.column_stack([into, rows["joins_at"].fill_null(0)]).astype(np.int64)
    return restrict_joins(joins, [place[theme] for theme in themes["theme_id"]])
