"""Responses of YouTube's chat: what each renderer and action becomes; the counts of the real ones."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hubbub.collect.innertube import Page, parse_response

REPLAYS = "pytchat/extract_duplcheck/head"
# path under fixtures: kinds, copies by a ticker, (amount, currency) of what was paid
REAL: dict[str, tuple[dict[str, int], int, list[tuple[int, str | None]]]] = {
    "pytchat/calculator/superchat_0.json": (
        {"message": 46, "donation": 4}, 2, [(6000, "JPY"), (300, "JPY"), (500, "JPY"), (200, "EUR")],
    ),
    "pytchat/chatreplay.json": ({"message": 47, "donation": 1, "notice": 1}, 0, [(2000, "CZK")]),
    "pytchat/compatible/newSponsor.json": ({"membership": 1, "notice": 1}, 0, []),
    "pytchat/compatible/newSponsor_rev.json": ({"membership": 1}, 0, []),
    "pytchat/compatible/superchat.json": ({"donation": 1}, 1, [(846, "JPY")]),
    "pytchat/compatible/supersticker.json": ({"donation": 1}, 0, [(200, "JPY")]),
    "pytchat/default/newSponsor_lagacy.json": ({"membership": 1}, 0, []),
    "pytchat/finished_live.json": ({}, 0, []),
    "pytchat/calculator/replay_end.json": ({}, 0, []),
    "pytchat/speed/speedtest_normal.json": ({"message": 15}, 0, []),
    "pytchat/speed/speedtest_undefined.json": ({"notice": 2}, 0, []),
    "pytchat/test_stream.json": ({"message": 2, "notice": 1, "donation": 2}, 2, [(10800, "JPY"), (150, "JPY")]),
    "pytchat/unregistered_currency.json": ({"donation": 1}, 0, [(1080000, "[UNREGISTERD]")]),
    f"{REPLAYS}/dp0-0.json": ({"message": 100}, 0, []),
    "youtube/linatsukusu/get_live_chat.no-chat.json": ({}, 0, []),
    "youtube/linatsukusu/history_addcomment.json": ({"message": 1}, 0, []),
    "youtube/linatsukusu/history_comment-all-response.json": (
        {"message": 65, "notice": 3, "donation": 1}, 3, [(1840, "JPY")],
    ),
    "youtube/linatsukusu/history_get_live_chat.membership-gift.json": ({"gift": 1}, 0, [(10, None)]),
    "youtube/linatsukusu/history_message-emoji.json": ({"message": 1}, 0, []),
    "youtube/wabisabineet/live_01.txt": ({"message": 2}, 0, []),
    "youtube/wabisabineet/live_02_finish.txt": ({}, 0, []),
    "chat-downloader/tests/youtube_actions.json": (
        {"message": 1, "notice": 4, "membership": 1, "donation": 2, "deletion": 4}, 3, [(5000, "USD"), (999, "USD")],
    ),
}  # fmt: skip


def act(*actions: dict[str, Any]) -> Page:
    response = {"continuationContents": {"liveChatContinuation": {"actions": list(actions)}}}
    return parse_response(json.dumps(response).encode())


def item(name: str, **shown: Any) -> dict[str, Any]:
    return {"addChatItemAction": {"item": {name: {"id": "m1", "timestampUsec": "1700000000000001", **shown}}}}


@pytest.mark.parametrize("name", REAL)
def test_real_responses(data: Path, name: str):
    kinds, n_copies, sums = REAL[name]
    page = parse_response((data / "fixtures" / name).read_bytes())
    assert Counter(row.kind for row in page.rows) == kinds
    assert len(page.copies) == n_copies
    assert sorted((row.amount, str(row.currency)) for row in page.rows if row.amount is not None) == sorted(
        (amount, str(currency)) for amount, currency in sums
    )
    assert page.unknown == []


def test_real_roles_and_emotes(data: Path):
    folder = data / "fixtures/youtube/linatsukusu"
    for name, roles in (("owner", ["owner"]), ("moderator", ["moderator"]), ("verified", ["verified"])):
        (row,) = parse_response((folder / f"get_live_chat.from-{name}.json").read_bytes()).rows
        assert row.roles == roles
        assert row.badges is None
    (row,) = parse_response((folder / "get_live_chat.from-member.json").read_bytes()).rows
    assert row.roles == ["member"]
    assert row.badges is not None
    assert len(row.badges) == 1
    (row,) = parse_response((folder / "get_live_chat.custom-emoji.json").read_bytes()).rows
    assert row.text
    assert row.emotes
    assert [row.text[a:b] for a, b in zip(row.emote_spans[::2], row.emote_spans[1::2], strict=True)] == row.emotes
    assert row.emotes[0].startswith(":")
    (row,) = parse_response((folder / "get_live_chat.global-emoji1.json").read_bytes()).rows
    assert (row.text, row.emotes) == ("👏", None)
    (row,) = parse_response((folder / "get_live_chat.super-sticker.json").read_bytes()).rows
    assert row.text is None


def test_real_offsets_of_a_replay(data: Path):
    page = parse_response((data / f"fixtures/{REPLAYS}/dp0-1.json").read_bytes())
    offsets = [row.offset_seconds for row in page.rows]
    assert page.is_replay
    assert None not in offsets
    assert offsets == sorted(offsets)


def test_a_super_chat_keeps_who_what_and_how_much():
    menu = base64.b64encode(
        base64.b64encode(b"x" * 20 + bytes([10, 24]) + b"UC" + b"c" * 22 + bytes([18, 11]) + b"v" * 11)
    )
    shown = {
        "authorName": {"simpleText": "ann"},
        "authorExternalChannelId": "UCann",
        "purchaseAmountText": {"simpleText": "R$ 20,00"},
        "message": {"runs": [{"text": "bravo "}, {"emoji": {"emojiId": "🎉", "shortcuts": [":tada:"]}}]},
        "authorBadges": [
            {"liveChatAuthorBadgeRenderer": {"tooltip": "Member (2 years)", "customThumbnail": {}}},
            {"liveChatAuthorBadgeRenderer": {"tooltip": "Moderator", "icon": {"iconType": "MODERATOR"}}},
        ],
        "contextMenuEndpoint": {"liveChatItemContextMenuEndpoint": {"params": menu.decode()}},
    }
    (row,) = act(item("liveChatPaidMessageRenderer", **shown)).rows
    assert (row.kind, row.event, row.amount, row.currency) == ("donation", "paid_message", 2000, "BRL")
    assert (row.author, row.author_id, row.text, row.emotes) == ("ann", "UCann", "bravo 🎉", None)
    assert (row.roles, row.badges) == (["member", "moderator"], ["Member (2 years)"])
    assert (row.channel, row.stream_id) == ("UC" + "c" * 22, "v" * 11)
    assert row.sent_at == 1_700_000_000_000_001


def test_memberships_and_gifts():
    milestone = {"headerPrimaryText": {"runs": [{"text": "Member for "}, {"text": "6"}, {"text": " months"}]}}
    (row,) = act(item("liveChatMembershipItemRenderer", headerSubtext={"simpleText": "Gold"}, **milestone)).rows
    assert (row.kind, row.amount, row.currency) == ("membership", 6, "Gold")
    header = {
        "authorName": {"simpleText": "bob"},
        "primaryText": {"runs": [{"text": "Sent "}, {"text": "5"}, {"text": " memberships"}]},
    }
    gift = item(
        "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer",
        authorExternalChannelId="UCbob",
        header={"liveChatSponsorshipsHeaderRenderer": header},
    )
    (row,) = act(gift).rows
    assert (row.kind, row.author, row.author_id, row.amount, row.text) == ("gift", "bob", "UCbob", 5, None)
    (row,) = act(
        item(
            "liveChatSponsorshipsGiftRedemptionAnnouncementRenderer",
            message={"runs": [{"text": "got a gift by bob"}]},
        )
    ).rows
    assert (row.kind, row.text) == ("membership", None)


def test_deletions_name_their_target():
    deleted = {"deletedStateMessage": {"runs": [{"text": "[message deleted]"}]}}
    rows = act(
        {"markChatItemAsDeletedAction": {"targetItemId": "m1", **deleted}},
        {"markChatItemsByAuthorAsDeletedAction": {"externalChannelId": "UCeve", **deleted}},
        {"removeChatItemAction": {"targetItemId": "m2"}},
        {"removeChatItemByAuthorAction": {"externalChannelId": "UCeve"}},
        {"replaceChatItemAction": {"targetItemId": "m3", "replacementItem": {"liveChatPlaceholderItemRenderer": {}}}},
    ).rows
    assert {row.kind for row in rows} == {"deletion"}
    assert [(row.reply_to, row.author_id) for row in rows] == [
        ("m1", None), (None, "UCeve"), ("m2", None), (None, "UCeve"), ("m3", None),
    ]  # fmt: skip
    assert all(row.text is None for row in rows)


def test_a_message_that_replaces_its_placeholder_is_kept_and_not_deleted():
    placeholder = item("liveChatPlaceholderItemRenderer")
    shown = {"id": "m1", "timestampUsec": "1700000000000001", "message": {"runs": [{"text": "hi"}]}}
    replaced = {"targetItemId": "m1", "replacementItem": {"liveChatTextMessageRenderer": shown}}
    rows = act(placeholder, {"replaceChatItemAction": replaced}).rows
    assert [(row.kind, row.message_id, row.text) for row in rows] == [("notice", None, None), ("message", "m1", "hi")]


def test_unknown_shapes_are_named_and_kept_whole():
    strange = {"addChatItemAction": {"item": {"liveChatFireworkRenderer": {"id": "z", "size": 5}}}}
    page = act(strange, {"danceAction": {"steps": 3}}, {"clickTrackingParams": "x"})
    assert page.rows == []
    assert page.unknown == [
        ("liveChatFireworkRenderer", {"liveChatFireworkRenderer": {"id": "z", "size": 5}}),
        ("danceAction", {"danceAction": {"steps": 3}}),
        ("an action without a name", {"clickTrackingParams": "x"}),
    ]


def test_lines_of_yt_dlp():
    shown = item(
        "liveChatTextMessageRenderer", message={"runs": [{"text": "hi"}]}, timestampText={"simpleText": "-0:07"}
    )
    replay = {"replayChatItemAction": {"actions": [shown], "videoOffsetTimeMsec": "0"}}
    (row,) = parse_response(json.dumps(replay).encode()).rows
    assert row.offset_seconds == -7.0
    live = {"replayChatItemAction": {"actions": [shown]}, "videoOffsetTimeMsec": "5000", "isLive": True}
    live["replayChatItemAction"]["videoOffsetTimeMsec"] = "5000"
    shown["addChatItemAction"]["item"]["liveChatTextMessageRenderer"].pop("timestampText")
    (row,) = parse_response(live).rows
    assert (row.offset_seconds, row.sent_at) == (None, 1_700_000_000_000_001)


def test_what_to_ask_for_next():
    views = [{"continuation": {"reloadContinuationData": {"continuation": token}}} for token in ("top", "all")]
    header = {"viewSelector": {"sortFilterSubMenuRenderer": {"subMenuItems": views}}}
    chat = {
        "continuations": [{"timedContinuationData": {"continuation": "next", "timeoutMs": 5000}}],
        "header": {"liveChatHeaderRenderer": header},
    }
    page = parse_response({"contents": {"liveChatRenderer": chat}})
    assert (page.continuation, page.timeout_ms, page.views, page.is_replay) == ("next", 5000, ["top", "all"], False)
    replay = {
        "continuations": [{"liveChatReplayContinuationData": {"continuation": "on", "timeUntilLastMessageMsec": 9}}]
    }
    page = parse_response({"continuationContents": {"liveChatContinuation": replay}})
    assert (page.continuation, page.timeout_ms, page.is_replay) == ("on", None, True)
    seek = {"continuations": [{"playerSeekContinuationData": {"continuation": "back"}}]}
    assert parse_response({"continuationContents": {"liveChatContinuation": seek}}).continuation is None
    assert parse_response({"responseContext": {}}).remarks == ["responses without chat"]


@pytest.mark.parametrize(
    "found", [5, None, "x", [[[[[[1]]]]]], {"addChatItemAction": 5}, {"replayChatItemAction": [1]}]
)
def test_what_is_no_response_is_unknown_or_nothing(found: object):
    page = parse_response(json.dumps(found).encode())
    assert page.rows == []
