"""Twitch's English sentences about what a viewer did → kind, event, sum; for logs that keep only these.

IRC's ``system-msg`` reads so; clients and TwitchDownloader write it before what the viewer said with it: "ann
subscribed at Tier 1. They've subscribed for 5 months! hello". A log cannot tell such a sentence from one that a viewer
typed. Cheers are read from the text too ("Cheer100"): nothing else tells bits there.
"""

from __future__ import annotations

import re

from hubbub.records import RawRow

_NAME = r"(\S{1,60})"
_TIER = r"(?:(?:at|with a|a) (Tier [123])(?: sub)?|with (?:Twitch )?(Prime))"
_MONTHS = r"subscribed for (\d{1,4}) months?(?: in a row)?(?:, currently on a \d{1,4} month streak)?!"
_COUNT = r"(\d{1,7})"

_RESUB = re.compile(
    rf"{_NAME} (?:just )?subscribed {_TIER}\. (?:They've|\S{{1,60}}) (?:just )?{_MONTHS}(?: |$)", re.ASCII
)
_OLD_RESUB = re.compile(rf"{_NAME} (?:just )?{_MONTHS}(?: |$)", re.ASCII)
_SUB = re.compile(rf"(?!just )(\S{{4,60}}) subscribed {_TIER}\.(?: |$)", re.ASCII)
_OLD_SUB = re.compile(rf"{_NAME} (?:just )?subscribed(?: {_TIER})?[.!](?: |$)", re.ASCII)
_GIFTS = re.compile(
    rf"(?:{_NAME}|An anonymous user) (?:is gifting|gifted) {_COUNT} (Tier [123]) Subs? to [^!]{{1,80}}'s community!"
    r"(?: They've gifted a total of [\d,]{1,9} in the channel!)?(?: |$)",
    re.ASCII,
)
_GIFT = re.compile(
    rf"(?:{_NAME}|An anonymous user) gifted (?:{_COUNT} months? of )?a (Tier [123]) sub to \S{{1,60}}[!.]"
    r"(?: They have given [\d,]{1,9} Gift Subs in the channel!| This is their first Gift Sub in the channel!)?(?: |$)",
    re.ASCII,
)
_CONVERTED = re.compile(rf"{_NAME} converted from a (?:Twitch )?Prime sub to a (Tier [123]) sub!(?: |$)", re.ASCII)
_CONTINUED = re.compile(
    rf"{_NAME} is continuing the Gift Sub they got from (?:an anonymous user|(?:\S{{1,60}}))!(?: |$)", re.ASCII
)
_FORWARD = re.compile(
    rf"{_NAME} is paying forward the Gift they got from (?:an anonymous gifter|\S{{1,60}}) to "
    r"(?:(the community)|\S{1,60})!(?: |$)",
    re.ASCII,
)
_RAID = re.compile(rf"{_COUNT} raiders from {_NAME} have joined!", re.ASCII)
_PARTY = re.compile(rf"{_NAME} is raiding with a party of {_COUNT}\.", re.ASCII)

CHEERMOTES = (
    "Cheer", "DoodleCheer", "BibleThump", "cheerwhal", "Corgo", "uni", "ShowLove", "Party", "SeemsGood", "Pride",
    "Kappa", "FrankerZ", "HeyGuys", "DansGame", "EleGiggle", "TriHard", "Kreygasm", "4Head", "SwiftRage", "NotLikeThis",
    "FailFish", "VoHiYo", "PJSalt", "MrDestructoid", "bday", "RIPCheer", "Shamrock", "BitBoss", "Streamlabs", "Muxy",
    "HolidayCheer", "Goal", "Anon", "Charity", "Scoops",
)  # fmt: skip
"""The names before the number of a cheer, as Twitch gives them to every channel (Helix, "Get Cheermotes")."""

_CHEER = re.compile(rf"(?<!\S)(?:{'|'.join(CHEERMOTES)})([1-9]\d{{0,5}})(?!\S)", re.IGNORECASE | re.ASCII)


def read_sentence(row: RawRow) -> bool:
    """Fill a row whose text begins with one of the sentences; return whether it does.

    The text becomes what the viewer wrote after it; a raid's author is who led it. An author that is known stays.

    Examples
    --------
    >>> row = RawRow(platform="twitch", text="ann subscribed at Tier 1. They've subscribed for 5 months! hi")
    >>> read_sentence(row), row.kind, row.event, row.author, row.amount, row.currency, row.text
    (True, 'subscription', 'resub', 'ann', 5, 'Tier 1', 'hi')
    >>> read_sentence(RawRow(platform="twitch", text="ann subscribed to nothing"))
    False
    """
    text = row.text or ""
    if not text or "\ufffd" in text[:1]:
        return False
    if match := _RESUB.match(text):
        name, tier, prime, months = match.groups()
        return _fill(row, match, "subscription", "resub", name, int(months), tier or prime)
    is_alone = row.author is None  # the older, shorter sentences are ones that viewers type too
    if is_alone and (match := _OLD_RESUB.match(text)):
        return _fill(row, match, "subscription", "resub", match.group(1), int(match.group(2)), None)
    if match := _SUB.match(text) or (_OLD_SUB.match(text) if is_alone else None):
        name, tier, prime = match.groups()
        return _fill(row, match, "subscription", "sub", name, 1, tier or prime)
    if match := _GIFTS.match(text):
        name, count, tier = match.groups()
        return _fill(row, match, "gift", "submysterygift" if name else "anonsubmysterygift", name, int(count), tier)
    if match := _GIFT.match(text):
        name, _, tier = match.groups()
        return _fill(row, match, "gift", "subgift" if name else "anonsubgift", name, 1, tier)
    return _read_rarer(row, text)


def _read_rarer(row: RawRow, text: str) -> bool:
    """Fill a row by the sentences of upgrades, gifts paid forward and raids."""
    if match := _CONVERTED.match(text):
        return _fill(row, match, "subscription", "primepaidupgrade", match.group(1), None, match.group(2))
    if match := _CONTINUED.match(text):
        return _fill(row, match, "gift", "giftpaidupgrade", match.group(1), None, None)
    if match := _FORWARD.match(text):
        event = "communitypayforward" if match.group(2) else "standardpayforward"
        return _fill(row, match, "gift", event, match.group(1), None, None)
    if match := _RAID.fullmatch(text.strip()):
        return _fill(row, match, "raid", "raid", match.group(2), int(match.group(1)), None)
    if match := _PARTY.fullmatch(text.strip()):
        return _fill(row, match, "raid", "raid", match.group(1), int(match.group(2)), None)
    return False


def _fill(
    row: RawRow, match: re.Match[str], kind: str, event: str, name: str | None, amount: int | None, currency: str | None
) -> bool:
    row.kind, row.event, row.amount, row.currency = kind, event, amount, currency
    row.author = row.author or name
    row.text = (row.text or "")[match.end() :] or None
    return True


def count_cheers(text: str) -> int:
    """Return the bits of the cheers in a text.

    Examples
    --------
    >>> count_cheers("Cheer100 nice, kappa5"), count_cheers("cheers100 and Cheer0")
    (105, 0)
    """
    return sum(map(int, _CHEER.findall(text)))
