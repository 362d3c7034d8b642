"""One stream that is over: its chat fetched page by page, kept raw, then parsed and admitted into the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hubbub.commands.collected import Known, Outcome, Parsed, keep_collected, make_head, parse_page
from hubbub.errors import HubbubError

if TYPE_CHECKING:
    from hubbub.collect.clients import Client
    from hubbub.collect.platforms import About
    from hubbub.store.archive import Archive, Change
    from hubbub.store.raw import RawPages

ENDS_EARLY = "the replay ends before the stream did"
_QUIET_SECONDS = 300.0
_QUIET_SPACINGS = 20.0
_SAME_SECONDS = 1.0


def collect_stream(
    store: Archive,
    client: Client,
    about: About,
    known: Known | None,
    count_page: Callable[[], object],
    *,
    is_update: bool = False,
) -> Outcome:
    """Fetch the chat of a stream that is over, from where an earlier try ended, and admit it.

    In an update, a replay that ended twice at the same place before the stream did is not fetched a third time.

    Raises
    ------
    ArchiveError
        When the archive refuses; a platform's refusal is in the outcome.
    """
    from hubbub.collect.replays import read_pages
    from hubbub.store.raw import RawPages, leave_stream

    problem = None
    with RawPages(store, about.platform, about.native_id) as raw:
        start = raw.last.get("following") if raw.last else None
        reached = raw.last.get("reached_seconds", 0.0) if raw.last and start else 0.0
        if is_update and start is None and len(raw.ends) > 1 and abs(raw.ends[-1] - raw.ends[-2]) < _SAME_SECONDS:
            why = f"{ENDS_EARLY}, and did so twice: at {_clock(raw.ends[-1])} of {_clock(about.duration_seconds)}"
            return Outcome(about.native_id, "skipped", why, about.title)
        # A try that fetched all and was killed before it was admitted needs no fetching.
        is_fetched = raw.last is not None and start is None and known is None
        try:
            for page in () if is_fetched else read_pages(client, about.platform, about.native_id, start):
                reached = max(reached, page.offset_seconds or 0.0)
                raw.append(make_head(about.url, page.following, reached), page.body)
                count_page()
        except HubbubError as error:
            problem = str(error)
        if raw.last is None:
            return Outcome(about.native_id, "failed", problem or "nothing came", about.title, is_problem=True)
        is_whole = raw.last.get("following") is None and problem is None
        outcome, gone = _admit_replay(store, about, known, raw, is_whole)
    leave_stream(store, about.platform, about.native_id, gone)
    if problem:
        outcome.outcome, outcome.is_problem = "failed", True
        outcome.why = f"{problem} ({outcome.n_rows:,} rows are kept; run again to go on)"
    elif known is not None and known.is_complete is False and not outcome.is_problem:
        outcome.outcome = "repaired"
    return outcome


def _admit_replay(
    store: Archive, about: About, known: Known | None, raw: RawPages, is_whole: bool
) -> tuple[Outcome, set[str]]:
    """Parse all pages of a stream and admit what is in them; return the names of forgotten viewers among them too."""
    from hubbub.store.admission import Admission
    from hubbub.store.viewers import forgotten_names

    parsed = Parsed(about.native_id, known.channel if known and known.channel else about.channel, about.platform)
    outcome, gone = Outcome(about.native_id, "fetched", title=about.title), set()
    with store.writing() as change:
        admission = Admission(store, change, about.native_id)
        for block in parsed.blocks(parse_page(about.platform, page.body) for page in raw.pages()):
            admission.admit(block)
            gone |= forgotten_names(store, change, block)
        is_complete, missing = judge_end(about.duration_seconds, parsed.reached, parsed.n_rows, is_whole)
        facts = {
            "title": about.title,
            "category": about.category,
            "url": about.url,
            "started_at": about.started_at,
            "is_complete": is_complete,
            "collected_at": datetime.now(UTC),
        }
        admission.describe(about.native_id, facts, platform=about.platform)
        admission.finish()
        outcome.n_rows, outcome.n_kept, outcome.n_repeated = parsed.n_rows, admission.n_kept, admission.n_repeated
        outcome.rejected = dict(admission.rejected) | parsed.reasons
        outcome.why = "; ".join([*filter(None, [missing]), *parsed.remarks])
        outcome.is_problem = is_complete is False
        for stream in admission.stream_ids:
            _keep_end_gap(change, stream, about.duration_seconds, parsed.reached, missing)
        keep_collected(
            change, about.url, f"{about.platform}-replay", admission.stream_ids, outcome,
            is_complete=is_complete, missing=missing, rejects=parsed.rejects,
        )  # fmt: skip
    return outcome, gone


def judge_end(
    duration_seconds: float | None, reached_seconds: float | None, n_messages: int, is_whole: bool
) -> tuple[bool | None, str | None]:
    """Return whether a replay is complete (None where nothing can tell), and what is missing.

    It is when its last page was had and the silence between its last message and the stream's end is at most
    ``_QUIET_SECONDS`` or ``_QUIET_SPACINGS`` times the mean time between two of its messages.

    Examples
    --------
    >>> judge_end(3600.0, 3590.0, 500, True), judge_end(3600.0, 1800.0, 500, True)
    ((True, None), (False, 'the replay ends before the stream did: at 0:30:00 of 1:00:00'))
    >>> judge_end(None, 1800.0, 500, True)
    (None, 'the platform does not say how long the stream was')
    """
    if not is_whole:
        return False, f"the fetching ended at {_clock(reached_seconds or 0.0)} of {_clock(duration_seconds)}"
    if not n_messages or reached_seconds is None:
        return None, "no message in it"
    if duration_seconds is None:
        return None, "the platform does not say how long the stream was"
    if duration_seconds - reached_seconds <= max(_QUIET_SECONDS, _QUIET_SPACINGS * duration_seconds / n_messages):
        return True, None
    return False, f"{ENDS_EARLY}: at {_clock(reached_seconds)} of {_clock(duration_seconds)}"


def _keep_end_gap(
    change: Change,
    stream: str,
    duration_seconds: float | None,
    reached_seconds: float | None,
    missing: str | None,
) -> None:
    """Write the gap at the end of a replay that ends early; take it away where it does not any more."""
    import polars as pl

    from hubbub.store.gaps import keep_gaps

    schema: dict[str, Any] = {"first_seconds": pl.Float64, "last_seconds": pl.Float64, "cause": pl.String}
    rows = []
    if missing and missing.startswith(ENDS_EARLY) and duration_seconds is not None and reached_seconds is not None:
        rows.append((reached_seconds, duration_seconds, ENDS_EARLY))
    keep_gaps(change, stream, pl.DataFrame(rows, schema=schema, orient="row"), instead_of=ENDS_EARLY)


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
