"""Rows → the nearest neighbors of each: exactly, or from some size on among the rows of the nearest cells.

The approximate search is an inverted file (Jégou, Douze and Schmid 2011, "Product quantization for nearest neighbor
search", doi:10.1109/TPAMI.2010.57, section IV): k-means of a sample cuts the space into cells, and a row is compared
exactly with the rows of the cells nearest to it. Whole cells are compared at once, so that nearly all the work is
matrix products. Not handled: neighbors that lie in far cells are missed; `docs/methods/topics.md` has how many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hubbub.engines import map_blocks, one_blas_thread

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Compare = Callable[[Ints, Ints], Floats]
"""Numbers of n rows and of m others → their (n, m) similarities."""

EXACT_ROWS = 20_000
"""Up to so many rows neighbors are exact. The work of all pairs grows with the square: a few seconds here, half an hour
for 500,000 texts; the approximate search is as fast from about 10,000 texts on, and misses some neighbors."""

_BLOCK_BYTES = 32 * 2**20
_CELL_ROWS = 200
_MOST_IN_CELL = 2 * _CELL_ROWS
_SAMPLE_ROWS_PER_CELL = 20
_N_ROUNDS = 5
_FIRST_CANDIDATES = 1000
_N_PROBES = 24
_BLOCK_ROWS = 4096
_GROUP = 8


def nearest_neighbors(vectors: Floats, n_neighbors: int) -> tuple[Ints, Floats]:
    """Return the nearest other rows of each row by inner product, nearest first, exactly.

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

    def compare(rows: Ints, _: Ints) -> Floats:
        return np.asarray(vectors[rows] @ vectors.T, dtype=np.float32)

    return exact_neighbors(compare, len(vectors), n_neighbors)


def exact_neighbors(compare: Compare, n: int, n_neighbors: int) -> tuple[Ints, Floats]:
    """Return the nearest other rows of each of ``n`` rows, nearest first, as ``nearest_neighbors`` does.

    Parameters
    ----------
    compare : callable
        Gives similarities; asked for some rows against all.
    n : int
        Number of rows.
    n_neighbors : int
        At most ``n - 1`` are given.
    """
    k = max(0, min(n_neighbors, n - 1))
    indices = np.empty((n, k), dtype=np.int64)
    similar = np.empty((n, k), dtype=np.float32)
    step = max(1, min(n, _BLOCK_BYTES // (4 * max(n, 1))))
    everything = np.arange(n)
    for start in range(0, n if k else 0, step):
        rows = everything[start : start + step]
        block = compare(rows, everything)
        block[np.arange(len(rows)), rows] = -np.inf
        indices[rows], similar[rows] = take_highest(block, k)
    return indices, similar


def approximate_neighbors(compare: Compare, sketch: Floats, n_neighbors: int, seed: int = 0) -> tuple[Ints, Floats]:
    """Return near other rows of each row, nearest first: of the rows in its nearest cells, exactly the nearest.

    Parameters
    ----------
    compare : callable
        Gives similarities of some rows and others; called from several threads at once.
    sketch : (n, dim) float32
        Rows of unit length whose inner products are about the similarities; they decide who is compared with whom.
    n_neighbors : int
        At most ``n - 1`` are given.
    seed : int
        Seed of the sample that cells are made from.

    Returns
    -------
    indices : (n, k) int64
    similar : (n, k) float32
        The same for any number of threads. A row is compared with about 5,000 others, however many there are.
    """
    n = len(sketch)
    k = max(0, min(n_neighbors, n - 1))
    cells = _find_cells(sketch, seed)
    covered = cells.surroundings(max(_FIRST_CANDIDATES, k + 1))
    indices, similar = np.empty((n, k), dtype=np.int64), np.empty((n, k), dtype=np.float32)

    def look_around(cell: int) -> None:
        rows, others = cells.rows_of(cell), cells.rows_of_all(np.flatnonzero(covered[cell]))
        block = compare(rows, others)
        block[rows[:, None] == others[None, :]] = -np.inf
        columns, similar[rows] = take_highest(block, k)
        indices[rows] = others[columns]

    def look_into(work: tuple[Ints, int]) -> tuple[Ints, Ints, Floats]:
        rows, others = work[0], cells.rows_of(work[1])
        block = compare(rows, others)
        at, column = np.nonzero(block > similar[rows, -1:])
        return rows[at], others[column], block[at, column]

    map_blocks(look_around, range(cells.n_cells) if k else ())
    visits = cells.visits(sketch, covered) if k else ()
    found = map_blocks(look_into, visits)
    if not found:
        return indices, similar
    rows = np.concatenate([np.repeat(np.arange(n), k), *(part[0] for part in found)])
    others = np.concatenate([indices.ravel(), *(part[1] for part in found)])
    values = np.concatenate([similar.ravel(), *(part[2] for part in found)])
    return _best_of_each(sparse.csr_matrix((values, (rows, others)), shape=(n, n)), k)


def _best_of_each(found: sparse.csr_matrix, k: int) -> tuple[Ints, Floats]:
    """Return the columns and values of the ``k`` highest entries of each row, highest first, of equal ones the first.

    Parameters
    ----------
    found : (n, n) scipy.sparse.csr_matrix
        At least ``k`` entries a row; its indices are sorted in place.
    """
    found.sort_indices()

    def choose(rows: Ints) -> tuple[Ints, Floats]:
        ends = found.indptr[rows[0] : rows[-1] + 2].astype(np.int64)
        values = found.data[ends[0] : ends[-1]]
        order = np.lexsort((-values, np.repeat(rows, np.diff(ends))))
        best = order[(ends[:-1] - ends[0])[:, None] + np.arange(k)]
        return found.indices[ends[0] : ends[-1]][best].astype(np.int64), values[best]

    indices, values = zip(*map_blocks(choose, _blocks(np.arange(found.shape[0]))), strict=True)
    return np.concatenate(indices), np.concatenate(values)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rows by cell: ``order`` has those of cell c from ``ends[c]`` to ``ends[c + 1]``; ``cell`` is that of each row."""

    centers: Floats
    cell: Ints
    order: Ints
    ends: Ints

    @property
    def n_cells(self) -> int:
        return len(self.centers)

    def rows_of(self, cell: int) -> Ints:
        return self.order[self.ends[cell] : self.ends[cell + 1]]

    def rows_of_all(self, cells: Ints) -> Ints:
        return np.concatenate([self.rows_of(int(cell)) for cell in cells])

    def surroundings(self, n_rows: int) -> NDArray[np.bool_]:
        """Return for each cell which cells are nearest to it: itself, and so many that they have ``n_rows`` rows."""
        sizes = np.diff(self.ends)
        covered = np.zeros((self.n_cells, self.n_cells), dtype=np.bool_)
        with one_blas_thread():
            for cell in range(self.n_cells):
                away = -(self.centers @ self.centers[cell])
                away[cell] = -np.inf
                near = np.argsort(away, kind="stable")
                covered[cell, near[: int(np.searchsorted(np.cumsum(sizes[near]), n_rows)) + 1]] = True
        return covered

    def visits(self, sketch: Floats, covered: NDArray[np.bool_]) -> list[tuple[Ints, int]]:
        """Return which rows are to be compared with which cell: the nearest of each row that are not yet covered."""
        n_probes = min(_N_PROBES, self.n_cells)

        def choose(rows: Ints) -> tuple[Ints, Ints]:
            nearest, _ = take_highest(sketch[rows] @ self.centers.T, n_probes)
            at, column = np.nonzero(~covered[self.cell[rows][:, None], nearest])
            return rows[at], nearest[at, column]

        chosen = map_blocks(choose, _blocks(np.arange(len(sketch))))
        rows, cells = (np.concatenate(parts) for parts in zip(*chosen, strict=True))
        order = np.argsort(cells, kind="stable")
        ends = np.searchsorted(cells[order], np.arange(self.n_cells + 1))
        return [
            (block, cell) for cell in range(self.n_cells) for block in _blocks(rows[order[ends[cell] : ends[cell + 1]]])
        ]


def _find_cells(sketch: Floats, seed: int) -> _Cells:
    """Return cells by k-means of a sample; a cell of very many rows (which are all alike) is cut into several."""
    n = len(sketch)
    n_cells = max(1, n // _CELL_ROWS)
    rng = np.random.default_rng(seed)
    sample = sketch[np.sort(rng.choice(n, min(n, n_cells * _SAMPLE_ROWS_PER_CELL), replace=False))]
    centers = sample[np.sort(rng.choice(len(sample), min(n_cells, len(sample)), replace=False))]
    for _ in range(_N_ROUNDS):
        nearest = _assign(sample, centers)
        member = sparse.csr_matrix((np.ones(len(sample), np.float32), (nearest, np.arange(len(sample)))))
        sums = member @ sample
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centers = (sums / np.maximum(lengths, 1e-9))[lengths[:, 0] > 1e-9] if lengths.any() else centers[:1]
    nearest = _assign(sketch, centers)
    order = np.argsort(nearest, kind="stable")
    place = np.arange(n) - np.searchsorted(nearest[order], nearest[order])
    parts, cell_of = np.unique(nearest[order] * n + place // _MOST_IN_CELL, return_inverse=True)
    cell = np.empty(n, dtype=np.int64)
    cell[order] = cell_of
    ends = np.searchsorted(cell_of, np.arange(len(parts) + 1))
    return _Cells(centers[parts // n], cell, order, ends)


def _assign(rows: Floats, centers: Floats) -> Ints:
    """Return the nearest center of each row."""

    def nearest(block: Ints) -> Ints:
        return np.asarray(np.argmax(rows[block] @ centers.T, axis=1), dtype=np.int64)

    return np.concatenate(map_blocks(nearest, _blocks(np.arange(len(rows)))))


def _blocks(rows: Ints) -> list[Ints]:
    return [rows[start : start + _BLOCK_ROWS] for start in range(0, len(rows), _BLOCK_ROWS)]


def take_highest(block: Floats, k: int) -> tuple[Ints, Floats]:
    """Return the columns and values of the ``k`` highest entries of each row, highest first."""
    n_columns = block.shape[1]
    if k >= n_columns:
        columns = np.broadcast_to(np.arange(n_columns), block.shape)
    elif n_columns <= _GROUP * _GROUP * k:
        columns = np.argpartition(block, n_columns - k, axis=1)[:, -k:]
    else:
        # The k highest are in the k groups of columns with the highest maxima: far fewer entries to part.
        width = n_columns // _GROUP
        maxima = block[:, : _GROUP * width].reshape(len(block), _GROUP, width).max(axis=1)
        groups = np.argpartition(maxima, width - k, axis=1)[:, -k:]
        inside = (groups[:, None, :] + width * np.arange(_GROUP)[None, :, None]).reshape(len(block), _GROUP * k)
        rest = np.broadcast_to(np.arange(_GROUP * width, n_columns), (len(block), n_columns - _GROUP * width))
        candidates = np.concatenate([inside, rest], axis=1)
        values = np.take_along_axis(block, candidates, axis=1)
        highest = np.argpartition(values, values.shape[1] - k, axis=1)[:, -k:]
        columns = np.take_along_axis(candidates, highest, axis=1)
    columns = np.sort(columns, axis=1)
    values = np.take_along_axis(block, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
