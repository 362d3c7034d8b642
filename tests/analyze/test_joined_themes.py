"""Ids carried from run to run, and the tree of the themes that one stream has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.analyze.joined_themes import carry_ids, restrict_joins
from hubbub.analyze.theme_tree import cut_joins


def test_a_theme_goes_on_though_most_of_its_texts_are_new():
    groups = np.r_[np.zeros(100, int), np.ones(10, int)]
    before = np.r_[np.full(10, 3), np.full(90, -1), np.full(10, 5)]
    is_old = before >= 0
    assert carry_ids(groups, before, np.full(110, -1), is_old, 6).tolist() == [3, 5]


def test_old_texts_that_had_no_theme_speak_against_it():
    groups, before = np.zeros(100, int), np.r_[np.full(10, 3), np.full(90, -1)]
    assert carry_ids(groups, before, np.full(100, -1), np.ones(100, bool), 6).tolist() == [6]


def test_the_bigger_part_of_a_theme_keeps_its_id_and_the_other_gets_a_new_one():
    groups, before = np.r_[np.zeros(4, int), np.ones(6, int)], np.full(10, 2)
    assert carry_ids(groups, before, np.full(10, -1), np.ones(10, bool), 7).tolist() == [7, 2]


def test_a_theme_that_was_gone_comes_back_under_its_id():
    resting = np.r_[np.full(5, 1), np.full(5, -1)]
    assert carry_ids(np.zeros(10, int), np.full(10, -1), resting, resting >= 0, 9).tolist() == [1]


@given(st.integers(0, 10_000))
def test_ids_are_handed_out_once(seed: int):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    groups = np.unique(rng.integers(0, 6, n), return_inverse=True)[1]
    before, resting = rng.integers(-1, 5, n), np.where(rng.random(n) < 0.5, rng.integers(5, 9, n), -1)
    ids = carry_ids(groups, before, resting, rng.random(n) < 0.8, 9)
    assert len(set(ids.tolist())) == len(ids) == groups.max() + 1
    fresh = ids[ids >= 9]
    assert fresh.tolist() == list(range(9, 9 + len(fresh)))


def make_joins(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return a tree of n groups: at each step one of those that are left joins one of lower number."""
    joins, left = np.tile([-1, 0], (n, 1)), list(range(n))
    while len(left) > 1:
        goes = left.pop(int(rng.integers(1, len(left))))
        joins[goes] = rng.choice([group for group in left if group < goes]), len(left)
    return joins


@pytest.mark.parametrize("seed", range(20))
def test_some_groups_merge_as_all_of_them_do(seed: int):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    joins = make_joins(n, rng)
    kept = rng.permutation(n)[: int(rng.integers(1, n + 1))]
    restricted = restrict_joins(joins, kept)
    for n_groups in range(1, n + 1):
        whole = cut_joins(joins, n_groups)[kept]
        part = cut_joins(restricted, len(set(whole.tolist())))
        assert ((whole[:, None] == whole) == (part[:, None] == part)).all()
        # The one that stands for others is the first of them.
        assert (part <= np.arange(len(kept))).all()
