"""Following channels in virtual time: whatever the network does, nothing received is lost and every gap is told."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.collect.irc_world import FIN, RST, Connection, World
from tests.sizes import N_SCRIPTS

from hubbub.collect import irc_follower
from hubbub.collect.irc_follower import OVERLAP_SECONDS


@pytest.fixture
def world() -> World:
    world = World(["pond", "lake"])
    world.run(3)
    assert world.n_live == 2
    return world


def only(world: World) -> Connection:
    (connection,) = world.open.values()
    return connection


def finish(world: World) -> None:
    world.finish()
    world.check()


def test_what_is_said_is_received_once_as_it_was_said(world: World):
    for channel in ("pond", "lake") * 50:
        world.say(channel)
        world.run(0.5)
    finish(world)
    assert len(world.rows) == 100
    assert world.gaps == []


@pytest.mark.parametrize(
    "cause", ["the server closed the connection", "ConnectionResetError: Connection reset by peer"]
)
def test_a_closed_link_is_a_gap_with_its_cause_and_another_link_comes(world: World, cause: str):
    world.run(60)
    began = world.now
    world.close(only(world), cause)
    world.run(10)
    world.say("pond")
    finish(world)
    assert {(channel, why) for channel, _, _, why in world.gaps} == {("pond", cause), ("lake", cause)}
    assert all(began - 2 < begin <= began and end - began < 1 for _, begin, end, _ in world.gaps)


def test_a_half_open_link_is_noticed_within_thirty_seconds_and_replaced(world: World):
    world.run(60)
    frozen = only(world)
    world.freeze(frozen)
    began = world.now
    world.run(9)
    assert len(world.open) == 2, "another link is opened beside a silent one"
    world.run(21)
    assert frozen.number not in world.open
    world.say("pond")
    finish(world)
    assert {channel for channel, *_ in world.gaps} == {"pond", "lake"}
    for _, begin, end, cause in world.gaps:
        assert began - 2 <= begin <= began
        assert end <= began + 11
        assert "no sign of life" in cause


def test_a_link_that_was_only_slow_loses_nothing_and_leaves_no_gap(world: World):
    world.run(60)
    slow = only(world)
    world.freeze(slow)
    world.run(1)
    world.say("pond")
    world.run(14)
    world.say("pond")
    world.thaw(slow)
    world.run(30)
    finish(world)
    assert len(world.rows) == 2
    assert world.gaps == []


def test_reconnect_opens_the_new_link_before_the_old_one_closes(world: World):
    world.run(60)
    old = only(world)
    world.give(old, ":tmi.twitch.tv RECONNECT")
    for _ in range(100):
        world.say("pond")
        world.run(0.2)
    assert old.number not in world.open
    assert len(world.open) == 1
    assert world.most_connections == 2
    new = only(world)
    assert max(end for _, _, end in world.covered) >= max(new.joined.values()) + OVERLAP_SECONDS
    finish(world)
    assert world.gaps == []
    assert len(world.rows) == 100


def test_a_server_that_sends_everybody_away_is_not_hammered(world: World):
    world.run(60)
    n_before = len(world.attempts)
    for _ in range(300):
        for connection in list(world.open.values()):
            world.give(connection, ":tmi.twitch.tv RECONNECT")
        world.run(0.2)
    assert len(world.attempts) - n_before < 12
    assert world.most_connections <= 3
    finish(world)


@pytest.mark.parametrize("fault", ["refused", "accepted and closed", "hangs"])
def test_it_tries_again_for_ever_with_growing_pauses(fault: str):
    world = World(["pond"])
    world.network = {"hangs": "hang", "refused": "refused"}.get(fault, "up")
    for _ in range(3_000):
        world.run(0.2)
        for connection in list(world.open.values()):
            world.close(connection)
    pauses = [after - before for before, after in zip(world.attempts, world.attempts[1:], strict=False)]
    assert 1.0 <= pauses[0] <= 2.2 + 15
    waits = [pause - (15 if fault == "hangs" else 0) for pause in pauses]
    assert max(waits) <= 60.3
    assert min(waits[-5:]) >= 29.5
    assert len({round(wait, 1) for wait in waits[-5:]}) > 1, "pauses have jitter"
    world.network = "up"
    world.run(80)
    world.say("pond")
    finish(world)
    assert len(world.rows) == 1
    assert [(channel, round(begin)) for channel, begin, _, _ in world.gaps] == [("pond", 100)]


def test_joins_keep_the_limit_in_any_window_across_links():
    world = World([f"c{n}" for n in range(250)])
    world.run(160)
    assert world.n_live == 250
    assert len(world.open) == 5
    for connection in list(world.open.values()):
        world.close(connection)
    world.run(200)
    assert world.n_live == 250
    finish(world)


def test_channels_that_nothing_covers_are_joined_first():
    world = World([f"c{n}" for n in range(75)])
    world.run(60)
    full, half = world.open.values()
    world.give(full, ":tmi.twitch.tv RECONNECT")
    world.run(0.6)
    world.close(half)
    world.run(30)
    assert world.n_live == 75
    covered = {channel for connection in world.open.values() if connection is not full for channel in connection.joined}
    assert covered > {f"c{n}" for n in range(50, 75)}
    world.run(100)
    finish(world)
    assert {channel for channel, begin, *_ in world.gaps if begin > 150} == {f"c{n}" for n in range(50, 75)}


def test_a_full_link_is_replaced_within_half_a_minute_without_a_gap():
    world = World([f"c{n}" for n in range(50)])
    world.run(60)
    (old,) = world.open.values()
    world.give(old, ":tmi.twitch.tv RECONNECT")
    world.run(30)
    assert old.number not in world.open
    finish(world)
    assert {cause for *_, cause in world.gaps} == {"not joined yet"}


def test_a_join_that_is_not_confirmed_is_asked_again_and_is_a_gap():
    world = World(["pond", "lake"])
    world.silent_joins = {"lake"}
    world.run(35)
    assert world.follower.notes["lake: JOIN was not confirmed"] == 3
    world.silent_joins.clear()
    world.run(11)
    finish(world)
    ((channel, begin, end, cause),) = world.gaps
    assert (channel, begin, cause) == ("lake", 100.0, "JOIN was not confirmed")
    assert 135 <= end <= 146


def test_a_suspended_channel_is_a_gap_and_is_asked_for_now_and_then(world: World):
    world.run(30)
    world.suspended = {"lake"}
    began = world.now
    connection = only(world)
    connection.joined.pop("lake")
    world.covered.append(("lake", 100.0, began))
    world.give(connection, "@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #lake :This channel is gone.")
    world.run(700)
    assert len(world.joins) == 4
    finish(world)
    assert [(channel, begin, cause) for channel, begin, _, cause in world.gaps] == [
        ("lake", began, "the channel is suspended (msg_channel_suspended)")
    ]


def test_pong_answers_a_ping_with_its_text_and_no_word_in_a_message(world: World):
    world.say("pond", "PING :evil")
    world.say("pond", "\x01ACTION PING\x01")
    world.give(only(world), "@id=9 :PING!PING@PING PRIVMSG #pond :PING :worse")
    world.run(1)
    assert world.pongs == []
    world.give(only(world), "PING :tmi.twitch.tv 12")
    world.give(only(world), ":tmi.twitch.tv PING :again")
    world.run(1)
    assert world.pongs == [":tmi.twitch.tv 12", ":again"]


def test_ids_are_the_key_and_notices_types_are_not(world: World):
    for number in range(3):
        world.give(only(world), f"@id=h{number};msg-id=highlighted-message :ann!ann@ann PRIVMSG #pond :hi")
    assert [row.message_id for row in world.rows] == ["h0", "h1", "h2"]


def test_what_has_no_id_is_dropped_only_where_another_link_brought_it(world: World):
    world.run(40)
    clear = "@ban-duration=5;target-user-id=9;tmi-sent-ts=1700000000123 :tmi.twitch.tv CLEARCHAT #pond :bob"
    plain = ":ann!ann@ann PRIVMSG #pond :hi"
    old = only(world)
    for line in (clear, plain, plain):
        world.give(old, line)
    world.give(old, ":tmi.twitch.tv RECONNECT")
    world.run(2)
    _, new = world.open.values()
    world.give(new, clear)
    assert Counter(row.kind for row in world.rows) == {"deletion": 1, "message": 2}
    assert world.follower.notes["messages without an id"] == 2


def test_a_row_without_a_time_has_that_of_its_arrival(world: World):
    world.give(only(world), ":ann!ann@ann PRIVMSG #pond :hi")
    assert world.rows[-1].sent_at == pytest.approx((world.now + 1_700_000_000.0) * 1e6, abs=2)


def test_a_channel_that_was_not_asked_for_is_counted(world: World):
    world.give(only(world), "@id=1 :ann!ann@ann PRIVMSG #sea :hi")
    assert world.rows == []
    assert world.follower.notes["rows of channels that were not asked for, left out"] == 1


def test_silence_while_we_do_not_read_is_nobody_elses_fault(world: World):
    frozen = only(world)
    world.freeze(frozen)
    for _ in range(600):
        world.now += 0.1
        world.follower.tick(world.now, is_reading=False)
    assert world.follower.opens == []
    world.thaw(frozen)
    world.run(5)
    finish(world)
    assert world.gaps == []


def test_memory_for_ids_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(irc_follower, "_RECENT_IDS", 1_000)
    for number in range(3_500):
        line = f"@id=n{number};tmi-sent-ts=1700000000123 :a!a@a PRIVMSG #pond :x\r\n".encode()
        world.follower.received(only(world).number, line, world.now)
    assert len(world.follower._recent) + len(world.follower._older) <= 2_000


class Faults(RuleBasedStateMachine):
    """Anything that a network and a server do, in any order."""

    @initialize(seed=st.integers(0, 1_000), n_channels=st.integers(1, 3))
    def begin(self, seed: int, n_channels: int) -> None:
        self.world = World([f"c{number}" for number in range(n_channels)], seed)

    def pick(self, number: int) -> Connection | None:
        connections = list(self.world.open.values())
        return connections[number % len(connections)] if connections else None

    @rule(seconds=st.sampled_from([0.2, 1.0, 2.0, 6.0, 25.0, 50.0]))
    def wait(self, seconds: float) -> None:
        self.world.run(seconds)

    @rule(channel=st.integers(0, 2), n=st.integers(1, 5))
    def say(self, channel: int, n: int) -> None:
        for _ in range(n):
            self.world.say(self.world.channels[channel % len(self.world.channels)])

    @rule(which=st.integers(0, 3), cause=st.sampled_from([FIN, RST]))
    def close(self, which: int, cause: str) -> None:
        if connection := self.pick(which):
            self.world.close(connection, cause)

    @rule(which=st.integers(0, 3))
    def freeze(self, which: int) -> None:
        if connection := self.pick(which):
            self.world.freeze(connection)

    @rule(which=st.integers(0, 3))
    def thaw(self, which: int) -> None:
        if connection := self.pick(which):
            self.world.thaw(connection)

    @rule(which=st.integers(0, 3))
    def reconnect(self, which: int) -> None:
        if connection := self.pick(which):
            self.world.give(connection, ":tmi.twitch.tv RECONNECT")

    @rule(which=st.integers(0, 3), data=st.sampled_from([b"\xff\xfe\r\n", b"\r\n\r\n", b"@a=b\r\n", b"NEW x\r\n"]))
    def garble(self, which: int, data: bytes) -> None:
        if connection := self.pick(which):
            self.world.give_bytes(connection, data)

    @rule(state=st.sampled_from(["up", "refused", "hang"]))
    def network(self, state: str) -> None:
        self.world.network = state

    @invariant()
    def bounded(self) -> None:
        if hasattr(self, "world"):
            assert self.world.most_connections <= 4

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.network = "up"
            self.world.run(100)
            assert self.world.n_live == len(self.world.channels)
            self.world.finish()
            self.world.check()


TestFaults = Faults.TestCase
TestFaults.settings = settings(max_examples=N_SCRIPTS, stateful_step_count=25, deadline=None)
