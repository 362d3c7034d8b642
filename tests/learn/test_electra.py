"""Tests of ELECTRA in each of its shapes."""

from __future__ import annotations

import pytest
import torch
from tests.learn.tiny import MARKS, make_rows

from hubbub.learn.electra import Electra
from hubbub.learn.packing import stack
from hubbub.learn.shapes import SHAPES


@pytest.mark.parametrize("shape", list(SHAPES))
def test_every_weight_learns_and_embeddings_are_shared(shape: str):
    torch.manual_seed(0)
    model = Electra(shape, MARKS)
    rows = make_rows(20)
    model.begin(rows)
    table = model.discriminator.get_input_embeddings().weight
    assert model.generator.get_input_embeddings().weight is table
    assert model.generator.get_output_embeddings().weight is table
    told = model(**stack([rows[i] for i in range(2)]))
    told["loss"].backward()
    # Several processes wait for the gradient of each.
    assert [name for name, value in model.named_parameters() if value.grad is None] == []
    n_layers = model.discriminator.config.num_hidden_layers
    assert model.generator.config.num_hidden_layers == max(1, n_layers // 4)
    assert model.generator.config.hidden_size == model.discriminator.config.hidden_size
    assert float(told["loss"].detach()) == pytest.approx(
        float(told["generator_loss"].detach() + 50 * told["discriminator_loss"].detach()), rel=1e-5
    )
