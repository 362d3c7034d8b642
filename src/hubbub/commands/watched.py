"""A stream that is watched → its name, whether all of it is there, what its platform sent that could not be read.

The link's own gaps are known while it is watched. What is judged here, when a watch is over, are silences beside them
that the stream's own rate does not explain, and the verdict on the whole, as a file or a replay gets it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hubbub.commands.collected import Parsed, parse_page

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive, Change

SAME_STREAM_HOURS = 2.0
"""A channel whose last message is younger goes on with its stream: broadcasts that break off come back within minutes,
and two broadcasts of one channel are rarely closer."""

_RAW_NAME = "{}~live"
"""Beside the pages of the stream's replay, which a collection counts and goes on with."""


def keep_raw(store: Archive, platform: str, native_id: str, body: bytes) -> None:
    """Keep an answer of a platform that holds what could not be read, as it came.

    Raises
    ------
    ArchiveError
        When the disk refuses.
    """
    from hubbub.store.raw import RawPages

    with RawPages(store, platform, _RAW_NAME.format(native_id)) as raw:
        raw.append({"at": datetime.now(UTC).isoformat(), "following": None}, body)


def find_stream(store: Archive, platform: str, channel: str, now: datetime) -> tuple[str, datetime | None]:
    """Return the name of the stream of a channel that is watched from now on, and until when it was followed before.

    The channel's last stream goes on where its last message is young; else a new one is named after the moment.
    """
    columns = ["platform", "channel", "native_id", "started_at", "duration_seconds", "collected_at"]
    rows: list[dict[str, Any]] = store.read("streams", columns=columns).to_dicts()
    ended = [
        (row["started_at"] + timedelta(seconds=row["duration_seconds"] or 0.0), row)
        for row in rows
        if (row["platform"], row["channel"]) == (platform, channel) and row["started_at"] is not None
    ]
    last, row = max(ended, key=lambda pair: pair[0], default=(None, None))
    if last is None or row is None or now - last > timedelta(hours=SAME_STREAM_HOURS):
        return f"{channel}-{now:%Y-%m-%d-%H%M}", None
    until = max(last, row["collected_at"] or last)
    return row["native_id"], until if until < now else None


def find_ids(store: Archive, seen: Collection[tuple[str, str]]) -> list[str]:
    """Return what the archive calls the streams that a platform names so."""
    rows = store.read("streams", columns=["platform", "native_id", "stream_id"]).iter_rows()
    return [stream for platform, native, stream in rows if (platform, native) in seen]


def judge_watched(store: Archive, stream_ids: Iterable[str]) -> dict[str, list[str]]:
    """Write the gaps, the verdict and what could not be read of streams that were watched.

    Returns
    -------
    dict of str to list of str
        Stream → what is missing of it, one line each; streams of which nothing is known to be missing are left out.

    Raises
    ------
    ArchiveError
        When another process writes the archive for too long, or the disk refuses.
    """
    told = {}
    with store.writing() as change:
        streams = {row["stream_id"]: row for row in change.read("streams", "").iter_rows(named=True)}
        for stream in sorted(set(stream_ids) & streams.keys()):
            if missing := _judge(store, change, streams[stream]):
                told[stream] = missing
    return told


def _judge(store: Archive, change: Change, about: dict[str, Any]) -> list[str]:
    import polars as pl

    from hubbub.analyze.completeness import LONGEST_IN_A_LOG, SILENCE, Evidence, find_silences, judge
    from hubbub.records import TABLES
    from hubbub.store.gaps import keep_gaps
    from hubbub.store.sources import put_source, set_complete

    stream = about["stream_id"]
    spans = ["first_seconds", "last_seconds"]
    links = change.read("gaps", stream).filter(pl.col("cause") != SILENCE)
    offsets = change.read("messages", stream, ["offset_seconds"])["offset_seconds"].drop_nulls().to_numpy()
    # A watch goes on between broadcasts, as a log does.
    found = find_silences(
        offsets, known_gaps=links.select(spans).drop_nulls().to_numpy(), longest_seconds=LONGEST_IN_A_LOG
    )
    keep_gaps(change, stream, found, instead_of=SILENCE)
    # What was missed before the first message was of no stream yet.
    gaps = change.read("gaps", stream, [*spans, "cause", "n_expected"]).filter(pl.col("last_seconds") > 0)
    verdict, missing = judge(Evidence(None, about["n_messages"], None, None), [(stream, gaps)])
    if gaps.height:
        set_complete(change, stream, is_complete=False)
    unread = _unread(store, about)
    row = {
        "source_id": hashlib.sha256(f"watch\x1f{about['platform']}\x1f{stream}".encode()).hexdigest(),
        "name": stream,
        "format": f"{about['platform']}-live",
        "ingested_at": datetime.now(UTC),
        "n_rows": about["n_messages"],
        "n_kept": about["n_messages"],
        "n_repeated": 0,
        "n_rejected": unread.height,
        "stream_ids": [stream],
        "damage": None,
        "n_expected": None,
        "verdict": verdict,
        "missing": list(missing),
    }
    aside = unread.with_columns(source_id=pl.lit(row["source_id"]))
    put_source(change, pl.DataFrame([row], schema=TABLES["sources"].columns), aside)
    return list(missing)


def _unread(store: Archive, about: dict[str, Any]) -> pl.DataFrame:
    """Return the rows of ``rejects``, without their source, of the answers that were kept raw."""
    from hubbub.store.raw import read_pages

    pages = read_pages(store, about["platform"], _RAW_NAME.format(about["native_id"]))
    parsed = Parsed(about["native_id"], about["channel"], about["platform"])
    for _ in parsed.blocks(parse_page(about["platform"], page.body) for page in pages):
        pass  # their messages are in the archive already
    return parsed.rejects
