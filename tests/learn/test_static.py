"""Tests of the table's fit: its gradients against differences, its words and emotes against a planted truth."""

import numpy as np
import pytest

from hubbub.errors import HubbubError
from hubbub.learn import static
from hubbub.learn.contexts import mix_directions, place_by_context
from hubbub.learn.static import Lesson, Settings, even_out, fit_table, main_directions, train_pieces


def make_lesson(seed: int = 0, n_texts: int = 600, n_tokens: int = 80, dim: int = 8) -> tuple[np.ndarray, Lesson]:
    """Return a table, and texts whose teacher is exactly the sum of its rows."""
    rng = np.random.default_rng(seed)
    table = rng.standard_normal((n_tokens, dim)).astype(np.float32)
    lengths = rng.integers(1, 9, n_texts)
    ids = rng.integers(0, n_tokens, int(lengths.sum())).astype(np.int32)
    starts = np.r_[0, np.cumsum(lengths)].astype(np.int32)
    sums = np.add.reduceat(table[ids], starts[:-1])
    teacher = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    pairs = rng.integers(0, n_texts, (200, 2))
    scores = np.vecdot(teacher[pairs[:, 0]], teacher[pairs[:, 1]])
    return table, Lesson(ids, starts, teacher.astype(np.float16), pairs, scores)


@pytest.mark.parametrize("which", ["teacher", "pairs"])
def test_gradients_are_those_of_the_loss(which: str):
    rng = np.random.default_rng(1)
    sums, other = rng.standard_normal((12, 5)), rng.standard_normal((12, 5))
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    scores = rng.permutation(6) / 5

    def loss_of(rows):
        if which == "teacher":
            return static._follow_teacher(rows, other, 3.0)
        return static._rank_pairs(rows, scores)

    n = 12 if which == "teacher" else 6
    gradient = loss_of(sums)[1] / n
    for i, j in [(0, 0), (3, 2), (11, 4), (7, 1)]:
        step = np.zeros_like(sums)
        step[i, j] = 1e-5
        numeric = (loss_of(sums + step)[0] - loss_of(sums - step)[0]) / 2e-5
        assert gradient[i, j] == pytest.approx(numeric, rel=2e-3, abs=2e-5)


def test_a_table_learns_what_its_teacher_says():
    truth, lesson = make_lesson()
    start = truth + np.random.default_rng(5).standard_normal(truth.shape).astype(np.float32)
    before = start.copy()
    table, losses = fit_table(start, lesson, Settings(n_epochs=30, batch_texts=64, learning_rate=0.05))
    assert np.array_equal(start, before)
    assert losses[-1] < 0.5 * losses[0]

    def agreement(rows):
        sums = np.add.reduceat(rows[lesson.ids], lesson.starts[:-1])
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        return float(np.vecdot(sums, lesson.teacher.astype(np.float32)).mean())

    assert agreement(table) > 0.97 > agreement(start)


def test_the_same_seed_gives_the_same_weights_and_pairs_may_be_missing():
    truth, lesson = make_lesson(n_texts=200)
    settings = Settings(n_epochs=2, batch_texts=50)
    one, other = (fit_table(truth, lesson, settings)[0] for _ in range(2))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, fit_table(truth, lesson, Settings(n_epochs=2, batch_texts=50, seed=1))[0])
    alone = Lesson(lesson.ids, lesson.starts, lesson.teacher, lesson.pairs[:0], lesson.scores[:0])
    assert np.isfinite(fit_table(truth, alone, settings)[1]).all()


def test_rows_of_tokens_that_no_text_has_stay():
    truth, lesson = make_lesson(n_texts=100)
    wide = np.concatenate([truth, np.ones((3, truth.shape[1]), np.float32)])
    assert (fit_table(wide, lesson, Settings(n_epochs=1))[0][-3:] == 1).all()


def test_an_emote_stands_where_the_words_around_it_do():
    """Two subjects with words of their own, and an emote said in each; only the words have rows."""
    rng = np.random.default_rng(3)
    n_words, dim = 60, 6
    subjects = np.linalg.qr(rng.standard_normal((dim, dim)))[0][:2]
    rows = np.concatenate([subjects[i] + 0.2 * rng.standard_normal((n_words, dim)) for i in range(2)])
    table = np.concatenate([rows, rng.standard_normal((3, dim))]).astype(np.float32)
    texts, streams = [], []
    for _ in range(3000):
        subject = int(rng.integers(2))
        words = (subject * n_words + rng.integers(0, n_words, 4)).tolist()
        texts.append([*words, 2 * n_words + subject] if rng.random() < 0.3 else words)
        streams.append(subject)
    order = np.argsort(streams, kind="stable")
    texts, streams = [texts[i] for i in order], np.array(streams)[order]
    ids, starts = np.concatenate(texts), np.r_[0, np.cumsum([len(text) for text in texts])]
    emotes = np.arange(2 * n_words, 2 * n_words + 3)
    placed = place_by_context(table, ids, starts, streams, emotes)
    assert placed[0] @ subjects[0] > 0.5 > placed[0] @ subjects[1]
    assert placed[1] @ subjects[1] > 0.5 > placed[1] @ subjects[0]
    assert not placed[2].any()


def test_a_mixed_direction_is_midway_and_keeps_the_length():
    rows = np.array([[4, 0], [0, 0]], np.float32)
    mixed = mix_directions(rows, np.array([[0, 0.1], [1, 0]], np.float32))
    assert np.allclose(mixed, [[np.sqrt(8), np.sqrt(8)], [0, 0]], atol=1e-6)


def test_main_directions_hold_what_varies_most():
    rng = np.random.default_rng(0)
    flat = rng.standard_normal((300, 2)) @ rng.standard_normal((2, 7))
    axes = main_directions([flat.astype(np.float32), np.zeros((0, 7), np.float32)], 2)
    assert np.allclose(axes.T @ axes, np.eye(2), atol=1e-5)
    assert np.allclose(flat @ axes @ axes.T, flat, atol=1e-3)


def test_too_little_text_for_a_vocabulary_is_said():
    for counts, pieces in (({"a": 3}, 100), ({f"w{i}": 2 for i in range(300)}, 9_000)):
        with pytest.raises(HubbubError, match=f"{pieces:,} pieces needs as many distinct words"):
            train_pieces(counts, pieces)


def single_tokens(n: int) -> Lesson:
    """Return texts of one token each."""
    nothing = np.zeros((0, 2), int)
    return Lesson(np.arange(n), np.arange(n + 1), np.zeros((0, 1), np.float16), nothing, np.zeros(0))


def test_weights_are_more_alike_once_they_are_evened_out():
    directions = np.concatenate([np.eye(4), -np.eye(4)])
    table = (directions * np.array([1, 16] * 4)[:, None]).astype(np.float32)
    evened = even_out(np.concatenate([table, np.zeros((1, 4), np.float32)]), single_tokens(8))
    lengths = np.linalg.norm(evened, axis=1)
    assert lengths[1] / lengths[0] == pytest.approx(8)  # a quarter of the way from 16 to 1, in powers
    assert np.allclose(evened[:8] / lengths[:8, None], directions, atol=1e-6)
    assert not evened[8].any()


def test_directions_are_more_alike_once_they_are_evened_out():
    rng = np.random.default_rng(0)
    table = (rng.standard_normal((2000, 3)) * [5, 1, 1]).astype(np.float32)

    def spread(rows: np.ndarray) -> float:
        units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        values = np.linalg.eigvalsh(np.cov(units.T))
        return float(values[-1] / values[0])

    before, after = spread(table), spread(even_out(table, single_tokens(2000)))
    assert 1 < after < 0.8 * before
