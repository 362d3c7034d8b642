"""Tests that the torch encoder is the same network as the torch-free one."""

import sys

import numpy as np
import pytest

from hubbub.embed.use import load_use, save_use
from hubbub.errors import MissingExtraError
from hubbub.learn import use_torch
from hubbub.learn.use_torch import load_use_torch

TEXTS = [
    "salut tout le monde, ça va ?",
    "hello everyone, how are you?",
    "gg",
    "",
    "POG " * 300,
    "配信ありがとう！",
    "a\ud800\x00b",
    "c'est quoi ce jeu ? on dirait un Zelda mais en moins bien",
    "gg",
]


@pytest.fixture(scope="module")
def reference():
    return load_use().embed(TEXTS)


def test_missing_torch_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"'use-torch' needs PyTorch.*hubbub\[train\]"):
        load_use_torch()


def test_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="fp16"):
        load_use_torch(precision="fp16")


@pytest.mark.parametrize(("precision", "lowest"), [("fp32", 0.9999), ("bf16", 0.999)])
def test_twins_agree(reference, precision, lowest):
    encoder = load_use_torch(precision=precision)
    vectors = encoder.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors * reference).sum(axis=1).min() > lowest
    assert encoder.name == "use-multilingual-3-torch"


def test_batches_do_not_matter(reference, monkeypatch):
    encoder = load_use_torch(precision="fp32")
    for n_tokens, n_texts in ((1, 1), (40, 3)):
        monkeypatch.setattr(use_torch, "BATCH_TOKENS", n_tokens)
        monkeypatch.setattr(use_torch, "TEXTS_PER_TOKENIZING", n_texts)
        seen = []
        np.testing.assert_allclose(encoder.embed(TEXTS, seen.append), reference, atol=1e-5)
        assert seen == sorted(seen)
        assert seen[-1] == len(TEXTS)
    assert encoder.embed([]).shape == (0, 512)


def test_a_saved_encoder_runs_here_too(reference, tmp_path):
    save_use(tmp_path / "use")
    np.testing.assert_allclose(load_use_torch(tmp_path / "use", precision="fp32").embed(TEXTS), reference, atol=1e-5)


def test_what_is_no_text_is_refused():
    encoder = load_use_torch(precision="fp32")
    for texts in ("one text", [None]):
        with pytest.raises(ValueError, match="sequence of str"):
            encoder.embed(texts)
