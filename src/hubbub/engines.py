"""Where a bulk job runs: now on this machine's cores, by threads.

Numpy's ufuncs, gathers and matrix products release Python's lock, so threads that each work on a piece that fits the
cache use all cores; each may then use one BLAS thread only, or the two kinds of threads fight for the cores. Pure
Python work gains nothing here.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

Block = TypeVar("Block")
Result = TypeVar("Result")

_lock = threading.Lock()
_n_limited = 0
_before: list[tuple[Any, int]] = []
_n_uncollected = 0
_collected_before = True


def n_cores() -> int:
    """Return how many cores this process may use: its affinity where the system tells it, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _set_threads(lib: Any, n_threads: int) -> None:  # noqa: ANN401
    # threadpoolctl lets only the thread that came first set OpenBLAS's limit; here a lock and a count share it.
    getattr(lib, "_real_set_num_threads", lib.set_num_threads)(n_threads)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread a call while the block runs, in the whole process.

    The limit belongs to the process, not to a thread. Overlapping users therefore share one limit, which the last of
    them lifts; if each restored what it had found, one of them would restore the other's limit.
    """
    global _n_limited, _before  # noqa: PLW0603 - the limit is the process's
    with _lock:
        if _n_limited == 0:
            _before = [
                (lib, lib.num_threads) for lib in ThreadpoolController().lib_controllers if lib.user_api == "blas"
            ]
            for lib, _ in _before:
                _set_threads(lib, 1)
        _n_limited += 1
    try:
        yield
    finally:
        with _lock:
            _n_limited -= 1
            if _n_limited == 0:
                for lib, n_threads in _before:
                    _set_threads(lib, n_threads)
                _before = []


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Hold off Python's search for reference cycles while the block makes very many objects that have none.

    The search visits all that are alive again and again, a third of the time of counting words. As with BLAS threads
    the setting is the process's, and the last of overlapping users restores it.
    """
    global _n_uncollected, _collected_before  # noqa: PLW0603 - the setting is the process's
    with _lock:
        if _n_uncollected == 0:
            _collected_before = gc.isenabled()
            gc.disable()
        _n_uncollected += 1
    try:
        yield
    finally:
        with _lock:
            _n_uncollected -= 1
            if _n_uncollected == 0 and _collected_before:
                gc.enable()


def map_blocks(
    function: Callable[[Block], Result], blocks: Iterable[Block], *, n_threads: int | None = None
) -> list[Result]:
    """Return the function's results on the blocks, in the order of the blocks.

    Parameters
    ----------
    function : callable
        Pure work on one block that spends its time in numpy. Called from several threads at once.
    blocks : iterable
        The pieces of the job. All are held in memory, and so are all results.
    n_threads : int, optional
        How many blocks run at once; by default `n_cores()`. A single block runs in the caller's thread.

    Returns
    -------
    list
        One result a block.

    Raises
    ------
    Exception
        What the function raised on the first block, in order, that failed; blocks not yet begun are dropped.

    Examples
    --------
    >>> map_blocks(lambda block: sum(block), [(1, 2), (3, 4), (5, 6)])
    [3, 7, 11]
    """
    if n_threads is not None and n_threads < 1:
        raise ValueError(f"n_threads must be at least 1, was {n_threads}.")
    work = list(blocks)
    n_workers = min(len(work), n_threads or n_cores())
    if not work:
        return []
    with one_blas_thread():
        if n_workers == 1:
            return [function(block) for block in work]
        pool = ThreadPoolExecutor(n_workers, thread_name_prefix="hubbub-block")
        futures = [pool.submit(function, block) for block in work]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:  # also when the user interrupts: what has not begun never begins
            pool.shutdown(cancel_futures=True)
        return [future.result() for future in futures if not future.cancelled()]
