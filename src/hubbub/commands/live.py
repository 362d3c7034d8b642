"""Messages of a stream as they come → their themes at once, by the same functions of the rooms as in batch."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.engines import no_garbage_collection
from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.analyze.live_themes import LiveThemes, Said
    from hubbub.prepare.as_it_comes import Told
    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive

_BATCH_MESSAGES = 500
"""Messages read and embedded at once; the result does not depend on it."""
_SAVE_MESSAGES = 50_000
"""What was found out is written after so many, so that what is held in memory is bounded."""
_MAX_VECTORS = 20_000
_COLUMNS = ("text", "kind", "emotes", "viewer_id", "offset_seconds", "roles")


def follow(
    archive: Archive | Path | str,
    stream: str | None = None,
    *,
    every_seconds: float = 0.0,
    minutes: float | None = None,
    encoder: str = "static",
    include: Sequence[str] = (),
    progress: Progress = no_progress,
) -> Report:
    """Give the messages of a stream their topics as they come, and log how topics begin, part, join and end.

    Takes in what came since it was called last, so it can follow a stream that `hubbub watch` collects and go on after
    a stop, and it can run over a stream that is over. A message has a topic at once, and a settled one when it is
    an hour old; ids never change. See `hubbub live-topics`, and `hubbub table live_log`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    every_seconds : float
        Look for new messages every so many seconds, until Ctrl-C; 0: once.
    minutes : float, optional
        End after so many minutes.
    encoder : str
        As for embed, but fast by default: "static" knows French and English; for other languages, and for themes a
        little nearer to those of find-topics, take "use". Another encoder than before begins anew.
    include : sequence of str
        Message types that make themes too, as for find-topics.
    progress : Progress
        Called with the messages done.

    Returns
    -------
    Report
        Messages in, with a theme at once, and without one by message type; `details` counts what happened to themes
        and has the messages a second.
    """
    from hubbub.commands.topics import check_types
    from hubbub.queries.encoders import load_encoder
    from hubbub.store.archive import open_archive
    from hubbub.store.compaction import compact
    from hubbub.store.views import one_stream

    if every_seconds < 0:
        raise HubbubError(f"--every-seconds must not be negative, was {every_seconds}.")
    check_types(include)
    started = time.perf_counter()
    deadline = started + 60 * minutes if minutes is not None else float("inf")
    store = open_archive(archive)
    name = one_stream(store, stream)
    follower = Follower(store, name, load_encoder(encoder), include=include)
    pause, n_looks = threading.Event(), 0
    try:
        while True:
            if every_seconds and n_looks:
                compact(store)
            follower.catch_up(progress)
            n_looks += 1
            if not every_seconds or time.perf_counter() >= deadline:
                break
            pause.wait(min(every_seconds, max(0.0, deadline - time.perf_counter())))
    except KeyboardInterrupt:
        follower.save()  # what was taken in is whole; the rest is taken in the next time
    return Report(
        "follow",
        n_in=follower.n_in,
        n_kept=follower.n_in - follower.without.total(),
        n_repeated=follower.n_before,
        rejected=dict(follower.without.most_common()),
        seconds=time.perf_counter() - started,
        details={
            "stream": name,
            "n_themes": len(follower.live.identities.themes),
            "log": follower.count_log(),
            "messages_per_second": round(follower.n_in / max(follower.busy_seconds, 1e-9), 1),
        },
    )


class Follower:
    """One stream that is followed: what it remembers, and what it has found out since it was saved.

    Parameters
    ----------
    store : Archive
    stream : str
    model : Encoder
        Vectors of another encoder than before make it begin anew.
    include : sequence of str
        Message types that make themes too; others than before make it begin anew.
    """

    def __init__(self, store: Archive, stream: str, model: Encoder, *, include: Sequence[str] = ()) -> None:
        from hubbub.analyze.live_themes import CORE_TYPES
        from hubbub.commands.live_state import Unsaved, read_state
        from hubbub.prepare.as_it_comes import Listener
        from hubbub.prepare.preparation import Preparation

        self.store, self.stream, self.model = store, stream, model
        preparation = Preparation()
        self._made = {
            "encoder": model.name,
            "preparation": preparation.as_dict(),
            "include": sorted(set(include)),
        }
        self.n_in = 0
        self.busy_seconds = 0.0
        self.without: Counter[str] = Counter()
        self.live: LiveThemes
        self.live, self.labels = read_state(store, stream, self._made, core_types={*CORE_TYPES, *include})
        self.listener = Listener(preparation)
        self.unsaved = Unsaved()
        self.n_before = self.live.n_messages
        self._vectors: OrderedDict[str, np.ndarray[Any, Any]] = OrderedDict()
        self._generation = -1
        self._hear_again()

    def catch_up(self, progress: Progress = no_progress) -> int:
        """Take in the messages that came since, save, and return how many there were."""
        generation = self.store.generation_of("messages", self.stream)
        if generation == self._generation:
            return 0
        self._generation = generation
        started = time.perf_counter()
        rows = self.store.read("messages", [self.stream], ["message_id", *_COLUMNS])
        known = self.store.read("live_messages", [self.stream], ["message_id"]) if self.live.n_messages else None
        if known is not None:
            rows = rows.join(known, on="message_id", how="anti", maintain_order="left")
        for start in range(0, rows.height, _BATCH_MESSAGES):
            progress("following", start, rows.height)
            self.take(rows.slice(start, _BATCH_MESSAGES))
            if len(self.unsaved.message_ids) >= _SAVE_MESSAGES:
                self.save()
        progress("following", rows.height, rows.height)
        if rows.height:
            self.save()
        self.busy_seconds += time.perf_counter() - started
        return rows.height

    def take(self, rows: pl.DataFrame) -> None:
        """Give these messages their themes."""
        for start in range(0, rows.height, _BATCH_MESSAGES):
            with no_garbage_collection():
                self._take_batch(rows.slice(start, _BATCH_MESSAGES))

    def save(self) -> None:
        """Write what was found out and what is remembered, all of it or nothing."""
        from hubbub.commands.live_state import write_state

        self.labels = write_state(self.store, self.stream, self.live, self.labels, self.unsaved, self._made)
        self.unsaved.clear()
        self.live.forget_log()

    def count_log(self) -> dict[str, int]:
        """Return how many changes of each kind the log has."""
        kinds = self.store.read("live_log", [self.stream], ["kind"])["kind"].to_list()
        return dict(Counter([*kinds, *(change.kind for change in self.live.log)]))

    # ---- one batch ----

    def _take_batch(self, rows: pl.DataFrame) -> None:
        told, facts = self._read(rows)
        self._embed(told)
        ids, start = rows["message_id"].to_list(), 0
        while start < len(told):
            # Up to where something can change that decides about the next messages.
            stop = start + min(self.listener.n_before_look, self.live.next_step - self.live.n_messages)
            said = [self._hear(*one) for one in zip(told[start:stop], facts[start:stop], strict=True)]
            self._embed(said)  # those that were forgotten since the batch began, or are something else than they say
            said = [one._replace(vector=self._vector_of(one)) for one in said]
            added = self.live.add(said)
            first = added.first.tolist()
            self.unsaved.add(ids[start:stop], first, added.settled)
            self.without.update(one.message_type for one, theme in zip(said, first, strict=True) if theme < 0)
            if self.listener.is_time_to_look:
                turned = self.listener.look()
                self.live.take_back(text for text, kind in turned.items() if kind not in self.live.core_types)
            start = stop
        self.n_in += len(told)

    def _read(self, rows: pl.DataFrame) -> tuple[list[Told], list[tuple[Any, ...]]]:
        """Return what the messages say, and who sent each when and in which roles."""
        text, kind, emotes, viewers, seconds, roles = (rows[name].to_list() for name in _COLUMNS)
        told = list(map(self.listener.read, text, kind, emotes))
        return told, list(zip(viewers, (float("nan") if s is None else s for s in seconds), roles, strict=True))

    def _hear(self, told: Told, fact: tuple[Any, ...]) -> Said:
        from hubbub.analyze.live_themes import Said

        message_type = self.listener.hear(told, *fact)
        text_id = None if told.left_out or message_type == "bot" else told.text_id
        return Said(text_id, told.clean_text, message_type, fact[1], told.emotes, None)

    def _embed(self, told: Sequence[Told] | Sequence[Said]) -> None:
        """Have the vectors at hand of texts that need one and are not in memory."""
        import numpy as np

        new = dict.fromkeys(
            one.clean_text or ""
            for one in told
            if one.text_id is not None
            and one.clean_text not in self._vectors
            and one.text_id not in self.live.texts
            and self.live.wants(one.message_type)
        )
        if not new:
            return
        vectors = self.model.embed(list(new)).astype(np.float16).astype(np.float32)
        self._vectors.update(zip(new, vectors, strict=True))
        while len(self._vectors) > _MAX_VECTORS:
            self._vectors.popitem(last=False)

    def _vector_of(self, said: Said) -> np.ndarray[Any, Any] | None:
        if said.text_id is None or said.text_id in self.live.texts or not self.live.wants(said.message_type):
            return None
        return self._vectors.get(said.clean_text or "")

    def _hear_again(self) -> None:
        """Hear the last messages that were taken in, so that what came around the next ones is known."""
        import polars as pl

        from hubbub.prepare.as_it_comes import RARE_STEP, REPLAY

        first = max(0, (self.live.n_messages - REPLAY) // RARE_STEP * RARE_STEP)
        if self.live.n_messages == 0:
            return
        columns = ["message_id", "number"]
        known = self.store.read("live_messages", [self.stream], columns).filter(pl.col("number") >= first)
        rows = self.store.read("messages", [self.stream], ["message_id", *_COLUMNS])
        rows = rows.join(known, on="message_id", how="inner").sort("number")
        self.listener.begin_at(first)
        for one, fact in zip(*self._read(rows), strict=True):
            self.listener.hear(one, *fact)
            if self.listener.is_time_to_look:
                self.listener.look()
