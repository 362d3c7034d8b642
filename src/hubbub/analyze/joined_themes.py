"""Themes found again over more streams → the ids that they had, and the tree of those that one stream has.

A group of texts continues the theme with which it shares most of the texts that were there before; what is new in the
group, be it far more, says nothing against that. Ids are handed out once. Not handled: a theme whose every text is
gone; it comes back under a new id.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.analyze.theme_ids import match_groups

Ints = NDArray[np.int64]


def carry_ids(groups: ArrayLike, before: ArrayLike, resting: ArrayLike, is_old: ArrayLike, next_id: int) -> Ints:
    """Return the theme id of each group.

    Parameters
    ----------
    groups : (n_texts,) int
        Group of each text, 0 to n - 1; -1 for none.
    before : (n_texts,) int
        The theme that each text had until now, -1 for none.
    resting : (n_texts,) int
        The theme that each text had last among those that are no more, -1 for none: for groups that continue no theme.
    is_old : (n_texts,) bool
        Whether the text was there when ``before`` was found.
    next_id : int
        The first id that was never used; new themes get it and the ones after it, in the order of the groups.

    Examples
    --------
    >>> carry_ids([0, 0, 1, 1, 2], [7, 7, 4, 4, -1], [-1] * 5, [True, True, True, True, False], 9).tolist()
    [7, 4, 9]
    """
    group, old = np.asarray(groups, dtype=np.int64), np.asarray(is_old, dtype=np.bool_)
    names = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    for had in (np.asarray(before, dtype=np.int64), np.asarray(resting, dtype=np.int64)):
        is_open = np.append(names < 0, False)
        seen = np.where(old & is_open[group], group, -1)
        # A theme that a group has taken is not there for another.
        for theme, place in _continued(seen, np.where(np.isin(had, names[names >= 0]), -1, had), len(names)):
            names[place] = theme
    fresh = np.flatnonzero(names < 0)
    names[fresh] = next_id + np.arange(len(fresh))
    return names


def _continued(groups: Ints, themes: Ints, n_groups: int) -> list[tuple[int, int]]:
    """Return the theme and the group of each pair that is one."""
    shared: dict[tuple[int, int], int] = {}
    for theme, group in zip(themes.tolist(), groups.tolist(), strict=True):
        if theme >= 0 and group >= 0:
            shared[theme, group] = shared.get((theme, group), 0) + 1
    in_theme = {int(t): int(n) for t, n in zip(*np.unique(themes[themes >= 0], return_counts=True), strict=True)}
    in_group = np.bincount(groups[groups >= 0], minlength=n_groups)
    return [(theme, group) for group, theme in match_groups(shared, in_theme, in_group).items()]


def restrict_joins(joins: Ints, kept: ArrayLike) -> Ints:
    """Return how some of the groups merge into fewer, as all of them do.

    Parameters
    ----------
    joins : (n_groups, 2) int64
        As in ``Themes.joins``.
    kept : (n_kept,) int
        The groups that are there, in the order in which they are numbered now: of two that merge, the one with the
        higher number joins the other.

    Examples
    --------
    >>> restrict_joins(np.array([[-1, 0], [0, 1], [1, 2], [1, 3]]), [3, 2, 0]).tolist()
    [[-1, 0], [0, 2], [0, 1]]
    """
    order = np.asarray(kept, dtype=np.int64)
    leader = np.full(len(joins), -1, dtype=np.int64)
    leader[order] = np.arange(len(order))
    found, n_left = np.tile(np.array([-1, 0], dtype=np.int64), (len(order), 1)), len(order)
    for group in sorted(np.flatnonzero(joins[:, 0] >= 0).tolist(), key=lambda group: -joins[group, 1]):
        into = int(joins[group, 0])
        stays, goes = sorted((int(leader[group]), int(leader[into])))
        if stays >= 0:
            n_left -= 1
            found[goes] = stays, n_left
        leader[into] = stays if stays >= 0 else goes
    return found
