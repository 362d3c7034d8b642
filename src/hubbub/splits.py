"""Which rows belong together, so that none of a group is learned from while another is measured on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

_NOT_SAID, _LETTERS = re.compile(r"\bhttps?://\S*|@\w+|\bUSER\b|\bURL\b"), re.compile(r"[^\W\d_]+")
_MIN_LETTERS, _MAX_READ = 4, 2000


def split_groups(groups: ArrayLike, share: float, *, seed: int = 0) -> NDArray[np.bool_]:
    """Return which rows are held out, about a share of them, so that no group is on both sides.

    A group is in or out by a hash of its name and the seed: whatever else is in the data, it stays where it is.

    Parameters
    ----------
    groups : (n,) str or int
        The group of each row: a viewer, or what near-repeats have in common (see ``repeat_keys``).
    share : float
        Share of the groups to hold out, between 0 and 1.
    seed : int
        Another seed, another split.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, was {share}.")
    names, places = np.unique(np.asarray(groups), return_inverse=True)
    limit = int(share * 2**32)
    out = [crc32(f"{seed} {name}".encode("utf-8", "surrogatepass")) < limit for name in names.tolist()]
    return np.asarray(out, dtype=np.bool_)[places]


def repeat_keys(texts: Sequence[str]) -> list[str]:
    """Return what near-repeats have in common: their letters in order, without links, mentions, case and marks.

    A text of which fewer than four letters are left is its own key, so that short texts do not fall together.

    Examples
    --------
    >>> repeat_keys(["Thanks @ann!!! http://t.co/x", "thanks @bob", "ok", "OK!"])
    ['thanks', 'thanks', 'ok', 'OK!']
    """
    keys = []
    for text in texts:
        kept = "".join(_LETTERS.findall(_NOT_SAID.sub(" ", text[:_MAX_READ]).lower()))
        keys.append(kept if len(kept) >= _MIN_LETTERS else text)
    return keys
