"""Tests of the commands that train language models: what they save, how they part streams, what they refuse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
import torch
from tests.learn import tiny
from tests.told import read_told
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

import hubbub
from hubbub.artifacts import load_artifact
from hubbub.commands.corpus import hold_out_streams, read_stream_list
from hubbub.errors import ArchiveError, ArtifactError, HubbubError, MissingExtraError

QUICK = {"batch_rows": 4, "steps": 6, "track": "none"}
SHORT = QUICK | {"min_characters": 40, "window_seconds": 20.0, "length": 64}


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of three small streams, for reading only."""
    folder = tmp_path_factory.mktemp("chat") / "archive"
    for seed in (1, 2, 3):
        hubbub.simulate(folder, seed=seed, n_messages=1500, duration_seconds=1200.0)
    return folder


@pytest.fixture(scope="module")
def tokenizer(chat: Path) -> Path:
    hubbub.train_tokenizer(chat, output=chat.parent / "tokenizer", kind="bpe", vocabulary=1_200)
    return chat.parent / "tokenizer"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tiny.shapes.SHAPES, "convbert-small", (tiny.tiny, 2))
    torch.set_num_threads(1)


def test_an_encoder_is_saved_as_transformers_reads_it(chat: Path, tokenizer: Path, tmp_path: Path):
    said: list[tuple[str, int, int | None]] = []
    report = hubbub.train_electra(
        chat, tokenizer=tokenizer, output=tmp_path / "e", progress=lambda *step: said.append(step), **SHORT
    )
    artifact = load_artifact(tmp_path / "e")
    assert (artifact.name, artifact.kind) == ("e", "transformer")
    assert {"area_under_roc", "area_under_roc_of_untrained_twin", "tokens_per_second"} <= report.details.keys()
    assert report.details["steps"] == 6
    assert ("training", 6, 6) in said
    model = AutoModel.from_pretrained(tmp_path / "e").eval()
    assert model.config.model_type == "convbert"
    ours, given = (AutoTokenizer.from_pretrained(folder) for folder in (tmp_path / "e", tokenizer))
    texts = ["salut <mention> LUL", "what a play"]
    assert ours(texts)["input_ids"] == given(texts)["input_ids"]
    with torch.inference_mode():
        assert model(**ours(texts[:1], return_tensors="pt")).last_hidden_state.isfinite().all()
    curve = json.loads((tmp_path / "e" / "learning_curve.json").read_text())
    assert max(entry["step"] for entry in curve) == 6
    assert b"<svg" in (tmp_path / "e" / "learning_curve.svg").read_bytes()[:200]
    card = (tmp_path / "e" / "README.md").read_text()
    assert "untrained twin" in card
    assert "hubbub train-electra --shape convbert-small" in card
    # Given again, it goes on where it was, which is at the end.
    again = hubbub.train_electra(chat, tokenizer=tokenizer, output=tmp_path / "e", **SHORT)
    assert again.details == report.details


def test_streams_are_on_one_side():
    rows = pl.DataFrame(
        {"stream_id": [name for name, n in zip("abcdefgh", range(20, 100, 10), strict=True) for _ in range(n)]}
    ).with_row_index("n")
    learned, held, streams = hold_out_streams(rows, share=0.1)
    assert set(held["stream_id"]) == set(streams)
    assert not set(learned["stream_id"]) & set(streams)
    assert 0.1 * rows.height <= held.height <= 0.25 * rows.height
    # The same streams whatever the order, and whatever else is there to learn from.
    assert hold_out_streams(rows.reverse(), share=0.1)[2] == streams


def test_of_two_streams_one_is_held_out_and_of_one_the_end():
    rows = pl.DataFrame({"stream_id": ["a"] * 60 + ["b"] * 40, "n": range(100)})
    assert hold_out_streams(rows, share=0.05)[2] == ["b"]
    learned, held, streams = hold_out_streams(rows.filter(pl.col("stream_id") == "a"), share=0.1)
    assert streams == []
    assert learned["n"].max() < held["n"].min()


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".ods"])
def test_streams_are_read_from_a_table(tmp_path: Path, suffix: str):
    from hubbub.commands.spreadsheets import write_sheet

    rows = pl.DataFrame({"title": ["x", "y", "z"], "stream": ["b", "a", "b"]})
    file = tmp_path / f"streams{suffix}"
    rows.write_csv(file) if suffix == ".csv" else write_sheet(rows, "streams", file, suffix)
    assert read_stream_list(file) == ["b", "a"]


def test_a_list_of_streams_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / "s.xlsx").write_text("no sheet")
    (tmp_path / "s.csv").write_text("stream\n")
    with pytest.raises(HubbubError, match=r"s\.xlsx: must be a spreadsheet"):
        read_stream_list(tmp_path / "s.xlsx")
    with pytest.raises(HubbubError, match="names no stream"):
        read_stream_list(tmp_path / "s.csv")
    with pytest.raises(HubbubError, match=r"none\.csv: cannot be read"):
        read_stream_list(tmp_path / "none.csv")
    (tmp_path / "s.csv").write_text("title;Stream_ID\nx;b\ny;a\n\nz;b\n")
    assert read_stream_list(tmp_path / "s.csv") == ["b", "a"]


def test_too_little_text_says_how_much_it_takes(chat: Path, tokenizer: Path, tmp_path: Path):
    with pytest.raises(HubbubError, match=r"needs 4,096 rows of 64 tokens .* fill \d+ rows"):
        hubbub.train_electra(chat, tokenizer=tokenizer, output=tmp_path / "e", **SHORT | {"batch_rows": 4096})
    with pytest.raises(HubbubError, match="fill 0 rows"):
        hubbub.train_electra(chat, tokenizer=tokenizer, output=tmp_path / "e", **SHORT | {"min_characters": 10**6})
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_of_one_message_is_refused(tokenizer: Path, tmp_path: Path):
    (tmp_path / "chat.csv").write_text("ts,author,text\n2024-05-01T20:00:00Z,ann,salut tout le monde\n")
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    with pytest.raises(HubbubError, match="fill 0 rows"):
        hubbub.train_electra(tmp_path / "archive", tokenizer=tokenizer, output=tmp_path / "e", **SHORT)
    assert not (tmp_path / "e").exists()


def test_what_is_no_tokenizer_is_named(chat: Path, tmp_path: Path):
    with pytest.raises(ArtifactError, match="must hold a tokenizer"):
        hubbub.train_electra(chat, tokenizer=tmp_path, output=tmp_path / "e", **SHORT)


def test_a_folder_that_is_not_there_is_named(chat: Path, tmp_path: Path):
    for options in ({"tokenizer": tmp_path / "none"}, {"start": tmp_path / "none"}):
        with pytest.raises(ArtifactError, match="There is no folder"):
            hubbub.train_mlm(chat, output=tmp_path / "m", **options, **MLM)


def test_a_model_is_not_written_over_one_of_another_kind(chat: Path, electra: Path, tokenizer: Path, tmp_path: Path):
    before = (electra / "SHA256SUMS").read_bytes()
    with pytest.raises(ArtifactError, match="made for replaced-token detection, not for masked tokens"):
        hubbub.train_mlm(chat, start=electra, output=electra, **MLM)
    assert (electra / "SHA256SUMS").read_bytes() == before
    place = Path(shutil.copytree(tokenizer, tmp_path / "t"))
    config = json.loads((place / "config.json").read_text())
    (place / "config.json").write_text(json.dumps(config | {"name": "t"}))
    with pytest.raises(ArtifactError, match="kind 'tokenizer' that was made for something else"):
        hubbub.train_electra(chat, tokenizer=tokenizer, output=place, **SHORT)


def test_a_tracker_is_told_the_learning_curve(chat: Path, tokenizer: Path, tmp_path: Path):
    hubbub.train_electra(
        chat, tokenizer=tokenizer, output=tmp_path / "e", **SHORT | {"steps": 20, "track": "tensorboard"}
    )
    (row,) = (row for row in json.loads((tmp_path / "e/learning_curve.json").read_text()) if "loss" in row)
    assert read_told(tmp_path)["train/loss"] == [(20, pytest.approx(row["loss"]))]


def test_a_tracker_that_is_missing_leaves_nothing_behind(chat: Path, tokenizer: Path, tmp_path: Path):
    with pytest.raises(HubbubError, match="pip install mlflow"):
        hubbub.train_electra(chat, tokenizer=tokenizer, output=tmp_path / "e", **SHORT | {"track": "mlflow"})
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(chat: Path, tokenizer: Path, tmp_path: Path):
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "notes.txt").write_text("mine")
    with pytest.raises(ArtifactError, match="holds something else"):
        hubbub.train_electra(chat, tokenizer=tokenizer, output=tmp_path / "e", **SHORT)
    assert [path.name for path in tmp_path.rglob("*")] == ["e", "notes.txt"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": 0.0}, "--minutes must be above 0"),
        ({"warmup": 1.0}, "--warmup must be from 0"),
        ({"length": 4}, "--length must be 8 to 512"),
        ({"min_characters": 0}, "--min-characters must be above 0"),
        ({"shape": "bert-large"}, "There are: convbert-small"),
    ],
)
def test_numbers_out_of_range_are_named(chat: Path, tokenizer: Path, tmp_path: Path, wrong: dict, said: str):
    with pytest.raises(HubbubError, match=said):
        hubbub.train_electra(chat, tokenizer=tokenizer, output=tmp_path / "e", **SHORT | wrong)


def test_a_stream_that_is_not_there_is_named(chat: Path, tokenizer: Path, tmp_path: Path):
    with pytest.raises(ArchiveError, match="No stream 'nobody'"):
        hubbub.train_electra(chat, ["nobody"], tokenizer=tokenizer, output=tmp_path / "e", **SHORT)


MLM = QUICK | {"length": 64}


@pytest.fixture(scope="module")
def electra(chat: Path, tokenizer: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tiny.shapes.SHAPES, "convbert-small", (tiny.tiny, 2))
        hubbub.train_electra(chat, tokenizer=tokenizer, output=chat.parent / "electra", **SHORT)
    return chat.parent / "electra"


def test_a_masked_model_goes_on_from_an_encoder(chat: Path, electra: Path, tmp_path: Path):
    options = MLM | {"steps": 100, "epochs": 9.0, "learning_rate": 2e-3, "schedule": "linear"}
    report = hubbub.train_mlm(chat, start=electra, output=tmp_path / "m", **options)
    told = report.details
    assert told["perplexity"] < told["perplexity_before"]
    assert told["perplexity_of_single_messages"] < told["perplexity_of_single_messages_before"]
    # It begins with how often each token is said, not with all 1,200 as likely.
    assert told["perplexity_before"] < 900
    model = AutoModelForMaskedLM.from_pretrained(tmp_path / "m").eval()
    ours = AutoTokenizer.from_pretrained(tmp_path / "m")
    batch = ours("salut [MASK] LUL", return_tensors="pt")
    with torch.inference_mode():
        assert model(**batch).logits.shape[-1] == len(ours)
    base, begun = (AutoModel.from_pretrained(folder) for folder in (tmp_path / "m", electra))
    assert base.state_dict().keys() == begun.state_dict().keys()
    card = (tmp_path / "m" / "README.md").read_text()
    assert "| frequencies alone | before | after |" in card
    curve = json.loads((tmp_path / "m" / "learning_curve.json").read_text())
    assert curve[0]["step"] == 0
    assert sum("perplexity" in entry for entry in curve) >= 2  # before, and after the epoch


@pytest.mark.parametrize("documents", ["windows", "chunks"])
def test_a_masked_model_begins_from_nothing(chat: Path, tokenizer: Path, tmp_path: Path, documents: str):
    report = hubbub.train_mlm(chat, tokenizer=tokenizer, output=tmp_path / "m", documents=documents, **MLM)
    assert report.details["steps"] == 6
    assert load_artifact(tmp_path / "m").config["training"]["documents"] == documents


def test_one_stream_of_a_list_is_enough(chat: Path, electra: Path, tmp_path: Path):
    (tmp_path / "s.csv").write_text("stream\nsynthetic-2\n")
    report = hubbub.train_mlm(chat, start=electra, output=tmp_path / "m", streams_file=tmp_path / "s.csv", **MLM)
    assert report.n_in < 1500
    assert "last twentieth" in (tmp_path / "m" / "README.md").read_text()


def test_a_start_that_was_altered_or_does_not_fit_is_named(chat: Path, electra: Path, tokenizer: Path, tmp_path: Path):
    place = Path(shutil.copytree(electra, tmp_path / "e"))
    (place / "model.safetensors").write_bytes((electra / "model.safetensors").read_bytes()[:-1] + b"x")
    with pytest.raises(ArtifactError, match="altered or damaged"):
        hubbub.train_mlm(chat, start=place, output=tmp_path / "m", **MLM)
    (place / "SHA256SUMS").unlink()  # no artifact any more, as of others
    config = json.loads((place / "config.json").read_text()) | {"vocab_size": 100}
    (place / "config.json").write_text(json.dumps(config))
    with pytest.raises(ArtifactError, match="has a model of 100 tokens and a tokenizer of"):
        hubbub.train_mlm(chat, start=place, output=tmp_path / "m", **MLM)
    (place / "config.json").write_text(json.dumps(config | {"vocab_size": 1200, "hidden_size": 24}))
    (place / "model.safetensors").write_bytes((electra / "model.safetensors").read_bytes())
    with pytest.raises(ArtifactError, match="must hold a model that can be trained on masks"):
        hubbub.train_mlm(chat, start=place, output=tmp_path / "m", **MLM)
    with pytest.raises(HubbubError, match="Give --start FOLDER"):
        hubbub.train_mlm(chat, output=tmp_path / "m", **MLM)
    assert not (tmp_path / "m").exists()


def test_too_few_masked_messages_say_how_much_it_takes(chat: Path, electra: Path, tmp_path: Path):
    with pytest.raises(HubbubError, match=r"train-mlm needs 5,000 rows of 64 tokens"):
        hubbub.train_mlm(chat, start=electra, output=tmp_path / "m", **MLM | {"batch_rows": 5000})
    with pytest.raises(HubbubError, match="--mask-share between 0 and 1"):
        hubbub.train_mlm(chat, start=electra, output=tmp_path / "m", **MLM, mask_share=1.0)


def test_what_is_not_installed_is_named(chat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from hubbub.commands import language_models

    monkeypatch.setattr(language_models, "find_spec", lambda name: None if name == "accelerate" else name)
    for train, name in ((hubbub.train_electra, "train-electra"), (hubbub.train_mlm, "train-mlm")):
        with pytest.raises(MissingExtraError, match=rf"{name} needs accelerate. .*'hubbub\[train\]'"):
            train(chat, tokenizer=tmp_path, output=tmp_path / "x")
