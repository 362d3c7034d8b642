"""Simulate a live stream whose truth is known, in French and English.

A seed becomes one broadcast: a table of raw messages as a platform would give them and, beside it, what was planted in
each: topics, bursts, moods, a poll, copypasta, a spammer, bots, raids and donors. The wording is in
``synthetic_texts``. Not imitated: deleted messages, lost messages, several broadcasts by the same crowd.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hubbub.collect import synthetic_texts as texts
from hubbub.collect.synthetic_crowd import Crowd, draw_authors, make_crowd
from hubbub.collect.synthetic_speech import Dice, Said, Speaker, Writer
from hubbub.records import MOMENT, RAW, TABLES, check_frame

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHANNEL = "noctambulle"
SHARES = {  # of all messages, by act; background and bursts share what is left
    "poll": 0.1,
    "command": 0.015,
    "answer": 0.009,
    "copypasta": 0.011,
    "spam": 0.004,
    "donation": 0.003,
    "subscription": 0.006,
    "gift": 0.0025,
    "host": 0.002,
    "arrival": 0.004,
}
BACKGROUND = {"topic": 0.56, "reaction": 0.25, "talk": 0.10, "greeting": 0.065, "goodbye": 0.025}
PAYMENTS = ("donation", "subscription", "gift")
TIERS = ("Tier 1", "Tier 1", "Tier 1", "Tier 2", "Prime")
FULL_SECONDS = 3 * 3600.0
"""Bursts and the poll last as long as in life from this length of show on; in shorter shows they shrink with it."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """One simulated broadcast.

    Attributes
    ----------
    raw : polars.DataFrame
        The columns of ``records.RAW``, in order of time.
    truth : polars.DataFrame
        The columns of the table ``truth``, row by row beside ``raw``.
    title, channel, platform, stream_id : str
        What the broadcast is called.
    started_at : datetime
        UTC, aware; the moment of offset 0.
    duration_seconds : float
        Length of the broadcast.
    """

    raw: pl.DataFrame
    truth: pl.DataFrame
    title: str
    channel: str
    platform: str
    stream_id: str
    started_at: datetime
    duration_seconds: float


@dataclass(frozen=True, slots=True)
class _Burst:
    """A sudden crowd: what it is about, when it starts, how long it lasts, how many times the usual rate."""

    material: texts.Burst
    start: float
    seconds: float
    factor: float


@dataclass(frozen=True, slots=True)
class _Show:
    """What happens when: ``episodes`` has one row (topic, start, scale in seconds, weight) an episode."""

    duration: float
    topics: tuple[texts.Topic, ...]
    episodes: Floats
    bursts: tuple[_Burst, ...]
    poll_at: float
    raids: tuple[float, ...]


def _plan_show(rng: np.random.Generator, n_messages: int, duration: float) -> _Show:
    """Return topics with their episodes, bursts, the poll and raids; what is sudden keeps apart."""
    n_topics = min(int(rng.integers(14, 19)), max(3, n_messages // 20), len(texts.TOPICS))
    chosen = [texts.TOPICS[i] for i in rng.permutation(len(texts.TOPICS))[:n_topics]]
    names = [topic.name for topic in chosen]
    moments = rng.permutation((np.arange(1, 11) + 0.5 + rng.uniform(-0.25, 0.25, 10)) / 12 * duration)
    possible = [burst for burst in texts.BURSTS if burst.topic is None or burst.topic in names]
    planned = [texts.RAID, *(possible[i] for i in rng.permutation(len(possible))[: rng.integers(2, 5)])]
    shrink = min(1.0, duration / FULL_SECONDS)
    bursts = tuple(
        _Burst(material, float(start), float(rng.uniform(40, 90)) * shrink, float(rng.uniform(6.5, 11)))
        for material, start in zip(planned, moments[[1, *range(3, 3 + len(planned) - 1)]], strict=True)
    )
    scale = duration * rng.uniform(0.02, 0.042, n_topics)
    start = (np.arange(n_topics) + rng.random(n_topics)) / n_topics * 0.9 * duration
    for burst in bursts:  # a topic is at its height when its burst comes
        if burst.material.topic is not None:
            topic = names.index(burst.material.topic)
            start[topic] = max(0.0, burst.start - scale[topic])
    weight = rng.lognormal(0, 0.4, n_topics)
    episodes = np.column_stack([np.arange(n_topics), start, scale, weight])
    again = episodes[rng.random(n_topics) < 0.4]
    again[:, 1] += rng.uniform(0.28, 0.6, len(again)) * duration
    again[:, 3] *= 0.7
    episodes = np.vstack([episodes, again[again[:, 1] < 0.88 * duration]])
    raids = tuple(float(moment) for moment in moments[1 : 2 + int(rng.random() < 0.5)])
    return _Show(duration, tuple(chosen), episodes, bursts, float(moments[0]), raids)


class _Plan(NamedTuple):
    """When somebody writes, and what for; one entry a message; -1 for no topic, burst or author yet."""

    offset: Floats
    act: NDArray[np.str_]
    topic: Ints
    burst: Ints
    author: Ints


def _part(offset: Floats, act: str, topic: Ints | int = -1, burst: int = -1, author: Ints | int = -1) -> _Plan:
    """Return the plan of messages that are there for the same purpose."""
    n = len(offset)
    columns = [np.broadcast_to(np.asarray(value, dtype=np.int64), n).copy() for value in (topic, burst, author)]
    return _Plan(offset, np.full(n, act, dtype="U12"), *columns)


def _join_parts(parts: Sequence[_Plan]) -> _Plan:
    """Return the parts one after another."""
    return _Plan(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _plan_background(rng: np.random.Generator, show: _Show, n: int) -> _Plan:
    """Return ``n`` messages of everyday chat: topics rise and fade, greetings come first and farewells last."""
    counts = dict(zip(BACKGROUND, rng.multinomial(n, list(BACKGROUND.values())).tolist(), strict=True))
    duration, parts = show.duration, []
    for act in ("topic", "reaction"):  # reactions follow the topics: their mood does
        weight = show.episodes[:, 3]
        episode = show.episodes[rng.choice(len(weight), counts[act], p=weight / weight.sum())]
        offset = episode[:, 1] + rng.gamma(2.0, episode[:, 2]) % (duration - episode[:, 1])
        parts.append(_part(offset, act, episode[:, 0].astype(np.int64)))
    parts.append(_part(rng.uniform(0, duration, counts["talk"]), "talk"))
    n_hello, n_bye = counts["greeting"], counts["goodbye"]
    hello = np.where(rng.random(n_hello) < 0.6, rng.exponential(0.035, n_hello) % 1, rng.random(n_hello))
    bye = np.where(rng.random(n_bye) < 0.7, 1 - rng.exponential(0.02, n_bye) % 1, rng.random(n_bye))
    return _join_parts([*parts, _part(hello * duration, "greeting"), _part(bye * duration, "goodbye")])


def _plan_payments(rng: np.random.Generator, crowd: Crowd, counts: dict[str, int]) -> list[_Plan]:
    """Return what donors pay; never before half of their stay, so that they have chatted first."""
    parts, payers = [], rng.permutation(np.resize(crowd.donors, sum(counts[act] for act in PAYMENTS)))
    for act in PAYMENTS:
        author, payers = payers[: counts[act]], payers[counts[act] :]
        stay = crowd.leave[author] - crowd.join[author]
        parts.append(_part(crowd.join[author] + rng.uniform(0.5, 0.97, len(author)) * stay, act, author=author))
    return parts


def _plan_messages(rng: np.random.Generator, show: _Show, crowd: Crowd, n: int) -> _Plan:
    """Return exactly ``n`` messages; bursts are as many times louder than their surroundings as they should be."""
    counts = {act: int(share * n) for act, share in SHARES.items()}
    duration, (spammer, bot, bell, host) = show.duration, (len(crowd.names) - 6 + np.arange(4)).tolist()
    poll_seconds = 110 * min(1.0, duration / FULL_SECONDS)
    poll = show.poll_at + np.minimum(rng.gamma(2.2, poll_seconds / 5, counts["poll"]), poll_seconds)
    command = rng.uniform(0, duration, counts["command"])
    answer = command[: counts["answer"]] + rng.uniform(0.6, 2.5, counts["answer"]) * duration / FULL_SECONDS
    notices = min(int(duration // 900) + int(duration // 1400), int(0.01 * n))
    parts = _plan_payments(rng, crowd, counts)
    parts += [
        _part(poll, "poll"),
        _part(command, "command"),
        _part(answer, "answer", author=bot),
        _part(
            (np.arange(notices) + 0.5) / max(notices, 1) * duration, "notice", author=rng.choice([bot, bell], notices)
        ),
        _part(rng.uniform(0, duration, counts["copypasta"]) ** 0.9 * duration**0.1, "copypasta"),
        _part(rng.uniform(0, duration, counts["spam"]), "spam", author=spammer),
        _part(rng.uniform(0, duration, counts["host"]), "host", author=host),
    ]
    if counts["poll"]:
        parts.append(_part(np.array([show.poll_at - 0.001 * duration]), "ask_poll", author=host))
    if n >= 50:
        parts += [_part(np.array([at]), "raid", author=host + 1 + i) for i, at in enumerate(show.raids)]
    if len(show.raids) > 1:
        wave = show.raids[1] + rng.gamma(2.0, 0.006 * duration, counts["arrival"])
        parts.append(_part(wave, "arrival", 1))
    left = n - sum(len(part.offset) for part in parts)
    usual = _plan_background(rng, show, 20_000).offset
    around = 300 * min(1.0, duration / FULL_SECONDS)
    near = [(np.abs(usual - burst.start) < around).mean() / (2 * around) for burst in show.bursts]
    louder = np.array([burst.factor * burst.seconds * rate for burst, rate in zip(show.bursts, near, strict=True)])
    sizes = np.minimum(louder * left / (1 + louder.sum()), 0.055 * n).astype(np.int64).tolist()
    for i, (burst, size) in enumerate(zip(show.bursts, sizes, strict=True)):
        offset = burst.start + burst.seconds * rng.beta(1.3, 2.2, size)
        parts.append(_part(offset, "arrival" if burst.material is texts.RAID else "burst", 0, i))
    parts.append(_plan_background(rng, show, left - sum(sizes)))
    plan = _join_parts(parts)
    return plan._replace(offset=np.clip(plan.offset, 0, duration))


def _started_at(seed: int) -> datetime:
    """Return the evening on which the broadcast of a seed starts."""
    return datetime(2024, 1, 8, 18, 30, tzinfo=UTC) + timedelta(days=seed % 600, minutes=seed * 7 % 90)


def _spread(offset: Floats, duration: float) -> Ints:
    """Return the sorted offsets in milliseconds, all different and inside the show."""
    order = np.arange(len(offset))
    late = np.maximum.accumulate(np.round(offset * 1000).astype(np.int64) - order) + order
    end = int(duration * 1000) - len(offset) + 1
    spread: Ints = np.minimum(late - order, end) + order
    return spread


def _write_all(
    rng: np.random.Generator, show: _Show, crowd: Crowd, plan: _Plan, ids: list[str]
) -> tuple[list[Said], list[int | None], list[str | None]]:
    """Return what is said in each message, with its amount and currency."""
    writer, dice = Writer(Dice(rng), show.topics, show.duration), Dice(rng)
    speakers = [
        Speaker(*row)
        for row in zip(crowd.names, crowd.is_french.tolist(), crowd.style.tolist(), crowd.warmth.tolist(), strict=True)
    ]
    materials = [burst.material for burst in show.bursts]
    said, amounts, currencies = [], list[int | None](), list[str | None]()
    columns = (plan.offset.tolist(), plan.act.tolist(), plan.topic.tolist(), plan.burst.tolist(), plan.author.tolist())
    for message_id, offset, act, topic, burst, author in zip(ids, *columns, strict=True):
        amount, currency = None, None
        if act in texts.AMOUNTS:
            tiers = TIERS if act == "subscription" else TIERS[:-1]  # Prime pays for nobody else
            amount, currency = dice.pick(texts.AMOUNTS[act], 1.6), "bits" if act == "donation" else dice.pick(tiers)
        elif act == "raid":
            amount = 40 + int(dice.roll() ** 2 * 900)
        material = materials[burst] if burst >= 0 else None
        said.append(writer.write(act, speakers[author], topic, material, offset, amount or 0, message_id))
        amounts.append(amount)
        currencies.append(currency)
    return said, amounts, currencies


def _event(act: str, amount: int | None) -> tuple[str, str | None]:
    """Return the kind of a message and the platform's own name of it."""
    match act:
        case "donation":
            return "donation", "bits"
        case "subscription":
            return "subscription", "sub" if amount == 1 else "resub"
        case "gift":
            return "gift", "subgift" if amount == 1 else "mysterygift"
        case "raid":
            return "raid", "raid"
        case _:
            return "message", None


def _build_frames(
    rng: np.random.Generator, show: _Show, crowd: Crowd, plan: _Plan, stream_id: str, started_at: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the messages and the truth about them."""
    ids = [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(len(plan.offset))]
    said, amounts, currencies = _write_all(rng, show, crowd, plan, ids)
    n_messages, author = len(plan.offset), plan.author
    events = [_event(act, amount) for act, amount in zip(plan.act.tolist(), amounts, strict=True)]
    numbers = {name: str(int(hashlib.sha256(name.encode()).hexdigest()[:10], 16)) for name in crowd.names}
    names = [crowd.names[i] for i in author.tolist()]
    paid = set(author[np.isin(plan.act, PAYMENTS)].tolist())
    start_ms = int(started_at.timestamp() * 1000)
    raw = {
        "message_id": ids,
        "stream_id": [stream_id] * n_messages,
        "platform": ["twitch"] * n_messages,
        "channel": [CHANNEL] * n_messages,
        "sent_at": pl.Series((start_ms + np.round(plan.offset * 1000).astype(np.int64)) * 1000).cast(MOMENT),
        "offset_seconds": plan.offset,
        "author": names,
        "author_id": [numbers[name] for name in names],
        "roles": [crowd.roles[i] for i in author.tolist()],
        "badges": [None] * n_messages,
        "kind": [kind for kind, _ in events],
        "event": [event for _, event in events],
        "amount": amounts,
        "currency": currencies,
        "text": [what.text for what in said],
        "emotes": [[word for word in (what.text or "").split() if word in texts.EMOTES] for what in said],
        "emote_spans": [_spans(what.text or "") for what in said],
        "reply_to": [what.reply_to for what in said],
    }
    truth = {
        "message_id": ids,
        "stream_id": raw["stream_id"],
        "topic": [what.topic for what in said],
        "burst": [show.bursts[i].material.name if i >= 0 else None for i in plan.burst.tolist()],
        "mood": [what.mood for what in said],
        "role": ["regular" if crowd.role[i] == "donor" and i not in paid else crowd.role[i] for i in author.tolist()],
        "message_type": [what.message_type for what in said],
        "language": [what.language for what in said],
    }
    truth_frame = pl.DataFrame(truth, schema=TABLES["truth"].columns)
    return check_frame(RAW, pl.DataFrame(raw, schema=RAW.columns)), check_frame(TABLES["truth"], truth_frame)


def simulate_stream(seed: int = 1, n_messages: int = 12_000, duration_seconds: float = 3 * 3600) -> Simulation:
    """Return a simulated broadcast with the truth about each of its messages.

    Parameters
    ----------
    seed : int, default 1
        Equal seeds give equal frames; other seeds other topics, times, viewers and wording. Not negative.
    n_messages : int, default 12000
        Rows of both frames, exactly; at least 1. Below a few hundred, rare things are missing.
    duration_seconds : float, default 10800
        Length of the broadcast; at least a millisecond a message. Below three hours, bursts and the poll shrink.

    Returns
    -------
    Simulation
        Messages and truth, in order of time.

    Raises
    ------
    ValueError
        When an argument is out of its range.

    Examples
    --------
    >>> stream = simulate_stream(seed=7, n_messages=500, duration_seconds=1800)
    >>> stream.raw.height, stream.truth.height, stream.platform
    (500, 500, 'twitch')
    """
    if seed < 0 or n_messages < 1 or not duration_seconds * 1000 >= n_messages:
        raise ValueError(
            "simulate_stream needs seed >= 0, n_messages >= 1 and a millisecond a message, "
            f"was seed={seed}, n_messages={n_messages}, duration_seconds={duration_seconds}."
        )
    rng = np.random.default_rng(seed)
    show = _plan_show(rng, n_messages, duration_seconds)
    crowd = make_crowd(rng, n_messages, duration_seconds, show.raids)
    plan = _plan_messages(rng, show, crowd, n_messages)
    order = np.argsort(plan.offset, kind="stable")
    plan = _Plan(plan.offset[order], plan.act[order], plan.topic[order], plan.burst[order], plan.author[order])
    offset_ms = _spread(plan.offset, duration_seconds)
    author = draw_authors(rng, crowd, plan.offset, plan.act, plan.author, duration_seconds)
    plan = plan._replace(author=author, offset=offset_ms / 1000)
    started_at, stream_id = _started_at(seed), f"synthetic-{seed}"
    raw, truth = _build_frames(rng, show, crowd, plan, stream_id, started_at)
    return Simulation(
        raw=raw,
        truth=truth,
        title="Ce soir : " + ", ".join(topic.title for topic in show.topics[:3]),
        channel=CHANNEL,
        platform="twitch",
        stream_id=stream_id,
        started_at=started_at,
        duration_seconds=float(duration_seconds),
    )


def _spans(text: str) -> list[int]:
    """Return begin and end of each emote in a text, one pair after another."""
    found = (match.span() for match in re.finditer(r"\S+", text) if match.group() in texts.EMOTES)
    return [place for span in found for place in span]
