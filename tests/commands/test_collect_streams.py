"""``hubbub collect`` of YouTube and Twitch against servers of our own: everything, once, and said when it is not."""

from __future__ import annotations

import errno
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fake_youtube import FakePlatforms, FakeStream, make_stream

import hubbub
from hubbub.collect import clients
from hubbub.errors import HubbubError, SourceError
from hubbub.store.archive import Archive
from hubbub.store.raw import RawPages

RUNNER = Path(__file__).parents[1] / "run_collect.py"
ANN = "https://www.youtube.com/@ann"
VIDEO = "https://www.youtube.com/watch?v=video-00001"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePlatforms]:
    with FakePlatforms() as fake:
        fake.youtube["@ann"] = [make_stream("video-00001")]
        monkeypatch.setattr(clients, "HOSTS", fake.hosts)
        monkeypatch.setattr(clients, "WAITS", (0.0,) * 4)
        yield fake


def outcome(report: Any, stream: str) -> dict[str, Any]:
    return next(row for row in report.details["streams"] if row["stream"] == stream)


def check_truth(archive: Path, stream: FakeStream, n_messages: int | None = None) -> None:
    """Hold that the archive has just the messages that were sent: ids, order, texts, kinds, times."""
    rows = hubbub.table(archive, "messages", stream=[stream.stream_id], limit=100_000)
    sent = stream.messages[:n_messages]
    assert rows["message_id"].to_list() == [message.message_id for message in sent]
    assert rows["text"].to_list() == [message.text for message in sent]
    assert rows["kind"].to_list() == [message.kind for message in sent]
    assert rows["viewer_id"].n_unique() == len({message.author_id for message in sent})
    assert [round(offset * 1000) for offset in rows["offset_seconds"]] == [message.offset_ms for message in sent]


def is_complete(archive: Path, stream: str) -> bool | None:
    rows = Archive(archive).read("streams").filter(stream_id=stream)
    answer: bool | None = rows["is_complete"][0]
    return answer


# ---- one stream ----


def test_a_replay_is_collected_whole_with_what_is_known_of_it(world: FakePlatforms, tmp_path: Path):
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert report.problems == ()
    assert (report.n_in, report.n_kept) == (200, 200)
    check_truth(tmp_path / "a", world.youtube["@ann"][0])
    row = Archive(tmp_path / "a").read("streams").row(0, named=True)
    assert (row["channel"], row["title"], row["category"], row["url"]) == (
        "@ann", "Stream video-00001", "Gaming", VIDEO,
    )  # fmt: skip
    assert row["is_complete"] is True
    assert row["collected_at"] is not None
    assert row["started_at"].timestamp() == 1_700_000_000
    donations = hubbub.table(tmp_path / "a", "messages", limit=1000).filter(kind="donation")
    assert donations.height > 0
    assert set(donations["amount"]) == {500}
    assert set(donations["currency"]) == {"EUR"}
    # The whole chat was asked for, not the selection that YouTube calls "top chat".
    assert next(asked for name, asked in world.requests if name == "replay") == "video-00001~all"


def test_the_raw_pages_are_as_they_came_and_only_their_owner_reads_them(world: FakePlatforms, tmp_path: Path):
    hubbub.collect(tmp_path / "a", [VIDEO])
    with RawPages(Archive(tmp_path / "a"), "youtube", "video-00001") as raw:
        pages = list(raw.pages())
    assert len(pages) == world.count("replay") == 5
    actions = json.loads(pages[0].body)["continuationContents"]["liveChatContinuation"]["actions"]
    assert len(actions) == 40
    folder = tmp_path / "a" / "private" / "raw"
    (file,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    assert "video-00001" not in file.name


def test_a_stream_that_is_there_whole_is_not_fetched_again(world: FakePlatforms, tmp_path: Path):
    hubbub.collect(tmp_path / "a", [VIDEO])
    n_requests = len(world.requests)
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert len(world.requests) == n_requests
    assert outcome(report, "video-00001")["outcome"] == "skipped"
    assert "has it whole" in outcome(report, "video-00001")["why"]
    assert report.problems == ()


@pytest.mark.parametrize("fault", [404, 429, 500, 503, "drop", "garbage"])
def test_a_fault_of_one_page_is_tried_again(world: FakePlatforms, tmp_path: Path, fault: int | str):
    world.faults = {("replay", 1): fault, ("replay", 4): fault, ("watch", 2): 503}
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert report.problems == ()
    check_truth(tmp_path / "a", world.youtube["@ann"][0])


def test_a_page_that_never_comes_is_said_and_fetched_the_next_time(world: FakePlatforms, tmp_path: Path):
    world.faults = {("replay", n): 404 for n in range(3, 50)}
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert outcome(report, "video-00001")["outcome"] == "failed"
    assert "HTTP 404" in report.problems[0]
    assert "run again" in report.problems[0]
    check_truth(tmp_path / "a", world.youtube["@ann"][0], 80)
    assert is_complete(tmp_path / "a", "video-00001") is False
    world.faults.clear()
    n_before = world.count("replay")
    again = hubbub.collect(tmp_path / "a", update=True)
    assert again.problems == ()
    assert outcome(again, "video-00001")["outcome"] == "repaired"
    assert world.count("replay") - n_before == 3  # not from the first page again
    check_truth(tmp_path / "a", world.youtube["@ann"][0])
    assert is_complete(tmp_path / "a", "video-00001") is True


def test_where_the_platform_forgot_the_place_it_begins_anew(world: FakePlatforms, tmp_path: Path):
    world.faults = {("replay", n): 500 for n in range(3, 8)}
    hubbub.collect(tmp_path / "a", [VIDEO])
    n_before = world.count("replay")
    world.faults = {("replay", n_before + 1): 400}
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert report.problems == ()
    assert world.requests[-5][1] == "video-00001~all"
    check_truth(tmp_path / "a", world.youtube["@ann"][0])


def test_a_replay_that_ends_early_never_looks_like_success(world: FakePlatforms, tmp_path: Path):
    stream = world.youtube["@ann"][0]
    stream.ends_after = 2
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert "ends before the stream did: at 0:23:" in report.problems[0]
    assert is_complete(tmp_path / "a", "video-00001") is False
    gaps = hubbub.table(tmp_path / "a", "gaps")
    assert gaps["last_seconds"].to_list() == [3600.0]
    assert abs(gaps["first_seconds"][0] - stream.messages[79].offset_ms / 1000) < 0.01
    source = hubbub.table(tmp_path / "a", "sources").row(0, named=True)
    assert source["verdict"] == "incomplete"
    assert "0:23:" in source["missing"][0]
    stream.ends_after = None
    again = hubbub.collect(tmp_path / "a", update=True)
    assert outcome(again, "video-00001")["outcome"] == "repaired"
    check_truth(tmp_path / "a", stream)
    assert is_complete(tmp_path / "a", "video-00001") is True
    assert hubbub.table(tmp_path / "a", "gaps").height == 0


def test_a_replay_that_ends_early_at_the_platform_too_is_not_fetched_for_ever(world: FakePlatforms, tmp_path: Path):
    world.youtube["@ann"][0].ends_after = 2
    hubbub.collect(tmp_path / "a", [VIDEO])
    again = hubbub.collect(tmp_path / "a", update=True)
    assert outcome(again, "video-00001")["outcome"] == "fetched"
    assert len(again.problems) == 1
    n_before = world.count("replay")
    third = hubbub.collect(tmp_path / "a", update=True)
    assert outcome(third, "video-00001")["outcome"] == "skipped"
    assert "twice: at 0:23:" in outcome(third, "video-00001")["why"]
    assert world.count("replay") == n_before
    assert is_complete(tmp_path / "a", "video-00001") is False
    # Named, it is tried once more.
    world.youtube["@ann"][0].ends_after = None
    assert outcome(hubbub.collect(tmp_path / "a", [VIDEO]), "video-00001")["outcome"] == "repaired"


def test_only_the_first_page_is_no_success(world: FakePlatforms, tmp_path: Path):
    world.youtube["@ann"][0].ends_after = 1
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert len(report.problems) == 1
    assert is_complete(tmp_path / "a", "video-00001") is False


def test_a_quiet_end_is_not_called_a_gap(world: FakePlatforms, tmp_path: Path):
    stream = make_stream("quiet-00001", n_messages=10, duration=7200)
    stream.messages = stream.messages[:8]
    world.youtube["@ann"].append(stream)
    report = hubbub.collect(tmp_path / "a", ["https://youtu.be/quiet-00001"])
    assert report.problems == ()
    assert is_complete(tmp_path / "a", "quiet-00001") is True


def test_messages_that_come_twice_are_kept_once(world: FakePlatforms, tmp_path: Path):
    world.youtube["@ann"][0].n_repeated = 7
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert (report.n_kept, report.n_repeated) == (200, 28)
    check_truth(tmp_path / "a", world.youtube["@ann"][0])


def test_what_is_not_known_is_kept_aside_and_counted(world: FakePlatforms, tmp_path: Path):
    world.youtube["@ann"][0].has_unknown = True
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    check_truth(tmp_path / "a", world.youtube["@ann"][0])
    assert report.rejected == {"unknown shape: showShinyThingAction": 1}
    assert '"shine":3' in hubbub.table(tmp_path / "a", "rejects")["excerpt"][0]


def test_a_circle_of_pages_ends(world: FakePlatforms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def always_first(token: str) -> Any:
        answer = FakePlatforms._replay(world, "video-00001~all")
        chat = answer["continuationContents"]["liveChatContinuation"]
        chat["continuations"] = [{"liveChatReplayContinuationData": {"continuation": "video-00001~all"}}]
        return answer

    monkeypatch.setattr(world, "_replay", always_first)
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert "gave before" in report.problems[0]
    assert world.count("replay") == 1


# ---- kill, disk ----


def run_collect(world: FakePlatforms, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    (folder / "hosts.json").write_text(json.dumps(world.hosts))
    command = [sys.executable, str(RUNNER), str(folder / "hosts.json"), "collect", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ.copy())


def test_a_killed_collection_goes_on_and_gives_what_an_undisturbed_one_gives(world: FakePlatforms, tmp_path: Path):
    stream = make_stream("video-00009", n_messages=600)
    world.youtube["@ann"] = [stream]
    url = "https://www.youtube.com/watch?v=video-00009"
    hubbub.collect(tmp_path / "undisturbed", [url])
    n_before, n_watched = world.count("replay"), world.count("watch")
    process = run_collect(world, tmp_path, url, "--archive", str(tmp_path / "a"))
    world.on_request[("replay", n_before + 8)] = process.kill
    process.communicate(timeout=60)
    assert process.returncode == -9
    assert hubbub.status(tmp_path / "a")["n_messages"] == 0
    assert world.count("watch") == n_watched + 2
    # A torn page at the end, as a kill in the middle of a write leaves it.
    (file,) = (tmp_path / "a" / "private" / "raw").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:100])
    n_asked = world.count("replay")
    report = hubbub.collect(tmp_path / "a", [url])
    assert report.problems == ()
    assert world.count("replay") - n_asked == 15 - 7
    check_truth(tmp_path / "a", stream)
    mine, theirs = (hubbub.table(tmp_path / name, "messages", limit=1000) for name in ("a", "undisturbed"))
    assert mine.drop("viewer_id").equals(theirs.drop("viewer_id"))


def test_killed_after_the_last_page_nothing_is_fetched_again(world: FakePlatforms, tmp_path: Path):
    hubbub.collect(tmp_path / "b", [VIDEO])
    (file,) = (tmp_path / "b" / "private" / "raw").iterdir()
    Archive(tmp_path / "a", create=True)
    (tmp_path / "a" / "private" / "raw").mkdir()
    (tmp_path / "a" / "private" / "raw" / file.name).write_bytes(file.read_bytes())
    n_before = world.count("replay")
    assert hubbub.collect(tmp_path / "a", [VIDEO]).problems == ()
    assert world.count("replay") == n_before
    check_truth(tmp_path / "a", world.youtube["@ann"][0])


def test_a_full_disk_stops_that_stream_and_loses_no_page(
    world: FakePlatforms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    synced, n_calls = os.fsync, itertools.count(1)

    def full(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".gz" and next(n_calls) >= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert "No space left on device" in report.problems[0]
    check_truth(tmp_path / "a", world.youtube["@ann"][0], 80)
    monkeypatch.undo()
    monkeypatch.setattr(clients, "HOSTS", world.hosts)
    n_before = world.count("replay")
    assert hubbub.collect(tmp_path / "a", [VIDEO]).problems == ()
    assert world.count("replay") - n_before == 3
    check_truth(tmp_path / "a", world.youtube["@ann"][0])


def test_two_at_once_are_not_mixed(world: FakePlatforms, tmp_path: Path):
    with RawPages(Archive(tmp_path / "a", create=True), "youtube", "video-00001"):
        report = hubbub.collect(tmp_path / "a", [VIDEO])
    assert "another process" in report.problems[0]


# ---- a channel ----


@pytest.fixture
def channel(world: FakePlatforms) -> FakePlatforms:
    states = ["is_live", "is_upcoming", "was_live", "private", "members", "no_chat", "post_live", "was_live"]
    world.youtube["@ann"] = [make_stream(f"video-0000{n}", status=state) for n, state in enumerate(states)]
    return world


def test_a_channel_is_collected_and_each_stream_left_out_has_its_reason(channel: FakePlatforms, tmp_path: Path):
    report = hubbub.collect(tmp_path / "a", [ANN])
    assert report.problems == ()
    said = {row["stream"]: (row["outcome"], row["why"]) for row in report.details["streams"]}
    assert [said[f"video-0000{n}"][0] for n in range(8)] == [
        "skipped", "skipped", "fetched", "skipped", "skipped", "skipped", "skipped", "fetched",
    ]  # fmt: skip
    assert "live" in said["video-00000"][1]
    assert "has not begun" in said["video-00001"][1]
    assert said["video-00003"][1] == "private video"
    assert said["video-00004"][1] == "for members only"
    assert said["video-00005"][1] == "it has no chat replay"
    assert "not ready" in said["video-00006"][1]
    assert report.n_kept == 400


def test_update_fetches_what_is_new_and_repairs(channel: FakePlatforms, tmp_path: Path):
    channel.youtube["@ann"][7].ends_after = 2
    hubbub.collect(tmp_path / "a", [ANN])
    n_before = len(channel.requests)
    channel.youtube["@ann"][7].ends_after = None
    channel.youtube["@ann"][0].status = "was_live"
    channel.youtube["@ann"].insert(0, make_stream("video-00010"))
    report = hubbub.collect(tmp_path / "a", update=True)
    said = {row["stream"]: (row["outcome"], row["why"]) for row in report.details["streams"]}
    assert said["video-00010"][0] == "fetched"
    assert said["video-00000"][0] == "fetched"
    assert said["video-00007"][0] == "repaired"
    assert "has it whole" in said["video-00002"][1]
    assert said["video-00005"][1].startswith("it has no chat replay (as of 20")
    watched = {asked for name, asked in channel.requests[n_before:] if name == "watch"}
    assert "video-00002" not in watched
    assert "video-00005" not in watched
    assert report.problems == ()
    for stream in ("video-00010", "video-00000", "video-00007"):
        check_truth(tmp_path / "a", channel.stream(stream)[1])


def test_one_failure_does_not_stop_the_others(channel: FakePlatforms, tmp_path: Path):
    replay = channel._replay
    channel._replay = lambda token: 503 if "video-00002" in token else replay(token)  # type: ignore[method-assign,assignment,return-value]
    report = hubbub.collect(tmp_path / "a", [ANN])
    assert outcome(report, "video-00002")["outcome"] == "failed"
    assert "503" in report.problems[0]
    check_truth(tmp_path / "a", channel.stream("video-00007")[1])


def test_a_limit_takes_the_newest(channel: FakePlatforms, tmp_path: Path):
    report = hubbub.collect(tmp_path / "a", [ANN], limit=3)
    assert {row["stream"] for row in report.details["streams"]} == {"video-00000", "video-00001", "video-00002"}


def test_a_listing_that_breaks_off_is_said(channel: FakePlatforms, tmp_path: Path):
    channel.faults = {("browse", n): 500 for n in range(1, 20)}
    report = hubbub.collect(tmp_path / "a", [ANN])
    assert report.n_kept == 200  # the three on the first page
    assert "listed before" in report.problems[-1]


# ---- words that are given ----


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["https://www.yotube.com/@ann"], "is no channel, stream, account or list"),
        (["file:///etc/passwd"], "is no channel, stream, account or list"),
        (["https://example.com/video"], "is no channel, stream, account or list"),
        (["missing.ods"], "missing.ods: cannot be read"),
        ([], "nothing was given"),
        (["https://www.youtube.com/@nobody"], "Not Found"),
        (["https://www.youtube.com/watch?v=nothing0000"], "nothing0000"),
    ],
)
def test_what_cannot_be_collected_is_one_clear_line_and_leaves_nothing(
    world: FakePlatforms, tmp_path: Path, words: list[str], said: str
):
    try:
        report = hubbub.collect(tmp_path / "a", words)
    except HubbubError as error:
        text = str(error)
    else:
        (text,) = report.problems
    assert said in text
    assert "\n" not in text
    assert not (tmp_path / "a").exists()


def test_update_needs_an_archive(world: FakePlatforms, tmp_path: Path):
    with pytest.raises(HubbubError, match="No archive"):
        hubbub.collect(tmp_path / "a", update=True)
    Archive(tmp_path / "b", create=True)
    with pytest.raises(SourceError, match="nothing was collected before"):
        hubbub.collect(tmp_path / "b", update=True)


def test_nothing_outside_the_archive_is_written_and_nothing_else_is_run(
    world: FakePlatforms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "yt-dlp.conf").write_text("--exec 'touch /tmp/never'\n")
    started: list[Any] = []
    monkeypatch.setattr(subprocess.Popen, "__init__", lambda *arguments, **_: started.append(arguments))
    hubbub.collect(tmp_path / "a", [ANN])
    assert started == []
    assert {path.name for path in tmp_path.iterdir()} == {"a", "home"}
    assert {path.name for path in (tmp_path / "home").iterdir()} == {"yt-dlp.conf"}


# ---- forgetting ----


def test_a_forgotten_viewer_is_in_no_byte_of_the_archive(world: FakePlatforms, tmp_path: Path):
    stream = world.youtube["@ann"][0]
    gone = stream.messages[0]
    other = next(message for message in stream.messages if message.author_id != gone.author_id)
    other.text = f"@{gone.author} said it"
    hubbub.collect(tmp_path / "a", [VIDEO])
    n_theirs = sum(message.author_id == gone.author_id for message in stream.messages)
    report = hubbub.forget(tmp_path / "a", gone.author_id)
    assert report.n_in == n_theirs
    assert _find(tmp_path / "a", gone.author_id) == []
    with RawPages(Archive(tmp_path / "a"), "youtube", "video-00001") as raw:
        bodies = [page.body.decode() for page in raw.pages()]
    everything = "".join(bodies)
    assert gone.author_id not in everything
    assert f'"{gone.author}"' not in everything
    assert f"@{gone.author} said" not in everything
    assert "[forgotten] said it" in everything
    kept = [message for message in stream.messages if message.author_id != gone.author_id]
    assert all(message.message_id in everything for message in kept)
    # What is collected again does not bring them back, not in the raw pages either.
    with_update = hubbub.collect(tmp_path / "a", [VIDEO])
    assert outcome(with_update, "video-00001")["outcome"] == "skipped"
    stream.messages.append(type(gone)("video-00001-late", 3_599_000, gone.author, gone.author_id, "again", "message"))
    world.youtube["@ann"].append(
        FakeStream("video-00002", "Another", messages=[gone, other, stream.messages[-1]], duration=3600)
    )
    report = hubbub.collect(tmp_path / "a", ["https://youtu.be/video-00002"])
    assert report.rejected["viewer was forgotten"] == 2
    assert _find(tmp_path / "a", gone.author_id) == []


def _find(archive: Path, what: str) -> list[str]:
    """Return the files of an archive that hold some bytes, gzip members looked into."""
    import gzip

    found = []
    for path in archive.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            if what.encode() in content:
                found.append(path.name)
    return found
