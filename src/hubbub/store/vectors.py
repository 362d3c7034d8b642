"""Vectors of texts: found again wherever in the archive they were computed."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
import polars as pl

from hubbub.records import TABLES
from hubbub.store.archive import Archive

_MAX_CACHED_ROWS = 200_000
"""About 200 MB of vectors of 512 numbers."""
_MOST_KEPT_BYTES = 768 * 2**20
"""Vectors kept for searching: of 1.5 million texts by the static encoder, of 750,000 by USE."""

Halves = np.ndarray[tuple[int, int], np.dtype[np.float16]]
_kept: OrderedDict[tuple[str, str, tuple[str, ...]], tuple[int, pl.Series, Halves]] = OrderedDict()
_lock = threading.Lock()


def kept_vectors(archive: Archive, stream: str, encoders: tuple[str, ...]) -> tuple[pl.Series, Halves]:
    """Return the text_ids and the (n_texts, dim) vectors of a stream; the streams asked for last stay in memory.

    At most 768 MB are kept in the process, and nothing of a part of the archive that was written anew.
    """
    key = (str(archive.path.resolve()), stream, encoders)
    generation = archive.generation_of("embeddings", stream)
    with _lock:
        if key in _kept and _kept[key][0] == generation:
            _kept.move_to_end(key)
            return _kept[key][1:]
        _kept.pop(key, None)
    rows = archive.read("embeddings", [stream], ["text_id", "encoder", "vector"])
    is_wanted = rows["encoder"].is_in(encoders)
    rows = rows if is_wanted.all() else rows.filter(is_wanted)
    flat = rows["vector"].explode(empty_as_null=False).to_numpy().astype(np.float16, copy=False)
    vectors = flat.reshape(rows.height, flat.size // max(1, rows.height))
    with _lock:
        _kept[key] = (generation, rows["text_id"], vectors)
        while sum(entry[2].nbytes for entry in _kept.values()) > _MOST_KEPT_BYTES:
            _kept.popitem(last=False)
    return rows["text_id"], vectors


class VectorCache:
    """The vectors of one encoder that an archive has, looked up by text_id.

    Each text's vector is kept with every stream that has the text, so that a stream is read from one file; the cache
    finds a text in any stream and keeps the streams read last in memory.
    """

    def __init__(self, archive: Archive, encoder: str) -> None:
        self.archive = archive
        self.encoder = encoder
        self._frames: OrderedDict[str, pl.DataFrame] = OrderedDict()
        self._owners: dict[str, str] = {}
        for stream in archive.streams_of("embeddings"):
            ids = archive.read("embeddings", [stream], ["text_id", "encoder"]).filter(pl.col("encoder") == encoder)
            for text_id in ids["text_id"]:
                self._owners.setdefault(text_id, stream)

    def find(self, text_ids: pl.Series) -> pl.DataFrame:
        """Return ``text_id, vector`` of those texts that the archive has."""
        owners = pl.DataFrame({"text_id": text_ids, "owner": [self._owners.get(text_id) for text_id in text_ids]})
        found = [
            self._load(str(owner)).join(rows.select("text_id"), on="text_id", how="semi")
            for (owner,), rows in owners.drop_nulls().group_by(["owner"], maintain_order=True)
        ]
        return pl.concat(found) if found else self._empty()

    def add(self, stream: str, frame: pl.DataFrame) -> None:
        """Learn of vectors that were just written for a stream."""
        self._keep(stream, frame.select("text_id", "vector"))
        for text_id in frame["text_id"]:
            self._owners.setdefault(text_id, stream)

    def _load(self, stream: str) -> pl.DataFrame:
        if stream in self._frames:
            self._frames.move_to_end(stream)
            return self._frames[stream]
        rows = self.archive.read("embeddings", [stream]).filter(pl.col("encoder") == self.encoder)
        return self._keep(stream, rows.select("text_id", "vector"))

    def _keep(self, stream: str, frame: pl.DataFrame) -> pl.DataFrame:
        self._frames[stream] = frame
        while len(self._frames) > 1 and sum(kept.height for kept in self._frames.values()) > _MAX_CACHED_ROWS:
            self._frames.popitem(last=False)
        return frame

    def _empty(self) -> pl.DataFrame:
        columns = TABLES["embeddings"].columns
        return pl.DataFrame(schema={name: columns[name] for name in ("text_id", "vector")})


def to_matrix(vectors: pl.Series) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return a column of vectors as one float32 array of shape (n_rows, dim); a view that is not to be written."""
    if vectors.is_empty():
        return np.zeros((0, 0), np.float32)
    flat = vectors.explode().to_numpy()
    return flat.reshape(len(vectors), -1).astype(np.float32, copy=False)


def to_column(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> pl.Series:
    """Return rows of vectors as a column in the form in which they are kept."""
    array = pl.Series("vector", vectors.astype(np.float32), dtype=pl.Array(pl.Float32, vectors.shape[1]))
    return array.cast(pl.Array(pl.Float16, vectors.shape[1])).cast(TABLES["embeddings"].columns["vector"])
