"""How alike the topics of a stream are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.queries.opening import check_limit, open_stream

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LIMIT = 500


def topic_similarity(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 40) -> pl.DataFrame:
    """Return how alike the biggest topics of a stream are, alike ones beside each other.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    limit : int
        At most so many topics, the biggest.

    Returns
    -------
    polars.DataFrame
        ``theme_id, label, n_messages, nearest, nearest_similarity, similarities``, in the order of the topics' tree;
        ``similarities`` are cosines to the topics of all rows, in their order.
    """
    return compare_topics(*_means(archive, stream, limit))


def compare_topics(themes: pl.DataFrame, means: np.ndarray[Any, Any]) -> pl.DataFrame:
    """Return how alike topics are, as ``topic_similarity`` does, from the direction of each."""
    import numpy as np
    import polars as pl

    from hubbub.analyze.similarity import join_themes

    order = join_themes(means).order
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


def topic_tree(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 40) -> pl.DataFrame:
    """Return the tree by which the biggest topics of a stream join, the most alike first.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    limit : int
        At most so many topics, the biggest.

    Returns
    -------
    polars.DataFrame
        ``node_id, parent_id, distance, theme_id, label, n_messages, place``: first the topics, in order of ``place``
        from one end of the tree to the other, then what joins them. ``distance`` is the mean cosine distance at which a
        node's parts join, 0 for topics; ``parent_id`` is null for the root.
    """
    return join_topics(*_means(archive, stream, limit))


def join_topics(themes: pl.DataFrame, means: np.ndarray[Any, Any]) -> pl.DataFrame:
    """Return the tree of topics, as ``topic_tree`` does, from the direction of each."""
    import polars as pl

    from hubbub.analyze.similarity import join_themes

    tree = join_themes(means)
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
        "theme_id": ([themes["theme_id"][node] for node in nodes[:n]] + inner, pl.Int64),
        "label": ([themes["label"][node] for node in nodes[:n]] + inner, pl.String),
        "n_messages": ([sizes[node] for node in nodes], pl.Int64),
        "place": ([*range(n), *inner], pl.Int64),
    }
    return pl.DataFrame({name: pl.Series(values, dtype=dtype) for name, (values, dtype) in columns.items()})


def _means(archive: Archive | Path | str, stream: str | None, limit: int) -> tuple[pl.DataFrame, np.ndarray[Any, Any]]:
    """Return the biggest topics of a stream and where each stands."""
    import polars as pl

    from hubbub.analyze.similarity import theme_means
    from hubbub.store.vectors import to_matrix

    check_limit(limit, _MAX_LIMIT)
    store, name = open_stream(archive, stream)
    themes = store.read("themes", [name], ["theme_id", "label", "n_messages"])
    themes = themes.sort("n_messages", "theme_id", descending=[True, False]).head(limit)
    part = store.part("themes", name)
    encoder = part.made.get("encoder") if part else None
    vectors = store.read("embeddings", [name]).filter(pl.col("encoder") == encoder).select("text_id", "vector")
    places = themes.select("theme_id").with_row_index("place")
    texts = store.read("text_themes", [name], ["text_id", "theme_id", "n_messages"]).sort("text_id")
    texts = texts.join(places, on="theme_id", how="inner").join(
        vectors, on="text_id", how="inner", maintain_order="left"
    )
    matrix = to_matrix(texts["vector"])
    means = theme_means(matrix, texts["place"].to_numpy(), texts["n_messages"].to_numpy(), themes.height)
    return themes, means
