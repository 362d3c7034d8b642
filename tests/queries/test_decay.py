"""The decay of similarity of a stream, and the leash that find-topics takes from it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import hubbub
from hubbub.errors import ArchiveError


def test_the_leash_is_that_of_the_decay_and_touches_episodes_only(simulated: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(simulated, archive)
    decay = hubbub.similarity_decay(archive)
    assert (decay["lag_to_seconds"] > decay["lag_from_seconds"]).all()
    seen = decay.drop_nulls("excess")
    assert (seen["low"] <= seen["high"]).all()
    stream = decay["stream_id"][0]
    hubbub.find_topics(archive, leash_seconds=77.0)
    given = {name: hubbub.table(archive, name) for name in ("text_themes", "episodes")}
    report = hubbub.find_topics(archive)
    leash, why = report.details[f"leash of {stream}"].split(" s: ", 1)
    assert why == decay["reason"][0]
    found = decay["leash_seconds"][0]
    assert float(leash) == (600.0 if found is None else min(max(found, 60.0), 3600.0))
    assert hubbub.table(archive, "text_themes").equals(given["text_themes"])
    assert hubbub.table(archive, "episodes").height < given["episodes"].height
    assert hubbub.find_topics(archive).n_repeated > 0


def test_a_short_stream_has_the_usual_leash(tmp_path: Path) -> None:
    chat = tmp_path / "chat.csv"
    chat.write_text("offset_seconds,text\n1,the train is late again\n5,what a lovely bridge\n")
    archive = tmp_path / "archive"
    hubbub.ingest(archive, [chat])
    with pytest.raises(ArchiveError, match="hubbub embed"):
        hubbub.similarity_decay(archive)
    said = [str(value) for name, value in hubbub.find_topics(archive).details.items() if name.startswith("leash of")]
    assert said == ["600 s: too few texts (2 of 100)"]
    rows = hubbub.similarity_decay(archive)
    assert rows["leash_seconds"].null_count() == rows.height == 11


def test_encoders_are_compared_on_the_same_pairs_beside_shuffled_moments(simulated: Path, tmp_path: Path) -> None:
    rows = hubbub.similarity_decay(simulated, encoders=["use", "static"])
    use, static = (rows.filter(rows["encoder"] == name) for name in rows["encoder"].unique(maintain_order=True))
    assert use["n_pairs"].to_list() == static["n_pairs"].to_list()
    embedded = hubbub.similarity_decay(simulated)  # by the default encoder, kept as float16
    assert use["excess"].to_list() == pytest.approx(embedded["excess"].to_list(), abs=0.01)
    near = use.head(5)
    assert near["shuffled"].abs().max() < near["low"].max()
    known = rows.drop_nulls("half_life_seconds")
    assert (known["half_life_low"] <= known["half_life_seconds"] + 1e-9).all()
    for name in ("svg", "png"):
        report = hubbub.draw(simulated, "similarity-decay", output=tmp_path / f"d.{name}", encoders=["use", "static"])
        assert report.details["chart"] == "similarity-decay"
    assert b"use-multilingual-3" in (tmp_path / "d.svg").read_bytes()
