"""Streams of a channel that are joined: one id for a theme in all of them, also when streams come and go."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

import hubbub
from hubbub.errors import ArchiveError, HubbubError
from hubbub.measures import adjusted_mutual_information
from hubbub.store.archive import Archive

STREAMS = ("synthetic-1", "synthetic-2", "synthetic-3")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with three streams of one channel, each with topics of its own."""
    folder = tmp_path_factory.mktemp("channel") / "archive"
    for seed in (1, 2, 3):
        hubbub.simulate(folder, seed=seed, n_messages=1300, duration_seconds=3600.0)
    hubbub.find_topics(folder)
    return folder


@pytest.fixture(scope="module")
def joined(alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy whose three streams are joined; for reading only."""
    folder = Path(shutil.copytree(alone, tmp_path_factory.mktemp("joined") / "archive"))
    hubbub.find_topics(folder, join=True)
    return folder


@pytest.fixture
def channel(alone: Path, tmp_path: Path) -> Path:
    """Return a copy of the three streams that a test may change."""
    return Path(shutil.copytree(alone, tmp_path / "archive"))


def planted(archive: Path) -> pl.DataFrame:
    """Return messages with a planted topic, and the theme found."""
    store = Archive(archive)
    truth = store.read("truth").filter(pl.col("topic").is_not_null())
    return truth.join(store.read("message_topics"), on=["stream_id", "message_id"], how="left").with_columns(
        pl.col("theme_id").fill_null(-1)
    )


def agreement(rows: pl.DataFrame) -> float:
    return adjusted_mutual_information(rows["topic"].to_numpy(), rows["theme_id"].to_numpy())


def themes(archive: Path, *streams: str) -> pl.DataFrame:
    return Archive(archive).read("message_topics", streams or STREAMS)


def test_a_topic_has_the_same_id_in_every_stream(alone: Path, joined: Path):
    found, before = planted(joined), planted(alone)
    assert agreement(found) >= 0.62
    assert agreement(found) >= agreement(before) + 0.15
    for stream in STREAMS:
        of_stream = pl.col("stream_id") == stream
        assert agreement(found.filter(of_stream)) >= agreement(before.filter(of_stream)) - 0.02
    main = (
        found.filter(pl.col("theme_id") >= 0)
        .group_by("topic", "stream_id")
        .agg(pl.col("theme_id").mode().min())
        .group_by("topic")
        .agg(n_ids=pl.col("theme_id").n_unique(), n_streams=pl.len())
        .filter(pl.col("n_streams") > 1)
    )
    assert main.height >= 10
    assert (main["n_ids"] == 1).mean() >= 0.6


def test_equal_texts_have_equal_themes_in_all_streams(joined: Path):
    texts = Archive(joined).read("text_themes")
    assert texts.group_by("text_id").agg(pl.col("theme_id").n_unique())["theme_id"].max() == 1
    assert texts["stream_id"].n_unique() == 3


def test_a_stream_that_comes_later_keeps_the_ids(channel: Path):
    hubbub.find_topics(channel, STREAMS[:2], join=True)
    before = themes(channel, *STREAMS[:2])
    report = hubbub.find_topics(channel, STREAMS[2:], join=True)
    after = themes(channel, *STREAMS[:2])
    both = before.join(after, on=["stream_id", "message_id"], suffix="_now")
    assert (both["theme_id"] == both["theme_id_now"]).mean() >= 0.7
    ledger = hubbub.table(channel, "channel_themes", limit=1000)
    assert ledger["theme_id"].is_unique().all()
    # A new id is none that was ever used.
    new = set(ledger["theme_id"]) - set(before["theme_id"])
    assert new
    assert min(new) > before["theme_id"].max()
    assert set(themes(channel)["theme_id"]) <= set(ledger.filter("is_current")["theme_id"])
    assert set(themes(channel, STREAMS[2])["theme_id"]) & set(before["theme_id"])
    assert "kept" in report.details["theme ids of twitch/noctambulle"]


def test_a_joined_channel_stays_joined_until_it_is_not(channel: Path):
    hubbub.find_topics(channel, STREAMS[:2], join=True)
    was = themes(channel, *STREAMS[:2])
    assert hubbub.find_topics(channel, STREAMS[:2]).n_kept == 0
    hubbub.find_topics(channel)
    assert hubbub.topics(channel, channel="noctambulle", limit=1000)["streams"].explode().unique().len() == 3
    hubbub.find_topics(channel, join=False)
    assert hubbub.find_topics(channel).n_kept == 0
    with pytest.raises(ArchiveError, match="no joined streams"):
        hubbub.topics(channel, channel="noctambulle")
    hubbub.find_topics(channel, STREAMS[:2], join=True)
    back = was.join(themes(channel, *STREAMS[:2]), on=["stream_id", "message_id"], suffix="_now")
    assert (back["theme_id"] == back["theme_id_now"]).mean() >= 0.9


def test_forgetting_leaves_no_word_of_a_viewer_in_any_joined_stream(channel: Path, tmp_path: Path):
    said = [f"klaxonnade {word} zorglubien" for word in ("du wagon", "des rails", "de la gare", "en train", "du quai")]
    lines = [f"2031-01-01T20:00:{i:02}Z,twitch,noctambulle,late,zed,{text}" for i, text in enumerate(said)]
    (tmp_path / "late.csv").write_text("ts,platform,channel,stream_id,author,text\n" + "\n".join(lines) + "\n")
    hubbub.ingest(channel, [tmp_path / "late.csv"])
    hubbub.find_topics(channel, join=True)
    store = Archive(channel)
    names = store.read("channel_themes")
    assert any("klaxonnade" in term for terms in names["terms"] for term in terms)
    was = themes(channel)
    hubbub.forget(channel, "zed")
    for table in ("themes", "channel_themes"):
        rows = store.read(table)
        assert not any("klaxonnade" in str(row) for row in rows.to_dicts())
    assert set(store.read("channel_themes")["theme_id"]) == set(names["theme_id"])
    hubbub.find_topics(channel)
    both = was.join(themes(channel), on=["stream_id", "message_id"], suffix="_now")
    assert (both["theme_id"] == both["theme_id_now"]).mean() >= 0.8
    assert all(store.read("channel_themes").filter("is_current")["label"])


def test_topics_of_joined_streams_are_one_row_each(joined: Path):
    rows = hubbub.topics(joined, limit=1000)
    counts = themes(joined)["theme_id"].value_counts()
    assert dict(rows.select("theme_id", "n_messages").iter_rows()) == dict(counts.iter_rows())
    assert rows["share"].sum() == pytest.approx(1.0)
    assert rows["n_streams"].to_list() == [len(streams) for streams in rows["streams"]]
    big = rows.row(0, named=True)
    assert big["streams"] == sorted(big["streams"])
    assert big["stream_id"] == big["streams"][0]
    starts = dict(hubbub.streams(joined).select("stream_id", "started_at").iter_rows())
    assert (big["since"] - starts[big["stream_id"]]).total_seconds() == pytest.approx(big["first_seconds"], abs=1e-3)
    one = hubbub.topics(joined, stream=STREAMS[2], limit=1000)
    mine = dict(one.select("theme_id", "n_streams").iter_rows())
    everywhere = dict(rows.select("theme_id", "n_streams").iter_rows())
    assert mine == {theme: everywhere[theme] for theme in mine}
    viewers = Archive(joined).read("messages", columns=["stream_id", "message_id", "viewer_id"])
    theirs = themes(joined).filter(pl.col("theme_id") == big["theme_id"]).join(viewers, on=["stream_id", "message_id"])
    assert big["n_viewers"] == theirs["viewer_id"].drop_nulls().n_unique()


def test_queries_take_a_channel(joined: Path):
    big = hubbub.topics(joined, limit=1).row(0, named=True)
    trend = hubbub.topic_trend(joined, big["theme_id"], channel="twitch/noctambulle", bin_seconds=600)
    assert trend["n_messages"].sum() == big["n_messages"]
    assert trend["stream_id"].unique().len() == 3
    top = hubbub.top_topics(joined, limit=1000)
    assert dict(top.select("theme_id", "n_messages").iter_rows())[big["theme_id"]] == big["n_messages"]
    window = hubbub.top_topics(joined, from_="+0:10", to="+0:20", limit=1000)
    assert 0 < window["n_messages"].sum() < top["n_messages"].sum()
    places = hubbub.topic_map(joined, limit=10_000)
    assert places["text_id"].is_unique().all()
    with pytest.raises(HubbubError, match="both were given"):
        hubbub.topic_map(joined, stream=STREAMS[0], channel="noctambulle")
    with pytest.raises(ArchiveError, match="no joined streams"):
        hubbub.topics(joined, channel="elsewhere")


def test_fewer_themes_are_the_same_in_the_channel_and_sum_up(joined: Path):
    rows = hubbub.topics(joined, themes=5, limit=1000)
    every = hubbub.topics(joined, limit=1000)
    assert rows.height == 5
    assert rows["n_messages"].sum() == every["n_messages"].sum()
    assert set(rows["theme_id"]) <= set(every["theme_id"])
    for stream in STREAMS:
        assert hubbub.topics(joined, stream=stream, themes=5, limit=1000).height == 5


def test_the_tree_of_a_channel_is_of_all_its_streams(joined: Path):
    nodes = hubbub.topic_tree(joined, channel="noctambulle", limit=500)
    topics = dict(nodes.drop_nulls("theme_id").select("theme_id", "n_messages").iter_rows())
    assert topics == dict(hubbub.topics(joined, limit=1000).select("theme_id", "n_messages").iter_rows())
    parts = dict(nodes.filter(pl.col("n_left").fill_null(len(topics)) >= 5).select("node_id", "n_messages").iter_rows())
    for node in nodes.filter(pl.col("node_id").is_in(list(parts)))["node_id"]:
        for child in nodes.filter(pl.col("parent_id") == node)["node_id"]:
            parts.pop(child)
    assert sorted(parts.values()) == sorted(hubbub.topics(joined, themes=5, limit=1000)["n_messages"])
    of_one = hubbub.topic_tree(joined, stream=STREAMS[0], limit=500).drop_nulls("theme_id")
    assert set(of_one["theme_id"]) < set(topics)
    alike = hubbub.topic_similarity(joined, limit=500)
    assert alike["theme_id"].to_list() == nodes.drop_nulls("theme_id")["theme_id"].to_list()


def test_the_tree_of_a_channel_is_drawn(joined: Path, tmp_path: Path):
    report = hubbub.draw(joined, "tree", channel="noctambulle", output=tmp_path / "tree.json")
    drawn = json.loads((tmp_path / "tree.json").read_text())["datasets"]
    tree = hubbub.topic_tree(joined, channel="noctambulle").drop_nulls("theme_id")
    assert [leaf["theme_id"] for leaf in drawn["leaves"]] == tree["theme_id"].to_list()
    assert report.n_in == themes(joined).height
    assert "3 joined streams" in (tmp_path / "tree.json").read_text()
    for given in ({"chart": "volumes"}, {"chart": "tree", "stream": STREAMS[0]}):
        with pytest.raises(HubbubError, match="--channel is for tree and similarity"):
            hubbub.draw(joined, channel="noctambulle", output=tmp_path / "x.svg", **given)


def test_pictures_of_a_joined_stream_know_its_ids(joined: Path, tmp_path: Path):
    page = hubbub.page(joined, stream=STREAMS[1])
    assert all(topic["n_streams"] >= 1 for topic in page["topics"])
    assert {topic["first_stream"] for topic in page["topics"]} <= set(STREAMS)
    hubbub.film(joined, STREAMS[1], output=tmp_path / "f.mp4", step_seconds=1800.0, seconds_per_step=0.1)
    hubbub.draw(joined, "topics-over-time", stream=STREAMS[1], output=tmp_path / "t.svg")


def test_what_cannot_be_joined_says_why(tmp_path: Path, joined: Path):
    with pytest.raises(HubbubError, match="--join is for --method graph"):
        hubbub.find_topics(joined, join=True, method="lincoln")
    (tmp_path / "chat.csv").write_text("ts,author,text\n2024-05-01T20:00:00Z,ann,hello there\n")
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    with pytest.raises(HubbubError, match="has none"):
        hubbub.find_topics(tmp_path / "archive", join=True)
