"""One stream as the report and the app show it: plain data for every picture and table of its page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.queries.opening import open_stream

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_BIN_SECONDS = 60
_MAX_TOPICS = 80
_MAX_POINTS = 2500
_MAX_PEAKS = 12
_MAX_BINS = 3000
_MAX_QUESTIONS = 20
_MAX_WAVES = 5
_MAX_COMPARED = 40
_MAX_ALERTS = 20
_ALERT_COLUMNS = ["subject", "start_seconds", "end_seconds", "n_negative", "expected", "quotes"]


def page(archive: Archive | Path | str, *, stream: str | None = None, from_: str = "", to: str = "") -> dict[str, Any]:
    """Return everything that the page of one stream shows.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; needed when the archive has several.
    from_ : str
        Start of the window to show first: a time of day such as 19:30, or an offset such as +1:05:00.
    to : str
        End of that window.

    Returns
    -------
    dict
        ``stream, summary, minutes, peaks, topics, episodes, map, types, highlights, mood, alerts, polls, questions,
        copypasta, tree, similarity, left_out, window, made``.
    """
    import hubbub
    from hubbub.queries.buzz import alerts
    from hubbub.queries.highlights import highlights
    from hubbub.queries.message_types import copypasta
    from hubbub.queries.polls import polls
    from hubbub.queries.questions import questions
    from hubbub.queries.similarity import topic_similarity, topic_tree
    from hubbub.queries.windows import parse_window
    from hubbub.store.views import read_messages

    store, name = open_stream(archive, stream)
    row = store.read("streams").row(by_predicate=_is_stream(name), named=True)
    messages = read_messages(store, [name])
    themes = store.read("themes", [name]).drop("stream_id")
    episodes = store.read("episodes", [name]).drop("stream_id")
    window = None
    if (from_ or to) and row["duration_seconds"] is not None:
        first, last = parse_window(from_, to, row["started_at"], row["duration_seconds"])
        window = {"from_seconds": first, "to_seconds": last}
    minutes, peaks = _minutes(messages, themes)
    topics = _elsewhere(store, name, themes.head(_MAX_TOPICS)).to_dicts()
    moods = _mood(store, name)
    platform = {"platform": None} if row["platform"] == "unknown" else {}
    part = store.part("themes", name)
    made = {key: value for key, value in (part.made if part else {}).items() if key != "embeddings"}
    return {
        "stream": {**row, "started_at": _iso(row["started_at"]), "day": _iso(row["day"])} | platform,
        "summary": _summary(row, topics, peaks, moods),
        "minutes": minutes,
        "peaks": peaks,
        "topics": topics,
        "episodes": episodes.to_dicts(),
        "map": _map(store, name),
        "types": _counts(messages, "message_type", with_share=True),
        "highlights": highlights(store, stream=name).to_dicts(),
        "mood": moods,
        "alerts": alerts(store, stream=name, limit=_MAX_ALERTS).select(_ALERT_COLUMNS).to_dicts(),
        "polls": polls(store, stream=name).to_dicts(),
        "questions": questions(store, stream=name, limit=_MAX_QUESTIONS).to_dicts(),
        "copypasta": copypasta(store, stream=name, limit=_MAX_WAVES).drop("first_viewer").to_dicts(),
        "tree": topic_tree(store, stream=name, limit=_MAX_COMPARED).to_dicts(),
        "similarity": topic_similarity(store, stream=name, limit=_MAX_COMPARED).to_dicts(),
        "left_out": _counts(messages, "left_out", with_share=False, as_name="reason"),
        "window": window,
        "made": {
            **made,
            "version": hubbub.__version__,
            "generated_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "n_texts": messages["text_id"].drop_nulls().n_unique(),
        },
    }


def _elsewhere(store: Archive, name: str, themes: pl.DataFrame) -> pl.DataFrame:
    """Return topics with how many streams of the channel have each, and the first that did; 1 where none is joined."""
    import polars as pl

    from hubbub.store.joins import joined_streams, key_of

    key = key_of(store.part("themes", name))
    joined = joined_streams(store, key) if key else [name]
    found = store.read("themes", joined, ["theme_id", "stream_id"]).group_by("theme_id", maintain_order=True)
    where = found.agg(n_streams=pl.len().cast(pl.Int64), first_stream=pl.col("stream_id").first())
    return themes.join(where, on="theme_id", how="left", maintain_order="left")


def _iso(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _is_stream(name: str) -> pl.Expr:
    import polars as pl

    return pl.col("stream_id") == name


def _minutes(messages: pl.DataFrame, themes: pl.DataFrame) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return counts per bin by theme and by message type, and the peaks with what was said."""
    import polars as pl

    from hubbub.analyze.peaks import find_peaks
    from hubbub.analyze.rates import message_rate

    timed = messages.filter(pl.col("offset_seconds").is_not_null() & (pl.col("kind") != "deletion"))
    if timed.is_empty():
        return {"bin_seconds": _BIN_SECONDS, "start_seconds": [], "n": [], "by_theme": {}, "other": {}}, []
    first, last = timed.select(first=pl.col("offset_seconds").min(), last=pl.col("offset_seconds").max()).row(0)
    span = last - min(0.0, first)
    bin_seconds = _BIN_SECONDS * max(1, -(-int(span) // (_BIN_SECONDS * _MAX_BINS)))
    rate = message_rate(timed["offset_seconds"].to_numpy(), bin_seconds)
    timed = timed.with_columns(bin=(pl.col("offset_seconds") // bin_seconds) * bin_seconds)
    starts = rate.select(bin="start_seconds")

    def series(rows: pl.DataFrame) -> list[int]:
        counts = rows.group_by("bin").agg(n=pl.len())
        filled = starts.join(counts, on="bin", how="left", maintain_order="left")["n"].fill_null(0)
        return [int(n) for n in filled]

    with_theme = pl.col("theme_id").is_not_null()
    known = set(themes["theme_id"])
    by_theme = {
        str(theme): series(rows)
        for (theme,), rows in timed.filter(with_theme).group_by(["theme_id"], maintain_order=True)
        if theme in known
    }
    other = {
        str(kind or "not prepared"): series(rows)
        for (kind,), rows in timed.filter(with_theme.not_()).group_by(["message_type"], maintain_order=True)
    }
    peaks = find_peaks(timed["offset_seconds"].to_numpy(), bin_seconds)
    peaks = peaks.sort("chance_per_hour").head(_MAX_PEAKS).sort("start_seconds")
    minutes = {
        "bin_seconds": bin_seconds,
        "start_seconds": rate["start_seconds"].to_list(),
        "n": rate["n"].to_list(),
        "by_theme": by_theme,
        "other": other,
    }
    labels = dict(themes.select("theme_id", "label").iter_rows())
    return minutes, [_describe_peak(peak, timed, labels) for peak in peaks.to_dicts()]


def _describe_peak(peak: dict[str, Any], timed: pl.DataFrame, labels: dict[int, str]) -> dict[str, Any]:
    """Return a peak with two words for it and one message of it."""
    import polars as pl

    said = timed.filter((pl.col("bin") == peak["start_seconds"]) & pl.col("clean_text").is_not_null())
    themes = said["theme_id"].drop_nulls().value_counts(sort=True)
    types = said.filter(pl.col("theme_id").is_null())["message_type"].drop_nulls().value_counts(sort=True)
    label, shown = "", said
    if themes.height and (not types.height or themes["count"][0] * 2 >= types["count"][0]):
        label = " ".join(labels.get(themes["theme_id"][0], "").split(" · ")[:2])
        shown = said.filter(pl.col("theme_id") == themes["theme_id"][0])
    elif types.height:
        kind = str(types["message_type"][0])
        label = {"emote_only": "emotes", "copypasta": "copypasta"}.get(kind, kind.replace("_", " ") + "s")
        shown = said.filter(pl.col("message_type") == types["message_type"][0])
    # The message that most people sent; among equals one that says something.
    counts = shown.group_by("text_id").agg(n=pl.len(), text=pl.col("clean_text").mode(maintain_order=True).first())
    counts = counts.with_columns(is_short=pl.col("text").str.len_chars() < 4)
    quote = counts.sort("is_short", "n", "text", descending=[False, True, False])["text"]
    return {
        "start_seconds": peak["start_seconds"],
        "n": peak["n"],
        "expected": round(peak["expected"], 1),
        "label": label,
        "quote": quote[0] if len(quote) else "",
    }


def _mood(store: Archive, name: str) -> dict[str, Any]:
    """Return the columns of the mood over time; empty lists where nothing was scored."""
    from hubbub.queries.mood import choose_bin_seconds, count_moods, read_moods

    rows = read_moods(store, name)
    if rows is None or rows.is_empty():
        return {}
    bin_seconds = choose_bin_seconds(rows)
    return {"bin_seconds": bin_seconds, **count_moods(rows, bin_seconds).to_dict(as_series=False)}


def _map(store: Archive, name: str) -> dict[str, list[Any]]:
    from hubbub.queries.topics import topic_map

    rows = topic_map(store, stream=name, limit=_MAX_POINTS)
    return {
        "x": [round(x, 4) for x in rows["x"]],
        "y": [round(y, 4) for y in rows["y"]],
        "theme_id": rows["theme_id"].to_list(),
        "n": rows["n_messages"].to_list(),
        "text": rows["clean_text"].to_list(),
        "offset_seconds": rows["offset_seconds"].to_list(),
        "viewer": [viewer[:7] if viewer else None for viewer in rows["viewer_id"]],
    }


def _counts(
    messages: pl.DataFrame, column: str, *, with_share: bool, as_name: str | None = None
) -> list[dict[str, Any]]:
    counts = messages[column].drop_nulls().value_counts(sort=True)
    return [
        {as_name or column: value, "n_messages": n} | ({"share": n / messages.height} if with_share else {})
        for value, n in counts.iter_rows()
    ]


def _summary(
    row: dict[str, Any], topics: list[dict[str, Any]], peaks: list[dict[str, Any]], moods: dict[str, Any]
) -> str:
    """Return the page's first paragraph: what was talked about most, the loudest minute, and the mood."""
    if not topics:
        return ""
    named = [f"{topic['label']} ({topic['share']:.0%})" for topic in topics[:5]]
    text = "Most talked about: " + ", ".join(named) + "."
    if peaks:
        loudest = max(peaks, key=lambda peak: peak["n"])
        at = int(loudest["start_seconds"])
        text += f" Loudest minute: {at // 3600}:{at // 60 % 60:02} into the stream, {loudest['n']:,} messages"
        text += f", where about {loudest['expected']:.0f} were usual"
        text += f": “{loudest['quote'][:80]}”." if loudest["quote"] else "."
    return text + _mood_in_words(moods)


def _mood_in_words(moods: dict[str, Any]) -> str:
    n = {name: sum(moods.get(f"n_{name}", ())) for name in ("negative", "neutral", "positive")}
    n_judged = sum(n.values())
    if not n_judged:
        return ""
    up, down = n["positive"] / n_judged, n["negative"] / n_judged
    return f" Mood: {up:.0%} of what can be judged is positive, {down:.0%} negative."
