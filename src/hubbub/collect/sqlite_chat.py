"""A table of an SQLite database → batches of rows.

Takes the database of the viewer-behavior system (one table ``DBdb``, all TEXT: URL, TypeofMessages, ListofTimes,
ListofBadges, ListofAuthors, ListofMessages, DonationAmount, DonationCurrency), and any other in which exactly one table
has a column of texts that is known (``columns.KNOWN_NAMES``) or mapped.

The database may come from anyone: it is read from a private copy, read-only, with the schema untrusted. No view is
read and no trigger, function or extension runs: an authorizer allows nothing but the reading of columns. The words
"NULL" and "None", which tools write into columns of text, are nothing.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import polars as pl

from hubbub.collect.columns import KNOWN_NAMES, list_names, match_columns
from hubbub.collect.rows import MAX_TEXT_BYTES, Batch, Notes, RowReader
from hubbub.collect.unpack import Chunks
from hubbub.errors import SourceError

MAGIC = b"SQLite format 3\x00"
MAX_BYTES = 8 << 30
"""The largest database that is read."""

BATCH_ROWS = 20_000
VIEWER_BEHAVIOR = {
    "URL": "stream_id",
    "TypeofMessages": "event",
    "ListofTimes": "sent_at",
    "ListofBadges": "roles",
    "ListofAuthors": "author",
    "ListofMessages": "text",
    "DonationAmount": "amount",
    "DonationCurrency": "currency",
}
"""The columns of the viewer-behavior system → our names."""

_NOTHING = ("NULL", "None", "nan")
_VIDEO = r"(?:[?&]v=|youtu\.be/|/live/|/videos?/)([A-Za-z0-9_-]{5,20})"
_MOMENT = r"^\s*\d{10,}(\.\d*)?\s*$|^\s*\d{4}[-/]\d\d?[-/]\d\d?"
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


def read_sqlite(chunks: Chunks, column_map: Mapping[str, str], notes: Notes, where: str) -> Iterator[Batch]:
    """Yield the batches of the one table that holds chat; a row's number is its place in the table.

    Raises
    ------
    SourceError
        When no table, or more than one, holds chat.
    """
    with tempfile.TemporaryDirectory(prefix="hubbub-") as folder:
        path = Path(folder) / "chat.sqlite"
        n_bytes = _copy(chunks, path, notes)
        try:
            with closing(_open(path)) as database:
                yield from _read_table(database, column_map, notes, where, max_rows=n_bytes)
        except sqlite3.Error as error:
            notes.damage = f"the database is damaged ({error})"


def _copy(chunks: Chunks, path: Path, notes: Notes) -> int:
    """Write the bytes to a file of our own, as many as may be read; return how many."""
    n_bytes = 0
    with path.open("wb") as file:
        for piece in chunks:
            n_bytes += len(piece)
            if n_bytes > MAX_BYTES:
                notes.damage = f"the database is larger than {MAX_BYTES >> 30} GB; it is read in part"
                break
            file.write(piece)
    return n_bytes


def _open(path: Path) -> sqlite3.Connection:
    """Return a connection that can do nothing but read columns of tables."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON"):
        database.execute(f"PRAGMA {setting}")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 64 << 20)
    database.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 500)
    database.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return database


def _allow_reading(act: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if act in _ALLOWED else sqlite3.SQLITE_DENY


def _read_table(
    database: sqlite3.Connection, column_map: Mapping[str, str], notes: Notes, where: str, *, max_rows: int
) -> Iterator[Batch]:
    table, columns = _choose_table(database, column_map, where)
    database.set_authorizer(_allow_reading)
    names = ", ".join(_quote(column) for column in columns.values())
    cursor = database.execute(f"SELECT {names} FROM {_quote(table)}")  # noqa: S608 - quoted names of its own columns
    reader, row = RowReader(notes), 0
    try:
        while rows := cursor.fetchmany(BATCH_ROWS):
            texts = {
                ours: pl.Series(ours, [_as_text(found[place]) for found in rows], pl.String)
                for place, ours in enumerate(columns)
            }
            numbers = pl.int_range(row + 1, row + 1 + len(rows), eager=True, dtype=pl.Int64).alias("row")
            yield reader.read(_tidy(pl.DataFrame({"row": numbers, **texts})))
            row += len(rows)
            if row > max_rows:
                notes.damage = f"the table {table} gives more rows than the file has bytes; it is read in part"
                return
    except sqlite3.Error as error:
        notes.damage = f"the table {table} cannot be read on ({error})"


def _choose_table(
    database: sqlite3.Connection, column_map: Mapping[str, str], where: str
) -> tuple[str, dict[str, str]]:
    """Return the table that holds chat, and our name → its column."""
    stored = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' LIMIT 1000"
    found: dict[str, dict[str, str]] = {}
    every: dict[str, list[str]] = {}
    for (table,) in database.execute(stored).fetchall():
        names = [name for _, name, *_ in database.execute(f"PRAGMA table_info({_quote(table)})")]
        every[table] = names
        if columns := _match(names, column_map, where):
            found[table] = columns
    if len(found) == 1:
        return next(iter(found.items()))
    if found:
        best = [table for table in found if table.lower() in {"messages", "chat", "dbdb"}]
        if len(best) == 1:
            return best[0], found[best[0]]
        raise SourceError(f"{where}: must have one table of chat, has {len(found)}: {list_names(found)}.")
    tables = "; ".join(f"{table} ({list_names(names)})" for table, names in list(every.items())[:5])
    raise SourceError(
        f"{where}: must have a table with a column of texts (one of: {', '.join(KNOWN_NAMES['text'])}); its tables "
        f"are: {tables or 'none'}. Name the column that holds the text: --map text=NAME."
    )


def _match(names: list[str], column_map: Mapping[str, str], where: str) -> dict[str, str]:
    """Return our name → column of a table; nothing where the table holds no texts."""
    if column_map and not set(column_map.values()) <= set(names):
        return {}
    if not column_map and "ListofMessages" in names:
        return {ours: theirs for theirs, ours in VIEWER_BEHAVIOR.items() if theirs in names}
    columns = match_columns(names, column_map, where)
    return {ours: names[place] for ours, place in columns.items()} if "text" in columns else {}


def _quote(name: str) -> str:
    """Return a name as SQLite reads it."""
    return '"' + name.replace('"', '""') + '"'


def _as_text(value: object) -> str | None:
    """Return a value of a column as a text."""
    if value is None or isinstance(value, str):
        return value[: MAX_TEXT_BYTES + 1] if value else None
    if isinstance(value, bytes):
        return value[: MAX_TEXT_BYTES + 1].decode("utf-8", "replace")
    return str(value)


def _tidy(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the texts without words for nothing; a stream's address as platform and name, a number as an offset."""
    names = [name for name in texts.columns if name != "row"]
    texts = texts.with_columns(pl.when(~pl.col(name).is_in(_NOTHING)).then(pl.col(name)).alias(name) for name in names)
    if "stream_id" in names and "platform" not in names:
        address = pl.col("stream_id").str.to_lowercase()
        is_youtube, is_twitch = address.str.contains("youtu"), address.str.contains("twitch.tv", literal=True)
        platform = pl.when(is_youtube).then(pl.lit("youtube")).when(is_twitch).then(pl.lit("twitch"))
        video = pl.col("stream_id").str.extract(_VIDEO)
        is_address = address.str.contains("^https?://")
        texts = texts.with_columns(
            platform=pl.when(is_address).then(platform),
            stream_id=pl.when(is_address).then(pl.coalesce(video, "stream_id")).otherwise(pl.col("stream_id")),
        )
    if "sent_at" in names and "offset_seconds" not in names:
        is_moment = pl.col("sent_at").str.contains(_MOMENT)
        texts = texts.with_columns(
            offset_seconds=pl.when(~is_moment).then(pl.col("sent_at")),
            sent_at=pl.when(is_moment).then(pl.col("sent_at")),
        )
    return texts
