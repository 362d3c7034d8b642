"""Texts → vectors by a table with one row a token: numpy, scipy and SentencePiece, 100,000 messages a second and more.

A text's vector is the sum of its tokens' rows, made of unit length; a row's length is the token's weight, so the sum
is a weighted mean. Word order is not seen. Chunks between spaces repeat so often in chat that each is cut into tokens
once and kept. A chunk that is a whole token (an emote, an emoji, an emoticon) is taken as it stands; otherwise case,
accents and compatibility forms are folded, words and marks are parted, and each part that is no whole token is cut by
a SentencePiece model (Kudo 2018, arXiv 1804.10959), so every text has tokens. Tables of this kind: SIF (Arora et al.
2017), model2vec (Tulkens and van Dongen 2024).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final, final

import msgspec
import numpy as np

from hubbub.artifacts import TOKENIZER_FILE, Artifact, Tensors, load_artifact, read_file, read_tensors
from hubbub.engines import map_blocks
from hubbub.errors import ArtifactError

KIND: Final = "static"
TOKENS_FILE: Final = "tokens.json"
SHIPPED: Final = Path(__file__).parent.parent / "shipped" / "static"
"""The encoder that comes with hubbub."""

MAX_CHARACTERS: Final = 4_096
"""What is read of a text."""
# A block's tokens and sums stay small; the cache holds what chat repeats, and no chunk that only an attack would make.
BLOCK_TEXTS: Final = 16_384
MAX_CACHED: Final = 500_000
MAX_CACHED_CHARACTERS: Final = 32

_END: Final = "\x00"
"""Stands between two texts."""
_MARKS = re.compile("[\u0300-\u036f]+")
_PARTS = re.compile(r"\w+'t\b|\w+|[^\w\s]")

Floats = np.ndarray[Any, np.dtype[np.float32]]
Integers = np.ndarray[Any, np.dtype[np.int32]]
Tokenize = Callable[[Sequence[str]], tuple[Integers, Integers]]


def fold(chunk: str) -> str:
    """Return a chunk in lower case, without accents on letters and without compatibility forms.

    Examples
    --------
    >>> fold("ÉTÉ"), fold("ｆｕｌｌ"), fold("パ")
    ('ete', 'full', 'パ')
    """
    if chunk.isascii():
        return chunk.lower()
    plain = unicodedata.normalize("NFKD", chunk.replace("\u2019", "'").casefold())
    return unicodedata.normalize("NFKC", _MARKS.sub("", plain))


def split_words(chunk: str) -> list[str]:
    """Return the words and the marks of a chunk between spaces.

    Examples
    --------
    >>> split_words("(don't"), split_words("l'ami,")
    (['(', "don't"], ['l', "'", 'ami', ','])
    """
    return _PARTS.findall(chunk)


@final
class Tokenizer:
    """Cut texts into token numbers.

    Parameters
    ----------
    model : bytes
        A SentencePiece model of folded words; token t is its piece t.
    whole : sequence of str
        Tokens that are never cut, exact in case: number ``n_pieces + i``.

    Attributes
    ----------
    n_tokens : int
        Pieces and whole tokens.
    """

    def __init__(self, model: bytes, whole: Sequence[str]) -> None:
        from sentencepiece import SentencePieceProcessor

        self._processor = SentencePieceProcessor(model_proto=model)
        self.n_pieces = int(self._processor.get_piece_size())
        self.n_tokens = self.n_pieces + len(whole)
        self._whole = {token: (self.n_pieces + i,) for i, token in enumerate(whole)}
        self._cache: dict[str, tuple[int, ...]] = {}
        self._clear()

    def __call__(self, texts: Sequence[str]) -> tuple[Integers, Integers]:
        """Return the tokens of all texts, one text after the other, and where each text begins (and the last ends).

        Shapes are (n_tokens,) and (n_texts + 1,).
        """
        cut = [text[:MAX_CHARACTERS] for text in texts]
        joined = f" {_END} ".join([*cut, ""])
        if joined.count(_END) != len(texts):  # hostile: a text that holds the mark itself
            joined = f" {_END} ".join([*(text.replace(_END, " ") for text in cut), ""])
        chunks = joined.split(" ")
        tokens = self._known(chunks)
        ids = np.fromiter(chain.from_iterable(map(tokens.__getitem__, chunks)), np.int32)
        ends = np.flatnonzero(ids < 0)
        starts = np.zeros(len(texts) + 1, np.int32)
        starts[1:] = ends - np.arange(len(ends))
        return ids[ids >= 0], starts

    def pieces(self) -> list[str]:
        """Return SentencePiece's pieces in order; one that begins a word begins with U+2581."""
        return [self._processor.id_to_piece(i) for i in range(self.n_pieces)]

    def _known(self, chunks: list[str]) -> dict[str, tuple[int, ...]]:
        """Return a dictionary that has the tokens of every chunk."""
        cache = self._cache
        new = [chunk for chunk in set(chunks) if chunk not in cache]
        if not new:
            return cache
        found = dict(zip(new, self._cut(new), strict=True))
        if all(len(chunk) <= MAX_CACHED_CHARACTERS for chunk in new) and len(cache) + len(new) <= MAX_CACHED:
            cache.update(found)
            return cache
        known = cache | found
        if len(cache) + len(new) > MAX_CACHED:
            self._clear()
        self._cache.update((chunk, ids) for chunk, ids in found.items() if len(chunk) <= MAX_CACHED_CHARACTERS)
        return known

    def _clear(self) -> None:
        # A new dictionary, as another thread may still read the old one.
        self._cache = {"": (), _END: (-1,)} | self._whole

    def _cut(self, chunks: Iterable[str]) -> list[tuple[int, ...]]:
        """Return the tokens of chunks that are no whole tokens."""
        parts = [split_words(fold(chunk)) for chunk in chunks]
        distinct = list({part for some in parts for part in some} - self._whole.keys())
        plain = [part.encode("utf-8", "replace").decode() for part in distinct]  # half a surrogate pair is no text
        known = self._whole | dict(zip(distinct, map(tuple, self._processor.encode(plain, out_type=int)), strict=True))
        return [tuple(chain.from_iterable(known[part] for part in some)) for some in parts]


@final
class StaticEncoder:
    """Turn texts into vectors; made by `load_static`.

    Parameters
    ----------
    name : str
        Name and version.
    tokenizer : Tokenizer
        Its token t is row t of the table.
    table : (n_tokens, dim) float32
        The rows.

    Attributes
    ----------
    name, tokenizer, table
        As given.
    dim : int
        Numbers in a vector.
    """

    def __init__(self, name: str, tokenizer: Tokenizer, table: Floats) -> None:
        self.name, self.tokenizer, self.table = name, tokenizer, table
        self.dim = int(table.shape[1])

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return the vectors of texts: float32 of shape (n_texts, dim), each row of unit length.

        A text's vector is the same to the last bit whatever the texts around it. A text without any token has the
        first axis as its vector: leave such texts out if they should say nothing.

        Parameters
        ----------
        texts : sequence of str
            Any Unicode; the first 4,096 characters count.
        progress : callable, optional
            Called now and then with how many of the texts are done.

        Raises
        ------
        ValueError
            When an element is no text.
        """
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise ValueError("texts must be a sequence of str.")
        vectors = np.empty((len(texts), self.dim), np.float32)
        n_done: list[int] = []

        def fill(start: int) -> None:
            rows = slice(start, start + BLOCK_TEXTS)
            self._sum(*self.tokenizer(texts[rows]), vectors[rows])
            n_done.append(len(vectors[rows]))
            if progress is not None:
                progress(sum(n_done))

        map_blocks(fill, range(0, len(texts), BLOCK_TEXTS))
        return vectors

    def _sum(self, ids: Integers, starts: Integers, out: Floats) -> None:
        """Write the unit vectors of some texts to out."""
        from scipy.sparse import csr_array

        counts = csr_array((np.ones(len(ids), np.float32), ids, starts), shape=(len(out), len(self.table)))
        out[:] = counts @ self.table
        lengths = np.sqrt(np.vecdot(out, out))
        nothing = lengths < 1e-12
        out /= np.where(nothing, np.float32(1), lengths)[:, None]
        out[nothing] = np.eye(1, self.dim, dtype=np.float32)


def quantize(table: Floats) -> Tensors:
    """Return a table as it is saved: ``rows`` int8 and ``scale`` float32, the value of one step of each row."""
    scale = np.maximum(np.abs(table).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
    return {"rows": np.rint(table / scale[:, None]).astype(np.int8), "scale": scale}


def load_static(folder: Path | None = None) -> StaticEncoder:
    """Return the encoder: the artifact in a folder, or by default the one that comes with hubbub.

    Raises
    ------
    ArtifactError
        When a file is missing or its sha256 is wrong, the folder holds another kind of artifact, or its table and its
        vocabulary do not fit.
    """
    artifact = load_artifact(SHIPPED if folder is None else folder)
    if artifact.kind != KIND:
        raise ArtifactError(
            f"{artifact.folder} must hold an encoder of kind '{KIND}'; it holds '{artifact.name}' of kind "
            f"'{artifact.kind}'. Name another folder."
        )
    return read_static(artifact)


def read_static(artifact: Artifact) -> StaticEncoder:
    """Return the encoder of an artifact of kind ``static``; see `load_static`."""
    tensors = read_tensors(artifact)
    try:
        whole = msgspec.json.decode(read_file(artifact, TOKENS_FILE), type=list[str])
        tokenizer = Tokenizer(read_file(artifact, TOKENIZER_FILE), whole)
    except (msgspec.DecodeError, RuntimeError) as error:
        raise ArtifactError(
            f"{artifact.folder} has a vocabulary that cannot be read: {error}. Get it again."
        ) from error
    rows, scale = tensors.get("rows"), tensors.get("scale")
    if (
        rows is None
        or scale is None
        or rows.ndim != 2
        or len(rows) != tokenizer.n_tokens
        or scale.shape != rows.shape[:1]
    ):
        found = {name: list(tensor.shape) for name, tensor in tensors.items()}
        raise ArtifactError(
            f"{artifact.folder} must have tensors rows ({tokenizer.n_tokens}, dim) and scale ({tokenizer.n_tokens},), "
            f"one row a token; it has {found}. Get it again from where it was made."
        )
    table = rows.astype(np.float32)
    table *= scale.astype(np.float32)[:, None]
    return StaticEncoder(artifact.name, tokenizer, table)
