"""Bursts: an oracle, false alarms on silent streams, planted bursts, and nothing from the future."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson
from tests.analyze.silent_chat import KINDS, TRENDS, add_bursts, make_silent

from hubbub.analyze import bursts
from hubbub.analyze.bursts import SCHEMA, WINDOWS, BurstDetector, watch


def test_silent_streams_have_no_more_false_alarms_than_stated():
    """Count 300 hours: 15 kinds of silence at one of four rates each; the slow test has 200 hours of each."""
    n_found, n_hours = 0, 0.0
    for i, (kind, trend) in enumerate((kind, trend) for kind in KINDS for trend in TRENDS):
        rate = (2.0, 10.0, 60.0, 300.0)[i % 4]
        counts = make_silent(kind, trend, rate, 5, 4.0, np.random.default_rng([1, i]))
        n_found += watch(counts, false_alarms_per_hour=0.1).height
        n_hours += 20.0
    assert n_hours == 300.0
    assert n_found <= poisson.ppf(0.99, 0.1 * n_hours)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trend", TRENDS)
@pytest.mark.parametrize("rate", [2.0, 10.0, 60.0, 300.0])
@pytest.mark.parametrize("allowed", [0.1, 1.0])
def test_every_kind_of_silence_keeps_the_stated_rate(kind: str, trend: str, rate: float, allowed: float):
    counts = make_silent(kind, trend, rate, 50, 4.0, np.random.default_rng([2, int(rate)]))
    assert watch(counts, false_alarms_per_hour=allowed).height <= poisson.ppf(0.999, allowed * 200)


def test_the_stated_rate_is_not_kept_by_silence_about_bursts():
    rng = np.random.default_rng(3)
    silent = make_silent("jumpy bins", "wave", 60.0, 40, 2.0, rng)
    recalls = []
    for times in (3.0, 10.0):
        counts, starts = add_bursts(silent, 60.0, times, 60.0, rng)
        found = watch(counts)
        late = found["alarm_seconds"].to_numpy() - 10.0 * starts[found["stream"].to_numpy()]
        is_right = (late > 0) & (late <= 120)
        recalls.append(len(set(found["stream"].to_numpy()[is_right].tolist())) / 40)
        assert is_right.mean() > 0.8
        assert np.median(late[is_right]) <= 60.0
    assert recalls[1] == 1.0
    assert recalls[0] > 0.25


def test_the_place_and_size_of_a_burst_are_right():
    counts = np.full((1, 360), 5)
    counts[0, 200:206] = 50
    (burst,) = watch(counts).to_dicts()
    assert (burst["start_seconds"], burst["end_seconds"]) == (2000.0, 2060.0)
    assert burst["alarm_seconds"] == 2010.0
    assert burst["n_messages"] == 300
    assert burst["expected"] == pytest.approx(30.0, rel=0.1)
    assert burst["chance_per_hour"] < 0.1


def test_a_new_level_is_one_burst_and_then_the_level():
    counts = np.full((1, 720), 5)
    counts[0, 200:] = 50
    assert watch(counts).height == 1


def test_a_burst_at_the_end_is_reported():
    counts = np.full((1, 200), 5)
    counts[0, 197:] = 80
    (burst,) = watch(counts).to_dicts()
    assert burst["end_seconds"] == 2000.0


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(20, 300))
def test_the_future_does_not_matter(seed: int, cut: int):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(2.0, 4.0, (2, 300)))
    counts[:, 150:160] *= 8
    whole, part = watch(counts), watch(counts[:, :cut])
    known = whole.filter(pl.col("alarm_seconds") <= 10.0 * cut)
    assert part["alarm_seconds"].sort().to_list() == known["alarm_seconds"].sort().to_list()


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10_000))
def test_streams_do_not_matter_to_each_other(seed: int):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(6.0, (3, 200))
    counts[1, 100:105] = 70
    together = watch(counts)
    for row in range(3):
        alone = watch(counts[row]).drop("stream")
        assert together.filter(pl.col("stream") == row).drop("stream").equals(alone)


class Naive:
    """The detector for one stream, by the formulas, without arrays, with scipy's distribution."""

    def __init__(self, needed: float):
        self.needed = needed
        self.counts: list[float] = []
        self.levels = [0.0]
        self.slopes = [0.0]
        self.first = self.second = 0.0
        self.n_valid = self.in_burst = self.n_quiet = 0
        self.errors: dict[int, list[float]] = {w: [0.0, 0.0, 0.0] for w in WINDOWS}

    def step(self, count: int) -> bool:
        self.counts.append(count)
        n_before = len(self.counts) - 1
        looks = {w: self.look(w, n_before) for w in WINDOWS}
        chances = {w: look[3] for w, look in looks.items()}
        best = min(WINDOWS, key=lambda w: chances[w])
        alarm = self.in_burst == 0 and chances[best] < self.needed
        told = self.in_burst == 0 and not alarm
        for w, (total, mean, spread, _) in looks.items():
            if told and w <= self.n_valid + 1 and n_before >= bursts._WARM_BINS + w:
                error = min(total, mean + bursts._CAP * math.sqrt(mean + spread * mean**2)) - mean
                keep = 1 - 1 / bursts._SPREAD_BINS
                old = self.errors[w]
                self.errors[w] = [keep * old[0] + error**2 - mean, keep * old[1] + mean**2, keep * old[2] + 1]
        self.move(count, looks[1], told)
        if alarm:
            self.first = self.second = self.levels[-1] = self.levels[-1 - best]
            self.slopes[-1] = 0.0
        if alarm or self.in_burst:
            self.follow(looks[WINDOWS[1]])
        return alarm

    def look(self, w: int, n_before: int) -> tuple[float, float, float, float]:
        total = sum(self.counts[-w:])
        back = min(w, len(self.levels))
        level, slope = (self.levels[-back], self.slopes[-back]) if w <= len(self.levels) else (0.0, 0.0)
        ahead = sum(level + slope * k for k in range(1, w + 1))
        ahead = min(max(ahead, 0.5 * w * level), 2 * w * level)
        known = min(max(n_before - w + 1, 1), bursts._MEMORY_BINS)
        shape = ahead / w * known + 0.5
        mean = w * shape / known
        prior = bursts._FIRST_BINS * w * mean**2
        squares, weight, n = self.errors[w]
        spread = min(max((squares + bursts._FIRST_SPREAD * prior) / (weight + prior), bursts._LEAST_SPREAD), 10.0)
        spread += 2 * math.sqrt(2 / (n / w + bursts._FIRST_BINS)) * (spread + 1 / mean)
        size = 1 / (spread + 1 / shape)
        is_big = total >= bursts._MIN_MESSAGES and total >= bursts._MIN_RATIO * mean
        is_valid = w <= self.n_valid + 1 and n_before >= bursts._WARM_BINS + w
        chance = float(nbinom.sf(total - 1, size, size / (size + mean))) if is_big and is_valid else 1.0
        return total, mean, spread, chance

    def move(self, count: float, look: tuple[float, float, float, float], told: bool) -> None:
        n = len(self.counts)
        _, mean, spread, _ = look
        self.n_valid = self.n_valid + 1 if told else 0
        if not told:
            self.levels.append(self.levels[-1])
            self.slopes.append(0.0)
            return
        weight = max(bursts._ALPHA, 1 / n)
        if n > bursts._MEMORY_BINS:
            count = min(count, mean + bursts._CAP * math.sqrt(mean + spread * mean**2) + 1)
        self.first += weight * (count - self.first)
        self.second = self.first if n == 1 else self.second + weight * (self.first - self.second)
        belief = min(max(n / 90 - 1, 0), 1)
        trend = self.first - self.second
        self.levels.append(max(self.first + belief * trend, 0.0))
        self.slopes.append(belief * weight / max(1 - weight, 1e-9) * trend)

    def follow(self, look: tuple[float, float, float, float]) -> None:
        total, _, spread, _ = look
        mean = 3 * max(self.levels[-1], 1e-6)
        self.in_burst += 1
        self.n_quiet = self.n_quiet + 1 if total <= mean + 2 * math.sqrt(mean + spread * mean**2) else 0
        is_level = self.in_burst >= bursts._MOST_BINS
        if self.n_quiet >= bursts._QUIET_BINS or is_level:
            if is_level:
                self.levels[-1] = sum(self.counts[-12:]) / 12
            self.first = self.second = self.levels[-1]
            self.in_burst = self.n_valid = self.n_quiet = 0


def test_the_naive_loop_gives_the_same_alarms():
    n_alarms = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        counts = rng.poisson(rng.gamma(4.0, rng.choice([0.5, 3.0]), 700))
        for start in rng.integers(100, 680, 6).tolist():
            counts[start : start + 5] += rng.integers(5, 80)
        counts[500:580] += 40  # longer than a burst may be
        detector, naive = BurstDetector(false_alarms_per_hour=1.0), Naive(bursts._MARGIN * 1.0 / (360 * len(WINDOWS)))
        alarms = [bool(detector.step([n]).is_alarm[0]) for n in counts.tolist()]
        assert alarms == [naive.step(n) for n in counts.tolist()]
        n_alarms += sum(alarms)
    assert n_alarms >= 6


def test_arguments_are_checked_and_nothing_is_fine():
    with pytest.raises(ValueError, match="above 0"):
        BurstDetector(false_alarms_per_hour=0.0)
    assert watch(np.zeros((1, 0))).schema == SCHEMA
    assert watch(np.zeros((2, 500), dtype=int)).is_empty()
