"""Streams and files → what a static encoder learns from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive

    Array = np.ndarray[Any, Any]

_BLOCK = 20_000
"""So many texts are embedded before their vectors are kept."""


@dataclass
class Corpus:
    """What there is to learn from.

    Attributes
    ----------
    texts : dict of str
        Distinct texts for the teacher, without emotes.
    messages : list of str
        Messages with their emotes, in the order in which they were said.
    streams : list of int
        The stream of each message.
    emotes : Counter
        How often each emote was said.
    pairs : list of tuple of str
        Pairs of texts that people judged; all of them are in ``texts`` too.
    scores : list of float
        How alike they are.
    words : list of str
        Words that get a place in the vocabulary although the texts may lack them.
    """

    texts: dict[str, None] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    streams: list[int] = field(default_factory=list)
    emotes: Counter[str] = field(default_factory=Counter)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def read_streams(corpus: Corpus, store: Archive, streams: Sequence[str], max_texts: int, seed: int) -> None:
    """Add the messages of streams, their emotes, and at most so many of their distinct texts, chosen by chance."""
    import numpy as np
    import polars as pl

    found: dict[str, None] = {}
    for i_stream, stream in enumerate(streams):
        moments = store.read("messages", [stream], ["message_id", "sent_at", "offset_seconds"])
        prepared = store.read("prepared", [stream], ["message_id", "clean_text", "emotes", "left_out"])
        said = (
            prepared.filter(pl.col("left_out").is_null() & pl.col("clean_text").is_not_null())
            .join(moments, on="message_id", how="left", maintain_order="left")
            .sort("sent_at", "offset_seconds", nulls_last=True, maintain_order=True)
        )
        corpus.messages += said["clean_text"].to_list()
        corpus.streams += [i_stream] * said.height
        emotes = said["emotes"].to_list()
        corpus.emotes.update(emote for some in emotes for emote in some or ())
        found |= dict.fromkeys(map(leave_out, said["clean_text"].to_list(), emotes))
    found.pop("", None)
    texts = list(found)
    if len(texts) > max_texts:
        chosen = np.sort(np.random.default_rng(seed).choice(len(texts), max_texts, replace=False))
        texts = [texts[i] for i in chosen.tolist()]
    corpus.texts |= dict.fromkeys(texts)


def leave_out(text: str, emotes: Iterable[str] | None) -> str:
    """Return a text without its emotes.

    Examples
    --------
    >>> leave_out("bien joué KEKW mdr", ["KEKW"])
    'bien joué mdr'
    """
    for emote in sorted(set(emotes or ()), key=len, reverse=True):
        text = text.replace(emote, " ")
    return " ".join(text.split())


def hold_out(corpus: Corpus, held: set[str]) -> None:
    """Take texts that are kept for checking out of what is learned from, and the pairs that have one."""
    for text in held:
        corpus.texts.pop(text, None)
    kept = [i for i, pair in enumerate(corpus.pairs) if not held.intersection(pair)]
    corpus.pairs = [corpus.pairs[i] for i in kept]
    corpus.scores = [corpus.scores[i] for i in kept]


def read_files(
    corpus: Corpus, texts: Sequence[Path | str], pairs: Sequence[Path | str], words: Sequence[Path | str]
) -> None:
    """Add what is in files.

    Raises
    ------
    SourceError
        When a file cannot be read or lacks a column.
    """
    import polars as pl

    for path in texts:
        clean = _prepare(read_columns(Path(path), {"text": pl.String})["text"])
        corpus.texts |= dict.fromkeys(text for text in clean if text)
    for path in pairs:
        judged = read_pairs(Path(path))
        corpus.pairs += judged.pairs
        corpus.scores += judged.scores
        corpus.texts |= dict.fromkeys(text for pair in judged.pairs for text in pair)
    for path in words:
        corpus.words += [word for word in read_columns(Path(path), {"text": pl.String})["text"] if word]


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of clean texts, and how alike people find them."""

    pairs: list[tuple[str, str]]
    scores: list[float]


def read_pairs(path: Path) -> Judged:
    """Return the pairs of a table with the columns sentence1, sentence2, score; pairs without words are left out.

    Raises
    ------
    SourceError
        When the file cannot be read or lacks a column.
    """
    import polars as pl

    frame = read_columns(path, {"sentence1": pl.String, "sentence2": pl.String, "score": pl.Float64}).drop_nulls()
    both = zip(_prepare(frame["sentence1"]), _prepare(frame["sentence2"]), strict=True)
    found = [(pair, score) for pair, score in zip(both, frame["score"].to_list(), strict=True) if all(pair)]
    return Judged([pair for pair, _ in found], [score for _, score in found])


def read_columns(path: Path, columns: dict[str, Any]) -> pl.DataFrame:
    """Return columns of a table (.csv, .csv.gz, .parquet), or of any other file its lines as the column text.

    Raises
    ------
    SourceError
        When the file cannot be read or lacks a column.
    """
    import polars as pl

    try:
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
        elif path.name.endswith((".csv", ".csv.gz")):
            frame = pl.read_csv(path, infer_schema_length=0)
        else:
            frame = pl.DataFrame({"text": path.read_text(encoding="utf-8", errors="replace").splitlines()})
        missing = [name for name in columns if name not in frame.columns]
        if not missing:
            return frame.select(pl.col(name).cast(kind) if kind else pl.col(name) for name, kind in columns.items())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"{path} must be a readable table or text file: {error}. Check the file.") from error
    raise SourceError(
        f"{path} must have the columns {', '.join(columns)}; it has {', '.join(frame.columns)}. Rename them."
    )


def _prepare(texts: pl.Series) -> list[str]:
    """Return the clean texts without emotes, as encoders read them; "" where nothing is left."""
    from hubbub.prepare.preparation import Preparation, prepare_texts

    frame = prepare_texts(Preparation(), texts)
    columns = (frame[name].to_list() for name in ("clean_text", "emotes"))
    return [leave_out(text or "", emotes) for text, emotes in zip(*columns, strict=True)]


def teach(model: Encoder, texts: Sequence[str], kept: Path | None, progress: Callable[[int, int], None]) -> Array:
    """Return the teacher's vectors of texts, float16 of shape (n_texts, dim).

    Those in the Parquet file ``kept`` are not computed again, and what is computed is added to it now and then.
    """
    import numpy as np
    import polars as pl

    from hubbub.store.vectors import to_column, to_matrix

    vectors = np.empty((len(texts), model.dim), np.float16)
    old = read_columns(kept, {"text": pl.String, "vector": None}) if kept and kept.exists() else None
    known = {text: i for i, text in enumerate(old["text"])} if old is not None else {}
    rows = np.array([known.get(text, -1) for text in texts])
    if old is not None and (rows >= 0).any():
        matrix = to_matrix(old["vector"])
        if matrix.shape[1] != model.dim:
            raise SourceError(f"{kept} must hold vectors of {model.dim} numbers, had {matrix.shape[1]}. Name another.")
        vectors[rows >= 0] = matrix[rows[rows >= 0]]
    new = np.flatnonzero(rows < 0)
    for start in range(0, len(new), _BLOCK):
        block = new[start : start + _BLOCK]
        found = [texts[i] for i in block.tolist()]
        vectors[block] = model.embed(found)
        progress(start + len(block), len(new))
        if kept:
            fresh = pl.DataFrame({"text": found}).with_columns(to_column(vectors[block].astype(np.float32)))
            old = fresh if old is None else pl.concat([old, fresh])
            mark = kept.with_name(f".{kept.name}.new")
            old.write_parquet(mark)
            mark.replace(kept)
    return vectors
