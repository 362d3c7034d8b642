"""Notifications of Twitch's EventSub, as frames of its web socket or bodies of its web hooks → rows.

==============================  ====================================================================================
channel.chat.message            "message", or a "donation" of bits
channel.chat.notification       by ``notice_type``: sub, resub → "subscription" (months, tier); sub_gift,
                                community_sub_gift, pay_it_forward → "gift" (how many); raid → "raid" (raiders);
                                charity_donation → "donation"; announcements and what happens in the other channel of
                                a shared chat → "notice"
channel.chat.message_delete,    "deletion" of ``reply_to``, of all of ``author``, or of everything
…clear_user_messages, …clear,
channel.ban, channel.moderate
automod, suspicious_user,       "notice"; what was held back is not kept
stream.online, channel.update
==============================  ====================================================================================

The text is what the viewer wrote, never Twitch's own sentence. Frames of the session (welcome, keepalive) carry no
chat. A notification has no moment of its own but that of its sending.

Source: https://dev.twitch.tv/docs/eventsub/eventsub-subscription-types/.
"""

from __future__ import annotations

from hubbub.collect.found import Found
from hubbub.collect.json_values import Fields, fields, moment, objects, text, whole
from hubbub.collect.money import count_decimals
from hubbub.collect.twitch_irc import TIERS
from hubbub.records import RawRow

NO_NOTIFICATION = "frames of the session, without chat"
_NOTICES: dict[str, tuple[str, str | None]] = {
    "sub": ("subscription", None),
    "resub": ("subscription", "cumulative_months"),
    "prime_paid_upgrade": ("subscription", None),
    "sub_gift": ("gift", None),
    "community_sub_gift": ("gift", "total"),
    "gift_paid_upgrade": ("gift", None),
    "pay_it_forward": ("gift", None),
    "raid": ("raid", "viewer_count"),
}
"""``notice_type`` → its kind, and where its count is; every other is a notice."""

_ACTS: dict[str, str] = {"ban": "ban", "timeout": "timeout", "delete": "clearmsg", "clear": "clearchat"}
"""Acts of moderators that take messages back → the event as IRC names it."""

_SESSION = frozenset({"session_welcome", "session_keepalive", "session_reconnect", "revocation"})
_OTHERS = (
    "automod.", "channel.suspicious_user.", "stream.", "channel.update", "channel.unban", "channel.moderator.",
    "channel.vip.", "channel.raid", "channel.follow", "channel.subscri", "channel.cheer", "channel.channel_points",
    "channel.poll.", "channel.prediction.", "channel.hype_train.", "channel.ad_break.", "channel.warning.",
    "channel.shoutout.", "channel.shared_chat.", "channel.chat_settings.", "channel.chat.user_message_",
    "channel.charity_campaign.", "channel.goal.", "channel.shield_mode.", "channel.bits.", "user.",
)  # fmt: skip
"""Beginnings of the types that are known and become notices."""


def is_eventsub(found: Fields) -> bool:
    """Return whether an object is a frame or a body of EventSub."""
    return bool(text(found, "metadata", "message_type") and "payload" in found) or bool(
        text(found, "subscription", "type") and "event" in found
    )


def parse_eventsub(found: object) -> Found:
    """Return what one frame or body of EventSub tells.

    Examples
    --------
    >>> frame = {"subscription": {"type": "channel.chat.message"}, "event": {"chatter_user_login": "ann",
    ...     "broadcaster_user_login": "c", "message": {"text": "Cheer5 hi"}, "cheer": {"bits": 5}}}
    >>> row, = parse_eventsub(frame).rows
    >>> row.kind, row.amount, row.author, row.channel, row.text
    ('donation', 5, 'ann', 'c', 'Cheer5 hi')
    """
    result = Found()
    metadata, payload = fields(found, "metadata"), fields(found, "payload") or fields(found)
    if text(metadata, "message_type") in _SESSION:
        result.remarks.append(NO_NOTIFICATION)
        return result
    kind, event = text(payload, "subscription", "type") or "", fields(payload, "event")
    row = RawRow(platform="twitch", sent_at=moment(metadata, "message_timestamp"))
    row.channel = text(event, "broadcaster_user_login")
    if kind == "channel.chat.message":
        _fill_message(row, event)
    elif kind == "channel.chat.notification":
        _fill_notification(row, event)
    elif not (_fill_deletion(row, kind, event) or _fill_act(row, kind, event)):
        result.unknown.append((f"EventSub {kind or 'without a type'}", found))
        return result
    result.rows.append(row)
    return result


def _fill_writer(row: RawRow, event: Fields) -> None:
    """Complete who wrote what, with which badges and emotes."""
    row.message_id = text(event, "message_id")
    row.author, row.author_id = text(event, "chatter_user_login"), text(event, "chatter_user_id")
    badges = [(text(badge, "set_id"), text(badge, "id")) for badge in objects(event, "badges")]
    row.roles = list(dict.fromkeys(name for name, _ in badges if name)) or None
    row.badges = [f"{name}/{version}" if version else name for name, version in badges if name] or None
    message = fields(event, "message")
    row.text = text(message, "text")
    pieces = objects(message, "fragments")
    if "".join(text(piece, "text") or "" for piece in pieces) != (row.text or ""):
        return
    emotes: list[str] = []
    spans: list[int] = []
    place = 0
    for piece in pieces:
        written = text(piece, "text") or ""
        if piece.get("type") == "emote" and written:
            emotes.append(written)
            spans += (place, place + len(written))
        place += len(written)
    row.emotes, row.emote_spans = list(dict.fromkeys(emotes)) or None, spans or None


def _fill_message(row: RawRow, event: Fields) -> None:
    """Complete a chat message."""
    _fill_writer(row, event)
    row.reply_to = text(event, "reply", "parent_message_id")
    form = text(event, "message_type")
    row.event = None if form == "text" else form
    if bits := whole(event, "cheer", "bits"):
        row.kind, row.event, row.amount, row.currency = "donation", "bits", bits, "bits"


def _fill_notification(row: RawRow, event: Fields) -> None:
    """Complete a subscription, gift, raid or another notice about a viewer."""
    _fill_writer(row, event)
    name = row.event = text(event, "notice_type") or "notice"
    details = fields(event, name)
    row.kind, counted = _NOTICES.get(name, ("notice", None))
    if row.kind in {"subscription", "gift"}:
        tier = text(details, "sub_tier")
        row.currency = "Prime" if details.get("is_prime") is True else TIERS.get(tier or "", tier)
    row.amount = whole(details, counted) if counted else 1 if row.kind == "gift" else None
    if name == "charity_donation":
        row.kind = "donation"
        _fill_charity(row, fields(details, "amount"))


def _fill_charity(row: RawRow, amount: Fields) -> None:
    """Complete a sum that says how many of its digits are decimals."""
    value, places, currency = whole(amount, "value"), whole(amount, "decimal_place"), text(amount, "currency")
    if value is not None and places is not None and 0 <= places <= 6 and currency:
        row.amount, row.currency = value * 10 ** count_decimals(currency) // 10**places, currency


def _fill_deletion(row: RawRow, kind: str, event: Fields) -> bool:
    """Complete what takes messages back; return whether it is such."""
    act: str | None = None
    target = event
    if kind == "channel.moderate":
        act = text(event, "action") or ""
        target = fields(event, act)
    elif kind == "channel.ban":
        act = "ban" if event.get("is_permanent") is True else "timeout"
    elif kind.startswith("channel.chat."):
        act = {"message_delete": "delete", "clear_user_messages": "ban", "clear": "clear"}.get(kind[13:])
    if act not in _ACTS:
        return False
    row.kind, row.event = "deletion", _ACTS[act]
    row.author = text(target, "user_login") or text(target, "target_user_login")
    row.author_id = text(target, "user_id") or text(target, "target_user_id")
    row.reply_to = text(target, "message_id") if act == "delete" else None
    return True


def _fill_act(row: RawRow, kind: str, event: Fields) -> bool:
    """Complete what else happened, as a notice without a text; return whether it is known."""
    if kind != "channel.moderate" and not kind.startswith(_OTHERS):
        return False
    row.kind, row.event = "notice", text(event, "action") or kind.removeprefix("channel.").replace(".", "_")
    row.author = text(event, "moderator_user_login") or text(event, "user_login")
    row.author_id = text(event, "moderator_user_id") or text(event, "user_id")
    row.sent_at = moment(event, "started_at") or row.sent_at
    return True
