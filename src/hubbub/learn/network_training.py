"""A network that gives log-odds, rows of numbers, their classes → the network trained: one loop for all networks.

Networks give log-odds, and their loss is one that takes log-odds. Some training rows are kept back for the curve of
losses; nothing is chosen by it. What is drawn is seeded by the number of the step, so that a training that was stopped
goes on to the same weights.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hubbub.learn.checkpoints import keep_run, resume_run
from hubbub.learn.network_parts import sum_squares
from hubbub.measures import repeat_keys, split_groups

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], NDArray[Any]]
"""From prepared texts to the rows of numbers that a network reads."""
Progress = Callable[[int, int], None]
Curve = list[dict[str, float]]
Split = tuple[NDArray[np.int64], NDArray[np.int64]]
"""The texts to train on, and those that are kept back for the curve."""

_VALIDATION_SHARE, _MOST_KEPT_BACK = 0.1, 20_000
_OTHER_SEED = 1_000_003
_ROWS_AT_ONCE = 500
_KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network learns from: prepared texts, their classes (n,), how many classes there are, and the seed.

    Where a file is named as ``checkpoint`` the training is kept there every five minutes, and goes on from it. With
    ``minutes`` a pretrained network's training ends by then.
    """

    words: Sequence[str]
    targets: NDArray[np.int64]
    n_classes: int
    seed: int = 0
    progress: Progress = lambda done, total: None
    checkpoint: Path | None = None
    minutes: float | None = None


class NetworkScorer:
    """A trained network with what makes its rows of texts.

    Attributes
    ----------
    curve : list of dict
        Of each epoch ``epoch`` (epochs done: a part of one where time ended it), ``train_loss`` (mean while learning,
        with dropout), ``validation_loss`` and ``validation_accuracy`` (on training rows that were kept back; left out
        where there are none).
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
        return _to_odds(_predict(self._network, self._encode(words), n_out_of(self._n_classes)))


def n_out_of(n_classes: int) -> int:
    """Return how many log-odds a network gives: of two classes only the second's."""
    return 1 if n_classes == 2 else n_classes


def keep_some_back(lesson: Lesson) -> Split:
    """Return the rows to train on and those for the curve, with no near-repeat on both sides."""
    share = min(_VALIDATION_SHARE, _MOST_KEPT_BACK / max(1, len(lesson.words)))
    # Not the seed by which others held rows out: of what they left, the same draw would take nothing.
    out = split_groups(repeat_keys(lesson.words), share, seed=lesson.seed + _OTHER_SEED)
    return (np.arange(len(out)), np.zeros(0, np.int64)) if out.all() else (np.flatnonzero(~out), np.flatnonzero(out))


@dataclass(frozen=True, slots=True)
class Training:
    """How a network is trained.

    Attributes
    ----------
    batch, epochs : int
        Texts a step, and how often each is seen.
    rate : float
        Step size.
    l2 : float
        Weight of the squared weights in the loss.
    warm_up : float
        Share of the steps over which the step size rises; with one it falls to nothing after that.
    table_rate : float
        Step size of tables of which a step sees few rows, over that of the rest.
    minutes : float, optional
        It ends with its epochs or after so many minutes, whichever comes first; the step size falls to that end.
    pool : int
        The texts of so many batches, drawn at random, are cut into batches by their length, so that little is padded.
    """

    batch: int
    epochs: int
    rate: float
    l2: float = 0.0
    warm_up: float = 0.0
    table_rate: float = 1.0
    minutes: float | None = None
    pool: int = 1

    def rate_at(self, share: float) -> float:
        """Return the step size when this share of the steps is done."""
        if not self.warm_up:
            return self.rate
        return self.rate * min(share / self.warm_up, (1.0 - share) / (1.0 - self.warm_up))


@dataclass(slots=True)
class _State:
    """Where a training is: steps and seconds, this epoch's texts and the sum of their losses, the epochs before."""

    step: int = 0
    seconds: float = 0.0
    seen: int = 0
    total: float = 0.0
    curve: Curve = field(default_factory=list)


def train_network(network: nn.Module, encode: Encode, lesson: Lesson, split: Split, how: Training) -> NetworkScorer:
    """Train a network on rows of numbers; return it with what makes them of texts.

    Parameters
    ----------
    network : torch.nn.Module
        From rows to log-odds, (n, 1) of the second of two classes, else (n, n_classes).
    encode : callable
        From texts to rows.
    lesson : Lesson
    split : tuple of array of int64
        Which texts are trained on, and which are for the curve, as ``keep_some_back`` gives them.
    how : Training
    """
    used, kept_back = split
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device)
    rows, rows_back = (encode([lesson.words[i] for i in part.tolist()]) for part in split)
    targets = torch.from_numpy(lesson.targets)
    n_batches = max(1, round(len(used) / how.batch))
    n_steps = how.epochs * n_batches
    optimizers = _optimizers(network, how)
    mark = asdict(how) | {"seed": lesson.seed, "rows": blake2b(rows.tobytes(), digest_size=8).hexdigest()}
    state = _State(**(resume_run(lesson.checkpoint, network, optimizers, mark) or {}))

    def done(step: float) -> float:
        return max(step / n_steps, state.seconds / (60 * how.minutes) if how.minutes else 0.0)

    def take_step(batch: NDArray[np.int64]) -> float:
        torch.manual_seed(lesson.seed * _OTHER_SEED + state.step)
        rate = how.rate_at(min(1.0, done(state.step + 0.5)))
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = rate * group["ratio"]
        loss = _loss(network(torch.from_numpy(rows[batch]).to(device)), targets[used[batch]].to(device))
        for optimizer in optimizers:
            optimizer.zero_grad()
        (loss + how.l2 * sum_squares(network) if how.l2 else loss).backward()  # type: ignore[no-untyped-call]
        for optimizer in optimizers:
            optimizer.step()
        return float(loss.detach())

    order, kept = np.random.default_rng(lesson.seed), time.monotonic()
    for epoch in range(how.epochs):
        network.train()
        batches = _cut(rows, n_batches, how.pool, order)
        for batch in batches[state.step - epoch * n_batches :]:
            if done(state.step) >= 1.0:
                break
            began = time.monotonic()
            state.total += take_step(batch) * len(batch)
            state.seen += len(batch)
            state.step += 1
            state.seconds += time.monotonic() - began
            lesson.progress(state.step, n_steps)
            if lesson.checkpoint is not None and time.monotonic() - kept > _KEPT_SECONDS:
                keep_run(lesson.checkpoint, network, optimizers, mark, asdict(state))
                kept = time.monotonic()
        if state.seen and len(state.curve) == epoch:
            losses = {"epoch": state.step / n_batches, "train_loss": state.total / state.seen}
            losses |= _validate(network, rows_back, targets[kept_back], n_out_of(lesson.n_classes))
            state.curve.append(losses)
            state.seen, state.total = 0, 0.0
    return NetworkScorer(network, encode, lesson.n_classes, state.curve, kept_back)


def _cut(rows: NDArray[Any], n_batches: int, pool: int, order: np.random.Generator) -> list[NDArray[np.int64]]:
    """Return the batches of an epoch, in an order that is drawn."""
    batches = np.array_split(order.permutation(len(rows)), n_batches)
    if pool == 1:
        return batches
    n_tokens, found = np.count_nonzero(rows, axis=1), []
    for start in range(0, n_batches, pool):
        texts = np.concatenate(batches[start : start + pool])
        found += np.array_split(texts[np.argsort(n_tokens[texts], kind="stable")], len(batches[start : start + pool]))
    return [found[i] for i in order.permutation(n_batches)]


def _optimizers(network: nn.Module, how: Training) -> list[torch.optim.Optimizer]:
    """Return what moves the weights: of tables of which a step sees few rows only those."""
    tables = [part.weight for part in network.modules() if isinstance(part, nn.Embedding) and part.sparse]
    held = {id(table) for table in tables}
    others = [weight for weight in network.parameters() if weight.requires_grad and id(weight) not in held]
    decay = 0.01 if how.warm_up else 0.0
    found: list[torch.optim.Optimizer] = [torch.optim.AdamW([{"params": others, "ratio": 1.0}], weight_decay=decay)]
    return [*found, torch.optim.SparseAdam([{"params": tables, "ratio": how.table_rate}])] if tables else found


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
