"""Folders of sentence-transformers, transformers and model2vec, our own among them → encoders."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
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
        """Name and version, kept beside each vector."""

    @property
    def dim(self) -> int:
        """Numbers in a vector."""

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return float32 vectors of unit length, shape (n_texts, dim)."""


def load_foreign(folder: Path, name: str) -> Foreign:
    """Return the encoder of a folder, by this name.

    A folder of transformers alone does not say how its tokens become one vector: their mean is taken.

    Raises
    ------
    ArtifactError
        When the folder is broken.
    MissingExtraError
        When the library that runs it is not installed.
    """
    from safetensors import SafetensorError

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config.get("model_type") == "model2vec":
            return _Model2Vec(folder, config, name)
        return as_encoder(_load(folder), name)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ArtifactError(
            f"{folder} must be a readable folder of transformers, sentence-transformers or model2vec: "
            f"{str(error).splitlines()[0]} Get it again."
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' bars and notes away while they work, and what they print out of our output."""
    from transformers.utils import logging as notes

    library: Any = notes  # it has no types
    level, had_bars = library.get_verbosity(), library.is_progress_bar_enabled()
    library.set_verbosity_error()
    library.disable_progress_bar()
    other = logging.getLogger("sentence_transformers")
    before = other.level
    other.setLevel(logging.ERROR)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        library.set_verbosity(level)
        other.setLevel(before)
        if had_bars:
            library.enable_progress_bar()


def _normalize(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


@final
class _Model2Vec:
    """The mean of the rows of a text's tokens; as model2vec computes it, unknown tokens left out."""

    def __init__(self, folder: Path, config: dict[str, Any], name: str) -> None:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingExtraError("a folder of model2vec", "tokenizers", "train") from error
        from safetensors.numpy import load_file

        self.name = name
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


def _load(folder: Path) -> Any:  # noqa: ANN401 - the library has no types here
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtraError("a folder of sentence-transformers", "sentence-transformers", "train") from error
    from hubbub.learn.packing import ready

    with quiet():
        # ConvBERT's convolutions see no padding then, so that a text's vector is the same in any company.
        return ready(SentenceTransformer(str(folder), local_files_only=True))


def as_encoder(model: Any, name: str) -> Foreign:  # noqa: ANN401
    """Return a SentenceTransformer as an encoder."""
    return _SentenceTransformer(model, name)


@final
class _SentenceTransformer:
    """Any network that sentence-transformers runs; products in bf16 where the machine has it, as use-torch does."""

    def __init__(self, model: Any, name: str) -> None:  # noqa: ANN401
        self.name, self._model = name, model
        self.dim = int(model.encode(["a"], show_progress_bar=False).shape[1])

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return float32 vectors of unit length, shape (n_texts, dim)."""
        from hubbub.learn.training import products

        plain = [text.encode("utf-8", "replace").decode() for text in texts]
        with products():
            found = self._model.encode(plain, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True)
        if progress is not None:
            progress(len(texts))
        return np.asarray(found, np.float32).reshape(len(texts), self.dim)
