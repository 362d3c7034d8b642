"""Episodes: one theme during one stretch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.analyze.episodes import find_episodes

MESSAGES = st.lists(
    st.tuples(st.integers(-1, 3), st.one_of(st.just(float("nan")), st.floats(-100, 20_000, width=32))), max_size=60
)


def naive(themes: list[int], seconds: list[float], leash: float) -> list[set[int]]:
    """Return the episodes as sets of rows, message by message in order of time."""
    episodes: list[set[int]] = []
    for theme in sorted(set(themes) - {-1}):
        rows = [i for i, t in enumerate(themes) if t == theme]
        timed = sorted((i for i in rows if not np.isnan(seconds[i])), key=lambda i: seconds[i])
        runs: list[set[int]] = []
        for before, row in zip([None, *timed], timed, strict=False):
            if before is None or seconds[row] - seconds[before] > leash:
                runs.append(set())
            runs[-1].add(row)
        untimed = {i for i in rows if np.isnan(seconds[i])}
        if untimed:
            runs[:1] = [(runs[0] if runs else set()) | untimed]
        episodes += runs
    return episodes


@settings(deadline=None)
@given(MESSAGES, st.sampled_from([0.0, 60.0, 600.0]))
def test_agrees_with_a_naive_loop(messages: list[tuple[int, float]], leash: float) -> None:
    themes, seconds = [m[0] for m in messages], [m[1] for m in messages]
    found = find_episodes(themes, seconds, leash)
    groups = [set(np.flatnonzero(found == episode).tolist()) for episode in range(found.max(initial=-1) + 1)]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, naive(themes, seconds, leash)))
    assert np.array_equal(found < 0, np.array(themes, dtype=int) < 0)


@settings(deadline=None)
@given(MESSAGES, st.randoms(use_true_random=False))
def test_order_of_messages_does_not_matter(messages: list[tuple[int, float]], random: object) -> None:
    rows = list(range(len(messages)))
    random.shuffle(rows)  # type: ignore[attr-defined]
    straight = find_episodes([m[0] for m in messages], [m[1] for m in messages])
    shuffled = find_episodes([messages[i][0] for i in rows], [messages[i][1] for i in rows])
    assert np.array_equal(straight[rows], shuffled)


@settings(deadline=None)
@given(MESSAGES)
def test_same_theme_within_the_leash_is_one_episode(messages: list[tuple[int, float]]) -> None:
    found = find_episodes([m[0] for m in messages], [m[1] for m in messages], 600.0)
    for i, (theme, second) in enumerate(messages):
        for j, (other, moment) in enumerate(messages):
            if theme == other >= 0 and abs(second - moment) <= 600.0:
                assert found[i] == found[j]


def test_ids_are_in_order_of_first_appearance() -> None:
    assert find_episodes([5, 2, 5, 2], [900.0, 10.0, 30.0, 5000.0], 600.0).tolist() == [2, 0, 1, 3]


def test_without_times_a_theme_is_one_episode() -> None:
    assert find_episodes([1, 0, 1, -1]).tolist() == [1, 0, 1, -1]


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shape of theme_ids"):
        find_episodes([1, 2], [0.0])
    with pytest.raises(ValueError, match="leash_seconds"):
        find_episodes([1], [0.0], -1.0)
