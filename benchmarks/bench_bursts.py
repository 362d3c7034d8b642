"""False alarms on silent streams, and how many injected bursts are found, how soon: no setting was chosen on these."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2
from tests.analyze.silent_chat import KINDS, RATES, TRENDS, add_bursts, make_silent

from hubbub.analyze.bursts import watch

_HOURS = 4.0
_N_STREAMS = 50
_ALLOWED = (0.1, 1.0)


def main() -> None:
    """Print the figures."""
    n_hours = _N_STREAMS * _HOURS
    for allowed in _ALLOWED:
        print(
            f"false alarms an hour where {allowed} are allowed; {n_hours:.0f} silent hours a cell; messages a minute:"
        )
        print(f"{'':<24}" + "".join(f"{rate:>10.0f}" for rate in RATES))
        total = n_cells = 0
        for kind in KINDS:
            for trend in TRENDS:
                found = []
                for i, rate in enumerate(RATES):
                    rng = np.random.default_rng([7, i])
                    counts = make_silent(kind, trend, rate, _N_STREAMS, _HOURS, rng)
                    found.append(watch(counts, false_alarms_per_hour=allowed).height)
                total, n_cells = total + sum(found), n_cells + len(found)
                print(f"{kind + ', ' + trend:<24}" + "".join(f"{n / n_hours:>10.3f}" for n in found))
        hours = n_cells * n_hours
        low, high = chi2.ppf(0.025, 2 * total) / 2 if total else 0.0, chi2.ppf(0.975, 2 * total + 2) / 2
        print(f"all: {total / hours:.4f} an hour in {hours:,.0f} hours (95 %: {low / hours:.4f} to {high / hours:.4f})")
    _power()


def _power() -> None:
    print("one burst of 60 s in each of 100 streams of 4 hours, jumpy bins, wave; recall, precision, median delay in s")
    for rate in RATES:
        for times in (2.0, 3.0, 5.0, 10.0):
            rng = np.random.default_rng([8, int(rate)])
            silent = make_silent("jumpy bins", "wave", rate, 100, _HOURS, rng)
            counts, starts = add_bursts(silent, rate, times, 60.0, rng)
            found = watch(counts)
            begin = starts[found["stream"].to_numpy()] * 10.0
            late = found["alarm_seconds"].to_numpy() - begin
            is_right = (late > 0) & (late <= 120)
            hit = np.unique(found["stream"].to_numpy()[is_right])
            delay = np.median(late[is_right]) if is_right.any() else float("nan")
            precision = is_right.mean() if len(is_right) else float("nan")
            print(f"{rate:>5.0f}/min  × {times:>4.1f}   {len(hit) / 100:>6.2f} {precision:>6.2f} {delay:>6.0f}")


if __name__ == "__main__":
    main()
