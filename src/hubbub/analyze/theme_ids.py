"""Groups of texts, found again and again → themes with ids that never change, and a log of what became of each.

A new group takes the id of the theme with which it shares most texts; a group that shares too few with any is a theme
that rested and comes back, where its center says so, else a new one. Ids are handed out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.analyze.evidence import unit_rows

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

CHANGES = ("birth", "split", "merge", "pause", "return", "death")

_LEAST_OF_SMALLER = 0.3
_LEAST_OF_LARGER = 0.15
"""Shares of texts that a group and a theme must have in common to be one."""
_MOST = 0.5
_ALIKE = 0.5
"""Cosine from which a group is a theme that rested."""
_REST_SECONDS = 3 * 3600.0
_MOST_RESTING = 200


class Change(NamedTuple):
    """What happened to a theme.

    Attributes
    ----------
    seconds : float
        When.
    kind : str
        One of ``CHANGES``.
    theme_id : int
        The theme that was born, parted, joined another, rested, came back or ended.
    other_id : int
        The theme that it parted from or joined; -1 for none.
    n_texts : int
        Texts of the group, or of the theme in memory.
    why : str
        For people.
    """

    seconds: float
    kind: str
    theme_id: int
    other_id: int
    n_texts: int
    why: str


@dataclass(slots=True)
class Theme:
    """A theme that lives, awake or at rest."""

    center: Floats
    first_seconds: float
    last_seconds: float
    n_messages: int = 0
    is_awake: bool = True


class Identities:
    """Hands out the ids of themes and notes what becomes of them."""

    def __init__(self) -> None:
        self.themes: dict[int, Theme] = {}
        self.next_id = 0
        self.log: list[Change] = []

    def count(self, theme_id: int, seconds: float) -> None:
        """Note that a message has this theme."""
        theme = self.themes.get(theme_id)
        if theme is not None:
            theme.n_messages += 1
            theme.last_seconds = seconds

    def name(self, before: Ints, groups: Ints, vectors: Floats, weights: Floats, now: float) -> list[int]:
        """Return the theme id of each group.

        Parameters
        ----------
        before : (n_texts,) int64
            The theme of each text until now, -1 for none.
        groups : (n_texts,) int64
            Its new group, -1 for none.
        vectors : (n_texts, dim) float32
        weights : (n_texts,) float32
        now : float
            Seconds.
        """
        n_groups = int(groups.max(initial=-1)) + 1
        shared: dict[tuple[int, int], int] = {}
        for theme, group in zip(before.tolist(), groups.tolist(), strict=True):
            if theme >= 0 and group >= 0:
                shared[theme, group] = shared.get((theme, group), 0) + 1
        in_theme = {int(t): int(n) for t, n in zip(*np.unique(before[before >= 0], return_counts=True), strict=True)}
        in_group = np.bincount(groups[groups >= 0], minlength=n_groups)
        named = match_groups(shared, in_theme, in_group)
        centers = np.zeros((n_groups, vectors.shape[1]), dtype=np.float32)
        for group in range(n_groups):
            centers[group] = (weights[groups == group, None] * vectors[groups == group]).sum(axis=0)
        mean = (weights[:, None] * vectors).sum(axis=0) / max(float(weights.sum()), 1e-9)
        self._bring_back(named, unit_rows(centers), mean, in_theme, now)
        for group in range(n_groups):
            if group not in named:
                named[group] = self._begin(shared, group, int(in_group[group]), named, now)
            theme = self.themes.setdefault(named[group], Theme(np.empty(0, np.float32), now, now))
            theme.center = unit_rows(centers[group][None])[0]
            theme.is_awake = True
        self._put_away(shared, in_theme, named, now)
        return [named[group] for group in range(n_groups)]

    def _begin(
        self, shared: dict[tuple[int, int], int], group: int, n_texts: int, named: dict[int, int], now: float
    ) -> int:
        """Return the id of a new theme, which may have parted from another."""
        theme_id, self.next_id = self.next_id, self.next_id + 1
        parents = sorted(((n, -theme) for (theme, other), n in shared.items() if other == group), reverse=True)
        n, parent = (parents[0][0], -parents[0][1]) if parents else (0, -1)
        if parent in named.values() and n >= _MOST * n_texts:
            self.log.append(
                Change(now, "split", theme_id, parent, n_texts, f"{n} of its {n_texts} texts were theme {parent}")
            )
        else:
            self.log.append(Change(now, "birth", theme_id, -1, n_texts, f"{n_texts} texts that no theme holds"))
        return theme_id

    def _bring_back(
        self, named: dict[int, int], centers: Floats, mean: Floats, in_theme: dict[int, int], now: float
    ) -> None:
        """Give groups without a name that of the theme at rest that they are most alike."""
        resting = [t for t, theme in self.themes.items() if not theme.is_awake and t not in named.values()]
        unnamed = [group for group in range(len(centers)) if group not in named]
        if not resting or not unnamed:
            return
        theirs = unit_rows(np.array([self.themes[t].center for t in resting]) - mean)
        alike = unit_rows(centers[unnamed] - mean) @ theirs.T
        while alike.size and alike.max() >= _ALIKE:
            row, column = (int(i) for i in np.unravel_index(int(np.argmax(alike)), alike.shape))
            theme_id = resting[column]
            named[unnamed[row]] = theme_id
            why = f"cosine {alike[row, column]:.2f} to what it was"
            self.log.append(Change(now, "return", theme_id, -1, in_theme.get(theme_id, 0), why))
            alike[row], alike[:, column] = -1.0, -1.0

    def _put_away(
        self, shared: dict[tuple[int, int], int], in_theme: dict[int, int], named: dict[int, int], now: float
    ) -> None:
        """Join themes whose texts went to another, let those without a group rest, end those that rested long."""
        alive = set(named.values())
        for theme_id, theme in list(self.themes.items()):
            if theme_id in alive or not theme.is_awake:
                continue
            n = in_theme.get(theme_id, 0)
            heirs = sorted(((k, -g) for (t, g), k in shared.items() if t == theme_id), reverse=True)
            if heirs and heirs[0][0] >= _MOST * n:
                heir = named[-heirs[0][1]]
                why = f"{heirs[0][0]} of its {n} texts are theme {heir} now"
                self.log.append(Change(now, "merge", theme_id, heir, n, why))
                del self.themes[theme_id]
            else:
                theme.is_awake = False
                self.log.append(Change(now, "pause", theme_id, -1, n, "no group of texts holds it now"))
        resting = [(theme.last_seconds, t) for t, theme in self.themes.items() if not theme.is_awake]
        resting.sort()
        for i, (last, theme_id) in enumerate(resting):
            if now - last > _REST_SECONDS or i < len(resting) - _MOST_RESTING:
                why = f"silent for {(now - last) / 60:.0f} minutes"
                self.log.append(Change(now, "death", theme_id, -1, 0, why))
                del self.themes[theme_id]


def match_groups(shared: dict[tuple[int, int], int], in_theme: dict[int, int], in_group: Ints) -> dict[int, int]:
    """Return the theme of groups that go on: pairs of most shared texts first, each used once.

    Parameters
    ----------
    shared : dict
        Texts that a theme and a group have in common, by their pair.
    in_theme : dict
        Texts of each theme.
    in_group : (n_groups,) int64
        Texts of each group.
    """
    named: dict[int, int] = {}
    taken: set[int] = set()

    def alike(pair: tuple[int, int]) -> tuple[float, int, int]:
        theme, group = pair
        n = shared[pair]
        return -n / (in_theme[theme] + int(in_group[group]) - n), theme, group

    for theme, group in sorted(shared, key=alike):
        if group in named or theme in taken:
            continue
        n, sizes = shared[theme, group], (in_theme[theme], int(in_group[group]))
        if n >= _LEAST_OF_SMALLER * min(sizes) and n >= _LEAST_OF_LARGER * max(sizes):
            named[group] = theme
            taken.add(theme)
    return named


def resolve(log: list[Change]) -> dict[int, int]:
    """Return the theme that each merged theme is part of in the end.

    Examples
    --------
    >>> resolve([Change(1.0, "merge", 4, 2, 9, ""), Change(2.0, "merge", 2, 0, 9, "")])
    {4: 0, 2: 0}
    """
    into: dict[int, int] = {}
    for change in reversed(log):
        if change.kind == "merge":
            into[change.theme_id] = into.get(change.other_id, change.other_id)
    return dict(reversed(list(into.items())))
