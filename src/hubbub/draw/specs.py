"""The form of every chart, defined once with altair: Vega-Lite with named data and named parameters, and no data.

``charts.py`` fills them for notebooks and picture files, ``report.js`` for the report and the app. Sizes are in pixels,
times in seconds from the stream's start. Chat text is drawn by text marks only, which know no markup.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import altair as alt

from hubbub.draw import answer_specs, decay_specs, mood_specs, theme_specs
from hubbub.draw.axes import (
    COLOR,
    LABEL_SIZE,
    WRITTEN,
    Spec,
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


def _rate(mode: Mode) -> alt.LayerChart:
    c = colors(mode)
    shown = "datum.value <= n_max && datum.value == floor(datum.value)"
    y_axis = alt.Axis(
        title=None,
        tickCount=4,
        domain=False,
        ticks=False,
        format=",d",
        tickMinStep=1,
        labelExpr=f"{shown} ? datum.label : ''",
        gridOpacity=alt.condition(shown, alt.value(1), alt.value(0)),
    )

    def y(field: str) -> alt.Y:
        scale = alt.Scale(domain=[0, alt.ExprRef("y_max")], nice=False, zero=True)
        return alt.Y(f"{field}:Q", axis=y_axis, scale=scale, title=None, stack=None)

    mark = alt.BrushConfig(fill=c["accent"], fillOpacity=0.14, stroke=c["accent"], strokeOpacity=0.9, cursor="move")
    brush = alt.selection_interval(name="brush", encodings=["x"], mark=mark)
    minutes = alt.Chart(alt.NamedData("minutes")).transform_flatten(["start_seconds", "n"])
    curve = minutes.mark_area(
        interpolate="step-after", color=c["area"], line={"color": c["area-line"], "strokeWidth": 1.25}
    )
    curve = curve.encode(x=time_x("start_seconds"), y=y("n")).add_params(brush).properties(name="curve")
    reader = minutes.transform_calculate(
        end="datum.start_seconds + bin_seconds",
        top="y_max",
        time=when_expr("datum.start_seconds"),
        count="format(datum.n, ',') + ' messages'",
    )
    reader = reader.mark_rect(fill=c["ink"], opacity=0, aria=False).encode(
        x=time_x("start_seconds"), x2="end:Q", y=y("top"), tooltip=["time:N", "count:N"]
    )
    peaks = alt.Chart(alt.NamedData("peaks"))
    dot = peaks.mark_point(filled=True, fill=c["accent"], stroke=c["paper"], strokeWidth=2, size=90, opacity=1)
    dot = dot.encode(x=time_x("at"), y=y("n"), tooltip=["time:N", "count:N", "label:N", "message:N"])
    placed = alt.Chart(alt.NamedData("labels"))
    text: dict[str, Any] = {
        "align": alt.ExprRef("datum.align"),
        "dx": alt.ExprRef("datum.align == 'left' ? 6 : -6"),
        "aria": False,
    }
    stems = placed.mark_rule(color=c["accent"], strokeWidth=1).encode(x=time_x("at"), y=y("n"), y2="top:Q")
    label = placed.mark_text(**text, baseline="top", fontWeight=600, fontSize=LABEL_SIZE, color=c["ink"])
    label = label.encode(x=time_x("at"), y=y("top"), text="label:N")
    quote = placed.mark_text(**text, baseline="top", dy=17, color=c["muted"])
    quote = quote.encode(x=time_x("at"), y=y("top"), text="quote:N")
    params = [*time_params(), param("n_max", 1), param("y_max", 1), param("y_title", "messages per minute")]
    notes = [note(c, "y_title", "-48", "-14"), note(c, "x_title", "0", "height + (started_ms ? 58 : 42)")]
    layers = [curve, reader, stems, dot, label, quote, *notes]
    return finished(layers, params, mode, 280, {"left": 48, "right": 16, "top": 32, "bottom": 64})


def _lanes(mode: Mode) -> alt.LayerChart:
    c = colors(mode)

    def y(field: str) -> alt.Y:
        scale = alt.Scale(domain=[-0.5, alt.ExprRef("rows - 0.5")], reverse=True, nice=False, zero=False, clamp=False)
        return alt.Y(f"{field}:Q", axis=None, scale=scale, stack=None)

    lanes = hued(alt.Chart(alt.NamedData("lanes")), mode)
    band = lanes.transform_flatten(["at", "n"]).transform_calculate(
        half="datum.n > 0 ? max(datum.reach*lane_reach*sqrt(datum.n/datum.full), 0.02) : 0",
        low="datum.row + lane_shift - datum.half",
        high="datum.row + lane_shift + datum.half",
        topic="datum.label",
        messages="format(datum.total, ',') + ' in the whole stream'",
    )
    band = band.mark_area(interpolate="monotone", opacity=0.95).encode(
        x=time_x("at"), y=y("low"), y2="high:Q", detail="row:Q", color=COLOR, tooltip=["topic:N", "messages:N"]
    )
    spans = hued(alt.Chart(alt.NamedData("spans")), mode).transform_calculate(y="datum.row + lane_shift")
    span = spans.mark_rule(strokeWidth=1, opacity=0.55).encode(
        x=time_x("first_seconds"), x2="last_seconds:Q", y=y("y"), color=COLOR
    )
    named = lanes.transform_calculate(y="datum.row + (narrow ? -0.26 : 0)", n_text="format(datum.total, ',')")
    label = named.mark_text(
        align=alt.ExprRef("narrow ? 'left' : 'right'"),
        baseline="middle",
        limit=alt.ExprRef("label_limit"),
        fontSize=LABEL_SIZE,
        fontWeight=600,
    ).encode(x=expr("narrow ? 0 : -16"), y=y("y"), text="label:N", color=WRITTEN, tooltip=["label:N"])
    count = named.mark_text(
        align=alt.ExprRef("narrow ? 'right' : 'left'"),
        baseline="middle",
        color=c["muted"],
    ).encode(x=expr("narrow ? width : width + 12"), y=y("y"), text="n_text:N")
    frame = alt.Chart(alt.NamedData("one")).mark_rect(fill=c["paper"], opacity=0.72, aria=False, tooltip=None)
    before = frame.encode(
        x=alt.value(0), x2=expr("width*(from_seconds - x_min)/(x_max - x_min)"), y=alt.value(0), y2=alt.value("height")
    )
    after = frame.encode(
        x=expr("width*(to_seconds - x_min)/(x_max - x_min)"),
        x2=alt.value("width"),
        y=alt.value(0),
        y2=alt.value("height"),
    )
    params = [*time_params(), param("rows", 1), param("narrow", False), param("label_limit", 190)]
    params += [param("lane_shift"), param("lane_reach", 1)]
    notes = [note(c, "x_title", "0", "height + (started_ms ? 58 : 42)")]
    layers = [span, band, before, after, label, count, *notes]
    return finished(layers, params, mode, 300, {"left": 216, "right": 64, "top": 8, "bottom": 64})


def _bars(name: str, mode: Mode) -> alt.LayerChart:
    """Return bars with a bold label, a quote and the value in words: top topics."""
    c = colors(mode)

    def y(field: str) -> alt.Y:
        scale = alt.Scale(domain=[0, alt.ExprRef("rows")], reverse=True, nice=False, zero=True)
        return alt.Y(f"{field}:Q", axis=None, scale=scale, stack=None)

    rows = hued(alt.Chart(alt.NamedData(name)), mode).transform_calculate(
        y_label="datum.row + 0.14", y_quote="datum.row + 0.43", y_top="datum.row + 0.66", y_end="datum.row + 0.8"
    )
    x = alt.X("n_messages:Q", axis=None, scale=alt.Scale(domain=[0, alt.ExprRef("n_max")], nice=False))
    tip = ["label:N", "quote:N", "value:N"]
    track = rows.mark_rect(fill=c["shade"]).encode(x=alt.value(0), x2=alt.value("width"), y=y("y_top"), y2="y_end:Q")
    bar = rows.mark_rect().encode(x=x, x2=alt.datum(0), y=y("y_top"), y2="y_end:Q", color=COLOR, tooltip=tip)
    text: dict[str, Any] = {"baseline": "middle", "align": "left"}
    label = rows.mark_text(
        **text,
        fontWeight=600,
        fontSize=LABEL_SIZE,
        limit=alt.ExprRef("width - value_width"),
    )
    label = label.encode(x=alt.value(0), y=y("y_label"), text="label:N", color=WRITTEN, tooltip=tip)
    quote = rows.mark_text(**text, limit=alt.ExprRef("width"), color=c["muted"])
    quote = quote.encode(x=alt.value(0), y=y("y_quote"), text="quote:N", tooltip=tip)
    value = rows.mark_text(baseline="middle", align="right", color=c["ink"])
    value = value.encode(x=alt.value("width"), y=y("y_label"), text="value:N")
    params = [param("rows", 1), param("n_max", 1), param("value_width", 120)]
    return finished(
        [track, bar, label, quote, value], params, mode, 400, {"left": 0, "right": 0, "top": 4, "bottom": 4}
    )


def _types(mode: Mode) -> alt.LayerChart:
    c = colors(mode)

    def y(field: str) -> alt.Y:
        scale = alt.Scale(domain=[0, alt.ExprRef("rows")], reverse=True, nice=False, zero=True)
        return alt.Y(f"{field}:Q", axis=None, scale=scale, stack=None)

    rows = alt.Chart(alt.NamedData("types")).transform_calculate(
        y_middle="datum.row + 0.5", y_top="datum.row + 0.26", y_end="datum.row + 0.74"
    )
    scale = alt.Scale(domain=[0, alt.ExprRef("n_max")], range=[0, alt.ExprRef("width - 120")], nice=False)
    bar = rows.mark_rect(fill=c["area-line"]).encode(
        x=alt.X("n_messages:Q", axis=None, scale=scale), x2=alt.datum(0), y=y("y_top"), y2="y_end:Q"
    )
    name = rows.mark_text(align="right", baseline="middle", fontSize=LABEL_SIZE).encode(
        x=alt.value(-12), y=y("y_middle"), text="name:N"
    )
    value = rows.mark_text(align="left", baseline="middle", dx=8, color=c["muted"]).encode(
        x=alt.X("n_messages:Q", axis=None, scale=scale), y=y("y_middle"), text="value:N"
    )
    params = [param("rows", 1), param("n_max", 1)]
    return finished([bar, name, value], params, mode, 240, {"left": 116, "right": 0, "top": 4, "bottom": 4})


def _map(mode: Mode) -> alt.LayerChart:
    c = colors(mode)

    def scale(name: str) -> alt.Scale:
        domain = [alt.ExprRef(f"{name}_low"), alt.ExprRef(f"{name}_high")]
        return alt.Scale(domain=domain, nice=False, zero=False)

    x, y = alt.X("x:Q", axis=None, scale=scale("x")), alt.Y("y:Q", axis=None, scale=scale("y"))

    topics = alt.LookupData(data=alt.NamedData("topics"), key="theme_id", fields=["hue", "label"])
    fields: list[str | alt.FieldName] = ["x", "y", "theme_id", "n", "text", "offset_seconds", "viewer"]
    points = alt.Chart(alt.NamedData("map")).transform_flatten(fields)
    points = points.transform_lookup(lookup="theme_id", from_=topics, default="rest")
    points = points.transform_calculate(
        inside="from_seconds <= x_min && to_seconds >= x_max || "
        "isValid(datum.offset_seconds) && datum.offset_seconds >= from_seconds && datum.offset_seconds <= to_seconds",
        message="datum.text",
        said="format(datum.n, ',') + (datum.n == 1 ? ' time' : ' times')",
        time=f"isValid(datum.offset_seconds) ? {when_expr('datum.offset_seconds')} : ''",
        viewer="isValid(datum.viewer) ? datum.viewer : ''",
        topic="datum.label == 'rest' ? '' : datum.label",
    )
    dot = hued(points, mode).mark_circle(stroke=c["paper"], strokeWidth=0.5, aria=False)
    dot = dot.encode(
        x=x,
        y=y,
        size=alt.Size(
            "n:Q",
            legend=None,
            scale=alt.Scale(type="sqrt", domain=[1, 60], range=[14, alt.ExprRef("dot_max")], clamp=True),
        ),
        color=COLOR,
        opacity=alt.condition("datum.inside", alt.value(0.78), alt.value(0.07)),
        tooltip=["message:N", "said:N", "time:N", "viewer:N", "topic:N"],
    )
    labels = hued(alt.Chart(alt.NamedData("labels")), mode)
    text: dict[str, Any] = {"baseline": "middle", "align": "center", "fontSize": LABEL_SIZE, "fontWeight": 600}
    halo = labels.mark_text(**text, stroke=c["paper"], strokeWidth=4, strokeJoin="round", aria=False)
    halo = halo.encode(x=x, y=y, text="short:N")
    name = labels.mark_text(**text)
    name = name.encode(x=x, y=y, text="short:N", color=WRITTEN, tooltip=["label:N"])
    params = [param(name) for name in ("x_min", "x_max", "started_ms", "from_seconds", "to_seconds")]
    params += [
        param("dot_max", 400),
        param("x_low", -1),
        param("x_high", 1),
        param("y_low", -1),
        param("y_high", 1),
    ]
    return finished([dot, halo, name], params, mode, 480, {"left": 0, "right": 0, "top": 0, "bottom": 0})


_BUILDERS: dict[str, Callable[[Mode], alt.LayerChart]] = {
    "rate": _rate,
    "lanes": _lanes,
    "top": functools.partial(_bars, "top"),
    "map": _map,
    "types": _types,
    "mood": mood_specs.mood,
    "volumes": theme_specs.volumes,
    "tree": theme_specs.tree,
    "similarity": theme_specs.similarity,
    "polls": answer_specs.polls,
    "questions": functools.partial(_bars, "questions"),
}
_ALONE: dict[str, Callable[[Mode], alt.LayerChart]] = {"decay": decay_specs.decay}
"""Forms that no page of a report shows."""


@functools.cache
def _spec(name: str, mode: Mode) -> Spec:
    return dict((_BUILDERS | _ALONE)[name](mode).to_dict(validate=False))


def spec(name: str, mode: Mode) -> Spec:
    """Return the Vega-Lite spec of one chart, without data; it is shared and not to be changed."""
    return _spec(name, mode)


def specs(mode: Mode = "css") -> dict[str, Spec]:
    """Return the Vega-Lite specs of the charts of a report, by name, without data."""
    return {name: _spec(name, mode) for name in _BUILDERS}
