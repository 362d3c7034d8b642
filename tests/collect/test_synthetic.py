"""The simulated stream holds what it says that it holds."""

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect import synthetic_texts as texts
from hubbub.collect.synthetic import Simulation, simulate_stream
from hubbub.collect.synthetic_speech import Dice, Speaker, Writer, split_lines, split_moods
from hubbub.records import KINDS, MESSAGE_TYPES, RAW, TABLES, check_frame

SEEDS = (1, 2, 5)
TRUTH = TABLES["truth"]


@pytest.fixture(scope="module", params=SEEDS)
def stream(request) -> Simulation:
    return simulate_stream(request.param)


def together(stream: Simulation) -> pl.DataFrame:
    return stream.raw.join(stream.truth.drop("stream_id"), on="message_id", maintain_order="left")


def spoken(stream: Simulation) -> pl.DataFrame:
    return together(stream).filter(pl.col("text").is_not_null())


def test_equal_seeds_give_equal_frames():
    first, second = simulate_stream(3, 2000), simulate_stream(3, 2000)
    assert first.raw.equals(second.raw)
    assert first.truth.equals(second.truth)
    assert (first.title, first.started_at) == (second.title, second.started_at)


def test_global_random_state_is_left_alone():
    np.random.seed(0)
    before = np.random.get_state()[1].tolist()
    simulate_stream(1, 300)
    assert np.random.get_state()[1].tolist() == before


def test_different_seeds_differ():
    first, second = simulate_stream(1, 3000), simulate_stream(2, 3000)
    assert first.stream_id != second.stream_id
    assert first.started_at != second.started_at
    assert set(first.truth["topic"]) != set(second.truth["topic"])
    assert not set(first.raw["message_id"]) & set(second.raw["message_id"])
    assert len(set(first.raw["author"]) & set(second.raw["author"])) < 0.2 * first.raw["author"].n_unique()


def test_schema_and_order(stream):
    raw, truth = check_frame(RAW, stream.raw), check_frame(TRUTH, stream.truth)
    assert raw.height == truth.height == 12_000
    assert raw["message_id"].to_list() == truth["message_id"].to_list()
    assert raw["message_id"].n_unique() == raw.height
    assert raw["stream_id"].unique().to_list() == [stream.stream_id] == truth["stream_id"].unique().to_list()
    assert raw["sent_at"].is_sorted()
    assert raw["sent_at"].n_unique() == raw.height
    offset = (raw["sent_at"] - stream.started_at).dt.total_milliseconds() / 1000
    assert (offset - raw["offset_seconds"]).abs().max() < 1e-9
    assert 0 <= raw["offset_seconds"][0] <= raw["offset_seconds"][-1] <= stream.duration_seconds
    assert stream.started_at.utcoffset().total_seconds() == 0
    assert set(raw["kind"]) <= set(KINDS)
    for column in ("platform", "channel", "author", "author_id", "roles", "kind", "emotes"):
        assert raw[column].null_count() == 0
    assert raw.group_by("author").agg(pl.col("author_id").n_unique())["author_id"].max() == 1


def test_truth_speaks_the_known_words(stream):
    truth = stream.truth
    assert set(truth["message_type"]) == set(MESSAGE_TYPES)
    assert set(truth["mood"]) == {"positive", "neutral", "negative"}
    assert set(truth["role"]) == {"regular", "donor", "raider", "spammer", "bot"}
    assert set(truth["language"]) == {"fr", "en", None}
    assert set(truth["topic"].drop_nulls()) <= {topic.name for topic in texts.TOPICS}
    assert 3 <= truth["burst"].drop_nulls().n_unique() <= 5
    french = truth.filter(pl.col("language").is_not_null() & pl.col("topic").is_not_null())
    assert 0.55 < (french["language"] == "fr").mean() < 0.75
    assert french.group_by("topic").agg(pl.col("language").n_unique())["language"].min() == 2


def test_chat_has_the_shape_of_chat(stream):
    chat = spoken(stream)
    length = chat["text"].str.len_chars()
    assert length.max() <= 500
    assert 10 <= length.median() <= 18
    assert 0.40 < 1 - chat["text"].str.to_lowercase().n_unique() / chat.height < 0.60
    assert 12_000 / 8 < chat["author"].n_unique() < 12_000 / 4.5
    activity = chat["author"].value_counts(sort=True)["count"]
    assert activity.head(len(activity) // 10).sum() > 0.3 * chat.height
    per_minute = (chat["offset_seconds"] // 60).value_counts()["count"]
    assert per_minute.max() > 6 * per_minute.median()
    assert chat["text"].str.contains(r"https?://").sum() > 20
    assert (chat["text"].str.count_matches("@") > 3).any()
    assert chat["reply_to"].drop_nulls().is_in(chat["message_id"].to_list()).all()
    assert chat["reply_to"].drop_nulls().len() > 20
    assert not chat["text"].str.contains(r"[{}|]").any()


def test_emotes_are_the_names_in_the_text(stream):
    for text, emotes in stream.raw.select("text", "emotes").iter_rows():
        assert emotes == [word for word in (text or "").split() if word in texts.EMOTES]


def test_topics_last_fade_and_overlap(stream):
    topical = together(stream).filter(pl.col("topic").is_not_null(), pl.col("burst").is_null())
    spans = topical.group_by("topic").agg(
        pl.len(),
        pl.col("offset_seconds").quantile(0.1).alias("first"),
        pl.col("offset_seconds").quantile(0.9).alias("last"),
    )
    assert 14 <= spans.height <= 18
    assert spans["len"].min() > 40
    assert (spans["last"] - spans["first"]).median() < 0.5 * stream.duration_seconds
    spans = spans.sort("first")
    assert (spans["first"].shift(-1) < spans["last"]).sum() > 5
    assert 0.3 < topical.height / 12_000 < 0.6


def test_most_topical_messages_name_their_topic(stream):
    """A message counts as telling when it holds a word or emote that is commoner in its topic than elsewhere."""
    topical = together(stream).filter(pl.col("topic").is_not_null(), pl.col("message_type") != "poll_answer")
    words = topical.select(
        "topic", word=pl.col("text").str.to_lowercase().str.extract_all(r"[^\s,.!?']{2,}")
    ).with_columns(row=pl.int_range(pl.len()))
    long = words.explode("word").drop_nulls()
    share = long.group_by("word", "topic").agg(pl.len()).with_columns(total=pl.col("len").sum().over("word"))
    telling = share.filter(pl.col("len") / pl.col("total") > 0.6).select("word", "topic")
    told = long.join(telling, on=["word", "topic"])["row"].n_unique()
    assert told / topical.height > 0.85


def test_poll_is_a_crowd_with_an_answer(stream):
    chat = together(stream)
    poll = chat.filter(pl.col("message_type") == "poll_answer")
    assert poll.height == pytest.approx(1200, abs=30)
    assert poll["offset_seconds"].max() - poll["offset_seconds"].min() < 125
    single = poll.filter(pl.col("text").str.len_chars() == 1)["text"]
    assert single.len() > 0.4 * poll.height
    assert set(single.str.to_lowercase()) == set("abcd")
    assert set(single) == set("abcdABCD")
    assert single.str.to_lowercase().value_counts(sort=True)["count"][0] > 0.4 * single.len()
    assert poll["topic"].null_count() == poll.height == poll["burst"].null_count()
    asked = chat.filter(pl.col("author") == stream.channel, pl.col("message_type") == "question")
    assert asked.height == 1
    assert asked["roles"].to_list() == [["broadcaster"]]
    assert asked["offset_seconds"][0] < poll["offset_seconds"].min()
    assert poll["author"].n_unique() > 0.4 * poll.height


def test_bursts_are_louder_than_their_surroundings(stream):
    chat = together(stream)
    for name in chat["burst"].drop_nulls().unique():
        burst = chat.filter(pl.col("burst") == name)
        first, last = burst["offset_seconds"].min(), burst["offset_seconds"].max()
        assert 20 < last - first <= 90
        inside = chat.filter(pl.col("offset_seconds").is_between(first, last)).height / (last - first)
        near = chat.filter(
            pl.col("offset_seconds").is_between(first - 300, last + 300),
            ~pl.col("offset_seconds").is_between(first, last),
        )
        assert inside > 5 * near.height / 600, name
        material = next(b for b in (texts.RAID, *texts.BURSTS) if b.name == name)
        assert set(burst["topic"]) <= {material.topic, None}
        if material.topic is not None:
            assert (burst["topic"] == material.topic).sum() > 0.4 * burst.height


def test_raids_bring_raiders(stream):
    chat = together(stream)
    raids = chat.filter(pl.col("kind") == "raid")
    assert raids.height in (1, 2)
    assert raids["amount"].min() >= 40
    assert set(raids["event"]) == {"raid"}
    assert set(raids["role"]) == {"raider"}
    for moment in raids["offset_seconds"]:
        after = chat.filter(pl.col("offset_seconds").is_between(moment, moment + 240), pl.col("role") == "raider")
        assert (after["message_type"] == "greeting").sum() > 10


def test_payments_are_written_as_the_platform_does(stream):
    chat = together(stream)
    events = {
        "donation": ({"bits"}, {"bits"}),
        "subscription": ({"sub", "resub"}, {"Tier 1", "Tier 2", "Prime"}),
        "gift": ({"subgift", "mysterygift"}, {"Tier 1", "Tier 2"}),
    }
    for kind, (names, currencies) in events.items():
        rows = chat.filter(pl.col("kind") == kind)
        assert rows.height >= 25
        assert set(rows["event"]) <= names
        assert set(rows["currency"]) <= currencies
        assert rows["amount"].min() >= 1
        assert set(rows["role"]) == {"donor"}
    bits = chat.filter(pl.col("kind") == "donation").select("text", "amount")
    assert all(re.match(rf"cheer{amount} \w", text) for text, amount in bits.iter_rows())
    payers = set(chat.filter(pl.col("kind").is_in(list(events)))["author"])
    assert set(chat.filter(pl.col("role") == "donor")["author"]) == payers
    assert (
        chat.filter(pl.col("kind") == "message")["amount"].null_count()
        == chat.filter(pl.col("kind") == "message").height
    )


def test_donors_differ_before_they_pay(stream):
    chat = together(stream)
    paid = chat.filter(pl.col("kind").is_in(["donation", "subscription", "gift"]))
    first = paid.group_by("author").agg(pl.col("offset_seconds").min().alias("paid_at"))
    before = (
        chat.filter(pl.col("kind") == "message", pl.col("role").is_in(["regular", "donor"]))
        .join(first, on="author", how="left")
        .filter(pl.col("paid_at").is_null() | (pl.col("offset_seconds") < pl.col("paid_at")))
        .with_columns(is_donor=pl.col("paid_at").is_not_null())
    )
    mine = pl.col("message_type")
    sides = before.group_by("is_donor").agg(
        per_viewer=pl.len() / pl.col("author").n_unique(),
        asking=(mine == "question").sum() / mine.is_in(["question", "opinion"]).sum(),
        house=pl.col("emotes").list.join(" ").str.contains("nocta").mean(),
        named=(pl.col("text").str.contains("(?i)nocta|streamer") & (mine == "greeting")).sum()
        / (mine == "greeting").sum(),
    )
    donors, others = (
        sides.filter(pl.col("is_donor")).row(0, named=True),
        sides.filter(~pl.col("is_donor")).row(0, named=True),
    )
    assert donors["per_viewer"] > 1.5 * others["per_viewer"]
    for habit in ("asking", "house", "named"):
        assert donors[habit] > others[habit], habit
    counts = before.group_by("author", "is_donor").len()
    quiet = counts.filter(pl.col("is_donor"))["len"].quantile(0.25)
    assert (counts.filter(~pl.col("is_donor"))["len"] > quiet).mean() > 0.05  # they overlap


def test_copypasta_spam_and_bots(stream):
    chat = together(stream)
    pasta = chat.filter(pl.col("message_type") == "copypasta", pl.col("role") != "spammer")
    assert pasta.height > 80
    assert pasta["author"].n_unique() > 20
    assert pasta["text"].str.len_chars().min() > 100
    assert 2 < pasta["text"].n_unique() < 0.5 * pasta.height
    spam = chat.filter(pl.col("role") == "spammer")
    assert spam["author"].n_unique() == 1
    assert spam.height >= 36
    assert spam["text"].str.slice(0, 30).n_unique() == 1
    assert spam["offset_seconds"].max() - spam["offset_seconds"].min() > 0.7 * stream.duration_seconds
    bots = chat.filter(pl.col("role") == "bot")
    assert set(bots["author"]) == {"noctabot", "grelotbot"}
    assert set(bots["message_type"]) == {"bot"}
    assert bots["roles"].list.contains("moderator").all()
    assert chat.filter(pl.col("message_type") == "command")["text"].str.starts_with("!").all()


def test_moods_follow_the_topics():
    frames = pl.concat([simulate_stream(seed).truth for seed in range(4)])
    worst = frames.filter(pl.col("topic") == "microphone")["mood"]
    best = frames.filter(pl.col("topic") == "cat")["mood"]
    assert (worst == "negative").mean() > 2 * (worst == "positive").mean()
    assert (best == "positive").mean() > 2 * (best == "negative").mean()


def test_viewers_keep_to_one_language(stream):
    said = together(stream).filter(pl.col("language").is_not_null(), pl.col("role") == "regular")
    habits = said.group_by("author").agg(pl.len(), (pl.col("language") == "fr").mean().alias("french"))
    habits = habits.filter(pl.col("len") >= 5)
    assert ((habits["french"] - 0.5).abs() > 0.25).mean() > 0.9


@pytest.mark.parametrize("topic", texts.TOPICS, ids=lambda topic: topic.name)
def test_every_topic_is_rich(topic):
    dice = Dice(np.random.default_rng(0))
    for language, words in (("fr", topic.fr), ("en", topic.en)):
        patterns = [line for block in (words.good, words.bad, words.flat, words.ask) for line in split_lines(block)]
        assert len(patterns) >= 25
        assert len(set(patterns)) == len(patterns)
        assert len(split_moods(words.short)) >= 11
        known = set(words.slots) | set(texts.SPEECH[language].slots)
        assert set(re.findall(r"\{(\w+)\}", " ".join([*patterns, *words.slots.values()]))) <= known
        writer = Writer(dice, [topic], 600.0)
        who = Speaker("ana", language == "fr", 0, 0.3)
        said = {writer.write("topic", who, 0, None, 0.0, 0, str(i)).text for i in range(1500)}
        assert len(said) > 400
    assert 0 < sum(topic.moods) < 1


def test_the_bank_is_large_and_well_formed():
    names = [topic.name for topic in texts.TOPICS]
    emotes = [emote for topic in texts.TOPICS for emote in topic.emotes]
    assert len(set(names)) == len(names) >= 24
    assert len(set(emotes)) == len(emotes)
    assert {burst.topic for burst in texts.BURSTS} - {None} <= set(names)
    for speech in texts.SPEECH.values():
        lines = " ".join([speech.talk, speech.ask, speech.thanks, speech.renewals, *speech.pastas])
        assert set(re.findall(r"\{(\w+)\}", lines)) <= {*speech.slots, "months"}


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    n_messages=st.integers(1, 400),
    duration=st.floats(0.5, 40_000, allow_nan=False),
)
def test_any_small_stream_is_whole(seed, n_messages, duration):
    stream = simulate_stream(seed, n_messages, duration)
    assert check_frame(RAW, stream.raw).height == check_frame(TRUTH, stream.truth).height == n_messages
    assert stream.raw["sent_at"].is_sorted()
    assert 0 <= stream.raw["offset_seconds"].min() <= stream.raw["offset_seconds"].max() <= duration


@pytest.mark.parametrize(
    "arguments", [(-1, 10, 60.0), (1, 0, 60.0), (1, 10, 0.0), (1, 100, 0.05), (1, 10, float("nan"))]
)
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="simulate_stream needs"):
        simulate_stream(*arguments)
