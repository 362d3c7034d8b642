"""Rows come in once, in order, under stable names and ids."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hubbub.records import RAW
from hubbub.store.admission import Admission
from hubbub.store.archive import NAMES, Archive

START = datetime(2024, 5, 1, 20, tzinfo=UTC)


def raw(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in RAW.columns} for row in rows], schema=RAW.columns)


def line(text: str, seconds: float | None = 0.0, author: str = "ann", **more: Any) -> dict[str, Any]:
    moment = None if seconds is None else START + timedelta(seconds=seconds)
    return {"platform": "twitch", "channel": "nocta", "text": text, "author": author, "sent_at": moment, **more}


def admit(archive: Archive, *frames: pl.DataFrame, name: str = "show", by_day: bool = False) -> Admission:
    with archive.writing() as change:
        admission = Admission(archive, change, name, by_day=by_day)
        for frame in frames:
            admission.admit(frame)
        admission.finish()
    return admission


@pytest.fixture
def store(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive", create=True)


def test_the_same_rows_twice_change_nothing(store: Archive):
    rows = raw(line("salut"), line("lul", 3), line("lul", 3), line("lul", 4))
    first = admit(store, rows)
    generation, files = store.generation, sorted(store.path.rglob("*.parquet"))
    again = admit(store, rows)
    assert (first.n_kept, first.n_repeated) == (4, 0)
    assert (again.n_kept, again.n_repeated) == (0, 4)
    assert store.generation == generation
    assert sorted(store.path.rglob("*.parquet")) == files


def test_equal_rows_of_one_second_are_counted_however_the_source_is_cut(store: Archive, tmp_path: Path):
    rows = raw(*(line("lul", n // 4) for n in range(20)))
    admit(store, rows)
    other = Archive(tmp_path / "other", create=True)
    admit(other, rows[:3], rows[3:9], rows[9:])
    key = store.path / "private" / "key"
    (other.path / "private" / "key").write_text(key.read_text())
    third = Archive(tmp_path / "third", create=True)
    (third.path / "private" / "key").write_text(key.read_text())
    admit(third, rows[:3], rows[3:9], rows[9:])
    assert store.read("messages").height == 20
    assert third.read("messages")["message_id"].to_list() == store.read("messages")["message_id"].to_list()


def test_an_overlapping_part_adds_only_what_is_new(store: Archive):
    rows = [line(f"text {n % 3}", n // 2) for n in range(40)]
    admit(store, raw(*rows[:25]))
    more = admit(store, raw(*rows[10:]))
    assert (more.n_kept, more.n_repeated) == (15, 15)
    assert store.read("messages").height == 40


def test_ids_that_the_source_gives_are_kept_and_tell_repeats(store: Archive):
    rows = raw(line("a", message_id="m1"), line("a", message_id="m2"), line("b", 5, message_id="m1"), line("c", 6))
    admission = admit(store, rows)
    ids = store.read("messages")["message_id"].to_list()
    assert ids[:2] == ["m1", "m2"]
    assert (admission.n_kept, admission.n_repeated) == (3, 1)


def test_order_of_arrival_does_not_matter_for_order_and_offsets(store: Archive, tmp_path: Path):
    rows = [line(f"text {n}", n * 7.5) for n in range(30)]
    admit(store, raw(*rows))
    shuffled = rows[:]
    random.Random(1).shuffle(shuffled)
    other = Archive(tmp_path / "other", create=True)
    (other.path / "private" / "key").write_text((store.path / "private" / "key").read_text())
    admit(other, raw(*shuffled[:10]), raw(*shuffled[10:]))
    admit(other, raw(*shuffled))
    columns = ["message_id", "sent_at", "offset_seconds", "text"]
    assert other.read("messages", columns=columns).equals(store.read("messages", columns=columns))
    assert other.read("streams")["started_at"][0] == START


def test_offsets_that_the_source_states_are_kept_and_give_the_start(store: Archive):
    admit(store, raw(line("before", 5, offset_seconds=-5.0), line("x", 30, offset_seconds=20.0)))
    assert store.read("messages")["offset_seconds"].to_list() == [-5.0, 20.0]
    assert store.read("streams")["started_at"][0] == START + timedelta(seconds=10)


def test_rows_without_time_or_author_keep_the_order_of_the_source(store: Archive):
    texts = ["c", "a", "b", "a", "a"]
    admit(store, raw(*(line(text, None, author=None) for text in texts)))
    rows = store.read("messages")
    assert rows["text"].to_list() == texts
    assert rows["viewer_id"].null_count() == 5
    stream = store.read("streams").to_dicts()[0]
    assert (stream["n_messages"], stream["n_viewers"], stream["duration_seconds"]) == (5, None, None)


def test_two_channels_with_the_same_stream_name_stay_apart(store: Archive):
    first, other = line("x", stream_id="2024-05-01"), line("y", stream_id="2024-05-01", channel="luna")
    admit(store, raw(first))
    admit(store, raw(other, first))
    admit(store, raw(other))
    assert store.read("streams")["stream_id"].to_list() == ["2024-05-01", "luna-2024-05-01"]
    assert store.read("messages", ["luna-2024-05-01"])["text"].to_list() == ["y"]


def test_a_video_of_youtube_is_one_stream_whatever_its_channel_is_called(store: Archive):
    by_id = line("x", stream_id="dQw4w9WgXcQ", platform="youtube", channel="UCuAXFkgsw1L7xaCfnd5JJOw")
    by_handle = line("y", 5, stream_id="dQw4w9WgXcQ", platform="youtube", channel="@ann")
    by_none = line("z", 9, stream_id="dQw4w9WgXcQ", platform="youtube", channel=None)
    for rows in (raw(by_id), raw(by_handle, by_none), raw(by_id)):
        assert admit(store, rows).stream_ids == ["dQw4w9WgXcQ"]
    messages = store.read("messages")
    assert messages["text"].to_list() == ["x", "y", "z"]
    assert messages["channel"].unique().to_list() == store.read("streams")["channel"].to_list() == [by_id["channel"]]
    elsewhere = line("x", stream_id="dQw4w9WgXcQ", channel="@ann")
    assert admit(store, raw(elsewhere)).stream_ids == ["@ann-dQw4w9WgXcQ"]


def test_logs_are_cut_by_channel_and_day(store: Archive):
    rows = raw(line("late", 0), line("early", 5 * 3600), line("y", 0, channel="luna"))
    assert admit(store, rows, by_day=True).stream_ids == ["nocta-2024-05-01", "nocta-2024-05-02", "luna-2024-05-01"]


def test_no_name_is_written_but_in_the_vault(store: Archive):
    admit(store, raw(line("salut", author="Véronique_75"), line("yo", 3, author="bob", author_id="4711")))
    for file in (store.path / "tables").rglob("*.parquet"):
        rows = pl.read_parquet(file)
        assert "Véronique" not in str(rows.to_dicts())
        assert "4711" not in str(rows.to_dicts())
    assert sorted(store.read(NAMES.name)["name"]) == ["Véronique_75", "bob"]


def test_another_archive_has_other_pseudonyms(store: Archive, tmp_path: Path):
    other = Archive(tmp_path / "other", create=True)
    admit(store, raw(line("x")))
    admit(other, raw(line("x")))
    assert store.read("messages")["viewer_id"][0] != other.read("messages")["viewer_id"][0]


def test_streams_count_messages_viewers_and_payers(store: Archive):
    gift = line("", 9, author="bob", kind="gift", event="subgift", amount=5)
    admit(store, raw(line("a"), line("b", 1, author="bob"), gift, line("c", 2, author="ANN")))
    row = store.read("streams").to_dicts()[0]
    assert (row["n_messages"], row["n_viewers"], row["n_payers"], row["duration_seconds"]) == (4, 2, 1, 9.0)
