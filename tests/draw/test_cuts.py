"""Edit lists, chapters and metadata, read back by small readers of the published forms."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.draw.cuts import Cut, to_chapters, to_edl, to_ffmetadata

CUTS = [Cut(5.0, 65.5, "raid × 7 – bonsoir"), Cut(70.0, 90.0, "été = ; # \\ [x]"), Cut(3700.04, 3725.0, "line\nbreak")]
EVENT = re.compile(r"(\d{3})  (\S+) +(V|AA/V|A) +C +(\S+) (\S+) (\S+) (\S+)")
TIMECODE = re.compile(r"(\d\d):(\d\d):(\d\d):(\d\d)")
MOMENTS = st.floats(0, 11_000, allow_nan=False)
ANY_CUTS = st.lists(st.builds(Cut, MOMENTS, MOMENTS, st.text(max_size=12)), max_size=12).map(
    lambda cuts: sorted(Cut(min(a, b), max(a, b), name) for a, b, name in cuts)
)


def frames(timecode: str, rate: int) -> int:
    found = TIMECODE.fullmatch(timecode)
    assert found, timecode
    hours, minutes, seconds, rest = (int(part) for part in found.groups())
    assert minutes < 60
    assert seconds < 60
    assert rest < rate
    return ((hours * 60 + minutes) * 60 + seconds) * rate + rest


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_CUTS, st.sampled_from([24, 25, 30, 60]))
def test_an_edit_list_can_be_read_back(cuts: list[Cut], rate: int):
    text = to_edl(cuts, "my — stream", rate)
    assert text.isascii()
    lines = text.splitlines()
    assert lines[:2] == ["TITLE: my - stream", "FCM: NON-DROP FRAME"]
    events = [EVENT.fullmatch(line) for line in lines if line[:1].isdigit()]
    assert len(events) == len(cuts)
    place = 0
    for number, (event, cut) in enumerate(zip(events, cuts, strict=True), 1):
        assert event is not None
        assert int(event[1]) == number
        first, last, begin, end = (frames(event[i], rate) for i in (4, 5, 6, 7))
        assert abs(first - cut.start_seconds * rate) <= 0.5 + 1e-6
        assert last - first == end - begin >= 1
        assert last == first + 1 or abs(last - cut.end_seconds * rate) <= 0.5 + 1e-6
        assert begin == place
        place = end


def test_an_edit_list_has_no_thousandth_event():
    with pytest.raises(ValueError, match="999"):
        to_edl([Cut(0.0, 1.0, "x")] * 1000, "t")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_CUTS)
def test_chapters_are_as_youtube_wants_them(cuts: list[Cut]):
    lines = to_chapters(cuts).split("\n")
    assert lines[0] == "0:00 Start"
    assert lines[-1] == ""
    moments = []
    for line in lines[:-1]:
        found = re.match(r"(?:(\d+):(?=\d\d:))?(\d{1,2}):(\d\d) (.+)", line)
        assert found, line
        moments.append(int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]))
    assert all(later - earlier >= 10 for earlier, later in pairwise(moments))
    starts = {int(cut.start_seconds) for cut in cuts}
    assert set(moments[1:]) <= starts


def read_ffmetadata(text: str) -> list[dict[str, str]]:
    """Return the sections; a backslash takes the next character as it is."""
    lines = text.split("\n")
    assert lines[0] == ";FFMETADATA1"
    sections: list[dict[str, str]] = [{}]
    for line in lines[1:]:
        if line == "[CHAPTER]":
            sections.append({})
        elif line:
            key, value = re.split(r"(?<!\\)=", line, maxsplit=1)
            sections[-1][key] = re.sub(r"\\(.)", r"\1", value)
    return sections


def test_metadata_can_be_read_back():
    head, *chapters = read_ffmetadata(to_ffmetadata(CUTS, "a=b"))
    assert head == {"title": "a=b"}
    assert [chapter["title"] for chapter in chapters] == ["raid × 7 – bonsoir", "été = ; # \\ [x]", "line break"]
    assert [(int(c["START"]), int(c["END"])) for c in chapters] == [(5000, 65500), (70000, 90000), (3700040, 3725000)]
    assert {chapter["TIMEBASE"] for chapter in chapters} == {"1/1000"}


def test_ffmpeg_reads_the_metadata(tmp_path: Path):
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("needs ffmpeg")
    file = tmp_path / "c.ffmetadata"
    file.write_text(to_ffmetadata(CUTS, "a=b"), "utf-8")
    done = subprocess.run(
        [ffmpeg, "-v", "error", "-i", str(file), "-f", "ffmetadata", "-"], capture_output=True, text=True, check=True
    )
    titles = [chapter["title"] for chapter in read_ffmetadata(done.stdout)[1:]]
    assert titles == [cut.name.replace("\n", " ") for cut in CUTS]
