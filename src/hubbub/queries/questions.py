"""What a chat asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.queries.opening import check_limit, open_streams

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LIMIT = 10_000
_MIN_WORDS = 3
_N_WORDINGS = 5
_WORD = r"\w[\w'’-]*"
_ADDRESSED = r"^(<mention>[\s,:]*)+|(\s*<mention>)+$"


def questions(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 20) -> pl.DataFrame:
    """Return what viewers asked, the same question in any wording once, by how many asked it.

    Questions of one word, and of two that say nothing (un quoi ?), are left out. Wordings are put together by meaning
    where the stream is embedded, else only where they are equal but for case, accents and marks. A message of an
    unknown viewer counts as one asker.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all, each question by stream.
    limit : int
        At most so many, those with most askers.

    Returns
    -------
    polars.DataFrame
        ``n_askers, first_seconds, question, n_messages, n_replies, last_seconds, wordings, stream_id``. ``question`` is
        the wording of most askers; ``n_replies`` counts messages that the platform links to one of them as replies, and
        is null where the source has no such links, as whether anybody answered aloud cannot be known.
    """
    import polars as pl

    check_limit(limit, _MAX_LIMIT)
    store, names = open_streams(archive, stream)
    frames = [_questions_of(store, name) for name in names]
    rows = pl.concat(frames) if frames else pl.DataFrame(schema=_schema())
    order = ["n_askers", "n_messages", "first_seconds", "question"]
    return rows.sort(order, descending=[True, True, False, False], maintain_order=True).head(limit)


def _schema() -> dict[str, Any]:
    import polars as pl

    columns: dict[str, Any] = {"n_askers": pl.Int64, "first_seconds": pl.Float64, "question": pl.String}
    columns |= {"n_messages": pl.Int64, "n_replies": pl.Int64, "last_seconds": pl.Float64}
    return columns | {"wordings": pl.List(pl.String), "stream_id": pl.String}


def _questions_of(store: Archive, name: str) -> pl.DataFrame:
    import polars as pl

    from hubbub.analyze.stop_words import STOP_WORDS

    prepared = store.read("prepared", [name], ["message_id", "clean_text", "text_id", "message_type", "left_out"])
    asked = prepared.filter(
        (pl.col("message_type") == "question") & pl.col("left_out").is_null() & pl.col("text_id").is_not_null()
    )
    words = pl.col("clean_text").str.replace_all("<mention>|<url>", "").str.to_lowercase().str.extract_all(_WORD)
    says = (words.list.len() >= _MIN_WORDS) | (
        (words.list.len() == 2) & words.list.eval(pl.element().is_in(STOP_WORDS).not_()).list.any()
    )
    asked = asked.filter(says)
    if asked.is_empty():
        return pl.DataFrame(schema=_schema())
    messages = store.read("messages", [name], ["message_id", "viewer_id", "offset_seconds", "reply_to"])
    asked = asked.join(messages.drop("reply_to"), on="message_id", how="left", maintain_order="left")
    # Whom a question is put to is no part of it.
    asked = asked.with_columns(pl.col("clean_text").str.replace_all(_ADDRESSED, ""))
    # An unknown viewer is somebody: the message's own id stands for whoever wrote it.
    asked = asked.with_columns(asker=pl.coalesce("viewer_id", "message_id"))
    texts = asked.group_by("text_id").agg(
        n_askers=pl.col("asker").n_unique().cast(pl.Int64), wording=pl.col("clean_text").mode().min()
    )
    texts = _grouped(store, name, texts.sort("text_id"))
    replies = _count_replies(asked, messages)
    asked = asked.join(texts.select("text_id", "group"), on="text_id").join(replies, on="message_id", how="left")
    wordings = texts.sort("n_askers", "wording", descending=[True, False]).group_by("group", maintain_order=True)
    shown = wordings.agg(
        question=pl.col("wording").first(),
        wordings=pl.col("wording").filter(pl.col("key").is_first_distinct()).slice(1, _N_WORDINGS),
    )
    counts = asked.group_by("group").agg(
        n_askers=pl.col("asker").n_unique().cast(pl.Int64),
        first_seconds=pl.col("offset_seconds").min(),
        n_messages=pl.len().cast(pl.Int64),
        n_replies=pl.col("n_replies").sum().cast(pl.Int64),
        last_seconds=pl.col("offset_seconds").max(),
    )
    rows = counts.join(shown, on="group").with_columns(stream_id=pl.lit(name))
    if messages["reply_to"].null_count() == messages.height:
        rows = rows.with_columns(n_replies=pl.lit(None, dtype=pl.Int64))
    return rows.select(list(_schema()))


def _grouped(store: Archive, name: str, texts: pl.DataFrame) -> pl.DataFrame:
    """Return the texts with ``group``: by meaning where there are vectors, else each alone."""
    import polars as pl

    from hubbub.analyze.questions import group_meanings
    from hubbub.store.vectors import to_matrix

    vectors = store.read("embeddings", [name])
    if not vectors.is_empty():
        vectors = vectors.filter(pl.col("encoder") == vectors["encoder"].min())
    # Equal but for case, accents and marks first: that needs no vectors.
    key = pl.col("wording").str.to_lowercase().str.normalize("NFKD").str.replace_all(r"[^\p{L}\p{N}]+", "")
    texts = texts.with_columns(key=key).sort("n_askers", "text_id", descending=[True, False])
    known = texts.join(vectors.select("text_id", "vector"), on="text_id", how="inner", maintain_order="left")
    known = known.unique("key", keep="first", maintain_order=True).sort("text_id")
    groups = group_meanings(to_matrix(known["vector"]), known["n_askers"].to_numpy(), known["wording"].to_list())
    leads = known.select("key", group=known["key"].gather(pl.Series(groups, dtype=pl.UInt32)))
    return texts.join(leads, on="key", how="left").with_columns(pl.coalesce("group", "key"))


def _count_replies(asked: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    """Return ``message_id, n_replies`` of the questions that somebody else replied to."""
    import polars as pl

    replies = messages.drop_nulls("reply_to").select("reply_to", replier="viewer_id")
    found = asked.select("message_id", "viewer_id").join(replies, left_on="message_id", right_on="reply_to")
    others = found.filter(pl.col("replier").ne_missing(pl.col("viewer_id")))
    return others.group_by("message_id").agg(n_replies=pl.len().cast(pl.Int64))
