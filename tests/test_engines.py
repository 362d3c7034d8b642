"""Tests of bulk work on this machine's cores."""

import gc
import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from hubbub.engines import map_blocks, n_cores, no_garbage_collection, one_blas_thread


def blas_threads():
    return [library["num_threads"] for library in ThreadpoolController().info() if library["user_api"] == "blas"]


def test_n_cores_respects_affinity(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3, 5, 7})
    assert n_cores() == 3


def test_n_cores_without_affinity(monkeypatch):
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert n_cores() == 1


@pytest.mark.parametrize("n_threads", [None, 1, 2, 7])
def test_results_are_in_the_order_of_the_blocks(n_threads):
    blocks = [np.full(1_000, i) for i in range(50)]
    assert map_blocks(lambda block: int(block[0]), iter(blocks), n_threads=n_threads) == list(range(50))


def test_no_blocks():
    assert map_blocks(lambda block: block, []) == []


def test_blocks_run_at_once():
    barrier = threading.Barrier(3, timeout=30)
    assert map_blocks(lambda block: barrier.wait() >= 0, range(3), n_threads=3) == [True, True, True]


def test_first_exception_in_order_is_raised_and_the_rest_never_begins():
    begun = []
    failed = threading.Event()

    def work(block):
        begun.append(block)
        if block == 0:
            failed.set()
            raise ZeroDivisionError("block 0")
        failed.wait(30)
        if block == 1:
            raise KeyError("block 1")
        return np.sort(np.sin(np.arange(200_000)))  # milliseconds, so that the failure is seen in time

    with pytest.raises(ZeroDivisionError, match="block 0"):
        map_blocks(work, range(10_000), n_threads=2)
    assert len(begun) < 10_000


def test_exception_in_the_callers_thread():
    with pytest.raises(ZeroDivisionError):
        map_blocks(lambda block: 1 / block, [0])


def test_each_thread_has_one_blas_thread_and_the_limit_is_lifted_after():
    before = blas_threads()
    assert all(set(found) <= {1} for found in map_blocks(lambda _: blas_threads(), range(4), n_threads=2))
    assert blas_threads() == before
    with pytest.raises(ZeroDivisionError):
        map_blocks(lambda block: 1 / block, [0, 0], n_threads=2)
    assert blas_threads() == before


def test_overlapping_jobs_lift_the_limit_only_when_the_last_ends():
    before = blas_threads()
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert set(blas_threads()) <= {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before


def test_zero_threads_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        map_blocks(lambda block: block, [1], n_threads=0)


def test_blas_is_held_to_one_thread_in_whichever_thread_asks():
    held = []

    def count():
        with one_blas_thread():
            held.append(set(blas_threads()))

    count()
    for _ in range(2):
        thread = threading.Thread(target=count)
        thread.start()
        thread.join()
    assert held == [{1}] * 3


def test_garbage_is_collected_again_when_the_last_of_overlapping_users_is_done():
    before = gc.isenabled()
    gc.enable()
    try:
        with no_garbage_collection():
            with no_garbage_collection():
                assert not gc.isenabled()
            assert not gc.isenabled()
        assert gc.isenabled()
        gc.disable()
        with no_garbage_collection():
            pass
        assert not gc.isenabled()  # as it was found
    finally:
        (gc.enable if before else gc.disable)()
