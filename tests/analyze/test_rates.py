"""Rates, bursts and busiest stretches."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.analyze.rates import busiest_window, find_peaks, message_rate, peak_seconds
from hubbub.collect.synthetic import simulate_stream
from hubbub.measures import match_peaks

OFFSETS = st.lists(st.floats(-600, 20_000, width=32), max_size=200)


@settings(deadline=None)
@given(OFFSETS, st.sampled_from([10.0, 60.0, 90.5]))
def test_every_message_is_counted_once(offsets: list[float], bin_seconds: float) -> None:
    rate = message_rate([*offsets, float("nan")], bin_seconds)
    assert rate["n"].sum() == len(offsets)
    starts = rate["start_seconds"].to_numpy()
    assert np.allclose(np.diff(starts), bin_seconds)
    for start, n in rate.iter_rows():
        assert n == sum(start <= offset < start + bin_seconds for offset in offsets)


def test_quiet_bins_and_the_duration_are_there() -> None:
    rate = message_rate([5.0, 200.0], 60.0, 600.0)
    assert rate["n"].to_list() == [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert message_rate([], 60.0).is_empty()
    assert message_rate([], 60.0, 120.0)["n"].to_list() == [0, 0]


def test_an_absurd_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="look at offset_seconds"):
        message_rate([0.0, 1e15])


def test_planted_bursts_are_found() -> None:
    for seed in (21, 22):
        stream = simulate_stream(seed=seed, n_messages=6000)
        rows = stream.raw.select(minute=pl.col("offset_seconds") // 60).with_columns(stream.truth.select("burst"))
        counts = rows.drop_nulls().group_by("burst", "minute").len().sort("len", descending=True)
        planted = counts.unique("burst", keep="first")["minute"].to_numpy() * 60
        peaks = find_peaks(message_rate(stream.raw["offset_seconds"].to_numpy()))
        match = match_peaks(peaks["start_seconds"].to_numpy(), planted, 60.0)
        assert match.recall == 1.0
        assert match.n_found <= match.n_planted + 3  # the poll is a burst too


@pytest.mark.parametrize("size", [1.0, 8.0, 1e6])
def test_false_alarms_are_few_in_even_chat(size: float) -> None:
    rng = np.random.default_rng(0)
    n_hours, n_found = 200, 0
    for _ in range(n_hours // 4):
        mean = 30 * rng.gamma(size, 1 / size, 240) if size < 1e5 else np.full(240, 30.0)
        counts = rng.poisson(mean)
        rate = pl.DataFrame({"start_seconds": np.arange(240) * 60.0, "n": counts})
        n_found += find_peaks(rate).height
    assert n_found / n_hours < 0.3


def test_a_burst_cannot_hide_another() -> None:
    counts = np.full(180, 40)
    counts[[30, 31, 120]] = 900, 500, 400
    rate = pl.DataFrame({"start_seconds": np.arange(180) * 60.0, "n": counts})
    assert find_peaks(rate)["start_seconds"].to_list() == [1800.0, 7200.0]


@settings(deadline=None)
@given(st.lists(st.floats(0, 5000, width=32), min_size=1, max_size=60))
def test_the_busiest_window_is_the_busiest(offsets: list[float]) -> None:
    window = busiest_window(offsets, 300.0)
    assert window is not None
    counts = [sum(start <= offset <= start + 300.0 for offset in offsets) for start in offsets]
    assert window.n_messages == max(counts)
    assert window.end_seconds - window.start_seconds <= 300.0
    assert window.start_seconds <= peak_seconds(offsets) <= window.end_seconds


def test_no_moment_no_window() -> None:
    assert busiest_window([float("nan")]) is None
    assert np.isnan(peak_seconds([]))
    assert peak_seconds([7.0, 7.0, 7.0]) == 7.0
