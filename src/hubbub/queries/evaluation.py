"""How good encoders are: one table for any of them, ours and others', each against the first one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.errors import HubbubError, MissingExtraError, SourceError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from hubbub.queries.encoders import Encoder
    from hubbub.store.archive import Archive

    Array = np.ndarray[Any, Any]

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
    streams: Sequence[str] = (),
    speed: bool = False,
) -> pl.DataFrame:
    """Return how good encoders are, measure by measure, each with its interval.

    On public sets, where their files are given: Spearman of the cosine with what people say about pairs of sentences
    (STS-B in English, French and across, SICK), the area under the curve for tweets that say the same, and how well
    k-means finds labelled topics (AMI). On the archive's streams: how much more alike messages near in time are, and
    how fast that decays. On emotes: the share of an emote's three nearest that mean something like it.

    Name what training began with first: every other encoder's `gain` is over the first, on the same resamples.

    Parameters
    ----------
    archive : Archive or path
        The archive; the decay is that of its streams.
    encoders : sequence of str
        As for embed; also folders of model2vec, and the peers wordllama, minilm and potion, where they are.
    data : str, optional
        Folder of the public sets; by default what HUBBUB_DATA names, and without it they are left out. Its files are
        `tweets/stsb/stsb-LANGUAGE-dev.csv.gz`, `tweets/sick/SICK_test_annotated.csv.gz`,
        `tweets/twitter-paraphrase/url_train_1.csv.gz` and `topics/NAME.csv.gz`.
    streams : sequence of str
        The decay of these streams; by default of all.
    speed : bool
        Measure messages a second too, on the archive's texts.

    Returns
    -------
    polars.DataFrame
        ``encoder, measure, value, low, high, gain, gain_low, gain_high, baseline, n``: 95 % intervals (99 % for the
        decay's peak), null where there is none; the gain over the first encoder; the value of shuffled truths or
        moments; and how many pairs, texts or emotes were looked at. A peer that is not there has one row that says so.

    Raises
    ------
    HubbubError
        When an encoder or the folder of the sets cannot be found.
    """
    import polars as pl

    from hubbub.queries.encoders import PEERS, encoder_bytes, load_encoder
    from hubbub.store.archive import open_archive
    from hubbub.store.views import choose_streams

    folder = data or os.environ.get("HUBBUB_DATA")
    if folder and not Path(folder).is_dir():
        raise HubbubError(f"--data must name a folder; there is none at {folder}.")
    if not encoders:
        raise HubbubError("evaluate-encoder needs at least one encoder, for example use or static.")
    store = open_archive(archive)
    chosen = [name for name in choose_streams(store, streams) if store.n_rows("prepared", name)]
    found: dict[str, list[Measured]] = {}
    for name in encoders:
        try:
            model = load_encoder(name)
        except MissingExtraError as error:
            if name not in PEERS:
                raise
            found[name] = [Measured(f"left out: {error}")]
            continue
        found[name] = [*measure_encoder(model, Path(folder) if folder else None), *_decays(store, chosen, model)]
        if speed:
            found[name] += _speed(store, chosen, model)
        found[name].append(Measured("MB", round(encoder_bytes(name) / 1e6, 1)))
    rows = [row for name in found for row in describe_gain(name, found[encoders[0]], found[name])]
    numbers = dict.fromkeys(("value", "low", "high", "gain", "gain_low", "gain_high", "baseline"), pl.Float64)
    return pl.DataFrame(rows, schema={"encoder": pl.String, "measure": pl.String} | numbers | {"n": pl.Int64})


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of an encoder.

    Attributes
    ----------
    measure : str
    value, low, high, baseline : float, optional
        The number, its interval, and what it is by chance.
    n : int, optional
        Pairs, texts or emotes.
    draws : (n_resamples,) array, optional
        The number on resamples, the same ones for every encoder.
    """

    measure: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    n: int | None = None
    draws: Array | None = None


def describe_gain(name: str, first: Sequence[Measured], found: Sequence[Measured]) -> list[dict[str, Any]]:
    """Return the rows of the table for one encoder, with its gain over the first one and the 95 % interval of that."""
    import numpy as np

    known = {one.measure: one for one in first}
    rows = []
    for one in found:
        row: dict[str, Any] = {"encoder": name, "measure": one.measure, "value": one.value, "low": one.low}
        row |= {"high": one.high, "baseline": one.baseline, "n": one.n}
        before = known.get(one.measure)
        if before is not None and before is not one and one.draws is not None and before.draws is not None:
            low, high = np.quantile(one.draws - before.draws, [0.025, 0.975])
            row |= {"gain": (one.value or 0.0) - (before.value or 0.0), "gain_low": low, "gain_high": high}
        rows.append(row)
    return rows


def _measured(measure: str, value: float, draws: Array, baseline: float, n: int) -> Measured:
    import numpy as np

    low, high = np.quantile(draws, [0.025, 0.975])
    return Measured(measure, float(value), float(low), float(high), float(baseline), n, draws)


def measure_encoder(model: Encoder, data: Path | None) -> list[Measured]:
    """Return what the public sets that are there say, and the emotes."""
    found = [] if data is None else [*_pairs(model, data), *_topics(model, data)]
    return [*found, _emotes(model)]


def _pairs(model: Encoder, data: Path) -> Iterator[Measured]:
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
) -> Measured:
    import numpy as np

    from hubbub.measures import bootstrap_draws

    cosines = np.vecdot(model.embed(one), model.embed(other))
    truth = np.array([float(score) for score in scores])
    draws = bootstrap_draws(cosines, truth, statistic=statistic, n_resamples=_N_RESAMPLES)
    by_chance = statistic(cosines, np.random.default_rng(0).permutation(truth))
    return _measured(measure, statistic(cosines, truth), draws, by_chance, len(one))


def _column(path: Path, name: str) -> list[str]:
    import polars as pl

    frame = pl.read_csv(path, infer_schema_length=0)
    if name not in frame.columns:
        raise SourceError(f"{path} must have a column '{name}'; it has {', '.join(frame.columns)}.")
    return [value or "" for value in frame[name].to_list()]


def _topics(model: Encoder, data: Path) -> Iterator[Measured]:
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
        yield _agreement(f"topics {name}", groups, truth)


def _agreement(measure: str, groups: Array, truth: Array) -> Measured:
    """Return the AMI, with draws of halves of the texts.

    A bootstrap draws texts twice, which agree with themselves and flatter. Halves drawn without repeats scatter as much
    as samples of all texts would: (2/n - 1/n) of the variance is that of n.
    """
    import numpy as np

    from hubbub.measures import adjusted_mutual_information as agreement

    rng, n = np.random.default_rng(0), len(groups)
    by_chance = agreement(groups, rng.permutation(truth))
    halves = (rng.permutation(n)[: n // 2] for _ in range(100))
    draws = np.array([agreement(groups[half], truth[half]) for half in halves])
    return _measured(measure, agreement(groups, truth), draws, by_chance, n)


def _emotes(model: Encoder) -> Measured:
    from hubbub.analyze.emote_neighbors import chance_share, family_names, family_shares
    from hubbub.measures import bootstrap_draws

    names, families = family_names()
    shares = family_shares(model.embed(names), families)
    draws = bootstrap_draws(shares, n_resamples=_N_RESAMPLES)
    return _measured("emote neighbors", float(shares.mean()), draws, chance_share(families), len(names))


def _decays(store: Archive, streams: Sequence[str], model: Encoder) -> Iterator[Measured]:
    from hubbub.queries.decay import first_said

    for stream in streams:
        texts = first_said(store, stream)
        yield from measure_stream(model, stream, texts["clean_text"].to_list(), texts["offset_seconds"].to_numpy())


def measure_stream(model: Encoder, stream: str, texts: Sequence[str], seconds: Array) -> list[Measured]:
    """Return one stream's decay: the peak, beside that of shuffled moments, and the half-life.

    Peaks may be at different lags, so that encoders are compared by the mean over all lags within a minute.
    """
    import numpy as np

    from hubbub.analyze.decay import NEAR_LAGS, measure_decay

    if not texts:
        return []
    vectors = model.embed(texts)
    decay = measure_decay(vectors, seconds)
    near = slice(NEAR_LAGS)
    if not np.isfinite(decay.excess[near]).all():
        return []
    peak = int(np.argmax(decay.excess[near]))
    shuffled = measure_decay(vectors, np.random.default_rng(0).permutation(seconds)).excess
    value, low, high = (float(side[peak]) for side in (decay.excess, decay.low, decay.high))
    mean = _measured(
        f"decay within a minute {stream}",
        float(decay.excess[near].mean()),
        decay.resampled[:, near].mean(axis=1),
        float(shuffled[near].mean()),
        len(texts),
    )
    first, last = decay.half_life_band or (None, None)
    return [
        Measured(f"decay peak {stream}", value, low, high, float(shuffled[peak]), len(texts)),
        mean,
        Measured(f"decay half-life s {stream}", decay.half_life_seconds, first, last, n=len(texts)),
    ]


def _speed(store: Archive, streams: Sequence[str], model: Encoder) -> list[Measured]:
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
    return [Measured("messages a second", round(len(texts) / (time.perf_counter() - started)), n=len(texts))]
