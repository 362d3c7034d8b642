"""The bad-buzz alerts that were raised."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LIMIT = 10_000


def alerts(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 50) -> pl.DataFrame:
    """Return the bad-buzz alerts, newest first, with what was said; `hubbub watch-buzz` raises them.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all.
    limit : int
        At most so many.

    Returns
    -------
    polars.DataFrame
        ``subject, started_at, start_seconds, alarm_seconds, end_seconds`` (null while it is under way), ``n_negative,
        expected, n_viewers, negative_share, usual_share, novelty, probability, themes`` (their labels), ``quotes,
        stream_id, alert_id``.
    """
    import polars as pl

    from hubbub.queries.opening import check_limit, open_streams

    check_limit(limit, _MAX_LIMIT)
    store, chosen = open_streams(archive, stream)
    rows = store.read("alerts", chosen)
    order = ["started_at", "start_seconds", "stream_id", "alert_id"]
    rows = rows.sort(order, descending=[True, True, False, False], nulls_last=True, maintain_order=True).head(limit)
    texts: dict[str, str] = {}
    labels: dict[tuple[str, int], str] = {}
    for name in rows["stream_id"].unique().sort().to_list():
        messages = store.read("messages", [name], ["message_id", "text"])
        wanted = rows.filter(pl.col("stream_id") == name)["evidence"].explode().unique()
        texts |= dict(messages.filter(pl.col("message_id").is_in(wanted.implode())).rows())
        labels |= {(name, key): label for key, label in store.read("themes", [name], ["theme_id", "label"]).rows()}
    shown = rows.with_columns(
        pl.Series(
            "quotes", [[texts[key] for key in keys if key in texts] for keys in rows["evidence"]], pl.List(pl.String)
        ),
        pl.Series(
            "themes",
            [[labels.get((name, key), str(key)) for key in keys] for name, keys in rows["stream_id", "themes"].rows()]
            if rows.height
            else [],
            pl.List(pl.String),
        ),
    )
    columns = ["subject", "started_at", "start_seconds", "alarm_seconds", "end_seconds", "n_negative", "expected"]
    columns += ["n_viewers", "negative_share", "usual_share", "novelty", "probability", "themes", "quotes"]
    return shown.select([*columns, "stream_id", "alert_id"])
