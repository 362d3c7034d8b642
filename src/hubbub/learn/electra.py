"""Rows of tokens, some replaced by a small model's guesses → an encoder that tells which were replaced.

Clark et al. 2020, "ELECTRA" (arXiv 2003.10555, sections 2 and 3.1): a generator learns to fill 15 % of the tokens, its
samples go in, and the discriminator, which is the encoder that is kept, judges every token. That teaches more a token
than masks do. Here the generator is as wide as the discriminator and a quarter as deep, which is a quarter of the work
in matrices that processors are quick with, and shares all of its embeddings.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoModelForMaskedLM

from hubbub.learn.masked import begin_with_counts, pick, predict
from hubbub.learn.packing import Rows, keep_apart, ready, stack
from hubbub.learn.shapes import Marks, make_config
from hubbub.learn.training import products

MASK_SHARE = 0.15
WEIGHT = 50.0
"""Of the discriminator's loss beside the generator's (appendix A)."""
_GENERATOR_LAYERS = 0.25


@final
class Electra(nn.Module):
    """A generator, and the discriminator that is kept.

    Attributes
    ----------
    discriminator : transformers.PreTrainedModel
        The encoder.
    head : torch.nn.Module
        Its judgement of each token: (…, hidden) → (…, 1).
    generator : transformers.PreTrainedModel
        A masked language model with the same embeddings.
    """

    def __init__(self, shape: str, marks: Marks) -> None:
        super().__init__()
        self.marks = marks
        self.discriminator = AutoModel.from_config(make_config(shape, marks))
        self.generator = AutoModelForMaskedLM.from_config(make_config(shape, marks, share_of_layers=_GENERATOR_LAYERS))
        self.generator.base_model.embeddings = self.discriminator.embeddings
        self.generator.tie_weights()
        width = self.discriminator.config.hidden_size
        self.head = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))
        ready(self)

    def begin(self, rows: Rows) -> None:
        """Let tokens begin where what stands near them puts them, and the generator with how often each is said."""
        begin_with_counts(self.generator, rows, embeddings=True)

    def forward(self, ids: Tensor, documents: Tensor) -> dict[str, Tensor]:
        """Return the loss of rows of shape (n_rows, length), and both of its parts."""
        picked = pick(ids, documents, self.marks, MASK_SHARE)
        logits = predict(self.generator, torch.where(picked, self.marks.mask, ids), documents, picked)
        generator_loss = functional.cross_entropy(logits, ids[picked], reduction="sum") / max(1, len(logits))
        shown = ids.masked_scatter(picked, sample(logits.detach()))
        scores = self.judge(shown, documents)
        real = documents > 0
        replaced = (shown != ids)[real].to(scores.dtype)
        discriminator_loss = functional.binary_cross_entropy_with_logits(scores[real], replaced)
        loss = generator_loss + WEIGHT * discriminator_loss
        return {"loss": loss, "generator_loss": generator_loss, "discriminator_loss": discriminator_loss}

    def judge(self, ids: Tensor, documents: Tensor) -> Tensor:
        """Return how sure the discriminator is that each token was replaced: logits, fp32 of shape (n_rows, length)."""
        return _judge(self.discriminator, self.head, ids, documents)


def _judge(discriminator: Any, head: nn.Module, ids: Tensor, documents: Tensor) -> Tensor:  # noqa: ANN401
    apart = keep_apart(documents, discriminator.config.model_type)
    hidden = discriminator(input_ids=ids, **apart).last_hidden_state
    scores: Tensor = head(hidden)[..., 0]
    return scores.float()


def sample(logits: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Return a token for each row of (n_rows, n_tokens), drawn with the probabilities that the logits say.

    One random number a row, looked up among the summed probabilities, where Gumbel's way takes one for each token.
    """
    sums = logits.softmax(dim=-1).cumsum(dim=-1)
    drawn = torch.rand((len(logits), 1), generator=generator, device=logits.device)
    found = torch.searchsorted(sums, drawn * sums[:, -1:], right=True)[:, 0]
    return found.clamp(max=logits.shape[1] - 1)


@final
@dataclass(frozen=True, slots=True)
class Judgements:
    """What discriminators said of the tokens of rows, some of which the generator replaced.

    Attributes
    ----------
    replaced : (n_tokens,) bool
        The truth.
    trained, untrained : (n_tokens,) float32
        Logits of the discriminator, and of its twin that has learned nothing.
    """

    replaced: NDArray[np.bool_]
    trained: NDArray[np.float32]
    untrained: NDArray[np.float32]


def copy_discriminator(electra: Electra) -> tuple[Any, nn.Module]:
    """Return the discriminator and its head as they are now: an untrained twin, when nothing was learned yet."""
    return copy.deepcopy(electra.discriminator), copy.deepcopy(electra.head)


def examine(electra: Electra, twin: tuple[Any, nn.Module], rows: Rows, *, batch_rows: int, seed: int) -> Judgements:
    """Let the generator replace tokens in rows that were not learned from, and both discriminators judge them."""
    device = next(electra.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    was_training = electra.training
    found: list[list[Tensor]] = []
    for part in (electra, *twin):
        part.eval().to(device)
    with torch.inference_mode(), products():
        for start in range(0, len(rows), batch_rows):
            batch = stack([rows[row] for row in range(start, min(start + batch_rows, len(rows)))])
            picked = pick(batch["ids"], batch["documents"], electra.marks, MASK_SHARE, generator)
            ids, documents, picked = (part.to(device) for part in (batch["ids"], batch["documents"], picked))
            logits = predict(electra.generator, torch.where(picked, electra.marks.mask, ids), documents, picked)
            shown = ids.masked_scatter(picked, sample(logits.cpu(), generator).to(device))
            real = documents > 0
            scores = (electra.judge(shown, documents), _judge(*twin, shown, documents))
            found.append([part[real].cpu() for part in ((shown != ids), *scores)])
    electra.train(was_training)
    replaced, trained, untrained = (torch.cat(parts).numpy() for parts in zip(*found, strict=True))
    return Judgements(replaced, trained.astype(np.float32), untrained.astype(np.float32))
