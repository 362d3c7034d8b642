"""Turn what somebody typed into words for sentiment, in one of five ways; the way is saved in the model.

- ``raw``: as typed, spaces and line breaks folded.
- ``standard``: the sequence of words in lower case; ``<user>``, ``<url>``, ``<hashtag>`` and the words behind it; short
  forms written out; punctuation gone.
- ``lemmas``, ``stems``: standard without function words (words that deny stay), each word by its lemma or its stem.
- ``chat``: standard, and what chat is made of stays as words of its own: emotes, emoji, emoticons, runs of marks; a
  run of a letter is cut to three, which still tells it from the plain spelling; ``<caps>`` ends a text that shouts.

Links are cut out of a token before its punctuation is looked at. Each distinct token between two spaces is worked out
once and kept; what goes over texts is done for all of them at once. Patterns are linear: no two ways to match the same
characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

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
from hubbub.prepare.languages import tell_by_words
from hubbub.word_rows import WordRows

VERSION = 1
"""The version of the rules; raised when the same text would get other words."""

WAYS = ("raw", "standard", "lemmas", "stems", "chat")
LANGUAGES = ("en", "fr")
USER, URL, HASHTAG, CAPS = "<user>", "<url>", "<hashtag>", "<caps>"
PLACEHOLDERS = frozenset((USER, URL, HASHTAG, CAPS))
_MAX_KEPT, _MAX_KEPT_LENGTH = 200_000, 40
# What is counted of a text's tokens stands in one number of 64 bits, in a field each.
_TELLING, _ENGLISH, _FRENCH, _SHOUTING = (1 << 15 * field for field in range(4))
_MANY = (1 << 15) - 1

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
_LAUGH = re.compile(r"[xX][dD]+")
_NOSE = re.compile(r"(?<=[:;=])[-'^o](?=.)")
_FLIPPED = {"(:": ":)", "):": ":(", "(;": ";)", "(=": ":)", ")=": ":(", ");": ":("}
_CHANNEL = re.compile(r"[a-z][a-z0-9]{2,9}([A-Z][A-Za-z0-9]*)")


Finish = Callable[[str], str]


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
    rows : WordRows
        The words of each text.
    foreign : list of str or None
        The language of each text that is told to be in another than the preparation's, else None.
    """

    rows: WordRows
    foreign: list[str | None]

    @property
    def words(self) -> list[str]:
        """The words of each text with one space between them, made anew at each call."""
        return self.rows.texts()


class _Token(msgspec.Struct, gc=False):
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
    clean = [text if _is_plain(text) else clean_characters(text) for text in texts]
    tokens = WordRows.of(clean)
    read = _read_tokens(tokens.words, preparation)
    traits = tokens.sum(np.array([one.traits for one in read], dtype=np.int64).take(tokens.numbers))
    if preparation.way == "raw":
        rows = WordRows.of([text[:MAX_CHARACTERS] for text in texts])
    else:
        rows = tokens.spell(WordRows.of([one.words for one in read]))
        if preparation.way == "chat":
            rows = _mark_shouts(rows, traits >= _SHOUTING)
    # In doubt whether it is in another language: some words tell, and too few speak for this one.
    telling, english, french = (traits // trait & _MANY for trait in (_TELLING, _ENGLISH, _FRENCH))
    home, away = (english, french) if preparation.language == "en" else (french, english)
    doubtful = np.flatnonzero((telling > 1) & ((home * 5 < telling) | (home <= away)))
    spans = zip(tokens.starts[doubtful].tolist(), tokens.starts[doubtful + 1].tolist(), strict=True)
    plain = [" ".join([said for i in tokens.numbers[a:b].tolist() if (said := read[i].plain)]) for a, b in spans]
    told = tell_by_words(plain, telling[doubtful], english[doubtful], french[doubtful])
    foreign: list[str | None] = [None] * len(texts)
    for i_text, language in zip(doubtful.tolist(), told, strict=True):
        foreign[i_text] = None if language == preparation.language else language
    return SentimentTexts(rows, foreign)


def _is_plain(text: str) -> bool:
    """Return whether a text is clean as it is, as most are: this only saves the call."""
    return text.isascii() and text.isprintable() and "&" not in text and len(text) <= MAX_CHARACTERS


_MEMORIES: dict[SentimentPreparation, dict[str, _Token]] = {}


def _read_tokens(tokens: Sequence[str], preparation: SentimentPreparation) -> list[_Token]:
    memory = _MEMORIES.setdefault(preparation, {})
    finish = _finisher(preparation)
    read = []
    for token in tokens:
        one = memory.get(token)
        if one is None:
            one = _read_word(token, preparation, finish) or _read_token(token, preparation, finish)
            if len(token) <= _MAX_KEPT_LENGTH:
                if len(memory) >= _MAX_KEPT:
                    memory.clear()
                memory[token] = one
        read.append(one)
    return read


def _mark_shouts(rows: WordRows, shouts: NDArray[np.bool_]) -> WordRows:
    """Return the texts with a word more at the end of those that shout."""
    numbers = np.insert(rows.numbers, rows.starts[1:][shouts], len(rows.words))
    starts = rows.starts + np.concatenate([np.zeros(1, np.int64), np.cumsum(shouts)])
    return WordRows([*rows.words, CAPS], numbers, starts)


def _finisher(preparation: SentimentPreparation) -> Finish | None:
    """Return what is done to each word in the end, if anything; an empty text takes it out."""
    if preparation.way == "lemmas":
        from simplemma import lemmatize

        words = FUNCTION_WORDS[preparation.language]
        return _but_denials(words, lambda word: str(lemmatize(word, lang=preparation.language)).lower())
    if preparation.way == "stems":
        from snowballstemmer import stemmer

        words = FUNCTION_WORDS[preparation.language]
        return _but_denials(words, stemmer("english" if preparation.language == "en" else "french").stemWord)
    return None


def _but_denials(left_out: frozenset[str], finish: Finish) -> Finish:
    """Return what takes words out, lets words that deny be, and finishes all others."""
    return lambda word: "" if word in left_out else word if word in DENIALS else finish(word)


def _read_word(token: str, preparation: SentimentPreparation, finish: Finish | None) -> _Token | None:
    """Return what a token says that is one word and perhaps a mark behind it, as most are; None for any other.

    What ``_read_token`` says of it too, without its patterns.
    """
    word = token.rstrip(".,!?")
    if not (word.isascii() and word.isalpha()) or word in EMOTE_NAMES:
        return None
    lower, traits, spoken = word.lower(), 0, ""
    if lower != word:
        if word.isupper():
            traits = _SHOUTING if len(word) > 2 else 0
        elif not word.istitle():
            return None
    if word != token or lower != word:
        mark = token[len(word) :]
        if mark.strip(mark[:1]) or (mark and word == "www") or _LAUGH.fullmatch(word):
            return None
        if mark and preparation.way == "chat":
            spoken = f" {_plain_mark(mark)}"
    said = _plain_words(lower, preparation)
    if finish is not None:
        said = " ".join(filter(None, map(finish, said.split())))
    return _Token(f"{said}{spoken}" if said else spoken.lstrip(), word, traits + _find_traits(lower))


def _read_token(token: str, preparation: SentimentPreparation, finish: Finish | None) -> _Token:
    """Return what one token says."""
    is_chat = preparation.way == "chat"

    def spell(word: str) -> str:
        said = _plain_words(word.lower(), preparation)
        return said if finish is None else " ".join(filter(None, map(finish, said.split())))

    if is_emote(token):
        name = token.lower()
        return _Token(_emote_words(token) if is_chat else finish(name) if finish else name, "", 0)
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
                    words.append(spell(text[1:]))
            case "emote" if is_chat:
                words.append(f":{fold_emote(text).strip(':')}" if text.isascii() else fold_emote(text))
            case "emoticon" if is_chat:
                words.append(_plain_emoticon(text))
            case "mark" if is_chat:
                words.append(_plain_mark(text))
            case "word":
                plain.append(text)
                traits += _find_traits(fold_case(text)) + (_SHOUTING if len(text) > 2 and text.isupper() else 0)
                words.append(spell(text))
            case _:
                pass
    return _Token(" ".join([word for word in words if word]), " ".join(plain), traits)


def _plain_mark(text: str) -> str:
    """Return a run of one mark as it is told apart: once, twice or more where it may mean something."""
    return text[:2] if text[0] in "!?" else text[:1] if text[0] != "." else "..."[: len(text)]


_TRAITS = {
    word: (_TELLING if word not in SHARED and len(word) > 1 else 0)
    + (_ENGLISH if word in ENGLISH else 0)
    + (_FRENCH if word in FRENCH else 0)
    for word in ENGLISH | FRENCH | SHARED
}


def _find_traits(word: str) -> int:
    known = _TRAITS.get(word)
    return known if known is not None else _TELLING if len(word) > 1 and not word.isdigit() else 0


def _emote_words(name: str) -> str:
    """Return an emote's name and, of a channel's emote, the name behind the channel's prefix, which channels share."""
    shape = _CHANNEL.fullmatch(name)
    return f":{name} :{shape[1].lower()}" if shape else f":{name}"


def _plain_emoticon(text: str) -> str:
    """Return the plainest way to write an emoticon: no nose, no run."""
    text = _FLIPPED.get(text.replace("-", ""), text)
    text = _NOSE.sub("", text).replace("=", ":") if text[0] in ":;=" else text.lower()
    return text[:2].upper() if text[0] in ":;" else "xd" if text[0] == "x" else text[:3]


def _plain_words(word: str, preparation: SentimentPreparation) -> str:
    """Return the words of a word in lower case: runs cut, short forms written out."""
    most, run = (3, _RUN_OF_THREE) if preparation.way == "chat" else (2, _RUN_OF_TWO)
    # Else no letter is there so often, and the pattern is slow.
    if len(word) > most and len(word) - len(set(word)) >= most:
        word = run.sub(r"\1" * most, word)
    if preparation.language == "fr":
        return _french_words(word)
    if (known := ENGLISH_SHORT.get(word)) is not None:
        return known
    if "'" not in word:
        return word
    for ending, full in ENGLISH_ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return f"{word[: -len(ending)]} {full}"
    return word.replace("'", " ")


def _french_words(word: str) -> str:
    if word in FRENCH_WHOLE:
        return word
    if (known := FRENCH_SHORT.get(word)) is not None:
        return known
    head, mark, rest = word.partition("'")
    if mark and head in FRENCH_ELIDED:
        return f"{head} {_french_words(rest)}" if rest else head
    return word.replace("'", " ")
