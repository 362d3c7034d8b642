"""Rates, bursts and busiest stretches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.analyze.rates import busiest_window, message_rate, peak_seconds

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
