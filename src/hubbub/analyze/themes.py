"""Distinct texts of a stream, their vectors and counts → themes: groups of texts that are about the same.

Each text is given once with the number of its messages, so equal messages have equal themes by construction. Three
kinds of evidence (see ``evidence``) join in one similarity, whose graph of nearest neighbors is split. Without times,
or where a number of themes is asked for, it is cut as a tree (see ``theme_tree``), and every text has a theme. With
times much of what a chat says is about nothing: the graph is split by modularity (the Louvain algorithm: Blondel et al.
2008, doi:10.1088/1742-5468/2008/10/P10008), groups that say the same are merged, texts move to the theme whose center
is nearest, and themes and texts that are close to nothing are left out. Not handled: texts about two things at once;
they get one theme.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from hubbub.analyze.evidence import MEMORY_SECONDS, Evidence, Floats, Reader, Shares, read_evidence, unit_rows
from hubbub.analyze.neighbors import EXACT_ROWS, approximate_neighbors, exact_neighbors
from hubbub.analyze.theme_number import choose_number
from hubbub.analyze.theme_tree import grow_tree, join_order, refine_groups, split_best, weigh_evenly

Ints = NDArray[np.int64]

_N_STARTS = 8
_STARTED_TEXTS = 800_000
"""Runs of the split are fewer above 100,000 texts, so that they look at so many texts together; one at least."""
_BLOCK_ROWS = 32_768
_FEW = 3
_FEW_NEIGHBORS, _MANY_NEIGHBORS = 15, 30
_WORDS_ALONE = 0.3
"""How much words count where no times are known."""
_SMALL_SHARE = 0.002
"""Share of the messages below which a group is no theme, where the caller does not say."""
_LOOSE_RATIO = 0.7
"""A theme goes when its texts are less alike than this many times those of the middle text's theme."""
_FLOOR_RATIO = 0.5
FLOOR = 0.17
"""A text is left out below the ratio of what its theme's texts have; with times also below this similarity: that of a
text sent in the thick of the theme's stretch (at most a quarter), less what its words and meaning say against it."""
_MOST_LEFT_OUT = 0.09
"""Share of the messages that is left out for being close to nothing at most, the least close; a little more goes with
themes that are then too small."""
_ATTACH_RATIO = 0.65


@dataclass(frozen=True, slots=True)
class Themes:
    """What texts are about.

    Attributes
    ----------
    labels : (n_texts,) int64
        Theme of each text, 0 the one with most messages; -1 for texts that are left out.
    centrality : (n_texts,) float64
        Cosine to the center of its theme (both less the mean of all vectors), -1 to 1; 0 for texts that are left out.
    centers : (n_themes, dim) float32
        Unit rows: the mean vector of each theme, less the mean of all vectors.
    share_left_out : float
        Share of the messages whose text is left out.
    joins : (n_themes, 2) int64
        How themes merge into fewer: the bigger theme that each joins, and how many themes are left then; -1 and 0 for
        theme 0, which joins none.
    reader, hearts, closeness, shares
        What ``attach`` needs: how texts are read, the evidence at each theme's center, the mean similarity of a theme's
        texts to it, and how much each kind of evidence counts.
    """

    labels: Ints
    centrality: NDArray[np.float64]
    centers: Floats
    share_left_out: float
    joins: Ints
    reader: Reader = field(repr=False)
    hearts: Evidence = field(repr=False)
    closeness: Floats = field(repr=False)
    shares: Shares = field(repr=False)

    @property
    def n_themes(self) -> int:
        """Number of themes."""
        return len(self.centers)


def find_themes(
    vectors: NDArray[np.float32],
    weights: ArrayLike,
    texts: Sequence[str],
    *,
    times: Sequence[ArrayLike] | None = None,
    emotes: Collection[str] = (),
    n_themes: int | None = None,
    crowds: ArrayLike | None = None,
    merge_above: float = 0.36,
    min_messages: int | None = None,
    n_neighbors: int | None = None,
    memory_seconds: float = MEMORY_SECONDS,
    shares: Shares | None = None,
    n_starts: int = _N_STARTS,
    seed: int = 0,
) -> Themes:
    """Return groups of texts that are about the same.

    Parameters
    ----------
    vectors : (n_texts, dim) float32
        One unit row per distinct text.
    weights : (n_texts,) int or float
        Number of messages of each text.
    texts : sequence of str, length n_texts
        The distinct clean texts.
    times : sequence of (n_i,) float, optional
        Offsets in seconds of the messages of each text (NaN where not known). They draw together texts, and texts with
        words, that are sent in the same stretches; a theme can come back later.
    emotes : collection of str
        Names to take as they are, with their case.
    n_themes : int, optional
        How many themes; by default as many as the data show.
    crowds : (n_texts,) float, optional
        How many texts were sent in the same stretch of three hours as each, where times are known: a pair is weighed
        against chance among them, so that themes are as fine however long a stream goes on. By default the number of
        texts over that of such stretches; smaller ones give more themes.
    merge_above : float
        Groups whose centers are more alike than this are one theme (0 to 1).
    min_messages : int, optional
        Smaller groups are no themes; by default 0.2 % of the messages of a stretch, at least 3.
    n_neighbors : int, optional
        Neighbors of a text in the graph; by default 15 with times and 30 without.
    memory_seconds : float
        How long chat stays with a topic: standard deviation of the smoothing of ``times``.
    shares : Shares, optional
        How much words and time count beside meaning.
    n_starts : int
        Runs of the split, of which the best is kept; fewer are faster.
    seed : int
        Seed of the order in which texts are looked at.

    Returns
    -------
    Themes
        The same for any order of the rows. Memory: four times the vectors, twice the bins of times, plus 200 MB. Up to
        ``neighbors.EXACT_ROWS`` texts neighbors are exact; above, most of them are found.
    """
    rows, sizes, moments = _check(vectors, weights, texts, times)
    # One order of the texts, whatever the order of the rows, so that it decides no tie.
    order = np.array(sorted(range(len(texts)), key=lambda i: (-sizes[i], texts[i])), dtype=np.int64)
    sizes = sizes[order]
    reader, plain = read_evidence(
        rows[order],
        sizes,
        [texts[i] for i in order],
        None if moments is None else [moments[i] for i in order],
        emotes=frozenset(emotes),
        memory_seconds=memory_seconds,
    )
    shares = (Shares() if plain.time is not None else Shares(words=_WORDS_ALONE)) if shares is None else shares
    evidence = plain.scale(shares)
    if plain.time is None or n_themes is not None:
        graph = _neighbor_graph(evidence, _MANY_NEIGHBORS if n_neighbors is None else n_neighbors, seed)
        tree = grow_tree(graph, seed, n_themes or 1)
        # Equal vectors are one theme; the neighbors that they have are those of their order.
        number = n_themes or (choose_number(graph, tree, seed) if (rows != rows[:1]).any() else 1)
        labels = refine_groups(graph, tree.cut(number))
        labels = labels if graph.nnz else np.full_like(labels, -1)
        labels = _gather_small(evidence, plain, labels, sizes, shares, _FEW if min_messages is None else min_messages)
    else:
        n_stretches = reader.clock.n_stretches if reader.clock else 1.0
        crowd = np.full(len(texts), len(texts) / n_stretches) if crowds is None else np.asarray(crowds)[order]
        n_stretches = float((1.0 / crowd).sum())
        least = max(3, math.ceil(_SMALL_SHARE / n_stretches * float(sizes.sum())))
        least = least if min_messages is None else min_messages
        graph = _neighbor_graph(evidence, _FEW_NEIGHBORS if n_neighbors is None else n_neighbors, seed)
        n_starts = max(1, min(n_starts, _STARTED_TEXTS // len(texts)))
        labels = _drop_small(split_best(weigh_evenly(graph, crowd), n_stretches, n_starts, seed), sizes, least)
        labels = _merge(plain, labels, sizes, shares, merge_above)
        labels = _settle(plain, evidence, labels, sizes, shares, least)
    hearts = _hearts(plain, labels, sizes, shares)
    closeness = _closeness(evidence, hearts, labels)
    centers = unit_rows(hearts.meaning)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    left_out = float(sizes[labels < 0].sum() / sizes.sum()) if len(sizes) else 0.0
    joins = join_order(graph, labels)
    centrality = _centrality(plain.meaning, centers, labels)
    return Themes(labels[back], centrality[back], centers, left_out, joins, reader, hearts, closeness, shares)


def attach(
    themes: Themes,
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    *,
    times: Sequence[ArrayLike] | None = None,
    ratio: float = _ATTACH_RATIO,
) -> tuple[Ints, NDArray[np.float64]]:
    """Return the theme of other texts, where one is clearly close, and their centrality.

    For messages that are too short to make themes (reactions, emotes): a theme's own emote or word, sent while the
    theme is talked about, belongs to it.

    Parameters
    ----------
    themes : Themes
        As found.
    vectors : (n, dim) float32
        One unit row per text.
    texts : sequence of str, length n
        Clean texts.
    times : sequence of (n_i,) float, optional
        Offsets in seconds of each text's messages.
    ratio : float
        A text is close to a theme from this many times the mean similarity of the theme's own texts.

    Returns
    -------
    labels : (n,) int64
        -1 where no theme is close.
    centrality : (n,) float64
        As in ``Themes``.
    """
    rows, _, moments = _check(vectors, np.ones(len(texts)), texts, times)
    plain = themes.reader.read(rows, texts, moments)
    if themes.n_themes == 0 or len(rows) == 0:
        return np.full(len(rows), -1, dtype=np.int64), np.zeros(len(rows))
    labels = _nearest(plain.scale(themes.shares), themes.hearts, ratio * themes.closeness)
    return labels, _centrality(plain.meaning, themes.centers, labels)


def _check(
    vectors: NDArray[np.float32], weights: ArrayLike, texts: Sequence[str], times: Sequence[ArrayLike] | None
) -> tuple[Floats, Floats, Sequence[ArrayLike] | None]:
    rows, sizes = np.asarray(vectors, dtype=np.float32), np.asarray(weights, dtype=np.float32)
    if rows.ndim != 2:
        raise ValueError(f"vectors must have the shape (n_texts, dim), had {rows.shape}.")
    lengths = {"vectors": len(rows), "weights": len(sizes), "texts": len(texts)}
    if times is not None:
        lengths["times"] = len(times)
    if len(set(lengths.values())) != 1:
        raise ValueError(f"There must be one row per text, were {lengths}.")
    if (sizes < 0).any() or not np.isfinite(rows).all():
        raise ValueError("weights must not be negative and vectors must be finite.")
    return rows, sizes, times


def _neighbor_graph(evidence: Evidence, n_neighbors: int, seed: int) -> sparse.csr_matrix:
    """Return the (n, n) symmetric graph whose edges weigh the squared similarity."""
    n = len(evidence)
    k = min(n_neighbors, n - 1)
    if k < 1:
        return sparse.csr_matrix((n, n), dtype=np.float64)
    if n <= EXACT_ROWS:
        nearest, similar = exact_neighbors(lambda rows, _: evidence.take(rows).compare(evidence), n, k)
    else:
        nearest, similar = approximate_neighbors(
            lambda rows, others: evidence.take(rows).compare(evidence.take(others)), evidence.sketch(seed), k, seed
        )
    weights = np.maximum(similar, 0.0).ravel().astype(np.float64) ** 2
    graph = sparse.csr_matrix((weights, nearest.ravel(), np.arange(n + 1) * k), shape=(n, n))
    graph = sparse.csr_matrix((graph + graph.T) * 0.5)
    graph.eliminate_zeros()
    return graph


def _gather_small(
    evidence: Evidence, plain: Evidence, labels: Ints, sizes: Floats, shares: Shares, least: float
) -> Ints:
    """Return the labels with the texts of groups that are too small in the nearest theme, if they are like any."""
    labels = _drop_small(labels, sizes, least)
    lost = np.flatnonzero(labels < 0)
    if len(lost) and labels.max(initial=-1) >= 0:
        hearts = _hearts(plain, labels, sizes, shares)
        labels[lost] = _nearest(evidence.take(lost), hearts, np.full(len(hearts), 1e-6, np.float32))
        labels = _drop_small(labels, sizes, least)
    return labels


def _drop_small(labels: Ints, sizes: Floats, least: float) -> Ints:
    """Return the labels with small groups left out, the rest numbered by their messages, most first."""
    n = int(labels.max(initial=-1)) + 1
    is_in = labels >= 0
    totals = np.bincount(labels[is_in], weights=sizes[is_in], minlength=n)
    # Sums of counts are exact in float64; equal ones keep the order of their first text.
    first = np.full(n, len(labels))
    np.minimum.at(first, labels[is_in], np.flatnonzero(is_in))
    kept = [int(group) for group in np.lexsort((first, -totals)) if totals[group] >= least and totals[group] > 0]
    rename = np.full(n + 1, -1, dtype=np.int64)
    rename[kept] = np.arange(len(kept))
    return rename[labels]


def _member(labels: Ints, sizes: Floats) -> sparse.csr_matrix:
    """Return (n_themes, n_texts): the square root of each text's count, so that no copied text is a theme's center."""
    rows = np.flatnonzero(labels >= 0)
    shape = (int(labels.max(initial=-1)) + 1, len(labels))
    return sparse.csr_matrix((np.sqrt(sizes[rows]), (labels[rows], rows)), shape=shape, dtype=np.float32)


def _hearts(plain: Evidence, labels: Ints, sizes: Floats, shares: Shares) -> Evidence:
    """Return the scaled evidence at the center of each theme."""
    return plain.gather(_member(labels, sizes)).unit().scale(shares)


def _merge(plain: Evidence, labels: Ints, sizes: Floats, shares: Shares, above: float) -> Ints:
    """Return the labels with the most similar pair of themes merged until none is more similar than this."""
    sums = plain.gather(_member(labels, sizes))
    group = np.arange(len(sums), dtype=np.int64)
    while True:
        n = int(group.max(initial=-1)) + 1
        if n < 2:
            break
        together = sparse.csr_matrix((np.ones(len(group), np.float32), (group, np.arange(len(group)))))
        centers = sums.gather(together).unit().scale(shares)
        similar = np.tril(centers.compare(centers), -1)
        first, second = sorted(int(i) for i in np.unravel_index(int(np.argmax(similar)), similar.shape))
        if similar[second, first] <= above:
            break
        group[group == second] = first
        group[group > second] -= 1
    merged: Ints = np.append(group, -1)[labels]
    return merged


def _closeness(evidence: Evidence, hearts: Evidence, labels: Ints) -> Floats:
    """Return the mean similarity of each theme's texts to its center."""
    if len(hearts) == 0:
        return np.empty(0, dtype=np.float32)
    own = _own_similarity(evidence, hearts, labels)
    is_in = labels >= 0
    totals = np.bincount(labels[is_in], weights=own[is_in], minlength=len(hearts))
    return np.asarray(totals / np.maximum(np.bincount(labels[is_in], minlength=len(hearts)), 1), dtype=np.float32)


def _own_similarity(evidence: Evidence, hearts: Evidence, labels: Ints) -> Floats:
    own = np.empty(len(labels), dtype=np.float32)
    for rows, similar in _compare_blocks(evidence, hearts):
        own[rows] = similar[np.arange(len(similar)), labels[rows]]
    return np.where(labels >= 0, own, np.float32(0.0))


def _nearest(evidence: Evidence, hearts: Evidence, floors: Floats, sizes: Floats | None = None) -> Ints:
    """Return the theme whose center is nearest, -1 where the similarity is below the theme's floor or all themes'.

    With the messages of each text only the least close of these have none, ``_MOST_LEFT_OUT`` of them at most.
    """
    labels = np.empty(len(evidence), dtype=np.int64)
    above = np.empty(len(evidence), dtype=np.float32)
    least = floors if evidence.time is None else np.maximum(floors, np.float32(FLOOR))
    for rows, similar in _compare_blocks(evidence, hearts):
        labels[rows] = best = np.argmax(similar, axis=1)
        above[rows] = similar[np.arange(len(best)), best] - least[best]
    out = np.flatnonzero(above < 0)
    if sizes is not None:
        out = out[np.argsort(above[out], kind="stable")]
        out = out[: np.searchsorted(np.cumsum(sizes[out]), _MOST_LEFT_OUT * sizes.sum(), side="right")]
    labels[out] = -1
    return labels


def _compare_blocks(evidence: Evidence, hearts: Evidence) -> Iterator[tuple[slice, Floats]]:
    for start in range(0, len(evidence), _BLOCK_ROWS):
        rows = slice(start, min(len(evidence), start + _BLOCK_ROWS))
        yield rows, evidence.take(rows).compare(hearts)


def _settle(plain: Evidence, evidence: Evidence, labels: Ints, sizes: Floats, shares: Shares, least: float) -> Ints:
    """Return the labels after loose themes went and each text moved to the nearest theme, or to none.

    A theme whose texts are much less like each other than those of the other themes is what is left of the chat, not
    a theme.
    """
    if labels.max(initial=-1) < 0:
        return labels
    closeness = _closeness(evidence, _hearts(plain, labels, sizes, shares), labels)
    is_loose = closeness < _LOOSE_RATIO * np.median(closeness[labels[labels >= 0]])
    labels = _drop_small(np.where((labels >= 0) & is_loose[labels], -1, labels), sizes, least)
    hearts = _hearts(plain, labels, sizes, shares)
    labels = _nearest(evidence, hearts, _FLOOR_RATIO * _closeness(evidence, hearts, labels), sizes)
    return _drop_small(labels, sizes, least)


def _centrality(meaning: Floats, centers: Floats, labels: Ints) -> NDArray[np.float64]:
    if len(centers) == 0:
        return np.zeros(len(labels))
    own = np.empty(len(labels))
    for start in range(0, len(labels), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        own[rows] = np.einsum("ij,ij->i", meaning[rows], centers[labels[rows]])
    return np.where(labels >= 0, np.clip(own, -1.0, 1.0), 0.0)
