"""Find topics by the method of Lincoln's twitchatds: the tables of a stream, and the files that its scripts write."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.commands.theme_tables import Found
    from hubbub.store.archive import Archive

_LABEL_TERMS, _N_EXAMPLES, _PRINTED_TERMS, _N_COMPARED = 3, 3, 5, 60
_MENTION, _URL, _TOKEN = r"@\S+", r"(?:https?|ftp)://\S+", r"\w+|[^\w\s]"
_STATS = (
    "index",
    "published_datetime",
    "channel",
    "username",
    "channel_2",
    "message",
    "published_date",
    "count_mention",
    "message_length",
    "count_url",
    "message_clean",
    "message_tokenized_length",
    "diff_published_datetime",
    "x",
    "y",
    "labels",
    "km_labels",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """One run on one stream.

    Attributes
    ----------
    messages : polars.DataFrame
        One row a message in order of time: what it says and what the method needs to know of it.
    clusters : polars.DataFrame
        One row a cluster in order of first appearance, noise included: its description in the published columns.
    groups : polars.DataFrame
        One row a group of clusters: the mean of its clusters' features.
    vectors : (n_messages, dim) float32
        Of the messages' texts.
    """

    messages: pl.DataFrame
    clusters: pl.DataFrame
    groups: pl.DataFrame
    vectors: np.ndarray[Any, Any]


def find_stream_topics(store: Archive, stream: str, settings: dict[str, Any]) -> Found:
    """Return the topics of one stream; write the method's own files where ``settings`` names a folder.

    Parameters
    ----------
    store : Archive
        With the stream's messages, prepared and embedded.
    stream : str
        The stream.
    settings : dict
        ``encoder``, ``leash_seconds``, ``time_scale_seconds`` and, where files are wanted, ``output``.
    """
    from hubbub.commands.theme_tables import Found
    from hubbub.queries.decay import choose_leash

    run = run_lincoln(store, stream, settings["encoder"], settings["time_scale_seconds"])
    leash, why = choose_leash(store, stream, settings["encoder"], settings["leash_seconds"])
    tables = _tables(run, stream, leash)
    if settings.get("output"):
        write_files(run, Path(settings["output"]) / stream.replace("/", "_"), tables["themes"])
    noise = run.messages.filter(run.messages["labels"] < 0)
    without = Counter(str(kind) for kind in noise["message_type"])
    left_out = store.n_rows("messages", stream) - run.messages.height
    without.update({"not grouped by this method": left_out} if left_out else {})
    split = {"share_of_repeated_texts_split": round(repeats_split(run), 4)}
    return Found(tables, without, {"leash": why, **split})


def run_lincoln(store: Archive, stream: str, encoder: str, time_scale_seconds: float) -> Run:
    """Return the clusters of a stream's messages with their descriptions.

    Raises
    ------
    HubbubError
        When time counts and messages have none.
    """
    import polars as pl

    from hubbub.analyze.lincoln import cluster_messages
    from hubbub.analyze.lincoln_clusters import describe_clusters, describe_groups
    from hubbub.store.vectors import to_matrix

    rows, vectors = _read(store, stream, encoder)
    if time_scale_seconds and rows["offset_seconds"].null_count():
        raise HubbubError(f"Stream '{stream}' has messages without times: use --time-scale-seconds 0.")
    matrix = to_matrix(vectors["vector"])[rows["place"].to_numpy()] if rows.height else to_matrix(vectors["vector"])
    found = cluster_messages(matrix, rows["offset_seconds"].fill_null(0.0).to_numpy(), time_scale_seconds)
    rows = rows.with_columns(
        labels=pl.Series(found.labels, dtype=pl.Int64),
        silhouette=pl.Series(found.silhouettes, dtype=pl.Float64),
        x=pl.Series(found.places[:, 0], dtype=pl.Float64),
        y=pl.Series(found.places[:, 1], dtype=pl.Float64),
    )
    clusters = describe_clusters(rows)
    rows = rows.join(clusters.select(labels="labels_", km_labels="km_labels"), on="labels", maintain_order="left")
    return Run(rows, clusters, describe_groups(clusters), matrix)


def _read(store: Archive, stream: str, encoder: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the messages in order of time, with the place of each text's vector, and the texts with their vectors."""
    import polars as pl

    from hubbub.analyze.lincoln import count_emotes

    vectors = store.read("embeddings", [stream]).filter(pl.col("encoder") == encoder).select("text_id", "vector")
    vectors = vectors.sort("text_id")
    prepared = store.read(
        "prepared", [stream], ["message_id", "clean_text", "text_id", "message_type", "left_out", "emotes"]
    )
    messages = store.read("messages", [stream])
    started = messages["sent_at"].min() or _EPOCH
    moment = pl.coalesce(
        "sent_at", pl.lit(started) + pl.duration(microseconds=pl.col("offset_seconds").fill_null(0) * 1e6)
    )
    rows = (
        messages.drop("emotes")
        .join(prepared.filter(pl.col("left_out").is_null()), on="message_id", how="inner", maintain_order="left")
        .join(vectors.select("text_id").with_row_index("place"), on="text_id", how="inner", maintain_order="left")
        .with_columns(published_datetime=moment.cast(pl.Datetime("us", "UTC")))
        .sort("offset_seconds", "message_id", nulls_last=True)
        .with_row_index("index")
    )
    emotes = count_emotes(rows["text"].to_list(), set(rows["emotes"].explode().drop_nulls()))
    rows = rows.with_columns(
        username=pl.col("viewer_id"),
        channel_2=pl.col("channel"),
        message=pl.col("text"),
        published_date=pl.col("published_datetime").dt.truncate("1d"),
        count_mention=pl.col("text").str.count_matches(_MENTION).cast(pl.Int64),
        message_length=pl.col("text").str.len_chars().cast(pl.Int64),
        count_url=pl.col("text").str.count_matches(_URL).cast(pl.Int64),
        message_clean=pl.col("clean_text"),
        # Their tokenizer is not ours: words and marks, and the two tokens that it puts around a message.
        message_tokenized_length=(pl.col("clean_text").str.count_matches(_TOKEN) + 2).cast(pl.Int64),
        diff_published_datetime=pl.col("offset_seconds") - pl.col("offset_seconds").min(),
        count_emotes=pl.Series(emotes, dtype=pl.Int64),
    )
    return rows, vectors


def _tables(run: Run, stream: str, leash_seconds: float) -> dict[str, pl.DataFrame]:
    """Return the rows of themes, text_themes, episodes and message_topics.

    A message has its cluster as its theme, exactly. A text may be in several clusters; ``text_themes`` has it in the
    one of most of its messages, and counts only those.
    """
    import polars as pl

    from hubbub.analyze.episodes import find_episodes

    inside = run.messages.filter(pl.col("labels") >= 0).rename({"labels": "theme_id"})
    seconds = inside["offset_seconds"].fill_null(float("nan")).to_numpy()
    episodes = find_episodes(inside["theme_id"].to_numpy(), seconds, leash_seconds)
    inside = inside.with_columns(episode_id=pl.Series(episodes, dtype=pl.Int64))
    counted = {
        "first_seconds": pl.col("offset_seconds").min(),
        "last_seconds": pl.col("offset_seconds").max(),
        "n_messages": pl.len().cast(pl.Int64),
        "n_viewers": pl.col("viewer_id").drop_nulls().n_unique().cast(pl.Int64),
    }
    tables = {
        "themes": _themes(run, inside, counted),
        "text_themes": _text_themes(run),
        "episodes": inside.group_by("episode_id", "theme_id").agg(**counted).sort("episode_id"),
        "message_topics": inside.select("message_id", "theme_id", "episode_id"),
    }
    return {name: _as_table(name, stream, frame) for name, frame in tables.items()}


def _themes(run: Run, inside: pl.DataFrame, counted: dict[str, pl.Expr]) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    from hubbub.analyze.lincoln import N_TERMS, central_messages
    from hubbub.analyze.rates import peak_seconds

    rows = run.messages
    texts = rows["message_clean"].to_list()
    best = central_messages(
        rows.select("x", "y").to_numpy(),
        rows["labels"].to_numpy(),
        rows["message_tokenized_length"].to_numpy(),
        rows["count_mention"].to_numpy(),
        _N_EXAMPLES,
        texts,
    )
    described = run.clusters.filter(pl.col("labels_") >= 0).sort("labels_")
    terms = [[term for term in row if term] for row in described.select(f"term_{i + 1}" for i in range(N_TERMS)).rows()]
    examples = [[texts[i] for i in chosen] for chosen in best]
    peaks = [
        peak_seconds(offsets.to_numpy())
        for offsets in inside.group_by("theme_id")
        .agg("offset_seconds")
        .sort("theme_id")["offset_seconds"]
        .list.drop_nulls()
    ]
    labels = [" · ".join(words[:_LABEL_TERMS]) or shown[0][:40] for words, shown in zip(terms, examples, strict=True)]
    return (
        inside.group_by("theme_id")
        .agg(
            **counted,
            n_texts=pl.col("text_id").n_unique().cast(pl.Int64),
            share=pl.len() / max(inside.height, 1),
            x=pl.col("x").median(),
            y=pl.col("y").median(),
        )
        .sort("theme_id")
        .with_columns(
            label=pl.Series(labels, dtype=pl.String),
            terms=pl.Series(terms, dtype=pl.List(pl.String)),
            examples=pl.Series(examples, dtype=pl.List(pl.String)),
            peak_seconds=pl.Series([None if np.isnan(peak) else peak for peak in peaks], dtype=pl.Float64),
        )
    )


def _text_themes(run: Run) -> pl.DataFrame:
    import numpy as np
    import polars as pl

    from hubbub.analyze.lincoln import theme_of_text

    rows = run.messages
    ids = rows["text_id"].unique().sort()
    text = rows["text_id"].replace_strict(ids, range(len(ids)), return_dtype=pl.Int64).to_numpy()
    theme, size, _ = theme_of_text(text, rows["labels"].to_numpy())
    chosen = rows.select("text_id", "labels", "x", "y").join(
        pl.DataFrame({"text_id": ids, "theme_id": theme, "n_messages": size}), on="text_id"
    )
    places = chosen.filter(pl.col("labels") == pl.col("theme_id")).group_by("text_id", "theme_id", "n_messages")
    means = np.zeros((max(int(theme.max(initial=-1)) + 1, 1), run.vectors.shape[1] if run.vectors.ndim > 1 else 0))
    label = rows["labels"].to_numpy()
    np.add.at(means, label[label >= 0], run.vectors[label >= 0])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    first = {name: row for row, name in reversed(list(enumerate(rows["text_id"])))}
    found = places.agg(pl.col("x").mean(), pl.col("y").mean()).filter(pl.col("theme_id") >= 0).sort("text_id")
    central = [
        float(run.vectors[first[name]] @ means[cluster]) for name, cluster in found.select("text_id", "theme_id").rows()
    ]
    return found.with_columns(centrality=pl.Series(central, dtype=pl.Float64))


def _as_table(name: str, stream: str, frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    from hubbub.records import TABLES, empty_frame

    if frame.is_empty():
        return empty_frame(TABLES[name])
    form = TABLES[name].columns
    frame = frame.with_columns(stream_id=pl.lit(stream))
    return frame.with_columns(
        pl.lit(None, dtype=dtype).alias(column) for column, dtype in form.items() if column not in frame.columns
    ).select(list(form))


def repeats_split(run: Run) -> float:
    """Return the share of the texts sent more than once whose messages are in several clusters or partly in none."""
    import polars as pl

    texts = run.messages.group_by("text_id").agg(n=pl.len(), parts=pl.col("labels").n_unique())
    repeated = texts.filter(pl.col("n") > 1)
    return float((repeated["parts"] > 1).mean() or 0.0)  # type: ignore[arg-type]


def write_files(run: Run, folder: Path, themes: pl.DataFrame) -> None:
    """Write ``print_clusters.txt`` and the three CSV files in the form of the published ones, and the pictures.

    Numbers have a decimal comma, as there. ``pd_stats.csv`` has pseudonyms as user names and no ``input_ids``, which
    belong to a tokenizer of the system itself.

    Raises
    ------
    HubbubError
        When the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "print_clusters.txt").write_text(print_clusters(run), "utf-8")
        _write_csv(folder / "description_clusters.csv", run.clusters.drop("km_labels"))
        _write_csv(folder / "description_clusters_with_km.csv", run.groups)
        _write_csv(folder / "pd_stats.csv", run.messages.select(_STATS))
        for name, content in _pictures(run, themes, folder.name).items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise HubbubError(f"Cannot write {folder}: {error.strerror or error}.") from error


def _pictures(run: Run, themes: pl.DataFrame, stream: str) -> dict[str, bytes]:
    """Return the pictures by file name; none where everything is noise."""
    from hubbub.analyze.similarity import theme_means
    from hubbub.draw.lincoln import draw_clustering
    from hubbub.queries.similarity import compare_topics, join_topics

    if themes.is_empty():
        return {}
    largest = themes.select("theme_id", "label", "n_messages").head(_N_COMPARED)
    labels = run.messages["labels"].to_numpy()
    means = theme_means(run.vectors, labels, [1] * len(labels), largest.height)
    page = {
        "stream": {"stream_id": stream},
        "topics": themes.to_dicts(),
        "tree": join_topics(largest, means).to_dicts(),
        "similarity": compare_topics(largest, means).to_dicts(),
    }
    columns = {"labels": "labels", "seconds": "offset_seconds", "x": "x", "y": "y", "text": "message_clean"}
    return draw_clustering(page, {name: run.messages[column].to_list() for name, column in columns.items()})


def print_clusters(run: Run) -> str:
    """Return the text listing: each cluster with its terms, its silhouette, and its messages with theirs."""
    import polars as pl

    lines = []
    messages = dict(run.messages.partition_by("labels", as_dict=True, maintain_order=True))
    for cluster in run.clusters.filter(pl.col("labels_") >= 0).to_dicts():
        head = f"-------------------- LABEL {cluster['labels_']} --------------------"
        terms = [(cluster[f"term_{i + 1}"], cluster[f"term_{i + 1}_freq"]) for i in range(_PRINTED_TERMS)]
        lines += [head, "/".join(f"{term} ({count if term else 0.0})" for term, count in terms)]
        lines += [f"silouhette moyenne: {cluster['silhouette_mean']:.2f}", head]
        shown = messages[(cluster["labels_"],)].select("published_datetime", "silhouette", "message_clean")
        lines += [
            f"{moment:%Y-%m-%d %H:%M:%S} {value: .2f}: {' '.join(text.split())} "
            for moment, value, text in shown.rows()
        ]
    return "".join(f"{line}\n" for line in lines)


def _write_csv(path: Path, frame: pl.DataFrame) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows([_cell(value) for value in row] for row in frame.iter_rows())


def _cell(value: Any) -> object:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value).replace(".", ",")
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
