"""Tests of the table of encoders, on sets of our own whose answers are known, and of the cosines of texts."""

import gzip
from pathlib import Path

import numpy as np
import pytest

import hubbub
from hubbub.analyze.agreement import rank_correlation, ranking_area
from hubbub.analyze.emote_neighbors import chance_share, family_names, family_shares
from hubbub.errors import HubbubError
from hubbub.queries.evaluation import measure_encoder


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
    rows = {row["measure"]: row for row in measure_encoder(Knowing(), tmp_path)}
    for measure in ("STS-B en", "STS-B fr", "STS-B fr-en", "Twitter paraphrase", "topics biomedical"):
        assert rows[measure]["value"] == pytest.approx(1.0)
        assert rows[measure]["low"] <= 1.0 + 1e-9
    assert "SICK" not in rows  # its file is not there
    assert rows["emote neighbors"]["n"] == len(family_names()[0])


def test_the_table_has_one_block_an_encoder_and_needs_no_sets(simulated: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HUBBUB_DATA", raising=False)
    table = hubbub.evaluate_encoder(simulated, ["static"], speed=True)
    assert set(table["encoder"]) == {"static"}
    values = dict(zip(table["measure"], table["value"], strict=True))
    assert 5 < values["MB"] < 13
    assert values["messages a second"] > 1000
    assert any(measure.startswith("decay peak") for measure in values)


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
