"""Highlights: where they are, why, what is quoted, and the files made of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import hubbub
from hubbub.analyze.reasons import over_represented
from hubbub.errors import HubbubError
from hubbub.present.cli import main
from hubbub.store.archive import Archive


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of an even chat in which a joke, a raid and a flood of one text stand out."""
    folder = tmp_path_factory.mktemp("highlights")
    rng = np.random.default_rng(4)
    lines: list[dict[str, object]] = []

    def say(seconds: float, author: str, text: str | None, **more: object) -> None:
        lines.append({"offset_s": round(float(seconds), 3), "author": author, "text": text} | more)

    words = ["the", "music", "is", "good", "today", "we", "talk", "about", "cats", "boats", "trains", "rain", "while"]
    for seconds in np.sort(rng.uniform(0, 5400, 900)):
        say(seconds, f"viewer{rng.integers(40)}", " ".join(rng.choice(words, 4)))
    for i in range(60):
        say(1800 + i * 0.5, f"viewer{i % 30}", ["penguin!!", "that penguin", "penguin KEKW", "KEKW"][i % 4])
    say(3595, "captain", None, event="raid", amount=50)
    for i in range(60):
        say(3600 + i * 0.5, f"sailor{i}", "ahoy we are the raid")
    for i in range(80):
        say(4800 + i * 0.3, "flooder", "buy my followers at this place it is cheap and good and fast")
    lines.sort(key=lambda line: float(str(line["offset_s"])))
    file = folder / "chat.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    hubbub.ingest(folder / "archive", [file])
    hubbub.prepare(folder / "archive")
    return folder / "archive"


def test_what_stands_out_is_found_with_its_reason(chat: Path):
    found = hubbub.highlights(chat).to_dicts()
    assert [round(row["start_seconds"] / 60) for row in found] == [30, 60, 80]
    joke, raid, flood = found
    assert joke["kind"] == "word"
    assert joke["reason"] == "penguin"
    assert joke["top_emote"] == "KEKW"
    assert any("penguin" in quote for quote in joke["quotes"])
    assert len(set(joke["quotes"])) == len(joke["quotes"]) > 0
    assert (raid["kind"], raid["reason"]) == ("event", "raid")
    assert raid["quotes"][0] == "ahoy we are the raid"
    assert flood["quotes"] == [] or "buy" not in flood["quotes"][0]
    for row in found:
        assert row["ratio"] > 3
        assert row["chance_per_hour"] < 0.1
        assert row["start_seconds"] <= row["peak_seconds"] < row["end_seconds"]


def test_a_stricter_rate_finds_no_more(chat: Path):
    strict, loose = (hubbub.highlights(chat, false_alarms_per_hour=rate).height for rate in (1e-9, 1.0))
    assert 0 < strict <= loose


def test_what_comes_later_does_not_change_what_was_found(chat: Path, tmp_path: Path):
    store = Archive(chat)
    (stream,) = store.streams_of("messages")
    whole = hubbub.highlights(chat)
    early = store.read("messages", [stream]).filter(pl.col("offset_seconds") < 3000)
    cut = Archive(tmp_path / "cut", create=True)
    with cut.writing() as change:
        change.put("streams", "", store.read("streams"))
        change.put("messages", stream, early)
        change.put("prepared", stream, store.read("prepared", [stream]).join(early, on="message_id", how="semi"))
    columns = ["start_seconds", "end_seconds", "n_messages", "reason", "chance_per_hour"]
    found = hubbub.highlights(cut).select(columns)
    assert found.equals(whole.filter(pl.col("start_seconds") < 3000).select(columns))


@pytest.mark.parametrize("suffix", [".edl", ".txt", ".ffmetadata", ".csv", ".jsonl", ".parquet"])
def test_every_form_is_written(chat: Path, tmp_path: Path, suffix: str):
    target = tmp_path / f"cuts{suffix}"
    assert main(["export-highlights", "--archive", str(chat), "--output", str(target)]) == 0
    found = hubbub.highlights(chat)
    if suffix == ".edl":
        content = target.read_text()
        assert content.count("  AX ") == 3
        first = int(found["start_seconds"][0]) - 10
        assert f"00:{first // 60:02}:{first % 60:02}:00" in content
    elif suffix == ".txt":
        assert len(target.read_text("utf-8").splitlines()) == 4
    elif suffix == ".ffmetadata":
        assert target.read_text("utf-8").count("[CHAPTER]") == 3
    elif suffix == ".csv":
        rows = list(csv.DictReader(target.read_text("utf-8").splitlines()))
        assert [row["reason"] for row in rows] == found["reason"].to_list()
    elif suffix == ".jsonl":
        assert [json.loads(line)["kind"] for line in target.read_text("utf-8").splitlines()] == found["kind"].to_list()
    else:
        assert pl.read_parquet(target).equals(found)


def test_what_cannot_be_is_said(chat: Path, tmp_path: Path):
    with pytest.raises(HubbubError, match=r"must end in \.edl"):
        hubbub.export_highlights(chat, output=tmp_path / "x.mp4")
    with pytest.raises(HubbubError, match="above 0"):
        hubbub.highlights(chat, false_alarms_per_hour=0.0)
    with pytest.raises(HubbubError, match="--frames-per-second"):
        hubbub.export_highlights(chat, output=tmp_path / "x.edl", frames_per_second=0)


def test_the_score_of_what_is_over_represented_is_dunnings():
    # Dunning 1993, table 1: "the swiss", k(AB), k(A not B), k(B not A), k(neither) = 110, 2442, 111, 29114: 270.72.
    (found,) = over_represented({"swiss": 110}, {"swiss": 111}, 2552, 29225)
    assert found.score == pytest.approx(270.72, abs=0.01)
    assert over_represented({"a": 2}, {}, 2, 100) == []
    assert over_represented({"a": 5}, {"a": 60}, 10, 100) == []
