"""The forms of the charts that compare topics: volumes, tree and similarities."""

from __future__ import annotations

from typing import Any

import altair as alt

from hubbub.draw.axes import (
    COLOR,
    LABEL_SIZE,
    WRITTEN,
    expr,
    finished,
    hued,
    note,
    param,
    time_params,
    time_x,
    when_expr,
)
from hubbub.draw.theme import Mode, colors

_NAME: dict[str, Any] = {
    "baseline": "middle",
    "fontSize": LABEL_SIZE,
    "fontWeight": 600,
    "limit": alt.ExprRef("label_limit"),
}


def _rows_y(field: str) -> alt.Y:
    scale = alt.Scale(domain=[-0.5, alt.ExprRef("rows - 0.5")], reverse=True, nice=False, zero=False)
    return alt.Y(f"{field}:Q", axis=None, scale=scale, stack=None)


def volumes(mode: Mode) -> alt.LayerChart:
    """Return the messages of the largest topics over time, one on top of the other, named at the right."""
    c = colors(mode)
    axis = alt.Axis(title=None, tickCount=4, domain=False, ticks=False, format=",d", tickMinStep=1)
    scale = alt.Scale(domain=[0, alt.ExprRef("y_max")], nice=False, zero=True)
    bands = hued(alt.Chart(alt.NamedData("volumes")), mode).transform_flatten(["at", "low", "high"])
    bands = bands.transform_calculate(
        count="format(datum.high - datum.low, ',') + ' messages'", time=when_expr("datum.at"), topic="datum.label"
    )
    area = bands.mark_area(interpolate="step-after", stroke=c["paper"], strokeWidth=0.5, opacity=0.95).encode(
        x=time_x("at"),
        y=alt.Y("low:Q", axis=axis, scale=scale, stack=None),
        y2="high:Q",
        detail="row:Q",
        color=COLOR,
        tooltip=["topic:N", "count:N", "time:N"],
    )
    names = hued(alt.Chart(alt.NamedData("volumes")), mode).transform_calculate(name_y="20*datum.row + 10")
    pixels = alt.Y(
        "name_y:Q", axis=None, scale=alt.Scale(domain=[0, alt.ExprRef("height")], range=[0, alt.ExprRef("height")])
    )
    box = names.mark_square(size=90, opacity=1).encode(x=expr("width + 20"), y=pixels, color=COLOR)
    name = names.mark_text(align="left", baseline="middle", fontSize=LABEL_SIZE, fontWeight=600, limit=188)
    name = name.encode(x=expr("width + 32"), y=pixels, text="label:N", color=WRITTEN)
    params = [*time_params(), param("y_max", 1), param("y_title", "messages per minute")]
    notes = [note(c, "y_title", "-48", "-14"), note(c, "x_title", "0", "height + (started_ms ? 58 : 42)")]
    chart = finished([area, box, name, *notes], params, mode, 320, {"left": 48, "right": 224, "top": 32, "bottom": 64})
    chart.resolve = alt.Resolve(scale={"y": "independent"})
    return chart


def tree(mode: Mode) -> alt.LayerChart:
    """Return the tree of topics: names at the left, joins to the right, in order or at their distance."""
    c = colors(mode)
    left = "datum.value % 1 || datum.value >= n_start ? '' : format(n_start - datum.value, 'd')"
    said = f"n_start ? ({left}) : format(datum.value, '.1f')"
    axis = alt.Axis(
        title=None, tickCount=5, labelExpr=said, gridOpacity=0.7, domain=False, ticks=False, labelFlush=False
    )
    scale = alt.Scale(domain=[0, alt.ExprRef("at_max")], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=axis, scale=scale)

    leaves = hued(alt.Chart(alt.NamedData("leaves")), mode).transform_calculate(n_text="format(datum.n_messages, ',')")
    name = leaves.mark_text(
        align="right", baseline="middle", fontSize=LABEL_SIZE, fontWeight=600, limit=alt.ExprRef("label_limit")
    )
    name = name.encode(x=expr("-56"), y=_rows_y("row"), text="label:N", color=WRITTEN, tooltip=["label:N"])
    count = leaves.mark_text(align="right", baseline="middle", color=c["muted"])
    count = count.encode(x=expr("-10"), y=_rows_y("row"), text="n_text:N")
    branches = hued(alt.Chart(alt.NamedData("branches")), mode)
    flat = branches.mark_rule(strokeWidth=2, strokeCap="round").encode(
        x=x("from"), x2="to:Q", y=_rows_y("row"), color=COLOR
    )
    upright = (
        alt.Chart(alt.NamedData("joins"))
        .mark_rule(strokeWidth=2, strokeCap="round", color=c["rest"])
        .encode(x=x("at"), y=_rows_y("first"), y2="last:Q", tooltip=["said:N"])
    )
    params = [param("rows", 1), param("at_max", 1), param("label_limit", 220), param("left", 290)]
    params += [param("n_start", 0), param("axis_title", "")]
    notes = [note(c, "axis_title", "width < 260 ? -left : 0", "height + 40")]
    layers = [flat, upright, name, count, *notes]
    return finished(layers, params, mode, 400, {"left": 290, "right": 24, "top": 8, "bottom": 52})


def similarity(mode: Mode) -> alt.LayerChart:
    """Return the similarities of topics as a square of cells, in the order of their tree."""
    c = colors(mode)
    low, high = (c["shade"], c["accent"]) if mode != "css" else ("var(--shade)", "var(--accent)")
    topics = alt.LookupData(data=alt.NamedData("leaves"), key="row", fields=["label"])
    cells = alt.Chart(alt.NamedData("similarities")).transform_flatten(["column", "value"])
    cells = cells.transform_lookup(lookup="column", from_=topics, as_=["other"])
    cells = cells.transform_calculate(
        left="datum.column - 0.5",
        right="datum.column + 0.5",
        top="datum.row - 0.5",
        bottom="datum.row + 0.5",
        part="datum.column == datum.row ? 0 : clamp((datum.value - v_low)/(v_high - v_low), 0, 1)",
        said="format(datum.value, '.2f') + ' alike'",
    )
    wide = alt.Scale(domain=[-0.5, alt.ExprRef("rows - 0.5")], nice=False, zero=False)
    cell = cells.mark_rect(fill=high, stroke=c["paper"], strokeWidth=1, tooltip=True).encode(
        x=alt.X("left:Q", axis=None, scale=wide),
        x2="right:Q",
        y=_rows_y("top"),
        y2="bottom:Q",
        opacity=alt.Opacity("part:Q", scale=alt.Scale(domain=[0, 1], range=[0.02, 1]), legend=None),
        tooltip=["label:N", "other:N", "said:N"],
    )
    under = alt.Chart(alt.NamedData("one")).mark_rect(fill=low, aria=False)
    under = under.encode(x=alt.value(0), x2=alt.value("width"), y=alt.value(0), y2=alt.value("height"))
    leaves = hued(alt.Chart(alt.NamedData("leaves")), mode)
    name = leaves.mark_text(
        align="right", baseline="middle", fontSize=LABEL_SIZE, fontWeight=600, limit=alt.ExprRef("label_limit")
    )
    name = name.encode(x=expr("-10"), y=_rows_y("row"), text="label:N", color=WRITTEN, tooltip=["label:N"])
    params = [param("rows", 1), param("v_low", 0), param("v_high", 1), param("label_limit", 220), param("left", 240)]
    notes = [note(c, "legend_text", "width < 260 ? -left : 0", "height + 24")]
    params.append(param("legend_text", ""))
    return finished([under, cell, name, *notes], params, mode, 400, {"left": 240, "right": 8, "top": 8, "bottom": 36})
