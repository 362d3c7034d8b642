"""What the messages of a chat are: talk, questions, reactions, greetings, commands, copypasta waves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError
from hubbub.queries.opening import check_limit, open_streams

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LIMIT = 10_000
_MAX_BINS = 10_000
_TREND_BINS = 24
_WAVE_SECONDS = 600.0


def message_types(
    archive: Archive | Path | str, *, stream: str | None = None, bin_seconds: int | None = None
) -> pl.DataFrame:
    """Return how many messages are of which type, and how they came over time.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all.
    bin_seconds : int, optional
        Length of the bins of the trend; by default a 24th of the longest stream.

    Returns
    -------
    polars.DataFrame
        ``message_type, n_messages, share, n_viewers, trend``, most frequent first; ``trend`` counts messages per bin of
        the stream's time (of all streams from their start). Messages that were not prepared have no type.
    """
    import polars as pl

    if bin_seconds is not None and bin_seconds < 1:
        raise HubbubError(f"bin_seconds must be at least 1, was {bin_seconds}.")
    store, names = open_streams(archive, stream)
    frames = []
    for name in names:
        types = store.read("prepared", [name], ["message_id", "message_type"])
        messages = store.read("messages", [name], ["message_id", "viewer_id", "offset_seconds"])
        frames.append(messages.join(types, on="message_id", how="left").drop("message_id"))
    schema: dict[str, Any] = {"viewer_id": pl.String, "offset_seconds": pl.Float64, "message_type": pl.String}
    rows = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    last = max(float(rows.select(pl.col("offset_seconds").max()).item() or 0.0), 0.0)
    width = bin_seconds or max(1.0, last * (1 + 1e-9) / _TREND_BINS)
    n_bins = int(last // width) + 1
    if n_bins > _MAX_BINS:
        raise HubbubError(f"bin_seconds must be at least {int(last / _MAX_BINS) + 1} here, was {bin_seconds}.")
    place = (pl.col("offset_seconds").clip(lower_bound=0) // width).cast(pl.Int64)
    counts = rows.group_by("message_type").agg(
        n_messages=pl.len().cast(pl.Int64),
        share=pl.len() / max(rows.height, 1),
        n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
        places=place.drop_nulls(),
    )
    trend = [[0] * n_bins if places.is_empty() else _counted(places, n_bins) for places in counts["places"]]
    return (
        counts.with_columns(trend=pl.Series(trend, dtype=pl.List(pl.Int64)))
        .drop("places")
        .sort("n_messages", "message_type", descending=[True, False])
    )


def _counted(places: pl.Series, n_bins: int) -> list[int]:
    import numpy as np

    counts: list[int] = np.bincount(places.to_numpy(), minlength=n_bins).tolist()
    return counts


def copypasta(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 20) -> pl.DataFrame:
    """Return the waves of copypasta: long texts sent again and again, word for word or nearly.

    A text that comes back after ten quiet minutes is a wave of its own; a single message is none.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all.
    limit : int
        At most so many, the largest.

    Returns
    -------
    polars.DataFrame
        ``n_messages, n_viewers, first_seconds, last_seconds, text, first_viewer, n_by_first, n_texts, stream_id``.
        ``first_viewer`` sent it first, ``n_by_first`` of the messages are theirs: all of them where one viewer floods;
        ``n_texts`` counts its wordings.
    """
    import polars as pl

    check_limit(limit, _MAX_LIMIT)
    store, names = open_streams(archive, stream)
    columns: dict[str, Any] = {"n_messages": pl.Int64, "n_viewers": pl.Int64}
    columns |= {"first_seconds": pl.Float64, "last_seconds": pl.Float64, "text": pl.String, "first_viewer": pl.String}
    columns |= {"n_by_first": pl.Int64, "n_texts": pl.Int64, "stream_id": pl.String}
    frames = [pl.DataFrame(schema=columns)]
    frames += [_waves(store, name).select(list(columns)) for name in names]
    order = ["n_messages", "first_seconds", "text"]
    return pl.concat(frames).sort(order, descending=[True, False, False], maintain_order=True).head(limit)


def _waves(store: Archive, name: str) -> pl.DataFrame:
    import polars as pl

    from hubbub.analyze.episodes import find_episodes
    from hubbub.prepare.copies import group_texts

    prepared = store.read("prepared", [name], ["message_id", "clean_text", "text_id", "message_type"])
    copies = prepared.filter(pl.col("message_type") == "copypasta").drop_nulls("clean_text")
    messages = store.read("messages", [name], ["message_id", "viewer_id", "offset_seconds"])
    copies = copies.join(messages, on="message_id", how="left", maintain_order="left")
    keys = copies["clean_text"].value_counts().sort("count", "clean_text", descending=[True, False])["clean_text"]
    groups = pl.DataFrame({"clean_text": keys, "group": group_texts(keys.str.to_lowercase().to_list())})
    copies = copies.join(groups, on="clean_text", how="left", maintain_order="left")
    seconds = copies["offset_seconds"].fill_null(float("nan")).to_numpy()
    waves = find_episodes(copies["group"].cast(pl.Int64).to_numpy(), seconds, _WAVE_SECONDS)
    first = pl.col("viewer_id").first()
    return (
        copies.with_columns(wave=pl.Series(waves, dtype=pl.Int64))
        .sort("offset_seconds", "message_id", nulls_last=True)
        .group_by("wave", maintain_order=True)
        .agg(
            n_messages=pl.len().cast(pl.Int64),
            n_viewers=pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
            first_seconds=pl.col("offset_seconds").min(),
            last_seconds=pl.col("offset_seconds").max(),
            text=pl.col("clean_text").mode().min(),
            first_viewer=first,
            n_by_first=(pl.col("viewer_id") == first).sum().cast(pl.Int64),
            n_texts=pl.col("clean_text").n_unique().cast(pl.Int64),
        )
        .filter(pl.col("n_messages") > 1)
        .with_columns(stream_id=pl.lit(name))
    )
