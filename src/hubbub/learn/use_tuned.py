"""The multilingual Universal Sentence Encoder, fine-tuned as a whole to tell classes of texts.

What it has read is kept as the start: the tokens' table, convolutions over tokens and the layers that make a text's
vector all learn on, and log-odds come from that vector beside the mean and the maximum of its tokens. A token takes
1.7 million multiplications, about a fiftieth of BERT-base, so a million texts can be learned from on two cores.
Not handled: text beyond the first 64 tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hubbub.artifacts import UseParts, read_tokenizer, read_use
from hubbub.learn.network_parts import PADDING, dense_head
from hubbub.learn.networks import Lesson, NetworkScorer, Training, keep_some_back, n_out_of, train_network
from hubbub.learn.training import has_bf16
from hubbub.learn.use_torch import neighbor_places, sum_tokens, text_vectors, token_features

_MOST_TOKENS = 64
_TEXTS_PER_TOKENIZING = 1024
_DROPOUT, _WIDTH = 0.1, 256
_HOW = Training(batch=256, epochs=1, rate=5e-4, warm_up=0.05, table_rate=6.0)
"""Rates as tried on 100,000 tweets (experiments/2026-11-30-use-tuned); the table's a little lower, for more steps."""
_FEWEST_STEPS = 800
"""Few texts are seen so often that there are so many steps, five times at most."""


class TunedUse(nn.Module):
    """Ids of tokens plus one, shape (n, length) → log-odds, shape (n, n_out).

    Parameters
    ----------
    parts : UseParts
        The encoder to begin with.
    n_out : int
        Log-odds a text.
    """

    def __init__(self, parts: UseParts, n_out: int) -> None:
        super().__init__()
        low, scale = (torch.from_numpy(parts.tensors[name]) for name in ("lo", "scale"))
        # Token t is row t // 17 of table t % 17, each with a scale of its own.
        tables = np.stack([parts.tensors[f"q{i + 1}"] for i in range(len(scale))], axis=1)
        rows = torch.from_numpy(tables.reshape(-1, tables.shape[-1]))
        which = torch.arange(len(rows)) % len(scale)
        table = torch.addcmul(low[which][:, None], rows.float(), scale[which][:, None])
        self.table = nn.Embedding(table.shape[0], table.shape[1], sparse=True)
        self.table.weight.data = table
        self.encoder = nn.ParameterDict(
            {
                name: nn.Parameter(torch.tensor(tensor, dtype=torch.float32))
                for name, tensor in parts.tensors.items()
                if not name.startswith(("q", "scale", "lo"))
            }
        )
        self._config, self._drop = parts.config, nn.Dropout(_DROPOUT)
        wide, narrow = self.encoder["ln_g"].shape[0], self.encoder["d3"].shape[1]
        self.head = dense_head(2 * wide + narrow, _DROPOUT, n_out, _WIDTH)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the log-odds of texts by their ids plus one, 0 for padding after the last."""
        ids = ids[:, : int((ids != PADDING).sum(1).max())]
        is_token = ids != PADDING
        lengths = is_token.sum(1)
        near = neighbor_places(lengths.cpu().numpy(), max(self._config["orders"]))
        dtype = torch.bfloat16 if has_bf16() else torch.float32
        weights = {name: weight.to(dtype) for name, weight in self.encoder.items()}
        tokens = self._drop(self.table(ids[is_token].long() - 1)).to(dtype)
        features = token_features(weights, self._config, tokens, torch.from_numpy(near).to(ids.device))
        sums = sum_tokens(features, lengths)
        highest = torch.segment_reduce(features.float(), "max", lengths=lengths)
        vector = text_vectors(weights, sums, lengths).float()
        return self.head(torch.cat([sums / lengths[:, None], highest, vector], dim=1))  # type: ignore[no-any-return]


def tune_use(lesson: Lesson) -> NetworkScorer:
    """Return the encoder that is installed with hubbub, fine-tuned on labeled texts.

    Parameters
    ----------
    lesson : Lesson
    """
    parts = read_use(None)
    tokenize = read_tokenizer(parts)

    def encode(words: Sequence[str]) -> NDArray[np.int32]:
        rows = np.full((len(words), _MOST_TOKENS), PADDING, np.int32)
        for start in range(0, len(words), _TEXTS_PER_TOKENIZING):
            for i, ids in enumerate(tokenize(words[start : start + _TEXTS_PER_TOKENIZING])):
                kept = ids[:_MOST_TOKENS]
                rows[start + i, : len(kept)] = np.asarray(kept) + 1
        return rows

    split = keep_some_back(lesson)
    epochs = min(5, max(_HOW.epochs, round(_FEWEST_STEPS * _HOW.batch / max(1, len(split[0])))))
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        network = TunedUse(parts, n_out_of(lesson.n_classes))
        return train_network(network, encode, lesson, split, replace(_HOW, epochs=epochs))
