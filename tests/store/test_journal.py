"""What is arriving is on disk before it counts, once, without names, and moves into the tables with nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import hubbub
from hubbub.errors import ArchiveError
from hubbub.records import RawRow
from hubbub.store.archive import NAMES, Archive, open_archive
from hubbub.store.compaction import compact
from hubbub.store.journal import Journal
from hubbub.store.journal_database import JournalDatabase

START = datetime(2024, 5, 1, 20, tzinfo=UTC)
MICROSECONDS = round(START.timestamp() * 1e6)


def chat(number: int, text: str = "", **more: Any) -> RawRow:
    given: dict[str, Any] = {
        "platform": "twitch",
        "channel": "nocta",
        "stream_id": "show",
        "message_id": f"m{number}",
        "sent_at": MICROSECONDS + number * 1_000_000,
        "author": f"viewer{number % 7}",
        "text": text or f"text {number}",
    }
    return RawRow(**given | more)


def texts(archive: Path) -> list[str | None]:
    return open_archive(archive).read("messages")["text"].to_list()


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def collect(folder: Path, rows: Sequence[RawRow]) -> Journal:
    with Journal(folder) as journal:
        journal.append(rows)
        assert journal.wait_durable(timeout=30)
    return journal


def test_rows_are_acknowledged_once_and_found_by_whoever_opens_the_archive(folder: Path):
    journal = collect(folder, [chat(n) for n in range(50)] + [chat(n) for n in range(20)])
    assert (journal.n_acknowledged, journal.n_repeated, journal.durable_sequence) == (70, 20, 70)
    assert texts(folder) == [f"text {n}" for n in range(50)]
    collect(folder, [chat(n) for n in range(45, 60)])
    assert texts(folder) == [f"text {n}" for n in range(60)]
    assert hubbub.status(folder)["journal"]["n_rows"] == 0


def test_a_note_after_repeats_acknowledges_no_row_that_is_not_there(folder: Path, caplog: pytest.LogCaptureFixture):
    rows = [chat(number) for number in range(40)]
    with Journal(folder, batch_rows=10) as journal:
        journal.append(rows)
        assert journal.wait_durable(timeout=10)
        journal.append(rows[:15])
        assert journal.wait_durable(timeout=10)
        journal.describe("twitch", "show", {"title": "a title"})
        assert journal.wait_durable(timeout=10)
    assert texts(folder) == [f"text {number}" for number in range(40)]
    assert not open_archive(folder).read("rejects").height
    assert not caplog.records


def test_compaction_goes_on_beside_the_writer(folder: Path):
    with Journal(folder, batch_rows=10) as journal:
        stop = threading.Event()

        def compact_often() -> None:
            while not stop.is_set():
                compact(journal.archive)

        thread = threading.Thread(target=compact_often)
        thread.start()
        for n in range(0, 3000, 30):
            journal.append([chat(i) for i in range(n, n + 30)])
        assert journal.wait_durable(timeout=60)
        stop.set()
        thread.join()
    assert texts(folder) == [f"text {n}" for n in range(3000)]


def test_append_waits_while_too_much_is_pending(folder: Path, monkeypatch: pytest.MonkeyPatch):
    may_commit = threading.Event()
    commit = Journal._commit

    def held(self: Journal, *arguments: Any, **options: Any) -> Any:
        may_commit.wait(30)
        return commit(self, *arguments, **options)

    monkeypatch.setattr(Journal, "_commit", held)
    with Journal(folder, max_pending=50, batch_rows=10) as journal:
        journal.append([chat(n) for n in range(50)])
        done = threading.Event()
        thread = threading.Thread(target=lambda: (journal.append([chat(50)]), done.set()))
        thread.start()
        was_taken, n_acknowledged = done.wait(0.3), journal.n_acknowledged
        may_commit.set()
        assert (was_taken, n_acknowledged) == (False, 0)
        assert done.wait(30)
        thread.join()
    assert len(texts(folder)) == 51


def test_closing_writes_what_is_pending(folder: Path):
    with Journal(folder, batch_rows=10) as journal:
        journal.append([chat(n) for n in range(2000)])
    assert journal.n_acknowledged == 2000
    assert len(texts(folder)) == 2000


def test_a_closed_journal_takes_nothing(folder: Path):
    journal = collect(folder, [chat(1)])
    with pytest.raises(ArchiveError, match="is closed"):
        journal.append([chat(2)])


def test_a_second_writer_is_told_who_writes(folder: Path):
    import os

    with Journal(folder), pytest.raises(ArchiveError, match=f"pid {os.getpid()}"):
        Journal(folder)
    collect(folder, [chat(1)])


def test_no_name_is_in_the_journal(folder: Path):
    with Journal(folder) as journal:
        journal.append([chat(1, author="Véronique_75", author_id="471147114711")])
        journal.wait_durable(timeout=30)
        written = all_bytes(folder / "journal")
        assert "Véronique".encode() not in written
        assert b"471147114711" not in written
        assert b"text 1" in written
    assert open_archive(folder).read(NAMES.name)["name"].to_list() == ["Véronique_75"]
    assert "Véronique".encode() not in (folder / "private" / "names.sqlite").read_bytes()


def test_a_deletion_takes_the_text_at_once_and_for_good(folder: Path):
    rows = [chat(1, "secret one"), chat(2, "kept"), chat(3, "secret three", author="bob")]
    with Journal(folder) as journal:
        journal.append(rows)
        journal.wait_durable(timeout=30)
        removal = {"kind": "deletion", "text": None, "author": None, "message_id": None}
        journal.append([chat(4, **removal, event="clearmsg", reply_to="m1")])
        journal.append([chat(5, **removal | {"author": "bob"}, event="timeout")])
        journal.append([chat(6, **removal, event="clearmsg", reply_to="m7"), chat(7, "secret seven")])
        journal.wait_durable(timeout=30)
        with JournalDatabase(folder) as database:  # before anything is moved
            payloads = [row[4] for block in database.read(database.marks().rows) for row in block]
        assert len(payloads) == 7
        assert not [payload for payload in payloads if b"secret" in payload]
        compact(journal.archive)
        assert b"secret" not in all_bytes(folder)
        collect_again = [chat(1, "secret one"), chat(3, "secret three", author="bob")]
        journal.append(collect_again)
    messages = open_archive(folder).read("messages")
    assert messages.filter("is_deleted")["message_id"].to_list() == ["m1", "m3", "m7"]
    assert messages["text"].drop_nulls().to_list() == ["kept"]


def test_who_is_forgotten_is_refused_by_a_writer_that_goes_on(folder: Path):
    with Journal(folder) as journal:
        journal.append([chat(1, "from ann", author="ann_who_leaves"), chat(2, "from bob", author="bob")])
        journal.wait_durable(timeout=30)
        hubbub.forget(folder, "ann_who_leaves")
        journal.append([chat(3, "ann again", author="ann_who_leaves"), chat(4, "bob again", author="bob")])
        journal.wait_durable(timeout=30)
        assert journal.n_refused == 1
        for trace in (b"ann_who", b"from ann", b"ann again"):
            assert trace not in all_bytes(folder)
    assert texts(folder) == ["from bob", "bob again"]


def test_moments_that_cannot_be_are_placed_at_arrival(folder: Path):
    before = datetime.now(UTC)
    odd = [0, -5, 10**18, 2**63, 32_503_680_000_000_000, 1_714_593_600]
    rows = [chat(n, sent_at=moment) for n, moment in enumerate(odd)] + [chat(9, sent_at=None)]
    collect(folder, [*rows, chat(10)])
    messages = open_archive(folder).read("messages")
    placed = messages.filter(messages["message_id"] != "m10")
    assert placed.height == 7
    assert placed["sent_at"].min() >= before
    assert placed["sent_at"].max() <= datetime.now(UTC) + timedelta(seconds=1)


def test_hostile_rows_do_not_stop_the_writer(folder: Path):
    rows = [
        chat(1, "lone \ud800 surrogate", author="x\udc00"),
        chat(2, "nul \x00 inside"),
        chat(3, amount=10**30, kind="donation"),
        chat(4, offset_seconds=float("nan"), sent_at=None),
        chat(5, emote_spans=[0, 2**40]),
        chat(6, message_id="lone \ud800"),
    ]
    journal = collect(folder, rows)
    assert journal.n_acknowledged == 6
    kept = dict(open_archive(folder).read("messages").select("message_id", "text").iter_rows())
    assert kept["m1"] == "lone \ufffd surrogate"
    assert kept["m2"] == "nul \x00 inside"
    assert len(kept) == 6


def test_notices_of_one_type_are_all_kept(folder: Path):
    collect(folder, [chat(n, kind="subscription", event="resub") for n in range(5)])
    assert len(texts(folder)) == 5


def test_a_compaction_that_is_not_published_leaves_all_in_the_journal(folder: Path, monkeypatch: pytest.MonkeyPatch):
    from hubbub.store.archive import Change

    collect(folder, [chat(n) for n in range(30)])
    with monkeypatch.context() as patch:
        patch.setattr(Change, "publish", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(ArchiveError, match="No space left"):
            compact(Archive(folder))
    assert Archive(folder).read("messages").is_empty()
    assert texts(folder) == [f"text {n}" for n in range(30)]


def test_what_is_told_of_a_stream_and_gaps_come_with_its_rows(folder: Path):
    with Journal(folder) as journal:
        journal.describe("twitch", "show", {"title": "Tuesday", "category": "Chess", "collected_at": START})
        journal.add_gap(
            "twitch", "nocta", "show", START + timedelta(seconds=5), START + timedelta(seconds=9), "no link"
        )
        journal.append([chat(0), chat(30)])
    archive = open_archive(folder)
    stream = archive.read("streams").to_dicts()[0]
    assert (stream["title"], stream["category"], stream["collected_at"]) == ("Tuesday", "Chess", START)
    gap = archive.read("gaps").to_dicts()[0]
    assert (gap["stream_id"], gap["first_seconds"], gap["last_seconds"], gap["cause"]) == ("show", 5.0, 9.0, "no link")


def test_compaction_twice_after_a_crash_before_the_rows_were_removed(folder: Path, monkeypatch: pytest.MonkeyPatch):
    collect(folder, [chat(n) for n in range(30)])

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(JournalDatabase, "remove", crash)
        with pytest.raises(KeyboardInterrupt):
            compact(Archive(folder))
    assert Archive(folder).read("messages").height == 30
    again = compact(Archive(folder))
    assert (again.n_rows, again.n_kept) == (30, 0)
    assert texts(folder) == [f"text {n}" for n in range(30)]


def test_a_row_whose_bytes_changed_is_kept_aside_by_name(folder: Path):
    collect(folder, [chat(n) for n in range(10)])
    with JournalDatabase(folder) as database:
        row = next(row for row in next(database.read(100)) if row[2] == "m5")
        changed = row[4].replace(b"text 5", b"text 6")
        database.rows.execute("update rows set payload = ? where message_id = 'm5'", (changed,))
    assert texts(folder) == [f"text {n}" for n in range(10) if n != 5]
    rejects = open_archive(folder).read("rejects").to_dicts()
    assert [(one["source_id"], one["excerpt"]) for one in rejects] == [("journal", "twitch m5")]
    assert "damaged" in rejects[0]["reason"]
