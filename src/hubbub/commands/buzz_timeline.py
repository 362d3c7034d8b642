"""Messages in one order of time → the alerts about what is watched in them, as rows of their table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hubbub.reports import Progress, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.analyze.buzz_watch import Alert, BuzzWatch, Opinion
    from hubbub.commands.buzz_subjects import Subject

_N_EVIDENCE = 5
_N_THEMES = 3
_ROWS_AT_ONCE = 10_000
_MOST_CHUNKS = 100


class Timeline:
    """Messages that came so far, watched in their order.

    Parameters
    ----------
    subjects : sequence of Subject
    false_alarms_per_hour : float
        Over all subjects together.
    has_clock : bool
        Its seconds are since the epoch, not since a stream began.

    Attributes
    ----------
    n_in, n_about : int
        Messages, and those about a subject.
    """

    def __init__(self, subjects: Sequence[Subject], false_alarms_per_hour: float, *, has_clock: bool) -> None:
        self.n_in = self.n_about = 0
        self._subjects, self._rate, self._has_clock = subjects, false_alarms_per_hour, has_clock
        self._about: pl.DataFrame | None = None
        self._watch: BuzzWatch | None = None
        self._bin_seconds, self._n_when_chosen = 0.0, 0
        self._over: dict[int, dict[str, Any]] = {}

    def add(self, messages: pl.DataFrame, progress: Progress = no_progress) -> None:
        """Take in messages in order of time, none long before those that were taken in."""
        import polars as pl

        if messages.is_empty():
            return
        about = messages.with_columns(subjects=_subjects_of(messages, self._subjects))
        about = about.filter(pl.col("subjects").list.len() > 0)
        first, self.n_in = self.n_about, self.n_in + messages.height
        self._about = about if self._about is None else self._about.vstack(about)
        if self._about.n_chunks() > _MOST_CHUNKS:
            self._about = self._about.rechunk()
        self.n_about = self._about.height
        watch, first = self._choose_watch(self._about, first)
        for start in range(first, self.n_about, _ROWS_AT_ONCE):
            progress("watching", start, self.n_about)
            watch.add(_opinions(self._about.slice(start, _ROWS_AT_ONCE), start))
        progress("watching", self.n_about, self.n_about)
        if self.n_about:
            watch.advance(messages["seconds"][-1])

    def alerts(self, *, is_over: bool) -> pl.DataFrame:
        """Return the alerts, not yet numbered; each belongs to the stream of its evidence.

        Parameters
        ----------
        is_over : bool
            Nothing more comes, so the bin under way counts too.
        """
        import polars as pl

        from hubbub.records import TABLES

        form = TABLES["alerts"].columns
        if self._watch is None or self._about is None:
            return pl.DataFrame(schema=form)
        if is_over:
            self._watch.finish()
        rows = []
        for alert in self._watch.alerts():
            row = self._over.get(id(alert)) or self._describe(self._about, alert)
            if alert.end_seconds is not None:  # it does not change any more
                self._over[id(alert)] = row
            rows.append(row)
        return pl.DataFrame(rows, schema=form)

    def _choose_watch(self, about: pl.DataFrame, first: int) -> tuple[BuzzWatch, int]:
        """Return the watch, anew where bins of other length are due, and the first message that it was not told."""
        from hubbub.analyze.buzz_watch import BuzzWatch, choose_bin

        if self._watch is not None and about.height < 2 * self._n_when_chosen:
            return self._watch, first
        self._n_when_chosen = about.height
        # By the busiest subject's first fifth, since only the past may decide.
        early = about.head(max(200, about.height // 5))
        n_most = early["subjects"].explode().value_counts()["count"].max() if early.height else 0
        seconds = early["seconds"][-1] - early["seconds"][0] if early.height else 0.0
        bin_seconds = choose_bin(int(n_most) if isinstance(n_most, int) else 0, seconds)
        if self._watch is not None and bin_seconds == self._bin_seconds:
            return self._watch, first
        self._bin_seconds, self._over = bin_seconds, {}
        self._watch = BuzzWatch(
            len(self._subjects), bin_seconds=bin_seconds, false_alarms_per_hour=self._rate, has_clock=self._has_clock
        )
        return self._watch, 0

    def _describe(self, about: pl.DataFrame, alert: Alert) -> dict[str, Any]:
        """Return an alert as a row of the table, not yet numbered."""
        from datetime import UTC, datetime

        import polars as pl

        from hubbub.analyze.buzz import looks_per_hour, probability

        mine = about[alert.numbers]
        stream = mine["stream_id"].mode().sort()[0]
        offset = 0.0
        if self._has_clock:
            here = mine.filter(pl.col("stream_id") == stream, pl.col("offset_seconds").is_not_null())
            offset = here["seconds"][0] - here["offset_seconds"][0] if here.height else mine["seconds"][0]
        moment = datetime.fromtimestamp(alert.start_seconds, tz=UTC) if self._has_clock else None
        return {
            "stream_id": stream,
            "alert_id": 0,
            "subject": self._subjects[alert.subject].name,
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
            "probability": float(probability(alert.chance, looks_per_hour(self._bin_seconds))),
            "chance_per_hour": alert.chance * looks_per_hour(self._bin_seconds),
            "themes": _themes_of(mine, about.filter(pl.col("seconds") < alert.start_seconds, "is_negative")),
            "evidence": _evidence(mine),
        }


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


def _opinions(rows: pl.DataFrame, first: int) -> list[Opinion]:
    from hubbub.analyze.buzz_watch import Opinion

    columns = ("seconds", "viewer_id", "text_id", "is_negative", "subjects")
    return [Opinion(first + i, *row) for i, row in enumerate(rows.select(columns).iter_rows())]


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
