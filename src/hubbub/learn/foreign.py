"""Folders of sentence-transformers and of model2vec → encoders, to compare with and to distill."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, final

import numpy as np

from hubbub.errors import ArtifactError, MissingExtraError

Floats = np.ndarray[Any, np.dtype[np.float32]]
_BATCH = 256


class Foreign(Protocol):
    """An encoder of another library."""

    @property
    def name(self) -> str:
        """The folder's name."""

    @property
    def dim(self) -> int:
        """Numbers in a vector."""

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return float32 vectors of unit length, shape (n_texts, dim)."""


def load_foreign(folder: Path) -> Foreign:
    """Return the encoder of a folder that has a `modules.json`.

    Raises
    ------
    ArtifactError
        When the folder is broken.
    MissingExtraError
        When the library that runs it is not installed.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config.get("model_type") == "model2vec":
            return _Model2Vec(folder, config)
        return _SentenceTransformer(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(
            f"{folder} must be a readable folder of sentence-transformers or model2vec: {error}. Get it again."
        ) from error


def _normalize(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


@final
class _Model2Vec:
    """The mean of the rows of a text's tokens; as model2vec computes it, unknown tokens left out."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingExtraError("a folder of model2vec", "tokenizers", "train") from error
        from safetensors.numpy import load_file

        self.name = folder.name
        self._table = load_file(folder / "model.safetensors")["embeddings"].astype(np.float32)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._unknown = self._tokenizer.token_to_id("[UNK]")
        self._max_tokens = int(config.get("seq_length") or 512)
        self.dim = int(self._table.shape[1])

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return float32 vectors of unit length, shape (n_texts, dim)."""
        plain = [text.encode("utf-8", "replace").decode() for text in texts]
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for i, found in enumerate(self._tokenizer.encode_batch(plain, add_special_tokens=False)):
            ids = [token for token in found.ids[: self._max_tokens] if token != self._unknown]
            if ids:
                vectors[i] = self._table[ids].mean(axis=0)
        if progress is not None:
            progress(len(texts))
        return _normalize(vectors)


@final
class _SentenceTransformer:
    """Any network that sentence-transformers runs, in fp32 on what torch finds."""

    def __init__(self, folder: Path) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtraError("a folder of sentence-transformers", "sentence-transformers", "train") from error
        self.name = folder.name
        self._model = SentenceTransformer(str(folder), local_files_only=True)
        self.dim = int(self._model.encode(["a"]).shape[1])

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return float32 vectors of unit length, shape (n_texts, dim)."""
        plain = [text.encode("utf-8", "replace").decode() for text in texts]
        found = self._model.encode(plain, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True)
        if progress is not None:
            progress(len(texts))
        return np.asarray(found, np.float32).reshape(len(texts), self.dim)
