"""A forgotten viewer is in no byte of the archive, and does not come back."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import hubbub
from hubbub.errors import ArchiveError
from hubbub.store.archive import Archive

CHAT = """ts,author,text
2024-05-01T20:00:00Z,Zorglub_77,"salut tout le monde, je suis arrivé en klaxonnant"
2024-05-01T20:00:05Z,bob,@zorglub_77 salut
2024-05-01T20:00:06Z,bob,merci ZORGLUB_77!
2024-05-01T20:00:07Z,bob,zorglub_77777 est un autre
2024-05-01T20:00:09Z,carol,les pates c'est la vie
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chat.csv").write_text(CHAT, "utf-8")
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    hubbub.find_topics(tmp_path / "archive")
    return tmp_path


def everything(archive: Path) -> str:
    """Every byte of the archive as text, Parquet read as what it says."""
    said = []
    for file in sorted(archive.rglob("*")):
        if file.suffix == ".parquet":
            said.append(str(pl.read_parquet(file).to_dicts()))
        elif file.is_file():
            said.append(file.read_bytes().decode("utf-8", "replace"))
    return "\n".join(said).lower()


@pytest.mark.parametrize("called", ["Zorglub_77", "@zorglub_77", "id"])
def test_no_byte_of_a_forgotten_viewer_is_left(folder: Path, called: str):
    archive = folder / "archive"
    viewer = hubbub.table(archive, "messages")["viewer_id"][0]
    before = everything(archive)
    assert "zorglub_77" in before
    assert "klaxonnant" in before
    assert viewer in before
    report = hubbub.forget(archive, viewer if called == "id" else called)
    after = everything(archive)
    assert "zorglub_77'" not in after.replace("zorglub_77777", "")
    assert "zorglub_77 " not in after
    assert "zorglub_77!" not in after
    assert "klaxonnant" not in after
    assert viewer not in after
    assert (report.rejected["forgotten"], report.details["n_mentions_scrubbed"]) == (1, 2)
    texts = hubbub.table(archive, "messages")["text"].to_list()
    assert texts == ["[forgotten] salut", "merci [forgotten]!", "zorglub_77777 est un autre", "les pates c'est la vie"]
    assert hubbub.streams(archive)["n_viewers"][0] == 2


def test_a_forgotten_viewer_does_not_come_back(folder: Path):
    archive = folder / "archive"
    hubbub.forget(archive, "zorglub_77")
    again = hubbub.ingest(archive, [folder / "chat.csv"])
    assert again.rejected == {"viewer was forgotten": 1}
    assert "klaxonnant" not in everything(archive)
    with pytest.raises(ArchiveError, match="No viewer"):
        hubbub.forget(archive, "zorglub_77")


def test_topics_are_made_again_from_what_is_left(folder: Path):
    archive = folder / "archive"
    hubbub.forget(archive, "zorglub_77")
    assert Archive(archive).streams_of("prepared") == []
    report = hubbub.find_topics(archive)
    assert report.n_in == 4
    assert "klaxonnant" not in everything(archive)


def test_the_last_viewer_of_a_stream_takes_it_along(tmp_path: Path):
    (tmp_path / "chat.csv").write_text("ts,author,text\n2024-05-01T20:00:00Z,ann,hello\n")
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    hubbub.forget(tmp_path / "archive", "ann")
    assert hubbub.streams(tmp_path / "archive").height == 0
    assert hubbub.status(tmp_path / "archive")["n_messages"] == 0


def test_two_viewers_of_one_name_are_told_apart(tmp_path: Path):
    rows = "platform,ts,author,text\ntwitch,2024-05-01T20:00:00Z,ann,hi\nyoutube,2024-05-01T20:00:00Z,Ann,yo\n"
    (tmp_path / "chat.csv").write_text(rows)
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    with pytest.raises(ArchiveError, match=r"More than one viewer.*\(twitch\)"):
        hubbub.forget(tmp_path / "archive", "ann")


def test_names_that_are_patterns_are_taken_as_written(tmp_path: Path):
    (tmp_path / "chat.csv").write_text(
        "ts,author,text\n2024-05-01T20:00:00Z,a.*(b,hello\n2024-05-01T20:00:01Z,bob,axxb hi\n"
    )
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    hubbub.forget(tmp_path / "archive", "a.*(b")
    assert hubbub.table(tmp_path / "archive", "messages")["text"].to_list() == ["axxb hi"]
