"""Lines of the text logs of chat clients and loggers → rows.

============  ==========================================================================================================
Chatty        ``# Log started: 2016-09-11 10:18:00 +0800``, ``[10:18:00] <@%ann> hi``; the signs before a name are its
              roles; BAN, DELETED, BITS and ``[Notification]`` lines become deletions, donations and subscriptions
irssi         ``--- Log opened Sun Mar 19 16:08:14 2017``, ``16:08 <@ann> hi``, ``16:08  * ann waves``
Chatterino    ``# Start logging at 2024-01-01 20:00:00 CET``, ``[20:00:00]  ann: hi``; its sentences on subscriptions,
              raids, bans and deleted messages
justlog       ``[2024-01-01 20:00:00] #channel ann: hi`` as justlog and rustlog give it for reading; its sentences on
              subscriptions, bans and timeouts
============  ==========================================================================================================

Joins, parts, modes, titles, counts of viewers are lines without chat. The text of a deleted message is not kept. A /me
is a message with the event "action". Their days turn at midnight of the log's own zone. None of them has ids or emotes.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from hubbub.collect.log_lines import LogClock, Parsed, microseconds
from hubbub.collect.rows import Notes
from hubbub.collect.twitch_sentences import read_sentence
from hubbub.records import RawRow

NOT_A_LINE = "not a line of {}"
WHOLE_MINUTES = "the log's times are whole minutes"

CHATTY_ROLES = {
    "~": "broadcaster", "@": "moderator", "&": "staff", "!": "vip", "%": "subscriber", "$": "bits", "+": "turbo",
    "^": "bot",
}  # fmt: skip
"""The signs that Chatty puts before a name (its help, "User Status Symbols")."""

_CLOCK = r"(\d\d):(\d\d)(?::(\d\d))?"

CHATTY_START = re.compile(r"# Log started: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: ([+-]\d{4}))?", re.ASCII)
_CHATTY_LINE = re.compile(rf"(?:\[(?:(\d{{4}}-\d\d-\d\d) )?{_CLOCK}\] )?(.*)", re.ASCII | re.DOTALL)
_CHATTY_TEXT = re.compile(r"<([~@&!%$+^]*)([^<>]{1,80})>(\*?) (.*)", re.ASCII | re.DOTALL)
_CHATTY_EVENT = re.compile(r"(BAN|DELETED|BITS): (.*)", re.ASCII | re.DOTALL)
_CHATTY_BAN = re.compile(r"([^\s,(\[{]{1,80})(?: \((\d{1,9})s\))?(?: \[[^\]]{0,500}\])?(?: \{[^}]{0,80}\})?", re.ASCII)
_CHATTY_NAMED = re.compile(r"(\S{1,80}) \((.*)\)", re.DOTALL)
_CHATTY_NOTICE = re.compile(r"\[(?:Notification|Sub|Resub|Raid|Gift|USERNOTICE)\] (.*)", re.DOTALL)
_CHATTY_JOIN = re.compile(r"(?:Joining|You have joined|You have left) #?(\w{1,60})", re.ASCII)
_CHATTY_OTHER = re.compile(
    r"(?:# Log |-$|~.*~$|(?:UN)?MOD: |JOIN: |PART: |VIEWERS: |Viewerstats \(|MOD_ACTION: |\[\w[\w ]{0,40}\] |"
    r"Joining |You have |Connect|Disconnect|Trying to connect|Welcome|This room )",
    re.ASCII,
)
_LOGIN = re.compile(r"(.*) \((\w{1,60})\)", re.ASCII)


def _author(shown: str) -> str:
    """Return the login of a name that is shown as "日本語 (login)", else the name."""
    match = _LOGIN.fullmatch(shown)
    return match.group(2) if match else shown


class ChattyLog:
    """Reads the lines of a log of Chatty.

    Parameters
    ----------
    notes : Notes
        Where to say what the log does not tell.
    """

    def __init__(self, notes: Notes) -> None:
        self._clock = LogClock(notes)
        self._channel: str | None = None

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        if match := CHATTY_START.match(line):
            started = self._clock.start(match.group(1), "%Y-%m-%d %H:%M:%S", match.group(2) or "")
            return None if started else f"no moment in '{match.group(1)}'"
        match = _CHATTY_LINE.fullmatch(line)
        day, hour, minute, second, rest = match.groups() if match else (None, None, None, None, line)
        if day:
            self._clock.start(f"{day} {hour}:{minute}", "%Y-%m-%d %H:%M", self._clock.zone)
        sent_at = self._clock.moment(hour, minute, second) if hour and minute else None
        row = RawRow(platform="twitch", channel=self._channel, sent_at=sent_at)
        if found := _CHATTY_TEXT.fullmatch(rest):
            signs, name, star, text = found.groups()
            row.author, row.text = _author(name), text or None
            row.roles = [CHATTY_ROLES[sign] for sign in dict.fromkeys(signs)] or None
            row.event = "action" if star else None
            return [row]
        if found := _CHATTY_JOIN.match(rest):
            self._channel = found.group(1).lower()
            return None
        if found := _CHATTY_EVENT.fullmatch(rest):
            return self._read_event(row, *found.groups())
        if found := _CHATTY_NOTICE.fullmatch(rest):
            row.text = found.group(1)
            if read_sentence(row):
                row.text = _unbracket(row.text)
                return [row]
            return None
        return None if not line.strip() or _CHATTY_OTHER.match(rest) else NOT_A_LINE.format("Chatty")

    def _read_event(self, row: RawRow, name: str, rest: str) -> Parsed:
        """Return the rows of a line that lists what was done to viewers, or what one gave."""
        if name == "BAN":
            bans = [_CHATTY_BAN.fullmatch(part) for part in re.split(r", (?=[^\s,(\[{]+(?: [(\[{]|,|$))", rest)]
            return [
                RawRow(
                    platform="twitch",
                    channel=row.channel,
                    sent_at=row.sent_at,
                    kind="deletion",
                    event="timeout" if ban.group(2) else "ban",
                    author=ban.group(1),
                )
                for ban in bans
                if ban
            ] or NOT_A_LINE.format("Chatty")
        named = _CHATTY_NAMED.fullmatch(rest)
        if named is None:
            return NOT_A_LINE.format("Chatty")
        row.author = named.group(1)
        if name == "DELETED":
            row.kind, row.event = "deletion", "clearmsg"
        elif re.fullmatch(r"[0-9]{1,9}", named.group(2)):
            row.kind, row.event, row.amount, row.currency = "donation", "bits", int(named.group(2)), "bits"
        else:
            return NOT_A_LINE.format("Chatty")
        return [row]

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


def _unbracket(text: str | None) -> str | None:
    """Return what a viewer wrote with a subscription, which Chatty puts in brackets."""
    return text[1:-1] or None if text and text.startswith("[") and text.endswith("]") else text


IRSSI_START = re.compile(r"--- Log opened (?P<when>\w{3} \w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4})", re.ASCII)
_IRSSI_DAY = re.compile(r"--- Day changed (\w{3} \w{3} {1,2}\d{1,2} \d{4})", re.ASCII)
_IRSSI_LINE = re.compile(rf"{_CLOCK} (.*)", re.ASCII | re.DOTALL)
_IRSSI_TEXT = re.compile(r"<([ ~&@%+]?)([^<>\s]{1,80})> (.*)", re.ASCII | re.DOTALL)
_IRSSI_ACTION = re.compile(r" \* (\S{1,80})(?: (.*))?", re.ASCII | re.DOTALL)
_IRSSI_NOTICE = re.compile(r"-([^\s!:-][^\s:-]{0,79})(?::#\S{1,80})?- (.*)", re.ASCII | re.DOTALL)
_IRSSI_CHANNEL = re.compile(r"(?:has joined|Irssi: Join to|Irssi:) #([^\s:]{1,80})")
_IRSSI_ROLES = {"~": "owner", "&": "admin", "@": "moderator", "%": "half-operator", "+": "voice"}


class IrssiLog:
    """Reads the lines of a log of irssi in its default theme.

    Parameters
    ----------
    notes : Notes
        Where to say what the log does not tell.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._clock = LogClock(notes)
        self._channel: str | None = None
        self._platform = "irc"

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        if line.startswith("--- "):
            if match := IRSSI_START.match(line):
                known = self._clock.start(match.group(1), "%a %b %d %H:%M:%S %Y")
            elif match := _IRSSI_DAY.match(line):
                known = self._clock.start(match.group(1), "%a %b %d %Y")
            else:
                known = line.startswith("--- Log closed ")
            return None if known else NOT_A_LINE.format("irssi")
        match = _IRSSI_LINE.fullmatch(line)
        if match is None:
            return NOT_A_LINE.format("irssi") if line.strip() else None
        hour, minute, second, rest = match.groups()
        if second is None:
            self._notes.remarks[WHOLE_MINUTES] = None
        if rest.startswith(("-!- ", "!")):
            self._look_around(rest)
            return None
        sent_at = self._clock.moment(hour, minute, second)
        row = RawRow(platform=self._platform, channel=self._channel, sent_at=sent_at)
        if found := _IRSSI_TEXT.fullmatch(rest):
            sign, row.author, row.text = found.groups()
            row.roles = [_IRSSI_ROLES[sign]] if sign.strip() else None
        elif found := _IRSSI_ACTION.fullmatch(rest):
            row.author, row.text = found.groups()
            row.event = "action"
        elif found := _IRSSI_NOTICE.fullmatch(rest):
            row.author, row.text = found.groups()
            row.kind, row.event = "notice", "notice"
        else:
            return NOT_A_LINE.format("irssi")
        row.text = row.text or None
        return [row]

    def _look_around(self, rest: str) -> None:
        """Learn the channel and platform from what irssi says of them."""
        if found := _IRSSI_CHANNEL.search(rest):
            self._channel = found.group(1)
        if ".tmi.twitch.tv]" in rest:
            self._platform = "twitch"

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


CHATTERINO_START = re.compile(r"# Start logging at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: ([^\r\n]{1,60}))?", re.ASCII)
_CHATTERINO_LINE = re.compile(rf"(?:#(\S{{1,60}}) )?\[{_CLOCK}\] (.*)", re.ASCII | re.DOTALL)
_CHATTERINO_TEXT = re.compile(r"(?:[^\s:]{0,60} )?([^\s:]{1,60}): (.*)", re.DOTALL)
_TIMED_OUT = re.compile(r"(\w{1,60}) has been (timed out|(?:permanently )?banned)\b", re.ASCII)
_BY_MODERATOR = re.compile(r"\w{1,60} (timed out|banned) (\w{1,60})(?=[ .:])", re.ASCII)
_TAKEN_BACK = re.compile(r"A message from (\w{1,60}) was deleted", re.ASCII)
_CLEARED = re.compile(r"(?:Chat has been cleared|\w{1,60} cleared the chat)", re.ASCII)
_CHATTERINO_OTHER = re.compile(
    r"(?:connected|disconnected|reconnected|joined|parted|Announcement|\w{1,60} is (?:live|now offline)|This room |"
    r"You (?:were|have|are) |\w{1,60} (?:un)?(?:banned|timed out|modded|unmodded)|"
    r"(?:Twitch|BetterTTV|7TV|FrankerFaceZ)\b|Server connection|Failed to|\w{1,60} (?:added|removed|renamed) 7TV)",
    re.ASCII,
)


def read_deletion(row: RawRow, text: str) -> bool:
    """Fill a row by a client's sentence on a ban, a timeout or a deleted message; return whether it is one.

    Examples
    --------
    >>> row = RawRow(platform="twitch")
    >>> read_deletion(row, "ann has been timed out for 600 seconds"), row.kind, row.event, row.author
    (True, 'deletion', 'timeout', 'ann')
    """
    if match := _TIMED_OUT.match(text):
        row.author, done = match.groups()
    elif match := _BY_MODERATOR.match(text):
        done, row.author = match.groups()
    elif match := _TAKEN_BACK.match(text):
        row.author, done = match.group(1), "deleted"
    elif _CLEARED.match(text):
        done = "cleared"
    else:
        return False
    events = {"timed out": "timeout", "deleted": "clearmsg", "cleared": "clearchat"}
    row.kind, row.event, row.text = "deletion", events.get(done, "ban"), None
    return True


class ChatterinoLog:
    """Reads the lines of a log of Chatterino.

    Parameters
    ----------
    notes : Notes
        Where to say what the log does not tell.
    """

    def __init__(self, notes: Notes) -> None:
        self._clock = LogClock(notes)

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        if line.startswith("# "):
            if match := CHATTERINO_START.match(line):
                started = self._clock.start(match.group(1), "%Y-%m-%d %H:%M:%S", match.group(2) or "")
                return None if started else f"no moment in '{match.group(1)}'"
            return None if line.startswith("# Stop logging at ") else NOT_A_LINE.format("Chatterino")
        match = _CHATTERINO_LINE.fullmatch(line)
        if match is None:
            return NOT_A_LINE.format("Chatterino") if line.strip() else None
        channel, hour, minute, second, rest = match.groups()
        row = RawRow(platform="twitch", channel=channel, sent_at=self._clock.moment(hour, minute, second))
        if found := _CHATTERINO_TEXT.fullmatch(rest):
            row.author, row.text = found.group(1), found.group(2) or None
            return [row]
        row.text = rest.strip()
        if read_sentence(row) or read_deletion(row, rest.strip()):
            return [row]
        return None if _CHATTERINO_OTHER.match(rest) else "a sentence of Chatterino that is not known"

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


JUSTLOG_LINE = re.compile(
    r"\[(\d{4}-\d\d-\d{1,2} \d\d:\d\d:\d\d)\] #(\w{1,60}) (?:([^\s:]{1,60}): )?(.*)", re.ASCII | re.DOTALL
)


class JustlogText:
    """Reads the lines that justlog and rustlog give for reading, whose times are UTC."""

    def __init__(self, notes: Notes) -> None:
        del notes  # its lines say all

    def parse(self, line: str) -> Parsed:
        """Return what a line holds."""
        match = JUSTLOG_LINE.fullmatch(line)
        if match is None:
            return NOT_A_LINE.format("justlog") if line.strip() else None
        written, channel, author, text = match.groups()
        sent_at = _moment(written)
        if sent_at is None:
            return f"no moment in '{written}'"
        row = RawRow(platform="twitch", channel=channel, sent_at=sent_at, author=author, text=text or None)
        if author:  # rustlog repeats the name of who a sentence is about; others may be named by anyone
            is_ban = text.startswith(f"{author} has been ") and read_deletion(row, text)
            _ = is_ban or (text.startswith(f"{author} ") and read_sentence(row))
            return [row]
        known = read_deletion(row, text) or read_sentence(row)
        return [row] if known else "a sentence of justlog that is not known"

    def finish(self) -> list[RawRow]:
        """Return no rows: none are held back."""
        return []


@lru_cache(maxsize=4_096)
def _moment(written: str) -> int | None:
    """Return the microseconds since 1970 of a UTC time to the second, or None."""
    try:
        return microseconds(datetime.strptime(written + " +0000", "%Y-%m-%d %H:%M:%S %z"))
    except ValueError:
        return None
