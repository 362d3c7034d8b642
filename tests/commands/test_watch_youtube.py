"""``hubbub watch`` of YouTube against a server of our own: what it cannot read is kept, and nothing is kept twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fake_youtube import FakePlatforms, make_stream

import hubbub
from hubbub.collect import clients, youtube_live
from hubbub.store.archive import Archive

URL = "https://www.youtube.com/watch?v=video-00001"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePlatforms]:
    with FakePlatforms() as fake:
        fake.youtube["@ann"] = [make_stream("video-00001", status="is_live", has_unknown=True, page_size=100)]
        monkeypatch.setattr(clients, "HOSTS", fake.hosts)
        monkeypatch.setattr(clients, "WAITS", (0.0, 0.0))
        monkeypatch.setattr(youtube_live, "LONGEST_WAIT", 0.01)
        yield fake


def test_an_unknown_shape_is_kept_raw_and_named_and_the_replay_adds_nothing_twice(world: FakePlatforms, tmp_path: Path):
    archive = tmp_path / "archive"
    report = hubbub.watch(archive, [URL])
    assert (report.n_kept, report.details["streams"]) == (200, ["video-00001"])
    assert report.details["notes"]["unknown shape, kept aside: showShinyThingAction"] == 1
    (reject,) = Archive(archive).read("rejects").to_dicts()
    assert reject["reason"] == "unknown shape: showShinyThingAction"
    assert "shine" in reject["excerpt"]
    (source,) = hubbub.table(archive, "sources").to_dicts()
    assert (source["format"], source["n_rejected"], source["stream_ids"]) == ("youtube-live", 1, ["video-00001"])
    collected = hubbub.collect(archive, [URL])
    assert (collected.n_kept, collected.n_repeated) == (0, 200)
    assert hubbub.streams(archive)["stream_id"].to_list() == ["video-00001"]


def test_a_channel_that_is_not_there_leaves_no_archive(world: FakePlatforms, tmp_path: Path):
    with pytest.raises(hubbub.errors.SourceError):
        hubbub.watch(tmp_path / "archive", ["https://www.youtube.com/@nobody"])
    world.faults = {("replay", n): 500 for n in range(1, 9)}
    world.youtube["@ann"][0].status = "was_live"
    assert hubbub.collect(tmp_path / "archive", [URL]).problems
    assert list(tmp_path.iterdir()) == []
