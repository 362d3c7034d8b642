"""Messages of a channel → what its emotes say: the table ``channel_emotes``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.errors import HubbubError
from hubbub.reports import Progress, Report, no_progress

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from hubbub.queries.sentiment_models import Judge, SentimentScorer
    from hubbub.store.archive import Archive

_TEXTS_TO_CHOOSE_BY = 20_000
_MIN_WORDS = 2


def learn_emotes(
    archive: Archive | Path | str,
    channels: Sequence[str] = (),
    *,
    model: str | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Learn what the emotes of a channel say that no model knows, from the words beside them.

    `score-sentiment` then tells messages of the channel by these emotes where no word in them says anything. An emote
    is learned from 20 different texts by 5 viewers, or not at all; what is a viewer's name never is.

    Parameters
    ----------
    archive : Archive or path
        The archive.
    channels : sequence of str
        The channels, with their platform or without; by default all that have a name.
    model : str, optional
        What judges the words: a shipped model ("en", "fr") or the folder of a trained one of three classes; by default
        the shipped one that knows most of the channel's words.
    progress : Progress
        Called with the streams done.

    Returns
    -------
    Report
        Emotes found, those of which there was enough to learn from; `details` says how many of each channel.
    """
    import polars as pl

    from hubbub.analyze.sentiment_model import SENTIMENTS
    from hubbub.queries.sentiment_models import load_sentiment
    from hubbub.store.archive import is_current, open_archive
    from hubbub.store.joins import channel_keys

    started = time.perf_counter()
    store = open_archive(archive)
    scorer = load_sentiment(model)
    streams: dict[str, list[str]] = {}
    for stream, key in channel_keys(store).items():
        if key is not None and (not channels or {key, key.split("/", 1)[1]} & set(channels)):
            streams.setdefault(key, []).append(stream)
    for channel in channels:
        if not any(channel in (key, key.split("/", 1)[1]) for key in streams):
            raise HubbubError(f"No channel '{channel}' in {store.path}. See: hubbub streams")
    n_found = n_repeated = n_learned = 0
    details: dict[str, int] = {}
    for key, names in streams.items():
        made = {"messages": {name: store.generation_of("messages", name) for name in names}, "sums": scorer.checksums}
        if is_current(store, "channel_emotes", key, made):
            n_repeated += store.n_rows("channel_emotes", key)
            details[key] = store.n_rows("channel_emotes", key)
            continue
        last = store.read("messages", names[-1:], ["text"])["text"].drop_nulls().unique(maintain_order=True)
        judge = scorer.judge_of(last[:_TEXTS_TO_CHOOSE_BY].to_list())
        if len(judge.model.labels) < len(SENTIMENTS):
            raise HubbubError(f"Emotes are learned by a model of {len(SENTIMENTS)} classes; '{judge.name}' has fewer.")
        uses = []
        for n_done, name in enumerate(names):
            progress(f"learning {key}", n_done, len(names))
            uses.append(_use_in_stream(judge, store.read("messages", [name], ["text", "viewer_id"])))
        progress(f"learning {key}", len(names), len(names))
        found, emotes = _read_channel(uses, _no_names(store, judge, uses))
        platform, channel = key.split("/", 1)
        rows = emotes.with_columns(platform=pl.lit(platform), channel=pl.lit(channel), model=pl.lit(judge.name))
        with store.writing() as change:
            change.put("channel_emotes", key, rows.select(list(_columns())), made)
        n_found, n_learned, details[key] = n_found + found, n_learned + emotes.height, emotes.height
    return Report(
        "learn-emotes",
        n_in=n_found + n_repeated,
        n_kept=n_learned,
        n_repeated=n_repeated,
        rejected={"too few texts or viewers": n_found - n_learned} if n_found > n_learned else {},
        seconds=time.perf_counter() - started,
        details=details,
    )


@dataclass(frozen=True)
class ChannelEmotes:
    """What the emotes of a channel say, by their words, and who reads its texts."""

    judge: Judge
    shares: dict[str, tuple[float, ...]]


def read_channel_emotes(store: Archive, channel: str, scorer: SentimentScorer) -> ChannelEmotes | None:
    """Return what was learned of a channel's emotes by one of the models of a scorer, if anything."""
    rows = store.read("channel_emotes", [channel])
    judge = next((one for one in scorer.judges if not rows.is_empty() and one.name == rows["model"][0]), None)
    shares = rows.select("p_negative", "p_neutral", "p_positive").rows()
    return ChannelEmotes(judge, dict(zip(rows["emote"].to_list(), shares, strict=True))) if judge else None


def tell_unknown(scores: pl.DataFrame, emotes: ChannelEmotes) -> pl.DataFrame:
    """Return scores of texts, those that no model can judge told by the channel's emotes in them.

    Parameters
    ----------
    scores : polars.DataFrame
        ``text, label, p_negative, p_neutral, p_positive, model``.
    emotes : ChannelEmotes
        Of the channel.
    """
    import numpy as np
    import polars as pl

    from hubbub.analyze.emote_sentiment import tell_by_emotes
    from hubbub.prepare.sentiment import prepare_for_sentiment
    from hubbub.queries.sentiment_models import UNKNOWN, shares_to_frame

    unknown = scores.filter(pl.col("label") == UNKNOWN)
    prepared = prepare_for_sentiment(emotes.judge.preparation, unknown["text"].to_list())
    shares = tell_by_emotes(prepared.rows, emotes.shares)
    shares[[language is not None for language in prepared.foreign]] = np.nan
    told = shares_to_frame(shares).with_columns(
        model=pl.when(pl.col("label") == UNKNOWN).then(unknown["model"]).otherwise(pl.lit("channel_emotes"))
    )
    found = pl.concat([unknown.select("text"), told], how="horizontal")
    return pl.concat([scores.filter(pl.col("label") != UNKNOWN), found.select(scores.columns)])


def _columns() -> tuple[str, ...]:
    from hubbub.records import TABLES

    return tuple(TABLES["channel_emotes"].columns)


Use = tuple["pl.DataFrame", "pl.DataFrame", list[float]]
"""The use of each emote, who said it beside words, and the sums of what the texts say with their number."""


def _use_in_stream(judge: Judge, messages: pl.DataFrame) -> Use:
    import numpy as np
    import polars as pl

    from hubbub.analyze.emote_sentiment import count_use, is_emote_word
    from hubbub.prepare.sentiment import prepare_for_sentiment
    from hubbub.word_rows import WordRows

    said = messages.drop_nulls("text")
    texts = said["text"].unique(maintain_order=True).to_list()
    prepared = prepare_for_sentiment(judge.preparation, texts)
    rows = prepared.rows
    is_emote = is_emote_word(rows.words)
    is_open = is_emote & ~judge.model.knows(rows.words)
    rest = rows.spell(WordRows.of(["" if emote else word for word, emote in zip(rows.words, is_emote, strict=True)]))
    can_judge = (judge.model.known_share(rest) >= 0) & (rest.counts >= _MIN_WORDS)
    can_judge &= np.array([language is None for language in prepared.foreign], np.bool_)
    judged = np.flatnonzero(can_judge)
    shares = np.full((len(texts), 3), np.nan)
    shares[judged] = judge.model.probabilities(rest.take(judged))
    use = count_use(rows, is_open, shares)
    words = pl.Series("emote", rows.words, dtype=pl.String)
    text_of = np.repeat(np.arange(len(texts)), rows.counts)
    is_said = is_open[rows.numbers] & can_judge[text_of]
    who = pl.DataFrame({
        "text": pl.Series(texts, dtype=pl.String).gather(text_of[is_said]),
        "emote": words.gather(rows.numbers[is_said]),
    }).unique()  # fmt: skip
    viewers = who.join(said, on="text").select("emote", "viewer_id").drop_nulls().unique()
    named = pl.DataFrame([words, pl.Series("n_texts", use.n_texts)]).with_columns(**_columns_of(use.shares))
    total = [*np.nansum(shares, axis=0).tolist(), float(len(judged))]
    return named.filter(pl.Series(is_open)), viewers, total


def _columns_of(shares: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    return {name: shares[:, i] for i, name in enumerate(("p_negative", "p_neutral", "p_positive"))}


def _no_names(store: Archive, judge: Judge, uses: Sequence[Use]) -> pl.Expr:
    """Return what keeps emotes that are no viewer's name, nor the end of one: nothing is learned of people."""
    import polars as pl

    from hubbub.prepare.sentiment import prepare_for_sentiment
    from hubbub.store.viewers import names_among

    names = names_among(store, {emote.lstrip(":") for named, _, _ in uses for emote in named["emote"].to_list()})
    return ~pl.col("emote").is_in(prepare_for_sentiment(judge.preparation, sorted(names)).rows.words)


def _read_channel(uses: Sequence[Use], is_kept: pl.Expr) -> tuple[int, pl.DataFrame]:
    """Return how many emotes there are that no model knows, and those of which there was enough to learn from."""
    import numpy as np
    import polars as pl

    from hubbub.analyze.emote_sentiment import MIN_TEXTS, MIN_VIEWERS, EmoteUse, read_emotes

    sums = pl.concat([named for named, _, _ in uses]).group_by("emote", maintain_order=True).sum().filter(is_kept)
    viewers = pl.concat([who for _, who, _ in uses]).unique().group_by("emote").agg(n_viewers=pl.len().cast(pl.Int64))
    enough = sums.join(viewers, on="emote", how="left").with_columns(pl.col("n_viewers").fill_null(0))
    enough = enough.filter((pl.col("n_texts") >= MIN_TEXTS) & (pl.col("n_viewers") >= MIN_VIEWERS))
    *of_channel, n_judged = np.sum([total for _, _, total in uses], axis=0).tolist()
    use = EmoteUse(enough["n_texts"].to_numpy(), enough.select("^p_.*$").to_numpy())
    shares = read_emotes(use, np.maximum(np.array(of_channel), 1e-9) / max(n_judged, 1.0))
    told = enough.with_columns(**_columns_of(shares)).sort("n_texts", "emote", descending=[True, False])
    return sums.height, told
