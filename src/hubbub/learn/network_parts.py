"""The layers of the networks that tell sentiment, how their weights begin, and what holds them small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hubbub.learn.use_torch import has_bf16

PADDING = 0
"""The id that stands for no word."""

_HIDDEN, _DENSE = 128, 64


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What tells recurrent networks apart: the cell, one direction or both, dropout, weight of squared weights."""

    cell: Literal["rnn", "lstm"] = "lstm"
    is_bidirectional: bool = False
    dropout: float = 0.5
    l2: float = 1e-3


class Recurrent(nn.Module):
    """Ids of words, shape (n, length) → log-odds, shape (n, n_out)."""

    def __init__(
        self, n_words: int, dim: int, recurrence: Recurrence, n_out: int, vectors: NDArray[np.float32] | None
    ) -> None:
        super().__init__()
        # Of a large vocabulary a batch has few words: only their vectors are moved.
        self.embedding = nn.Embedding(n_words, dim, padding_idx=PADDING, sparse=vectors is None)
        if vectors is None:
            # Torch draws vectors as long as the root of their size, which drives the cells far into their flat ends.
            nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        else:
            self.embedding.weight.data = torch.from_numpy(vectors)
            self.embedding.weight.requires_grad = False
        self.drop = nn.Dropout1d(recurrence.dropout)  # whole dimensions of a text's vectors at once
        make = {"rnn": nn.RNN, "lstm": nn.LSTM}[recurrence.cell]
        n_ways = 2 if recurrence.is_bidirectional else 1
        self.layers = nn.ModuleList([make(dim, _HIDDEN, batch_first=True) for _ in range(n_ways)])
        self.head = dense_head(_HIDDEN * n_ways, recurrence.dropout, n_out)
        draw_weights(self)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the log-odds of texts by their ids, at least one of each before its padding."""
        n_words = (ids != PADDING).sum(1)
        ids = ids[:, : int(n_words.max())]
        vectors = self.embedding(ids)
        vectors = self.drop(vectors.transpose(1, 2)).transpose(1, 2)
        # Each layer ends at a text's own last word, whatever else is in the batch; the second one reads from there.
        last = (n_words - 1)[:, None]
        back = (last - torch.arange(ids.shape[1], device=ids.device)).clamp(min=0)
        texts = torch.arange(len(ids), device=ids.device)
        ends = [
            self._read(layer, vectors if i == 0 else vectors[texts[:, None], back])[texts, last[:, 0]]
            for i, layer in enumerate(self.layers)
        ]
        return self.head(torch.cat(ends, dim=1).float())  # type: ignore[no-any-return]

    def _read(self, layer: nn.Module, vectors: Tensor) -> Tensor:
        """Return what a layer says at each word: an LSTM learns in bf16 where the processor has it, twice as fast."""
        is_short = self.training and has_bf16() and isinstance(layer, nn.LSTM)
        with torch.autocast(vectors.device.type, torch.bfloat16, enabled=is_short):
            return layer(vectors.bfloat16() if is_short else vectors)[0]  # type: ignore[no-any-return]


class Tuned(nn.Module):
    """Ids of tokens plus one, shape (n, length) → log-odds, shape (n, n_out)."""

    def __init__(self, body: nn.Module, n_out: int) -> None:
        super().__init__()
        self.body = body
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(int(body.config.hidden_size), n_out))  # type: ignore[union-attr,arg-type]

    def forward(self, ids: Tensor) -> Tensor:
        """Return the log-odds of texts by their ids plus one, 0 for padding."""
        ids = ids[:, : int((ids != PADDING).sum(1).max())]
        mask = ids != PADDING
        # In bf16 where the processor has it, which is two to three times as fast.
        with torch.autocast(ids.device.type, torch.bfloat16, enabled=has_bf16()):
            vectors = self.body(input_ids=(ids.long() - 1).clamp(min=0), attention_mask=mask.long()).last_hidden_state
        weight = mask.unsqueeze(2).float()
        return self.head((vectors.float() * weight).sum(1) / weight.sum(1))  # type: ignore[no-any-return]


def draw_weights(network: nn.Module) -> None:
    """Draw weights as wide as their layers want (Glorot and Bengio 2010), so that few steps are enough to begin.

    What returns to a cell begins orthogonal, and what an LSTM forgets begins at little (Jozefowicz et al. 2015).
    """
    for part in network.modules():
        for name, weight in part.named_parameters(recurse=False):
            if isinstance(part, nn.RNNBase):
                # Torch keeps an LSTM's four gates in one matrix, each to be drawn for itself.
                for i, gate in enumerate(torch.split(weight.data, _HIDDEN)):
                    if "bias" in name:
                        gate.fill_(1.0 if isinstance(part, nn.LSTM) and i == 1 and "bias_ih" in name else 0.0)
                    else:
                        (nn.init.orthogonal_ if "_hh_" in name else nn.init.xavier_uniform_)(gate)
            elif isinstance(part, nn.Linear):
                nn.init.xavier_uniform_(weight.data) if name == "weight" else nn.init.zeros_(weight.data)


def dense_head(dim: int, dropout: float, n_out: int, width: int = _DENSE) -> nn.Sequential:
    """Return dropout, a dense layer, dropout and log-odds, for vectors of ``dim`` numbers."""
    drop = nn.Dropout(dropout)
    return nn.Sequential(drop, nn.Linear(dim, width), nn.ReLU(), drop, nn.Linear(width, n_out))


def sum_squares(network: nn.Module) -> Tensor:
    """Return the sum of the squared weights of all layers but the words' vectors; biases are let be."""
    layers = [part for part in network.modules() if isinstance(part, nn.Linear | nn.RNNBase)]
    named = [pair for layer in layers for pair in layer.named_parameters(recurse=False)]
    return torch.stack([weight.square().sum() for name, weight in named if "weight" in name]).sum()
