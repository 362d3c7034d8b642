r"""One connection: bytes cut anywhere, damaged, endless; and what is answered."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect.irc_link import (
    DEAD_SECONDS,
    MAX_LINE_BYTES,
    PING_SECONDS,
    SUSPECT_SECONDS,
    Event,
    Joined,
    Left,
    Limiter,
    LineCutter,
    Link,
    Reconnect,
    Welcomed,
)
from hubbub.records import RawRow

TEXTS = (
    "hé 👍",
    "日本語テキスト",
    "a\u0301 👨‍👩‍👧 ok",
    ":colon",
    "x" * 120,
    "PING :tmi.twitch.tv",
    "\x01ACTION waves 👋\x01",
)
LINES = [
    f"@badges=vip/1;display-name=É{n}\\s\\:\\\\;emotes=;id=m{n};new-tag=1;tmi-sent-ts=1700000000{n:03};user-id={n} "
    f":ann{n}!ann{n}@ann{n}.tmi.twitch.tv PRIVMSG #pond :{TEXTS[n % len(TEXTS)]} {n}"
    for n in range(40)
] + [
    ":tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!",
    ":justinfan1!justinfan1@justinfan1.tmi.twitch.tv JOIN #pond",
    "@emote-only=0;room-id=1 :tmi.twitch.tv ROOMSTATE #lake",
    "PING :tmi.twitch.tv",
    r"@id=u1;login=bob;msg-id=resub;msg-param-sub-plan=1000;system-msg=a\sb :tmi.twitch.tv USERNOTICE #pond :salut ü",
    "@ban-duration=5;target-user-id=9 :tmi.twitch.tv CLEARCHAT #pond :eve",
    "@login=eve;target-msg-id=m3 :tmi.twitch.tv CLEARMSG #pond :what was said",
    "@msg-id=slow_on :tmi.twitch.tv NOTICE #pond :This room is now in slow mode.",
    "@id=b :tmi.twitch.tv SOMETHINGNEW #pond :x",
    ":tmi.twitch.tv RECONNECT",
]
DATA = "".join(line + "\r\n" for line in LINES).encode()


def link() -> Link:
    made = Link("justinfan1", Counter())
    made.open(0.0)
    made.outgoing.clear()
    return made


def read(data: bytes, cuts: list[int]) -> tuple[list[Event], bytes, Counter[str]]:
    reader, events, begin = link(), [], 0
    for cut in [*sorted({min(cut, len(data)) for cut in cuts}), len(data)]:
        events += reader.receive(data[begin:cut], 1.0)
        begin = cut
    return events, bytes(reader.outgoing), reader.notes


WHOLE = read(DATA, [])


def test_fifty_lines_say_what_they_should():
    events, sent, notes = WHOLE
    rows = [event for event in events if isinstance(event, RawRow)]
    assert len(LINES) == 50
    assert [row.text for row in rows[:40]] == [f"{TEXTS[n % len(TEXTS)]} {n}" for n in range(40)]
    assert Counter(row.kind for row in rows) == {"message": 40, "subscription": 1, "deletion": 2, "notice": 1}
    assert [event for event in events if not isinstance(event, RawRow)] == [
        Welcomed(), Joined("pond"), Joined("lake"), Reconnect()
    ]  # fmt: skip
    assert sent == b"PONG :tmi.twitch.tv\r\n"
    assert notes == {"unknown tags: new-tag": 40, "unknown commands: SOMETHINGNEW": 1}


def test_every_split_of_the_fifty_lines_gives_the_same():
    after = b"@id=after :bob!bob@bob PRIVMSG #pond :next\r\n"
    for line in LINES:
        data = line.encode() + b"\r\n" + after
        whole = read(data, [])
        for cut in range(len(data)):
            assert read(data, [cut]) == whole, f"{line} cut at {cut}"


def test_each_byte_alone_gives_the_same():
    assert read(DATA, list(range(len(DATA)))) == WHOLE


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, len(DATA)), max_size=30))
def test_any_splits_give_the_same(cuts: list[int]):
    assert read(DATA, cuts) == WHOLE


@given(st.lists(st.binary(max_size=30), max_size=20))
def test_no_bytes_break_a_link_and_lines_after_them_are_read(pieces: list[bytes]):
    reader = link()
    for piece in pieces:
        reader.receive(piece, 1.0)
    reader.receive(b"\r\n", 1.0)
    (event,) = reader.receive(b"@id=1 :a!a@a PRIVMSG #pond :still here\r\n", 1.0)
    assert isinstance(event, RawRow)
    assert event.text == "still here"


@pytest.mark.parametrize("size", [1, 7, 1_000, 1 << 18])
def test_a_line_without_an_end_is_dropped_counted_and_bounded(size: int):
    reader, endless = link(), b"@id=" + b"x" * (MAX_LINE_BYTES + 5_000) + b" :a!a@a PRIVMSG #pond :hi\r\n"
    data = b"@id=1 :a!a@a PRIVMSG #pond :before\r\n" + endless + b"@id=2 :a!a@a PRIVMSG #pond :after\r\n"
    events: list[Event] = []
    for begin in range(0, len(data), size):
        events += reader.receive(data[begin : begin + size], 1.0)
        assert len(reader._cutter._rest) <= MAX_LINE_BYTES + size
    assert [event.text for event in events if isinstance(event, RawRow)] == ["before", "after"]
    assert reader.notes == {"lines of more than 64 KB, dropped": 1}


def test_endless_bytes_are_held_in_bounded_memory():
    cutter = LineCutter()
    for _ in range(200):
        assert cutter.cut(b"x" * 10_000) == []
        assert len(cutter._rest) <= MAX_LINE_BYTES
    assert cutter.cut(b"\nPING :x\n") == [b"PING :x"]
    assert cutter.n_overlong == 1


def test_bytes_that_are_not_utf8_are_replaced_and_counted():
    events, _, notes = read(b"@id=1 :a!a@a PRIVMSG #pond :caf\xe9 \xf0\x9f\x91\r\n", [])
    assert [event.text for event in events if isinstance(event, RawRow)] == ["caf\ufffd \ufffd"]
    assert notes["lines with bytes that are not UTF-8"] == 1


def test_a_line_cut_off_by_the_end_is_counted():
    reader = link()
    reader.receive(b"@id=1 :a!a@a PRIVMSG #pond :whole\r\n@id=2 :a!a@a PRIV", 1.0)
    reader.end()
    assert reader.notes["lines cut off by the end of a connection"] == 1


def test_the_handshake_asks_for_tags_and_commands_and_not_for_members():
    reader = Link("justinfan7", Counter())
    reader.open(0.0)
    assert reader.outgoing == b"CAP REQ :twitch.tv/tags twitch.tv/commands\r\nNICK justinfan7\r\n"


def test_a_silent_link_is_asked_for_a_sign_of_life():
    reader = link()
    assert reader.tick(PING_SECONDS - 0.1) < PING_SECONDS
    assert not reader.outgoing
    reader.tick(PING_SECONDS)
    assert reader.outgoing == b"PING :hubbub\r\n"
    reader.outgoing.clear()
    reader.tick(PING_SECONDS + 0.1)
    assert not reader.outgoing
    reader.receive(b":tmi.twitch.tv PONG tmi.twitch.tv :hubbub\r\n", 5.0)
    assert reader.tick(5.5) == 0.5
    assert PING_SECONDS < 2 < SUSPECT_SECONDS < DEAD_SECONDS < 30


def test_others_who_join_or_leave_are_not_us():
    events, _, _ = read(b":bob!bob@bob JOIN #pond\r\n:bob!bob@bob PART #pond\r\n", [])
    assert events == []
    events, _, _ = read(b":justinfan1!justinfan1@x PART #pond\r\n", [])
    assert events == [Left("pond", "the server took us out of the channel")]


def test_what_the_server_says_to_everybody_is_the_trouble_and_no_row():
    reader = link()
    assert reader.receive(b":tmi.twitch.tv NOTICE * :Login authentication failed\r\n", 1.0) == []
    assert reader.trouble == "the server says: Login authentication failed"


def test_unknown_names_are_counted_in_bounded_memory():
    reader = link()
    for number in range(1_000):
        reader.receive(f"@t{number}=1 :x C{number} #pond\r\n".encode(), 1.0)
    assert len(reader.notes) < 60
    assert reader.notes.total() == 2_000


@given(st.lists(st.floats(0, 3), max_size=200))
def test_the_limit_holds_in_any_window(pauses: list[float]):
    limiter, now, taken = Limiter(20, 10.0), 0.0, []
    for pause in pauses:
        now += pause
        if limiter.take(now):
            taken.append(now)
    for first, at in enumerate(taken):
        assert sum(at <= other < at + 10.0 for other in taken[first:]) <= 20
