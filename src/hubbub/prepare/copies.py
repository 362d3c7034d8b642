"""Find copypasta and floods: long texts that are sent again and again, word for word or nearly.

Texts are near-identical when they share most of their three-word shingles (Broder 1997, "On the resemblance and
containment of documents"). Candidates come from the smallest shingle hashes, so that the work grows with the number of
texts and not with its square; each group is held together by its first text, to which every other is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

MIN_LENGTH = 60
MIN_COPIES = 4
MIN_VIEWERS = 3
MIN_FLOOD_LENGTH = 40
MIN_RESEMBLANCE = 0.6
_SKETCH = 6
_MAX_SHINGLES = 200


@lru_cache(maxsize=4096)  # a stream that is followed is searched again and again
def _make_shingles(key: str) -> frozenset[int]:
    """Return hashes of the runs of three words of a folding key; of two characters where words are few."""
    words = key.encode("utf-8", "surrogatepass").split()
    if len(words) >= 5:
        return frozenset(crc32(b" ".join(words[i : i + 3])) for i in range(min(len(words) - 2, _MAX_SHINGLES)))
    whole = b" ".join(words)
    return frozenset(crc32(whole[i : i + 8]) for i in range(min(max(len(whole) - 7, 1), _MAX_SHINGLES)))


def group_texts(keys: Sequence[str]) -> NDArray[np.int64]:
    """Return the group of each text; near-identical texts have one group.

    Parameters
    ----------
    keys : sequence of str
        Folding keys in an order that depends on the texts only, as the first text of a group holds it together.

    Returns
    -------
    array of int64, shape (len(keys),)
        The position of the group's first text.
    """
    groups = np.arange(len(keys), dtype=np.int64)
    leaders: dict[int, int] = {}
    shingles_of: dict[int, frozenset[int]] = {}
    for i, key in enumerate(keys):
        shingles = _make_shingles(key)
        sketch = sorted(shingles)[:_SKETCH]
        best, most = -1, MIN_RESEMBLANCE
        for leader in {leaders[value] for value in sketch if value in leaders}:
            shared = len(shingles & shingles_of[leader])
            resemblance = shared / (len(shingles) + len(shingles_of[leader]) - shared)
            if resemblance > most or (resemblance == most and best < 0) or (resemblance == most and leader < best):
                best, most = leader, resemblance
        if best >= 0:
            groups[i] = best
            continue
        shingles_of[i] = shingles
        for value in sketch:
            leaders.setdefault(value, i)
    return groups


def find_copies(
    texts: NDArray[np.int64], viewers: NDArray[np.int64], lengths: NDArray[np.int64], keys: Sequence[str]
) -> NDArray[np.bool_]:
    """Return which messages of one stream are copypasta or one viewer's flood.

    Copypasta is a text of at least ``MIN_LENGTH`` characters sent at least ``MIN_COPIES`` times by at least
    ``MIN_VIEWERS`` viewers, or that often in all where viewers are unknown. A flood is one of at least
    ``MIN_FLOOD_LENGTH`` characters sent that often by one viewer; it is typed copypasta too and not left out, as a
    repeated question is still a question to somebody.

    Parameters
    ----------
    texts : array of int64, shape (n_messages,)
        Position of the message's text in ``keys``, or -1 for what can be no copy.
    viewers : array of int64, shape (n_messages,)
        Who wrote; -1 where unknown.
    lengths : array of int64, shape (len(keys),)
        Characters of the clean text.
    keys : sequence of str
        Folding keys of the texts.
    """
    found = np.zeros(len(texts), dtype=np.bool_)
    rows = np.flatnonzero((texts >= 0) & (lengths[texts] >= MIN_FLOOD_LENGTH))
    if len(rows) < MIN_COPIES:
        return found
    distinct, own = np.unique(texts[rows], return_inverse=True)
    counts = np.bincount(own)
    order = sorted(range(len(distinct)), key=lambda i: (-int(counts[i]), keys[int(distinct[i])]))
    grouped = group_texts([keys[int(distinct[i])] for i in order])
    group_of = np.empty(len(distinct), dtype=np.int64)
    group_of[order] = grouped
    groups = group_of[own]
    long = lengths[distinct[order]][groups] >= MIN_LENGTH
    writer = viewers[rows]
    pairs = np.unique(np.stack([groups, writer]), axis=1, return_counts=True)
    (pair_groups, pair_writers), pair_counts = pairs[0], pairs[1]
    n_groups = len(distinct)
    copies = np.bincount(groups, minlength=n_groups)
    n_known = np.bincount(pair_groups[pair_writers >= 0], minlength=n_groups)
    n_unknown = np.bincount(groups[writer < 0], minlength=n_groups)
    crowd = (n_known >= MIN_VIEWERS) | (n_unknown >= MIN_COPIES)
    flooded = pair_groups * (int(viewers.max(initial=0)) + 2) + pair_writers + 1
    flooding = flooded[(pair_counts >= MIN_COPIES) & (pair_writers >= 0)]
    floods = np.isin(groups * (int(viewers.max(initial=0)) + 2) + writer + 1, flooding)
    found[rows] = (long & (copies[groups] >= MIN_COPIES) & crowd[groups]) | floods
    return found
