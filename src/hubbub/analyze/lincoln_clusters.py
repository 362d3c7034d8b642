"""Messages with their clusters → the description of each cluster in the published columns of ``twitchatds``.

The names of the columns, their order and their odd ends (``labels_``, ``diff_time_``, ``labels`` once more) are
those of its files, so that what reads them reads these too.
"""

from __future__ import annotations

import polars as pl

from hubbub.analyze.lincoln import FEATURES, N_TERMS, count_raw_terms, group_clusters

_SUM_MEAN = (
    "count_mention",
    "count_url",
    "endswith_question",
    "endswith_exclamation",
    "startswith_command",
    "count_emotes",
)


def describe_clusters(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a cluster, noise (-1) included, in order of first appearance, with ``km_labels`` last.

    Parameters
    ----------
    rows : polars.DataFrame
        One row a message: ``published_datetime, channel, username, message, message_clean, message_tokenized_length,
        count_mention, count_url, count_emotes, silhouette, x, y, labels``.
    """
    stripped, word = (
        pl.col("message").str.strip_chars(),
        pl.col("message").str.to_lowercase().str.split(" ").list.first(),
    )
    elapsed = (pl.col("published_datetime") - pl.col("published_datetime").min().over("labels")).dt.total_microseconds()
    marked = rows.with_columns(
        first_word=word,
        elapsed=elapsed / 1e6,
        endswith_question=stripped.str.ends_with("?"),
        endswith_exclamation=stripped.str.ends_with("!"),
        startswith_command=stripped.str.starts_with("!"),
    )
    length, time, moment = pl.col("message_tokenized_length"), pl.col("elapsed"), pl.col("published_datetime")
    columns = [
        length.sum().alias("message_tokenized_length_sum"),
        length.mean().alias("message_tokenized_length_mean"),
        length.std().alias("message_tokenized_length_std"),
        moment.min().alias("published_datetime_min"),
        moment.max().alias("published_datetime_max"),
        time.max().alias("elapsed_time_label_max"),
        time.std().alias("elapsed_time_label_std"),
        time.median().alias("elapsed_time_label_median"),
    ]
    for name in _SUM_MEAN:
        columns += [pl.col(name).sum().cast(pl.Int64).alias(f"{name}_sum"), pl.col(name).mean().alias(f"{name}_mean")]
    columns += [
        pl.col("channel").n_unique().cast(pl.Int64).alias("channel_nunique"),
        pl.len().cast(pl.Int64).alias("count_messages_count"),
        pl.col("username").drop_nulls().n_unique().cast(pl.Int64).alias("username_nunique"),
        pl.col("silhouette").mean().alias("silhouette_mean"),
        pl.col("silhouette").std().alias("silhouette_std"),
        pl.col("x").mean().alias("x_mean"),
        pl.col("y").mean().alias("y_mean"),
        (moment.max() - moment.min()).dt.total_seconds(fractional=True).alias("diff_time_"),
    ]
    described = marked.group_by("labels").agg(columns).sort("labels")
    described = described.join(_first_words(marked), on="labels").sort("labels")
    described = described.with_columns(
        labels_=pl.col("labels"), first_word_mean=pl.col("first_word_count") / pl.col("count_messages_count")
    )
    described = pl.concat([described, _terms(marked)], how="horizontal")
    described = described.with_columns(terms_nunique_mean=pl.col("terms_nunique") / pl.col("count_messages_count"))
    groups = group_clusters(described.select(FEATURES).cast(pl.Float64).fill_null(0.0).to_numpy())
    order = [name for name in described.columns if name not in ("labels_", "labels")]
    order.insert(order.index("diff_time_") + 1, "labels")
    order = ["labels_", *order, "km_labels"]
    described = described.with_columns(km_labels=pl.Series(groups, dtype=pl.Int64)).select(order)
    return described.sort("published_datetime_min", "labels_")


def describe_groups(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return one row a group of clusters: the mean of each of the 19 features, and the number of clusters."""
    means = [pl.col(name).mean() for name in FEATURES]
    return clusters.group_by("km_labels").agg(*means, label_count=pl.len().cast(pl.Int64)).sort("km_labels")


def _first_words(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the most frequent first word of each cluster, with its count."""
    counts = rows.group_by("labels", "first_word").agg(first_word_count=pl.len().cast(pl.Int64))
    return counts.sort("first_word_count", "first_word", descending=[True, False]).unique("labels", keep="first")


def _terms(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the terms of each cluster in columns of their own, in order of the label; empty where it has no more."""
    terms, n_different = count_raw_terms(rows["message_clean"].to_list(), rows["labels"].to_numpy())
    columns: dict[str, pl.Series] = {"terms_nunique": pl.Series(n_different, dtype=pl.Int64)}
    for place in range(N_TERMS):
        best = [row[place] if place < len(row) else ("", 0) for row in terms]
        columns[f"term_{place + 1}"] = pl.Series([term for term, _ in best], dtype=pl.String)
        columns[f"term_{place + 1}_freq"] = pl.Series([count for _, count in best], dtype=pl.Int64)
    return pl.DataFrame(columns)
