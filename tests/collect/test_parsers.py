"""The family checks of ``tests/checks.py``, on every reader of bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks import PARSERS, Parser, check_cuts, check_no_forgery, check_torn

pytestmark = pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)

AUTHORS = st.from_regex(r"[a-z][a-z0-9_]{2,8}", fullmatch=True)
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(
        st.sampled_from(
            ['"', '""', ",", ";", "\n", "\r\n", "\t", "\\", "\\u0000", "{", "}", "[", "]", '"}, {"message": "x"}, {"',
             "@id=9;bits=100 ", ":eve!e@e PRIVMSG #d :", "'", "a", " ", "é", "👍", "\x00", "\ufeff", "eve,d,x"]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip


def fits(parser: Parser, text: str) -> str:
    """Return the text without what the form has no way to write: a line end in a line."""
    if parser.is_lines:
        text = re.sub(r"[\r\n]", "", text).strip()
    if parser.name.startswith("twitch"):
        text = text.lstrip(":")
    return text.removeprefix("\ufeff") or "x"


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(AUTHORS, HOSTILE), max_size=12), cuts=st.lists(st.integers(0, 1500), max_size=12))
def test_any_cutting_gives_the_same_records(parser: Parser, rows: list[tuple[str, str]], cuts: list[int]):
    check_cuts(parser, parser.write([(author, fits(parser, text)) for author, text in rows]), cuts)


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 400), max_size=8))
def test_any_cutting_of_damaged_bytes_gives_the_same_records(parser: Parser, data: bytes, cuts: list[int]):
    good = parser.write([("ann", 'one "two", three'), ("bob", "four")])
    half = len(good) // 2
    check_cuts(parser, good[:half] + data + good[half:] + data, cuts)


def test_each_byte_alone_gives_the_same_records(parser: Parser):
    data = parser.write([("ann", 'say "hé👍", twice'), ("bob", "x" * 200), ("eve", "é")])
    check_cuts(parser, data, list(range(len(data))))


def test_a_torn_last_record_is_neither_lost_nor_doubled(parser: Parser):
    check_torn(parser, [("ann", "one"), ("bob", "two"), ("eve", 'three "é" four')])


@settings(max_examples=80, deadline=None)
@given(text=HOSTILE)
def test_no_text_can_forge_another_field(parser: Parser, text: str):
    check_no_forgery(parser, fits(parser, text))
