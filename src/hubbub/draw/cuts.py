"""Highlights → what video programs read: an edit list (CMX 3600), YouTube's chapters, ffmpeg's metadata.

Each cut is a begin and an end in seconds of the video, with a name. Not handled: drop-frame timecode, fractional
frame rates (a timeline of 29.97 is given as 30), and moments beyond 99 hours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

MIN_CHAPTER_SECONDS = 10.0
"""YouTube shows no chapter that is shorter."""
_MOST_EVENTS = 999
_LONGEST_NAME = 90
_SPELLED = str.maketrans(
    {"×": "x", "–": "-", "—": "-", "·": "-", "’": "'", "œ": "oe", "æ": "ae", "ß": "ss", "…": "..."}
)


class Cut(NamedTuple):
    """One stretch of a video."""

    start_seconds: float
    end_seconds: float
    name: str


def to_edl(cuts: Sequence[Cut], title: str, frames_per_second: int = 30) -> str:
    """Return an edit decision list that strings the cuts together, in the form of CMX 3600, not drop-frame.

    Raises
    ------
    ValueError
        When there are more than 999 cuts, which the form has no numbers for.
    """
    if len(cuts) > _MOST_EVENTS:
        raise ValueError(f"A CMX 3600 list has at most {_MOST_EVENTS} events, were {len(cuts)}.")
    lines = [f"TITLE: {_plain(title)}", "FCM: NON-DROP FRAME", ""]
    place = 0
    for number, cut in enumerate(cuts, 1):
        first, last = _frame(cut.start_seconds, frames_per_second), _frame(cut.end_seconds, frames_per_second)
        last = max(last, first + 1)
        times = (first, last, place, place + last - first)
        codes = " ".join(_timecode(frame, frames_per_second) for frame in times)
        lines += [f"{number:03}  AX       AA/V  C        {codes}", f"* FROM CLIP NAME: {_plain(title)}"]
        lines += [f"* COMMENT: {_plain(cut.name)}", ""]
        place += last - first
    return "\n".join(lines) + "\n"


def to_chapters(cuts: Sequence[Cut], first_name: str = "Start") -> str:
    """Return lines for the description of a video on YouTube: a moment and a name; the first is 0:00, as it must be.

    Cuts that begin within ten seconds of another are left out, as YouTube would show none.
    """
    lines, last = [f"0:00 {first_name}"], 0.0
    for cut in cuts:
        start = float(int(max(0.0, cut.start_seconds)))
        if start - last >= MIN_CHAPTER_SECONDS:
            lines.append(f"{_clock(int(start))} {_one_line(cut.name)}")
            last = start
    return "\n".join(lines) + "\n"


def to_ffmetadata(cuts: Sequence[Cut], title: str) -> str:
    """Return ffmpeg's metadata file with one chapter a cut, in milliseconds."""
    lines = [";FFMETADATA1", f"title={_escape(title)}"]
    for cut in cuts:
        start, end = round(cut.start_seconds * 1000), round(cut.end_seconds * 1000)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={_escape(cut.name)}"]
    return "\n".join(lines) + "\n"


def _frame(seconds: float, frames_per_second: int) -> int:
    return round(max(0.0, seconds) * frames_per_second)


def _timecode(frame: int, frames_per_second: int) -> str:
    seconds, frames = divmod(frame, frames_per_second)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def _clock(seconds: int) -> str:
    short = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{seconds // 3600}:{short}" if seconds >= 3600 else f"{seconds // 60}:{seconds % 60:02}"


def _one_line(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:_LONGEST_NAME] or "–"


def _plain(text: str) -> str:
    """Return one line of ASCII, as edit programs read nothing else: no accents, ``?`` for what has no ASCII."""
    spelled = unicodedata.normalize("NFKD", _one_line(text).translate(_SPELLED))
    return "".join(c for c in spelled if not unicodedata.combining(c)).encode("ascii", "replace").decode()


def _escape(text: str) -> str:
    return "".join(f"\\{c}" if c in "=;#\\" else c for c in _one_line(text))
