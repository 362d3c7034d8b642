"""The shapes of small encoders by name, and folders of `transformers` → their configuration, tokenizer and marks.

Sources: Jiang et al. 2020, "ConvBERT" (arXiv 2008.02496, table 1, small); Clark et al. 2020, "ELECTRA" (arXiv
2003.10555, table 6, small), which is BERT with a narrow embedding; Warner et al. 2024, "ModernBERT" (arXiv 2412.13663).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from transformers import (
    AutoConfig,
    AutoTokenizer,
    ConvBertConfig,
    ElectraConfig,
    ModernBertConfig,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
)

from hubbub.errors import ArtifactError, HubbubError
from hubbub.learn.foreign import quiet

N_POSITIONS = 512
_DEVIATION = 0.035
"""Of the first weights: BERT's .02 for 768 numbers, wider as there are fewer."""


@final
@dataclass(frozen=True, slots=True)
class Marks:
    """The special tokens of a tokenizer, as numbers, and how many tokens there are."""

    pad: int
    begin: int
    end: int
    mask: int
    n_tokens: int


def _shared(marks: Marks, n_layers: int) -> dict[str, Any]:
    return {
        "vocab_size": marks.n_tokens,
        "hidden_size": 256,
        "num_hidden_layers": n_layers,
        "num_attention_heads": 4,
        "max_position_embeddings": N_POSITIONS,
        "pad_token_id": marks.pad,
        "initializer_range": _DEVIATION,
    }


def _convbert(marks: Marks, n_layers: int) -> PreTrainedConfig:
    own = {"embedding_size": 128, "intermediate_size": 1024, "conv_kernel_size": 9, "head_ratio": 2, "num_groups": 1}
    return ConvBertConfig(**_shared(marks, n_layers), **own)


def _bert(marks: Marks, n_layers: int) -> PreTrainedConfig:
    return ElectraConfig(**_shared(marks, n_layers), embedding_size=128, intermediate_size=1024)


def _modernbert(marks: Marks, n_layers: int) -> PreTrainedConfig:
    # Its feed-forward part has a gate, so two thirds of the width have as many weights.
    ends = {"bos_token_id": marks.begin, "eos_token_id": marks.end}
    ends |= {"cls_token_id": marks.begin, "sep_token_id": marks.end}
    return ModernBertConfig(**_shared(marks, n_layers), **ends, intermediate_size=688)


SHAPES: dict[str, tuple[Callable[[Marks, int], PreTrainedConfig], int]] = {
    "convbert-small": (_convbert, 12),
    "convbert-mini": (_convbert, 4),
    "bert-small": (_bert, 12),
    "modernbert-small": (_modernbert, 12),
}
"""The configuration of each shape for a number of layers, and how many it has."""


def make_config(shape: str, marks: Marks, *, share_of_layers: float = 1.0) -> PreTrainedConfig:
    """Return the configuration of a shape, with a share of its layers, for a tokenizer.

    Raises
    ------
    HubbubError
        When there is no such shape.
    """
    if shape not in SHAPES:
        raise HubbubError(f"No shape '{shape}'. There are: {', '.join(SHAPES)}.")
    make, n_layers = SHAPES[shape]
    return make(marks, max(1, round(n_layers * share_of_layers)))


def read_tokenizer(folder: Path) -> tuple[PreTrainedTokenizerBase, Marks]:
    """Return the tokenizer in a folder that `transformers` reads, and its special tokens.

    Raises
    ------
    ArtifactError
        When there is none, or it lacks a special token that language models need.
    """
    _need_folder(folder)
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # the library raises whatever its parsers do
        raise ArtifactError(
            f"{folder} must hold a tokenizer that transformers loads: {_first_line(error)}. Make one with: hubbub "
            "train-tokenizer"
        ) from error
    found = {
        "pad": tokenizer.pad_token_id,
        "begin": tokenizer.cls_token_id,
        "end": tokenizer.sep_token_id,
        "mask": tokenizer.mask_token_id,
    }
    if missing := [name for name, number in found.items() if number is None]:
        raise ArtifactError(f"The tokenizer in {folder} has no token for: {', '.join(missing)}. Give another.")
    return tokenizer, Marks(**found, n_tokens=len(tokenizer))


def read_config(folder: Path, marks: Marks) -> PreTrainedConfig:
    """Return the configuration of the model in a folder, when its vocabulary is the tokenizer's.

    Raises
    ------
    ArtifactError
        When it cannot be read, or has fewer tokens than its tokenizer.
    """
    _need_folder(folder)
    try:
        config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # the library raises whatever its parsers do
        raise ArtifactError(f"{folder} must hold a model that transformers loads: {_first_line(error)}.") from error
    if config.vocab_size < marks.n_tokens:
        raise ArtifactError(
            f"{folder} has a model of {config.vocab_size:,} tokens and a tokenizer of {marks.n_tokens:,}: they do not "
            "belong together. Give the folder as it was saved."
        )
    return config


def _need_folder(folder: Path) -> None:
    if not folder.is_dir():
        # The library would take it for the name of something to download.
        raise ArtifactError(f"There is no folder {folder}. Name one that holds what transformers loads.")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
