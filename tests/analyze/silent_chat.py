"""Streams without a burst, to count false alarms on: jumpy, clustered, with slow trends, at many rates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

KINDS = ("even", "jumpy bins", "jumpy minutes", "wandering", "clustered")
TRENDS = ("flat", "wave", "ramp")
RATES = (2.0, 10.0, 60.0, 300.0)
BIN_SECONDS = 10.0


def make_silent(
    kind: str, trend: str, per_minute: float, n_streams: int, n_hours: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return (n_streams, n_bins) counts of ten seconds."""
    n_bins = round(n_hours * 3600 / BIN_SECONDS)
    mean = per_minute / 6 * _trend(trend, n_streams, n_bins, rng)
    if kind == "jumpy bins":  # negative binomial, variance m + 0.2 m²
        mean = mean * rng.gamma(5.0, 0.2, mean.shape)
    elif kind == "jumpy minutes":
        mean = mean * np.repeat(rng.gamma(8.0, 0.125, (n_streams, n_bins // 6 + 1)), 6, axis=1)[:, :n_bins]
    elif kind == "wandering":  # the logarithm of the rate wanders: standard deviation .3, forgotten within a minute
        noise = rng.normal(0, 0.3, mean.shape)
        for i in range(1, n_bins):
            noise[:, i] = 0.85 * noise[:, i - 1] + np.sqrt(1 - 0.85**2) * noise[:, i]
        mean = mean * np.exp(noise - 0.045)
    elif kind == "clustered":  # a message brings one answer on average, most of them at once
        parents = rng.poisson(mean / 2)
        now, later = rng.poisson(0.6 * parents), rng.poisson(0.4 * parents)
        later = np.roll(later, 1, axis=1)
        later[:, 0] = 0
        return np.asarray(parents + now + later, dtype=np.int64)
    return np.asarray(rng.poisson(mean), dtype=np.int64)


def add_bursts(
    counts: NDArray[np.int64], per_minute: float, times: float, n_seconds: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the counts with one burst a stream, so many times the usual rate, and the bin where each begins."""
    loud = counts.copy()
    n_bins = round(n_seconds / BIN_SECONDS)
    starts = rng.integers(180, counts.shape[1] - n_bins - 60, len(counts))
    for row, start in enumerate(starts.tolist()):
        loud[row, start : start + n_bins] += rng.poisson((times - 1) * per_minute / 6, n_bins)
    return loud, starts


def _trend(trend: str, n_streams: int, n_bins: int, rng: np.random.Generator) -> NDArray[np.float64]:
    seconds = np.arange(n_bins) * BIN_SECONDS
    if trend == "wave":  # up and down by 40 % in one to three hours
        period, phase = rng.uniform(3600, 3 * 3600, (n_streams, 1)), rng.uniform(0, 2 * np.pi, (n_streams, 1))
        return np.asarray(1 + 0.4 * np.sin(2 * np.pi * seconds / period + phase))
    if trend == "ramp":  # to a third or to three times the rate in the end
        return np.asarray(np.exp(np.log(rng.uniform(1 / 3, 3, (n_streams, 1))) * seconds / seconds[-1]))
    return np.ones((n_streams, n_bins))
