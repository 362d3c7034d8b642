"""Tell the language of texts: by script where the script decides, else by a naive Bayes model with a hint from words.

The model is py3langid's (Lui and Baldwin 2012, "langid.py", ACL; weights in the package, offline), restricted to the
languages below. Its automaton is run here over many texts at once in numpy, which gives the package's own scores at a
quarter of the time. French and English chat words (``jsp``, ``ptdr``, ``gonna``) that the model never saw add to the
score. Languages that are not in the list are taken for a neighbor or for none. A text without enough evidence has no
language: ``ok merci`` is French by its words, ``nice`` and ``LUL`` are nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.prepare.pieces import ENGLISH_WORD, FRENCH_WORD, TELLING, count_trait

LATIN = ("en", "fr", "de", "es", "pt", "it", "nl", "id", "tr", "pl")
"""Languages that the model tells apart."""

LANGUAGES = (*LATIN, "ja", "ko", "zh", "ru", "ar")
"""Every language that a text may get."""

MIN_SHARE = 0.7
"""A language is told when its share of the model's belief is at least this."""

_HINT = 1.6
_MAX_HINT = 4.8
_ALL_HINT = 4.0  # every telling word; one English word is not enough, as other chats say "wait" and "yes" too
_MIN_CHINESE = 5
_MIN_LENGTH = 8
_MAX_BYTES = 240
_CHUNK = 16_384
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u2c00-\ud7ff\uf900-\uffef\U00020000-\U0003ffff]")
_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]")),
    ("ko", re.compile("[\uac00-\ud7a3\u3131-\u318e]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)
_FOREIGN = {"ru": re.compile("[іїєґўјљњћђџѕ]"), "ar": re.compile("[پچژگکیےٹڈں]")}


class _Model(NamedTuple):
    """The automaton and the weights of ``LATIN``: move (rows of 256), row and feature of each state, and the scores."""

    move: NDArray[np.uint32]
    row: NDArray[np.int64]
    feature: NDArray[np.int64]
    weight: NDArray[np.float32]
    prior: NDArray[np.float32]


@cache
def _load_model() -> _Model:
    """Return py3langid's model cut to ``LATIN``."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.6 s, and not needed by readers of tables

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    columns = [model.nb_classes.index(language) for language in LATIN]
    return _Model(
        np.asarray(model.tk_nextmove, dtype=np.uint32),
        np.asarray(model.tk_row, dtype=np.int64) << 8,
        np.asarray(model.tk_output, dtype=np.int64),
        np.asarray(model.nb_ptc)[:, columns].astype(np.float32),
        np.asarray(model.nb_pc, dtype=np.float32)[columns],
    )


def _find_features(model: _Model, texts: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (text, feature) of every feature found, by running the automaton over all texts side by side."""
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    order = np.argsort(-lengths, kind="stable")
    starts = (np.cumsum(lengths) - lengths)[order]
    letters = np.frombuffer(b"".join(texts), dtype=np.uint8)
    active = np.searchsorted(-lengths[order], -np.arange(int(lengths.max(initial=0))), side="left")
    state = np.zeros(len(texts), dtype=np.int64)
    found_texts, found_features = [], []
    for position, n in enumerate(active.tolist()):
        step = model.move[model.row[state[:n]] + letters[starts[:n] + position]]
        state[:n] = step
        feature = model.feature[step]
        hits = np.flatnonzero(feature >= 0)
        found_texts.append(order[hits])
        found_features.append(feature[hits])
    if not found_texts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(found_texts), np.concatenate(found_features)


def score_texts(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the model's scores of lower-case texts.

    Parameters
    ----------
    texts : sequence of str
        At most ``240`` bytes of each are read.

    Returns
    -------
    array of float32, shape (len(texts), len(LATIN))
        Naive Bayes log scores divided by the square root of the text's bytes, as py3langid does for its probabilities.
    """
    model = _load_model()
    scores = np.empty((len(texts), len(LATIN)), dtype=np.float32)
    for start in range(0, len(texts), _CHUNK):
        encoded = [text.encode("utf-8", "replace")[:_MAX_BYTES] for text in texts[start : start + _CHUNK]]
        text_of, feature_of = _find_features(model, encoded)
        pairs, counts = np.unique(text_of * len(model.weight) + feature_of, return_counts=True)
        chunk = np.zeros((len(encoded), len(LATIN)), dtype=np.float32)  # no feature, no opinion
        if len(pairs):
            owner, feature = np.divmod(pairs, len(model.weight))
            first = np.flatnonzero(np.diff(owner, prepend=-1))
            weighted = np.log1p(counts).astype(np.float32)[:, None] * model.weight[feature]
            chunk[owner[first]] = model.prior + np.add.reduceat(weighted, first, axis=0)
        sizes = np.fromiter((len(text) or 1 for text in encoded), dtype=np.float32, count=len(encoded))
        scores[start : start + len(encoded)] = chunk / np.sqrt(sizes)[:, None]
    return scores


def find_script(text: str) -> str | None:
    """Return the language that the letters of a text decide, or None.

    Any kana makes Japanese as long as Japanese letters are a third of the text; five Chinese characters without kana
    are Chinese, fewer may be either; letters that only Ukrainian, Serbian, Persian or Urdu use make no language.

    Examples
    --------
    >>> [find_script(text) for text in ("こんにちは", "안녕", "привет", "你好你在哪里", "bonjour", "привіт")]
    ['ja', 'ko', 'ru', 'zh', None, None]
    """
    if text.isascii() or not _OTHER_SCRIPT.search(text):
        return None
    counts = {language: len(pattern.findall(text)) for language, pattern in _SCRIPTS}
    if counts["ja"]:
        counts["ja"] += counts.pop("zh")
    language = max(counts, key=lambda name: counts[name])
    if counts[language] < (_MIN_CHINESE if language == "zh" else 2) or 3 * counts[language] < sum(
        character.isalpha() for character in text
    ):
        return None
    foreign = _FOREIGN.get(language)
    return None if foreign and foreign.search(text) else language


def tell_languages(texts: Sequence[str], traits: Sequence[int]) -> list[str | None]:
    """Return the language of each text, or None.

    Parameters
    ----------
    texts : sequence of str
        Without emotes, mentions and links.
    traits : sequence of int
        Sums of the traits of the text's pieces.
    """
    counts = (
        np.fromiter((count_trait(one, trait) for one in traits), np.int64, len(texts))
        for trait in (TELLING, ENGLISH_WORD, FRENCH_WORD)
    )
    return tell_by_words(texts, *counts)


def tell_by_words(
    texts: Sequence[str], telling: NDArray[np.int64], english: NDArray[np.int64], french: NDArray[np.int64]
) -> list[str | None]:
    """Return the language of each text, or None, as ``tell_languages`` does.

    Parameters
    ----------
    texts : sequence of str
        Without emotes, mentions and links.
    telling, english, french : (n_texts,) int64
        How many words of each can tell a language; are English; are French.
    """
    languages: list[str | None] = [None] * len(texts)
    unsure: list[int] = []
    for i, hinted in zip(np.flatnonzero(telling).tolist(), ((english + french)[telling > 0] > 0).tolist(), strict=True):
        text = texts[i]
        script = None if text.isascii() else find_script(text)
        if script is not None:
            languages[i] = script
        elif hinted or len(text) >= _MIN_LENGTH:
            unsure.append(i)
    if unsure:
        scores = score_texts([texts[i].lower() for i in unsure])
        many, at_home, abroad = (counts[unsure].astype(np.float32) for counts in (telling, english, french))
        scores[:, 0] += np.minimum(_HINT * at_home, _MAX_HINT) + _ALL_HINT * ((at_home == many) & (many > 1))
        scores[:, 1] += np.minimum(_HINT * abroad, _MAX_HINT) + _ALL_HINT * (abroad == many)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        best = scores.argmax(axis=1).tolist()
        for i, winner, share in zip(unsure, best, shares.max(axis=1).tolist(), strict=True):
            if share >= MIN_SHARE:
                languages[i] = LATIN[winner]
    return languages
