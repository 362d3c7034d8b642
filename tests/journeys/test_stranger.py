"""As a stranger would: a file in, a page out; wrong files; the demo; nothing left behind."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import hubbub

ROOT = Path(__file__).parents[2]
HEADER = "ts,channel,stream_id,author,text\n"


def hubbub_cli(*words: str, folder: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, as its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "hubbub.present.cli", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def chat_csv(n_rows: int = 300) -> str:
    rng = random.Random(4)
    said = [
        "les pates carbo c'est la vie",
        "le boss est trop dur",
        "mdr",
        "LUL LUL",
        "salut",
        "c'est quoi la musique ?",
    ]
    rows = [
        f"2024-05-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z,nocta,s1,"
        f"viewer{rng.randrange(40)},{rng.choice(said)} {n % 17}"
        for n in range(n_rows)
    ]
    return HEADER + "\n".join(rows) + "\n"


@pytest.mark.parametrize("packed", ["plain", "gz", "zip"])
def test_a_file_in_a_page_out(tmp_path: Path, packed: str):
    content = chat_csv().encode()
    file = tmp_path / {"plain": "chat.txt", "gz": "chat.bin", "zip": "chat"}[packed]
    if packed == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("inside/evening.csv", content)
    else:
        file.write_bytes(gzip.compress(content) if packed == "gz" else content)
    done = hubbub_cli("report", str(file), "--json", folder=tmp_path)
    report = json.loads(done.stdout)
    assert (report["n_in"], report["n_kept"], report["n_rejected"]) == (300, 300, 0)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "viewer1" not in page
    again = json.loads(hubbub_cli("report", str(file), "--json", folder=tmp_path).stdout)
    assert (again["n_kept"], again["n_repeated"]) == (0, 300)
    listed = json.loads(hubbub_cli("streams", "--json", folder=tmp_path).stdout)
    assert [(row["stream_id"], row["n_messages"]) for row in listed] == [("s1", 300)]


def test_a_window_counts_for_the_streams_that_have_it(tmp_path: Path):
    rows = chat_csv(600)
    (tmp_path / "two.csv").write_text(rows + "\n".join(rows.replace(",s1,", ",s2,").splitlines()[1:100]) + "\n")
    hubbub_cli("report", "two.csv", "--from", "+0:05", "--to", "+0:09", folder=tmp_path)
    refused = hubbub_cli("report", "two.csv", "--from", "+5:00", folder=tmp_path, status=1)
    assert "must be a window of the stream" in refused.stderr
    top = json.loads(
        hubbub_cli("top-topics", "--stream", "s1", "--from", "+0:05", "--to", "+0:09", "--json", folder=tmp_path).stdout
    )
    everything = json.loads(hubbub_cli("top-topics", "--stream", "s1", "--json", folder=tmp_path).stdout)
    assert 0 < sum(row["n_messages"] for row in top) < sum(row["n_messages"] for row in everything)


def test_every_step_works_alone_and_names_what_it_did(tmp_path: Path):
    (tmp_path / "chat.csv").write_text(chat_csv())
    hubbub_cli("ingest", "chat.csv", folder=tmp_path)
    for step in ("prepare", "embed", "find-topics"):
        first = json.loads(hubbub_cli(step, "--json", folder=tmp_path).stdout)
        again = json.loads(hubbub_cli(step, "s1", "--json", folder=tmp_path).stdout)
        assert first["n_kept"] > 0
        assert again["n_kept"] == 0
    assert json.loads(hubbub_cli("topics", "--json", folder=tmp_path).stdout)


def test_a_corpus_without_authors_or_times(tmp_path: Path):
    said = ["les pates carbo", "pates au beurre", "le boss final", "boss trop dur", "mdr", "lol"]
    (tmp_path / "corpus.txt").write_text("\n".join(random.Random(1).choices(said, k=200)))
    refused = hubbub_cli("report", "corpus.txt", folder=tmp_path, status=1)
    assert "--format lines" in refused.stderr
    hubbub_cli("report", "corpus.txt", "--format", "lines", folder=tmp_path)
    assert hubbub.streams(tmp_path / "hubbub-archive").to_dicts()[0]["n_messages"] == 200
    rows = hubbub.table(tmp_path / "hubbub-archive", "messages", limit=1000)
    per_text = rows.drop_nulls("theme_id").group_by("text_id").agg(pl.col("theme_id").n_unique())
    assert per_text["theme_id"].max() == 1
    assert (tmp_path / "report.html").exists()


def test_columns_of_other_names(tmp_path: Path):
    (tmp_path / "c.csv").write_text("wann;wer;was\n2024-05-01 20:00:00;ann;hallo\n2024-05-01 20:00:07;bob;servus\n")
    refused = hubbub_cli("ingest", "c.csv", folder=tmp_path, status=1)
    assert "wann, wer, was" in refused.stderr
    assert not (tmp_path / "hubbub-archive").exists()
    hubbub_cli("ingest", "c.csv", "--map", "sent_at=wann", "--map", "author=wer", "--map", "text=was", folder=tmp_path)
    rows = hubbub.table(tmp_path / "hubbub-archive", "messages")
    assert rows["offset_seconds"].to_list() == [0.0, 7.0]
    assert rows["viewer_id"].n_unique() == 2


def _truncated() -> bytes:
    return gzip.compress(chat_csv(20_000).encode(), mtime=0)[:-5000]


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.csv": (lambda: b"", "empty"),
    "picture.csv": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "PNG"),
    "columns.csv": (lambda: b"a,b,c\n1,2,3\n", "a, b, c"),
    "prose.txt": (lambda: b"Dear Sir,\nthis is a letter.\n" * 40, "--format lines"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_file_gets_one_clear_line(tmp_path: Path, name: str):
    make, said = BAD[name]
    (tmp_path / name).write_bytes(make())
    for command in ("ingest", "report"):
        done = hubbub_cli(command, name, folder=tmp_path, status=1)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert name in done.stderr
        assert said in done.stderr
        assert sorted(file.name for file in tmp_path.iterdir()) == [name], "something was left behind"


def test_a_folder_and_a_missing_path(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    assert "folder" in hubbub_cli("ingest", "folder", folder=tmp_path, status=1).stderr
    assert "nothing.csv" in hubbub_cli("ingest", "nothing.csv", folder=tmp_path, status=1).stderr
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_what_came_before_the_damage_is_kept_and_counted(tmp_path: Path):
    (tmp_path / "cut.csv.gz").write_bytes(_truncated())
    done = hubbub_cli("ingest", "cut.csv.gz", folder=tmp_path, status=1)
    kept = hubbub.status(tmp_path / "hubbub-archive")["n_messages"]
    assert 5000 < kept < 20_000
    said = done.stderr.strip().splitlines()[-1]
    assert said.startswith("cut.csv.gz: ")
    assert f"{kept:,}" in said
    (tmp_path / "whole.csv").write_text(chat_csv(20_000))
    whole = hubbub.ingest(tmp_path / "hubbub-archive", [tmp_path / "whole.csv"])
    assert (whole.n_kept, whole.n_repeated) == (20_000 - kept, kept)


def test_broken_text_is_kept_and_broken_rows_are_counted(tmp_path: Path):
    rows = HEADER.encode() + b"2024-05-01T20:00:00Z,nocta,s1,ann,caf\xe9\n" + b"2024-05-01T20:00:01Z,nocta\n"
    (tmp_path / "c.csv").write_bytes(rows + b"2024-05-01T20:00:02Z,nocta,s1,bob,fine\n" * 3)
    report = json.loads(hubbub_cli("ingest", "c.csv", "--json", folder=tmp_path).stdout)
    assert report["n_in"] == 5
    assert report["n_kept"] + report["n_rejected"] + report["n_repeated"] == 5
    assert report["n_rejected"] == 1
    rejects = hubbub.table(tmp_path / "hubbub-archive", "rejects").to_dicts()
    assert [row["row"] for row in rejects] == [3]
    assert "5" in rejects[0]["reason"]


def test_one_bad_file_does_not_cost_the_others(tmp_path: Path):
    (tmp_path / "good.csv").write_text(chat_csv())
    done = hubbub_cli("ingest", "good.csv", "missing.csv", folder=tmp_path, status=1)
    assert "missing.csv" in done.stderr
    assert hubbub.status(tmp_path / "hubbub-archive")["n_messages"] == 300


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "chat.csv").write_text(chat_csv())
    done = hubbub_cli("report", "chat.csv", "--output", "no/such/folder/r.html", folder=tmp_path, status=1)
    assert "--output" in done.stderr


def test_the_demo_steps(tmp_path: Path):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = makefile.split("\ndemo:")[1].split("\ntest:")[0]
    steps = [line.split("/hubbub ")[1] for line in recipe.splitlines() if "/hubbub " in line]
    assert [step.split()[0] for step in steps] == ["simulate", "report", "topics", "serve"]
    for step in steps[:-1]:
        words = step.replace("$(DEMO)", ".").replace("$(DEMO_SEED)", "1").split()
        done = hubbub_cli(*words, folder=tmp_path)
    assert len(done.stdout.strip().splitlines()) >= 11
    assert (tmp_path / "report.html").stat().st_size > 500_000
    scores = hubbub.score_topics(tmp_path / "archive")
    assert scores["adjusted_mutual_information"] >= 0.75
    assert scores["burst_recall"] == 1.0


def test_real_streams_of_each_kind_become_pages(data: Path, tmp_path: Path):
    for name in ("massiet-twitch-fr", "flare-yt-ja"):
        shutil.copy(data / "chat" / name / "chat.csv.gz", tmp_path / f"{name}.csv.gz")
    hubbub_cli("report", "massiet-twitch-fr.csv.gz", "flare-yt-ja.csv.gz", folder=tmp_path)
    streams = hubbub.streams(tmp_path / "hubbub-archive")
    assert streams["n_messages"].sum() == 27_495 + 1_370
    assert "u_" not in "".join(hubbub.table(tmp_path / "hubbub-archive", "messages")["viewer_id"])
    themes = hubbub.topics(tmp_path / "hubbub-archive", limit=1000)
    assert set(themes["stream_id"]) == set(streams["stream_id"])
