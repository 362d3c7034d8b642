"""What a channel's emotes say, learned from the words that stand beside them.

An emote that no model knows says something all the same: a crowd puts it beside words, and what these say, more or less
often than the channel's texts do on the whole, is what it says (distant labels; Mintz et al. 2009, ACL). The mean
probabilities beside an emote are pulled to the channel's own by some texts that are made up, divided by these, and
raised to a power, as the words beside an emote say less clearly what it means than the emote alone. Power and least
probability were chosen by emotes that the English model knows, on two channels; on a third one three of four that are
told are told as the model tells them alone (experiments/2026-12-01-channel-emotes).
Not handled: irony that is never said in words; emotes that are never beside any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubbub.word_rows import WordRows

Shares = NDArray[np.float64]

MIN_TEXTS, MIN_VIEWERS = 20, 5
"""So many different texts of an emote with words that say something, sent by so many viewers, are enough."""
MIN_SHARE = 0.5
"""An emote says what it says with at least this probability, or nothing."""

_MADE_UP_TEXTS, _POWER = 10.0, 2.0


@dataclass(frozen=True, slots=True)
class EmoteUse:
    """What stands beside words, summed so that sums of more texts can be added.

    Attributes
    ----------
    n_texts : array of int64, shape (n_words,)
        Different texts in which words beside it say something.
    shares : array of float64, shape (n_words, 3)
        The sum over these of the probabilities of what they say.
    """

    n_texts: NDArray[np.int64]
    shares: Shares


def is_emote_word(words: list[str]) -> NDArray[np.bool_]:
    """Return which words of prepared texts are names of emotes; an emoticon is none."""
    return np.fromiter((len(word) > 2 and word[0] == ":" and word[1].isalnum() for word in words), bool, len(words))


def count_use(rows: WordRows, is_emote: NDArray[np.bool_], shares: Shares) -> EmoteUse:
    """Return what stands beside the emotes of different texts.

    Parameters
    ----------
    rows : WordRows
        Different texts.
    is_emote : (n_words,) bool
        Which words are meant; the others get nothing.
    shares : (n_texts, 3) float64
        What the other words of each text say; NaN where they say nothing.
    """
    n = max(len(rows.words), 1)
    text_of = np.repeat(np.arange(len(rows.counts)), rows.counts)
    is_told = np.asarray(~np.isnan(shares).any(axis=1))
    counts = is_emote[rows.numbers] & is_told[text_of]
    text, word = np.divmod(np.unique(text_of[counts] * n + rows.numbers[counts]), n)
    sums = [np.bincount(word, shares[text, i], minlength=len(rows.words)) for i in range(shares.shape[1])]
    return EmoteUse(np.bincount(word, minlength=len(rows.words)), np.stack(sums, axis=1).astype(np.float64))


def read_emotes(use: EmoteUse, channel_shares: Shares) -> Shares:
    """Return what each word says, shape (n_words, 3): probabilities as if all classes were as frequent.

    Parameters
    ----------
    use : EmoteUse
        Of the channel.
    channel_shares : (3,) float64
        The mean probabilities of the channel's different texts that say something.

    Examples
    --------
    >>> use = EmoteUse(np.array([40, 40]), np.array([[30.0, 6.0, 4.0], [16.0, 12.0, 12.0]]))
    >>> read_emotes(use, np.array([0.4, 0.3, 0.3])).round(2).tolist()
    [[0.83, 0.1, 0.06], [0.33, 0.33, 0.33]]
    """
    near = (use.shares + _MADE_UP_TEXTS * channel_shares) / (use.n_texts + _MADE_UP_TEXTS)[:, None]
    return _to_shares(_POWER * np.log(near / channel_shares))


def tell_by_emotes(rows: WordRows, emotes: dict[str, tuple[float, ...]]) -> Shares:
    """Return what texts say by their emotes alone, shape (n_texts, 3); NaN where that is not sure enough.

    Parameters
    ----------
    rows : WordRows
        Prepared texts.
    emotes : dict of str to tuple of float
        The probabilities of what each emote says, by its word.
    """
    logs = np.log([[max(one, 1e-6) for one in emotes[word]] if word in emotes else [1.0] * 3 for word in rows.words])
    logs = logs.reshape(-1, 3)
    is_known = np.fromiter((word in emotes for word in rows.words), bool, len(rows.words))
    n = rows.sum(is_known.astype(np.int64)[rows.numbers])
    text_of = np.repeat(np.arange(len(n)), rows.counts)
    # The mean, so that an emote said ten times is no surer than one.
    sums = [np.bincount(text_of, logs[rows.numbers, i], minlength=len(n)) for i in range(3)]
    shares = _to_shares(np.stack(sums, axis=1) / np.maximum(n, 1)[:, None])
    shares[(n == 0) | (shares.max(axis=1) < MIN_SHARE)] = np.nan
    return shares


def _to_shares(logs: Shares) -> Shares:
    found = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True))
