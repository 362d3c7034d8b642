"""Twitch IRC: every command and the tags that make it a donation, a gift, a raid, a deletion."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect.twitch_irc import (
    PLAIN_MESSAGE,
    find_emotes,
    find_time,
    name_command,
    parse_any,
    parse_line,
    parse_tags,
)
from hubbub.records import RawRow

HOST = "tmi.twitch.tv"


def parse(line: str) -> RawRow:
    event = parse_line(line)
    assert event is not None
    return event


def notice(tags: str, text: str = "") -> RawRow:
    return parse(f"@{tags} :{HOST} USERNOTICE #pond" + (f" :{text}" if text else ""))


def test_the_key_is_id_and_never_msg_id():
    event = parse(f"@msg-id=highlighted-message;id=7f :ann!ann@ann.{HOST} PRIVMSG #pond :hi")
    assert (event.message_id, event.event, event.kind) == ("7f", "highlighted-message", "message")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("msg-id=sub;msg-param-sub-plan=Prime", ("subscription", None, "Prime")),
        ("msg-id=resub;msg-param-cumulative-months=9;msg-param-months=0;msg-param-sub-plan=3000",
         ("subscription", 9, "Tier 3")),
        ("msg-id=resub;msg-param-months=6;msg-param-sub-plan=2000", ("subscription", 6, "Tier 2")),
        ("msg-id=primepaidupgrade;msg-param-sub-plan=1000", ("subscription", None, "Tier 1")),
        ("msg-id=subgift;msg-param-months=3;msg-param-sub-plan=1000", ("gift", 1, "Tier 1")),
        ("msg-id=submysterygift;msg-param-mass-gift-count=50;msg-param-sub-plan=1000", ("gift", 50, "Tier 1")),
        ("msg-id=giftpaidupgrade", ("gift", None, None)),
        ("msg-id=raid;msg-param-viewerCount=1234", ("raid", 1234, None)),
        ("msg-id=announcement", ("notice", None, None)),
        ("msg-id=sharedchatnotice;source-msg-id=resub", ("notice", None, None)),
        ("msg-id=somethingnew", ("notice", None, None)),
        ("id=1", ("notice", None, None)),
        ("msg-id=raid;msg-param-viewerCount=" + "9" * 400, ("raid", None, None)),
    ],
)  # fmt: skip
def test_notices(tags: str, expected: tuple[str, int | None, str | None]):
    event = notice(tags + r";login=ann;system-msg=ann\sdid\ssomething")
    assert (event.kind, event.amount, event.currency) == expected
    assert (event.author, event.text) == ("ann", None)


def test_a_notice_keeps_what_its_viewer_wrote():
    event = notice("msg-id=resub;login=ann;emotes=25:0-4", "Kappa yes")
    assert (event.text, event.emotes) == ("Kappa yes", ["Kappa"])


def test_a_hype_chat_is_in_minor_units():
    tags = "pinned-chat-paid-amount=500;pinned-chat-paid-currency={};pinned-chat-paid-exponent={}"
    for currency, exponent, amount in (("USD", 2, 500), ("JPY", 0, 500), ("JPY", 2, 5), ("KWD", 2, 5_000)):
        event = parse(f"@{tags.format(currency, exponent)} :a!a@a PRIVMSG #c :hi")
        assert (event.kind, event.amount, event.currency) == ("donation", amount, currency)


def test_deletions_keep_no_text():
    one = parse(f"@login=ann;target-msg-id=7f :{HOST} CLEARMSG #pond :what was said")
    assert (one.kind, one.event, one.reply_to, one.author, one.text) == ("deletion", "clearmsg", "7f", "ann", None)
    ban = parse(f"@target-user-id=5 :{HOST} CLEARCHAT #pond :ann")
    assert (ban.kind, ban.event, ban.author, ban.author_id, ban.text) == ("deletion", "ban", "ann", "5", None)
    assert parse(f"@ban-duration=9;target-user-id=5 :{HOST} CLEARCHAT #pond :ann").event == "timeout"
    assert parse(f":{HOST} CLEARCHAT #pond").event == "clearchat"


def test_the_frame_of_an_action_stays_and_its_emotes_are_found_in_the_body():
    event = parse("@emotes=25:0-4 :a!a@a PRIVMSG #c :\x01ACTION Kappa dances\x01")
    assert (event.text, event.emotes) == ("\x01ACTION Kappa dances\x01", ["Kappa"])


def test_emote_positions_count_code_points():
    assert find_emotes("👍👍 Kappa", "25:3-7") == (["Kappa"], [3, 8])
    for broken in ("", "25", "25:", "25:a-b", "25:3", "25:9-4", "25:90-94", "25:-1-4", "/:/,"):
        assert find_emotes("hello", broken) == (None, None)


@pytest.mark.parametrize("stamp", ["2019-04-30_08:56:59 ;;; ", "[2019-04-30 08:56:59] ", "1556614619000 "])
def test_a_time_before_the_line_is_its_moment(stamp: str):
    line = f"{stamp}:ann!ann@ann PRIVMSG #pond :hi"
    assert (parse(line).author, parse(line).sent_at, find_time(line)) == ("ann", None, stamp.strip("[]; "))
    ms = 1_568_505_600_501
    assert parse(f"{stamp}@tmi-sent-ts={ms} :ann!ann@ann PRIVMSG #pond :hi").sent_at == ms * 1000


@pytest.mark.parametrize(
    "ms", ["0", "5", "1568505600", "1000000000000", "9999999999999", "-1568505600501", "x", "1e400"]
)
def test_a_time_that_cannot_be_is_none(ms: str):
    for line in (f"@tmi-sent-ts={ms} :ann!ann@ann PRIVMSG #pond :hi", plain("x", ms=ms)):
        assert parse(line).sent_at is None
        assert find_time(line) == ms


REPLY = (
    "reply-parent-display-name=Bob;reply-parent-msg-body=a=b\\sc;reply-parent-msg-id=6e;reply-parent-user-id=6;"
    "reply-parent-user-login=bob;reply-thread-parent-msg-id=5e;reply-thread-parent-user-login=eve;"
)


def plain(text: str, *, badges: str = "", emotes: str = "", ms: str = "1568505600501", reply: str = "") -> str:
    return (
        f"@badge-info=;badges={badges};color=#FF0000;display-name=Ann;emotes={emotes};first-msg=0;flags=;id=7f;mod=0;"
        f"{reply}returning-chatter=0;room-id=1;subscriber=1;tmi-sent-ts={ms};turbo=0;user-id=5;user-type= "
        f":ann!ann@ann.tmi.twitch.tv PRIVMSG #pond :{text}"
    )


def test_badges_are_kept_as_written_and_emotes_with_their_places():
    row = parse(plain("Kappa <3 Kappa", badges="subscriber/12,bits/1000", emotes="25:0-4,9-13/9:6-7", reply=REPLY))
    assert (row.badges, row.roles) == (["subscriber/12", "bits/1000"], ["subscriber", "bits"])
    assert (row.emotes, row.emote_spans) == (["Kappa", "<3"], [0, 5, 6, 8, 9, 14])
    assert row.reply_to == "6e"


def test_the_places_of_emotes_count_the_frame_of_an_action():
    row = parse("@emotes=25:0-4,6-10 :a!a@a PRIVMSG #c :\x01ACTION Kappa Kappa\x01")
    assert row.text is not None
    assert row.emote_spans == [8, 13, 14, 19]
    assert [row.text[8:13], row.text[14:19]] == ["Kappa", "Kappa"]
    assert parse("@emotes=25:0-5 :a!a@a PRIVMSG #c :\x01ACTION Kappa\x01").emote_spans is None


PIECES = st.sampled_from(
    ["@", ";", "=", " ", ":", "\\s", "\r", "\n", "!", "#", "badges=vip/1;", "color=;", "display-name=Ann;", "é",
     "id=7f;", "emotes=25:0-1;", "mod=1;", "room-id=1;", "subscriber=1;", "tmi-sent-ts=1568505600501;", "turbo=0;",
     "user-id=5;", "user-type= ", ":ann!ann@ann PRIVMSG #pond :hi", ":eve!e@e PRIVMSG #d :x", "bits=5;", "msg-id=x;",
     "rm-deleted=1;", "\x01ACTION ", "reply-parent-msg-id=9;"]
)  # fmt: skip


@settings(max_examples=500)
@given(st.integers(0, 400), st.integers(0, 9), st.lists(PIECES, max_size=4), st.lists(PIECES, max_size=3))
def test_the_short_way_gives_what_the_long_way_gives(at: int, n_cut: int, inside: list[str], end: list[str]):
    line = plain("hi there", badges="vip/1,subscriber/3", emotes="25:0-1", reply=REPLY if at % 2 else "")
    line = line[:at] + "".join(inside) + line[at + n_cut :] + "".join(end)
    assert parse_line(line) == parse_any(line)


def test_most_lines_of_a_real_log_take_the_short_way(data: Path):
    with gzip.open(data / "fixtures/twitch-irc/gempir_channel_xqcow_2019-09.txt.gz", "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    n_short = sum(PLAIN_MESSAGE(line) is not None for line in lines)
    assert n_short > 0.95 * len(lines)
    assert [parse_line(line) for line in lines] == [parse_any(line) for line in lines]


@pytest.mark.parametrize(
    "line", ["", "PING :x", ":a JOIN #c", "hello there", "@", ":", "@a=b", ":a PRIVMSG", "@bob hi"]
)
def test_lines_without_chat_are_none(line: str):
    assert parse_line(line) is None


def test_commands_are_named():
    assert name_command("@a=b :x PRIVMSG #c :hi") == "PRIVMSG"
    assert name_command("PING :x") == "PING"
    assert name_command("@bob LOL ok") is None
    assert name_command("@a=b :x PRIV") is None


@given(st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_an_escaped_value_comes_back(value: str):
    escaped = (
        value.replace("\\", "\\\\").replace(";", "\\:").replace(" ", "\\s").replace("\r", "\\r").replace("\n", "\\n")
    )
    assert parse_tags(f"x=1;login={escaped};id=2").get("login", "") == value


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_no_line_breaks_the_parser(line: str):
    for start in ("", "@", "@id=", "@emotes=", ":a!a@a PRIVMSG #c :", "@msg-id=raid :x USERNOTICE "):
        parse_line(start + line)
        name_command(start + line)


@pytest.mark.parametrize("pump", ["@=", "@a=", "@a=b;", ":a ", "@a=b ", "\\", "1", "2019-", "[", ";id=1"])
def test_time_grows_with_the_length_and_no_faster(pump: str):
    def seconds(length: int) -> float:
        line = (pump * length)[:length]
        times = []
        for _ in range(5):
            start = time.process_time()
            parse_line(line)
            name_command(line)
            times.append(time.process_time() - start)
        return min(times)

    # Twice the length takes twice the time, or four times if it were quadratic; a busy machine is given more tries.
    assert any(seconds(64_000) < 3 * seconds(32_000) + 0.001 for _ in range(5))
