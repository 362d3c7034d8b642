"""Rows as sources give them → rows of ``messages``: named streams, pseudonyms, ids, order, nothing twice.

A message_id that the source gives is kept. Where it gives none, the id is a hash of stream, moment, offset, viewer,
kind and text, and of the number of equal rows before it in the same source: so a file read twice adds nothing, and
two equal messages of one second in one file stay two.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import polars as pl

from hubbub.records import TABLES
from hubbub.store.archive import WHOLE, Archive, Change
from hubbub.store.viewers import forgotten_among, keep_names, pseudonyms

_PAID = ("donation", "subscription", "gift", "membership")
_DERIVED_ID_BYTES = 10


class Admission:
    """The reading of one source into an archive, block by block, within one change.

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
        Rows added; rows that the archive had already.
    rejected : Counter of str
        Rows refused, by reason.
    stream_ids : list of str
        Streams that the source has rows of.
    """

    def __init__(self, archive: Archive, change: Change, stream_name: str, *, by_day: bool = False) -> None:
        self.archive = archive
        self.change = change
        self.stream_name = stream_name
        self.by_day = by_day
        self.n_kept = 0
        self.n_repeated = 0
        self.rejected: Counter[str] = Counter()
        self.stream_ids: list[str] = []
        self._streams = change.read("streams", WHOLE)
        self._n_seen: dict[str, int] = {}

    def admit(self, raw: pl.DataFrame) -> None:
        """Add a block of rows of ``records.RAW``."""
        if raw.is_empty():
            return
        rows = raw.with_columns(
            pl.col("platform").fill_null("unknown"),
            pl.col("kind").fill_null("message"),
            is_deleted=pl.lit(value=False),
            native_id=self._native_stream(),
        )
        authors = pseudonyms(self.archive, rows)
        on = ["platform", "author", "author_id"]
        rows = rows.join(authors, on=on, how="left", nulls_equal=True, maintain_order="left")
        rows = self._without_forgotten(rows, authors)
        rows = self._with_ids(self._with_streams(rows))
        for (stream,), block in rows.group_by(["stream_id"], maintain_order=True):
            self._merge(str(stream), block)

    def finish(self, title: str | None = None, days: Mapping[str, str] | None = None) -> None:
        """Write the streams, with a title, and the ISO days of native streams without moments, where there are any.

        The name "" stands for streams that the source does not name.
        """
        mine = pl.col("stream_id").is_in(self.stream_ids)
        if title:
            self._streams = self._streams.with_columns(
                title=pl.when(mine).then(pl.lit(title)).otherwise(pl.col("title"))
            )
        for name, day in (days or {}).items():
            dated = mine & (pl.col("native_id") == (name or self.stream_name))
            self._streams = self._streams.with_columns(
                day=pl.when(dated).then(pl.coalesce("day", pl.lit(date.fromisoformat(day)))).otherwise(pl.col("day"))
            )
        if self.n_kept:
            self.change.put("streams", WHOLE, self._streams.sort("started_at", "stream_id", nulls_last=True))

    def _native_stream(self) -> pl.Expr:
        name = pl.lit(self.stream_name)
        if not self.by_day:
            return pl.coalesce("stream_id", name)
        day = pl.concat_str(
            pl.col("channel").fill_null("log"), pl.col("sent_at").dt.strftime("%Y-%m-%d"), separator="-"
        )
        return pl.coalesce("stream_id", day, name)

    def _without_forgotten(self, rows: pl.DataFrame, authors: pl.DataFrame) -> pl.DataFrame:
        gone = list(forgotten_among(self.change, authors["viewer_id"]))
        if gone:
            kept = rows.filter(pl.col("viewer_id").is_in(gone).fill_null(value=False).not_())
            self.rejected["viewer was forgotten"] += rows.height - kept.height
            rows, authors = kept, authors.filter(pl.col("viewer_id").is_in(gone).not_())
        keep_names(self.change, authors)
        return rows

    def _with_streams(self, rows: pl.DataFrame) -> pl.DataFrame:
        on = ["platform", "channel", "native_id"]
        names = {tuple(key): stream for stream, *key in self._streams.select("stream_id", *on).iter_rows()}
        taken = set(names.values())
        keys = rows.select(on).unique(maintain_order=True)
        ids = []
        for platform, channel, native in keys.iter_rows():
            stream = names.get((platform, channel, native)) or _free_name(native, channel, platform, taken)
            taken.add(stream)
            ids.append(stream)
        self.stream_ids = list(dict.fromkeys([*self.stream_ids, *ids]))
        keys = keys.with_columns(pl.Series("stream_id", ids, dtype=pl.String))
        return rows.drop("stream_id").join(keys, on=on, how="left", nulls_equal=True, maintain_order="left")

    def _with_ids(self, rows: pl.DataFrame) -> pl.DataFrame:
        identities = rows.select(pl.when(pl.col("message_id").is_null()).then(_identity())).to_series().to_list()
        ids, n_seen = rows["message_id"].to_list(), self._n_seen
        for row, identity in enumerate(identities):
            if identity is None:
                continue
            derived = hashlib.blake2b(identity.encode(), digest_size=_DERIVED_ID_BYTES).hexdigest()
            n_before = n_seen.get(derived, 0)
            n_seen[derived] = n_before + 1
            ids[row] = f"{derived}-{n_before}" if n_before else derived
        return rows.with_columns(message_id=pl.Series(ids, dtype=pl.String))

    def _merge(self, stream: str, block: pl.DataFrame) -> None:
        known = self.change.read("messages", stream)
        fresh = block.unique("message_id", keep="first", maintain_order=True).join(
            known.select("message_id"), on="message_id", how="anti", maintain_order="left"
        )
        self.n_repeated += block.height - fresh.height
        self.n_kept += fresh.height
        if fresh.is_empty():
            return
        before = self._streams.filter(pl.col("stream_id") == stream)
        started_at = before["started_at"][0] if before.height else None
        messages, started_at = _place_in_time(known, fresh.select(list(TABLES["messages"].columns)), started_at)
        self.change.put("messages", stream, messages)
        row = describe_stream(messages, fresh["native_id"][0], started_at, before)
        self._streams = pl.concat([self._streams.filter(pl.col("stream_id") != stream), row])


def describe_stream(
    messages: pl.DataFrame, native_id: str, started_at: datetime | None, before: pl.DataFrame
) -> pl.DataFrame:
    """Return the row of ``streams`` of one stream's messages; title and day are those of the row before, if any."""
    viewer = pl.col("viewer_id").drop_nulls()
    known = pl.when(viewer.len() > 0)
    return messages.select(
        stream_id=pl.col("stream_id").first(),
        platform=pl.col("platform").first(),
        channel=pl.col("channel").first(),
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
    rows = pl.concat([known, fresh]).sort("offset_seconds", "sent_at", nulls_last=True, maintain_order=True)
    return rows, started_at


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


def _free_name(native_id: str, channel: str | None, platform: str, taken: set[str]) -> str:
    """Return the stream's own name, or with the channel before it when another channel has that name."""
    for name in (native_id, f"{channel or platform}-{native_id}", f"{platform}-{channel or 'unknown'}-{native_id}"):
        if name not in taken:
            return name
    return next(name for n in range(2, len(taken) + 3) if (name := f"{platform}-{native_id}-{n}") not in taken)
