"""The names that files give to the columns of ``records.RAW``, and to what happens in a chat.

``KNOWN_NAMES`` and ``EVENT_KINDS`` are the registries: to read a new spelling, add it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from hubbub.errors import SourceError

KNOWN_NAMES: dict[str, tuple[str, ...]] = {
    "message_id": ("message_id", "id", "id_str", "msg_id", "tweet_id", "status_id"),
    "stream_id": ("stream_id", "video_id", "vod_id", "stream", "broadcast_id"),
    "platform": ("platform", "site"),
    "channel": ("channel", "channel_name", "streamer"),
    "sent_at": ("sent_at", "ts", "timestamp", "published_datetime", "published_at", "created_at", "datetime", "time",
                "date", "time_stamp", "tweet_created", "live_date"),
    "offset_seconds": ("offset_seconds", "offset_s", "time_in_seconds", "content_offset_seconds", "offset",
                       "time_text", "elapsedtime"),
    "author": ("author", "username", "user", "user_name", "author_name", "nick", "viewer", "viewer_name", "login",
               "display_name", "screen_name", "name"),
    "author_id": ("author_id", "user_id", "viewer_id", "author_channel_id"),
    "roles": ("roles", "author_flags", "badges", "author_badges", "user_badges"),
    "event": ("event", "message_type", "kind", "event_type", "type"),
    "amount": ("amount", "money_amount", "amountstring"),
    "currency": ("currency", "money_currency"),
    "text": ("text", "message", "body", "content", "comment", "message_text", "tweet", "full_text",
             "chat"),
    "emotes": ("emotes", "emoticons"),
    "reply_to": ("reply_to", "in_reply_to", "in_reply_to_status_id_str", "in_reply_to_status_id",
                 "in_reply_to_tweet_id", "reply_parent_msg_id", "parent_id", "target_id", "target_message_id"),
    # Three that are no columns of RAW but change how a row is read.
    "bits": ("bits", "bits_spent"),
    "offset_milliseconds": ("video_offset_time_msec",),
    "ticker": ("ticker_duration",),
}  # fmt: skip
"""Our name → names in files, best first, matched without case; spaces, dots and dashes count as underscores."""

MAPPED = tuple(name for name in KNOWN_NAMES if name not in {"bits", "offset_milliseconds", "ticker"})
"""The names that a ``column_map`` may set."""

EVENT_KINDS: dict[str, str] = {
    "message": "message",
    "text_message": "message",
    "textmessage": "message",
    "chat": "message",
    "privmsg": "message",
    "comment": "message",
    "action": "message",
    "highlighted_message": "message",
    "tweet": "message",
    "retweet": "message",
    "reply": "message",
    "quote": "message",
    "quoting": "message",
    "normal": "message",
    "donation": "donation",
    "bits": "donation",
    "cheer": "donation",
    "superchat": "donation",
    "super_chat": "donation",
    "supersticker": "donation",
    "super_sticker": "donation",
    "paid_message": "donation",
    "paid_sticker": "donation",
    "ticker_paid_message_item": "donation",
    "ticker_paid_sticker_item": "donation",
    "donation_announcement": "donation",
    "hype_chat": "donation",
    "subscription": "subscription",
    "sub": "subscription",
    "resub": "subscription",
    "resubscription": "subscription",
    "convert": "subscription",
    "primepaidupgrade": "subscription",
    "prime_paid_upgrade": "subscription",
    "gift": "gift",
    "subgift": "gift",
    "anonsubgift": "gift",
    "mysterygift": "gift",
    "submysterygift": "gift",
    "anonsubmysterygift": "gift",
    "giftpaidupgrade": "gift",
    "anongiftpaidupgrade": "gift",
    "continue_gift": "gift",
    "standardpayforward": "gift",
    "communitypayforward": "gift",
    "subscription_gift": "gift",
    "anonymous_subscription_gift": "gift",
    "mystery_subscription_gift": "gift",
    "anonymous_mystery_subscription_gift": "gift",
    "gift_paid_upgrade": "gift",
    "anonymous_gift_paid_upgrade": "gift",
    "standard_pay_forward": "gift",
    "community_pay_forward": "gift",
    "sponsorships_gift_purchase_announcement": "gift",
    "membership_gift": "gift",
    "membership": "membership",
    "membership_item": "membership",
    "legacy_paid_message": "membership",
    "ticker_sponsor_item": "membership",
    "sponsorships_gift_redemption_announcement": "membership",
    "new_member": "membership",
    "newsponsor": "membership",
    "raid": "raid",
    "deletion": "deletion",
    "clearchat": "deletion",
    "clearmsg": "deletion",
    "timeout": "deletion",
    "ban": "deletion",
    "ban_user": "deletion",
    "delete_message": "deletion",
    "deleted_message": "deletion",
    "mark_chat_item_as_deleted_action": "deletion",
    "mark_chat_items_by_author_as_deleted_action": "deletion",
    "remove_chat_item_action": "deletion",
    "remove_chat_item_by_author_action": "deletion",
    "notice": "notice",
}
"""A platform's or a tool's name of what happened → ``records.KINDS``; every name not listed is a "notice"."""

_SEPARATORS = re.compile(r"[\s.\-]+")


def plain_name(written: str) -> str:
    """Return a column or event name in lower case with underscores.

    Examples
    --------
    >>> plain_name(" Time Stamp"), plain_name("author.name")
    ('time_stamp', 'author_name')
    """
    return _SEPARATORS.sub("_", written.strip().strip("\ufeff").lower())


_BY_NAME = {name: (ours, rank) for ours, names in KNOWN_NAMES.items() for rank, name in enumerate(names)}


def find_known(written: str) -> tuple[str, int] | None:
    """Return our name for a file's name and its rank among the known ones (0 is best), or None."""
    return _BY_NAME.get(plain_name(written))


def match_columns(names: Sequence[str], column_map: Mapping[str, str], where: str) -> dict[str, int]:
    """Return the position of each of our names among a file's column names.

    Parameters
    ----------
    names : sequence of str
        The column names of the file, in order.
    column_map : mapping of str to str
        Our name → name in the file; it wins over the known names.
    where : str
        The file, for the message of an error.

    Raises
    ------
    SourceError
        When ``column_map`` has a name that is not ours, or one that the file does not have.

    Examples
    --------
    >>> match_columns(["When", "Name", "Message"], {"sent_at": "When"}, "chat.csv")
    {'sent_at': 0, 'author': 1, 'text': 2}
    """
    check_map(column_map, where)
    found: dict[str, tuple[int, int]] = {}
    for position, name in enumerate(names):
        known = find_known(name)
        if known and name not in column_map.values() and (known[0] not in found or known[1] < found[known[0]][0]):
            found[known[0]] = (known[1], position)
    chosen = {ours: position for ours, (_, position) in found.items()}
    for ours, name in column_map.items():
        if name not in names:
            raise SourceError(f"{where}: no column '{name}' for '{ours}' (columns: {list_names(names)}).")
        chosen[ours] = names.index(name)
    return dict(sorted(chosen.items(), key=lambda item: item[1]))


def check_map(column_map: Mapping[str, str], where: str) -> None:
    """Raise SourceError when a column map sets a name that is not ours."""
    for ours in column_map:
        if ours not in MAPPED:
            raise SourceError(f"{where}: '{ours}' is no column of hubbub (choose from: {', '.join(MAPPED)}).")


def list_names(names: Iterable[str]) -> str:
    """Return column names for an error message: the first 30, each at most 40 characters."""
    shown = [clean_name(name, 40) for name in names]
    more = len(shown) - 30
    return ", ".join(shown[:30]) + (f" and {more} more" if more > 0 else "")


def clean_name(name: str, length: int = 200) -> str:
    """Return a name from outside fit for one line on a terminal: no control characters, at most ``length`` long."""
    cleaned = "".join(character if character.isprintable() else "\ufffd" for character in name[: length + 1])
    return cleaned if len(cleaned) <= length else cleaned[: length - 1] + "…"


def kind_of_event(event: str) -> str:
    """Return one of ``records.KINDS`` for a platform's or tool's name of what happened.

    Examples
    --------
    >>> kind_of_event("resub"), kind_of_event("Paid-Message"), kind_of_event("ritual")
    ('subscription', 'donation', 'notice')
    """
    return EVENT_KINDS.get(plain_name(event), "notice")
