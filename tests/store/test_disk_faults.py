"""A disk that is full, broken, or lies about a sync: nothing counts that a power cut could take, and all goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journeys.fault_collector import truth
from tests.sizes import N_DISK_CALLS, SOAK
from tests.store.faulty_disk import FULL, IOERR_FSYNC, IOERR_WRITE, FaultyDisk

from hubbub.store.archive import open_archive
from hubbub.store.journal import Journal

# Each call in turn at the long size, up to points beyond the last; else ten, spread over the first commits.
POINTS = {"write": range(N_DISK_CALLS) if SOAK else range(0, 5 * N_DISK_CALLS, 5), "sync": range(min(N_DISK_CALLS, 50))}
N_ROWS = 60
SEED = 7


def rows_after_a_power_cut(image: dict[Path, bytes], folder: Path) -> set[str]:
    """Return the ids in a journal of which only this is left on the disk."""
    folder.mkdir()
    for path, content in image.items():
        if path.name.startswith("journal.sqlite"):
            (folder / path.name).write_bytes(content)
    connection = sqlite3.connect(folder / "journal.sqlite")
    try:
        return {row[0] for row in connection.execute("select message_id from rows")}
    finally:
        connection.close()


def collect(folder: Path, disk: FaultyDisk, call: str, code: int, point: int) -> list[tuple[int, dict[Path, bytes]]]:
    """Append the truth to a journal on a disk that fails; return what was on it at each acknowledgment.

    ``call`` fails with ``code`` at the ``point``-th time after the journal was opened, one to three times in a row.
    """
    moments: list[tuple[int, dict[Path, bytes]]] = []

    def note(durable: int, _: float) -> None:
        moments.append((durable, disk.image()))

    with disk, Journal(folder, batch_rows=5, batch_seconds=0.001, max_pending=20, on_durable=note) as journal:
        disk.first_failure = disk.n_calls[call] + 1 + point
        disk.fails = failing(call, code, disk.first_failure, 1 + point % 3)
        for number in range(0, N_ROWS, 5):
            journal.append([truth(SEED, place) for place in range(number, number + 5)])
        assert journal.wait_durable(timeout=60)
        assert journal.health == "ok"
        assert journal.n_acknowledged == N_ROWS
        assert journal.n_repeated == 0
        disk.n_settled = disk.n_calls[call]
    return moments


def failing(call: str, code: int, first: int, n_times: int) -> Callable[[str, Path, int], int]:
    """Fail some calls on the journal's own files, from the first-th on."""
    n_failed = [0]

    def fails(name: str, path: Path, number: int) -> int:
        if name == call and number >= first and n_failed[0] < n_times and path.name.startswith("journal.sqlite"):
            n_failed[0] += 1
            return code
        return 0

    return fails


@pytest.mark.parametrize(
    ("call", "code", "point"),
    [
        (call, code, point)
        for call, code in (("write", FULL), ("write", IOERR_WRITE), ("sync", IOERR_FSYNC))
        for point in POINTS[call]
    ],
)
def test_what_counts_is_on_the_disk_whatever_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, call: str, code: int, point: int
):
    folder = tmp_path / "archive"
    disk = FaultyDisk()
    moments = collect(folder, disk, call, code, point)
    if SOAK and disk.n_calls[call] < disk.first_failure:
        pytest.skip(f"there is no {call} number {disk.first_failure}")
    # When the journal closes, its log is moved into the file once more: what fails then was acknowledged, and stays.
    assert ("the disk refuses" in caplog.text) is (disk.first_failure <= disk.n_settled)
    ids = [truth(SEED, number).message_id for number in range(N_ROWS)]
    for place, (durable, image) in enumerate(moments):
        assert set(ids[:durable]) <= rows_after_a_power_cut(image, tmp_path / f"cut{place}")
    assert open_archive(folder).read("messages")["message_id"].to_list() == ids
