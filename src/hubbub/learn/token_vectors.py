"""Which tokens stand near each other → a vector for each, for language models to begin with.

A network that begins at random learns for a long time no more than how often each token is said. What stands near
what can be counted in seconds: the main directions of positive pointwise mutual information, which is what word2vec
finds by many steps (Levy and Goldberg 2014, "Neural Word Embedding as Implicit Matrix Factorization").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubbub.learn.packing import Rows

REACH = 5
_SMOOTHING = 0.75


def token_vectors(rows: Rows, n_tokens: int, dim: int, *, scale: float) -> NDArray[np.float32]:
    """Return a vector for each token: float32 of shape (n_tokens, dim), zeros for those that are never said.

    Parameters
    ----------
    rows : Rows
        Documents.
    n_tokens, dim : int
        Size of the table; a small vocabulary fills its first columns only.
    scale : float
        Standard deviation of the numbers.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import svds

    ids = rows.ids.ravel()
    documents = (np.arange(len(rows))[:, None] * (1 + int(rows.documents.max())) + rows.documents).ravel()
    is_token = rows.documents.ravel() > 0
    shape = (n_tokens, n_tokens)
    counts = csr_array(shape, dtype=np.float32)
    for lag in range(1, REACH + 1):
        near = (documents[lag:] == documents[:-lag]) & is_token[lag:]
        ones = np.ones(int(near.sum()), np.float32)
        counts = counts + csr_array((ones, (ids[lag:][near], ids[:-lag][near])), shape=shape)
    pairs = (counts + counts.T).tocoo()
    often = np.asarray(pairs.sum(axis=1)).ravel()
    expected = often**_SMOOTHING / max(float((often**_SMOOTHING).sum()), 1e-9)
    information = np.log(pairs.data / (often[pairs.row] * expected[pairs.col]))
    kept = information > 0
    positive = csr_array((information[kept].astype(np.float32), (pairs.row[kept], pairs.col[kept])), shape=shape)
    table = np.zeros((n_tokens, dim), np.float32)
    n_found = min(dim, n_tokens - 1)
    if positive.nnz:
        left, values, _ = svds(positive, k=n_found, random_state=0)
        table[:, :n_found] = left * np.sqrt(values) * (often > 0)[:, None]
    return table * (scale / max(float(table.std()), 1e-9)) if table.any() else table


def token_shares(rows: Rows, n_tokens: int) -> NDArray[np.float32]:
    """Return the logarithm of how often each token is said, as a share: float32 of shape (n_tokens,)."""
    counts = np.bincount(rows.ids[rows.documents > 0], minlength=n_tokens) + 1.0
    return np.asarray(np.log(counts / counts.sum()), np.float32)
