"""The encoders by name or folder, which commands and queries load alike."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

LOADERS = {"use": ("hubbub.embed.use", "load_use"), "static": ("hubbub.embed.static", "load_static")}
"""What loads an encoder from its folder, by the artifact's kind."""


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
    from hubbub.artifacts import USE_NAME, load_artifact

    if encoder == "use":
        return USE_NAME
    if encoder == "use-torch":
        return f"{USE_NAME}-torch"
    return load_artifact(_folder_of(encoder)).name


def load_encoder(encoder: str) -> Encoder:
    """Return the encoder of this name or folder; the artifact's kind says which room runs it.

    Raises
    ------
    ArtifactError
        When there is no such artifact.
    MissingExtraError
        When it needs PyTorch and there is none.
    """
    from hubbub.artifacts import load_artifact
    from hubbub.errors import ArtifactError

    if encoder == "use-torch":
        from hubbub.learn.use_torch import load_use_torch

        return load_use_torch()
    if encoder == "use":
        from hubbub.embed.use import load_use

        return load_use()
    folder = _folder_of(encoder)
    kind = load_artifact(folder).kind
    if kind not in LOADERS:
        raise ArtifactError(
            f"{folder} must hold an encoder, of kind {', '.join(LOADERS)}; it holds one of kind '{kind}'. Name another."
        )
    module, function = LOADERS[kind]
    return cast("Encoder", getattr(import_module(module), function)(folder))


def choose_encoder(names: Sequence[str]) -> str:
    """Return the encoder that made vectors of these names (the first that hubbub has by name), or the first name.

    Names are as they are kept beside vectors; an encoder from a folder cannot be found by its name.
    """
    from hubbub.artifacts import USE_NAME

    known = {USE_NAME: "use", f"{USE_NAME}-torch": "use", encoder_name("static"): "static"}
    return next((known[name] for name in names if name in known), names[0])


def _folder_of(encoder: str) -> Path:
    from hubbub.embed.static import SHIPPED

    return SHIPPED if encoder == "static" else Path(encoder)
