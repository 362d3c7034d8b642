"""Chat files → messages in the archive."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError, SourceError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import polars as pl

    from hubbub.collect.files import ChatFile
    from hubbub.store.admission import Admission
    from hubbub.store.archive import Archive, Change

_READ_BYTES = 1 << 20
_EXTENSIONS = frozenset({"gz", "zst", "csv", "tsv", "json", "jsonl", "ndjson", "txt", "log", "html", "htm"})
COMPLETE, UNKNOWN = "complete", "unknown"


def ingest(
    archive: Archive | Path | str,
    files: Sequence[Path | str],
    *,
    stream: str | None = None,
    map: Sequence[str] = (),  # noqa: A002 - the word that people type: --map sent_at=time
    format: str | None = None,  # noqa: A002
    progress: Progress = no_progress,
) -> Report:
    """Read chat files into the archive; a file read twice changes nothing.

    Formats are told apart by content: chat CSV (`,`, `;` or tab), JSONL, chat-downloader JSON and text,
    TwitchDownloader text and HTML, Twitch IRC logs, logs of Chatty, irssi, Chatterino and justlog, captures of
    Twitch's page, copied lists of super chats, Sentiment140, the Twitch corpus, yt-dlp's `live_chat.json` and YouTube's
    responses, TwitchDownloader JSON, EventSub, tweets, SQLite, Parquet; `docs/formats.md` says what each gives.
    `.gz`, `.zst` and `.zip` are read as they are, and other encodings than UTF-8 where they can be told. Viewers become
    pseudonyms before anything is written. Rows that cannot be kept are counted by reason and kept aside (`hubbub export
    rejects`). Where a file is damaged, what came before the damage is kept. Each file gets a verdict: complete,
    incomplete with what is missing (`hubbub gaps` has the stretches), or unknown where nothing in it can tell.

    Parameters
    ----------
    archive : Archive or path
        Where to keep the messages; made when it is missing.
    files : sequence of paths
        The chat files.
    stream : str, optional
        Name of the stream, for files that do not tell it; else such a file is a stream named after the file, and a
        log of a chat client one stream a channel and day (UTC).
    map : sequence of str
        Other names of columns, as OURS=THEIRS, for example sent_at=time; for tables without a header their numbers:
        text=3.
    format : str, optional
        The format, for files that cannot be told by content: "lines" reads each line as one message.
    progress : Progress
        Called with the rows read.

    Returns
    -------
    Report
        Rows in, kept, repeated, rejected by reason; `details` has the streams and a row for each file.

    Raises
    ------
    SourceError
        When none of the files can be read as chat.
    """
    from hubbub.store.archive import open_archive

    started = time.perf_counter()
    paths = [Path(files)] if isinstance(files, str | Path) else [Path(file) for file in files]
    column_map = _column_map(map)
    results: list[_Source] = []
    problems: list[str] = []
    store: Archive | None = None
    for path in paths:
        try:
            chats = _open(path, column_map, format)
            # Only a file that can be read makes an archive: a mistyped path leaves nothing behind.
            store = store or open_archive(archive, create=True)
            for chat in chats:
                results.append(_ingest_chat(store, path, chat, stream, progress))
        except SourceError as error:
            problems.append(str(error))
    problems.extend(result.damage for result in results if result.damage)
    if not results:
        raise SourceError("\n".join(problems) or "No file was given.")
    rejected: Counter[str] = Counter()
    for result in results:
        rejected.update(result.rejected)
    return Report(
        "ingest",
        n_in=sum(result.n_rows for result in results),
        n_kept=sum(result.n_kept for result in results),
        n_repeated=sum(result.n_repeated for result in results),
        rejected=dict(rejected.most_common()),
        seconds=time.perf_counter() - started,
        problems=tuple(problems),
        details={
            "streams": list(dict.fromkeys(name for result in results for name in result.stream_ids)),
            "files": [result.describe() for result in results],
        },
    )


class _Source:
    """The counts of one chat while it is read."""

    def __init__(self, name: str, format: str) -> None:  # noqa: A002
        self.name = name
        self.format = format
        self.n_rows = self.n_kept = self.n_repeated = 0
        self.rejected: Counter[str] = Counter()
        self.stream_ids: list[str] = []
        self.damage: str | None = None
        self.notes: tuple[str, ...] = ()
        self.n_expected: int | None = None
        self.verdict = UNKNOWN
        self.missing: tuple[str, ...] = ()

    def describe(self) -> dict[str, object]:
        """Return the counts as plain data."""
        names = ("format", "n_rows", "n_kept", "n_repeated", "verdict", "missing", "n_expected", "damage", "notes")
        counts = {name: getattr(self, name) for name in names}
        return {"name": self.name.rpartition("/")[2], **counts, "rejected": dict(self.rejected)}


def _ingest_chat(archive: Archive, path: Path, chat: ChatFile, stream: str | None, progress: Progress) -> _Source:
    from hubbub.store.admission import Admission
    from hubbub.store.sources import keep_source

    source = _Source(chat.name, chat.format)
    rejects: list[pl.DataFrame] = []
    with archive.writing() as change:
        admission = Admission(
            archive, change, stream or _stream_name(chat.name), by_day=stream is None and chat.is_by_day
        )
        for batch in chat.batches():
            admission.admit(batch.frame)
            rejects.append(batch.rejects)
            source.n_rows += batch.frame.height + batch.rejects.height
            progress(f"reading {path.name}", source.n_rows)
        admission.finish(days=chat.days)
        source.n_kept, source.n_repeated = admission.n_kept, admission.n_repeated
        source.stream_ids, source.damage, source.notes = admission.stream_ids, chat.damage, chat.notes
        _judge(change, admission, chat, source)
        source.rejected = admission.rejected + Counter(reason for frame in rejects for reason in frame["reason"])
        if source.damage:
            kept = f"kept {source.n_kept:,} rows, {source.n_repeated:,} were there already"
            source.damage = f"{source.name}: {source.damage}; {kept}."
        rows, aside = _source_rows(_source_id(path, chat.name), source, rejects)
        keep_source(change, rows, aside)
    return source


def _judge(change: Change, admission: Admission, chat: ChatFile, source: _Source) -> None:
    """Say whether a source is complete, and write the gaps of its streams."""
    from hubbub.analyze.completeness import LONGEST, LONGEST_IN_A_LOG, SILENCE, Evidence, find_silences, judge
    from hubbub.store.gaps import keep_gaps
    from hubbub.store.sources import set_complete

    one = len(source.stream_ids) == 1
    gaps = []
    for name in source.stream_ids:
        offsets = change.read("messages", name, ["offset_seconds"])["offset_seconds"].drop_nulls().to_numpy()
        found = find_silences(
            offsets,
            duration_seconds=chat.duration_seconds if one else None,
            longest_seconds=LONGEST_IN_A_LOG if chat.is_by_day else LONGEST,
        )
        keep_gaps(change, name, found, instead_of=SILENCE)
        gaps.append((name, found))
    source.n_expected = chat.n_expected
    evidence = Evidence(chat.damage, source.n_rows, chat.n_expected, chat.duration_seconds, admission.repeated_parts)
    source.verdict, source.missing = judge(evidence, gaps)
    if one and source.verdict != UNKNOWN:
        set_complete(change, source.stream_ids[0], is_complete=source.verdict == COMPLETE)


def _source_rows(source_id: str, source: _Source, rejects: list[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    from hubbub.records import TABLES, empty_frame

    row = {
        "source_id": source_id,
        "name": Path(source.name).name,
        "format": source.format,
        "ingested_at": datetime.now(UTC),
        "n_rows": source.n_rows,
        "n_kept": source.n_kept,
        "n_repeated": source.n_repeated,
        "n_rejected": source.rejected.total(),
        "stream_ids": source.stream_ids,
        "damage": source.damage,
        "n_expected": source.n_expected,
        "verdict": source.verdict,
        "missing": list(source.missing),
    }
    aside = [
        frame.with_columns(source_id=pl.lit(source_id)).select(list(TABLES["rejects"].columns)) for frame in rejects
    ]
    return pl.DataFrame([row], schema=TABLES["sources"].columns), pl.concat([empty_frame(TABLES["rejects"]), *aside])


def _open(path: Path, column_map: dict[str, str], format: str | None) -> list[ChatFile]:  # noqa: A002
    from hubbub.collect.files import open_chats

    chats = list(open_chats(path, column_map=column_map, format=format))
    if all(chat.format == "empty" for chat in chats):
        formats = "chat CSV, JSONL, chat-downloader JSON, Twitch IRC"
        raise SourceError(f"{path}: must hold chat messages ({formats}); it is empty.")
    return chats


def _column_map(pairs: Sequence[str]) -> dict[str, str]:
    column_map = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise HubbubError(f"--map must be OURS=THEIRS, for example sent_at=time; it was '{pair}'.")
        column_map[ours] = theirs
    return column_map


def _stream_name(name: str) -> str:
    """Return a name for the stream of a file that does not tell it.

    Examples
    --------
    >>> _stream_name("chats/tuesday.csv.zst"), _stream_name("all.zip!monday.json")
    ('tuesday', 'monday')
    """
    stem = name.rpartition("!")[2].rpartition("/")[2]
    for _ in range(2):
        head, dot, tail = stem.rpartition(".")
        if dot and head and tail.lower() in _EXTENSIONS:
            stem = head
    return stem


def _source_id(path: Path, name: str) -> str:
    digest = hashlib.sha256(name.partition("!")[2].encode("utf-8", "surrogatepass"))
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
