"""Short messages → documents: the messages of one stretch of time in a row, as language models read them.

A chat message has five words and means little alone; what a channel wrote within some seconds is about one thing.
"""

from __future__ import annotations

import polars as pl

SEPARATOR = " "


def pack_windows(messages: pl.DataFrame, *, window_seconds: float, max_characters: int | None = None) -> pl.DataFrame:
    """Put the messages of each stream that were sent within a window together.

    Parameters
    ----------
    messages : polars.DataFrame
        ``stream_id, seconds, text``, in any order; ``seconds`` from any fixed moment. Rows without a text or a moment
        are left out.
    window_seconds : float
        Windows are cut at multiples of it.
    max_characters : int, optional
        A document that would be longer ends, and the next message begins another; one message that is longer alone is
        cut.

    Returns
    -------
    polars.DataFrame
        ``stream_id, window, text, n_messages``, in order of stream and time.

    Examples
    --------
    >>> rows = pl.DataFrame({"stream_id": ["a"] * 3, "seconds": [0.0, 4.0, 5.0], "text": ["salut", "GG", "ok"]})
    >>> pack_windows(rows, window_seconds=5.0)["text"].to_list()
    ['salut GG', 'ok']
    """
    if not window_seconds > 0:
        raise ValueError(f"window_seconds must be above 0, was {window_seconds}.")
    if max_characters is not None and max_characters < 1:
        raise ValueError(f"max_characters must be at least 1, was {max_characters}.")
    rows = messages.lazy().filter(
        pl.col("text").is_not_null() & (pl.col("text") != "") & pl.col("seconds").is_finite().fill_null(value=False)
    )
    rows = rows.with_columns(window=(pl.col("seconds") / window_seconds).floor().cast(pl.Int64))
    if max_characters is not None:
        rows = rows.with_columns(text=pl.col("text").str.slice(0, max_characters))
    table = rows.sort("stream_id", "seconds", maintain_order=True).collect()
    starts = table.select(pl.struct("stream_id", "window").rle_id().alias("n"))["n"]
    parts = _parts(starts, table["text"].str.len_chars(), max_characters)
    packed = (
        table.with_columns(part=parts)
        .group_by("part", maintain_order=True)
        .agg(
            pl.col("stream_id", "window").first(),
            pl.col("text").str.join(SEPARATOR),
            n_messages=pl.len().cast(pl.Int64),
        )
    )
    return packed.select("stream_id", "window", "text", "n_messages")


def _parts(windows: pl.Series, lengths: pl.Series, most: int | None) -> pl.Series:
    """Return for each message the number of its document: a new one for each window, and where it would be too long."""
    document, used, before = -1, 0, -1
    parts: list[int] = []
    for window, length in zip(windows.to_list(), lengths.to_list(), strict=True):
        if window != before or (most is not None and used + len(SEPARATOR) + length > most):
            document, used, before = document + 1, 0, window
        used += length + (len(SEPARATOR) if used else 0)
        parts.append(document)
    return pl.Series(parts, dtype=pl.Int64)
