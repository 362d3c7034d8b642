"""The form of the chart of the mood over time."""

from __future__ import annotations

import altair as alt

from hubbub.draw.axes import finished, note, param, time_params, time_x, when_expr
from hubbub.draw.theme import Mode, colors

_FEW = 5
"""Bins with fewer judged messages are drawn pale."""


def mood(mode: Mode) -> alt.LayerChart:
    """Return the shares of what was said for and against, above and below a line, with their balance and its band."""
    c = colors(mode)
    axis = alt.Axis(
        title=None,
        values=[-1, -0.5, 0, 0.5, 1],
        labelExpr="round(100*abs(datum.value)) + ' %'",
        domain=False,
        ticks=False,
        gridOpacity=alt.condition("datum.value == 0", alt.value(1), alt.value(0.6)),
    )
    scale = alt.Scale(domain=[alt.ExprRef("-y_max"), alt.ExprRef("y_max")], nice=False, zero=True)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=axis, scale=scale, title=None, stack=None)

    rows = alt.Chart(alt.NamedData("mood")).transform_calculate(
        time=when_expr("datum.at"),
        positive="round(100*datum.up) + ' % of ' + format(datum.n, ',') + ' judged'",
        negative="round(-100*datum.down) + ' % of ' + format(datum.n, ',') + ' judged'",
    )
    tip = ["time:N", "positive:N", "negative:N"]
    bars = [
        rows.mark_rect(fill=c[name], opacity=alt.ExprRef(f"datum.n < {_FEW} ? 0.35 : 0.9")).encode(
            x=time_x("at"), x2="until:Q", y=y(field), y2=alt.datum(0), tooltip=tip
        )
        for name, field in (("positive", "up"), ("negative", "down"))
    ]
    interval = rows.transform_calculate(middle="(datum.at + datum.until)/2").mark_rule(
        color=c["ink"], strokeWidth=1, opacity=0.6, aria=False
    )
    interval = interval.encode(x=time_x("middle"), y=y("low"), y2="high:Q", tooltip=tip)
    balance = rows.mark_rule(color=c["ink"], strokeWidth=2).encode(
        x=time_x("at"), x2="until:Q", y=y("balance"), tooltip=tip
    )
    alerts = alt.Chart(alt.NamedData("alerts")).transform_calculate(time=when_expr("datum.at"))
    raised = ["subject:N", "time:N", "said:N", "quote:N"]
    span = alerts.mark_rect(fill=c["accent"], opacity=0.14).encode(
        x=time_x("at"), x2="until:Q", y=alt.value(0), y2=alt.value(alt.ExprRef("height")), tooltip=raised
    )
    flag = alerts.mark_text(align="left", baseline="top", dx=4, dy=2, fontWeight=600, color=c["accent"], limit=200)
    flag = flag.encode(x=time_x("at"), y=alt.value(0), text="subject:N", tooltip=raised)
    params = [*time_params(), param("y_max", 1), param("y_title", "")]
    notes = [note(c, "y_title", "-48", "-14"), note(c, "x_title", "0", "height + (started_ms ? 58 : 42)")]
    layers = [span, *bars, interval, balance, flag, *notes]
    return finished(layers, params, mode, 220, {"left": 48, "right": 16, "top": 32, "bottom": 64})
