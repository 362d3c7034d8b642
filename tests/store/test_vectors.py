"""Vectors are computed once and found again in whatever stream has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

import hubbub
from hubbub.queries.encoders import encoder_name
from hubbub.records import TABLES
from hubbub.store import vectors as module
from hubbub.store.archive import Archive
from hubbub.store.vectors import VectorCache, to_column, to_matrix


def unit(n_rows: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n_rows, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def put(archive: Archive, stream: str, ids: list[str], encoder: str = "use", seed: int = 0) -> pl.DataFrame:
    frame = pl.DataFrame({"stream_id": stream, "text_id": ids, "encoder": encoder}).with_columns(
        to_column(unit(len(ids), seed))
    )
    frame = frame.select(list(TABLES["embeddings"].columns))
    with archive.writing() as change:
        change.put("embeddings", stream, frame)
    return frame


def test_half_precision_keeps_cosines(tmp_path: Path):
    vectors = unit(200, 1)
    kept = to_matrix(to_column(vectors))
    assert kept.shape == vectors.shape
    assert np.abs(kept @ kept.T - vectors @ vectors.T).max() < 2e-3
    assert to_matrix(to_column(vectors[:0])).shape[0] == 0


def test_texts_are_found_in_any_stream_for_their_encoder_only(tmp_path: Path, monkeypatch):
    archive = Archive(tmp_path / "a", create=True)
    one, two = put(archive, "one", ["a", "b"], seed=1), put(archive, "two", ["c"], seed=2)
    put(archive, "three", ["d"], encoder="other")
    monkeypatch.setattr(module, "_MAX_CACHED_ROWS", 1)
    cache = VectorCache(archive, "use")
    for _ in range(2):
        found = cache.find(pl.Series("text_id", ["c", "a", "d", "zz"])).sort("text_id")
        assert found["text_id"].to_list() == ["a", "c"]
        expected = np.vstack([to_matrix(one["vector"])[0], to_matrix(two["vector"])[0]])
        np.testing.assert_array_equal(to_matrix(found["vector"]), expected)
    cache.add("four", put(archive, "four", ["e"], seed=3))
    assert cache.find(pl.Series("text_id", ["e"])).height == 1
    assert cache.find(pl.Series("text_id", [], dtype=pl.String)).height == 0


def test_a_second_encoder_gets_vectors_of_its_own_in_every_stream(tmp_path: Path):
    for seed in (1, 2):
        hubbub.simulate(tmp_path / "a", seed=seed, n_messages=300, duration_seconds=900.0)
    for encoder, dim in (("static", 256), ("use", 512)):
        hubbub.embed(tmp_path / "a", encoder=encoder)
        rows = Archive(tmp_path / "a").read("embeddings").filter(pl.col("encoder") == encoder_name(encoder))
        assert rows["text_id"].is_duplicated().any()  # a text of both streams
        assert rows["vector"].list.len().unique().to_list() == [dim]


def test_vectors_kept_for_searching_follow_the_archive(tmp_path: Path, monkeypatch):
    archive = Archive(tmp_path / "a", create=True)
    frame = put(archive, "one", ["a", "b", "c"], seed=1)
    ids, vectors = module.kept_vectors(archive, "one", ("use", "use-torch"))
    assert ids.to_list() == ["a", "b", "c"]
    np.testing.assert_array_equal(vectors, to_matrix(frame["vector"]))
    assert module.kept_vectors(archive, "one", ("use", "use-torch"))[1] is vectors
    assert len(module.kept_vectors(archive, "one", ("other",))[1]) == 0
    # What was removed from the archive is not found again, and not kept either.
    put(archive, "one", ["a"], seed=1)
    ids, vectors = module.kept_vectors(archive, "one", ("use", "use-torch"))
    assert ids.to_list() == ["a"]
    kept = [entry for key, entry in module._kept.items() if key[0] == str(archive.path.resolve())]
    assert max(len(entry[1]) for entry in kept) == 1
    monkeypatch.setattr(module, "_MOST_KEPT_BYTES", 0)
    assert module.kept_vectors(archive, "one", ("use",))[0].to_list() == ["a"]
    assert not module._kept
