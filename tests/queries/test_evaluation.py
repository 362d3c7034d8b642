"""Tests of the table of encoders, on sets of our own whose answers are known, and of the cosines of texts."""

import gzip
from pathlib import Path

import numpy as np
import pytest

import hubbub
from hubbub.analyze.agreement import rank_correlation, ranking_area
from hubbub.analyze.emote_neighbors import chance_share, family_names, family_shares
from hubbub.errors import HubbubError
from hubbub.queries.encoders import load_encoder
from hubbub.queries.evaluation import describe_gain, measure_encoder, measure_stream


class Knowing:
    """An encoder that is right: texts of one first letter are the same, and others are unrelated."""

    name, dim = "knowing", 27

    def embed(self, texts, progress=None):
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for i, text in enumerate(texts):
            vectors[i, (ord(text[0].lower()) - 97) % 27 if text else 26] = 1
        return vectors


def write_sets(folder: Path) -> None:
    def write(path: str, header: str, rows: list[str]) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(gzip.compress("\n".join([header, *rows, ""]).encode()))

    pairs = [f"{'ab'[i % 2]}{i},{'ab'[(i // 2) % 2]}x,{5 if i % 2 == (i // 2) % 2 else 0}" for i in range(40)]
    for language in ("en", "fr"):
        write(f"tweets/stsb/stsb-{language}-dev.csv.gz", "sentence1,sentence2,score", pairs)
    swapped = [f"{(row.split(',')[2][0] == '5' and 1) or 0},{','.join(row.split(',')[:2])}" for row in pairs]
    write("tweets/twitter-paraphrase/url_train_1.csv.gz", "label,sentence1,sentence2", swapped)
    write("topics/biomedical.csv.gz", "label,text", [f"{letter},{letter}{i}" for i in range(30) for letter in "abc"])


def test_an_encoder_that_is_right_has_the_best_value_of_each_measure(tmp_path: Path):
    write_sets(tmp_path)
    found = {one.measure: one for one in measure_encoder(Knowing(), tmp_path)}
    for measure in ("STS-B en", "STS-B fr", "STS-B fr-en", "Twitter paraphrase", "topics biomedical"):
        assert found[measure].value == pytest.approx(1.0)
        assert found[measure].low <= 1.0 + 1e-9
        assert found[measure].baseline < 0.8  # what shuffled truths give
    assert abs(found["topics biomedical"].baseline) < 0.2
    assert "SICK" not in found  # its file is not there
    assert found["emote neighbors"].n == len(family_names()[0])


class Guessing(Knowing):
    """An encoder that knows nothing."""

    name = "guessing"

    def embed(self, texts, progress=None):
        vectors = np.array([np.random.default_rng([*text.encode()]).normal(size=8) for text in texts], np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_gain_is_over_the_first_encoder_on_the_same_resamples(tmp_path: Path):
    write_sets(tmp_path)
    bad, good = measure_encoder(Guessing(), tmp_path), measure_encoder(Knowing(), tmp_path)
    assert not [row for row in describe_gain("bad", bad, bad) if "gain" in row]
    rows = {row["measure"]: row for row in describe_gain("good", bad, good)}
    for measure in ("STS-B en", "Twitter paraphrase", "topics biomedical"):
        row = rows[measure]
        assert 0 < row["gain_low"] <= row["gain"] <= row["gain_high"] + 0.05
    # Pairs that are measured alike twice have no gain and no doubt of it, whatever each one's own interval is.
    again = {row["measure"]: row for row in describe_gain("again", bad, measure_encoder(Guessing(), tmp_path))}
    assert [again["STS-B en"][key] for key in ("gain", "gain_low", "gain_high")] == [0, 0, 0]


def test_a_stream_is_measured_beside_its_shuffled_moments():
    rng = np.random.default_rng(0)
    texts = [f"{'abcdefghij'[i // 40]}{rng.integers(10**6)}" for i in range(400)]
    found = {one.measure: one for one in measure_stream(Knowing(), "s", texts, np.arange(400.0))}
    near = found["decay within a minute s"]
    assert near.low > 0.5 > 0.2 > abs(near.baseline)
    assert found["decay peak s"].value >= near.value
    half = found["decay half-life s s"]
    assert half.low <= half.value <= half.high


def test_a_peer_that_is_not_there_is_left_out_with_its_reason(simulated: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hubbub.learn.peers.find_spec", lambda name: None)
    monkeypatch.delenv("HUBBUB_DATA", raising=False)
    table = hubbub.evaluate_encoder(simulated, ["static", "wordllama"])
    assert table.row(-1, named=True)["encoder"] == "wordllama"
    assert "pip install 'hubbub[bench]'" in table["measure"][-1]
    assert table["value"][-1] is None


def test_peers_give_unit_vectors_where_they_are_installed():
    pytest.importorskip("wordllama")
    vectors = load_encoder("wordllama").embed(["on entend pas le son", "there is no sound", ""])
    assert vectors.shape == (3, 256)
    assert np.allclose(np.linalg.norm(vectors[:2], axis=1), 1, atol=1e-5)


def test_the_table_has_one_block_an_encoder_and_needs_no_sets(simulated: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HUBBUB_DATA", raising=False)
    table = hubbub.evaluate_encoder(simulated, ["static"], speed=True)
    assert set(table["encoder"]) == {"static"}
    values = dict(zip(table["measure"], table["value"], strict=True))
    assert 5 < values["MB"] < 13
    assert values["messages a second"] > 1000
    assert any(measure.startswith("decay peak") for measure in values)
    assert table["gain"].null_count() == table.height  # there is nothing to compare with


def test_what_is_wrong_is_said(simulated: Path, tmp_path: Path):
    with pytest.raises(HubbubError, match="there is none at"):
        hubbub.evaluate_encoder(simulated, ["static"], data=str(tmp_path / "nowhere"))
    with pytest.raises(HubbubError, match="at least one encoder"):
        hubbub.evaluate_encoder(simulated, [])
    with pytest.raises(HubbubError, match="no-such-folder"):
        hubbub.evaluate_encoder(simulated, ["no-such-folder"])


def test_neighbors_of_a_family_are_counted():
    names, families = family_names()
    assert len(set(names)) == len(names)
    perfect = np.eye(len(set(families)))[np.unique(families, return_inverse=True)[1]]
    assert family_shares(perfect, families).tolist() == [1.0] * len(names)
    assert 0 < chance_share(families) < 0.15


def test_ranks_and_areas_are_those_of_scipy_and_scikit_learn():
    from scipy.stats import spearmanr
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 9, 200), rng.integers(0, 9, 200) + rng.random(200)
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert ranking_area(a, b > 4) == pytest.approx(roc_auc_score(b > 4, a))
    assert np.isnan(rank_correlation([1, 1], [1, 2]))
    assert np.isnan(ranking_area([1, 2], [1, 1]))


def test_cosines_of_texts(simulated: Path, tmp_path: Path):
    table = hubbub.similarity(simulated, ["on entend pas le son", "there is no sound", "quel beau chat"])
    assert table.columns == ["text", "1", "2", "3"]
    cosines = table.drop("text").to_numpy()
    assert np.allclose(np.diag(cosines), 1, atol=1e-3)
    assert np.array_equal(cosines, cosines.T)
    assert cosines[0, 1] > cosines[0, 2]
    assert hubbub.similarity(tmp_path / "nothing", ["gg"], encoder="static").height == 1
    with pytest.raises(HubbubError, match="1 to 100"):
        hubbub.similarity(simulated, [])
    with pytest.raises(HubbubError, match="words"):
        hubbub.similarity(simulated, ["gg", "\u200b"])
