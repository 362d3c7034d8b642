"""From labeled files to a model, to an archive's table, and the same answer by every face."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import hubbub
from hubbub.artifacts import load_artifact, read_tensors
from hubbub.commands import language_models, sentiment_fit
from hubbub.errors import ArtifactError, HubbubError, SourceError
from hubbub.present.cli import main
from hubbub.queries.sentiment_models import load_sentiment
from hubbub.store.archive import Archive

MOODS = {
    "negative": ["awful", "sad", "broken"],
    "neutral": ["tuesday", "table"],
    "positive": ["great", "lovely", "fun"],
}


NUMBERED = tuple(f"word{i}" for i in range(200))
LETTERED = tuple(f"{first}o{last}a" for first in "bcdfghjklm" for last in "nprstvwxyz")
"""Words that near-repeats are told apart by."""


def write_labeled(file: Path, n: int, labels: list[str], filler: tuple[str, ...] = NUMBERED) -> Path:
    rng = np.random.default_rng(0)
    rows = []
    for i in range(n):
        label = labels[i % len(labels)]
        words = [*rng.choice(filler, 5), rng.choice(MOODS[label])]
        rows.append({"text": " ".join(rng.permutation(words).tolist()), "label": label})
    pl.DataFrame(rows).write_csv(file)
    return file


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sentiment")
    file = write_labeled(folder / "train.csv", 1200, list(MOODS))
    report = hubbub.train_sentiment([file], output=folder / "model")
    assert report.details["accuracy"][0] > 0.9
    return folder / "model"


def test_a_trained_model_tells_planted_words_and_says_when_it_cannot(trained: Path):
    found = load_sentiment(trained).score(
        ["awful word3 word4", "lovely word3", "table word9", "", "zzz qqq", "@a http://b.c"]
    )
    assert found["label"].to_list() == ["negative", "positive", "neutral", "unknown", "unknown", "unknown"]
    assert found.columns == ["label", "p_negative", "p_neutral", "p_positive"]
    judged = found.filter(pl.col("label") != "unknown")
    assert judged.select(pl.sum_horizontal("^p_.*$")).to_series().to_list() == pytest.approx([1.0] * 3)
    assert found.filter(pl.col("label") == "unknown").select("^p_.*$").null_count().row(0) == (3, 3, 3)


def test_the_card_says_what_it_is(trained: Path):
    card = (trained / "README.md").read_text("utf-8")
    for said in ("train.csv", "most frequent class", "calibration error", "--seed 0", "hubbub train-sentiment"):
        assert said in card
    assert json.loads((trained / "preparation.json").read_text()) == {"way": "chat", "language": "en", "version": 1}
    assert load_artifact(trained).kind == "sentiment"


def test_same_seed_same_model(trained: Path, tmp_path: Path):
    hubbub.train_sentiment([trained.parent / "train.csv"], output=tmp_path / "again", name="model")
    sums = [load_artifact(folder).checksums["model.safetensors"] for folder in (trained, tmp_path / "again")]
    assert sums[0] == sums[1]


def test_two_classes_have_no_neutral(tmp_path: Path):
    file = write_labeled(tmp_path / "two.csv", 400, ["negative", "positive"])
    report = hubbub.train_sentiment([file], output=tmp_path / "model", way="standard")
    assert report.details["auc"] > 0.95
    found = load_sentiment(tmp_path / "model").score(["awful word1", "fun word2"])
    assert found["label"].to_list() == ["negative", "positive"]
    assert found["p_neutral"].null_count() == 2


def test_words_explain_the_label(trained: Path):
    reasons = load_sentiment(trained).explain("word1 word2 awful word3")
    assert reasons["word"].to_list() == ["word1", "word2", "awful", "word3"]
    assert reasons["effect"].arg_max() == 2
    assert load_sentiment(trained).explain("").is_empty()


def test_every_face_gives_one_answer(trained: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    texts = ["awful word1 WORD2!!", "so lovely :) http://x.y", "?!"]
    alone = [load_sentiment(trained).score([text]).row(0) for text in texts]
    together = load_sentiment(trained).score(texts)
    assert together.rows() == alone
    assert main(["sentiment", "--model", str(trained), "--json", "--", *texts]) == 0
    on_the_line = json.loads(capfdbinary.readouterr().out)
    asked = hubbub.sentiment(texts, model=str(trained))
    assert asked.drop("text").rows() == together.rows()
    assert [row["p_positive"] for row in on_the_line] == together["p_positive"].to_list()


@pytest.mark.parametrize("approach", ["use-tuned", "use-ngrams"])
def test_a_fine_tuned_encoder_is_kept_and_gives_one_answer_by_every_face(
    approach: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
):
    use_tuned = pytest.importorskip("hubbub.learn.use_tuned", reason="networks need hubbub[train]")
    monkeypatch.setattr(use_tuned, "_FEWEST_STEPS", 20)
    monkeypatch.setattr(sentiment_fit, "_MIN_TO_HOLD_OUT", 100)
    file = write_labeled(tmp_path / "two.csv", 1500, ["negative", "positive"], LETTERED)
    folder = tmp_path / "model"
    report = hubbub.train_sentiment([file], output=folder, approach=approach, way="raw")
    assert report.details["auc"] > 0.95
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "two.csv"]
    model = load_sentiment(folder)
    assert ("weights" in read_tensors(load_artifact(folder))) == (approach == "use-ngrams")
    texts = ["awful bona, COPA!!", "so lovely :) http://x.y", "dora fun", ""]
    together = model.score(texts)
    assert together["label"].to_list() == ["negative", "positive", "positive", "unknown"]
    assert model.explain("bona awful dora")["effect"].arg_max() == 1
    alone = [model.score([text])["p_positive"][0] for text in texts]
    assert alone[:3] == pytest.approx(together["p_positive"].to_list()[:3], abs=1e-6)
    assert main(["sentiment", "--model", str(folder), "--json", "--", *texts]) == 0
    on_the_line = json.loads(capfdbinary.readouterr().out)
    assert [row["p_positive"] for row in on_the_line] == together["p_positive"].to_list()
    card = (folder / "README.md").read_text("utf-8")
    assert f"--approach {approach} --way raw" in card
    assert 'license: "apache-2.0"' in card
    assert json.loads((folder / "learning_curve.json").read_text())[0]["validation_loss"] > 0
    packed = tmp_path / "packed"
    hubbub.package_model(folder, output=packed)
    assert "torch==" in (packed / "requirements.txt").read_text("utf-8")


def test_minutes_end_a_fine_tuning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    use_tuned = pytest.importorskip("hubbub.learn.use_tuned", reason="networks need hubbub[train]")
    monkeypatch.setattr(use_tuned, "_FEWEST_STEPS", 400)
    monkeypatch.setattr(sentiment_fit, "_MIN_TO_HOLD_OUT", 100)
    file = write_labeled(tmp_path / "two.csv", 1500, ["negative", "positive"], LETTERED)
    hubbub.train_sentiment([file], output=tmp_path / "model", approach="use-ngrams", minutes=0.02)
    curve = json.loads((tmp_path / "model" / "learning_curve.json").read_text())
    assert 0 < curve[-1]["epoch"] < 5
    for minutes, approach in ((0, "use-ngrams"), (1, "strong-ngrams")):
        with pytest.raises(HubbubError, match=f"--minutes must be above 0.* was {minutes} for {approach}"):
            hubbub.train_sentiment([file], output=tmp_path / "model", approach=approach, minutes=minutes)


def test_without_torch_a_fine_tuning_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language_models, "find_spec", lambda name: None)
    file = write_labeled(tmp_path / "two.csv", 200, ["negative", "positive"])
    with pytest.raises(HubbubError, match=r"use-ngrams needs PyTorch.*hubbub\[train\]"):
        hubbub.train_sentiment([file], output=tmp_path / "model", approach="use-ngrams")


def test_an_archive_is_scored_once(trained: Path, archive: Path):
    report = hubbub.score_sentiment(archive, model=str(trained))
    messages = Archive(archive).read("messages").drop_nulls("text")
    table = Archive(archive).read("sentiment")
    assert report.n_in == table.height == messages.height
    assert report.details["n_texts"] == messages["text"].n_unique()
    joined = messages.join(table, on=["stream_id", "message_id"])
    by_hand = load_sentiment(trained).score(joined["text"])
    assert joined["label"].to_list() == by_hand["label"].to_list()
    again = hubbub.score_sentiment(archive, model=str(trained))
    assert (again.n_repeated, again.details["n_texts"]) == (table.height, 0)


def test_shipped_models_know_english_french_and_chat():
    found = hubbub.load_sentiment().score(
        [
            "I love this, what a great day",
            "this is the worst, I hate it",
            "j'adore, c'est vraiment génial",
            "c'est nul, je suis trop déçu",
            "KEKW KEKW KEKW",
            "BibleThump BibleThump",
            "",
            "@someone https://example.org",
            "das ist doch wirklich nicht so schlecht gewesen",
            "привет как у вас дела сегодня",
        ]
    )
    assert found["label"].to_list() == [
        *("positive", "negative", "positive", "negative", "positive", "negative"),
        *["unknown"] * 4,
    ]
    folder = Path(hubbub.__file__).parent / "models"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) <= 15_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,label\n" + "good,1\n" * 60, "two classes"),
        ("text,label\n" + "good,1\nbad,0\n" * 30 + "odd,furious\n", "row 61.*furious"),
        ("label,text\n" + "1,good\n0,bad\n" * 30 + "9,so,shifted\n", "label|cannot be read"),
        ("text,label\n" + "1,good\n0,bad\n" * 30, "row 1.*good.*shifted"),
        ("words,mood\n" + "good,1\nbad,0\n" * 30, "no column of the text"),
        ("text,label\n" + "good,1\nbad,0\n" * 9, "At least 40"),
        ("", "cannot be read"),
    ],
)
def test_files_that_cannot_train_say_why(tmp_path: Path, content: str, said: str):
    (tmp_path / "bad.csv").write_text(content)
    with pytest.raises(SourceError, match=said):
        hubbub.train_sentiment([tmp_path / "bad.csv"], output=tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_sentiment140s_own_file_is_read(tmp_path: Path):
    words = ["sad", "great"]
    names = [f"{chr(97 + i % 26)}{chr(97 + i // 26)}town" for i in range(100)]
    rows = [f'"{4 * (i % 2)}","{i}","Mon Apr 06","NO_QUERY","u{i}","{words[i % 2]} {names[i]}"' for i in range(100)]
    (tmp_path / "s140.csv").write_text("\n".join(rows))
    report = hubbub.train_sentiment([tmp_path / "s140.csv"], output=tmp_path / "model")
    assert report.n_kept == 100


def test_hostile_texts_are_judged_or_not_but_never_break(trained: Path):
    texts = ["awful " * 200_000, "\x00\x01\x02", "\ud800 awful", "\u202e\u200b", "a" * 1_000_000, "💥" * 3000]
    found = load_sentiment(trained).score(texts)
    assert found["label"].to_list()[:2] == ["negative", "unknown"]
    assert found.height == len(texts)
    with pytest.raises(HubbubError, match="characters"):
        hubbub.sentiment(["a" * 1_000_000], model=str(trained))
    with pytest.raises(HubbubError, match="At most"):
        hubbub.sentiment(["a"] * 1001, model=str(trained))


def test_a_model_that_is_none_is_named(tmp_path: Path, trained: Path):
    with pytest.raises(ArtifactError, match="No sentiment model"):
        load_sentiment(tmp_path / "nowhere")
    with pytest.raises(ArtifactError):
        load_sentiment(tmp_path)
    weights = trained.parent / "altered"
    weights.mkdir()
    for file in trained.iterdir():
        (weights / file.name).write_bytes(file.read_bytes())
    (weights / "preparation.json").write_text('{"way": "raw", "language": "en", "version": 1}')
    with pytest.raises(ArtifactError, match="altered"):
        load_sentiment(weights)


def test_texts_are_described(tmp_path: Path):
    rows = ["label,user,text"]
    rows += [f'0,lost_dog,"@friend{i} I am lost. Please help me find a good home."' for i in range(40)]
    rows += [f'{i % 2},user{i},"#Monday tweet number {i} for @ann"' for i in range(60)]
    rows += ["1,user1,", "1,user1,#Monday tweet number 1 for @ann"]
    (tmp_path / "tweets.csv").write_text("\n".join(rows))
    found = hubbub.describe_texts(tmp_path, files=[tmp_path / "tweets.csv"])
    (odd,) = found["odd_accounts"]
    assert (odd["viewer"], odd["n_copies"]) == ("lost_dog", 40)
    assert found["n_repeats"] == 1
    assert found["hashtags"]["monday"] == 61
    assert found["accounts"]["ann"] == 61
    assert found["words"]["quantiles"]["50 %"] == 6.0
