"""The film: pixels against an oracle, frames against the counts they show, and the file decoded again."""

from __future__ import annotations

import itertools
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hubbub
from hubbub.analyze.race import run_race
from hubbub.draw import film, theme
from hubbub.draw.sprites import decode_png, fitted_mask, paint_box, paint_mask, text_mask
from hubbub.errors import HubbubError, MissingExtraError


def encode_png(pixels: Any, kinds: list[int]) -> bytes:
    """Return a PNG with a given filter in each line, as the specification says in words, byte by byte."""
    height, width, _ = pixels.shape
    flat = pixels.reshape(height, width * 4).astype(int)
    lines = b""
    for y in range(height):
        kind = kinds[y % len(kinds)]
        line = bytearray([kind])
        for x in range(width * 4):
            left = flat[y, x - 4] if x >= 4 else 0
            up = flat[y - 1, x] if y else 0
            corner = flat[y - 1, x - 4] if y and x >= 4 else 0
            guess = left + up - corner
            away = [(abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner)]
            line.append((flat[y, x] - [0, left, up, (left + up) // 2, min(away)[2]][kind]) % 256)
        lines += bytes(line)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(lines)
    parts = chunk(b"IDAT", body[:7]) + chunk(b"IDAT", body[7:])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + parts + chunk(b"IEND", b"")


@pytest.mark.parametrize("kinds", [[0], [1], [2], [3], [4], [4, 3, 2, 1, 0]])
def test_pixels_are_read_with_every_filter(kinds: list[int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 9, 4), dtype=np.uint8)
    assert np.array_equal(decode_png(encode_png(pixels, kinds)), pixels)


def test_another_picture_is_refused() -> None:
    content = bytearray(encode_png(np.zeros((2, 2, 4), np.uint8), [0]))
    content[25] = 2
    with pytest.raises(ValueError, match="8-bit RGBA"):
        decode_png(bytes(content))


@pytest.mark.parametrize("text", ["", " ", "<b>&\"'</b>", "a\x00b\x1b[31m", "\u202e\u0300" * 40, "日本語 العربية 😂"])
def test_any_text_is_drawn(text: str) -> None:
    mask = text_mask(text, 20)
    assert mask.ndim == 2
    assert 0 <= mask.min() <= mask.max() <= 1


def test_words_are_as_wide_as_they_are_long_and_cut_to_fit() -> None:
    short, long = text_mask("ab", 20), text_mask("abababab", 20)
    assert short.max() > 0.9
    assert 3 < long.shape[1] / short.shape[1] < 5
    assert fitted_mask("ab" * 300, 20, 200).shape[1] <= 200
    assert np.array_equal(fitted_mask("ab", 20, 200), short)


def test_painting_between_pixels_keeps_the_amount_of_color() -> None:
    white = np.array([255, 255, 255], np.float32)
    for y in (3.0, 3.25, 3.5):
        frame = np.zeros((20, 20, 3), np.uint8)
        paint_box(frame, 2.5, y, 7.25, y + 4.5, white)
        assert frame[:, :, 0].sum() / 255 == pytest.approx(4.75 * 4.5, abs=0.2)
    frame = np.zeros((5, 5, 3), np.uint8)
    paint_mask(frame, np.ones((9, 9), np.float32), -2, -2.0, white)
    assert (frame == 255).all()
    paint_mask(frame, np.ones((3, 3), np.float32), 50, 50.0, white)
    paint_box(frame, 3, 3, 3, 9, np.zeros(3, np.float32))
    assert (frame == 255).all()


def naive_counts(topics: Any, seconds: Any, starts: Any, window: float, n: int) -> list[list[int]]:
    rows = list(zip(topics, seconds, strict=True))
    return [[sum(t == name and a <= s < a + window for t, s in rows) for name in range(n)] for a in starts]


def test_windows_are_counted_as_a_loop_counts_them() -> None:
    rng = np.random.default_rng(3)
    topics, seconds = rng.integers(-1, 4, 500), rng.uniform(0, 3600, 500)
    topics[0] = 3
    texts = [f"un message {i} {'x' * (i % 90)}" for i in range(500)]
    given = {"window_seconds": 600.0, "step_seconds": 300.0, "duration_seconds": 3600.0}
    race = run_race(topics, seconds, texts, **given)
    assert race.starts.tolist() == [300.0 * i for i in range(11)]
    assert race.counts.tolist() == naive_counts(topics, seconds, race.starts, 600.0, 4)
    for window, start in enumerate(race.starts):
        for topic in range(4):
            row = race.samples[window, topic]
            assert topics[row] == topic
            assert start <= seconds[row] < start + 600
            assert len(texts[row]) <= 70
    order = rng.permutation(500)
    again = run_race(topics[order], seconds[order], [texts[i] for i in order], **given)
    assert np.array_equal(again.counts, race.counts)
    assert np.array_equal(order[again.samples], race.samples)
    assert not np.array_equal(run_race(topics, seconds, texts, seed=2, **given).samples, race.samples)


def test_unknown_moments_and_no_messages_make_empty_windows() -> None:
    race = run_race([0], [float("nan")], ["a"], window_seconds=10, step_seconds=10, duration_seconds=5)
    assert (race.counts.tolist(), race.samples.tolist()) == ([[0]], [[-1]])
    assert run_race([], [], [], window_seconds=10, step_seconds=10, duration_seconds=0).counts.shape == (1, 0)
    with pytest.raises(ValueError, match="length and a step"):
        run_race([], [], [], window_seconds=0, step_seconds=1, duration_seconds=1)


def make_scene(counts: Any, label: str = "sujet") -> film.Scene:
    counts = np.asarray(counts)
    n_windows, n_topics = counts.shape
    return film.Scene(
        title="a stream",
        note="messages",
        labels=[f"{label} {i}" for i in range(n_topics)],
        hues=[f"topic-{i}" if i < theme.N_HUES else "rest" for i in range(n_topics)],
        starts=300.0 * np.arange(n_windows),
        window_seconds=600.0,
        counts=counts,
        samples=[[f"un message du sujet {i}" for i in range(n_topics)]] * n_windows,
        clocks=[""] * n_windows,
        rate=np.arange(50),
        duration_seconds=3600.0,
    )


def bars_in(frame: Any, n_bars: int = 5) -> list[tuple[int, int]]:
    """Return the topic whose color each row's bar has, and the bar's width in pixels, as far as rows have bars."""
    hues = np.array([[int(hue[1][i : i + 2], 16) for i in (1, 3, 5)] for hue in theme.HUES])
    found = []
    for row in range(n_bars):
        line = frame[film.TOP + film.ROW * row + film.BAR_TOP + film.BAR_HEIGHT // 2, film.LEFT :].astype(int)
        near = np.abs(hues - line[3]).sum(axis=1)
        if near.min() > 40:
            break
        same = np.abs(line - hues[near.argmin()]).sum(axis=1) <= 40
        found.append((int(near.argmin()), int(np.argmin(same)) if not same.all() else len(same)))
    return found


COUNTS = [[9, 5, 3, 0, 1, 2, 0], [1, 8, 3, 6, 0, 2, 4], [0, 0, 0, 0, 0, 7, 0]]


def check_bars(frame: Any, counts: list[int]) -> None:
    wanted = sorted((i for i, n in enumerate(counts) if n), key=lambda i: (-counts[i], i))[:5]
    found = bars_in(frame)
    assert [topic for topic, _ in found] == wanted
    for topic, width in found:
        assert width / found[0][1] == pytest.approx(counts[topic] / max(counts), abs=0.02)


def test_frames_show_the_windows_in_order_and_move_between_them() -> None:
    frames = list(film.draw_frames(make_scene(COUNTS), fps=5, seconds_per_step=2.0))
    assert len(frames) == 30
    for window, counts in enumerate(COUNTS):
        check_bars(frames[10 * window], counts)
    assert not np.array_equal(frames[3], frames[0])
    assert np.array_equal(frames[21][: film.STRIP_TOP - 10], frames[29][: film.STRIP_TOP - 10])
    jumps = [np.abs(a.astype(int) - b.astype(int)).mean() for a, b in itertools.pairwise(frames)]
    assert max(jumps) < 25
    again = list(film.draw_frames(make_scene(COUNTS), fps=5, seconds_per_step=2.0))
    assert all(np.array_equal(a, b) for a, b in zip(frames, again, strict=True))


def shown(counts: Any, n_bars: int) -> set[int]:
    order = sorted(range(len(counts)), key=lambda topic: (-counts[topic], topic))
    return {topic for topic in order[:n_bars] if counts[topic]}


def test_bars_that_are_seen_together_have_different_colors() -> None:
    rng = np.random.default_rng(7)
    counts = rng.poisson(30 * (rng.random((40, 60)) < 0.05))  # 60 topics, each in a few windows of its own
    counts = counts[:, np.argsort(-counts.sum(axis=0))]
    hues = film.choose_hues(counts, 5)
    assert hues[:10] == [f"topic-{i}" for i in range(10)]
    for before, after in itertools.pairwise(counts.tolist()):
        seen = [hues[topic] for topic in shown(before, 5) | shown(after, 5)]
        colored = [hue for hue in seen if hue != "rest"]
        assert len(set(colored)) == len(colored)
    ever = set().union(*(shown(row, 5) for row in counts.tolist()))
    assert max(ever) > 30
    assert sum(hues[topic] == "rest" for topic in ever) <= 0.05 * len(ever)


def test_a_bar_that_is_seen_with_all_colors_is_gray() -> None:
    counts = np.zeros((10, 12), dtype=np.int64)
    counts[np.arange(10), np.arange(10)] = 9
    counts[:, 10] = 3  # beside each of the ten in turn
    counts[0, 11] = 2
    assert film.choose_hues(counts, 5)[10:] == ["rest", "topic-2"]


@pytest.mark.parametrize("counts", [[[0, 0]], [[3]], np.zeros((2, 0), dtype=int)])
def test_little_can_be_filmed(counts: Any) -> None:
    frames = list(film.draw_frames(make_scene(counts, "<script>\x00&\u202e"), fps=1, seconds_per_step=1.0, mode="dark"))
    assert {frame.shape for frame in frames} == {(720, 1280, 3)}


def decode(path: Path) -> Any:
    command = [film.find_ffmpeg(), "-loglevel", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, film.HEIGHT, film.WIDTH, 3)


def test_the_file_decoded_shows_the_top_topics_of_its_windows(simulated: Path, tmp_path: Path) -> None:
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="needs pip install 'hubbub[film]'")
    target = tmp_path / "film.mp4"
    given = {"window_seconds": 600.0, "step_seconds": 600.0, "seconds_per_step": 0.5, "fps": 10}
    report = hubbub.film(simulated, output=target, **given)
    n_frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(target))
    assert n_frames == report.details["n_frames"] == 30
    assert seconds == pytest.approx(3.0, abs=0.15)
    frames = decode(target)
    assert len(frames) == 30
    assert min(frame.std() for frame in frames) > 10
    messages = hubbub.table(simulated, "messages", limit=100_000).drop_nulls("theme_id")
    counts = np.zeros((6, hubbub.topics(simulated, limit=1000).height), dtype=np.int64)
    for theme_id, seconds in messages.select("theme_id", "offset_seconds").iter_rows():
        counts[min(int(seconds // 600), 5), theme_id] += seconds < 3600
    hues = film.choose_hues(counts, 5)
    for window in range(6):
        order = [hues[topic] for topic in sorted(shown(counts[window], 5), key=lambda i: (-counts[window, i], i))]
        found = [f"topic-{hue}" for hue, _ in bars_in(frames[5 * window])]
        assert found == (order[: order.index("rest")] if "rest" in order else order)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_without_ffmpeg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, simulated: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingExtraError, match=r"hubbub film needs ffmpeg.*hubbub\[film\]"):
        hubbub.film(simulated, output=tmp_path / "film.mp4")


def test_what_ffmpeg_complains_of_is_said(monkeypatch: pytest.MonkeyPatch, simulated: Path, tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\ncat > /dev/null\necho 'Unknown encoder libx264' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    with pytest.raises(HubbubError, match="Unknown encoder libx264"):
        hubbub.film(simulated, output=tmp_path / "film.mp4", step_seconds=1800.0, seconds_per_step=0.1)
    assert [path.name for path in tmp_path.iterdir()] == ["ffmpeg"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"output": "film.avi"}, "--output must be an .mp4 file"),
        ({"output": "film.mp4", "fps": 0}, "--fps must be 1 to 60"),
        ({"output": "film.mp4", "bars": 9}, "--bars must be 1 to 5"),
        ({"output": "film.mp4", "step_seconds": 1.0}, "--step-seconds must be at least"),
    ],
)
def test_what_cannot_be_filmed_is_said(given: dict[str, Any], said: str, simulated: Path) -> None:
    with pytest.raises(HubbubError, match=said):
        hubbub.film(simulated, **given)
