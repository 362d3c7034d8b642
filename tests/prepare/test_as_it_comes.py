"""Messages as they come: what batch preparation says, polls, copies and bots soon, the same after a stop."""

from __future__ import annotations

from functools import cache
from random import Random

from hubbub.collect.synthetic import simulate_stream
from hubbub.prepare.as_it_comes import COPY_STEP, RARE_STEP, REPLAY, STEP, Listener
from hubbub.prepare.preparation import Preparation, prepare_texts

COPIED = "this is the copypasta of the evening, please send it on to everybody that you know in this chat"
Row = tuple[str | None, str, float]


def hear(rows: list[Row], listener: Listener, since: int = 0) -> tuple[list[str], dict[str, str]]:
    types, turned = [], {}
    for text, viewer, seconds in rows[since:]:
        types.append(listener.hear(listener.read(text, "message", None), viewer, seconds, None))
        if listener.is_time_to_look:
            turned |= listener.look()
    return types, turned


@cache
def talk(n: int) -> tuple[Row, ...]:
    """Return messages that share words and no templates."""
    random = Random(0)
    words = [
        a + b for a in ("ga", "lo", "mi", "te", "ru", "so", "va", "ne") for b in ("bel", "dor", "kim", "tal", "zen")
    ]
    return tuple((" ".join(random.sample(words, 6)), f"v{i % 90}", 2.0 * i) for i in range(n))


def test_a_text_says_what_batch_preparation_says():
    texts = [
        "Salut @bob !!!!",
        "c'est quoi ce jeu",
        "LUL LUL",
        "mdrrrr",
        "!uptime",
        "x" * 500,
        "a b@ https://x.fr",
        " ",
    ]
    listener = Listener(Preparation())
    frame = prepare_texts(Preparation(), texts)
    for text, row in zip(texts, frame.to_dicts(), strict=True):
        told = listener.read(text, "message", None)
        if text.strip():
            assert (told.clean_text, told.text_id, told.message_type, told.left_out, list(told.emotes)) == tuple(
                row[name] for name in ("clean_text", "text_id", "message_type", "left_out", "emotes")
            )
    assert listener.read("raid", "raid", None).message_type == "event"


def test_a_poll_is_seen_soon_and_over_when_it_is_over():
    rows = list(talk(1000))
    poll = [(("A", "B", "c")[i % 3], f"w{i}", 2000.0 + 0.2 * i) for i in range(2 * STEP)]
    later = [(text, viewer, seconds + 2100.0) for text, viewer, seconds in rows]
    types, turned = hear(rows + poll + [*later[:300], ("b", "v1", 2900.0)], Listener(Preparation()))
    during = types[1000 : 1000 + 2 * STEP]
    assert during[STEP:] == ["poll_answer"] * STEP
    assert "poll_answer" not in types[:1000]
    assert types[-1] != "poll_answer"
    listener = Listener(Preparation())
    assert {listener.read(text, "message", None).text_id for text in "abc"} <= {
        text_id for text_id, kind in turned.items() if kind == "poll_answer"
    }


def test_copypasta_and_bots_are_seen_and_talk_is_not():
    rows = list(talk(RARE_STEP + COPY_STEP))
    for i in range(50):
        rows[i * 50 + 7] = (COPIED, f"w{i}", 100.0 * i)
        rows[i * 50 + 23] = ("follow us on https://x.fr and type !discord to join", "nightbot", 100.0 * i + 46.0)
        rows[i * 50 + 31] = ("new here? read the rules by !rules please everyone", "nightbot", 100.0 * i + 62.0)
    types, turned = hear(rows, Listener(Preparation()))
    copied, bot = Listener(Preparation()).read(COPIED, "message", None), rows[23][0]
    assert turned[copied.text_id or ""] == "copypasta"
    assert [kind for (text, *_), kind in zip(rows, types, strict=True) if text == COPIED][-20:] == ["copypasta"] * 20
    assert [kind for (_, viewer, _), kind in zip(rows, types, strict=True) if viewer == "nightbot"][-1] == "bot"
    assert Listener(Preparation()).read(bot, "message", None).text_id in turned
    others = [kind for (_, viewer, _), kind in zip(rows, types, strict=True) if viewer.startswith("v")]
    assert not {"copypasta", "bot", "poll_answer"} & set(others)


def test_who_hears_the_last_messages_again_goes_on_the_same():
    raw = simulate_stream(seed=1, n_messages=8700).raw
    texts, authors = raw["text"].to_list(), raw["author"].fill_null("").to_list()
    rows: list[Row] = [(text, author, 2.0 * i) for i, (text, author) in enumerate(zip(texts, authors, strict=True))]
    straight, _ = hear(rows, Listener(Preparation()))
    for cut in (6200, 8500):
        again = Listener(Preparation())
        first = (cut - REPLAY) // RARE_STEP * RARE_STEP
        again.begin_at(max(0, first))
        hear(rows[:cut], again, max(0, first))
        types, _ = hear(rows, again, cut)
        assert types == straight[cut:]
    assert {"copypasta", "bot"} & set(straight)
