"""Channels, streams and accounts of YouTube, Twitch and X → their chats and posts in the archive."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.commands.collected import Known, Outcome, failed, keep_collected
from hubbub.commands.posts import collect_posts
from hubbub.commands.replays import collect_stream
from hubbub.errors import HubbubError, SourceError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    from hubbub.collect.clients import Client
    from hubbub.collect.platforms import About, Target
    from hubbub.collect.posts import Posts
    from hubbub.store.archive import Archive

_NO_CHAT = "it has no chat replay"
_WAITING = {
    "live": "it is live: hubbub watch collects it now, collect when it is over",
    "upcoming": "it has not begun",
    "ended just now": "it ended just now, and its replay is not ready",
    "unknown": "it was no live stream, or YouTube does not say so",
}


def collect(
    archive: Archive | Path | str,
    sources: Sequence[str] = (),
    *,
    update: bool = False,
    limit: int | None = None,
    token_file: Path | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Fetch chat replays of YouTube and Twitch, and posts of X, into the archive.

    A source is a channel, a stream, `x:ACCOUNT`, `"x:search QUERY"`, or a list of them (.ods, .xlsx, .csv, .toml;
    `hubbub export streams` writes one). What a platform sends is kept as it came, in the archive's `private` folder,
    before it is read; a fetching that is interrupted goes on where it was. Streams that the archive has whole are
    skipped; those that are live, upcoming, private or without a chat are skipped too, with the reason. A replay that
    ends before its stream did is never called complete. X needs your own bearer token, from --token-file or the
    environment (HUBBUB_X_TOKEN); it is not kept.

    Parameters
    ----------
    archive : Archive or path
        Where to keep the messages; made when it is missing.
    sources : sequence of str
        Channels, streams, accounts, searches or lists.
    update : bool
        Also look again at every channel, account and search that was collected before, and fetch what is new of
        them, and what is missing of streams that ended early.
    limit : int, optional
        At most so many of the newest streams of each channel.
    token_file : Path, optional
        A file that holds the bearer token for X, and that only you can read.
    progress : Progress
        Called with the streams of a channel, and with the pages fetched.

    Returns
    -------
    Report
        Rows in, kept, repeated; `details` has a row for each stream: fetched, repaired, skipped or failed, and why.

    Raises
    ------
    SourceError
        When a source is none of these, or nothing was given.
    """
    started = time.perf_counter()
    if limit is not None and limit < 1:
        raise HubbubError(f"--limit must be at least 1; it was {limit}.")
    collector = _Collector(archive, limit, token_file, progress)
    targets = collector.read(sources)
    if update:
        targets = list(dict.fromkeys([*targets, *collector.remembered()]))
    if not targets:
        again = "nothing was collected before" if update else "nothing was given"
        raise SourceError(
            f"collect needs a channel, a stream, an account or a list; {again}. See: hubbub collect --help"
        )
    try:
        for target in targets:
            collector.collect(target, is_update=update)
    finally:
        collector.close()
    if collector.store is None and collector.problems:
        raise SourceError("\n".join(collector.problems))
    return _report(collector, time.perf_counter() - started)


def _report(collector: _Collector, seconds: float) -> Report:
    outcomes = collector.outcomes
    rejected: dict[str, int] = {}
    for outcome in outcomes:
        for reason, count in outcome.rejected.items():
            rejected[reason] = rejected.get(reason, 0) + count
    counts = {
        name: sum(one.outcome == name for one in outcomes) for name in ("fetched", "repaired", "skipped", "failed")
    }
    # What is to be looked at comes first.
    order = ("failed", "repaired", "fetched", "skipped")
    rows = [one.as_row() for one in sorted(outcomes, key=lambda one: order.index(one.outcome))]
    problems = [f"{one.stream}: {one.why.removeprefix(f'{one.stream}: ')}" for one in outcomes if one.is_problem]
    return Report(
        "collect",
        n_in=sum(one.n_rows for one in outcomes),
        n_kept=sum(one.n_kept for one in outcomes),
        n_repeated=sum(one.n_repeated for one in outcomes),
        rejected=rejected,
        seconds=seconds,
        problems=(*problems, *collector.problems),
        details={**{name: count for name, count in counts.items() if count}, "streams": rows, "notes": collector.notes},
    )


class _Collector:
    """One run: the archive and the clients, opened when they are needed, and what became of each stream."""

    def __init__(
        self, archive: Archive | Path | str, limit: int | None, token_file: Path | None, progress: Progress
    ) -> None:
        self.store: Archive | None = None
        self.outcomes: list[Outcome] = []
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._archive, self._limit, self._token_file, self._progress = archive, limit, token_file, progress
        self._client: Client | None = None
        self._posts: Posts | None = None
        self._n_pages = 0
        self._is_new = False
        self._seen: set[tuple[str, str]] = set()

    def read(self, sources: Sequence[str]) -> list[Target]:
        """Return what the sources name; nothing is fetched before all of them are understood."""
        from hubbub.collect.lists import is_list, read_list
        from hubbub.collect.platforms import read_target

        targets: list[Target] = []
        for source in [sources] if isinstance(sources, str) else sources:
            if not is_list(str(source)):
                targets.append(read_target(str(source)))
                continue
            found = read_list(Path(source))
            targets += found.targets
            if found.unread:
                more = f" and {len(found.unread) - 3} more" if len(found.unread) > 3 else ""
                self.problems.append(
                    f"{source}: {', '.join(found.unread[:3])}{more}: no address that is known; left out"
                )
        return list(dict.fromkeys(targets))

    def remembered(self) -> list[Target]:
        """Return the channels, accounts and searches collected before, and the streams that are not whole."""
        import polars as pl

        from hubbub.collect.platforms import read_target

        sources = self._open(create=False).read("sources")
        formats = ["channel", "x-posts"]
        urls = sources.filter(pl.col("format").is_in(formats))["name"].to_list()
        parts = pl.col("format").str.ends_with("-replay") & (pl.col("verdict") == "incomplete")
        return [read_target(url) for url in (*urls, *sources.filter(parts)["name"])]

    def collect(self, target: Target, *, is_update: bool) -> None:
        """Collect one target; what fails is noted, and the others go on."""
        try:
            if target.platform == "x":
                self._collect_posts(target)
            elif target.kind == "stream":
                self._collect_stream(target.platform, target.name, is_update=is_update)
            else:
                self._collect_channel(target, is_update=is_update)
        except SourceError as error:
            self.problems.append(str(error))

    def close(self) -> None:
        """Let go of the connections, and of an archive that was made for nothing."""
        if self._client is not None:
            self._client.close()
        if self._is_new and self.store is not None:
            from hubbub.store.unused import remove_unused

            remove_unused(self.store)

    def _collect_channel(self, target: Target, *, is_update: bool) -> None:
        from hubbub.collect.platforms import list_streams

        listed: list[About] = []
        problem = None
        try:
            for about in list_streams(self._ask(), target):
                listed.append(about)
                self._progress(f"listing {target.name}", len(listed))
                if len(listed) == self._limit:
                    break
        except SourceError as error:
            if not listed:
                raise
            problem = f"{error} The streams listed before are collected."
        if not listed:
            raise SourceError(f"{target.url}: the channel has no streams.")
        for place, about in enumerate(listed):
            self._progress(f"streams of {target.name}", place, len(listed))
            self._collect_stream(about.platform, about.native_id, about, is_update=is_update)
        self._progress(f"streams of {target.name}", len(listed), len(listed))
        with self._open().writing() as change:
            outcome = Outcome(target.name, "fetched", n_rows=len(listed))
            keep_collected(change, target.url, "channel", [], outcome, missing=problem)
        if problem:
            self.problems.append(problem)

    def _collect_stream(self, platform: str, name: str, listed: About | None = None, *, is_update: bool) -> None:
        if (platform, name) in self._seen:
            return
        self._seen.add((platform, name))
        self.outcomes.append(self._try_stream(platform, name, listed, is_update=is_update))

    def _try_stream(self, platform: str, name: str, listed: About | None, *, is_update: bool) -> Outcome:
        from hubbub.collect.platforms import describe

        title = listed.title if listed else None
        known = self._known(platform, name)
        if known and known.is_complete:
            return Outcome(name, "skipped", f"the archive has it whole ({known.n_messages:,} messages)", title)
        if listed and (reason := listed.refusal or _WAITING.get(listed.state if listed.state != "unknown" else "")):
            return Outcome(name, "skipped", reason, title)
        if is_update and listed and (reason := self._remembered_refusal(platform, name)):
            return Outcome(name, "skipped", reason, title)
        try:
            about = describe(self._ask(), platform, name)
            if reason := about.refusal or _WAITING.get(about.state):
                if reason == _NO_CHAT:
                    self._remember_refusal(about)
                return Outcome(name, "skipped", reason, about.title or title)
            return collect_stream(self._open(), self._ask(), about, known, self._count_page, is_update=is_update)
        except HubbubError as error:
            return failed(name, error)

    def _collect_posts(self, target: Target) -> None:
        from hubbub.collect.posts import Posts, read_token

        if self._posts is None:
            token, warning = read_token(self._token_file)
            self.notes += [warning] if warning else []
            self._posts = Posts(token, waiting=lambda what: self._progress(what, 0))
        try:
            self.outcomes.append(collect_posts(self._open(), self._posts, target, self._count_page))
        except HubbubError as error:
            self.outcomes.append(failed(target.name, error))

    def _known(self, platform: str, name: str) -> Known | None:
        import polars as pl

        from hubbub.store.archive import is_archive

        if self.store is None and not is_archive(self._archive):
            return None
        rows = self._open().read("streams").filter((pl.col("platform") == platform) & (pl.col("native_id") == name))
        if rows.is_empty():
            return None
        return Known(rows["channel"][0], rows["is_complete"][0], rows["n_messages"][0])

    def _remembered_refusal(self, platform: str, name: str) -> str | None:
        """Return since when a stream is known to have no chat, or None."""
        import polars as pl

        if self.store is None:
            return None
        rows = self.store.read("sources").filter(
            (pl.col("format") == f"{platform}-replay")
            & (pl.col("n_rows") == 0)
            & pl.col("name").str.ends_with(name)
            & pl.col("missing").list.contains(_NO_CHAT)
        )
        return f"{_NO_CHAT} (as of {rows['ingested_at'][0]:%Y-%m-%d})" if rows.height else None

    def _remember_refusal(self, about: About) -> None:
        with self._open().writing() as change:
            outcome = Outcome(about.native_id, "skipped")
            keep_collected(change, about.url, f"{about.platform}-replay", [], outcome, missing=_NO_CHAT)

    def _ask(self) -> Client:
        from hubbub.collect.clients import Client

        self._client = self._client or Client()
        return self._client

    def _open(self, *, create: bool = True) -> Archive:
        from hubbub.store.archive import is_archive, open_archive

        if self.store is None:
            self._is_new = not is_archive(self._archive)
            self.store = open_archive(self._archive, create=create)
        return self.store

    def _count_page(self) -> None:
        self._n_pages += 1
        self._progress("pages", self._n_pages)
