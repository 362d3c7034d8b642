"""The main job: chat files in, their topics over time out, as one page."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    from hubbub.store.archive import Archive

_MAX_PAGES = 24


def report(
    archive: Archive | Path | str,
    chats: Sequence[Path | str] = (),
    *,
    output: Path | str = Path("report.html"),
    stream: Sequence[str] = (),
    from_: str = "",
    to: str = "",
    title: str | None = None,
    map: Sequence[str] = (),  # noqa: A002 - the word that people type: --map sent_at=time
    format: str | None = None,  # noqa: A002
    leash_seconds: float | None = None,
    encoder: str = "use",
    progress: Progress = no_progress,
) -> Report:
    """Read chat files, find their topics, and write a page that shows what was talked about and when.

    Does ingest, prepare, embed, find-topics and score-sentiment for what is new, then writes one HTML file that needs
    no network.

    Parameters
    ----------
    archive : Archive or path
        Where messages and results are kept; made when it is missing.
    chats : sequence of paths
        Chat files, as for ingest; without any, the streams of the archive are reported.
    output : path
        The page.
    stream : sequence of str
        Only these streams; by default those of the files, or all.
    from_ : str
        Start of the window shown first: a time of day such as 19:30, or an offset such as +1:05:00.
    to : str
        End of that window.
    title : str, optional
        Title of the page.
    map : sequence of str
        Other names of columns, as OURS=THEIRS, for example sent_at=time.
    format : str, optional
        "lines" for files of plain text, one message a line.
    leash_seconds : float, optional
        A topic that is silent for longer starts a new episode; by default as for find-topics.
    encoder : str
        As for embed.
    progress : Progress
        Called along the way.

    Returns
    -------
    Report
        Rows read, kept, repeated, rejected (without files: messages shown); `details` has the page, and the streams
        with their biggest topics.

    Raises
    ------
    HubbubError
        When no file can be read, or the page cannot be written.
    """
    from hubbub.commands.ingest import ingest
    from hubbub.commands.sentiment import score_sentiment
    from hubbub.commands.topics import find_topics
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    started = time.perf_counter()
    target = Path(output)
    if target.is_dir() or not target.parent.is_dir():
        raise HubbubError(f"--output must be a file in a folder that is there; it was {target}.")
    read = ingest(archive, chats, map=map, format=format, progress=progress) if chats else None
    store = open_archive(archive)
    wanted = list(stream) or (read.details["streams"] if read else None)
    # Files without a message make a page that says so, and not one of everything else.
    chosen = [] if wanted == [] else choose_streams(store, wanted)
    if read is None and not chosen:
        raise HubbubError(f"No stream to report in {store.path}. Name chat files: hubbub report CHAT…")
    shown = _biggest(store, chosen)
    if shown:
        find_topics(store, shown, leash_seconds=leash_seconds, encoder=encoder, progress=progress)
        score_sentiment(store, shown, progress=progress)
    topics = _write_page(store, shown, target, title, from_, to)
    details: dict[str, object] = {"output": str(target), "streams": shown}
    if len(shown) < len(chosen):
        details["streams not shown"] = f"{len(chosen) - len(shown)} smaller ones; name them with --stream"
    details["topics"] = topics
    n_shown = sum(store.n_rows("messages", name) for name in shown)
    counts = read or Report("report", n_shown, n_shown)
    return Report(
        "report",
        n_in=counts.n_in,
        n_kept=counts.n_kept,
        n_repeated=counts.n_repeated,
        rejected=counts.rejected,
        seconds=time.perf_counter() - started,
        problems=counts.problems,
        details=details,
    )


def _page(store: Archive, stream: str, from_: str, to: str) -> dict[str, Any]:
    """Return the page of a stream with the window, or without it where the stream has nothing there."""
    from hubbub.queries.pages import page

    try:
        return page(store, stream=stream, from_=from_, to=to)
    except HubbubError:
        return page(store, stream=stream)


def _biggest(store: Archive, chosen: list[str]) -> list[str]:
    """Return at most as many streams as a page can hold, in their order."""
    import polars as pl

    rows = store.read("streams").filter(pl.col("stream_id").is_in(chosen))
    kept = set(rows.sort("n_messages", "stream_id", descending=[True, False])["stream_id"].head(_MAX_PAGES))
    return [stream for stream in chosen if stream in kept]


def _write_page(
    store: Archive, streams: list[str], target: Path, title: str | None, from_: str, to: str
) -> dict[str, list[str]]:
    import hubbub
    from hubbub.draw.report import render_report
    from hubbub.queries.pages import page

    pages = [_page(store, stream, from_, to) for stream in streams]
    if (from_ or to) and pages and not any(item["window"] for item in pages):
        page(store, stream=streams[0], from_=from_, to=to)  # says why
    name = title or " · ".join(
        dict.fromkeys(item["stream"]["channel"] or item["stream"]["stream_id"] for item in pages)
    )
    html = render_report(pages, title=name or "hubbub", version=hubbub.__version__)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(html, "utf-8", errors="replace")
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise HubbubError(f"Cannot write {target}: {error.strerror or error}.") from error
    return {item["stream"]["stream_id"]: [topic["label"] for topic in item["topics"][:10]] for item in pages}
