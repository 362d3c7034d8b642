"""What a chat was asked to vote on, and what it answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.queries.opening import check_limit, open_streams

if TYPE_CHECKING:
    import polars as pl

    from hubbub.analyze.polls import Poll
    from hubbub.store.archive import Archive

_MAX_LIMIT = 10_000
_HOSTS = ("broadcaster", "moderator")
_HOST_SCORE = 2
_ASKS = 4
"""A viewer's list of options that asks, or a host's call to vote."""
_MAX_RESULT = 6


def polls(archive: Archive | Path | str, *, stream: str | None = None, limit: int = 50) -> pl.DataFrame:
    """Return the polls of a chat with their results, in order of time.

    A poll is a crowd that gives short answers at once (a, b, c; 1, 2; oui, non; +1). A viewer has one vote: the last
    answer given. Where the source names no viewers, each answer counts as a vote.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    stream : str, optional
        The stream; by default all.
    limit : int
        At most so many, the first ones.

    Returns
    -------
    polars.DataFrame
        ``start_seconds, end_seconds, n_voters, result, question, n_answers, n_changed, options, stream_id, poll_id``.
        ``result`` is the result in words; ``question`` the message before it that seems to ask, or null;
        ``n_changed`` voters whose last answer is not their first; ``options`` has ``answer, text, n_votes, share, low,
        high`` with a 95 % interval of the share, most votes first.
    """
    import polars as pl

    check_limit(limit, _MAX_LIMIT)
    store, names = open_streams(archive, stream)
    rows: list[dict[str, Any]] = []
    for name in names:
        rows += _polls_of(store, name)
        if len(rows) >= limit:
            break
    option = {"answer": pl.String, "text": pl.String, "n_votes": pl.Int64}
    option |= {"share": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    schema: dict[str, Any] = {"start_seconds": pl.Float64, "end_seconds": pl.Float64, "n_voters": pl.Int64}
    schema |= {"result": pl.String, "question": pl.String, "n_answers": pl.Int64, "n_changed": pl.Int64}
    schema |= {"options": pl.List(pl.Struct(option)), "stream_id": pl.String, "poll_id": pl.Int64}
    return pl.DataFrame(rows[:limit], schema=schema)


def _polls_of(store: Archive, name: str) -> list[dict[str, Any]]:
    import polars as pl

    from hubbub.analyze.polls import find_asking, find_polls
    from hubbub.prepare.polls import asks_for_votes, read_answer

    prepared = store.read("prepared", [name], ["message_id", "clean_text", "message_type", "emotes"])
    answers = prepared.filter(pl.col("message_type") == "poll_answer")
    if answers.is_empty():
        return []
    messages = store.read("messages", [name], ["message_id", "viewer_id", "offset_seconds", "roles"])
    answers = answers.join(messages, on="message_id", how="left", maintain_order="left")
    distinct = answers.select("clean_text", "emotes").unique(maintain_order=True)
    read = [read_answer(text or "", emotes or []) for text, emotes in distinct.iter_rows()]
    distinct = distinct.with_columns(
        family=pl.Series([family for family, _ in read], dtype=pl.Int64),
        answer=pl.Series([answer for _, answer in read], dtype=pl.String),
    )
    answers = answers.join(distinct, on=["clean_text", "emotes"], how="left", nulls_equal=True, maintain_order="left")
    names = sorted(answers["answer"].unique().to_list())
    asking = _asking(prepared, messages, asks_for_votes)
    found = find_polls(
        answers["family"].to_numpy(),
        answers["answer"].replace_strict(names, range(len(names)), return_dtype=pl.Int64).to_numpy(),
        answers["viewer_id"].cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1).to_numpy(),
        answers["offset_seconds"].fill_null(float("nan")).to_numpy(),
        asking.filter(pl.col("score") >= _ASKS)["offset_seconds"].to_numpy(),
    )
    rows = []
    for poll_id, poll in enumerate(found):
        place = find_asking(poll.first_seconds, asking["offset_seconds"].to_numpy(), asking["score"].to_numpy(), _ASKS)
        question = None if place is None else str(asking["clean_text"][place])
        rows.append({"stream_id": name, "poll_id": poll_id} | _describe(poll, names, question))
    return rows


def _asking(prepared: pl.DataFrame, messages: pl.DataFrame, score: Any) -> pl.DataFrame:  # noqa: ANN401
    """Return what may ask for votes: ``offset_seconds, clean_text, score``; a host's question counts for more."""
    import polars as pl

    said = prepared.filter(pl.col("clean_text").is_not_null() & (pl.col("message_type") != "poll_answer"))
    said = said.join(messages, on="message_id", how="left", maintain_order="left").drop_nulls("offset_seconds")
    hosts = pl.col("roles").list.eval(pl.element().is_in(_HOSTS)).list.any().fill_null(value=False)
    texts = said["clean_text"].unique(maintain_order=True)
    scores = pl.DataFrame({"clean_text": texts, "score": [score(text) for text in texts]})
    said = said.join(scores, on="clean_text", how="left", maintain_order="left")
    scored = pl.col("score") + pl.when(hosts & (pl.col("score") > 0)).then(_HOST_SCORE).otherwise(0)
    return said.select("offset_seconds", "clean_text", score=scored).filter(pl.col("score") > 0)


def _describe(poll: Poll, names: list[str], question: str | None) -> dict[str, Any]:
    from hubbub.prepare.polls import read_options

    stands_for = read_options(question) if question else {}
    options = [
        {
            "answer": names[option.answer],
            "text": stands_for.get(names[option.answer]),
            "n_votes": option.n_votes,
            "share": option.share.estimate,
            "low": option.share.low,
            "high": option.share.high,
        }
        for option in poll.options
    ]
    said = [f"{option['answer']} {option['share']:.0%}" for option in options[:_MAX_RESULT]]
    return {
        "start_seconds": poll.first_seconds,
        "end_seconds": poll.last_seconds,
        "n_voters": poll.n_voters,
        "result": ", ".join(said) + (" …" if len(options) > _MAX_RESULT else ""),
        "question": question,
        "n_answers": poll.n_answers,
        "n_changed": poll.n_changed,
        "options": options,
    }
