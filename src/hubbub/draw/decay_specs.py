"""The form of the chart of how alike messages are by the time between them."""

from __future__ import annotations

from typing import Any

import altair as alt

from hubbub.draw.axes import COLOR, LABEL_SIZE, expr, finished, hued, note, param
from hubbub.draw.theme import Mode, colors

_TICKS = (5, 10, 30, 60, 300, 600, 1800, 3600)


def decay(mode: Mode) -> alt.LayerChart:
    """Return the excess by lag with its band, a color an encoder, and random pairs as the line at 0.

    Of one encoder the half-life and the leash are upright rules; several have their names at the right.
    """
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

    lags = hued(alt.Chart(alt.NamedData("lags")), mode).transform_calculate(
        pairs="format(datum.n_pairs, ',') + ' pairs'",
        more="format(datum.excess, '.2f') + ' (' + format(datum.low, '.2f') + ' to ' + format(datum.high, '.2f') + ')'",
    )
    stroke, fill = alt.Stroke("color:N", scale=None, legend=None), alt.Fill("color:N", scale=None, legend=None)
    band = lags.mark_area(opacity=0.18, aria=False).encode(
        x=x("lag"), y=y("low"), y2="high:Q", fill=fill, detail="encoder:N"
    )
    line = lags.mark_line(strokeWidth=2, aria=False).encode(
        x=x("lag"), y=y("excess"), stroke=stroke, detail="encoder:N"
    )
    dots = lags.mark_circle(size=50, opacity=1).encode(
        x=x("lag"), y=y("excess"), color=COLOR, tooltip=["encoder:N", "between:N", "more:N", "pairs:N"]
    )
    encoders = hued(alt.Chart(alt.NamedData("encoders")), mode).mark_text(
        align="right", baseline="top", fontSize=LABEL_SIZE, fontWeight=600
    )
    encoders = encoders.encode(x=expr("width - 8"), y=expr("4 + 20*datum.row"), text="label:N", color=COLOR)
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
    layers = [band, zero, rules, line, dots, halo, name, encoders, *notes]
    return finished(layers, params, mode, 320, {"left": 44, "right": 16, "top": 32, "bottom": 52})
