"""Archives of every release stay readable: a release adds a folder, and nothing here changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import hubbub

ROOT = Path(__file__).parents[1] / "archives"


@pytest.mark.parametrize("release", sorted(ROOT.glob("v*")), ids=lambda folder: folder.name)
def test_an_archive_of_a_release_gives_the_same_answers(release: Path, tmp_path: Path):
    archive = Path(shutil.copytree(release / "archive", tmp_path / "archive"))
    expected = json.loads((release / "answers.json").read_text("utf-8"))
    status = hubbub.status(archive)
    # Tables that came later have no rows here; those of the release have the rows they had.
    n_rows = {name: table["n_rows"] for name, table in status["tables"].items()}
    assert n_rows == dict.fromkeys(n_rows, 0) | expected["n_rows"]
    assert hubbub.table(archive, "messages", limit=1000)["message_id"].to_list() == expected["message_ids"]
    assert hubbub.topics(archive)["label"].to_list() == expected["labels"]
    # It can still be added to.
    (tmp_path / "new.csv").write_text("ts,stream_id,author,text\n2024-05-01T20:00:00Z,new,ann,hello\n")
    assert hubbub.ingest(archive, [tmp_path / "new.csv"]).n_kept == 1
    assert hubbub.status(archive)["n_messages"] == len(expected["message_ids"]) + 1
