"""Turn what somebody typed into words for sentiment, in one of five ways; the way is saved in the model.

- ``raw``: as typed, spaces and line breaks folded.
- ``standard``: the sequence of words in lower case; ``<user>``, ``<url>``, ``<hashtag>`` and the words behind it; short
  forms written out; punctuation gone.
- ``lemmas``, ``stems``: standard without function words (words that deny stay), each word by its lemma or its stem.
- ``chat``: standard, and what chat is made of stays as words of its own: emotes, emoji, emoticons, runs of marks; a
  run of a letter is cut to three, which still tells it from the plain spelling; ``<caps>`` ends a text that shouts.

Links are cut out of a token before its punctuation is looked at. Each distinct token between two spaces is worked out
once and kept, as in ``reading``. Patterns are linear: no two ways to match the same characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from hubbub.errors import ArtifactError
from hubbub.prepare.cleaning import MARKS, MAX_CHARACTERS, clean_characters, fold_case
from hubbub.prepare.emote_names import EMOTE_NAMES
from hubbub.prepare.emotes import EMOJI_SEQUENCE, SHORTCODE, fold_emote, is_emote
from hubbub.prepare.function_words import (
    DENIALS,
    ENGLISH_ENDINGS,
    ENGLISH_SHORT,
    FRENCH_ELIDED,
    FRENCH_SHORT,
    FRENCH_WHOLE,
    FUNCTION_WORDS,
)
from hubbub.prepare.language_words import ENGLISH, FRENCH, SHARED
from hubbub.prepare.languages import tell_languages
from hubbub.prepare.pieces import CALLING, ENGLISH_WORD, FRENCH_WORD, TELLING

VERSION = 1
"""The version of the rules; raised when the same text would get other words."""

WAYS = ("raw", "standard", "lemmas", "stems", "chat")
LANGUAGES = ("en", "fr")
USER, URL, HASHTAG, CAPS = "<user>", "<url>", "<hashtag>", "<caps>"
PLACEHOLDERS = frozenset((USER, URL, HASHTAG, CAPS))
_MAX_KEPT, _MAX_KEPT_LENGTH = 200_000, 40
# Traits stand in one number, in fields of as many bits each; the one above the highest of ``pieces`` counts shouts.
_FIELD = TELLING.bit_length() - FRENCH_WORD.bit_length()
_MANY, _SHOUTING = (1 << _FIELD) - 1, CALLING << _FIELD

_EMOTICON = (
    r"(?<!\d)[<>]?[:;=][-'^o]?[)(\]\[dDpP/\\|3sSoO*@$cCxX]+(?!\w)"
    r"|(?<!\w)(?:[xX][dD]+|[oO0][_.][oO0]|[tT][_.][tT])(?!\w)|(?<![\w)(])[()]-?[:;=](?![\w)(])"
    r"|</?3++|\^[_.]?\^|[-=][_.][-=]"
)
_PARTS = re.compile(
    r"(?P<link>(?:https?|ftp)://\S*|(?<!\w)www\.\S+|<url>)"
    rf"|(?P<user><user>|<mention>|(?<![\w.])@[\w{MARKS}]++)"
    r"|(?P<tag><hashtag>|\#\w*[^\W\d]\w*)"
    rf"|(?P<emote>{SHORTCODE}|{EMOJI_SEQUENCE})"
    rf"|(?P<emoticon>{_EMOTICON})"
    rf"|(?P<word>[\w{MARKS}]++(?:'[\w{MARKS}]++)*+)"
    r"|(?P<mark>([^\w\s])\8*+)"
)
_RUN_OF_TWO, _RUN_OF_THREE = re.compile(r"([^\W\d_])\1{2,}"), re.compile(r"([^\W\d_])\1{3,}")
_NOSE = re.compile(r"(?<=[:;=])[-'^o](?=.)")
_FLIPPED = {"(:": ":)", "):": ":(", "(;": ";)", "(=": ":)", ")=": ":(", ");": ":("}
_CHANNEL = re.compile(r"[a-z][a-z0-9]{2,9}([A-Z][A-Za-z0-9]*)")


@dataclass(frozen=True, slots=True)
class SentimentPreparation:
    """How texts become words; saved with every model that was trained on them.

    Attributes
    ----------
    way : {"raw", "standard", "lemmas", "stems", "chat"}
        See the module.
    language : {"en", "fr"}
        Whose short forms, function words, lemmas and stems are meant; texts told to be in another are foreign.
    version : int
        Of the rules.
    """

    way: str = "chat"
    language: str = "en"
    version: int = VERSION

    def __post_init__(self) -> None:
        for name, choices in (("way", WAYS), ("language", LANGUAGES)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, was {getattr(self, name)!r}.")

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> SentimentPreparation:
        """Return the preparation that ``as_dict`` gave.

        Raises
        ------
        ArtifactError
            When a setting is unknown or the rules are of another version than this hubbub's.
        """
        if set(settings) != set(cls.__dataclass_fields__) or settings["version"] != VERSION:
            raise ArtifactError(
                f"A preparation for sentiment has the settings {', '.join(cls.__dataclass_fields__)} and version "
                f"{VERSION} here; the artifact has {dict(settings)}. Train it again, or use the hubbub that made it."
            )
        return cls(**settings)


@dataclass(frozen=True, slots=True)
class SentimentTexts:
    """Texts as words.

    Attributes
    ----------
    words : list of str
        The words of each text with one space between them.
    foreign : list of str or None
        The language of each text that is told to be in another than the preparation's, else None.
    """

    words: list[str]
    foreign: list[str | None]


class _Token(NamedTuple):
    """What one token between spaces gives: its words, its plain words, and the sum of what they tell."""

    words: str
    plain: str
    traits: int


def prepare_for_sentiment(preparation: SentimentPreparation, texts: Sequence[str]) -> SentimentTexts:
    """Return each text as words, the same ones whenever and wherever it is prepared.

    Parameters
    ----------
    preparation : SentimentPreparation
        The way and the language.
    texts : sequence of str
        As somebody typed them; any characters. The first 2,000 of each are read.

    Examples
    --------
    >>> texts = ["@bob I can't wait!!! http://t.co/x, #SoGood :-)"]
    >>> prepare_for_sentiment(SentimentPreparation("standard"), texts).words
    ['<user> i can not wait <url> <hashtag> sogood']
    >>> prepare_for_sentiment(SentimentPreparation("chat"), [*texts, "LUL sooooo GOOD", "ponceJAM"]).words
    ['<user> i can not wait !! <url> <hashtag> sogood :)', ':LUL sooo good <caps>', ':ponceJAM :jam']
    """
    memory = _MEMORIES.setdefault(preparation, {})
    finish = _finisher(preparation)
    get = memory.get
    is_chat, is_raw = preparation.way == "chat", preparation.way == "raw"
    home, away = (ENGLISH_WORD, FRENCH_WORD) if preparation.language == "en" else (FRENCH_WORD, ENGLISH_WORD)
    words: list[str] = []
    doubtful: list[tuple[int, str, int]] = []
    for i_text, text in enumerate(texts):
        found = []
        # Most texts are plain as they are; this only saves the call.
        is_plain = text.isascii() and text.isprintable() and "&" not in text and len(text) <= MAX_CHARACTERS
        for token in text.split() if is_plain else clean_characters(text).split():
            one = get(token)
            if one is None:
                one = _read_token(token, preparation, finish)
                if len(token) <= _MAX_KEPT_LENGTH:
                    if len(memory) >= _MAX_KEPT:
                        memory.clear()
                    memory[token] = one
            found.append(one)
        said = " ".join(text[:MAX_CHARACTERS].split()) if is_raw else " ".join([one[0] for one in found if one[0]])
        traits = sum([one[2] for one in found])
        words.append(f"{said} {CAPS}" if is_chat and traits >= _SHOUTING else said)
        # In doubt whether it is in another language: some words tell, and too few speak for this one.
        telling = traits // TELLING & _MANY
        if telling > 1 and ((at_home := traits // home & _MANY) * 5 < telling or at_home <= traits // away & _MANY):
            doubtful.append((i_text, " ".join([one[1] for one in found if one[1]]), traits))
    return SentimentTexts(words, _find_foreign(preparation.language, len(texts), doubtful))


_MEMORIES: dict[SentimentPreparation, dict[str, _Token]] = {}


def _find_foreign(language: str, n_texts: int, doubtful: list[tuple[int, str, int]]) -> list[str | None]:
    foreign: list[str | None] = [None] * n_texts
    told = tell_languages([plain for _, plain, _ in doubtful], [traits for _, _, traits in doubtful])
    for (i_text, _, _), found in zip(doubtful, told, strict=True):
        if found is not None and found != language:
            foreign[i_text] = found
    return foreign


def _finisher(preparation: SentimentPreparation) -> Callable[[str], str]:
    """Return what is done to each word in the end; an empty text takes it out."""
    if preparation.way == "lemmas":
        from simplemma import lemmatize

        words = FUNCTION_WORDS[preparation.language]
        return _but_denials(words, lambda word: str(lemmatize(word, lang=preparation.language)).lower())
    if preparation.way == "stems":
        from snowballstemmer import stemmer

        words = FUNCTION_WORDS[preparation.language]
        return _but_denials(words, stemmer("english" if preparation.language == "en" else "french").stemWord)
    return lambda word: word


def _but_denials(left_out: frozenset[str], finish: Callable[[str], str]) -> Callable[[str], str]:
    """Return what takes words out, lets words that deny be, and finishes all others."""
    return lambda word: "" if word in left_out else word if word in DENIALS else finish(word)


def _read_token(token: str, preparation: SentimentPreparation, finish: Callable[[str], str]) -> _Token:
    """Return what one token says."""
    is_chat = preparation.way == "chat"
    if token.isascii() and token.isalpha() and token.islower() and token not in EMOTE_NAMES:  # most tokens
        said = _plain_words(token, preparation)
        spoken = finish(said[0]) if len(said) == 1 else " ".join(filter(None, map(finish, said)))
        return _Token(spoken, token, _find_traits(token))
    if is_emote(token):
        return _Token(_emote_words(token) if is_chat else finish(token.lower()), "", 0)
    words: list[str] = []
    plain: list[str] = []
    traits = 0
    for found in _PARTS.finditer(token):
        text = found[0]
        match found.lastgroup:
            case "link":
                words.append(URL)
            case "user":
                words.append(USER)
            case "tag":
                words.append(HASHTAG)
                if text[0] == "#":
                    words += [finish(word) for word in _plain_words(text[1:], preparation)]
            case "emote" if is_chat:
                words.append(f":{fold_emote(text).strip(':')}" if text.isascii() else fold_emote(text))
            case "emoticon" if is_chat:
                words.append(_plain_emoticon(text))
            case "mark" if is_chat:
                words.append(text[:2] if text[0] in "!?" else text[:1] if text[0] != "." else "..."[: len(text)])
            case "word":
                plain.append(text)
                traits += _find_traits(fold_case(text)) + (_SHOUTING if len(text) > 2 and text.isupper() else 0)
                words += [finish(word) for word in _plain_words(text, preparation)]
            case _:
                pass
    return _Token(" ".join([word for word in words if word]), " ".join(plain), traits)


def _find_traits(word: str) -> int:
    traits = TELLING if word not in SHARED and len(word) > 1 and not word.isdigit() else 0
    return traits | (ENGLISH_WORD if word in ENGLISH else 0) | (FRENCH_WORD if word in FRENCH else 0)


def _emote_words(name: str) -> str:
    """Return an emote's name and, of a channel's emote, the name behind the channel's prefix, which channels share."""
    shape = _CHANNEL.fullmatch(name)
    return f":{name} :{shape[1].lower()}" if shape else f":{name}"


def _plain_emoticon(text: str) -> str:
    """Return the plainest way to write an emoticon: no nose, no run."""
    text = _FLIPPED.get(text.replace("-", ""), text)
    text = _NOSE.sub("", text).replace("=", ":") if text[0] in ":;=" else text.lower()
    return text[:2].upper() if text[0] in ":;" else "xd" if text[0] == "x" else text[:3]


def _plain_words(text: str, preparation: SentimentPreparation) -> list[str]:
    """Return the words of a word as typed: lower case, runs cut, short forms written out."""
    word = text.lower()
    most, run = (3, _RUN_OF_THREE) if preparation.way == "chat" else (2, _RUN_OF_TWO)
    if len(word) - len(set(word)) >= most:  # else no letter is there so often, and the pattern is slow
        word = run.sub(r"\1" * most, word)
    if preparation.language == "fr":
        return _french_words(word)
    if (known := ENGLISH_SHORT.get(word)) is not None:
        return known.split()
    if "'" not in word:
        return [word]
    for ending, full in ENGLISH_ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return [word[: -len(ending)], full]
    return word.replace("'", " ").split()


def _french_words(word: str) -> list[str]:
    if word in FRENCH_WHOLE:
        return [word]
    if (known := FRENCH_SHORT.get(word)) is not None:
        return known.split()
    head, mark, rest = word.partition("'")
    if mark and head in FRENCH_ELIDED:
        return [head, *_french_words(rest)] if rest else [head]
    return word.replace("'", " ").split()
