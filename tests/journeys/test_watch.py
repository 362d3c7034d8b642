"""The rules of `hubbub watch`: names of streams, what goes on, what ends it, what is said."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import hubbub
from hubbub.analyze import completeness
from hubbub.collect import live_sources
from hubbub.collect.live_sources import Gap, LiveSource, Sink
from hubbub.commands.watch import NO_ARCHIVE
from hubbub.errors import ArchiveError, SourceError
from hubbub.records import RawRow
from hubbub.reports import Watched
from hubbub.store.journal import Journal

NOW = datetime.now(UTC)


class Script:
    """A live source that says what a test wants."""

    platform = "script"

    def __init__(
        self,
        rows: Sequence[RawRow] = (),
        gaps: Sequence[Gap] = (),
        error: Exception | None = None,
        *,
        batch: Sequence[RawRow] = (),
        is_endless: bool = False,
    ) -> None:
        self.channels = ("pond",)
        self.rows, self.gaps, self.error, self.is_endless, self.batch = rows, gaps, error, is_endless, batch

    def run(self, sink: Sink, stop: threading.Event) -> None:
        sink.put(self.batch, time.monotonic())
        for row in self.rows:
            sink.put([row], time.monotonic())
        for gap in self.gaps:
            sink.gap(gap)
        sink.note("things")
        sink.status("pond", "live")
        if self.error is not None:
            raise self.error
        if self.is_endless:
            stop.wait()


def row(number: int, at: datetime = NOW, channel: str = "pond") -> RawRow:
    sent_at = round(at.timestamp() * 1e6) + number
    return RawRow(
        platform="script", channel=channel, message_id=f"{at:%d%H%M}-{number}", sent_at=sent_at, author="Ann Example",
        text=f"text {number}",
    )  # fmt: skip


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch):
    """Return a way to have `watch` follow scripts."""

    def say(*scripts: LiveSource) -> None:
        monkeypatch.setattr(live_sources, "open_sources", lambda targets, server=None: list(scripts))

    return say


def test_it_ends_when_its_sources_have_ended_and_reports(say, tmp_path: Path):
    say(Script([row(n) for n in range(10)]))
    states: list[Watched] = []
    report = hubbub.watch(tmp_path / "archive", ["script:pond"], show=states.append)
    assert (report.n_in, report.n_kept, report.problems) == (10, 10, ())
    assert report.details["channels"] == {"pond": 10}
    assert report.details["notes"] == {"things": 1}
    assert set(report.details["on_disk_within_seconds"]) == {"half", "99 of 100", "all"}
    assert all(value < 30 for value in report.details["on_disk_within_seconds"].values())
    assert states
    (stream,) = report.details["streams"]
    assert stream.startswith(f"pond-{NOW:%Y-%m-%d}-")
    streams = pl.DataFrame(hubbub.streams(tmp_path / "archive"))
    assert streams["n_messages"].to_list() == [10]
    assert b"Ann Example" not in b"".join(
        file.read_bytes() for file in (tmp_path / "archive" / "tables").rglob("*.parquet")
    )


@pytest.mark.parametrize(("hours", "goes_on"), [(0.1, True), (1.9, True), (2.1, False), (50.0, False)])
def test_a_channel_goes_on_with_a_young_stream_and_the_time_between_is_a_gap(
    say, tmp_path: Path, hours: float, goes_on: bool
):
    archive, before = tmp_path / "archive", datetime.now(UTC) - timedelta(hours=hours)
    first = [row(n, before) for n in range(3)]
    for one in first:
        one.stream_id = "pond-earlier"
    with Journal(archive) as journal:
        journal.append(first)
    say(Script([row(n) for n in range(3)]))
    (name,) = hubbub.watch(archive, ["script:pond"]).details["streams"]
    assert (name == "pond-earlier") is goes_on
    gaps = hubbub.table(archive, "gaps")
    if goes_on:
        (gap,) = gaps.to_dicts()
        assert gap["cause"] == "hubbub was not running"
        assert abs((gap["started_at"] - before).total_seconds()) < 1
        assert abs((gap["ended_at"] - datetime.now(UTC)).total_seconds()) < 60
        # Once more, at once: it was followed until its end, and not only until its last message.
        say(Script([row(9)]))
        hubbub.watch(archive, ["script:pond"])
        told = hubbub.table(archive, "gaps").select(pl.col("ended_at") - pl.col("started_at")).to_series()
        assert (told > timedelta(seconds=60)).sum() == 1
    else:
        assert gaps.is_empty()


def test_gaps_are_kept_with_their_stream(say, tmp_path: Path):
    begin = round(NOW.timestamp() * 1e6)
    gap = Gap(channel="pond", started_at=begin, ended_at=begin + 3_500_000, cause="the connection was reset")
    say(Script([row(0), row(5_000_000)], [gap]))
    report = hubbub.watch(tmp_path / "archive", ["script:pond"])
    (kept,) = hubbub.table(tmp_path / "archive", "gaps").to_dicts()
    assert (kept["stream_id"], kept["cause"]) == (report.details["streams"][0], "the connection was reset")
    assert (kept["ended_at"] - kept["started_at"]).total_seconds() == 3.5
    assert report.details["gaps"][0]["lasted"] == "3.5 s"


def test_a_silence_that_the_rate_does_not_explain_is_found_at_the_end_and_one_without_a_link_is_not_doubled(
    say, tmp_path: Path
):
    archive, start = tmp_path / "archive", round(NOW.timestamp() * 1e6)
    draw = random.Random(1)
    moments = list(itertools.accumulate(draw.expovariate(2.0) for _ in range(6_000)))
    heard = [at for at in moments if not (1000 < at < 1200 or 2000 < at < 2100)]
    rows = [row(round(at * 1e6)) for at in heard]
    link = Gap(channel="pond", started_at=start + 2_000_000_000, ended_at=start + 2_100_000_000, cause="reset")
    say(Script([], [link], batch=rows[:4000]), Script(batch=rows[4000:]))
    report = hubbub.watch(archive, ["script:pond"])
    gaps = hubbub.gaps(archive)
    assert gaps["cause"].to_list() == [completeness.SILENCE, "reset"]
    assert gaps["first_seconds"][0] == pytest.approx(1000 - heard[0], abs=5)
    assert gaps["n_expected"][0] == pytest.approx(400, rel=0.5)
    (stream,) = report.details["streams"]
    assert [line.rpartition(": ")[2] for line in report.details["missing"][stream]] == gaps["cause"].to_list()
    (source,) = hubbub.table(archive, "sources").to_dicts()
    assert (source["format"], source["verdict"], len(source["missing"])) == ("script-live", "incomplete", 2)
    assert hubbub.streams(archive)["is_complete"].to_list() == [False]


def test_a_stream_of_which_nothing_is_missing_is_not_called_complete(say, tmp_path: Path):
    say(Script([row(n * 1_000_000) for n in range(9)]))
    assert hubbub.watch(tmp_path / "archive", ["script:pond"]).details["missing"] == {}
    assert hubbub.table(tmp_path / "archive", "sources")["verdict"].to_list() == ["unknown"]
    assert hubbub.streams(tmp_path / "archive")["is_complete"].to_list() == [None]


def test_a_watch_in_which_nothing_came_leaves_no_archive_that_it_made(say, tmp_path: Path):
    for script in (
        Script(error=SourceError("no such channel")),
        Script(gaps=[Gap(channel="pond", started_at=0, ended_at=9, cause="x")]),
    ):
        say(script)
        with suppress(SourceError):
            assert hubbub.watch(tmp_path / "archive", ["script:pond"]).details["archive"] == NO_ARCHIVE
        assert list(tmp_path.iterdir()) == []
    say(Script([row(0)]))
    hubbub.watch(tmp_path / "archive", ["script:pond"])
    say(Script(error=SourceError("no such channel")))
    with pytest.raises(SourceError):
        hubbub.watch(tmp_path / "archive", ["script:pond"])
    assert hubbub.table(tmp_path / "archive", "messages").height == 1


def test_a_source_that_cannot_work_is_a_problem_and_the_others_go_on(say, tmp_path: Path):
    say(Script(error=SourceError("no such channel")), Script([row(0)]))
    report = hubbub.watch(tmp_path / "archive", ["script:pond"])
    assert (report.n_kept, report.problems) == (1, ("no such channel",))
    say(Script(error=SourceError("no such channel")))
    with pytest.raises(SourceError, match="no such channel"):
        hubbub.watch(tmp_path / "archive", ["script:pond"])


def test_a_mistake_of_ours_is_raised_and_what_came_is_kept(say, tmp_path: Path):
    say(Script([row(0)], error=ZeroDivisionError("ours")))
    with pytest.raises(ZeroDivisionError):
        hubbub.watch(tmp_path / "archive", ["script:pond"])
    say(Script([row(1)]))
    hubbub.watch(tmp_path / "archive", ["script:pond"])
    assert hubbub.table(tmp_path / "archive", "messages").height == 2


def test_a_view_that_fails_ends_it_in_order(say, tmp_path: Path):
    def fail(state: Watched, /) -> None:
        raise BrokenPipeError

    say(Script([row(0)], is_endless=True))
    with pytest.raises(BrokenPipeError):
        hubbub.watch(tmp_path / "archive", ["script:pond"], show=fail)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("hubbub")] == []


def test_a_second_watch_of_one_archive_is_refused(say, tmp_path: Path):
    say(Script([row(0)]))
    with Journal(tmp_path / "archive"), pytest.raises(ArchiveError):
        hubbub.watch(tmp_path / "archive", ["script:pond"])


def test_nothing_is_made_for_a_target_that_cannot_be(tmp_path: Path):
    for targets, server in ((["mixer:ann"], None), (["twitch:ann"], "nonsense")):
        with pytest.raises(SourceError):
            hubbub.watch(tmp_path / "archive", targets, server=server)
    assert not (tmp_path / "archive").exists()
