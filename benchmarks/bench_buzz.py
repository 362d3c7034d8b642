"""False bad-buzz alerts on calm crowds, and injected buzzes found, how soon, against a z-score by the minute.

No setting was chosen on these seeds. The z-score is the usual detector: negative messages of each minute against mean
and deviation of the hour before; its bar is set so that it raises as many false alarms on the same calm crowds as ours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from tests.analyze.calm_crowd import MOODS, add_buzz, make_calm

from hubbub.analyze.buzz import BuzzDetector

_KINDS = ("even", "jumpy bins", "wandering", "clustered")
_RATES = (20.0, 60.0, 300.0)
_HOURS = 4.0
_N_SUBJECTS = 60
_ALLOWED = 0.1
_SEED = 77
Counts = NDArray[np.int64]
Alarms = list[tuple[int, int]]


class Alone(BuzzDetector):
    """Each subject as if it were watched alone, all of them in one pass."""

    def _step_up(self, chances: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray(chances < self.needed)


def main() -> None:
    """Print the figures."""
    n_hours = _N_SUBJECTS * _HOURS
    print(f"false alarms an hour where {_ALLOWED} are allowed, {n_hours:.0f} calm hours a cell; voices a minute:")
    print(f"{'':<22}" + "".join(f"{rate:>9.0f}" for rate in _RATES))
    calm: list[Counts] = []
    total = 0
    for mood in MOODS:
        for kind in _KINDS:
            found = []
            for rate in _RATES:
                rng = np.random.default_rng([_SEED, MOODS.index(mood), _KINDS.index(kind), int(rate)])
                negative, voices = make_calm(mood, kind, "wave", rate, _N_SUBJECTS, _HOURS, rng)
                found.append(len(_ours(negative, voices)))
                calm.append(negative)
            total += sum(found)
            print(f"{mood + ', ' + kind:<22}" + "".join(f"{n / n_hours:>9.3f}" for n in found), flush=True)
    hours = n_hours * len(calm)
    low, high = chi2.ppf(0.025, 2 * total) / 2 if total else 0.0, chi2.ppf(0.975, 2 * total + 2) / 2
    print(f"all: {total / hours:.4f} an hour in {hours:,.0f} hours (95 %: {low / hours:.4f} to {high / hours:.4f})")
    bar = _bar_of_equal_alarms([_z_scores(negative) for negative in calm], total)
    print(f"the z-score raises as many at a bar of {bar:.2f}")
    _power(bar)


def _power(bar: float) -> None:
    print("one buzz of ten minutes in each of 100 moody, jumpy crowds: found within it (median seconds), ours; z-score")
    delays: list[tuple[float, float]] = []
    for rate in _RATES:
        for times in (5.0, 10.0, 20.0):
            rng = np.random.default_rng([_SEED + 1, int(rate)])
            calm = make_calm("moody", "jumpy bins", "wave", rate, 100, _HOURS, rng)
            negative, voices, starts = add_buzz(*calm, rate, times, 600.0, rng)
            late = [_delays(alarms, starts) for alarms in (_ours(negative, voices), _alarms(_z_scores(negative), bar))]
            cells = [f"{len(one) / 100:>6.2f} ({np.median(one) if one else float('nan'):>4.0f})" for one in late]
            print(f"{rate:>5.0f}/min × {times:>4.0f}  {cells[0]}  {cells[1]}", flush=True)
            both = _delays_of_both(_ours(negative, voices), _alarms(_z_scores(negative), bar), starts)
            delays += both
    ratio = np.median([ours for ours, _ in delays]) / np.median([other for _, other in delays])
    boot = np.random.default_rng(1)
    table = np.array(delays)
    draws = [np.median(table[boot.integers(0, len(table), len(table))], axis=0) for _ in range(2_000)]
    low, high = np.quantile([a / b for a, b in draws], [0.025, 0.975])
    print(f"median delay where both find it, ours over the z-score's: {ratio:.2f} ({low:.2f} to {high:.2f})")


def _ours(negative: Counts, voices: Counts) -> Alarms:
    detector = Alone(len(negative), false_alarms_per_hour=_ALLOWED)
    found: Alarms = []
    for i in range(negative.shape[1]):
        look = detector.step(negative[:, i], voices[:, i])
        found += [(row, i + 1) for row in np.flatnonzero(look.is_alarm).tolist()]
    return found


def _z_scores(negative: Counts) -> NDArray[np.float64]:
    minutes = negative[:, : negative.shape[1] // 6 * 6].reshape(len(negative), -1, 6).sum(axis=2).astype(float)
    scores = np.full(minutes.shape, -9.0)
    for i in range(15, minutes.shape[1]):
        past = minutes[:, max(0, i - 60) : i]
        scores[:, i] = (minutes[:, i] - past.mean(axis=1)) / np.maximum(past.std(axis=1, ddof=1), 0.5)
    return scores


def _alarms(scores: NDArray[np.float64], bar: float) -> Alarms:
    """Return the subjects, and the bins of ten seconds after which the score has just passed the bar."""
    is_over = scores > bar
    is_over[:, 1:] &= scores[:, :-1] <= bar
    return [
        (row, (minute + 1) * 6) for row, minute in zip(*(part.tolist() for part in np.nonzero(is_over)), strict=True)
    ]


def _bar_of_equal_alarms(scores: list[NDArray[np.float64]], n_alarms: int) -> float:
    low, high = 0.0, 100.0
    for _ in range(40):
        middle = (low + high) / 2
        if sum(len(_alarms(one, middle)) for one in scores) > n_alarms:
            low = middle
        else:
            high = middle
    return high


def _first_delays(alarms: Alarms, starts: Counts) -> dict[int, float]:
    """Return for each subject the seconds from the begin of its buzz to the first alarm within it."""
    found: dict[int, float] = {}
    for row, end in alarms:
        late = (end - int(starts[row])) * 10.0
        if 0 < late <= 660:
            found.setdefault(row, late)
    return found


def _delays(alarms: Alarms, starts: Counts) -> list[float]:
    return list(_first_delays(alarms, starts).values())


def _delays_of_both(ours: Alarms, theirs: Alarms, starts: Counts) -> list[tuple[float, float]]:
    first, second = _first_delays(ours, starts), _first_delays(theirs, starts)
    return [(first[row], second[row]) for row in first.keys() & second.keys()]


if __name__ == "__main__":
    main()
