"""The fine-tuned sentence encoder: it begins as the encoder, learns order, and padding or company change nothing."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="networks need hubbub[train]")

from hubbub.artifacts import read_tokenizer, read_use  # noqa: E402
from hubbub.embed.use import load_use  # noqa: E402
from hubbub.errors import ArtifactError  # noqa: E402
from hubbub.learn import use_tuned  # noqa: E402
from hubbub.learn.network_training import Lesson  # noqa: E402
from hubbub.learn.use_torch import neighbor_places, sum_tokens, text_vectors, token_features  # noqa: E402
from hubbub.learn.use_tuned import TunedUse, begin_network, load_tuned_use, tune_use  # noqa: E402

TEXTS = ["what a good stream everyone", "no", "je ne sais pas pourquoi le son est coupé", "not good , bad"]


@pytest.fixture(scope="module")
def network() -> TunedUse:
    torch.manual_seed(0)
    return begin_network(read_use(None), 1).eval()


def _rows(texts: list[str]) -> np.ndarray:
    found = [np.asarray(ids) + 1 for ids in read_tokenizer(read_use(None))(texts)]
    rows = np.zeros((len(texts), max(map(len, found)) + 3), np.int32)
    for row, ids in zip(rows, found, strict=True):
        row[: len(ids)] = ids
    return rows


def test_it_begins_as_the_encoder_itself(network: TunedUse) -> None:
    rows = _rows(TEXTS)
    lengths = torch.from_numpy((rows > 0).sum(1))
    weights = dict(network.encoder.items())
    with torch.inference_mode():
        tokens = network.table(torch.from_numpy(rows[rows > 0]).long() - 1)
        near = torch.from_numpy(neighbor_places(lengths.numpy(), 5))
        sums = sum_tokens(token_features(weights, read_use(None).config, tokens, near), lengths)
        made = torch.nn.functional.normalize(text_vectors(weights, sums, lengths), dim=1).numpy()
    np.testing.assert_allclose((made * load_use().embed(TEXTS)).sum(1), 1.0, atol=1e-5)


def test_padding_and_company_change_nothing(network: TunedUse) -> None:
    rows = _rows(TEXTS)
    with torch.inference_mode():
        together = network(torch.from_numpy(rows)).numpy()
        alone = np.concatenate([network(torch.from_numpy(rows[i : i + 1])).numpy() for i in range(len(rows))])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_order_of_words_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_tuned, "_FEWEST_STEPS", 12)
    rng = np.random.default_rng(2)
    targets = rng.integers(0, 2, 1500)
    said = [("not good but bad", "not bad but good")[target] for target in targets]
    names = ["".join(rng.choice(list("abcdefghij"), 5)) for _ in targets]
    texts = [f"{name} {text}" for name, text in zip(names, said, strict=True)]
    scorer = tune_use(Lesson(texts[:1200], targets[:1200], 2))
    odds = scorer.score(texts[1200:])
    assert odds.shape == (300, 2)
    assert (odds.argmax(1) == targets[1200:]).mean() > 0.95
    assert len(scorer.curve) == 3
    kept = scorer.tensors()
    again = load_tuned_use(scorer.parts.config, kept, scorer.parts.tokenizer, 2, "here")
    np.testing.assert_allclose(again.score(texts[1200:]), odds, atol=1e-5)
    with pytest.raises(ArtifactError, match="here must have every part"):
        load_tuned_use(scorer.parts.config, kept | {"scale": kept["scale"][:9]}, scorer.parts.tokenizer, 2, "here")
