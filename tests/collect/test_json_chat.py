"""JSON arrays and lines: chat-downloader's shapes, damage inside an array, and copies that tickers make."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect import json_chat
from hubbub.collect.json_array import find_spans
from hubbub.collect.json_chat import read_json_array, read_json_lines
from hubbub.collect.json_shapes import Shapes
from hubbub.collect.rows import TICKER_COPY, TORN, Notes
from hubbub.collect.unpack import MAX_RECORD_BYTES, Budget, Chunks


def read(data: bytes, *, block_bytes: int = 2 << 20) -> tuple[pl.DataFrame, list[tuple[int, str, str]], Notes]:
    notes = Notes()
    reader = read_json_array if data.lstrip()[:1] == b"[" else read_json_lines
    batches = list(reader(Chunks(iter([data]), Budget(1 << 30)), {}, notes, block_bytes=block_bytes))
    rejects = [row for batch in batches for row in batch.rejects.rows()]
    return pl.concat([batch.frame for batch in batches]), rejects, notes


def read_one(message: dict[str, Any]) -> dict[str, Any]:
    frame, rejects, _ = read(json.dumps(message).encode())
    assert not rejects
    return {name: value for name, value in frame.to_dicts()[0].items() if value is not None}


def test_old_and_new_shapes_of_an_author_are_the_same():
    old = read_one({"message": "hi", "author": "ann", "author_id": "UC1", "badges": "Moderator, New member"})
    badges = [{"title": "Moderator"}, {"title": "New member"}]
    new = read_one({"message": "hi", "author": {"name": "ann", "id": "UC1", "badges": badges}})
    assert old == new == {
        "author": "ann", "author_id": "UC1", "roles": ["moderator", "member"], "kind": "message", "text": "hi",
    }  # fmt: skip


def test_a_sum_counts_in_every_shape():
    assert read_one({"message": None, "amount": "NT$150.00"})["amount"] == 15_000
    money = {"text": "US$5.00", "amount": 5.0, "currency": "USD", "currency_symbol": "$"}
    paid = read_one({"message": "hi", "message_type": "paid_message", "money": money})
    assert (paid["kind"], paid["amount"], paid["currency"], paid["event"]) == ("donation", 500, "USD", "paid_message")
    cheer = read_one({"message": "Cheer100", "bits": 100})
    assert (cheer["kind"], cheer["amount"], cheer["currency"]) == ("donation", 100, "bits")
    assert read_one({"message": "hi", "bits": 0})["kind"] == "message"


def test_a_sticker_has_no_text_and_a_typed_null_has():
    assert "text" not in read_one({"message": None, "message_type": "paid_sticker", "amount": "¥200"})
    assert read_one({"message": "NULL"})["text"] == "NULL"


def test_times_of_a_replay():
    row = read_one({"message": "early", "time_in_seconds": -5, "time_text": "-0:05", "timestamp": 1598724006851078})
    assert row["offset_seconds"] == -5.0
    assert row["sent_at"].isoformat() == "2020-08-29T18:00:06.851078+00:00"
    assert read_one({"message": "x", "time_text": "1:02:03"})["offset_seconds"] == 3723.0
    assert read_one({"message": "x", "video_offset_time_msec": 12_877})["offset_seconds"] == 12.877


@pytest.mark.parametrize("block_bytes", [100, 2 << 20])
def test_ticker_copies_are_told_across_batches(block_bytes: int):
    paid = {"author": "ann", "message": "hi", "amount": "€5.00", "timestamp": 1598724006851078}
    other = paid | {"timestamp": 1598724006851079}
    alone = paid | {"author": "bob", "ticker_duration": 60}
    rows = [paid, other, paid | {"ticker_duration": 60}, alone, paid | {"author": "bob"}, alone]
    frame, rejects, _ = read(json.dumps(rows).encode(), block_bytes=block_bytes)
    assert frame["author"].to_list() == ["ann", "ann", "bob"]
    assert [(row, reason) for row, reason, _ in rejects] == [(3, TICKER_COPY), (5, TICKER_COPY), (6, TICKER_COPY)]


def test_a_broken_object_takes_no_neighbor_with_it():
    good = [json.dumps({"message": f"m{i}", "x": [{"y": "},{"}, {"z": 1}]}) for i in range(6)]
    for broken in (
        '{"message": bad}',
        '{"message": "no end, "x": 1}',
        '{"message": {"a": 1}',
        '"text"',
        "17",
        "[1, 2]",
    ):
        data = "[" + ", ".join([*good[:3], broken, *good[3:]]) + "]"
        frame, rejects, notes = read(data.encode())
        assert frame["text"].to_list() == [f"m{i}" for i in range(6)], broken
        assert len(rejects) == 1, broken
        assert notes.damage is None or "not closed" in notes.damage


def test_an_array_that_ends_early_keeps_what_was_whole():
    data = json.dumps([{"message": f"m{i}"} for i in range(50)]).encode()
    frame, rejects, notes = read(data[:-8])
    assert frame.height == 49
    assert [reason for _, reason, _ in rejects] == [TORN]
    assert notes.damage == "the JSON array is not closed"
    frame, rejects, _ = read(data + b" tail")
    assert (frame.height, [reason for _, reason, _ in rejects]) == (50, ["text after the end of the array"])


@pytest.mark.parametrize("form", ["array", "lines"])
def test_overlong_records_are_passed_over(form: str):
    rows = [{"message": "a"}, {"message": "b", "long": "x" * (MAX_RECORD_BYTES + 5)}, {"message": "c"}]
    written = [json.dumps(row) for row in rows]
    data = ("[" + ",".join(written) + "]" if form == "array" else "\n".join(written)).encode()
    frame, rejects, _ = read(data)
    assert frame["text"].to_list() == ["a", "c"]
    assert [row for row, _, _ in rejects] == [2]
    assert rejects[0][1] in {json_chat.OVERLONG_OBJECT, json_chat.OVERLONG_LINE}


KEYS = [
    "message",
    "text",
    "author",
    "id",
    "badges",
    "emotes",
    "timestamp",
    "money",
    "amount",
    "bits",
    "ticker_duration",
    "type",
    "in_reply_to",
    "x",
]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=6), values, max_size=4), max_size=6), st.booleans())
def test_spans_are_the_objects_that_the_json_module_reads(rows: list[dict[str, Any]], is_ascii: bool):
    data = json.dumps(rows, ensure_ascii=is_ascii, indent=1).encode("utf-8", "replace")
    spans, opened, closed = find_spans(data, 1)
    assert [json.loads(data[begin:end]) for begin, end in spans] == json.loads(data)
    assert opened is None
    assert closed == len(data) - 1


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), values))
def test_no_value_breaks_the_reader(message: dict[str, Any]):
    frame, rejects, _ = read(json.dumps(message).encode())
    assert frame.height + len(rejects) == 1


@pytest.mark.parametrize("n_lines", [1, 2])
def test_messages_of_pytchat(n_lines: int):
    author = {"name": "ann", "channelId": "UC1", "isChatOwner": False, "isChatModerator": True, "isVerified": False}
    message = {
        "author": author, "type": "superChat", "id": "m1", "timestamp": 1_700_000_000_123, "elapsedTime": "1:02",
        "datetime": "2023-11-15 07:13:20", "message": "hi", "amountValue": 1000.0, "amountString": "¥1,000",
        "currency": "JPY", "bgColor": 0,
    }  # fmt: skip
    plain = message | {"type": "textMessage", "amountValue": 0.0, "amountString": "", "currency": ""}
    frame, rejects, notes = read(b"\n".join(json.dumps(one).encode() for one in (message, plain)[:n_lines]))
    assert (rejects, notes.lines()) == ([], ())
    row = frame.row(0, named=True)
    assert (row["kind"], row["amount"], row["currency"], row["author_id"]) == ("donation", 1000, "JPY", "UC1")
    assert (row["roles"], row["offset_seconds"], row["sent_at"].microsecond) == (["moderator"], 62.0, 123_000)
    assert frame["kind"].to_list()[1:] == ["message"] * (n_lines - 1)
    assert frame["event"].to_list()[1:] == [None] * (n_lines - 1)


SHAPED = st.dictionaries(
    st.sampled_from(["author", "author_id", "message", "text", "timestamp", "time_in_seconds", "time_text", "money",
                     "amount", "message_type", "badges", "emotes", "in_reply_to", "strange", "ticker_duration"]),
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(-1e6, 1e6), st.text(max_size=5),
        st.sampled_from(["text_message", "paid_message", "1:02", "€5.00", "", 1_600_000_000_000_000, 12]),
        st.lists(st.text(max_size=3) | st.dictionaries(st.sampled_from(["title", "name"]), st.text(max_size=3))),
        st.dictionaries(st.sampled_from(["name", "id", "channelId", "isVerified", "badges", "amount", "currency",
                                         "text", "message_id"]),
                        st.one_of(st.text(max_size=3), st.integers(0, 99), st.none(), st.just(value=True))),
    ),
    max_size=7,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(
            SHAPED.map(json.dumps),
            st.just('{"author": "ann", "message": "hi"}'),
            st.sampled_from([
                '{"message": NaN}', '{"message": "hi", "time_in_seconds": 1.50}', '{"message": "a", "timestamp": 1e9}',
                '{"message": "hi", "time_in_seconds": 1e400}', '{"message": "", "timestamp": 1598724006851078.0}',
                '{"message": "\\ud800"}', '{"message": "a\tb"}', '{"message": "hi"} {"message": "ho"}', '{"message":',
                '"hi"}', "", '{"message": "no end}', "[1]", "17", '{"message": "a", "amount": 1' + "0" * 40 + "}",
                '{"message": "a", "x": ' + "[" * 2_000 + "]" * 2_000 + "}", '{"message": "a", "message": "b"}', "{}",
            ]),
        ),
        min_size=1, max_size=40,
    ),
    form=st.sampled_from(["lines", "crlf", "array", "indented"]),
    block_bytes=st.sampled_from([200, 5_000, 1 << 20]),
)  # fmt: skip
def test_objects_of_one_shape_give_what_each_object_gives(pieces: list[str], form: str, block_bytes: int):
    begin, between, end = {
        "lines": ("", "\n", "\n"),
        "crlf": ("", "\r\n", "\r\n"),
        "array": ("[", ", ", "]"),
        "indented": ("[\n    ", ",\n    ", "\n]\n"),
    }[form]
    data = (begin + between.join(pieces) + end).encode()
    read = read_json_array if begin else read_json_lines
    results = []
    for is_shaped in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not is_shaped:
                patch.setattr(Shapes, "read", lambda self, stretch, first_row: None)
            batches = list(read(Chunks(iter([data])), {}, notes := Notes(), block_bytes=block_bytes))
        frame = pl.concat([batch.frame for batch in batches])
        results.append((frame.to_dicts(), [row for batch in batches for row in batch.rejects.rows()], notes))
    assert results[0] == results[1]


@pytest.mark.parametrize("form", ["lines", "array"])
def test_what_one_tool_writes_is_decoded_at_once(form: str):
    messages = [{"message": f"m{i}", "author": {"name": f"a{i % 3}"}, "time_in_seconds": i / 4} for i in range(50)]
    data = json.dumps(messages) if form == "array" else "".join(json.dumps(message) + "\n" for message in messages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_chat.Objects, "read", lambda self, raw: pytest.fail(f"read alone: {raw!r}"))
        frame, rejects, _ = read(data.encode(), block_bytes=1_000)
    assert (frame["text"].to_list(), rejects) == ([f"m{i}" for i in range(50)], [])
    assert frame["offset_seconds"].to_list() == [i / 4 for i in range(50)]


def test_two_objects_in_one_line_are_none_though_as_many_objects_as_lines_are_found():
    data = b'{"message": "a"}\n' * 3 + b'{"message":\n"b"}\n{"message": "c"} {"message": "d"}\n'
    frame, rejects, _ = read(data)
    assert frame["text"].to_list() == ["a"] * 3
    assert [row for row, _, _ in rejects] == [4, 5, 6]
