"""What texts are like before anything is learned: lengths, classes, languages, tags, repeats, odd accounts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_TAG, _ACCOUNT = re.compile(r"(?<!\w)#(\w*[^\W\d_]\w*)"), re.compile(r"(?<![\w.])@(\w{2,40})")
_LINK = re.compile(r"\bhttps?://\S*|\bwww\.\S*")
_MIN_COPIES = 10
_MIN_SHARE = 0.5
_MAX_LANGUAGE_TEXTS = 20_000


def describe_texts(
    archive: Archive | Path | str, *, streams: Sequence[str] = (), files: Sequence[Path] = (), top: int = 50
) -> dict[str, Any]:
    """Return what the texts of an archive, or of labeled files, are like.

    Parameters
    ----------
    archive : Archive or path
        The archive; not read where files are named.
    streams : sequence of str
        The streams; by default all.
    files : sequence of path
        Files of labeled texts to describe instead: CSV, TSV, Parquet, JSON lines.
    top : int
        How many hashtags and accounts at most.

    Returns
    -------
    dict
        ``n_texts, n_empty, n_distinct``; ``n_repeats`` by (viewer, text); ``words`` (mean, quantiles, a histogram);
        ``classes``; ``labeled_twice``: distinct texts with two labels; ``languages`` (of 20,000 texts at most);
        ``hashtags`` and ``accounts`` with counts; ``odd_accounts``: viewers most of whose texts are one text, ten
        times or more, by what near-repeats have in common.

    Raises
    ------
    SourceError
        When a file cannot be read.
    ArchiveError
        When there is no such archive or stream.
    """
    import numpy as np
    import polars as pl

    rows = _read_files(files) if files else _read_archive(archive, streams)
    texts = rows["text"].fill_null("").to_list()
    said = rows.filter(pl.col("text").fill_null("").str.strip_chars().str.len_bytes() > 0)
    counts = np.array([len(text.split()) for text in said["text"].to_list()])
    tags, accounts = _count_marks(texts)
    shown = np.quantile(counts, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist() if len(counts) else [0.0] * 5
    distinct = said["text"].n_unique()
    twice = said.drop_nulls("label").group_by("text").agg(pl.col("label").n_unique()).filter(pl.col("label") > 1)
    return {
        "n_texts": rows.height,
        "n_empty": rows.height - said.height,
        "n_distinct": distinct,
        "n_repeats": said.height - said.select("viewer", "text").n_unique(),
        "words": {
            "mean": float(counts.mean()) if len(counts) else 0.0,
            "quantiles": dict(zip(("5 %", "25 %", "50 %", "75 %", "95 %"), shown, strict=True)),
            "histogram": np.bincount(np.minimum(counts, 40), minlength=41).tolist() if len(counts) else [],
        },
        "classes": dict(said["label"].drop_nulls().value_counts(sort=True).iter_rows()),
        "labeled_twice": twice.height,
        "languages": _tell_languages(said["text"]),
        "hashtags": dict(tags.most_common(top)),
        "accounts": dict(accounts.most_common(top)),
        "odd_accounts": _odd_accounts(said, top),
    }


def _read_files(files: Sequence[Path]) -> pl.DataFrame:
    from hubbub.collect.labeled import read_labeled

    return read_labeled(list(files)).rows


def _read_archive(archive: Archive | Path | str, streams: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    store = open_archive(archive)
    rows = store.read("messages", choose_streams(store, streams), ["viewer_id", "text", "kind"])
    chatted = rows.filter(pl.col("kind").is_in(["message", "donation"]))
    return chatted.select("text", label=pl.lit(None, pl.String), viewer="viewer_id")


def _count_marks(texts: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    tags, accounts = Counter[str](), Counter[str]()
    for text in texts:
        if "#" in text or "@" in text:
            plain = _LINK.sub(" ", text[:2000])
            tags.update({tag.lower() for tag in _TAG.findall(plain)})
            accounts.update({name.lower() for name in _ACCOUNT.findall(plain)})
    return tags, accounts


def _tell_languages(texts: pl.Series) -> dict[str, int]:
    from hubbub.prepare.preparation import Preparation, prepare_texts

    drawn = texts.sample(min(len(texts), _MAX_LANGUAGE_TEXTS), seed=0) if len(texts) else texts
    found = prepare_texts(Preparation(), drawn)["language"].fill_null("not told")
    return dict(found.value_counts(sort=True).iter_rows())


def _odd_accounts(said: pl.DataFrame, top: int) -> list[dict[str, Any]]:
    """Return the viewers of whom one text, or nearly that, is most of what they wrote."""
    import polars as pl

    from hubbub.measures import repeat_keys

    known = said.drop_nulls("viewer")
    busy = known.filter(pl.len().over("viewer") >= _MIN_COPIES)
    if busy.is_empty():
        return []
    keyed = busy.with_columns(key=pl.Series(repeat_keys(busy["text"].to_list())))
    per_key = keyed.group_by("viewer", "key").agg(
        n_copies=pl.len(), text=pl.col("text").mode().min(), classes=pl.col("label").drop_nulls().unique().sort()
    )
    totals = busy.group_by("viewer").agg(n_texts=pl.len())
    odd = per_key.join(totals, on="viewer").filter(
        (pl.col("n_copies") >= _MIN_COPIES) & (pl.col("n_copies") >= _MIN_SHARE * pl.col("n_texts"))
    )
    odd = odd.sort("n_copies", "viewer", descending=[True, False]).head(top)
    return odd.select("viewer", "n_copies", "n_texts", "text", "classes").to_dicts()
