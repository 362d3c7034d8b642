"""The method of Lincoln's twitchatds: its parts alone, the whole with stand-ins, and the whole as it is (slow)."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest

import hubbub
from hubbub.analyze import lincoln
from hubbub.analyze.lincoln_clusters import describe_clusters
from hubbub.errors import HubbubError, MissingExtraError
from hubbub.measures import adjusted_mutual_information


def planted(n: int = 240) -> tuple[Any, Any, Any]:
    """Return vectors of four subjects, each said in two stretches far apart, their moments, and the stretch."""
    rng = np.random.default_rng(0)
    subject, stretch = np.arange(n) % 4, np.arange(n) // 4 % 2
    vectors = rng.standard_normal((4, 32))[subject] + 0.2 * rng.standard_normal((n, 32))
    return vectors.astype(np.float32), 9000.0 * stretch + rng.uniform(0, 300, n), subject + 4 * stretch


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put quick stand-ins in the place of UMAP (a projection) and HDBSCAN (scikit-learn's)."""

    class Umap:
        def __init__(self, n_neighbors: int, n_components: int, random_state: int, **_: Any) -> None:
            self.n_components, self.seed = n_components, random_state

        def fit_transform(self, points: Any) -> Any:
            axes = np.random.default_rng(self.seed).standard_normal((points.shape[1], self.n_components))
            return points @ axes / np.sqrt(points.shape[1])

    class Hdbscan:
        def __init__(self, min_cluster_size: int, min_samples: int, core_dist_n_jobs: int, **settings: Any) -> None:
            from sklearn.cluster import HDBSCAN

            del settings["cluster_selection_epsilon"]  # scikit-learn 1.8 fails with it on small trees
            self.model = HDBSCAN(min_cluster_size=min_cluster_size, min_samples=min_samples, copy=True, **settings)

        def fit(self, points: Any) -> Any:
            return self.model.fit(points)

    for name, member in (("umap", ("UMAP", Umap)), ("hdbscan", ("HDBSCAN", Hdbscan))):
        module = ModuleType(name)
        module.__spec__ = importlib.util.spec_from_loader(name, None)
        setattr(module, *member)
        monkeypatch.setitem(sys.modules, name, module)


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, simulated: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"needs umap-learn.*hubbub\[lincoln\]"):
        hubbub.find_topics(simulated, method="lincoln")


def test_it_is_not_loaded_before_it_is_asked_for() -> None:
    import subprocess

    code = "import hubbub, sys; hubbub.find_topics, hubbub.topics; import hubbub.analyze.lincoln; "
    code += "assert not {'umap', 'hdbscan', 'numba', 'sklearn'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_raw_terms_are_counts_without_accents_in_pairs_too() -> None:
    terms, n_different = lincoln.count_raw_terms(["Pâtes carbo", "pates", "le wagon", "zzz"], [0, 0, 1, -1])
    assert terms[0] == [("zzz", 1)]
    assert terms[1] == [("pates", 2), ("carbo", 1), ("carbo pates", 1), ("pates carbo", 1)]
    assert [name for name, _ in terms[2]] == ["wagon"]
    assert n_different.tolist() == [1, 4, 1]
    assert lincoln.count_raw_terms(["le la", "de"], [0, 1])[0] == [[], []]


def test_clusters_part_subjects_and_stretches(stand_ins: None) -> None:
    vectors, seconds, truth = planted()
    found = lincoln.cluster_messages(vectors, seconds, 600.0)
    assert adjusted_mutual_information(found.labels, truth) > 0.9
    sizes = np.bincount(found.labels[found.labels >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert found.places.shape == (240, 2)
    without_time = lincoln.cluster_messages(vectors, seconds, 0.0)
    assert adjusted_mutual_information(without_time.labels, truth % 4) > 0.9


def test_silhouettes_are_those_of_vector_and_time_together(stand_ins: None) -> None:
    from scipy.spatial.distance import cdist

    vectors, seconds, _ = planted(80)
    found = lincoln.cluster_messages(vectors, seconds, 600.0)
    points = np.column_stack([vectors, (seconds - seconds.min()) / 600.0])
    away = cdist(points, points)
    for row in range(0, 80, 9):
        same = found.labels == found.labels[row]
        inside = away[row, same].sum() / max(same.sum() - 1, 1)
        other = min(away[row, found.labels == name].mean() for name in set(found.labels) - {found.labels[row]})
        assert found.silhouettes[row] == pytest.approx((other - inside) / max(other, inside), abs=1e-4)


@pytest.mark.parametrize("n", [0, 1, 29])
def test_few_messages_are_noise(n: int, stand_ins: None) -> None:
    vectors, seconds, _ = planted()
    found = lincoln.cluster_messages(vectors[:n], seconds[:n])
    assert found.labels.tolist() == [-1] * n


def test_a_text_gets_the_cluster_of_most_of_its_messages() -> None:
    rng = np.random.default_rng(2)
    texts, labels = rng.integers(0, 12, 300), rng.integers(-1, 4, 300)
    theme, size, parts = lincoln.theme_of_text(texts, labels)
    for text in range(12):
        counts = Counter(labels[texts == text].tolist())
        assert parts[text] == len(counts)
        del counts[-1]
        assert size[text] == max(counts.values())
        assert counts[theme[text]] == size[text]


def test_groups_of_clusters_are_seeded() -> None:
    features = np.random.default_rng(1).standard_normal((60, 19))
    groups = lincoln.group_clusters(features)
    assert np.array_equal(groups, lincoln.group_clusters(features))
    assert set(groups.tolist()) == set(range(20))
    assert lincoln.group_clusters(features[:0]).tolist() == []
    assert lincoln.group_clusters(np.ones((5, 19))).tolist() == [0] * 5


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_files(folder: Path, archive: Path, stream: str) -> None:
    """Hold that the files agree with each other and with the archive's tables, in the published form."""
    listing = (folder / "print_clusters.txt").read_text("utf-8").splitlines()
    clusters, messages = read_csv(folder / "description_clusters.csv"), read_csv(folder / "pd_stats.csv")
    heads = [line for line in listing if re.fullmatch(r"-{20} LABEL \d+ -{20}", line)]
    assert heads[::2] == heads[1::2]
    assert len(heads) // 2 == sum(row["labels_"] != "-1" for row in clusters)
    assert listing[2].startswith("silouhette moyenne: ")
    assert re.fullmatch(r"(.* \(\d+\)|.* \(0\.0\))(/.* \((\d+|0\.0)\)){4}", listing[1])
    lines = [line for line in listing if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [ -]\d\.\d\d: ", line)]
    assert len(lines) == sum(row["labels"] != "-1" for row in messages)
    sizes = Counter(row["labels"] for row in messages)
    assert {row["labels_"]: int(row["count_messages_count"]) for row in clusters} == sizes
    assert [row["published_datetime_min"] for row in clusters] == sorted(
        row["published_datetime_min"] for row in clusters
    )
    groups = read_csv(folder / "description_clusters_with_km.csv")
    assert list(groups[0]) == ["km_labels", *lincoln.FEATURES, "label_count"]
    assert sum(int(row["label_count"]) for row in groups) == len(clusters)
    assert "," in clusters[0]["silhouette_mean"]
    pictures = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".png", ".html")}
    assert len(pictures) == 6
    for name, content in pictures.items():
        assert content.startswith(b"\x89PNG" if name.endswith(".png") else b"<!doctype html>")
        assert len(content) > 10_000
    themed = hubbub.table(archive, "message_topics", stream=[stream], limit=100_000)
    assert dict(themed["theme_id"].value_counts().iter_rows()) == {
        int(name): n for name, n in sizes.items() if name != "-1"
    }
    themes = hubbub.table(archive, "themes", stream=[stream], limit=100_000)
    assert dict(themes.select("theme_id", "n_messages").iter_rows()) == dict(
        themed["theme_id"].value_counts().iter_rows()
    )
    texts = hubbub.table(archive, "text_themes", stream=[stream], limit=100_000)
    assert set(texts["theme_id"]) <= set(themes["theme_id"])
    assert texts["centrality"].is_between(-1.001, 1.001).all()


def small(folder: Path, n: int = 700) -> Path:
    hubbub.simulate(folder, seed=4, n_messages=n, duration_seconds=3600.0)
    return folder


def test_the_command_writes_tables_and_files(tmp_path: Path, stand_ins: None) -> None:
    archive = small(tmp_path / "archive")
    report = hubbub.find_topics(archive, method="lincoln", output=tmp_path / "files")
    check_files(tmp_path / "files" / "synthetic-4", archive, "synthetic-4")
    assert report.n_kept + report.n_rejected == 700
    assert 0 <= report.details["share_of_repeated_texts_split of synthetic-4"] <= 1
    assert hubbub.topics(archive).height > 0
    again = hubbub.find_topics(archive, method="lincoln")
    assert again.n_repeated == report.n_kept
    assert hubbub.find_topics(archive, method="lincoln", time_scale_seconds=0).n_repeated == 0


def test_what_it_cannot_do_is_refused(tmp_path: Path, simulated: Path, stand_ins: None) -> None:
    with pytest.raises(HubbubError, match="--output is a folder for the files of --method lincoln"):
        hubbub.find_topics(simulated, output=tmp_path)
    with pytest.raises(HubbubError, match="--time-scale-seconds must not be negative"):
        hubbub.find_topics(simulated, method="lincoln", time_scale_seconds=-1)
    (tmp_path / "chat.csv").write_text("author,text\n" + "".join(f"a{i},on parle de rail {i}\n" for i in range(40)))
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    with pytest.raises(HubbubError, match="--time-scale-seconds 0"):
        hubbub.find_topics(tmp_path / "archive", method="lincoln")
    hubbub.find_topics(tmp_path / "archive", method="lincoln", time_scale_seconds=0)


def test_features_are_those_of_a_loop_over_messages() -> None:
    moments = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 1, 0, 9), "1m", eager=True)
    rows = pl.DataFrame({"published_datetime": moments}).with_columns(
        channel=pl.lit("c"),
        username=pl.Series([f"v{i % 3}" for i in range(10)]),
        message=pl.Series(["!jeu", "le jeu ?", "Le jeu !", "GG", "le jeu"] * 2),
        message_clean=pl.Series(["!jeu", "le jeu ?", "le jeu !", "gg", "le jeu"] * 2),
        message_tokenized_length=pl.Series(range(3, 13)),
        count_mention=pl.lit(0),
        count_url=pl.lit(0),
        count_emotes=pl.lit(1),
        silhouette=pl.Series([i / 10 for i in range(10)]),
        x=pl.lit(0.0),
        y=pl.lit(0.0),
        labels=pl.Series([0] * 8 + [-1] * 2),
    )
    cluster = describe_clusters(rows).filter(pl.col("labels_") == 0).to_dicts()[0]
    lengths, silhouettes = np.arange(3, 11), np.arange(8) / 10
    assert cluster["message_tokenized_length_mean"] == lengths.mean()
    assert cluster["message_tokenized_length_std"] == pytest.approx(lengths.std(ddof=1))
    assert cluster["silhouette_std"] == pytest.approx(silhouettes.std(ddof=1))
    assert (cluster["elapsed_time_label_max"], cluster["elapsed_time_label_median"]) == (420.0, 210.0)
    assert cluster["endswith_question_mean"] == cluster["startswith_command_mean"] == 2 / 8
    assert (cluster["first_word"], cluster["first_word_count"]) == ("le", 5)
    assert (cluster["term_1"], cluster["term_1_freq"]) == ("jeu", 7)
    assert cluster["username_nunique"] == 3


@pytest.mark.slow
def test_the_method_as_it_is(tmp_path: Path) -> None:
    pytest.importorskip("umap", reason="needs umap-learn: pip install 'hubbub[lincoln]'")
    pytest.importorskip("hdbscan", reason="needs hdbscan: pip install 'hubbub[lincoln]'")
    archive = small(tmp_path / "archive")
    hubbub.find_topics(archive, method="lincoln", output=tmp_path / "files")
    check_files(tmp_path / "files" / "synthetic-4", archive, "synthetic-4")
    vectors, seconds, truth = planted()
    found = lincoln.cluster_messages(vectors, seconds, 600.0)
    assert adjusted_mutual_information(found.labels, truth) > 0.9
