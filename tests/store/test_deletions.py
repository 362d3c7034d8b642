"""What was taken back loses its text and nothing else, whichever is read first and in whichever file it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import hubbub
from hubbub.records import RAW
from hubbub.store.admission import Admission
from hubbub.store.archive import Archive

START = datetime(2024, 5, 1, 20, tzinfo=UTC)


def row(seconds: float, text: str | None = None, **more: Any) -> dict[str, Any]:
    given = {"platform": "twitch", "channel": "nocta", "author": "ann", "kind": "message", "text": text}
    moment = START + timedelta(seconds=seconds)
    return dict.fromkeys(RAW.columns) | {"sent_at": moment, "stream_id": "show"} | given | more


def deletion(seconds: float, event: str, author: str | None = None, target: str | None = None, **more: Any):
    return row(seconds, None, kind="deletion", event=event, author=author, reply_to=target, **more)


def admit(archive: Archive, *rows: dict[str, Any], by_day: bool = False) -> Admission:
    with archive.writing() as change:
        admission = Admission(archive, change, "show", by_day=by_day)
        admission.admit(pl.DataFrame(list(rows), schema=RAW.columns))
        admission.finish()
    return admission


def texts(archive: Archive) -> dict[str, str | None]:
    messages = archive.read("messages").filter(pl.col("kind") != "deletion")
    return dict(messages.select("message_id", "text").iter_rows())


@pytest.fixture
def store(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive", create=True)


ROWS = [
    row(0, "taken", message_id="m1", emotes=["Kappa"], emote_spans=[0, 5]),
    row(1, "kept", message_id="m2"),
    deletion(2, "clearmsg", target="m1"),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_named_message_loses_its_text_in_any_order_and_file(store: Archive, order: tuple[int, ...], cut: int):
    rows = [ROWS[place] for place in order]
    admit(store, *rows[:cut])
    if rows[cut:]:
        admit(store, *rows[cut:])
    admit(store, *rows)
    assert texts(store) == {"m1": None, "m2": "kept"}
    taken = store.read("messages").filter("is_deleted").to_dicts()
    assert [(one["message_id"], one["emotes"], one["emote_spans"]) for one in taken] == [("m1", None, None)]


@pytest.mark.parametrize("event", ["timeout", "ban", "ban_user", "markChatItemsByAuthorAsDeletedAction"])
def test_a_ban_takes_what_its_viewer_wrote_before_it(store: Archive, event: str):
    rows = [
        row(0, "one", message_id="m1"),
        row(1, "paid", message_id="m2", kind="donation", amount=500, currency="USD"),
        row(2, "of another", message_id="m3", author="bob"),
        deletion(3, event, author="ann"),
        row(4, "afterwards", message_id="m4"),
    ]
    admission = admit(store, *rows)
    assert admission.n_taken_back == 2
    assert texts(store) == {"m1": None, "m2": None, "m3": "of another", "m4": "afterwards"}
    paid = store.read("messages").filter(pl.col("message_id") == "m2").to_dicts()[0]
    assert (paid["kind"], paid["amount"], paid["currency"]) == ("donation", 500, "USD")
    assert store.read("streams")["n_payers"].to_list() == [1]


def test_a_cleared_chat_takes_nothing(store: Archive):
    admit(store, row(0, "one", message_id="m1"), deletion(3, "clearchat"))
    assert texts(store) == {"m1": "one"}


@pytest.mark.parametrize("is_first", [True, False])
def test_a_deletion_after_midnight_finds_its_message(store: Archive, is_first: bool):
    evening, night = 3 * 3600.0, 5 * 3600.0
    said = row(evening, "taken", message_id="m1", stream_id=None)
    taken = deletion(night, "clearmsg", target="m1", stream_id=None)
    other = row(night, "kept", message_id="m2", stream_id=None)
    for rows in ([taken, other], [said]) if is_first else ([said], [taken, other]):
        admit(store, *rows, by_day=True)
    assert len(store.streams_of("messages")) == 2
    assert texts(store) == {"m1": None, "m2": "kept"}


def test_what_was_made_of_a_taken_text_goes_with_it(archive: Path):
    store = Archive(archive)
    stream = store.streams_of("messages")[0]
    first = store.read("messages").filter(pl.col("kind") == "message").row(0, named=True)
    assert store.n_rows("prepared", stream)
    channel = {name: first[name] for name in ("platform", "channel")}
    native = store.read("streams")["native_id"][0]
    admit(store, deletion(9, "clearmsg", target=first["message_id"]) | channel | {"stream_id": native})
    assert not store.n_rows("prepared", stream)
    assert not store.n_rows("themes", stream)
    assert not store.n_rows("embeddings", stream)
    assert store.n_rows("truth", stream)
    hubbub.prepare(archive)
    assert store.n_rows("prepared", stream)
