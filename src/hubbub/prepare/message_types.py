"""Tell what a message is from its own pieces: question, command, reaction, emotes only, greeting or opinion.

Rules over French and English word lists; other languages get what needs no words (``?``, ``!command``, emotes) and are
opinions otherwise. What needs other messages (poll answers, copypasta, bots) is decided in ``polls``, ``copies`` and
``bots``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hubbub.prepare.lexicons import (
    ASKS,
    FILLERS,
    GOODBYES,
    GREETING_PHRASES,
    GREETING_TAILS,
    GREETINGS,
    INNER_ASKS,
    INTENSIFIERS,
    NO_ASK_BEFORE,
    REACTION_FILLERS,
    REACTION_PHRASES,
    SUBJECTS,
    TAGS,
)
from hubbub.prepare.pieces import ASKING, EMOTE, LAUGH, LINK, REACTION, WORD, Piece, count_trait

_ASKS = re.compile("|".join(ASKS.strip().split("\n")))
_ASK_STARTS = frozenset(found[0] for found in re.finditer(r"[a-z]+", ASKS)) | {
    "anyone",
    "anybody",
    "someone",
    "somebody",
}
_COMMAND = re.compile(r"![^\W_]\w*", re.ASCII)
_GREETING_STARTS = frozenset(phrase.split(" ")[0] for phrase in GREETING_PHRASES)
_MAX_REACTION_WORDS = 6
_MAX_PHRASE = 5
_MAX_GREETED = 2
_MAX_NAMES = 1
_OPENERS = frozenset(
    ["ah", "oh", "allez", "bon", "et", "well", "ok", "okay", "bien", "mais", "donc", "right", "alright", "oui"]
)
_MAX_WORDS_AFTER = 3


def _is_greeting(words: Sequence[str]) -> bool:
    """Return whether the words greet or say goodbye, and hardly anything else; a short opener may come first."""
    start = 1 if words[0] in _OPENERS and len(words) > 1 else 0
    first = words[start]
    if first in GREETINGS or first in GOODBYES:
        rest = words[start + 1 :]
    elif first in _GREETING_STARTS:
        phrase = range(min(6, len(words) - start), 0, -1)
        n = next((n for n in phrase if " ".join(words[start : start + n]) in GREETING_PHRASES), 0)
        if n == 0:
            return False
        rest = words[start + n :]
    else:
        return len(words) <= 3 and words[-1] in GREETINGS and words[-1] not in ("oi", "yo", "hey", "welcome", "re")
    return len(rest) <= _MAX_GREETED or sum(word not in GREETING_TAILS for word in rest) <= _MAX_NAMES


def _is_reaction(pieces: Sequence[Piece], words: Sequence[str], traits: int) -> bool:
    """Return whether the words laugh, applaud, agree or exclaim without a subject."""
    n_odd = len(words) - count_trait(traits, REACTION)
    if n_odd > _MAX_PHRASE or len(words) > _MAX_REACTION_WORDS:
        return len(words) == count_trait(traits, LAUGH)
    if n_odd == 0 or " ".join(words) in REACTION_PHRASES:
        return True
    plain = [word[:-1] if word[-1:] == word[-2:-1] else word for word in words]  # drawn out by a letter: trop fortt
    if plain != words and " ".join(plain) in REACTION_PHRASES:
        return True
    if n_odd == len(words):
        return False
    odd = [i for i, piece in enumerate(piece for piece in pieces if piece.word) if not piece.traits & REACTION]
    if " ".join(words[odd[0] : odd[-1] + 1]) in REACTION_PHRASES:
        return True
    return n_odd <= 2 and all(words[i] in REACTION_FILLERS for i in odd)


def _exclaims(words: Sequence[str]) -> bool:
    """Return whether a few words call out what is seen: quel fail, so cute, what a save."""
    if words[0] in INTENSIFIERS:
        return len(words) == 2
    return words[0] == "what" and words[1] in ("a", "an") and len(words) <= 4


def _begins_like_question(words: Sequence[str]) -> bool:
    """Return whether the words begin with an interrogative, up to three fillers aside."""
    start = 0
    while start < min(3, len(words) - 1) and words[start] in FILLERS:
        start += 1
    for skipped in range(start, -1, -1):
        first = words[skipped]
        if first not in _ASK_STARTS and first.partition("'")[0].partition("-")[0] not in _ASK_STARTS:
            continue
        if _ASKS.match(" ".join(words[skipped : skipped + 8]) + " "):
            return True
    return _asks_inside(words[start:])


def _asks_inside(words: Sequence[str]) -> bool:
    """Return whether a French question has its interrogative after the verb: tu fais quoi, ca finit quand."""
    if words[0] not in SUBJECTS:
        return False
    for i in range(1, min(5, len(words))):
        if words[i] in INNER_ASKS:
            return not NO_ASK_BEFORE.intersection(words[1:i])
    is_last = len(words) in (3, 4) and words[-1] in ("ou", "quand", "qui")
    return is_last and words[0] in ("il", "elle", "ils", "elles", "t'es", "vous", "tu", "ca", "on", "c'est")


def _words_after_question_mark(pieces: Sequence[Piece]) -> int:
    """Return how many words follow the last question mark; all of them where there is none."""
    n = 0
    for piece in reversed(pieces):
        if piece.traits >= ASKING and count_trait(piece.traits, ASKING):
            break
        n += piece.kind == WORD
    return n


def classify(pieces: Sequence[Piece], words: Sequence[str], traits: int) -> str:
    """Return the message type of a text from its pieces.

    Parameters
    ----------
    pieces : sequence of Piece
        Of the clean text, mentions and links included.
    words : sequence of str
        The folded words among them.
    traits : int
        Sum of the pieces' traits.

    Returns
    -------
    str
        ``question``, ``command``, ``reaction``, ``emote_only``, ``greeting`` or ``opinion``. Nothing but mentions,
        links and punctuation is a reaction.
    """
    if not words:
        if any(piece.kind == EMOTE for piece in pieces) and all(piece.kind != LINK for piece in pieces):
            return "emote_only"
        return "reaction"
    first = pieces[0]
    if words[0][0] == "!" and (first.kind == WORD or len(words) == 1) and _COMMAND.match(words[0]):
        return "command"
    if words[0] in GREETINGS and len(words) > 1 and sum(word not in GREETING_TAILS for word in words[1:]) <= _MAX_NAMES:
        return "question" if _begins_like_question(words[1:]) and "how" not in words else "greeting"
    if count_trait(traits, ASKING) and _words_after_question_mark(pieces) <= _MAX_WORDS_AFTER:
        laughs = count_trait(traits, LAUGH) + words.count("wtf") + words.count("omg")
        return "reaction" if laughs == len(words) else "question"
    if _is_greeting(words):
        return "question" if len(words) > 3 and _begins_like_question(words) else "greeting"
    if len(words) > 2 and _begins_like_question(words):
        return "question"
    if _is_reaction(pieces, words, traits):
        return "reaction"
    if len(words) > 1:
        if " ".join(words[-2:]) in TAGS or (len(words) == 2 and _begins_like_question(words)):
            return "question"
        return "reaction" if _exclaims(words) else "opinion"
    return "reaction" if pieces[-1].text[-1] == "!" else "opinion"
