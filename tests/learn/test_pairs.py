"""Tests of pairs and masks against slow ways to say the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.learn.pairs import Lesson, Settings, find_neighbors, make_batches, mask_negatives


def make_lesson(n: int, seed: int, n_streams: int = 3, start: float = 0.0) -> Lesson:
    rng = np.random.default_rng(seed)
    streams = np.sort(rng.integers(0, n_streams, n))
    seconds = start + rng.integers(0, 40, n).astype(float)
    order = np.lexsort([seconds, streams])
    return Lesson([f"text {i}" for i in range(n)], rng.integers(0, max(1, n // 2), n), streams[order], seconds[order])


@given(n=st.integers(0, 40), seed=st.integers(0, 1000), within=st.sampled_from([0.5, 3.0, 5.0, 1000.0]))
def test_neighbors_are_those_of_a_double_loop(n, seed, within):
    lesson = make_lesson(n, seed)
    begin, end = find_neighbors(lesson, within)
    for i in range(n):
        near = [
            j
            for j in range(n)
            if lesson.streams[i] == lesson.streams[j] and abs(lesson.seconds[i] - lesson.seconds[j]) <= within
        ]
        assert list(range(begin[i], end[i])) == near


def test_moments_since_the_epoch_are_precise_enough():
    lesson = make_lesson(200, 1, start=1.7e9)
    shifted = Lesson(lesson.texts, lesson.groups, lesson.streams, lesson.seconds - 1.7e9)
    for one, other in zip(find_neighbors(lesson, 5.0), find_neighbors(shifted, 5.0), strict=True):
        assert np.array_equal(one, other)


@given(seed=st.integers(0, 1000), within=st.sampled_from([0.0, 2.0]))
def test_the_mask_is_that_of_a_double_loop(seed, within):
    lesson = make_lesson(30, seed)
    rng = np.random.default_rng(seed)
    anchors, positives = rng.permutation(30)[:8], rng.permutation(30)[:8]
    mask = mask_negatives(lesson, anchors, positives, within)
    for row, anchor in enumerate(anchors):
        for column, positive in enumerate(positives):
            says_the_same = lesson.groups[positive] in (lesson.groups[anchor], lesson.groups[positives[row]])
            beside = (
                within > 0
                and lesson.streams[anchor] == lesson.streams[positive]
                and abs(lesson.seconds[anchor] - lesson.seconds[positive]) <= within
            )
            assert mask[row, column] == (row != column and (says_the_same or beside))


@pytest.mark.parametrize("one_stream", [False, True])
def test_every_text_is_an_anchor_once_and_positives_are_itself_or_near(one_stream):
    lesson = make_lesson(301, 4)
    settings = Settings(batch=16, neighbor_share=0.7, neighbor_seconds=3.0, one_stream=one_stream, seed=5)
    batches = make_batches(lesson, settings, epoch=0)
    anchors, positives = (np.concatenate(part) for part in zip(*batches, strict=True))
    assert sorted(anchors.tolist()) == list(range(301))
    moved = anchors != positives
    assert 0.3 < moved.mean() < 0.75
    assert (lesson.streams[anchors] == lesson.streams[positives]).all()
    assert (np.abs(lesson.seconds[anchors] - lesson.seconds[positives]) <= 3.0).all()
    assert (lesson.groups[anchors[moved]] != lesson.groups[positives[moved]]).all()
    if one_stream:
        mixed = [len(set(lesson.streams[rows].tolist())) > 1 for rows, _ in batches]
        assert sum(mixed) <= 3  # only what is left over of the streams
    again = make_batches(lesson, settings, epoch=0)
    assert all(
        np.array_equal(a, b) for one, two in zip(batches, again, strict=True) for a, b in zip(one, two, strict=True)
    )
    assert not np.array_equal(np.concatenate([a for a, _ in make_batches(lesson, settings, 1)]), anchors)


def test_dropout_alone_has_no_neighbors():
    batches = make_batches(make_lesson(100, 2), Settings(batch=8, neighbor_share=0.0), epoch=3)
    assert all(np.array_equal(anchors, positives) for anchors, positives in batches)


def test_so_many_texts_an_epoch_have_neighbors_among_all():
    lesson = make_lesson(400, 6)
    settings = Settings(max_texts=50, batch=10, neighbor_share=1.0)
    rows = [np.concatenate(part) for part in zip(*make_batches(lesson, settings, epoch=0), strict=True)]
    assert len(rows[0]) == 50
    assert not set(rows[1].tolist()) <= set(rows[0].tolist())
