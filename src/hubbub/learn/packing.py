"""Documents of any length → rows of a fixed length that hold several, which never see each other.

Padding short documents to the longest wastes most of the work. Here documents stand in a row one after the other, and
three things keep them apart: attention is within a document, positions begin again with each, and ConvBERT's
convolutions read nothing beyond its ends. What the network says of a document is what it says of it alone.

Sources: Krell et al. 2021, "Efficient Sequence Packing without Cross-contamination" (arXiv 2107.02027), for packing by
best fit; Jiang et al. 2020, "ConvBERT" (arXiv 2008.02496, section 3), for what is convolved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.masking_utils import sdpa_mask
from transformers.models.convbert.modeling_convbert import ConvBertSelfAttention

PACKED = ("bert", "convbert", "electra", "modernbert")
"""Kinds of model of `transformers` that keep documents of a row apart; of others each document has a row of its own."""
_REGISTERED = tuple(kind for kind in PACKED if kind != "convbert")
_ATTENTION = "hubbub_within_documents"


@final
@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of tokens; a map-style dataset of PyTorch.

    Attributes
    ----------
    ids : (n_rows, length) int32
        Tokens.
    documents : (n_rows, length) int16
        Which document of its row a token is of, from 1; 0 where there is none.
    """

    ids: NDArray[np.int32]
    documents: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, row: int) -> dict[str, Tensor]:
        return {"ids": torch.from_numpy(self.ids[row]).long(), "documents": torch.from_numpy(self.documents[row])}

    @property
    def n_tokens(self) -> int:
        """Tokens that are no padding."""
        return int(np.count_nonzero(self.documents))

    def at_most(self, n_rows: int) -> Rows:
        """Return so many rows or fewer, evenly spaced."""
        step = max(1, -(-len(self) // n_rows))
        return Rows(self.ids[::step], self.documents[::step])


def frame(texts: Sequence[Sequence[int]], *, begin: int, end: int, length: int) -> list[list[int]]:
    """Return texts' tokens as documents with their marks: those that are too long are cut into several.

    Parameters
    ----------
    texts : sequence of sequences of int
        Tokens without marks.
    begin, end : int
        The marks.
    length : int
        A document's tokens at most, marks included.
    """
    step = length - 2
    return [[begin, *ids[i : i + step], end] for ids in texts for i in range(0, len(ids), step)]


def chunk(texts: Sequence[Sequence[int]], *, begin: int, end: int, length: int) -> list[list[int]]:
    """Return texts' tokens with their marks, one after the other, cut into documents of a length; the rest is left out.

    Examples
    --------
    >>> chunk([[5, 6], [7]], begin=2, end=3, length=3)
    [[2, 5, 6], [3, 2, 7]]
    """
    row = [token for ids in texts for token in (begin, *ids, end)]
    return [row[i : i + length] for i in range(0, len(row) - length + 1, length)]


def pack(documents: Sequence[Sequence[int]], length: int, *, pad: int, alone: bool = False) -> Rows:
    """Put documents into as few rows as best fit finds, the longest first.

    Parameters
    ----------
    documents : sequence of sequences of int
        Tokens, 1 to `length` each.
    length : int
        Tokens of a row.
    pad : int
        The token where there is none.
    alone : bool
        Give each document a row of its own.
    """
    sizes = np.fromiter(map(len, documents), np.int64, len(documents))
    if len(sizes) and not 1 <= sizes.min() <= sizes.max() <= length:
        raise ValueError(f"documents must have 1 to {length} tokens, have {sizes.min()} to {sizes.max()}.")
    order = np.argsort(-sizes, kind="stable")
    row, start, number = (np.empty(len(sizes), np.int64) for _ in range(3))
    used: list[int] = []
    n_documents: list[int] = []
    rooms: list[list[int]] = [[] for _ in range(length + 1)]
    # Bit r is set where a row has room for r tokens, so that the tightest fit is found in one step.
    open_rooms = 0
    for i, size in zip(order.tolist(), sizes[order].tolist(), strict=True):
        fitting = 0 if alone else open_rooms >> size
        if fitting:
            room = size + (fitting & -fitting).bit_length() - 1
            chosen = rooms[room].pop()
            if not rooms[room]:
                open_rooms &= ~(1 << room)
        else:
            room, chosen = length, len(used)
            used.append(0)
            n_documents.append(0)
        row[i], start[i] = chosen, used[chosen]
        used[chosen] += size
        n_documents[chosen] += 1
        number[i] = n_documents[chosen]
        if room > size:
            rooms[room - size].append(chosen)
            open_rooms |= 1 << (room - size)
    ids = np.full((len(used), length), pad, np.int32)
    places = np.zeros((len(used), length), np.int16)
    flat = np.repeat(row * length + start, sizes) + _count_within(sizes)
    ids.ravel()[flat] = np.fromiter((token for document in documents for token in document), np.int32, int(sizes.sum()))
    places.ravel()[flat] = np.repeat(number, sizes)
    return Rows(ids, places)


def _count_within(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, 2, … within each document, one after the other."""
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def stack(rows: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return rows as one batch, without the columns at the end where no row has a token."""
    ids, documents = (torch.stack([row[key] for row in rows]) for key in ("ids", "documents"))
    used = int((documents > 0).any(dim=0).sum())
    return {"ids": ids[:, :used], "documents": documents[:, :used]}


def keep_apart(documents: Tensor, model_type: str) -> dict[str, Tensor]:
    """Return what a model of `transformers` must be given beside tokens so that documents do not see each other.

    Parameters
    ----------
    documents : (n_rows, length) int
        As in ``Rows``.
    model_type : str
        The model's `config.model_type`; of those that are not in ``PACKED`` each row must hold one document.
    """
    if model_type not in PACKED:
        return {"attention_mask": (documents > 0).long()}
    at = torch.arange(documents.shape[1], device=documents.device).expand_as(documents)
    begins = functional.pad(documents[:, 1:] != documents[:, :-1], (1, 0), value=True)
    first = torch.where(begins, at, 0).cummax(dim=1).values
    # Padding sees padding, so that no row of the attention is empty, which would be NaN.
    return {"attention_mask": documents[:, None, :, None] == documents[:, None, None, :], "position_ids": at - first}


def ready(model: nn.Module) -> nn.Module:
    """Let a model of `transformers` keep documents apart, and drop out at a tenth of the usual cost; return it.

    Its weights, and what it says of texts that stand alone, stay as they are.
    """
    for module in model.modules():
        if isinstance(module, ConvBertSelfAttention):
            module.__class__ = _ConvBertWithin
        elif type(module) is nn.Dropout:
            module.__class__ = Dropout
    for module in model.modules():
        if isinstance(module, PreTrainedModel) and module.config.model_type in _REGISTERED:
            module.set_attn_implementation(_ATTENTION)
    return model


class Dropout(nn.Dropout):
    """Dropout with one random byte a number, so that shares are multiples of 1/256: .1 is .1016.

    PyTorch draws a number of 53 bits for each, one after the other, which takes longer than the matrix products here.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - PyTorch's name
        """Return the input, in training with a share of zeros and the rest larger."""
        return drop_out(input, self.p) if self.training else input


def drop_out(x: Tensor, share: float) -> Tensor:
    """Return numbers with a share of them 0, and the others larger so that the mean stays."""
    n_dropped = round(share * 256)
    if n_dropped == 0:
        return x
    words = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device).random_(-(2**63), None)
    kept = words.view(torch.uint8)[: x.numel()].view(x.shape) >= n_dropped
    return x * (kept * (256 / (256 - n_dropped))).to(x.dtype)


def _attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **_: Any,  # noqa: ANN401 - whatever else the library passes to all of its attentions
) -> tuple[Tensor, None]:
    """Attend where the mask is true, within the module's sliding window if it has one; the library's interface."""
    window = getattr(module, "sliding_window", None)
    if window is not None and attention_mask is not None:
        at = torch.arange(query.shape[2], device=query.device)
        attention_mask = attention_mask & ((at[:, None] - at[None, :]).abs() < window)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    return _weigh(query, key, value, attention_mask, dropout, scale).transpose(1, 2).contiguous(), None


AttentionInterface.register(_ATTENTION, _attend)
AttentionMaskInterface.register(_ATTENTION, sdpa_mask)


def _weigh(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout: float, scale: float) -> Tensor:
    if not dropout:
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=scale)
    scores = (query * scale) @ key.transpose(-1, -2)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return drop_out(scores.softmax(dim=-1).to(value.dtype), dropout) @ value


class _ConvBertWithin(ConvBertSelfAttention):  # type: ignore[misc]
    """ConvBERT's mixed attention where attention and both convolutions stay within documents."""

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        **_: Any,  # noqa: ANN401 - the library's interface
    ) -> tuple[Tensor, None]:
        """Return (n_rows, length, hidden) and no attention weights."""
        n_rows, length = hidden_states.shape[:2]
        heads, size, width = self.num_attention_heads, self.attention_head_size, self.conv_kernel_size
        if attention_mask is None:
            attention_mask = hidden_states.new_ones((n_rows, 1, length, length), dtype=torch.bool)
        elif attention_mask.dtype != torch.bool:
            attention_mask = attention_mask == 0
        attention_mask = attention_mask.expand(n_rows, 1, length, length)
        together = _diagonals(attention_mask[:, 0], width)
        query = self.query(hidden_states)
        split = (n_rows, length, heads, size)
        key, value = self.key(hidden_states), self.value(hidden_states)
        dropout = self.dropout.p if self.training else 0.0
        query_by_head, key, value = (part.view(split).transpose(1, 2) for part in (query, key, value))
        attended = _weigh(query_by_head, key, value, attention_mask, dropout, size**-0.5).transpose(1, 2)
        separable = self.key_conv_attn_layer
        around = _Depthwise.apply(hidden_states, separable.depthwise.weight[:, 0], together)  # type: ignore[no-untyped-call]
        around = functional.linear(around, separable.pointwise.weight[:, :, 0], separable.bias[:, 0])
        kernels = self.conv_kernel_layer(around * query).view(n_rows, length, heads, width).softmax(dim=-1)
        # A token's own kernel over its neighbors is a row of a band matrix, zero beyond the document.
        band = _band(kernels.transpose(1, 2)) * attention_mask
        convolved = band @ self.conv_out_layer(hidden_states).view(split).transpose(1, 2).to(band.dtype)
        both = torch.cat([attended, convolved.transpose(1, 2).to(attended.dtype)], dim=2)
        return both.reshape(n_rows, length, 2 * heads * size), None


def _diagonals(mask: Tensor, width: int) -> Tensor:
    """Return (n_rows, length, width): whether the neighbors of each token are of its document."""
    n_rows, length, _ = mask.shape
    half = width // 2
    wide = functional.pad(mask, (half, half)).contiguous()
    stride = length + 2 * half
    return wide.as_strided((n_rows, length, width), (length * stride, stride + 1, 1))


def _band(kernels: Tensor) -> Tensor:
    """Return (…, length, length) with row t's numbers of (…, length, width) around column t."""
    *lead, length, width = kernels.shape
    # Rows that are one too long, read as if they were not, begin one further to the right each.
    wide = functional.pad(kernels, (0, length)).flatten(-2)[..., : length * (length + width - 1)]
    return wide.view(*lead, length, length + width - 1)[..., width // 2 : width // 2 + length]


class _Depthwise(torch.autograd.Function):
    """One kernel a channel along the tokens, over neighbors of the same document.

    A sum of shifted products in the order of memory, forward and back: PyTorch's own convolution would need channels
    first, and zeros between the documents.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, together: Tensor) -> Tensor:  # noqa: ANN401
        """Return (n_rows, length, n_channels) of the same, (n_channels, width) and (n_rows, length, width)."""
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        ctx.save_for_backward(x, weight, together)
        length, half = x.shape[1], weight.shape[1] // 2
        kernel, wide = weight.t().to(x.dtype).contiguous(), functional.pad(x, (0, 0, half, half))
        total = x * kernel[half]
        for k in range(len(kernel)):
            if k != half:
                total.addcmul_(wide[:, k : k + length] * together[..., k, None], kernel[k])
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:  # noqa: ANN401
        """Return the gradients by numbers and kernels."""
        x, weight, together = ctx.saved_tensors
        length, n_channels, half = x.shape[1], x.shape[2], weight.shape[1] // 2
        kernel, wide = weight.t().to(x.dtype).contiguous(), functional.pad(x, (0, 0, half, half))
        by_x, by_kernel = torch.zeros_like(wide), []
        for k in range(len(kernel)):
            kept = gradient if k == half else gradient * together[..., k, None]
            by_x[:, k : k + length].addcmul_(kept, kernel[k])
            by_kernel.append((kept * wide[:, k : k + length]).view(-1, n_channels).sum(0, dtype=weight.dtype))
        return by_x[:, half : half + length], torch.stack(by_kernel, dim=1), None
