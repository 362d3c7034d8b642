"""Messages with their sentiment → bad-buzz alerts of brands, hashtags, channels and themes, live or looking back."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.commands.buzz_messages import NewMessages
    from hubbub.commands.buzz_subjects import Subject
    from hubbub.commands.buzz_timeline import Timeline
    from hubbub.store.archive import Archive

_log = logging.getLogger(__name__)


def watch_buzz(
    archive: Archive | Path | str,
    subjects: Sequence[str] = (),
    *,
    streams: Sequence[str] = (),
    false_alarms_per_hour: float = 0.01,
    every_seconds: float = 0.0,
    minutes: float | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Raise an alert when more people than usual say something negative about a subject, into the table `alerts`.

    An alert needs more negative voices than the subject's own past, hour and weekday make likely, and a larger share
    of them than usual; a viewer is one voice however much is written. Looks back over the archive in the order of
    time, as if it were live; with --every-seconds it goes on with what `hubbub watch` or `hubbub collect` bring, and
    says when an alert is raised. Messages without a sentiment are scored first. See `hubbub alerts`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    subjects : sequence of str
        A word or phrase (a brand), "#hashtag", "channel:NAME", or of one stream "theme:ID" (of find-topics) or
        "live-theme:ID" (of `hubbub follow`, as far as that has come); by default each channel, and the themes of each
        stream that are there when it begins.
    streams : sequence of str
        The streams; by default all.
    false_alarms_per_hour : float
        How many alerts an hour without any buzz may cost, over all subjects together, on average.
    every_seconds : float
        Look for new messages every so many seconds, until Ctrl-C; 0: once.
    minutes : float, optional
        End after so many minutes.
    progress : Progress
        Called with the messages done.

    Returns
    -------
    Report
        Messages in, and those about a subject; `details` counts alerts by subject.

    Raises
    ------
    HubbubError
        When a number is out of its range, a subject cannot be read, or nothing is about any.
    """
    from hubbub.store.archive import open_archive
    from hubbub.store.compaction import compact

    if not 0 < false_alarms_per_hour <= 60:
        raise HubbubError(f"--false-alarms-per-hour must be above 0 and at most 60, was {false_alarms_per_hour}.")
    if every_seconds < 0:
        raise HubbubError(f"--every-seconds must not be negative, was {every_seconds}.")
    started = time.perf_counter()
    deadline = started + 60 * minutes if minutes is not None else float("inf")
    store = open_archive(archive)
    pause, watch = threading.Event(), _Watch(store, subjects, streams, false_alarms_per_hour, is_live=every_seconds > 0)
    try:
        if every_seconds:
            compact(store)
        watch.look_back(progress)
        while every_seconds and time.perf_counter() < deadline:
            pause.wait(min(every_seconds, max(0.0, deadline - time.perf_counter())))
            compact(store)
            watch.go_on(progress)
    except KeyboardInterrupt:
        pass  # each look writes what it found
    return Report(
        "watch-buzz",
        n_in=watch.n_in,
        n_kept=watch.n_about,
        seconds=time.perf_counter() - started,
        details={"alerts": watch.count(), "false_alarms_per_hour": false_alarms_per_hour},
    )


class _Watch:
    """An archive that is watched: what is watched in it, what came so far, and the alerts that are written."""

    def __init__(
        self, store: Archive, wanted: Sequence[str], streams: Sequence[str], rate: float, *, is_live: bool
    ) -> None:
        self._store, self._wanted, self._streams, self._rate = store, tuple(wanted), tuple(streams), rate
        self._is_live, self._generation = is_live, -1
        self._subjects: list[Subject] = []
        self._timelines: list[Timeline] = []
        self._together: Timeline | None = None
        self._new: NewMessages | None = None
        self._written: dict[str, pl.DataFrame] = {}

    @property
    def n_in(self) -> int:
        return sum(timeline.n_in for timeline in self._timelines)

    @property
    def n_about(self) -> int:
        return sum(timeline.n_about for timeline in self._timelines)

    def count(self) -> dict[str, int]:
        """Return the number of alerts by subject."""
        names = [name for rows in self._written.values() for name in rows["subject"].to_list()]
        return dict(Counter(names).most_common())

    def look_back(self, progress: Progress) -> None:
        """Go through all messages in order of time and write the alerts."""
        from hubbub.commands.buzz_messages import NewMessages, read_timelines
        from hubbub.commands.buzz_subjects import choose_subjects
        from hubbub.commands.buzz_timeline import Timeline
        from hubbub.commands.prepare import need_prepared
        from hubbub.commands.sentiment import score_sentiment
        from hubbub.store.views import choose_streams

        self._generation = self._store.generation
        chosen = choose_streams(self._store, self._streams)
        need_prepared(self._store, chosen, progress)
        score_sentiment(self._store, chosen, progress=progress)
        self._subjects = choose_subjects(self._store, self._wanted, chosen)
        self._new = NewMessages(self._store, chosen, self._followed()) if self._is_live else None
        self._timelines, self._together, self._written = [], None, {}
        for messages, has_clock in read_timelines(self._store, chosen, self._followed()):
            timeline = Timeline(self._subjects, self._rate, has_clock=has_clock)
            self._timelines.append(timeline)
            self._together = timeline if has_clock else self._together
            timeline.add(messages, progress)
        if self.n_in and self._wanted and not self.n_about and not self._is_live:
            raise HubbubError(
                f"No message is about {', '.join(self._wanted)}. A phrase must stand in the text as it is written."
            )
        self._write(chosen)

    def go_on(self, progress: Progress) -> None:
        """Take in the messages that came since, and write the alerts that changed."""
        import polars as pl

        from hubbub.commands.buzz_timeline import Timeline
        from hubbub.store.views import choose_streams

        generation = self._store.generation
        if generation == self._generation or self._new is None:
            return
        self._generation = generation
        chosen = choose_streams(self._store, self._streams)
        came = [rows for stream in chosen if (rows := self._new.read(stream)) is not None]
        if not came:
            return
        rows, before = pl.concat(came), self._alarms()
        if self._must_begin_anew(rows):
            self.look_back(progress)
        else:
            if self._together is None:
                self._together = Timeline(self._subjects, self._rate, has_clock=True)
                self._timelines.append(self._together)
            self._together.add(rows.sort("seconds", maintain_order=True), progress)
            self._write(chosen)
        for stream, subject, at in sorted(self._alarms() - before):
            _log.warning("Bad buzz about %s in stream %s, %.0f s in: see hubbub alerts", subject, stream, at)

    def _must_begin_anew(self, rows: pl.DataFrame) -> bool:
        """Return whether these messages cannot just be added: some have no moment, or what is watched is not the same.

        Also where a message is gone, as one of a viewer who is forgotten: nothing of it may be written again.
        """
        known = {subject.value for subject in self._subjects if subject.kind == "channel"}
        is_new_channel = not self._wanted and not set(rows["channel"].drop_nulls().unique()) <= known
        return bool(rows["sent_at"].null_count() or is_new_channel or (self._new is not None and self._new.has_lost))

    def _followed(self) -> frozenset[str]:
        """Return the streams of which a live theme is watched."""
        return frozenset(one.stream_id for one in self._subjects if one.kind == "live-theme" and one.stream_id)

    def _alarms(self) -> set[tuple[str, str, float]]:
        columns = ("stream_id", "subject", "alarm_seconds")
        return {row for rows in self._written.values() for row in rows.select(columns).iter_rows()}

    def _write(self, streams: Sequence[str]) -> None:
        """Write the alerts of each stream where they are not as they were written."""
        import polars as pl

        from hubbub.records import TABLES, empty_frame

        form = TABLES["alerts"]
        tables = [one.alerts(is_over=not self._is_live or one is not self._together) for one in self._timelines]
        found = pl.concat([empty_frame(form), *tables])
        rows = {
            stream: found.filter(pl.col("stream_id") == stream)
            .with_columns(alert_id=pl.int_range(pl.len(), dtype=pl.Int64))
            .select(list(form.columns))
            for stream in streams
        }
        changed = {
            stream: own
            for stream, own in rows.items()
            if stream not in self._written or not own.equals(self._written[stream])
        }
        if changed:
            with self._store.writing() as change:
                for stream, own in changed.items():
                    change.put("alerts", stream, own, {"subjects": list(self._wanted), "rate": self._rate})
        self._written |= changed
