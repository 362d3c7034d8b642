"""Tests of train-simcse on a simulated channel: its folder is ours and sentence-transformers', and errors are said."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from tests.tiny_network import write_network
from tests.told import read_told

import hubbub
from hubbub.artifacts import load_artifact
from hubbub.errors import ArtifactError, HubbubError
from hubbub.queries.encoders import load_encoder

pytest.importorskip("sentence_transformers")


@pytest.fixture(scope="module")
def start(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = hubbub.table(simulated, "prepared", limit=3000)["clean_text"].drop_nulls().to_list()
    return write_network(tmp_path_factory.mktemp("start") / "tiny", texts)


@pytest.fixture(scope="module")
def trained(simulated: Path, start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "chat-1"
    hubbub.train_simcse(simulated, start=start, output=folder, learning_rate=5e-3)
    return folder


def test_the_folder_loads_in_sentence_transformers_with_the_same_vectors(
    trained: Path, monkeypatch: pytest.MonkeyPatch
):
    from sentence_transformers import SentenceTransformer

    texts = ["on entend pas le son", "there is no sound", "KEKW", "a" * 3000, ""]
    theirs = SentenceTransformer(str(trained)).encode(texts, normalize_embeddings=True, show_progress_bar=False)
    ours = load_encoder(str(trained))
    assert (ours.name, ours.dim) == ("chat-1", 16)
    assert np.vecdot(ours.embed(texts), theirs).min() > 0.999  # in bf16, where the machine has it
    monkeypatch.setattr("hubbub.learn.training.has_bf16", lambda: False)
    assert np.allclose(ours.embed(texts), theirs, atol=1e-6)
    assert json.loads((trained / "1_Pooling/config.json").read_text())["pooling_mode"] == "mean"


def test_the_artifact_is_whole(trained: Path):
    artifact = load_artifact(trained)
    assert artifact.kind == "simcse"
    curve = json.loads((trained / "learning_curve.json").read_text())
    assert curve[0]["step"] == 0
    assert curve[-1]["loss"] < curve[1]["loss"]
    assert (trained / "learning_curve.svg").read_bytes().startswith(b"<svg")
    card = (trained / "README.md").read_text()
    header = dict(line.split(": ", 1) for line in card.split("---\n")[1].splitlines())
    assert json.loads(header["library_name"]) == "sentence-transformers"
    assert json.loads(header["base_model"]) == "tiny"
    assert set(json.loads(header["language"])) == {"en", "fr"}
    assert "| measure | by chance | before training | after | gain | n |" in card
    assert "train-simcse --start tiny" in card
    assert not list(trained.parent.glob("*checkpoint*"))


def test_a_tracker_is_told_the_learning_curve(simulated: Path, start: Path, tmp_path: Path):
    hubbub.train_simcse(simulated, start=start, output=tmp_path / "e", max_texts=640, track="tensorboard")
    curve = json.loads((tmp_path / "e/learning_curve.json").read_text())[1:]
    told = read_told(tmp_path)
    for name in ("loss", "watched", "learning_rate"):
        assert [step for step, _ in told[f"train/{name}"]] == [row["step"] for row in curve]
        assert [value for _, value in told[f"train/{name}"]] == pytest.approx([row[name] for row in curve])


def test_it_embeds_an_archive_and_is_evaluated(archive: Path, trained: Path):
    assert hubbub.embed(archive, encoder=str(trained)).details["encoder"] == "chat-1"
    table = hubbub.evaluate_encoder(archive, [str(trained)])
    assert "emote neighbors" in table["measure"].to_list()


def test_it_can_begin_with_what_it_made_and_keeps_the_pooling(
    archive: Path, start: Path, trained: Path, tmp_path: Path
):
    hubbub.train_simcse(archive, start=start, output=tmp_path / "first", pooling="cls", positives="dropout")
    hubbub.train_simcse(archive, start=tmp_path / "first", output=tmp_path / "more", negatives="stream", max_texts=600)
    assert json.loads((tmp_path / "more/1_Pooling/config.json").read_text())["pooling_mode"] == "cls"


def test_what_is_wrong_is_said_and_nothing_is_overwritten(archive: Path, start: Path, tmp_path: Path):
    good = {"start": start, "output": tmp_path / "out"}
    for change, said in (
        ({"max_texts": 63}, "at most --max-texts"),
        ({"batch": 1}, "--batch must be 2"),
        ({"epochs": 0}, "--epochs 1"),
        ({"learning_rate": 0.0}, "--learning-rate"),
        ({"minutes": 0.0}, "--minutes"),
        ({"neighbor_seconds": -1.0}, "--neighbor-seconds"),
        ({"track": "mlflow"}, "pip install mlflow"),
        ({"start": tmp_path / "nowhere"}, "config.json"),
        ({"start": archive}, "config.json"),
    ):
        with pytest.raises(HubbubError, match=re.escape(said)):
            hubbub.train_simcse(archive, **(good | change))
        assert not (tmp_path / "out").exists()
    few = tmp_path / "few"
    hubbub.simulate(few, n_messages=500, seed=4)
    with pytest.raises(HubbubError, match="at least 500 distinct messages"):
        hubbub.train_simcse(few, **good)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    with pytest.raises(ArtifactError, match="holds something else"):
        hubbub.train_simcse(archive, start=start, output=tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
