"""What follow remembers and found out → tables of the archive, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from hubbub.analyze.live_themes import LiveThemes, State
    from hubbub.store.archive import Archive

FORMAT_VERSION = 1
_N_TERMS = 8
_N_EXAMPLES = 2
_LABEL_TERMS = 3

Labels = dict[int, tuple[str, list[str], list[str]]]
"""Label, terms and examples of each theme, as they were when it was last awake."""


def read_state(store: Archive, stream: str, made: Mapping[str, object]) -> tuple[LiveThemes, Labels, pl.DataFrame]:
    """Return what was remembered of a stream, its labels, and the messages that have been taken in.

    Nothing where it was never followed, or was with another encoder, preparation or format.
    """
    from hubbub.analyze.live_themes import LiveThemes
    from hubbub.records import TABLES, empty_frame

    part = store.part("live_texts", stream)
    if part is None or {name: part.made.get(name) for name in made} != dict(made):
        return LiveThemes(), {}, empty_frame(TABLES["live_messages"])
    if part.made.get("format_version") != FORMAT_VERSION:
        return LiveThemes(), {}, empty_frame(TABLES["live_messages"])
    themes = store.read("live_themes", [stream])
    messages = store.read("live_messages", [stream])
    state = _as_state(themes, store.read("live_log", [stream]), messages, store.read("live_texts", [stream]), part.made)
    labels = {
        row["theme_id"]: (row["label"], row["terms"], row["examples"])
        for row in themes.select("theme_id", "label", "terms", "examples").to_dicts()
    }
    return LiveThemes.restore(state), labels, messages


def _as_state(
    themes: pl.DataFrame, log: pl.DataFrame, messages: pl.DataFrame, texts: pl.DataFrame, made: Mapping[str, Any]
) -> State:
    import numpy as np
    import polars as pl

    from hubbub.analyze.live_themes import State
    from hubbub.analyze.theme_ids import Change, Theme

    rows = texts.rename({"theme_id": "theme"}).drop("stream_id", "place").to_dicts()
    for row in rows:
        row["vector"] = None if row["vector"] is None else np.array(row["vector"], dtype=np.float32)
    waiting = messages.filter(~pl.col("is_settled"))
    pending = waiting.select("number", "seconds", pl.col("first_theme_id", "place").fill_null(-1)).rows()
    living = themes.filter(pl.col("state").is_in(["awake", "resting"]))
    lives = [
        (
            row["theme_id"],
            Theme(
                np.array(row["center"], dtype=np.float32),
                row["first_seconds"],
                row["last_seconds"],
                row["n_messages"],
                row["state"] == "awake",
            ),
        )
        for row in living.to_dicts()
    ]
    changes = log.select("offset_seconds", "kind", "theme_id", pl.col("other_id").fill_null(-1), "n_texts", "why")
    return State(rows, pending, lives, [Change(*row) for row in changes.iter_rows()], dict(made["counts"]))


def write_state(
    store: Archive,
    stream: str,
    live: LiveThemes,
    labels: Labels,
    kept: Mapping[str, list[Any]],
    made: Mapping[str, Any],
) -> Labels:
    """Write the tables of a stream in one change and return the labels of its themes."""
    import polars as pl

    from hubbub.records import TABLES, empty_frame

    state = live.save()
    labels = labels | _describe(live)
    ended = {row["theme_id"]: row for row in store.read("live_themes", [stream]).drop("stream_id").to_dicts()}
    frames = {
        "live_themes": _themes_frame(state, labels, ended, Counter(kept["first_theme_id"])),
        "live_log": pl.DataFrame(
            [(i, *change) for i, change in enumerate(state.log)],
            schema=["entry_id", "offset_seconds", "kind", "theme_id", "other_id", "n_texts", "why"],
            orient="row",
        ),
        "live_messages": _messages_frame(state, kept),
        "live_texts": _texts_frame(state),
    }
    with store.writing() as change:
        for name, frame in frames.items():
            form = TABLES[name]
            if frame.is_empty():
                rows = empty_frame(form)
            else:
                nulls = [pl.col(c).replace(-1, None) for c in ("other_id", "first_theme_id") if c in frame.columns]
                if name == "live_messages":
                    nulls.append(pl.col("theme_id").replace(-1, None))
                rows = frame.with_columns(nulls).with_columns(stream_id=pl.lit(stream)).select(list(form.columns))
                rows = rows.cast(form.columns)  # type: ignore[arg-type]
            change.put(name, stream, rows, {**made, "format_version": FORMAT_VERSION, "counts": state.counts})
    return labels


def _messages_frame(state: State, kept: Mapping[str, list[Any]]) -> pl.DataFrame:
    import polars as pl

    frame = pl.DataFrame(dict(kept)).with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))
    waiting = pl.DataFrame(
        [(number, seconds, place) for number, seconds, _, place in state.pending],
        schema={"number": pl.Int64, "seconds": pl.Float64, "place": pl.Int64},
        orient="row",
    )
    joined = frame.join(waiting, on="number", how="left", maintain_order="left")
    return joined.with_columns(is_settled=pl.col("seconds").is_null(), place=pl.col("place").replace(-1, None))


def _texts_frame(state: State) -> pl.DataFrame:
    import polars as pl

    from hubbub.records import TABLES

    form = TABLES["live_texts"].columns
    rows = [
        row | {"theme_id": row["theme"], "vector": None if row["vector"] is None else row["vector"].tolist()}
        for row in state.texts
    ]
    columns = {name: dtype for name, dtype in form.items() if name not in ("stream_id", "place")}
    loose = columns | {"vector": pl.List(pl.Float32)}
    frame = pl.DataFrame([{name: row[name] for name in columns} for row in rows], schema=loose)
    return frame.with_row_index("place")


def _themes_frame(
    state: State, labels: Labels, before: Mapping[int, Mapping[str, Any]], counts: Counter[int]
) -> pl.DataFrame:
    """Return the rows of all themes that ever were; those that are no more keep what was known of them."""
    import polars as pl

    from hubbub.analyze.theme_ids import resolve
    from hubbub.records import TABLES

    into, living, rows = resolve(state.log), dict(state.themes), []
    for change in state.log:
        if change.kind not in ("birth", "split"):
            continue
        theme_id = change.theme_id
        label, terms, examples = labels.get(theme_id, ("", [], []))
        row: dict[str, Any] = {"theme_id": theme_id, "label": label, "terms": terms, "examples": examples}
        row |= {"merged_into": into.get(theme_id), "n_messages": counts[theme_id]}
        if theme_id in living:
            theme = living[theme_id]
            row |= {"state": "awake" if theme.is_awake else "resting", "center": theme.center.tolist()}
            row |= {"first_seconds": theme.first_seconds, "last_seconds": theme.last_seconds}
        else:
            known = before.get(theme_id, {})
            row |= {"state": "merged" if theme_id in into else "ended", "center": None}
            row |= {"first_seconds": change.seconds, "last_seconds": known.get("last_seconds", change.seconds)}
        rows.append(row)
    columns = {name: dtype for name, dtype in TABLES["live_themes"].columns.items() if name != "stream_id"}
    return pl.DataFrame(rows, schema=columns)


def _describe(live: LiveThemes) -> Labels:
    """Return the labels of the themes that texts in memory have."""
    from hubbub.analyze.terms import label_of, theme_terms

    texts = [text for text in live.texts.values() if text.kind == "core"]
    ids = sorted({text.theme for text in texts if text.theme >= 0})
    places = {theme_id: place for place, theme_id in enumerate(ids)}
    emotes = {name for text in texts for name in text.emotes}
    said, sizes = [text.clean_text for text in texts], [text.n_sent for text in texts]
    terms = theme_terms(said, [places.get(t.theme, -1) for t in texts], sizes, emotes=emotes, n_terms=_N_TERMS)
    found: Labels = {}
    for theme_id, words in zip(ids, terms, strict=True):
        own = [text for text in texts if text.theme == theme_id]
        best = sorted(own, key=lambda text: (not 8 <= len(text.clean_text) <= 80, -text.n_sent, text.clean_text))
        examples = [text.clean_text for text in best[:_N_EXAMPLES]]
        found[theme_id] = (label_of(words, _LABEL_TERMS) or examples[0][:40], words, examples)
    return found
