"""The streams of a channel taken together → themes with one id in all of them, and tables for each stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.commands.theme_tables import Found, Vectors
    from hubbub.store.archive import Archive

_BETWEEN_SECONDS = 1800.0
"""Streams are laid one after the other with so much silence between: being near in time across two says nothing."""


def plan_joins(
    store: Archive, streams: Sequence[str], join: bool | None, method: str
) -> list[tuple[str | None, list[str]]]:
    """Return the streams whose topics are found together, each with its channel; None and one stream for those alone.

    Parameters
    ----------
    store : Archive
        The archive.
    streams : sequence of str
        The streams wanted.
    join : bool or None
        Whether to join the streams of each channel; None: where some of the channel are joined.
    method : str
        Of find-topics.

    Raises
    ------
    HubbubError
        When streams are to be joined by a method that cannot, or have no channel.
    """
    from hubbub.store.joins import channel_keys, is_joined, joined_streams

    if join and method != "graph":
        raise HubbubError(f"--join is for --method graph, was '{method}'. Leave one of the two out.")
    keys = channel_keys(store)
    without = [stream for stream in streams if keys[stream] is None]
    if join and without:
        raise HubbubError(f"--join needs the channel of each stream; '{without[0]}' has none. Name it when ingesting.")
    is_kept = join is not False and method == "graph"
    together = {
        key: joined_streams(store, key) for key in {*keys.values()} if key and is_kept and is_joined(store, key)
    }
    units: dict[str, tuple[str | None, list[str]]] = {}
    for stream in streams:
        key = keys[stream]
        if key is not None and (join or key in together):
            group = units.setdefault(key, (key, list(together.get(key, []))))[1]
            group.extend([stream] if stream not in group else [])
        else:
            units[f"{stream} alone"] = None, [stream]
    order = {stream: place for place, stream in enumerate(keys)}
    return [(key, sorted(group, key=order.__getitem__)) for key, group in units.values()]


def made_of(store: Archive, channel: str | None, streams: Sequence[str]) -> dict[str, Any]:
    """Return what the topics of streams are made from, beside the settings."""
    generations = {stream: store.generation_of("embeddings", stream) for stream in streams}
    return (
        {"embeddings": generations[streams[0]]} if channel is None else {"joined": channel, "embeddings": generations}
    )


def count_themes(store: Archive, channel: str | None, streams: Sequence[str]) -> int:
    """Return the number of different themes of streams whose topics were found together."""
    if channel is None:
        return sum(store.n_rows("themes", stream) for stream in streams)
    return int(store.read("channel_themes", [channel], ["is_current"])["is_current"].sum())


def find_joined_topics(
    store: Archive, channel: str, streams: Sequence[str], settings: dict[str, Any]
) -> dict[str, Found]:
    """Return the topics of streams of one channel, found together: by stream, and the channel's own by its key.

    Parameters
    ----------
    store : Archive
        With the streams' messages, prepared and embedded.
    channel : str
        The channel's key; its themes of before keep their ids.
    streams : sequence of str
        In order of time.
    settings : dict
        As for one stream.
    """
    import numpy as np
    import polars as pl

    from hubbub.commands.theme_tables import Found, name_themes
    from hubbub.commands.topics import distinct_texts, read_rows, with_themes

    rows = {stream: read_rows(store, stream) for stream in streams}
    embedded = store.read("embeddings", streams).filter(pl.col("encoder") == settings["encoder"])
    embedded = embedded.unique("text_id", keep="first", maintain_order=True)
    texts, vectors = distinct_texts(_one_after_another(rows), embedded)
    del embedded
    include = settings.get("include", ())
    texts = texts.join(_crowds(list(rows.values()), include), on="text_id", how="left", maintain_order="left")
    texts, joins = with_themes(texts, vectors, include, settings.get("themes"))
    ids, ended = _carry(store, channel, texts, rows)
    names = name_themes(texts, vectors).with_columns(theme_id=pl.Series(ids, dtype=pl.Int64))
    texts = texts.with_columns(theme_id=pl.Series(np.append(ids, -1)[texts["theme_id"].to_numpy()]))
    found = {
        stream: _stream_tables(store, stream, rows[stream], (texts, vectors), names, joins, settings)
        for stream in streams
    }
    had = set(store.read("channel_themes", [channel], ["theme_id"])["theme_id"])
    n_new = sum(int(theme) not in had for theme in ids)
    said = f"{len(ids) - n_new} kept, {n_new} new, {len(ended)} no more"
    ledger = _ledger(channel, names, texts, joins, ended)
    return found | {channel: Found({"channel_themes": ledger}, Counter(), {"theme ids": said})}


def _crowds(streams: Sequence[pl.DataFrame], include: Sequence[str]) -> pl.DataFrame:
    """Return ``text_id, crowd``: how many texts that make themes a stretch of its streams has, on the mean.

    Pairs of texts are weighed against chance among these, as in a stream alone. Against chance in all streams themes
    would get coarser, and more texts be left out, with each stream, and most in the one of fewest messages.
    """
    import polars as pl

    from hubbub.analyze.evidence import MEMORY_SECONDS, Clock
    from hubbub.records import TOPICAL_TYPES

    found = []
    for frame in streams:
        core = frame.filter(pl.col("message_type").is_in([*TOPICAL_TYPES, *include]) & pl.col("left_out").is_null())
        clock = Clock([core["offset_seconds"].drop_nulls().to_numpy()], MEMORY_SECONDS)
        crowd = max(1.0, core["text_id"].n_unique() / clock.n_stretches)
        found.append(frame.select(pl.col("text_id").drop_nulls().unique(), crowd=pl.lit(crowd)))
    return pl.concat(found).group_by("text_id").agg(pl.col("crowd").mean())


def _one_after_another(rows: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the messages of all streams with offsets that do not overlap."""
    import polars as pl

    shift, laid = 0.0, []
    for frame in rows.values():
        laid.append(frame.with_columns(pl.col("offset_seconds") + shift))
        last = frame.select(pl.col("offset_seconds").max()).item()
        shift += (last or 0.0) + _BETWEEN_SECONDS
    return pl.concat(laid)


def _carry(
    store: Archive, channel: str, texts: pl.DataFrame, rows: dict[str, pl.DataFrame]
) -> tuple[np.ndarray[Any, Any], pl.DataFrame]:
    """Return the id of each theme, and the rows of themes that are no more."""
    import polars as pl

    from hubbub.analyze.joined_themes import carry_ids

    ledger = store.read("channel_themes", [channel])
    part = store.part("channel_themes", channel)
    old = [stream for stream in (part.made.get("embeddings", {}) if part else {}) if stream in rows]
    seen = pl.concat([rows[stream]["text_id"] for stream in old]).unique() if old else texts["text_id"].clear()

    def themes_of(is_current: bool) -> pl.Series:
        had = (
            ledger.filter(pl.col("is_current") == is_current)
            .select("theme_id", text_id="text_ids")
            .explode("text_id")
            .drop_nulls()
            .unique("text_id", keep="last", maintain_order=True)
        )
        joined = texts.select("text_id").join(had, on="text_id", how="left", maintain_order="left")
        return joined["theme_id"].fill_null(-1)

    # A text that had a theme was there, wherever its stream is now.
    before, resting = themes_of(is_current=True), themes_of(is_current=False)
    is_old = texts["text_id"].is_in(seen.implode()) | (before >= 0) | (resting >= 0)
    next_id = ledger.select(pl.col("theme_id").max() + 1).item() or 0
    ids = carry_ids(texts["theme_id"], before, resting, is_old, next_id)
    ended = ledger.filter(pl.col("theme_id").is_in(ids.tolist()).not_())
    return ids, ended.with_columns(is_current=pl.lit(value=False), joins_theme_id=None, joins_at=None)


def _stream_tables(
    store: Archive,
    stream: str,
    rows: pl.DataFrame,
    known: tuple[pl.DataFrame, Vectors],
    names: pl.DataFrame,
    joins: np.ndarray[Any, Any],
    settings: dict[str, Any],
) -> Found:
    """Return the tables of one stream: the channel's themes that it has, with its own counts and examples."""
    import polars as pl

    from hubbub.analyze.joined_themes import restrict_joins
    from hubbub.commands.theme_tables import Found, build_tables, pick_examples
    from hubbub.queries.decay import choose_leash

    texts = known[0].with_row_index("row")
    found = rows.join(texts.select("text_id", "theme_id"), on="text_id", how="left", maintain_order="left")
    without = Counter(str(kind) for kind in found.filter(pl.col("theme_id").fill_null(-1) < 0)["message_type"])
    messages = found.filter(pl.col("theme_id") >= 0)
    own = messages.filter(pl.col("left_out").is_null()).group_by("text_id").agg(n_messages=pl.len().cast(pl.Int64))
    themed = texts.drop("n_messages").join(own, on="text_id", how="inner", maintain_order="left")
    order = messages["theme_id"].value_counts().sort("count", "theme_id", descending=[True, False]).select("theme_id")
    place = {theme: i for i, theme in enumerate(names["theme_id"])}
    kept = [place[theme] for theme in order["theme_id"]]
    # Names are the channel's; the examples are what this stream said.
    ranked = themed.with_columns(theme_id=pl.col("theme_id").replace_strict(order["theme_id"], range(order.height)))
    here = names[kept] if kept else names.clear()
    here = here.with_columns(
        examples=pl.Series(
            pick_examples(ranked, known[1][ranked["row"].to_numpy()]) if kept else [], dtype=pl.List(pl.String)
        )
    )
    leash, why = choose_leash(store, stream, settings["encoder"], settings["leash_seconds"])
    tables = build_tables(stream, messages, themed, here, restrict_joins(joins, kept), leash)
    return Found(tables, without, {"leash": why})


def _ledger(
    channel: str, names: pl.DataFrame, texts: pl.DataFrame, joins: np.ndarray[Any, Any], ended: pl.DataFrame
) -> pl.DataFrame:
    """Return the rows of ``channel_themes``: the themes found, the biggest first, then those that are no more."""
    import polars as pl

    from hubbub.records import TABLES

    platform, name = channel.split("/", 1)
    ids = names["theme_id"].to_list()
    said = texts.filter(pl.col("theme_id") >= 0).group_by("theme_id").agg(text_ids=pl.col("text_id").sort())
    rows = names.join(said, on="theme_id", how="left", maintain_order="left").with_columns(
        platform=pl.lit(platform),
        channel=pl.lit(name),
        joins_theme_id=pl.Series([None if i < 0 else ids[i] for i in joins[:, 0].tolist()], dtype=pl.Int64),
        joins_at=pl.Series([left or None for left in joins[:, 1].tolist()], dtype=pl.Int64),
        is_current=pl.lit(value=True),
    )
    form = TABLES["channel_themes"].columns
    columns = list(form)
    return pl.concat([rows.select(columns).cast(form), ended.select(columns).cast(form)])  # type: ignore[arg-type]
