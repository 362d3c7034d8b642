"""Names → pseudonyms, from the first write on.

A viewer_id is a keyed hash (HMAC-SHA256, RFC 2104) of platform and identity. The key is made with the archive and lies
in its own file that only its owner can read: without it, nobody can go from an id to a name by trying names. Names are
kept in one erasable table beside it, so that a person can be found in order to be forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import polars as pl

from hubbub.errors import ArchiveError
from hubbub.store.archive import FORGOTTEN, NAMES, WHOLE, Archive, Change

_IDENTITY = ["platform", "author", "author_id"]


MAX_KNOWN = 200_000
"""Authors whose pseudonyms are remembered while a source is read."""


class Pseudonyms:
    """The pseudonyms of an archive, each made once for all the blocks of a source."""

    def __init__(self, archive: Archive) -> None:
        self._key = read_key(archive)
        self._known: dict[tuple[str, str | None, str | None], str] = {}

    def of(self, authors: Iterable[tuple[str, str | None, str | None]]) -> list[str]:
        """Return the viewer_id of each author, given as platform, name and the platform's id."""
        known = self._known
        if len(known) > MAX_KNOWN:
            known.clear()
        ids = []
        for author in authors:
            if (found := known.get(author)) is None:
                found = known[author] = viewer_id(self._key, *author)
            ids.append(found)
        return ids


def pseudonyms(archive: Archive, raw: pl.DataFrame, known: Pseudonyms | None = None) -> pl.DataFrame:
    """Return who wrote the rows: ``platform, author, author_id, viewer_id``, one row a distinct author.

    On Twitch the login tells a viewer in every kind of file, so the name counts there; elsewhere the platform's id
    does, where it is known.
    """
    authors = (
        raw.lazy()
        .select(_IDENTITY)
        .unique()
        .filter(pl.any_horizontal(pl.col("author", "author_id").is_not_null()))
        .collect()
    )
    ids = (known or Pseudonyms(archive)).of(authors.iter_rows())
    return authors.with_columns(pl.Series("viewer_id", ids, dtype=pl.String))


def viewer_id(key: bytes, platform: str, author: str | None, native_id: str | None) -> str:
    """Return the pseudonym of one author.

    Examples
    --------
    >>> viewer_id(b"key", "twitch", "Ann", "17") == viewer_id(b"key", "twitch", "ann", None)
    True
    >>> viewer_id(b"key", "youtube", "Ann", "UC1") == viewer_id(b"key", "youtube", "Bob", "UC1")
    True
    """
    named = author.casefold() if author else None
    identity = (named or native_id) if platform == "twitch" else (native_id or named)
    text = f"{platform}\x1f{identity}".encode("utf-8", "surrogatepass")
    return "v" + hmac.digest(key, text, "sha256").hex()[:16]


def keep_names(change: Change, authors: pl.DataFrame) -> None:
    """Add the names behind new pseudonyms to the erasable table."""
    known = change.read(NAMES.name, WHOLE)
    rows = authors.select("viewer_id", "platform", name=pl.col("author"), native_id=pl.col("author_id"))
    rows = pl.concat([known, rows]).unique(["viewer_id", "name"], keep="first", maintain_order=True)
    if rows.height > known.height:
        change.put(NAMES.name, WHOLE, rows)


def fingerprint(viewer: str) -> str:
    """Return what is kept of a forgotten viewer: enough to keep them out, not enough to find them."""
    return hashlib.sha256(viewer.encode()).hexdigest()


def forgotten_among(change: Change, viewers: pl.Series) -> set[str]:
    """Return those of the viewer_ids that were forgotten."""
    marks = set(change.read(FORGOTTEN.name, WHOLE)["fingerprint"])
    return {viewer for viewer in viewers.drop_nulls().unique() if fingerprint(viewer) in marks} if marks else set()


def forgotten_names(archive: Archive, change: Change, raw: pl.DataFrame) -> set[str]:
    """Return the names and platform ids of those writers of rows of ``records.RAW`` who were forgotten."""
    if change.read(FORGOTTEN.name, WHOLE).is_empty():
        return set()
    authors = pseudonyms(archive, raw)
    gone = list(forgotten_among(change, authors["viewer_id"]))
    theirs = authors.filter(pl.col("viewer_id").is_in(gone))
    return {name for name in (*theirs["author"], *theirs["author_id"]) if name}


def find_viewer(archive: Archive, viewer: str) -> tuple[str, list[str]]:
    """Return the viewer_id and the names of one viewer, given by id or by name.

    Raises
    ------
    ArchiveError
        When nobody, or more than one viewer, is called so.
    """
    names = archive.read(NAMES.name)
    found = names.filter(
        (pl.col("viewer_id") == viewer)
        | (pl.col("name").str.to_lowercase() == viewer.lstrip("@").lower())
        | (pl.col("native_id") == viewer)
    )
    if found.is_empty():
        raise ArchiveError(
            f"No viewer '{viewer}' in {archive.path}. Give a viewer_id, or the name as the platform shows it."
        )
    if found["viewer_id"].n_unique() > 1:
        choices = ", ".join(f"{row['viewer_id']} ({row['platform']})" for row in found.to_dicts())
        raise ArchiveError(f"More than one viewer is called '{viewer}'. Give one of the ids: {choices}.")
    known = {name for name in (*found["name"], *found["native_id"]) if name}
    return found["viewer_id"][0], sorted(known, key=len, reverse=True)


def read_key(archive: Archive) -> bytes:
    """Return the key of an archive's pseudonyms.

    Raises
    ------
    ArchiveError
        When its file is missing or damaged.
    """
    file = archive.path / "private" / "key"
    try:
        return bytes.fromhex(file.read_text())
    except (OSError, ValueError) as error:
        raise ArchiveError(
            f"The key of the pseudonyms must be in {file}: {error}. Without it nothing can be added."
        ) from error


def names_among(archive: Archive, words: Iterable[str]) -> set[str]:
    """Return which words are names of viewers, in any case, so that nothing is found out about them as about words."""
    names = {name.casefold() for name in archive.read(NAMES.name)["name"].drop_nulls().to_list()}
    return {word for word in words if word.casefold() in names}
