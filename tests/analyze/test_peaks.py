"""The loudest bin of each burst."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hubbub.analyze.peaks import find_bursts, find_peaks
from hubbub.analyze.rates import message_rate
from hubbub.collect.synthetic import simulate_stream
from hubbub.measures import match_peaks


def moments(counts: list[int], bin_seconds: float = 60.0, start: float = 0.0) -> np.ndarray:
    """Return messages spread evenly over each bin."""
    spread = [start + i * bin_seconds + (np.arange(n) + 0.5) * bin_seconds / n for i, n in enumerate(counts) if n]
    return np.concatenate(spread)


def test_planted_bursts_are_found() -> None:
    for seed in (21, 22):
        stream = simulate_stream(seed=seed, n_messages=6000)
        rows = stream.raw.select(minute=pl.col("offset_seconds") // 60).with_columns(stream.truth.select("burst"))
        counts = rows.drop_nulls().group_by("burst", "minute").len().sort("len", descending=True)
        planted = counts.unique("burst", keep="first")["minute"].to_numpy() * 60
        peaks = find_peaks(stream.raw["offset_seconds"].to_numpy())
        match = match_peaks(peaks["start_seconds"].to_numpy(), planted, 60.0)
        assert match.recall == 1.0
        assert match.n_found <= match.n_planted + 3  # the poll is a burst too


@pytest.mark.parametrize("start", [0.0, -600.0])
def test_a_peak_is_the_fullest_bin_of_its_burst_and_cannot_hide_another(start: float) -> None:
    counts = [40] * 180
    counts[30], counts[31], counts[120] = 500, 900, 400
    seconds = moments(counts, start=start)
    peaks = find_peaks(seconds)
    assert peaks["start_seconds"].to_list() == [start + 1860.0, start + 7200.0]
    assert peaks["n"].to_list() == [900, 400]
    assert peaks["expected"].to_list() == pytest.approx([40.0, 40.0], rel=0.1)
    rate = message_rate(seconds)
    assert set(peaks.select("start_seconds", "n").iter_rows()) <= set(rate.iter_rows())
    bursts = find_bursts(seconds)
    assert bursts["start_seconds"].to_list() == pytest.approx([start + 1800.0, start + 7200.0], abs=10.0)


@pytest.mark.parametrize("bin_seconds", [10, 30, 300])
def test_a_peak_of_any_bin_is_a_bin_of_the_rate(bin_seconds: int) -> None:
    counts = [30] * 120
    counts[70] = 600
    peaks = find_peaks(moments(counts), bin_seconds)
    assert peaks.height == 1
    assert peaks["start_seconds"][0] % bin_seconds == 0
    assert peaks["start_seconds"][0] - bin_seconds < 70 * 60 + 60
    assert peaks["start_seconds"][0] + bin_seconds > 70 * 60
