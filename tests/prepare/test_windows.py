"""Documents are the messages of a window, in order, never longer than allowed, and none is lost."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.prepare.windows import pack_windows

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.one_of(st.none(), st.floats(0, 30, allow_nan=False), st.just(float("nan"))),
        st.one_of(st.none(), st.text("xyzé ", max_size=8)),
    ),
    max_size=30,
)


def naive(
    rows: list[tuple[str, float | None, str | None]], window: float, most: int | None
) -> list[tuple[str, int, str]]:
    """Return what ``pack_windows`` must give, message by message."""
    whole = [row for row in rows if row[1] is not None and math.isfinite(row[1]) and row[2]]
    documents: list[tuple[str, int, str]] = []
    for stream, seconds, text in sorted(whole, key=lambda row: (row[0], row[1])):
        cut = text[:most] if most else text
        key = (stream, math.floor(seconds / window))
        last = documents[-1] if documents else None
        if last and last[:2] == key and (most is None or len(last[2]) + 1 + len(cut) <= most):
            documents[-1] = (*key, f"{last[2]} {cut}")
        else:
            documents.append((*key, cut))
    return documents


@given(ROWS, st.sampled_from([1.0, 5.0, 7.5]), st.one_of(st.none(), st.integers(1, 20)))
def test_documents_are_those_of_the_naive_loop(rows: list, window: float, most: int | None):
    schema = {"stream_id": pl.String, "seconds": pl.Float64, "text": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    found = pack_windows(frame, window_seconds=window, max_characters=most)
    assert found.select("stream_id", "window", "text").rows() == naive(rows, window, most)
    assert found["n_messages"].sum() == sum(
        1 for row in rows if row[2] and row[1] is not None and math.isfinite(row[1])
    )


@pytest.mark.parametrize("wrong", [{"window_seconds": 0.0}, {"window_seconds": 5.0, "max_characters": 0}])
def test_lengths_must_be_above_zero(wrong: dict[str, float]):
    frame = pl.DataFrame({"stream_id": ["a"], "seconds": [0.0], "text": ["x"]})
    with pytest.raises(ValueError, match="was 0"):
        pack_windows(frame, **wrong)
