"""One viewer out of everything that the archive holds.

What goes: the viewer's rows, in the tables and in the journal with its log, their names in what others wrote, their
vectors, the row of the vault, and every derived table of the streams they wrote in or were named in (it is made again
from what is left). A fingerprint stays, so that
the next reading of the same file does not bring them back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from hubbub.store.admission import describe_stream
from hubbub.store.archive import FORGOTTEN, NAMES, WHOLE, Archive, Change
from hubbub.store.compaction import compact
from hubbub.store.derived import drop_derived
from hubbub.store.journal_database import JournalDatabase, journal_file
from hubbub.store.raw import leave_raw
from hubbub.store.salvage import remove_damaged
from hubbub.store.viewers import find_viewer, fingerprint

PLACEHOLDER = "[forgotten]"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed: rows of the viewer, messages of others that named them, rejects, and the streams touched."""

    n_messages: int
    n_mentions: int
    n_rejects: int
    stream_ids: tuple[str, ...]


def forget_viewer(archive: Archive, viewer: str) -> Forgotten:
    """Remove a viewer, given by id or by name, and keep them out from now on.

    Raises
    ------
    ArchiveError
        When nobody, or more than one viewer, is called so.
    """
    compact(archive)
    viewer_id, names = find_viewer(archive, viewer)
    pattern = _name_pattern(names)
    with archive.writing() as change:
        touched: list[str] = []
        n_messages = n_mentions = 0
        for stream in change.keys("messages"):
            n_gone, n_named = _leave_stream(change, stream, viewer_id, pattern)
            n_messages, n_mentions = n_messages + n_gone, n_mentions + n_named
            if n_gone or n_named:
                touched.append(stream)
        n_rejects = _leave_rejects(change, pattern)
        _leave_sources(change, pattern)
        # Before the name is gone from the vault: by it the pages are found again, should this be killed here.
        leave_raw(archive, names, pattern)
        _leave_private(change, viewer_id)
        # After the mark is published: a writer that goes on refuses the viewer, and what it wrote until then goes.
        change.then(lambda: _leave_journal(archive, viewer_id))
    return Forgotten(n_messages, n_mentions, n_rejects, tuple(touched))


def _leave_stream(change: Change, stream: str, viewer_id: str, pattern: str | None) -> tuple[int, int]:
    messages = change.read("messages", stream)
    theirs = (pl.col("viewer_id") == viewer_id).fill_null(value=False)
    gone = messages.filter(theirs)
    left = messages.filter(theirs.not_())
    named = pl.col("text").str.contains(pattern).fill_null(value=False) if pattern else pl.lit(value=False)
    mentions = left.filter(named)["message_id"]
    n_named = mentions.len()
    if gone.is_empty() and not n_named:
        return 0, 0
    if pattern:
        left = left.with_columns(
            text=pl.col("text").str.replace_all(pattern, f"${{before}}{PLACEHOLDER}"),
            emotes=pl.col("emotes").list.eval(pl.element().filter(pl.element().str.contains(pattern).not_())),
        )
    drop_derived(change, stream, pl.concat([gone["message_id"], mentions]))
    truth = change.read("truth", stream)
    if truth.height:
        change.put("truth", stream, truth.join(gone.select("message_id"), on="message_id", how="anti"))
    streams = change.read("streams", WHOLE)
    before = streams.filter(pl.col("stream_id") == stream)
    others = streams.filter(pl.col("stream_id") != stream)
    if left.is_empty():
        change.drop("messages", stream)
        change.drop("truth", stream)
        change.put("streams", WHOLE, others)
        return gone.height, n_named
    change.put("messages", stream, left)
    row = describe_stream(left, before["native_id"][0], before["started_at"][0], before)
    change.put("streams", WHOLE, pl.concat([others, row]).sort("started_at", "stream_id", nulls_last=True))
    return gone.height, n_named


def _leave_journal(archive: Archive, viewer_id: str) -> None:
    if journal_file(archive.path).exists():
        with JournalDatabase(archive.path) as journal:
            journal.forget(viewer_id)
    remove_damaged(archive.path)


def _leave_rejects(change: Change, pattern: str | None) -> int:
    n_gone = 0
    if pattern is None:
        return 0
    for source in change.keys("rejects"):
        rejects = change.read("rejects", source)
        left = rejects.filter(pl.col("excerpt").str.contains(pattern).fill_null(value=False).not_())
        if left.height < rejects.height:
            n_gone += rejects.height - left.height
            change.put("rejects", source, left)
    return n_gone


def _leave_sources(change: Change, pattern: str | None) -> None:
    """Take out what remembers that the viewer's own account was collected: no update asks for it again."""
    sources = change.read("sources", WHOLE)
    if pattern is None or sources.is_empty():
        return
    is_theirs = (pl.col("format") == "x-posts") & pl.col("name").str.contains(pattern)
    left = sources.filter(is_theirs.fill_null(value=False).not_())
    if left.height < sources.height:
        change.put("sources", WHOLE, left)


def _leave_private(change: Change, viewer_id: str) -> None:
    change.put(NAMES.name, WHOLE, change.read(NAMES.name, WHOLE).filter(pl.col("viewer_id") != viewer_id))
    marks = change.read(FORGOTTEN.name, WHOLE)
    mark = pl.DataFrame({"fingerprint": [fingerprint(viewer_id)]}, schema=FORGOTTEN.columns)
    change.put(FORGOTTEN.name, WHOLE, pl.concat([marks, mark]).unique(maintain_order=True))


def _name_pattern(names: list[str]) -> str | None:
    """Return a pattern that finds the names as whole words, with or without ``@``, in any case."""
    if not names:
        return None
    choice = "|".join(re.escape(name) for name in names)
    return rf"(?i)(?P<before>^|[^\w])@?(?:{choice})\b"
