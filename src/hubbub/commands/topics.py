"""Vectors and times → themes, episodes, and the topic of each message."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.commands.theme_tables import Found, Vectors
    from hubbub.store.archive import Archive

_JOINING_TYPES = ("reaction",)
"""Types that make no theme and join one that they are clearly about."""
METHODS = {"graph": "hubbub.commands.topics", "lincoln": "hubbub.commands.lincoln"}
"""Where each method's ``find_stream_topics(store, stream, settings) -> Found`` is."""


def find_topics(
    archive: Archive | Path | str,
    streams: Sequence[str] = (),
    *,
    leash_seconds: float | None = None,
    themes: int | None = None,
    encoder: str = "use",
    method: str = "graph",
    include: Sequence[str] = (),
    time_scale_seconds: float = 600.0,
    output: Path | str | None = None,
    join: bool | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Find what streams talked about: themes of texts, and the episodes during which they were talked about.

    Themes group distinct texts by meaning and shared words, so the same text always has the same theme; an episode is
    one theme during one stretch of the stream. Opinions and questions make themes; other messages join one that they
    are clearly about; reactions, greetings, commands and poll answers stay what they are.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    streams : sequence of str
        The streams; by default all that need it. Streams are prepared and embedded first where they were not.
    leash_seconds : float, optional
        A theme that is silent for longer starts a new episode; by default the lag at which messages of the stream are
        hardly more alike than any (see similarity-decay), 60 to 3,600 s, and 600 s where that is not seen.
    themes : int, optional
        For graph: how many themes a stream gets; by default as many as its texts show. `topics --themes` shows fewer
        of them afterwards.
    encoder : str
        As for embed.
    method : str
        "graph": communities of the graph of similar texts. "lincoln": UMAP, time and HDBSCAN on messages, as in
        Lincoln's twitchatds, where the same text may be in several themes; it needs `pip install 'hubbub[lincoln]'`.
    include : sequence of str
        Message types that make themes too, for example reaction or greeting; lincoln takes all.
    time_scale_seconds : float
        For lincoln: so many seconds apart count as one unit of distance; 0 leaves time out.
    output : path, optional
        For lincoln: a folder for its own files, one folder a stream.
    join : bool, optional
        Find the themes of all streams of a channel together, so that a theme has the same id in each: of the streams
        named and of those joined before, whose themes keep their ids. By default a channel stays as it is; --no-join
        gives the streams themes of their own again.
    progress : Progress
        Called along the way.

    Returns
    -------
    Report
        Messages in, with a theme, and without one by message type; `details` counts themes and episodes and has the
        share of messages left out, and the leash of each stream made with why.
    """
    from hubbub.commands.embed import embed
    from hubbub.commands.joined_topics import count_themes, find_joined_topics, made_of, plan_joins
    from hubbub.queries.encoders import encoder_name
    from hubbub.store.archive import is_current, open_archive
    from hubbub.store.joins import end_join
    from hubbub.store.views import choose_streams

    _check(leash_seconds, themes, method)
    check_types(include)
    started = time.perf_counter()
    store = open_archive(archive)
    chosen = choose_streams(store, streams)
    embed(store, chosen, encoder=encoder, progress=progress)
    settings: dict[str, Any] = {"leash_seconds": leash_seconds, "encoder": encoder_name(encoder), "method": method}
    settings |= {"themes": themes} if themes is not None else {}
    settings |= {"include": sorted(set(include))} if include else {}
    settings |= _lincoln_settings(method, time_scale_seconds, output)
    units = plan_joins(store, chosen, join, method)
    find = import_module(METHODS[method]).find_stream_topics
    counts: Counter[str] = Counter()
    without: Counter[str] = Counter()
    details: dict[str, Any] = {}
    for n_done, (channel, group) in enumerate(units):
        progress("finding topics", n_done, len(units))
        made = settings | made_of(store, channel, group)
        is_made = output is None and all(is_current(store, "message_topics", stream, made) for stream in group)
        if not is_made:
            parts = (
                find_joined_topics(store, channel, group, settings)
                if channel is not None
                else {group[0]: find(store, group[0], settings | {"output": output})}
            )
            with store.writing() as change:
                if channel is None:
                    end_join(change, group[0])
                for part, found in parts.items():
                    for table, rows in found.tables.items():
                        change.put(table, part, rows, made)
            for part, found in parts.items():
                without.update(found.without)
                details.update({f"{name} of {part}": value for name, value in found.details.items()})
        counts["n_repeated" if is_made else "n_kept"] += sum(store.n_rows("message_topics", name) for name in group)
        counts["n_themes"] += count_themes(store, channel, group)
        counts["n_episodes"] += sum(store.n_rows("episodes", stream) for stream in group)
    progress("finding topics", len(units), len(units))
    return Report(
        "find-topics",
        n_in=counts["n_kept"] + counts["n_repeated"] + without.total(),
        n_kept=counts["n_kept"],
        n_repeated=counts["n_repeated"],
        rejected=dict(without.most_common()),
        seconds=time.perf_counter() - started,
        details={
            "n_themes": counts["n_themes"],
            "n_episodes": counts["n_episodes"],
            "share_left_out": without.total() / max(1, counts["n_kept"] + without.total()),
            **settings,
            **details,
        },
    )


def _lincoln_settings(method: str, time_scale_seconds: float, output: Path | str | None) -> dict[str, Any]:
    """Return the settings that only one method has."""
    if method != "lincoln":
        if output is not None:
            raise HubbubError("--output is a folder for the files of --method lincoln; graph writes none.")
        return {}
    from hubbub.analyze.lincoln import need_packages

    need_packages()
    if not time_scale_seconds >= 0:
        raise HubbubError(f"--time-scale-seconds must not be negative, was {time_scale_seconds}.")
    return {"time_scale_seconds": time_scale_seconds}


def _check(leash_seconds: float | None, themes: int | None, method: str) -> None:
    if leash_seconds is not None and not leash_seconds > 0:
        raise HubbubError(f"--leash-seconds must be above 0, was {leash_seconds}.")
    if themes is not None and themes < 1:
        raise HubbubError(f"--themes must be at least 1, was {themes}.")
    if method not in METHODS:
        raise HubbubError(f"--method must be one of {', '.join(METHODS)}, was '{method}'.")
    if themes is not None and method == "lincoln":
        raise HubbubError("--themes is for --method graph; lincoln finds its own number. Leave one of the two out.")


def check_types(include: Sequence[str]) -> None:
    """Refuse message types that cannot make themes, or do so anyway."""
    from hubbub.records import MESSAGE_TYPES, TOPICAL_TYPES

    known = [name for name in MESSAGE_TYPES if name not in (*TOPICAL_TYPES, "bot", "event")]
    for name in include:
        if name not in known:
            raise HubbubError(f"--include must name message types among {', '.join(known)}; was '{name}'.")


def find_stream_topics(store: Archive, stream: str, settings: dict[str, Any]) -> Found:
    """Return the topics of one stream by the graph of similar texts.

    Parameters
    ----------
    store : Archive
        With the stream's messages, prepared and embedded.
    stream : str
        The stream.
    settings : dict
        ``encoder`` (the name kept beside the vectors), ``leash_seconds`` (None: from the data), and where they
        are given ``include`` and ``themes`` (how many).
    """
    import polars as pl

    from hubbub.commands.theme_tables import Found, build_tables, name_themes
    from hubbub.queries.decay import choose_leash

    rows = read_rows(store, stream)
    known = store.read("embeddings", [stream]).filter(pl.col("encoder") == settings["encoder"])
    texts, vectors = distinct_texts(rows, known)
    del known
    texts, joins = with_themes(texts, vectors, settings.get("include", ()), settings.get("themes"))
    themed = texts.filter(pl.col("theme_id") >= 0)
    found = rows.join(themed.select("text_id", "theme_id"), on="text_id", how="left", maintain_order="left")
    without = Counter(str(kind) for kind in found.filter(pl.col("theme_id").is_null())["message_type"])
    messages = found.filter(pl.col("theme_id").is_not_null())
    leash, why = choose_leash(store, stream, settings["encoder"], settings["leash_seconds"])
    tables = build_tables(stream, messages, themed, name_themes(texts, vectors), joins, leash)
    return Found(tables, without, {"leash": why})


def read_rows(store: Archive, stream: str) -> pl.DataFrame:
    """Return the stream's messages with what topics are made from."""
    prepared = store.read("prepared", [stream]).drop("stream_id")
    messages = store.read("messages", [stream], ["message_id", "viewer_id", "offset_seconds"])
    return messages.join(prepared, on="message_id", how="inner", maintain_order="left")


def distinct_texts(rows: pl.DataFrame, embeddings: pl.DataFrame) -> tuple[pl.DataFrame, Vectors]:
    """Return one row a text: how it is written most, its type, count, moments and emotes; and its vector."""
    import polars as pl

    from hubbub.store.vectors import to_matrix

    kept = rows.filter(pl.col("left_out").is_null() & pl.col("text_id").is_not_null())
    texts = (
        kept.group_by("text_id", maintain_order=True)
        .agg(
            clean_text=pl.col("clean_text").drop_nulls().mode(maintain_order=True).first(),
            message_type=pl.col("message_type").mode(maintain_order=True).first(),
            n_messages=pl.len().cast(pl.Int64),
            offsets=pl.col("offset_seconds").drop_nulls(),
            emotes=pl.col("emotes").first(),
        )
        .join(embeddings.select("text_id").with_row_index("row"), on="text_id", how="inner", maintain_order="left")
        # Which text comes first decides ties; the time of the first message must not.
        .sort("text_id")
    )
    return texts.drop("row"), to_matrix(embeddings["vector"])[texts["row"].to_numpy()]


def with_themes(
    texts: pl.DataFrame,
    vectors: Vectors,
    include: Sequence[str],
    n_themes: int | None,
    *,
    resolution: float | None = None,
) -> tuple[pl.DataFrame, np.ndarray[Any, Any]]:
    """Return the texts with ``theme_id`` (-1: none; 0 has most messages), ``centrality``, ``x`` and ``y``.

    Also how themes merge into fewer, as ``Themes.joins`` has it.
    """
    import numpy as np
    import polars as pl

    from hubbub.analyze.layout import layout_map
    from hubbub.analyze.themes import attach, find_themes
    from hubbub.records import TOPICAL_TYPES

    topical = texts["message_type"].is_in([*TOPICAL_TYPES, *include]).to_numpy()
    joining = texts["message_type"].is_in(_JOINING_TYPES).to_numpy() & ~topical
    labels = np.full(texts.height, -1, dtype=np.int64)
    centrality = np.zeros(texts.height)
    places = np.zeros((texts.height, 2))
    joins = np.zeros((0, 2), dtype=np.int64)
    if topical.any():
        said = texts["clean_text"].to_list()
        times = [moments.to_numpy() for moments in texts["offsets"]]
        has_times = any(len(moments) for moments in times)
        core, rest = np.flatnonzero(topical), np.flatnonzero(joining)

        def take(chosen: np.ndarray[Any, Any]) -> dict[str, Any]:
            return {"times": [times[i] for i in chosen]} if has_times else {}

        themes = find_themes(
            vectors[core],
            texts["n_messages"].to_numpy()[core],
            [said[i] for i in core],
            emotes=set(texts["emotes"].explode().drop_nulls()),
            n_themes=n_themes,
            crowds=texts["crowd"].to_numpy()[core] if "crowd" in texts.columns else None,
            **take(core),
        )
        labels[core], centrality[core] = themes.labels, themes.centrality
        if len(rest) and themes.n_themes:
            labels[rest], centrality[rest] = attach(themes, vectors[rest], [said[i] for i in rest], **take(rest))
            _attach_emote_only(texts, labels, core)
        labels, joins = _by_size(labels, texts["n_messages"].to_numpy(), themes.joins)
        inside = np.flatnonzero(labels >= 0)
        places[inside] = layout_map(vectors[inside], labels[inside], texts["n_messages"].to_numpy()[inside])
    with_themes = texts.with_columns(
        theme_id=pl.Series(labels, dtype=pl.Int64),
        centrality=pl.Series(centrality, dtype=pl.Float64),
        x=pl.Series(places[:, 0], dtype=pl.Float64),
        y=pl.Series(places[:, 1], dtype=pl.Float64),
    )
    return with_themes, joins


def _attach_emote_only(texts: pl.DataFrame, labels: np.ndarray[Any, Any], core: np.ndarray[Any, Any]) -> None:
    """Give texts of nothing but emotes the theme that their emotes are used with, where they have none yet."""
    from hubbub.analyze.emote_themes import attach_emotes, emote_themes

    emotes = texts["emotes"].to_list()
    stands_for = emote_themes([emotes[i] for i in core], labels[core])
    alone = ((texts["message_type"] == "emote_only").to_numpy() & (labels < 0)).nonzero()[0]
    labels[alone] = attach_emotes([emotes[i] for i in alone], stands_for)


def _by_size(
    labels: np.ndarray[Any, Any], sizes: np.ndarray[Any, Any], joins: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the labels numbered by their messages, most first, and the joins with the new numbers."""
    import numpy as np

    from hubbub.analyze.theme_tree import rename_joins

    totals = np.bincount(labels[labels >= 0], weights=sizes[labels >= 0], minlength=len(joins))
    order = np.lexsort((np.arange(len(totals)), -totals))
    rank = np.empty(len(totals), dtype=np.int64)
    rank[order] = np.arange(len(totals))
    if not len(totals):
        return labels, joins
    return np.where(labels >= 0, rank[np.maximum(labels, 0)], -1), rename_joins(joins, order)
