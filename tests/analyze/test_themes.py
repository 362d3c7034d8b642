"""Themes, on small planted texts and on the simulated channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from hubbub.analyze import themes as analyze_themes
from hubbub.analyze.evidence import Clock
from hubbub.analyze.terms import theme_terms
from hubbub.analyze.themes import attach, find_themes
from hubbub.collect.synthetic import simulate_stream
from hubbub.measures import adjusted_mutual_information
from hubbub.records import MOMENT, TABLES, TOPICAL_TYPES


@pytest.fixture(scope="module")
def channel() -> dict[str, Any]:
    """Return the texts of a simulated stream with vectors, counts, moments and planted topics."""
    from hubbub.embed.use import load_use
    from hubbub.prepare import Preparation, prepare_stream

    stream = simulate_stream(seed=31, n_messages=5000, duration_seconds=5400.0)
    known = {
        "stream_id": pl.lit("s"),
        "message_id": pl.int_range(pl.len()).cast(pl.String),
        "viewer_id": pl.coalesce("author_id", "author"),
        "sent_at": pl.col("sent_at").cast(MOMENT),
        "is_deleted": pl.lit(None, pl.Boolean),
    }
    columns = TABLES["messages"].columns
    messages = stream.raw.select(known.get(name, pl.col(name)).alias(name) for name in columns)
    rows = prepare_stream(Preparation(), messages).with_columns(messages["offset_seconds"], topic=stream.truth["topic"])
    rows = rows.filter(pl.col("text_id").is_not_null() & pl.col("left_out").is_null())
    texts = rows.group_by("text_id", maintain_order=True).agg(
        pl.col("clean_text", "message_type").first(), pl.len(), pl.col("offset_seconds"), pl.col("emotes").first()
    )
    return {"rows": rows, "texts": texts, "vectors": load_use().embed(texts["clean_text"].to_list())}


def take(channel: dict[str, Any], mask: pl.Expr) -> tuple[Any, pl.DataFrame]:
    texts = channel["texts"].with_row_index("row").filter(mask)
    return channel["vectors"][texts["row"].to_numpy()], texts


def test_planted_topics_are_recovered_better_than_by_k_means(channel: dict[str, Any]) -> None:
    from sklearn.cluster import KMeans

    vectors, texts = take(channel, pl.col("message_type").is_in(TOPICAL_TYPES))
    others, rest = take(channel, pl.col("message_type").is_in(["reaction", "emote_only"]))
    themes = find_themes(
        vectors,
        texts["len"].to_numpy(),
        texts["clean_text"].to_list(),
        times=texts["offset_seconds"].to_list(),
        emotes=set(texts["emotes"].explode().drop_nulls()),
    )
    late, _ = attach(themes, others, rest["clean_text"].to_list(), times=rest["offset_seconds"].to_list())
    means = KMeans(16, n_init=3, random_state=0).fit_predict(vectors, sample_weight=texts["len"].to_numpy())

    def agreement(labels: Any, attached: Any) -> float:
        ids = pl.DataFrame(
            {"text_id": [*texts["text_id"], *rest["text_id"]], "theme": np.r_[labels, attached].astype(np.int64)}
        )
        rows = channel["rows"].filter(pl.col("topic").is_not_null()).join(ids, on="text_id", how="left")
        return adjusted_mutual_information(rows["theme"].fill_null(-1).to_numpy(), rows["topic"].to_numpy())

    none = np.full(len(rest), -1)
    assert agreement(themes.labels, late) > 0.7
    assert agreement(themes.labels, late) > agreement(means, none) + 0.2
    assert agreement(themes.labels, late) >= agreement(themes.labels, none)
    assert 8 <= themes.n_themes <= 40
    assert themes.share_left_out < 0.3


def test_labels_are_by_messages_and_centrality_is_a_cosine(channel: dict[str, Any]) -> None:
    vectors, texts = take(channel, pl.col("message_type").is_in(TOPICAL_TYPES))
    weights = texts["len"].to_numpy()
    themes = find_themes(vectors, weights, texts["clean_text"].to_list())
    totals = np.bincount(themes.labels[themes.labels >= 0], weights=weights[themes.labels >= 0])
    assert (np.diff(totals) <= 0).all()
    assert np.abs(themes.centrality).max() <= 1.0
    assert (themes.centrality[themes.labels < 0] == 0).all()
    assert np.allclose(np.linalg.norm(themes.centers, axis=1), 1.0, atol=1e-5)
    assert themes.share_left_out == pytest.approx(weights[themes.labels < 0].sum() / weights.sum())
    assert all(theme_terms(texts["clean_text"].to_list(), themes.labels, weights))


def test_a_theme_returns() -> None:
    rng = np.random.default_rng(0)
    middles = rng.standard_normal((6, 64))
    planted = np.arange(360) % 6
    vectors = middles[planted] + 2.0 * rng.standard_normal((360, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    words = ["wagon", "pesto", "katana", "guitar", "kitten", "penalty"]
    texts = [f"{words[subject]} number{i}" for i, subject in enumerate(planted)]
    # Subject 0 in the first and in the fourth hour, the others in their own stretch.
    start = np.where(planted == 0, np.where(np.arange(360) < 180, 0, 10_800), 1_800 * planted)
    themes = find_themes(vectors, np.ones(360), texts, times=[[moment + rng.random() * 600] for moment in start])
    first, second = themes.labels[(planted == 0) & (start == 0)], themes.labels[(planted == 0) & (start > 0)]
    assert np.bincount(first + 1).argmax() == np.bincount(second + 1).argmax()


def talk_of(hours: int, n_texts: int = 40, seed: int = 0) -> tuple[Any, list[str], Any]:
    """Return vectors, texts and moments of a talk that has four new subjects an hour, for half an hour each."""
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(4 * hours), n_texts)
    vectors = rng.standard_normal((4 * hours, 64))[subject] + 3.0 * rng.standard_normal((len(subject), 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [f"word{rng.integers(40)}of{name} number{i}" for i, name in enumerate(subject)]
    return vectors, texts, 900.0 * subject + 1800.0 * rng.random(len(subject))


def test_themes_of_a_long_talk_are_as_fine_as_those_of_a_short_one() -> None:
    found = []
    for hours, crowds in ((3, None), (12, None), (12, np.full(1920, 1920))):
        vectors, texts, moments = talk_of(hours)
        themes = find_themes(vectors, np.ones(len(texts)), texts, times=moments[:, None], crowds=crowds)
        found.append((themes.n_themes / hours, themes.share_left_out))
    short, long, against_all = found
    assert long[0] >= 0.8 * short[0]
    assert long[1] <= short[1] + 0.03
    assert against_all[0] <= 0.6 * short[0]  # pairs weighed against chance in all twelve hours


def test_a_tenth_is_left_out_at_most_and_that_is_the_least_close(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, texts, moments = talk_of(3)
    rng = np.random.default_rng(5)
    idle = rng.standard_normal((1000, 64)).astype(np.float32)
    given = np.concatenate([vectors, idle / np.linalg.norm(idle, axis=1, keepdims=True)])
    said = [*texts, *(f"zq{i}x vk{i * 7}y" for i in range(1000))]
    at = np.r_[moments, rng.uniform(0, moments.max(), 1000)][:, None]
    capped = find_themes(given, np.ones(len(said)), said, times=at)
    monkeypatch.setattr(analyze_themes, "_MOST_LEFT_OUT", 1.0)
    free = find_themes(given, np.ones(len(said)), said, times=at)
    assert free.share_left_out > 0.12
    assert 0.08 < capped.share_left_out <= 0.1
    assert set(np.flatnonzero(capped.labels < 0)) <= set(np.flatnonzero(free.labels < 0))


def test_a_short_talk_beside_a_long_one_keeps_its_themes() -> None:
    (long, said, at), (short, others, then) = talk_of(18), talk_of(3, n_texts=15, seed=1)
    texts, moments = [*said, *(f"other{text}" for text in others)], np.r_[at, then + 24 * 3600.0]
    crowds, found = np.repeat([len(said) / 6, len(others)], [len(said), len(others)]), []
    for given in (crowds, np.full(len(texts), len(texts) / 7)):
        themes = find_themes(
            np.concatenate([long, short]), np.ones(len(texts)), texts, times=moments[:, None], crowds=given
        )
        labels = themes.labels[len(said) :]
        found.append((len(np.unique(labels[labels >= 0])), (labels < 0).mean()))
    assert found[0][0] >= 7
    assert found[0][1] < 0.1
    assert found[1][0] <= 0.6 * found[0][0]  # as if all were one talk


def test_a_stream_has_as_many_stretches_as_it_has_three_hours() -> None:
    hours = np.linspace(0, 9 * 3600, 5000)
    assert Clock([hours], 300.0).n_stretches == pytest.approx(3.0, rel=0.02)
    assert Clock([hours[:1000]], 300.0).n_stretches == 1.0
    # Nine hours of which one has nearly all messages are hardly more than that one.
    assert Clock([np.r_[hours, np.linspace(0, 3600, 200_000)]], 300.0).n_stretches == 1.0
    assert Clock([[0.0, 3e8], [1e8]], 300.0).n_stretches < 8


def test_times_and_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one row per text"):
        find_themes(np.eye(3, dtype=np.float32), [1, 1], ["a", "b", "c"])
    with pytest.raises(ValueError, match="one row per text"):
        find_themes(np.eye(2, dtype=np.float32), [1, 1], ["a", "b"], times=[[0.0]])
    with pytest.raises(ValueError, match="must not be negative"):
        find_themes(np.eye(2, dtype=np.float32), [1, -1], ["a", "b"])


def test_a_clock_of_years_keeps_few_bins() -> None:
    clock = Clock([[0.0, 3e8], [1e8]], 360.0)
    assert clock.n_bins <= 513
    assert clock.excess([[0.0], []]).shape == (2, clock.n_bins)
