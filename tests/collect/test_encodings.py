"""The encoding of a text: told where it can be told, and the same however the bytes are cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.collect.encodings import SAMPLE_BYTES, as_utf8, choose_encoding, head_as_utf8
from hubbub.collect.rows import Notes
from hubbub.collect.unpack import Budget, Chunks

FRENCH = "Été à la plage, où est-il ? C’est très cher… déjà vu\nça va ? Noël à Nîmes, 10 € pièce\n"
JAPANESE = "こんにちは、世界！草ｗｗｗ\n配信お疲れ様でした。it’s late…\n"


def convert(pieces: list[bytes]) -> tuple[str, tuple[str, ...]]:
    notes = Notes()
    chunks = as_utf8(Chunks(iter(pieces), Budget(1 << 30)), notes)
    return b"".join(chunks).decode("utf-8", "replace"), notes.lines()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"),
        ("Grüße aus Köln, das ist ja süß! Überall Äpfel\n", "latin-1"),
        ("¡Qué día! ¿Dónde está el niño? mañana\n", "latin-1"),
        ("não são ações, irmãos, você está aí\n", "cp1252"),
        (JAPANESE, "cp932"),
        ("hello\nit’s late\n" * 3, "cp932"),
        (FRENCH + JAPANESE + "😂", "utf-16"),
        (FRENCH + JAPANESE + "😂", "utf-32"),
        (FRENCH + JAPANESE + "😂", "utf-16-le"),
    ],
)
def test_encodings_that_can_be_told(text: str, encoding: str):
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    found, notes = convert([mark + ("plain ascii first\n" * 200 + text).encode(encoding)])
    assert found == "plain ascii first\n" * 200 + text
    assert notes[0].startswith("the file is written in ")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет всем, как дела? я тут\n", "cp1251"),
        ("Привет всем, как дела? я тут\n", "koi8-r"),
        ("안녕하세요 반갑습니다\n", "cp949"),
        ("你好世界，我們在這裡\n", "gb18030"),
        ("你好世界，我們在這裡\n", "big5"),
        ("こんにちは、世界\n", "euc_jp"),
        ("příliš žluťoučký kůň\n", "cp1250"),
        ("zażółć gęślą jaźń\n", "cp1250"),
        ("καλημέρα κόσμε\n", "cp1253"),
    ],
)
def test_encodings_that_cannot_be_told_are_not_guessed(text: str, encoding: str):
    data = text.encode(encoding)
    found, notes = convert([data])
    assert found == data.decode("utf-8", "replace"), "what cannot be told stays as it is"
    assert notes == ()


def test_utf8_stays_as_it_is_broken_lines_and_all():
    data = "\ufeffaé\n".encode() * 3 + b"broken \xff\xe9t\xe9 \x82\xb1\n" + "ça\n".encode()
    notes = Notes()
    assert b"".join(as_utf8(Chunks(iter([data]), Budget(1 << 20)), notes)) == data
    assert notes.lines() == ()


def test_what_is_broken_in_an_encoding_is_counted():
    data = JAPANESE.encode("cp932") * 30 + b"\x82 torn\n"
    found, notes = convert([data])
    assert found.count("\ufffd") == 1
    assert notes[1] == "1 character that is not CP932; shown as U+FFFD" or "CP932; shown as U+FFFD" in notes[1]


@settings(max_examples=80, deadline=None)
@given(
    parts=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [FRENCH.encode("cp1252"), JAPANESE.encode("cp932"), FRENCH.encode(), b"plain\n", b"\xff\xfe"]
            ),
        ),
        max_size=6,
    ),
    cuts=st.lists(st.integers(0, 400), max_size=8),
)
def test_any_cutting_gives_the_same_text(parts: list[bytes], cuts: list[int]):
    data = b"".join(parts)
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[begin:end] for begin, end in itertools.pairwise(places)]
    assert convert(pieces) == convert([data])


def test_the_choice_looks_at_a_bounded_sample():
    data = b"ascii\n" * 100_000 + JAPANESE.encode("cp932") * 3_000
    found, _ = convert([data[i : i + 1_000] for i in range(0, len(data), 1_000)])
    assert found.encode("cp932") == data
    assert choose_encoding(JAPANESE.encode("cp932") * (2 * SAMPLE_BYTES // 80)) == "cp932"


def test_the_head_of_a_file_is_converted_alike():
    for data in (FRENCH.encode("cp1252"), JAPANESE.encode("utf-16"), FRENCH.encode()):
        assert head_as_utf8(data).decode() == convert([data])[0]
