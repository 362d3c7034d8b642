"""Terms, labels and representative texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from hubbub.analyze.stop_words import CONNECTORS, ELISIONS, STOP_WORDS
from hubbub.analyze.terms import class_tfidf, count_terms, fold, label_of, representative_texts, theme_terms


def test_class_tfidf_agrees_with_the_formula_word_by_word() -> None:
    counts = np.array([[3.0, 0, 1, 2], [0, 5, 1, 0], [0, 0, 0, 0], [1, 1, 1, 7]])
    weights = class_tfidf(sparse.csr_matrix(counts)).toarray()
    mean_size = counts.sum() / 4
    for row in range(4):
        for term in range(4):
            share = counts[row, term] / counts[row].sum() if counts[row].sum() else 0.0
            assert weights[row, term] == pytest.approx(share * np.log(1 + mean_size / counts[:, term].sum()))


def test_terms_tell_themes_apart() -> None:
    texts = [
        "le train est en retard",
        "encore un train",
        "retard du train ce soir",
        "la sauce au pesto",
        "sauce tomate",
    ]
    assert theme_terms(texts, [0, 0, 0, 1, 1]) == [["train", "retard"], ["sauce"]]


def test_a_pair_takes_the_place_of_its_words() -> None:
    texts = ["finale de la coupe du monde", "la Coupe du Monde ce soir", "coupe du monde !!", "le match du jour"]
    assert theme_terms(texts, [0, 0, 0, 1])[0] == ["coupe du monde"]


def test_plurals_accents_and_elisions_are_one_term() -> None:
    counts = count_terms(["l'école", "les ecoles", "École", "l’école"], has_pairs=False)
    assert counts.surfaces == ("école",)
    assert counts.matrix.sum() == 4


def test_emotes_keep_their_case_and_placeholders_are_no_terms() -> None:
    texts = ["<mention> regarde <url> noctaTrain", "noctaTrain noctaTrain", "noctaTrain :train-wave:", "autre sujet"]
    terms = theme_terms(texts, [0, 0, 0, 1], emotes={"noctaTrain"})
    assert terms[0][0] == "noctaTrain"
    assert not {"mention", "url", "<mention>", "<url>"} & set(terms[0])


def test_japanese_is_cut_where_the_script_changes() -> None:
    counts = count_terms(["東京のゲームが好き"], has_pairs=False)
    assert set(counts.surfaces) == {"東京", "ゲーム", "好"}


def test_counts_of_messages_decide() -> None:
    texts = ["alpha words", "alpha thing", "omega words"]
    assert theme_terms(texts, [0, 0, 0], [1, 1, 50])[0][0] == "omega words"


def test_stop_words_are_folded() -> None:
    for word in STOP_WORDS | CONNECTORS | ELISIONS:
        assert fold(word) == word


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=12))
def test_any_text_works(texts: list[str]) -> None:
    terms = theme_terms(texts, np.arange(len(texts)) % 3 - 1)
    assert all(len(words) <= 10 and len(set(words)) == len(words) for words in terms)
    assert all(isinstance(label_of(words), str) for words in terms)


def test_representative_texts_are_central_short_and_different() -> None:
    rng = np.random.default_rng(0)
    middle = np.eye(16)[0]
    vectors = middle + 0.1 * rng.standard_normal((6, 16))
    vectors[1] = vectors[0] + 1e-4
    vectors[5] = np.eye(16)[3]
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [
        "one of the kind",
        "one of the kinds",
        "two of the kind",
        "x" * 300,
        "three of a kind",
        "far from all of it",
    ]
    picks = representative_texts(vectors, np.zeros(6, int), np.ones(6), texts, n_per_theme=3)[0]
    assert 3 not in picks
    assert picks[0] != 5
    assert not {0, 1} <= set(picks)


def test_a_theme_of_long_texts_still_has_one() -> None:
    assert representative_texts(np.eye(2, dtype=np.float32), [0, -1], [1, 1], ["y" * 200, "z"]) == [[0]]
