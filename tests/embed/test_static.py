"""Tests of the static encoder against a slow one, written here, that goes token by token."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.artifacts import Card, load_artifact, save_artifact
from hubbub.embed import static
from hubbub.embed.static import SHIPPED, StaticEncoder, Tokenizer, fold, load_static, quantize
from hubbub.errors import ArtifactError

TEXTS = [
    "salut tout le monde, ça va ?",
    "Hello everyone, how are you?",
    "don't",
    "gg",
    "POG POG POG POG POG POG POG",
    "",
    "   ",
    "ｆｕｌｌｗｉｄｔｈ　ｔｅｘｔ",
    "配信ありがとう！",
    "😂😂😂 mdr",
    "a\x00b \x00 c",
    "\x00",
    "line one\nline two\ttabbed",
    "\ud800 half a pair",
    "x" * 5000,
    "é" + "e\u0301",
]
_CARD = Card("p", "d", "p", "m", "l", "p", "mit")


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return load_static()


def embed_slowly(encoder: StaticEncoder, text: str) -> np.ndarray:
    """Return one text's vector by plain loops in float64, from the files and not from the encoder's own cutting."""
    from sentencepiece import SentencePieceProcessor

    processor = SentencePieceProcessor(model_file=str(SHIPPED / "sentencepiece.model"))
    whole = json.loads((SHIPPED / "tokens.json").read_text(encoding="utf-8"))
    total = np.zeros(encoder.dim)
    for chunk in text[:4096].replace("\x00", " ").split(" "):
        parts = [chunk] if chunk in whole else static.split_words(fold(chunk))
        for part in parts:
            plain = part.encode("utf-8", "replace").decode()
            ids = [processor.get_piece_size() + whole.index(part)] if part in whole else processor.encode(plain)
            for i in ids:
                total += encoder.table[i].astype(np.float64)
    length = np.linalg.norm(total)
    return total / length if length > 1e-12 else np.eye(1, encoder.dim)[0]


def test_equals_the_slow_one(encoder: StaticEncoder):
    slow = np.array([embed_slowly(encoder, text) for text in TEXTS])
    np.testing.assert_allclose(encoder.embed(TEXTS), slow, atol=1e-5)


@settings(max_examples=60)
@given(st.lists(st.text(max_size=40), max_size=8), st.data())
def test_a_vector_is_the_same_to_the_last_bit_in_any_batch(texts: list[str], data: st.DataObject):
    encoder = load_static_once()
    cut = data.draw(st.integers(0, len(texts)))
    parts = [encoder.embed(texts[:cut]), encoder.embed(texts[cut:])]
    together = encoder.embed(texts)
    assert np.array_equal(np.concatenate(parts), together)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def load_static_once(kept: list[StaticEncoder] = []) -> StaticEncoder:  # noqa: B006 - kept on purpose
    if not kept:
        kept.append(load_static())
    return kept[0]


def test_blocks_and_threads_do_not_matter(encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch):
    texts = [f"{text} {i}" for i in range(40) for text in TEXTS]
    whole = encoder.embed(texts)
    seen: list[int] = []
    monkeypatch.setattr(static, "BLOCK_TEXTS", 7)
    monkeypatch.setattr(static, "MAX_CACHED", 50)
    assert np.array_equal(load_static().embed(texts, seen.append), whole)
    assert max(seen) == len(texts)


def test_case_and_accents_do_not_matter_to_words(encoder: StaticEncoder):
    first, second = encoder.embed(["Ça a ÉTÉ dur", "ca a ete DUR"])
    assert np.array_equal(first, second)


def test_whole_tokens_are_never_cut_and_keep_their_case():
    model = (SHIPPED / "sentencepiece.model").read_bytes()
    tokenizer = Tokenizer(model, ["KEKW", "<mention>", "😂"])
    n = tokenizer.n_pieces
    ids, starts = tokenizer(["KEKW <mention> 😂", "lol😂", "kekw"])
    assert ids[:3].tolist() == [n, n + 1, n + 2]
    assert ids[starts[2] - 1] == n + 2
    assert n not in ids[starts[2] :]


def test_what_is_no_text_is_refused(encoder: StaticEncoder):
    for wrong in ("a text", [1], [None]):
        with pytest.raises(ValueError, match="sequence of str"):
            encoder.embed(wrong)  # type: ignore[arg-type]
    assert encoder.embed([]).shape == (0, encoder.dim)


def test_hostile_text_takes_linear_time_and_little_memory(encoder: StaticEncoder):
    encoder.embed(["a" * 1_000_000, "é\u0301" * 100_000, "@" * 100_000, " " * 100_000] * 20)
    assert max(map(len, encoder.tokenizer._cache)) <= static.MAX_CACHED_CHARACTERS


@settings(max_examples=30)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_a_step_of_the_saved_rows_is_the_largest_error(n: int, seed: int):
    table = np.random.default_rng(seed).standard_normal((n, 8)).astype(np.float32)
    saved = quantize(table)
    back = saved["rows"].astype(np.float32) * saved["scale"][:, None]
    assert (np.abs(back - table) <= saved["scale"][:, None] * 0.501).all()


def test_broken_folders_are_refused(tmp_path: Path):
    shipped = load_artifact(SHIPPED)
    model = (SHIPPED / "sentencepiece.model").read_bytes()
    good = {"sentencepiece.model": model, "tokens.json": b"[]"}
    table = quantize(np.ones((Tokenizer(model, []).n_tokens, 4), np.float32))
    cases = {
        "vocabulary": (table, good | {"tokens.json": b"{"}),
        "cannot be read": (table, good | {"sentencepiece.model": b"no model"}),
        "one row a token": ({name: tensor[1:] for name, tensor in table.items()}, good),
    }
    for said, (tensors, files) in cases.items():
        save_artifact(
            tmp_path / "e", name="e", kind="static", config={}, tensors=tensors, files=files, card=_CARD, overwrite=True
        )
        with pytest.raises(ArtifactError, match=said):
            load_static(tmp_path / "e")
    save_artifact(tmp_path / "e", name="e", kind="voice", config={}, tensors=table, files=good, card=_CARD)
    with pytest.raises(ArtifactError, match="kind 'static'"):
        load_static(tmp_path / "e")
    assert shipped.kind == "static"


def test_the_shipped_encoder_is_small_and_knows_both_languages(encoder: StaticEncoder):
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 12 * 2**20
    vectors = encoder.embed(["il n'y a pas de son", "there is no sound", "quel beau chat", "what a nice cat"])
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > max(cosines[0, 2], cosines[0, 3])
    assert cosines[2, 3] > max(cosines[2, 1], cosines[2, 0])
