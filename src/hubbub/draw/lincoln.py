"""The pictures that twitchatds makes of a clustering, in the colors and the type of our charts.

File names are those of its scripts, as is what is on which axis. It draws with plotly and ggplot, we with altair.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from hubbub.draw import charts, sentences, theme
from hubbub.draw.axes import COLOR, finished, hued, note, time_params, time_x
from hubbub.draw.pictures import frame_chart
from hubbub.draw.theme import Mode, colors

WIDTH, HEIGHT = 960, 560
_PADDING = {"left": 56, "right": 16, "top": 24, "bottom": 64}
_N_SHOWN = 20


def draw_clustering(page: dict[str, Any], messages: dict[str, Sequence[Any]], mode: Mode = "light") -> dict[str, bytes]:
    """Return the pictures of a clustering, by file name.

    Parameters
    ----------
    page : dict
        ``stream``, ``topics`` (largest first), ``tree`` and ``similarity``, as in the page of a stream.
    messages : dict of sequences
        ``labels, seconds, x, y, text`` of each message in order of time; label -1 is noise.
    """
    name = page["stream"]["stream_id"]
    n_noise = sum(label < 0 for label in messages["labels"])
    n = sentences.counted(len(messages["labels"]), "message")
    n_clusters = sentences.counted(len(page["topics"]), "cluster")
    notes = [str(name), f"n = {n}, {sentences.number_text(n_noise)} of them noise"]
    n_compared, points = len(page["similarity"]), _points(messages)
    drawn = {
        "ggplot_plot_coords_with_index.png": (_coords(points, mode), "Messages in the places of the second UMAP"),
        "ggplot_plot_x_over_time.png": (_over_time(points, "x", mode), "The first axis of the map, over time"),
        "ggplot_plot_labels_over_time.png": (
            _over_time(points, "order", mode),
            f"{n_clusters}, in order of first appearance",
        ),
        "plotly_mean_labels.html": (_means(page, messages, mode), f"Where the {n_clusters} are on average"),
        "visualize_hierarchy.html": (charts.tree_chart(page, mode=mode), f"How the {n_compared} largest clusters join"),
        "visualize_heatmap.html": (
            charts.similarity_chart(page, mode=mode),
            f"How alike the {n_compared} largest clusters are",
        ),
    }
    return {
        file: frame_chart(chart, title, notes, file.rpartition(".")[2], mode) for file, (chart, title) in drawn.items()
    }


def _points(messages: dict[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return one row a message, with the order of its cluster's first appearance and the cluster's hue."""
    order: dict[int, int] = {}
    for label in messages["labels"]:
        if label >= 0:
            order.setdefault(label, len(order))
    rows = zip(messages["labels"], messages["seconds"], messages["x"], messages["y"], strict=True)
    return [
        {"at": at, "x": x, "y": y, "order": order.get(label), "hue": _hue(label), "index": i}
        for i, (label, at, x, y) in enumerate(rows)
    ]


def _hue(label: int) -> str:
    return f"topic-{label}" if 0 <= label < theme.N_HUES else "rest"


def _axis(title: str) -> alt.Axis:
    return alt.Axis(title=title, tickCount=5, domain=False, ticks=False)


def _coords(points: list[dict[str, Any]], mode: Mode) -> alt.LayerChart:
    c = colors(mode)
    scale = alt.Scale(zero=False, nice=False, padding=12)
    ramp = alt.Scale(range=[c["area"], c["accent"]])
    dots = alt.Chart(alt.NamedData("points")).mark_circle(size=10, opacity=0.5)
    dots = dots.encode(
        x=alt.X("x:Q", axis=_axis("x"), scale=scale),
        y=alt.Y("y:Q", axis=_axis("y"), scale=scale),
        color=alt.Color("index:Q", scale=ramp, legend=None),
    )
    words = note(c, "'the stronger the color, the later the message'", "0", "height + 56")
    return _with_data(finished([dots, words], [], mode, HEIGHT, _PADDING), {"points": points, "one": [{}]})


def _over_time(points: list[dict[str, Any]], field: str, mode: Mode) -> alt.LayerChart:
    c = colors(mode)
    kept = [row for row in points if row[field] is not None and row["at"] is not None]
    dots = hued(alt.Chart(alt.NamedData("points")), mode).mark_circle(size=9, opacity=0.5)
    title = "cluster, by first appearance" if field == "order" else field
    scale = alt.Scale(zero=False, nice=False, padding=12)
    dots = dots.encode(x=time_x("at"), y=alt.Y(f"{field}:Q", axis=_axis(title), scale=scale), color=COLOR)
    words = note(c, "x_title", "0", "height + 42")
    chart = finished([dots, words], time_params(), mode, HEIGHT, _PADDING)
    end = max((row["at"] for row in kept), default=60.0) or 60.0
    return _with_data(chart, {"points": kept, "one": [{}]}, {"x_max": end, "to_seconds": end})


def _means(page: dict[str, Any], messages: dict[str, Sequence[Any]], mode: Mode) -> alt.LayerChart:
    said: dict[int, list[str]] = {}
    for label, text in zip(messages["labels"], messages["text"], strict=True):
        if label >= 0 and len(said.setdefault(label, [])) < _N_SHOWN:
            said[label].append(sentences.cut_text(text, 75))
    rows = [
        {"x": topic["x"], "y": topic["y"], "hue": _hue(topic["theme_id"]), "name": f"Label {topic['theme_id']}"}
        | {"terms": " / ".join(topic["terms"][:5]), "n": topic["n_messages"]}
        | {"messages": " ⏎ ".join(said.get(topic["theme_id"], []))}
        for topic in page["topics"]
    ]
    scale = alt.Scale(zero=False, nice=False, padding=20)
    dots = hued(alt.Chart(alt.NamedData("means")), mode)
    dots = dots.mark_circle(opacity=0.75, stroke=colors(mode)["paper"], strokeWidth=0.5)
    dots = dots.encode(
        x=alt.X("x:Q", axis=_axis("x"), scale=scale),
        y=alt.Y("y:Q", axis=_axis("y"), scale=scale),
        size=alt.Size("n:Q", scale=alt.Scale(type="sqrt", range=[30, 500]), legend=None),
        color=COLOR,
        tooltip=["terms:N", "name:N", "messages:N"],
    )
    return _with_data(finished([dots], [], mode, HEIGHT, _PADDING), {"means": rows})


def _with_data(
    chart: alt.LayerChart, data: dict[str, list[dict[str, Any]]], values: dict[str, Any] | None = None
) -> alt.LayerChart:
    spec = chart.to_dict(validate=False)
    for parameter in spec.get("params", []):
        if values and parameter["name"] in values:
            parameter["value"] = values[parameter["name"]]
    width = WIDTH - _PADDING["left"] - _PADDING["right"]
    return alt.LayerChart.from_dict(spec | {"datasets": data, "width": width})
