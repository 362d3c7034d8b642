"""The topics of Lincoln's ``twitchatds`` by its own method, so that anyone can compare: UMAP, time, HDBSCAN.

Each *message* is a point: its text's vector reduced by UMAP to ten dimensions, beside its time in the stream. HDBSCAN
clusters these points, so the same text may be in several clusters, or in none. Parameters and seeds are those of the
published run (``scripts/backseat_topic_clustering.py`` and ``twitchatds/clustering.py`` of the project, 2021-11-04);
results differ from run to run of other versions of UMAP. Time and memory grow with the square of the messages, as the
silhouettes need every pair.

Needs umap-learn and hdbscan (the extra "lincoln"), which compile for up to a minute when first used.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.analyze.stop_words import STOP_WORDS
from hubbub.errors import MissingExtraError

TIME_SCALES = (0, 300, 600, 1800, 3600)
"""The scales that its authors tried, in seconds; 0 leaves time out."""
FIRST_UMAP = {"n_neighbors": 100, "min_dist": 0.99, "metric": "cosine", "n_components": 10, "random_state": 5432}
SECOND_UMAP = {"n_neighbors": 15, "min_dist": 0.1, "metric": "euclidean", "n_components": 2, "random_state": 3334}
HDBSCAN = {"min_cluster_size": 5, "min_samples": 1, "cluster_selection_epsilon": 0.5, "metric": "euclidean"}
MIN_MESSAGES = 30
"""Fewer cannot be reduced to ten dimensions; they are all noise."""
N_TERMS = 10
N_GROUPS, _GROUPS_SEED, _LABELS_SEED = 20, 129, 13321
FEATURES = (
    "message_tokenized_length_mean",
    "message_tokenized_length_std",
    "elapsed_time_label_max",
    "elapsed_time_label_std",
    "elapsed_time_label_median",
    "count_mention_mean",
    "endswith_question_mean",
    "endswith_exclamation_mean",
    "startswith_command_mean",
    "count_emotes_mean",
    "count_messages_count",
    "username_nunique",
    "silhouette_mean",
    "silhouette_std",
    "first_word_mean",
    "term_1_freq",
    "term_2_freq",
    "term_3_freq",
    "terms_nunique_mean",
)
"""The 19 features of a cluster by which KMeans puts clusters into groups, named as in the published files."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clustering:
    """Where each message went.

    Attributes
    ----------
    labels : (n_messages,) int64
        The cluster, 0 the largest; -1 for noise.
    silhouettes : (n_messages,) float64
        -1 to 1, on text vector and time together, noise taken as a cluster.
    places : (n_messages, 2) float64
        On the map, by the second UMAP.
    """

    labels: Ints
    silhouettes: Floats
    places: Floats


def need_packages() -> None:
    """Hold that UMAP and HDBSCAN are installed, without loading them.

    Raises
    ------
    MissingExtraError
        When one of them is not.
    """
    from importlib.util import find_spec

    for module, package in (("umap", "umap-learn"), ("hdbscan", "hdbscan")):
        if find_spec(module) is None:
            raise MissingExtraError("The method 'lincoln'", package, "lincoln")


def cluster_messages(
    vectors: NDArray[np.floating[Any]], seconds: ArrayLike, scale_seconds: float = 600.0
) -> Clustering:
    """Return the clusters of messages by meaning and time.

    Parameters
    ----------
    vectors : (n_messages, dim) float
        The vector of each message's text.
    seconds : (n_messages,) float
        When each was sent.
    scale_seconds : float
        So many seconds count as one unit of distance; 0 leaves time out.

    Raises
    ------
    MissingExtraError
        When UMAP or HDBSCAN is not installed.
    """
    need_packages()
    n = len(vectors)
    if n < MIN_MESSAGES:
        return Clustering(np.full(n, -1, dtype=np.int64), np.zeros(n), np.zeros((n, 2)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba, pynndescent and UMAP warn of their own innards
        import hdbscan
        import umap

        text = np.asarray(vectors, dtype=np.float32)
        moments = np.asarray(seconds, dtype=np.float64)
        time = ((moments - moments.min()) / scale_seconds)[:, None] if scale_seconds else np.zeros((n, 0))
        reduced = _reduce(umap, text, FIRST_UMAP)
        points = np.concatenate([np.nan_to_num(reduced), time], axis=1)
        places = _reduce(umap, points, SECOND_UMAP)
        found = hdbscan.HDBSCAN(**HDBSCAN, cluster_selection_method="eom", core_dist_n_jobs=1).fit(points)
    labels = _by_size(np.asarray(found.labels_, dtype=np.int64))
    return Clustering(labels, _silhouettes(np.concatenate([text, time], axis=1), labels), places)


def _reduce(umap: Any, points: NDArray[Any], settings: dict[str, Any]) -> Floats:  # noqa: ANN401 - the module
    neighbors = min(int(settings["n_neighbors"]), len(points) - 1)
    model = umap.UMAP(**{**settings, "n_neighbors": neighbors}, n_jobs=1)
    return np.asarray(model.fit_transform(points), dtype=np.float64)


def _by_size(labels: Ints) -> Ints:
    """Return the labels numbered by size, largest first: HDBSCAN's own numbers mean nothing."""
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((np.arange(len(sizes)), -sizes))] = np.arange(len(sizes))
    return np.where(labels >= 0, rank[np.maximum(labels, 0)], -1)


def _silhouettes(points: NDArray[Any], labels: Ints) -> Floats:
    from sklearn.metrics import silhouette_samples

    if not 1 < len(np.unique(labels)) < len(labels):
        return np.zeros(len(labels))
    return np.asarray(silhouette_samples(points, labels), dtype=np.float64)


def count_raw_terms(texts: Sequence[str], labels: ArrayLike) -> tuple[list[list[tuple[str, int]]], Ints]:
    """Return the most frequent words and word pairs of each cluster with their counts, and how many it has.

    Raw counts, lower case without accents, stop words of French and English left out: what the published files call
    terms.

    Parameters
    ----------
    texts : sequence of str
        By message.
    labels : (n_messages,) int
        The cluster; rows of the result are in order of the label, -1 first where there is noise.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    label = np.asarray(labels, dtype=np.int64)
    names = np.unique(label).tolist()
    documents = [" ".join(texts[i] for i in np.flatnonzero(label == name).tolist()) for name in names]
    counter = CountVectorizer(
        stop_words=sorted(STOP_WORDS),
        strip_accents="ascii",
        token_pattern=r"(?u)\b\w+\b",  # noqa: S106
        ngram_range=(1, 2),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that stop words are cut in other ways than texts
        try:
            counts = counter.fit_transform(documents).tocsr()
        except ValueError:  # nothing but stop words
            return [[] for _ in names], np.zeros(len(names), dtype=np.int64)
    words = counter.get_feature_names_out()
    terms = []
    for row in range(len(names)):
        columns = counts.indices[counts.indptr[row] : counts.indptr[row + 1]]
        values = counts.data[counts.indptr[row] : counts.indptr[row + 1]]
        best = np.lexsort((columns, -values))[:N_TERMS]  # columns are in order of the alphabet
        terms.append([(str(words[columns[i]]), int(values[i])) for i in best])
    return terms, np.diff(counts.indptr).astype(np.int64)


def group_clusters(features: NDArray[np.floating[Any]]) -> Ints:
    """Return the group of each cluster by KMeans on its standardized features.

    Parameters
    ----------
    features : (n_clusters, 19) float
        As in ``FEATURES``.
    """
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    values = np.nan_to_num(np.asarray(features, dtype=np.float64))
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    n_groups = min(N_GROUPS, len(np.unique(values, axis=0)))
    scaled = StandardScaler().fit_transform(values)
    model = KMeans(n_groups, n_init=10, random_state=_GROUPS_SEED)
    return np.asarray(model.fit_predict(scaled), dtype=np.int64)


def central_messages(
    places: Floats,
    labels: ArrayLike,
    lengths: ArrayLike,
    mentions: ArrayLike,
    n_best: int = 3,
    texts: Sequence[str] = (),
) -> list[list[int]]:
    """Return the rows of the messages that stand for each cluster, best first, each text once.

    Fewest mentions first, then nearest to the cluster's median place, short ones nearer: the rule by which the
    published charts name clusters.

    Parameters
    ----------
    places : (n_messages, 2) float
        On the map.
    labels, lengths, mentions : (n_messages,) int
        Cluster (-1 for none), tokens and mentions of each message.
    n_best : int
        So many of each cluster.
    texts : sequence of str
        By message; equal ones are taken once.
    """
    label, size, called = (np.asarray(values, dtype=np.int64) for values in (labels, lengths, mentions))
    best = []
    for name in range(int(label.max(initial=-1)) + 1):
        rows = np.flatnonzero(label == name)
        length = size[rows] / max(int(size[rows].max(initial=1)), 1)
        away = ((places[rows] - np.median(places[rows], axis=0)) ** 2).sum(axis=1) * length / (1 + np.exp(-length))
        order = rows[np.lexsort((rows, away, called[rows]))].tolist()
        if texts:
            order = list({texts[row]: row for row in reversed(order)}.values())[::-1]
        best.append(order[:n_best])
    return best


def theme_of_text(texts: ArrayLike, labels: ArrayLike) -> tuple[Ints, Ints, Ints]:
    """Return for each text the cluster that most of its messages are in, how many those are, and in how many it is.

    Parameters
    ----------
    texts : (n_messages,) int
        The text of each message, from 0.
    labels : (n_messages,) int
        Its cluster, -1 for none. Noise is no cluster, but counts as one place more where a text is split.

    Examples
    --------
    >>> [column.tolist() for column in theme_of_text([0, 0, 0, 1, 2], [3, 3, -1, -1, 5])]
    [[3, -1, 5], [2, 0, 1], [2, 1, 1]]
    """
    text, label = np.asarray(texts, dtype=np.int64), np.asarray(labels, dtype=np.int64)
    n = int(text.max(initial=-1)) + 1
    theme, size, parts = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    pairs, counts = np.unique(np.stack([text, label]), axis=1, return_counts=True)
    for (name, cluster), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        parts[name] += 1
        if cluster >= 0 and count > size[name]:
            theme[name], size[name] = cluster, count
    return theme, size, parts


def count_emotes(texts: Sequence[str], emotes: Collection[str]) -> list[int]:
    """Return how many words of each text are emotes."""
    known = frozenset(emotes)
    return [sum(word in known for word in text.split()) for text in texts]
