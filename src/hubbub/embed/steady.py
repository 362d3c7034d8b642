"""Products of matrices in which what a row gives does not depend on the rows around it, to the bit.

A BLAS adds up the products of a number in an order that depends on where its row stands: the rows at the ends of a
product, and those left over when the others have been taken in groups, go through other code. So each product here has
one of three numbers of rows, and the rows at its ends, ``edge`` of them, are left empty. Which rows are treated alike
is the processor's and the library's matter, so it is measured once, by putting the same row at every place. Where no
edge makes them alike, products are what they are elsewhere: equal but for rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from hubbub.engines import one_blas_thread

Floats = np.ndarray[Any, np.dtype[np.float32]]

SIZES = (64, 160, 320)
"""Numbers of rows of a product. Few texts need few rows; beyond some hundred a BLAS cuts a product into parts, each
with ends of its own."""
_EDGES = (8, 16, 24)


@lru_cache(maxsize=8)
def find_edge(shapes: tuple[tuple[int, int], ...]) -> tuple[int, bool]:
    """Return how many rows at each end to leave empty, and whether that makes all other places alike.

    Parameters
    ----------
    shapes : tuple of (int, int)
        Rows and columns of the right factors.
    """
    rng = np.random.default_rng(0)
    with one_blas_thread():
        for edge in _EDGES:
            if all(_is_steady(rng, *shape, edge) for shape in shapes):
                return edge, True
    return _EDGES[0], False


def _is_steady(rng: np.random.Generator, n_inner: int, n_columns: int, edge: int) -> bool:
    """Return whether a row gives the same at any place but at the ends, in products of any of the sizes."""
    row, weights = (rng.normal(size=shape).astype(np.float32) for shape in ((n_inner,), (n_inner, n_columns)))
    results = [multiply(np.tile(row, (size, 1)), weights)[edge : size - edge] for size in SIZES]
    return all(bool((result == results[0][0]).all()) for result in results)


def multiply(rows: Floats, weights: Floats) -> Floats:
    """Return the (n_rows, n_columns) product as a view whose columns are contiguous.

    The rows are given to BLAS as the dimension that it takes in vectors: all numbers of a vector have the same history.

    Parameters
    ----------
    rows : (n_rows, n_inner) float32
        ``n_rows`` is one of ``SIZES``, of which the ends are not used.
    weights : (n_inner, n_columns) float32
    """
    product: Floats = np.matmul(weights.T, rows.T)
    return product.T


def most_rows(edge: int) -> int:
    """Return how many rows one product can hold."""
    return SIZES[-1] - 2 * edge


def size_for(n_rows: int, edge: int) -> int:
    """Return the number of rows, the ends included, of the smallest product that holds so many."""
    return next(size for size in SIZES if size - 2 * edge >= n_rows)


def pad(rows: Floats, edge: int) -> Floats:
    """Return the rows with empty ones around them, as many as the smallest product has that holds them."""
    padded = np.zeros((size_for(len(rows), edge), rows.shape[1]), np.float32)
    padded[edge : edge + len(rows)] = rows
    return padded


def blocks(lengths: Sequence[int], edge: int) -> list[tuple[int, int]]:
    """Return the ranges of texts whose tokens go into one product together, for texts of these numbers of tokens.

    Examples
    --------
    >>> blocks([200, 100, 200, 256, 3], 8)
    [(0, 2), (2, 3), (3, 5)]
    """
    most, first, held, found = most_rows(edge), 0, 0, []
    for i, length in enumerate(lengths):
        if held + length > most:
            found.append((first, i))
            first, held = i, 0
        held += length
    return [*found, (first, len(lengths))] if len(lengths) else []
