"""Pieces: mentions, links, elongation, emotes; and the folding key made of them."""

import pytest

from hubbub.prepare.emotes import is_emote
from hubbub.prepare.pieces import squeeze
from hubbub.prepare.reading import Reader, make_text_id

READER = Reader(True, True)


def clean(text: str) -> str:
    return READER.read(text).clean


def key(text: str) -> str:
    return READER.read(text).key


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("@bob, salut", "<mention> salut"),
        ("salut @bob.dupont-x !", "salut <mention> !"),
        ("écris à bob@mail.fr", "écris à <mention>"),
        ("voir https://x.fr/a?b=c#d et www.x.org/", "voir <url> et <url>"),
        ("twitch.tv/massiet ou youtu.be/abc ou hubbub.example.com", "<url> ou <url> ou <url>"),
        ("212.92.101.38:27015", "<url>"),
        ("fini.merci 49.3 p.ex. etc... 3.14", "fini.merci 49.3 p.ex. etc... 3.14"),
        ("LUL LUL LUL", "LUL"),
        ("Kappa LUL LUL Kappa", "Kappa LUL Kappa"),
        ("😂😂😂 ok😂", "😂 ok 😂"),
        (":_kiwi::_kiwi:salut", ":_kiwi: salut"),
        ("mdr mdr mdr mdr", "mdr mdr"),
        ("Quoi ????!!", "Quoi ?!"),
        ("  a \n b ", "a b"),
        ("à 12:30:45", "à 12:30:45"),
    ],
)
def test_clean_text(typed: str, expected: str) -> None:
    assert clean(typed) == expected


def test_mentions_and_links_can_be_removed() -> None:
    reading = Reader(False, False).read("@bob: regarde https://x.fr, @alice")
    assert reading.clean == "regarde"
    assert (reading.n_mentions, reading.n_links) == (2, 1)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("noooon", "non"),
        ("bonsoiiiir", "bonsoir"),
        ("Ooooh", "Oh"),
        ("bonne", "bonne"),
        ("goooood", "good"),
        ("aaallezzz", "allez"),
        ("AAAAAA", "AAA"),
        ("wwwwww", "www"),
        ("ahahahahah", "ahah"),
        ("hahahaha!!!!", "haha!"),
        ("XVIII", "XVIII"),
        ("III", "III"),
        ("100000", "100000"),
        ("111", "111"),
        ("......", "..."),
        ("-----", "---"),
        ("すごおおおい", "すごおい"),
        ("ㅋㅋㅋㅋㅋ", "ㅋㅋㅋ"),
    ],
)
def test_squeeze(typed: str, expected: str) -> None:
    assert squeeze(typed) == expected
    assert squeeze(expected) == expected


@pytest.mark.parametrize(
    "same",
    [
        ("non", "Noooon", "NON !!", "non.", " nooon", "«non»", "non non non"),
        ("c'est faux", "C'EST FAUX!", "c’est faux...", "C'est, faux"),
        ("été", "ETE", "e\u0301te\u0301", "été !"),
        ("haha", "hahahahaha", "ahahah", "HAHAHA"),
        ("LUL", "LUL LUL", "LUL  LUL LUL"),
        ("@a merci", "@b merci !", "<mention> Merci"),
        ("quoi ?", "quoi?", "QUOI ???", "Quoi ?!"),
        ("👍", "👍🏽", "👍👍"),
    ],
)
def test_texts_that_say_the_same_have_one_key(same: tuple[str, ...]) -> None:
    assert len({key(text) for text in same}) == 1


@pytest.mark.parametrize(
    "different",
    [
        ("non", "non ?"),
        ("bonne", "bone"),
        ("noon", "non"),
        ("1", "2", "+1", "-1", "11", "1 1"),
        ("Kappa", "kappa"),
        ("a", "AAAAA", "b"),
        (":)", ":("),
        ("backseat", "!backseat"),
        ("か", "が"),
        ("...", "!", "?"),
        ("merci", "@a merci"),
    ],
)
def test_texts_that_say_other_things_have_other_keys(different: tuple[str, ...]) -> None:
    assert len({key(text) for text in different}) == len(different)


def test_text_ids_never_change() -> None:
    # Archives keep these ids: a change here needs a new Preparation.version and a note in the change log.
    golden = {
        "Noooon !!!": "5659f9741aef10f9",
        "c'est quoi ce jeu ?": "00d72a42fe24b5f4",
        "LUL LUL": "d82cfcec283305c5",
        "Été comme hiver, @bob https://x.fr": "b60ffbd684c38f34",
        "+1": "079ec7fc685c8d69",
        "こんにちは": "40302ebbf7bad7bb",
        "👍🏽": "3d6f134f1e6070b9",
    }
    assert {text: make_text_id(key(text)) for text in golden} == golden


def test_names_given_by_the_platform_are_emotes() -> None:
    reading = READER.read("WWWAAA bien WWWAAA squad4", frozenset(("WWWAAA", "squad4")))
    assert reading.emotes.split("\x1f") == ["WWWAAA", "squad4"]
    assert READER.read("WWWAAA bien").emotes == ""


@pytest.mark.parametrize(
    "name", ["Kappa", "LUL", "KEKW", "monkaS", "catJAM", "massietBonjour", "fl0mPog", "noctaPates", "inkkCreepC_SQ"]
)
def test_emote_names(name: str) -> None:
    assert is_emote(name)


@pytest.mark.parametrize(
    "word",
    [
        "iPhone",
        "YouTube",
        "McDonald",
        "kappa",
        "lul",
        "eBay",
        "macOS",
        "chatGPT",
        "covid19",
        "LOL",
        "MDR",
        "OK",
        "Paris",
    ],
)
def test_words_are_no_emotes(word: str) -> None:
    assert not is_emote(word)
