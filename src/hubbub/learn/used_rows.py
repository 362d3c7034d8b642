"""A large vocabulary's embedding → the few rows that the texts have, while a network is trained on them.

A multilingual encoder has hundreds of thousands of rows, most of its weights, of which the chat of a few channels uses
some thousands. All of them would take part in each step of the optimizer, and get zeros as gradients. Only the used
ones are trained here; the others stay as they were, and are still read where a text has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

_WORTH_IT = 0.5
_LARGE = 50_000
"""A table of fewer rows costs less than finding out which of them are used."""
_BATCH = 10_000


class UsedRows(nn.Module):
    """An embedding of which only some rows are parameters.

    Parameters
    ----------
    table : torch.nn.Embedding
        The whole.
    used : (n_used,) int64
        Rows that are trained.
    """

    def __init__(self, table: nn.Embedding, used: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(table.weight.detach()[used].clone())
        place = torch.full((table.num_embeddings,), -1, dtype=torch.long)
        place[used] = torch.arange(len(used))
        self.register_buffer("place", place.to(table.weight.device), persistent=False)
        self._whole = (table, used)  # in a tuple, so that it is no part of this module's weights

    def forward(self, ids: Tensor) -> Tensor:
        """Return the rows of tokens, shape (…, dim)."""
        table, _ = self._whole
        place: Tensor = self.place[ids]  # type: ignore[index]
        pad = None if table.padding_idx is None else int(self.place[table.padding_idx])  # type: ignore[index]
        rows = functional.embedding(place.clamp(min=0), self.weight, padding_idx=None if pad == -1 else pad)
        is_used = place >= 0
        if bool(is_used.all()):
            return rows
        return torch.where(is_used[..., None], rows, functional.embedding(ids, table.weight.detach()))

    def whole(self) -> nn.Embedding:
        """Return the whole table with the trained rows in it."""
        table, used = self._whole
        with torch.no_grad():
            table.weight[used] = self.weight
        return table


@contextmanager
def only_used_rows(model: Any, texts: Sequence[str]) -> Iterator[None]:  # noqa: ANN401 - the library has no types here
    """Let a SentenceTransformer train only those rows of its embedding that texts have, where they are few."""
    network, tokenizer = model[0].auto_model, model.tokenizer
    table = network.get_input_embeddings()
    if not isinstance(table, nn.Embedding) or table.num_embeddings < _LARGE:
        yield
        return
    found = {tokenizer.pad_token_id or 0}
    prompt = model.prompts.get(model.default_prompt_name) or ""
    for start in range(0, len(texts), _BATCH):
        batch = [prompt + text for text in texts[start : start + _BATCH]]
        for ids in tokenizer(batch, truncation=True, max_length=model.max_seq_length)["input_ids"]:
            found.update(ids)
    if len(found) > _WORTH_IT * table.num_embeddings:
        yield
        return
    rows = UsedRows(table, torch.tensor(sorted(found), device=table.weight.device))
    network.set_input_embeddings(rows)
    try:
        yield
    finally:
        network.set_input_embeddings(rows.whole())
