"""Tests of train-static on a simulated channel: the artifact is whole, the same again, and nothing is overwritten."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import hubbub
from hubbub.commands.static_corpus import leave_out, read_columns
from hubbub.embed.static import load_static
from hubbub.errors import ArtifactError, HubbubError, SourceError

SMALL = {"pieces": 400, "dim": 16, "epochs": 2}


def write_pairs(path: Path, first: int = 0) -> Path:
    rows = [(f"le son {i} est trop bas", f"on entend pas {i}", i % 6) for i in range(first, first + 40)]
    pl.DataFrame(rows, schema=["sentence1", "sentence2", "score"], orient="row").write_csv(path)
    return path


def test_a_trained_table_loads_and_is_the_same_again(archive: Path, tmp_path: Path):
    pairs = write_pairs(tmp_path / "pairs.csv")
    checks = write_pairs(tmp_path / "checks.csv", first=35)
    (tmp_path / "more.txt").write_text("une ligne de plus\net une autre\n")
    (tmp_path / "words.txt").write_text("zorglub\nbirbax\n")
    options = SMALL | {"texts": [tmp_path / "more.txt"], "pairs": [pairs], "words": [tmp_path / "words.txt"]}
    kept = tmp_path / "teacher.parquet"
    first = hubbub.train_static(archive, output=tmp_path / "one", teacher_vectors=kept, checks=[checks], **options)
    n_kept = pl.read_parquet(kept).height
    hubbub.train_static(archive, output=tmp_path / "two", teacher_vectors=kept, checks=[checks], **options)
    assert pl.read_parquet(kept).height == n_kept
    one, two = load_static(tmp_path / "one"), load_static(tmp_path / "two")
    assert np.array_equal(one.table, two.table)
    assert first.details["n_emotes"] > 0
    assert one.embed(["on entend pas le son"]).shape == (1, 16)
    card = (tmp_path / "one/README.md").read_text()
    assert "pairs.csv" in card
    assert "35 judged pairs" in card
    assert "baseline" in card
    assert hubbub.embed(archive, encoder=str(tmp_path / "one")).details["encoder"] == "static"


def test_words_said_often_are_not_cut(archive: Path, tmp_path: Path):
    said = [f"{word} {i} unhappinesses" for i in range(300) for word in ("happiness", "unhappy", "happinesses")]
    (tmp_path / "more.txt").write_text("\n".join(said))
    hubbub.train_static(archive, output=tmp_path / "made", texts=[tmp_path / "more.txt"], **SMALL | {"pieces": 1200})
    tokenizer = load_static(tmp_path / "made").tokenizer
    for word in ("unhappinesses", "Happinesses", "unhappy"):
        assert len(tokenizer([word])[0]) == 1
    assert len(tokenizer(["unhappinessesses"])[0]) > 1
    assert tokenizer.n_pieces < 1200 <= tokenizer.n_tokens


def test_what_is_wrong_is_said_and_nothing_is_overwritten(archive: Path, tmp_path: Path):
    with pytest.raises(HubbubError, match=r"ending in \.parquet; was v\.npz"):
        hubbub.train_static(archive, output=tmp_path / "x", teacher_vectors=tmp_path / "v.npz", **SMALL)
    with pytest.raises(HubbubError, match="dim must be 2 to 512"):
        hubbub.train_static(archive, output=tmp_path / "x", pieces=400, dim=513)
    with pytest.raises(HubbubError, match="needs as many distinct words"):
        hubbub.train_static(archive, output=tmp_path / "x", pieces=90_000)
    with pytest.raises(HubbubError, match="at least 500 distinct texts"):
        hubbub.train_static(archive, output=tmp_path / "x", max_texts=10)
    with pytest.raises(SourceError, match="columns sentence1"):
        (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
        hubbub.train_static(archive, output=tmp_path / "x", pairs=[tmp_path / "bad.csv"])
    assert not (tmp_path / "x").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    with pytest.raises(ArtifactError, match="holds something else"):
        hubbub.train_static(archive, output=tmp_path / "full", **SMALL)
    assert (tmp_path / "full/notes.txt").read_text() == "mine"


def test_files_that_cannot_be_read_are_said(tmp_path: Path):
    with pytest.raises(SourceError, match="readable table"):
        read_columns(tmp_path / "none.csv", {"text": pl.String})
    assert leave_out("a KEKW b", None) == "a KEKW b"
