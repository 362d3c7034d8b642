"""An account or a search of X: its posts fetched page by page, kept raw, then parsed and admitted into the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hubbub.commands.collected import Outcome, Parsed, keep_collected, make_head, parse_page
from hubbub.errors import HubbubError

if TYPE_CHECKING:
    from hubbub.collect.platforms import Target
    from hubbub.collect.posts import Posts
    from hubbub.store.archive import Archive
    from hubbub.store.raw import RawPages


def collect_posts(store: Archive, posts: Posts, target: Target, count_page: Callable[[], object]) -> Outcome:
    """Fetch what an account or a search has of new posts, and admit it.

    An earlier try that ended in the middle is ended first, back to where it was to go; then what came since is fetched.

    Raises
    ------
    ArchiveError
        When the archive refuses; a refusal of X is in the outcome.
    """
    from hubbub.store.raw import RawPages, leave_stream

    problem, notes = None, []
    gone: set[str] = set()
    with RawPages(store, "x", target.url) as raw:
        for _ in range(2):
            start = raw.last.get("following") if raw.last else None
            since_id, n_before = _newest_post(store, target)
            first = raw.n_finished
            try:
                for page in posts.read_pages(target, since_id, start):
                    raw.append(make_head(target.url, page.following, 0.0), page.body)
                    notes += [page.note] if page.note else []
                    count_page()
            except HubbubError as error:
                problem = str(error)
            if raw.last is None:
                return Outcome(target.name, "failed", problem or "nothing came", is_problem=True)
            outcome = _admit_posts(store, target, raw, first, gone, missing_of(problem, notes))
            if problem or start is None:
                break
    leave_stream(store, "x", target.url, gone)
    if problem:
        outcome.outcome, outcome.is_problem = "failed", True
        outcome.why = f"{problem} ({outcome.n_kept:,} new posts are kept)"
    elif not outcome.n_kept and n_before:
        outcome.outcome, outcome.why = "skipped", "nothing new"
    return outcome


def _admit_posts(
    store: Archive, target: Target, raw: RawPages, first: int, gone: set[str], missing: str | None
) -> Outcome:
    """Parse the pages from ``first`` on and admit what is in them; add the names of forgotten viewers to ``gone``."""
    from hubbub.store.admission import Admission
    from hubbub.store.viewers import forgotten_names

    parsed = Parsed(target.name, target.name, "x")
    title = f"@{target.name} on X" if target.kind == "account" else f"Search on X: {target.name}"
    outcome = Outcome(target.name, "fetched", missing or "", title)
    with store.writing() as change:
        admission = Admission(store, change, target.name)
        for block in parsed.blocks(parse_page("x", page.body) for page in raw.pages(first)):
            admission.admit(block)
            gone |= forgotten_names(store, change, block)
        facts = {"title": title, "url": target.url, "is_complete": not missing, "collected_at": datetime.now(UTC)}
        admission.describe(target.name, facts, platform="x")
        admission.finish()
        outcome.n_rows, outcome.n_kept, outcome.n_repeated = parsed.n_rows, admission.n_kept, admission.n_repeated
        outcome.rejected = dict(admission.rejected)
        keep_collected(
            change, target.url, "x-posts", admission.stream_ids, outcome, is_complete=not missing, missing=missing
        )
    return outcome


def missing_of(problem: str | None, notes: list[str]) -> str | None:
    """Return what is missing of an account's posts, in one line, or None."""
    return "; ".join(dict.fromkeys([*notes, *(["the fetching ended early"] if problem else [])])) or None


def _newest_post(store: Archive, target: Target) -> tuple[str | None, int]:
    """Return the greatest id among the posts that the archive has, and how many it has; ids grow with time."""
    import polars as pl

    streams = store.read("streams").filter((pl.col("platform") == "x") & (pl.col("native_id") == target.name))
    posts = store.read("messages", streams["stream_id"].to_list(), ["message_id"])["message_id"]
    ids = [int(one) for one in posts if one.isascii() and one.isdecimal()]
    return (str(max(ids)) if ids else None), len(posts)
