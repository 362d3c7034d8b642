"""The fair table: same held-out rows for all, cells kept and found again, repeats never on both sides."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests import fake_azure

import hubbub
from hubbub.commands import sentiment_approaches
from hubbub.commands.compare_sentiment import split_rows
from hubbub.errors import HubbubError, MissingExtraError, SourceError
from hubbub.measures import repeat_keys

WORDS = {"negative": "awful sad broken".split(), "positive": "great lovely fun".split()}  # noqa: SIM905


@pytest.fixture(scope="module")
def labeled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    letters = list("abcdefghijklmnopqrstuvwxyz")
    filler = ["".join(rng.choice(letters, 4)) for _ in range(150)]
    rows = []
    for i in range(900):
        label = ("negative", "positive")[i % 2]
        text = " ".join(rng.permutation([*rng.choice(filler, 6), rng.choice(WORDS[label])]).tolist())
        rows.append({"text": text, "label": label, "user": f"u{i % 60}", "date": f"2024-01-{1 + i // 31:02d} 10:00:00"})
        if i % 5 == 0:  # a near-repeat by somebody else
            rows.append(rows[-1] | {"text": f"@ann {text.upper()}!!", "user": f"v{i}"})
    file = tmp_path_factory.mktemp("labeled") / "tweets.csv"
    pl.DataFrame(rows).write_csv(file)
    return file


def test_a_table_is_made_and_found_again(labeled: Path, tmp_path: Path):
    given = {
        "approaches": ["hashing", "word-ngrams", "strong-ngrams"],
        "ways": ["standard", "stems"],
        "sizes": [400, 0],
    }
    first = hubbub.compare_sentiment([labeled], output=tmp_path, **given)
    assert (first.n_in, first.n_kept, first.n_repeated) == (12, 12, 0)
    kept = (tmp_path / "comparison.json").read_text()
    again = hubbub.compare_sentiment([labeled], output=tmp_path, **given)
    assert (again.n_kept, again.n_repeated) == (0, 12)
    assert (tmp_path / "comparison.json").read_text() == kept
    cells = json.loads(kept)["cells"]
    for cell in cells:
        n = sum(map(sum, cell["confusion"]))
        assert n == json.loads(kept)["about"]["n_test"]
        assert cell["accuracy"][0] == pytest.approx((cell["confusion"][0][0] + cell["confusion"][1][1]) / n)
        assert cell["false_positives"] == cell["confusion"][0][1]
        assert sum(cell["mistakes"]["counts"].values()) == n - round(cell["accuracy"][0] * n)
        assert 0.85 < cell["auc"][0] <= 1
    page = (tmp_path / "comparison.html").read_text()
    assert "<script" not in page
    assert page.count("<svg") == 24
    (tmp_path / "cells" / "hashing-stems-400-random.json").write_text("{torn")
    assert hubbub.compare_sentiment([labeled], output=tmp_path, **given).n_kept == 1


def test_some_rows_are_drawn_and_drawn_again(labeled: Path, tmp_path: Path):
    given = {"output": tmp_path, "approaches": ["hashing"], "sizes": [0], "max_rows": 500, "max_test": 30}
    hubbub.compare_sentiment([labeled], **given)
    about = json.loads((tmp_path / "comparison.json").read_text())["about"]
    assert about["n_rows"] == 500
    assert 10 < about["n_test"] < 50
    assert hubbub.compare_sentiment([labeled], **given).n_kept == 0
    assert hubbub.compare_sentiment([labeled], **given | {"max_rows": 501}).n_kept == 1


def test_other_rows_are_other_cells(labeled: Path, tmp_path: Path):
    hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["hashing"], sizes=[100])
    assert hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["hashing"], sizes=[100], seed=1).n_kept == 1


@pytest.mark.parametrize("split", ["random", "time", "viewer"])
def test_near_repeats_are_never_on_both_sides(labeled: Path, split: str):
    rows = pl.read_csv(labeled).rename({"user": "viewer", "date": "moment"})
    train, test = split_rows(rows, split, 0)
    keys = np.array(repeat_keys(rows["text"].to_list()))
    assert not set(keys[train]) & set(keys[test])
    if split == "viewer":
        assert not set(rows["viewer"].to_numpy()[train]) & set(rows["viewer"].to_numpy()[test])
    if split == "time":
        assert rows["moment"].to_numpy()[train].max() <= rows["moment"].to_numpy()[test].min()


def test_a_split_that_holds_out_one_class_says_so(tmp_path: Path):
    lines = []
    for i in range(300):
        label = int(i < 260 and i % 3 > 0)  # the latest are all negative
        moment = f"2024-05-01 20:{i // 60:02}:{i % 60:02}"
        lines.append(f"{('bad', 'good')[label]} day of {chr(97 + i // 26)}o{chr(97 + i % 26)}a,{label},{moment}")
    (tmp_path / "timed.csv").write_text("\n".join(["text,label,created_at", *lines]))
    report = hubbub.compare_sentiment(
        [tmp_path / "timed.csv"], output=tmp_path / "out", approaches=["hashing"], sizes=[0], split="time"
    )
    assert "are negative" in report.problems[0]
    (cell,) = json.loads((tmp_path / "out/comparison.json").read_text())["cells"]
    assert "auc" not in cell
    assert "NaN" not in (tmp_path / "out/comparison.json").read_text()


def test_markup_in_texts_stays_text(tmp_path: Path):
    towns = [f"{chr(97 + i % 26)}{chr(97 + i // 26)}town" for i in range(200)]
    rows = [
        f"<script>alert({i % 7})</script> {town} {('bad', 'good')[i % 2]},{i // 3 % 2}" for i, town in enumerate(towns)
    ]
    (tmp_path / "x.csv").write_text("\n".join(["text,label", *rows]))
    hubbub.compare_sentiment(
        [tmp_path / "x.csv"], output=tmp_path / "out", approaches=["hashing"], ways=["raw"], sizes=[0]
    )
    page = (tmp_path / "out" / "comparison.html").read_text()
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_ready_made_approaches_need_no_labels(labeled: Path, tmp_path: Path):
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("awful\t-3\nsad\t-2\ngreat\t3\nlovely\t3\n")
    report = hubbub.compare_sentiment(
        [labeled], output=tmp_path, approaches=["vader", "lexicon"], ways=["raw"], lexicon=lexicon
    )
    cells = json.loads((tmp_path / "comparison.json").read_text())["cells"]
    assert report.n_kept == 2
    assert all(cell["n_train"] == 0 and cell["accuracy"][0] > 0.7 for cell in cells)


def test_networks_are_compared_and_kept_by_their_settings(labeled: Path, tmp_path: Path):
    pytest.importorskip("torch")
    glove = tmp_path / "glove.txt"
    rng = np.random.default_rng(0)
    sides = [(word, side) for side, words in ((-1, WORDS["negative"]), (1, WORDS["positive"])) for word in words]
    glove.write_text("\n".join(f"{word} {side} {side} {rng.normal():.3f} {rng.normal():.3f}" for word, side in sides))
    given = {"output": tmp_path, "approaches": ["simple-rnn", "lstm-glove"], "sizes": [0], "batch": 40, "glove": glove}
    assert hubbub.compare_sentiment([labeled], epochs=2, **given).n_kept == 2
    assert hubbub.compare_sentiment([labeled], epochs=2, **given).n_kept == 0
    assert hubbub.compare_sentiment([labeled], epochs=3, **given).n_kept == 2
    glove.write_text(glove.read_text().replace("awful", "horrid"))
    assert hubbub.compare_sentiment([labeled], epochs=3, **given).n_kept == 1
    rnn, on_glove = json.loads((tmp_path / "comparison.json").read_text())["cells"]
    assert [epoch["epoch"] for epoch in rnn["curve"]] == [1, 2, 3]
    assert {"train_loss", "validation_loss", "validation_accuracy"} <= rnn["curve"][0].keys()
    assert on_glove["n_parameters"] == 4 * 128 * (4 + 128 + 2) + 128 * 64 + 64 + 64 + 1
    assert on_glove["accuracy"][1] > 0.6


def test_azure_tells_its_cost_and_sends_only_what_is_allowed(
    labeled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("azure.ai.textanalytics")
    given = {"output": tmp_path, "approaches": ["azure"], "ways": ["standard", "raw"]}
    with fake_azure.FakeAzure() as azure:
        monkeypatch.setenv("AZURE_LANGUAGE_ENDPOINT", azure.endpoint)
        monkeypatch.setenv("AZURE_LANGUAGE_KEY", fake_azure.KEY)
        with pytest.raises(
            HubbubError, match=r"\(\d+ text records\) .* nothing is sent.*--azure-budget 0\.\d\d"
        ) as told:
            hubbub.compare_sentiment([labeled], **given)
        with pytest.raises(HubbubError, match=r"0\.01 are allowed"):
            hubbub.compare_sentiment([labeled], azure_budget=0.01, **given)
        assert azure.n_requests == 0
        seen: list[str] = []
        hubbub.compare_sentiment(
            [labeled], azure_budget=1, progress=lambda step, done, total=None: seen.append(step), **given
        )
        assert seen[0].startswith("azure will send")
        n_texts = sum(map(len, azure.batches))
        assert f"send {n_texts:,} texts" in str(told.value)
        assert len(azure.batches) <= n_texts / 10 + 2
        n_requests = azure.n_requests
        assert hubbub.compare_sentiment([labeled], **given).n_repeated == 2
        assert azure.n_requests == n_requests
    cells = json.loads((tmp_path / "comparison.json").read_text())["cells"]
    assert cells[0]["accuracy"][0] == 1
    assert all(cell["family"] == "ready-made" and not cell["n_train"] for cell in cells)


def test_a_family_stands_for_all_of_it_that_can_run(tmp_path: Path):
    choose = sentiment_approaches.choose_approaches
    options = sentiment_approaches.Options()
    assert choose([], "fr", options) == ["hashing", "word-ngrams", "strong-ngrams"]
    assert choose(["network", "vader"], "en", options)[-2:] == ["transformer", "vader"]
    assert choose(["ready-made"], "en", options) == ["vader"]
    assert choose(["lexicon", "lexicon"], "en", options) == ["lexicon"]


def test_a_network_without_torch_says_what_to_install(labeled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "hubbub.learn.networks", raising=False)
    monkeypatch.delattr("hubbub.learn.networks", raising=False)
    with pytest.raises(MissingExtraError, match=r"hubbub\[train\]"):
        hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["lstm"])
    monkeypatch.setattr("hubbub.learn.word_vectors.find_glove", lambda: None)
    with pytest.raises(HubbubError, match="--glove"):
        hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["lstm-glove"])


def test_what_cannot_be_compared_says_why(labeled: Path, tmp_path: Path):
    with pytest.raises(HubbubError, match="No approach 'bert'"):
        hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["bert"])
    with pytest.raises(HubbubError, match="--max-rows must be at least 1, was 0"):
        hubbub.compare_sentiment([labeled], output=tmp_path, max_rows=0)
    with pytest.raises(HubbubError, match="--epochs must be at least 1, was 0"):
        hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["lstm"], epochs=0)
    with pytest.raises(HubbubError, match="No preparation"):
        hubbub.compare_sentiment([labeled], output=tmp_path, ways=["advanced"])
    with pytest.raises(HubbubError, match="--lexicon"):
        hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["lexicon"])
    (tmp_path / "words.txt").write_text("good\tvery\n")
    with pytest.raises(SourceError, match=r"words\.txt:1"):
        hubbub.compare_sentiment([labeled], output=tmp_path, approaches=["lexicon"], lexicon=tmp_path / "words.txt")
    (tmp_path / "plain.csv").write_text("text,label\n" + "\n".join(f"day {'ab'[i % 2] * i},{i % 2}" for i in range(60)))
    with pytest.raises(HubbubError, match="viewer"):
        hubbub.compare_sentiment([tmp_path / "plain.csv"], output=tmp_path, split="viewer")
