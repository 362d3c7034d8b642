"""Log-odds of held-out texts → the scores, the reliability and the sorted mistakes of one cell of a comparison."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_N_EXAMPLES, _N_BINS = 3, 10


def score_cell(odds: NDArray[np.float64], truth: NDArray[np.int64], labels: tuple[str, ...]) -> dict[str, Any]:
    """Return the scores of log-odds on the held-out rows, with 95 % intervals."""
    import numpy as np

    from hubbub import measures

    n_classes, n_resamples = len(labels), 200 if len(truth) > 20_000 else 500
    shares = measures.Calibration(1.0, (0.0,) * n_classes).probabilities(odds)
    told = shares.argmax(axis=1)

    def interval(statistic: Any, *columns: NDArray[Any]) -> list[float]:  # noqa: ANN401
        found = measures.bootstrap_interval(*columns, statistic=statistic, n_resamples=n_resamples)
        return [found.estimate, found.low, found.high]

    def macro(which: int) -> Any:  # noqa: ANN401
        return lambda y, z: float(np.nanmean(measures.class_scores(y, z, n_classes)[which]))

    right = measures.share_interval(int((told == truth).sum()), len(truth))
    negative, positive = 0, n_classes - 1
    false = (truth == negative) & (told == positive)
    sure = shares.max(axis=1)
    bins = np.minimum((sure * _N_BINS).astype(int), _N_BINS - 1)
    counts = np.bincount(bins, minlength=_N_BINS)
    found: dict[str, Any] = {
        "accuracy": [right.estimate, right.low, right.high],
        "macro_recall": interval(macro(0), truth, told),
        "macro_f1": interval(macro(1), truth, told),
        "log_loss": float(-np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-12)).mean()),
        "false_positives": int(false.sum()),
        "false_positive_rate": float(false.sum() / max(1, (truth == negative).sum())),
        "calibration_error": measures.expected_calibration_error(shares, truth),
        "confusion": [[int(((truth == i) & (told == j)).sum()) for j in range(n_classes)] for i in range(n_classes)],
        "reliability": [
            [float(sure[bins == i].mean()), float((told == truth)[bins == i].mean()), int(counts[i])]
            for i in range(_N_BINS)
            if counts[i]
        ],
    }
    if n_classes == 2 and len(np.unique(truth)) == n_classes:  # of one class no row can stand above another's
        found["auc"] = interval(measures.area_under_roc, odds[:, 1] - odds[:, 0], truth)
    return found


def find_mistakes(
    texts: list[str],
    words: list[str],
    foreign: list[str | None],
    odds: NDArray[np.float64],
    truth: NDArray[np.int64],
    labels: tuple[str, ...],
    strong: dict[str, int],
) -> dict[str, Any]:
    """Return how many mistakes are of which kind, and some examples of each."""
    import numpy as np

    from hubbub.analyze.mistakes import sort_mistakes
    from hubbub.measures import Calibration

    shares = Calibration(1.0, (0.0,) * len(labels)).probabilities(odds)
    told = shares.argmax(axis=1)
    wrong = np.flatnonzero(told != truth).tolist()
    kinds = sort_mistakes(
        [texts[i] for i in wrong],
        [words[i] for i in wrong],
        [foreign[i] for i in wrong],
        shares[wrong].max(axis=1),
        told[wrong] == len(labels) - 1,
        strong,
    )
    examples: dict[str, list[dict[str, str]]] = {}
    for i, kind in zip(wrong, kinds, strict=True):
        shown = examples.setdefault(kind, [])
        if len(shown) < _N_EXAMPLES:
            shown.append({"text": texts[i][:280], "label": labels[truth[i]], "told": labels[told[i]]})
    return {"counts": dict(Counter(kinds)), "examples": examples}
