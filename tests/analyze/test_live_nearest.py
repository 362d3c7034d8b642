"""Single texts find the theme that ``attach`` finds for them; words counted fast are those counted with spellings."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.analyze.live_nearest import Nearest
from hubbub.analyze.terms import count_terms
from hubbub.analyze.themes import attach, find_themes
from hubbub.analyze.words import count_words


def make_texts(seed: int, n: int = 300) -> tuple[np.ndarray, list[str], list[list[float]]]:
    rng = np.random.default_rng(seed)
    hearts = rng.normal(size=(5, 20))
    subjects = rng.integers(0, 5, n)
    vectors = hearts[subjects] + rng.normal(size=(n, 20))
    said = [f"thing{s} things{i % 9} word{i % 40} EmoteX" for i, s in enumerate(subjects.tolist())]
    times = [[float(600 * s + rng.exponential(200.0))] for s in subjects]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), said, times


def test_one_text_at_a_time_finds_what_many_find():
    vectors, texts, times = make_texts(0)
    themes = find_themes(vectors[:200], np.ones(200), texts[:200], times=times[:200], emotes={"EmoteX"})
    nearest = Nearest(themes)
    for ratio in (0.3, 0.65, 0.9):
        ours = [nearest.find(v, t, m[0], ratio) for v, t, m in zip(vectors, texts, times, strict=True)]
        theirs = [
            int(attach(themes, v[None], [t], times=[m], ratio=ratio)[0][0])
            for v, t, m in zip(vectors, texts, times, strict=True)
        ]
        assert ours == theirs
        assert len(set(ours)) > 3


def test_without_themes_nothing_is_near():
    vectors, texts, _ = make_texts(1, 2)
    nearest = Nearest(find_themes(vectors[:1], [1], texts[:1], times=[[0.0]]))
    assert nearest.find(vectors[1], texts[1], 5.0, 0.1) == -1


WORDS = st.sampled_from(
    ["l'école", "écoles", "école", "LUL", "lul", "jeux", "jeu", "a", "c'est-à-dire", "東京の", "😂", ":face-x:"]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=5).map(" ".join), max_size=8))
def test_words_are_those_of_count_terms(texts: list[str]):
    matrix, words = count_words(texts, {"LUL", "😂"})
    slow = count_terms(texts, emotes={"LUL", "😂"}, has_pairs=False)
    assert [(word,) for word in words] == list(slow.keys)
    assert (matrix != slow.matrix).nnz == 0
