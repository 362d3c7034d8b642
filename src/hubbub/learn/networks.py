"""Prepared texts and their classes → networks that tell sentiment: recurrent, dense, a pretrained transformer.

A network reads rows of numbers (ids of words, vectors of texts, ids of a transformer's tokens); what makes them of
texts is kept with it, so that a vocabulary is fitted once, on rows that were trained on. In rows of ids 0 is padding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from hubbub.errors import ArtifactError
from hubbub.learn.network_parts import PADDING, Recurrence, Recurrent, Tuned, dense_head, draw_weights
from hubbub.learn.network_training import (
    Floats,
    Lesson,
    NetworkScorer,
    Training,
    keep_some_back,
    n_out_of,
    train_network,
)

MakeVectors = Callable[[Sequence[str], Sequence[str]], Floats]
"""From texts and the words of a vocabulary to the words' vectors, shape (n_words, dim)."""

_WIDE_DENSE, _RATE = 256, 1e-3
_UNKNOWN = 1
_MIN_TEXTS = 2
# As BERT's authors fine-tune (Devlin et al. 2019, appendix A.3).
_TUNE_RATE, _TUNE_BATCH, _TUNE_EPOCHS, _TUNE_TOKENS, _WARM_UP = 5e-5, 32, 2, 64, 0.1
_POOL, _TEXTS_AT_ONCE = 20, 10_000


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What all networks have in common.

    Attributes
    ----------
    vocabulary : int
        Words of a recurrent network at most, the most frequent.
    length : int
        Words that are read of a text.
    embedding : int
        Numbers a word, where vectors are learned from nothing.
    batch, epochs : int
        Texts a step, and how often each is seen. A pretrained transformer has its own: 32 and 2.
    """

    vocabulary: int = 50_000
    length: int = 36
    embedding: int = 256
    batch: int = 250
    epochs: int = 5

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, was {getattr(self, name)}.")


class Vocabulary:
    """The most frequent words of training texts, each with an id; 0 is padding, 1 any other word.

    Words of one text only are not in it: what stands for any other word is learned from them.
    """

    def __init__(self, texts: Sequence[str], n_words: int) -> None:
        counts = Counter(word for text in texts for word in dict.fromkeys(text.split()))
        often = sorted((word for word, n in counts.items() if n >= _MIN_TEXTS), key=lambda word: (-counts[word], word))
        self.words = ["", "", *often[:n_words]]
        self._ids = {word: i_word for i_word, word in enumerate(self.words) if word}

    def encode(self, texts: Sequence[str], length: int) -> NDArray[np.int32]:
        """Return the ids of the first words of texts, shape (n_texts, length); a text without words has one id, 1."""
        rows = np.full((len(texts), length), PADDING, np.int32)
        for i_text, text in enumerate(texts):
            ids = [self._ids.get(word, _UNKNOWN) for word in text.split(None, length)[:length]] or [_UNKNOWN]
            rows[i_text, : len(ids)] = ids
        return rows


def train_recurrent(
    lesson: Lesson,
    recurrence: Recurrence = Recurrence(),  # noqa: B008 - frozen
    settings: NetworkSettings = NetworkSettings(),
    make_vectors: MakeVectors | None = None,
) -> NetworkScorer:
    """Return a recurrent network: words' vectors, a recurrent layer of 128, a dense layer of 64, log-odds.

    Parameters
    ----------
    lesson : Lesson
    recurrence : Recurrence
    settings : NetworkSettings
    make_vectors : callable, optional
        What gives the words' vectors; they then stay as they are. By default they are learned with all else.
    """
    split = keep_some_back(lesson)
    texts = [lesson.words[i] for i in split[0].tolist()]
    vocabulary = Vocabulary(texts, settings.vocabulary)
    vectors = None if make_vectors is None else make_vectors(texts, vocabulary.words)
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        dim = settings.embedding if vectors is None else vectors.shape[1]
        network = Recurrent(len(vocabulary.words), dim, recurrence, n_out_of(lesson.n_classes), vectors)

        def encode(words: Sequence[str]) -> NDArray[np.int32]:
            return vocabulary.encode(words, settings.length)

        how = Training(settings.batch, settings.epochs, _RATE, recurrence.l2, pool=_POOL)
        return train_network(network, encode, lesson, split, how)


def train_dense(
    lesson: Lesson,
    embed: Callable[[Sequence[str]], Floats],
    settings: NetworkSettings = NetworkSettings(),
) -> NetworkScorer:
    """Return a dense layer of 256 and log-odds on vectors of whole texts, which ``embed`` gives."""
    split = keep_some_back(lesson)
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        dim = embed(["a"]).shape[1]
        network = dense_head(dim, 0.5, n_out_of(lesson.n_classes), _WIDE_DENSE)
        draw_weights(network)
        how = Training(settings.batch, settings.epochs, _RATE)
        return train_network(network, embed, lesson, split, how)


def tune_transformer(lesson: Lesson, name: str) -> NetworkScorer:
    """Return a pretrained encoder, fine-tuned as a whole: the mean of its last layer's vectors, then log-odds.

    Parameters
    ----------
    lesson : Lesson
    name : str
        A folder, or a name on the model hub, that ``transformers`` loads; its weights in safetensors, never pickled.

    Raises
    ------
    ArtifactError
        When there is no such model.
    """
    import transformers

    transformers.utils.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
        body = transformers.AutoModel.from_pretrained(name, dtype=torch.float32, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise ArtifactError(
            f"No pretrained transformer '{name}': it must be a folder, or a name on the model hub where that can be "
            f"reached ({str(error).splitlines()[0][:200]})."
        ) from error
    # The hub's models of BERT's kind bring a layer on their first token, which the mean over tokens does not use.
    if getattr(body, "pooler", None) is not None:
        body.pooler = None
    tokenizer.padding_side = "right"

    def encode(words: Sequence[str]) -> NDArray[np.int32]:
        rows = np.full((len(words), _TUNE_TOKENS), PADDING, np.int32)
        for start in range(0, len(words), _TEXTS_AT_ONCE):
            part = list(words[start : start + _TEXTS_AT_ONCE])
            made = tokenizer(part, padding=True, truncation=True, max_length=_TUNE_TOKENS, return_tensors="np")
            ids = (made["input_ids"] + 1) * made["attention_mask"]
            rows[start : start + len(part), : ids.shape[1]] = ids
        return rows

    split = keep_some_back(lesson)
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        network = Tuned(body, n_out_of(lesson.n_classes))
        how = Training(_TUNE_BATCH, _TUNE_EPOCHS, _TUNE_RATE, warm_up=_WARM_UP, minutes=lesson.minutes, pool=_POOL)
        return train_network(network, encode, lesson, split, how)
