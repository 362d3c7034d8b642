"""Tests of packing: no document is lost, and none sees another, whatever the shape of the network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.learn.tiny import MARKS
from torch import nn
from transformers import AutoModel, BertConfig, DistilBertConfig, PreTrainedConfig

from hubbub.learn import packing
from hubbub.learn.packing import Rows, drop_out, frame, keep_apart, pack, ready, stack
from hubbub.learn.shapes import SHAPES, make_config

SIZES = (1, 3, 5, 7, 11, 20, 30, 40, 60, 100)


def documents_of(rows: Rows) -> list[list[int]]:
    """Return the documents in the rows, read from the numbers alone."""
    return [
        row[numbers == number].tolist()
        for row, numbers in zip(rows.ids, rows.documents, strict=True)
        for number in range(1, numbers.max(initial=0) + 1)
    ]


@given(st.lists(st.lists(st.integers(5, 50), min_size=1, max_size=16), max_size=40), st.booleans())
def test_every_document_is_in_one_row_whole(documents: list[list[int]], alone: bool):
    rows = pack(documents, 16, pad=0, alone=alone)
    assert sorted(documents_of(rows)) == sorted(documents)
    assert rows.n_tokens == sum(map(len, documents))
    assert (rows.ids[rows.documents == 0] == 0).all()
    assert len(rows) == len(documents) if alone else len(rows) <= len(documents)


def test_rows_are_nearly_full():
    sizes = np.random.default_rng(0).integers(4, 100, 2000)
    rows = pack([[5] * size for size in sizes], 128, pad=0)
    assert rows.n_tokens / rows.ids.size > 0.98
    alone = pack([[5] * size for size in sizes], 128, pad=0, alone=True)
    assert alone.n_tokens / alone.ids.size < 0.5


def test_long_texts_become_several_documents():
    assert frame([[5, 6, 7, 8, 9], [], [5]], begin=2, end=3, length=4) == [
        [2, 5, 6, 3], [2, 7, 8, 3], [2, 9, 3], [2, 5, 3],
    ]  # fmt: skip


def test_documents_must_fit():
    with pytest.raises(ValueError, match="1 to 4 tokens"):
        pack([[5] * 5], 4, pad=0)


def configs() -> dict[str, PreTrainedConfig]:
    """Return every shape, as wide as it is and a quarter as deep, and BERT with a pooler."""
    found = {name: make_config(name, MARKS, share_of_layers=0.25) for name in SHAPES if name != "tiny"}
    found["bert"] = BertConfig(
        vocab_size=60, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    for config in found.values():
        config.initializer_range = 0.2  # far from linear, so that what leaks is seen
    # Windows of some tokens, so that borders of windows are within documents.
    found["modernbert-small"].local_attention = 16
    return found


@pytest.mark.parametrize("name", list(configs()))
def test_a_document_in_a_row_is_as_if_alone(name: str):
    torch.manual_seed(0)
    config = configs()[name]
    model = AutoModel.from_config(config).eval()
    rng = np.random.default_rng(1)
    documents = [[2, *rng.integers(5, 60, size).tolist(), 3] for size in SIZES]
    with torch.inference_mode():
        # By the library's own code, one text at a time.
        alone = {str(one): model(input_ids=torch.tensor([one])).last_hidden_state[0] for one in documents}
        rows = pack(documents, 128, pad=0)
        assert rows.documents.max() >= 4
        batch = stack([rows[i] for i in range(len(rows))])
        ready(model)
        apart = model(input_ids=batch["ids"], **keep_apart(batch["documents"], config.model_type)).last_hidden_state
        mixed = model(input_ids=batch["ids"]).last_hidden_state
    n_leaking = 0
    for row in range(len(rows)):
        for number in range(1, rows.documents[row].max() + 1):
            at = np.flatnonzero(rows.documents[row] == number)
            expected = alone[str(rows.ids[row, at].tolist())]
            torch.testing.assert_close(apart[row, at], expected, atol=1e-4, rtol=0)
            n_leaking += bool((mixed[row, at] - expected).abs().max() > 1e-2)
    assert n_leaking == len(documents)


def test_gradients_stay_within_documents_and_are_right():
    torch.manual_seed(0)
    config = make_config("convbert-small", MARKS, share_of_layers=0.1)
    model = ready(AutoModel.from_config(config)).eval()
    documents = torch.tensor([[1] * 9 + [2] * 7])
    inputs = torch.randn(1, 16, config.embedding_size, requires_grad=True)
    out = model(inputs_embeds=inputs, **keep_apart(documents, "convbert")).last_hidden_state
    (found,) = torch.autograd.grad(out[0, :9].square().sum(), inputs)
    assert (found[0, :9].abs().sum(dim=1) > 0).all()
    assert (found[0, 9:] == 0).all()


def test_depthwise_convolution_has_the_gradients_of_torch():
    torch.manual_seed(0)
    x = torch.randn(2, 11, 3, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(3, 9, dtype=torch.float64, requires_grad=True)
    together = packing._diagonals(torch.ones(2, 11, 11, dtype=torch.bool), 9)
    ours = packing._Depthwise.apply(x, weight, together)
    theirs = nn.functional.conv1d(x.transpose(1, 2), weight[:, None], padding=4, groups=3).transpose(1, 2)
    torch.testing.assert_close(ours, theirs)
    upstream = torch.randn_like(ours)
    for found, expected in zip(
        torch.autograd.grad(ours, (x, weight), upstream),
        torch.autograd.grad(theirs, (x, weight), upstream),
        strict=True,
    ):
        torch.testing.assert_close(found, expected)


def test_other_kinds_of_model_have_a_document_a_row():
    model = AutoModel.from_config(DistilBertConfig(vocab_size=60, dim=16, n_layers=1, n_heads=2, hidden_dim=32)).eval()
    batch = stack(list(pack([[2, 5, 3], [2, 5, 6, 7, 3]], 16, pad=0, alone=True)))
    assert batch["ids"].shape == (2, 5)
    apart = keep_apart(batch["documents"], "distilbert")
    with torch.inference_mode():
        together = model(input_ids=batch["ids"], **apart).last_hidden_state
        alone = model(input_ids=torch.tensor([[2, 5, 3]])).last_hidden_state[0]
    row = int((batch["documents"] > 0).sum(dim=1).argmin())
    torch.testing.assert_close(together[row, :3], alone, atol=1e-5, rtol=0)


def test_dropout_drops_its_share_and_keeps_the_mean():
    torch.manual_seed(0)
    dropped = drop_out(torch.ones(1000, 999), 0.1)
    share = float((dropped == 0).float().mean())
    assert abs(share - 26 / 256) < 0.002
    assert abs(float(dropped.mean()) - 1) < 0.003
    # Neighbors, which come of one random word, are independent.
    zeros = (dropped == 0).float().flatten()
    assert abs(float((zeros[:-1] * zeros[1:]).mean()) - share**2) < 0.001
    assert torch.equal(drop_out(torch.ones(3), 0.0), torch.ones(3))
