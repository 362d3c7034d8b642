"""Texts → vectors by the multilingual Universal Sentence Encoder in PyTorch: for GPUs and processors that have bf16.

The same network and weights as the torch-free encoder, which says where it comes from; the vectors agree (cosine .9999
in fp32, .999 in bf16), but vectors of the two must not be mixed in one table, so their names differ. Texts stand
one after the other without padding. fp16 is never used: processors without it emulate it a hundred times slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

import numpy as np

from hubbub.artifacts import USE_NAME, UseParts, read_tokenizer, read_use
from hubbub.errors import MissingExtraError

if TYPE_CHECKING:
    import torch

Floats = np.ndarray[Any, np.dtype[np.float32]]

# A batch's widest buffer is (tokens, 5 * 256); with this many tokens it takes 20 MB in fp32.
BATCH_TOKENS: Final = 4_096
TEXTS_PER_TOKENIZING: Final = 1_024


@final
class TorchUniversalSentenceEncoder:
    """Turn texts into vectors of 512 numbers with PyTorch; made by `load_use_torch`.

    Attributes
    ----------
    name : str
        "use-multilingual-3-torch".
    dim : int
        512.
    dtype : torch.dtype
        What the matrix products are computed in.
    device : torch.device
        Where they are computed.
    """

    name: Final = f"{USE_NAME}-torch"
    dim: Final = 512

    def __init__(self, parts: UseParts, dtype: torch.dtype, device: torch.device) -> None:
        import torch

        self.dtype, self.device = dtype, device
        self._config = parts.config
        self._tokenize = read_tokenizer(parts)
        # Token t is row t // 17 of table t % 17, each with a scale of its own.
        tables = [parts.tensors[f"q{i_table + 1}"] for i_table in range(len(parts.tensors["scale"]))]
        self._table = torch.from_numpy(np.stack(tables, axis=1).reshape(-1, self.dim)).to(device)
        self._scale = torch.from_numpy(parts.tensors["scale"]).to(device)
        self._low = torch.from_numpy(parts.tensors["lo"]).to(device)
        self._weights = {
            key: torch.from_numpy(np.asarray(tensor, np.float32)).to(device, dtype)
            for key, tensor in parts.tensors.items()
            if not key.startswith(("q", "scale", "lo"))
        }

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return the vectors of texts: float32 of shape (n_texts, 512), each row of unit length.

        Parameters
        ----------
        texts : sequence of str
            Any Unicode. Repeated texts are computed once.
        progress : callable, optional
            Called now and then with how many of the texts are done.

        Raises
        ------
        ValueError
            When an element is no text.
        """
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise ValueError("texts must be a sequence of str.")
        places = {text: i_text for i_text, text in enumerate(dict.fromkeys(texts))}
        inverse = np.fromiter((places[text] for text in texts), np.int64, len(texts))
        n_repeats = np.bincount(inverse, minlength=len(places))
        distinct = np.empty((len(places), self.dim), np.float32)
        n_done = n_computed = 0
        for ids in self._batches(list(places)):
            rows = slice(n_computed, n_computed + len(ids))
            distinct[rows] = self._embed_batch(ids)
            n_computed += len(ids)
            n_done += int(n_repeats[rows].sum())
            if progress is not None:
                progress(n_done)
        return distinct[inverse]

    def _batches(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        """Yield the texts' tokens, as many texts at once as a batch has room for."""
        batch: list[list[int]] = []
        n_tokens = 0
        for start in range(0, len(texts), TEXTS_PER_TOKENIZING):
            for ids in self._tokenize(texts[start : start + TEXTS_PER_TOKENIZING]):
                if batch and n_tokens + len(ids) > BATCH_TOKENS:
                    yield batch
                    batch, n_tokens = [], 0
                batch.append(ids)
                n_tokens += len(ids)
        if batch:
            yield batch

    def _embed_batch(self, batch: list[list[int]]) -> Floats:
        import torch

        lengths = np.fromiter(map(len, batch), np.int64, len(batch))
        near = neighbor_places(lengths, max(self._config["orders"]))
        with torch.inference_mode():
            ids, places, counts = (
                torch.from_numpy(part).to(self.device) for part in (np.concatenate(batch), near, lengths)
            )
            return np.asarray(self._forward(ids, places, counts).cpu().numpy(), np.float32)

    def _forward(self, ids: torch.Tensor, near: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Return the vectors of texts whose tokens stand one after the other; see ``token_features`` for shapes."""
        import torch
        from torch.nn.functional import normalize

        which = ids % len(self._scale)
        embedding = torch.addcmul(self._low[which][:, None], self._table[ids], self._scale[which][:, None]).to(
            self.dtype
        )
        features = token_features(self._weights, self._config, embedding, near)
        return normalize(text_vectors(self._weights, sum_tokens(features, lengths), lengths).float(), dim=1)


def neighbor_places(lengths: np.ndarray[Any, Any], reach: int) -> np.ndarray[Any, Any]:
    """Return where the tokens near each token stand, (n_tokens, 2 * reach + 1); n_tokens for those outside its text.

    Parameters
    ----------
    lengths : (n_texts,) int64
        Tokens of texts that stand one after the other.
    reach : int
        How far to both sides.
    """
    ends = np.repeat(np.cumsum(lengths), lengths)
    near = np.arange(len(ends))[:, None] + np.arange(-reach, reach + 1)
    near[(near < (ends - np.repeat(lengths, lengths))[:, None]) | (near >= ends[:, None])] = len(ends)
    return near


def token_features(
    weights: Mapping[str, torch.Tensor], config: Mapping[str, Any], embedding: torch.Tensor, near: torch.Tensor
) -> torch.Tensor:
    """Return what the convolutions make of each token, (n_tokens, 1280).

    Parameters
    ----------
    weights : mapping of str to Tensor
        The network's, in the precision of `embedding`.
    config : mapping
        As it is kept beside the weights.
    embedding : (n_tokens, 512) Tensor
        Of the tokens of texts that stand one after the other.
    near : (n_tokens, 2 * reach + 1) Tensor of int64
        As ``neighbor_places`` gives it.
    """
    import torch
    from torch.nn.functional import layer_norm, pad, relu

    epsilon, reach = float(config["epsilon"]), near.shape[1] // 2
    features = [embedding]
    for order, left in zip(config["orders"], config["left"], strict=True):
        window = near[:, reach - left : reach - left + order].reshape(-1)
        x = torch.addmm(weights[f"proj_b{order}"], embedding, weights[f"proj{order}"])
        x = layer_norm(x, x.shape[1:], weights[f"ln_g{order}"], weights[f"ln_b{order}"], epsilon)
        for i_layer in (1, 2):
            # The row of zeros that is added at the end stands for all places outside of a text.
            windows = pad(x, (0, 0, 0, 1)).index_select(0, window).view(len(x), -1)
            x = relu(torch.addmm(weights[f"b{i_layer}_{order}"], windows, weights[f"w{i_layer}_{order}"])) + x
        features.append(x)
    joined = torch.cat(features, dim=1)
    return layer_norm(joined, joined.shape[1:], weights["ln_g"], weights["ln_b"], epsilon)


def sum_tokens(features: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Return the sums of texts' tokens, (n_texts, 1280), in fp32: bf16 would lose what long texts add."""
    import torch

    owner = torch.repeat_interleave(lengths)
    return torch.zeros(len(lengths), features.shape[1], device=features.device).index_add(0, owner, features.float())


def text_vectors(weights: Mapping[str, torch.Tensor], sums: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Return the vectors of texts, (n_texts, 512), not yet of unit length, from the sums of their tokens."""
    import torch
    from torch.nn.functional import relu

    dtype, root = weights["cnn_W"].dtype, lengths.float().sqrt()[:, None]
    mean = (sums / root).to(dtype) @ weights["cnn_W"] + root.to(dtype) * weights["cnn_b"]
    y0 = relu(mean @ weights["d0"])
    y1 = relu(mean @ weights["p1"] + y0 @ weights["d1"])
    y2 = relu(y1 @ weights["d2"])
    return torch.tanh(y1 @ weights["p3"] + y2 @ weights["d3"])


def has_bf16() -> bool:
    """Return whether products of bf16 are fast here: on a GPU, or a processor with AVX512_BF16."""
    import torch

    # Older and newer releases of PyTorch may lack this question; fp32 is right everywhere.
    return torch.cuda.is_available() or bool(getattr(torch.cpu, "_is_avx512_bf16_supported", bool)())


def load_use_torch(folder: Path | None = None, *, precision: str = "auto") -> TorchUniversalSentenceEncoder:
    """Return the encoder: the artifact in a folder, or by default the weights that are installed with hubbub.

    Parameters
    ----------
    folder : Path, optional
        A saved encoder.
    precision : str
        "bf16", "fp32", or "auto": bf16 on a GPU and on processors with AVX512_BF16, otherwise fp32.

    Raises
    ------
    MissingExtraError
        When PyTorch is not installed.
    ArtifactError
        When a file is missing or its sha256 is wrong, or the folder holds another kind of artifact.
    """
    if precision not in ("auto", "bf16", "fp32"):
        raise ValueError(f"precision must be 'auto', 'bf16' or 'fp32', was {precision!r}.")
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("the encoder 'use-torch'", "PyTorch", "train") from error
    has_gpu = torch.cuda.is_available()
    if precision == "auto":
        precision = "bf16" if has_bf16() else "fp32"
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    return TorchUniversalSentenceEncoder(read_use(folder), dtype, torch.device("cuda" if has_gpu else "cpu"))
