r"""Lines of Twitch IRC → typed events, and logs of such lines → batches of rows.

``parse_line`` is pure: one line in, one event out; sockets and files are elsewhere. It follows the IRCv3 message-tags
specification and https://dev.twitch.tv/docs/irc/: tags stand in any order, unknown ones are ignored, ``\s \: \\ \r
\n`` in their values are unescaped. ``id`` is the key of a message; ``msg-id`` is the *type* of a notice.

=============  =====================================================================================================
PRIVMSG        "message"; "donation" with ``bits`` (currency "bits") or a hype chat (``pinned-chat-paid-*``)
USERNOTICE     by ``msg-id``: sub, resub → "subscription" (months, tier); subgift, submysterygift → "gift" (how many);
               raid → "raid" (raiders); announcement, ritual, viewermilestone … → "notice"
CLEARCHAT      "deletion": event "timeout" or "ban" of ``author``, or "clearchat" of everything
CLEARMSG       "deletion": ``reply_to`` is the message taken back; so is a PRIVMSG that recent-messages marks
               ``rm-deleted``
NOTICE         "notice"
=============  =====================================================================================================

A notice's text is what its viewer wrote with it, or null; ``system-msg`` is the platform's sentence about a viewer
and is not kept, nor is the text of a deleted message. An announced gift of five comes as one submysterygift of 5 *and*
five subgifts of 1, as the platform sends it. A notice of another channel in a shared chat is a "notice". The text of
/me keeps its ``\x01ACTION`` frame. Lines that carry no chat (PING, JOIN, ROOMSTATE, numerics) are counted in the notes.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hubbub.collect.columns import EVENT_KINDS
from hubbub.collect.moments import EARLIEST as EARLIEST_MOMENT
from hubbub.collect.moments import LATEST as LATEST_MOMENT
from hubbub.collect.money import count_decimals
from hubbub.records import RawRow

EARLIEST, LATEST = (int(moment.timestamp()) * 1_000_000 for moment in (EARLIEST_MOMENT, LATEST_MOMENT))

TIERS = {"1000": "Tier 1", "2000": "Tier 2", "3000": "Tier 3"}
"""``msg-param-sub-plan`` → the tier as people write it; "Prime" stays."""

_STAMP = re.compile(
    r"\[?(\d{4}-\d\d-\d\d[T _]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| UTC|[+-]\d\d:?\d\d)?|\d{10,16})"
    r"\]?[ \t;,|>-]{1,8}(?=[@:])",
    re.ASCII,
)
_LINE = re.compile(
    r"(?:@[^ =]*=[^ ]*+ ++(?::[^ ]++ ++)?|:[^ ]++ ++)"
    r"(PRIVMSG|USERNOTICE|CLEARCHAT|CLEARMSG|NOTICE|WHISPER|JOIN|PART|QUIT|MODE|NICK|CAP|ROOMSTATE|USERSTATE"
    r"|GLOBALUSERSTATE|HOSTTARGET|PING|PONG|RECONNECT|\d{3})(?= |$)|(PING|PONG|RECONNECT)(?= |$)",
    re.ASCII,
)
CHAT_COMMANDS = frozenset({"PRIVMSG", "USERNOTICE", "CLEARCHAT", "CLEARMSG", "NOTICE"})
PLAIN_MESSAGE = re.compile(
    r"@(?:badge-info=[^; ]*+;)?+badges=([^;\\ ]*+);(?:client-nonce=[^; ]*+;)?+color=[^; ]*+;"
    r"display-name=([^;\\ ]*+);(?:emote-only=[^; ]*+;)?+emotes=([^;\\ ]*+);(?:first-msg=[^; ]*+;)?+"
    r"(?:flags=[^; ]*+;)?+(?:id=([^;\\ ]*+);)?+mod=([^; ]*+);(?:reply-parent-display-name=[^; ]*+;"
    r"reply-parent-msg-body=[^; ]*+;reply-parent-msg-id=([^;\\ ]*+);"
    r"(?:reply-(?:parent-user|thread)-[a-z-]++=[^; ]*+;)*+)?+(?:returning-chatter=[^; ]*+;)?+"
    r"room-id=[^; ]*+;subscriber=([^; ]*+);tmi-sent-ts=([0-9]{13});"
    r"turbo=[^; ]*+;user-id=([^;\\ ]*+);user-type=[^; ]*+(?:;vip=[^; ]*+)?+ "
    r":([^!@ ]*+)![^ ]*+ PRIVMSG #([^ ]++) :([^\r\n]++)(?:\r\n)?+",
).fullmatch
"""What nearly every line is, in the order in which Twitch writes the tags; any other tag makes it another line."""

_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_UNESCAPED = {"s": " ", ":": ";", "r": "\r", "n": "\n"}
_AMOUNTS = {
    "raid": "msg-param-viewerCount",
    "submysterygift": "msg-param-mass-gift-count",
    "anonsubmysterygift": "msg-param-mass-gift-count",
}
_ACTION = "\x01ACTION "
_MS_DIGITS = 13

Tags = dict[str, str]


def parse_line(line: str) -> RawRow | None:
    r"""Return what happened, or None for a line that carries no chat.

    ``sent_at`` is what the tag ``tmi-sent-ts`` says in milliseconds; null for any other time, which ``find_time``
    finds. The lists of a row may be those of other rows too: they are not to be changed.

    Parameters
    ----------
    line : str
        One line, with or without its line end, tags and a leading time.

    Examples
    --------
    >>> row = parse_line("@id=7f;tmi-sent-ts=1568505600501;bits=100 :ann!ann@ann PRIVMSG #c :Cheer100 hi")
    >>> row.kind, row.amount, row.currency, row.author, row.channel, row.text, row.sent_at
    ('donation', 100, 'bits', 'ann', 'c', 'Cheer100 hi', 1568505600501000)
    >>> parse_line("PING :tmi.twitch.tv") is None
    True
    """
    match = PLAIN_MESSAGE(line)
    return parse_any(line) if match is None else parse_plain(match)


def parse_plain(match: re.Match[str]) -> RawRow:
    """Return the row of a line that ``PLAIN_MESSAGE`` matches: as ``parse_any`` does, three times as fast."""
    badges, name, emotes, message_id, mod, reply_to, subscriber, ms, author_id, author, channel, text = match.groups()
    sent_at = int(ms) * 1000
    row = RawRow(
        platform="twitch",
        channel=channel,
        message_id=message_id or None,
        sent_at=sent_at if EARLIEST <= sent_at < LATEST else None,
        author=author or name or None,
        author_id=author_id or None,
        text=text,
        reply_to=reply_to or None,
    )
    if badges or mod == "1" or subscriber == "1":
        row.roles, row.badges = read_badges(badges, mod == "1", subscriber == "1")
    if emotes:
        row.emotes, row.emote_spans = find_emotes(text, emotes)
    return row


def parse_any(line: str) -> RawRow | None:
    """Return the row of any line: tags in any order, every command."""
    line, tags, prefix = line.rstrip("\r\n"), {}, ""
    if line[:1] not in {"@", ":"} and (match := _STAMP.match(line)):
        line = line[match.end() :]
    if line[:1] == "@":
        written, _, line = line[1:].partition(" ")
        tags = parse_tags(written)
        line = line.lstrip(" ")
    if line[:1] == ":":
        prefix, _, line = line[1:].partition(" ")
    command, _, line = line.lstrip(" ").partition(" ")
    if command not in CHAT_COMMANDS:
        return None
    target, _, text = line.lstrip(" ").partition(" ")
    row = RawRow(platform="twitch", channel=target.removeprefix("#"), text=text.removeprefix(":") or None)
    ms = tags.get("tmi-sent-ts", "")
    if len(ms) == _MS_DIGITS and ms.isascii() and ms.isdigit() and EARLIEST <= int(ms) * 1000 < LATEST:
        row.sent_at = int(ms) * 1000
    if command == "PRIVMSG":
        if row.text is None:
            return None
        _fill_message(row, tags, prefix)
    elif command == "USERNOTICE":
        _fill_notice(row, tags)
    elif command == "NOTICE":
        row.kind, row.event = "notice", tags.get("msg-id") or "notice"
    else:
        _fill_deletion(row, tags, command)
    return row


def parse_tags(written: str) -> Tags:
    r"""Return the tags between "@" and the first space, their values unescaped; empty values are left out.

    Examples
    --------
    >>> parse_tags(r"id=7f;system-msg=5\sraiders;badges=vip/1;login=a\:b;flag;emotes=")
    {'id': '7f', 'system-msg': '5 raiders', 'badges': 'vip/1', 'login': 'a;b'}
    """
    pairs = [tag.partition("=") for tag in written.split(";")]
    if "\\" in written:
        return {name: _unescape(value) for name, _, value in pairs if value}
    return {name: value for name, _, value in pairs if value}


def find_time(line: str) -> str | None:
    """Return the time of a line as it is written: its tag ``tmi-sent-ts``, what a log put before it, its arrival.

    Examples
    --------
    >>> find_time("[2019-04-30 08:56:59] :ann!ann@ann PRIVMSG #c :hi"), find_time(":ann!ann@ann PRIVMSG #c :hi")
    ('2019-04-30 08:56:59', None)
    """
    stamp = _STAMP.match(line) if line[:1] not in {"@", ":"} else None
    rest = line[stamp.end() :] if stamp else line
    tags = parse_tags(rest[1:].partition(" ")[0]) if rest[:1] == "@" else {}
    written = stamp.group(1).replace(",", ".") if stamp else None
    return tags.get("tmi-sent-ts") or written or tags.get("rm-received-ts")


def _unescape(value: str) -> str:
    """Return a tag's value as it was before escaping (IRCv3 message tags, "Escaping values")."""
    return _ESCAPED.sub(lambda match: _UNESCAPED.get(match.group(1), match.group(1)), value)


def _fill_message(row: RawRow, tags: Tags, prefix: str) -> None:
    """Complete what a viewer wrote."""
    _fill_author(row, tags, prefix.partition("!")[0])
    if tags.get("rm-deleted") == "1":
        row.kind, row.event, row.text = "deletion", "clearmsg", None
        row.message_id, row.reply_to = None, row.message_id
        return
    row.event = tags.get("msg-id")
    row.reply_to = tags.get("reply-parent-msg-id")
    if row.text and (emotes := tags.get("emotes")):
        row.emotes, row.emote_spans = find_emotes(row.text, emotes)
    if bits := _whole(tags.get("bits")):
        row.kind, row.event, row.amount, row.currency = "donation", "bits", bits, "bits"
    elif "pinned-chat-paid-amount" in tags:
        row.kind, row.event = "donation", "hype_chat"
        row.amount, row.currency = _whole(tags["pinned-chat-paid-amount"]), tags.get("pinned-chat-paid-currency")
        exponent = _whole(tags.get("pinned-chat-paid-exponent"))
        if row.amount is not None and row.currency and exponent is not None and exponent <= 6:
            # the exponent says how many of the digits are decimals; nearly always those of ISO 4217
            row.amount = row.amount * 10 ** count_decimals(row.currency) // 10**exponent


def _fill_notice(row: RawRow, tags: Tags) -> None:
    """Complete a subscription, gift, raid or another notice about a viewer."""
    _fill_author(row, tags, tags.get("login", ""))
    name = row.event = tags.get("msg-id", "notice")
    row.kind = EVENT_KINDS.get(name, "notice")
    if row.text and (emotes := tags.get("emotes")):
        row.emotes, row.emote_spans = find_emotes(row.text, emotes)
    plan = tags.get("msg-param-sub-plan")
    if row.kind in {"subscription", "gift"} and plan:
        row.currency = TIERS.get(plan, plan)
    if row.kind == "subscription":
        row.amount = _whole(tags.get("msg-param-cumulative-months")) or _whole(tags.get("msg-param-months")) or None
    elif name in {"subgift", "anonsubgift"}:
        row.amount = 1
    elif name in _AMOUNTS:
        row.amount = _whole(tags.get(_AMOUNTS[name]))


def _fill_deletion(row: RawRow, tags: Tags, command: str) -> None:
    """Complete a deletion of one message, of a viewer's messages, or of all."""
    row.kind = "deletion"
    if command == "CLEARMSG":
        row.event, row.author = "clearmsg", tags.get("login")
        row.reply_to = tags.get("target-msg-id")
    else:
        row.author, row.author_id = row.text, tags.get("target-user-id")
        row.event = "clearchat" if not row.text else "timeout" if tags.get("ban-duration") else "ban"
    row.text = None


def _fill_author(row: RawRow, tags: Tags, login: str) -> None:
    """Complete who wrote it: the login name, which does not change with the language as the display name may."""
    row.message_id = tags.get("id")
    row.author = login or tags.get("display-name")
    row.author_id = tags.get("user-id")
    row.roles, row.badges = read_badges(tags.get("badges", ""), tags.get("mod") == "1", tags.get("subscriber") == "1")


@lru_cache(maxsize=4_096)
def read_badges(written: str, is_moderator: bool, is_subscriber: bool) -> tuple[list[str] | None, list[str] | None]:
    """Return the roles that badges and other tags tell, and the badges as written; None for none.

    Examples
    --------
    >>> read_badges("broadcaster/1,subscriber/12", False, True)
    (['broadcaster', 'subscriber'], ['broadcaster/1', 'subscriber/12'])
    >>> read_badges("", True, False)
    (['moderator'], None)
    """
    badges = [badge for badge in written.split(",") if badge]
    roles = [badge.partition("/")[0] for badge in badges]
    if is_moderator and "broadcaster" not in roles:
        roles.append("moderator")
    if is_subscriber:
        roles.append("subscriber")
    return list(dict.fromkeys(roles)) or None, badges or None


def find_emotes(text: str, written: str) -> tuple[list[str] | None, list[int] | None]:
    r"""Return the names that the ``emotes`` tag points at, in order and each once, and where each stands in the text.

    Positions count Unicode code points, in the tag those of the body of a /me without its frame.

    Returns
    -------
    tuple
        Names, and begin and end (exclusive) of every occurrence, one pair after another; None for none.

    Examples
    --------
    >>> find_emotes("hi Kappa 👍 LUL Kappa", "25:3-7,15-19/425618:11-13")
    (['Kappa', 'LUL'], [3, 8, 11, 14, 15, 20])
    """
    before = len(_ACTION) if text.startswith(_ACTION) else 0
    length = len(text) - (before > 0 and text.endswith("\x01"))
    places: dict[int, int] = {}
    for emote in written.split("/"):
        for span in emote.partition(":")[2].split(","):
            first, _, last = span.partition("-")
            begin, end = _whole(first), _whole(last)
            if begin is not None and end is not None and begin <= end < length - before:
                places[before + begin] = before + end + 1
    if not places:
        return None, None
    spans = sorted(places.items())
    return list(dict.fromkeys(text[begin:end] for begin, end in spans)), [place for span in spans for place in span]


def _whole(written: str | None) -> int | None:
    """Return a whole number of at most 15 ASCII digits, or None."""
    return int(written) if written and len(written) <= 15 and written.isascii() and written.isdigit() else None


def name_command(line: str) -> str | None:
    """Return the command of a line of IRC, or None where it is none."""
    match = _STAMP.match(line)
    match = _LINE.match(line, match.end() if match else 0)
    return (match.group(1) or match.group(2)) if match else None


def is_irc_line(line: str) -> bool:
    """Return whether a line is IRC."""
    return name_command(line) is not None


def is_chat_line(line: str) -> bool:
    """Return whether a line is IRC that carries chat."""
    return name_command(line) in CHAT_COMMANDS
