"""A language model small enough to train in a test; run as a program, it trains one, and may be killed on the way."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_model
from transformers import ConvBertConfig, PreTrainedConfig, set_seed

from hubbub.learn import shapes
from hubbub.learn.electra import Electra
from hubbub.learn.packing import Rows, pack
from hubbub.learn.training import Settings, fit

MARKS = shapes.Marks(pad=0, begin=2, end=3, mask=4, n_tokens=60)
SETTINGS = Settings(
    n_epochs=2.0, n_steps=None, minutes=None, batch_rows=4, n_accumulated=1, learning_rate=5e-3, schedule="linear",
    warmup=0.1, checkpoint_steps=3, n_kept=2, seed=7, tracker="none",
)  # fmt: skip


def tiny(marks: shapes.Marks, n_layers: int) -> PreTrainedConfig:
    """Return the smallest ConvBERT that has all parts."""
    return ConvBertConfig(
        vocab_size=marks.n_tokens, hidden_size=16, embedding_size=8, num_hidden_layers=n_layers, num_attention_heads=4,
        intermediate_size=32, max_position_embeddings=512, pad_token_id=marks.pad,
    )  # fmt: skip


shapes.SHAPES["tiny"] = (tiny, 2)


def make_rows(n_documents: int = 120, seed: int = 0) -> Rows:
    """Return documents in which each token follows from the one before, with some noise."""
    rng = np.random.default_rng(seed)
    documents = []
    for size in rng.integers(4, 30, n_documents):
        ids = [int(rng.integers(5, 60))]
        while len(ids) < size:
            ids.append(5 + (ids[-1] * 7 + int(rng.integers(2))) % 55)
        documents.append([2, *ids, 3])
    return pack(documents, 32, pad=0)


def make_electra(seed: int = 7) -> Electra:
    """Return an untrained model."""
    set_seed(seed)
    return Electra("tiny", MARKS)


def main(folder: Path, kill_at: int) -> None:
    """Train; end by SIGKILL before a step, if that comes."""
    torch.set_num_threads(1)

    def progress(n: int, total: int) -> None:
        if n == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    model = make_electra()
    fit(model, make_rows(), SETTINGS, folder / "checkpoints", plan={"rows": 1}, progress=progress)
    save_model(model, str(folder / f"weights-{os.environ.get('RANK', '0')}.safetensors"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
