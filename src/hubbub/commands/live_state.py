"""What follow remembers and found out → tables of the archive, and back.

In memory is what a bounded past needs; what is settled, said or ended is in the tables alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from hubbub.analyze.live_themes import LiveThemes, State
    from hubbub.store.archive import Archive

FORMAT_VERSION = 2
_N_TERMS = 8
_N_EXAMPLES = 2
_LABEL_TERMS = 3

Labels = dict[int, tuple[str, list[str], list[str]]]
"""Label, terms and examples of each theme, as they were when it was last awake."""


@dataclass(slots=True)
class Unsaved:
    """What was found out since the tables were written.

    Attributes
    ----------
    message_ids : list of str
        In the order in which they were taken in.
    first : list of int
        The theme of each as it came, -1 for none.
    settled : dict of int to int
        The theme of messages, by number, that were settled.
    """

    message_ids: list[str] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    settled: dict[int, int] = field(default_factory=dict)

    def add(self, message_ids: Sequence[str], first: Sequence[int], settled: Sequence[tuple[int, int]]) -> None:
        """Note what became of messages."""
        self.message_ids += message_ids
        self.first += first
        self.settled.update(settled)

    def clear(self) -> None:
        """Forget it, as it is written."""
        self.message_ids.clear()
        self.first.clear()
        self.settled.clear()


def read_state(
    store: Archive, stream: str, made: Mapping[str, object], *, core_types: Collection[str]
) -> tuple[LiveThemes, Labels]:
    """Return what was remembered of a stream, and the labels of the themes that live.

    Nothing where it was never followed, or was with another encoder, preparation, choice of types or format.
    """
    import polars as pl

    from hubbub.analyze.live_themes import LiveThemes

    part = store.part("live_texts", stream)
    asked = {**made, "format_version": FORMAT_VERSION}
    if part is None or {name: part.made.get(name) for name in asked} != asked:
        return LiveThemes(core_types=core_types), {}
    themes = store.read("live_themes", [stream]).filter(_is_living())
    columns = ["number", "seconds", "first_theme_id", "place", "is_settled"]
    waiting = store.read("live_messages", [stream], columns).filter(~pl.col("is_settled"))
    state = _as_state(themes, waiting, store.read("live_texts", [stream]), part.made)
    labels = {
        row["theme_id"]: (row["label"], row["terms"], row["examples"])
        for row in themes.select("theme_id", "label", "terms", "examples").to_dicts()
    }
    return LiveThemes.restore(state, core_types=core_types), labels


def _is_living() -> pl.Expr:
    import polars as pl

    return pl.col("state").is_in(["awake", "resting"])


def _as_state(themes: pl.DataFrame, waiting: pl.DataFrame, texts: pl.DataFrame, made: Mapping[str, Any]) -> State:
    import numpy as np
    import polars as pl

    from hubbub.analyze.live_themes import State
    from hubbub.analyze.theme_ids import Theme

    rows = texts.rename({"theme_id": "theme"}).drop("stream_id", "place").to_dicts()
    for row in rows:
        row["vector"] = None if row["vector"] is None else np.array(row["vector"], dtype=np.float32)
    pending = waiting.select("number", "seconds", pl.col("first_theme_id", "place").fill_null(-1)).rows()
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
        for row in themes.to_dicts()
    ]
    return State(rows, pending, lives, [], dict(made["counts"]))


def write_state(
    store: Archive, stream: str, live: LiveThemes, labels: Labels, unsaved: Unsaved, made: Mapping[str, Any]
) -> Labels:
    """Write the tables of a stream in one change and return the labels of the themes that live."""
    state = live.save()
    labels = labels | _describe(live)
    is_new = live.n_messages == len(unsaved.message_ids)
    frames = {
        "live_themes": _themes_frame(state, labels, unsaved.first),
        "live_log": _log_frame(state, live.n_logged),
        "live_messages": _messages_frame(live, state, unsaved),
        "live_texts": _texts_frame(state),
    }
    counts = state.counts | {"n_logged": live.n_logged + len(state.log)}
    with store.writing() as change:
        for name, frame in frames.items():
            rows = _as_table(name, stream, frame)
            if name != "live_texts" and not is_new:
                rows = _join_kept(name, change.read(name, stream), rows, state)
            change.put(name, stream, rows, {**made, "format_version": FORMAT_VERSION, "counts": counts})
    return {theme_id: labels[theme_id] for theme_id, _ in state.themes if theme_id in labels}


def _as_table(name: str, stream: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the table's columns and types; -1 is none."""
    import polars as pl

    from hubbub.records import TABLES, empty_frame

    form = TABLES[name]
    if frame.is_empty():
        return empty_frame(form)
    ids = {"live_log": ["other_id"], "live_messages": ["theme_id", "first_theme_id", "place"]}.get(name, [])
    nulls = [pl.col(column).replace(-1, None) for column in ids]
    rows = frame.with_columns(nulls).with_columns(stream_id=pl.lit(stream)).select(list(form.columns))
    return rows.cast(form.columns)  # type: ignore[arg-type]


def _join_kept(name: str, kept: pl.DataFrame, rows: pl.DataFrame, state: State) -> pl.DataFrame:
    """Return the table as it is, brought up to date by rows that are new or changed."""
    import polars as pl

    from hubbub.analyze.theme_ids import resolve

    if name == "live_log":
        return pl.concat([kept, rows])
    if name == "live_messages":  # messages are settled in order
        waited = kept.filter(~pl.col("is_settled")).select("message_id", "first_theme_id", "number")
        rows = rows.join(waited, on="number", how="left", maintain_order="left", suffix="_kept").with_columns(
            pl.coalesce("message_id", "message_id_kept"), pl.coalesce("first_theme_id", "first_theme_id_kept")
        )
        return pl.concat([kept.filter("is_settled"), rows.select(kept.columns)])
    into = resolve(state.log)
    counted = kept.select("theme_id", before="n_messages", began="first_seconds")
    rows = rows.join(counted, on="theme_id", how="left", maintain_order="left").with_columns(
        n_messages=pl.col("n_messages") + pl.col("before").fill_null(0),
        first_seconds=pl.coalesce("first_seconds", "began"),
    )
    ended = kept.join(rows, on="theme_id", how="anti", maintain_order="left").with_columns(
        merged_into=pl.col("merged_into").replace(into)
    )
    return pl.concat([ended, rows.select(kept.columns)]).sort("theme_id")


def _log_frame(state: State, n_logged: int) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(
        [(n_logged + i, *change) for i, change in enumerate(state.log)],
        schema=["entry_id", "offset_seconds", "kind", "theme_id", "other_id", "n_texts", "why"],
        orient="row",
    )


def _messages_frame(live: LiveThemes, state: State, unsaved: Unsaved) -> pl.DataFrame:
    """Return the rows of the messages that came or were settled since, or wait; old ones without what is kept."""
    import polars as pl

    first = live.n_messages - len(unsaved.message_ids)
    came = pl.DataFrame(
        {"message_id": unsaved.message_ids, "first_theme_id": unsaved.first},
        schema={"message_id": pl.String, "first_theme_id": pl.Int64},
    ).with_columns(number=first + pl.int_range(len(unsaved.message_ids), dtype=pl.Int64))
    settled = pl.DataFrame(
        [(number, theme, True, None, -1) for number, theme in unsaved.settled.items()],
        schema=(
            schema := {
                "number": pl.Int64,
                "theme_id": pl.Int64,
                "is_settled": pl.Boolean,
                "seconds": pl.Float64,
                "place": pl.Int64,
            }
        ),
        orient="row",
    )
    themes = dict(live.finish())
    waiting = pl.DataFrame(
        [(number, themes[number], False, seconds, place) for number, seconds, _, place in state.pending],
        schema=schema,
        orient="row",
    )
    return pl.concat([settled, waiting]).sort("number").join(came, on="number", how="left", maintain_order="left")


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


def _themes_frame(state: State, labels: Labels, first: Sequence[int]) -> pl.DataFrame:
    """Return the rows of the themes that live, and of those that ended or were born since, counted since."""
    import polars as pl

    from hubbub.analyze.theme_ids import resolve
    from hubbub.records import TABLES

    into, living, counts, rows = resolve(state.log), dict(state.themes), Counter(first), []
    born = {change.theme_id: change.seconds for change in state.log if change.kind in ("birth", "split")}
    ended = {change.theme_id: change.seconds for change in state.log if change.kind in ("merge", "death")}
    for theme_id in sorted({*living, *born, *ended}):
        label, terms, examples = labels.get(theme_id, ("", [], []))
        row: dict[str, Any] = {"theme_id": theme_id, "label": label, "terms": terms, "examples": examples}
        row |= {"merged_into": into.get(theme_id), "n_messages": counts[theme_id]}
        if theme_id in living:
            theme = living[theme_id]
            row |= {"state": "awake" if theme.is_awake else "resting", "center": theme.center.tolist()}
            row |= {"first_seconds": theme.first_seconds, "last_seconds": theme.last_seconds}
        else:
            row |= {"state": "merged" if theme_id in into else "ended", "center": None}
            row |= {"first_seconds": born.get(theme_id), "last_seconds": ended[theme_id]}
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
