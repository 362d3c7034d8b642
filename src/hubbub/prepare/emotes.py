# ruff: noqa: SIM905 (word lists are read and edited as lines of words)
"""Tell emotes from words: names given by the platform, well-known names, the shape of Twitch's channel emotes, emoji.

An emote stands alone between spaces, as on the platforms, except emoji and YouTube's ``:name:``, which may touch words.
Lower-case spellings of emote names (``kekw``) are words. A nickname in camel case (``bobLePonge``) has the shape of a
channel emote and is taken for one.
"""

from __future__ import annotations

import re

from hubbub.prepare.cleaning import EMOJI
from hubbub.prepare.emote_names import EMOTE_NAMES

_TONES = "\U0001f3fb-\U0001f3ff"
_FLAG = "[\U0001f1e6-\U0001f1ff]"
SHORTCODE = r":_[\w+-]++:|(?<!\w):(?:[A-Za-z][\w+-]++|\+1|-1|100):"
"""YouTube's channel emotes ``:_name:`` and named emoji ``:name:``."""

EMOJI_SEQUENCE = f"{_FLAG}{_FLAG}|[0-9#*]\u20e3|[{EMOJI}][{_TONES}]?(?:\u200d[{EMOJI}][{_TONES}]?)*+"
"""One emoji with its skin tone and what is joined to it, a flag, or a key cap."""

# https://help.twitch.tv/s/article/emote-guidelines: a prefix of 3 to 10 lower-case letters or digits, then a name that
# begins with a capital or a digit; the digit is not taken, as "covid19" and "dust2" have it too.
_CHANNEL_EMOTE = re.compile(r"([a-z][a-z0-9]{2,9})[A-Z][A-Za-z0-9]{0,24}(?:_[A-Z]{2})?")
_MODIFIED = re.compile(r"[A-Za-z0-9]{3,30}_(?:SQ|HF|BW|TK|SG|RD)")
_TONE = re.compile(f"(?<!^)[{_TONES}]")

_CAMEL_PREFIXES = frozenset(
    "java type coffee git chat deep face whats linked tik you twit paypal mac watch disc youtu snap insta mega "
    "micro power blue air open chatgpt iphone ipad dollars euros covid wiki web soft photo video auto multi euro post "
    "data inter ultra super mini post trans anti pseudo euh mdr lol ptdr".split()
)


def is_emote(token: str, known: frozenset[str] = frozenset()) -> bool:
    """Return whether a token between spaces is an emote name.

    Parameters
    ----------
    token : str
        Without spaces.
    known : frozenset of str
        Names that the platform marked as emotes in this message.

    Examples
    --------
    >>> [is_emote(name) for name in ("Kappa", "massietBonjour", "fl0mPog", "kappa", "iPhone", "YouTube", "chatGPT")]
    [True, True, True, False, False, False, False]
    """
    if token in known or token in EMOTE_NAMES:
        return True
    if found := _CHANNEL_EMOTE.fullmatch(token):
        return found[1] not in _CAMEL_PREFIXES
    return _MODIFIED.fullmatch(token) is not None


def fold_emote(name: str) -> str:
    """Return the emote's name without skin tone; its case is kept, as it tells names apart."""
    return name if name.isascii() else _TONE.sub("", name)
