"""The approach "azure" of ``compare-sentiment``: what it would cost is told first, and only what is allowed is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hubbub.errors import HubbubError
from hubbub.reports import Progress, no_progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hubbub.collect.azure_language import Access, Answers

_LEAST_SHARE = 0.005  # the API tells shares in hundredths


@dataclass(frozen=True, slots=True)
class Azure:
    """What may be asked: where, with which key, of which language; and what is known already."""

    access: Access
    answers: Answers
    language: str


def allow_azure(
    texts: Sequence[str], language: str, *, file: Path | None, budget: float | None, memory: Path, progress: Progress
) -> Azure:
    """Return the way to the API when what it costs to ask of texts is allowed; nothing is sent here.

    Parameters
    ----------
    texts : sequence of str
        All that will be asked.
    language : str
        ISO 639-1.
    file : Path or None
        Endpoint and key; None for the environment.
    budget : float or None
        US dollars that may be spent.
    memory : Path
        Where answers are kept.
    progress : Progress
        Told the cost.

    Raises
    ------
    HubbubError
        When it would cost more than allowed, or nothing was allowed: the message tells the cost.
    """
    from hubbub.collect.azure_language import DOLLARS_PER_RECORD, Answers, count_records, read_access

    access = read_access(file)
    answers = Answers(memory, language)
    missing = answers.missing(texts)
    n_records = count_records(missing)
    dollars = n_records * DOLLARS_PER_RECORD
    cost = (
        f"send {len(missing):,} texts ({n_records:,} text records) to {urlsplit(access.endpoint).hostname}, for about "
        f"{dollars:,.2f} US dollars by list price"
    )
    if missing and (budget is None or dollars > budget):
        allowed = "nothing is sent without your word" if budget is None else f"{budget:,.2f} are allowed"
        raise HubbubError(
            f"The approach 'azure' would {cost}; {allowed}. Allow it with --azure-budget {dollars + 0.005:.2f}, or "
            "hold out fewer texts with --max-test."
        )
    progress(f"azure will {cost}", 0, None)
    return Azure(access, answers, language)


class AzureScorer:
    """Log-odds by what the Azure Language API says of texts; a text it cannot judge is even."""

    n_parameters = 0

    def __init__(self, azure: Azure, n_classes: int, progress: Progress = no_progress) -> None:
        self._azure, self._n_classes, self._progress = azure, n_classes, progress

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds, shape (n, n_classes); of two classes, negative beside positive, neutral left out."""
        import numpy as np

        from hubbub.collect.azure_language import ask_azure

        ask_azure(
            words,
            self._azure.language,
            self._azure.access,
            self._azure.answers,
            progress=lambda done, total: self._progress("asking", done, total),
        )
        shares = np.array([self._azure.answers.get(text) or (0.0, 1.0, 0.0) for text in words]).reshape(-1, 3)
        odds = np.log(np.maximum(shares, _LEAST_SHARE))
        return np.asarray(odds[:, [0, 2]] if self._n_classes == 2 else odds)
