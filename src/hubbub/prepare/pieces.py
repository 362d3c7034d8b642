"""Cut a text into pieces: words, emotes, mentions, links and marks, each with its clean form and its form in the key.

Every rule works on what stands between two spaces, so each distinct token is worked out once and kept. Patterns are
linear: no two ways to match the same characters, possessive quantifiers where a match could be given back.

Elongation. A run of three or more of a letter says the plain word: ``noooon`` is ``non``, ``bonsoiiir`` is ``bonsoir``;
two are spelling and stay (``bonne`` is not ``bone``). Where the word is known to have the letter twice, two stay
(``cooool`` is ``cool``). A word of one letter keeps three (``AAAAAH`` is ``AH``, but ``AAAAA`` is ``AAA`` and not the
answer ``A``). A syllable said three times or more stays twice (``hahahaha`` is ``haha``). Roman numerals stay. German
triple letters (``Schifffahrt``) are lost.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from hubbub.prepare.cleaning import MARKS, fold_case, resolve_entities
from hubbub.prepare.emote_names import EMOTE_NAMES
from hubbub.prepare.emotes import EMOJI_SEQUENCE, SHORTCODE, fold_emote, is_emote
from hubbub.prepare.language_words import ENGLISH, FRENCH, SHARED
from hubbub.prepare.lexicons import DOUBLED, LAUGHS, REACTIONS, TOP_DOMAINS

WORD, EMOTE, MENTION, LINK, MARK = range(5)
_FIELD = 11
LAUGH, REACTION, ASKING, ENGLISH_WORD, FRENCH_WORD, TELLING, CALLING = (1 << _FIELD * field for field in range(7))
"""Traits, each in a field of its own of a whole number, so that the traits of the pieces of a text can be added up."""
MENTION_TEXT, LINK_TEXT = "<mention>", "<url>"


class Piece(NamedTuple):
    """One piece of a text.

    Attributes
    ----------
    text : str
        As it stands in the clean text; without spaces.
    key : str
        As it stands in the folding key; empty for punctuation.
    word : str
        The folded word without the punctuation around it; empty for what is no word.
    kind : int
        ``WORD``, ``EMOTE``, ``MENTION``, ``LINK`` or ``MARK`` (no letter and no digit, or an emoticon).
    traits : int
        Sum of ``LAUGH``, ``REACTION``, ``ASKING`` (has a question mark), ``ENGLISH_WORD``, ``FRENCH_WORD``, ``TELLING``
        (can tell a language) and ``CALLING`` (names a command).
    """

    text: str
    key: str
    word: str
    kind: int
    traits: int = 0


_PARTS = re.compile(
    r"(?P<link>(?:https?|ftp)://\S*|(?<!\w)www\.\S+|<url>)"
    r"|(?P<mention><mention>|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+|"
    rf"@[\w{MARKS}]++(?:[.-][\w{MARKS}]++)*+[,:]?)"
    rf"|(?P<emote>{SHORTCODE}|{EMOJI_SEQUENCE})",
    re.IGNORECASE,
)
_TELLTALE = re.compile(r"[@/:<\u203c-\U0010ffff]|www\.|\u20e3", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![\w.-])[\w-]++((?:\.[\w-]++)+)(?::\d++)?(/\S*+)?", re.ASCII)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?", re.ASCII)
_EDGES = "()[]{}<>\"'`,;:!?.*_~«»“”"

_RUN = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_SYLLABLES = re.compile(r"([^\W\d_]{2,3}?)\1{2,}", re.IGNORECASE)
_ROMAN = re.compile(r"(?:X{0,3}|XL|LX{0,3})(?:V?I{3}|XXX)")
_CALLS = re.compile(r"[!?]{2,}")
_DOTS = re.compile(r"\.{3,}")
_SYMBOLS = re.compile(r"([^\w\s])\1{3,}")
_BRACKETS = re.compile(r"([()])\1+")
_SCORE = re.compile(r"[a-z0-9]|\d{1,3}/10{1,2}")
_HAS_WORD = re.compile(r"\w")
_QUOTES = "\"'`.,;:?*_~()[]{}«»“”"
_EMOTICON = re.compile(
    r"[:;=]['^o-]?[DdPpOo0SsXx3cCbB@*/\\|$)(\[\]]{1,5}|[D>]{1,4}['-]?[:;=]{1,4}|<{1,4}[3/\\]{1,4}"
    r"|[oO0][._][oO0]|\\?[oO]/|\\[oO]|[Tt][._][Tt]"
)
_LAUGHS = {frozenset("ha"): "haha", frozenset("he"): "hehe", frozenset("hi"): "hihi", frozenset("lo"): "lol"}
_LAUGH_LETTERS = frozenset(
    map(frozenset, ("ha", "he", "hi", "ho", "hu", "ja", "je", "k", "xd", "lo", "hua", "hue", "w"))
)


def _call(found: re.Match[str]) -> str:
    marks = found[0]
    return "?!" if "!" in marks and "?" in marks else marks[0]


def _squeeze_run(text: str, found: re.Match[str]) -> str:
    """Return what a run of one letter becomes."""
    start, end = found.span()
    alone = (start == 0 or not text[start - 1].isalpha()) and (end == len(text) or not text[end].isalpha())
    return found[0][:3] if alone else found[1]


def _squeeze_word(text: str) -> str:
    """Return a token with runs of letters squeezed, in the spelling that is known where there is one."""
    if _ROMAN.fullmatch(text):
        return text
    runs = list(_RUN.finditer(text))
    if 0 < len(runs) <= 3:
        for counts in itertools.product((2, 1), repeat=len(runs)):
            cut, last = [], 0
            for run, count in zip(runs, counts, strict=True):
                cut += [text[last : run.start()], run[0][:count]]
                last = run.end()
            word = "".join([*cut, text[last:]])
            if fold_case(word.strip(_EDGES)) in DOUBLED:
                return word
    return _RUN.sub(lambda found: _squeeze_run(text, found), text)


def _count_again(token: str) -> int:
    """Return how many characters are there again: a run of three has two, a syllable said three times at least four."""
    return len(token) - len(set(token.casefold())) if len(token) > 2 else 0


def squeeze(token: str) -> str:
    """Return a token without elongation, repeated calls (``!!!``) and long runs of a symbol.

    Examples
    --------
    >>> [squeeze(token) for token in ("bonsoiiiir", "coooool!!!!", "noooooon", "AAAAA", "bonne", "hahahahah")]
    ['bonsoir', 'cool!', 'non', 'AAA', 'bonne', 'hahah']
    """
    n_again = _count_again(token)
    if n_again >= 2 and _RUN.search(token):
        token = _squeeze_word(token)
    if n_again >= 4:
        token = _SYLLABLES.sub(r"\1\1", token)
    if token.isalnum():
        return token
    token = _SYMBOLS.sub(r"\1\1\1", _DOTS.sub("...", _CALLS.sub(_call, token)))
    return resolve_entities(token)  # "&aaamp;" has become one


def _is_link(token: str) -> bool:
    """Return whether a token without scheme is a domain or a network address."""
    bare = token.strip(_EDGES)
    if _ADDRESS.fullmatch(bare):
        return True
    if found := _DOMAIN.fullmatch(bare):
        top = found[1].rpartition(".")[2].lower()
        return top in TOP_DOMAINS or (found[2] is not None and top.isalpha() and len(top) in (2, 3))
    return False


def _mark_key(text: str) -> str:
    """Return the key of punctuation and emoticons; ordinary punctuation has none."""
    if text.strip("?!.,;:") == "":
        return "?" if "?" in text else ""
    if text.strip("\"'`*_~-()[]{}«»“”|/\\") == "":
        return ""
    return _BRACKETS.sub(r"\1", text.casefold())


def _word_key(word: str) -> str:
    """Return the key of a folded word: laughter of any length is one."""
    return _LAUGHS.get(frozenset(word), word) if len(word) >= 4 else word


def count_trait(traits: int, trait: int) -> int:
    """Return how many pieces have a trait, from the sum of their traits."""
    return traits // trait & ((1 << _FIELD) - 1)


def is_laugh(word: str) -> bool:
    """Return whether a folded word is laughter.

    Examples
    --------
    >>> [is_laugh(word) for word in ("mdr", "ahahah", "jajaja", "bonjour")]
    [True, True, True, False]
    """
    return word in LAUGHS or (len(word) >= 3 and frozenset(word) in _LAUGH_LETTERS)


def _find_traits(word: str) -> int:
    """Return what a folded word says of the message that it stands in."""
    traits = 0
    if is_laugh(word):
        traits |= LAUGH | REACTION
    elif word in REACTIONS or (word[-1:] == word[-2:-1] and word[:-1] in REACTIONS) or _SCORE.fullmatch(word):
        traits |= REACTION
    if word in ENGLISH:
        traits |= ENGLISH_WORD
    if word in FRENCH:
        traits |= FRENCH_WORD
    if word not in SHARED and not word.isdigit() and len(word) > 1:
        traits |= TELLING
    if word.startswith("!"):
        traits |= CALLING
    return traits


def _word_piece(text: str) -> Piece:
    """Return the piece of a squeezed token that is no emote, mention or link."""
    if not _HAS_WORD.search(text) or _EMOTICON.fullmatch(text):
        return Piece(text, _mark_key(text), "", MARK, ASKING if "?" in text else 0)
    core = text.strip(_QUOTES)
    if core.endswith("!") or (core.startswith("!") and not core[1:2].isalnum()):
        core = core.strip("!" + _QUOTES)
    if core.startswith("-") and not core[1:2].isdigit():
        core = core.lstrip("-")
    word = fold_case(core.rstrip("-") or text)
    key = _word_key(word)
    asks = "?" in text[-3:] and not word.endswith("?")
    return Piece(text, f"{key} ?" if asks else key, word, WORD, _find_traits(word) | (ASKING if "?" in text else 0))


def _plain_pieces(text: str, rounds: int) -> list[Piece]:
    """Return the pieces of a part that held no mention, link or emoji before it was squeezed."""
    text = text.replace("\u200d", "")
    if not text:
        return []
    if is_emote(text):
        return [Piece(text, text, "", EMOTE)]
    squeezed = squeeze(text)
    if squeezed != text and rounds:
        return read_token(squeezed, rounds - 1)
    if "." in text and _is_link(text):
        return [Piece(LINK_TEXT, LINK_TEXT, "", LINK)]
    return [_word_piece(text)]


def read_token(token: str, rounds: int = 10) -> list[Piece]:
    """Return the pieces of what stands between two spaces.

    Parameters
    ----------
    token : str
        Without spaces, in clean characters.
    rounds : int, default 10
        How often what was squeezed is read again, as it may then hold a link or another run.

    Examples
    --------
    >>> [piece.text for piece in read_token("@bob,gg!!!https://youtu.be/x")]
    ['<mention>', 'gg!', '<url>']
    """
    if token.isascii() and token.isalpha() and token.islower():  # most tokens: no emote shape, nothing to cut
        if token not in EMOTE_NAMES and (_count_again(token) < 2 or squeeze(token) == token):
            return [Piece(token, _word_key(token), token, WORD, _find_traits(token))]
        return _plain_pieces(token, rounds)
    if is_emote(token):
        return [Piece(token, token, "", EMOTE)]
    if not _TELLTALE.search(token):
        return _plain_pieces(token, rounds)
    pieces: list[Piece] = []
    last = 0
    for found in _PARTS.finditer(token):
        pieces += _read_part(token[last : found.start()], rounds)
        last = found.end()
        match found.lastgroup:
            case "link":
                pieces.append(Piece(LINK_TEXT, LINK_TEXT, "", LINK))
            case "mention":
                pieces.append(Piece(MENTION_TEXT, MENTION_TEXT, "", MENTION))
            case _ if not pieces or pieces[-1].text != found[0]:  # a run of one emote is one
                pieces.append(Piece(found[0], fold_emote(found[0]), "", EMOTE))
    return pieces + (_read_part(token[last:], rounds) if last else _plain_pieces(token, rounds))


def _read_part(part: str, rounds: int) -> list[Piece]:
    """Return the pieces of what a mention, link or emoji left of a token, read as if it stood alone."""
    if not part:
        return []
    return read_token(part, rounds - 1) if rounds else _plain_pieces(part, rounds)
