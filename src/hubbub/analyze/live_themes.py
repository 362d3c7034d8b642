"""Messages as they come → the theme of each at once, and a log of how themes begin, part, join, rest and end.

A bounded memory of the texts sent last is grouped anew by the batch method (see ``themes``) after every so many
messages; the groups take the ids of the themes whose texts they hold, so an id never changes and is never used again.
Between two groupings a new text gets the theme whose center is nearest, at once. Every decision is made at a count of
messages, never at the end of a batch or by the clock of the machine: however the messages are cut into batches, the
result is the same. A label is settled when the message is an hour old; until then its text may still move.
Not handled: messages that come long after the moment in which they were sent; they count as sent now.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hubbub.analyze.emote_themes import attach_emotes, emote_themes
from hubbub.analyze.live_nearest import Nearest
from hubbub.analyze.theme_ids import Change, Identities, Theme
from hubbub.analyze.themes import Themes, attach, find_themes
from hubbub.records import TOPICAL_TYPES

Floats = NDArray[np.float32]

MAX_TEXTS = 3000
SETTLE_SECONDS = 3600.0
MAX_PENDING = 20_000

CORE_TYPES: frozenset[str] = frozenset(TOPICAL_TYPES)
JOINING_TYPES: frozenset[str] = frozenset(("reaction",))
_RATIOS = {"core": 0.5, "joining": 0.65}
"""How near to a theme's center a new text must be, as a share of how near the theme's own texts are."""
_EMOTE_TYPE = "emote_only"
_TAKEN = "taken"  # the kind of a text that was taken back after the last grouping
_MOST_MOMENTS, _MOST_SECONDS = 32, 6 * 3600.0
"""Moments kept of one text, and the age of the oldest: what it takes to compare them would grow all day."""
_N_STARTS, _FIRST_STEP = 2, 100
_STEP_SHARE = 0.35
"""Texts are grouped anew after this many messages for each text in memory, so that it costs the same per message."""


class Said(NamedTuple):
    """One message: what ``prepare`` and the encoder made of it.

    The vector is None where the type needs none, and may be where the text is in memory.
    """

    text_id: str | None
    clean_text: str | None
    message_type: str
    seconds: float
    emotes: Sequence[str]
    vector: Floats | None


class Added(NamedTuple):
    """What a batch of messages changed.

    Attributes
    ----------
    first : (n_messages,) int64
        The theme of each message as it came, -1 for none.
    settled : list of (int, int)
        Number of a message (from 0, in order of arrival) and its theme, for those that are settled now.
    """

    first: NDArray[np.int64]
    settled: list[tuple[int, int]]


class State(NamedTuple):
    """What a ``LiveThemes`` remembers, as plain data.

    Attributes
    ----------
    texts : list of dict
        The texts in memory, the one that was sent last at the end; then those that only wait to be settled.
    pending : list of (int, float, int, int)
        Number, moment, first theme and row in ``texts`` (-1 for none) of the messages that are not settled.
    themes : list of (int, Theme)
    log : list of Change
        Since ``forget_log``.
    counts : dict
        Numbers, the emotes that stand for a theme, and the themes of the last groups.
    """

    texts: list[dict[str, Any]]
    pending: list[tuple[int, float, int, int]]
    themes: list[tuple[int, Theme]]
    log: list[Change]
    counts: dict[str, Any]


class Text:
    """A text in memory: what it says, when it was sent last, and its theme now."""

    __slots__ = (
        "clean_text",
        "emotes",
        "fitted",
        "kind",
        "moments",
        "n_fitted",
        "n_sent",
        "since",
        "text_id",
        "theme",
        "vector",
    )

    def __init__(self, said: Said, kind: str) -> None:
        self.text_id = str(said.text_id)
        self.clean_text = said.clean_text or ""
        self.emotes = tuple(said.emotes)
        self.kind = kind
        self.vector = said.vector
        self.since = said.seconds
        self.moments: list[float] = []
        self.n_sent = 0
        self.theme = -1
        # How much of ``moments`` and ``n_sent`` the last grouping saw.
        self.fitted = 0
        self.n_fitted = 0


class LiveThemes:
    """Gives each message its theme as it comes.

    Parameters
    ----------
    max_texts : int
        Distinct texts in memory that make themes; as many others.
    settle_seconds : float
        Age at which the label of a message is settled.
    max_pending : int
        Messages that may wait to be settled; beyond, the oldest are settled earlier.
    core_types : collection of str
        The message types that make themes.
    """

    def __init__(
        self,
        *,
        max_texts: int = MAX_TEXTS,
        settle_seconds: float = SETTLE_SECONDS,
        max_pending: int = MAX_PENDING,
        core_types: Collection[str] = CORE_TYPES,
    ) -> None:
        self.max_texts = max_texts
        self.settle_seconds = settle_seconds
        self.max_pending = max_pending
        self.core_types = frozenset(core_types)
        self.n_messages = 0
        self.n_logged = 0
        self.next_step = _FIRST_STEP
        self.now = 0.0
        self.identities = Identities()
        self.emote_ids: dict[str, int] = {}
        self.ids: list[int] = []
        self.texts: OrderedDict[str, Text] = OrderedDict()
        self.pending: deque[tuple[int, float, int, Text | None]] = deque()
        self.taken: list[Text] = []
        self._nearest: Nearest | None = None

    @property
    def log(self) -> list[Change]:
        """Return what happened to themes, in order, since ``forget_log``."""
        return self.identities.log

    def forget_log(self) -> None:
        """Forget what happened to themes until now, as it is kept elsewhere."""
        self.n_logged += len(self.log)
        self.log.clear()

    def wants(self, message_type: str) -> bool:
        """Return whether a message of this type finds its theme by the vector of its text."""
        return message_type in self.core_types or message_type in JOINING_TYPES

    def add(self, messages: Sequence[Said]) -> Added:
        """Take in messages in the order in which they came, and return their themes."""
        first = np.full(len(messages), -1, dtype=np.int64)
        settled: list[tuple[int, int]] = []
        start = 0
        while start < len(messages):
            stop = min(len(messages), start + self.next_step - self.n_messages)
            self._meet(messages[start:stop])
            for i in range(start, stop):
                first[i] = self._take(messages[i])
                settled += self._settle()
            if self.n_messages >= self.next_step:
                self._group()
            start = stop
        return Added(first, settled)

    def finish(self) -> list[tuple[int, int]]:
        """Return the themes of the messages that are not settled yet, as they are now; nothing changes."""
        return [(number, first if text is None else text.theme) for number, _, first, text in self.pending]

    def take_back(self, text_ids: Iterable[str]) -> None:
        """Forget texts that turned out to be no talk; their messages that are not settled lose their theme."""
        for text_id in text_ids:
            text = self.texts.pop(text_id, None)
            if text is not None:
                text.theme = -1
                if text.kind == "core" and text.n_fitted:  # what was found with it holds until the next grouping
                    text.kind = _TAKEN
                    self.taken.append(text)

    # ---- a restart ----

    def save(self) -> State:
        """Return all that is remembered, as plain data: what ``restore`` goes on from."""
        texts = {id(text): text for text in self.texts.values()}
        others = [*(text for *_, text in self.pending if text is not None), *self.taken]
        waiting = {id(text): text for text in others if id(text) not in texts}
        rows = {key: row for row, key in enumerate([*texts, *waiting])}
        return State(
            [*map(_as_row, texts.values(), repeat(True)), *map(_as_row, waiting.values(), repeat(False))],
            [
                (number, seconds, first, -1 if text is None else rows[id(text)])
                for number, seconds, first, text in self.pending
            ],
            [(theme_id, theme) for theme_id, theme in self.identities.themes.items()],
            list(self.log),
            {
                "n_messages": self.n_messages,
                "next_step": self.next_step,
                "now": self.now,
                "n_logged": self.n_logged,
                "next_id": self.identities.next_id,
                "emote_ids": dict(self.emote_ids),
                "ids": list(self.ids),
            },
        )

    @classmethod
    def restore(
        cls,
        state: State,
        *,
        max_texts: int = MAX_TEXTS,
        settle_seconds: float = SETTLE_SECONDS,
        max_pending: int = MAX_PENDING,
        core_types: Collection[str] = CORE_TYPES,
    ) -> LiveThemes:
        """Return what ``save`` gave, to go on with the next message as if nothing had happened."""
        live = cls(max_texts=max_texts, settle_seconds=settle_seconds, max_pending=max_pending, core_types=core_types)
        counts = state.counts
        live.n_logged = counts["n_logged"]
        live.n_messages, live.next_step, live.now = counts["n_messages"], counts["next_step"], counts["now"]
        live.emote_ids, live.ids = dict(counts["emote_ids"]), list(counts["ids"])
        live.identities.next_id = counts["next_id"]
        live.identities.log.extend(state.log)
        live.identities.themes.update((theme_id, replace(theme)) for theme_id, theme in state.themes)
        texts = [_as_text(row) for row in state.texts]
        live.texts.update((text.text_id, text) for text, row in zip(texts, state.texts, strict=True) if row["is_alive"])
        live.pending.extend(
            (n, seconds, first, None if row < 0 else texts[row]) for n, seconds, first, row in state.pending
        )
        live.taken = [text for text in texts if text.kind == _TAKEN]
        fitted = [text for text in live._of_kind("core") if text.n_fitted] + live.taken
        live._nearest = Nearest(live._find(fitted)) if fitted else None
        return live

    # ---- one message ----

    def _of_kind(self, kind: str) -> list[Text]:
        return [text for text in self.texts.values() if text.kind == kind]

    def _kind(self, said: Said) -> str:
        """Return what a message does with themes: "core" makes them, "joining" and "emotes" join one, "" neither."""
        if said.message_type == _EMOTE_TYPE and _EMOTE_TYPE not in self.core_types:
            return "emotes"
        if said.vector is None:
            return ""
        if said.message_type in self.core_types:
            return "core"
        return "joining" if said.message_type in JOINING_TYPES else ""

    def _meet(self, messages: Sequence[Said]) -> None:
        """Give texts that are new in this stretch their theme; within a stretch nothing that decides it changes."""
        now = self.now
        for said in messages:
            now = max(now, said.seconds)  # where it is not a number, the first
            if said.text_id is None or said.text_id in self.texts:
                continue
            kind = self._kind(said)
            if not kind:
                continue
            # Its moment is added when its message is taken.
            self.texts[said.text_id] = text = Text(said, kind)
            if kind == "emotes":
                text.theme = int(attach_emotes([text.emotes], self.emote_ids)[0])
            elif self._nearest is not None and text.vector is not None:
                place = self._nearest.find(text.vector, text.clean_text, now, _RATIOS[kind])
                text.theme = self.ids[place] if place >= 0 else -1

    def _take(self, said: Said) -> int:
        number = self.n_messages
        self.n_messages += 1
        if np.isfinite(said.seconds):
            self.now = max(self.now, said.seconds)
        text = None if said.text_id is None else self.texts.get(said.text_id)
        if text is None:
            self.pending.append((number, self.now, -1, None))
            return -1
        self.texts.move_to_end(text.text_id)
        text.moments.append(self.now)
        text.n_sent += 1
        self.identities.count(text.theme, self.now)
        self.pending.append((number, self.now, text.theme, text))
        return text.theme

    def _settle(self) -> Iterator[tuple[int, int]]:
        pending = self.pending
        while pending and (pending[0][1] < self.now - self.settle_seconds or len(pending) > self.max_pending):
            number, _, first, text = pending.popleft()
            yield number, first if text is None else text.theme

    # ---- a new grouping ----

    def _group(self) -> None:
        """Group the texts in memory anew, give the groups their ids, and the texts their themes."""
        self._forget()
        for text in self.taken:
            text.kind = ""
        self.taken.clear()
        core = self._of_kind("core")
        self.next_step = self.n_messages + max(_FIRST_STEP, int(_STEP_SHARE * len(core)))
        if not core:
            return
        model = self._find(core)
        self._nearest = Nearest(model)
        weights = np.sqrt([text.n_sent for text in core]).astype(np.float32)
        before = np.array([text.theme for text in core], dtype=np.int64)
        self.ids = self.identities.name(before, model.labels, _vectors(core), weights, self.now)
        names = np.array([*self.ids, -1], dtype=np.int64)
        _give(core, names[model.labels])
        joining = self._of_kind("joining")
        if joining and model.n_themes:
            times = [text.moments for text in joining]
            labels, _ = attach(model, _vectors(joining), [text.clean_text for text in joining], times=times)
            _give(joining, names[labels])
        self.emote_ids = emote_themes([text.emotes for text in core], [text.theme for text in core])
        alone = self._of_kind("emotes")
        _give(alone, attach_emotes([text.emotes for text in alone], self.emote_ids))

    def _forget(self) -> None:
        """Forget the texts that were not sent for longest, and note what the next grouping sees of the others."""
        left = {True: self.max_texts, False: self.max_texts}
        for text in list(reversed(self.texts.values())):
            is_core = text.kind == "core"
            if left[is_core] == 0:
                del self.texts[text.text_id]
                continue
            left[is_core] -= 1
            kept = text.moments[-_MOST_MOMENTS:]
            text.moments = [moment for moment in kept if moment >= self.now - _MOST_SECONDS] or kept[-1:]
            text.fitted, text.n_fitted = len(text.moments), text.n_sent

    def _find(self, texts: Sequence[Text]) -> Themes:
        return find_themes(
            _vectors(texts),
            [text.n_fitted for text in texts],
            [text.clean_text for text in texts],
            times=[text.moments[: text.fitted] for text in texts],
            emotes={name for text in texts for name in text.emotes},
            n_starts=_N_STARTS,
        )


def _vectors(texts: Sequence[Text]) -> Floats:
    return np.array([text.vector for text in texts], dtype=np.float32)


def _give(texts: Sequence[Text], themes: NDArray[np.int64]) -> None:
    for text, theme in zip(texts, themes.tolist(), strict=True):
        text.theme = theme


_KEPT = ("since", "moments", "n_sent", "theme", "fitted", "n_fitted")


def _as_row(text: Text, is_alive: bool) -> dict[str, Any]:
    said = {"text_id": text.text_id, "clean_text": text.clean_text, "kind": text.kind, "emotes": list(text.emotes)}
    kept = {name: getattr(text, name) for name in _KEPT} | {"moments": list(text.moments)}
    return said | {"vector": text.vector, "is_alive": is_alive} | kept


def _as_text(row: dict[str, Any]) -> Text:
    text = Text(Said(row["text_id"], row["clean_text"], "", row["since"], row["emotes"], row["vector"]), row["kind"])
    for name in _KEPT:
        setattr(text, name, row[name])
    text.moments = list(row["moments"])
    return text
