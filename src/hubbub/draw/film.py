"""Topics in windows → a film of bars that race, frame by frame, in the colors and the type of the charts.

Counts move evenly from one window to the next, ranks with an easing. A frame is a few rectangles and words that were
drawn once, put together with numpy; an SVG a frame would take three times as long, a Vega chart ten times.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.draw import sentences, theme
from hubbub.draw.sprites import Pixels, fitted_mask, paint_box, paint_mask, text_mask
from hubbub.draw.theme import Mode
from hubbub.errors import HubbubError, MissingExtraError

WIDTH, HEIGHT = 1280, 720
LEFT, RIGHT = 48, 48
TOP, ROW = 152, 94
BAR_TOP, BAR_HEIGHT = 32, 30
STRIP_TOP, STRIP_BOTTOM = 648, 692
_VALUE_ROOM = 110
_FADE, _REST = 0.12, 0.25


@dataclass(frozen=True)
class Scene:
    """What a film shows.

    Attributes
    ----------
    title, note : str
        Which stream, and what is counted.
    labels, hues : sequence of str
        Of each topic.
    starts : (n_windows,) float64
        Seconds; windows are ``window_seconds`` long.
    window_seconds : float
        Length of a window.
    counts : (n_windows, n_topics) int64
        Messages of each topic.
    samples : sequence of sequences of str
        By window and topic: a message, or nothing.
    clocks : sequence of str
        By window: the time of day of its end, or nothing.
    rate : (n_bins,) int64
        Messages over the whole stream, for the strip below.
    duration_seconds : float
        Of the stream.
    """

    title: str
    note: str
    labels: Sequence[str]
    hues: Sequence[str]
    starts: NDArray[np.float64]
    window_seconds: float
    counts: NDArray[np.int64]
    samples: Sequence[Sequence[str]]
    clocks: Sequence[str]
    rate: NDArray[np.int64]
    duration_seconds: float


def find_ffmpeg() -> str:
    """Return the program that makes films: the system's, or that of imageio-ffmpeg.

    Raises
    ------
    MissingExtraError
        When there is none.
    """
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg
    except ImportError:
        raise MissingExtraError("hubbub film", "ffmpeg, the system's or imageio-ffmpeg,", "film") from None
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def rank_topics(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the place of each topic in each window, 0 the largest; of equal ones the first topic is before.

    Examples
    --------
    >>> rank_topics(np.array([[3, 9, 3]])).tolist()
    [[1.0, 0.0, 2.0]]
    """
    order = np.argsort(-counts, axis=1, kind="stable")
    ranks = np.empty(counts.shape)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(counts.shape[1]), counts.shape).astype(float), axis=1)
    return ranks


def choose_hues(counts: NDArray[np.int64], n_bars: int) -> list[str]:
    """Return the name of each topic's color: no two that are seen at the same time have the same, but for gray.

    The largest topics have the colors that they have in every chart. A smaller one takes a color of those that are
    never on the screen with it, and gray where there is none.

    Parameters
    ----------
    counts : (n_windows, n_topics) int64
        Messages of each topic, the largest topic first.
    n_bars : int
        Topics shown at once.
    """
    is_shown = (rank_topics(counts) < n_bars) & (counts > 0)
    is_seen = is_shown.copy()
    is_seen[:-1] |= is_shown[1:]  # from one window to the next the bars of both are there
    together = is_seen.T.astype(np.int64) @ is_seen > 0
    hues = [f"topic-{i}" if i < theme.N_HUES else "rest" for i in range(counts.shape[1])]
    n_used = dict.fromkeys(hues[: theme.N_HUES], 0)
    for topic in np.flatnonzero(is_shown.any(axis=0)).tolist():
        taken = {hues[other] for other in np.flatnonzero(together[topic]).tolist() if other != topic}
        if topic >= theme.N_HUES:
            free = [hue for hue in n_used if hue not in taken]
            hues[topic] = min(free, key=n_used.__getitem__) if free else "rest"
        if hues[topic] in n_used:
            n_used[hues[topic]] += 1
    return hues


def draw_frames(
    scene: Scene, *, fps: int, seconds_per_step: float, n_bars: int = 5, mode: Mode = "light"
) -> Iterator[Pixels]:
    """Yield the frames of a film: each window for ``seconds_per_step``, moving towards the next, the last one resting.

    Parameters
    ----------
    scene : Scene
        What is shown.
    fps : int
        Frames a second.
    seconds_per_step : float
        From one window to the next.
    n_bars : int
        At most so many bars at once.
    mode : {"light", "dark"}
        The paper.

    Yields
    ------
    (720, 1280, 3) uint8
        RGB.
    """
    colors = {name: _rgb(value) for name, value in theme.colors(mode).items()}
    base = _draw_base(scene, colors)
    counts, ranks = scene.counts.astype(np.float64), np.minimum(rank_topics(scene.counts), n_bars)
    per_step = max(1, round(fps * seconds_per_step))
    for window in range(len(scene.starts)):
        after = min(window + 1, len(scene.starts) - 1)
        for step in range(per_step):
            part = step / per_step if after > window else 0.0
            values = counts[window] + (counts[after] - counts[window]) * part
            places = ranks[window] + (ranks[after] - ranks[window]) * _ease(part)
            rises = ranks[after] < ranks[window]
            frame = base.copy()
            moment = scene.starts[window] + (scene.starts[after] - scene.starts[window]) * part
            _draw_time(frame, scene, colors, window, float(moment))
            fade = 1.0 if after == window else min(1.0, (1 - part) / _FADE)
            fade = fade if window == 0 else min(fade, (step + 1) / per_step / _FADE)
            top = max(float(values.max(initial=0)), 1.0)
            shown = np.flatnonzero((places < n_bars) & (values > 0))
            # Who rises passes before who falls.
            for topic in shown[np.lexsort((-places[shown], rises[shown]))].tolist():
                place = float(places[topic])
                opacity = float(np.clip(n_bars - place, 0, 1))  # below the last row, a bar fades
                moving = abs(place - round(place))
                bar = (float(values[topic]), place, opacity, min(fade, 1.0) * max(0.0, 1 - 6 * moving))
                if moving > 0.02:
                    _draw_shield(frame, colors, place, n_bars)
                _draw_bar(frame, scene, colors, window, topic, bar, top, n_bars)
            yield frame


def write_film(
    frames: Iterator[Pixels], target: Path, *, fps: int, advance: Callable[[int], None] = lambda n_done: None
) -> int:
    """Write frames as an H.264 film in an MP4 file that plays everywhere; return how many there were.

    Raises
    ------
    HubbubError
        When ffmpeg fails, with what it said.
    """
    size = f"{WIDTH}x{HEIGHT}"
    command = [find_ffmpeg(), "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size]
    command += ["-r", str(fps), "-i", "-", "-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]
    command += ["-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4", str(target)]
    n_frames = 0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said)  # noqa: S603
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            for frame in frames:
                process.stdin.write(frame.tobytes())
                n_frames += 1
                advance(n_frames)
            process.stdin.close()
        except BrokenPipeError:
            pass
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
        if process.returncode:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise HubbubError(f"ffmpeg ({command[0]}) could not write {target}: {lines[-1][:200]}")
    return n_frames


def _ease(part: float) -> float:
    """Return a movement in the middle of a step that starts and ends slowly."""
    part = min(max((part - _REST) / (1 - 2 * _REST), 0.0), 1.0)
    return part * part * (3 - 2 * part)


def _row_y(place: float, n_bars: int) -> float:
    """Return the top of a row; what leaves goes down a little only."""
    return TOP + ROW * (min(place, n_bars - 1) + 0.3 * max(place - n_bars + 1, 0.0))


def _draw_shield(frame: Pixels, colors: dict[str, Any], place: float, n_bars: int) -> None:
    """Dim what a moving bar passes, so that its words can be read."""
    y = _row_y(place, n_bars)
    paint_box(frame, LEFT, y - 2, WIDTH - RIGHT, y + BAR_TOP + BAR_HEIGHT + 2, colors["paper"], 0.92)


def _rgb(value: str) -> NDArray[np.float32]:
    return np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


def _draw_base(scene: Scene, colors: dict[str, Any]) -> Pixels:
    """Return what stands still: title, note, and the strip of the whole stream."""
    base = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    base[:] = colors["paper"]
    paint_mask(base, fitted_mask(scene.title, 30, 960, True), LEFT, 32, colors["ink"])
    paint_mask(base, text_mask(scene.note, 18), LEFT, 82, colors["muted"])
    wide = WIDTH - LEFT - RIGHT
    if len(scene.rate):
        places = np.minimum(np.arange(wide) * len(scene.rate) // wide, len(scene.rate) - 1)
        heights = (STRIP_BOTTOM - STRIP_TOP) * np.sqrt(scene.rate[places] / max(int(scene.rate.max()), 1))
        for x, height in enumerate(heights.tolist()):
            paint_box(base, LEFT + x, STRIP_BOTTOM - height, LEFT + x + 1, STRIP_BOTTOM, colors["area"])
    paint_box(base, LEFT, STRIP_BOTTOM, WIDTH - RIGHT, STRIP_BOTTOM + 1, colors["muted"])
    return base


def _draw_time(frame: Pixels, scene: Scene, colors: dict[str, Any], window: int, start: float) -> None:
    """Draw where in the stream the film is: in words at the top, and as a window on the strip."""
    end = start + scene.window_seconds
    said = text_mask(f"{sentences.offset_text(start)}–{sentences.offset_text(end)}", 30, True)
    paint_mask(frame, said, WIDTH - RIGHT - said.shape[1], 32, colors["accent"])
    if scene.clocks[window]:
        clock = text_mask(scene.clocks[window], 18)
        paint_mask(frame, clock, WIDTH - RIGHT - clock.shape[1], 82, colors["muted"])
    pixels = (WIDTH - LEFT - RIGHT) / max(scene.duration_seconds, scene.window_seconds)
    x0, x1 = LEFT + start * pixels, LEFT + min(end * pixels, WIDTH - LEFT - RIGHT)
    paint_box(frame, x0, STRIP_TOP - 4, x1, STRIP_BOTTOM, colors["accent"], 0.22)
    paint_box(frame, x1 - 2, STRIP_TOP - 4, x1, STRIP_BOTTOM, colors["accent"])


def _draw_bar(
    frame: Pixels,
    scene: Scene,
    colors: dict[str, Any],
    window: int,
    topic: int,
    bar: tuple[float, float, float, float],
    top: float,
    n_bars: int,
) -> None:
    """Draw one bar: label, bar, count, and a message under it."""
    value, place, opacity, fade = bar
    y = _row_y(place, n_bars)
    hue = scene.hues[topic]
    label = fitted_mask(scene.labels[topic], 22, WIDTH - LEFT - RIGHT, True)
    paint_mask(frame, label, LEFT, y, colors[f"{hue}-ink"], opacity)
    end = LEFT + (WIDTH - LEFT - RIGHT - _VALUE_ROOM) * value / top
    paint_box(frame, LEFT, y + BAR_TOP, max(end, LEFT + 2), y + BAR_TOP + BAR_HEIGHT, colors[hue], opacity)
    count = text_mask(sentences.number_text(value), 22, True)
    paint_mask(frame, count, end + 12, y + BAR_TOP - 1, colors["ink"], opacity)
    sample = scene.samples[window][topic]
    if sample:
        mask = fitted_mask(f"“{sample}”", 17, WIDTH - LEFT - RIGHT)
        paint_mask(frame, mask, LEFT, y + BAR_TOP + BAR_HEIGHT + 3, colors["muted"], opacity * fade)
