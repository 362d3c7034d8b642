"""What a live collection shows: it fits 80 columns, obeys nothing that a viewer wrote, and is lines when piped."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from hubbub.present.live_view import draw, live_view, summary
from hubbub.reports import Watched


def watched(**changed: object) -> Watched:
    values: dict[str, object] = {
        "seconds": 75.0, "n_received": 1_300, "n_durable": 1_290, "n_waiting": 10, "per_second": [5] * 50 + [20] * 10,
        "lag_seconds": 0.12, "worst_lag_seconds": 0.5, "gaps": ["pond, 20:00:01 UTC, 3.5 s, the connection was reset"],
        "n_gaps": 1, "channels": {"pond": (1_290, 450, "live"), "lake": (10, 0, "JOIN was not confirmed")},
        "last": [("pond", "hello"), ("pond", "👍 gg")], "notes": {"connections lost": 1}, "health": "ok",
    }  # fmt: skip
    return Watched(**{**values, **changed})  # type: ignore[arg-type]


def lines_of(state: Watched, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    console.print(draw(state, width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_the_view_says_what_goes_on():
    text = "\n".join(lines_of(watched()))
    for part in ("0:01:15", "20.0/s", "▂", "█", "1,290 on disk", "10 on their way", "120 ms", "gaps: 1", "3.5 s",
                 "connections lost: 1", "JOIN was not confirmed", "pond: 👍 gg"):  # fmt: skip
        assert part in text
    assert text.index("lake") < text.index("live"), "what is not live comes first"


def test_many_channels_fit():
    state = watched(channels={f"channel_{n}_{'x' * 15}": (n, n, "live") for n in range(60)})
    lines = lines_of(state)
    assert len(lines) < 40
    assert "48 more" in "\n".join(lines)


@given(st.text(max_size=300), st.text(max_size=40), st.sampled_from([80, 60, 120]))
def test_no_text_leaves_its_line_or_moves_the_cursor(text: str, channel: str, width: int):
    state = watched(last=[(channel, text)], channels={channel: (1, 1, text)}, gaps=[text], health=text or "ok")
    lines = lines_of(state, width)
    assert len(lines) <= 13
    for line in lines:
        assert cell_len(line) <= width
        assert all(char.isprintable() for char in line)


def test_a_pipe_gets_lines(capsys: pytest.CaptureFixture[str]):
    with live_view() as show:
        for _ in range(5):
            show(watched())
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.splitlines() == [
        "0:01:15, 1,290 messages on disk, 20.0/s, lag 120 ms, 1 of 2 channels live, 1 gaps"
    ]  # fmt: skip
    assert summary(watched(health="the disk refuses: no space")).endswith("; the disk refuses: no space")
