"""Emotes of a channel learned from words beside them: planted ones are found, and messages told by them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hubbub
from hubbub.analyze.emote_sentiment import MIN_TEXTS, EmoteUse, count_use, read_emotes, tell_by_emotes
from hubbub.errors import HubbubError
from hubbub.store.archive import Archive
from hubbub.word_rows import WordRows

BAD = ("awful", "terrible", "horrible", "disgusting", "the worst")
GOOD = ("lovely", "wonderful", "amazing", "beautiful", "the best")
PLAIN = [f"level {i} of the game" for i in range(12)]


def write_chat(file: Path, n_viewers: int = 8) -> Path:
    """Write a chat in which annZorbu stands beside bad words, annQuelmo beside good ones, annWibbet beside both."""
    lines = []
    for plain in PLAIN:
        for word, emote in [*((bad, "annZorbu") for bad in BAD), *((good, "annQuelmo") for good in GOOD)]:
            lines += [f"{plain} is {word} {emote}", f"{plain} is {word} annWibbet", f"{plain} was {word}"]
        lines += ["annZorbu annZorbu", "annQuelmo annQuelmo", "annWibbet", "annFlonka", f"{plain} annFlonka"]
    rows = []
    for i, line in enumerate(lines):
        rows.append(f"twitch,ann,one,2024-05-01T20:{i // 60:02}:{i % 60:02}Z,viewer{i % n_viewers},{line}")
    file.write_text("\n".join(["platform,channel,stream_id,ts,author,text", *rows]), "utf-8")
    return file


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    hubbub.ingest(tmp_path / "archive", [write_chat(tmp_path / "chat.csv")])
    return tmp_path / "archive"


def labels_of(archive: Path) -> dict[str, tuple[str, str]]:
    store = Archive(archive)
    rows = store.read("messages").join(store.read("sentiment"), on=["stream_id", "message_id"])
    return {text: (label, model) for text, label, model in rows.select("text", "label", "model").iter_rows()}


def test_planted_emotes_are_learned_and_tell_what_nothing_else_does(channel: Path):
    hubbub.score_sentiment(channel)
    before = labels_of(channel)
    assert before["annQuelmo annQuelmo"][0] == before["annZorbu annZorbu"][0] == "unknown"
    report = hubbub.learn_emotes(channel)
    assert (report.n_in, report.n_kept) == (8, 6)  # each by its name, and by the part that channels share
    rows = hubbub.table(channel, "channel_emotes")
    told = {emote: shares for emote, *shares in rows.select("emote", "^p_.*$").iter_rows()}
    assert np.argmax(told[":annZorbu"]) == 0
    assert np.argmax(told[":annQuelmo"]) == 2
    assert max(told[":annWibbet"]) < 0.5
    assert set(rows["n_viewers"]) == {8}
    hubbub.score_sentiment(channel)
    after = labels_of(channel)
    assert after["annZorbu annZorbu"] == ("negative", "channel_emotes")
    assert after["annQuelmo annQuelmo"] == ("positive", "channel_emotes")
    assert after["annWibbet"][0] == after["annFlonka"][0] == "unknown"
    same = [text for text, (label, _) in before.items() if label != "unknown"]
    assert [after[text] for text in same] == [before[text] for text in same]


def test_what_is_learned_is_kept_and_goes_with_a_viewer(channel: Path):
    first = hubbub.learn_emotes(channel, ["ann"])
    again = hubbub.learn_emotes(channel)
    assert (again.n_repeated, again.n_kept, first.details) == (6, 0, {"twitch/ann": 6})
    hubbub.score_sentiment(channel)
    assert hubbub.score_sentiment(channel).n_kept == 0
    hubbub.forget(channel, hubbub.table(channel, "messages")["viewer_id"][0])
    assert hubbub.table(channel, "channel_emotes").is_empty()
    assert hubbub.learn_emotes(channel).n_kept == 6
    assert set(hubbub.table(channel, "channel_emotes")["n_viewers"]) == {7}


def test_few_viewers_are_no_channel(tmp_path: Path):
    hubbub.ingest(tmp_path / "a", [write_chat(tmp_path / "chat.csv", 4)])
    report = hubbub.learn_emotes(tmp_path / "a")
    assert (report.n_kept, report.rejected) == (0, {"too few texts or viewers": 8})


def test_nothing_is_learned_of_a_name_that_looks_like_an_emote(channel: Path, tmp_path: Path):
    hubbub.learn_emotes(channel)
    assert {":annZorbu", ":zorbu"} <= set(hubbub.table(channel, "channel_emotes")["emote"])
    named = "platform,channel,stream_id,ts,author,text\ntwitch,ann,two,2024-05-02T20:00:00Z,AnnZorbu,hello\n"
    (tmp_path / "named.csv").write_text(named, "utf-8")
    hubbub.ingest(channel, [tmp_path / "named.csv"])
    hubbub.learn_emotes(channel)
    left = set(hubbub.table(channel, "channel_emotes")["emote"])
    assert ":annQuelmo" in left
    assert left.isdisjoint({":annZorbu", ":zorbu"})


def test_one_viewer_who_says_much_is_no_crowd(tmp_path: Path):
    write_chat(tmp_path / "chat.csv", 1)
    alone = [f"twitch,ann,one,2024-05-01T21:00:0{i}Z,other{i},annZorbu" for i in range(6)]
    with (tmp_path / "chat.csv").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(alone) + "\n")
    hubbub.ingest(tmp_path / "a", [tmp_path / "chat.csv"])
    assert hubbub.learn_emotes(tmp_path / "a").n_kept == 0


def test_a_stream_in_which_nothing_is_said_changes_nothing(channel: Path, tmp_path: Path):
    alone = hubbub.learn_emotes(channel)
    silent = "platform,channel,stream_id,ts,author,text\ntwitch,ann,two,2024-05-02T20:00:00Z,bob,\n"
    (tmp_path / "silent.csv").write_text(silent, "utf-8")
    hubbub.ingest(channel, [tmp_path / "silent.csv"])
    again = hubbub.learn_emotes(channel)
    assert (again.n_in, again.n_kept, again.n_repeated) == (alone.n_in, alone.n_kept, 0)


def test_what_cannot_be_learned_says_why(channel: Path):
    with pytest.raises(HubbubError, match="No channel 'bob'"):
        hubbub.learn_emotes(channel, ["bob"])


def test_use_is_counted_text_by_text():
    rows = WordRows.of([":a good :a", ":a bad", ":b", ""])
    shares = np.array([[0.1, 0.2, 0.7], [0.6, 0.2, 0.2], [np.nan] * 3, [np.nan] * 3])
    use = count_use(rows, np.array([word[0] == ":" for word in rows.words]), shares)
    assert dict(zip(rows.words, use.n_texts.tolist(), strict=True)) == {":a": 2, "good": 0, "bad": 0, ":b": 0}
    assert use.shares[0].tolist() == pytest.approx([0.7, 0.4, 0.9])


def test_an_emote_is_as_sure_as_its_texts_are_many():
    channel = np.array([0.3, 0.3, 0.4])
    few, many = (EmoteUse(np.array([n]), n * np.array([[0.6, 0.2, 0.2]])) for n in (MIN_TEXTS, 100 * MIN_TEXTS))
    assert 0.5 < read_emotes(few, channel)[0, 0] < read_emotes(many, channel)[0, 0] < 0.9
    odds = (np.array([0.6, 0.2, 0.2]) / channel) ** 2
    assert read_emotes(many, channel)[0] == pytest.approx(odds / odds.sum(), abs=0.01)


def test_many_of_an_emote_are_no_surer_than_one():
    emotes = {":a": (0.7, 0.2, 0.1), ":b": (0.1, 0.2, 0.7)}
    told = tell_by_emotes(WordRows.of([":a", ":a :a :a", ":a :b", "zzz", ""]), emotes)
    assert told[0].tolist() == pytest.approx([0.7, 0.2, 0.1])
    assert told[1].tolist() == pytest.approx(told[0].tolist())
    assert np.isnan(told[2:]).all(), "two that say the opposite say nothing together"
