"""An archive: a folder of immutable Parquet files behind one atomically replaced manifest.

Each table is kept in parts, one file a part: a stream's rows for most tables, everything for small ones. The manifest
names the file of every part. A reader follows the manifest and never looks for files; a writer takes the archive's
lock, writes new files beside the old ones, has them on disk (fsync), and replaces the manifest: what was published
before is whole until the moment in which what comes after is whole. Files that no manifest names are what is left of
a write that did not finish; the next writer removes them.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from hubbub.errors import ArchiveError
from hubbub.records import FORMAT_VERSION, TABLES, Table, check_frame, empty_frame
from hubbub.store.manifest import (
    MANIFEST,
    Manifest,
    Part,
    checksum_of,
    is_as_written,
    replace_file,
    slug,
    sync_folder,
)
from hubbub.store.packing import pack_ids, unpack_ids

WHOLE = ""
"""The part of a table that is kept in one file."""

LOCK_TIMEOUT_SECONDS = 30.0
_READ_ATTEMPTS = 5

NAMES = Table(
    "names",
    "the name behind a pseudonym; the only place where names are kept apart from what people wrote",
    {"viewer_id": pl.String, "platform": pl.String, "name": pl.String, "native_id": pl.String},
    ("viewer_id", "platform"),
    "ingest",
)
FORGOTTEN = Table(
    "forgotten",
    "fingerprint of a viewer who must not come back",
    {"fingerprint": pl.String},
    ("fingerprint",),
    "forget",
)
_PRIVATE = {table.name: table for table in (NAMES, FORGOTTEN)}


class Archive:
    """An archive opened by its folder.

    Parameters
    ----------
    path : Path
        The folder.
    create : bool
        Make the archive when the folder is missing or empty.

    Raises
    ------
    ArchiveError
        When there is no archive and ``create`` is false, or it was written by a newer hubbub.
    """

    def __init__(self, path: Path | str, *, create: bool = False) -> None:
        self.path = Path(path)
        if not (self.path / MANIFEST).is_file():
            if not create:
                raise ArchiveError(
                    f"No archive at {self.path}: no {MANIFEST} there. "
                    f"Make one with: hubbub ingest FILE --archive {self.path}"
                )
            self._create()
        self._manifest = self._read_manifest()

    # ---- reading ----

    def read(
        self, table: str, stream_ids: Sequence[str] | None = None, columns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Return the rows of a table, of the given streams or of all, in the order in which they are kept."""
        form = _form(table)
        wanted = list(columns) if columns is not None else list(form.columns)
        for attempt in range(_READ_ATTEMPTS):
            manifest = self._reload()
            parts = manifest.tables.get(table, {})
            chosen = [parts[key] for key in (parts if stream_ids is None else stream_ids) if key in parts]
            try:
                frames = [self._read_part(part, form, wanted) for part in chosen]
            except FileNotFoundError:
                # A writer replaced the part between our look at the manifest and the opening of its file.
                if attempt == _READ_ATTEMPTS - 1:
                    raise ArchiveError(f"A file of table '{table}' in {self.path} is missing.") from None
                continue
            return pl.concat([empty_frame(form).select(wanted), *frames])
        raise AssertionError("unreachable")

    def streams_of(self, table: str) -> list[str]:
        """Return the parts of a table, which for tables of streams are the stream_ids."""
        return list(self._reload().tables.get(table, {}))

    def part(self, table: str, key: str) -> Part | None:
        """Return what is known of one part, or None where there is none."""
        return self._reload().tables.get(table, {}).get(key)

    def generation_of(self, table: str, key: str) -> int:
        """Return in which change a part was written last; 0 where there is none."""
        part = self.part(table, key)
        return part.generation if part else 0

    def n_rows(self, table: str, key: str | None = None) -> int:
        """Return the number of rows of a table, or of one part of it, without reading it."""
        parts = self._reload().tables.get(table, {})
        return sum(part.n_rows for name, part in parts.items() if key in (None, name))

    def n_bytes(self, table: str) -> int:
        """Return the bytes on disk of a table."""
        return sum((self.path / part.file).stat().st_size for part in self._reload().tables.get(table, {}).values())

    @property
    def generation(self) -> int:
        """How many times the archive was changed."""
        return self._reload().generation

    # ---- writing ----

    @contextmanager
    def writing(self) -> Iterator[Change]:
        """Open the archive for one change, published as a whole when the block ends, dropped when it raises.

        Raises
        ------
        ArchiveError
            When another process holds the lock for longer than ``LOCK_TIMEOUT_SECONDS``, or the disk refuses.
        """
        with self._locked():
            change = Change(self, self._reload())
            try:
                self._remove_unpublished(change.manifest)
            except OSError as error:
                raise ArchiveError(f"Nothing was changed in {self.path}: {error.strerror or error}.") from error
            try:
                yield change
                change.publish()
            except OSError as error:
                change.abandon()
                raise ArchiveError(f"Nothing was changed in {self.path}: {error.strerror or error}.") from error
            except BaseException:
                change.abandon()
                raise
            change.run_after()

    # ---- inside ----

    def _create(self) -> None:
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise ArchiveError(f"{self.path} must be a new or empty folder to become an archive, and it is not.")
        try:
            (self.path / "private").mkdir(parents=True, mode=0o700)
            self.path.chmod(0o700)
            key = self.path / "private" / "key"
            key.touch(mode=0o600)
            key.write_text(os.urandom(32).hex())
            replace_file(self.path / MANIFEST, msgspec.json.encode(Manifest()))
        except OSError as error:
            raise ArchiveError(f"Cannot make an archive at {self.path}: {error.strerror or error}.") from error

    def _reload(self) -> Manifest:
        self._manifest = self._read_manifest()
        return self._manifest

    def _read_manifest(self) -> Manifest:
        file = self.path / MANIFEST
        try:
            manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
        except FileNotFoundError:
            raise ArchiveError(f"No archive at {self.path}: {MANIFEST} is gone.") from None
        except msgspec.MsgspecError as error:
            raise ArchiveError(f"{file} must be a manifest of hubbub; it does not parse: {error}.") from error
        if manifest.format_version > FORMAT_VERSION:
            raise ArchiveError(
                f"{file} has format {manifest.format_version}; this hubbub reads up to {FORMAT_VERSION}. Update hubbub."
            )
        return manifest

    def _read_part(self, part: Part, form: Table, columns: Sequence[str]) -> pl.DataFrame:
        file = self.path / part.file
        if not is_as_written(file, part):
            raise ArchiveError(
                f"{file} must have the bytes that were written; it is damaged. Restore it, or ingest its source into a "
                "new archive."
            )
        try:
            try:
                return unpack_ids(pl.read_parquet(file, columns=list(columns), glob=False), form.columns)
            except pl.exceptions.ColumnNotFoundError:
                # A column that came after this file was written: nothing is known for its rows.
                has = set(pl.read_parquet_schema(file)) & set(form.columns)
                frame = pl.read_parquet(file, columns=[name for name in columns if name in has] or None, glob=False)
                new = (pl.lit(None, form.columns[name]).alias(name) for name in columns if name not in has)
                return unpack_ids(frame.with_columns(new).select(columns), form.columns)
        except pl.exceptions.PolarsError as error:
            raise ArchiveError(
                f"{self.path / part.file} must be a Parquet file with {', '.join(columns)}; it is damaged, or of "
                f"another hubbub ({type(error).__name__}). Restore it, or ingest its source into a new archive."
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # flock is released by the kernel when its holder dies, so a lock is never stale.
        with (self.path / "lock").open("a+") as file:
            deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        file.seek(0)
                        holder = file.read().strip() or "unknown"
                        raise ArchiveError(
                            f"{self.path} is being written by another process (pid {holder}). "
                            "Try again when it has ended."
                        ) from None
                    time.sleep(0.05)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def _remove_unpublished(self, manifest: Manifest) -> None:
        # A manifest whose folder could not be synced may still be undone by a power cut: not before it is on disk
        # may the files go that only the one before it names.
        sync_folder(self.path)
        known = {part.file for parts in manifest.tables.values() for part in parts.values()}
        for folder in ("tables", "private"):
            for file in (self.path / folder).rglob("*.parquet*"):
                if str(file.relative_to(self.path)) not in known:
                    file.unlink(missing_ok=True)


class Change:
    """One change of an archive under its lock: parts put and dropped, then published together."""

    def __init__(self, archive: Archive, manifest: Manifest) -> None:
        self.archive = archive
        self.manifest = manifest
        self.generation = manifest.generation + 1
        self._tables = {table: dict(parts) for table, parts in manifest.tables.items()}
        self._written: set[str] = set()
        self._n_files = 0
        self._is_replaced = False
        self._after: list[Callable[[], None]] = []

    def read(self, table: str, key: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a part as this change sees it, empty where there is none."""
        form = _form(table)
        wanted = list(columns if columns is not None else form.columns)
        part = self._tables.get(table, {}).get(key)
        return self.archive._read_part(part, form, wanted) if part else empty_frame(form).select(wanted)

    def put(self, table: str, key: str, frame: pl.DataFrame, made: Mapping[str, Any] | None = None) -> None:
        """Write a part, in place of the one there is; ``made`` says from what, for ``is_current``."""
        form = _form(table)
        check_frame(form, frame)
        self._n_files += 1
        folder = "private" if table in _PRIVATE else f"tables/{table}"
        name = f"{folder}/{slug(key) or table}-{self.generation:06d}-{self._n_files:04d}.parquet"
        target = self.archive.path / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as file:
            self._written.add(name)
            packed = pack_ids(frame.select(list(form.columns)))
            packed.write_parquet(file, compression="zstd", compression_level=3)
            file.flush()
            os.fsync(file.fileno())
        self._forget_file(self._tables.get(table, {}).get(key))
        part = Part(name, self.generation, frame.height, dict(made or {}), checksum_of(target))
        self._tables.setdefault(table, {})[key] = part

    def drop(self, table: str, key: str) -> None:
        """Take a part out."""
        self._forget_file(self._tables.get(table, {}).pop(key, None))

    def part(self, table: str, key: str) -> Part | None:
        """Return what this change knows of a part, or None where there is none."""
        return self._tables.get(table, {}).get(key)

    def keys(self, table: str) -> list[str]:
        """Return the parts of a table as this change sees them."""
        return list(self._tables.get(table, {}))

    def then(self, action: Callable[[], None]) -> None:
        """Have something done when the change is on disk, under the same lock; not at all if it never is."""
        self._after.append(action)

    def run_after(self) -> None:
        """Do what was to be done after the change was published."""
        for action in self._after:
            action()

    def publish(self) -> None:
        """Replace the manifest, then remove the files that nothing names any more."""
        before = {part.file for parts in self.manifest.tables.values() for part in parts.values()}
        if self._tables == self.manifest.tables:
            return
        for folder in {(self.archive.path / name).parent for name in self._written}:
            sync_folder(folder)
        after = Manifest(FORMAT_VERSION, self.generation, {k: v for k, v in self._tables.items() if v})
        content = msgspec.json.encode(after)
        replace_file(self.archive.path / MANIFEST, content, lambda: setattr(self, "_is_replaced", True))
        named = {part.file for parts in after.tables.values() for part in parts.values()}
        for name in before - named:
            (self.archive.path / name).unlink(missing_ok=True)

    def abandon(self) -> None:
        """Remove what was written and never published."""
        if self._is_replaced:
            return  # the manifest names the files, though its folder could not be synced
        for name in self._written:
            with suppress(OSError):
                (self.archive.path / name).unlink(missing_ok=True)

    def _forget_file(self, part: Part | None) -> None:
        # A part put twice in one change: its first file was never published and can go at once.
        if part is not None and part.file in self._written:
            (self.archive.path / part.file).unlink(missing_ok=True)
            self._written.discard(part.file)


def open_archive(archive: Archive | Path | str, *, create: bool = False) -> Archive:
    """Return the archive itself, or the one in the folder, with what a dead collector left in its journal."""
    if isinstance(archive, Archive):
        return archive
    opened = Archive(archive, create=create)
    if (opened.path / "journal").is_dir():
        from hubbub.store.compaction import compact_left_over

        compact_left_over(opened)
    return opened


def is_archive(archive: Archive | Path | str) -> bool:
    """Return whether there is an archive already."""
    return isinstance(archive, Archive) or (Path(archive) / MANIFEST).is_file()


def is_current(archive: Archive, table: str, key: str, made: Mapping[str, Any]) -> bool:
    """Return whether a part is there and was made from just this."""
    part = archive.part(table, key)
    return part is not None and part.made == dict(made)


def _form(table: str) -> Table:
    form = TABLES.get(table) or _PRIVATE.get(table)
    if form is None:
        raise ArchiveError(f"No table '{table}'. The tables are: {', '.join(TABLES)}.")
    return form
