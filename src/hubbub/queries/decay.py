"""How alike messages are by the time between them, and the leash that follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import ArchiveError
from hubbub.queries.opening import open_streams

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.analyze.decay import Decay
    from hubbub.store.archive import Archive

    Array = np.ndarray[Any, Any]

_MIN_WORDS = 3
_USUAL_LEASH = 600.0
_LEASH_RANGE = (60.0, 3600.0)
_MOST_TEXTS = 100_000
"""A sample of so many texts has more pairs at each lag than are looked at."""


def similarity_decay(
    archive: Archive | Path | str, *, stream: str | None = None, encoders: Sequence[str] = ()
) -> pl.DataFrame:
    """Return how alike the messages of a stream are by the time between them, by one encoder or several.

    Pairs of distinct texts of three words and more, each at its first moment; a sample where there are very many.

    Parameters
    ----------
    archive : Archive or path
        The archive; its streams must be embedded, where no encoder is named.
    stream : str, optional
        The stream; by default all.
    encoders : sequence of str
        Compare these, for example what training began with and what it made; as for embed. By default the one that the
        stream is embedded with.

    Returns
    -------
    polars.DataFrame
        ``lag_from_seconds, lag_to_seconds, n_pairs, excess, low, high, shuffled, baseline, half_life_seconds,
        half_life_low, half_life_high, leash_seconds, reason, encoder, stream_id``. ``excess`` is the mean cosine less
        ``baseline``, that of random pairs of the stream, both in standard deviations of random pairs, with a 99 % band;
        ``shuffled`` is what it is when the moments change places. The last ones are the stream's, with a 95 % interval
        of the half-life: null where no decay is seen.

    Raises
    ------
    ArchiveError
        When no encoder is named and no stream is embedded.
    """
    import polars as pl

    from hubbub.queries.encoders import load_encoder

    store, names = open_streams(archive, stream)
    if encoders:
        models = [load_encoder(encoder) for encoder in encoders]
        said = {name: first_said(store, name) for name in names if store.n_rows("prepared", name)}
        found = [
            (model.name, name, texts, model.embed(texts["clean_text"].to_list()))
            for name, texts in said.items()
            for model in models
        ]
    else:
        names = [name for name in names if store.n_rows("embeddings", name)]
        if not names:
            raise ArchiveError(f"No stream of {store.path} is embedded yet. Do it with: hubbub embed")
        used = {name: str(store.read("embeddings", [name], ["encoder"])["encoder"][0]) for name in names}
        found = [(encoder, name, *_embedded(store, name, encoder)) for name, encoder in used.items()]
    rows = [row for one in found for row in _describe(*one)]
    seconds = dict.fromkeys(("half_life_seconds", "half_life_low", "half_life_high", "leash_seconds"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=seconds).with_columns(pl.col(pl.Float64).fill_nan(None))


def _describe(encoder: str, stream: str, texts: pl.DataFrame, vectors: Array) -> Iterator[dict[str, Any]]:
    """Yield the rows of one stream by one encoder."""
    import numpy as np

    from hubbub.analyze.decay import LAG_EDGES, measure_decay

    seconds = texts["offset_seconds"].to_numpy()
    decay = measure_decay(vectors, seconds)
    shuffled = measure_decay(vectors, np.random.default_rng(0).permutation(seconds))
    low, high = decay.half_life_band or (None, None)
    of_stream = {"baseline": decay.baseline, "half_life_seconds": decay.half_life_seconds, "half_life_low": low}
    of_stream |= {"half_life_high": high, "leash_seconds": decay.leash_seconds}
    said = {"reason": decay.reason, "encoder": encoder, "stream_id": stream}
    for lag, n_pairs in enumerate(decay.n_pairs.tolist()):
        found = {"lag_from_seconds": LAG_EDGES[lag], "lag_to_seconds": LAG_EDGES[lag + 1], "n_pairs": n_pairs}
        found |= {key: float(getattr(decay, key)[lag]) for key in ("excess", "low", "high")}
        yield found | {"shuffled": float(shuffled.excess[lag])} | of_stream | said


def _embedded(store: Archive, stream: str, encoder: str) -> tuple[pl.DataFrame, Array]:
    """Return the texts of a stream that are embedded, and their vectors."""
    import polars as pl

    from hubbub.store.vectors import to_matrix

    vectors = store.read("embeddings", [stream]).filter(pl.col("encoder") == encoder)
    texts = first_said(store, stream).join(
        vectors.select("text_id", "vector"), on="text_id", how="inner", maintain_order="left"
    )
    return texts, to_matrix(texts["vector"])


def stream_decay(store: Archive, stream: str, encoder: str) -> Decay:
    """Return the decay of one stream by the vectors of one encoder (its name as it is kept beside them)."""
    from hubbub.analyze.decay import measure_decay

    texts, vectors = _embedded(store, stream, encoder)
    return measure_decay(vectors, texts["offset_seconds"].to_numpy())


def first_said(store: Archive, stream: str) -> pl.DataFrame:
    """Return ``text_id, clean_text, offset_seconds`` of texts of three words and more, each at its first moment."""
    import polars as pl

    prepared = store.read("prepared", [stream], ["message_id", "text_id", "clean_text", "left_out"])
    n_words = pl.col("clean_text").str.split(" ").list.len()
    said = prepared.filter(pl.col("left_out").is_null() & (n_words >= _MIN_WORDS))
    moments = store.read("messages", [stream], ["message_id", "offset_seconds"]).drop_nulls()
    return (
        said.join(moments, on="message_id", how="inner")
        .sort("offset_seconds", "clean_text")
        .unique("text_id", keep="first", maintain_order=True)
        .select("text_id", "clean_text", "offset_seconds")
        .sort("text_id")  # a hash, so that the first ones are a random sample
        .head(_MOST_TEXTS)
        .sort("offset_seconds", "text_id")
    )


def choose_leash(store: Archive, stream: str, encoder: str, given: float | None) -> tuple[float, str]:
    """Return the leash of one stream in seconds (60 to 3,600 where it is not given), and why it is so."""
    if given is not None:
        return given, f"{given:g} s: given"
    decay = stream_decay(store, stream, encoder)
    if decay.leash_seconds is None:
        return _USUAL_LEASH, f"{_USUAL_LEASH:g} s: {decay.reason}"
    leash = min(max(decay.leash_seconds, _LEASH_RANGE[0]), _LEASH_RANGE[1])
    return leash, f"{leash:g} s: {decay.reason}"
