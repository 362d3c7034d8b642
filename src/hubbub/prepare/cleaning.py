"""Turn what somebody typed into plain characters: hidden ones gone, look-alikes folded, entities resolved.

Works on characters only; mentions, links, elongation and emotes are in ``pieces``. The form is NFC. NFKC is applied
only to full-width and half-width forms, mathematical letters and Latin ligatures, which are ways to write the same
letters; applied to everything it would also turn ``½``, ``²`` and ``™`` into other text. Invisible joiners are
removed, so Persian loses its zero-width non-joiners; joiners between emoji stay.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 2000
"""What is read of a text. Twitch allows 500 characters, YouTube 200; the rest of a longer text is not read."""

EMOJI = (
    "\U0001f000-\U0001faff\u2600-\u27bf\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\u2934\u2935\u203c\u2049"
)
"""Characters that can begin an emoji, as the inside of a character class."""

MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Combining marks that stack on any letter, as the inside of a character class."""

_JOINER = "\u200d"
_DROPPED = frozenset((0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0xFFFC, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)))
_BLANK = frozenset((0x2800, 0x3164, 0xFFA0))
_PLAIN = {0x2019: "'", 0x2018: "'", 0x02BC: "'", 0x2026: "...", ord(_JOINER): _JOINER}
_FOLDED = (range(0xFB00, 0xFB07), range(0xFF01, 0xFFEF), range(0x1D400, 0x1D800))

# Every character here is its own clean form and composes with none of the others.
_UNUSUAL = re.compile(
    "[^ -~\u00a1-\u00ac\u00ae-\u00b3\u00b5-\u024f\u0401-\u0482\u048a-\u04ff\u0621-\u063a\u0641-\u064a\u201c\u201d\u20ac"
    "\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3\u2600-\u27bf\U0001f000-\U0001faff]"
)
_STRAY_JOINER = re.compile(f"(?<![{EMOJI}]){_JOINER}|{_JOINER}(?![{EMOJI}])")
_STACKED = re.compile(f"([{MARKS}]{{2}})[{MARKS}]+")
_ENTITY = re.compile("&(?:amp;)*+(amp|lt|gt|quot|#39);|&(?:amp;)++")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'"}


class _Characters(dict[int, str]):
    """What each character becomes, worked out when it is first met; bounded by the size of Unicode."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain_character(code)
        return plain


def _plain_character(code: int) -> str:
    """Return what one character becomes: nothing, a space, itself or a plainer form."""
    character = chr(code)
    category = unicodedata.category(character)
    if code in _PLAIN:
        return _PLAIN[code]
    if code in _DROPPED or category == "Cf":
        return ""
    if code in _BLANK or character.isspace():
        return " "
    if category == "Cc" or 0xE0100 <= code <= 0xE01EF:
        return ""
    if category == "Cs":
        return "\ufffd"
    if any(code in folded for folded in _FOLDED):
        plain = unicodedata.normalize("NFKC", character)
        return character if " " in plain else plain
    return character


_CHARACTERS = _Characters()


def _resolve_entity(found: re.Match[str]) -> str:
    return _ENTITIES[found[1]] if found[1] else "&"


def resolve_entities(text: str) -> str:
    """Return the text with the entities of the five characters that HTML escapes resolved, nested ones at once."""
    if "&" not in text:
        return text
    resolved = _ENTITY.sub(_resolve_entity, text)
    return text if resolved == text else unicodedata.normalize("NFC", resolved)


def clean_characters(text: str) -> str:
    r"""Return the text in plain characters.

    At most ``MAX_CHARACTERS`` are read. The ``/me`` frame of IRC (``\x01ACTION …\x01``) is taken off; control, format,
    bidirectional and zero-width characters go; every kind of space becomes a space; lone surrogates become U+FFFD; at
    most two combining marks stay on a letter; the entities ``&amp; &lt; &gt; &quot; &#39;`` are resolved, nested ones
    at once.

    Examples
    --------
    >>> clean_characters("\x01ACTION ｓａｌｕｔ\u200b &amp;lt;3\x01")
    'salut <3'
    """
    text = text[:MAX_CHARACTERS]
    if text.startswith("\x01ACTION "):
        text = text[8:]
    if not (text.isascii() and text.isprintable()) and _UNUSUAL.search(text):
        text = text.translate(_CHARACTERS)
        if _JOINER in text:
            text = _STRAY_JOINER.sub("", text)
        text = _STACKED.sub(r"\1", unicodedata.normalize("NFC", text))
    return resolve_entities(text)[:MAX_CHARACTERS]


class _Folds(dict[int, str]):
    """Latin letters without accent, other characters as they are, worked out when first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = _LIGATURES.get(character) or character
        parts = unicodedata.normalize("NFD", character)
        if parts[0].isascii() and all("\u0300" <= mark <= "\u036f" for mark in parts[1:]):
            plain = parts[0]
        self[code] = plain
        return plain


_LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i"}
_FOLDS = _Folds()
_LOOSE_MARKS = re.compile("(?<=[a-z])[\u0300-\u036f]+")


def fold_case(text: str) -> str:
    """Return the text in lower case and, on Latin letters only, without accents.

    Examples
    --------
    >>> fold_case("Ça a ÉTÉ dur, Straße, パパ")
    'ca a ete dur, strasse, パパ'
    """
    text = text.casefold()
    return text if text.isascii() else _LOOSE_MARKS.sub("", text.translate(_FOLDS))
