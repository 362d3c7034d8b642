"""How the mood of a stream went: what was said for and against, over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError
from hubbub.queries.opening import open_stream

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400, 604800, 2592000)
"""Lengths of bins to choose from, in seconds."""
_MOST_BINS = 120
_UNSAID = ("bot", "command", "event")
_ENOUGH = 20
"""Judged messages that half of the bins that have any should have."""


def mood(archive: Archive | Path | str, *, stream: str | None = None, bin_seconds: float | None = None) -> pl.DataFrame:
    """Return how many messages of a stream are negative, neutral and positive, over time; score-sentiment judges them.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    bin_seconds : float, optional
        Length of a bin; by default the shortest of one minute to thirty days with enough messages to tell a mood.

    Returns
    -------
    polars.DataFrame
        ``start_seconds, n_negative, n_neutral, n_positive, n_unknown, balance, low, high``, bin by bin, empty ones
        left out. ``balance`` is the share of positive messages less that of negative ones, -1 to 1, with the bounds
        of its 95 % interval; null where no message could be judged.

    Raises
    ------
    HubbubError
        When the messages have no sentiment yet, or carry no times.
    """
    if bin_seconds is not None and not bin_seconds >= 1:
        raise HubbubError(f"--bin-seconds must be 1 or more, was {bin_seconds}.")
    store, name = open_stream(archive, stream)
    rows = read_moods(store, name)
    if rows is None:
        raise HubbubError(f"The messages of {name} have no sentiment yet. Run: hubbub score-sentiment")
    if rows.is_empty():
        raise HubbubError(f"No message of {name} has both a text and a time, so its mood over time cannot be told.")
    return count_moods(rows, bin_seconds or choose_bin_seconds(rows))


def read_moods(store: Archive, stream: str) -> pl.DataFrame | None:
    """Return ``offset_seconds, label`` of what people said and when; None where nothing was scored.

    Bots and commands are no mood; which messages these are is known of streams that are prepared.
    """
    import polars as pl

    labels = store.read("sentiment", [stream], ["message_id", "label"])
    if labels.is_empty():
        return None
    messages = store.read("messages", [stream], ["message_id", "offset_seconds", "kind"])
    messages = messages.filter(pl.col("kind").is_in(["message", "donation"]), pl.col("offset_seconds").is_not_null())
    prepared = store.read("prepared", [stream], ["message_id", "message_type"])
    unsaid = prepared.filter(pl.col("message_type").is_in(_UNSAID)).select("message_id")
    said = messages.join(unsaid, on="message_id", how="anti")
    return said.join(labels, on="message_id").select("offset_seconds", "label")


def choose_bin_seconds(rows: pl.DataFrame) -> int:
    """Return the shortest bin in which half of the bins have enough judged messages, and that makes not too many."""
    import polars as pl

    judged = rows.filter(pl.col("label") != "unknown")["offset_seconds"]
    first, last = rows.select(first=pl.col("offset_seconds").min(), last=pl.col("offset_seconds").max()).row(0)
    steps = [step for step in _STEPS if (last - first) / step <= _MOST_BINS] or [_STEPS[-1]]
    for step in steps:
        counts = (judged // step).value_counts()["count"].sort()
        if (len(counts) and counts[len(counts) // 2] >= _ENOUGH) or step >= last - first:
            return step
    return steps[-1]


def count_moods(rows: pl.DataFrame, bin_seconds: float) -> pl.DataFrame:
    """Return the table of ``mood`` from rows of ``offset_seconds, label``."""
    import polars as pl

    names = ("negative", "neutral", "positive", "unknown")
    counts = (
        rows.group_by(start_seconds=(pl.col("offset_seconds") // bin_seconds) * bin_seconds)
        .agg((pl.col("label") == name).sum().cast(pl.Int64).alias(f"n_{name}") for name in names)
        .sort("start_seconds")
    )
    # A message more of each sign than there are, so that a bin of one message is not certain of its mood.
    n = pl.sum_horizontal(f"n_{name}" for name in names[:3])
    up, down = ((pl.col(f"n_{name}") + 1) / (n + 3) for name in ("positive", "negative"))
    half = 1.96 * ((up + down - (up - down) ** 2) / (n + 3)).sqrt()
    balance = (pl.col("n_positive") - pl.col("n_negative")) / n
    bounds = {"balance": balance, "low": (up - down - half).clip(-1, 1), "high": (up - down + half).clip(-1, 1)}
    return counts.with_columns(pl.when(n > 0).then(value).alias(name) for name, value in bounds.items())
