"""Messages of YouTube's Data API (``liveChatMessages``) → rows.

The text is what the viewer wrote: ``userComment`` of a paid message or a milestone, never the sentence that YouTube
makes of it. ``stream_id`` is the id of the live chat, the only one that the API gives.

Source: https://developers.google.com/youtube/v3/live/docs/liveChatMessages.
"""

from __future__ import annotations

from hubbub.collect.found import NO_CHAT, Found
from hubbub.collect.json_values import Fields, fields, moment, objects, text, whole
from hubbub.collect.money import count_decimals
from hubbub.records import RawRow

_KIND = "youtube#liveChatMessage"
_LIST = "youtube#liveChatMessageListResponse"
_KINDS: dict[str, tuple[str, str | None]] = {
    "textMessageEvent": ("message", None),
    "superChatEvent": ("donation", "paid_message"),
    "superStickerEvent": ("donation", "paid_sticker"),
    "fanFundingEvent": ("donation", "fan_funding"),
    "newSponsorEvent": ("membership", "membership_item"),
    "memberMilestoneChatEvent": ("membership", "membership_item"),
    "membershipGiftingEvent": ("gift", "sponsorships_gift_purchase_announcement"),
    "giftMembershipReceivedEvent": ("membership", "sponsorships_gift_redemption_announcement"),
    "messageDeletedEvent": ("deletion", "mark_chat_item_as_deleted_action"),
    "messageRetractedEvent": ("deletion", "remove_chat_item_action"),
    "userBannedEvent": ("deletion", "mark_chat_items_by_author_as_deleted_action"),
    "tombstone": ("notice", "tombstone"),
    "chatEndedEvent": ("notice", "chat_ended"),
    "sponsorOnlyModeStartedEvent": ("notice", "mode_change_message"),
    "sponsorOnlyModeEndedEvent": ("notice", "mode_change_message"),
    "pollEvent": ("notice", "poll"),
}
_ROLES = {"isChatOwner": "owner", "isChatModerator": "moderator", "isChatSponsor": "member", "isVerified": "verified"}


def is_youtube_api(found: Fields) -> bool:
    """Return whether an object is a message, or a list of messages, of the Data API."""
    return found.get("kind") in {_KIND, _LIST}


def parse_youtube_api(found: object) -> Found:
    """Return the messages in one JSON value.

    Examples
    --------
    >>> snippet = {"type": "superChatEvent", "superChatDetails": {"amountMicros": "200000000", "currency": "JPY",
    ...     "userComment": "hi"}}
    >>> row, = parse_youtube_api({"kind": "youtube#liveChatMessage", "id": "a", "snippet": snippet}).rows
    >>> row.kind, row.amount, row.currency, row.text
    ('donation', 200, 'JPY', 'hi')
    """
    result = Found()
    items = objects(found, "items") if isinstance(found, dict) and found.get("kind") == _LIST else [fields(found)]
    for item in items:
        kind = text(item, "snippet", "type") or "without a type"
        if kind in _KINDS:
            result.rows.append(_read_item(item, *_KINDS[kind]))
        else:
            result.unknown.append((f"liveChatMessage {kind}", item))
    if not items:
        result.remarks.append(NO_CHAT)
    return result


def _read_item(item: Fields, kind: str, event: str | None) -> RawRow:
    """Return the row of a message."""
    snippet, author = fields(item, "snippet"), fields(item, "authorDetails")
    row = RawRow(platform="youtube", kind=kind, event=event, message_id=text(item, "id"))
    row.sent_at, row.stream_id = moment(snippet, "publishedAt"), text(snippet, "liveChatId")
    row.author = text(author, "displayName")
    row.author_id = text(author, "channelId") or text(snippet, "authorChannelId")
    row.roles = [role for key, role in _ROLES.items() if author.get(key) is True] or None
    paid = (
        fields(snippet, "superChatDetails")
        or fields(snippet, "superStickerDetails")
        or fields(snippet, "fanFundingEventDetails")
    )
    micros, row.currency = whole(paid, "amountMicros"), text(paid, "currency")
    if micros is not None and row.currency:
        row.amount = round(micros * 10 ** count_decimals(row.currency) / 1_000_000)
    row.text = text(snippet, "textMessageDetails", "messageText") or text(paid, "userComment")
    if kind == "message":
        row.text = row.text or text(snippet, "displayMessage")
    milestone, gift = fields(snippet, "memberMilestoneChatDetails"), fields(snippet, "membershipGiftingDetails")
    if milestone:
        row.text, row.amount = text(milestone, "userComment"), whole(milestone, "memberMonth")
        row.currency = text(milestone, "memberLevelName")
    elif gift:
        row.amount = whole(gift, "giftMembershipsCount")
        row.currency = text(gift, "giftMembershipsLevelName")
    if kind == "deletion":
        banned = fields(snippet, "userBannedDetails", "bannedUserDetails")
        row.author, row.author_id = text(banned, "displayName"), text(banned, "channelId")
        row.reply_to = text(snippet, "messageDeletedDetails", "deletedMessageId") or text(
            snippet, "messageRetractedDetails", "retractedMessageId"
        )
    return row
