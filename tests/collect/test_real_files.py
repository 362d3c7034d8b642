"""Every chat of the real data is read, with the counts that its ``SOURCE.md`` or a reader by hand tells."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from hubbub.collect.files import open_chats
from hubbub.collect.twitch_irc import parse_line
from hubbub.records import RAW, check_frame

# path: format, rows, rejects, rows of each kind but "message"
CHATS: dict[str, tuple[str, int, int, dict[str, int]]] = {
    "chat/fl0m-twitch-en/chat.csv.gz": ("chat-csv", 143_212, 0, {"donation": 35}),
    "chat/flare-yt-ja/chat.csv.gz": ("chat-csv", 1_370, 0, {"donation": 2}),
    "chat/greatsphynx-twitch-en/chat.csv.gz": (
        "chat-csv", 972_438, 0, {"subscription": 825, "gift": 297, "raid": 165, "donation": 17},
    ),
    "chat/massiet-twitch-fr/chat.csv.gz": ("chat-csv", 27_495, 0, {"subscription": 282, "gift": 87, "donation": 3}),
    "chat/rbtv-de/chat.csv.gz": ("chat-csv", 251_207, 0, {}),
    "chat/rnmr-twitch-dom-multi/chat.csv.gz": ("chat-csv", 2_766, 0, {}),
    "chat/superchats-hansglick-fr-en/joey.csv.gz": ("chat-csv", 1_076, 0, {"donation": 1_076}),
    "chat/superchats-hansglick-fr-en/zola.csv.gz": ("chat-csv", 2_344, 0, {"donation": 2_124, "membership": 220}),
    "chat/twitch-vshojo-en/chat.csv.gz": (
        "chat-csv", 177_148, 0, {"subscription": 1_030, "gift": 1_018, "donation": 216, "raid": 14},
    ),
    "chat/yt-livechat-id/chat.csv.gz": ("chat-csv", 126_330, 0, {}),
    "fixtures/chat-clients/chatdownloader_semicolon_lilypichu.csv": ("chat-csv", 275, 0, {}),
    "fixtures/chat-clients/raw_irc_untagged_admiralbulldog_2019-04-30.log.gz": ("twitch-irc", 28_844, 117, {}),
    "fixtures/chat-downloader/Twitch_Get_live_chat_replay.json": ("chat-downloader", 19, 0, {}),
    "fixtures/chat-downloader/YouTube_Ending_has_strange_times.json": ("chat-downloader", 247, 0, {}),
    "fixtures/chat-downloader/YouTube_Get_messages_from_live_chat_replay.csv": ("chat-csv", 736, 15, {"donation": 15}),
    "fixtures/chat-downloader/YouTube_Get_messages_from_live_chat_replay.json.gz": (
        "chat-downloader", 736, 15, {"donation": 15},
    ),
    "fixtures/chat-downloader/YouTube_Get_messages_from_premiered_video.csv.gz": ("chat-csv", 7_460, 0, {}),
    "fixtures/chat-downloader/YouTube_Get_messages_from_premiered_video.json.gz": ("chat-downloader", 7_460, 0, {}),
    "fixtures/chat-downloader/YouTube_Get_superchat_messages_from_live_chat_replay.csv": (
        "chat-csv", 69, 58, {"donation": 69},
    ),
    "fixtures/chat-downloader/YouTube_Get_superchat_messages_from_live_chat_replay.json": (
        "chat-downloader", 69, 58, {"donation": 69},
    ),
    "fixtures/chat-downloader/example.json.gz": ("chat-downloader", 3_358, 0, {}),
    "fixtures/chat-downloader/superchat.csv": ("chat-csv", 33, 28, {"donation": 32}),
    "fixtures/chat-downloader/superchat.json": ("chat-downloader", 33, 28, {"donation": 32}),
    "fixtures/chat-downloader/test.json.gz": ("chat-downloader", 1_773, 0, {"deletion": 72, "notice": 2}),
    "fixtures/chat-downloader/zVCs9Cug_qM.json": ("chat-downloader", 10, 0, {}),
    "fixtures/twitch-irc/chatterino_recentmessages-nymn.json.gz": ("twitch-irc", 800, 0, {"deletion": 6}),
    "fixtures/twitch-irc/gempir_channel_xqcow_2019-09.txt.gz": (
        "twitch-irc", 5_000, 0, {"deletion": 58, "subscription": 9, "donation": 1},
    ),
    "fixtures/twitch-irc/gempir_user_pajlada_2018.txt.gz": ("twitch-irc", 3_638, 0, {}),
}  # fmt: skip

LINES = {
    "chat/twouns-fr/antoinedaniel_27-03-2023_15-38-35_messages_only.txt.gz": 26_364,
    "chat/twouns-fr/littlebigwhale_27-03-2023_22-10-46_messages_only.txt.gz": 135_927,
}


def read(path: Path, format: str | None = None) -> tuple[str, pl.DataFrame, pl.DataFrame]:  # noqa: A002
    (chat,) = open_chats(path, format=format)
    batches = list(chat.batches())
    assert chat.damage is None
    frame = pl.concat([check_frame(RAW, batch.frame) for batch in batches])
    return chat.format, frame, pl.concat([batch.rejects for batch in batches])


@pytest.mark.parametrize("name", CHATS)
def test_real_chat(data: Path, name: str):
    expected, n_rows, n_rejects, kinds = CHATS[name]
    found, frame, rejects = read(data / name)
    assert (found, frame.height, rejects.height) == (expected, n_rows, n_rejects)
    messages = {"message": n_rows - sum(kinds.values())} if sum(kinds.values()) < n_rows else {}
    assert dict(frame["kind"].value_counts().rows()) == messages | kinds


@pytest.mark.parametrize("name", LINES)
def test_real_lines(data: Path, name: str):
    assert read(data / name, "lines")[1].height == LINES[name]


def test_json_and_csv_of_the_same_chat_agree(data: Path):
    folder = data / "fixtures/chat-downloader"
    names = ("superchat", "YouTube_Get_superchat_messages_from_live_chat_replay", "YouTube_Get_live_chat_replay")
    for name in names:
        _, one, _ = read(folder / f"{name}.json")
        _, other, _ = read(folder / f"{name}.csv")
        assert one.equals(other), name


def test_times_of_each_kind(data: Path):
    _, frame, _ = read(data / "chat/twitch-vshojo-en/chat.csv.gz")
    assert str(frame["sent_at"][0]) == "2021-09-30 22:04:16+00:00"
    _, frame, _ = read(data / "chat/massiet-twitch-fr/chat.csv.gz")
    assert frame["sent_at"].null_count() == frame.height
    assert frame["offset_seconds"].null_count() == 0
    (chat,) = open_chats(data / "chat/greatsphynx-twitch-en/chat.csv.gz")
    first = next(chat.batches()).frame
    assert first["sent_at"].null_count() == first.height
    assert first["offset_seconds"][0] == 17.0
    assert chat.days["2023389056"] == "2024-01-05"


def test_super_chats_are_in_minor_units(data: Path):
    _, frame, _ = read(data / "chat/superchats-hansglick-fr-en/zola.csv.gz")
    euros = frame.filter(pl.col("currency") == "EUR")
    assert euros.height == 1_885
    assert euros["amount"][0] == 5_499
    _, frame, _ = read(data / "chat/flare-yt-ja/chat.csv.gz")
    paid = frame.filter(pl.col("kind") == "donation").select("amount", "currency").sort("currency")
    assert paid.rows() == [(500, "AUD"), (1_220, "JPY")]


def test_named_cases_of_chatterino(data: Path):
    written = json.loads((data / "fixtures/twitch-irc/chatterino_raw_inputs.json").read_text())
    cases = {case["name"]: case["input"] for case in written}
    assert len(cases) == 110
    expected = {
        "action": ("message", None, None, ["Kappa"]),
        "cheer3": ("donation", 5, "bits", None),
        "hype-chat2": ("donation", 500, "USD", None),
        "raid": ("raid", 2, None, None),
        "sub-gift": ("gift", 1, "Tier 1", None),
        "sub-multi-month-resub": ("subscription", 9, "Tier 3", None),
        "emote-emoji": ("message", None, None, ["Kappa"]),
        "bad-emotes": ("message", None, None, None),
        "clearmsg-truncated": ("deletion", None, None, None),
        "rm-deleted": ("deletion", None, None, None),
        "shared-chat-raid": ("notice", None, None, None),
        "watch-streak": ("notice", None, None, None),
    }
    for name, line in cases.items():
        event = parse_line(line)
        assert event is not None, name
        if name in expected:
            assert (event.kind, event.amount, event.currency, event.emotes) == expected[name], name
        if event.kind == "deletion":
            assert event.text is None
