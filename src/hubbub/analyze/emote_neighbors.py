"""Vectors of emote names → whether an encoder knows what emotes mean: are those of one family near each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FAMILIES = {
    "laughing": "LUL LULW KEKW OMEGALUL KEKL KEKLEO ICANT EleGiggle PepeLaugh 4Head",
    "excited": "Pog PogChamp POGGERS PogU POGGIES Poggers POGCRAZY HYPERS PagMan OOOO",
    "sad": "Sadge BibleThump FeelsBadMan PepeHands peepoSad SadCat Despairge NotLikeThis",
    "afraid": "monkaS monkaW monkaGIGA monkaX monkaEyes monkaH WutFace",
    "dancing": "catJAM ratJAM PepePls pepeD vibePls VIBE pepeJAM blobDance SourPls",
    "loving": "<3 peepoLove peepoHug bleedPurple VirtualHug catKISS TwitchUnity luvSign",
    "angry": "Madge peepoMad SwiftRage BabyRage RAGEY DansGame PepegA",
    "agreeing": "YEP NODDERS peepoYes TRUEING TRUING YesYes",
    "greeting": "HeyGuys VoHiYo peepoHey peepoWave peepoArrive KonCha",
    "clapping": "Clap EZ EZClap PepeClap peepoClap FeelsStrongMan",
}
"""Emotes by what people say with them; written for hubbub from what is known of them everywhere."""

NEAREST = 3


def family_names() -> tuple[list[str], list[str]]:
    """Return the emotes, and the family of each."""
    found = [(name, family) for family, names in FAMILIES.items() for name in names.split()]
    return [name for name, _ in found], [family for _, family in found]


def family_shares(vectors: ArrayLike, families: ArrayLike) -> NDArray[np.float64]:
    """Return, for each emote, which share of its three nearest neighbors is of its family: shape (n_emotes,).

    Parameters
    ----------
    vectors : (n_emotes, dim) float
        Of unit length.
    families : (n_emotes,) str

    Examples
    --------
    >>> family_shares([[1, 0], [1, 0], [0, 1], [0, 1]], ["a", "a", "b", "b"]).tolist()
    [0.333..., 0.333..., 0.333..., 0.333...]
    """
    matrix, family = np.asarray(vectors, np.float32), np.asarray(families)
    cosines = matrix @ matrix.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
    return np.asarray((family[nearest] == family[:, None]).mean(axis=1), np.float64)


def chance_share(families: ArrayLike) -> float:
    """Return the share of neighbors of the own family that would be found by chance."""
    family = np.asarray(families)
    same = (family[:, None] == family[None, :]).sum(axis=1) - 1
    return float((same / (len(family) - 1)).mean())
