"""A learning curve → a picture: the loss, and what was measured on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert

from hubbub.draw.theme import LIGHT, config

_WIDTH, _HEIGHT = 640, 200


def draw_curve(rows: Sequence[dict[str, Any]], title: str, names: Sequence[str] = ("loss", "watched")) -> bytes:
    """Return an SVG picture with one panel a name, over the steps.

    Parameters
    ----------
    rows : sequence of dict
        ``step``, and numbers by name; a row without a name is left out of its panel.
    title : str
    names : sequence of str
        What the panels show.
    """
    panels = []
    for name in names:
        points = [{"step": row["step"], "value": row[name]} for row in rows if row.get(name) is not None]
        x = alt.X("step:Q", title="step", axis=alt.Axis(tickMinStep=1, format=",d"))
        y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False))
        line = alt.Chart(alt.InlineData(values=points), title=alt.Title(_TITLES.get(name, name), anchor="start"))
        panels.append(
            line.mark_line(color=LIGHT["accent"], point=alt.OverlayMarkDef(color=LIGHT["accent"]))
            .encode(x=x, y=y)
            .properties(width=_WIDTH, height=_HEIGHT)
        )
    chart: Any = alt.vconcat(*panels, title=title)
    chart.config = alt.Config(**config("light"))
    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False))).encode()


_TITLES = {
    "loss": "loss of training",
    "watched": "held-out messages within a minute: cosine above that of random pairs, in their standard deviations",
}
