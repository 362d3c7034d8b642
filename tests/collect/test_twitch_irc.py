"""Twitch IRC: every command and the tags that make it a donation, a gift, a raid, a deletion."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect.twitch_irc import IrcEvent, find_emotes, name_command, parse_line, parse_tags

HOST = "tmi.twitch.tv"


def parse(line: str) -> IrcEvent:
    event = parse_line(line)
    assert event is not None
    return event


def notice(tags: str, text: str = "") -> IrcEvent:
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
    assert find_emotes("👍👍 Kappa", "25:3-7") == ["Kappa"]
    for broken in ("", "25", "25:", "25:a-b", "25:3", "25:9-4", "25:90-94", "25:-1-4", "/:/,"):
        assert find_emotes("hello", broken) is None


@pytest.mark.parametrize("stamp", ["2019-04-30_08:56:59 ;;; ", "[2019-04-30 08:56:59] ", "1556614619000 "])
def test_a_time_before_the_line_is_its_moment(stamp: str):
    event = parse(f"{stamp}:ann!ann@ann PRIVMSG #pond :hi")
    assert (event.author, event.sent_at) == ("ann", stamp.strip("[]; "))
    assert parse(f"{stamp}@tmi-sent-ts=5 :ann!ann@ann PRIVMSG #pond :hi").sent_at == "5"


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
            start = time.perf_counter()
            parse_line(line)
            name_command(line)
            times.append(time.perf_counter() - start)
        return min(times)

    assert seconds(64_000) < max(8 * seconds(16_000), 0.02)
