"""Tell what only the other messages of a stream tell: poll answers, copypasta, bots, languages of short texts.

Languages. A text too short to tell takes its viewer's language when the viewer wrote at least ``MIN_TOLD`` messages of
known language in the stream and at least ``MIN_SAME`` of them are one language, and the text has a word that is not
shared by all chats. It never takes the stream's: a stream in French has English viewers.

What decides about a message. Poll answers: the two minutes before and after it. Copies and bots: the whole stream, as
sent so far; more rows can add copies and bots and take none away but for a bot that starts to talk. Languages: the
viewer's messages in the stream. Row order never matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hubbub.prepare.bots import Messages, find_bots
from hubbub.prepare.copies import find_copies
from hubbub.prepare.languages import LANGUAGES
from hubbub.prepare.pieces import CALLING, TELLING, count_trait
from hubbub.prepare.polls import find_answer, find_poll_answers
from hubbub.prepare.reading import CAN_BE_COPIED, Reading

MIN_TOLD = 4
MIN_SAME = 0.9


class Context(NamedTuple):
    """What the other messages tell, row by row."""

    polls: NDArray[np.bool_]
    copies: NDArray[np.bool_]
    bots: NDArray[np.bool_]
    languages: list[str | None]


def _codes(column: pl.Series) -> NDArray[np.int64]:
    """Return a number for each value, -1 for null."""
    codes = column.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    return np.asarray(codes, dtype=np.int64)


def _seconds(messages: pl.DataFrame) -> NDArray[np.float64]:
    """Return when each message was sent, nan where unknown; moments where a stream has them all, else offsets."""
    moments = (messages["sent_at"].dt.epoch("us") / 1e6).fill_null(float("nan")).to_numpy()
    offsets = messages["offset_seconds"].fill_null(float("nan")).to_numpy()
    lacking = messages.select(
        (pl.col("sent_at").is_null() & pl.col("offset_seconds").is_not_null()).any().over("stream_id")
    )
    return np.asarray(np.where(lacking.to_series().to_numpy(), offsets, moments), dtype=np.float64)


def _share_languages(languages: NDArray[np.int64], viewers: NDArray[np.int64], may_take: NDArray[np.bool_]) -> None:
    """Give texts without a language the one that their viewer nearly always writes; in place, numbers of LANGUAGES."""
    told = np.flatnonzero((languages >= 0) & (viewers >= 0))
    if len(told) == 0:
        return
    counts = np.zeros((int(viewers.max()) + 1, len(LANGUAGES)), dtype=np.int64)
    np.add.at(counts, (viewers[told], languages[told]), 1)
    totals, best = counts.sum(axis=1), counts.argmax(axis=1)
    sure = (totals >= MIN_TOLD) & (counts.max(axis=1) >= MIN_SAME * totals)
    takers = np.flatnonzero((languages < 0) & (viewers >= 0) & may_take)
    takers = takers[sure[viewers[takers]]]
    languages[takers] = best[viewers[takers]]


def read_context(
    messages: pl.DataFrame, readings: Sequence[Reading], languages: Sequence[str | None], texts: NDArray[np.int64]
) -> Context:
    """Return what the other messages of its stream tell about each message.

    Parameters
    ----------
    messages : polars.DataFrame
        Rows of the table ``messages``.
    readings : sequence of Reading
        Of the distinct texts.
    languages : sequence of str or None
        Of the distinct texts.
    texts : array of int64, shape (n_messages,)
        The distinct text of each message, or -1 for events and where there is none.
    """
    n = messages.height
    streams, viewers, seconds = _codes(messages["stream_id"]), _codes(messages["viewer_id"]), _seconds(messages)
    roles = messages["roles"]
    facts = _read_facts(readings, languages)
    polls, copies, bots = (np.zeros(n, dtype=np.bool_) for _ in range(3))
    told = np.where(texts >= 0, facts.language[texts], -1) if len(readings) else np.full(n, -1, dtype=np.int64)
    is_bot, is_staff = (roles.list.contains(role).fill_null(value=False).to_numpy() for role in ("bot", "moderator"))
    order = np.argsort(streams, kind="stable")
    for stream in np.split(order, np.flatnonzero(np.diff(streams[order])) + 1):
        rows = stream[texts[stream] >= 0]
        if len(rows) == 0:
            continue
        own, when = texts[rows], seconds[rows]
        who = np.where(viewers[rows] < 0, -1, np.unique(viewers[rows], return_inverse=True)[1])
        is_command = facts.is_command[own]
        is_advert = facts.is_advert[own] & ~is_command
        sent = Messages(own, who, when, is_bot[rows], is_staff[rows], is_command, is_advert, facts.n_words[own])
        polls[rows] = find_poll_answers(facts.family[own], facts.answer[own], facts.alone[own], who, when)
        copies[rows] = find_copies(np.where(facts.can_be_copied[own], own, -1), who, facts.length, facts.keys)
        bots[rows] = find_bots(sent, facts.keys)
        shared = told[rows]
        _share_languages(shared, who, facts.can_tell[own])
        told[rows] = shared
    return Context(polls, copies, bots, [None if code < 0 else LANGUAGES[code] for code in told.tolist()])


class _Facts(NamedTuple):
    """What is known of each distinct text, as arrays."""

    keys: list[str]
    language: NDArray[np.int64]
    family: NDArray[np.int64]
    answer: NDArray[np.int64]
    alone: NDArray[np.bool_]
    length: NDArray[np.int64]
    n_words: NDArray[np.int64]
    is_command: NDArray[np.bool_]
    is_advert: NDArray[np.bool_]
    can_be_copied: NDArray[np.bool_]
    can_tell: NDArray[np.bool_]


def _read_facts(readings: Sequence[Reading], languages: Sequence[str | None]) -> _Facts:
    """Return the facts of distinct texts."""
    n = len(readings)
    answers = [find_answer(reading.plain) for reading in readings]
    traits = [reading.traits for reading in readings]
    types = [reading.message_type for reading in readings]

    def integers(values: Iterable[int]) -> NDArray[np.int64]:
        return np.fromiter(values, dtype=np.int64, count=n)

    return _Facts(
        [reading.key for reading in readings],
        integers(-1 if name is None else LANGUAGES.index(name) for name in languages),
        integers(family for family, _, _ in answers),
        integers(crc32(answer.encode("utf-8", "replace")) for _, answer, _ in answers),
        integers(alone for _, _, alone in answers) > 0,
        integers(len(reading.clean) for reading in readings),
        integers(len(set(reading.plain.split())) for reading in readings),
        integers(name == "command" for name in types) > 0,
        integers(r.n_links > 0 or count_trait(r.traits, CALLING) > 0 for r in readings) > 0,
        integers(name in CAN_BE_COPIED for name in types) > 0,
        integers(count_trait(sum_, TELLING) for sum_ in traits) > 0,
    )
