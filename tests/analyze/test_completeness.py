"""Planted gaps are found; streams with over-dispersed rates, bursts and quiet endings have none."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from hubbub.analyze.completeness import CUT_END, Evidence, find_silences, judge

N_STREAMS = 60


def stream(seed: int, rate: float, spread: float, hours: float = 2.0) -> np.ndarray:
    """Return offsets of a stream whose log rate wanders by ``spread``, with bursts and an end that falls silent."""
    draw = np.random.default_rng([seed, round(rate * 100), round(spread * 100)])
    step, memory = 5.0, np.exp(-5.0 / 300.0)
    n_steps = int(hours * 3600 / step)
    wandering = np.empty(n_steps)
    wandering[0] = draw.normal()
    for at in range(1, n_steps):
        wandering[at] = memory * wandering[at - 1] + np.sqrt(1 - memory**2) * draw.normal()
    rates = rate * np.exp(spread * wandering - spread**2 / 2)
    for start in draw.integers(n_steps, size=6):
        rates[start : start + draw.integers(3, 12)] *= draw.uniform(4, 15)
    ending = draw.integers(int(0.8 * n_steps), n_steps)
    rates[ending:] *= np.linspace(1, 0.02, n_steps - ending)
    counts = draw.poisson(rates * step)
    return np.sort(np.repeat(np.arange(n_steps) * step, counts) + draw.uniform(0, step, counts.sum()))


@pytest.mark.parametrize(("rate", "spread", "least_found"), [(0.3, 0.5, 0.5), (2.0, 0.5, 0.95), (2.0, 1.0, 0.7)])
def test_planted_gaps_are_found_and_no_others(rate: float, spread: float, least_found: float):
    n_false = n_found = 0
    for seed in range(N_STREAMS):
        whole = stream(seed, rate, spread)
        n_false += find_silences(whole).height > 0
        length = max(120.0, 60.0 / rate)
        first = np.random.default_rng(seed).uniform(600, whole[-1] * 0.7 - length)
        found = find_silences(whole[(whole < first) | (whole > first + length)])
        n_found += found.filter((pl.col("first_seconds") <= first) & (pl.col("last_seconds") >= first + length)).height
    # alpha is 1 in 100 streams: four of 60 would come up in less than one of 250 runs with other seeds.
    assert n_false <= 3
    assert n_found >= least_found * N_STREAMS


def test_an_end_is_cut_only_where_the_stated_one_is_far():
    whole = stream(1, 2.0, 0.3)
    half = whole[whole < 3600]
    found = find_silences(half, duration_seconds=7200.0)
    assert found["cause"].to_list() == [CUT_END]
    assert found["last_seconds"].to_list() == [7200.0]
    assert 1000 < found["n_expected"][0] < 20_000
    assert find_silences(half, duration_seconds=3602.0).is_empty()
    assert find_silences(half).is_empty()


def test_order_and_other_rows_do_not_matter():
    whole = stream(3, 1.0, 0.5)
    cut = whole[(whole < 2000) | (whole > 2400)]
    shuffled = np.random.default_rng(0).permutation(np.concatenate([cut, [np.nan, np.inf]]))
    assert find_silences(cut).height == 1
    assert find_silences(shuffled).equals(find_silences(cut))


def test_what_a_known_gap_explains_is_no_silence_and_what_it_leaves_is():
    whole = stream(4, 2.0, 0.3)
    first, last = 2000.0, 2600.0
    cut = whole[(whole < first) | (whole > last)]
    (seen,) = find_silences(cut).rows()
    for known in ([(first, last)], [(2300, last), (first - 5, 2310), (2100, 2200)], [(last - 590, last)]):
        assert find_silences(cut, known_gaps=known).is_empty(), known
    for known, n_left in (
        ([(first + 200, first + 300)], 500),
        ([(2000, 2300), (2100, 2200), (0, 9), (2200, 2250)], 300),
    ):
        (found,) = find_silences(cut, known_gaps=known).rows()
        assert found[:3] == seen[:3]
        assert found[3] == pytest.approx(n_left * 2.0, rel=0.5)


@pytest.mark.parametrize("offsets", [[], [1.0], [5.0] * 500, list(range(99)), list(range(1000))])
def test_what_tells_nothing_has_no_gap(offsets: list[float]):
    assert find_silences(offsets, duration_seconds=None).is_empty()


def test_verdicts():
    nothing = [("show", find_silences([]))]
    assert judge(Evidence(None, 50, None, None), nothing) == ("unknown", ())
    assert judge(Evidence(None, 50, 50, None), nothing) == ("complete", ())
    assert judge(Evidence(None, 50, 80, None), nothing) == (
        "incomplete",
        ("30 of 80 messages that the file says it holds",),
    )
    verdict, missing = judge(Evidence("the gzip stream ends early", 50, None, None, [(21, 40)]), nothing)
    assert verdict == "incomplete"
    assert missing == ("cut off: the gzip stream ends early", "repeated: rows 21 to 40 were there before")
