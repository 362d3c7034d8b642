"""Polls, questions, message types, copypasta and search in archives with known content."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hubbub
from hubbub.errors import HubbubError
from hubbub.prepare.polls import read_answer


def write_chat(folder: Path, rows: list[tuple[float, str, str]]) -> Path:
    """Return an archive of one stream of these rows: second, viewer, text."""
    lines = ["offset_seconds,author,text"] + [f'{at:.3f},{who},"{text}"' for at, who, text in sorted(rows)]
    (folder / "chat.csv").write_text("\n".join(lines) + "\n")
    hubbub.ingest(folder / "archive", [folder / "chat.csv"])
    hubbub.prepare(folder / "archive")
    return folder / "archive"


def talk(n: int = 300, every: float = 10.0) -> list[tuple[float, str, str]]:
    words = ["rail", "sauce", "katana", "guitare", "nuage", "tambour"]
    return [(every * i, f"v{i % 40}", f"je parle de {words[i % 6]} numero {words[i % 5]}") for i in range(n)]


@pytest.fixture(scope="module")
def planted_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Return a function from a seed to a prepared stream of 6,000 messages, made once; for reading only."""

    @functools.cache
    def make(seed: int) -> Path:
        folder = tmp_path_factory.mktemp("planted")
        hubbub.simulate(folder, seed=seed, n_messages=6000)
        hubbub.prepare(folder)
        return folder

    return make


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_polls_are_found_with_their_winner_counts_and_times(seed: int, planted_in: Callable[[int], Path]):
    archive = planted_in(seed)
    messages = hubbub.table(archive, "messages", limit=100_000).select(
        "message_id", "viewer_id", "offset_seconds", "text"
    )
    truth = hubbub.table(archive, "truth", limit=100_000).join(messages, on="message_id")
    planted = truth.filter(pl.col("message_type") == "poll_answer").sort("offset_seconds")
    votes = dict(zip(planted["viewer_id"], [read_answer(text)[1] for text in planted["text"]], strict=True))
    counts = Counter(votes.values())
    found = hubbub.polls(archive)
    assert found.height == 1
    poll = found.to_dicts()[0]
    assert poll["options"][0]["answer"] == counts.most_common(1)[0][0]
    for option in poll["options"]:
        assert option["n_votes"] == pytest.approx(counts[option["answer"]], abs=0.02 * len(votes) + 2)
        assert option["low"] < option["share"] < option["high"]
    assert poll["start_seconds"] == pytest.approx(planted["offset_seconds"][0], abs=60)
    assert poll["end_seconds"] == pytest.approx(planted["offset_seconds"][-1], abs=60)
    assert "a)" in poll["question"]
    assert all(option["text"] for option in poll["options"])


def test_what_is_no_poll_gives_none(tmp_path: Path) -> None:
    spam = [(1500.0 + i, "spammer", "1") for i in range(100)]
    all_day = [(9.7 * i, f"w{i % 90}", "1") for i in range(300)]
    archive = write_chat(tmp_path, [*talk(), *spam, *all_day])
    assert hubbub.polls(archive).is_empty()


def test_two_polls_in_a_row_and_one_viewer_who_votes_often(tmp_path: Path) -> None:
    first = [(600.0 + i, f"p{i}", "oui" if i % 3 else ["ouais", "non"][i % 2]) for i in range(60)]
    second = [(720.0 + i, f"p{i}", "non" if i % 4 else "oui") for i in range(60)]
    often = [(730.0 + 2 * i, "mad", "oui") for i in range(20)]
    archive = write_chat(tmp_path, [*talk(), *first, *second, *often])
    polls = hubbub.polls(archive)
    assert polls["n_voters"].to_list() == [60, 61]
    assert [options[0]["answer"] for options in polls["options"]] == ["oui", "non"]
    assert polls["question"].to_list() == [None, None]


def test_questions_are_ranked_by_distinct_askers(tmp_path: Path) -> None:
    often = [(30.0 + i, "mad", "c'est quand la pause ?") for i in range(50)]
    many = [(900.0 + 9 * i, f"q{i}", "C'est quoi le jeu ?" if i % 2 else "c'est quoi le jeu") for i in range(12)]
    short = [(5.0 * i, f"s{i}", "quoi ?") for i in range(30)]
    archive = write_chat(tmp_path, [*talk(), *often, *many, *short])
    found = hubbub.questions(archive)
    assert found["n_askers"].to_list()[:2] == [12, 1]
    assert found["n_messages"].to_list()[:2] == [12, 50]
    assert found["question"][0].lower().startswith("c'est quoi le jeu")
    assert found["first_seconds"].to_list()[:2] == [900.0, 30.0]
    assert found["n_replies"].null_count() == found.height
    assert "quoi ?" not in found["question"]


def test_questions_of_equal_meaning_are_one_where_there_are_vectors(tmp_path: Path) -> None:
    one = [(100.0 + i, f"a{i}", "pourquoi il n'y a pas de son ?") for i in range(5)]
    other = [(200.0 + i, f"b{i}", "pourquoi on a pas de son ?") for i in range(4)]
    archive = write_chat(tmp_path, [*talk(60), *one, *other, (300.0, "c", "la retraite à 64 ans ?")])
    assert hubbub.questions(archive)["n_askers"].to_list() == [5, 4, 1]
    hubbub.embed(archive)
    found = hubbub.questions(archive)
    assert found["n_askers"].to_list() == [9, 1]
    assert found["wordings"][0].to_list() == ["pourquoi on a pas de son ?"]


def test_replies_of_others_are_counted(simulated: Path) -> None:
    messages = hubbub.table(simulated, "messages", limit=100_000)
    viewer = dict(messages.select("message_id", "viewer_id").iter_rows())
    replied = Counter(
        to for to, who in messages.select("reply_to", "viewer_id").iter_rows() if to in viewer and viewer[to] != who
    )
    found = hubbub.questions(simulated, limit=10_000)
    assert 0 < found["n_replies"].sum() <= replied.total()


def test_types_add_up_to_the_stream(simulated: Path) -> None:
    types = hubbub.message_types(simulated, bin_seconds=300)
    messages = hubbub.table(simulated, "messages", limit=100_000)
    assert dict(types.select("message_type", "n_messages").iter_rows()) == dict(
        messages["message_type"].value_counts().iter_rows()
    )
    assert types["share"].sum() == pytest.approx(1)
    assert types["trend"].list.sum().to_list() == types["n_messages"].to_list()
    assert set(types["trend"].list.len()) == {12}


def test_planted_copypasta_is_shown_in_waves(planted_in: Callable[[int], Path]) -> None:
    archive = planted_in(1)
    truth = hubbub.table(archive, "truth", limit=100_000).filter(pl.col("message_type") == "copypasta")
    waves = hubbub.copypasta(archive, limit=1000)
    assert waves["n_messages"].sum() == pytest.approx(truth.height, rel=0.1)
    assert (waves["first_seconds"] <= waves["last_seconds"]).all()
    assert (waves["n_by_first"] <= waves["n_messages"]).all()
    spammer = truth.filter(pl.col("role") == "spammer").height
    floods = waves.filter(pl.col("n_viewers") == 1)
    assert floods["n_by_first"].sum() == floods["n_messages"].sum() == pytest.approx(spammer, rel=0.2)


def test_search_finds_what_a_loop_over_all_texts_finds(simulated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hubbub.embed.use import load_use
    from hubbub.queries import similar as module

    prepared = (
        hubbub.table(simulated, "prepared", limit=100_000).drop_nulls("text_id").filter(pl.col("left_out").is_null())
    )
    counts = Counter(prepared["text_id"])
    known = dict(prepared.select("text_id", "clean_text").iter_rows())
    target = max(known, key=lambda text_id: (len(known[text_id]), text_id))
    monkeypatch.setattr(module, "_BLOCK_ROWS", 100)
    found = hubbub.similar(simulated, known[target], limit=5)
    assert found["text_id"][0] == target
    assert found["similarity"][0] == pytest.approx(1, abs=0.01)
    rows = pl.read_parquet(next(simulated.rglob("embeddings/*.parquet")))
    query = load_use().embed([known[target]])[0]
    cosines = [float(sum(a * b for a, b in zip(vector, query, strict=True))) for vector in rows["vector"]]
    best = sorted(cosines, reverse=True)[:5]
    assert found["similarity"].to_list() == pytest.approx(best, abs=1e-3)
    assert found["n_messages"].to_list() == [counts[text_id] for text_id in found["text_id"]]


def test_search_refuses_what_it_cannot_do(simulated: Path, tmp_path: Path) -> None:
    with pytest.raises(HubbubError, match="words"):
        hubbub.similar(simulated, "  ")
    archive = write_chat(tmp_path, talk(20))
    with pytest.raises(HubbubError, match="hubbub embed"):
        hubbub.similar(archive, "rail")


@pytest.mark.parametrize("query", ["polls", "questions", "copypasta"])
@pytest.mark.parametrize("limit", [0, 10**9])
def test_limits_are_held(query: str, limit: int, simulated: Path) -> None:
    function: Any = getattr(hubbub, query)
    with pytest.raises(HubbubError, match="limit must be"):
        function(simulated, limit=limit)


def test_streams_that_were_not_prepared_give_no_rows(tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text("offset_seconds,author,text\n1.0,a,salut\n")
    hubbub.ingest(tmp_path / "archive", [tmp_path / "chat.csv"])
    for query in (hubbub.polls, hubbub.questions, hubbub.copypasta):
        assert query(tmp_path / "archive").is_empty()
    assert hubbub.message_types(tmp_path / "archive")["n_messages"].to_list() == [1]


def test_other_types_make_themes_when_asked_for(archive: Path) -> None:
    def themed() -> set[str]:
        return set(hubbub.table(archive, "messages", limit=100_000).drop_nulls("theme_id")["message_type"])

    assert "greeting" not in themed()
    hubbub.find_topics(archive, include=["greeting"])
    assert {"greeting", "opinion"} <= themed()
    with pytest.raises(HubbubError, match="--include must name"):
        hubbub.find_topics(archive, include=["bot"])
