"""The synthetic channel → messages and their planted truth in the archive."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    from hubbub.store.archive import Archive


def simulate(
    archive: Archive | Path | str,
    *,
    seed: int = 1,
    n_messages: int = 12_000,
    duration_seconds: float = 10_800.0,
    progress: Progress = no_progress,
) -> Report:
    """Simulate one stream of the synthetic channel, with the truth that was planted in it.

    A French and English chat with topics that start, peak and fade, bursts, a poll, copypasta, a spammer, bots, raids
    and donors. The table `truth` says of each message what it was made from. The same seed gives the same stream.

    Parameters
    ----------
    archive : Archive or path
        Where to keep the messages; made when it is missing.
    seed : int
        Which stream.
    n_messages : int
        Its messages.
    duration_seconds : float
        Its length.
    progress : Progress
        Called before and after.

    Returns
    -------
    Report
        Messages in and kept; `details` has the stream.
    """
    import polars as pl

    from hubbub.collect.synthetic import simulate_stream
    from hubbub.store.admission import Admission
    from hubbub.store.archive import open_archive

    started = time.perf_counter()
    progress("simulating", 0, n_messages)
    simulation = simulate_stream(seed=seed, n_messages=n_messages, duration_seconds=duration_seconds)
    store = open_archive(archive, create=True)
    with store.writing() as change:
        admission = Admission(store, change, simulation.stream_id)
        admission.admit(simulation.raw)
        admission.finish(simulation.title)
        if admission.n_kept:
            stream = admission.stream_ids[0]
            truth = simulation.truth.with_columns(stream_id=pl.lit(stream))
            kept = change.read("messages", stream).select("message_id")
            change.put("truth", stream, truth.join(kept, on="message_id", how="semi"))
    progress("simulating", n_messages, n_messages)
    return Report(
        "simulate",
        n_in=simulation.raw.height,
        n_kept=admission.n_kept,
        n_repeated=admission.n_repeated,
        rejected=dict(admission.rejected),
        seconds=time.perf_counter() - started,
        details={"streams": admission.stream_ids},
    )
