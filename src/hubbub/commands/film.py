"""A stream's topics → a film of bars that race."""

from __future__ import annotations

import os
import time
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    from hubbub.draw.film import Scene
    from hubbub.store.archive import Archive

_MAX_WINDOWS = 2000
_RATE_BINS = 400


def film(
    archive: Archive | Path | str,
    stream: str | None = None,
    *,
    output: Path | str,
    window_seconds: float = 600.0,
    step_seconds: float = 300.0,
    seconds_per_step: float = 4.0,
    fps: int = 30,
    bars: int = 5,
    seed: int = 1,
    mode: Literal["light", "dark"] = "light",
    progress: Progress = no_progress,
) -> Report:
    """Make a film of the biggest topics of a stream as bars that race, each with a message.

    Needs ffmpeg: the system's, or `pip install 'hubbub[film]'`.

    Parameters
    ----------
    archive : Archive or path
        The archive; the stream must have topics.
    stream : str, optional
        The stream; needed when the archive has several.
    output : path
        The .mp4 file.
    window_seconds : float
        A bar counts the messages of so many seconds.
    step_seconds : float
        Windows start so many seconds apart; they overlap where this is shorter than a window.
    seconds_per_step : float
        Seconds of film from one window to the next.
    fps : int
        Frames a second, 1 to 60.
    bars : int
        Topics shown at once, 1 to 5.
    seed : int
        Of the draw of messages.
    mode : {"light", "dark"}
        The paper.
    progress : Progress
        Called along the way.

    Returns
    -------
    Report
        Messages with a topic; `details` has the file, its windows, frames and length.

    Raises
    ------
    MissingExtraError
        When there is no ffmpeg.
    HubbubError
        When the stream has no topics or no times, or the file cannot be written.
    """
    from hubbub.draw.film import draw_frames, find_ffmpeg, write_film
    from hubbub.store.archive import open_archive
    from hubbub.store.views import one_stream

    started = time.perf_counter()
    target = Path(output)
    if target.suffix.lower() != ".mp4" or not target.parent.is_dir():
        raise HubbubError(f"--output must be an .mp4 file in a folder that is there; it was {target}.")
    for name, value, low, high in (
        ("window-seconds", window_seconds, 1, 1e9),
        ("step-seconds", step_seconds, 1, 1e9),
        ("seconds-per-step", seconds_per_step, 0.02, 600),
        ("fps", fps, 1, 60),
        ("bars", bars, 1, 5),
    ):
        if not low <= value <= high:
            raise HubbubError(f"--{name} must be {low:g} to {high:g}, was {value:g}.")
    find_ffmpeg()
    store = open_archive(archive)
    scene, n_messages = _scene(store, one_stream(store, stream), window_seconds, step_seconds, bars, seed)
    n_frames = len(scene.starts) * max(1, round(fps * seconds_per_step))
    frames = draw_frames(scene, fps=fps, seconds_per_step=seconds_per_step, n_bars=bars, mode=mode)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        write_film(frames, temporary, fps=fps, advance=lambda n_done: progress("drawing frames", n_done, n_frames))
        temporary.replace(target)
    except OSError as error:
        raise HubbubError(f"Cannot write {target}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return Report(
        "film",
        n_in=n_messages,
        n_kept=n_messages,
        seconds=time.perf_counter() - started,
        details={
            "output": str(target),
            "n_windows": len(scene.starts),
            "n_frames": n_frames,
            "film_seconds": round(n_frames / fps, 2),
        },
    )


def _scene(
    store: Archive, name: str, window_seconds: float, step_seconds: float, bars: int, seed: int
) -> tuple[Scene, int]:
    """Return what the film of a stream shows, and how many messages it counts."""
    import numpy as np
    import polars as pl

    from hubbub.analyze.race import run_race
    from hubbub.draw.film import Scene, choose_hues
    from hubbub.draw.sentences import duration_text
    from hubbub.store.views import read_messages

    themes = store.read("themes", [name]).to_dicts()
    if not themes:
        raise HubbubError(f"Stream '{name}' has no topics yet. Find them with: hubbub find-topics {name}")
    row = store.read("streams").row(by_predicate=pl.col("stream_id") == name, named=True)
    messages = read_messages(store, [name]).filter(pl.col("offset_seconds") >= 0)
    topical = messages.filter(pl.col("theme_id").is_not_null())
    if topical.is_empty():
        raise HubbubError(f"Stream '{name}' has no times, so there is nothing to film.")
    duration = float(row["duration_seconds"] or messages.select(pl.col("offset_seconds").max()).item())
    if duration / step_seconds > _MAX_WINDOWS:
        raise HubbubError(f"--step-seconds must be at least {duration / _MAX_WINDOWS:.0f} here, was {step_seconds:g}.")
    place = {theme["theme_id"]: i for i, theme in enumerate(themes)}
    texts = [_plain(text or "") for text in topical["clean_text"]]
    race = run_race(
        topical["theme_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy(),
        topical["offset_seconds"].to_numpy(),
        texts,
        window_seconds=window_seconds,
        step_seconds=step_seconds,
        duration_seconds=duration,
        seed=seed,
    )
    rate = np.histogram(messages["offset_seconds"].to_numpy(), bins=_RATE_BINS, range=(0, max(duration, 1.0)))[0]
    title = " · ".join(part for part in (row["channel"], row["title"] or name) if part)
    scene = Scene(
        title=title,
        note=f"top topics: messages within {duration_text(window_seconds)}",
        labels=[theme["label"] for theme in themes],
        hues=choose_hues(race.counts, bars),
        starts=race.starts,
        window_seconds=window_seconds,
        counts=race.counts,
        samples=[["" if i < 0 else texts[i] for i in chosen] for chosen in race.samples.tolist()],
        clocks=[_clock(row["started_at"], start, window_seconds) for start in race.starts.tolist()],
        rate=rate.astype(np.int64),
        duration_seconds=duration,
    )
    return scene, topical.height


def _plain(text: str) -> str:
    """Return a message without emoji, which the fonts of films lack; emotes stay, by their names."""
    kept = (char for char in text if unicodedata.category(char) not in ("So", "Sk", "Cf", "Cs", "Mn"))
    return " ".join("".join(kept).replace("<mention>", "@…").split())


def _clock(started_at: datetime | None, start: float, window_seconds: float) -> str:
    """Return the time of day of a window in this machine's zone, named; nothing where it is not known."""
    if started_at is None:
        return ""
    first, last = ((started_at + timedelta(seconds=at)).astimezone() for at in (start, start + window_seconds))
    return f"{first:%H:%M}–{last:%H:%M} {last:%Z}"
