"""Live themes: the same for any batches, planted truth, ids that last, the log, bounded memory, a restart."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.analyze import live_themes
from hubbub.analyze.live_themes import LiveThemes, Said
from hubbub.analyze.theme_ids import Identities, resolve
from hubbub.measures import adjusted_mutual_information

N_SUBJECTS = 8
DIM = 24


@cache
def make_stream(seed: int = 0, n: int = 1500) -> tuple[tuple[Said, ...], tuple[int, ...]]:
    """Return messages about subjects that come one after another, half of them repeats, and their subjects."""
    rng = np.random.default_rng(seed)
    hearts = rng.normal(size=(N_SUBJECTS, DIM))
    said: list[Said] = []
    subjects: list[int] = []
    seconds = 0.0
    for i in range(n):
        seconds += rng.exponential(2.0)
        now = i * N_SUBJECTS // n
        subject = int(rng.choice([now, max(now - 1, 0), -1], p=[0.6, 0.15, 0.25]))
        number = int(rng.integers(0, 60))
        kind = "greeting" if subject < 0 and number < 20 else "emote_only" if number == 59 else "opinion"
        heart = hearts[subject] if subject >= 0 else np.zeros(DIM)
        noise = np.random.default_rng([seed, subject + 1, number]).normal(size=DIM)
        vector = (heart + 0.7 * noise).astype(np.float32)
        words = f"word{subject}x{number % 5} filler{number}" if subject >= 0 else f"odd{number} thing{number % 7}"
        emotes = (f"emote{subject}",) if subject >= 0 and number > 50 else ()
        text = " ".join([words, *emotes]) if kind != "emote_only" else "".join(emotes)
        vector = vector / np.linalg.norm(vector)
        text_id = f"{subject}-{number}-{kind}"
        said.append(Said(text_id, text, kind, seconds, emotes, None if kind == "emote_only" else vector))
        subjects.append(subject)
    return tuple(said), tuple(subjects)


def run(
    messages: tuple[Said, ...], sizes: list[int], live: LiveThemes | None = None
) -> tuple[list[int], list[int], LiveThemes]:
    """Return the first and the settled theme of each message, given in batches of these sizes in turn."""
    live = LiveThemes(settle_seconds=600.0) if live is None else live
    first: list[int] = []
    settled: dict[int, int] = {}
    start = turn = 0
    while start < len(messages):
        batch = messages[start : start + sizes[turn % len(sizes)]]
        added = live.add(batch)
        first += added.first.tolist()
        settled.update(added.settled)
        start, turn = start + len(batch), turn + 1
    settled.update(live.finish())
    return first, [settled[i] for i in range(len(messages))], live


@pytest.fixture(scope="module")
def straight() -> tuple[list[int], list[int], LiveThemes]:
    return run(make_stream()[0], [10_000])


@settings(deadline=None, max_examples=6)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_any_batches_give_the_same(straight: tuple[list[int], list[int], LiveThemes], sizes: list[int]):
    first, settled, live = run(make_stream()[0], sizes)
    assert (first, settled, live.log) == (straight[0], straight[1], straight[2].log)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_one_seven_and_a_thousand_at_once_give_the_same(straight: tuple[list[int], list[int], LiveThemes], size: int):
    first, settled, live = run(make_stream()[0], [size])
    assert (first, settled, live.log) == (straight[0], straight[1], straight[2].log)


def test_planted_subjects_are_found_as_they_come():
    for seed in range(3):
        messages, subjects = make_stream(seed)
        first, settled, live = run(messages, [100])
        known = np.array(subjects) >= 0
        into = resolve(live.log)
        at_once, in_the_end = (
            np.array([into.get(theme, theme) for theme in labels])[known] for labels in (first, settled)
        )
        planted = np.array(subjects)[known]
        assert adjusted_mutual_information(planted, in_the_end) > 0.75
        assert adjusted_mutual_information(planted, at_once) > 0.4
        assert adjusted_mutual_information(planted, in_the_end) > adjusted_mutual_information(planted, at_once)


def test_equal_texts_have_one_theme_at_any_moment():
    live = LiveThemes()
    messages = make_stream()[0]
    for start in range(0, len(messages), 50):
        batch = messages[start : start + 50]
        steps = live.next_step
        added = live.add(batch)
        if live.next_step == steps:  # no new grouping within the batch
            themes = defaultdict(set)
            for said, theme in zip(batch, added.first.tolist(), strict=True):
                themes[said.text_id].add(theme)
            assert all(len(found) == 1 for found in themes.values())


def test_ids_are_used_once_and_the_log_tells_every_life(straight: tuple[list[int], list[int], LiveThemes]):
    _, _, live = straight
    begun = [change.theme_id for change in live.log if change.kind in ("birth", "split")]
    assert begun == sorted(set(begun)) == list(range(live.identities.next_id))
    alive: set[int] = set()
    for change in live.log:
        assert change.why
        if change.kind in ("birth", "split"):
            alive.add(change.theme_id)
        else:
            assert change.theme_id in alive
        if change.kind in ("merge", "death"):
            alive.remove(change.theme_id)
    assert alive == set(live.identities.themes)
    used = {theme for theme in [*straight[0], *straight[1]] if theme >= 0}
    assert used <= set(begun)
    assert {change.kind for change in live.log} >= {"birth", "pause"}


def test_memory_is_bounded():
    live = LiveThemes(max_texts=60, settle_seconds=100.0, max_pending=50)
    for seed in range(2):
        live.add(make_stream(seed)[0])
        assert len(live.pending) <= 50
    assert len(live.texts) <= 60 + 60 + live_themes._FIRST_STEP
    assert all(len(text.moments) <= live_themes._MOST_MOMENTS + live_themes._FIRST_STEP for text in live.texts.values())


def test_old_moments_are_forgotten_but_the_last_of_a_text_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_themes, "_MOST_SECONDS", 500.0)
    _, _, live = run(make_stream()[0], [10_000])
    # Between two groupings, at most 500 s apart here, none is forgotten.
    assert max(sum(live.now - moment > 1000 for moment in text.moments) for text in live.texts.values()) == 1
    assert all(text.moments for text in live.texts.values())
    assert any(text.n_sent > len(text.moments) for text in live.texts.values())


@pytest.mark.parametrize("cut", [50, 333, 1204])
def test_a_restart_goes_on_as_if_nothing_happened(straight: tuple[list[int], list[int], LiveThemes], cut: int):
    messages = make_stream()[0]
    live = LiveThemes(settle_seconds=600.0)
    before = live.add(messages[:cut])
    restored = LiveThemes.restore(live.save(), settle_seconds=600.0)
    del live
    after = restored.add(messages[cut:])
    settled = dict([*before.settled, *after.settled, *restored.finish()])
    assert [*before.first.tolist(), *after.first.tolist()] == straight[0]
    assert [settled[i] for i in range(len(messages))] == straight[1]
    assert restored.log == straight[2].log


def test_a_message_that_says_nothing_has_no_theme():
    live = LiveThemes()
    added = live.add([Said(None, None, "event", float("nan"), (), None)] * 150)
    assert set(added.first.tolist()) == {-1}
    assert live.log == []


def test_groups_take_ids_by_the_texts_they_share():
    identities = Identities()
    vectors = np.eye(6, 4, dtype=np.float32) + 0.1
    ones = np.ones(6, dtype=np.float32)
    none = np.full(6, -1)
    groups = np.array([0, 0, 0, 1, 1, 1])
    assert identities.name(none, groups, vectors, ones, 1.0) == [0, 1]
    swapped = 1 - groups
    assert identities.name(groups, swapped, vectors, ones, 2.0) == [1, 0]
    joined = np.zeros(6, dtype=np.int64)
    (kept,) = identities.name(np.array([0, 0, 0, 0, 1, 1]), joined, vectors, ones, 3.0)
    assert kept == 0
    assert [(change.kind, change.theme_id, change.other_id) for change in identities.log[2:]] == [("merge", 1, 0)]
    parted = np.array([0, 0, 0, 0, 1, 1])
    assert identities.name(joined, parted, vectors, ones, 4.0) == [0, 2]
    assert identities.log[-1][1:4] == ("split", 2, 0)
    assert resolve(identities.log) == {1: 0}
