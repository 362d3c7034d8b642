"""Prepared texts and their classes → networks that tell sentiment: recurrent, dense, a pretrained transformer.

A network reads rows of numbers (ids of words, vectors of texts, ids of a transformer's tokens); what makes them of
texts is kept with it, so that a vocabulary is fitted once, on rows that were trained on. In rows of ids 0 is padding.
One loop trains all of them.
Networks give log-odds, and their loss is one that takes log-odds. Some training rows are kept back for the curve of
losses; nothing is chosen by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hubbub.errors import ArtifactError
from hubbub.learn.network_parts import (
    PADDING,
    Recurrence,
    Recurrent,
    Tuned,
    dense_head,
    draw_weights,
    sum_squares,
)
from hubbub.measures import repeat_keys, split_groups

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], NDArray[Any]]
"""From prepared texts to the rows of numbers that a network reads."""
MakeVectors = Callable[[Sequence[str], Sequence[str]], Floats]
"""From texts and the words of a vocabulary to the words' vectors, shape (n_words, dim)."""
Progress = Callable[[int, int], None]
Curve = list[dict[str, float]]

_WIDE_DENSE, _RATE = 256, 1e-3
_VALIDATION_SHARE = 0.1
_OTHER_SEED = 1_000_003
_UNKNOWN = 1
_MIN_TEXTS = 2
_ROWS_AT_ONCE = 500
# As BERT's authors fine-tune (Devlin et al. 2019, appendix A.3).
_TUNE_RATE, _TUNE_BATCH, _TUNE_EPOCHS, _TUNE_TOKENS, _WARM_UP = 5e-5, 32, 2, 64, 0.1


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


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network learns from: prepared texts, their classes (n,), how many classes there are, and the seed."""

    words: Sequence[str]
    targets: NDArray[np.int64]
    n_classes: int
    seed: int = 0
    progress: Progress = lambda done, total: None


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


class NetworkScorer:
    """A trained network with what makes its rows of texts.

    Attributes
    ----------
    curve : list of dict
        Of each epoch ``epoch, train_loss`` (mean while learning, with dropout), ``validation_loss`` and
        ``validation_accuracy`` (on training rows that were kept back; left out where there are none).
    kept_back : array of int64
        Which training rows those were.
    """

    def __init__(
        self, network: nn.Module, encode: Encode, n_classes: int, curve: Curve, kept_back: NDArray[np.int64]
    ) -> None:
        self._network, self._encode, self._n_classes = network, encode, n_classes
        self.curve, self.kept_back = curve, kept_back

    @property
    def n_parameters(self) -> int:
        """How many numbers were learned; vectors that were given and stay as they are do not count."""
        return sum(weight.numel() for weight in self._network.parameters() if weight.requires_grad)

    def score(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return log-odds, shape (n_texts, n_classes)."""
        return _to_odds(_predict(self._network, self._encode(words), _n_out(self._n_classes)))


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
    used, kept_back = _keep_some_back(lesson)
    texts = [lesson.words[i] for i in used.tolist()]
    vocabulary = Vocabulary(texts, settings.vocabulary)
    vectors = None if make_vectors is None else make_vectors(texts, vocabulary.words)
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        dim = settings.embedding if vectors is None else vectors.shape[1]
        network = Recurrent(len(vocabulary.words), dim, recurrence, _n_out(lesson.n_classes), vectors)

        def encode(words: Sequence[str]) -> NDArray[np.int32]:
            return vocabulary.encode(words, settings.length)

        how = _Training(settings.batch, settings.epochs, _RATE, recurrence.l2)
        return _train(network, encode, lesson, used, kept_back, how)


def train_dense(
    lesson: Lesson,
    embed: Callable[[Sequence[str]], Floats],
    settings: NetworkSettings = NetworkSettings(),
) -> NetworkScorer:
    """Return a dense layer of 256 and log-odds on vectors of whole texts, which ``embed`` gives."""
    used, kept_back = _keep_some_back(lesson)
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        dim = embed(["a"]).shape[1]
        network = dense_head(dim, 0.5, _n_out(lesson.n_classes), _WIDE_DENSE)
        draw_weights(network)
        how = _Training(settings.batch, settings.epochs, _RATE, 0.0)
        return _train(network, embed, lesson, used, kept_back, how)


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

    def encode(words: Sequence[str]) -> NDArray[np.int32]:
        if not len(words):
            return np.full((0, 1), PADDING, np.int32)
        tokenizer.padding_side = "right"
        made = tokenizer(list(words), padding=True, truncation=True, max_length=_TUNE_TOKENS, return_tensors="np")
        return np.asarray((made["input_ids"] + 1) * made["attention_mask"], np.int32)

    used, kept_back = _keep_some_back(lesson)
    with torch.random.fork_rng():
        torch.manual_seed(lesson.seed)
        network = Tuned(body, _n_out(lesson.n_classes))
        how = _Training(_TUNE_BATCH, _TUNE_EPOCHS, _TUNE_RATE, 0.0, _WARM_UP)
        return _train(network, encode, lesson, used, kept_back, how)


def _n_out(n_classes: int) -> int:
    return 1 if n_classes == 2 else n_classes


def _keep_some_back(lesson: Lesson) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows to train on and those for the curve, with no near-repeat on both sides."""
    # Not the seed by which others held rows out: of what they left, the same draw would take nothing.
    out = split_groups(repeat_keys(lesson.words), _VALIDATION_SHARE, seed=lesson.seed + _OTHER_SEED)
    return (np.arange(len(out)), np.zeros(0, np.int64)) if out.all() else (np.flatnonzero(~out), np.flatnonzero(out))


@dataclass(frozen=True, slots=True)
class _Training:
    """Texts a step, times each is seen, step size, weight of squared weights, share of steps to warm up."""

    batch: int
    epochs: int
    rate: float
    l2: float
    warm_up: float = 0.0


def _train(
    network: nn.Module,
    encode: Encode,
    lesson: Lesson,
    used: NDArray[np.int64],
    kept_back: NDArray[np.int64],
    how: _Training,
) -> NetworkScorer:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device)
    rows, rows_back = (encode([lesson.words[i] for i in part.tolist()]) for part in (used, kept_back))
    targets = torch.from_numpy(lesson.targets)
    order, curve = np.random.default_rng(lesson.seed), []
    n_batches = max(1, round(len(used) / how.batch))
    optimizers, schedules = _optimizers(network, how, n_batches * how.epochs)
    for epoch in range(how.epochs):
        network.train()
        total = 0.0
        for step, batch in enumerate(np.array_split(order.permutation(len(used)), n_batches)):
            logits = network(torch.from_numpy(rows[batch]).to(device))
            loss = _loss(logits, targets[used[batch]].to(device))
            for optimizer in optimizers:
                optimizer.zero_grad()
            (loss + how.l2 * sum_squares(network) if how.l2 else loss).backward()  # type: ignore[no-untyped-call]
            for mover in (*optimizers, *schedules):
                mover.step()
            total += float(loss.detach()) * len(batch)
            lesson.progress(epoch * n_batches + step + 1, n_batches * how.epochs)
        losses = {"epoch": epoch + 1, "train_loss": total / len(used)}
        curve.append(losses | _validate(network, rows_back, targets[kept_back], _n_out(lesson.n_classes)))
    return NetworkScorer(network, encode, lesson.n_classes, curve, kept_back)


def _optimizers(network: nn.Module, how: _Training, n_steps: int) -> tuple[list[Any], list[Any]]:
    """Return what moves the weights, and what changes the size of its steps."""
    tables = [part.weight for part in network.modules() if isinstance(part, nn.Embedding) and part.sparse]
    held = {id(table) for table in tables}
    others = [weight for weight in network.parameters() if weight.requires_grad and id(weight) not in held]
    optimizers: list[Any] = [torch.optim.AdamW(others, how.rate, weight_decay=0.01 if how.warm_up else 0.0)]
    if tables:
        optimizers.append(torch.optim.SparseAdam(tables, how.rate))
    if not how.warm_up:
        return optimizers, []
    n_warm = max(1, int(how.warm_up * n_steps))

    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizers[0], lambda step: min((step + 1) / n_warm, (n_steps - step) / max(1, n_steps - n_warm))
    )
    return optimizers, [schedule]


def _loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean log loss of log-odds: both losses take log-odds, never probabilities."""
    if logits.shape[1] == 1:
        return nn.functional.binary_cross_entropy_with_logits(logits[:, 0], targets.float())
    return nn.functional.cross_entropy(logits, targets)


def _validate(network: nn.Module, rows: NDArray[Any], targets: Tensor, n_out: int) -> dict[str, float]:
    if not len(rows):
        return {}
    logits = _predict(network, rows, n_out)
    right = (_to_odds(logits).argmax(axis=1) == targets.numpy()).mean()
    return {"validation_loss": float(_loss(torch.from_numpy(logits), targets)), "validation_accuracy": float(right)}


def _predict(network: nn.Module, rows: NDArray[Any], n_out: int) -> Floats:
    """Return log-odds as the network gives them, shape (n, n_out)."""
    network.eval()
    device = next(network.parameters()).device
    # Texts of one length together, so that little is padded.
    is_ids = np.issubdtype(rows.dtype, np.integer)
    order = np.argsort(np.count_nonzero(rows, axis=1), kind="stable") if is_ids else np.arange(len(rows))
    found = np.zeros((len(rows), n_out), np.float32)
    with torch.inference_mode():
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = order[start : start + _ROWS_AT_ONCE]
            found[part] = network(torch.from_numpy(rows[part]).to(device)).float().cpu().numpy()
    return found


def _to_odds(logits: Floats) -> NDArray[np.float64]:
    """Return log-odds of every class; one column is those of the second class against the first."""
    wide = np.asarray(logits, np.float64)
    return np.column_stack([np.zeros(len(wide)), wide[:, 0]]) if wide.shape[1] == 1 else wide
