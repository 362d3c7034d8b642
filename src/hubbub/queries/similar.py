"""Search by meaning: which texts of the archive say something like this."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import ArchiveError, HubbubError
from hubbub.queries.opening import check_limit, open_streams

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive

_MAX_LIMIT = 1000
_BLOCK_ROWS = 8192
"""About 16 MB of vectors at once a core, beside those that are kept as half numbers (`store.vectors.kept_vectors`)."""
_TWIN = "-torch"
"""What the name of the same encoder run by PyTorch ends with; their vectors may be compared."""
_loaded: dict[str, Encoder] = {}


def similar(
    archive: Archive | Path | str,
    text: str,
    *,
    stream: str | None = None,
    limit: int = 10,
    encoder: str | None = None,
) -> pl.DataFrame:
    """Return the texts of the archive that are nearest in meaning to a text, in any of the encoder's languages.

    Exact: every distinct text is compared. A text that was said in several streams is one row.

    Parameters
    ----------
    archive : Archive or path
        The archive; its streams must be embedded.
    text : str
        What to look for.
    stream : str, optional
        Only this stream; by default all.
    limit : int
        At most so many texts.
    encoder : str, optional
        As for embed; by default the one that the streams are embedded with.

    Returns
    -------
    polars.DataFrame
        ``similarity, n_messages, n_streams, text, first_seconds, first_sent_at, first_stream, text_id``, nearest first.
        ``similarity`` is the cosine, 1 for the same meaning; the first moment is that of the earliest message that says
        it.

    Raises
    ------
    HubbubError
        When the text has no words, or no stream is embedded.
    """
    import polars as pl

    from hubbub.prepare.preparation import Preparation, prepare_texts
    from hubbub.queries.encoders import choose_encoder

    check_limit(limit, _MAX_LIMIT)
    clean = prepare_texts(Preparation(), [text])["clean_text"][0]
    if not clean:
        raise HubbubError(f"similar needs a text with words; it was '{text}'.")
    store, streams = open_streams(archive, stream)
    embedded = [name for name in streams if store.part("embeddings", name) is not None]
    if not embedded:
        raise ArchiveError(f"No stream of {store.path} is embedded yet. Do it with: hubbub embed")
    model = _ready_encoder(encoder or choose_encoder(_encoders(store, embedded)))
    query = model.embed([clean])[0]
    nearest = pl.DataFrame(schema={"text_id": pl.String, "similarity": pl.Float64})
    for name in embedded:
        nearest = _nearest(store, name, (model.name, query), nearest, limit)
    if nearest.is_empty():
        raise ArchiveError(f"No stream of {store.path} is embedded with {model.name}. Do it with: hubbub embed")
    found = [_said(store, name, nearest["text_id"]) for name in embedded]
    texts = pl.concat(found).sort("first_sent_at", "first_seconds", "first_stream", nulls_last=True)
    counts = texts.group_by("text_id", maintain_order=True).agg(
        n_messages=pl.col("n_messages").sum(),
        n_streams=pl.len().cast(pl.Int64),
        text=pl.col("text").sort_by("n_messages", descending=True).first(),
        first_seconds=pl.col("first_seconds").first(),
        first_sent_at=pl.col("first_sent_at").first(),
        first_stream=pl.col("first_stream").first(),
    )
    rows = nearest.join(counts, on="text_id", how="inner", maintain_order="left")
    columns = ["similarity", "n_messages", "n_streams", "text", "first_seconds", "first_sent_at", "first_stream"]
    return rows.select(*columns, "text_id")


def _ready_encoder(encoder: str) -> Encoder:
    """Return the encoder; those that come with hubbub stay loaded, as a server is asked again and again."""
    from hubbub.queries.encoders import load_encoder

    if encoder not in ("use", "static"):
        return load_encoder(encoder)
    if encoder not in _loaded:
        _loaded[encoder] = load_encoder(encoder)
    return _loaded[encoder]


def _encoders(store: Archive, streams: list[str]) -> list[str]:
    """Return the names of the encoders that streams are embedded with, the one of most streams first."""
    found = Counter(
        name for stream in streams for name in store.read("embeddings", [stream], ["encoder"])["encoder"].unique()
    )
    return sorted(found, key=lambda name: (-found[name], name))


def _nearest(
    store: Archive, name: str, asked: tuple[str, np.ndarray[Any, Any]], nearest: pl.DataFrame, limit: int
) -> pl.DataFrame:
    """Return the nearest texts among those known and those of one stream."""
    import numpy as np
    import polars as pl

    from hubbub.engines import map_blocks
    from hubbub.store.vectors import kept_vectors

    encoder, query = asked
    twins = (encoder.removesuffix(_TWIN), encoder.removesuffix(_TWIN) + _TWIN)
    text_ids, vectors = kept_vectors(store, name, twins)
    if not len(vectors):
        return nearest

    def score(start: int) -> np.ndarray[Any, Any]:
        return np.asarray(vectors[start : start + _BLOCK_ROWS].astype(np.float32) @ query)

    cosines = np.concatenate(map_blocks(score, range(0, len(vectors), _BLOCK_ROWS)))
    # Twice as many: a text may have a vector by each twin.
    n_best = min(2 * limit, len(cosines))
    best = np.flatnonzero(cosines >= np.partition(cosines, -n_best)[-n_best])
    new = pl.DataFrame({"text_id": text_ids[best], "similarity": pl.Series(cosines[best], dtype=pl.Float64)})
    return (
        pl.concat([nearest, new])
        .sort("similarity", "text_id", descending=[True, False])
        .unique("text_id", keep="first", maintain_order=True)
        .head(limit)
    )


def _said(store: Archive, name: str, text_ids: pl.Series) -> pl.DataFrame:
    """Return how often and when first a stream said each of the texts."""
    import polars as pl

    prepared = store.read("prepared", [name], ["message_id", "text_id", "clean_text"])
    prepared = prepared.filter(pl.col("text_id").is_in(text_ids.to_list()))
    messages = store.read("messages", [name], ["message_id", "sent_at", "offset_seconds"])
    said = prepared.join(messages, on="message_id", how="left")
    return said.group_by("text_id").agg(
        n_messages=pl.len().cast(pl.Int64),
        text=pl.col("clean_text").mode().min(),
        first_seconds=pl.col("offset_seconds").min(),
        first_sent_at=pl.col("sent_at").min(),
        first_stream=pl.lit(name),
    )
