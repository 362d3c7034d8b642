"""The command line says what it did, and in one line what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import hubbub
from hubbub.present.cli import main
from hubbub.present.terminal import clock, sparkline, visible


def test_json_and_table_say_the_same(archive: Path, capfd: pytest.CaptureFixture[str]):
    assert main(["topics", "--archive", str(archive), "--limit", "3", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len(rows) == 3
    assert main(["topics", "--archive", str(archive), "--limit", "3"]) == 0
    said = capfd.readouterr().out
    for row in rows:
        assert row["label"].split(" · ")[0] in said


def test_tables_fit_eighty_columns(archive: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    for words in (
        ["topics"],
        ["streams"],
        ["status"],
        ["episodes"],
        ["top-topics"],
        ["table", "messages"],
        ["activity"],
    ):
        assert main([*words, "--archive", str(archive)]) == 0
        said = capfd.readouterr().out
        assert said
        assert max(len(line) for line in said.splitlines()) <= 80, words


def test_the_archive_can_be_named_before_the_command(archive: Path, capfd: pytest.CaptureFixture[str]):
    assert main(["--archive", str(archive), "streams", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)[0]["stream_id"]
    assert main(["--archive"]) == 2


def test_the_environment_names_the_archive(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HUBBUB_ARCHIVE", str(archive))
    assert main(["streams", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)[0]["stream_id"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["streams", "--archive", "nowhere"], 1, "No archive at nowhere"),
        (["topics", "--stream", "none"], 1, "No stream 'none'"),
        (["table", "nothing"], 1, "No table 'nothing'. The tables are: sources"),
        (["table", "messages", "--limit", "0"], 1, "limit must be 1 to 100,000"),
        (["export", "messages", "--output", "x.xls"], 1, "must end in .csv, .ods, .xlsx, .jsonl, .parquet"),
        (["forget", "nobody"], 1, "No viewer 'nobody'"),
        (["topic-trend", "9999"], 1, "No topic 9999"),
        (["top-topics", "--from", "25 o'clock"], 1, "--from must be a time such as 19:30"),
        (["top-topics", "--from", "+9:00", "--to", "+9:30"], 1, "must be a window of the stream"),
        (["find-topics", "--leash-seconds", "-1"], 1, "must be above 0"),
        (["find-topics", "--themes", "3", "--method", "lincoln"], 1, "--themes is for --method graph"),
        (["embed", "--encoder", "/nowhere"], 1, "/nowhere"),
        (["ingest", "missing.csv"], 1, "missing.csv"),
        (["ingest", "x", "--map", "sent_at"], 1, "--map must be OURS=THEIRS"),
        (["nonsense"], 2, "nonsense"),
        (["topics", "--limit", "many"], 2, "--limit"),
        (["serve", "--report", "nowhere.html"], 1, "--report must be a report file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    words: list[str],
    status: int,
    said: str,
    archive: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("HUBBUB_ARCHIVE", str(archive))
    assert main(words) == status
    out, err = capfd.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == (1 if status == 1 else 2)


def test_exports_are_what_the_archive_holds(archive: Path, tmp_path: Path):
    wide = hubbub.table(archive, "messages", limit=100_000)
    for suffix in ("csv", "jsonl", "parquet"):
        assert main(["export", "messages", "--archive", str(archive), "--output", str(tmp_path / f"m.{suffix}")]) == 0
    assert pl.read_parquet(tmp_path / "m.parquet").equals(wide)
    rows = pl.read_ndjson(tmp_path / "m.jsonl", infer_schema_length=None)
    assert rows["text"].to_list() == wide["text"].to_list()
    rows = pl.read_csv(tmp_path / "m.csv", infer_schema=False)
    required = "message_id, stream_id, sent_at, offset_seconds, viewer_id, kind, amount, currency, text, language"
    for column in (required + ", message_type, text_id, theme_id, episode_id").split(", "):
        assert column in rows.columns
    assert rows["message_id"].to_list() == wide["message_id"].to_list()
    assert rows["sent_at"][0].endswith("Z")
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".tmp")]


def test_a_spreadsheet_runs_nothing(tmp_path: Path):
    texts = ["=1+1", "+1", "-2", "@bob hi", "\tx", "plain", "＝cmd"]
    rows = pl.DataFrame({"text": texts})
    rows.write_ndjson(tmp_path / "chat.jsonl")
    hubbub.ingest(tmp_path / "a", [tmp_path / "chat.jsonl"])
    hubbub.export(tmp_path / "a", "messages", output=tmp_path / "m.csv")
    cells = pl.read_csv(tmp_path / "m.csv", infer_schema=False)["text"].to_list()
    assert cells == ["'=1+1", "'+1", "'-2", "'@bob hi", "'\tx", "plain", "'＝cmd"]


def test_a_pipe_that_closes_early_is_no_error(archive: Path):
    command = (
        f"{sys.executable} -m hubbub.present.cli table messages --limit 100000 --json --archive {archive} | head -c 10"
    )
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, env={**os.environ}
    )
    assert done.stderr == ""


def test_help_is_light():
    code = "import sys, hubbub.present.cli as c; c.main(['--help']); heavy = {'polars', 'numpy', 'altair', 'torch'}"
    done = subprocess.run(
        [sys.executable, "-c", code + " & set(sys.modules); print(heavy, file=sys.stderr)"],
        capture_output=True,
        text=True,
    )
    assert done.stderr.strip() == "set()"


def test_terminal_words():
    assert clock(3725.2) == "1:02:05"
    assert sparkline([0, 0]) == "▁▁"
    assert visible("a\x1b]0;evil\x07b") == "a�]0;evil�b"
