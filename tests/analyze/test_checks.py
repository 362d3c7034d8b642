"""What every analysis must do: input not mutated, degenerate input, order of the rows, seeds, planted truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest

from hubbub.analyze.episodes import find_episodes
from hubbub.analyze.layout import layout_map
from hubbub.analyze.peaks import find_peaks
from hubbub.analyze.terms import representative_texts, theme_terms
from hubbub.analyze.themes import attach, find_themes
from hubbub.measures import adjusted_mutual_information

SUBJECTS = ("wagon rail station", "sauce pesto noodle", "katana parry dodge", "guitar chorus refrain")


class Chat(NamedTuple):
    """A small stream: distinct texts with vectors, counts, moments and the planted subject."""

    vectors: Any
    weights: Any
    texts: list[str]
    times: list[Any]
    planted: Any

    def take(self, rows: Any) -> Chat:
        return Chat(
            self.vectors[rows],
            self.weights[rows],
            [self.texts[i] for i in rows],
            [self.times[i] for i in rows],
            self.planted[rows],
        )


def make_chat(n: int = 240, seed: int = 0, noise: float = 1.6) -> Chat:
    """Return texts of four subjects whose vectors are noisy, each subject talked about in two stretches."""
    rng = np.random.default_rng(seed)
    planted = np.arange(n) % len(SUBJECTS)
    vectors = rng.standard_normal((len(SUBJECTS), 64))[planted] + noise * rng.standard_normal((n, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = rng.integers(1, 4, n)
    words = [rng.choice(SUBJECTS[subject].split(), 2, replace=False) for subject in planted]
    texts = [f"{' '.join(pair)} said{i}x" for i, pair in enumerate(words)]
    times = [1500.0 * planted[i] + 7200.0 * rng.integers(0, 2) + 900 * rng.random(weights[i]) for i in range(n)]
    return Chat(vectors.astype(np.float32), weights, texts, times, planted)


def run_themes(chat: Chat, seed: int) -> Any:
    return find_themes(chat.vectors, chat.weights, chat.texts, times=chat.times, seed=seed).labels


def run_themes_without_times(chat: Chat, seed: int) -> Any:
    return find_themes(chat.vectors, chat.weights, chat.texts, seed=seed).labels


def run_attach(chat: Chat, seed: int) -> Any:
    known = make_chat()
    themes = find_themes(known.vectors, known.weights, known.texts, times=known.times, seed=seed)
    return attach(themes, chat.vectors, chat.texts, times=chat.times)[0]


def run_episodes(chat: Chat, seed: int) -> Any:
    return find_episodes(chat.planted, [moments[0] for moments in chat.times])


def run_layout(chat: Chat, seed: int) -> Any:
    return layout_map(chat.vectors, chat.planted, chat.weights, seed, n_rounds=30)


def run_terms(chat: Chat, seed: int) -> Any:
    return theme_terms(chat.texts, chat.planted, chat.weights)


def run_examples(chat: Chat, seed: int) -> Any:
    rows = representative_texts(chat.vectors, chat.planted, chat.weights, chat.texts)
    return [[chat.texts[i] for i in picked] for picked in rows]


def run_peaks(chat: Chat, seed: int) -> Any:
    return find_peaks(np.concatenate([*chat.times, np.empty(0)]))


PER_ROW = (run_themes, run_themes_without_times, run_attach, run_episodes, run_layout)
WHOLE = (run_terms, run_examples, run_peaks)
Analysis = Callable[[Chat, int], Any]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, pl.DataFrame):
        return bool(a.equals(b))
    return bool(np.array_equal(a, b)) if isinstance(a, np.ndarray) else bool(a == b)


@pytest.mark.parametrize("analysis", PER_ROW + WHOLE)
def test_input_is_not_mutated(analysis: Analysis) -> None:
    chat, copy = make_chat(), make_chat()
    analysis(chat, 0)
    assert np.array_equal(chat.vectors, copy.vectors)
    assert np.array_equal(chat.weights, copy.weights)
    assert chat.texts == copy.texts
    assert all(np.array_equal(a, b) for a, b in zip(chat.times, copy.times, strict=True))


@pytest.mark.parametrize("analysis", PER_ROW + WHOLE)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_rows_work(analysis: Analysis, n: int) -> None:
    result = analysis(make_chat().take(np.arange(n)), 0)
    if analysis in PER_ROW:
        assert len(result) == n


@pytest.mark.parametrize("analysis", PER_ROW + WHOLE)
def test_equal_rows_work(analysis: Analysis) -> None:
    n = 40
    one = make_chat().take(np.zeros(n, dtype=int))
    result = analysis(one._replace(times=[np.array([5.0])] * n), 0)
    if analysis in (run_themes, run_themes_without_times):
        assert len(set(result.tolist())) == 1


@pytest.mark.parametrize("analysis", PER_ROW + WHOLE)
def test_moments_may_be_unknown(analysis: Analysis) -> None:
    chat = make_chat()
    analysis(chat._replace(times=[np.array([np.nan])] * len(chat.texts)), 0)


@pytest.mark.parametrize("analysis", PER_ROW + WHOLE)
def test_same_seed_gives_same_result(analysis: Analysis) -> None:
    assert same(analysis(make_chat(), 3), analysis(make_chat(), 3))


@pytest.mark.parametrize("analysis", PER_ROW)
def test_order_of_rows_does_not_matter(analysis: Analysis) -> None:
    chat = make_chat()
    rows = np.random.default_rng(1).permutation(len(chat.texts))
    straight, shuffled = analysis(chat, 0)[rows], analysis(chat.take(rows), 0)
    if analysis is run_layout:
        assert np.allclose(straight, shuffled, atol=0.02)
    else:
        assert np.array_equal(straight, shuffled)


@pytest.mark.parametrize("analysis", WHOLE)
def test_order_of_rows_does_not_matter_to_the_whole(analysis: Analysis) -> None:
    chat = make_chat()
    rows = np.random.default_rng(1).permutation(len(chat.texts))
    assert same(analysis(chat, 0), analysis(chat.take(rows), 0))


@pytest.mark.parametrize("analysis", [run_themes, run_themes_without_times])
def test_planted_subjects_are_recovered_better_than_by_k_means(analysis: Analysis) -> None:
    from sklearn.cluster import KMeans

    for seed in range(3):
        chat = make_chat(seed=seed, noise=2.5)
        ours = adjusted_mutual_information(analysis(chat, 0), chat.planted)
        means = KMeans(len(SUBJECTS), n_init=5, random_state=0).fit_predict(chat.vectors)
        assert ours > adjusted_mutual_information(means, chat.planted)
        assert ours > 0.8
