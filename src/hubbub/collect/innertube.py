"""What YouTube's own pages get from it ("innertube") → rows of chat; pure, no sockets.

Takes the responses of ``get_live_chat`` and ``get_live_chat_replay`` (bare, or inside ``{"response": …}`` as in 2019),
the first data of a chat page or a watch page, single actions, the lines of yt-dlp's ``live_chat.json``, one bare
renderer, and the runs of one text.

==============================  ====================================================================================
liveChatTextMessageRenderer     "message"
…PaidMessage, …PaidSticker      "donation"; a sticker has no text
…MembershipItem, …LegacyPaid…   "membership"; ``amount`` is the months that a milestone states
…SponsorshipsGiftPurchase…      "gift", ``amount`` is how many; each redemption of one is a "membership"
…ViewerEngagement, …ModeChange  "notice"; so are placeholders of messages held back, banners and polls
markChatItem(sByAuthor)…,       "deletion" of ``reply_to``, or of all of ``author_id``; so is a message that is replaced
removeChatItem(ByAuthor)…       by a placeholder
==============================  ====================================================================================

``event`` is the renderer's or action's name as chat-downloader writes it: ``paid_message``, ``membership_item``.
An emoji of the channel is its shortcut (``:name:``) in the text, and an emote with its span; any other is itself. In a
replay ``offset_seconds`` is the time of the video; the offsets in yt-dlp's live lines count from the start of its
download and are left out. Channel and video are read from the token of each message's menu, where there is one.

Names of renderers and actions: as sent by youtube.com in 2019 to 2025.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from hubbub.collect.found import NO_CHAT, Found
from hubbub.collect.innertube_items import find_renderer, make_row, name_event, read_item, read_runs
from hubbub.collect.json_values import Fields, decode, dig, fields, objects, text, whole
from hubbub.records import RawRow

PIECES = "pieces of a text, without the message that they are of"
QUIET = "actions that carry no chat"
MAX_DEPTH = 4
"""How deep responses and actions may stand in lists and envelopes."""

_NEXT = (
    "invalidationContinuationData", "timedContinuationData", "liveChatReplayContinuationData", "reloadContinuationData",
)  # fmt: skip

Offset = float | None


class Page(Found):
    """One response.

    Attributes
    ----------
    continuation : str or None
        What to ask for next; None where the chat is over or the replay ended.
    timeout_ms : int or None
        How long to wait before asking; None for replays.
    views : list of str
        Continuations of the views that a chat page offers: first the top messages, then all messages.
    is_replay : bool
        Whether it is of a replay.
    channel, stream_id : str or None
        YouTube's ids of channel and video; as given, else as first read from a message.
    """

    continuation: str | None = None
    timeout_ms: int | None = None
    views: list[str] = msgspec.field(default_factory=list)
    is_replay: bool = False
    channel: str | None = None
    stream_id: str | None = None


def parse_response(
    response: bytes | Fields | list[object], *, channel: str | None = None, stream_id: str | None = None
) -> Page:
    """Return what a response, an action or a line of ``live_chat.json`` holds.

    Parameters
    ----------
    response : bytes or its JSON value
        One response.
    channel, stream_id : str, optional
        For messages that do not tell theirs, such as deletions.

    Raises
    ------
    ValueError
        When the bytes are not JSON.

    Examples
    --------
    >>> page = parse_response(b'{"addChatItemAction": {"item": {"liveChatPaidMessageRenderer": {"id": "x", '
    ...     b'"timestampUsec": "1570800562455847", "purchaseAmountText": {"simpleText": "CA$5.00"}, '
    ...     b'"message": {"runs": [{"text": "hi"}]}}}}}')
    >>> row, = page.rows
    >>> row.kind, row.event, row.amount, row.currency, row.text
    ('donation', 'paid_message', 500, 'CAD', 'hi')
    """
    page = Page(channel=channel, stream_id=stream_id)
    _add_value(page, decode(response) if isinstance(response, bytes) else response, 0)
    rows = (*page.rows, *page.copies)
    page.channel = page.channel or next((row.channel for row in rows if row.channel), None)
    page.stream_id = page.stream_id or next((row.stream_id for row in rows if row.stream_id), None)
    for row in rows:
        row.channel, row.stream_id = row.channel or page.channel, row.stream_id or page.stream_id
    return page


def is_innertube(found: Fields) -> bool:
    """Return whether an object is one that ``parse_response`` reads."""
    if "response" in found:
        return is_innertube(fields(found, "response"))
    return bool(
        _find_chat(found)
        or "responseContext" in found
        or any(name in _ACTIONS or name == "replayChatItemAction" for name in found)
        or _is_renderer(found)
        or (found.keys() == {"emoji"} and _is_run(found))
    )


def _add_value(page: Page, found: object, depth: int) -> None:
    """Add what a response, a list of actions, an action or a renderer holds."""
    if depth > MAX_DEPTH:
        page.unknown.append(("a list in a list", found))
    elif isinstance(found, list):
        if found and all(map(_is_run, found)):
            page.rows.append(make_row("text_message", {"message": {"runs": found}}, None))
        else:
            for item in found:
                _add_value(page, item, depth + 1)
    elif not isinstance(found, dict):
        page.unknown.append((type(found).__name__, found))
    elif isinstance(found.get("response"), dict):
        _add_value(page, found["response"], depth + 1)
    elif chat := _find_chat(found):
        _add_chat(page, chat)
    elif any(name.endswith(("Action", "Command")) for name in found):
        _add_action(page, found, None)
    elif _is_renderer(found):
        event = "paid_message" if "purchaseAmountText" in found else "text_message"
        page.rows.append(make_row(event, found, None))
    elif "responseContext" in found:
        page.remarks.append(NO_CHAT)
    elif _is_run(found):
        page.remarks.append(PIECES)
    else:
        page.unknown.append((f"an object with {', '.join(sorted(found)[:3]) or 'nothing'}", found))


def _find_chat(found: Fields) -> Fields:
    """Return the object that holds actions and continuations, or an empty one."""
    return (
        fields(found, "continuationContents", "liveChatContinuation")
        or fields(found, "contents", "liveChatRenderer")
        or fields(found, "contents", "twoColumnWatchNextResults", "conversationBar", "liveChatRenderer")
        or (found if any(name.endswith("Action") for name in fields(found, "actions", 0)) else {})
    )


def _is_renderer(found: Fields) -> bool:
    """Return whether an object is a message itself, without its name."""
    return "timestampUsec" in found and ("authorName" in found or "message" in found)


def _is_run(found: object) -> bool:
    """Return whether something is a piece of a text."""
    return isinstance(found, dict) and (isinstance(found.get("emoji"), dict) or isinstance(found.get("text"), str))


def _add_chat(page: Page, chat: Fields) -> None:
    """Add a response's actions and what to ask for next."""
    for found in objects(chat, "continuations"):
        name = next((name for name in _NEXT if name in found), None)
        if name and page.continuation is None:
            page.continuation = text(found, name, "continuation")
            page.is_replay = name == "liveChatReplayContinuationData"
            page.timeout_ms = whole(found, name, "timeoutMs")
    views = ("header", "liveChatHeaderRenderer", "viewSelector", "sortFilterSubMenuRenderer", "subMenuItems")
    for view in objects(chat, *views):
        if token := text(view, "continuation", "reloadContinuationData", "continuation"):
            page.views.append(token)
    actions = chat.get("actions")
    if not isinstance(actions, list) or not actions:
        page.remarks.append(NO_CHAT)
        return
    for action in actions:
        if isinstance(action, dict):
            _add_action(page, action, None)
        else:
            page.unknown.append((f"an action that is no object ({type(action).__name__})", action))


def _add_action(page: Page, action: Fields, offset: Offset, depth: int = 0) -> None:
    """Add what an action does; one without a known name is unknown."""
    names = [name for name in action if name.endswith(("Action", "Command"))]
    if not names or depth > MAX_DEPTH:
        page.unknown.append(("an action without a name", action))
    for name in names:
        body = fields(action, name)
        if name == "replayChatItemAction":
            milliseconds = None if action.get("isLive") is True else whole(body, "videoOffsetTimeMsec")
            within = None if milliseconds is None else milliseconds / 1000
            page.is_replay = page.is_replay or milliseconds is not None
            for inner in objects(body, "actions"):
                _add_action(page, inner, within, depth + 1)
        elif name in _ACTIONS:
            _ACTIONS[name](page, body, offset)
        else:
            page.unknown.append((name, {name: action[name]}))


def _add_item(page: Page, body: Fields, offset: Offset) -> None:
    """Add a message."""
    name, shown = find_renderer(body.get("item", body))
    row = read_item(page, name, shown, offset)
    if row is not None:
        page.rows.append(row)
    else:
        page.unknown.append((name or "addChatItemAction without an item", body.get("item", body)))


def _delete(page: Page, body: Fields, offset: Offset, event: str) -> None:
    """Add the deletion of one message or of all of an author's."""
    page.rows.append(
        RawRow(
            platform="youtube",
            kind="deletion",
            event=event,
            offset_seconds=offset,
            reply_to=text(body, "targetItemId"),
            author_id=text(body, "externalChannelId"),
        )
    )


def _replace(page: Page, body: Fields, offset: Offset) -> None:
    """Add what takes a message's place; a placeholder takes it away."""
    target, (name, shown) = text(body, "targetItemId"), find_renderer(body.get("replacementItem"))
    row = read_item(page, name, shown, offset)
    if row is None:
        page.unknown.append((name or "replaceChatItemAction without an item", body))
    elif row.message_id is None or row.message_id != target:
        _delete(page, body, offset, "replace_chat_item_action")
    if row is not None and row.message_id is not None:
        page.rows.append(row)


def _add_ticker(page: Page, body: Fields, offset: Offset) -> None:
    """Keep the message that a ticker shows apart; it was sent besides, but for those of before a live collection."""
    name, shown = find_renderer(body.get("item"))
    inner, message = find_renderer(dig(shown, "showItemEndpoint", "showLiveChatItemEndpoint", "renderer"))
    row = read_item(page, inner, message, offset)
    if row is not None and row.message_id:
        page.copies.append(row)
    elif name.startswith("liveChatTicker"):
        page.remarks.append(QUIET)
    else:
        page.unknown.append((inner or name or "addLiveChatTickerItemAction without an item", body))


def _add_banner(page: Page, body: Fields, offset: Offset) -> None:
    """Add a pinned message or a raid as what the chat shows above itself."""
    banner = fields(body, "bannerRenderer", "liveChatBannerRenderer")
    name, shown = find_renderer(banner.get("contents"))
    row = make_row("add_banner_to_live_chat_command", shown, offset)
    row.message_id = text(banner, "actionId")
    if name == "liveChatBannerRedirectRenderer":
        button = fields(shown, "inlineActionButton", "buttonRenderer", "command")
        row.kind, row.event = "notice" if "watchEndpoint" in button else "raid", "banner_redirect"
    elif not name:
        page.unknown.append(("addBannerToLiveChatCommand without a banner", body))
        return
    page.rows.append(row)


def _add_poll(page: Page, body: Fields, offset: Offset) -> None:
    """Add the question of a poll."""
    name, panel = find_renderer(dig(body, "panelToShow", "liveChatActionPanelRenderer", "contents"))
    if name != "pollRenderer":
        page.remarks.append(QUIET)
        return
    question = read_runs(dig(panel, "header", "pollHeaderRenderer", "pollQuestion"))[0]
    row = RawRow(platform="youtube", kind="notice", event="poll", text=question, offset_seconds=offset)
    row.message_id = text(panel, "liveChatPollId")
    page.rows.append(row)


def _pass(page: Page, body: Fields, offset: Offset) -> None:
    """Count an action that carries no chat."""
    page.remarks.append(QUIET)


_DELETIONS = (
    "markChatItemAsDeletedAction",
    "markChatItemsByAuthorAsDeletedAction",
    "removeChatItemAction",
    "removeChatItemByAuthorAction",
)
_QUIET = (
    "removeBannerForLiveChatCommand",
    "updateLiveChatPollAction",
    "closeLiveChatActionPanelAction",
    "showLiveChatTooltipCommand",
    "liveChatReportModerationStateCommand",
    "updateDateTextAction",
    "updateTitleAction",
    "updateDescriptionAction",
    "updateViewershipAction",
    "updateToggleButtonTextAction",
)
_ACTIONS: dict[str, Callable[[Page, Fields, Offset], None]] = {
    "addChatItemAction": _add_item,
    "replaceChatItemAction": _replace,
    "addLiveChatTickerItemAction": _add_ticker,
    "addBannerToLiveChatCommand": _add_banner,
    "showLiveChatActionPanelAction": _add_poll,
    **{name: partial(_delete, event=name_event(name)) for name in _DELETIONS},
    **dict.fromkeys(_QUIET, _pass),
}
"""Actions → what they do."""
