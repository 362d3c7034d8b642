"""Rows of texts under our names → rows of ``records.RAW``, and the rows that could not be kept with the reason.

Every delimited and JSON format ends here, so that one rule decides for all of them what a moment, an offset, a kind, a
sum, a role is. Nothing is dropped silently: a row is in the frame or in the rejects, and what was read in part is said
in the notes.

Rules
-----
- A row needs no author and no time. A row whose moment or offset is written but unreadable, and that has no other
  time, is rejected.
- Where nothing tells a time and every id of a batch is one that X gives its posts, the ids tell the moments.
- A date without a time of day is a day. Beside an offset it gives no ``sent_at``; the day is kept in ``days`` under
  the stream. Without an offset, ``sent_at`` is the first moment (UTC) of that day, and the notes say so.
- ``kind`` comes from the event's name; without one, a row with a sum is a donation and any other a message. A column
  of events in which the first batch has none that hubbub knows is no column of events.
- The text of a deletion is not kept: it is what its author or a moderator took back.
- A sum that cannot be read leaves the row its text; the notes count it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from hubbub.collect.columns import EVENT_KINDS, KNOWN_NAMES, kind_of_event, plain_name
from hubbub.collect.moments import Schema, read_moments, read_offsets, read_post_ids
from hubbub.collect.money import parse_money
from hubbub.collect.name_lists import SEPARATOR, split_badges, split_emotes, split_roles
from hubbub.records import MOMENT, RAW, RawRow, empty_frame

MAX_TEXT_BYTES = 65_536
"""The longest text of one message; longer ones are rejected (platforms stop at 200 to 500 characters)."""

EXCERPT_LENGTH, WHOLE_LENGTH = 500, 65_536
REJECTS: Schema = {"row": pl.Int64, "reason": pl.String, "excerpt": pl.String}
_PLURAL = re.compile(r"(?<=\w)s\b")
_ZERO = r"^\s*0*(\.0*)?\s*$"
_WHOLE = re.compile(r"([0-9,]{1,15})(?:\.0*)?")
FOREIGN_EVENTS = "rows with an event that is none of a chat; taken as messages"
_PLAIN_EVENTS = frozenset({"message", "text_message", "textmessage", "chat", "privmsg", "comment"})
_WINDOW = 5_000
_TICKER_KEY: Schema = {"place": pl.Int64, "who": pl.String, "moment": MOMENT, "is_ticker": pl.Boolean}
UNKNOWN = "unknown shape: "
"""Begins the reason of what is in no known shape; it is kept whole, up to ``WHOLE_LENGTH`` characters."""

BROKEN = "rows held bytes that are not UTF-8; shown as U+FFFD"
OVERLONG_LINE = f"a line of more than {MAX_TEXT_BYTES:,} characters"
TORN = "the file breaks off inside this record"
TYPED = ("sent_at", "offset_seconds", "offset_milliseconds")
"""The columns that ``RowReader`` takes as numbers too."""

TICKER_COPY = "ticker copy of a message"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a chat.

    Attributes
    ----------
    frame : polars.DataFrame
        The columns of ``records.RAW``.
    rejects : polars.DataFrame
        ``row`` (from 1: a line, or a record of a JSON array), ``reason``, ``excerpt`` (at most 500 characters;
        of unknown shapes 65,536).
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame


@dataclass(slots=True)
class Notes:
    """What was read only in part, counted while the batches pass, and what the file says of itself.

    Attributes
    ----------
    remarks : dict of str to None
        What to know of the file as a whole, one sentence each, in order.
    n_expected : int or None
        Messages that the file itself says it holds (a header, a footer, a count in a key).
    duration_seconds : float or None
        The length of the stream as the file states it.
    """

    counts: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, None] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    damage: str | None = None
    n_expected: int | None = None
    duration_seconds: float | None = None

    def lines(self) -> tuple[str, ...]:
        """Return one line for each thing to know: remarks, then counts, the most frequent first."""
        counted = (
            f"{count:,} {what if count > 1 else _PLURAL.sub('', what, count=1)}"
            for what, count in self.counts.most_common(20)
        )
        return (*self.remarks, *counted)


def make_rejects(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    """Return the frame of rejects for (row, reason, excerpt) in the order of their rows."""
    cut = [
        (row, reason, excerpt[: WHOLE_LENGTH if reason.startswith(UNKNOWN) else EXCERPT_LENGTH])
        for row, reason, excerpt in rows
    ]
    return pl.DataFrame(cut, schema=REJECTS, orient="row")


def rows_frame(rows: list[RawRow]) -> pl.DataFrame:
    """Return the columns of ``records.RAW`` for rows held one by one; a platform "" is none."""
    columns = {
        name: list_series([getattr(row, name) for row in rows]).alias(name)
        if dtype == pl.List(pl.String)
        else pl.Series(name, [getattr(row, name) for row in rows], pl.Int64 if name == "sent_at" else dtype)
        for name, dtype in RAW.columns.items()
    }
    return pl.DataFrame(columns).with_columns(
        pl.col("sent_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
        pl.when(pl.col("platform") != "").then(pl.col("platform")).alias("platform"),
    )


def list_series(lists: list[list[str] | None]) -> pl.Series:
    """Return a column of lists of names; ten times as fast as from the lists themselves."""
    joined = pl.Series([SEPARATOR.join(names) if names else None for names in lists], dtype=pl.String)
    return joined.str.split(SEPARATOR)


class RowReader:
    """Turns frames of texts into batches; remembers what must be known from one batch to the next.

    Parameters
    ----------
    notes : Notes
        Where to count what was read only in part.
    """

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self._has_events: bool | None = None
        self._recent = pl.DataFrame(schema=_TICKER_KEY)

    def read(self, texts: pl.DataFrame, rejects: list[tuple[int, str, str]] | None = None) -> Batch:
        """Return the batch for a frame with ``row`` (Int64) and any of our names (String, "" or null for nothing).

        The columns of ``TYPED`` may be whole numbers (Int64).

        Parameters
        ----------
        texts : polars.DataFrame
            One row for each record.
        rejects : list of tuple
            Records that did not get this far: row, reason, excerpt.
        """
        names = [name for name in texts.columns if name != "row"]
        if not texts.height:
            return Batch(empty_frame(RAW), make_rejects(rejects or []))
        nothing = pl.lit(None, pl.String)
        texts = texts.with_columns(
            pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)
            for name in names
            if texts.schema[name] == pl.String and (texts[name] == "").any()
        )
        frame = texts.with_columns(nothing.alias(name) for name in KNOWN_NAMES if name not in names)
        frame = _add_reasons(self._add_times(frame), names)
        frame = self._add_sums(_add_kinds(self._drop_foreign_events(frame)))
        if "ticker" in names:
            frame = self._mark_ticker_copies(frame)
        found = make_rejects(rejects or [])
        if frame["reason"].null_count() < frame.height:
            refused = frame.filter(pl.col("reason").is_not_null()).select("row", "reason")
            frame = frame.filter(pl.col("reason").is_null())
            shown = [pl.col(name).cast(pl.String).str.head(200) for name in names]
            excerpt = pl.concat_str(shown, separator=",", ignore_nulls=True)
            originals = texts.join(refused, on="row", how="inner", maintain_order="left")
            originals = originals.select("row", "reason", excerpt=excerpt.str.head(EXCERPT_LENGTH))
            found = pl.concat([found, originals]).sort("row", maintain_order=True)
        return Batch(_as_raw(frame), found)

    def _add_times(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with ``moment``, ``seconds``, ``clock`` and ``day``."""
        frame = frame.with_columns(read_moments(frame["sent_at"]))
        offset, scale = ("offset_milliseconds", 1000) if _is_empty(frame["offset_seconds"]) else ("offset_seconds", 1)
        seconds = read_offsets(frame[offset]) / scale
        frame = frame.with_columns(seconds=seconds).with_columns(pl.coalesce("seconds", "clock").alias("seconds"))
        if all(_is_empty(frame[name]) for name in ("sent_at", "seconds")):
            frame = frame.with_columns(moment=read_post_ids(frame["message_id"], frame["platform"]))
            if not _is_empty(frame["moment"]):
                self.notes.counts["rows have their moment from their id, as X makes ids"] += frame.height
        return frame if _is_empty(frame["day"]) else self._place_days(frame)

    def _place_days(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with rows that name only a day at its first moment, where they have no offset."""
        streams = frame.filter(pl.col("day").is_not_null()).group_by(pl.col("stream_id").fill_null(""))
        for name, day in streams.agg(pl.col("day").first()).iter_rows():
            self.notes.days.setdefault(name, day)
        alone = pl.col("moment").is_null() & pl.col("seconds").is_null() & pl.col("day").is_not_null()
        n_alone = frame.select(alone.sum()).item()
        if n_alone:
            self.notes.counts["rows with only a day; taken as its first moment, 00:00 UTC"] += n_alone
        midnight = pl.col("day").str.to_date("%Y-%m-%d").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        return frame.with_columns(moment=pl.when(alone).then(midnight).otherwise(pl.col("moment")))

    def _drop_foreign_events(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame without its events where they are of something else, such as disasters."""
        if _is_empty(frame["event"]):
            return frame
        if self._has_events is None:
            self._has_events = any(plain_name(event) in EVENT_KINDS for event in frame["event"].drop_nulls().unique())
        if self._has_events:
            return frame
        self.notes.counts[FOREIGN_EVENTS] += frame.height - frame["event"].null_count()
        return frame.with_columns(event=pl.lit(None, pl.String))

    def _add_sums(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with ``amount`` in minor units, bits, months or gifts, and its ``currency``."""
        columns = ("amount", "currency", "bits")
        if all(_is_empty(frame[name]) for name in columns):
            return frame.with_columns(amount=pl.lit(None, pl.Int64))
        frame = frame.with_row_index("place")
        paid = frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in columns))
        rows = []
        for place, kind, event, *written in paid.select("place", "kind", "event", *columns).iter_rows():
            amount, currency = read_sum(kind, event, *written)
            if amount is None and any(written[::2]):
                self.notes.counts["sums could not be read; their rows are kept without"] += 1
            rows.append((place, amount, currency))
        schema: Schema = {"place": frame.schema["place"], "amount": pl.Int64, "currency": pl.String}
        sums = pl.DataFrame(rows, schema=schema, orient="row")
        return frame.drop("amount", "currency").join(sums, on="place", how="left", maintain_order="left").drop("place")

    def _mark_ticker_copies(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with a reason on each row that repeats a message because a ticker showed it.

        YouTube sends a paid message and, for its ticker, the same once more: same author, same microsecond.
        """
        is_ticker = pl.col("ticker").is_not_null() | pl.col("event").str.starts_with("ticker_").fill_null(value=False)
        keys = frame.with_row_index("place").select(
            pl.col("place").cast(pl.Int64), pl.coalesce("author_id", "author").alias("who"), "moment",
            is_ticker.alias("is_ticker"),
        )  # fmt: skip
        keys = keys.filter(pl.col("who").is_not_null() & pl.col("moment").is_not_null())
        keys = pl.concat([self._recent, keys])
        self._recent = keys.tail(_WINDOW).with_columns(place=pl.lit(None, pl.Int64))
        key = ["who", "moment"]
        shown = keys.filter("is_ticker").select(key).unique()  # what no ticker shows has no copy
        if shown.is_empty():
            return frame
        keys = keys.join(shown, on=key, how="semi", maintain_order="left").with_columns(
            is_copy=(pl.int_range(pl.len()).over(key) > 0) & (pl.col("is_ticker").cast(pl.Int8).cum_max().over(key) > 0)
        )
        copies = keys.filter("is_copy")["place"].drop_nulls()
        is_copy = pl.int_range(pl.len()).is_in(copies.implode()) & pl.col("reason").is_null()
        return frame.with_columns(reason=pl.when(is_copy).then(pl.lit(TICKER_COPY)).otherwise(pl.col("reason")))


def read_sum(
    kind: str, event: str | None, amount: str | None, currency: str | None, bits: str | None
) -> tuple[int | None, str | None]:
    """Return the amount and currency of a row as ``records`` counts them.

    Examples
    --------
    >>> read_sum("donation", "superchat", "1.99", "USD", None), read_sum("donation", None, "CA$5", None, None)
    ((199, 'USD'), (500, 'CAD'))
    >>> read_sum("subscription", "resub", "6", "Tier 1", None), read_sum("message", None, None, None, "100")
    ((6, 'Tier 1'), (100, 'bits'))
    """
    if bits and not re.match(_ZERO, bits):
        amount, currency = bits, "bits"
    if (currency or "").strip().lower() == "bits" or plain_name(event or "") in {"bits", "cheer"}:
        return _whole(amount), "bits" if amount else None
    if amount is None:
        return None, currency
    if kind not in {"donation", "message"} and (count := _whole(amount)) is not None:
        return count, currency
    return parse_money(amount, currency) or (None, currency)


def _whole(written: str | None) -> int | None:
    """Return a whole number of at most 15 digits ("12", "12.0", "1,000"), or None."""
    match = _WHOLE.fullmatch((written or "").strip())
    return int(match.group(1).replace(",", "")) if match else None


def _is_empty(column: pl.Series) -> bool:
    """Return whether a column holds nothing."""
    return column.null_count() == len(column)


def _add_reasons(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return the frame with ``reason``: why a row cannot be kept, or null."""
    timeless = pl.col("moment").is_null() & pl.col("seconds").is_null()
    offset = pl.coalesce(pl.col("offset_seconds", "offset_milliseconds").cast(pl.String))
    whys = [
        (pl.all_horizontal(pl.col(name).is_null() for name in names), pl.lit("nothing in the known columns")),
        (pl.col("text").str.len_bytes() > MAX_TEXT_BYTES, pl.lit(f"a text of more than {MAX_TEXT_BYTES:,} bytes")),
        (
            timeless & pl.col("sent_at").is_not_null(),
            pl.format("no moment in '{}'", pl.col("sent_at").cast(pl.String).str.head(40)),
        ),
        (timeless & offset.is_not_null(), pl.format("no offset in '{}'", offset.str.head(40))),
    ]
    reason = pl.lit(None, pl.String)
    if frame.select(pl.any_horizontal(is_so.any() for is_so, _ in whys)).item():
        for is_so, why in reversed(whys):
            reason = pl.when(is_so).then(why).otherwise(reason)
    return frame.with_columns(reason=reason)


def _add_kinds(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with ``kind``; ``event`` is null where the row is a plain message."""
    unnamed = pl.lit("message")
    if sums := [~pl.col(name).str.contains(_ZERO) for name in ("amount", "bits") if not _is_empty(frame[name])]:
        unnamed = pl.when(pl.any_horizontal(sums)).then(pl.lit("donation")).otherwise(unnamed)
    named = {event: kind_of_event(event) for event in frame["event"].drop_nulls().unique()}
    if not named:
        return frame.with_columns(kind=unnamed)
    kind = pl.col("event").replace_strict(named, default=None, return_dtype=pl.String)
    plain = [event for event, kind in named.items() if kind == "message" and plain_name(event) in _PLAIN_EVENTS]
    return frame.with_columns(
        kind=pl.coalesce(kind, unnamed), event=pl.when(~pl.col("event").is_in(plain)).then(pl.col("event"))
    )


def _split_each(column: pl.Series, **splits: Callable[[str], list[str] | None]) -> list[pl.Series]:
    """Return, for each way to split a text, a column of lists of names; each distinct text is split once."""
    distinct = column.drop_nulls().unique()
    lists = {
        name: pl.Series(name, [split(text) for text in distinct], pl.List(pl.String)) for name, split in splits.items()
    }
    written = distinct.to_frame("written").with_columns(**lists)
    return (
        column.to_frame("written").join(written, on="written", how="left", maintain_order="left").select(*lists)
    ).get_columns()


def _read_spans(frame: pl.DataFrame) -> pl.Expr:
    """Return the spans that a reader gives as "begin,end,begin,end"."""
    if "emote_spans" not in frame.columns:
        return pl.lit(None, RAW.columns["emote_spans"])
    return pl.col("emote_spans").str.split(",").cast(RAW.columns["emote_spans"])


def _as_raw(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the columns and types of ``records.RAW``."""
    lists = _split_each(frame["roles"], roles=split_roles, badges=split_badges)
    return frame.with_columns(
        *lists,
        *_split_each(frame["emotes"], emotes=split_emotes),
        sent_at=pl.col("moment"),
        offset_seconds=pl.col("seconds"),
        emote_spans=_read_spans(frame),
        platform=pl.col("platform").str.strip_chars().str.to_lowercase(),
        channel=pl.col("channel").str.strip_chars().str.strip_prefix("#"),
        text=pl.when(pl.col("kind") != "deletion").then(pl.col("text")),
    ).select(pl.col(name).cast(dtype) for name, dtype in RAW.columns.items())
