"""A file of labeled texts → a frame of texts and their sentiment.

CSV and TSV (also gzip), Parquet and JSON lines. Sentiment140's own file, which has no header, is known by its shape.
Nothing is guessed of a row: one that has no text is counted, and a label that is not known ends the reading with the
place where it stands, since a file whose columns are shifted would train a model on nonsense.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from hubbub.errors import SourceError

NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
SENTIMENTS = (NEGATIVE, NEUTRAL, POSITIVE)
"""In the order of every model's columns."""

_SPELLINGS = {
    **dict.fromkeys(("negative", "neg", "-1", "negatif", "négatif"), NEGATIVE),
    **dict.fromkeys(("neutral", "neu", "neutre"), NEUTRAL),
    **dict.fromkeys(("positive", "pos", "1", "4", "positif"), POSITIVE),
}
_NAMES = {
    "text": ("text", "tweet", "message", "content", "sentence"),
    "label": ("label", "sentiment", "target", "polarity", "airline_sentiment"),
    "viewer": ("viewer_id", "user", "author", "name", "username"),
    "moment": ("sent_at", "date", "created_at", "tweet_created", "ts"),
}
_SENTIMENT140 = ["target", "ids", "date", "flag", "user", "text"]
_MAX_SHOWN = 60
SCHEMA = {"text": pl.String, "label": pl.String, "viewer": pl.String, "moment": pl.String}


def read_labeled(files: Sequence[Path], *, text_column: str | None = None, label_column: str | None = None) -> Labeled:
    """Return the labeled texts of files, one after the other.

    Parameters
    ----------
    files : sequence of Path
        CSV or TSV (also ``.gz``), Parquet, JSON lines.
    text_column, label_column : str, optional
        Their names; by default the first known one of each.

    Raises
    ------
    SourceError
        When a file cannot be read, lacks a column, or has a label that is none.
    """
    frames = [_read_one(Path(file), text_column, label_column) for file in files]
    if not frames:
        raise SourceError("A file of labeled texts is needed; none was named.")
    rows = pl.concat(frames)
    has_text = rows["text"].str.strip_chars().str.len_bytes() > 0
    kept = rows.filter(has_text.fill_null(value=False))
    return Labeled(kept, {"no text": rows.height - kept.height} if kept.height < rows.height else {})


class Labeled:
    """Labeled texts.

    Attributes
    ----------
    rows : polars.DataFrame
        ``text, label, viewer, moment``; the last two are null where the file has none.
    rejected : dict of str to int
        Rows left out, by reason.
    """

    def __init__(self, rows: pl.DataFrame, rejected: dict[str, int]) -> None:
        self.rows = rows
        self.rejected = rejected

    def classes(self) -> tuple[str, ...]:
        """Return the classes that occur, in the order of ``SENTIMENTS``.

        Raises
        ------
        SourceError
            When there are fewer than two.
        """
        found = set(self.rows["label"].unique().to_list())
        if len(found) < 2:
            raise SourceError(
                f"Labeled texts must have two classes at least; these {self.rows.height:,} rows have "
                f"{', '.join(sorted(found)) or 'none'}. Add rows of another class."
            )
        return tuple(name for name in SENTIMENTS if name in found)


def _read_one(file: Path, text_column: str | None, label_column: str | None) -> pl.DataFrame:
    table = _read_table(file)
    given = {"text": text_column, "label": label_column, "viewer": None, "moment": None}
    columns = {}
    for role, names in _NAMES.items():
        if (named := given[role]) is not None and named not in table.columns:
            raise SourceError(f"{file}: no column '{named}' (columns: {', '.join(table.columns)}).")
        chosen = named or next((name for name in names if name in table.columns), None)
        if chosen is None and role in ("text", "label"):
            raise SourceError(
                f"{file}: no column of the {role} (columns: {', '.join(table.columns)[:300]}). "
                f"Name it with --{role}-column."
            )
        columns[role] = pl.lit(None, pl.String) if chosen is None else pl.col(chosen).cast(pl.String, strict=False)
    rows = table.select(**columns)
    return rows.with_columns(label=_read_labels(rows["label"], file))


def _read_labels(labels: pl.Series, file: Path) -> pl.Series:
    """Return the labels by their names; numbers are read by which numbers there are."""
    written = labels.str.strip_chars().str.to_lowercase().str.replace(r"^(-?\d+)\.0+$", "$1")
    found = set(written.unique().to_list())
    spellings = dict(_SPELLINGS)
    if "-1" in found:
        spellings["0"] = NEUTRAL
    elif "2" in found and "4" not in found:  # 0, 1, 2 as TweetEval numbers them
        spellings |= {"0": NEGATIVE, "1": NEUTRAL, "2": POSITIVE}
    else:
        spellings |= {"0": NEGATIVE, "2": NEUTRAL}
    unknown = [name for name in found if name not in spellings]
    if unknown:
        at = int((~written.is_in(list(spellings)).fill_null(value=False)).arg_max() or 0)
        shown = labels[at]
        raise SourceError(
            f"{file}: row {at + 1}: a label must be negative, neutral or positive (or -1, 0, 1; 0, 2, 4; 0, 1), was "
            f"{shown[:_MAX_SHOWN]!r}. " + "Are its columns shifted? Name the right one with --label-column."
            if shown is not None
            else f"{file}: row {at + 1}: no label. Take the row out, or name the label's column with --label-column."
        )
    return written.replace_strict(spellings, return_dtype=pl.String)


def _read_table(file: Path) -> pl.DataFrame:
    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file, glob=False)
        if file.suffix in (".jsonl", ".ndjson"):
            return pl.read_ndjson(file)
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            head = stream.readline(1 << 20)
        options: dict[str, Any] = {"separator": "\t" if b"\t" in head and b"," not in head else ",", "glob": False}
        options |= {"infer_schema": False, "encoding": "utf8-lossy"}
        if head[:4] in (b'"0",', b'"4",', b'"2",') and head.count(b'","') >= len(_SENTIMENT140) - 1:
            return pl.read_csv(file, has_header=False, new_columns=_SENTIMENT140, **options)
        return pl.read_csv(file, **options)
    except (OSError, EOFError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(f"{file} must be a table of labeled texts, and cannot be read as one: {reason}") from error
