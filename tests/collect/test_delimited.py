"""CSV and TSV: the fast path against Python's csv module, and rows that fit no header."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect import delimited, unpack
from hubbub.collect.delimited import Layout, read_delimited, read_header
from hubbub.collect.files import open_chats
from hubbub.collect.rows import Notes
from hubbub.collect.unpack import MAX_RECORD_BYTES, Budget, Chunks

THREE = Layout(",", 3, {"author": 0, "channel": 1, "text": 2})


def read(
    data: bytes, layout: Layout = THREE, notes: Notes | None = None
) -> tuple[pl.DataFrame, list[tuple[int, str, str]]]:
    batches = list(read_delimited(Chunks(iter([data]), Budget(1 << 30)), layout, notes or Notes()))
    rejects = [row for batch in batches for row in batch.rejects.rows()]
    return (pl.concat([batch.frame for batch in batches]) if batches else pl.DataFrame({"text": []})), rejects


cells = st.text(st.sampled_from('ab ,;\t"\n\r\\é👍\x00'), max_size=8)
tables = st.lists(st.tuples(cells, cells, cells), max_size=10)


@settings(max_examples=200, deadline=None)
@given(
    rows=tables,
    delimiter=st.sampled_from([",", ";", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_csv_writer_wrote_comes_back(rows: list[tuple[str, str, str]], delimiter: str, quoting: int):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([("author", "channel", "text"), *rows])
    layout = Layout(delimiter, 3, THREE.columns)
    frame, rejects = read(out.getvalue().encode(), layout)
    whole = [row for row in rows if any(row)]
    assert [text or "" for text in frame["text"]] == [row[2] for row in whole]
    assert [author or "" for author in (frame["author"] if whole else [])] == [row[0] for row in whole]
    assert {reason for _, reason, _ in rejects} <= {"nothing in the known columns"}
    assert len(rejects) == len(rows) - len(whole)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8), tail=cells)
def test_the_fast_path_agrees_with_the_slow_one(rows: list[list[str]], tail: str):
    data = ("author,channel,text\n" + "".join(",".join(row) + "\n" for row in rows) + tail).encode()
    fast = read(data)
    parse = delimited._parse_block
    delimited._parse_block = lambda held, layout: None  # type: ignore[assignment]
    try:
        slow = read(data)
    finally:
        delimited._parse_block = parse
    assert fast[0].equals(slow[0])
    assert fast[1] == slow[1]


def test_a_regular_file_takes_the_fast_path(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delimited._Scanner, "scan", None)
    frame, _ = read(b'author,channel,text\r\nann,c,"one, ""two""\r\nthree"\r\nbob,,four\r\n')
    assert frame["text"].to_list() == ['one, "two"\r\nthree', "four"]


def test_rows_that_do_not_fit_are_rejected_with_their_number_and_the_reason():
    frame, rejects = read(b"author,channel,text\nann,c,one\nbob,two\n\neve,c,three,four\nann,c,five\n")
    assert frame["text"].to_list() == ["one", "five"]
    assert rejects == [
        (3, "expected 3 fields, found 2", "bob,two"),
        (5, "expected 3 fields, found 4", "eve,c,three,four"),
    ]


def test_a_quote_that_never_closes_takes_no_other_row_with_it():
    frame, rejects = read(b'author,channel,text\nann,c,"hello\nbob,c,two\neve,c,say "hi"\nann,c,"three"\n')
    assert frame["text"].to_list() == ['"hello', "two", 'say "hi"', "three"]
    assert rejects == []


def test_a_quoted_last_row_without_a_line_end_is_whole():
    frame, rejects = read(b'author,channel,text\nann,c,"one\ntwo"')
    assert frame["text"].to_list() == ["one\ntwo"]
    assert rejects == []


def test_bytes_that_are_not_utf8_are_shown_and_counted():
    notes = Notes()
    frame, _ = read("author,channel,text\nann,c,déjà\nbob,c,ok\n".encode("latin-1"), notes=notes)
    assert frame["text"].to_list() == ["d\ufffdj\ufffd", "ok"]
    assert notes.lines() == ("1 row held bytes that are not UTF-8; shown as U+FFFD",)


@pytest.mark.parametrize("opening", [b"", b'"'])
def test_an_overlong_record_is_passed_over(opening: bytes):
    long = opening + b"x" * (MAX_RECORD_BYTES + 10)
    frame, rejects = read(b"author,channel,text\nann,c,one\nbob,c," + long + b"\neve,c,two\n")
    assert frame["text"].to_list() == ["one", "two"]
    assert [(row, reason) for row, reason, _ in rejects] == [(3, delimited.OVERLONG)]
    assert len(rejects[0][2]) == 500


def test_a_long_text_is_rejected():
    frame, rejects = read(b"author,channel,text\nann,c," + b"x" * 70_000 + b"\nbob,c,two\n")
    assert frame["text"].to_list() == ["two"]
    assert [(row, reason) for row, reason, _ in rejects] == [(2, "a text of more than 65,536 bytes")]


def test_many_short_rows_come_in_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delimited, "MAX_ROWS", 1_000)
    data = b"author,channel,text\n" + b"a,b,c\n" * 5_500
    batches = list(read_delimited(Chunks(iter([data]), Budget(1 << 30)), THREE, Notes()))
    assert [batch.frame.height for batch in batches] == [1_000] * 5 + [500]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"a,b;c,d\n", (",", ["a", "b;c", "d"])),
        (b"\xef\xbb\xbfa;b;c\r\n", (";", ["a", "b", "c"])),
        (b'"a\tb"\tc\td,e', ("\t", ["a\tb", "c", "d,e"])),
        (b"text\n", (",", ["text"])),
    ],
)
def test_headers_tell_their_delimiter(head: bytes, expected: tuple[str, list[str]]):
    assert read_header(head) == expected


def test_a_plain_file_larger_than_the_floor_of_the_ratio_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unpack, "RATIO_FLOOR_BYTES", 1 << 16)
    row = b"2024-05-01T20:00:00Z,ann,hello\n"
    n_rows = (8 << 20) // len(row)
    (tmp_path / "chat.csv").write_bytes(b"ts,author,text\n" + row * n_rows)
    (chat,) = open_chats(tmp_path / "chat.csv")
    assert sum(batch.frame.height for batch in chat.batches()) == n_rows
    assert chat.damage is None


POST = 1_541_815_603_606_036_480  # made at 2022-06-28 16:07:40.105 UTC, as X's documentation of its ids shows


@pytest.mark.parametrize(
    ("header", "rows", "moments"),
    [
        (
            "id,text",
            [f"{POST},hi", f"{POST + (1000 << 22)},ho"],
            ["2022-06-28 16:07:40.105", "2022-06-28 16:07:41.105"],
        ),
        ("tweet_id,platform,text", [f"{POST},x,hi"], ["2022-06-28 16:07:40.105"]),
        ("id,platform,text", [f"{POST},twitch,hi"], [None]),
        ("id,text", [f"{POST},hi", "7f,ho"], [None, None]),
        ("id,text", ["1234567890123456,hi"], [None]),
        ("id,ts,text", [f"{POST},2020-01-01T00:00:00Z,hi"], ["2020-01-01 00:00:00"]),
        ("id,offset_s,text", [f"{POST},5,hi"], [None]),
    ],
)
def test_moments_of_posts_are_in_their_ids(
    tmp_path: Path, header: str, rows: list[str], moments: list[str | None]
) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("\n".join([header, *rows]) + "\n")
    (chat,) = open_chats(file)
    frame = pl.concat([batch.frame for batch in chat.batches()])
    expected = pl.Series(moments, dtype=pl.String).str.to_datetime(time_unit="us", time_zone="UTC", strict=True)
    assert frame["sent_at"].to_list() == expected.to_list()
