"""What the forms of the charts are made of: time axes, notes in fixed places, colors of topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import altair as alt

from hubbub.draw.theme import FONT_SIZE, Mode, colors, config

Spec = dict[str, Any]
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
STEPS = [
    *(1, 2, 5, 10, 15, 30),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
    *(count * _DAY for count in (1, 2, 7, 14, 30, 90, 180, 365)),
]
"""Seconds between the ticks of a time axis."""
LABEL_HEIGHT = 42
"""Pixels for the label of a peak: a line of two words and a line of quotation."""
LABEL_SIZE = 13

_STEP = "".join(f"(x_max - x_min)/{step} <= width/(started_ms ? 84 : 64) ? {step} : " for step in STEPS) + str(
    STEPS[-1]
)
_PHASE = "started_ms ? 3600*hours(started_ms) + 60*minutes(started_ms) + seconds(started_ms) : 0"
_DAYS = "x_max - x_min >= 172800"


def offset_expr(value: str) -> str:
    """Return the Vega expression of an offset in words."""
    size = f"abs({value})"
    clock = f"({value} < 0 ? '-' : '') + floor({size}/3600) + ':' + format(floor(({size}%3600)/60), '02')"
    fine = f"{clock} + (x_max - x_min < 1200 ? ':' + format(floor({size}%60), '02') : '')"
    return f"({_DAYS} ? 'day ' + (floor({value}/86400) + 1) : {fine})"


def signed_offset_expr(value: str) -> str:
    """Return the same with a plus sign."""
    return f"({_DAYS} || {value} < 0 ? '' : '+') + {offset_expr(value)}"


def moment_expr(value: str) -> str:
    """Return the Vega expression of a clock time."""
    pattern = (
        f"(x_max - x_min >= 25920000 ? '%b %Y' : {_DAYS} ? '%-d %b' : (x_max - x_min < 1200 ? '%H:%M:%S' : '%H:%M'))"
    )
    return f"timeFormat(started_ms + 1000*{value}, {pattern})"


def when_expr(value: str) -> str:
    """Return the Vega expression of clock time and offset, or of the offset alone where the clock is not known."""
    return f"(started_ms ? {moment_expr(value)} + '  (' + {signed_offset_expr(value)} + ')' : {offset_expr(value)})"


def param(name: str, value: object = 0) -> alt.Parameter:
    """Return a parameter that whoever draws fills in."""
    return alt.param(name=name, value=value)


def time_params() -> list[alt.Parameter]:
    """Return the parameters of a time axis."""
    names = ("x_min", "x_max", "started_ms", "from_seconds", "to_seconds", "bin_seconds")
    derived = {
        "x_step": _STEP,
        "x_phase": _PHASE,
        "x_first": "ceil((x_min + x_phase)/x_step)*x_step - x_phase",
        "x_edge": "20*(x_max - x_min)/width",  # no label of a tick crosses an edge
        "x_from": "x_first + (x_first > x_min && x_first < x_min + x_edge ? x_step : 0)",
    }
    return [
        *(param(name) for name in names),
        param("x_title", "offset from the start (h:mm)"),
        *(alt.param(name=name, expr=expr) for name, expr in derived.items()),
    ]


def time_x(field: str) -> alt.X:
    """Return the time axis: ticks at round clock times where the clock is known, else at round offsets."""
    offset = offset_expr("datum.value")
    axis = alt.Axis(
        title=None,
        values=alt.ExprRef("sequence(x_from, x_max - x_edge + 1, x_step)"),
        labelExpr=f"started_ms ? [{moment_expr('datum.value')}, {signed_offset_expr('datum.value')}] : {offset}",
        grid=False,
        tickSize=6,
        labelOverlap=True,
        labelFlush=False,
        labelLineHeight=16,
    )
    scale = alt.Scale(domain=[alt.ExprRef("x_min"), alt.ExprRef("x_max")], nice=False, zero=False)
    return alt.X(f"{field}:Q", axis=axis, scale=scale, title=None)


def expr(expression: str) -> dict[str, Any]:
    """Return a place in pixels by an expression."""
    return cast("dict[str, Any]", alt.value(alt.ExprRef(expression)))


def note(c: Mapping[str, str], text: str, x: str, y: str) -> alt.Chart:
    """Return a fixed text at a place given in pixels."""
    chart = alt.Chart(alt.NamedData("one"))
    chart = chart.mark_text(align="left", baseline="alphabetic", color=c["muted"], fontSize=FONT_SIZE, aria=False)
    return cast("alt.Chart", chart.encode(x=expr(x), y=expr(y), text=expr(text)))


def hued(chart: alt.Chart, mode: Mode) -> alt.Chart:
    """Return the chart with the fields ``color`` and ``written`` made from the field ``hue``."""
    if mode == "css":
        return chart.transform_calculate(color="'var(--' + datum.hue + ')'", written="'var(--' + datum.hue + '-ink)'")
    values = {
        name: value
        for name, value in colors(mode).items()
        if name.startswith(("topic-", "rest", "area-line", "accent"))
    }
    return chart.transform_calculate(color=f"({values!r})[datum.hue]", written=f"({values!r})[datum.hue + '-ink']")


def finished(
    layers: list[alt.Chart], params: list[alt.Parameter], mode: Mode, height: int, padding: Mapping[str, int]
) -> alt.LayerChart:
    """Return the layers as one chart of fixed size."""
    chart: Any = alt.layer(*layers).add_params(*params).properties(width=800, height=height, padding=dict(padding))
    chart.autosize = alt.AutoSizeParams(type="none")
    chart.config = alt.Config(**config(mode))
    return cast("alt.LayerChart", chart)


COLOR = alt.Color("color:N", scale=None, legend=None)
WRITTEN = alt.Color("written:N", scale=None, legend=None)
