"""Polls among poll answers: planted results, and what is no poll or two of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.analyze.polls import MIN_VOTERS, find_asking, find_polls
from hubbub.measures import share_interval

Row = tuple[int, int, int, float]


def crowd(n: int, start: float, seed: int = 0, options: int = 4, first_viewer: int = 0) -> list[Row]:
    """Return one answer each of ``n`` viewers within two minutes: family, answer, viewer, second."""
    rng = np.random.default_rng(seed)
    picks = rng.choice(options, n, p=np.arange(options, 0, -1) / np.arange(1, options + 1).sum())
    moments = start + np.minimum(rng.gamma(2.2, 18.0, n), 110)
    return [
        (0, int(pick), first_viewer + i, float(at)) for i, (pick, at) in enumerate(zip(picks, moments, strict=True))
    ]


def find(rows: list[Row], asked: Any = ()) -> Any:
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], []]
    return find_polls(*columns, asked)


def test_a_poll_is_counted_as_a_naive_loop_counts_it() -> None:
    rows = [*crowd(300, 100.0), *((0, 3, viewer, 125.0 + viewer) for viewer in range(40))]
    (poll,) = find(rows)
    last: dict[int, tuple[float, int]] = {}
    for _, answer, viewer, second in rows:
        last[viewer] = max(last.get(viewer, (-1.0, -1)), (second, answer))
    votes = [answer for _, answer in last.values()]
    assert {option.answer: option.n_votes for option in poll.options} == {a: votes.count(a) for a in set(votes)}
    assert (poll.n_voters, poll.n_answers) == (300, 340)
    assert [option.n_votes for option in poll.options] == sorted((o.n_votes for o in poll.options), reverse=True)
    for option in poll.options:
        assert option.share == share_interval(option.n_votes, 300)


def test_who_votes_a_hundred_times_has_one_vote() -> None:
    rows = [*crowd(40, 0.0, options=2), *((0, 1, 999, 10.0 + i) for i in range(100))]
    (poll,) = find(rows)
    assert poll.n_voters == 41
    assert poll.options[0].answer == 0


def test_the_last_answer_of_a_viewer_counts() -> None:
    rows = [(0, 0, viewer, float(viewer)) for viewer in range(10)] + [(0, 1, 3, 50.0), (0, 1, 4, 60.0), (0, 0, 4, 61.0)]
    (poll,) = find(rows)
    assert [(option.answer, option.n_votes) for option in poll.options] == [(0, 9), (1, 1)]
    assert poll.n_changed == 1


@pytest.mark.parametrize("pause", [15.0, 40.0, 130.0, 600.0])
def test_two_polls_after_another_are_two(pause: float) -> None:
    first = crowd(200, 100.0, seed=1)
    end = max(row[3] for row in first)
    second = crowd(200, end + pause, seed=2)
    polls = find([*first, *second])
    assert [poll.n_voters for poll in polls] == [200, 200]
    assert polls[0].last_seconds == pytest.approx(end, abs=10)
    assert polls[1].first_seconds == pytest.approx(end + pause, abs=10)


def test_a_poll_that_is_called_again_stays_one() -> None:
    first, second = crowd(200, 100.0, seed=1), crowd(200, 260.0, seed=2, first_viewer=200)
    assert [poll.n_voters for poll in find([*first, *second])] == [400]
    assert [poll.n_voters for poll in find([*first, *second], asked=[258.0])] == [200, 200]


def test_families_are_polls_of_their_own() -> None:
    rows = crowd(30, 0.0)
    other = [(1, answer, viewer, second) for _, answer, viewer, second in crowd(30, 0.0, seed=3)]
    assert sorted(poll.family for poll in find([*rows, *other])) == [0, 1]


def test_few_voters_are_no_poll() -> None:
    assert find(crowd(MIN_VOTERS - 1, 0.0)) == []
    assert find([(0, 0, 5, float(second)) for second in range(100)]) == []
    assert find([(0, i % 3, -1, float(i)) for i in range(50)])[0].n_voters == 50


def test_a_stray_answer_long_before_does_not_begin_it() -> None:
    (poll,) = find([(0, 2, 777, 0.0), *crowd(200, 90.0), (0, 2, 778, 300.0)])
    assert poll.first_seconds >= 90.0
    assert poll.last_seconds <= 201.0


def test_unknown_moments_and_no_rows_work() -> None:
    assert find([]) == []
    assert find([(0, 1, i, float("nan")) for i in range(50)]) == []


ANSWERS = st.lists(
    st.tuples(st.integers(-1, 1), st.integers(0, 3), st.integers(-1, 30), st.floats(0, 2000)), max_size=120
)


@settings(deadline=None, max_examples=60)
@given(ANSWERS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_votes_add_up(rows: list[Row], random: Any) -> None:
    straight = find(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert find(shuffled) == straight
    for poll in straight:
        assert sum(option.n_votes for option in poll.options) == poll.n_voters >= MIN_VOTERS
        assert sum(option.share.estimate for option in poll.options) == pytest.approx(1)
        assert poll.n_answers >= poll.n_voters
        assert poll.first_seconds <= poll.last_seconds
    assert sum(poll.n_answers for poll in straight) <= sum(row[0] >= 0 for row in rows)


def test_the_message_that_asked_is_the_likeliest_before_it() -> None:
    assert find_asking(100.0, [-30.0, 60.0, 90.0, 200.0], [5, 4, 3, 5]) == 1
    assert find_asking(100.0, [90.0, 95.0], [3, 1]) is None
    assert find_asking(100.0, [], []) is None


def test_the_interval_of_a_share_is_that_of_scipy() -> None:
    from scipy.stats import binomtest

    for k, n in ((0, 9), (3, 9), (9, 9), (370, 749)):
        interval = binomtest(k, n).proportion_ci(method="wilson")
        ours = share_interval(k, n)
        assert (ours.low, ours.high) == (pytest.approx(interval.low, abs=1e-6), pytest.approx(interval.high, abs=1e-6))
    assert (share_interval(0, 0).low, share_interval(0, 0).high) == (0.0, 1.0)
