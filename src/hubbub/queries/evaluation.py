"""How good encoders are: one table for any of them, ours and others'."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError, SourceError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.measures import Interval
    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive

    Array = np.ndarray[Any, Any]
    Row = dict[str, Any]

TOPIC_SETS = ("stackoverflow", "searchsnippets", "pascal_flickr", "biomedical")
_PAIRS = {
    "STS-B en": ("stsb/stsb-en-dev.csv.gz", "stsb/stsb-en-dev.csv.gz"),
    "STS-B fr": ("stsb/stsb-fr-dev.csv.gz", "stsb/stsb-fr-dev.csv.gz"),
    "STS-B fr-en": ("stsb/stsb-fr-dev.csv.gz", "stsb/stsb-en-dev.csv.gz"),
}
_MAX_PAIRS = 8_000
_MAX_TEXTS = 2_000
_N_RESAMPLES = 400
_SPEED_TEXTS = 20_000


def evaluate_encoder(
    archive: Archive | Path | str,
    encoders: Sequence[str] = ("use", "static"),
    *,
    data: str | None = None,
    stream: str | None = None,
    speed: bool = False,
) -> pl.DataFrame:
    """Return how good encoders are, measure by measure, each with its interval.

    On public sets, where their files are given: Spearman of the cosine with what people say about pairs of sentences
    (STS-B in English, French and across, SICK), the area under the curve for tweets that say the same, and how well
    k-means finds labelled topics (AMI). On the archive's streams: how much more alike messages near in time are, and
    how fast that decays. On emotes: the share of an emote's three nearest that mean something like it.

    Parameters
    ----------
    archive : Archive or path
        The archive; the decay is that of its streams.
    encoders : sequence of str
        As for embed; also folders of sentence-transformers and of model2vec.
    data : str, optional
        Folder of the public sets; by default what HUBBUB_DATA names, and without it they are left out. Its files are
        `tweets/stsb/stsb-LANGUAGE-dev.csv.gz`, `tweets/sick/SICK_test_annotated.csv.gz`,
        `tweets/twitter-paraphrase/url_train_1.csv.gz` and `topics/NAME.csv.gz`.
    stream : str, optional
        Only the decay of this stream; by default of all.
    speed : bool
        Measure messages a second too, on the archive's texts.

    Returns
    -------
    polars.DataFrame
        ``encoder, measure, value, low, high, n``: 95 % intervals (99 % for the decay's peak), null where there is none,
        and how many pairs, texts or emotes were looked at.

    Raises
    ------
    HubbubError
        When an encoder or the folder of the sets cannot be found.
    """
    import polars as pl

    from hubbub.queries.encoders import encoder_bytes, load_encoder
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    folder = data or os.environ.get("HUBBUB_DATA")
    if folder and not Path(folder).is_dir():
        raise HubbubError(f"--data must name a folder; there is none at {folder}.")
    if not encoders:
        raise HubbubError("evaluate-encoder needs at least one encoder, for example use or static.")
    store = open_archive(archive)
    chosen = [name for name in choose_streams(store, [stream] if stream else None) if store.n_rows("prepared", name)]
    rows: list[Row] = []
    for name in encoders:
        model = load_encoder(name)
        found = [*measure_encoder(model, Path(folder) if folder else None), *_decays(store, chosen, model)]
        if speed:
            found += _speed(store, chosen, model)
        found.append(_row("MB", round(encoder_bytes(name) / 1e6, 1)))
        rows += [{"encoder": name} | row for row in found]
    columns = {"encoder": pl.String, "measure": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema=columns | {"n": pl.Int64})


def measure_encoder(model: Encoder, data: Path | None) -> list[Row]:
    """Return the rows of the public sets that are there, and that of emotes."""
    rows = [] if data is None else [*_pairs(model, data), *_topics(model, data)]
    return [*rows, _emotes(model)]


def _row(measure: str, value: float | Interval | None, n: int | None = None) -> Row:
    if value is None or isinstance(value, (int, float)):
        return {"measure": measure, "value": value, "low": None, "high": None, "n": n}
    return {"measure": measure, "value": value.estimate, "low": value.low, "high": value.high, "n": n}


def _pairs(model: Encoder, data: Path) -> Iterator[Row]:
    from hubbub.analyze.agreement import rank_correlation, ranking_area

    for measure, files in _PAIRS.items():
        first, second = (data / "tweets" / file for file in files)
        if first.is_file() and second.is_file():
            one, scores = _column(first, "sentence1"), _column(first, "score")
            yield _compare(measure, model, one, _column(second, "sentence2"), scores, rank_correlation)
    sick = data / "tweets/sick/SICK_test_annotated.csv.gz"
    if sick.is_file():
        one, other, scores = (_column(sick, name) for name in ("sentence_A", "sentence_B", "relatedness_score"))
        yield _compare("SICK", model, one, other, scores, rank_correlation)
    tweets = data / "tweets/twitter-paraphrase/url_train_1.csv.gz"
    if tweets.is_file():
        one, other, scores = (_column(tweets, name)[:_MAX_PAIRS] for name in ("sentence1", "sentence2", "label"))
        yield _compare("Twitter paraphrase", model, one, other, scores, ranking_area)


def _compare(
    measure: str,
    model: Encoder,
    one: Sequence[str],
    other: Sequence[str],
    scores: Sequence[str],
    statistic: Callable[..., float],
) -> Row:
    import numpy as np

    from hubbub.measures import bootstrap_interval

    cosines = np.vecdot(model.embed(one), model.embed(other))
    truth = np.array([float(score) for score in scores])
    return _row(measure, bootstrap_interval(cosines, truth, statistic=statistic, n_resamples=_N_RESAMPLES), len(one))


def _column(path: Path, name: str) -> list[str]:
    import polars as pl

    frame = pl.read_csv(path, infer_schema_length=0)
    if name not in frame.columns:
        raise SourceError(f"{path} must have a column '{name}'; it has {', '.join(frame.columns)}.")
    return [value or "" for value in frame[name].to_list()]


def _topics(model: Encoder, data: Path) -> Iterator[Row]:
    import numpy as np

    from hubbub.analyze.agreement import group_by_means

    for name in TOPIC_SETS:
        path = data / f"topics/{name}.csv.gz"
        if not path.is_file():
            continue
        labels, texts = _column(path, "label"), _column(path, "text")
        chosen = np.random.default_rng(0).permutation(len(texts))[:_MAX_TEXTS].tolist()
        truth = np.unique([labels[i] for i in chosen], return_inverse=True)[1]
        groups = group_by_means(model.embed([texts[i] for i in chosen]), int(truth.max()) + 1, seed=0)
        yield _row(f"topics {name}", _agreement(groups, truth), len(chosen))


def _agreement(groups: Array, truth: Array) -> Interval:
    """Return the AMI with its interval, from halves of the texts.

    A bootstrap draws texts twice, which agree with themselves and flatter. Halves drawn without repeats scatter as much
    as samples of all texts would: (2/n - 1/n) of the variance is that of n.
    """
    import numpy as np

    from hubbub.measures import Interval, adjusted_mutual_information

    rng, n = np.random.default_rng(0), len(groups)
    halves = (rng.permutation(n)[: n // 2] for _ in range(100))
    low, high = np.quantile([adjusted_mutual_information(groups[half], truth[half]) for half in halves], [0.025, 0.975])
    return Interval(float(adjusted_mutual_information(groups, truth)), float(low), float(high))


def _emotes(model: Encoder) -> Row:
    from hubbub.analyze.emote_neighbors import family_names, family_shares
    from hubbub.measures import bootstrap_interval

    names, families = family_names()
    shares = family_shares(model.embed(names), families)
    return _row("emote neighbors", bootstrap_interval(shares, n_resamples=_N_RESAMPLES), len(names))


def _decays(store: Archive, streams: Sequence[str], model: Encoder) -> Iterator[Row]:
    from hubbub.queries.decay import first_said

    for stream in streams:
        texts = first_said(store, stream)
        yield from measure_stream(model, stream, texts["clean_text"].to_list(), texts["offset_seconds"].to_numpy())


def measure_stream(model: Encoder, stream: str, texts: Sequence[str], seconds: Array) -> list[Row]:
    """Return the rows of one stream's decay: the peak, the same with the moments shuffled, and the half-life."""
    import numpy as np

    from hubbub.analyze.decay import measure_decay
    from hubbub.measures import Interval

    vectors = model.embed(texts)
    decay = measure_decay(vectors, seconds)
    if not np.isfinite(decay.excess).any():
        return []
    peak = int(np.nanargmax(decay.excess))
    by_chance = measure_decay(vectors, np.random.default_rng(0).permutation(seconds))
    rows = [
        _row(
            f"{measure} {stream}",
            Interval(*(float(side[peak]) for side in (one.excess, one.low, one.high))),
            len(texts),
        )
        for measure, one in (("decay peak", decay), ("decay peak, moments shuffled,", by_chance))
    ]
    low, high = decay.half_life_band or (None, None)
    half = _row(f"decay half-life s {stream}", decay.half_life_seconds, len(texts))
    return [*rows, half | {"low": low, "high": high}]


def _speed(store: Archive, streams: Sequence[str], model: Encoder) -> list[Row]:
    """Return messages a second: of messages as they come, repeats included, after one call that is not counted."""
    texts: list[str] = []
    for stream in streams:
        texts += store.read("prepared", [stream], ["clean_text"])["clean_text"].drop_nulls().to_list()
    texts = texts[:_SPEED_TEXTS]
    if not texts:
        return []
    model.embed(texts[:100])
    started = time.perf_counter()
    model.embed(texts)
    return [_row("messages a second", round(len(texts) / (time.perf_counter() - started)), len(texts))]
