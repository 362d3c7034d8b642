"""Clocks of logs, and Twitch's sentences."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from hubbub.collect.chat_logs import ChatterinoLog, ChattyLog, IrssiLog, JustlogText
from hubbub.collect.chat_text import ChatDownloaderText, TwitchDownloaderText
from hubbub.collect.headerless import TwitchCorpus
from hubbub.collect.log_lines import LineParser, LogClock
from hubbub.collect.page_html import TwitchDownloaderHtml, read_body
from hubbub.collect.rows import Notes
from hubbub.collect.superchat_text import SuperchatText
from hubbub.collect.twitch_sentences import count_cheers, read_sentence
from hubbub.records import RawRow


def moment(clock: LogClock, written: str) -> str:
    found = clock.moment(*written.split(":"))
    assert found is not None
    return datetime.fromtimestamp(found / 1e6, UTC).strftime("%d %H:%M:%S")


def test_a_day_turns_at_midnight_of_the_logs_own_zone():
    clock = LogClock(Notes())
    assert clock.moment("10", "00", "00") is None
    assert clock.start("2016-09-10 23:59:00", "%Y-%m-%d %H:%M:%S", "+0800")
    assert moment(clock, "23:59:58") == "10 15:59:58"
    assert moment(clock, "00:00:01") == "10 16:00:01"
    assert moment(clock, "23:59:59") == "10 15:59:59", "written late, from before midnight"
    assert moment(clock, "00:00:02") == "10 16:00:02"
    assert moment(clock, "08:00:00") == "11 00:00:00"
    assert moment(clock, "07:59:00") == "10 23:59:00", "a clock that was set back an hour is the same day"


def test_zones_that_are_missing_or_unknown_are_said():
    notes = Notes()
    clock = LogClock(notes)
    assert clock.start("2024-07-01 20:00:00", "%Y-%m-%d %H:%M:%S", "Mitteleuropäische Sommerzeit")
    assert moment(clock, "20:00:01") == "01 20:00:01"
    assert "'Mitteleuropäische Sommerzeit' is not known" in notes.lines()[0]
    assert not clock.start("2024-13-01 20:00:00", "%Y-%m-%d %H:%M:%S")
    assert not clock.start("0001-01-01 00:00:00", "%Y-%m-%d %H:%M:%S", "+1400")


SENTENCES = {
    "ann subscribed with Prime.": ("subscription", "sub", "ann", 1, "Prime", None),
    "ann subscribed at Tier 3. They've subscribed for 1 month! hi": ("subscription", "resub", "ann", 1, "Tier 3", "hi"),
    "ann subscribed with Prime. They've subscribed for 9 months, currently on a 3 month streak!": (
        "subscription", "resub", "ann", 9, "Prime", None,
    ),
    "ann just subscribed with Twitch Prime!": ("subscription", "sub", "ann", 1, "Prime", None),
    "ann subscribed for 3 months in a row!": ("subscription", "resub", "ann", 3, None, None),
    "ann gifted a Tier 2 sub to bob! This is their first Gift Sub in the channel!": (
        "gift", "subgift", "ann", 1, "Tier 2", None,
    ),
    "An anonymous user gifted a Tier 1 sub to bob! ": ("gift", "anonsubgift", None, 1, "Tier 1", None),
    "ann is gifting 20 Tier 1 Subs to The Pond's community! They've gifted a total of 1,020 in the channel!": (
        "gift", "submysterygift", "ann", 20, "Tier 1", None,
    ),
    "ann is paying forward the Gift they got from bob to the community!": (
        "gift", "communitypayforward", "ann", None, None, None,
    ),
    "1042 raiders from ann have joined!": ("raid", "raid", "ann", 1042, None, None),
    "ann is raiding with a party of 7.": ("raid", "raid", "ann", 7, None, None),
}  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences_of_twitch(sentence: str):
    row = RawRow(platform="twitch", text=sentence)
    assert read_sentence(row)
    assert (row.kind, row.event, row.author, row.amount, row.currency, row.text) == SENTENCES[sentence]


@pytest.mark.parametrize(
    "text",
    ["I subscribed!", "just subscribed with Prime.", "I subscribed for 5 months!", "ann subscribed at Tier 4.", "",
     "who gifted a Tier 1 sub", "5 raiders from the north", "she subscribed at Tier 1 I think"],
)  # fmt: skip
def test_what_viewers_say_is_no_sentence(text: str):
    row = RawRow(platform="twitch", author="ann", text=text)
    assert not read_sentence(row)
    assert row == RawRow(platform="twitch", author="ann", text=text)


def test_cheers_are_whole_words():
    assert count_cheers("Cheer1 cheer10, Cheer100! uni5 xCheer1000 Cheer0 Cheer Kappa123") == 129


PARSERS = {
    "chatty": lambda: ChattyLog(Notes()),
    "irssi": lambda: IrssiLog(Notes()),
    "chatterino": lambda: ChatterinoLog(Notes()),
    "justlog": lambda: JustlogText(Notes()),
    "chat-downloader": lambda: ChatDownloaderText(Notes()),
    "twitchdownloader": lambda: TwitchDownloaderText(Notes(), has_times=True),
    "twitch-corpus": lambda: TwitchCorpus(Notes()),
    "super chats": lambda: SuperchatText(Notes()),
    "html": lambda: TwitchDownloaderHtml(Notes()),
}
PUMPS = {
    "chatty": ["[10:18:00] BAN: ", "a, ", "(", "[10:18:00] <@", "{"],
    "irssi": ["16:08 ", "<a", " * ", "-a:"],
    "chatterino": ["[20:00:00] ", "a ", ": ", "a has been "],
    "justlog": ["[2024-01-01 20:00:00] #c ", "a subscribed at Tier 1. ", "x: "],
    "chat-downloader": ["5:07 | ", "(", "() ", "(a", "*", "*1* ", ":", "1,"],
    "twitchdownloader": ["[0:00:01] ", "a gifted a Tier 1 sub to ", "Cheer1 ", "1:"],
    "twitch-corpus": ['"', '";"', "\\", ';'],
    "super chats": ["2021-11-19, 01:13 (chat) |▶ Go to: 1:1", "Donated: ", "1"],
    "html": ["<pre>", "<", "<img title='", "&", "<!--", "<a href=", "</", "&#"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "pump"), [(name, pump) for name, pumps in PUMPS.items() for pump in pumps])
def test_time_grows_with_the_length_and_no_faster(name: str, pump: str):
    starts = ["", "[10:18:00] ", "16:08 ", "[2024-01-01 20:00:00] #c ", "5:07 | ", "<pre>[0:00:01] <a><b>x</b></a>: "]

    def seconds(length: int) -> float:
        best = 1e9
        for _ in range(3):
            parser: LineParser = PARSERS[name]()
            begin = time.process_time()
            for start in starts:
                parser.parse((start + pump * length)[:length])
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(24_000) < max(12 * seconds(6_000), 0.05)


def test_markup_is_read_and_never_believed():
    body, is_highlighted = read_body("<script>alert(1)</script><img src=x onerror=alert(1)><b>hi</b> &#0; &lt;b&gt;")
    assert "<b>" in body.text
    assert "hi" in body.text
    assert body.spans == []
    assert not is_highlighted
    body, _ = read_body('<img alt="a"><img alt="b"/>' + "<div>" * 10_000 + "x")
    assert body.text == "abx"
    assert body.spans == [0, 1, 1, 2]
