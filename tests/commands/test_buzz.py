"""From chat files to alerts: a crowd raises one, a spammer none, and what is wrong is said."""

from __future__ import annotations

import csv
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import hubbub
from hubbub.commands import buzz
from hubbub.commands.buzz_messages import read_timelines
from hubbub.commands.buzz_subjects import choose_subjects
from hubbub.commands.buzz_timeline import Timeline
from hubbub.errors import HubbubError
from hubbub.reports import no_progress
from hubbub.store.archive import Archive

START = datetime(2024, 5, 6, 19, 0, tzinfo=UTC)
PLAIN = [
    "the train leaves at seven",
    "we are on the third level",
    "he plays the blue card now",
    "that is the second map",
]
BAD = [
    "this update is terrible, I hate it",
    "awful, worst thing I have seen",
    "so disappointed, this is broken and sad",
]
Line = tuple[float, str, str]


def calm_lines(seed: int = 1) -> list[Line]:
    """Return two hours of 30 messages a minute, one in ten negative, each text of its own."""
    rng = np.random.default_rng(seed)
    seconds = np.sort(rng.uniform(0, 7200, 3600))
    return [
        (float(at), f"v{rng.integers(800)}", f"{(BAD if rng.random() < 0.1 else PLAIN)[i % 3]} {i} wug update")
        for i, at in enumerate(seconds)
    ]


def make_archive(folder: Path, lines: list[Line]) -> Path:
    with (folder / "chat.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ts", "channel", "author", "text"])
        writer.writerows(
            [(START + timedelta(seconds=at)).isoformat(), "pond", who, text] for at, who, text in sorted(lines)
        )
    archive = folder / "archive"
    hubbub.ingest(archive, [folder / "chat.csv"])
    return archive


def test_a_crowd_raises_an_alert_with_its_evidence_and_a_viewer_can_be_forgotten(tmp_path: Path):
    archive = make_archive(tmp_path, angry_after(calm_lines()))
    report = hubbub.watch_buzz(archive, ["wug", "#wug", "card"], false_alarms_per_hour=0.1)
    assert set(report.details["alerts"]) == {"wug", "#wug"} or set(report.details["alerts"]) == {"wug"}
    found = hubbub.alerts(archive).filter(pl.col("subject") == "wug").to_dicts()
    assert len(found) == 1
    alert = found[0]
    assert 5340 <= alert["start_seconds"] <= 5520
    assert alert["start_seconds"] < alert["alarm_seconds"] <= 5580
    assert 5600 <= alert["end_seconds"] <= 6300
    assert alert["n_negative"] > 3 * alert["expected"]
    assert alert["n_viewers"] >= 100
    assert alert["probability"] > 0.9
    assert alert["negative_share"] > alert["usual_share"]
    assert len(alert["quotes"]) == 5
    assert sum("#wug" in quote for quote in alert["quotes"]) >= 3
    again = hubbub.watch_buzz(archive, ["wug", "#wug", "card"], false_alarms_per_hour=0.1)
    assert again.details["alerts"] == report.details["alerts"]
    viewer = hubbub.table(archive, "messages")["viewer_id"].drop_nulls()[0]
    hubbub.forget(archive, viewer)
    assert hubbub.alerts(archive).is_empty()


def test_one_who_writes_a_bad_text_549_times_raises_nothing(tmp_path: Path):
    dog = [(3600.0 + 5.0 * i, "lost_dog", f"@friend{i} I am lost and sad, this is awful wug") for i in range(549)]
    archive = make_archive(tmp_path, calm_lines(2) + dog)
    assert hubbub.watch_buzz(archive, ["wug"], false_alarms_per_hour=0.1).details["alerts"] == {}
    assert hubbub.alerts(archive).is_empty()


def test_a_phrase_is_a_word_of_its_own_and_no_pattern(tmp_path: Path):
    archive = make_archive(tmp_path, calm_lines(3))
    assert hubbub.watch_buzz(archive, ["update"]).n_kept == 3600
    assert hubbub.watch_buzz(archive, ["WUG  update"]).n_kept == 3600
    for never in ("dat", "w.g", "(wug", "[a-z]+"):
        with pytest.raises(HubbubError, match="No message is about"):
            hubbub.watch_buzz(archive, [never])
    assert hubbub.watch_buzz(archive, ["channel:Pond"]).n_kept == 3600


@pytest.mark.parametrize(
    ("subjects", "options", "said"),
    [
        (["theme:99"], {}, "no stream has"),
        (["theme:x"], {}, "named by its number"),
        (["  "], {}, "1 to 100 letters"),
        (["x" * 101], {}, "1 to 100 letters"),
        ([], {"false_alarms_per_hour": 0.0}, "--false-alarms-per-hour"),
        ([], {"every_seconds": -1.0}, "--every-seconds"),
    ],
)
def test_what_is_wrong_is_said(subjects: list[str], options: dict[str, float], said: str, archive: Path):
    with pytest.raises(HubbubError, match=said):
        hubbub.watch_buzz(archive, subjects, **options)


def write_lines(file: Path, lines: list[Line]) -> Path:
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["ts", "channel", "stream_id", "author", "text"])
        writer.writerows(
            [(START + timedelta(seconds=at)).isoformat(), "pond", "one", who, text] for at, who, text in lines
        )
    return file


def angry_after(calm: list[Line]) -> list[Line]:
    return sorted(calm + [(5400.0 + 1.2 * i, f"w{i}", f"{BAD[i % 3]} {i} #wug") for i in range(250)])


@pytest.fixture(scope="module")
def angry_lines() -> list[Line]:
    return angry_after(calm_lines())


def test_what_comes_is_watched_as_looking_back_does_and_only_once(
    tmp_path: Path, angry_lines: list[Line], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    whole, grown = tmp_path / "whole", tmp_path / "grown"
    hubbub.ingest(whole, [write_lines(tmp_path / "all.csv", angry_lines)])
    hubbub.watch_buzz(whole, ["wug", "card"], false_alarms_per_hour=0.1)
    hubbub.ingest(grown, [write_lines(tmp_path / "first.csv", angry_lines[:1000])])
    watch = buzz._Watch(Archive(grown), ["wug", "card"], [], 0.1, is_live=True)
    watch.look_back(no_progress)
    assert (watch.n_in, watch.count()) == (1000, {})
    # From here on nothing of the past is worked out again.
    for step in ("prepare", "sentiment"):
        monkeypatch.delattr(f"hubbub.commands.{step}.{'need_prepared' if step == 'prepare' else 'score_sentiment'}")
    for number, start in enumerate(range(1000, len(angry_lines), 173)):
        hubbub.ingest(grown, [write_lines(tmp_path / f"{number}.csv", angry_lines[start : start + 173])])
        watch.go_on(no_progress)
    assert watch.n_in == 3850
    live, back = (hubbub.alerts(folder).drop("end_seconds", "stream_id") for folder in (grown, whole))
    assert back.height == 1
    assert live.equals(back)
    assert [record.message.split(" in stream")[0] for record in caplog.records] == ["Bad buzz about wug"]


def test_who_is_forgotten_while_it_is_watched_is_not_written_again(tmp_path: Path, angry_lines: list[Line]):
    folder = tmp_path / "archive"
    hubbub.ingest(folder, [write_lines(tmp_path / "first.csv", angry_lines[:-400])])
    watch = buzz._Watch(Archive(folder), ["wug"], [], 0.1, is_live=True)
    watch.look_back(no_progress)
    (evidence,) = Archive(folder).read("alerts")["evidence"]
    messages = hubbub.table(folder, "messages", limit=5000)
    hubbub.forget(folder, messages.filter(pl.col("message_id") == evidence[0])["viewer_id"][0])
    hubbub.ingest(folder, [write_lines(tmp_path / "rest.csv", angry_lines[-400:])])
    watch.go_on(no_progress)
    (later,) = Archive(folder).read("alerts")["evidence"]
    assert evidence[0] not in later.to_list()
    assert len(later) == 5


def test_a_live_theme_is_watched_as_far_as_the_stream_was_followed(simulated: Path, tmp_path: Path):
    shutil.copytree(simulated, tmp_path / "archive")
    store = Archive(tmp_path / "archive")
    messages = store.read("live_messages").drop_nulls("theme_id")
    theme, n_messages = messages["theme_id"].value_counts(sort=True).row(0)
    report = hubbub.watch_buzz(store, [f"live-theme:{theme}"])
    assert 0.5 * n_messages < report.n_kept <= n_messages
    (stream,) = store.streams_of("messages")
    early = store.read("live_messages").filter(pl.col("number") < 1500)
    with store.writing() as change:
        change.put("live_messages", stream, early, store.part("live_messages", stream).made)
    watch = buzz._Watch(store, [f"live-theme:{theme}"], [], 0.1, is_live=True)
    watch.look_back(no_progress)
    assert watch.n_about < report.n_kept
    with store.writing() as change:
        change.put("live_messages", stream, store.read("live_messages").head(0).vstack(messages), {})
    watch.go_on(no_progress)
    assert watch.n_about == report.n_kept


def test_an_alert_is_told_while_the_archive_grows(
    tmp_path: Path, angry_lines: list[Line], caplog: pytest.LogCaptureFixture
):
    folder = tmp_path / "archive"
    hubbub.ingest(folder, [write_lines(tmp_path / "first.csv", angry_lines[:2500])])
    rest = write_lines(tmp_path / "rest.csv", angry_lines[2500:])
    growing = threading.Timer(1.0, lambda: hubbub.ingest(folder, [rest]))
    growing.start()
    report = hubbub.watch_buzz(folder, ["wug"], false_alarms_per_hour=0.1, every_seconds=0.5, minutes=0.1)
    growing.join()
    assert report.details["alerts"] == {"wug": 1}
    assert "Bad buzz about wug" in caplog.text


def test_bins_are_as_long_as_all_messages_so_far_want_them(tmp_path: Path):
    slow = [(400.0 * i, f"s{i}", f"{PLAIN[i % 4]} {i} wug") for i in range(150)]
    fast = [(60_000.0 + at, who, text) for at, who, text in angry_after(calm_lines(4))]
    hubbub.ingest(tmp_path / "archive", [write_lines(tmp_path / "all.csv", slow + fast)])
    store = Archive(tmp_path / "archive")
    hubbub.score_sentiment(store)
    hubbub.prepare(store)
    ((rows, has_clock),) = read_timelines(store, store.streams_of("messages"))
    subjects = choose_subjects(store, ["wug"], [])
    whole, parted = (Timeline(subjects, 0.1, has_clock=has_clock) for _ in range(2))
    whole.add(rows)
    lengths = []
    for start in range(0, rows.height, 150):
        parted.add(rows.slice(start, 150))
        parted.alerts(is_over=False)
        lengths.append(parted._bin_seconds)
    assert lengths[0] > lengths[-1] == whole._bin_seconds
    assert whole.alerts(is_over=True).height == 1
    assert parted.alerts(is_over=True).equals(whole.alerts(is_over=True))
