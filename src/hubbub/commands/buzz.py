"""Messages with their sentiment → bad-buzz alerts of brands, hashtags, channels and themes, live or looking back."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.analyze.buzz_watch import Alert, Opinion
    from hubbub.commands.buzz_subjects import Subject
    from hubbub.store.archive import Archive

_N_EVIDENCE = 5
_N_THEMES = 3


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
    time, as if it were live; with --every-seconds it goes on with what `hubbub watch` or `hubbub collect` bring.
    Messages without a sentiment are scored first. See `hubbub alerts`.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    subjects : sequence of str
        A word or phrase (a brand), "#hashtag", "channel:NAME", or "theme:ID" of one stream; by default each channel,
        and the themes of each stream.
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
    pause, seen = threading.Event(), -1
    found: _Found | None = None
    try:
        while True:
            if every_seconds and found is not None:
                compact(store)
            if store.generation != seen:
                found = _look(store, subjects, streams, false_alarms_per_hour, progress)
                seen = store.generation
            if not every_seconds or time.perf_counter() >= deadline:
                break
            pause.wait(min(every_seconds, max(0.0, deadline - time.perf_counter())))
    except KeyboardInterrupt:
        pass  # each look writes what it found
    found = found or _Found(0, 0, {})
    return Report(
        "watch-buzz",
        n_in=found.n_in,
        n_kept=found.n_about,
        seconds=time.perf_counter() - started,
        details={"alerts": found.alerts, "false_alarms_per_hour": false_alarms_per_hour},
    )


class _Found:
    def __init__(self, n_in: int, n_about: int, alerts: dict[str, int]) -> None:
        self.n_in, self.n_about, self.alerts = n_in, n_about, alerts


def _look(store: Archive, wanted: Sequence[str], streams: Sequence[str], rate: float, progress: Progress) -> _Found:
    """Go through all messages in order of time and write the alerts of each stream."""
    import polars as pl

    from hubbub.commands.buzz_subjects import choose_subjects
    from hubbub.commands.prepare import need_prepared
    from hubbub.commands.sentiment import score_sentiment
    from hubbub.records import TABLES
    from hubbub.store.views import choose_streams

    chosen = choose_streams(store, streams)
    need_prepared(store, chosen, progress)
    score_sentiment(store, chosen, progress=progress)
    subjects = choose_subjects(store, wanted, chosen)
    n_in = n_about = 0
    counts: dict[str, int] = {}
    rows: list[pl.DataFrame] = []
    for messages, has_clock in _timelines(store, chosen):
        n_in += messages.height
        about = messages.with_columns(subjects=_subjects_of(messages, subjects))
        about = about.filter(pl.col("subjects").list.len() > 0)
        n_about += about.height
        alerts, bin_seconds = _watch(about, len(subjects), rate, has_clock=has_clock, progress=progress)
        rows.append(_describe(about, alerts, subjects, bin_seconds, has_clock=has_clock))
        for alert in alerts:
            name = subjects[alert.subject].name
            counts[name] = counts.get(name, 0) + 1
    if n_in and wanted and not n_about:
        raise HubbubError(f"No message is about {', '.join(wanted)}. A phrase must stand in the text as it is written.")
    form = TABLES["alerts"]
    found = pl.concat(rows) if rows else pl.DataFrame(schema=form.columns)
    with store.writing() as change:
        for stream in chosen:
            own = found.filter(pl.col("stream_id") == stream).with_columns(
                alert_id=pl.int_range(pl.len(), dtype=pl.Int64)
            )
            change.put("alerts", stream, own.select(list(form.columns)), {"subjects": list(wanted), "rate": rate})
    return _Found(n_in, n_about, counts)


def _timelines(store: Archive, streams: Sequence[str]) -> list[tuple[pl.DataFrame, bool]]:
    """Return messages in order of time: those with moments together, each stream without them alone."""
    import polars as pl

    from hubbub.records import TOPICAL_TYPES

    dated: list[pl.DataFrame] = []
    alone: list[tuple[pl.DataFrame, bool]] = []
    for stream in streams:
        columns = ["stream_id", "message_id", "channel", "viewer_id", "sent_at", "offset_seconds", "kind", "text"]
        messages = store.read("messages", [stream], columns).filter(pl.col("kind").is_in(["message", "donation"]))
        prepared = store.read("prepared", [stream], ["message_id", "text_id", "message_type"])
        moods = store.read("sentiment", [stream], ["message_id", "label", "p_negative"])
        topics = store.read("message_topics", [stream], ["message_id", "theme_id"])
        said = pl.col("message_type").is_in([*TOPICAL_TYPES, "reaction", "greeting", "emote_only", "copypasta"])
        rows = (
            messages.join(prepared.filter(said), on="message_id", maintain_order="left")
            .filter(pl.col("text_id").is_not_null())
            .join(moods, on="message_id", how="left", maintain_order="left")
            .join(topics, on="message_id", how="left", maintain_order="left")
            .with_columns(
                # Groans and emotes are voices, but what is said against something is said in words.
                is_negative=(pl.col("label") == "negative").fill_null(value=False)
                & pl.col("message_type").is_in(TOPICAL_TYPES)
            )
        )
        if rows["sent_at"].null_count():
            rows = rows.with_columns(seconds=pl.col("offset_seconds")).filter(pl.col("seconds").is_not_null())
            alone.append((rows.sort("seconds", maintain_order=True), False))
        else:
            dated.append(rows.with_columns(seconds=pl.col("sent_at").dt.epoch("us") / 1e6))
    together = [(pl.concat(dated).sort("seconds", maintain_order=True), True)] if dated else []
    return together + alone


def _subjects_of(messages: pl.DataFrame, subjects: Sequence[Subject]) -> pl.Series:
    """Return a list of subject numbers for each message."""
    import polars as pl

    found = messages.select(
        pl.concat_list(
            pl.when(subject.is_about().fill_null(value=False)).then(pl.lit(number, pl.Int64))
            for number, subject in enumerate(subjects)
        )
        .list.drop_nulls()
        .alias("subjects")
    )
    return found["subjects"]


def _watch(
    about: pl.DataFrame, n_subjects: int, rate: float, *, has_clock: bool, progress: Progress
) -> tuple[list[Alert], float]:
    from hubbub.analyze.buzz_watch import BuzzWatch, choose_bin

    if not about.height:
        return [], choose_bin(0, 0.0)
    # By the busiest subject's first fifth, since only the past may decide.
    early = about.head(max(200, about.height // 5))
    n_most = early["subjects"].explode().value_counts()["count"].max()
    seconds = early["seconds"][-1] - early["seconds"][0]
    bin_seconds = choose_bin(int(n_most) if isinstance(n_most, int) else 0, seconds)
    watch = BuzzWatch(n_subjects, bin_seconds=bin_seconds, false_alarms_per_hour=rate, has_clock=has_clock)
    for start in range(0, about.height, 10_000):
        progress("watching", start, about.height)
        watch.add(_opinions(about.slice(start, 10_000), start))
    progress("watching", about.height, about.height)
    return watch.finish(), bin_seconds


def _opinions(rows: pl.DataFrame, first: int) -> list[Opinion]:
    from hubbub.analyze.buzz_watch import Opinion

    columns = ("seconds", "viewer_id", "text_id", "is_negative", "subjects")
    return [Opinion(first + i, *row) for i, row in enumerate(rows.select(columns).iter_rows())]


def _describe(
    about: pl.DataFrame, alerts: Sequence[Alert], subjects: Sequence[Subject], bin_seconds: float, *, has_clock: bool
) -> pl.DataFrame:
    """Return the alerts as rows of their table, not yet numbered; each belongs to the stream of its evidence."""
    from datetime import UTC, datetime

    import polars as pl

    from hubbub.analyze.buzz import looks_per_hour, probability
    from hubbub.records import TABLES

    rows: list[dict[str, Any]] = []
    for alert in alerts:
        mine = about[alert.numbers]
        stream = mine["stream_id"].mode().sort()[0]
        offset = 0.0
        if has_clock:
            here = mine.filter(pl.col("stream_id") == stream, pl.col("offset_seconds").is_not_null())
            offset = here["seconds"][0] - here["offset_seconds"][0] if here.height else mine["seconds"][0]
        moment = datetime.fromtimestamp(alert.start_seconds, tz=UTC) if has_clock else None
        rows.append(
            {
                "stream_id": stream,
                "alert_id": 0,
                "subject": subjects[alert.subject].name,
                "started_at": moment,
                "start_seconds": alert.start_seconds - offset,
                "alarm_seconds": alert.alarm_seconds - offset,
                "end_seconds": None if alert.end_seconds is None else alert.end_seconds - offset,
                "n_negative": alert.n_negative,
                "n_voices": alert.n_voices,
                "n_viewers": mine["viewer_id"].drop_nulls().n_unique() + mine["viewer_id"].null_count(),
                "expected": round(alert.expected, 2),
                "negative_share": alert.n_negative / max(alert.n_voices, 1),
                "usual_share": alert.usual_share,
                "novelty": alert.novelty,
                "probability": float(probability(alert.chance, looks_per_hour(bin_seconds))),
                "chance_per_hour": alert.chance * looks_per_hour(bin_seconds),
                "themes": _themes_of(mine, about.filter(pl.col("seconds") < alert.start_seconds, "is_negative")),
                "evidence": _evidence(mine),
            }
        )
    return pl.DataFrame(rows, schema=TABLES["alerts"].columns)


def _themes_of(mine: pl.DataFrame, before: pl.DataFrame) -> list[int]:
    """Return the themes that the negative voices have more of than those before, most surprising first."""
    from hubbub.analyze.reasons import over_represented

    here, there = (
        {str(theme): n for theme, n in rows["theme_id"].drop_nulls().value_counts().rows()} for rows in (mine, before)
    )
    return [int(found.name) for found in over_represented(here, there, mine.height, before.height)[:_N_THEMES]]


def _evidence(mine: pl.DataFrame) -> list[str]:
    """Return the most negative messages, of different viewers that say different things."""
    import polars as pl

    rows = mine.with_columns(who=pl.coalesce("viewer_id", "message_id")).sort("p_negative", descending=True)
    rows = rows.unique("who", keep="first", maintain_order=True).unique("text_id", keep="first", maintain_order=True)
    return rows["message_id"].head(_N_EVIDENCE).to_list()
