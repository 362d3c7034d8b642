"""Unit vectors → the nearest neighbors of each, exactly, in bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK_BYTES = 32 * 2**20


def nearest_neighbors(vectors: NDArray[np.float32], n_neighbors: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the nearest other rows of each row by inner product, nearest first.

    Parameters
    ----------
    vectors : (n, dim) float32
        Rows of unit length give cosines.
    n_neighbors : int
        At most ``n - 1`` are given.

    Returns
    -------
    indices : (n, k) int64
    cosines : (n, k) float32
        Of each row and its neighbors; equal cosines are in the order of their rows.
    """
    n = len(vectors)
    k = max(0, min(n_neighbors, n - 1))
    indices = np.empty((n, k), dtype=np.int64)
    cosines = np.empty((n, k), dtype=np.float32)
    if k == 0:
        return indices, cosines
    step = max(1, min(n, _BLOCK_BYTES // (4 * n)))
    for start in range(0, n, step):
        stop = min(n, start + step)
        block = vectors[start:stop] @ vectors.T
        block[np.arange(stop - start), np.arange(start, stop)] = -np.inf
        indices[start:stop], cosines[start:stop] = take_highest(block, k)
    return indices, cosines


def take_highest(block: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the columns and values of the ``k`` highest entries of each row, highest first."""
    if k < block.shape[1]:
        columns = np.argpartition(block, block.shape[1] - k, axis=1)[:, -k:]
    else:
        columns = np.broadcast_to(np.arange(k), (len(block), k))
    columns = np.sort(columns, axis=1)
    values = np.take_along_axis(block, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
