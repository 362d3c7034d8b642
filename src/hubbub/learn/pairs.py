"""Distinct messages and their moments → the pairs that contrastive training has near, and what it may have apart.

In numpy, so that it can be told what is a pair and what is none without a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How an encoder is trained.

    Attributes
    ----------
    n_epochs : int
        How often each text is an anchor.
    max_texts : int
        At most so many anchors an epoch, drawn anew for each; positives may be any text.
    batch : int
        Pairs a step.
    learning_rate : float
        The highest: it rises over a tenth of the steps and falls to 0.
    scale : float
        Cosines are multiplied by it before the softmax (1 / temperature).
    neighbor_share : float
        Share of the texts whose positive is a neighbor in time, where they have one; the others' is dropout's.
    neighbor_seconds : float
        Neighbors are at most so far apart, in one stream.
    one_stream : bool
        Whether the negatives of a batch are of its own stream: they share its subject and emotes, and are harder.
    masks : bool
        Whether near-repeats and neighbors are masked as negatives.
    seed : int
        Of order, pairs and dropout.
    """

    n_epochs: int = 1
    max_texts: int = 500_000
    batch: int = 64
    learning_rate: float = 5e-5
    scale: float = 20.0
    neighbor_share: float = 0.5
    neighbor_seconds: float = 5.0
    one_stream: bool = False
    masks: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """Distinct texts in order of stream and time.

    Attributes
    ----------
    texts : (n,) sequence of str
    groups : (n,) int
        Texts that say nearly the same have one group.
    streams : (n,) int
    seconds : (n,) float
        When each was first said, in any unit's start; never falling within a stream.
    """

    texts: Sequence[str]
    groups: Ints
    streams: Ints
    seconds: Floats


def find_neighbors(lesson: Lesson, within_seconds: float) -> tuple[Ints, Ints]:
    """Return, for each text, the first row and the row after the last one of its stream within seconds of it."""
    if len(lesson.texts) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # Streams one after the other on one axis, further apart than neighbors can be.
    spans = np.zeros(int(lesson.streams.max()) + 1)
    np.maximum.at(spans, lesson.streams, lesson.seconds)
    lows = np.full(len(spans), np.inf)
    np.minimum.at(lows, lesson.streams, lesson.seconds)
    lengths = np.where(np.isfinite(lows), spans - lows, 0.0) + 2 * within_seconds + 1.0
    starts = np.r_[0.0, np.cumsum(lengths)[:-1]]
    place = lesson.seconds - lows[lesson.streams] + starts[lesson.streams]
    begin = np.searchsorted(place, place - within_seconds, side="left")
    end = np.searchsorted(place, place + within_seconds, side="right")
    return begin.astype(np.int64), end.astype(np.int64)


def make_batches(lesson: Lesson, settings: Settings, epoch: int) -> list[tuple[Ints, Ints]]:
    """Return the anchors and positives of each step of an epoch: rows of the lesson."""
    rng = np.random.default_rng([settings.seed, epoch])
    order = rng.permutation(len(lesson.texts))[: settings.max_texts]
    if settings.one_stream:
        order = order[np.argsort(lesson.streams[order], kind="stable")]
        cuts = np.flatnonzero(np.diff(lesson.streams[order])) + 1
        parts = np.split(order, cuts)
        full = [part[: len(part) // settings.batch * settings.batch] for part in parts]
        rest = rng.permutation(np.concatenate([part[len(some) :] for part, some in zip(parts, full, strict=True)]))
        order = np.concatenate([*full, rest])
    batches = np.split(order, range(settings.batch, len(order), settings.batch))
    batches = [batches[i] for i in rng.permutation(len(batches)) if len(batches[i]) > 1]
    begin, end = find_neighbors(lesson, settings.neighbor_seconds)
    made = []
    for anchors in batches:
        drawn = begin[anchors] + (rng.random(len(anchors)) * (end - begin)[anchors]).astype(np.int64)
        is_neighbor = rng.random(len(anchors)) < settings.neighbor_share
        is_neighbor &= lesson.groups[drawn] != lesson.groups[anchors]
        made.append((anchors, np.where(is_neighbor, drawn, anchors)))
    return made


def mask_negatives(lesson: Lesson, anchors: Ints, positives: Ints, within_seconds: float) -> NDArray[np.bool_]:
    """Return which positives of others are no negatives: shape (n, n), row anchor, column positive.

    Those that say nearly the same as the anchor or its own positive, and those that were said within seconds of the
    anchor (with 0 none for that).
    """
    groups, streams, seconds = lesson.groups, lesson.streams, lesson.seconds
    others = groups[positives][None, :]
    mask = (groups[anchors][:, None] == others) | (groups[positives][:, None] == others)
    if within_seconds > 0:
        near = np.abs(seconds[anchors][:, None] - seconds[positives][None, :]) <= within_seconds
        mask |= near & (streams[anchors][:, None] == streams[positives][None, :])
    np.fill_diagonal(mask, val=False)
    return np.asarray(mask, np.bool_)
