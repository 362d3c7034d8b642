"""Times as files write them: the fast column readers against the readers of one text, and the forms that are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect.moments import (
    EARLIEST,
    LATEST,
    parse_clock,
    parse_day,
    parse_moment,
    parse_offset,
    read_moments,
    read_offsets,
)

WRITTEN = datetime(2021, 10, 1, 7, 4, 16, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2021-10-01T07:04:16.25Z",
        "2021-10-01T07:04:16.250000+00:00",
        "2021-10-01T16:04:16.25+09:00",
        "2021-10-01 07:04:16.250",
        "2021-10-01_07:04:16.250",
        "2021/10/01 07:04:16.250",
        "2021-10-01 00:04:16.250 -0700",
        "2021-10-01 07:04:16.250 UTC",
        "2021-10-01T07:04:16.250000999Z",
        "1633071856.25",
        "1633071856250",
        "1633071856250000",
        "1633071856250000000",
        "1.63307185625e+12",
        " 1633071856250 ",
    ],
)
def test_every_form_of_a_moment_is_the_same_moment(written: str):
    assert parse_moment(written) == WRITTEN
    assert read_moments(pl.Series([written]))["moment"].to_list() == [WRITTEN]


@pytest.mark.parametrize("written", ["Wed Oct 10 20:19:24 +0000 2018", "Wed Oct 10 13:19:24 PDT 2018"])
def test_the_form_of_twitter_is_read(written: str):
    assert parse_moment(written) == datetime(2018, 10, 10, 20, 19, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["", "now", "2021-02-30 00:00:00", "2021-10-01", "1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "0", "-1",
     "1e400", "1e999", "NaN", "Infinity", "9" * 5000, "20240105", "0001-01-01T00:00:00+14:00", "05/06/2021 14:00",
     "9999-12-31T23:59:59-14:00", "2021-10-01T25:00:00Z", "1:02:03"],
)  # fmt: skip
def test_what_is_no_moment_is_none(written: str):
    assert parse_moment(written) is None
    assert read_moments(pl.Series([written]))["moment"].to_list() == [None]


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.from_regex(r"\A[0-9:. TZ+-]{0,26}\Z")), max_size=20))
@settings(max_examples=300, deadline=None)
def test_the_column_reader_agrees_with_the_reader_of_one(texts: list[str | None]):
    frame = read_moments(pl.Series(texts, dtype=pl.String))
    assert frame["moment"].to_list() == [None if text is None else parse_moment(text) for text in texts]
    offsets = read_offsets(pl.Series(texts, dtype=pl.String))
    assert offsets.to_list() == [None if text is None else parse_offset(text) for text in texts]


@given(
    st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None) - timedelta(seconds=1)),
    st.integers(-14 * 60, 14 * 60),
)
@settings(max_examples=300, deadline=None)
def test_a_written_moment_comes_back(moment: datetime, zone_minutes: int):
    moment = moment.replace(tzinfo=UTC)
    sign, minutes = "-" if zone_minutes < 0 else "+", abs(zone_minutes)
    local = (moment + timedelta(minutes=zone_minutes)).replace(tzinfo=None)
    written = f"{local.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
    epoch = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert read_moments(pl.Series([written, str(epoch)]))["moment"].to_list() == [moment, moment]


def test_a_day_and_a_clock_are_no_moments_but_are_told_apart():
    frame = read_moments(pl.Series(["2024-01-05", "-0:05", "1:02:03", None, "2024-13-05"]))
    assert frame["day"].to_list() == ["2024-01-05", None, None, None, None]
    assert frame["clock"].to_list() == [None, -5.0, 3723.0, None, None]
    assert frame["moment"].null_count() == 5


def test_clocks_and_days_at_their_edges():
    assert parse_clock("22:32") == 1352.0
    assert parse_clock("-22:32") == -1352.0
    assert parse_clock("10:00:00.5") == 36000.5
    assert parse_clock("1:99") is None
    assert parse_day("1999-01-01") is None
    assert parse_offset("-5.25") == -5.25
    assert parse_offset("nan") is None
    assert parse_offset("1e300") is None
