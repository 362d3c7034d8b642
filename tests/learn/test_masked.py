"""Tests of masks: which tokens are asked for, what is shown, and that what is measured stays the same."""

from __future__ import annotations

import math

import pytest
import torch
from tests.learn.tiny import MARKS, make_rows
from torch.nn import functional
from transformers import AutoModelForMaskedLM, BertConfig, DistilBertConfig, RobertaConfig

from hubbub.learn.masked import (
    begin_with_counts,
    corrupt,
    make_masked,
    perplexity,
    perplexity_of_frequencies,
    pick,
    predict,
    set_exam,
)
from hubbub.learn.packing import pack, stack
from hubbub.learn.shapes import make_config


def test_masks_have_their_shares():
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(5, MARKS.n_tokens, (2000, 32), generator=generator)
    ids[:, 0], ids[:, 20] = MARKS.begin, MARKS.end
    documents = torch.ones_like(ids)
    documents[:, 21:] = 0
    picked = pick(ids, documents, MARKS, 0.15, generator)
    assert not picked[:, 0].any()
    assert not picked[:, 20:].any()
    assert float(picked[:, 1:20].float().mean()) == pytest.approx(0.15, abs=0.01)
    shown = corrupt(ids, picked, MARKS, generator)
    assert torch.equal(shown[~picked], ids[~picked])
    hidden, left = ((shown == what)[picked].float().mean() for what in (MARKS.mask, ids))
    assert float(hidden) == pytest.approx(0.8, abs=0.02)
    assert float(left) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("kind", ["distilbert", "bert", "roberta"])
def test_asked_tokens_get_the_logits_of_the_whole(kind: str):
    torch.manual_seed(0)
    config = {
        "distilbert": lambda: DistilBertConfig(vocab_size=60, dim=16, n_layers=1, n_heads=2, hidden_dim=32),
        "bert": lambda: BertConfig(
            vocab_size=60, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
        ),
        "roberta": lambda: RobertaConfig(
            vocab_size=60, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
        ),
    }[kind]()
    model = AutoModelForMaskedLM.from_config(config).eval()
    batch = stack(list(pack([[2, *range(5, 5 + n), 3] for n in (3, 9, 4)], 16, pad=1, alone=True)))
    picked = (batch["ids"] % 3 == 0) & (batch["documents"] > 0)
    with torch.inference_mode():
        ours = predict(model, batch["ids"], batch["documents"], picked)
        whole = model(input_ids=batch["ids"], attention_mask=(batch["documents"] > 0).long()).logits
    torch.testing.assert_close(ours, whole[picked], atol=1e-4, rtol=0)


def test_perplexity_is_measured_on_the_same_masks_each_time():
    torch.manual_seed(0)
    rows = make_rows(60)
    exams = [set_exam(rows, MARKS, 0.15, batch_rows=8, seed=1) for _ in range(2)]
    for one, other in zip(exams[0].batches, exams[1].batches, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    masked = make_masked(make_config("tiny", MARKS), MARKS, 0.15)
    before = torch.get_rng_state()
    first, again = (perplexity(masked, exams[0]) for _ in range(2))
    assert first == again
    assert masked.training
    assert torch.equal(torch.get_rng_state(), before)  # so that a run that is measured is the run that is not
    # By hand, in fp32, over all masked tokens.
    masked.eval()
    total, n = 0.0, 0
    with torch.inference_mode():
        for ids, documents, shown, picked in exams[0].batches:
            logits = predict(masked.model, shown, documents, picked)
            total += float(functional.cross_entropy(logits, ids[picked], reduction="sum"))
            n += len(logits)
    assert n == exams[0].n_asked
    assert first == pytest.approx(math.exp(total / n), rel=0.02)  # bf16 where the machine has it


def test_what_is_counted_is_put_where_nothing_was_learned():
    rows = make_rows()
    torch.manual_seed(0)
    model = make_masked(make_config("tiny", MARKS), MARKS, 0.15).model
    table, bias = model.get_input_embeddings().weight, model.get_output_embeddings().bias
    first = table.detach().clone()
    begin_with_counts(model, rows, embeddings=False)
    assert torch.equal(table, first)
    assert float(bias.detach().exp().sum()) == pytest.approx(1, abs=1e-3)
    with torch.no_grad():
        bias += 1  # as if learned
    learned = bias.detach().clone()
    begin_with_counts(model, rows, embeddings=True)
    assert torch.equal(bias, learned)
    assert not torch.equal(table[10], first[10])
    assert torch.equal(table[1], first[1])  # never said
    assert float(table[5:].detach().std()) == pytest.approx(2 * model.config.initializer_range, rel=0.25)


def test_frequencies_alone_have_the_perplexity_of_their_entropy():
    rows = pack([[2, *([10] * 6 + [11] * 3 + [12]) * 2, 3]] * 400, 22, pad=0)
    found = perplexity_of_frequencies(rows, set_exam(rows, MARKS, 0.5, batch_rows=8, seed=0), MARKS)
    shares = torch.tensor([12, 6, 2]) / 22  # marks are said, but not asked for
    entropy = -(torch.tensor([0.6, 0.3, 0.1]) * shares.log()).sum()
    assert found == pytest.approx(float(entropy.exp()), rel=0.03)
