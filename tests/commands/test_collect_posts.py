"""``hubbub collect x:…`` against X's API of our own: pages, limits, errors, going on, a token that stays secret."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import fake_x

import hubbub
from hubbub.collect import clients, posts
from hubbub.collect.platforms import read_target
from hubbub.errors import SourceError
from hubbub.records import TABLES


@pytest.fixture
def x(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with fake_x.FakeX() as fake:
        fake.accounts = {"ann": ("1", fake_x.make_posts(250)), "closed": ("3", [])}
        fake.found = fake_x.make_posts(40)
        monkeypatch.setattr(clients, "HOSTS", fake.hosts)
        monkeypatch.setattr(clients, "WAITS", (0.0,) * 4)
        monkeypatch.setenv("HUBBUB_X_TOKEN", fake_x.TOKEN)
        yield fake


def test_a_timeline_is_collected_whole(x: Any, tmp_path: Path):
    report = hubbub.collect(tmp_path / "a", ["x:Ann"])
    rows = hubbub.table(tmp_path / "a", "messages", limit=1000)
    assert report.problems == ()
    assert report.n_kept == rows.height == 250
    assert rows["message_id"].to_list() == [post["id"] for post in x.accounts["ann"][1]]
    assert set(rows["event"].drop_nulls()) == {"reply", "retweet"}
    assert set(rows["kind"]) == {"message"}
    by_id = {row["message_id"]: row for row in rows.to_dicts()}
    answer, share = by_id[str(fake_x.FIRST_ID + 9)], by_id[str(fake_x.FIRST_ID + 6)]
    assert answer["reply_to"] == str(fake_x.FIRST_ID + 8)
    assert answer["text"] == "post 9 & more"
    assert share["text"] == "RT @carol: a long text that is whole in the post itself"
    assert by_id[str(fake_x.FIRST_ID)]["sent_at"].timestamp() == fake_x.EPOCH
    stream = hubbub.streams(tmp_path / "a").row(0, named=True)
    assert (stream["stream_id"], stream["channel"], stream["title"]) == ("ann", "ann", "@ann on X")


def test_only_what_is_new_is_fetched(x: Any, tmp_path: Path):
    hubbub.collect(tmp_path / "a", ["x:ann"])
    n_requests = len(x.requests)
    again = hubbub.collect(tmp_path / "a", update=True)
    assert again.details["streams"][0]["why"] == "nothing new"
    x.accounts["ann"][1].extend(fake_x.make_posts(30, first=250))
    more = hubbub.collect(tmp_path / "a", update=True)
    assert more.n_kept == more.n_in == 30
    assert [query["since_id"] for name, query in x.requests[n_requests:] if name == "posts"] == [
        str(fake_x.FIRST_ID + 249),
        str(fake_x.FIRST_ID + 249),
    ]
    assert hubbub.status(tmp_path / "a")["n_messages"] == 280


def test_a_search_and_an_account_are_two_streams(x: Any, tmp_path: Path):
    report = hubbub.collect(tmp_path / "a", ["x:search post -is:retweet", "x:ann"])
    assert report.problems == ()
    streams = hubbub.streams(tmp_path / "a")
    assert set(streams["channel"]) == {"ann", "post -is:retweet"}
    assert dict(zip(streams["channel"], streams["n_messages"], strict=True)) == {"ann": 250, "post -is:retweet": 40}


def test_a_search_that_was_left_too_long_says_what_it_misses(x: Any, tmp_path: Path):
    hubbub.collect(tmp_path / "a", ["x:search post"])
    x.oldest_since_id = fake_x.FIRST_ID + 10_000
    x.found = fake_x.make_posts(20, first=20_000)
    report = hubbub.collect(tmp_path / "a", update=True)
    assert report.n_kept == 20
    assert "seven days" in report.details["streams"][0]["why"]
    assert hubbub.table(tmp_path / "a", "sources")["verdict"].to_list() == ["incomplete"]


def test_an_interrupted_timeline_goes_on_where_it_was(x: Any, tmp_path: Path):
    x.faults = {("posts", n): 503 for n in range(2, 12)}
    first = hubbub.collect(tmp_path / "a", ["x:ann"])
    assert first.details["streams"][0]["outcome"] == "failed"
    assert "does not answer" in first.problems[0]
    assert first.n_kept == 100
    # Posts of the first try are in the archive already; what is older and what is newer must both come.
    x.faults = {}
    x.accounts["ann"][1].extend(fake_x.make_posts(5, first=250))
    x.accounts["ann"] = ("1", x.accounts["ann"][1])
    second = hubbub.collect(tmp_path / "a", update=True)
    assert second.problems == ()
    ids = hubbub.table(tmp_path / "a", "messages", limit=1000)["message_id"].to_list()
    assert len(ids) == len(set(ids))
    assert set(ids) == {post["id"] for post in x.accounts["ann"][1]}


def test_the_limit_is_waited_for_with_the_clock_that_is_given(x: Any):
    slept: list[float] = []
    said: list[str] = []
    x.reset_at = 1_000_120
    x.faults = {("posts", 2): 429}
    asker = posts.Posts(fake_x.TOKEN, sleep=slept.append, now=lambda: 1_000_000.0, waiting=said.append)
    pages = list(asker.read_pages(read_target("x:ann"), None))
    assert len(pages) == 3
    assert slept == [121.0]
    assert said == ["X: waiting to 13:48 UTC"]


def test_a_cap_of_the_month_is_not_waited_for(x: Any):
    x.faults = {("posts", 1): 429}
    asker = posts.Posts(fake_x.TOKEN, sleep=lambda _: pytest.fail("waited"), now=lambda: 1_000_000.0)
    with pytest.raises(SourceError, match="allows no more for now"):
        list(asker.read_pages(read_target("x:ann"), None))
    x.reset_at, x.faults = 1_900_000, {("posts", 2): 429}
    with pytest.raises(SourceError, match="allows no more for now"):
        list(asker.read_pages(read_target("x:ann"), None))


def test_more_than_an_account_gives_is_said(x: Any, tmp_path: Path):
    x.accounts["loud"] = ("4", fake_x.make_posts(3300, author="4"))
    report = hubbub.collect(tmp_path / "a", ["x:loud"])
    assert report.n_kept == 3200
    assert "newest 3,200" in report.details["streams"][0]["why"]


@pytest.mark.parametrize(
    ("target", "fault", "said"),
    [
        ("x:nobody", None, "Could not find user with username: [nobody]"),
        ("x:closed", None, "not authorized to see"),
        ("x:ann", 403, "does not allow this with your token (403): trouble 403"),
        ("x:ann", 404, "knows nothing of that name"),
        ("x:ann", 418, "HTTP 418"),
    ],
)
def test_a_refusal_is_one_clear_line(x: Any, tmp_path: Path, target: str, fault: int | None, said: str):
    if fault:
        x.faults = {("posts", 1): fault}
    report = hubbub.collect(tmp_path / "a", [target, "x:search post"])
    assert len(report.problems) == 1
    assert said in report.problems[0]
    assert "\n" not in report.problems[0]
    assert report.n_kept == 40  # the other went on


def test_a_wrong_token_is_said_and_not_shown(x: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HUBBUB_X_TOKEN", "AAAAAAAAAAAAAAAAAwrong")
    report = hubbub.collect(tmp_path / "a", ["x:ann"])
    assert "does not accept the token (401)" in report.problems[0]
    assert "wrong" not in str(report)


def test_no_token_is_said_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HUBBUB_X_TOKEN", raising=False)
    monkeypatch.delenv("X_BEARER_TOKEN", raising=False)
    with pytest.raises(SourceError, match="--token-file"):
        hubbub.collect(tmp_path / "a", ["x:ann"])
    assert not (tmp_path / "a").exists()


def test_the_token_comes_from_a_file_and_stays_out_of_the_archive_and_the_log(
    x: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.delenv("HUBBUB_X_TOKEN")
    file = tmp_path / "token"
    file.write_text(fake_x.TOKEN + "\n")
    file.chmod(0o644)
    caplog.set_level("DEBUG")
    report = hubbub.collect(tmp_path / "a", ["x:ann"], token_file=file)
    assert report.n_kept == 250
    assert "chmod 600" in report.details["notes"][0]
    file.chmod(0o600)
    assert hubbub.collect(tmp_path / "a", ["x:ann"], token_file=file).details["notes"] == []
    assert fake_x.TOKEN not in caplog.text
    everything = b"".join(path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert fake_x.TOKEN.encode() not in everything


@pytest.mark.parametrize("content", ["", "two words", "short", "é" * 20, "a" * 9 + "\nb"])
def test_what_is_no_token_is_refused_without_showing_it(tmp_path: Path, content: str):
    file = tmp_path / "token"
    file.write_text(content)
    with pytest.raises(SourceError, match="of the type bearer") as refusal:
        posts.read_token(file)
    assert not content or content not in str(refusal.value)


def test_an_account_that_is_forgotten_is_in_no_byte_and_not_asked_for_again(x: Any, tmp_path: Path):
    x.accounts["zoesaid7"] = ("777001", fake_x.make_posts(120, author="777001"))
    hubbub.collect(tmp_path / "a", ["x:zoesaid7", "x:search post"])
    assert hubbub.forget(tmp_path / "a", "zoesaid7").n_in == 120
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert b"zoesaid7" not in content, path
            assert b"777001" not in content, path
    for table in TABLES:
        assert "zoesaid7" not in str(hubbub.table(tmp_path / "a", table, limit=10_000).to_dicts()), table
    n_requests = len(x.requests)
    report = hubbub.collect(tmp_path / "a", update=True)
    assert [row["stream"] for row in report.details["streams"]] == ["post"]
    assert all(name == "search" for name, _ in x.requests[n_requests:])
