"""What YouTube shows as one item of a chat (its "renderers") → rows.

``innertube`` says which there are and what they become; here is how each is read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from hubbub.collect.columns import kind_of_event
from hubbub.collect.found import Found
from hubbub.collect.json_values import Fields, fields, moment, objects, text, whole
from hubbub.collect.moments import parse_clock
from hubbub.collect.money import parse_money
from hubbub.records import RawRow

UNREAD_SUM = "sums could not be read; their rows are kept without"

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TOKEN_PART = re.compile(rb"[A-Za-z0-9_+/-]{40,}")
_PLACE = re.compile(rb"\n\x18(UC[\w-]{22})\x12\x0b([\w-]{11})", re.ASCII)
_ROLES = {"OWNER": "owner", "MODERATOR": "moderator", "VERIFIED": "verified"}


def find_renderer(item: object) -> tuple[str, Fields]:
    """Return the name and body of what an item shows; ("", {}) where there is none."""
    for name, body in item.items() if isinstance(item, dict) else ():
        if name.endswith(("Renderer", "ViewModel")) and isinstance(body, dict):
            return name, body
    return "", {}


def name_event(name: str) -> str:
    """Return the name of a renderer or action in lower case: "paid_message".

    Examples
    --------
    >>> name_event("liveChatPaidMessageRenderer"), name_event("removeChatItemAction")
    ('paid_message', 'remove_chat_item_action')
    """
    return _CAPITAL.sub("_", name.removeprefix("liveChat").removesuffix("Renderer")).lower()


def read_item(found: Found, name: str, shown: Fields, offset: float | None) -> RawRow | None:
    """Return the row of a renderer that is known, or None."""
    if name not in ITEMS:
        return None
    row = make_row(name_event(name), shown, offset)
    fill = ITEMS[name]
    if fill:
        fill(found, row, shown)
    return row


def make_row(event: str, shown: Fields, offset: float | None) -> RawRow:
    """Return what every renderer tells."""
    row = RawRow(platform="youtube", kind=kind_of_event(event), event=None if event == "text_message" else event)
    row.message_id, row.sent_at = text(shown, "id"), moment(shown, "timestampUsec")
    row.offset_seconds = offset
    clock = text(shown, "timestampText", "simpleText")
    if clock and (offset is None or clock.startswith("-")):  # before the start of the video its offset is always 0
        row.offset_seconds = parse_clock(clock)
    row.text, row.emotes, row.emote_spans = read_runs(shown.get("message"))
    _fill_author(row, shown)
    return row


def _fill_author(row: RawRow, shown: Fields) -> None:
    """Complete who wrote it, with which roles, where."""
    row.author = text(shown, "authorName", "simpleText")
    row.author_id = text(shown, "authorExternalChannelId") or row.author_id
    roles, badges = [], []
    for badge in objects(shown, "authorBadges"):
        told = fields(badge, "liveChatAuthorBadgeRenderer")
        icon, tooltip = text(told, "icon", "iconType"), text(told, "tooltip")
        if icon is None and tooltip:
            roles.append("member")
            badges.append(tooltip)
        elif icon:
            roles.append(_ROLES.get(icon, icon.lower()))
    row.roles, row.badges = list(dict.fromkeys(roles)) or None, badges or None
    place = find_place(text(shown, "contextMenuEndpoint", "liveChatItemContextMenuEndpoint", "params"))
    if place:
        row.channel, row.stream_id = place


def read_runs(message: object) -> tuple[str | None, list[str] | None, list[int] | None]:
    """Return the text of runs, the emotes in it, each once, and where each use of one begins and ends.

    Examples
    --------
    >>> read_runs({"runs": [{"text": "hi "}, {"emoji": {"emojiId": "UC/x", "shortcuts": [":wave:"],
    ...     "isCustomEmoji": True}}, {"emoji": {"emojiId": "😀", "shortcuts": [":grin:"]}}]})
    ('hi :wave:😀', [':wave:'], [3, 9])
    """
    simple = text(message, "simpleText")
    parts, emotes, length = [simple] if simple else [], [], 0
    spans: list[int] = []
    for run in objects(message, "runs"):
        part, emoji = text(run, "text") or "", fields(run, "emoji")
        if emoji:
            written = text(emoji, "emojiId") or ""
            is_custom = emoji.get("isCustomEmoji") is True or "/" in written
            shortcut = text(emoji, "shortcuts", 0) or text(
                emoji, "image", "accessibility", "accessibilityData", "label"
            )
            part = (shortcut if is_custom else None) or written or shortcut or ""
            if is_custom and part:
                emotes.append(part)
                spans += (length, length + len(part))
        parts.append(part)
        length += len(part)
    return "".join(parts) or None, list(dict.fromkeys(emotes)) or None, spans or None


def find_place(token: str | None) -> tuple[str, str] | None:
    """Return the ids of channel and video in the token of a menu or a continuation, or None.

    Examples
    --------
    >>> inner = base64.b64encode(bytes([10, 24]) + b"UC" + b"x" * 22 + bytes([18, 11]) + b"y" * 11)
    >>> find_place(base64.b64encode(inner).decode()) == ("UC" + "x" * 22, "y" * 11)
    True
    """
    if token is None or len(token) > 4_096:
        return None
    for part in _TOKEN_PART.findall(_unpack(token.encode("utf-8", "replace")))[:4]:
        if found := _PLACE.search(_unpack(part)):
            return found.group(1).decode(), found.group(2).decode()
    return None


def _unpack(token: bytes) -> bytes:
    """Return what is written in base64, of either alphabet and without its end; b"" where it is none."""
    bare = token.partition(b"%")[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(bare[: len(bare) - (len(bare) % 4 == 1)] + b"=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return b""


def _read_digits(found: object) -> int | None:
    """Return the first number that is a run of its own: "Member for ", "6", " months"."""
    return next(
        (count for run in objects(found, "runs") if (count := whole(_strip(text(run, "text")))) is not None), None
    )


def _strip(written: str | None) -> str | None:
    return written.strip() if written else None


def _fill_sum(found: Found, row: RawRow, shown: Fields) -> None:
    """Complete what was paid."""
    written = text(shown, "purchaseAmountText", "simpleText") or read_runs(shown.get("purchaseAmountText"))[0]
    paid = parse_money(written) if written else None
    if paid:
        row.amount, row.currency = paid
    else:
        found.remarks.append(UNREAD_SUM)


def _fill_sticker(found: Found, row: RawRow, shown: Fields) -> None:
    """Complete what was paid for a sticker, which says nothing."""
    _fill_sum(found, row, shown)
    row.text = row.emotes = row.emote_spans = None


def _fill_membership(found: Found, row: RawRow, shown: Fields) -> None:
    """Complete the months of a milestone, and the level where it is named."""
    row.amount = _read_digits(shown.get("headerPrimaryText"))
    if row.amount is not None:
        row.currency = text(shown, "headerSubtext", "simpleText")


def _fill_gifts(found: Found, row: RawRow, shown: Fields) -> None:
    """Complete who gave how many memberships; its header holds what other renderers hold themselves."""
    header = fields(shown, "header", "liveChatSponsorshipsHeaderRenderer")
    _fill_author(row, header)
    row.amount = _read_digits(header.get("primaryText"))


def _fill_redemption(found: Found, row: RawRow, shown: Fields) -> None:
    """Leave out the platform's sentence, which names who gave."""
    row.text = row.emotes = row.emote_spans = None


def _fill_mode(found: Found, row: RawRow, shown: Fields) -> None:
    """Complete what the chat was set to."""
    row.text = read_runs(shown.get("text"))[0]


def _fill_charity(found: Found, row: RawRow, shown: Fields) -> None:
    """Complete a donation to charity; the sentence names the donor and is not kept."""
    sums = (parse_money(text(run, "text") or "") for run in objects(shown, "text", "runs"))
    row.amount, row.currency = next(filter(None, sums), (None, None))
    row.text = None


def _fill_placeholder(found: Found, row: RawRow, shown: Fields) -> None:
    """Leave the id to the message that may take its place."""
    row.message_id = None


ITEMS: dict[str, Callable[[Found, RawRow, Fields], None] | None] = {
    "liveChatTextMessageRenderer": None,
    "liveChatPaidMessageRenderer": _fill_sum,
    "liveChatPaidStickerRenderer": _fill_sticker,
    "liveChatMembershipItemRenderer": _fill_membership,
    "liveChatLegacyPaidMessageRenderer": None,
    "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer": _fill_gifts,
    "liveChatSponsorshipsGiftRedemptionAnnouncementRenderer": _fill_redemption,
    "liveChatDonationAnnouncementRenderer": _fill_charity,
    "liveChatViewerEngagementMessageRenderer": None,
    "liveChatModeChangeMessageRenderer": _fill_mode,
    "liveChatPlaceholderItemRenderer": _fill_placeholder,
    "liveChatAutoModMessageRenderer": None,
    "liveChatModerationMessageRenderer": _fill_redemption,
}
"""Renderers of chat items → what completes their row."""
