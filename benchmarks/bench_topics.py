"""How much of the planted truth is found: topics and bursts of simulated streams that nothing was tuned on."""

from __future__ import annotations

import tempfile

import numpy as np

import hubbub
from hubbub.measures import bootstrap_interval

_SEEDS = (31, 32, 33, 34)


def main() -> None:
    """Print the figures."""
    scores = []
    for seed in _SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            hubbub.simulate(f"{folder}/a", seed=seed)
            hubbub.find_topics(f"{folder}/a")
            scores.append(hubbub.score_topics(f"{folder}/a"))
            said = {name: round(value, 3) for name, value in scores[-1].items()}
            print(f"  seed {seed}: {said}")
    for name, limit in (("adjusted_mutual_information", "0.8"), ("burst_recall", "1"), ("burst_precision", "–")):
        values = np.array([score[name] for score in scores])
        mean = bootstrap_interval(values)
        print(f"{name}: mean {mean.estimate:.3f} (95 % over streams {mean.low:.3f} to {mean.high:.3f})   limit {limit}")


if __name__ == "__main__":
    main()
