"""Messages of a stream as they come → their themes at once, by the same functions of the rooms as in batch."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.analyze.live_themes import LiveThemes, Said
    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive

_BATCH_MESSAGES = 500
"""Messages prepared and embedded at once; the result does not depend on it."""
_CHATTED = ("message", "donation", "subscription", "gift", "membership")


def follow(
    archive: Archive | Path | str,
    stream: str | None = None,
    *,
    every_seconds: float = 0.0,
    minutes: float | None = None,
    encoder: str = "use",
    progress: Progress = no_progress,
) -> Report:
    """Give the messages of a stream their topics as they come, and log how topics begin, part, join and end.

    Takes in what came since it was called last, so it can follow a stream that `hubbub watch` collects and go on after
    a stop, and it can run over a stream that is over. A message has a topic at once, and a settled one when it is half
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
        As for embed.
    progress : Progress
        Called with the messages done.

    Returns
    -------
    Report
        Messages in, with a theme at once, and without one by message type; `details` counts what happened to themes
        and has the messages a second.
    """
    from hubbub.queries.encoders import load_encoder
    from hubbub.store.archive import open_archive
    from hubbub.store.compaction import compact
    from hubbub.store.views import one_stream

    if every_seconds < 0:
        raise HubbubError(f"--every-seconds must not be negative, was {every_seconds}.")
    started = time.perf_counter()
    deadline = started + 60 * minutes if minutes is not None else float("inf")
    store = open_archive(archive)
    name = one_stream(store, stream)
    follower = Follower(store, name, load_encoder(encoder))
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
    seconds = time.perf_counter() - started
    return Report(
        "follow",
        n_in=follower.n_in,
        n_kept=follower.n_in - follower.without.total(),
        n_repeated=follower.n_before,
        rejected=dict(follower.without.most_common()),
        seconds=seconds,
        details={
            "stream": name,
            "n_themes": len(follower.live.identities.themes),
            "log": dict(Counter(change.kind for change in follower.live.log)),
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
    """

    def __init__(self, store: Archive, stream: str, model: Encoder) -> None:
        from hubbub.commands.live_state import read_state
        from hubbub.prepare.preparation import Preparation

        self.store, self.stream, self.model = store, stream, model
        self.preparation = Preparation()
        self.n_in = 0
        self.busy_seconds = 0.0
        self.without: Counter[str] = Counter()
        self.live: LiveThemes
        self.live, self.labels, kept = read_state(store, stream, self._made())
        self.message_ids: list[str] = kept["message_id"].to_list()
        self.first: list[int] = kept["first_theme_id"].fill_null(-1).to_list()
        self.themes: list[int] = kept["theme_id"].fill_null(-1).to_list()
        self.n_before = len(self.message_ids)
        self._generation = -1

    def catch_up(self, progress: Progress = no_progress) -> int:
        """Take in the messages that came since, save, and return how many there were."""
        import polars as pl

        generation = self.store.generation_of("messages", self.stream)
        if generation == self._generation:
            return 0
        self._generation = generation
        started = time.perf_counter()
        rows = self.store.read("messages", [self.stream])
        rows = rows.join(
            pl.DataFrame({"message_id": self.message_ids}, schema={"message_id": pl.String}),
            on="message_id",
            how="anti",
            maintain_order="left",
        )
        for start in range(0, rows.height, _BATCH_MESSAGES):
            progress("following", start, rows.height)
            self.take(rows.slice(start, _BATCH_MESSAGES))
        progress("following", rows.height, rows.height)
        if rows.height:
            self.save()
        self.busy_seconds += time.perf_counter() - started
        return rows.height

    def take(self, rows: pl.DataFrame) -> None:
        """Give these messages their themes."""
        said = self._read(rows)
        added = self.live.add(said)
        self.message_ids += rows["message_id"].to_list()
        self.first += added.first.tolist()
        self.themes += added.first.tolist()
        for number, theme in added.settled:
            self.themes[number] = theme
        self.n_in += len(said)
        self.without.update(s.message_type for s, theme in zip(said, added.first.tolist(), strict=True) if theme < 0)

    def save(self) -> None:
        """Write what was found out and what is remembered, all of it or nothing."""
        from hubbub.commands.live_state import write_state

        themes = list(self.themes)
        for number, theme in self.live.finish():
            themes[number] = theme
        kept: dict[str, list[Any]] = {"message_id": self.message_ids, "theme_id": themes, "first_theme_id": self.first}
        self.labels = write_state(self.store, self.stream, self.live, self.labels, kept, self._made())

    def _made(self) -> dict[str, object]:
        return {"encoder": self.model.name, "preparation": self.preparation.as_dict()}

    def _read(self, rows: pl.DataFrame) -> list[Said]:
        """Return the messages prepared and, where they need it, embedded."""
        import numpy as np
        import polars as pl

        from hubbub.analyze.live_themes import Said, needs_vector
        from hubbub.prepare.polls import find_answer
        from hubbub.prepare.preparation import prepare_texts

        is_chat = pl.col("kind").is_in(_CHATTED) & pl.col("roles").list.contains("bot").fill_null(value=False).not_()
        chat = rows.with_columns(text=pl.when(is_chat).then("text"))
        prepared = prepare_texts(self.preparation, chat["text"], chat["emotes"])
        frame = prepared.with_columns(offset_seconds=rows["offset_seconds"].fill_null(float("nan")))
        said: list[Said] = []
        columns = ("text_id", "clean_text", "message_type", "offset_seconds", "emotes", "left_out")
        for text_id, clean, kind, seconds, emotes, left_out in frame.select(columns).iter_rows():
            if kind == "opinion":  # a poll is seen later; its bare answers are no opinions
                family, _, is_alone = find_answer(clean)
                kind = "poll_answer" if family >= 0 and is_alone else kind  # noqa: PLW2901
            said.append(Said(None if left_out else text_id, clean, kind, seconds, tuple(emotes or ()), None))
        new: dict[str, str] = {}
        for one in said:
            if one.text_id is not None and needs_vector(one.message_type) and one.text_id not in self.live.texts:
                new.setdefault(one.text_id, one.clean_text or "")
        vectors = self.model.embed(list(new.values())).astype(np.float16).astype(np.float32)
        found = dict(zip(new, vectors, strict=True))
        return [one._replace(vector=found[one.text_id]) if one.text_id in found else one for one in said]
