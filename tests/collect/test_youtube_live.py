"""The live chat of YouTube, followed against a server of our own until it is over, through everything that fails."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from tests.fake_youtube import FakePlatforms, make_stream

from hubbub.collect import clients, youtube_live
from hubbub.collect.live_sources import Gap, open_sources
from hubbub.collect.youtube_live import YouTubeLive
from hubbub.errors import SourceError
from hubbub.records import RawRow

URL = "https://www.youtube.com/watch?v=video-00001"


class Sink:
    def __init__(self) -> None:
        self.rows: list[RawRow] = []
        self.gaps: list[Gap] = []
        self.notes: Counter[str] = Counter()
        self.kept: list[tuple[str, bytes]] = []
        self.after_put: list[threading.Event] = []

    def put(self, rows: Sequence[RawRow], received_at: float) -> None:
        self.rows += rows
        for event in self.after_put:
            event.set()

    def gap(self, gap: Gap) -> None:
        self.gaps.append(gap)

    def keep(self, stream_id: str, body: bytes, /) -> None:
        self.kept.append((stream_id, body))

    def note(self, what: str, n: int = 1, /) -> None:
        self.notes[what] += n


class Waits(threading.Event):
    """Never waits, and remembers what it was asked to; its clock is the sum of that."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []
        self._lock = threading.Lock()

    def wait(self, timeout: float | None = None) -> bool:
        if timeout == 0.1:  # run() looking whether its threads live
            return super().wait(0.005)
        with self._lock:
            self.asked.append(timeout or 0.0)
        return self.is_set()

    def now(self) -> float:
        with self._lock:
            return 1_000_000.0 + sum(self.asked)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePlatforms]:
    with FakePlatforms() as fake:
        fake.youtube["@ann"] = [make_stream("video-00001", status="is_live")]
        monkeypatch.setattr(clients, "HOSTS", fake.hosts)
        monkeypatch.setattr(clients, "WAITS", (0.0, 0.0))
        yield fake


def follow(*addresses: str) -> tuple[Sink, Waits]:
    sink, stop = Sink(), Waits()
    YouTubeLive(list(addresses), now=stop.now, rng=random.Random(1)).run(sink, stop)
    return sink, stop


def test_a_live_chat_is_followed_until_it_is_over(world: FakePlatforms):
    sink, waits = follow(URL)
    sent = world.youtube["@ann"][0].messages
    assert [row.message_id for row in sink.rows] == [message.message_id for message in sent]
    assert [row.text for row in sink.rows] == [message.text for message in sent]
    assert {(row.platform, row.channel, row.stream_id) for row in sink.rows} == {("youtube", "@ann", "video-00001")}
    assert {row.kind for row in sink.rows} == {"message", "donation", "membership"}
    assert all(row.sent_at for row in sink.rows)
    assert waits.asked[:5] == [1.5] * 5  # as the answers say
    assert sink.gaps == []


def test_a_channel_means_its_live_stream(world: FakePlatforms):
    assert len(follow("https://www.youtube.com/@ann")[0].rows) == 200
    world.youtube["@ann"][0].status = "is_live"
    assert len(follow("@ann")[0].rows) == 200


def test_two_streams_at_once(world: FakePlatforms):
    world.youtube["@bob"] = [make_stream("video-00002", status="is_live", n_messages=90)]
    sink, _ = follow(URL, "https://youtu.be/video-00002")
    assert Counter(row.stream_id for row in sink.rows) == {"video-00001": 200, "video-00002": 90}


def test_an_answer_with_an_unknown_shape_is_kept_as_it_came(world: FakePlatforms):
    world.youtube["@ann"][0].has_unknown = True
    sink, _ = follow(URL)
    ((stream, body),) = sink.kept
    assert stream == "video-00001"
    assert b"showShinyThingAction" in body
    assert sink.notes["unknown shape, kept aside: showShinyThingAction"] == 1
    assert len(sink.rows) == 200


@pytest.mark.parametrize("fault", [404, 429, 500, "drop", "garbage"])
def test_polls_that_fail_are_asked_again_and_lose_nothing(world: FakePlatforms, fault: int | str):
    world.faults = {("live", 2): fault, ("live", 5): fault}
    sink, _ = follow(URL)
    assert {row.message_id for row in sink.rows} == {one.message_id for one in world.youtube["@ann"][0].messages}
    assert sink.notes["polls without an answer"] == 2
    assert sink.gaps == []


def test_a_long_silence_of_the_platform_is_a_gap_and_ends_nothing(world: FakePlatforms):
    world.faults = {("live", n): 503 for n in range(3, 23)}
    sink, waits = follow(URL)
    assert {row.message_id for row in sink.rows} == {one.message_id for one in world.youtube["@ann"][0].messages}
    (gap,) = sink.gaps
    assert gap.stream_id == "video-00001"
    assert "503" in gap.cause
    slept = [wait for wait in waits.asked if wait not in (1.5, 0.2)]
    assert len(slept) == 20
    assert max(slept) <= youtube_live.LONGEST_RETRY
    assert slept[0] <= 1.0
    assert len(set(slept)) > 15  # jitter
    assert abs((gap.ended_at - gap.started_at) / 1e6 - sum(slept) - 1.5) < 0.01


def test_a_forgotten_continuation_is_asked_for_anew(world: FakePlatforms):
    world.faults = {("live", 3): 400, ("live", 4): 400}
    sink, _ = follow(URL)
    assert sink.notes["pages asked anew"] >= 1
    assert {row.message_id for row in sink.rows} == {one.message_id for one in world.youtube["@ann"][0].messages}


def test_a_page_that_names_no_next_is_not_the_end_while_the_stream_is_live(
    world: FakePlatforms, monkeypatch: pytest.MonkeyPatch
):
    live, answers = world._live, Counter[str]()

    def forgetful(token: str) -> object:
        answers["n"] += 1
        return {"responseContext": {}} if answers["n"] == 3 else live(token)

    monkeypatch.setattr(world, "_live", forgetful)
    sink, _ = follow(URL)
    assert {row.message_id for row in sink.rows} == {one.message_id for one in world.youtube["@ann"][0].messages}


def test_it_stops_within_a_second_and_puts_nothing_more(world: FakePlatforms):
    sink, stop = Sink(), threading.Event()
    sink.after_put.append(stop)
    source = YouTubeLive([URL])
    thread = threading.Thread(target=source.run, args=(sink, stop))
    thread.start()
    assert stop.wait(10)
    thread.join(1.0)
    assert not thread.is_alive()
    assert len(sink.rows) == 40


@pytest.mark.parametrize(
    ("status", "said"),
    [("was_live", "hubbub collect https://www.youtube.com/watch?v=video-00001"), ("post_live", "not live")],
)
def test_what_is_not_live_is_said(world: FakePlatforms, status: str, said: str):
    world.youtube["@ann"][0].status = status
    with pytest.raises(SourceError) as refusal:
        follow(URL)
    assert said in str(refusal.value)


def test_a_channel_that_is_not_live_is_said(world: FakePlatforms):
    world.youtube["@ann"][0].status = "was_live"
    with pytest.raises(SourceError, match="not currently live"):
        follow("https://www.youtube.com/@ann")


def test_the_registry_knows_it():
    (source,) = open_sources([URL, "youtube:@bob"])
    assert isinstance(source, YouTubeLive)
    assert source.channels == (URL, "@bob")
    with pytest.raises(SourceError, match="no stream or channel"):
        open_sources(["https://example.com/live"])
