"""The forms of the charts of what a chat answers and asks: polls."""

from __future__ import annotations

from typing import Any

import altair as alt

from hubbub.draw.axes import LABEL_SIZE, expr, finished, param
from hubbub.draw.theme import Mode, colors


def polls(mode: Mode) -> alt.LayerChart:
    """Return the options of polls as bars of their shares, each with its 95 % interval, under the poll's heading."""
    c = colors(mode)

    def y(field: str) -> alt.Y:
        scale = alt.Scale(domain=[0, alt.ExprRef("rows")], reverse=True, nice=False, zero=True)
        return alt.Y(f"{field}:Q", axis=None, scale=scale, stack=None)

    reach = [alt.ExprRef("name_width"), alt.ExprRef("width - 96")]
    scale = alt.Scale(domain=[0, alt.ExprRef("share_max")], range=reach, nice=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=scale)

    heads = alt.Chart(alt.NamedData("poll_heads")).transform_calculate(
        y_head="datum.row + 0.42", y_more="datum.row + 0.98"
    )
    text: dict[str, Any] = {"baseline": "middle", "align": "left", "limit": alt.ExprRef("width")}
    head = heads.mark_text(**text, fontSize=LABEL_SIZE, fontWeight=600)
    head = head.encode(x=alt.value(0), y=y("y_head"), text="head:N", tooltip=["head:N", "question:N"])
    more = heads.mark_text(**text, color=c["muted"]).encode(x=alt.value(0), y=y("y_more"), text="question:N")
    rows = alt.Chart(alt.NamedData("poll_options")).transform_calculate(
        y_middle="datum.row + 0.5", y_top="datum.row + 0.2", y_end="datum.row + 0.8"
    )
    fill = alt.condition("datum.is_first", alt.value(c["accent"]), alt.value(c["area-line"]))
    bar = rows.mark_rect().encode(x=x("zero"), x2="share:Q", y=y("y_top"), y2="y_end:Q", color=fill)
    whisker = rows.mark_rule(strokeWidth=2, color=c["ink"]).encode(x=x("low"), x2="high:Q", y=y("y_middle"))
    name = rows.mark_text(align="right", baseline="middle", fontSize=LABEL_SIZE, limit=alt.ExprRef("name_width - 12"))
    name = name.encode(x=expr("name_width - 12"), y=y("y_middle"), text="name:N", tooltip=["name:N"])
    value = rows.mark_text(align="left", baseline="middle", dx=8, color=c["muted"])
    value = value.encode(x=x("high"), y=y("y_middle"), text="value:N")
    params = [param("rows", 1), param("share_max", 1), param("name_width", 160)]
    layers = [bar, whisker, name, value, head, more]
    return finished(layers, params, mode, 240, {"left": 0, "right": 0, "top": 4, "bottom": 4})
