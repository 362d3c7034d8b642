"""Find the answers that a crowd gives at once: a, b, c; 1, 2; oui, non; +1.

One of a family of short answers is a poll answer where a surge of that family is under way: within two minutes,
answers by many viewers, who make a good share of all that is said and several times the family's usual rate; a viewer
counts once, however often. The same words
outside a surge stay what they are. Rows up to two minutes after a message decide about it, as its surge may begin with
it; nothing later does, but for the usual rate, which is the whole stream's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hubbub.prepare.cleaning import fold_case
from hubbub.prepare.lexicons import POLL_FAMILIES, SAME_ANSWERS, VOTE_WORDS

WINDOW_SECONDS = 120.0
MIN_VIEWERS = 8
MIN_SHARE = 0.15
MIN_RISE = 4.0
MAX_TOP_SHARE = 0.9

_LETTERS = 0
_MAX_WORDS = 4
_MAX_LENGTH = 30
_AROUND = ".,;:!?\"'()[]*_~"
_LAST = POLL_FAMILIES[_LETTERS] | POLL_FAMILIES[1]
_FIRST = frozenset("bd")
_MARK = re.compile(r"(?<!\w)([A-Ea-e]|[1-9])\s?[):=](?!\w)")
_MAX_OPTION = 60
_FAMILIES = {answer: family for family, answers in enumerate(POLL_FAMILIES) for answer in answers}


def find_answer(plain: str) -> tuple[int, str, bool]:
    """Return the family of answers that a text belongs to, its answer, and whether it says nothing else.

    Parameters
    ----------
    plain : str
        The clean text without emotes, mentions and links.

    Returns
    -------
    int, str, bool
        The family, or -1; the answer; whether the text is the answer alone. A text of up to four words with a letter
        or digit at its end (``je dis b``), or ``b`` or ``d`` at its beginning, names an answer; it counts in a surge
        only.

    Examples
    --------
    >>> find_answer("BBB !"), find_answer("je dis b"), find_answer("a fond")
    ((0, 'b', True), (0, 'b', False), (-1, '', False))
    """
    if len(plain) > _MAX_LENGTH:
        return -1, "", False
    words = [word for word in (word.strip(_AROUND) for word in fold_case(plain).split()) if word]
    if not words or len(words) > _MAX_WORDS:
        return -1, "", False
    if len(set(words)) == 1:
        word = words[0] if words[0] in _FAMILIES or len(set(words[0])) > 1 else words[0][0]
        return _FAMILIES.get(word, -1), word, True
    for word, allowed in ((words[-1], _LAST), (words[0], _FIRST)):
        if word in allowed:
            return _FAMILIES[word], word, False
    return -1, "", False


def read_answer(clean_text: str, emotes: Sequence[str] = ()) -> tuple[int, str]:
    """Return the family and the answer of a message that is a poll answer; -1 where it names none.

    Words that mean the same (ouais, oui, yes) are one answer.

    Examples
    --------
    >>> read_answer("BB LUL", ["LUL"]), read_answer("ouais"), read_answer("je dis b <mention>")
    ((0, 'b'), (2, 'oui'), (0, 'b'))
    """
    plain = " ".join(word for word in clean_text.split() if word not in emotes and word not in ("<mention>", "<url>"))
    family, answer, _ = find_answer(plain)
    return family, SAME_ANSWERS.get(answer, answer)


def read_options(text: str) -> dict[str, str]:
    """Return what each answer stands for where a text lists them: ``a) deux b) quatre``; empty where it does not.

    Examples
    --------
    >>> read_options("on vote : a) le jeu b) la cuisine")
    {'a': 'le jeu', 'b': 'la cuisine'}
    """
    marks = list(_MARK.finditer(text))
    options = {}
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(text)], strict=False):
        options[mark.group(1).lower()] = text[mark.end() : end].strip(" ,;/|-–—")[:_MAX_OPTION]
    return options if len(options) > 1 else {}


def asks_for_votes(text: str) -> int:
    """Return how much a text looks like asking for votes: 0 (not at all) to 6.

    It lists options (3), says poll, quiz or vote (2), or asks something (1).

    Examples
    --------
    >>> asks_for_votes("quiz : qui dort debout ? a) la girafe b) le hamster"), asks_for_votes("tu viens ?")
    (6, 1)
    """
    words = {word.strip(_AROUND) for word in fold_case(text).split()}
    return 3 * bool(read_options(text)) + 2 * bool(words & VOTE_WORDS) + ("?" in text)


def find_poll_answers(
    families: NDArray[np.int64],
    answers: NDArray[np.int64],
    alone: NDArray[np.bool_],
    viewers: NDArray[np.int64],
    seconds: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return which messages of one stream are poll answers.

    Parameters
    ----------
    families : array of int64, shape (n_messages,)
        The family of the message's answer, or -1.
    answers : array of int64, shape (n_messages,)
        Equal for equal answers.
    alone : array of bool, shape (n_messages,)
        Whether the message is its answer alone; only such messages make a surge.
    viewers : array of int64, shape (n_messages,)
        Who wrote; -1 where unknown, each of which counts as a viewer of its own.
    seconds : array of float64, shape (n_messages,)
        When, in any order; nan where unknown, which is never a poll answer.
    """
    found = np.zeros(len(families), dtype=np.bool_)
    timed = np.flatnonzero(np.isfinite(seconds))
    if len(timed) == 0:
        return found
    everything = np.sort(seconds[timed])
    duration = max(float(everything[-1] - everything[0]), WINDOW_SECONDS)
    for family in np.unique(families[timed][families[timed] >= 0]).tolist():
        rows = timed[(families[timed] == family) & alone[timed]]
        if len(rows) < MIN_VIEWERS:
            continue
        rows = rows[np.argsort(seconds[rows], kind="stable")]
        times = seconds[rows]
        ends = np.searchsorted(times, times + WINDOW_SECONDS, side="right")
        counts = ends - np.arange(len(rows))
        said = np.searchsorted(everything, times + WINDOW_SECONDS, side="right") - np.searchsorted(everything, times)
        usual = (len(rows) - counts) / max(duration - WINDOW_SECONDS, WINDOW_SECONDS) * WINDOW_SECONDS
        crowd, one_sided = _count_crowd(viewers[rows], answers[rows], ends)
        surge = (crowd >= MIN_VIEWERS) & (crowd >= MIN_SHARE * (said - counts + crowd)) & (crowd >= MIN_RISE * usual)
        if family == _LETTERS:
            surge &= ~one_sided
        if not surge.any():
            continue
        same = timed[families[timed] == family]
        same = same[np.argsort(seconds[same], kind="stable")]
        starts = np.searchsorted(seconds[same], times[surge], side="left")
        lasts = np.searchsorted(seconds[same], times[ends[surge] - 1], side="right")
        edges = np.zeros(len(same) + 1, dtype=np.int64)
        np.add.at(edges, starts, 1)
        np.add.at(edges, lasts, -1)
        found[same[np.cumsum(edges[:-1]) > 0]] = True
    return found


def _count_crowd(
    viewers: NDArray[np.int64], answers: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return for each window [i, ends[i]) how many viewers answer, and whether nearly all say the same."""
    crowd = np.zeros(len(ends), dtype=np.int64)
    one_sided = np.zeros(len(ends), dtype=np.bool_)
    known: Counter[int] = Counter()
    given: Counter[int] = Counter()
    unknown = last = 0
    who, what = viewers.tolist(), answers.tolist()
    for first, end in enumerate(ends.tolist()):
        while last < end:
            known[who[last]] += 1
            given[what[last]] += 1
            unknown += who[last] < 0
            last += 1
        crowd[first] = len(known) - (unknown > 0) + unknown
        one_sided[first] = max(given.values()) > MAX_TOP_SHARE * (end - first)
        unknown -= who[first] < 0
        for counter, key in ((known, who[first]), (given, what[first])):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
    return crowd, one_sided
