"""Bad-buzz alerts: few false alarms, real ones found soon, one spammer is no crowd, and only the past decides."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom
from tests.analyze.calm_crowd import MOODS, add_buzz, make_calm

from hubbub.analyze.buzz import BuzzDetector, beta_binomial_tail, probability
from hubbub.analyze.buzz_watch import BuzzWatch, Opinion
from hubbub.analyze.voices import ONCE_BINS, count_voices

HOURS = 4.0


def find_alarms(negative: np.ndarray, voices: np.ndarray, rate: float, *, is_family: bool = False) -> list[list[int]]:
    """Return the bins in which each subject raised an alarm: all watched together, or each on its own."""
    n_subjects, n_bins = negative.shape
    found: list[list[int]] = [[] for _ in range(n_subjects)]
    groups = [list(range(n_subjects))] if is_family else [[row] for row in range(n_subjects)]
    for rows in groups:
        detector = BuzzDetector(len(rows), false_alarms_per_hour=rate)
        for i in range(n_bins):
            look = detector.step(negative[rows, i], voices[rows, i])
            for row in np.flatnonzero(look.is_alarm):
                found[rows[row]].append(i)
    return found


@pytest.mark.parametrize("mood", MOODS)
def test_false_alarms_stay_below_the_stated_rate(mood: str):
    # 24 subjects of 10 hours, at three rates: 240 hours; half an alarm an hour is stated for all 24 together.
    rng = np.random.default_rng([11, MOODS.index(mood)])
    pairs = [make_calm(mood, "jumpy bins", "wave", rate, 8, 10.0, rng) for rate in (20.0, 60.0, 300.0)]
    negative, voices = (np.concatenate(part) for part in zip(*pairs, strict=True))
    alarms = sum(len(found) for found in find_alarms(negative, voices, 0.5, is_family=True))
    # Five are stated for the ten hours; a Poisson of mean 5 is above 10 once in seventy.
    assert alarms <= 10


@pytest.mark.slow
@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("kind", ["jumpy bins", "wandering", "clustered"])
def test_no_kind_of_calm_passes_its_rate_over_hundreds_of_hours(mood: str, kind: str):
    rng = np.random.default_rng([12, MOODS.index(mood)])
    negative, voices = make_calm(mood, kind, "wave", 60.0, 60, HOURS, rng)
    alarms = sum(len(found) for found in find_alarms(negative, voices, 0.1))
    assert alarms <= 0.1 * 240 + 2 * np.sqrt(24)


def test_a_buzz_is_found_soon_and_a_cheer_is_not_one():
    rng = np.random.default_rng(5)
    calm = make_calm("moody", "jumpy bins", "wave", 60.0, 30, HOURS, rng)
    negative, voices, starts = add_buzz(*calm, 60.0, 10.0, 300.0, rng)
    found = find_alarms(negative, voices, 0.1, is_family=True)
    pairs = zip(found, starts, strict=True)
    delays = [min((i + 1 - start for i in bins if i >= start), default=999) for bins, start in pairs]
    assert np.mean(np.array(delays) <= 30) >= 0.9
    assert np.median(delays) <= 9

    cheering = voices.copy()
    bad = calm[0].copy()
    for row, start in enumerate(starts):  # the same crowd more, in the usual mood
        more = rng.poisson(40, 30)
        cheering[row, start : start + 30] = calm[1][row, start : start + 30] + more
        bad[row, start : start + 30] += rng.binomial(more, 0.12)
    assert sum(len(bins) for bins in find_alarms(bad, cheering, 0.1, is_family=True)) <= 1


def test_false_discoveries_are_few_where_many_subjects_have_a_buzz():
    rng = np.random.default_rng(6)
    calm = make_calm("moody", "jumpy bins", "flat", 60.0, 60, HOURS, rng)
    loud = add_buzz(calm[0][:20], calm[1][:20], 60.0, 15.0, 300.0, rng)
    negative = np.concatenate([loud[0], calm[0][20:]])
    voices = np.concatenate([loud[1], calm[1][20:]])
    found = find_alarms(negative, voices, 0.1, is_family=True)
    n_true = sum(any(start <= i <= start + 36 for i in bins) for bins, start in zip(found, loud[2], strict=False))
    n_false = sum(len(bins) for bins in found) - n_true
    assert n_true >= 18
    assert n_false <= 0.1 * n_true + 1


def test_what_comes_later_changes_nothing_before():
    rng = np.random.default_rng(7)
    calm = make_calm("sighs", "wandering", "ramp", 60.0, 10, 2.0, rng)
    negative, voices, _ = add_buzz(*calm, 60.0, 12.0, 300.0, rng)
    whole = find_alarms(negative, voices, 1.0, is_family=True)
    half = find_alarms(negative[:, :400], voices[:, :400], 1.0, is_family=True)
    assert half == [[i for i in bins if i < 400] for bins in whole]


def test_the_tail_is_that_of_scipy():
    rng = np.random.default_rng(8)
    n = rng.integers(1, 200, 50)
    k = rng.integers(0, n + 1)
    a, b = rng.uniform(0.2, 30, 50), rng.uniform(0.2, 30, 50)
    ours = beta_binomial_tail(k.astype(float), n.astype(float), a, b)
    np.testing.assert_allclose(ours, betabinom.sf(k - 1, n, a, b), rtol=1e-8, atol=1e-12)


def test_probability_falls_with_the_chance():
    chances = np.array([1e-12, 1e-8, 1e-6, 1e-4])
    values = probability(chances, 2160.0)
    assert (np.diff(values) < 0).all()
    assert values[0] > 0.999


def crowd(rng: np.random.Generator, n_seconds: float, per_minute: float) -> list[Opinion]:
    """Return messages of many viewers, one in eight negative, all texts different."""
    n = rng.poisson(n_seconds / 60 * per_minute)
    seconds = np.sort(rng.uniform(0, n_seconds, n))
    return [
        Opinion(i, float(at), f"v{rng.integers(2_000)}", f"t{i}", bool(rng.random() < 0.125), (0,))
        for i, at in enumerate(seconds)
    ]


def watch(opinions: list[Opinion]) -> list[tuple[float, float | None, list[int]]]:
    watching = BuzzWatch(1, bin_seconds=10.0, false_alarms_per_hour=0.1)
    watching.add(sorted(opinions, key=lambda opinion: opinion.seconds))
    return [(alert.start_seconds, alert.end_seconds, alert.numbers) for alert in watching.finish()]


@pytest.mark.parametrize("n_texts", [1, 600])
def test_one_spammer_is_no_crowd(n_texts: int):
    rng = np.random.default_rng(9)
    calm = crowd(rng, 7200.0, 60.0)
    assert watch(calm) == []
    spam = [Opinion(10_000 + i, 5000.0 + i, "spammer", f"s{i % n_texts}", True, (0,)) for i in range(600)]
    assert watch(calm + spam) == []


def test_a_crowd_is_and_the_alert_has_its_begin_end_and_evidence():
    rng = np.random.default_rng(10)
    calm = crowd(rng, 9000.0, 60.0)
    angry = [Opinion(10_000 + i, 5000.0 + 1.5 * i, f"w{i}", f"s{i}", True, (0,)) for i in range(200)]
    ((start, end, numbers),) = watch(calm + angry)
    assert 4970 <= start <= 5060
    assert end is not None
    assert 5300 <= end <= 5500
    assert np.mean([number >= 10_000 for number in numbers]) > 0.6


def test_silence_between_streams_is_no_time():
    rng = np.random.default_rng(13)
    first = crowd(rng, 7200.0, 60.0)
    later = [opinion._replace(number=50_000 + opinion.number, seconds=opinion.seconds + 86_400.0) for opinion in first]
    # A stream the next day, as long and as loud: nothing to alarm about; and it takes no step for each empty bin.
    assert watch(first + later) == []


def test_a_habit_is_a_voice_but_not_a_negative_one():
    n = 60
    seconds = np.concatenate([np.arange(n), 2 * ONCE_BINS * 10.0 + np.arange(n)])
    viewers = [f"v{i}" for i in range(2 * n)]
    voices, negative = count_voices(seconds, viewers, ["rip"] * (2 * n), [True] * (2 * n), bin_seconds=10.0)
    assert voices.all()
    assert negative[:n].all()
    assert not negative[n:].any()
