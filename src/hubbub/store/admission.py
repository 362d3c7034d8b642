"""Rows as sources give them → rows of ``messages``: named streams, pseudonyms, ids, order, nothing twice.

A message_id that the source gives is kept. Where it gives none, the id is a hash of stream, moment, offset, viewer,
kind and text, and of the number of equal rows before it in the same source: so a file read twice adds nothing, and
two equal messages of one second in one file stay two. Deletions are honored (``deletions``) in any order.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from hubbub.records import TABLES
from hubbub.store.archive import WHOLE, Archive, Change
from hubbub.store.deletions import open_targets, take_back
from hubbub.store.derived import drop_derived
from hubbub.store.stream_names import StreamNames
from hubbub.store.viewers import Pseudonyms, forgotten_among, keep_names, pseudonyms

_PAID = ("donation", "subscription", "gift", "membership")
_DERIVED_ID_BYTES = 10
_MAX_GATHERED = 1_000_000
"""Rows that are held before they are merged into the archive; about 0.5 GB."""

MIN_REPEATED = 50
_NEAR = timedelta(days=2)
FACTS = ("title", "category", "url", "is_complete", "collected_at", "started_at")
"""What a platform can say of a stream beside its messages."""


class Admission:
    """The reading of one source into an archive, block by block, within one change.

    Rows are gathered and merged into their streams together, so that a stream is written once.

    Parameters
    ----------
    archive, change
        Where the rows go.
    stream_name : str
        The stream's name for rows that do not tell it.
    by_day : bool
        Name such streams by channel and UTC day instead: for logs, which are cut at midnight and not at broadcasts.

    Attributes
    ----------
    n_kept, n_repeated : int
        Rows added; rows that the archive had already. Complete after ``finish``, as are the others.
    n_taken_back : int
        Messages that lost their text because a deletion names them or their viewer.
    rejected : Counter of str
        Rows refused, by reason.
    stream_ids : list of str
        Streams that the source has rows of.
    repeated_parts : list of (int, int)
        First and last row (from 1) of each part of at least ``MIN_REPEATED`` rows that the source had before.
    """

    def __init__(self, archive: Archive, change: Change, stream_name: str, *, by_day: bool = False) -> None:
        self.archive = archive
        self.change = change
        self.stream_name = stream_name
        self.by_day = by_day
        self.n_kept = 0
        self.n_repeated = 0
        self.n_taken_back = 0
        self.rejected: Counter[str] = Counter()
        self.stream_ids: list[str] = []
        self.repeated_parts: list[tuple[int, int]] = []
        self._n_rows = 0
        self._streams = change.read("streams", WHOLE)
        self._n_seen: dict[str, int] = {}
        self._facts: dict[tuple[str | None, str], dict[str, Any]] = {}
        self._gathered: list[pl.DataFrame] = []
        self._authors: list[pl.DataFrame] = []
        self._pseudonyms: Pseudonyms | None = None
        self._open_targets: dict[str, pl.Series] = {}

    def admit(self, raw: pl.DataFrame) -> None:
        """Add a block of rows of ``records.RAW``."""
        if raw.is_empty():
            return
        rows = raw.with_columns(pl.col("platform").fill_null("unknown"), pl.col("kind").fill_null("message"))
        self._pseudonyms = self._pseudonyms or Pseudonyms(self.archive)
        authors = pseudonyms(self.archive, rows, self._pseudonyms)
        on = ["platform", "author", "author_id"]
        rows = rows.join(authors, on=on, how="left", nulls_equal=True, maintain_order="left")
        self._authors.append(authors)
        self.admit_pseudonymous(rows.drop("author", "author_id").with_columns(is_deleted=pl.lit(value=False)))

    def admit_pseudonymous(self, rows: pl.DataFrame) -> None:
        """Add rows of ``messages`` as a journal has them: ``stream_id`` as its source names it, or null."""
        self._gathered.append(rows)
        if sum(block.height for block in self._gathered) >= _MAX_GATHERED:
            self._merge_gathered()

    def describe(self, stream_id: str, facts: Mapping[str, Any], *, platform: str | None = None) -> None:
        """Say of a stream, as the source names it, what its messages do not tell; rows before or after do.

        Parameters
        ----------
        stream_id : str
            As the source names it; "" stands for the stream that it does not name.
        facts : mapping
            Some of ``FACTS``; a null says nothing. ``started_at`` is used where the rows do not tell the start.
        platform : str, optional
            Only a stream of this platform.
        """
        unknown = set(facts) - set(FACTS)
        if unknown:
            raise ValueError(f"a stream has {', '.join(FACTS)}; not {', '.join(sorted(unknown))}")
        told = {name: value for name, value in facts.items() if value is not None}
        self._facts.setdefault((platform, stream_id or self.stream_name), {}).update(told)

    def finish(self, title: str | None = None, days: Mapping[str, str] | None = None) -> None:
        """Merge the rows; write the streams, with a title, and the ISO days of native streams without moments.

        The name "" stands for streams that the source does not name.
        """
        self._merge_gathered()
        self._take_back_elsewhere()
        if self._authors:
            authors = pl.concat(self._authors).unique(maintain_order=True)
            gone = list(forgotten_among(self.change, authors["viewer_id"]))
            keep_names(self.change, authors.filter(pl.col("viewer_id").is_in(gone).not_()))
        mine = pl.col("stream_id").is_in(self.stream_ids)
        before = self._streams
        if title:
            self._set(mine, "title", title)
        for name, day in (days or {}).items():
            dated = mine & (pl.col("native_id") == (name or self.stream_name)) & pl.col("day").is_null()
            self._set(dated, "day", date.fromisoformat(day))
        for (platform, name), facts in self._facts.items():
            meant = mine & (pl.col("native_id") == name)
            if platform is not None:
                meant &= pl.col("platform") == platform
            for fact, value in facts.items():
                if fact != "started_at":
                    self._set(meant, fact, value)
        if self.n_kept or self.n_taken_back or not before.equals(self._streams):
            self.change.put("streams", WHOLE, self._streams.sort("started_at", "stream_id", nulls_last=True))

    def _set(self, meant: pl.Expr, name: str, value: object) -> None:
        value_as_told = pl.lit(value, TABLES["streams"].columns[name])
        self._streams = self._streams.with_columns(
            pl.when(meant).then(value_as_told).otherwise(pl.col(name)).alias(name)
        )

    def _merge_gathered(self) -> None:
        if not self._gathered:
            return
        rows = pl.concat(self._gathered)
        self._gathered.clear()
        rows = self._without_forgotten(rows.with_columns(native_id=self._native_stream()))
        rows = self._with_ids(self._with_streams(rows))
        rows = rows.with_columns(is_first=_first_of_each(rows))
        self._note_repeated_parts(rows)
        blocks = [rows] if _is_one_stream(rows) else rows.partition_by("stream_id", maintain_order=True)
        for block in blocks:
            self._merge(block["stream_id"][0], block)

    def _native_stream(self) -> pl.Expr:
        name = pl.lit(self.stream_name)
        if not self.by_day:
            return pl.coalesce("stream_id", name)
        day = pl.concat_str(
            pl.col("channel").fill_null("log"), pl.col("sent_at").dt.strftime("%Y-%m-%d"), separator="-"
        )
        return pl.coalesce("stream_id", day, name)

    def _without_forgotten(self, rows: pl.DataFrame) -> pl.DataFrame:
        gone = list(forgotten_among(self.change, rows["viewer_id"]))
        if not gone:
            return rows
        kept = rows.filter(pl.col("viewer_id").is_in(gone).fill_null(value=False).not_())
        self.rejected["viewer was forgotten"] += rows.height - kept.height
        return kept

    def _with_streams(self, rows: pl.DataFrame) -> pl.DataFrame:
        on = ["platform", "channel", "native_id"]
        names = StreamNames(self._streams)
        keys = rows.select(on).unique(maintain_order=True)
        found = [names.claim(*key) for key in keys.iter_rows()]
        self.stream_ids = list(dict.fromkeys([*self.stream_ids, *(stream for stream, _ in found)]))
        if len(found) == 1:
            stream, known_as = found[0]
            channel = pl.coalesce(pl.lit(known_as, pl.String), "channel")
            return rows.with_columns(stream_id=pl.lit(stream), channel=channel)
        claimed = pl.DataFrame(found, schema={"stream_id": pl.String, "known_as": pl.String}, orient="row")
        rows = rows.drop("stream_id").join(
            keys.hstack(claimed), on=on, how="left", nulls_equal=True, maintain_order="left"
        )
        return rows.with_columns(channel=pl.coalesce("known_as", "channel")).drop("known_as")

    def _with_ids(self, rows: pl.DataFrame) -> pl.DataFrame:
        without = rows["message_id"].is_null()
        if not without.any():
            return rows
        n_seen, derived_ids = self._n_seen, []
        for identity in rows.filter(without).select(_identity()).to_series():
            derived = hashlib.blake2b(identity.encode(), digest_size=_DERIVED_ID_BYTES).hexdigest()
            n_before = n_seen.get(derived, 0)
            n_seen[derived] = n_before + 1
            derived_ids.append(f"{derived}-{n_before}" if n_before else derived)
        places = without.arg_true()
        return rows.with_columns(rows["message_id"].scatter(places, pl.Series(derived_ids, dtype=pl.String)))

    def _note_repeated_parts(self, rows: pl.DataFrame) -> None:
        """Note long runs of rows that are all equal to earlier ones: by their id, or by what tells them apart."""
        has_time = pl.any_horizontal(pl.col("sent_at", "offset_seconds").is_not_null())
        is_derived = pl.col("message_id").str.contains(r"^[0-9a-f]{20}-[0-9]+$") & has_time
        is_again = rows.select(is_derived | pl.col("is_first").not_()).to_series()
        runs = is_again.rle().struct.unnest().with_columns(last=pl.col("len").cum_sum())
        for length, last in runs.filter(pl.col("value") & (pl.col("len") >= MIN_REPEATED)).select("len", "last").rows():
            self.repeated_parts.append((self._n_rows + last - length + 1, self._n_rows + last))
        self._n_rows += rows.height

    def _merge(self, stream: str, block: pl.DataFrame) -> None:
        known = self.change.read("messages", stream)
        fresh = block if block["is_first"].all() else block.filter("is_first")
        if known.height:
            fresh = fresh.join(known.select("message_id"), on="message_id", how="anti", maintain_order="left")
        self.n_repeated += block.height - fresh.height
        self.n_kept += fresh.height
        if fresh.is_empty():
            return
        before = self._streams.filter(pl.col("stream_id") == stream)
        native = fresh["native_id"][0]
        started_at = before["started_at"][0] if before.height else None
        started_at = started_at or self._told_start(native, fresh["platform"][0])
        messages, started_at = _place_in_time(known, fresh.select(list(TABLES["messages"].columns)), started_at)
        messages = self._honored(stream, messages, known)
        self.change.put("messages", stream, messages)
        row = describe_stream(messages, native, started_at, before)
        self._streams = pl.concat([self._streams.filter(pl.col("stream_id") != stream), row])

    def _told_start(self, native: str, platform: str) -> datetime | None:
        for key in ((platform, native), (None, native)):
            if started_at := self._facts.get(key, {}).get("started_at"):
                return started_at  # type: ignore[no-any-return]
        return None

    def _honored(
        self, stream: str, messages: pl.DataFrame, known: pl.DataFrame, targets: pl.Series | None = None
    ) -> pl.DataFrame:
        """Return a stream's messages without what was taken back; what was made of it goes with it."""
        messages, taken = take_back(messages, targets)
        self._open_targets[stream] = open_targets(messages)
        self.n_taken_back += taken.len()
        if taken.len() and known.height and taken.is_in(known["message_id"].implode()).any():
            drop_derived(self.change, stream, taken)
        return messages

    def _take_back_elsewhere(self) -> None:
        """Honor deletions of messages that are in another stream of their channel: a log is cut at midnight."""
        touched = list(self._open_targets)
        channels = self._streams.filter(pl.col("stream_id").is_in(touched)).select("platform", "channel").unique()
        near = self._streams.join(channels, on=["platform", "channel"], how="semi", nulls_equal=True)
        near = near.filter(pl.col("started_at").is_not_null())
        columns = ["message_id", "kind", "reply_to"]
        spans = {row["stream_id"]: row for row in near.iter_rows(named=True)}
        for stream in [stream for stream in touched if stream in spans]:
            for other in [name for name in spans if name != stream and _is_near(spans[stream], spans[name])]:
                if other not in self._open_targets:
                    self._open_targets[other] = open_targets(self.change.read("messages", other).select(columns))
                for targets, place in ((self._open_targets[stream], other), (self._open_targets[other], stream)):
                    self._take_back_in(place, targets)

    def _take_back_in(self, stream: str, targets: pl.Series) -> None:
        if targets.is_empty():
            return
        known, was = self.change.read("messages", stream), self._open_targets[stream]
        n_before = self.n_taken_back
        messages = self._honored(stream, known, known, targets)
        self._open_targets[stream] = was
        if self.n_taken_back > n_before:
            self.change.put("messages", stream, messages)


def _first_of_each(rows: pl.DataFrame) -> pl.Series:
    """Return whether each row is the first of its stream with its id."""
    key = pl.col("message_id") if _is_one_stream(rows) else pl.struct("stream_id", "message_id")
    return rows.select(key.is_first_distinct()).to_series()


def _is_one_stream(rows: pl.DataFrame) -> bool:
    """Return whether all rows are of the same stream."""
    return bool((rows["stream_id"] == rows["stream_id"][0]).all())


def _is_near(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two streams of a channel are so near in time that a deletion in one can mean the other."""
    first, last = sorted((one, other), key=lambda stream: stream["started_at"])
    same = one["platform"] == other["platform"] and one["channel"] == other["channel"]
    end = first["started_at"] + timedelta(seconds=first["duration_seconds"] or 0.0)
    return bool(same and last["started_at"] - end <= _NEAR)


def describe_stream(
    messages: pl.DataFrame, native_id: str, started_at: datetime | None, before: pl.DataFrame
) -> pl.DataFrame:
    """Return the row of ``streams`` of one stream's messages; title and day are those of the row before, if any."""
    viewer = pl.col("viewer_id").drop_nulls()
    known = pl.when(viewer.len() > 0)
    return messages.select(
        stream_id=pl.col("stream_id").first(),
        platform=pl.col("platform").first(),
        channel=pl.col("channel").drop_nulls().first(),
        native_id=pl.lit(native_id, pl.String),
        title=pl.lit(before["title"][0] if before.height else None, pl.String),
        started_at=pl.lit(started_at, TABLES["streams"].columns["started_at"]),
        day=pl.lit(started_at.date() if started_at else before["day"][0] if before.height else None, pl.Date),
        duration_seconds=pl.col("offset_seconds").max(),
        n_messages=pl.len().cast(pl.Int64),
        n_viewers=known.then(viewer.n_unique().cast(pl.Int64)),
        n_payers=known.then(
            pl.col("viewer_id").filter(pl.col("kind").is_in(_PAID)).drop_nulls().n_unique().cast(pl.Int64)
        ),
        n_gifts=(pl.col("kind") == "gift").sum().cast(pl.Int64),
        **{
            name: pl.lit(before[name][0] if before.height else None, TABLES["streams"].columns[name])
            for name in ("category", "url", "is_complete", "collected_at")
        },
    )


def _place_in_time(
    known: pl.DataFrame, fresh: pl.DataFrame, started_at: datetime | None
) -> tuple[pl.DataFrame, datetime | None]:
    """Return all rows in order of time with their offsets, and the moment of offset 0.

    Where the source gives offset and moment, their median difference is the start; where it gives moments only, the
    first message is, and offsets move when an earlier message comes later.
    """
    stated: datetime | None = fresh.select(
        (pl.col("sent_at") - pl.duration(seconds="offset_seconds", time_unit="us")).median()
    ).item()
    earliest: datetime | None = fresh.select(pl.col("sent_at").min()).item()
    shift = timedelta()
    if started_at is None:
        started_at = stated or earliest
    elif stated is None and earliest is not None and earliest < started_at and known["offset_seconds"].min() == 0:
        shift, started_at = started_at - earliest, earliest
    known = known.with_columns(pl.col("offset_seconds") + shift.total_seconds())
    since_start = (pl.col("sent_at") - pl.lit(started_at, pl.Datetime("us", "UTC"))).dt.total_microseconds() / 1e6
    fresh = fresh.with_columns(offset_seconds=pl.coalesce("offset_seconds", since_start))
    rows = pl.concat([known, fresh])
    if not _is_in_order(rows):
        rows = rows.sort("offset_seconds", "sent_at", nulls_last=True, maintain_order=True)
    return rows, started_at


def _is_in_order(rows: pl.DataFrame) -> bool:
    """Return whether rows are in order of offset and moment, and all have both."""
    before, after = rows.select("offset_seconds", "sent_at").head(-1), rows.select("offset_seconds", "sent_at").tail(-1)
    later = before["offset_seconds"] < after["offset_seconds"]
    same = (before["offset_seconds"] == after["offset_seconds"]) & (before["sent_at"] <= after["sent_at"])
    is_known = not rows["offset_seconds"].null_count() + rows["sent_at"].null_count()
    return is_known and bool((later | same).all())


def _identity() -> pl.Expr:
    """Return what tells one row of a stream from another, as one string."""
    # Thousandths and microseconds as whole numbers: one way to write a time, whatever wrote it.
    parts = [
        pl.col("stream_id"),
        pl.col("sent_at").dt.epoch("us").cast(pl.String),
        (pl.col("offset_seconds") * 1000).round().cast(pl.Int64).cast(pl.String),
        pl.col("viewer_id"),
        pl.col("kind"),
        pl.col("event"),
        pl.col("amount").cast(pl.String),
        pl.col("text"),
    ]
    return pl.concat_str([part.fill_null("") for part in parts], separator="\x1f")
