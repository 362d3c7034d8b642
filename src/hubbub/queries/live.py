"""What a chat that is followed talks about right now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError
from hubbub.queries.opening import open_stream

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_BEFORE = 3.0
"""The window is compared with so many times its length before it."""


def live_topics(
    archive: Archive | Path | str, *, stream: str | None = None, minutes: float = 5.0, limit: int = 20
) -> pl.DataFrame:
    """Return the topics of the last minutes of a stream that `hubbub follow` follows.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    minutes : float
        Length of the window that ends with the stream's last message.
    limit : int
        At most so many.

    Returns
    -------
    polars.DataFrame
        ``theme_id, label, share, n_messages, n_viewers, since_seconds, novelty, examples``, by number of messages;
        ``share`` of the window's messages that have a topic, ``since_seconds`` the offset at which the topic was found
        first, ``novelty`` its share of the window's messages less that in three times as long before, over their sum:
        1 for what was not there, 0 for what goes on, -1 for what ends. Topics that became part of another count there.
    """
    import polars as pl

    if not minutes > 0 or limit < 1:
        raise HubbubError(f"--minutes must be above 0 and --limit at least 1, were {minutes} and {limit}.")
    store, name = open_stream(archive, stream)
    themes = store.read("live_themes", [name])
    into = themes.select("theme_id", to=pl.coalesce("merged_into", "theme_id"))
    viewers = store.read("messages", [name], ["message_id", "viewer_id", "offset_seconds"])
    rows = (
        store.read("live_messages", [name], ["message_id", "theme_id"])
        .join(into, on="theme_id", how="left", maintain_order="left")
        .join(viewers, on="message_id", how="inner", maintain_order="left")
        .filter(pl.col("offset_seconds").is_not_null())
    )
    last = rows.select(pl.col("offset_seconds").max()).item()
    seconds = 60.0 * minutes
    first = (last or 0.0) - seconds
    now = rows.filter(pl.col("offset_seconds") > first)
    before = rows.filter(pl.col("offset_seconds").is_between(first - _BEFORE * seconds, first))
    counts = before.group_by(theme_id="to").agg(earlier=pl.len() / max(1, before.height))
    found = now.filter(pl.col("to").is_not_null()).group_by(theme_id="to")
    topical = now.filter(pl.col("to").is_not_null()).height
    novelty = (pl.col("now") - pl.col("earlier")) / (pl.col("now") + pl.col("earlier"))
    return (
        found.agg(
            n_messages=pl.len().cast(pl.Int64), n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64)
        )
        .join(counts, on="theme_id", how="left")
        .join(themes.select("theme_id", "label", "examples", since_seconds="first_seconds"), on="theme_id", how="left")
        .with_columns(earlier=pl.col("earlier").fill_null(0.0), now=pl.col("n_messages") / max(1, now.height))
        .with_columns(share=pl.col("n_messages") / max(1, topical), novelty=novelty.round(3))
        .sort("n_messages", "theme_id", descending=[True, False])
        .select("theme_id", "label", "share", "n_messages", "n_viewers", "since_seconds", "novelty", "examples")
        .head(limit)
    )


def live_log(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 20) -> pl.DataFrame:
    """Return what happened last to the topics of a stream that `hubbub follow` follows: births, splits, merges, ends.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    limit : int
        At most so many.

    Returns
    -------
    polars.DataFrame
        ``offset_seconds, kind, theme_id, label, other_id, other_label, n_texts, why``, the latest first; the other
        topic is the one that it parted from or joined.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.views import one_stream

    if limit < 1:
        raise HubbubError(f"--limit must be at least 1, was {limit}.")
    store = open_archive(archive)
    name = one_stream(store, stream)
    labels = store.read("live_themes", [name], ["theme_id", "label"])
    others = labels.select(other_id="theme_id", other_label="label")
    return (
        store.read("live_log", [name])
        .sort("entry_id", descending=True)
        .head(limit)
        .join(labels, on="theme_id", how="left", maintain_order="left")
        .join(others, on="other_id", how="left", maintain_order="left")
        .select("offset_seconds", "kind", "theme_id", "label", "other_id", "other_label", "n_texts", "why")
    )
