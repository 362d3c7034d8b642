"""The multilingual Universal Sentence Encoder, fine-tuned as a whole to tell classes of texts.

What it has read is kept as the start: the tokens' table, convolutions over tokens and the layers that make a text's
vector all learn on, and log-odds come from that vector beside the mean and the maximum of its tokens. A token takes
1.7 million multiplications, about a fiftieth of BERT-base, so a million texts can be learned from on two cores.
It learns in bf16 where the processor has it and scores in fp32, so that a text's company changes nothing but rounding.
Not handled: text beyond the first 64 tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hubbub.artifacts import UseParts, read_tokenizer, read_use
from hubbub.errors import ArtifactError
from hubbub.learn.network_parts import PADDING, dense_head
from hubbub.learn.network_training import (
    Curve,
    Lesson,
    NetworkScorer,
    Training,
    keep_some_back,
    n_out_of,
    train_network,
)
from hubbub.learn.use_torch import has_bf16, neighbor_places, sum_tokens, text_vectors, token_features

Tensors = dict[str, NDArray[Any]]

_TABLE = "table.weight"
_MOST_TOKENS = 64
_TEXTS_PER_TOKENIZING = 1024
_DROPOUT, _WIDTH = 0.1, 256
_HOW = Training(batch=256, epochs=2, rate=5e-4, warm_up=0.05, table_rate=6.0)
"""Rates as tried on 100,000 tweets (experiments/2026-11-30-use-tuned); the table's a little lower, for more steps."""
_FEWEST_STEPS = 60
"""Few texts are seen so often that there are so many steps, five times at most."""


class TunedUse(nn.Module):
    """Ids of tokens plus one, shape (n, length) → log-odds, shape (n, n_out).

    Parameters
    ----------
    config : mapping
        The encoder's settings, as they are kept beside its weights.
    table : (n_tokens, 512) float32 Tensor
        Of its tokens.
    weights : mapping of str to float32 Tensor
        Its other weights.
    n_out : int
        Log-odds a text.
    """

    def __init__(self, config: Mapping[str, Any], table: Tensor, weights: Mapping[str, Tensor], n_out: int) -> None:
        super().__init__()
        self.table = nn.Embedding(table.shape[0], table.shape[1], sparse=True, _weight=table)
        self.encoder = nn.ParameterDict({name: nn.Parameter(weight) for name, weight in weights.items()})
        self._config, self._drop = config, nn.Dropout(_DROPOUT)
        wide, narrow = self.encoder["ln_g"].shape[0], self.encoder["d3"].shape[1]
        self.head = dense_head(2 * wide + narrow, _DROPOUT, n_out, _WIDTH)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the log-odds of texts by their ids plus one, 0 for padding after the last."""
        ids = ids[:, : int((ids != PADDING).sum(1).max())]
        is_token = ids != PADDING
        lengths = is_token.sum(1)
        near = neighbor_places(lengths.cpu().numpy(), max(self._config["orders"]))
        dtype = torch.bfloat16 if self.training and has_bf16() else torch.float32
        weights = {name: weight.to(dtype) for name, weight in self.encoder.items()}
        tokens = self._drop(self.table(ids[is_token].long() - 1)).to(dtype)
        features = token_features(weights, self._config, tokens, torch.from_numpy(near).to(ids.device))
        sums = sum_tokens(features, lengths)
        highest = torch.segment_reduce(features.float(), "max", lengths=lengths)
        vector = text_vectors(weights, sums, lengths).float()
        return self.head(torch.cat([sums / lengths[:, None], highest, vector], dim=1))  # type: ignore[no-any-return]


def begin_network(parts: UseParts, n_out: int) -> TunedUse:
    """Return the network as it begins: the encoder with its own weights, and a head that is drawn."""
    low, scale = (torch.from_numpy(parts.tensors[name]) for name in ("lo", "scale"))
    # Token t is row t // 17 of table t % 17, each with a scale of its own.
    tables = np.stack([parts.tensors[f"q{i + 1}"] for i in range(len(scale))], axis=1)
    rows = torch.from_numpy(tables.reshape(-1, tables.shape[-1]))
    which = torch.arange(len(rows)) % len(scale)
    table = torch.addcmul(low[which][:, None], rows.float(), scale[which][:, None])
    weights = {
        name: torch.tensor(tensor, dtype=torch.float32)
        for name, tensor in parts.tensors.items()
        if not name.startswith(("q", "scale", "lo"))
    }
    return TunedUse(parts.config, table, weights, n_out)


class TunedUseScorer(NetworkScorer):
    """The fine-tuned encoder with its tokenizer, which can be kept and loaded.

    Parameters
    ----------
    network : TunedUse
        Trained.
    parts : UseParts
        The encoder's settings and tokenizer; its tensors are not looked at.
    n_classes : int
    curve, kept_back
        See NetworkScorer.
    """

    def __init__(
        self, network: TunedUse, parts: UseParts, n_classes: int, curve: Curve, kept_back: NDArray[np.int64]
    ) -> None:
        tokenize = read_tokenizer(parts)

        def encode(words: Sequence[str]) -> NDArray[np.int32]:
            rows = np.full((len(words), _MOST_TOKENS), PADDING, np.int32)
            for start in range(0, len(words), _TEXTS_PER_TOKENIZING):
                for i, ids in enumerate(tokenize(words[start : start + _TEXTS_PER_TOKENIZING])):
                    kept = ids[:_MOST_TOKENS]
                    rows[start + i, : len(kept)] = np.asarray(kept) + 1
            return rows

        super().__init__(network, encode, n_classes, curve, kept_back)
        self.encode, self.parts, self._tuned = encode, parts, network

    def tensors(self) -> Tensors:
        """Return what was learned, the table in eight bits a number with a scale a token: 77 MB."""
        state = {name: tensor.cpu().numpy() for name, tensor in self._tuned.state_dict().items() if name != _TABLE}
        table = self._tuned.table.weight.detach().cpu()
        scale = _scales(table)
        return state | {"table": (table / scale).round().to(torch.int8).numpy(), "scale": scale[:, 0].numpy()}


def _scales(table: Tensor) -> Tensor:
    return table.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127.0


def tune_use(lesson: Lesson) -> TunedUseScorer:
    """Return the encoder that is installed with hubbub, fine-tuned on labeled texts.

    Parameters
    ----------
    lesson : Lesson
    """
    parts = read_use(None)
    split = keep_some_back(lesson)
    epochs = min(5, max(_HOW.epochs, round(_FEWEST_STEPS * _HOW.batch / max(1, len(split[0])))))
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        network = begin_network(parts, n_out_of(lesson.n_classes))
        scorer = TunedUseScorer(network, parts, lesson.n_classes, [], split[1])
        how = replace(_HOW, epochs=epochs, minutes=lesson.minutes)
        scorer.curve = train_network(network, scorer.encode, lesson, split, how).curve
    # As it will be kept, so that what is measured now is what is loaded later.
    table = network.table.weight.data
    scale = _scales(table)
    network.table.weight.data = (table / scale).round() * scale
    return scorer


def load_tuned_use(
    config: Mapping[str, Any], tensors: Tensors, tokenizer: bytes, n_classes: int, where: str
) -> TunedUseScorer:
    """Return the scorer whose ``tensors``, settings and tokenizer were kept.

    Parameters
    ----------
    config : mapping
        The encoder's settings.
    tensors : dict of str to array
        As ``TunedUseScorer.tensors`` gave them.
    tokenizer : bytes
        A SentencePiece model.
    n_classes : int
    where : str
        The folder, for what is said of it.

    Raises
    ------
    ArtifactError
        When a tensor or a setting is missing or of another shape.
    """
    parts = UseParts(tensors, dict(config), tokenizer)
    try:
        table = torch.from_numpy(tensors["table"]).float() * torch.from_numpy(tensors["scale"])[:, None]
        state = {name: torch.from_numpy(tensor) for name, tensor in tensors.items() if name not in ("table", "scale")}
        weights = {name.removeprefix("encoder."): one for name, one in state.items() if name.startswith("encoder.")}
        network = TunedUse(parts.config, table, weights, n_out_of(n_classes))
        network.load_state_dict(state | {_TABLE: table})
        network.eval()
        return TunedUseScorer(network, parts, n_classes, [], np.zeros(0, np.int64))
    except (KeyError, ValueError, RuntimeError, IndexError) as error:
        raise ArtifactError(
            f"{where} must have every part of a fine-tuned encoder; it does not: {str(error).splitlines()[0]}. "
            "Train it again."
        ) from error
