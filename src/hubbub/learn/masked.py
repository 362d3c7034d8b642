"""Rows of tokens with some of them hidden → a model that tells which they were, and how well it does.

Devlin et al. 2019, "BERT" (arXiv 1810.04805, section 3.1): of the tokens chosen, 80 % are hidden, 10 % replaced by any
other, 10 % left. The head computes only the tokens that are asked for, one in seven.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModelForMaskedLM, PreTrainedConfig, PreTrainedModel

from hubbub.errors import ArtifactError
from hubbub.learn.foreign import quiet
from hubbub.learn.packing import Rows, keep_apart, ready, stack
from hubbub.learn.shapes import Marks
from hubbub.learn.token_vectors import token_shares, token_vectors
from hubbub.learn.training import products

_HIDDEN, _REPLACED = 0.8, 0.1
_SCALE = 2.0
"""Of the first embeddings, in the standard deviations of the other weights."""


@final
class MaskedModel(nn.Module):
    """A masked language model of `transformers`, with its loss on rows of packed documents.

    Attributes
    ----------
    model : transformers.PreTrainedModel
        A `…ForMaskedLM`.
    kind : str
        Its `config.model_type`.
    """

    def __init__(self, model: PreTrainedModel, marks: Marks, share: float) -> None:
        super().__init__()
        self.model, self.marks, self.share = ready(model), marks, share
        self.kind: str = model.config.model_type

    def forward(self, ids: Tensor, documents: Tensor) -> dict[str, Tensor]:
        """Return the mean loss of the tokens chosen in rows of shape (n_rows, length)."""
        picked = pick(ids, documents, self.marks, self.share)
        logits = predict(self.model, corrupt(ids, picked, self.marks), documents, picked)
        return {"loss": functional.cross_entropy(logits, ids[picked], reduction="sum") / max(1, len(logits))}


def make_masked(config: PreTrainedConfig, marks: Marks, share: float) -> MaskedModel:
    """Return an untrained model."""
    return MaskedModel(AutoModelForMaskedLM.from_config(config), marks, share)


def read_masked(folder: Path, marks: Marks, share: float) -> MaskedModel:
    """Return the model in a folder, to go on with it; what it lacks for the task, begins untrained.

    Raises
    ------
    ArtifactError
        When `transformers` has no such model, or the weights do not fit its configuration.
    """
    try:
        with quiet():
            model = AutoModelForMaskedLM.from_pretrained(str(folder), local_files_only=True, dtype=torch.float32)
    except Exception as error:  # the library raises whatever its parsers do
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ArtifactError(f"{folder} must hold a model that can be trained on masks: {reason}.") from error
    return MaskedModel(model, marks, share)


def begin_with_counts(model: PreTrainedModel, rows: Rows, *, embeddings: bool) -> None:
    """Let a masked language model begin with what can be counted, where it has learned nothing yet.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        Changed in place: the bias of its output, if that is all zeros, becomes the logarithm of how often each token
        is said.
    rows : Rows
        What it will learn from.
    embeddings : bool
        Put tokens that stand near the same others near each other, too.
    """
    table = model.get_input_embeddings().weight
    output = model.get_output_embeddings()
    bias = None if output is None else output.bias
    with torch.no_grad():
        if bias is not None and not bias.any():
            bias.copy_(torch.from_numpy(token_shares(rows, len(bias))))
        if embeddings:
            vectors = token_vectors(rows, *table.shape, scale=_SCALE * model.config.initializer_range)
            said = torch.from_numpy(vectors.any(axis=1))
            table[said] = torch.from_numpy(vectors)[said]


def pick(
    ids: Tensor, documents: Tensor, marks: Marks, share: float, generator: torch.Generator | None = None
) -> Tensor:
    """Return which tokens to ask for: a share of those that are no mark, by chance."""
    drawn = torch.rand(ids.shape, generator=generator, device=ids.device) < share
    return drawn & (documents > 0) & (ids != marks.begin) & (ids != marks.end) & (ids != marks.mask)


def corrupt(ids: Tensor, picked: Tensor, marks: Marks, generator: torch.Generator | None = None) -> Tensor:
    """Return rows where most of the picked tokens are hidden, some replaced, some left."""
    way = torch.rand(ids.shape, generator=generator, device=ids.device)
    others = torch.randint(0, marks.n_tokens, ids.shape, generator=generator, device=ids.device)
    hidden = torch.where(picked & (way < _HIDDEN), marks.mask, ids)
    return torch.where(picked & (way >= _HIDDEN) & (way < _HIDDEN + _REPLACED), others, hidden)


def predict(model: PreTrainedModel, ids: Tensor, documents: Tensor, picked: Tensor) -> Tensor:
    """Return the logits of the picked tokens of packed rows, fp32 of shape (n_picked, n_tokens)."""

    def select(_: nn.Module, __: object, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
        # Heads take tokens one by one, whatever the architecture, so those that nobody asks for can go before.
        outputs["last_hidden_state"] = outputs["last_hidden_state"][picked][None]
        return outputs

    hook = model.base_model.register_forward_hook(select)
    try:
        logits: Tensor = model(input_ids=ids, **keep_apart(documents, model.config.model_type)).logits[0]
    finally:
        hook.remove()
    return logits.float()


@final
@dataclass(frozen=True, slots=True)
class Exam:
    """Rows with masks that are fixed once, so that the same tokens are asked for after each epoch.

    Attributes
    ----------
    batches : sequence of tuple of Tensor
        Tokens, documents, tokens as shown, and which are asked for.
    """

    batches: Sequence[tuple[Tensor, Tensor, Tensor, Tensor]]

    @property
    def n_asked(self) -> int:
        """How many tokens are asked for."""
        return sum(int(picked.sum()) for *_, picked in self.batches)


def set_exam(rows: Rows, marks: Marks, share: float, *, batch_rows: int, seed: int) -> Exam:
    """Return an exam on rows that are not learned from."""
    generator = torch.Generator().manual_seed(seed)
    batches = []
    for start in range(0, len(rows), batch_rows):
        batch = stack([rows[row] for row in range(start, min(start + batch_rows, len(rows)))])
        ids, documents = batch["ids"], batch["documents"]
        picked = pick(ids, documents, marks, share, generator)
        batches.append((ids, documents, corrupt(ids, picked, marks, generator), picked))
    return Exam(batches)


def perplexity(masked: MaskedModel, exam: Exam) -> float:
    """Return the exponential of the mean loss over all tokens that are asked for."""
    device = next(masked.parameters()).device
    was_training = masked.training
    masked.eval()
    total = 0.0
    with torch.inference_mode(), products():
        for batch in exam.batches:
            ids, documents, shown, picked = (part.to(device) for part in batch)
            logits = predict(masked.model, shown, documents, picked)
            total += float(functional.cross_entropy(logits, ids[picked], reduction="sum"))
    masked.train(was_training)
    return math.exp(min(total / max(1, exam.n_asked), 700.0))


def perplexity_of_frequencies(rows: Rows, exam: Exam, marks: Marks) -> float:
    """Return the perplexity of knowing no more than how often each token is said in rows: what must be beaten."""
    shares = torch.from_numpy(token_shares(rows, marks.n_tokens))
    asked = torch.cat([shares[ids[picked]] for ids, _, _, picked in exam.batches])
    return math.exp(-float(asked.mean()))
