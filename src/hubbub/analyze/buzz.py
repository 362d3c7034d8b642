"""Counts of negative voices, bin by bin → bad-buzz alerts, at a stated rate of false alarms over many subjects.

A bad buzz is a stretch in which more people say something negative than the subject's own past makes likely, and more
than the crowd's size explains. Two tests must agree (an intersection-union test: Berger 1982, "Multiparameter
hypothesis testing and acceptance sampling", Technometrics 24): *volume*, the negative voices of a window against a
negative binomial forecast (as in ``bursts``), and *share*, the same voices among all voices of the window against a
beta-binomial of the subject's own share. So a cheer that brings ten times the crowd raises nothing, nor do a few
voices in a silent hour. Over-dispersion of both is learned from the errors that earlier forecasts made. The past has a
rhythm, hour by hour and day by day of the week, in which the level is kept.

Windows of several lengths are looked at whenever a bin ends; the chance is divided among the looks (Bonferroni) and
among the subjects by the step-up rule of Benjamini and Hochberg (1995, JRSS B 57): where nothing happens anywhere, the
false alarms of all subjects together stay below the stated rate; where much happens, their share among the alerts does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, gammaln

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BIN_SECONDS = 10.0
WINDOWS = (2, 3, 5, 9, 17, 33)
"""Lengths of the windows, in bins; two at least, see ``_forecast``."""

_MEMORY_BINS = 360.0
"""The age, in bins, at which a bin weighs a third in the level: an hour of bins of ten seconds."""
_SPREAD_BINS = 1440.0
"""How long an error of a forecast is remembered."""
_FIRST_BINS = 12.0
"""How many bins' worth of errors the over-dispersion has that is believed before anything was seen."""
_FIRST_SPREAD, _FIRST_ALIKE = 0.3, 0.03
_LEAST_SPREAD, _LEAST_ALIKE = 0.003, 0.002
_CAP = 2.5
"""Standard deviations beyond which a count moves neither level nor spread any further."""
_OVERLAP = 6.0
"""Looks at overlapping windows, and windows at one moment, are not new looks: so many are worth one (see the tests)."""
_CHEERS_PER_HOUR = 36.0
"""Looks an hour, in all windows, at a crowd that swells for another reason: six times, six windows."""
_SURE = 1.0
"""Standard errors that are added to a learned over-dispersion."""
_MOSTLY = 0.4
"""A crowd of which more than this is negative is a bad one, however usual that is: more of it is a buzz."""
_MIN_VOICES = 5
_MIN_RATIO = 1.5
_WARM_BINS = 30
_QUIET_BINS = 6
_MOST_BINS = 360
"""A buzz that lasts for longer is the new level."""
_RHYTHM_BELIEF = 30.0
"""How many voices' worth of belief says that an hour is like any other."""
_BUZZ_PER_HOUR = 0.01
"""Buzzes of a subject an hour that are believed before anything is seen; what an alert's probability starts from."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one bin showed, one entry a subject.

    Attributes
    ----------
    is_alarm : (n_subjects,) bool
        An alert begins at the end of this bin.
    is_buzz : (n_subjects,) bool
        An alert is under way, or was until this bin.
    has_ended : (n_subjects,) bool
        The alert ended with this bin.
    n_bins : (n_subjects,) int64
        Length of the window that raised the alarm; 0 without one.
    expected : (n_subjects,) float64
        Negative voices that the level makes likely in this bin.
    share : (n_subjects,) float64
        Share of negative voices that is usual.
    chance : (n_subjects,) float64
        The least chance of what was seen, over the windows; 1 where volume or share is usual.
    """

    is_alarm: Bools
    is_buzz: Bools
    has_ended: Bools
    n_bins: Ints
    expected: Floats
    share: Floats
    chance: Floats


class BuzzDetector:
    """Watches the voices of one or more subjects, bin by bin, each against its own past.

    Parameters
    ----------
    n_subjects : int
    false_alarms_per_hour : float
        What an hour without any buzz costs in false alarms, over all subjects together, at most and on average.
    bin_seconds : float
        Length of a bin.
    first_hour : float
        Hours from Monday 0:00 to the first bin; tells the rhythm where in the week a bin is.
    """

    def __init__(
        self,
        n_subjects: int = 1,
        *,
        false_alarms_per_hour: float = 0.01,
        bin_seconds: float = BIN_SECONDS,
        first_hour: float = 0.0,
    ) -> None:
        if not (false_alarms_per_hour > 0 and bin_seconds > 0 and n_subjects > 0):
            raise ValueError(
                "false_alarms_per_hour, bin_seconds and n_subjects must be above 0, were "
                f"{false_alarms_per_hour}, {bin_seconds}, {n_subjects}."
            )
        self.looks_per_hour = looks_per_hour(bin_seconds)
        self.needed = min(_OVERLAP * false_alarms_per_hour / self.looks_per_hour, 0.5)
        self._rhythm = _Rhythm(n_subjects, bin_seconds, first_hour)
        shape, longest = (len(WINDOWS), n_subjects), max(WINDOWS)
        # The last bins, newest first; the sums are of all bins before each, discounted.
        self._bins = np.zeros((3, longest, n_subjects))
        self._sums = np.zeros((4, longest + 1, n_subjects))
        self._volume = _Spread(shape, _FIRST_SPREAD, _LEAST_SPREAD)
        self._alike = _Spread(shape, _FIRST_ALIKE, _LEAST_ALIKE)
        self._n_seen = 0
        self._n_valid = np.zeros(n_subjects)
        self._in_buzz = np.zeros(n_subjects)
        self._n_quiet = np.zeros(n_subjects)
        self._open = np.ones(n_subjects)

    def step(self, negative: ArrayLike, voices: ArrayLike) -> Look:
        """Take in one more bin and return what it shows.

        Parameters
        ----------
        negative, voices : (n_subjects,) int
            Negative voices, and all voices, in the bin: each viewer at most once, see ``voices.count_voices``.
        """
        bad, all_ = np.asarray(negative, dtype=np.float64), np.asarray(voices, dtype=np.float64)
        newest = np.stack([bad, all_, self._rhythm.now()])
        self._bins = np.concatenate([newest[:, None], self._bins[:, :-1]], axis=1)
        seen = self._forecast()
        lengths = np.array(WINDOWS)[:, None]
        was_valid = (lengths <= self._n_valid + 1) & (self._n_seen >= _WARM_BINS + lengths)
        was_buzz = self._in_buzz > 0
        chance = np.where(was_valid, self._chance(seen, ~was_buzz), 1.0)
        best = np.argmin(chance, axis=0)
        least = np.take_along_axis(chance, best[None], axis=0)[0]
        is_alarm = ~was_buzz & self._step_up(np.where(was_buzz, self._open, least))
        self._open = np.where(is_alarm, least, self._open)
        n_bins = np.where(is_alarm, np.array(WINDOWS)[best], 0)
        is_usual = ~was_buzz & ~is_alarm
        self._learn(seen, was_valid & is_usual, is_usual, newest)
        self._go_back(is_alarm, n_bins)
        expected, share = seen.mean[0] / WINDOWS[0], seen.share[0]
        is_buzz = was_buzz | is_alarm
        return Look(is_alarm, is_buzz, self._follow(is_buzz), n_bins, expected, share, least)

    def skip(self, n_bins: int) -> None:
        """Let time pass in which nothing can be written, as between two streams; alerts end with it."""
        self._rhythm.skip(n_bins)
        n_subjects = len(self._n_valid)
        self._n_valid, self._in_buzz = np.zeros(n_subjects), np.zeros(n_subjects)
        self._n_quiet, self._open = np.zeros(n_subjects), np.ones(n_subjects)

    def _forecast(self) -> _Windows:
        rows = np.array(WINDOWS) - 1
        bad, all_, rhythm = np.cumsum(self._bins, axis=1)[:, rows]
        # A bin counts for no more than the second fullest: a buzz lasts, a groan does not.
        over = np.stack([_excess_of_fullest(self._bins[0, :length]) for length in WINDOWS])
        # As known before the window began.
        past_bad, past_all, past_rhythm = self._sums[:3, rows]
        shape = past_bad + 0.5
        mean = shape / (past_rhythm + 1e-9) * rhythm
        share = (past_bad + 0.5) / (past_all + 2.0)
        return _Windows(bad, all_, mean, shape, share, past_all + 2.0, bad - over, all_ - over)

    def _chance(self, seen: _Windows, may_rise: Bools) -> Floats:
        """Return the chance of as many negative voices, the larger of both tests; 1 where it is not worth a look."""
        length = np.array(WINDOWS, dtype=np.float64)[:, None]
        bad, all_, mean = seen.lasting_bad, seen.lasting_all, seen.mean
        usual = np.minimum(seen.share, _MOSTLY)
        spread = self._volume.bar(length, seen.mean**2, 1.0 / np.maximum(seen.mean, 1e-9))
        size = 1.0 / (spread + 1.0 / seen.shape)
        chance = betainc(np.maximum(bad, 1e-9), size, mean / (mean + size))
        is_many = (bad >= _MIN_VOICES) & (bad >= _MIN_RATIO * mean) & (bad >= _MIN_RATIO**0.5 * usual * all_)
        chance = np.where(is_many, chance, 1.0)
        # The second test is costly and seldom needed: only where the first one would do for some number of alerts.
        windows, subjects = np.nonzero((chance < self.needed) & may_rise)
        if len(windows):
            weight = seen.all_**2 * seen.share * (1 - seen.share)
            alike = self._alike.bar(length, weight, 1.0 / np.maximum(seen.all_, 1.0))[windows, subjects]
            share = usual[windows, subjects]
            # Where the bar is a constant and no estimate, nothing is uncertain about it.
            spread_of_share = np.where(share < _MOSTLY, alike + 1.0 / seen.base[windows, subjects], 1e-6)
            concentration = 1.0 / spread_of_share
            k, n = bad[windows, subjects], all_[windows, subjects]
            tail = beta_binomial_tail(k, n, share * concentration, (1 - share) * concentration)
            # Only where the crowd swells for another reason does this test decide alone, and that is a matter of a few
            # times an hour, where the first one looks all the time.
            tail = tail * min(1.0, _CHEERS_PER_HOUR / self.looks_per_hour)
            chance[windows, subjects] = np.maximum(chance[windows, subjects], tail)
        return chance

    def _step_up(self, chances: Floats) -> Bools:
        """Return for which subjects the chance is small enough; open alerts count as found."""
        order = np.argsort(chances, kind="stable")
        bars = self.needed * np.arange(1, len(chances) + 1) / len(chances)
        passed = np.flatnonzero(chances[order] < bars)
        found = np.zeros(len(chances), dtype=bool)
        if len(passed):
            found[order[: passed[-1] + 1]] = True
        return found

    def _learn(self, seen: _Windows, is_told: Bools, is_usual: Bools, newest: Floats) -> None:
        deviation = np.sqrt(seen.mean + self._volume.value(seen.mean * seen.mean) * seen.mean**2)
        error = np.minimum(seen.bad, seen.mean + _CAP * deviation) - seen.mean
        self._volume.learn(error * error - seen.mean, seen.mean**2, is_told)
        alone = seen.all_ * seen.share * (1 - seen.share)
        pairs = np.maximum(seen.all_ - 1, 0.0) * alone
        deviation = np.sqrt(alone + self._alike.value(pairs) * pairs)
        error = np.minimum(seen.bad, seen.all_ * seen.share + _CAP * deviation) - seen.all_ * seen.share
        self._alike.learn(error * error - alone, pairs, is_told)
        self._n_seen += 1
        self._n_valid = np.where(is_usual, self._n_valid + 1, 0)
        top = seen.mean[0] + _CAP * np.sqrt(seen.mean[0] + self._volume.value(seen.mean**2)[0] * seen.mean[0] ** 2) + 1
        bad = np.where(self._n_seen > _WARM_BINS, np.minimum(newest[0], top), newest[0])
        keep = 1.0 - 1.0 / _MEMORY_BINS
        new = np.stack([bad, newest[1], newest[2], np.ones_like(bad)])
        fresh = np.where(is_usual, keep * self._sums[:, 0] + new, self._sums[:, 0])
        self._sums = np.concatenate([fresh[:, None], self._sums[:, :-1]], axis=1)
        self._rhythm.learn(newest[1], is_usual)

    def _go_back(self, is_alarm: Bools, n_bins: Ints) -> None:
        """Take the level back to what it was before the buzz began to move it."""
        if not is_alarm.any():
            return
        rows = np.minimum(n_bins, self._sums.shape[1] - 1)[None, None]
        before = np.take_along_axis(self._sums, np.broadcast_to(rows, (4, 1, len(n_bins))), axis=1)
        self._sums = np.where(is_alarm, before, self._sums)

    def _follow(self, is_buzz: Bools) -> Bools:
        """Return which alerts end with this bin: some bins in a row as usual, or a new level."""
        span = self._bins[:, : WINDOWS[2]].sum(axis=1)
        level = (self._sums[0, 0] + 0.5) / (self._sums[2, 0] + 1e-9) * span[2]
        spread = self._volume.value(np.ones_like(self._volume.squares))[2]
        is_quiet = span[0] <= level + 2.0 * np.sqrt(level + spread * level * level) + 1
        self._in_buzz = np.where(is_buzz, self._in_buzz + 1, 0)
        self._n_quiet = np.where(is_buzz & is_quiet, self._n_quiet + 1, 0)
        is_level = self._in_buzz >= _MOST_BINS
        has_ended = is_buzz & ((self._n_quiet >= _QUIET_BINS) | is_level)
        # The new level is what was last seen, believed as much as the old one was.
        recent = np.stack([*self._bins.sum(axis=1), np.full(len(is_buzz), float(max(WINDOWS)))])
        scaled = recent * (self._sums[3, 0] / max(WINDOWS))
        self._sums = np.where(is_level & has_ended, scaled[:, None], self._sums)
        self._in_buzz = np.where(has_ended, 0, self._in_buzz)
        self._n_valid = np.where(has_ended, 0, self._n_valid)
        self._open = np.where(has_ended, 1.0, self._open)
        return np.asarray(has_ended)


def looks_per_hour(bin_seconds: float) -> float:
    """Return how many windows are looked at in an hour.

    >>> looks_per_hour(10.0)
    2160.0
    """
    return 3600.0 / bin_seconds * len(WINDOWS)


def probability(chance: ArrayLike, per_hour: float) -> Floats:
    """Return how probable it is that an alert of such a chance is a buzz.

    By Bayes' rule from the rates: alerts as strong as this come ``chance`` times ``per_hour`` looks an hour without a
    buzz, and buzzes of one subject once in a hundred hours, which is a belief and no measurement.

    >>> probability(0.0, 2160.0).item()
    1.0
    >>> round(probability(0.01 / 2160.0, 2160.0).item(), 6)
    0.5
    """
    false_per_hour = np.asarray(chance, dtype=np.float64) * per_hour
    return np.asarray(_BUZZ_PER_HOUR / (_BUZZ_PER_HOUR + false_per_hour))


def beta_binomial_tail(k: Floats, n: Floats, alpha: Floats, beta: Floats) -> Floats:
    """Return the chance of k or more of n under beta-binomials, all of shape (m,).

    >>> round(beta_binomial_tail(np.array([2.0]), np.array([2.0]), np.array([1.0]), np.array([1.0])).item(), 6)
    0.333333
    """
    tails = np.empty(len(k))
    for i, (least, most, a, b) in enumerate(zip(k, n, alpha, beta, strict=True)):
        # Only the first thousands of terms matter, as they fall fast beyond the mean.
        j = np.arange(least, min(most, least + 5_000) + 1)
        logs = gammaln(most + 1) - gammaln(j + 1) - gammaln(most - j + 1) + betaln(j + a, most - j + b) - betaln(a, b)
        tails[i] = min(1.0, float(np.exp(logs).sum()))
    return tails


def _excess_of_fullest(counts: Floats) -> Floats:
    """Return by how much the fullest bin exceeds the second fullest, (n_subjects,) of (n_bins, n_subjects)."""
    top = np.partition(counts, len(counts) - 2, axis=0)
    return np.asarray(top[-1] - top[-2])


@dataclass(frozen=True, slots=True)
class _Windows:
    """What was seen in each window, and what the past before it makes likely; all (n_windows, n_subjects)."""

    bad: Floats
    all_: Floats
    mean: Floats
    shape: Floats
    share: Floats
    base: Floats
    lasting_bad: Floats
    lasting_all: Floats


class _Spread:
    """An over-dispersion for each window and subject, learned from squared errors in excess of what chance gives."""

    def __init__(self, shape: tuple[int, int], first: float, least: float) -> None:
        self.squares, self._weights, self._n = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self._first, self._least = first, least

    def value(self, weight: Floats) -> Floats:
        prior = _FIRST_BINS * np.maximum(weight, 1e-9)
        value = (self.squares + self._first * prior) / (self._weights + prior)
        return np.asarray(np.clip(value, self._least, 10.0))

    def bar(self, length: Floats, weight: Floats, noise: Floats) -> Floats:
        """Return the over-dispersion with its standard error; errors of overlapping windows are no evidence."""
        value = self.value(weight)
        return np.asarray(value + _SURE * np.sqrt(2.0 / (self._n / length + _FIRST_BINS)) * (value + noise))

    def learn(self, excess: Floats, weight: Floats, is_told: Bools) -> None:
        keep = 1.0 - 1.0 / _SPREAD_BINS
        self.squares = np.where(is_told, keep * self.squares + excess, self.squares)
        self._weights = np.where(is_told, keep * self._weights + weight, self._weights)
        self._n = np.where(is_told, keep * self._n + 1.0, self._n)


class _Rhythm:
    """How much is usual at an hour of the day and on a day of the week, as factors around 1, from the past alone."""

    def __init__(self, n_subjects: int, bin_seconds: float, first_hour: float) -> None:
        self._bin_hours, self._hour = bin_seconds / 3600.0, first_hour
        self._seen = np.zeros((31, n_subjects))
        self._bins = np.zeros((31, 1))
        self._total, self._n_bins = np.zeros(n_subjects), 0.0

    def _slots(self) -> tuple[int, int]:
        return int(self._hour % 24), 24 + int(self._hour // 24 % 7)

    def now(self) -> Floats:
        """Return the factor of the bin that comes now."""
        factor = np.ones_like(self._total)
        if self._n_bins * self._bin_hours < 24.0:
            return factor
        for slot in self._slots():
            expected = self._total * (self._bins[slot] / self._n_bins)
            factor = factor * (self._seen[slot] + _RHYTHM_BELIEF) / (expected + _RHYTHM_BELIEF)
        return np.asarray(np.clip(factor, 0.02, 50.0))

    def skip(self, n_bins: int) -> None:
        self._hour += n_bins * self._bin_hours

    def learn(self, voices: Floats, is_usual: Bools) -> None:
        # Where an alert is under way, the usual is put in place of what was seen.
        usual = np.where(is_usual, voices, self._total / max(self._n_bins, 1.0))
        for slot in self._slots():
            self._seen[slot] += usual
            self._bins[slot] += 1
        self._total = self._total + usual
        self._n_bins += 1
        self._hour += self._bin_hours
