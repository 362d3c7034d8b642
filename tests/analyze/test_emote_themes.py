"""An emote stands for the theme that people write it with."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hubbub.analyze.emote_themes import attach_emotes, emote_themes

uses = st.lists(st.tuples(st.lists(st.sampled_from("abcd"), max_size=3), st.integers(-1, 3)), max_size=40)


@given(uses, st.randoms(use_true_random=False))
def test_order_of_texts_does_not_matter_and_the_share_is_as_stated(texts, random):
    found = emote_themes([names for names, _ in texts], [label for _, label in texts])
    shuffled = random.sample(texts, len(texts))
    assert emote_themes([names for names, _ in shuffled], [label for _, label in shuffled]) == found
    for name, theme in found.items():
        labels = [label for names, label in texts if name in names]
        assert theme >= 0
        assert labels.count(theme) >= max(3, len(labels) / 2)


def test_a_flood_of_one_emote_in_one_text_is_one_use():
    assert emote_themes([["a"] * 50], [0]) == {}
    assert emote_themes([["a"]] * 3, [0, 0, 0]) == {"a": 0}


def test_emotes_of_general_use_stand_for_nothing():
    labels = [0, 1, 2, 0, 1, 2]
    assert emote_themes([["LUL"]] * 6, labels) == {}
    assert emote_themes([["LUL"]] * 7, [0, 0, 0, -1, -1, -1, -1]) == {}


def test_texts_join_only_when_their_emotes_agree():
    themes = {"a": 0, "b": 1}
    texts = [["a"], ["a", "LUL"], ["a", "b"], ["LUL"], []]
    np.testing.assert_array_equal(attach_emotes(texts, themes), [0, 0, -1, -1, -1])
    assert attach_emotes([], themes).shape == (0,)
