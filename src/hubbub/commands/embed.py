"""Distinct texts → vectors, each computed once in the life of an archive."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.queries.encoders import encoder_name, load_encoder
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive
    from hubbub.store.vectors import VectorCache


def embed(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    encoder: str = "use",
    progress: Progress = no_progress,
) -> Report:
    """Embed each distinct text of streams; texts that the archive has a vector of are not computed again.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all that need it. Streams that were not prepared are prepared first.
    encoder : str
        "use": the multilingual Universal Sentence Encoder, 16 languages; "static": hubbub's own table of tokens, French
        and English, many times as fast; "use-torch": as "use" by PyTorch, in bf16 where the processor has it; or
        the folder of a saved encoder.
    progress : Progress
        Called with the texts done.

    Returns
    -------
    Report
        Distinct texts in, computed, and found in the archive.
    """
    from hubbub.commands.prepare import need_prepared
    from hubbub.store.archive import is_current, open_archive
    from hubbub.store.vectors import VectorCache
    from hubbub.store.views import choose_streams

    started = time.perf_counter()
    store = open_archive(archive)
    chosen = choose_streams(store, streams)
    need_prepared(store, chosen, progress)
    name = encoder_name(encoder)
    made = {stream: {"prepared": store.generation_of("prepared", stream), "encoder": name} for stream in chosen}
    stale = [stream for stream in chosen if not is_current(store, "embeddings", stream, made[stream])]
    n_in = n_kept = 0
    if stale:
        model, cache = load_encoder(encoder), VectorCache(store, name)
        for stream in stale:
            n_texts, n_new = _embed_stream(store, stream, model, cache, made[stream], progress)
            n_in, n_kept = n_in + n_texts, n_kept + n_new
    return Report(
        "embed",
        n_in=n_in,
        n_kept=n_kept,
        n_repeated=n_in - n_kept,
        seconds=time.perf_counter() - started,
        details={"encoder": name, "streams": stale},
    )


def _embed_stream(
    store: Archive, stream: str, model: Encoder, cache: VectorCache, made: dict[str, Any], progress: Progress
) -> tuple[int, int]:
    import polars as pl

    from hubbub.records import TABLES
    from hubbub.store.vectors import to_column

    texts = distinct_texts(store.read("prepared", [stream]))
    known = cache.find(texts["text_id"])
    new = texts.join(known, on="text_id", how="anti", maintain_order="left")
    progress("embedding", 0, new.height)
    vectors = model.embed(new["clean_text"].to_list(), lambda n_done: progress("embedding", n_done, new.height))
    fresh = new.select("text_id").with_columns(to_column(vectors)) if new.height else known.clear()
    frame = pl.concat([known, fresh]).with_columns(stream_id=pl.lit(stream), encoder=pl.lit(model.name))
    others = store.read("embeddings", [stream]).filter(pl.col("encoder") != model.name)
    with store.writing() as change:
        change.put("embeddings", stream, pl.concat([others, frame.select(list(TABLES["embeddings"].columns))]), made)
    cache.add(stream, frame)  # those of this encoder alone
    return texts.height, new.height


def distinct_texts(prepared: pl.DataFrame) -> pl.DataFrame:
    """Return ``text_id, clean_text``, one row a text: the most frequent way of writing it."""
    import polars as pl

    return (
        prepared.lazy()
        .filter(pl.col("left_out").is_null() & pl.col("text_id").is_not_null() & pl.col("clean_text").is_not_null())
        .group_by("text_id", "clean_text", maintain_order=True)
        .len()
        .sort("len", "clean_text", descending=[True, False])
        .unique("text_id", keep="first", maintain_order=True)
        .sort("text_id")
        .select("text_id", "clean_text")
        .collect()
    )
