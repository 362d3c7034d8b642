"""Messages → clean texts, languages, message types, and which messages say the same."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    from hubbub.store.archive import Archive


def prepare(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    mentions: Literal["placeholder", "remove"] = "placeholder",
    links: Literal["placeholder", "remove"] = "placeholder",
    progress: Progress = no_progress,
) -> Report:
    """Clean the messages of streams, tell their language and type, and fold those that say the same into one text.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all that need it.
    mentions : {"placeholder", "remove"}
        Make a mention `<mention>`, or take it out. A message with more than 3 is left out.
    links : {"placeholder", "remove"}
        Make a link `<url>`, or take it out. A message with more than 3 is left out.
    progress : Progress
        Called after each stream.

    Returns
    -------
    Report
        Messages in, prepared, and left out of topics by reason; `details` counts message types, languages and texts.
    """
    from hubbub.prepare.preparation import Preparation, prepare_stream
    from hubbub.store.archive import is_current, open_archive
    from hubbub.store.views import choose_streams

    started = time.perf_counter()
    store = open_archive(archive)
    preparation = Preparation(mentions=mentions, links=links)
    chosen = choose_streams(store, streams)
    counts = {name: Counter[str]() for name in ("left_out", "message_type", "language")}
    n_in = n_kept = n_repeated = n_texts = 0
    for n_done, stream in enumerate(chosen):
        progress("preparing", n_done, len(chosen))
        made = {"messages": store.generation_of("messages", stream), "preparation": preparation.as_dict()}
        if is_current(store, "prepared", stream, made):
            n_repeated += store.n_rows("prepared", stream)
            continue
        rows = prepare_stream(preparation, store.read("messages", [stream]))
        with store.writing() as change:
            change.put("prepared", stream, rows, made)
        for name, counter in counts.items():
            counter.update(value for value in rows[name].to_list() if value is not None)
        n_in += rows.height
        n_kept += rows["left_out"].null_count()
        n_texts += rows["text_id"].drop_nulls().n_unique()
    progress("preparing", len(chosen), len(chosen))
    return Report(
        "prepare",
        n_in=n_in + n_repeated,
        n_kept=n_kept,
        n_repeated=n_repeated,
        rejected=dict(counts["left_out"].most_common()),
        seconds=time.perf_counter() - started,
        details={
            "n_texts": n_texts,
            "message_types": dict(counts["message_type"].most_common()),
            "languages": dict(counts["language"].most_common()),
        },
    )


def need_prepared(archive: Archive, streams: Sequence[str], progress: Progress) -> None:
    """Prepare those of the streams whose messages changed since they were prepared, if they ever were."""
    stale = []
    for stream in streams:
        part = archive.part("prepared", stream)
        if part is None or part.made.get("messages") != archive.generation_of("messages", stream):
            stale.append(stream)
    if stale:
        prepare(archive, stale, progress=progress)
