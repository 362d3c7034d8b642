"""Tests of the vectors that language models begin with: tokens that stand in for each other are near."""

from __future__ import annotations

import numpy as np
import pytest

from hubbub.learn.packing import pack
from hubbub.learn.token_vectors import token_shares, token_vectors


def make_rows(seed: int = 0, *, length: int = 24):
    """Return documents of two subjects; tokens 10 to 19 are of one, 20 to 29 of the other, 5 of both."""
    rng = np.random.default_rng(seed)
    documents = [[2, *rng.integers(low, low + 10, 8).tolist(), 5, 3] for low in rng.choice([10, 20], 500)]
    return pack(documents, length, pad=0)


def test_tokens_of_a_subject_are_near():
    vectors = token_vectors(make_rows(), 40, 6, scale=0.5)
    assert vectors.shape == (40, 6)
    assert vectors.dtype == np.float32
    assert float(vectors.std()) == pytest.approx(0.5, rel=1e-4)
    assert not vectors[[0, 1, 4, 35]].any()  # padding, and what is never said
    units = vectors[10:30] / np.linalg.norm(vectors[10:30], axis=1, keepdims=True)
    cosines = units @ units.T
    same = np.arange(20)[:, None] // 10 == np.arange(20) // 10
    assert cosines[same].mean() > cosines[~same].mean() + 0.3


def test_what_is_counted_stays_within_documents():
    # Rows of 24 hold two documents, of any subject; if they were mixed, the packing would change the counts.
    packed, alone = (token_vectors(make_rows(length=length), 40, 6, scale=1.0) for length in (24, 11))
    np.testing.assert_allclose(packed @ packed.T, alone @ alone.T, atol=1e-3)


def test_shares_are_those_of_the_documents():
    shares = np.exp(token_shares(make_rows(), 40))
    assert shares.sum() == pytest.approx(1, abs=1e-3)
    assert shares[5] == pytest.approx(1 / 11, abs=0.005)
    assert shares[0] < 1e-3


def test_nothing_said_gives_nothing():
    assert not token_vectors(pack([[5]], 8, pad=0), 40, 6, scale=1.0).any()
