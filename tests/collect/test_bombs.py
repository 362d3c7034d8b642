"""Hostile files by the command line: refused or read in part with counts, little memory, nothing written elsewhere."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from tests.sizes import BOMB_MEGABYTES, LINE_MEGABYTES

ALLOWED_MEGABYTES = 200
GOOD = b'{"author": "ann", "text": "salut"}\n'


def ingest(file: Path, archive: Path) -> tuple[dict[str, object], str, float]:
    """Return the report, what was said, and the peak memory in megabytes of the process."""
    code = (
        "import resource, sys; from hubbub.present.cli import main; status = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(status)"
    )
    command = [sys.executable, "-c", code, "ingest", str(file), "--archive", str(archive), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    *said, peak = done.stderr.strip().splitlines()
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout or "{}"), "\n".join(said), int(peak) / 1024


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Return the peak memory of reading one message."""
    folder = tmp_path_factory.mktemp("usual")
    (folder / "chat.jsonl").write_bytes(GOOD)
    report, _, peak = ingest(folder / "chat.jsonl", folder / "archive")
    assert report["n_kept"] == 1
    return peak


def gzip_bomb() -> Iterator[bytes]:
    engine = zlib.compressobj(9, wbits=31)
    yield engine.compress(GOOD)
    block = b" " * (1 << 20)
    for _ in range(BOMB_MEGABYTES):
        yield engine.compress(block)
    yield engine.flush()


def long_line() -> Iterator[bytes]:
    yield GOOD
    yield b'{"author": "bob", "text": "'
    for _ in range(LINE_MEGABYTES):
        yield b"a" * (1 << 20)
    yield b'"}\n'
    yield GOOD.replace(b"ann", b"eve")


def zip_of(members: dict[str, bytes], *, link: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
        if link:
            info = zipfile.ZipInfo("link.jsonl")
            info.external_attr = 0o120777 << 16
            file.writestr(info, link)
    return buffer.getvalue()


def test_a_gzip_bomb_is_stopped_in_little_memory(tmp_path: Path, usual: float):
    with (tmp_path / "bomb.gz").open("wb") as file:
        file.writelines(gzip_bomb())
    assert BOMB_MEGABYTES * (1 << 20) / (tmp_path / "bomb.gz").stat().st_size > 500
    report, said, peak = ingest(tmp_path / "bomb.gz", tmp_path / "archive")
    assert "as only a decompression bomb does" in said
    assert report["n_kept"] == 1
    assert peak < usual + ALLOWED_MEGABYTES


def test_a_line_that_never_ends_is_passed_over_in_little_memory(tmp_path: Path, usual: float):
    with (tmp_path / "line.jsonl").open("wb") as file:
        file.writelines(long_line())
    report, _, peak = ingest(tmp_path / "line.jsonl", tmp_path / "archive")
    assert (report["n_kept"], report["n_rejected"]) == (2, 1)
    assert peak < usual + ALLOWED_MEGABYTES


def test_a_zstd_bomb_is_stopped_in_little_memory(tmp_path: Path, usual: float):
    engine = zstandard.ZstdCompressor(level=19).compressobj()
    with (tmp_path / "bomb.zst").open("wb") as file:
        file.write(engine.compress(GOOD))
        file.writelines(engine.compress(b" " * (1 << 20)) for _ in range(BOMB_MEGABYTES))
        file.write(engine.flush())
    assert BOMB_MEGABYTES * (1 << 20) / (tmp_path / "bomb.zst").stat().st_size > 20_000
    report, said, peak = ingest(tmp_path / "bomb.zst", tmp_path / "archive")
    assert "as only a decompression bomb does" in said
    assert report["n_kept"] == 1
    assert peak < usual + ALLOWED_MEGABYTES


def test_zstd_that_wants_gigabytes_to_look_back_is_refused(tmp_path: Path):
    far = zstandard.ZstdCompressionParameters.from_level(3, window_log=31)
    packed = zstandard.ZstdCompressor(compression_params=far).compressobj()
    (tmp_path / "far.zst").write_bytes(packed.compress(GOOD) + packed.flush())
    _, said, _ = ingest(tmp_path / "far.zst", tmp_path / "archive")
    assert "zstd -d --long=31" in said


def test_nothing_is_written_outside_the_archive(tmp_path: Path):
    inside = tmp_path / "in"
    inside.mkdir()
    names = ["../../slip.jsonl", "/tmp/slip.jsonl", "..\\slip.jsonl", "a/../../slip.jsonl", "C:\\slip.jsonl"]  # noqa: S108
    nested = zip_of({"deep.zip": zip_of({"x.jsonl": GOOD}), "bomb.gz": b"".join(gzip_bomb())})
    (inside / "slip.zip").write_bytes(zip_of(dict.fromkeys(names, GOOD), link="/etc/passwd"))
    (inside / "nested.zip").write_bytes(nested)
    before = sorted(path for path in tmp_path.rglob("*"))
    report, said, _ = ingest(inside / "slip.zip", inside / "archive")
    assert report["n_in"] == len(names)
    assert "symbolic link" in said
    _, said, _ = ingest(inside / "nested.zip", inside / "archive")
    assert "deep.zip" in said
    after = sorted(path for path in tmp_path.rglob("*") if inside / "archive" not in (path, *path.parents))
    assert after == before
    assert not Path("/tmp/slip.jsonl").exists()  # noqa: S108
    assert "root:" not in (inside / "archive" / "manifest.json").read_text()
