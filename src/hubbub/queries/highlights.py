"""When a chat went off, why, and what was said: bursts at a stated rate of false alarms."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError
from hubbub.queries.opening import open_stream

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_BEFORE_SECONDS = 600.0
_LEAD_SECONDS = 30.0
"""A raid or a gift that comes so long before a burst may be its reason."""
_N_QUOTES = 3
_QUOTED = ("opinion", "question", "reaction")
_EVENTS = {"raid": "raid", "gift": "gifts", "subscription": "subscriptions", "donation": "donations"}
_POLL_SHARE = 0.3
_SURE = 10.8
"""Log-likelihood ratio that chance reaches once in a thousand."""


def highlights(
    archive: Archive | Path | str, *, stream: str | None = None, false_alarms_per_hour: float = 0.1
) -> pl.DataFrame:
    """Return when the chat of a stream went off: begin, peak and end, how much, why, the top emote, and quotes.

    A highlight is a burst of messages that the stream's own past makes unlikely; the reason is what the burst has more
    of than the ten minutes before it: an event, a poll, a topic, an emote or a word.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    false_alarms_per_hour : float
        How many highlights an hour of chat without a burst may give, on average.

    Returns
    -------
    polars.DataFrame
        ``highlight_id, start_seconds, peak_seconds, end_seconds, n_messages, expected, ratio, kind, reason, top_emote,
        quotes, chance_per_hour``, in order of time; ``expected`` is what the level before makes likely, ``kind`` is
        event, poll, topic, emote, word or unknown, ``chance_per_hour`` how often chat without a burst would show as
        much.
    """
    import polars as pl

    from hubbub.analyze.peaks import find_bursts

    if not false_alarms_per_hour > 0:
        raise HubbubError(f"--false-alarms-per-hour must be above 0, was {false_alarms_per_hour}.")
    store, name = open_stream(archive, stream)
    rows = _read(store, name)
    found = find_bursts(rows["offset_seconds"].to_numpy(), false_alarms_per_hour=false_alarms_per_hour)
    described: list[dict[str, Any]] = []
    for burst in found.to_dicts():
        moments = {key: burst[key] for key in ("start_seconds", "peak_seconds", "end_seconds")}
        described.append(
            {
                "highlight_id": len(described),
                **moments,
                "n_messages": burst["n_messages"],
                "expected": round(burst["expected"], 1),
                "ratio": round(burst["n_messages"] / max(burst["expected"], 1e-9), 1),
                **_explain(rows, **moments),
                "chance_per_hour": burst["chance_per_hour"],
            }
        )
    return pl.DataFrame(described, schema=_schema())


def _schema() -> dict[str, Any]:
    import polars as pl

    seconds = dict.fromkeys(("start_seconds", "peak_seconds", "end_seconds"), pl.Float64)
    texts = dict.fromkeys(("kind", "reason", "top_emote"), pl.String)
    return (
        {"highlight_id": pl.Int64, **seconds, "n_messages": pl.Int64, "expected": pl.Float64, "ratio": pl.Float64}
        | texts
        | {"quotes": pl.List(pl.String), "chance_per_hour": pl.Float64}
    )


def _read(store: Archive, name: str) -> pl.DataFrame:
    """Return the messages in order of time, with what is known of each."""
    import polars as pl

    columns = ["message_id", "offset_seconds", "viewer_id", "kind", "text", "emotes"]
    messages = store.read("messages", [name], columns).filter(
        (pl.col("kind") != "deletion") & pl.col("offset_seconds").is_not_null()
    )
    prepared = store.read("prepared", [name]).drop("stream_id").rename({"emotes": "all_emotes"})
    labels = store.read("themes", [name], ["theme_id", "label"])
    themes = store.read("message_topics", [name], ["message_id", "theme_id"]).join(labels, on="theme_id", how="left")
    return (
        messages.join(prepared, on="message_id", how="left", maintain_order="left")
        .join(themes, on="message_id", how="left", maintain_order="left")
        .with_columns(emotes=pl.coalesce("all_emotes", "emotes"), said=pl.coalesce("clean_text", "text"))
        .sort("offset_seconds", maintain_order=True)
    )


def _explain(rows: pl.DataFrame, start_seconds: float, peak_seconds: float, end_seconds: float) -> dict[str, Any]:
    import polars as pl

    at = pl.col("offset_seconds")
    during = rows.filter(at.is_between(start_seconds, end_seconds, closed="left"))
    before = rows.filter(at.is_between(start_seconds - _BEFORE_SECONDS, start_seconds, closed="left"))
    near = rows.filter(at.is_between(start_seconds - _LEAD_SECONDS, end_seconds, closed="left"))
    kind, reason, ids = _reason(during, before, near)
    emotes = Counter(name for names in during["emotes"].to_list() for name in set(names or ()))
    top = min(emotes.items(), key=lambda item: (-item[1], item[0]))[0] if emotes else None
    return {"kind": kind, "reason": reason, "top_emote": top, "quotes": _quotes(during, ids, peak_seconds)}


def _reason(during: pl.DataFrame, before: pl.DataFrame, near: pl.DataFrame) -> tuple[str, str, set[str]]:
    """Return the kind of reason, its name, and the messages of the burst that have it."""
    from hubbub.analyze.reasons import over_represented

    events = Counter(near["kind"].to_list())
    for event, name in _EVENTS.items():
        is_many = event == "raid" or events[event] >= max(3, 0.1 * during.height)
        if events[event] and is_many:
            return "event", name, set()
    answers = during.filter(during["message_type"] == "poll_answer")
    if answers.height >= _POLL_SHARE * during.height:
        return "poll", "poll", set(answers["message_id"])
    best: tuple[float, str, str, set[str]] = (_SURE, "unknown", "", set())
    for kind, weight in (("topic", 1.5), ("emote", 1.0), ("word", 1.0)):
        here, there = _things(during, kind), _things(before, kind)
        counts = [{thing: len(ids) for thing, ids in things.items()} for things in (here, there)]
        excess = over_represented(counts[0], counts[1], during.height, before.height)
        if excess and weight * excess[0].score > best[0]:
            best = weight * excess[0].score, kind, excess[0].name, here[excess[0].name]
    return best[1:]


def _things(rows: pl.DataFrame, kind: str) -> dict[str, set[str]]:
    """Return the messages that have each topic, emote or word."""
    found: dict[str, set[str]] = {}
    if kind == "topic":
        pairs = rows.select("message_id", "label").drop_nulls().rows()
    elif kind == "emote":
        pairs = rows.select("message_id", "emotes").explode("emotes").drop_nulls().rows()
    else:
        from hubbub.analyze.terms import count_terms

        texts = rows.select("message_id", "said").drop_nulls()
        counts = count_terms(texts["said"].to_list(), has_pairs=False)
        cells, ids = counts.matrix.tocoo(), texts["message_id"].to_list()
        pairs = [(ids[row], counts.surfaces[term]) for row, term in zip(cells.row, cells.col, strict=True)]
    for message_id, thing in pairs:
        found.setdefault(thing, set()).add(message_id)
    return found


def _quotes(during: pl.DataFrame, ids: set[str], peak_seconds: float) -> list[str]:
    """Return short messages of different viewers that say different things; what several say, and the reason, first."""
    texts: dict[str, list[Any]] = {}
    columns = ("message_id", "text_id", "said", "viewer_id", "message_type", "left_out", "offset_seconds")
    for message_id, text_id, said, viewer, kind, left_out, seconds in during.select(columns).iter_rows():
        if said is None or left_out is not None or (kind is not None and kind not in _QUOTED):
            continue
        if 3 <= len(said) <= 80:
            entry = texts.setdefault(text_id or said, [said, set(), abs(seconds - peak_seconds), False])
            entry[1].add(viewer or message_id)
            entry[2] = min(entry[2], abs(seconds - peak_seconds))
            entry[3] = entry[3] or message_id in ids
    order = sorted(texts.values(), key=lambda e: (not e[3], -len(e[1]), not 8 <= len(e[0]) <= 50, e[2], e[0]))
    quotes: list[str] = []
    quoted: set[str] = set()
    for said, viewers, _, _ in order:
        free = viewers - quoted
        if free and len(quotes) < _N_QUOTES:
            quotes.append(said)
            quoted.add(min(free))
    return quotes
