"""Every table of hubbub: its columns, key, units and the command that writes it, in the order in which data flows.

A table is a polars frame with exactly the columns listed here. ``TABLES`` is in flow order: a command reads tables
above the ones it writes, and earlier rows of its own. ``check_frame`` holds a frame to its table.

Moments are UTC with microseconds; lengths of time say their unit in their name; money is ``amount`` in minor units
(cents) beside ``currency``, bits are counted as ``currency`` "bits", and for subscriptions and gifts ``amount`` is the
number of months or gifts and ``currency`` the tier as the platform wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import polars as pl

from hubbub.errors import RecordError

FORMAT_VERSION = 1
"""The version of the archive's layout; raised when a reader of the old one could not read the new one."""

MOMENT = pl.Datetime("us", "UTC")

KINDS = ("message", "donation", "subscription", "gift", "membership", "raid", "deletion", "notice")
"""What a row of ``messages`` is. Only "message" and "donation" are written by a viewer at will."""

MESSAGE_TYPES = (
    "opinion",  # anything said that is none of the types below
    "question",
    "command",  # for a bot: !uptime
    "poll_answer",  # one of a few short answers that a crowd gives at once: a, b, c, d, 1, 2, +1
    "reaction",  # laughter, applause, one-word exclamations: mdr, lol, GG, wow
    "emote_only",
    "greeting",
    "copypasta",  # one long text sent again and again
    "bot",  # written by a program
    "event",  # not chat: a raid, a subscription without a text, a notice
)
TOPICAL_TYPES = ("opinion", "question")
"""The message types that find-topics groups into themes; the others are shown as what they are."""


@dataclass(frozen=True, slots=True)
class Table:
    """The form of one table.

    Attributes
    ----------
    name : str
        The name in the archive, in ``hubbub export`` and in ``docs/tables.md``.
    about : str
        What one row is.
    columns : dict of str to polars data type
        In order.
    key : tuple of str
        The columns that tell one row from another.
    writer : str
        The command whose result it is.
    notes : dict of str to str
        What a column holds, with its unit, where its name does not say it.
    """

    name: str
    about: str
    columns: dict[str, pl.DataType | type[pl.DataType]]
    key: tuple[str, ...]
    writer: str
    notes: dict[str, str] = field(default_factory=dict)


RAW = Table(
    "raw",
    "one row as a platform or a file gives it, before anything is kept; holds names, so it is never written to disk",
    {
        "message_id": pl.String,
        "stream_id": pl.String,
        "platform": pl.String,
        "channel": pl.String,
        "sent_at": MOMENT,
        "offset_seconds": pl.Float64,
        "author": pl.String,
        "author_id": pl.String,
        "roles": pl.List(pl.String),
        "badges": pl.List(pl.String),
        "kind": pl.String,
        "event": pl.String,
        "amount": pl.Int64,
        "currency": pl.String,
        "text": pl.String,
        "emotes": pl.List(pl.String),
        "emote_spans": pl.List(pl.Int32),
        "reply_to": pl.String,
    },
    (),
    "parsers in collect",
    {
        "message_id": "the platform's own id, or null",
        "stream_id": "as the source names it, or null",
        "author": "the name shown; null when unknown",
        "author_id": "the platform's id of the author, or null",
    },
)


class RawRow(msgspec.Struct, gc=False, kw_only=True):
    """One row of ``RAW`` outside a frame: what live sources hand over, one message at a time.

    The fields are the columns of ``RAW``; ``sent_at`` is in microseconds since 1970 (UTC).
    """

    kind: str = "message"
    platform: str
    channel: str | None = None
    stream_id: str | None = None
    message_id: str | None = None
    sent_at: int | None = None
    offset_seconds: float | None = None
    author: str | None = None
    author_id: str | None = None
    roles: list[str] | None = None
    badges: list[str] | None = None
    event: str | None = None
    amount: int | None = None
    currency: str | None = None
    text: str | None = None
    emotes: list[str] | None = None
    emote_spans: list[int] | None = None
    reply_to: str | None = None


_TABLES = (
    Table(
        "sources",
        "one file that was ingested",
        {
            "source_id": pl.String,
            "name": pl.String,
            "format": pl.String,
            "ingested_at": MOMENT,
            "n_rows": pl.Int64,
            "n_kept": pl.Int64,
            "n_repeated": pl.Int64,
            "n_rejected": pl.Int64,
            "stream_ids": pl.List(pl.String),
            "damage": pl.String,
            "n_expected": pl.Int64,
            "verdict": pl.String,
            "missing": pl.List(pl.String),
        },
        ("source_id",),
        "ingest",
        {
            "source_id": "sha256 of the file's bytes",
            "damage": "what ended the reading early, or null",
            "n_expected": "messages that the file itself says it holds, or null",
            "verdict": "complete, incomplete, or unknown where nothing can tell",
            "missing": "what is missing, one line each",
        },
    ),
    Table(
        "rejects",
        "one row that could not be kept, with the reason",
        {"source_id": pl.String, "row": pl.Int64, "reason": pl.String, "excerpt": pl.String},
        ("source_id", "row"),
        "ingest",
        {
            "row": "position in the file, from 1 (line, or record of a JSON array)",
            "excerpt": "at most 500 characters; of an unknown shape 65,536",
        },
    ),
    Table(
        "streams",
        "one broadcast, or one account's timeline",
        {
            "stream_id": pl.String,
            "platform": pl.String,
            "channel": pl.String,
            "native_id": pl.String,
            "title": pl.String,
            "started_at": MOMENT,
            "day": pl.Date,
            "duration_seconds": pl.Float64,
            "n_messages": pl.Int64,
            "n_viewers": pl.Int64,
            "n_payers": pl.Int64,
            "n_gifts": pl.Int64,
            "category": pl.String,
            "url": pl.String,
            "is_complete": pl.Boolean,
            "collected_at": MOMENT,
        },
        ("stream_id",),
        "ingest",
        {
            "native_id": "the stream's name in its source",
            "started_at": "moment of offset 0; of the first message where the source does not tell",
            "day": "of the start (UTC); as the source states it where it gives a day and no moments",
            "n_messages": "rows of messages of any kind",
            "n_payers": "viewers with a donation, subscription, gift or membership",
            "n_gifts": "rows of kind gift",
            "category": "the game or subject, as the platform names it",
            "url": "where the platform shows it",
            "is_complete": "false where its collection ended before the stream did, null where nothing can tell",
            "collected_at": "when it was last collected from its platform",
        },
    ),
    Table(
        "gaps",
        "one stretch of a stream in which messages may be missing",
        {
            "stream_id": pl.String,
            "gap_id": pl.Int64,
            "started_at": MOMENT,
            "ended_at": MOMENT,
            "first_seconds": pl.Float64,
            "last_seconds": pl.Float64,
            "cause": pl.String,
            "n_expected": pl.Float64,
        },
        ("stream_id", "gap_id"),
        "ingest",
        {
            "gap_id": "in order of time",
            "first_seconds": "offset of its begin in the stream",
            "cause": "why: no live link, a silence that the stream's own rate does not explain, a cut-off end",
            "n_expected": "messages that the stream's own rate would have had there",
        },
    ),
    Table(
        "messages",
        "one chat line, tweet or event of a stream, in order of time",
        {
            "message_id": pl.String,
            "stream_id": pl.String,
            "platform": pl.String,
            "channel": pl.String,
            "sent_at": MOMENT,
            "offset_seconds": pl.Float64,
            "viewer_id": pl.String,
            "roles": pl.List(pl.String),
            "badges": pl.List(pl.String),
            "kind": pl.String,
            "event": pl.String,
            "amount": pl.Int64,
            "currency": pl.String,
            "text": pl.String,
            "emotes": pl.List(pl.String),
            "emote_spans": pl.List(pl.Int32),
            "reply_to": pl.String,
            "is_deleted": pl.Boolean,
        },
        ("stream_id", "message_id"),
        "ingest",
        {
            "offset_seconds": "seconds since the stream's start; null where the source has no time",
            "viewer_id": "keyed hash of platform and author; null where the source has no author",
            "roles": "subscriber, moderator, vip, member, broadcaster … as the source says",
            "badges": "as the platform writes them: subscriber/12, bits/1000, Member (2 years)",
            "kind": "one of " + ", ".join(KINDS),
            "event": "the platform's own name of the kind: resub, subgift, superchat …",
            "amount": "minor units of currency (cents), bits, months or gifts",
            "emotes": "names that the platform marked as emotes in text",
            "emote_spans": "begin and end (exclusive) of each of them in text, one pair after another, in code points",
            "reply_to": "message_id of the message answered",
            "is_deleted": "taken back by its author or a moderator: its text, emotes and spans are gone",
        },
    ),
    Table(
        "truth",
        "what was planted in one message of a simulated stream",
        {
            "message_id": pl.String,
            "stream_id": pl.String,
            "topic": pl.String,
            "burst": pl.String,
            "mood": pl.String,
            "role": pl.String,
            "message_type": pl.String,
            "language": pl.String,
        },
        ("stream_id", "message_id"),
        "simulate",
        {
            "topic": "name of the planted topic, or null",
            "burst": "name of the planted burst, or null",
            "mood": "negative, neutral or positive",
            "role": "what its viewer is: regular, donor, spammer, bot, raider",
        },
    ),
    Table(
        "prepared",
        "one message, cleaned and told apart",
        {
            "message_id": pl.String,
            "stream_id": pl.String,
            "clean_text": pl.String,
            "text_id": pl.String,
            "language": pl.String,
            "message_type": pl.String,
            "emotes": pl.List(pl.String),
            "left_out": pl.String,
        },
        ("stream_id", "message_id"),
        "prepare",
        {
            "clean_text": "what encoders read; null where nothing is left",
            "text_id": "equal for messages that say the same; null where nothing is left",
            "language": "ISO 639-1, or null where the text is too short to tell",
            "message_type": "one of " + ", ".join(MESSAGE_TYPES),
            "emotes": "every emote in order, runs folded to one",
            "left_out": "why the message is kept out of topics, or null",
        },
    ),
    Table(
        "channel_emotes",
        "what an emote says in a channel, learned from the words beside it",
        {
            "platform": pl.String,
            "channel": pl.String,
            "emote": pl.String,
            "n_texts": pl.Int64,
            "n_viewers": pl.Int64,
            "p_negative": pl.Float64,
            "p_neutral": pl.Float64,
            "p_positive": pl.Float64,
            "model": pl.String,
        },
        ("platform", "channel", "emote"),
        "learn-emotes",
        {
            "emote": "as sentiment models read it, a colon before its name",
            "n_texts": "different texts in which words beside it say something, over the streams",
            "p_negative": "probability of what it says alone, as if all classes were as frequent",
            "model": "what judged the words",
        },
    ),
    Table(
        "sentiment",
        "the sentiment of one message",
        {
            "stream_id": pl.String,
            "message_id": pl.String,
            "label": pl.String,
            "p_negative": pl.Float64,
            "p_neutral": pl.Float64,
            "p_positive": pl.Float64,
            "model": pl.String,
        },
        ("stream_id", "message_id"),
        "score-sentiment",
        {
            "label": "negative, neutral, positive, or unknown where it cannot be judged",
            "p_negative": "probability; null where the label is unknown",
            "p_neutral": "null too for a model of two classes",
            "model": "name of the model, of the models of several languages, or channel_emotes where these told",
        },
    ),
    Table(
        "embeddings",
        "the vector of one distinct text of a stream",
        {
            "stream_id": pl.String,
            "text_id": pl.String,
            "encoder": pl.String,
            "vector": pl.List(pl.Float16),
        },
        ("stream_id", "encoder", "text_id"),
        "embed",
        {"encoder": "name and version of the artifact", "vector": "unit length; as long as the encoder's dim"},
    ),
    Table(
        "themes",
        "what texts of a stream are about",
        {
            "stream_id": pl.String,
            "theme_id": pl.Int64,
            "label": pl.String,
            "terms": pl.List(pl.String),
            "examples": pl.List(pl.String),
            "n_messages": pl.Int64,
            "n_texts": pl.Int64,
            "n_viewers": pl.Int64,
            "share": pl.Float64,
            "first_seconds": pl.Float64,
            "last_seconds": pl.Float64,
            "peak_seconds": pl.Float64,
            "x": pl.Float64,
            "y": pl.Float64,
            "joins_theme_id": pl.Int64,
            "joins_at": pl.Int64,
        },
        ("stream_id", "theme_id"),
        "find-topics",
        {
            "theme_id": "0 is the theme with most messages; where streams are joined, that of channel_themes",
            "label": "its first terms",
            "terms": "by class-based TF-IDF, best first",
            "examples": "representative messages, most central first",
            "share": "of the stream's messages that have a theme",
            "first_seconds": "offset of its first message",
            "peak_seconds": "offset of the middle of its busiest five minutes",
            "x": "place on the topic map",
            "joins_theme_id": "the bigger theme that it becomes part of when there are fewer; null for the biggest",
            "joins_at": "how many themes are left when it does",
        },
    ),
    Table(
        "channel_themes",
        "a theme of a channel whose streams are joined, or an id that such a theme had",
        {
            "platform": pl.String,
            "channel": pl.String,
            "theme_id": pl.Int64,
            "label": pl.String,
            "terms": pl.List(pl.String),
            "examples": pl.List(pl.String),
            "text_ids": pl.List(pl.String),
            "joins_theme_id": pl.Int64,
            "joins_at": pl.Int64,
            "is_current": pl.Boolean,
        },
        ("platform", "channel", "theme_id"),
        "find-topics",
        {
            "theme_id": "the same in every stream of the channel; never used again",
            "text_ids": "its texts, by which it is known again; for themes that are no more the last ones",
            "joins_theme_id": "as in themes, for all streams together",
            "is_current": "false for themes that the last run did not find",
        },
    ),
    Table(
        "text_themes",
        "one distinct text that has a theme, and its place on the topic map",
        {
            "stream_id": pl.String,
            "text_id": pl.String,
            "theme_id": pl.Int64,
            "n_messages": pl.Int64,
            "centrality": pl.Float64,
            "x": pl.Float64,
            "y": pl.Float64,
        },
        ("stream_id", "text_id"),
        "find-topics",
        {"centrality": "cosine to the theme's mean vector, -1 to 1"},
    ),
    Table(
        "episodes",
        "one theme during one stretch of a stream",
        {
            "stream_id": pl.String,
            "episode_id": pl.Int64,
            "theme_id": pl.Int64,
            "first_seconds": pl.Float64,
            "last_seconds": pl.Float64,
            "n_messages": pl.Int64,
            "n_viewers": pl.Int64,
        },
        ("stream_id", "episode_id"),
        "find-topics",
        {"episode_id": "in order of first appearance"},
    ),
    Table(
        "message_topics",
        "the theme and episode of one message",
        {"stream_id": pl.String, "message_id": pl.String, "theme_id": pl.Int64, "episode_id": pl.Int64},
        ("stream_id", "message_id"),
        "find-topics",
    ),
    Table(
        "live_themes",
        "a theme that was found while its stream was followed",
        {
            "stream_id": pl.String,
            "theme_id": pl.Int64,
            "label": pl.String,
            "terms": pl.List(pl.String),
            "examples": pl.List(pl.String),
            "state": pl.String,
            "merged_into": pl.Int64,
            "n_messages": pl.Int64,
            "first_seconds": pl.Float64,
            "last_seconds": pl.Float64,
            "center": pl.List(pl.Float32),
        },
        ("stream_id", "theme_id"),
        "follow",
        {
            "theme_id": "in order of birth; never changes, never used again; not the ids of themes",
            "label": "its first terms, as it was when it was last awake",
            "state": "awake, resting, merged or ended",
            "merged_into": "the theme that it became part of, in the end",
            "n_messages": "that had it when they came",
            "first_seconds": "offset at which it was born",
            "last_seconds": "offset of its last message",
            "center": "mean vector of its texts when it was last awake; null once it is merged or ended",
        },
    ),
    Table(
        "live_log",
        "what happened to a theme while its stream was followed",
        {
            "stream_id": pl.String,
            "entry_id": pl.Int64,
            "offset_seconds": pl.Float64,
            "kind": pl.String,
            "theme_id": pl.Int64,
            "other_id": pl.Int64,
            "n_texts": pl.Int64,
            "why": pl.String,
        },
        ("stream_id", "entry_id"),
        "follow",
        {
            "entry_id": "in order",
            "kind": "birth, split, merge, pause, return or death",
            "other_id": "the theme that it parted from or joined",
            "n_texts": "distinct texts of it in memory then",
        },
    ),
    Table(
        "live_messages",
        "the theme of one message of a stream that was followed",
        {
            "stream_id": pl.String,
            "message_id": pl.String,
            "number": pl.Int64,
            "theme_id": pl.Int64,
            "first_theme_id": pl.Int64,
            "is_settled": pl.Boolean,
            "seconds": pl.Float64,
            "place": pl.Int64,
        },
        ("stream_id", "message_id"),
        "follow",
        {
            "number": "in the order in which they were taken in, from 0",
            "theme_id": "settled once the message is an hour old; until then that of its text now; null for none",
            "first_theme_id": "as it came",
            "seconds": "latest offset when it was taken in",
            "place": "of its text in live_texts, while the label is not settled",
        },
    ),
    Table(
        "live_texts",
        "a text that follow remembers, so that it can go on after a restart",
        {
            "stream_id": pl.String,
            "place": pl.Int64,
            "text_id": pl.String,
            "clean_text": pl.String,
            "kind": pl.String,
            "emotes": pl.List(pl.String),
            "vector": pl.List(pl.Float16),
            "theme_id": pl.Int64,
            "since": pl.Float64,
            "moments": pl.List(pl.Float64),
            "n_sent": pl.Int64,
            "fitted": pl.Int64,
            "n_fitted": pl.Int64,
            "is_alive": pl.Boolean,
        },
        ("stream_id", "place"),
        "follow",
        {
            "place": "the text that was sent last at the end",
            "kind": "core: makes themes; joining, emotes: joins one",
            "theme_id": "now; -1 for none",
            "moments": "offsets of its last messages",
            "n_sent": "messages of it since it came",
            "fitted": "how many moments the last grouping saw",
            "n_fitted": "how many messages the last grouping saw",
            "is_alive": "false for texts that only wait until their messages are settled",
        },
    ),
    Table(
        "alerts",
        "a bad buzz: a stretch in which more people than usual said something negative about a subject",
        {
            "stream_id": pl.String,
            "alert_id": pl.Int64,
            "subject": pl.String,
            "started_at": MOMENT,
            "start_seconds": pl.Float64,
            "alarm_seconds": pl.Float64,
            "end_seconds": pl.Float64,
            "n_negative": pl.Int64,
            "n_voices": pl.Int64,
            "n_viewers": pl.Int64,
            "expected": pl.Float64,
            "negative_share": pl.Float64,
            "usual_share": pl.Float64,
            "novelty": pl.Float64,
            "probability": pl.Float64,
            "chance_per_hour": pl.Float64,
            "themes": pl.List(pl.Int64),
            "evidence": pl.List(pl.String),
        },
        ("stream_id", "alert_id"),
        "watch-buzz",
        {
            "stream_id": "the stream of most of its evidence",
            "alarm_seconds": "when it was raised",
            "end_seconds": "null while it is under way",
            "n_negative": "negative voices: viewers who said something negative, each once",
            "n_voices": "viewers who said something",
            "n_viewers": "different viewers among the negative voices",
            "expected": "negative voices that are usual in that time",
            "novelty": "share of the negative voices whose text nobody had written about the subject before",
            "probability": "that it is a buzz, where one is believed to come once in a hundred hours",
            "chance_per_hour": "how often an hour without a buzz would show as much",
            "themes": "theme_id of what the negative voices have more of than before",
            "evidence": "message_id of the most negative messages, of different viewers",
        },
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}


def empty_frame(table: Table) -> pl.DataFrame:
    """Return the table with no rows."""
    return pl.DataFrame(schema=table.columns)


def check_frame(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the table's columns in the table's order.

    Raises
    ------
    RecordError
        When a column is missing, unknown or of another type, or the key is null.
    """
    if list(frame.columns) != list(table.columns):
        missing, unknown = set(table.columns) - set(frame.columns), set(frame.columns) - set(table.columns)
        if missing or unknown:
            raise RecordError(
                f"Table '{table.name}' must have the columns {', '.join(table.columns)}; "
                f"missing: {sorted(missing)}, unknown: {sorted(unknown)}."
            )
        frame = frame.select(list(table.columns))
    for name, dtype in table.columns.items():
        if frame.schema[name] != dtype:
            raise RecordError(f"Column '{name}' of table '{table.name}' must be {dtype}, was {frame.schema[name]}.")
    for name in table.key:
        if frame[name].null_count():
            raise RecordError(f"Column '{name}' of table '{table.name}' is part of its key and must not be null.")
    return frame
