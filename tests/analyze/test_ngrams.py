"""Hashed n-grams against a naive loop, and the model on them against planted words and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.analyze.ngram_model import NgramModel, NgramTraining, train_ngrams
from hubbub.analyze.ngrams import NgramForm, hash_ngrams

WIDE = NgramForm(n_bits=31)


def naive(text: str, form: NgramForm) -> list[tuple[str, str]]:
    """Return the n-grams of a text by loops, as the words say them."""
    words = text.split()
    found = [("words", " ".join(words[i : i + n])) for n in form.words for i in range(len(words) - n + 1)]
    for word in (f" {word} " for word in words):
        found += [("characters", word[i : i + n]) for n in form.characters for i in range(len(word) - n + 1)]
    return found


@given(st.lists(st.text(alphabet="ab c\n\u00e9😀", max_size=30), min_size=1, max_size=12))
def test_n_grams_are_those_of_a_naive_loop(texts: list[str]):
    found = hash_ngrams(WIDE, texts)
    meaning: dict[int, tuple[str, str]] = {}
    for i, text in enumerate(texts):
        buckets = found.indices[found.starts[i] : found.starts[i + 1]].tolist()
        wanted = naive(text, WIDE)
        assert len(buckets) == len(wanted)
        # One bucket means one n-gram, wherever it stands: hashing each alone tells which.
        assert sorted(buckets) == sorted(_bucket(gram) for gram in wanted)
        meaning |= {_bucket(gram): gram for gram in wanted}
    assert len(meaning) == len({gram for text in texts for gram in naive(text, WIDE)})


_KNOWN: dict[tuple[str, str], int] = {}


def _bucket(gram: tuple[str, str]) -> int:
    """Return the bucket of one n-gram, found by hashing a text that has it once alone."""
    if gram not in _KNOWN:
        kind, text = gram
        if kind == "words":
            n = len(text.split())
            _KNOWN[gram] = int(hash_ngrams(NgramForm((n,), (), 31), [text]).indices[0])
        else:
            word = text.strip(" ")
            found = hash_ngrams(NgramForm((), (len(text),), 31), [word or "x"]).indices.tolist()
            padded = f" {word} "
            _KNOWN[gram] = int(found[[padded[i : i + len(text)] for i in range(len(found))].index(text)])
    return _KNOWN[gram]


FORMS = st.builds(
    NgramForm,
    words=st.sampled_from([(1,), (2,), (1, 2, 3), (1, 4), (5,), ()]),
    characters=st.sampled_from([(), (3,), (3, 4, 5)]),
    n_bits=st.just(12),
    skips=st.booleans(),
)


@given(FORMS, st.lists(st.text(alphabet="ab \n\u00e9😀", max_size=30), max_size=12), st.integers(1, 3))
def test_a_text_scores_what_its_n_grams_weigh(form: NgramForm, texts: list[str], n_columns: int):
    rng = np.random.default_rng(0)
    weights = rng.integers(-127, 128, (n_columns, form.n_buckets)).astype(np.int8)
    scale, bias = rng.random((2, n_columns)).astype(np.float32)
    scored = NgramModel(form, weights, scale, bias).score(texts)
    assert scored.shape == (len(texts), max(2, n_columns))
    found = hash_ngrams(form, texts)
    for i_text, odds in enumerate(scored[:, -n_columns:].tolist()):
        buckets = found.indices[found.starts[i_text] : found.starts[i_text + 1]]
        worth = 1 / np.sqrt(max(1, len(buckets)))
        for i, score in enumerate(odds):
            assert score == int(weights[i, buckets].sum(dtype=np.int64)) * worth * float(scale[i]) + float(bias[i])


def test_of_a_long_text_the_beginning_is_read():
    form = NgramForm(n_bits=12, skips=True)
    model = NgramModel(form, np.ones((1, form.n_buckets), np.int8), np.ones(1, np.float32), np.zeros(1, np.float32))
    long = "good game " * 300
    told = model.score([long, long[:2000], "good game"])
    assert told[0].tolist() == told[1].tolist()
    assert told[0, 1] == pytest.approx(np.sqrt(hash_ngrams(form, [long]).counts[0]))
    assert told[0, 1] > told[2, 1]


def test_texts_do_not_change_each_other_and_blocks_do_not_matter():
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["good", "bad", "so", "long"], rng.integers(0, 200))) for _ in range(900)]
    together = hash_ngrams(NgramForm(skips=True), texts)
    for i in (0, 450, 899):
        alone = hash_ngrams(NgramForm(skips=True), [texts[i]]).indices
        assert alone.tolist() == together.indices[together.starts[i] : together.starts[i + 1]].tolist()


def test_buckets_are_even():
    found = hash_ngrams(NgramForm(words=(1,), characters=(), n_bits=8), [f"w{i}" for i in range(25_600)])
    counts = np.bincount(found.indices, minlength=256)
    chi = float(((counts - 100) ** 2 / 100).sum())
    assert chi < 340, "255 degrees of freedom: 99.9 % below 330"


def planted(n: int, seed: int) -> tuple[list[str], np.ndarray]:
    rng = np.random.default_rng(seed)
    moods = [["awful", "sad"], ["table", "seven"], ["great", "happy"]]
    labels = rng.integers(0, 3, n)
    filler = [f"w{i}" for i in range(300)]
    texts = [" ".join(rng.permutation([*rng.choice(filler, 6), rng.choice(moods[label])]).tolist()) for label in labels]
    return texts, labels


@pytest.mark.parametrize("n_classes", [2, 3])
def test_planted_words_are_learned(n_classes: int):
    texts, labels = planted(3000, 1)
    kept = labels < n_classes
    texts, labels = [text for text, keep in zip(texts, kept, strict=True) if keep], labels[kept]
    model = train_ngrams(NgramForm(n_bits=16), texts, labels, n_classes, training=NgramTraining(n_epochs=6, batch=256))
    others, truth = planted(600, 2)
    others, truth = [text for text, y in zip(others, truth, strict=True) if y < n_classes], truth[truth < n_classes]
    assert np.mean(model.score(others).argmax(axis=1) == truth) > 0.97


def test_the_rounded_model_is_close_to_logistic_regression():
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    texts, labels = planted(2000, 3)
    form = NgramForm(words=(1,), characters=(), n_bits=14)
    ours = train_ngrams(form, texts, labels, 3, training=NgramTraining(n_epochs=30, batch=200, decay=0.95))
    found = hash_ngrams(form, texts)
    values = np.repeat(1 / np.sqrt(found.counts), found.counts)
    matrix = csr_matrix((values, found.indices, found.starts), shape=(len(texts), form.n_buckets))
    theirs = LogisticRegression(C=100.0, max_iter=500).fit(matrix, labels)
    others, _ = planted(500, 4)
    there = hash_ngrams(form, others)
    rows = csr_matrix((np.repeat(1 / np.sqrt(there.counts), there.counts), there.indices, there.starts), (500, 2**14))
    agree = np.mean(ours.score(others).argmax(axis=1) == theirs.predict(rows))
    assert agree > 0.97


def test_same_seed_same_weights_and_a_text_scores_the_same_in_any_company():
    texts, labels = planted(800, 5)
    form, how = NgramForm(n_bits=14), NgramTraining(n_epochs=2, batch=100, dropout=0.2)
    first, second = (train_ngrams(form, texts, labels, 3, training=how) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert first.score(texts)[417].tolist() == first.score([texts[417]])[0].tolist()
    assert first.score([""])[0].tolist() == first.bias.astype(np.float64).tolist()
    assert first.score([]).shape == (0, 3)
