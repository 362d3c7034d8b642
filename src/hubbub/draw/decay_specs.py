"""The form of the chart of how alike messages are by the time between them."""

from __future__ import annotations

from typing import Any

import altair as alt

from hubbub.draw.axes import LABEL_SIZE, expr, finished, note, param
from hubbub.draw.theme import Mode, colors

_TICKS = (5, 10, 30, 60, 300, 600, 1800, 3600)


def decay(mode: Mode) -> alt.LayerChart:
    """Return the excess by lag with its band, random pairs as the line at 0, half-life and leash as upright rules."""
    c = colors(mode)
    minutes = "datum.value < 3600 ? datum.value/60 + ' min' : datum.value/3600 + ' h'"
    said = f"datum.value < 60 ? datum.value + ' s' : {minutes}"
    below = alt.Axis(
        title=None, values=list(_TICKS), labelExpr=said, grid=False, tickSize=6, labelFlush=False, labelOverlap=True
    )
    scale = alt.Scale(type="log", domain=[2, 3600], nice=False)
    axis = alt.Axis(title=None, tickCount=5, format=".2~f", domain=False, ticks=False)
    high = alt.Scale(domain=[alt.ExprRef("y_min"), alt.ExprRef("y_max")], nice=False, zero=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=below, scale=scale, title=None)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=axis, scale=high, title=None)

    lags = alt.Chart(alt.NamedData("lags")).transform_calculate(
        pairs="format(datum.n_pairs, ',') + ' pairs'",
        more="format(datum.excess, '.2f') + ' (' + format(datum.low, '.2f') + ' to ' + format(datum.high, '.2f') + ')'",
    )
    band = lags.mark_area(color=c["accent"], opacity=0.18, aria=False).encode(x=x("lag"), y=y("low"), y2="high:Q")
    line = lags.mark_line(color=c["accent"], strokeWidth=2, aria=False).encode(x=x("lag"), y=y("excess"))
    dots = lags.mark_circle(color=c["accent"], size=50, opacity=1).encode(
        x=x("lag"), y=y("excess"), tooltip=["between:N", "more:N", "pairs:N"]
    )
    zero = alt.Chart(alt.NamedData("one")).mark_rule(color=c["area-line"], strokeWidth=1, aria=False)
    zero = zero.transform_calculate(nothing="0").encode(y=y("nothing"))
    marks = alt.Chart(alt.NamedData("marks"))
    rules = marks.mark_rule(color=c["muted"], strokeDash=[4, 3], aria=False).encode(x=x("seconds"))
    names: dict[str, Any] = {"baseline": "top", "fontSize": LABEL_SIZE, "fontWeight": 600, "color": c["ink"]}
    halo = marks.mark_text(align="left", dx=6, **names | {"stroke": c["paper"], "strokeWidth": 4, "color": c["paper"]})
    halo, name = (
        text.encode(x=x("seconds"), y=expr("2 + 22*datum.row"), text="label:N")
        for text in (halo, marks.mark_text(align="left", dx=6, **names))
    )
    notes = [
        note(c, "'mean cosine above that of random pairs, in their standard deviations'", "-44", "-14"),
        note(c, "'pairs at random'", "4", "baseline + 17"),
        note(c, "'time between two messages'", "0", "height + 42"),
    ]
    params = [param("y_min", 0), param("y_max", 1), param("baseline", 0)]
    layers = [band, zero, rules, line, dots, halo, name, *notes]
    return finished(layers, params, mode, 320, {"left": 44, "right": 16, "top": 32, "bottom": 52})
