"""Tokenizers of chat: emotes are one token, any text can be cut and put together, and transformers loads them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hubbub
from hubbub.artifacts import load_artifact
from hubbub.errors import ArtifactError, HubbubError, RecordError
from hubbub.learn.subwords import SPECIALS, describe_pieces, describe_subwords, load_subwords, train_subwords

EMOTES = ["LUL", "ponceJAM", "<3", ":tf:", "monkaS"]
KINDS = ("unigram", "bpe", "wordpiece")


def make_documents(n: int, seed: int = 0) -> list[str]:
    """Return texts of made-up words with the shape of a language: syllables, and frequencies by Zipf."""
    rng = np.random.default_rng(seed)
    syllables = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "ou", "an", "in")]
    words = ["".join(rng.choice(syllables, rng.integers(1, 4))) for _ in range(4_000)]
    weights = 1 / np.arange(1, len(words) + 1)
    picks = rng.choice(len(words), (n, 8), p=weights / weights.sum())
    return [
        " ".join(words[i] for i in row) + (f" {EMOTES[i % len(EMOTES)]}" if i % 5 == 0 else "")
        for i, row in enumerate(picks)
    ]


@pytest.fixture(scope="module")
def trained() -> dict[str, bytes]:
    documents = make_documents(4_000)
    return {kind: train_subwords(documents, kind=kind, n_tokens=1_200, emotes=EMOTES) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_emotes_and_placeholders_are_one_token(kind: str, trained: dict[str, bytes]):
    tokenizer = load_subwords(trained[kind])
    assert 1_150 <= tokenizer.get_vocab_size() <= 1_200
    assert [tokenizer.token_to_id(name) for name in SPECIALS] == list(range(len(SPECIALS)))
    for emote in EMOTES:
        tokens = tokenizer.encode(f"bon {emote} bon {emote}", add_special_tokens=False).tokens
        assert [piece.removeprefix("▁") for piece in tokens].count(emote) == 2
    tokens = tokenizer.encode("bon <mention> bon <url>").tokens
    assert [piece.strip() for piece in tokens].count("<mention>") == 1
    assert (tokens[0], tokens[-1]) == ("[CLS]", "[SEP]")


@pytest.mark.parametrize("kind", KINDS)
def test_known_texts_come_back_from_their_tokens(kind: str, trained: dict[str, bytes]):
    tokenizer = load_subwords(trained[kind])
    for text in make_documents(50, seed=3):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert tokenizer.token_to_id("[UNK]") not in ids
        assert tokenizer.decode(ids) == text


@pytest.mark.parametrize("kind", KINDS)
def test_strange_texts_are_cut_too(kind: str, trained: dict[str, bytes]):
    tokenizer = load_subwords(trained[kind])
    for text in ("", " ", "\x00", "日本語", "a" * 10_000, "🤣🤣", "e\u0301", "[MASK] [CLS]"):
        assert tokenizer.encode(text).tokens[0] == "[CLS]"


def test_training_twice_gives_the_same(trained: dict[str, bytes]):
    assert train_subwords(make_documents(4_000), kind="bpe", n_tokens=1_200, emotes=EMOTES) == trained["bpe"]


def test_too_little_text_and_too_large_a_vocabulary_are_said():
    with pytest.raises(RecordError, match="at least 1,000 different words"):
        train_subwords(["bon jour"], kind="bpe", n_tokens=1_200)
    with pytest.raises(RecordError, match="not of 90,000"):
        train_subwords(make_documents(2_000), kind="bpe", n_tokens=90_000)


def test_figures_are_counted_as_they_say(trained: dict[str, bytes]):
    figures = describe_pieces([["▁a", "b", "▁LUL"], ["[UNK]"]], ["ab LUL", "x"], [["LUL"], ["x"]], "[UNK]")
    assert figures == {
        "tokens_per_message": 2.0,
        "characters_per_token": 7 / 4,
        "unknown_share": 0.25,
        "emotes_whole_share": 0.5,
    }
    assert describe_subwords(trained["unigram"], ["LUL monkaS"], [["LUL", "monkaS"]])["emotes_whole_share"] == 1.0


def test_the_command_makes_a_folder_that_transformers_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import transformers

    archive, output = tmp_path / "archive", tmp_path / "tokenizer"
    hubbub.simulate(archive, seed=4, n_messages=8_000)
    with pytest.raises(HubbubError, match="--vocabulary"):
        hubbub.train_tokenizer(archive, output=output, vocabulary=10)
    with pytest.raises(RecordError, match="fewer"):
        hubbub.train_tokenizer(archive, output=output, vocabulary=150_000)
    assert not output.exists()
    report = hubbub.train_tokenizer(archive, output=output, kind="bpe", vocabulary=2_000)
    ours, other = report.details["ours"], report.details["default encoder"]
    assert ours["emotes_whole_share"] > other["emotes_whole_share"]
    assert ours["tokens_per_message"] < other["tokens_per_message"]
    assert load_artifact(output).kind == "tokenizer"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    loaded = transformers.AutoTokenizer.from_pretrained(str(output))
    state = json.loads((output / "tokenizer.json").read_text())
    assert loaded.mask_token_id == SPECIALS.index("[MASK]")
    assert len(loaded) == len(state["model"]["vocab"])
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "note").write_text("mine")
    with pytest.raises(ArtifactError, match="holds something else"):
        hubbub.train_tokenizer(archive, output=tmp_path / "other", kind="bpe", vocabulary=2_000)
