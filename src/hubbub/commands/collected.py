"""What became of one stream that was collected, and what its raw pages hold: shared by ``replays`` and ``posts``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from hubbub.collect.found import Found
    from hubbub.store.archive import Change

_BLOCK_ROWS = 50_000
_EXCERPT_LENGTH = 65_536


@dataclass(slots=True)
class Outcome:
    """What became of one stream.

    Attributes
    ----------
    outcome : str
        "fetched", "repaired", "skipped" or "failed".
    why : str
        What there is to say about it.
    n_rows, n_kept, n_repeated : int
        Rows that its pages hold; that were new; that the archive had.
    """

    stream: str
    outcome: str
    why: str = ""
    title: str | None = None
    n_rows: int = 0
    n_kept: int = 0
    n_repeated: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    is_problem: bool = False

    def as_row(self) -> dict[str, Any]:
        """Return it as a row of the report."""
        return {
            "stream": self.stream,
            "outcome": self.outcome,
            "n_kept": self.n_kept,
            "why": self.why,
            "title": self.title,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive has of a stream already."""

    channel: str | None
    is_complete: bool | None
    n_messages: int


def failed(stream: str, error: Exception) -> Outcome:
    """Return the outcome of a stream that could not be looked at."""
    return Outcome(stream, "failed", str(error), is_problem=True)


def keep_collected(
    change: Change,
    url: str,
    form: str,
    stream_ids: list[str],
    outcome: Outcome,
    *,
    is_complete: bool | None = None,
    missing: str | None = None,
    rejects: pl.DataFrame | None = None,
) -> None:
    """Write the row of ``sources`` of what was collected, in place of the one of an earlier try."""
    import polars as pl

    from hubbub.records import TABLES, empty_frame
    from hubbub.store.sources import put_source

    source_id = hashlib.sha256(f"collect\x1f{url}".encode()).hexdigest()
    row = {
        "source_id": source_id,
        "name": url,
        "format": form,
        "ingested_at": datetime.now(UTC),
        "n_rows": outcome.n_rows,
        "n_kept": outcome.n_kept,
        "n_repeated": outcome.n_repeated,
        "n_rejected": sum(outcome.rejected.values()),
        "stream_ids": stream_ids,
        "damage": None,
        "n_expected": None,
        "verdict": {True: "complete", False: "incomplete", None: "unknown"}[is_complete],
        "missing": [missing] if missing else [],
    }
    aside = empty_frame(TABLES["rejects"]) if rejects is None else rejects.with_columns(source_id=pl.lit(source_id))
    put_source(change, pl.DataFrame([row], schema=TABLES["sources"].columns), aside)


class Parsed:
    """The rows of a stream's pages, in blocks, with what was met on the way."""

    def __init__(self, name: str, channel: str | None, platform: str) -> None:
        self._name, self._channel, self._platform = name, channel, platform
        self.n_rows = 0
        self.reached: float | None = None
        self.reasons: dict[str, int] = {}
        self._rejects: list[tuple[int, str, str]] = []

    @property
    def remarks(self) -> list[str]:
        """What to say of shapes that are not known."""
        n_unknown = sum(self.reasons.values())
        return [f"{n_unknown:,} of an unknown shape are kept aside"] if n_unknown else []

    @property
    def rejects(self) -> pl.DataFrame:
        """The rows of table ``rejects``, without their source."""
        import polars as pl

        from hubbub.records import TABLES

        schema = {name: dtype for name, dtype in TABLES["rejects"].columns.items() if name != "source_id"}
        return pl.DataFrame(self._rejects, schema=schema, orient="row")

    def blocks(self, pages: Iterator[Found]) -> Iterator[pl.DataFrame]:
        """Yield the rows in frames of ``records.RAW``, all under one platform, channel and stream."""
        import msgspec

        from hubbub.collect.rows import rows_frame

        held: list[Any] = []
        for number, page in enumerate(pages, 1):
            held += page.rows
            for name, value in page.unknown:
                reason = f"unknown shape: {name}"
                self.reasons[reason] = self.reasons.get(reason, 0) + 1
                excerpt = msgspec.json.encode(value).decode()[:_EXCERPT_LENGTH]
                self._rejects.append((number, reason, excerpt))
            if len(held) >= _BLOCK_ROWS:
                yield self._frame(rows_frame(held))
                held = []
        if held:
            yield self._frame(rows_frame(held))

    def _frame(self, frame: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        reached: Any = frame["offset_seconds"].max()
        if reached is not None:
            self.reached = max(self.reached or 0.0, float(reached))
        self.n_rows += frame.height
        return frame.with_columns(
            pl.lit(self._platform).alias("platform"),
            pl.lit(self._channel, pl.String).alias("channel"),
            pl.lit(self._name).alias("stream_id"),
        )


def parse_page(platform: str, body: bytes) -> Found:
    """Return what one page holds, read by the parser that reads files of the same form."""
    from hubbub.collect.found import Found
    from hubbub.collect.json_values import decode

    try:
        found = decode(body)
    except ValueError:
        shown = body[:_EXCERPT_LENGTH].decode("utf-8", "replace")
        return Found(unknown=[("a page that is no JSON", shown)] if body else [])
    if platform == "youtube":
        from hubbub.collect.innertube import parse_response

        return parse_response(found)
    if platform == "twitch":
        from hubbub.collect.twitch_vod import parse_vod

        return parse_vod(found[0] if isinstance(found, list) and found else found)
    from hubbub.collect.tweets import parse_tweets

    return parse_tweets(found)


def make_head(url: str, following: dict[str, Any] | None, reached: float) -> dict[str, Any]:
    """Return what is noted of a raw page: ``following`` is what to ask for next."""
    return {"url": url, "at": datetime.now(UTC).isoformat(), "following": following, "reached_seconds": reached}
