"""Texts as words for sentiment: each way, its traps, and that it is one function of the text alone."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.errors import ArtifactError
from hubbub.prepare import sentiment as reading
from hubbub.prepare.sentiment import (
    CAPS,
    LANGUAGES,
    PLACEHOLDERS,
    URL,
    WAYS,
    SentimentPreparation,
    prepare_for_sentiment,
)
from hubbub.word_rows import WordRows


def words(text: str, way: str = "standard", language: str = "en") -> str:
    return prepare_for_sentiment(SentimentPreparation(way, language), [text]).words[0]


@pytest.mark.parametrize("way", [way for way in WAYS if way != "raw"])
@pytest.mark.parametrize(
    "link",
    [
        "http://twitpic.com/2y1zl",
        "https://t.co/a.b-c?d=e&f=1#g",
        "www.example.org/x,y",
        "(http://a.b/c)",
        "gg!!http://a.b",
    ],
)
def test_a_link_is_cut_out_before_its_punctuation(way: str, link: str):
    found = words(f"so sad {link} today", way).split()
    assert URL in found
    assert not any("http" in word or "twitpic" in word or "www" in word or "example" in word for word in found)


def test_standard_keeps_the_sequence_of_words():
    text = "@ann Nope, they DIDN'T have it... I'm #SoSad!! :( http://t.co/x"
    assert words(text) == "<user> nope they did not have it i am <hashtag> sosad <url>"


@pytest.mark.parametrize("way", ["lemmas", "stems"])
def test_function_words_go_and_denials_stay(way: str):
    assert words("the cats are not on the tables", way) == {"lemmas": "cat not table", "stems": "cat not tabl"}[way]
    found = words("ce n'est pas drôle, jamais rien", way, "fr").split()
    assert {"pas", "jamais"} <= set(found)
    assert "ce" not in found


def test_chat_keeps_its_own_marks():
    assert words("LUL LUL fl0mPog sooooooo good :-))) <3 😂😂 !!!", "chat") == (
        ":LUL :LUL :fl0mPog :pog sooo good :) <3 😂 😂 !!"
    )
    assert words("THIS IS FINE", "chat") == f"this is fine {CAPS}"
    assert words("LUL KEKW", "chat") == ":LUL :KEKW", "names of emotes are no shouting"
    assert words("(: xDDD T_T =D :'( 10:30 http://a.b", "chat") == f":) xd t_t :D :( 10 : 30 {URL}"


def test_french_is_read_as_french():
    assert words("j'ai pas dit qu'il l'aimait aujourd'hui, bcp d'accord", "standard", "fr") == (
        "j ai pas dit qu il l aimait aujourd'hui beaucoup d'accord"
    )


def test_raw_changes_spaces_only():
    assert words("  @Ann\tLOOK:\n http://x.y  !!! ", "raw") == "@Ann LOOK: http://x.y !!!"


def test_another_language_is_told():
    found = prepare_for_sentiment(
        SentimentPreparation("chat", "en"),
        [
            "je ne comprends vraiment pas pourquoi il fait ça",
            "what a great game that was",
            "LUL",
            "привет как дела у вас",
        ],
    )
    assert found.foreign == ["fr", None, None, "ru"]
    assert prepare_for_sentiment(SentimentPreparation("chat", "fr"), ["what a great game that was"]).foreign == ["en"]


@given(st.lists(st.text(), max_size=4), st.sampled_from(WAYS), st.sampled_from(LANGUAGES))
def test_any_text_becomes_words_and_alone_as_in_company(texts: list[str], way: str, language: str):
    preparation = SentimentPreparation(way, language)
    together = prepare_for_sentiment(preparation, texts)
    assert len(together.words) == len(together.foreign) == len(texts)
    for text, said, foreign in zip(texts, together.words, together.foreign, strict=True):
        assert said == " ".join(said.split())
        alone = prepare_for_sentiment(preparation, [text])
        assert (alone.words, alone.foreign) == ([said], [foreign])


@given(
    st.text(alphabet="abxXDdwoNG.,!?':", min_size=1, max_size=12)
    | st.sampled_from(["www..", "www.", "xD!", "XDDD", "Kappa", "Kappa!", "LULW.", "i'm", "Mdr!!!", "?!", "THE."]),
    st.sampled_from([way for way in WAYS if way != "raw"]),
    st.sampled_from(LANGUAGES),
)
def test_one_word_is_read_as_by_the_patterns(token: str, way: str, language: str):
    preparation = SentimentPreparation(way, language)
    finish = reading._finisher(preparation)
    quick = reading._read_word(token, preparation, finish)
    assert quick is None or quick == reading._read_token(token, preparation, finish)


def test_words_are_numbered_the_same_one_text_or_many_and_none_is_lost():
    texts = ["gg  wp\tgg", "", " ", "\u3000a\u3000b ", "half \ud800 gone", "plain words"]
    few = WordRows.of(texts)
    assert few.texts() == ["gg wp gg", "", "", "a b", "half \ufffd gone", "plain words"]
    many = WordRows.of(texts * 1000)
    assert (many.words, many.texts()) == (few.words, few.texts() * 1000)
    assert many.numbers.tolist() == few.numbers.tolist() * 1000
    assert many.take(np.array([3, 0])).texts() == ["a b", "gg wp gg"]
    spelled = many.spell(WordRows.of([f"{word} {word}" if word == "gg" else "" for word in many.words]))
    assert spelled.texts()[:2] == ["gg gg gg gg", ""]


@given(st.text(alphabet="ab @#:)(<>!?.'/\\=-^_oO0xXdD3T😀é", max_size=60), st.sampled_from(["standard"]))
def test_standard_is_its_own_standard(text: str, way: str):
    once = words(text, way)
    assert words(once, way) == once


@pytest.mark.parametrize("unit", ["a", ":)", "(:", "http://", "@", "#a", "!", "'s", "ha", "<3", "😀", "=-", "\u0301"])
@pytest.mark.parametrize("way", ["standard", "chat"])
def test_hostile_texts_take_no_time(unit: str, way: str):
    started = time.process_time()
    words(unit * 500_000, way)
    assert time.process_time() - started < 1.0


def test_settings_survive_and_others_are_refused():
    preparation = SentimentPreparation("stems", "fr")
    assert SentimentPreparation.from_dict(preparation.as_dict()) == preparation
    with pytest.raises(ArtifactError, match="version"):
        SentimentPreparation.from_dict(preparation.as_dict() | {"version": 99})
    with pytest.raises(ValueError, match="way"):
        SentimentPreparation("advanced")
    assert {URL, CAPS} <= PLACEHOLDERS
