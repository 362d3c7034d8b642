"""Live chat → the journal, and from there into the archive's tables, until somebody ends it."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import ArchiveError, SourceError
from hubbub.reports import Report, Show, Watched, show_nothing

if TYPE_CHECKING:
    from hubbub.collect.live_sources import Gap, LiveSource
    from hubbub.records import RawRow
    from hubbub.store.archive import Archive
    from hubbub.store.journal import Journal

COMPACT_SECONDS = 20.0
"""So few rows wait that removing them, which touches most pages of their index, is soon done."""

NO_ARCHIVE = "none was made: nothing arrived"

_SHARE_COMPACTING = 0.1
_BATCH_SECONDS = 0.04
_SHOW_SECONDS = 0.25
_RATE_SECONDS = 60
_N_LAST, _N_GAPS, _N_NOTES = 20, 100, 200
_LAG_STEP_SECONDS = 0.005


def watch(
    archive: Archive | Path | str,
    targets: Sequence[str],
    *,
    minutes: float | None = None,
    server: str | None = None,
    ca_file: Path | None = None,
    show: Show = show_nothing,
) -> Report:
    """Collect live chat into the archive, until Ctrl-C.

    What arrives is on disk within a fraction of a second and in the archive's tables within half a minute or so; any
    number of readers may use them meanwhile. A connection that breaks is opened again, for ever; every stretch without
    one is kept as a gap (`hubbub table gaps`). A channel's stream is named after it and the time (UTC); a channel whose
    last message is younger than two hours goes on with its stream.

    Parameters
    ----------
    archive : Archive or path
        Where to keep the messages; made when it is missing.
    targets : sequence of str
        What to follow: twitch:CHANNEL, or the URL of a live stream; as many as you like.
    minutes : float, optional
        End after so many minutes.
    server : str, optional
        For Twitch behind a proxy or bouncer: ircs://HOST:PORT, or irc://HOST:PORT without TLS.
    ca_file : path, optional
        The certificate (PEM) by which that server is known.
    show : Show
        Called a few times a second with what is going on.

    Returns
    -------
    Report
        Messages received and kept; `details` has the streams, the channels with their messages, the gaps, the lag from
        the socket to the disk, what is missing (gaps, and silences that the stream's own rate does not explain), and
        what else was counted.

    Raises
    ------
    SourceError
        When nothing of it can be followed.
    """
    from hubbub.collect.live_sources import open_sources, read_server
    from hubbub.store.archive import is_archive, open_archive
    from hubbub.store.unused import remove_unused

    sources = open_sources(targets, read_server(server, ca_file) if server else None)
    is_new = not is_archive(archive)
    store = open_archive(archive, create=True)
    try:
        report = _watch(store, sources, minutes, show)
    finally:
        is_gone = is_new and remove_unused(store)
    return replace(report, details=report.details | {"archive": NO_ARCHIVE}) if is_gone else report


def _watch(store: Archive, sources: Sequence[LiveSource], minutes: float | None, show: Show) -> Report:
    from hubbub.commands.watched import find_ids, judge_watched
    from hubbub.store.compaction import compact, compact_left_over
    from hubbub.store.journal import Journal

    if left := compact_left_over(store).stream_ids:
        judge_watched(store, left)
    stop = threading.Event()
    watching = _Watching(store)
    with (
        Journal(store, batch_seconds=_BATCH_SECONDS, on_durable=watching.on_durable) as journal,
        _ended_by_signals(stop),
    ):
        watching.begin(journal)
        runs = [_Run(source, watching, stop) for source in sources]
        compacting = threading.Thread(target=_compact_now_and_then, args=(store, watching, stop), daemon=True)
        compacting.start()
        deadline = time.monotonic() + minutes * 60 if minutes is not None else float("inf")
        try:
            show(watching.state())
            while (
                any(run.thread.is_alive() for run in runs)
                and time.monotonic() < deadline
                and not stop.wait(_SHOW_SECONDS)
            ):
                show(watching.state())
        finally:
            stop.set()
            for run in runs:
                run.thread.join()
        watching.end()
    compacting.join()
    problems = [str(run.error) for run in runs if isinstance(run.error, SourceError)]
    for run in runs:
        if run.error is not None and (not isinstance(run.error, SourceError) or len(problems) == len(runs)):
            raise run.error
    try:
        compact(store)
        watching.missing = judge_watched(store, find_ids(store, watching.seen))
    except ArchiveError as error:
        problems.append(str(error))
    return watching.report(problems)


class _Run:
    """One source in its thread."""

    def __init__(self, source: LiveSource, watching: _Watching, stop: threading.Event) -> None:
        self.error: BaseException | None = None
        self._source, self._watching, self._stop = source, watching, stop
        self.thread = threading.Thread(target=self._run, name=f"hubbub-{source.platform}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._source.run(_Sink(self._watching, self._source.platform), self._stop)
        except BaseException as error:  # it is raised where the user can see it, when the others have ended
            self.error = error
            if not isinstance(error, SourceError):
                self._stop.set()


@dataclass(slots=True)
class _Channel:
    """What is counted of one channel."""

    n_rows: int = 0
    per_second: Counter[int] = field(default_factory=Counter)
    state: str = "not joined yet"


class _Watching:
    """The state of one watch, shared by its sources."""

    def __init__(self, store: Archive) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._started_at = datetime.now(UTC)
        self._journal: Journal | None = None
        self._streams: dict[tuple[str, str], str] = {}
        self._channels: dict[str, _Channel] = {}
        self.seen: set[tuple[str, str]] = set()
        self._waiting: deque[tuple[int, float, int]] = deque()
        self._lags: Counter[int] = Counter()
        self._worst: float | None = None
        self._gaps: deque[dict[str, str]] = deque(maxlen=_N_GAPS)
        self._n_gaps = 0
        self._notes: Counter[str] = Counter()
        self._last: deque[tuple[str, str]] = deque(maxlen=_N_LAST)
        self._n_received = 0
        self._handing = threading.RLock()
        self.missing: dict[str, list[str]] = {}

    def begin(self, journal: Journal) -> None:
        """Take the journal to write to."""
        self._journal = journal

    def put(self, platform: str, rows: Sequence[RawRow], received_at: float) -> None:
        """Have rows written; waits while the journal is behind."""
        journal, second = self._open_journal(), int(time.monotonic())
        for row in rows:
            row.stream_id = row.stream_id or self._stream(platform, row.channel or platform)
            self.seen.add((platform, row.stream_id))
        with self._lock:
            for row in rows:
                counts = self._channels.setdefault(row.channel or platform, _Channel())
                counts.n_rows += 1
                counts.per_second[second] += 1
            self._last.extend((row.channel or platform, row.text) for row in rows[-_N_LAST:] if row.text)
        with self._handing:
            with self._lock:
                # Before they are handed in: the disk may be faster than we are.
                self._n_received += len(rows)
                self._waiting.append((self._n_received, received_at, len(rows)))
            journal.append(rows)

    def gap(self, platform: str, gap: Gap) -> None:
        """Have a gap written."""
        begin, end = (datetime.fromtimestamp(at / 1e6, UTC) for at in (gap.started_at, gap.ended_at))
        stream = gap.stream_id or self._stream(platform, gap.channel)
        self._open_journal().add_gap(platform, gap.channel, stream, begin, end, gap.cause)
        lasted = f"{(end - begin).total_seconds():,.1f} s"
        told = {"channel": gap.channel, "from": f"{begin:%H:%M:%S} UTC", "lasted": lasted, "cause": gap.cause}
        with self._lock:
            self._n_gaps += 1
            self._gaps.append(told)

    def keep(self, platform: str, stream_id: str, body: bytes) -> None:
        """Keep an answer that could not be read in whole."""
        from hubbub.commands.watched import keep_raw

        try:
            keep_raw(self._store, platform, stream_id, body)
        except ArchiveError:
            self.note("answers that the disk refused to keep as they came")

    def note(self, what: str, n: int = 1) -> None:
        """Count something."""
        with self._lock:
            self._notes[what if what in self._notes or len(self._notes) < _N_NOTES else "others"] += n

    def status(self, channel: str, what: str) -> None:
        """Take how it is with a channel."""
        with self._lock:
            self._channels.setdefault(channel, _Channel()).state = what

    def on_durable(self, sequence: int, at: float) -> None:
        """Take note that every row up to this one is on disk."""
        with self._lock:
            while self._waiting and self._waiting[0][0] <= sequence:
                _, received_at, n_rows = self._waiting.popleft()
                lag = at - received_at
                self._lags[min(int(lag / _LAG_STEP_SECONDS), 100_000)] += n_rows
                self._worst = max(self._worst or 0.0, lag)

    def end(self) -> None:
        """Say until when the streams were followed; the journal is about to be closed."""
        journal, now = self._open_journal(), datetime.now(UTC)
        for platform, stream in self.seen:
            journal.describe(platform, stream, {"collected_at": now.isoformat()})

    def state(self) -> Watched:
        """Return what is going on."""
        journal, now = self._open_journal(), time.monotonic()
        with self._lock:
            seconds = range(int(now) - _RATE_SECONDS, int(now))
            channels = {}
            for name, counts in self._channels.items():
                counts.per_second = Counter({s: n for s, n in counts.per_second.items() if s >= seconds[0]})
                recent = sum(counts.per_second[second] for second in seconds)
                channels[name] = (counts.n_rows, recent, counts.state)
            per_second = [sum(counts.per_second[s] for counts in self._channels.values()) for s in seconds]
            return Watched(
                seconds=now - self._started,
                n_received=self._n_received,
                n_durable=journal.durable_sequence,
                n_waiting=max(self._n_received - journal.durable_sequence, 0),
                per_second=per_second,
                lag_seconds=self._lag(0.99),
                worst_lag_seconds=self._worst,
                gaps=[", ".join(gap.values()) for gap in list(self._gaps)[-3:]],
                n_gaps=self._n_gaps,
                channels=channels,
                last=list(self._last),
                notes=dict(self._notes),
                health=journal.health,
            )

    def report(self, problems: list[str]) -> Report:
        """Return what was done."""
        journal = self._open_journal()
        lag = {"half": self._lag(0.5), "99 of 100": self._lag(0.99), "all": self._worst}
        return Report(
            "watch",
            n_in=self._n_received,
            n_kept=journal.n_acknowledged - journal.n_repeated,
            n_repeated=journal.n_repeated,
            rejected={"viewer was forgotten": journal.n_refused} if journal.n_refused else {},
            seconds=time.monotonic() - self._started,
            problems=tuple(problems),
            details={
                "streams": sorted({stream for _, stream in self.seen}),
                "channels": {name: counts.n_rows for name, counts in sorted(self._channels.items())},
                "n_gaps": self._n_gaps,
                "gaps": list(self._gaps),
                "on_disk_within_seconds": {name: round(value, 3) for name, value in lag.items() if value is not None},
                "missing": self.missing,
                "notes": dict(self._notes.most_common()),
            },
        )

    def _lag(self, share: float) -> float | None:
        """Return the lag that a share of the messages did not exceed, rounded up to 5 ms."""
        left = share * self._lags.total()
        for step, count in sorted(self._lags.items()):
            left -= count
            if left <= 0:
                return (step + 1) * _LAG_STEP_SECONDS
        return None

    def _stream(self, platform: str, channel: str) -> str:
        """Return the name of the stream of a channel: the one that goes on, or a new one."""
        known = self._streams.get((platform, channel))
        if known is None:
            with self._handing:
                known = self._streams.get((platform, channel)) or self._open_stream(platform, channel)
        return known

    def _open_stream(self, platform: str, channel: str) -> str:
        from hubbub.collect.live_sources import Gap
        from hubbub.commands.watched import find_stream

        name, followed_until = find_stream(self._store, platform, channel, self._started_at)
        self._streams[platform, channel] = name
        if followed_until is not None:
            begin, end = (round(at.timestamp() * 1e6) for at in (followed_until, self._started_at))
            cause = "hubbub was not running"
            self.gap(platform, Gap(channel=channel, started_at=begin, ended_at=end, cause=cause, stream_id=name))
        return name

    def _open_journal(self) -> Journal:
        if self._journal is None:
            raise ValueError("begin comes first")
        return self._journal


class _Sink:
    """What one source is given to put its findings into."""

    def __init__(self, watching: _Watching, platform: str) -> None:
        self._platform = platform
        self._watching = watching
        self.note, self.status = watching.note, watching.status
        self.keep = partial(watching.keep, platform)

    def put(self, rows: Sequence[RawRow], received_at: float) -> None:
        self._watching.put(self._platform, rows, received_at)

    def gap(self, gap: Gap) -> None:
        self._watching.gap(self._platform, gap)


def _compact_now_and_then(store: Archive, watching: _Watching, stop: threading.Event) -> None:
    """Move rows into the tables every 20 seconds; less often where it takes long."""
    from hubbub.store.compaction import compact

    pause = COMPACT_SECONDS
    while not stop.wait(pause):
        begin = time.monotonic()
        try:
            compact(store)
        except ArchiveError:
            watching.note("times that the tables were busy; the journal keeps the rows")
        pause = max(COMPACT_SECONDS, (time.monotonic() - begin) / _SHARE_COMPACTING)


@contextmanager
def _ended_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C, and who asks this process to end, end the watch in order; a second time, at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
