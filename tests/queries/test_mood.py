"""The mood over time: counts by hand, intervals that cover, bins that hold enough, and chats that cannot tell."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import hubbub
from hubbub.errors import HubbubError
from hubbub.queries.mood import choose_bin_seconds, count_moods


def chat(folder: Path, lines: list[tuple[float | None, str]]) -> Path:
    file = folder / "chat.jsonl"
    rows = [
        {"author": f"v{i}", "text": text} | ({} if at is None else {"offset_s": at})
        for i, (at, text) in enumerate(lines)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    hubbub.ingest(folder / "archive", [file])
    return folder / "archive"


def test_counts_are_those_of_the_labels(tmp_path: Path) -> None:
    good, bad = "what a great lovely day :)", "this is awful and i hate it"
    archive = chat(tmp_path, [(5, good), (50, bad), (65, bad), (70, bad), (200, good), (230, "https://t.co/x")])
    with pytest.raises(HubbubError, match="score-sentiment"):
        hubbub.mood(archive)
    hubbub.score_sentiment(archive)
    found = hubbub.mood(archive, bin_seconds=60)
    columns = ["start_seconds", "n_negative", "n_neutral", "n_positive", "n_unknown"]
    assert found.select(columns).rows() == [(0, 1, 0, 1, 0), (60, 2, 0, 0, 0), (180, 0, 0, 1, 1)]
    assert found["balance"].to_list() == [0, -1, 1]
    assert all(-1 <= low < high <= 1 for low, high in found.select("low", "high").rows())
    with pytest.raises(HubbubError, match="bin-seconds"):
        hubbub.mood(archive, bin_seconds=0)


def test_bots_and_commands_are_no_mood(tmp_path: Path) -> None:
    archive = chat(
        tmp_path, [(5, "this is awful and i hate it"), (10, "!love great lovely awesome"), (20, "!great love")]
    )
    hubbub.score_sentiment(archive)
    columns = ["n_negative", "n_neutral", "n_positive", "n_unknown"]
    assert sum(hubbub.mood(archive).select(columns).row(0)) == 3
    hubbub.prepare(archive)
    assert hubbub.mood(archive).select(columns).rows() == [(1, 0, 0, 0)]


def test_a_chat_without_times_is_said_to_have_none(tmp_path: Path) -> None:
    archive = chat(tmp_path, [(None, "what a great day"), (None, "awful")])
    hubbub.score_sentiment(archive)
    with pytest.raises(HubbubError, match="time"):
        hubbub.mood(archive)
    assert hubbub.page(archive)["mood"] == {}


def test_the_interval_covers_the_balance_that_was_drawn_from() -> None:
    rng = np.random.default_rng(8)
    names, chances = np.array(["negative", "neutral", "positive"]), np.array([0.2, 0.5, 0.3])
    for n in (5, 40):
        labels = rng.choice(names, size=(400, n), p=chances)
        at = np.repeat(np.arange(400) * 60.0, n)
        found = count_moods(pl.DataFrame({"offset_seconds": at, "label": labels.ravel()}), 60)
        covered = ((found["low"] <= 0.1) & (found["high"] >= 0.1)).mean()
        assert 0.92 <= covered <= 1.0


@pytest.mark.parametrize(
    ("n", "span", "expected"), [(7200, 3600, 60), (240, 3600, 300), (10, 600, 600), (50_000, 90 * 86400, 86400)]
)
def test_bins_hold_enough_and_are_not_too_many(n: int, span: float, expected: int) -> None:
    at = np.linspace(0, span - 1, n)
    rows = pl.DataFrame({"offset_seconds": at, "label": ["neutral"] * n})
    assert choose_bin_seconds(rows) == expected
