"""Moments, days and offsets as files write them → UTC moments and seconds from the stream's start.

Read as moments: ISO 8601 with or without a zone ("2021-10-01T07:04:16+09:00", "2016-11-01 00:00:02.078"; **no zone
means UTC**), seconds, milliseconds, microseconds or nanoseconds since 1970 told apart by their size, and Twitter's
"Wed Oct 10 20:19:24 +0000 2018", its zone also as North America names it (PDT). Only the years 2005 to 2100 are
moments of a chat.

A date alone is a day, not a moment. A clock ("1:02:03", "-0:05") is an offset from the stream's start, as
chat-downloader and TwitchDownloader write it. Local forms such as 05/06/2021 are not guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import polars as pl

from hubbub.records import MOMENT

Schema = dict[str, pl.DataType | type[pl.DataType]]
"""Names and types of a frame's columns."""

FIRST_YEAR, LAST_YEAR = 2005, 2100
EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND = int(EARLIEST.timestamp())
_LAST_SECOND = int(LATEST.timestamp())
_LONGEST_OFFSET = 1e9

_CLOCK = re.compile(r"(-?)(?:(\d{1,4}):)?(\d{1,4}):([0-5]?\d(?:\.\d{1,9})?)", re.ASCII)
_DAY = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_ISO = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T _]\d\d:\d\d.*", re.ASCII | re.DOTALL)
_FRACTION = re.compile(r"(\.\d{6})\d+")
_SPACED_ZONE = re.compile(r" ([+-]\d\d:?\d\d)$", re.ASCII)
_ZONES = {"UTC": "+0000", "GMT": "+0000", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500"}
_ZONES |= {"MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700"}
_ZONE_NAME = re.compile(r"\b(?:" + "|".join(_ZONES) + r")\b")
_TWITTER = "%a %b %d %H:%M:%S %z %Y"

_PLAIN = r"^\d{4}-\d\d-\d\d[T ][0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?"
_UTC_FORM = _PLAIN + r"(Z|\+00:00)?$"
_ZONED_FORM = _PLAIN + r"[+-][0-2]\d:[0-5]\d$"
_EPOCH_FORM = r"^[0-9]{10,19}$"


_POST_ID, _POST_ID_BITS, _POST_ID_EPOCH = r"^[0-9]{17,19}$", 22, 1_288_834_974_657
"""Ids of posts on X since November 2010: above 22 bits, the milliseconds since this one of 1970's."""


def read_post_ids(ids: pl.Series, platforms: pl.Series) -> pl.Series:
    """Return the moments in ids where all of them are ids of posts on X, and nulls where one is not.

    Parameters
    ----------
    ids, platforms : polars.Series of str
        A platform may be null: a table of posts seldom says that it is one.
    """
    is_of_x = platforms.str.to_lowercase().is_in(["x", "twitter"]).fill_null(value=True)
    if not (is_of_x & ids.str.contains(_POST_ID).fill_null(value=False)).all():
        return pl.Series([None] * len(ids), dtype=MOMENT)
    return ((ids.cast(pl.Int64) // (1 << _POST_ID_BITS) + _POST_ID_EPOCH) * 1000).cast(MOMENT)


def parse_moment(written: str) -> datetime | None:
    """Return the UTC moment that a text names, or None where it names none.

    Examples
    --------
    >>> parse_moment("2021-10-01T07:04:16+09:00").isoformat()
    '2021-09-30T22:04:16+00:00'
    >>> parse_moment("1568505600501") == parse_moment("1568505600.501") == parse_moment("1568505600501000")
    True
    >>> parse_moment("2024-01-05") is None, parse_moment("1970-01-01T00:00:00Z") is None
    (True, True)
    """
    written = written.strip()
    if len(written) > 64:
        return None
    try:
        if _NUMBER.fullmatch(written):
            return _epoch_moment(written)
        moment = _written_moment(written)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, InvalidOperation):
        return None
    return moment if EARLIEST <= moment < LATEST else None


def _written_moment(written: str) -> datetime:
    """Return the moment of an ISO 8601 or Twitter form; raise ValueError for any other."""
    if not _ISO.fullmatch(written):
        named = _ZONE_NAME.sub(lambda match: _ZONES[match.group()], written)
        return datetime.strptime(named, _TWITTER)  # noqa: DTZ007 - the form has %z
    written = written[:10].replace("/", "-") + "T" + written[11:]
    for zone in (" UTC", " GMT", "UTC", "GMT"):
        written = written.removesuffix(zone)
    return datetime.fromisoformat(_SPACED_ZONE.sub(r"\1", _FRACTION.sub(r"\1", written)))


def _epoch_moment(written: str) -> datetime | None:
    """Return the moment of a number of seconds, milli-, micro- or nanoseconds since 1970."""
    for scale in (1, 1_000, 1_000_000, 1_000_000_000):
        if _FIRST_SECOND <= float(written) / scale < _LAST_SECOND:
            return _EPOCH + timedelta(microseconds=int(Decimal(written) * 1_000_000 / scale))
    return None


def parse_clock(written: str) -> float | None:
    """Return the seconds that a clock shows, or None for anything else.

    Examples
    --------
    >>> parse_clock("1:02:03"), parse_clock("-0:05"), parse_clock("99:59.5"), parse_clock("12")
    (3723.0, -5.0, 5999.5, None)
    """
    match = _CLOCK.fullmatch(written.strip())
    if match is None:
        return None
    sign, hours, minutes, seconds = match.groups()
    total = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    return -total if sign else total


def parse_offset(written: str) -> float | None:
    """Return seconds from a number or a clock, or None; infinities and not-a-number are none.

    Examples
    --------
    >>> parse_offset("307.0"), parse_offset("-5"), parse_offset("5:07"), parse_offset("1e400")
    (307.0, -5.0, 307.0, None)
    """
    written = written.strip()
    if not _NUMBER.fullmatch(written):
        return parse_clock(written)
    seconds = float(written)
    return seconds if abs(seconds) < _LONGEST_OFFSET else None


def read_moments(written: pl.Series) -> pl.DataFrame:
    """Return what a column of texts says about time, as ``parse_moment`` and ``parse_clock`` read it.

    Returns
    -------
    polars.DataFrame
        One row for each text: ``moment`` (UTC or null), ``clock`` (seconds or null), ``day`` ("2024-01-05" or null).
    """
    if written.dtype == pl.Int64:  # numbers since 1970, not written as texts
        nothing = {"clock": pl.lit(None, pl.Float64), "day": pl.lit(None, pl.String)}
        moments = _of_one_scale(written)
        if moments is not None:
            return moments.to_frame("moment").with_columns(**nothing)
        return _within_years(pl.DataFrame({"moment": written}).select(moment=_epochs(pl.col("moment")), **nothing))
    texts = written.alias("written")
    frame = pl.DataFrame({"written": texts}).with_columns(
        is_utc=pl.col("written").str.contains(_UTC_FORM),
        is_zoned=pl.col("written").str.contains(_ZONED_FORM),
        is_epoch=pl.col("written").str.contains(_EPOCH_FORM),
    )
    moment = pl.lit(None, MOMENT)
    local = pl.col("written").str.head(10) + "T" + pl.col("written").str.slice(11)
    if frame["is_utc"].any():
        bare = local.str.replace(r"(Z|\+00:00)$", "")
        parsed = bare.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
        moment = pl.when("is_utc").then(parsed.dt.replace_time_zone("UTC")).otherwise(moment)
    if frame["is_zoned"].any():
        parsed = local.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False)
        moment = pl.when("is_zoned").then(parsed).otherwise(moment)
    if frame["is_epoch"].any():
        moment = pl.when("is_epoch").then(_epochs(pl.col("written"))).otherwise(moment)
    frame = frame.select("written", moment=moment)
    if frame["moment"].null_count() == frame["written"].null_count():
        found = frame.with_columns(clock=pl.lit(None, pl.Float64), day=pl.lit(None, pl.String))
    else:
        found = _add_rare_forms(frame)
    return _within_years(found)


def _of_one_scale(numbers: pl.Series) -> pl.Series | None:
    """Return the moments of whole numbers since 1970 that are all of one size and all moments of a chat, else None."""
    least, most = numbers.min(), numbers.max()
    for scale in (1, 1_000, 1_000_000):
        if isinstance(least, int) and _FIRST_SECOND * scale <= least <= most < _LAST_SECOND * scale:  # type: ignore[operator]
            return (numbers * (1_000_000 // scale)).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return None


def _within_years(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with only those moments that chat can have."""
    early_or_late = (pl.col("moment") < EARLIEST) | (pl.col("moment") >= LATEST)
    return frame.select(pl.when(~early_or_late).then(pl.col("moment")).alias("moment"), "clock", "day")


def _epochs(column: pl.Expr) -> pl.Expr:
    """Return the moments of whole numbers since 1970, told apart by their size."""
    number = column.cast(pl.Int64, strict=False)
    microseconds = pl.lit(None, pl.Int64)
    for scale in (1, 1_000, 1_000_000, 1_000_000_000):
        inside = number.is_between(_FIRST_SECOND * scale, _LAST_SECOND * scale, closed="left")
        value = number * (1_000_000 // scale) if scale <= 1_000_000 else number // (scale // 1_000_000)
        microseconds = pl.when(inside).then(value).otherwise(microseconds)
    return microseconds.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _add_rare_forms(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the texts that no fast form took read one by one (each distinct text once)."""
    left = frame.filter(pl.col("moment").is_null() & pl.col("written").is_not_null())["written"].unique()
    rows = []
    for text in left.to_list():
        moment, clock = parse_moment(text), parse_clock(text)
        rows.append((text, moment, clock, None if moment or clock is not None else parse_day(text)))
    schema: Schema = {"written": pl.String, "rare": MOMENT, "clock": pl.Float64, "day": pl.String}
    rare = pl.DataFrame(rows, schema=schema, orient="row")
    joined = frame.join(rare, on="written", how="left", maintain_order="left")
    return joined.with_columns(moment=pl.coalesce("moment", "rare")).drop("rare")


def parse_day(written: str) -> str | None:
    """Return the ISO date of a text that names a day and no time, or None.

    Examples
    --------
    >>> parse_day("2024-01-05"), parse_day("2024/1/5"), parse_day("2024-13-05"), parse_day("5")
    ('2024-01-05', '2024-01-05', None, None)
    """
    written = written.strip()
    if not _DAY.fullmatch(written):
        return None
    year, month, day = (int(part) for part in re.split("[-/]", written))
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found.isoformat() if FIRST_YEAR <= found.year <= LAST_YEAR else None


def read_offsets(written: pl.Series) -> pl.Series:
    """Return seconds (Float64) for a column of numbers or clocks, as ``parse_offset`` reads them."""
    if written.dtype == pl.Int64:
        is_short = pl.col("written").abs() < int(_LONGEST_OFFSET)
        seconds = pl.when(is_short).then(pl.col("written")).cast(pl.Float64)
        return written.to_frame("written").select(seconds.alias("seconds")).to_series()
    frame = pl.DataFrame({"written": written}).with_columns(
        seconds=pl.when(pl.col("written").str.contains(r"^-?[0-9]{1,9}(\.[0-9]{1,30})?$"))
        .then(pl.col("written").cast(pl.Float64, strict=False))
        .otherwise(None)
    )
    left = frame.filter(pl.col("seconds").is_null() & pl.col("written").is_not_null())["written"].unique()
    if not left.len():
        return frame["seconds"]
    rows = [(text, parse_offset(text)) for text in left.to_list()]
    rare = pl.DataFrame(rows, schema={"written": pl.String, "rare": pl.Float64}, orient="row")
    joined = frame.join(rare, on="written", how="left", maintain_order="left")
    return joined.select(pl.coalesce("seconds", "rare")).to_series()
