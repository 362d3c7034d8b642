"""Crowds without a bad buzz, to count false alarms on: jumpy, cheering, moody, with slow trends; buzzes to inject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tests.analyze.silent_chat import make_silent

MOODS = ("steady", "moody", "cheers", "sighs")
BIN_SECONDS = 10.0
SHARE = 0.12
Counts = NDArray[np.int64]


def make_calm(
    mood: str, kind: str, trend: str, per_minute: float, n_subjects: int, n_hours: float, rng: np.random.Generator
) -> tuple[Counts, Counts]:
    """Return the negative voices and all voices, (n_subjects, n_bins) each, in bins of ten seconds.

    ``moody``: the share of negative voices wanders over minutes, by a half up and down; ``cheers``: every quarter of
    an hour a minute of five times the crowd in the usual mood; ``sighs``: every quarter of an hour some seconds in
    which half of the voices are negative and the crowd stays as large as it is.
    """
    voices = make_silent(kind, trend, per_minute, n_subjects, n_hours, rng)
    share = np.full(voices.shape, SHARE) * np.exp(rng.normal(0, 0.4, (n_subjects, 1)))
    n_bins = voices.shape[1]
    if mood == "moody":  # the logarithm of the odds wanders: standard deviation .4, forgotten within five minutes
        noise, keep = rng.normal(0, 0.4, voices.shape), np.exp(-1 / 30)
        for i in range(1, n_bins):
            noise[:, i] = keep * noise[:, i - 1] + np.sqrt(1 - keep**2) * noise[:, i]
        odds = share / (1 - share) * np.exp(noise)
        share = odds / (1 + odds)
    if mood == "cheers":
        for start in _moments(n_subjects, n_bins, rng):
            for row, first in enumerate(start):
                voices[row, first : first + 6] += rng.poisson(4 * per_minute / 6, len(voices[row, first : first + 6]))
    if mood == "sighs":
        for start in _moments(n_subjects, n_bins, rng):
            for row, first in enumerate(start):
                share[row, first] = 0.5
    return rng.binomial(voices, share), voices


def add_buzz(
    negative: Counts, voices: Counts, per_minute: float, times: float, n_seconds: float, rng: np.random.Generator
) -> tuple[Counts, Counts, Counts]:
    """Return the counts with one buzz a subject, and the bin where each begins.

    The negative voices rise to so many times their usual rate within a minute, stay there, and come on top of the
    others.
    """
    bad, all_ = negative.copy(), voices.copy()
    n_bins = round(n_seconds / BIN_SECONDS)
    starts = rng.integers(540, negative.shape[1] - n_bins - 60, len(negative))
    rise = np.minimum(1.0, (np.arange(n_bins) + 1) / 6)
    for row, start in enumerate(starts.tolist()):
        more = rng.poisson((times - 1) * SHARE * per_minute / 6 * rise)
        bad[row, start : start + n_bins] += more
        all_[row, start : start + n_bins] += more
    return bad, all_, starts


def _moments(n_subjects: int, n_bins: int, rng: np.random.Generator) -> list[list[int]]:
    return [(start + rng.integers(0, 60, n_subjects)).tolist() for start in range(30, n_bins - 66, 90)]
