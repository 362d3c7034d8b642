"""Following a stream: in one go or in parts, stopped and started again, beside a growing archive."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

import hubbub
from hubbub.analyze.live_themes import LiveThemes
from hubbub.commands import live
from hubbub.errors import HubbubError
from hubbub.measures import adjusted_mutual_information
from hubbub.prepare.as_it_comes import Listener
from hubbub.prepare.preparation import Preparation
from hubbub.queries.encoders import load_encoder
from hubbub.store.archive import Archive

TABLES = ("live_themes", "live_log", "live_messages", "live_texts")


def part_of(simulated: Path, folder: Path, n_messages: int) -> Archive:
    """Return a new archive with the first messages of the simulated stream, and nothing else."""
    source, target = Archive(simulated), Archive(folder, create=True)
    (stream,) = source.streams_of("messages")
    with target.writing() as change:
        change.put("streams", "", source.read("streams"))
        change.put("messages", stream, source.read("messages", [stream]).head(n_messages))
    return target


def grow(simulated: Path, store: Archive, n_messages: int) -> None:
    source = Archive(simulated)
    (stream,) = source.streams_of("messages")
    with store.writing() as change:
        change.put("messages", stream, source.read("messages", [stream]).head(n_messages))


def test_a_stream_followed_in_parts_gives_the_same_as_at_once(
    simulated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "_BATCH_MESSAGES", 97)
    store = part_of(simulated, tmp_path / "a", 700)
    assert hubbub.follow(store).n_in == 700
    for n_messages in (701, 1800, 3000):
        grow(simulated, store, n_messages)
        report = hubbub.follow(store)
    assert report.n_repeated == 1800
    assert report.n_in == 1200
    whole = Archive(simulated)
    ours, theirs = (archive.read("live_messages").fill_null(-1) for archive in (store, whole))
    assert ours.select("message_id", "number", "is_settled").equals(theirs.select("message_id", "number", "is_settled"))
    assert ours.select("theme_id", "first_theme_id").equals(theirs.select("theme_id", "first_theme_id"))
    assert store.read("live_log").drop("why").equals(whole.read("live_log").drop("why"))
    labels = ["theme_id", "state", "merged_into", "first_seconds", "n_messages"]
    assert store.read("live_themes").select(labels).equals(whole.read("live_themes").select(labels))


@pytest.mark.parametrize("encoder", ["static", "use"])
def test_any_batches_give_the_same_from_text_to_theme(encoder: str, simulated: Path):
    store, model = Archive(simulated), load_encoder(encoder)
    (stream,) = store.streams_of("messages")
    rows = store.read("messages", [stream]).head(700)
    found = {}
    for size in (1, 7, 1000):
        follower = live.Follower(store, stream, model)
        follower.live, follower.listener = LiveThemes(), Listener(Preparation())
        for start in range(0, rows.height, size):
            follower.take(rows.slice(start, size))
        settled = follower.unsaved.settled | dict(follower.live.finish())
        found[size] = follower.unsaved.first, [settled[i] for i in range(rows.height)]
    for size in (1, 7):
        assert all(adjusted_rand_score(*pair) >= 0.99 for pair in zip(found[size], found[1000], strict=True))
        # USE gives a text the same vector in any company, to the bit, on most processors only.
        assert not getattr(model, "is_steady", True) or found[size] == found[1000]
    assert len(set(found[1000][1])) > 3


def test_messages_are_what_batch_says_they_are(simulated: Path):
    store = Archive(simulated)
    rows = store.read("live_messages").join(store.read("prepared"), on="message_id")
    seen = 0
    for kind in ("poll_answer", "copypasta", "bot", "greeting", "command", "event"):
        own = rows.filter(pl.col("message_type") == kind)
        assert own["theme_id"].null_count() >= 0.7 * own.height, kind
        seen += own.height > 5
    assert seen >= 4
    own = rows.filter(pl.col("message_type") == "opinion")
    assert own["theme_id"].null_count() < 0.4 * own.height


def test_types_that_are_asked_for_make_themes_too(simulated: Path, tmp_path: Path):
    store = part_of(simulated, tmp_path / "a", 700)
    hubbub.follow(store, include=["greeting", "copypasta"])
    kinds = store.read("live_texts").filter(pl.col("kind") == "core")["text_id"].implode()
    greetings = hubbub.prepare(store) and store.read("prepared").filter(pl.col("message_type") == "greeting")
    assert greetings["text_id"].is_in(kinds.item()).mean() > 0.9
    with pytest.raises(HubbubError, match="--include must name"):
        hubbub.follow(store, include=["bot"])


def test_what_is_held_in_memory_does_not_grow_with_the_stream(
    simulated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "_SAVE_MESSAGES", 1000)
    monkeypatch.setattr(live, "_MAX_VECTORS", 600)
    store = part_of(simulated, tmp_path / "a", 3000)
    follower = live.Follower(store, store.streams_of("messages")[0], load_encoder("static"))
    held = []
    saved = follower.save
    monkeypatch.setattr(follower, "save", lambda: (held.append(len(follower.unsaved.message_ids)), saved()))
    follower.catch_up()
    assert max(held) <= 1500
    assert len(held) >= 2
    assert follower.unsaved.message_ids == follower.live.log == []
    assert len(follower._vectors) <= 600
    assert set(follower.labels) <= set(follower.live.identities.themes)
    assert store.read("live_messages").equals(Archive(simulated).read("live_messages"))
    assert store.read("live_log").equals(Archive(simulated).read("live_log"))


def test_killed_at_any_moment_it_goes_on_to_the_same_result(simulated: Path, tmp_path: Path):
    store, draw = part_of(simulated, tmp_path / "a", 600), random.Random(4)
    command = [sys.executable, "-m", "hubbub.present.cli", "follow", "--archive", str(store.path)]
    behind = []
    for n_messages in (1000, 1500, 2000, 2500, 3000):
        process = subprocess.Popen([*command, "--every-seconds", "0.01"], stderr=subprocess.PIPE)
        n_there = store.n_rows("messages")
        deadline = time.monotonic() + 60
        while store.n_rows("live_messages") < n_there:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.005)
        grow(simulated, store, n_messages)
        time.sleep(draw.uniform(0, 0.4))  # while it reads, finds themes, or writes them
        process.kill()
        process.communicate()
        n_taken = store.n_rows("live_messages")
        assert n_taken in (n_there, n_messages)
        assert store.read("live_messages")["number"].to_list() == list(range(n_taken))
        behind.append(n_taken < n_messages)
    assert any(behind), "no kill came before the tables were written"
    hubbub.follow(store)
    whole = Archive(simulated)
    for table in ("live_messages", "live_log", "live_texts"):
        assert store.read(table).drop("why", strict=False).equals(whole.read(table).drop("why", strict=False)), table


def test_following_again_changes_nothing(archive: Path):
    before = Archive(archive).generation
    report = hubbub.follow(archive)
    assert (report.n_in, report.n_repeated) == (0, 3000)
    assert Archive(archive).generation == before


def test_planted_topics_are_found_while_they_are_talked_about(simulated: Path):
    store = Archive(simulated)
    rows = store.read("live_messages").join(store.read("truth").drop_nulls("topic"), on="message_id")
    batch = store.read("message_topics").select("message_id", batch="theme_id")
    rows = rows.join(batch, on="message_id", how="left").fill_null(-1)
    ours, theirs = (adjusted_mutual_information(rows["topic"], rows[column]) for column in ("theme_id", "batch"))
    assert ours > theirs - 0.05


def test_the_tables_hold_together(simulated: Path):
    store = Archive(simulated)
    themes, log, messages = (store.read(table) for table in TABLES[:3])
    assert messages["message_id"].to_list() == store.read("messages")["message_id"].to_list()
    assert messages["number"].to_list() == list(range(messages.height))
    assert set(messages["theme_id"].drop_nulls()) <= set(themes["theme_id"])
    born = log.filter(pl.col("kind").is_in(["birth", "split"]))["theme_id"]
    assert born.to_list() == themes["theme_id"].to_list()
    merged = themes.filter(pl.col("state") == "merged")
    assert set(merged["merged_into"]) <= set(themes["theme_id"]) - set(merged["theme_id"])
    assert themes.filter(pl.col("state") == "awake")["label"].str.len_chars().min() > 0
    counted = messages.group_by("first_theme_id").len().drop_nulls().sort("first_theme_id")
    said = themes.filter(pl.col("n_messages") > 0).select("theme_id", "n_messages")
    assert said["theme_id"].to_list() == counted["first_theme_id"].to_list()
    assert said["n_messages"].to_list() == counted["len"].to_list()
    assert messages.filter(pl.col("is_settled"))["place"].null_count() == messages["is_settled"].sum()


def test_the_topics_of_now_are_those_of_the_last_minutes(simulated: Path):
    now = hubbub.live_topics(simulated, minutes=10)
    assert now["share"].sum() == pytest.approx(1.0)
    assert now["n_messages"].is_sorted(descending=True)
    assert now["novelty"].is_between(-1, 1).all()
    assert (now["n_viewers"] <= now["n_messages"]).all()
    everything = hubbub.live_topics(simulated, minutes=1000)
    assert everything["n_messages"].sum() > now["n_messages"].sum()
    assert set(everything["novelty"]) == {1.0}
    with pytest.raises(HubbubError, match="above 0"):
        hubbub.live_topics(simulated, minutes=0)


def test_the_log_says_what_happened_last_by_name(simulated: Path):
    log, whole = hubbub.live_log(simulated, limit=5), Archive(simulated).read("live_log")
    assert log["offset_seconds"].to_list() == whole["offset_seconds"].to_list()[-5:][::-1]
    everything = hubbub.live_log(simulated, limit=10_000)
    assert everything.height == whole.height
    merged = everything.filter(pl.col("kind") == "merge")
    assert merged["other_label"].null_count() == 0
    with pytest.raises(HubbubError, match="at least 1"):
        hubbub.live_log(simulated, limit=0)


def test_a_forgotten_viewer_is_in_no_live_table(archive: Path):
    store = Archive(archive)
    viewer = store.read("messages")["viewer_id"].drop_nulls()[0]
    hubbub.forget(archive, viewer)
    assert all(store.read(table).is_empty() for table in TABLES)
    assert hubbub.follow(archive).n_in == store.read("messages").height


def test_following_ends_after_its_minutes_and_takes_in_what_came(simulated: Path, tmp_path: Path):
    store = part_of(simulated, tmp_path / "a", 50)
    report = hubbub.follow(store, every_seconds=0.01, minutes=0.001)
    assert report.n_in == 50
    with pytest.raises(HubbubError, match="not be negative"):
        hubbub.follow(store, every_seconds=-1.0)
