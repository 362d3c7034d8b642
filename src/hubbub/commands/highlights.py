"""The highlights of a stream → a file that video programs or spreadsheets read."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError
from hubbub.reports import Report

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_CUT_SUFFIXES = (".edl", ".txt", ".ffmetadata")


def export_highlights(
    archive: Archive | Path | str,
    *,
    output: Path | str,
    stream: str | None = None,
    false_alarms_per_hour: float = 0.1,
    lead_seconds: float = 10.0,
    frames_per_second: int = 30,
) -> Report:
    """Write the highlights of a stream to a file that video programs or spreadsheets read, by the file's ending.

    .edl: an edit list (CMX 3600) for Resolve, Premiere or Avid; .txt: chapters for the description of a video on
    YouTube; .ffmetadata: chapters for ffmpeg; .csv, .ods, .xlsx, .jsonl, .parquet: the rows of
    `hubbub highlights`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    output : path
        The file; what it held before is replaced once all is written.
    stream : str, optional
        The stream; needed when the archive has several.
    false_alarms_per_hour : float
        As for highlights.
    lead_seconds : float
        In files for video, cuts begin so long before the chat goes off, since people first see and then write.
    frames_per_second : int
        Of the timeline, for .edl; 30 for 29.97.

    Returns
    -------
    Report
        Highlights found, and written.

    Raises
    ------
    HubbubError
        When the ending is another, or the file cannot be written.
    """
    from hubbub.commands.export import SUFFIXES, replace_file, write_rows
    from hubbub.queries.highlights import highlights
    from hubbub.store.archive import open_archive
    from hubbub.store.views import one_stream

    started = time.perf_counter()
    target = Path(output)
    if target.suffix not in {*SUFFIXES, *_CUT_SUFFIXES}:
        raise HubbubError(f"--output must end in {', '.join([*_CUT_SUFFIXES, *SUFFIXES])}; was '{target.name}'.")
    if lead_seconds < 0 or not 1 <= frames_per_second <= 240:
        raise HubbubError(
            "--lead-seconds must not be negative and --frames-per-second must be 1 to 240, were "
            f"{lead_seconds} and {frames_per_second}."
        )
    store = open_archive(archive)
    name = one_stream(store, stream)
    rows = highlights(store, stream=name, false_alarms_per_hour=false_alarms_per_hour)
    n_written = rows.height
    if target.suffix in SUFFIXES:
        replace_file(target, lambda temporary: write_rows(rows, "highlights", temporary, target.suffix))
    else:
        text, n_written = _cut_list(rows, name, target.suffix, lead_seconds, frames_per_second)
        replace_file(target, lambda temporary: temporary.write_bytes(text.encode("utf-8", "replace")))
    return Report(
        "export-highlights",
        n_in=rows.height,
        n_kept=n_written,
        rejected={"within 10 s of another chapter": rows.height - n_written} if n_written < rows.height else {},
        seconds=time.perf_counter() - started,
        details={"stream": name, "output": str(target), "false_alarms_per_hour": false_alarms_per_hour},
    )


def _cut_list(
    rows: pl.DataFrame, title: str, suffix: str, lead_seconds: float, frames_per_second: int
) -> tuple[str, int]:
    """Return the text of the file and how many highlights it has."""
    from hubbub.draw.cuts import Cut, to_chapters, to_edl, to_ffmetadata

    cuts = [
        Cut(
            max(0.0, row["start_seconds"] - lead_seconds),
            max(0.0, row["end_seconds"]),
            " – ".join([f"{row['reason'] or 'chat'} × {row['ratio']:.0f}", *row["quotes"][:1]]),
        )
        for row in rows.to_dicts()
    ]
    if suffix == ".edl":
        return to_edl(cuts, title, frames_per_second), len(cuts)
    if suffix == ".ffmetadata":
        return to_ffmetadata(cuts, title), len(cuts)
    text = to_chapters(cuts)
    return text, text.count("\n") - 1
