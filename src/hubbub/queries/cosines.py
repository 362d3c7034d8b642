"""How alike an encoder finds texts: the table of a model card's example."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import ArchiveError, HubbubError

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_TEXTS = 100


def similarity(archive: Archive | Path | str, texts: Sequence[str], *, encoder: str | None = None) -> pl.DataFrame:
    """Return how alike texts are: the cosine of each with each, 1 for the same meaning and about 0 for unrelated ones.

    Parameters
    ----------
    archive : Archive or path
        The archive; only asked which encoder its streams are embedded with, and may be missing.
    texts : sequence of str
        The texts, at most 100; prepared as messages are.
    encoder : str, optional
        As for embed; by default the one that the archive's streams are embedded with, otherwise use.

    Returns
    -------
    polars.DataFrame
        ``text``, and a column for each text, named 1, 2, 3 and so on.

    Raises
    ------
    HubbubError
        When there are no texts, too many, or one without words.
    """
    import polars as pl

    from hubbub.artifacts import USE_NAME
    from hubbub.prepare.preparation import Preparation, prepare_texts
    from hubbub.queries.encoders import choose_encoder, encoders_of, load_encoder
    from hubbub.store.archive import open_archive

    if not 1 <= len(texts) <= _MAX_TEXTS:
        raise HubbubError(f"similarity needs 1 to {_MAX_TEXTS} texts, had {len(texts)}.")
    clean = prepare_texts(Preparation(), list(texts))["clean_text"].to_list()
    if None in clean:
        raise HubbubError(f"similarity needs texts with words; one was '{texts[clean.index(None)]}'.")
    if encoder is None:
        try:
            store = open_archive(archive)
            encoder = choose_encoder(encoders_of(store, store.streams_of("embeddings")) or [USE_NAME])
        except ArchiveError:
            encoder = "use"
    vectors = load_encoder(encoder).embed(clean)
    cosines = vectors @ vectors.T
    columns = [pl.Series(str(i + 1), cosines[:, i].round(4), dtype=pl.Float64) for i in range(len(texts))]
    return pl.DataFrame([pl.Series("text", list(texts)), *columns])
