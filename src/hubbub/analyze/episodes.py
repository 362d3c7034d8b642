"""A theme per message and moments → episodes: one theme during one stretch of a stream.

A theme says what a text is about, whenever it is sent; an episode is the theme while the crowd talks about it. Two
messages of one theme that follow each other within the leash are in one episode, so identical messages sent within the
leash always are (the published clustering of Lincoln's ``twitchatds`` separates more than a quarter of those).
Not handled: themes that change slowly into another one; they are other themes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def find_episodes(
    theme_ids: ArrayLike, offset_seconds: ArrayLike | None = None, leash_seconds: float = 600.0
) -> NDArray[np.int64]:
    """Return the episode of each message.

    Parameters
    ----------
    theme_ids : (n_messages,) int
        Negative for messages without a theme.
    offset_seconds : (n_messages,) float, optional
        Seconds since the stream's start, in any order; NaN where a message has no time.
    leash_seconds : float
        A gap longer than this between two messages of a theme starts a new episode.

    Returns
    -------
    (n_messages,) int64
        From 0, in order of first appearance in time (of theme id where times are equal); -1 for messages without a
        theme. The messages without a time of one theme are in one episode, the theme's first where it has any.

    Examples
    --------
    >>> find_episodes([0, 0, 1, 0, -1], [0.0, 500.0, 510.0, 1200.0, 1300.0], leash_seconds=600.0)
    array([ 0,  0,  1,  2, -1])
    """
    themes = np.asarray(theme_ids, dtype=np.int64)
    if themes.ndim != 1:
        raise ValueError(f"theme_ids must have one dimension, had {themes.ndim}.")
    seconds = np.full(len(themes), np.nan) if offset_seconds is None else np.asarray(offset_seconds, dtype=np.float64)
    if seconds.shape != themes.shape:
        raise ValueError(f"offset_seconds must have the shape of theme_ids {themes.shape}, had {seconds.shape}.")
    if not leash_seconds >= 0:
        raise ValueError(f"leash_seconds must be 0 or more, was {leash_seconds}.")
    episodes = np.full(len(themes), -1, dtype=np.int64)
    rows = np.flatnonzero(themes >= 0)
    if len(rows) == 0:
        return episodes
    # NaN sorts last within its theme; a message without a time then joins the theme's first episode.
    rows = rows[np.lexsort((seconds[rows], themes[rows]))]
    theme, moment = themes[rows], seconds[rows]
    is_new_theme = np.r_[True, theme[1:] != theme[:-1]]
    with np.errstate(invalid="ignore"):
        is_new_stretch = np.r_[False, np.diff(moment) > leash_seconds]
    run = np.cumsum(is_new_theme | is_new_stretch) - 1
    first_run_of_theme = np.repeat(run[is_new_theme], np.diff(np.r_[np.flatnonzero(is_new_theme), len(rows)]))
    run = np.where(np.isnan(moment), first_run_of_theme, run)
    names, first_row = np.unique(run, return_index=True)
    order = np.lexsort((theme[first_row], moment[first_row]))
    rank = np.empty(int(names.max()) + 1, dtype=np.int64)
    rank[names[order]] = np.arange(len(names))
    episodes[rows] = rank[run]
    return episodes
