"""The log of a training → its learning curve as a picture: one panel a number, over the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import vl_convert

from hubbub.draw.theme import colors, config

_WIDTH, _HEIGHT, _MARGIN = 640, 160, 24


def draw_learning(log: Sequence[Mapping[str, float]], names: Mapping[str, str]) -> bytes:
    """Return the numbers of a log as an SVG picture.

    Parameters
    ----------
    log : sequence of mapping
        Each with `step`, and some of the numbers.
    names : mapping of str to str
        Number → title of its panel; numbers that the log does not have get no panel.
    """
    c = colors("light")
    panels = []
    for key, title in names.items():
        rows = [{"step": entry["step"], "value": entry[key]} for entry in log if key in entry]
        if not rows:
            continue
        base = alt.Chart(alt.InlineData(values=rows), width=_WIDTH, height=_HEIGHT, title=title).encode(
            x=alt.X("step:Q", title="steps", scale=alt.Scale(nice=False)),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
        )
        dots = base.mark_circle(color=c["accent"], size=30, opacity=1)
        panels.append(base.mark_line(color=c["accent"], strokeWidth=2) + dots if len(rows) > 1 else dots)
    chart = alt.vconcat(*panels, background=c["paper"], padding=_MARGIN)
    return str(vl_convert.vegalite_to_svg({**chart.to_dict(validate=False), "config": config("light")})).encode()
