"""Two learners that every toolbox has, as baselines: logistic regression on hashed words, and on n-grams of words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

_N_HASHED = 2**15
_MAX_TERMS = 500_000
_ANY = r"\S+"


class ToolboxScorer:
    """A vectorizer and a logistic regression of scikit-learn.

    Parameters
    ----------
    vectorizer : object
        From texts to a sparse matrix.
    words, targets : sequence of str, (n,) int
        What it learns from.
    n_classes : int
        How many classes there are.
    seed : int
        Of the solver.
    """

    def __init__(
        self,
        vectorizer: HashingVectorizer | TfidfVectorizer,
        words: Sequence[str],
        targets: NDArray[np.int64],
        n_classes: int,
        seed: int,
    ) -> None:
        self._vectorizer, self._n_classes = vectorizer, n_classes
        self._learner = LogisticRegression(C=1.0, max_iter=200, random_state=seed)
        self._learner.fit(vectorizer.fit_transform(words), targets)

    @property
    def n_parameters(self) -> int:
        """How many weights it has."""
        return int(self._learner.coef_.size + self._learner.intercept_.size)

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds, shape (n, n_classes)."""
        odds = np.asarray(self._learner.decision_function(self._vectorizer.transform(words)))
        found = np.full((len(words), self._n_classes), -30.0)
        if odds.ndim == 1:
            odds = np.column_stack([np.zeros(len(odds)), odds])
        found[:, self._learner.classes_] = odds
        return found


def train_hashing(words: Sequence[str], targets: NDArray[np.int64], n_classes: int, seed: int) -> ToolboxScorer:
    """Return logistic regression on single words hashed into 2**15 columns (Weinberger et al. 2009)."""
    vectorizer = HashingVectorizer(n_features=_N_HASHED, token_pattern=_ANY, lowercase=False)
    return ToolboxScorer(vectorizer, words, targets, n_classes, seed)


def train_word_ngrams(words: Sequence[str], targets: NDArray[np.int64], n_classes: int, seed: int) -> ToolboxScorer:
    """Return logistic regression on TF-IDF of single words and pairs that stand twice at least."""
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, max_features=_MAX_TERMS, token_pattern=_ANY, lowercase=False, sublinear_tf=True
    )
    return ToolboxScorer(vectorizer, words, targets, n_classes, seed)
