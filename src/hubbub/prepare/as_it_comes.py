"""Messages of a stream as they come → what each says and what it is, by the same rules as ``prepare_stream``.

What a message says is told by its text alone, and a text that was read is remembered. What it is can depend on the
messages around it: poll answers, copypasta and bots are looked for, by the functions that look for them in whole
streams, in the last ``WINDOW`` messages, after every so many of them. What is found then is said of the messages that
come next, and the texts that turn out to be none of the chat's own talk are named, so that they can be taken back. All
that is remembered is in the last ``WINDOW`` messages before the last look: who hears those again knows the same. Not
here: languages, which nothing needs at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hubbub.prepare.bots import Messages, find_bots
from hubbub.prepare.copies import MIN_FLOOD_LENGTH, find_copies
from hubbub.prepare.pieces import CALLING, count_trait
from hubbub.prepare.polls import MIN_VIEWERS, WINDOW_SECONDS, find_answer, find_poll_answers
from hubbub.prepare.preparation import CHATTED, Preparation, why_left_out
from hubbub.prepare.reading import CAN_BE_COPIED, SEPARATOR, Reader, make_text_id

WINDOW = 4000
STEP, COPY_STEP, RARE_STEP = 100, 500, 2000
"""Polls, copies and bots are looked for after so many messages, by how much it costs and how soon they show."""
REPLAY = WINDOW + RARE_STEP
"""Who hears so many messages again before going on knows what was known."""
_MAX_KEPT, _MAX_KEPT_LENGTH = 20_000, 300


class Told(NamedTuple):
    """What a text says, and what the search for polls, copies and bots needs of it."""

    text_id: str | None
    clean_text: str | None
    message_type: str
    emotes: tuple[str, ...]
    left_out: str | None
    key: str
    family: int
    answer: int
    is_alone: bool
    n_words: int
    is_advert: bool


_EVENT = Told(None, None, "event", (), "event", "", -1, 0, False, 0, False)


class Listener:
    """Hears messages in order, and tells of each what it says and is.

    Parameters
    ----------
    preparation : Preparation
        As for whole streams.
    """

    def __init__(self, preparation: Preparation) -> None:
        self.n_heard = 0
        self.bots: frozenset[int] = frozenset()
        self.copied: frozenset[str] = frozenset()
        self.surging: frozenset[int] = frozenset()
        self._preparation = preparation
        self._reader = Reader(preparation.mentions == "placeholder", preparation.links == "placeholder")
        self._read = lru_cache(maxsize=_MAX_KEPT)(self._read_text)
        self._told: list[Told] = [_EVENT] * WINDOW
        self._viewer = np.full(WINDOW, -1, dtype=np.int64)
        self._seconds = np.full(WINDOW, np.nan)
        self._role = np.zeros(WINDOW, dtype=np.int8)

    @property
    def n_before_look(self) -> int:
        """How many messages may be heard before ``look``."""
        return STEP - self.n_heard % STEP

    @property
    def is_time_to_look(self) -> bool:
        """Whether the message that was heard last is one after which to ``look``."""
        return self.n_heard % STEP == 0

    def begin_at(self, n_heard: int) -> None:
        """Go on as if so many messages, a multiple of ``RARE_STEP``, had been heard, and all were forgotten."""
        self.n_heard = n_heard

    def read(self, text: str | None, kind: str, emotes: Sequence[str] | None) -> Told:
        """Return what a text says, from the text alone."""
        if text is None or kind not in CHATTED or not text.strip():
            return _EVENT
        read = self._read if len(text) <= _MAX_KEPT_LENGTH else self._read_text
        return read(text, tuple(sorted({name for name in emotes if name})) if emotes else ())

    def hear(self, told: Told, viewer_id: str | None, seconds: float, roles: Sequence[str] | None) -> str:
        """Return the message type of the next message; to be followed by ``look`` after ``n_before_look`` of them."""
        at = self.n_heard % WINDOW
        self.n_heard += 1
        viewer = -1 if viewer_id is None else hash(viewer_id) & 0x3FFF_FFFF_FFFF_FFFF
        self._told[at], self._viewer[at], self._seconds[at] = told, viewer, seconds
        self._role[at] = 0 if not roles else 2 if "bot" in roles else 1 if "moderator" in roles else 0
        if told is _EVENT:
            return "event"
        if self._role[at] == 2 or viewer in self.bots:
            return "bot"
        if told.family in self.surging:
            return "poll_answer"
        return "copypasta" if told.text_id in self.copied else told.message_type

    def look(self) -> dict[str, str]:
        """Look at the last messages and return what texts, by id, turn out to be: poll answers, copypasta or of bots.

        A text is what at least half of its messages are.
        """
        n = min(self.n_heard, WINDOW)
        told, seconds = self._told[:n], self._seconds[:n]
        known, who = np.unique(self._viewer[:n], return_inverse=True)
        who = np.where(self._viewer[:n] < 0, -1, who).astype(np.int64)
        found: dict[str, str] = {}
        if self.n_heard % COPY_STEP == 0:
            found |= dict.fromkeys(self._look_for_copies(who), "copypasta")
        family = np.fromiter((one.family for one in told), np.int64, n)
        found |= dict.fromkeys(self._look_for_polls(family, who, seconds), "poll_answer")
        if self.n_heard % RARE_STEP == 0:
            found |= dict.fromkeys(self._look_for_bots(known, who, seconds), "bot")
        return found

    def _read_text(self, text: str, emotes: tuple[str, ...]) -> Told:
        reading = self._reader.read(text, frozenset(emotes))
        family, answer, is_alone = find_answer(reading.plain)
        return Told(
            make_text_id(reading.key) if reading.clean else None,
            reading.clean or None,
            reading.message_type,
            tuple(reading.emotes.split(SEPARATOR)) if reading.emotes else (),
            why_left_out(self._preparation, reading),
            reading.key,
            family,
            crc32(answer.encode("utf-8", "replace")),
            is_alone,
            len(set(reading.plain.split())),
            reading.n_links > 0 or count_trait(reading.traits, CALLING) > 0,
        )

    def _look_for_polls(
        self, family: NDArray[np.int64], who: NDArray[np.int64], seconds: NDArray[np.float64]
    ) -> list[str]:
        told = self._told
        latest = np.nanmax(seconds) if np.isfinite(seconds).any() else 0.0
        recent = (family >= 0) & (seconds > latest - 2 * WINDOW_SECONDS)
        if int(np.bincount(family[recent]).max(initial=0)) < MIN_VIEWERS:
            self.surging = frozenset()
            return []
        answer = np.fromiter((one.answer for one in told[: len(family)]), np.int64, len(family))
        alone = np.fromiter((one.is_alone for one in told[: len(family)]), np.bool_, len(family))
        is_poll = find_poll_answers(family, answer, alone, who, seconds)
        going_on = is_poll & (seconds > latest - WINDOW_SECONDS)
        self.surging = frozenset(family[going_on].tolist())
        return self._mostly(np.flatnonzero(is_poll), np.flatnonzero(family >= 0))

    def _look_for_copies(self, who: NDArray[np.int64]) -> list[str]:
        rows = [
            i
            for i, one in enumerate(self._told[: len(who)])
            if one.clean_text and len(one.clean_text) >= MIN_FLOOD_LENGTH and one.message_type in CAN_BE_COPIED
        ]
        places: dict[str, int] = {}
        texts = np.array([places.setdefault(self._told[i].key, len(places)) for i in rows], dtype=np.int64)
        lengths = np.zeros(len(places), dtype=np.int64)
        for text, i in zip(texts.tolist(), rows, strict=True):
            lengths[text] = max(lengths[text], len(self._told[i].clean_text or ""))
        is_copy = find_copies(texts, who[rows], lengths, list(places)) if rows else np.zeros(0, dtype=np.bool_)
        found = self._mostly(np.array(rows, dtype=np.int64)[is_copy], np.array(rows, dtype=np.int64))
        self.copied = frozenset(found)
        return found

    def _look_for_bots(
        self, known: NDArray[np.int64], who: NDArray[np.int64], seconds: NDArray[np.float64]
    ) -> list[str]:
        rows = np.array([i for i, one in enumerate(self._told[: len(who)]) if one is not _EVENT], dtype=np.int64)
        told = [self._told[i] for i in rows.tolist()]
        places: dict[str, int] = {}
        texts = np.array([places.setdefault(one.key, len(places)) for one in told], dtype=np.int64)
        is_command = np.array([one.message_type == "command" for one in told], dtype=np.bool_)
        is_advert = np.array([one.is_advert for one in told], dtype=np.bool_) & ~is_command
        n_words = np.array([one.n_words for one in told], dtype=np.int64)
        role = self._role[: len(who)][rows]
        sent = Messages(texts, who[rows], seconds[rows], role == 2, role == 1, is_command, is_advert, n_words)
        is_bot = find_bots(sent, list(places)) if len(rows) else np.zeros(0, dtype=np.bool_)
        self.bots = frozenset(known[who[rows[is_bot]]].tolist()) - {-1}
        return self._mostly(rows[is_bot], rows)

    def _mostly(self, found: NDArray[np.int64], among: NDArray[np.int64]) -> list[str]:
        """Return the texts at least half of whose messages are among the found, in order."""
        if len(found) == 0:
            return []
        hits = Counter(self._told[i].text_id for i in found.tolist())
        all_ = Counter(self._told[i].text_id for i in among.tolist())
        return sorted(text_id for text_id, n in hits.items() if text_id is not None and 2 * n >= all_[text_id])
