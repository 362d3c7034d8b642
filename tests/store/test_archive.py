"""The archive keeps what was published, whole, whatever happens to a writer."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import stat
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.errors import ArchiveError, RecordError
from hubbub.records import TABLES
from hubbub.store import archive as module
from hubbub.store.archive import Archive, is_current
from hubbub.store.manifest import slug


def episodes(stream: str, n_rows: int) -> pl.DataFrame:
    columns = TABLES["episodes"].columns
    rows = [dict.fromkeys(columns, 0) | {"stream_id": stream, "episode_id": row} for row in range(n_rows)]
    return pl.DataFrame(rows, schema=columns)


def files(archive: Archive) -> set[str]:
    return {str(file.relative_to(archive.path)) for file in archive.path.rglob("*.parquet*")}


def put(archive: Archive, stream: str, n_rows: int) -> None:
    with archive.writing() as change:
        change.put("episodes", stream, episodes(stream, n_rows))


def test_what_is_put_is_read_by_another_reader(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 3)
    put(archive, "two", 2)
    other = Archive(tmp_path / "a")
    assert other.read("episodes", ["one"])["episode_id"].to_list() == [0, 1, 2]
    assert other.read("episodes").height == other.n_rows("episodes") == 5
    assert other.read("episodes", ["none"]).height == 0
    assert other.generation == 2


def test_a_replaced_part_leaves_one_file(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 3)
    put(archive, "one", 1)
    assert archive.read("episodes").height == 1
    assert len(files(archive)) == 1


def test_a_change_that_raises_changes_nothing(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 3)
    before = files(archive)
    with pytest.raises(RuntimeError), archive.writing() as change:
        change.put("episodes", "one", episodes("one", 9))
        raise RuntimeError
    assert files(archive) == before
    assert Archive(tmp_path / "a").read("episodes").height == 3


def test_a_table_of_another_form_is_refused(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    with pytest.raises(RecordError, match="missing"), archive.writing() as change:
        change.put("episodes", "one", episodes("one", 1).drop("theme_id"))
    with pytest.raises(RecordError, match="must be Int64"), archive.writing() as change:
        change.put("episodes", "one", episodes("one", 1).cast({"theme_id": pl.Int32}))
    with pytest.raises(RecordError, match="must not be null"), archive.writing() as change:
        change.put("episodes", "one", episodes("one", 1).with_columns(episode_id=pl.lit(None, pl.Int64)))
    assert archive.generation == 0


def test_files_of_an_unfinished_write_are_removed_and_never_read(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 3)
    torn = tmp_path / "a" / "tables" / "episodes" / "torn-000009-0001.parquet"
    torn.write_bytes(b"PAR1 half a file")
    assert archive.read("episodes").height == 3
    put(archive, "two", 1)
    assert not torn.exists()
    assert archive.read("episodes").height == 4


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_refuses_is_one_error_and_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str):
    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 3)

    def refuse(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fsync", refuse) if call == "fsync" else patch.setattr(Path, "replace", refuse)
        with pytest.raises(ArchiveError, match="No space left"):
            put(archive, "one", 5)
    assert Archive(tmp_path / "a").read("episodes").height == 3
    put(archive, "one", 5)
    assert archive.read("episodes").height == 5


def _write_for_ever(folder: Path) -> None:
    archive = Archive(folder)
    for n_rows in range(1, 10_000):
        with archive.writing() as change:
            for stream in ("one", "two"):
                change.put("episodes", stream, episodes(stream, n_rows))


def _wait(archive: Archive, generation: int, writer: multiprocessing.process.BaseProcess) -> None:
    """Wait until the writer has brought the archive so far: however long it takes, as long as it lives."""
    while archive.generation < generation:
        assert writer.is_alive()
        time.sleep(0.001)


def test_a_writer_killed_at_any_moment_leaves_whole_changes(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    context = multiprocessing.get_context("spawn")
    for round_ in range(6):
        writer = context.Process(target=_write_for_ever, args=(tmp_path / "a",))
        writer.start()
        start = archive.generation
        _wait(archive, start + 3, writer)
        # A different place within a write each round.
        for _ in range(round_ * 400):
            archive.generation  # noqa: B018
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        counts = [Archive(tmp_path / "a").read("episodes", [stream]).height for stream in ("one", "two")]
        assert counts[0] == counts[1] > 0
        put(archive, "three", 1)


def test_a_reader_survives_a_busy_writer(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    writer = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(tmp_path / "a",))
    writer.start()
    try:
        _wait(archive, 2, writer)
        n_reads = 0
        while n_reads < 200 or archive.generation < 4:
            n_reads += 1
            assert writer.is_alive()
            assert archive.read("episodes").height % 2 == 0
    finally:
        writer.kill()
        writer.join()
    assert archive.generation > 2


def test_a_second_writer_waits_or_is_told_who_holds_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    archive = Archive(tmp_path / "a", create=True)
    monkeypatch.setattr(module, "LOCK_TIMEOUT_SECONDS", 0.1)
    with archive.writing(), pytest.raises(ArchiveError, match=rf"pid {os.getpid()}"), Archive(tmp_path / "a").writing():
        pass
    put(archive, "one", 1)


def test_files_and_folders_are_on_disk_before_the_manifest_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    archive = Archive(tmp_path / "a", create=True)
    events: list[tuple[str, str]] = []
    sync, replace = os.fsync, Path.replace

    def noting_sync(descriptor: int) -> None:
        events.append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        sync(descriptor)

    def noting_replace(self: Path, target: Path) -> Path:
        events.append(("replace", str(target)))
        return replace(self, target)

    monkeypatch.setattr(module.os, "fsync", noting_sync)
    monkeypatch.setattr(Path, "replace", noting_replace)
    put(archive, "one", 3)
    at = events.index(("replace", str(archive.path / "manifest.json")))
    before, after = events[:at], events[at:]
    for file in files(archive):
        assert ("sync", str(archive.path / file)) in before
        assert ("sync", str((archive.path / file).parent)) in before
    assert ("sync", str(archive.path / "manifest.tmp")) in before
    assert ("sync", str(archive.path)) in after


def test_a_manifest_whose_folder_could_not_be_synced_keeps_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from hubbub.store import manifest

    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 3)
    sync = manifest.sync_folder
    n_calls = []

    def refuse_the_second(folder: Path) -> None:
        n_calls.append(folder)
        if len(n_calls) == 1:
            raise OSError(errno.EIO, "Input/output error")
        sync(folder)

    with monkeypatch.context() as patch:
        patch.setattr(manifest, "sync_folder", refuse_the_second)
        with pytest.raises(ArchiveError, match="Input/output error"):
            put(archive, "one", 5)
    assert Archive(tmp_path / "a").read("episodes").height == 5
    put(archive, "two", 1)
    assert Archive(tmp_path / "a").read("episodes").height == 6


def test_what_is_not_an_archive_is_not_touched(tmp_path: Path):
    with pytest.raises(ArchiveError, match="No archive at"):
        Archive(tmp_path / "a")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ArchiveError, match="new or empty"):
        Archive(tmp_path / "mine", create=True)
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'{"format_version": 99}', "has format 99"), (b'{"format_', "does not parse"), (b"", "does not parse")],
)
def test_a_manifest_that_cannot_be_trusted_is_refused(tmp_path: Path, content: bytes, said: str):
    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 1)
    (tmp_path / "a" / "manifest.json").write_bytes(content)
    with pytest.raises(ArchiveError, match=said):
        Archive(tmp_path / "a")
    assert len(files(archive)) == 1, "nothing may be removed on the word of a broken manifest"


@pytest.mark.parametrize("n_bytes", [0, 7, 200])
def test_a_damaged_file_is_named(tmp_path: Path, n_bytes: int):
    archive = Archive(tmp_path / "a", create=True)
    put(archive, "one", 3)
    (file,) = (tmp_path / "a" / "tables").rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:n_bytes])
    with pytest.raises(ArchiveError, match=file.name):
        archive.read("episodes")


def test_only_the_owner_can_look_inside(tmp_path: Path):
    Archive(tmp_path / "a", create=True)
    for name, mode in (("", 0o700), ("private", 0o700), ("private/key", 0o600)):
        assert stat.S_IMODE((tmp_path / "a" / name).stat().st_mode) == mode


def test_is_current_compares_what_a_part_was_made_from(tmp_path: Path):
    archive = Archive(tmp_path / "a", create=True)
    with archive.writing() as change:
        change.put("episodes", "one", episodes("one", 1), {"leash_seconds": 600.0})
    assert is_current(archive, "episodes", "one", {"leash_seconds": 600.0})
    assert not is_current(archive, "episodes", "one", {"leash_seconds": 300.0})
    assert not is_current(archive, "episodes", "two", {})


@given(st.text(min_size=1), st.text(min_size=1))
def test_slugs_are_file_names_and_tell_keys_apart(one: str, other: str):
    assert "/" not in slug(one)
    assert not slug(one).startswith((".", "-"))
    assert len(slug(one)) <= 60
    assert (slug(one) == slug(other)) == (one == other)
