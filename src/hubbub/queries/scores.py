"""How much of the planted truth of a simulated stream was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import ArchiveError
from hubbub.queries.opening import open_stream

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_TOLERANCE_SECONDS = 60.0


def score_topics(archive: Archive | Path | str, *, stream: str | None = None) -> dict[str, Any]:
    """Return how well topics and bursts of a simulated stream were found.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.

    Returns
    -------
    dict
        ``adjusted_mutual_information`` of themes and planted topics over messages that have a topic (a message left out
        counts as one more theme), ``share_with_theme`` of those messages, ``n_themes`` and ``n_topics``;
        ``burst_recall`` and ``burst_precision`` of the peaks against planted bursts, within one minute; for a
        stream that was followed ``live``: the same for its live themes, settled and ``at_once``, and their agreement
        with batch.

    Raises
    ------
    ArchiveError
        When the stream was not simulated, or has no topics yet.
    """
    import polars as pl

    from hubbub.measures import adjusted_mutual_information

    store, name = open_stream(archive, stream)
    truth = store.read("truth", [name])
    found = store.read("message_topics", [name])
    if truth.is_empty() or store.part("message_topics", name) is None:
        lacks = "no planted truth: it was not simulated" if truth.is_empty() else "no topics yet: hubbub find-topics"
        raise ArchiveError(f"Stream '{name}' has {lacks}.")
    rows = truth.filter(pl.col("topic").is_not_null()).join(found, on="message_id", how="left")
    themes = rows["theme_id"].fill_null(-1)
    return {
        "adjusted_mutual_information": adjusted_mutual_information(rows["topic"].to_numpy(), themes.to_numpy()),
        "share_with_theme": float((themes >= 0).mean() or 0.0),  # type: ignore[arg-type]
        "n_topics": rows["topic"].n_unique(),
        "n_themes": themes.filter(themes >= 0).n_unique(),
        **_burst_scores(store, name, truth),
        **_live_scores(store, name, rows),
    }


def _live_scores(store: Archive, name: str, rows: pl.DataFrame) -> dict[str, Any]:
    """Return the scores of what follow found, on the messages that have a planted topic; nothing where it did not."""
    import polars as pl

    from hubbub.measures import adjusted_mutual_information

    found = store.read("live_messages", [name], ["message_id", "theme_id", "first_theme_id"])
    if found.is_empty():
        return {}
    live = rows.select("message_id", "topic", batch=pl.col("theme_id").fill_null(-1)).join(found, on="message_id")
    settled, at_once = (live[column].fill_null(-1) for column in ("theme_id", "first_theme_id"))
    return {
        "live": {
            "adjusted_mutual_information": adjusted_mutual_information(live["topic"].to_numpy(), settled.to_numpy()),
            "at_once": adjusted_mutual_information(live["topic"].to_numpy(), at_once.to_numpy()),
            "with_batch": adjusted_mutual_information(live["batch"].to_numpy(), settled.to_numpy()),
            "n_themes": settled.filter(settled >= 0).n_unique(),
        }
    }


def _burst_scores(store: Archive, name: str, truth: pl.DataFrame) -> dict[str, Any]:
    import polars as pl

    from hubbub.measures import match_peaks
    from hubbub.queries.activity import activity

    offsets = store.read("messages", [name], ["message_id", "offset_seconds"])
    bursts = truth.filter(pl.col("burst").is_not_null()).join(offsets, on="message_id")
    planted = (
        bursts.with_columns(minute=(pl.col("offset_seconds") // 60) * 60)
        .group_by("burst", "minute")
        .len()
        .sort("len", "minute", descending=[True, False])
        .unique("burst", keep="first", maintain_order=True)["minute"]
    )
    peaks = activity(store, stream=name).filter(pl.col("is_peak"))["start_seconds"]
    match = match_peaks(peaks.to_numpy(), planted.to_numpy(), _TOLERANCE_SECONDS)
    return {
        "burst_recall": match.recall,
        "burst_precision": match.precision,
        "n_bursts": planted.len(),
        "n_peaks": peaks.len(),
    }
