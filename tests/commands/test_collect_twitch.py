"""``hubbub collect`` of Twitch, and of lists, against servers of our own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.fake_youtube import FakePlatforms, FakeStream, make_stream

import hubbub
from hubbub.collect import clients
from hubbub.commands.spreadsheets import write_sheet
from hubbub.store.archive import Archive
from hubbub.store.raw import RawPages

BOB = "https://www.twitch.tv/bob"
VIDEO = "https://www.twitch.tv/videos/2000001"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePlatforms]:
    with FakePlatforms() as fake:
        fake.twitch["bob"] = [make_stream("2000001"), make_stream("2000002", n_messages=90)]
        fake.youtube["@ann"] = [make_stream("video-00001")]
        monkeypatch.setattr(clients, "HOSTS", fake.hosts)
        monkeypatch.setattr(clients, "WAITS", (0.0,) * 4)
        yield fake


def check_truth(archive: Path, stream: FakeStream, n_messages: int | None = None) -> None:
    rows = hubbub.table(archive, "messages", stream=[stream.stream_id], limit=100_000)
    sent = stream.messages[:n_messages]
    assert sorted(rows["message_id"]) == [message.message_id for message in sent]
    by_id = {row["message_id"]: row for row in rows.to_dicts()}
    assert [by_id[message.message_id]["text"] for message in sent] == [message.text for message in sent]
    assert all(int(by_id[one.message_id]["offset_seconds"]) == one.offset_ms // 1000 for one in sent)


def test_a_channel_of_twitch_is_collected_whole(world: FakePlatforms, tmp_path: Path):
    report = hubbub.collect(tmp_path / "a", ["twitch:Bob"])
    assert report.problems == ()
    assert report.n_kept == 290
    for stream in world.twitch["bob"]:
        check_truth(tmp_path / "a", stream)
    row = Archive(tmp_path / "a").read("streams").filter(stream_id="2000001").row(0, named=True)
    assert (row["platform"], row["channel"], row["title"], row["category"], row["url"], row["is_complete"]) == (
        "twitch", "bob", "Stream 2000001", "Gaming", VIDEO, True,
    )  # fmt: skip
    # Cursors, not offsets: each page but the first was asked for by the last comment of the one before.
    asked = [what for name, what in world.requests if name == "comments"]
    assert asked[0] == "0"
    assert all("~" in what for what in asked[1:5])


@pytest.mark.parametrize("fault", [404, 500, "drop", "garbage"])
def test_a_fault_of_one_page_is_tried_again(world: FakePlatforms, tmp_path: Path, fault: int | str):
    world.faults = {("comments", 1): fault, ("comments", 4): fault, ("video", 1): fault}
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert report.problems == ()
    check_truth(tmp_path / "a", world.twitch["bob"][0])


def test_where_cursors_are_refused_offsets_are_used(
    world: FakePlatforms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    comments = world._comments

    def no_cursors(variables: dict[str, Any]) -> list[dict[str, Any]]:
        if variables.get("cursor"):
            return [{"errors": [{"message": "failed integrity check"}], "data": {"video": None}}]
        return comments(variables)

    monkeypatch.setattr(world, "_comments", no_cursors)
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert report.problems == ()
    check_truth(tmp_path / "a", world.twitch["bob"][0])


def test_an_interrupted_stream_of_twitch_goes_on(world: FakePlatforms, tmp_path: Path):
    world.faults = {("comments", n): 500 for n in range(3, 8)}
    first = hubbub.collect(tmp_path / "a", [VIDEO])
    assert "HTTP 500" in first.problems[0]
    check_truth(tmp_path / "a", world.twitch["bob"][0], 80)
    n_before = world.count("comments")
    second = hubbub.collect(tmp_path / "a", update=True)
    assert second.problems == ()
    assert second.details["streams"][0]["outcome"] == "repaired"
    assert world.count("comments") - n_before == 3
    check_truth(tmp_path / "a", world.twitch["bob"][0])


def test_a_stream_that_twitch_does_not_have_or_that_is_live(world: FakePlatforms, tmp_path: Path):
    world.twitch["bob"][1].status = "is_live"
    report = hubbub.collect(tmp_path / "a", [VIDEO, "https://www.twitch.tv/videos/999", "twitch:bob", "twitch:nobody"])
    said = {row["stream"]: row for row in report.details["streams"]}
    assert "there is no such stream" in said["999"]["why"]
    assert (said["2000002"]["outcome"], said["2000001"]["outcome"]) == ("skipped", "fetched")
    assert any("not found" in problem for problem in report.problems)


def test_a_forgotten_viewer_of_twitch_is_in_no_page(world: FakePlatforms, tmp_path: Path):
    hubbub.collect(tmp_path / "a", [VIDEO])
    gone = world.twitch["bob"][0].messages[0]
    login = gone.author.lower().replace(" ", "_")
    hubbub.forget(tmp_path / "a", login)
    with RawPages(Archive(tmp_path / "a"), "twitch", "2000001") as raw:
        everything = b"".join(page.body for page in raw.pages()).decode()
    assert login not in everything
    assert f'"{gone.author}"' not in everything
    assert gone.message_id not in everything


# ---- lists ----


@pytest.mark.parametrize("suffix", [".ods", ".xlsx"])
def test_a_list_of_channels_is_collected(world: FakePlatforms, tmp_path: Path, suffix: str):
    path = tmp_path / f"channels{suffix}"
    frame = pl.DataFrame({"Channel URLs": [BOB, "https://www.youtube.com/@ann", "nothing"], "Sheet": ["b", "a", "c"]})
    write_sheet(frame, "Sheet1", path, suffix)
    report = hubbub.collect(tmp_path / "a", [str(path)])
    assert report.n_kept == 490
    assert "row 4: 'nothing'" in report.problems[0]


@pytest.mark.parametrize("suffix", [".ods", ".xlsx", ".csv"])
def test_a_list_that_was_exported_is_collected_again(world: FakePlatforms, tmp_path: Path, suffix: str):
    world.twitch["bob"][0].title = "=HYPERLINK(1)"
    hubbub.collect(tmp_path / "a", [BOB, "https://www.youtube.com/@ann"])
    path = tmp_path / f"streams{suffix}"
    report = hubbub.export(tmp_path / "a", "streams", output=path)
    assert report.n_kept == 3
    hubbub.collect(tmp_path / "b", [path])
    first, second = (hubbub.streams(tmp_path / name).drop("collected_at") for name in "ab")
    assert first.sort("stream_id").equals(second.sort("stream_id"))
    assert {"title", "category", "n_gifts", "n_viewers", "channel", "url"} <= set(first.columns)
