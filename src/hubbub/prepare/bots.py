"""Find viewers that are programs, by their role or by what they do; names are never seen.

A role "bot" is enough. Else a viewer is a bot when its messages have several different words, come from templates (most
of their three-word runs are in several of its messages, so that names and numbers may vary), hardly ever give commands,
and one of these holds as well:

- it answers: a good share of its messages follow another viewer's ``!command`` within ``ANSWER_SECONDS``, several times
  the share of the stream; as few people do that, half of its messages in templates are enough;
- it advertises: most messages carry a link or name a command, in more than one template;
- it announces: many messages, nearly all different, all from templates (thanks for subscribing, a, b, c …);
- it repeats: the same texts come back at regular intervals.

For moderators, which bots mostly are, fewer messages and one return of a text are enough. Precision comes first: a bot
with few messages, or one that talks, is missed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

MIN_MESSAGES = 5
MIN_STAFF_MESSAGES = 3
MIN_WORDS = 5.0
MIN_TEMPLATED = 0.8
MIN_ADVERTS = 0.6
MIN_STAFF_ADVERTS = 0.5
MIN_ANSWERS = 0.35
MIN_ANSWER_RISE = 4.0
ANSWER_SECONDS = 3.0
MAX_COMMANDS = 0.1
MIN_REGULAR = 0.6
MIN_ANNOUNCEMENTS = 20
_DIGIT = re.compile(r"\d")


def _mask_numbers(key: str) -> list[str]:
    """Return the words of a key, those with a digit as one."""
    return ["#" if _DIGIT.search(word) else word for word in key.split()]


def _share_templated(keys: Sequence[str], n_seen: int = 3) -> float:
    """Return the share of one viewer's messages that are made from templates, each seen so often."""
    runs = []
    for key in keys:
        words = [word.encode("utf-8", "surrogatepass") for word in _mask_numbers(key)]
        runs.append({crc32(b" ".join(words[i : i + 3])) for i in range(max(len(words) - 2, 1))})
    seen = Counter(run for message in runs for run in message)
    return sum(2 * sum(seen[run] >= n_seen for run in message) >= len(message) for message in runs) / len(keys)


def _count_beginnings(keys: Sequence[str]) -> int:
    """Return how many different first three words the messages have, mentions aside."""
    return len({" ".join(_mask_numbers(key.replace("<mention>", ""))[:3]) for key in keys})


def _share_regular(texts: NDArray[np.int64], seconds: NDArray[np.float64]) -> float:
    """Return the share of returns of a text that come after its usual time, a minute or more, give or take a fifth."""
    regular = n = 0
    for text in np.unique(texts).tolist():
        gaps = np.diff(np.sort(seconds[texts == text]))
        if len(gaps) >= 2:
            usual = float(np.median(gaps))
            regular += int(((np.abs(gaps - usual) <= 0.2 * usual) & (usual >= 60)).sum())
            n += len(gaps)
    return regular / n if n >= 3 else 0.0


def find_answers(
    is_command: NDArray[np.bool_], viewers: NDArray[np.int64], seconds: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which messages of one stream follow another viewer's command within ``ANSWER_SECONDS``.

    Parameters
    ----------
    is_command : array of bool, shape (n_messages,)
        Whether the message is a command.
    viewers : array of int64, shape (n_messages,)
        Who wrote.
    seconds : array of float64, shape (n_messages,)
        When, in any order; nan where unknown.
    """
    answers = np.zeros(len(viewers), dtype=np.bool_)
    commands = np.flatnonzero(is_command & np.isfinite(seconds))
    commands = commands[np.argsort(seconds[commands], kind="stable")]
    if len(commands) == 0:
        return answers
    others = np.flatnonzero(~is_command & np.isfinite(seconds))
    before = np.searchsorted(seconds[commands], seconds[others], side="right") - 1
    near = (before >= 0) & (seconds[others] - seconds[commands[before]] <= ANSWER_SECONDS)
    answers[others] = near & (viewers[others] != viewers[commands[before]])
    return answers


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one stream, one entry a message.

    Attributes
    ----------
    texts : array of int64
        The position of the text in a list of folding keys.
    viewers : array of int64
        Who wrote; -1 where unknown.
    seconds : array of float64
        When, in any order; nan where unknown.
    is_bot, is_staff : array of bool
        Whether the platform calls the viewer a bot; a moderator.
    is_command, is_advert : array of bool
        Whether it is a command; whether it carries a link or names a command.
    n_words : array of int64
        Different words.
    """

    texts: NDArray[np.int64]
    viewers: NDArray[np.int64]
    seconds: NDArray[np.float64]
    is_bot: NDArray[np.bool_]
    is_staff: NDArray[np.bool_]
    is_command: NDArray[np.bool_]
    is_advert: NDArray[np.bool_]
    n_words: NDArray[np.int64]


def find_bots(messages: Messages, keys: Sequence[str]) -> NDArray[np.bool_]:
    """Return which messages of one stream were written by programs.

    Parameters
    ----------
    messages : Messages
        Of the stream.
    keys : sequence of str
        Folding keys of the texts.
    """
    viewers = messages.viewers
    bots = set(viewers[messages.is_bot & (viewers >= 0)].tolist())
    rows = np.flatnonzero(viewers >= 0)
    rows = rows[np.argsort(viewers[rows], kind="stable")]
    answers = find_answers(messages.is_command, viewers, messages.seconds)
    names, starts = np.unique(viewers[rows], return_index=True)
    if len(names):
        columns = (messages.is_command, messages.is_advert, answers, messages.n_words, messages.is_staff)
        sums = np.column_stack([column[rows] for column in columns]).astype(np.float64)
        sizes = np.diff(np.append(starts, len(rows)))
        means = np.add.reduceat(sums, starts, axis=0) / sizes[:, None]
        least = np.where(means[:, 4] > 0, MIN_STAFF_MESSAGES, MIN_MESSAGES)
        likely = (sizes >= least) & (means[:, 0] <= MAX_COMMANDS) & (means[:, 3] >= MIN_WORDS)
        usual = float(answers.mean())
        for i in np.flatnonzero(likely).tolist():
            own = rows[starts[i] : starts[i] + sizes[i]]
            _, adverts, answered, _, staff = means[i].tolist()
            answering = answered >= MIN_ANSWERS and answered >= MIN_ANSWER_RISE * usual
            if _is_bot(messages.texts[own], messages.seconds[own], keys, adverts, answering, staff > 0):
                bots.add(int(names[i]))
    return messages.is_bot | np.isin(viewers, np.fromiter(bots, dtype=np.int64, count=len(bots)))


def _is_bot(
    texts: NDArray[np.int64],
    seconds: NDArray[np.float64],
    keys: Sequence[str],
    adverts: float,
    answering: bool,
    is_staff: bool,
) -> bool:
    """Return whether one viewer's messages are a program's."""
    share_different = len(np.unique(texts)) / len(texts)
    own = [keys[text] for text in texts.tolist()]
    if answering and len(own) >= MIN_MESSAGES and _share_templated(own) >= 0.5:
        return True
    if is_staff and adverts >= MIN_STAFF_ADVERTS and _share_templated(own, 2) >= MIN_TEMPLATED:
        return True
    if len(own) < MIN_MESSAGES:
        return False
    announces = len(own) >= MIN_ANNOUNCEMENTS and share_different >= 0.5
    advertises = adverts >= MIN_ADVERTS and _count_beginnings(own) > 1
    repeats = bool(np.isfinite(seconds).all()) and _share_regular(texts, seconds) >= MIN_REGULAR
    if advertises or repeats:
        return _share_templated(own) >= MIN_TEMPLATED
    return announces and _share_templated(own) >= 0.95
