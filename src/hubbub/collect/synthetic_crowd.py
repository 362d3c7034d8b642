"""Make the crowd of a simulated stream, and say who writes which message.

Viewers come and go, write seldom or much, in one language, and with a warmth that shows in what they write; the warmer
and the busier ones are likelier to pay. The texts themselves are written in ``synthetic_speech``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubbub.collect import synthetic_texts as texts
from hubbub.collect.synthetic_speech import Dice, split_lines

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FRENCH_SHARE = 0.65


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who writes: arrays of one entry a viewer; the last six are the spammer, two bots, the host, two raid leaders."""

    names: list[str]
    role: list[str]
    roles: list[list[str]]
    is_french: NDArray[np.bool_]
    style: Ints
    warmth: Floats
    activity: Floats
    join: Floats
    leave: Floats
    donors: Ints
    raiders: Ints


def _make_names(rng: np.random.Generator, n: int) -> list[str]:
    """Return ``n`` different made-up names."""
    dice, names = Dice(rng), dict[str, None]()
    first, second = split_lines(texts.NAMES_FIRST), split_lines(texts.NAMES_SECOND)
    while len(names) < n:
        a, b = dice.pick(first), dice.pick(second)
        forms = (
            a + b,
            a.capitalize() + b.capitalize(),
            f"{a}_{b}",
            f"{b}{a}",
            f"{a}_le_{b}",
            f"the{a}{b}",
            f"x_{a}{b}_x",
        )
        joined = dice.pick(forms, 1.7)
        names[joined + (str(int(dice.roll() * 999)) if dice.chance(0.45) else "")] = None
    return list(names)


def make_crowd(rng: np.random.Generator, n_messages: int, duration: float, raids: Sequence[float]) -> Crowd:
    """Return the crowd; those who are warm and write much are likelier to pay."""
    n = max(12, round(n_messages / 5.2))
    warmth = rng.beta(1.6, 4, n)
    activity = rng.lognormal(0, 1.25, n) * (0.4 + 2 * warmth)
    early = rng.random(n) < 0.4
    join = np.where(early, rng.exponential(0.03, n), rng.uniform(0, 0.92, n)) * duration
    stay = duration * rng.beta(1.3, 1.3, n)
    order = rng.permutation(n)
    raiders, others = order[: n // 12], order[n // 12 :]
    join[raiders] = np.asarray(raids)[rng.integers(0, len(raids), len(raiders))]
    stay[raiders] *= 0.3
    keen = warmth[others] ** 3 * activity[others] ** 0.8 * stay[others]
    donors = rng.choice(others, max(1, round(0.045 * n)), replace=False, p=keen / keen.sum())
    role = np.full(n, "regular", dtype=object)
    role[raiders], role[donors] = "raider", "donor"
    draws = rng.random((3, n))
    flags = np.array([draws[0] < 0.004 + 0.01 * warmth, draws[1] < 0.08 + 0.35 * warmth, draws[2] < 0.01])
    flags[:, raiders] = False
    flags[1, donors] |= rng.random(len(donors)) < 0.4
    labels = ("moderator", "subscriber", "vip")
    roles = [[label for label, held in zip(labels, row, strict=True) if held] for row in flags.T.tolist()]
    staff = [["subscriber"], ["moderator"], ["moderator"], ["broadcaster"], [], []]
    end = np.full(6, duration)
    return Crowd(
        [*_make_names(rng, n), *texts.STAFF],
        [*role.tolist(), "spammer", "bot", "bot", "regular", "raider", "raider"],
        roles + staff,
        np.append(rng.random(n) < FRENCH_SHARE, [True] * 6),
        np.append(rng.choice(3, n, p=[0.25, 0.5, 0.25]), np.zeros(6, dtype=np.int64)),
        np.append(warmth, np.zeros(6)),
        np.append(activity, np.zeros(6)),
        np.append(join, np.zeros(6)),
        np.append(np.minimum(join + np.maximum(stay, 0.01 * duration), duration), end),
        np.asarray(donors, dtype=np.int64),
        np.asarray(raiders, dtype=np.int64),
    )


def draw_authors(
    rng: np.random.Generator, crowd: Crowd, offset: Floats, acts: NDArray[np.str_], author: Ints, duration: float
) -> Ints:
    """Return who writes each message: mostly those who write much, among those who are there."""
    author, calm, tau = author.copy(), crowd.activity**0.5, duration / 60
    raider = np.zeros(len(calm))
    raider[crowd.raiders] = calm[crowd.raiders]
    minute = np.minimum((offset / duration * 180).astype(np.int64), 179)
    for act in np.unique(acts[author < 0]).tolist():
        weight = crowd.activity if act in ("topic", "talk", "reaction", "command") else calm
        rows_of_act = np.flatnonzero((acts == act) & (author < 0))
        for bin_ in np.unique(minute[rows_of_act]).tolist():
            rows = rows_of_act[minute[rows_of_act] == bin_]
            now = (bin_ + 0.5) * duration / 180
            here = weight * ((crowd.join <= now) & (crowd.leave >= now))
            if act == "greeting":
                here = here * (0.2 + 2 * crowd.warmth) * np.exp(-np.maximum(now - crowd.join, 0) / tau)
            elif act == "goodbye":
                here = here * np.exp(-np.maximum(crowd.leave - now, 0) / tau)
            elif act == "arrival":
                here = 0.2 * here / max(here.sum(), 1e-9) + raider * (np.abs(crowd.join - now) < 2 * tau)
            if here.sum() <= 0:
                here = weight
            if act == "poll":  # each answers once, as long as there are enough
                voters = np.flatnonzero(here > 0)
                keys = rng.exponential(1, len(voters)) / here[voters] ** 0.5
                keys[np.isin(voters, author[acts == "poll"])] += 1e9
                author[rows] = np.resize(voters[np.argsort(keys, kind="stable")], len(rows))
            else:
                total = np.cumsum(here)
                author[rows] = np.searchsorted(total, rng.random(len(rows)) * total[-1], side="right")
    return author
