"""Tokens that a teacher does not know (emotes) → rows of a table, from what is said around them.

A linear map from a word's context to its row is learned on words that have both, and gives rows to tokens that have a
context alone (à la carte: Khodak et al. 2018, arXiv 1805.05388, section 2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[Any]

REACH = 3
"""So many messages before and after one are its context, beside the rest of its own text."""
_MIN_COUNT = 20
_RIDGE = 0.01


def place_by_context(table: Floats, ids: Ints, starts: Ints, streams: Ints, unknown: Ints) -> Floats:
    """Return the rows of unknown tokens: the direction that their context tells, with the length of usual words.

    Parameters
    ----------
    table : (n_tokens, dim) float32
        Rows of unknown tokens are not read.
    ids, starts : (n_ids,) and (n_messages + 1,) int
        The messages' tokens, in the order in which they were said.
    streams : (n_messages,) int
        Which stream each message is of; messages of one stand together.
    unknown : (n_unknown,) int
        The tokens to place. One that is never said gets a row of zeros.
    """
    from scipy.sparse import csr_array

    ones = np.ones(len(ids), np.float32)
    said = csr_array((ones, ids, starts), shape=(len(starts) - 1, len(table)))
    known = table.copy()
    known[unknown] = 0
    sums = np.asarray(said @ known, np.float32)
    around = sums.copy()
    for lag in range(1, REACH + 1):
        together = (streams[lag:] == streams[:-lag])[:, None]
        around[lag:] += together * sums[:-lag]
        around[:-lag] += together * sums[lag:]
    counts = np.bincount(ids, minlength=len(table))
    contexts = np.asarray(said.T @ around, np.float32) - counts[:, None] * known
    contexts -= counts[:, None] * (contexts.sum(axis=0) / max(1, counts.sum()))
    contexts = _units(contexts)
    teachers = np.flatnonzero((counts >= _MIN_COUNT) & (np.vecdot(known, known) > 0))
    if len(teachers) < 2 * table.shape[1]:
        return np.zeros((len(unknown), table.shape[1]), np.float32)
    weight = np.sqrt(counts[teachers])[:, None].astype(np.float32)
    x, y = contexts[teachers] * weight, _units(known[teachers]) * weight
    square = x.T @ x
    square[np.diag_indices_from(square)] += _RIDGE * np.trace(square) / len(square)
    found = _units(contexts[unknown] @ np.linalg.solve(square, x.T @ y))
    usual = np.median(np.sqrt(np.vecdot(known[teachers], known[teachers])))
    return np.asarray(found * usual * (counts[unknown] > 0)[:, None], np.float32)


def mix_directions(rows: Floats, others: Floats) -> Floats:
    """Return the directions midway between rows and others, with the rows' lengths; where a row is 0, it stays."""
    lengths = np.sqrt(np.vecdot(rows, rows))[:, None]
    return np.asarray(_units(_units(rows) + _units(others)) * lengths, np.float32)


def _units(rows: NDArray[Any]) -> Floats:
    return np.asarray(rows / np.maximum(np.sqrt(np.vecdot(rows, rows)), 1e-9)[:, None], np.float32)
