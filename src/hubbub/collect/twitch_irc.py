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

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import msgspec
import polars as pl

from hubbub.collect.columns import EVENT_KINDS
from hubbub.collect.moments import read_moments
from hubbub.collect.money import count_decimals
from hubbub.collect.rows import BROKEN, MAX_TEXT_BYTES, OVERLONG_LINE, TORN, Batch, Notes, list_series, make_rejects
from hubbub.collect.unpack import MAX_RECORD_BYTES, Chunks, cut_blocks, cut_lines
from hubbub.records import RAW, empty_frame

BLOCK_BYTES = 8 << 20
PROTOCOL = "lines of the protocol without chat"

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
_CHAT = frozenset({"PRIVMSG", "USERNOTICE", "CLEARCHAT", "CLEARMSG", "NOTICE"})
_TAG = re.compile(
    ";(id|tmi-sent-ts|user-id|badges|mod|subscriber|emotes|bits|display-name|login|msg-id|reply-parent-msg-id"
    "|target-msg-id|target-user-id|ban-duration|rm-received-ts|rm-deleted|pinned-chat-paid-(?:amount|currency|exponent)"
    "|msg-param-(?:sub-plan|cumulative-months|months|viewerCount|mass-gift-count))=([^;]+)"
)
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_UNESCAPED = {"s": " ", ":": ";", "r": "\r", "n": "\n"}
_AMOUNTS = {
    "raid": "msg-param-viewerCount",
    "submysterygift": "msg-param-mass-gift-count",
    "anonsubmysterygift": "msg-param-mass-gift-count",
}
_STRING = re.compile(r'[ ,\t\r\n]*("(?:[^"\\]++|\\.)*+")', re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udfff]")
_ACTION = "\x01ACTION "

Tags = dict[str, str]


class IrcEvent(msgspec.Struct, gc=False):
    """One thing that happened in a Twitch chat; the fields are those of ``records.RAW``.

    Attributes
    ----------
    sent_at : str or None
        Milliseconds since 1970 (``tmi-sent-ts``), else the time that a log put before the line, as written.
    """

    kind: str
    channel: str
    text: str | None = None
    event: str | None = None
    message_id: str | None = None
    sent_at: str | None = None
    author: str | None = None
    author_id: str | None = None
    roles: list[str] | None = None
    amount: int | None = None
    currency: str | None = None
    emotes: list[str] | None = None
    reply_to: str | None = None


def parse_line(line: str) -> IrcEvent | None:
    r"""Return what happened, or None for a line that carries no chat.

    Parameters
    ----------
    line : str
        One line, with or without its line end, tags and a leading time.

    Examples
    --------
    >>> event = parse_line("@id=7f;tmi-sent-ts=1568505600501;bits=100 :ann!ann@ann PRIVMSG #c :Cheer100 hi")
    >>> event.kind, event.amount, event.currency, event.author, event.channel, event.text
    ('donation', 100, 'bits', 'ann', 'c', 'Cheer100 hi')
    >>> parse_line("PING :tmi.twitch.tv") is None
    True
    """
    line, stamp, tags, prefix = line.rstrip("\r\n"), None, {}, ""
    if line[:1] not in {"@", ":"} and (match := _STAMP.match(line)):
        stamp, line = match.group(1).replace(",", "."), line[match.end() :]
    if line[:1] == "@":
        written, _, line = line[1:].partition(" ")
        tags = parse_tags(written)
        line = line.lstrip(" ")
    if line[:1] == ":":
        prefix, _, line = line[1:].partition(" ")
    command, _, line = line.lstrip(" ").partition(" ")
    if command not in _CHAT:
        return None
    target, _, text = line.lstrip(" ").partition(" ")
    sent_at = tags.get("tmi-sent-ts") or stamp or tags.get("rm-received-ts")
    event = IrcEvent("message", target.removeprefix("#"), text.removeprefix(":") or None, sent_at=sent_at)
    if command == "PRIVMSG":
        if event.text is None:
            return None
        _fill_message(event, tags, prefix)
    elif command == "USERNOTICE":
        _fill_notice(event, tags)
    elif command == "NOTICE":
        event.kind, event.event = "notice", tags.get("msg-id") or "notice"
    else:
        _fill_deletion(event, tags, command)
    return event


def parse_tags(written: str) -> Tags:
    r"""Return the known tags between "@" and the first space, their values unescaped; empty values are left out.

    Examples
    --------
    >>> parse_tags(r"id=7f;system-msg=5\sraiders;badges=vip/1;login=a\:b;flag;emotes=")
    {'id': '7f', 'badges': 'vip/1', 'login': 'a;b'}
    """
    tags: Tags = dict(_TAG.findall(";" + written))
    if "\\" in written:
        return {name: _unescape(value) for name, value in tags.items()}
    return tags


def _unescape(value: str) -> str:
    """Return a tag's value as it was before escaping (IRCv3 message tags, "Escaping values")."""
    return _ESCAPED.sub(lambda match: _UNESCAPED.get(match.group(1), match.group(1)), value)


def _fill_message(event: IrcEvent, tags: Tags, prefix: str) -> None:
    """Complete what a viewer wrote."""
    _fill_author(event, tags, prefix.partition("!")[0])
    if tags.get("rm-deleted") == "1":
        event.kind, event.event, event.text = "deletion", "clearmsg", None
        event.message_id, event.reply_to = None, event.message_id
        return
    event.event = tags.get("msg-id") or None
    event.reply_to = tags.get("reply-parent-msg-id") or None
    emotes = tags.get("emotes")
    if emotes and event.text:
        event.emotes = find_emotes(event.text, emotes)
    if "bits" in tags and (bits := _whole(tags["bits"])):
        event.kind, event.event, event.amount, event.currency = "donation", "bits", bits, "bits"
    elif "pinned-chat-paid-amount" in tags:
        event.kind, event.event = "donation", "hype_chat"
        event.amount, event.currency = _whole(tags["pinned-chat-paid-amount"]), tags.get("pinned-chat-paid-currency")
        exponent = _whole(tags.get("pinned-chat-paid-exponent"))
        if event.amount is not None and event.currency and exponent is not None and exponent <= 6:
            # the exponent says how many of the digits are decimals; nearly always those of ISO 4217
            event.amount = event.amount * 10 ** count_decimals(event.currency) // 10**exponent


def _fill_notice(event: IrcEvent, tags: Tags) -> None:
    """Complete a subscription, gift, raid or another notice about a viewer."""
    _fill_author(event, tags, tags.get("login", ""))
    name = event.event = tags.get("msg-id") or "notice"
    event.kind = EVENT_KINDS.get(name, "notice")
    event.emotes = find_emotes(event.text, tags["emotes"]) if event.text and tags.get("emotes") else None
    plan = tags.get("msg-param-sub-plan")
    if event.kind in {"subscription", "gift"} and plan:
        event.currency = TIERS.get(plan, plan)
    if event.kind == "subscription":
        event.amount = _whole(tags.get("msg-param-cumulative-months")) or _whole(tags.get("msg-param-months")) or None
    elif name in {"subgift", "anonsubgift"}:
        event.amount = 1
    elif name in _AMOUNTS:
        event.amount = _whole(tags.get(_AMOUNTS[name]))


def _fill_deletion(event: IrcEvent, tags: Tags, command: str) -> None:
    """Complete a deletion of one message, of a viewer's messages, or of all."""
    event.kind = "deletion"
    if command == "CLEARMSG":
        event.event, event.author = "clearmsg", tags.get("login") or None
        event.reply_to = tags.get("target-msg-id") or None
    else:
        event.author, event.author_id = event.text, tags.get("target-user-id") or None
        event.event = "clearchat" if not event.text else "timeout" if tags.get("ban-duration") else "ban"
    event.text = None


def _fill_author(event: IrcEvent, tags: Tags, login: str) -> None:
    """Complete who wrote it: the login name, which does not change with the language as the display name may."""
    event.message_id = tags.get("id") or None
    event.author = login or tags.get("display-name") or None
    event.author_id = tags.get("user-id") or None
    event.roles = name_roles(tags.get("badges", ""), tags.get("mod") == "1", tags.get("subscriber") == "1")


@lru_cache(maxsize=4_096)
def name_roles(badges: str, is_moderator: bool, is_subscriber: bool) -> list[str] | None:
    """Return the names of badges, with the roles that other tags tell; None without any.

    Examples
    --------
    >>> name_roles("broadcaster/1,subscriber/3012", False, True), name_roles("", True, False)
    (['broadcaster', 'subscriber'], ['moderator'])
    """
    roles = [badge.partition("/")[0] for badge in badges.split(",") if badge]
    if is_moderator and "broadcaster" not in roles:
        roles.append("moderator")
    if is_subscriber:
        roles.append("subscriber")
    return list(dict.fromkeys(roles)) or None


def find_emotes(text: str, written: str) -> list[str] | None:
    r"""Return the names that the ``emotes`` tag points at, in order, each once.

    Positions count Unicode code points, in the body of a /me without its frame.

    Examples
    --------
    >>> find_emotes("hi Kappa 👍 LUL Kappa", "25:3-7,15-19/425618:11-13")
    ['Kappa', 'LUL']
    """
    body = text[len(_ACTION) :].removesuffix("\x01") if text.startswith(_ACTION) else text
    found = {}
    for emote in written.split("/"):
        span = emote.partition(":")[2].partition(",")[0]
        first, _, last = span.partition("-")
        begin, end = _whole(first), _whole(last)
        if begin is not None and end is not None and begin <= end < len(body):
            found[begin] = body[begin : end + 1]
    return list(dict.fromkeys(found[begin] for begin in sorted(found))) or None


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
    return name_command(line) in _CHAT


def read_irc_lines(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of a log of IRC lines; a row's number is its line's."""
    first = 1
    for lines, is_torn in cut_lines(chunks, block_bytes):
        if first == 1 and lines:
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
        texts = _decode(lines, notes)
        yield _read_batch(texts, first, notes, n_torn=int(is_torn))
        first += len(lines)


def read_irc_json(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of ``{"messages": ["@…", …]}``, as the recent-messages service writes it."""
    held, first, is_begun, is_closed = "", 1, False, False
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for block, is_last in cut_blocks(chunks, block_bytes):
        held += decoder.decode(block, final=is_last)
        if not is_begun:
            held, is_begun = held[held.find("[") + 1 :], True
        lines, place = [], 0
        while not is_closed and (match := _STRING.match(held, place)):
            place = match.end()
            lines.append(_read_string(match.group(1)))
        is_closed = is_closed or held[place:].lstrip(" ,\t\r\n").startswith("]")
        held = "" if is_closed else held[place:]
        if len(held) > MAX_RECORD_BYTES and not is_last:
            yield Batch(empty_frame(RAW), make_rejects([(first + len(lines), OVERLONG_LINE, held)]))
            held, is_closed, notes.damage = "", True, "the list of messages cannot be read on"
        yield _read_batch(lines, first, notes, n_torn=0)
        first += len(lines)
    if not is_closed:
        torn = held.strip(" ,\t\r\n")
        yield Batch(empty_frame(RAW), make_rejects([(first, TORN, torn)] if torn else []))
        notes.damage = chunks.damage or "the list of messages is not closed"


def _read_string(written: str) -> str:
    """Return the text of a JSON string; one with a wrong escape as written, to be rejected as no line of IRC."""
    try:
        return _SURROGATES.sub("\ufffd", json.loads(written, strict=False))
    except ValueError:
        return written


def _decode(lines: list[bytes], notes: Notes) -> list[str]:
    """Return lines as texts; bytes that are not UTF-8 become U+FFFD and their lines are counted."""
    try:
        return [line.decode() for line in lines]
    except UnicodeDecodeError:
        texts = [line.decode("utf-8", "replace") for line in lines]
        notes.counts[BROKEN] += sum(text.encode() != line for text, line in zip(texts, lines, strict=True))
        return texts


def _read_batch(lines: list[str], first: int, notes: Notes, *, n_torn: int) -> Batch:
    """Return the batch of some lines, the first of which has the number ``first``."""
    events: list[IrcEvent] = []
    rows: list[int] = []
    rejects: list[tuple[int, str, str]] = []
    others: Counter[str] = Counter()
    last = first + len(lines) - 1 - n_torn
    for row, line in enumerate(lines, first):
        event = parse_line(line) if len(line) <= MAX_TEXT_BYTES else None
        if event and row <= last:
            events.append(event)
            rows.append(row)
        elif row > last or len(line) > MAX_TEXT_BYTES:
            rejects.append((row, TORN if row > last else OVERLONG_LINE, line))
        elif (command := name_command(line)) and command not in _CHAT:
            others[command] += 1
        elif line and not line.isspace():
            rejects.append((row, "not a line of Twitch IRC", line))
    if others:
        notes.counts[PROTOCOL] += others.total()
    return _as_batch(events, rows, lines, first, rejects)


def _as_batch(
    events: list[IrcEvent], rows: list[int], lines: list[str], first: int, rejects: list[tuple[int, str, str]]
) -> Batch:
    """Return the rows of events; those whose written moment is none are rejected."""
    sent = pl.Series("sent_at", [event.sent_at for event in events], pl.String)
    moments = read_moments(sent)["moment"]
    timeless = sent.is_not_null() & moments.is_null()
    columns = {
        name: pl.Series(name, [getattr(event, name) for event in events], RAW.columns[name])
        for name in IrcEvent.__struct_fields__
        if name not in {"sent_at", "roles", "emotes"}
    }
    columns["roles"] = list_series([event.roles for event in events])
    columns["emotes"] = list_series([event.emotes for event in events])
    frame = pl.DataFrame({"sent_at": moments, **columns}).with_columns(platform=pl.lit("twitch"))
    frame = frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in RAW.columns.items()
    )
    if timeless.any():
        for place in timeless.arg_true():
            rejects.append((rows[place], f"no moment in '{sent[place][:40]}'", lines[rows[place] - first]))
        rejects.sort()
        frame = frame.filter(~timeless)
    return Batch(frame, make_rejects(rejects))
