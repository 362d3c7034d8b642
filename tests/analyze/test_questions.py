"""Wordings of one question."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubbub.analyze.questions import MIN_COSINE, group_meanings


def make(n: int = 200, seed: int = 0) -> tuple[Any, Any, list[str], Any]:
    """Return wordings of twenty questions with noisy vectors."""
    rng = np.random.default_rng(seed)
    planted = np.arange(n) % 20
    vectors = rng.standard_normal((20, 64))[planted] + 0.3 * rng.standard_normal((n, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, rng.integers(1, 5, n), [f"wording {chr(97 + i % 26)}{'x' * (i // 26)}" for i in range(n)], planted


def naive(vectors: Any, weights: Any, texts: list[str]) -> list[int]:
    leaders: list[int] = []
    groups = list(range(len(texts)))
    for i in sorted(range(len(texts)), key=lambda i: (-weights[i], texts[i])):
        near = [(float(vectors[i] @ vectors[leader]), -place) for place, leader in enumerate(leaders)]
        best = max(near, default=(-1.0, 0))
        if best[0] >= MIN_COSINE:
            groups[i] = leaders[-best[1]]
        else:
            leaders.append(i)
    return groups


def test_wordings_are_grouped_as_a_naive_loop_groups_them() -> None:
    for n in (0, 1, 7, 200, 1300):
        vectors, weights, texts, _ = make(n)
        assert group_meanings(vectors, weights, texts).tolist() == naive(vectors, weights, texts)


def test_planted_questions_are_found() -> None:
    from hubbub.measures import adjusted_mutual_information

    vectors, weights, texts, planted = make()
    assert adjusted_mutual_information(group_meanings(vectors, weights, texts), planted) > 0.95


def test_order_of_rows_does_not_matter() -> None:
    vectors, weights, texts, _ = make()
    rows = np.random.default_rng(1).permutation(len(texts))
    straight = group_meanings(vectors, weights, texts)
    shuffled = group_meanings(vectors[rows], weights[rows], [texts[i] for i in rows])
    assert np.array_equal(rows[shuffled], straight[rows])


def test_members_are_near_their_leader_and_have_its_numbers() -> None:
    vectors, weights, texts, _ = make()
    texts = [f"{text} {i % 3}" for i, text in enumerate(texts)]
    groups = group_meanings(vectors, weights, texts)
    assert (groups[groups] == groups).all()
    assert (np.vecdot(vectors, vectors[groups]) >= MIN_COSINE - 1e-6).all()
    assert all(texts[i][-1] == texts[group][-1] for i, group in enumerate(groups))
