"""What emotes are used with → the themes of messages that are nothing but emotes.

A channel's own emote often belongs to one topic (``channelPasta``), and an encoder cannot know. Whoever writes it
beside words tells: an emote that is used mostly in texts of one theme stands for that theme when it is sent alone.
Emotes of general use (LUL, Kappa) are used with every theme and stand for none. Not handled: an emote that changes its
topic during a stream.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

MIN_TEXTS = 3
MIN_SHARE = 0.5


def emote_themes(
    emotes: Sequence[Sequence[str]],
    labels: ArrayLike,
    *,
    min_texts: int = MIN_TEXTS,
    min_share: float = MIN_SHARE,
) -> dict[str, int]:
    """Return the theme that each emote stands for, for those that stand for one.

    Parameters
    ----------
    emotes : sequence of sequences of str, length n_texts
        The emotes of each distinct text; each text counts once, so that one who floods does not decide.
    labels : (n_texts,) int
        Theme of each text, -1 for none.
    min_texts : int
        Fewer texts tell nothing.
    min_share : float
        Least share of an emote's texts, those without a theme included, that its theme must have.

    Examples
    --------
    >>> emote_themes([["aPasta"], ["aPasta", "LUL"], ["aPasta"], ["LUL"], ["LUL"]], [0, 0, 0, 1, -1])
    {'aPasta': 0}
    """
    uses: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for names, label in zip(emotes, np.asarray(labels).tolist(), strict=True):
        for name in set(names):
            uses[name][label] += 1
    found = {}
    for name in sorted(uses):
        n_texts = uses[name].total()
        theme, n_best = max(uses[name].items(), key=lambda use: (use[1], -use[0]))
        if theme >= 0 and n_best >= min_texts and n_best >= min_share * n_texts:
            found[name] = theme
    return found


def attach_emotes(emotes: Sequence[Sequence[str]], themes: dict[str, int]) -> NDArray[np.int64]:
    """Return the theme of texts that are nothing but emotes: that of the emotes that stand for one, if they agree.

    Parameters
    ----------
    emotes : sequence of sequences of str, length n_texts
        The emotes of each text.
    themes : dict of str to int
        As ``emote_themes`` gives it.

    Returns
    -------
    (n_texts,) int64
        -1 where no emote stands for a theme, or two stand for different ones.

    Examples
    --------
    >>> attach_emotes([["aPasta", "LUL"], ["LUL"], ["aPasta", "aBoss"]], {"aPasta": 0, "aBoss": 1})
    array([ 0, -1, -1])
    """
    known = [{themes[name] for name in names if name in themes} for names in emotes]
    return np.array([next(iter(stood)) if len(stood) == 1 else -1 for stood in known], dtype=np.int64)
