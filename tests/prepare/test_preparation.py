"""The settings and the frames of prepare_texts."""

import json

import polars as pl
import pytest

from hubbub.errors import ArtifactError
from hubbub.prepare import Preparation, prepare_texts
from hubbub.records import MESSAGE_TYPES, TABLES

COLUMNS = {
    name: dtype for name, dtype in TABLES["prepared"].columns.items() if not name.endswith(("message_id", "stream_id"))
}
TEXTS = [
    "Salut @bob !!!!",
    "c'est quoi ce jeu",
    None,
    "LUL LUL",
    "\u200b",
    "@a @b @c @d ok",
    "https://a.fr " * 4,
    "Salut @bob !!!!",
]


def test_settings_survive_json() -> None:
    preparation = Preparation(mentions="remove", max_links=1)
    assert Preparation.from_dict(json.loads(json.dumps(preparation.as_dict()))) == preparation


@pytest.mark.parametrize("settings", [{"mentions": "keep"}, {"links": ""}, {"max_mentions": -1}])
def test_wrong_settings(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        Preparation(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [{"emoji": True}, {"version": 99}])
def test_settings_of_another_hubbub(settings: dict[str, object]) -> None:
    with pytest.raises(ArtifactError, match="hubbub"):
        Preparation.from_dict(Preparation().as_dict() | settings)


def test_columns_and_reasons() -> None:
    frame = prepare_texts(Preparation(), TEXTS)
    assert dict(frame.schema) == COLUMNS
    assert set(frame["message_type"]) <= set(MESSAGE_TYPES)
    assert frame["left_out"].to_list() == [
        None, None, "no text", None, "nothing left", "more than 3 mentions", "more than 3 links", None,
    ]  # fmt: skip
    assert frame["clean_text"].to_list()[2:5] == [None, "LUL", None]
    assert frame["emotes"].to_list()[2:5] == [[], ["LUL"], []]


def test_limits_hold_where_mentions_are_removed() -> None:
    preparation = Preparation(mentions="remove", links="remove", max_mentions=1)
    frame = prepare_texts(preparation, ["@a @b ok", "@a ok", "@a"])
    assert frame["left_out"].to_list() == ["more than 1 mentions", None, "nothing left"]
    assert frame["clean_text"].to_list() == ["ok", "ok", None]


def test_series_and_lists_are_the_same() -> None:
    emotes = [["Salut"], None, [], ["LUL"], None, [], None, []]
    listed = prepare_texts(Preparation(), TEXTS, emotes)
    series = prepare_texts(Preparation(), pl.Series(TEXTS), pl.Series(emotes, dtype=pl.List(pl.String)))
    assert listed.equals(series)
    assert listed["emotes"][0].to_list() == ["Salut"]
    assert listed["emotes"][7].to_list() == []


def test_row_order_does_not_matter() -> None:
    frame = prepare_texts(Preparation(), TEXTS)
    assert prepare_texts(Preparation(), TEXTS[::-1]).equals(frame.reverse())
    for i, text in enumerate(TEXTS):
        assert prepare_texts(Preparation(), [text]).equals(frame[i : i + 1])


def test_no_texts() -> None:
    assert prepare_texts(Preparation(), []).height == 0
    assert dict(prepare_texts(Preparation(), pl.Series([], dtype=pl.String)).schema) == COLUMNS
    assert prepare_texts(Preparation(), pl.Series([None, None])).height == 2


def test_emotes_must_match_texts() -> None:
    with pytest.raises(ValueError, match="one entry per text"):
        prepare_texts(Preparation(), ["a", "b"], [["Kappa"]])
