"""How lively a chat was, and when it was loudest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.queries.opening import open_stream

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive


def activity(archive: Archive | Path | str, *, stream: str | None = None, bin_seconds: int = 60) -> pl.DataFrame:
    """Return messages over time, with the peaks: the loudest bin of each burst, as highlights finds them.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    bin_seconds : int
        Length of a bin.

    Returns
    -------
    polars.DataFrame
        ``start_seconds, n_messages, is_peak, expected``, one row a bin; ``expected`` is what the level before
        a peak makes likely.
    """
    import polars as pl

    from hubbub.analyze.peaks import find_peaks
    from hubbub.analyze.rates import message_rate
    from hubbub.errors import HubbubError

    if bin_seconds < 1:
        raise HubbubError(f"bin_seconds must be at least 1, was {bin_seconds}.")
    store, name = open_stream(archive, stream)
    messages = store.read("messages", [name], ["kind", "offset_seconds"])
    offsets = messages.filter(pl.col("kind") != "deletion")["offset_seconds"].drop_nulls()
    rate = message_rate(offsets.to_numpy(), bin_seconds)
    peaks = find_peaks(offsets.to_numpy(), bin_seconds).select("start_seconds", "expected")
    return rate.join(peaks, on="start_seconds", how="left", maintain_order="left").select(
        "start_seconds", n_messages="n", is_peak=pl.col("expected").is_not_null(), expected="expected"
    )
