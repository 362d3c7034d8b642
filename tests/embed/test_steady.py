"""Products whose rows do not depend on the rows around them, against numpy's own."""

import numpy as np
import pytest

from hubbub.embed import steady
from hubbub.embed.use import load_use
from hubbub.engines import one_blas_thread


@pytest.mark.parametrize("n_rows", [1, 40, 48, 100, 200, 304])
def test_products_are_those_of_numpy_and_rows_do_not_depend_on_their_place(n_rows):
    rng = np.random.default_rng(n_rows)
    rows, weights = (rng.normal(size=shape).astype(np.float32) for shape in ((n_rows, 256), (256, 320)))
    edge, is_steady = steady.find_edge(((256, 320),))
    assert n_rows <= steady.most_rows(8)
    with one_blas_thread():
        product = steady.multiply(steady.pad(rows, edge), weights)[edge : edge + n_rows]
        alone = [steady.multiply(steady.pad(row[None], edge), weights)[edge] for row in rows[:: max(1, n_rows // 20)]]
    np.testing.assert_allclose(product, rows.astype(np.float64) @ weights, atol=1e-3)
    if is_steady:
        np.testing.assert_array_equal(product[:: max(1, n_rows // 20)], alone)


def test_texts_are_cut_into_products_that_hold_them():
    lengths = np.random.default_rng(0).integers(2, 257, 200).tolist()
    cuts = steady.blocks(lengths, 8)
    assert [i for a, b in cuts for i in range(a, b)] == list(range(200))
    assert all(sum(lengths[a:b]) <= steady.most_rows(8) for a, b in cuts)
    assert steady.blocks([], 8) == []


def test_where_no_edge_makes_rows_alike_vectors_are_right_all_the_same(monkeypatch):
    texts = ["salut", "c'est quoi ce jeu", "gg"]
    expected = load_use().embed(texts)
    monkeypatch.setattr(steady, "_is_steady", lambda *_: False)
    steady.find_edge.cache_clear()
    encoder = load_use()
    steady.find_edge.cache_clear()
    assert not encoder.is_steady
    np.testing.assert_allclose(encoder.embed(texts), expected, atol=1e-6)
