"""Texts and their themes → the terms that tell each theme, its label, and the messages that stand for it.

A term is a word, an emote, an emoji, or two words that stand together (*coupe du monde*). Japanese and Chinese are cut
where the script changes, which gives names and nouns but no verbs. Not handled: lemmas, beyond plurals and accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from hubbub.analyze.stop_words import CONNECTORS, ELISIONS, STOP_WORDS
from hubbub.engines import no_garbage_collection

_TOKEN = re.compile(
    r"<[a-z_]+>"  # placeholders: <mention>, <url>
    r"|:[\w-]{3,}:"  # YouTube's emotes: :face-blue-smiling:
    r"|\d+(?:[.,:/]\d+)+"  # 49.3
    r"|[一-鿿々]+|[゠-ヿー]+|[぀-ゟ]+"  # Han, Katakana, Hiragana
    r"|[^\W_一-鿿々゠-ヿー぀-ゟ]+(?:['’_-][^\W_一-鿿々゠-ヿー぀-ゟ]+)*"
    r"|[\U0001F000-\U0001FAFF☀-➿]"  # emoji
)
_HIRAGANA = re.compile(r"[぀-ゟ]+")
_MAX_KEPT_LENGTH = 40
_LABEL_JOINT = " · "


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Which text has which term.

    Attributes
    ----------
    matrix : (n_texts, n_terms) scipy.sparse.csr_matrix of float32
        1 where the text has the term, however often.
    keys : tuple of tuple of str
        The folded words of each term, in order.
    surfaces : tuple of str
        How each term is shown: its most frequent spelling.
    parts : (n_terms, 2) int64
        The columns of a pair's two words; -1 for single words.
    """

    matrix: sparse.csr_matrix
    keys: tuple[tuple[str, ...], ...]
    surfaces: tuple[str, ...]
    parts: NDArray[np.int64]

    @property
    def is_pair(self) -> NDArray[np.bool_]:
        """Whether each term has two words."""
        return np.asarray(self.parts[:, 0] >= 0)


class Token(NamedTuple):
    """A word as it stands in a text; a tuple, since there are very many."""

    key: str
    surface: str
    is_term: bool
    is_connector: bool


def fold(word: str) -> str:
    """Return the word in lower case, without accents and with straight apostrophes.

    Examples
    --------
    >>> fold("L’Été")
    "l'ete"
    """
    if word.isascii():  # most words have nothing to take off
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.replace("’", "'").casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def singular(word: str, known: Container[str]) -> str:
    """Return the singular of a plural in -s or -x where it is known, else the word."""
    return word[:-1] if len(word) > 4 and word[-1] in "sx" and word[:-1] in known else word


def count_terms(
    texts: Sequence[str], weights: ArrayLike | None = None, *, emotes: Collection[str] = (), has_pairs: bool = True
) -> TermCounts:
    """Return which text has which term.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Clean texts.
    weights : (n_texts,) float, optional
        Number of messages of each text; decides which spelling of a term is shown.
    emotes : collection of str
        Names to take as they are, with their case.
    has_pairs : bool
        Whether terms of two words are counted too.
    """
    emote_names = frozenset(emotes)
    counts = np.ones(len(texts)) if weights is None else np.asarray(weights, dtype=np.float64)
    seen: dict[str, tuple[Token, ...]] = {}
    spelled: dict[tuple[tuple[str, ...], str], int] = {}
    found: list[int] = []
    ends = np.zeros(len(texts) + 1, dtype=np.int64)
    with no_garbage_collection():
        for row, text in enumerate(texts):
            terms = set(_read_terms(text, emote_names, seen, has_pairs))
            found += [spelled.setdefault(term, len(spelled)) for term in terms]
            ends[row + 1] = len(found)
        rows = np.repeat(np.arange(len(texts)), np.diff(ends))
        return _merge_plurals(list(spelled), rows, np.array(found, dtype=np.int64), counts)


def class_tfidf(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return the class-based TF-IDF weight of each term in each class.

    ``tf × log(1 + A / f)``: ``tf`` the share of the term in the class's terms, ``A`` the mean number of terms of a
    class, ``f`` the term's count over all classes (Grootendorst 2022, "BERTopic", arXiv:2203.05794, section 3.3, with
    the L1 normalization of ``bertopic.vectorizers.ClassTfidfTransformer``'s documentation).

    Parameters
    ----------
    counts : (n_classes, n_terms) scipy.sparse.csr_matrix
        Count of each term in each class, not negative.
    """
    counts = sparse.csr_matrix(counts, dtype=np.float64)
    sizes = np.asarray(counts.sum(axis=1)).ravel()
    frequency = np.asarray(counts.sum(axis=0)).ravel()
    mean_size = sizes.mean() if len(sizes) else 0.0
    rarity = np.log1p(np.divide(mean_size, frequency, out=np.zeros_like(frequency), where=frequency > 0))
    shares = np.divide(1.0, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    return (sparse.diags_array(shares) @ counts @ sparse.diags_array(rarity)).tocsr()


def theme_terms(
    texts: Sequence[str],
    labels: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    emotes: Collection[str] = (),
    n_terms: int = 10,
    counts: TermCounts | None = None,
) -> list[list[str]]:
    """Return the terms that tell each theme from the others, best first.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Distinct clean texts.
    labels : (n_texts,) int
        Theme of each text, -1 for none; these count as one more class, so that words used everywhere weigh less.
    weights : (n_texts,) float, optional
        Number of messages of each text. A term is counted once in a message.
    emotes : collection of str
        Names to take as they are, with their case.
    n_terms : int
        Most terms of a theme.
    counts : TermCounts, optional
        Of the same texts, where they are counted already.

    Returns
    -------
    list of list of str
        By theme, 0 first; fewer than ``n_terms`` where a theme has no more, and none where it has no word at all.
    """
    themes = np.asarray(labels, dtype=np.int64)
    sizes = np.ones(len(themes)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(texts) == len(themes) == len(sizes):
        raise ValueError(f"texts, labels and weights must be as long, were {len(texts)}, {len(themes)}, {len(sizes)}.")
    n_themes = int(themes.max()) + 1 if len(themes) else 0
    if n_themes <= 0:
        return []
    counted = count_terms(texts, sizes, emotes=emotes) if counts is None else counts
    # Row 0 is the class of the texts without a theme.
    member = sparse.csr_matrix((sizes, (themes + 1, np.arange(len(themes)))), shape=(n_themes + 1, len(themes)))
    by_theme = (member @ counted.matrix).tocsr()
    scores = class_tfidf(by_theme)
    return [_best_terms(counted, by_theme, scores, theme + 1, n_terms) for theme in range(n_themes)]


def label_of(terms: Sequence[str], n_terms: int = 3) -> str:
    """Return the first terms as one line.

    Examples
    --------
    >>> label_of(["final boss", "katana", "dodge", "parry"])
    'final boss · katana · dodge'
    """
    return _LABEL_JOINT.join(terms[:n_terms])


def representative_texts(
    vectors: NDArray[np.float32],
    labels: ArrayLike,
    weights: ArrayLike,
    texts: Sequence[str],
    *,
    n_per_theme: int = 5,
    max_characters: int = 100,
    diversity: float = 0.4,
) -> list[list[int]]:
    """Return the texts that stand for each theme: central, often sent, short, and different from each other.

    Maximal marginal relevance (Carbonell and Goldstein 1998, SIGIR): the next text has the most of
    ``(1 - diversity) × relevance - diversity × (cosine to the nearest one taken)``; relevance is the cosine to the
    theme's mean vector, raised by the logarithm of the text's count, lowered for one-word texts.

    Parameters
    ----------
    vectors : (n_texts, dim) float32
        Unit rows.
    labels, weights : (n_texts,)
        Theme (-1 for none) and number of messages of each text.
    texts : sequence of str, length n_texts
        Clean texts.
    n_per_theme : int
        Most texts of a theme.
    max_characters : int
        Longer texts are taken only where a theme has no shorter one.
    diversity : float
        0 takes the most central, 1 the most different.

    Returns
    -------
    list of list of int
        Rows of ``texts`` by theme, best first.
    """
    themes, sizes = np.asarray(labels, dtype=np.int64), np.asarray(weights, dtype=np.float64)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    has_words = np.array([text.count(" ") >= 2 for text in texts], dtype=np.bool_)
    chosen: list[list[int]] = []
    for theme in range(int(themes.max(initial=-1)) + 1):
        rows = np.flatnonzero(themes == theme)
        short = rows[lengths[rows] <= max_characters]
        rows = short if len(short) else rows
        unit = vectors[rows].astype(np.float32)
        center = (sizes[rows, None] * unit).sum(axis=0)
        relevance = unit @ (center / max(float(np.linalg.norm(center)), 1e-12))
        relevance += 0.05 * np.log(np.maximum(sizes[rows], 1.0)) - 0.15 * ~has_words[rows]
        # Ties are broken by the text, so that the order of the rows does not matter.
        order = sorted(range(len(rows)), key=lambda i: (-round(float(relevance[i]), 5), texts[int(rows[i])]))[:200]
        picks = _pick_diverse(unit[order], relevance[order], n_per_theme, diversity)
        chosen.append([int(rows[order[i]]) for i in picks])
    return chosen


def _pick_diverse(
    unit: NDArray[np.float32], relevance: NDArray[np.float32], n_picks: int, diversity: float
) -> list[int]:
    picks: list[int] = []
    nearest = np.zeros(len(unit), dtype=np.float32)
    is_free = np.ones(len(unit), dtype=np.bool_)
    while len(picks) < min(n_picks, len(unit)):
        value = np.round((1 - diversity) * relevance - diversity * nearest, 5)
        best = int(np.argmax(np.where(is_free, value, -np.inf)))
        picks.append(best)
        is_free[best] = False
        nearest = np.maximum(nearest, unit @ unit[best])
    return picks


def _read_terms(
    text: str, emotes: frozenset[str], seen: dict[str, tuple[Token, ...]], has_pairs: bool
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the key and the spelling of each term of a text."""
    before: Token | None = None
    between: list[str] = []
    for chunk in text.split():
        tokens = seen.get(chunk)
        if tokens is None:
            tokens = seen[chunk] = tuple(read_chunk(chunk, emotes))
        for token in tokens:
            if token.is_term:
                yield (token.key,), token.surface
                if has_pairs and before is not None and len(between) <= 2 and token.key != before.key:
                    yield (before.key, token.key), " ".join([before.surface, *between, token.surface])
                before, between = token, []
            elif token.is_connector:
                between.append(token.surface)
            else:
                before, between = None, []


def read_chunk(chunk: str, emotes: frozenset[str]) -> Iterator[Token]:
    """Yield the tokens of one run of characters without a space; emotes are taken as they are."""
    if chunk in emotes:
        yield Token(chunk, chunk, True, False)
        return
    # The same words come again whenever a live stream is grouped anew.
    words = read_plain_words(chunk) if len(chunk) <= _MAX_KEPT_LENGTH else read_plain_words.__wrapped__(chunk)
    for word, tokens in words:
        if word in emotes:
            yield Token(word, word, True, False)
        else:
            yield from tokens


@lru_cache(maxsize=100_000)
def read_plain_words(chunk: str) -> tuple[tuple[str, tuple[Token, ...]], ...]:
    """Return the words of one run of characters, each with its tokens where it is no emote."""
    return tuple((match.group(), tuple(_read_word(match.group()))) for match in _TOKEN.finditer(chunk))


def _read_word(word: str) -> Iterator[Token]:
    if word[0] in ":<":
        yield Token(word, word, word[0] == ":", False)
        return
    head, mark, tail = word.replace("’", "'").partition("'")
    if mark and fold(head) in ELISIONS and fold(word) not in STOP_WORDS:
        if fold(head) in CONNECTORS:
            yield Token(fold(head), head.lower() + "'", False, True)
        word = tail
    key = fold(word)
    is_word = key not in STOP_WORDS and not _HIRAGANA.fullmatch(word)
    if is_word and "-" in key:  # not est-ce, peut-on
        is_word = not STOP_WORDS.issuperset(key.split("-"))
    is_long = len(key) > 1 or unicodedata.category(word[0]) in ("So", "Lo")
    is_number = key.isdigit() and len(key) < 4
    surface = word if any(c.isupper() for c in word[1:]) else word.lower()
    yield Token(key, surface, is_word and is_long and not is_number, key in CONNECTORS)


def _merge_plurals(
    spelled: list[tuple[tuple[str, ...], str]],
    rows: NDArray[np.int64],
    found: NDArray[np.int64],
    counts: NDArray[np.float64],
) -> TermCounts:
    """Return the counts with each plural in -s or -x counted with its singular, terms in the order of their keys.

    ``rows`` and ``found`` pair texts with the terms in them, by place in ``spelled`` (key and spelling); ``counts`` is
    the number of messages of each text.
    """
    singles = {key[0] for key, _ in spelled if len(key) == 1}
    merged = [tuple([singular(word, singles) for word in key]) for key, _ in spelled]
    keys = sorted(set(merged))
    place = {key: i for i, key in enumerate(keys)}
    column = np.array([place[key] for key in merged], dtype=np.int64)
    ones = np.ones(len(rows), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (rows, column[found])), shape=(len(counts), len(keys)))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    said = np.bincount(found, weights=counts[rows], minlength=len(spelled))
    spellings: list[dict[str, float]] = [{} for _ in keys]
    for i, (_, surface), n_messages in zip(column.tolist(), spelled, said.tolist(), strict=True):
        spellings[i][surface] = spellings[i].get(surface, 0.0) + n_messages
    surfaces = tuple(
        next(iter(names)) if len(names) == 1 else min(names, key=lambda name, n=names: (-n[name], name))  # type: ignore[misc]
        for names in spellings
    )
    parts = np.full((len(keys), 2), -1, dtype=np.int64)
    for i, key in enumerate(keys):
        if len(key) == 2:
            parts[i] = place[(key[0],)], place[(key[1],)]
    return TermCounts(matrix, tuple(keys), surfaces, parts)


def _best_terms(
    counted: TermCounts, by_theme: sparse.csr_matrix, scores: sparse.csr_matrix, row: int, n_terms: int
) -> list[str]:
    """Return the best terms of one class without those that repeat another.

    A word goes where at least half of its messages have it in one pair, which then takes its place; a pair goes where
    one of its words stays.
    """
    start, end = scores.indptr[row], scores.indptr[row + 1]
    columns, values = scores.indices[start:end], scores.data[start:end]
    frequency = np.zeros(by_theme.shape[1])
    low, high = by_theme.indptr[row], by_theme.indptr[row + 1]
    frequency[by_theme.indices[low:high]] = by_theme.data[low:high]
    if len(columns) and frequency.max() >= 2:  # a term of a single message says little, where there are others
        is_shared = frequency[columns] >= 2
        columns, values = columns[is_shared], values[is_shared]
    order = np.lexsort((columns, -values))[: 20 * n_terms]
    value = dict(zip(columns[order].tolist(), values[order].tolist(), strict=True))
    hidden: set[int] = set()
    for column in list(value):
        pair = [int(word) for word in counted.parts[column] if word >= 0]
        eaten = [word for word in pair if frequency[column] >= 0.5 * frequency[word] and frequency[column] >= 2]
        if eaten:
            value[column] = max([value[column], *(value.get(word, 0.0) for word in eaten)])
        hidden.update(eaten)
    taken: list[int] = []
    for column in sorted(value, key=lambda c: (-value[c], c)):
        words = {int(word) for word in counted.parts[column] if word >= 0}
        used = {int(word) for other in taken for word in (*counted.parts[other], other) if word >= 0}
        if column in hidden or column in used or words & used:
            continue
        taken.append(column)
        if len(taken) == n_terms:
            break
    return [counted.surfaces[column] for column in taken]
