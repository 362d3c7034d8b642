"""One function per chart: from the data of one stream to an altair chart for a notebook, and to a picture file.

The forms of the charts are in ``specs.py``; ``report.js`` fills the same forms in the browser, where it can measure
text and knows the reader's clock and window.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import altair as alt
import vl_convert

from hubbub.draw import axes, layout, sentences, specs
from hubbub.draw.theme import Mode

RATE_HEIGHT = 280
LANE_HEIGHT = 32
BAR_HEIGHT = 60
TYPE_HEIGHT = 32
VOLUMES_HEIGHT = 320
TREE_ROW_HEIGHT = 22
POLL_ROW_HEIGHT = 26
DECAY_HEIGHT = 320
MOOD_HEIGHT = 220
MAP_LABEL_WIDTH = 190


def rate_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 960) -> alt.LayerChart:
    """Return messages per minute with the labeled peaks of one stream."""
    page = _prepared(page)
    values = rate_values(page)
    minutes = page["minutes"]
    starts, counts = list(minutes["start_seconds"]), list(minutes["n"])
    if starts:
        starts, counts = [*starts, starts[-1] + minutes["bin_seconds"]], [*counts, counts[-1]]
    data = {
        "minutes": [{"start_seconds": starts, "n": counts}],
        "peaks": [peak | {"at": at_of(peak, minutes["bin_seconds"])} for peak in page["peaks"]],
        "labels": peak_labels(page, values, plot_width("rate", width)),
        "one": [{}],
    }
    return _filled("rate", values, data, mode, width, RATE_HEIGHT)


def topics_over_time_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 960) -> alt.LayerChart:
    """Return one row a topic, by first appearance; the area of a band grows with the messages."""
    page = _prepared(page)
    lanes = page["charts"]["lanes"]
    values = time_values(page) | {"rows": max(len(lanes), 1)}
    data = {"lanes": lanes, "spans": page["charts"]["spans"], "one": [{}]}
    return _filled("lanes", values, data, mode, width, LANE_HEIGHT * max(len(lanes), 1))


def top_topics_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 560) -> alt.LayerChart:
    """Return the largest topics of the stream as bars, each with a short message that stands for it."""
    rows = layout.top_rows(page)
    values = {"rows": max(len(rows), 1), "n_max": max((row["n_messages"] for row in rows), default=1)}
    return _filled("top", values, {"top": rows}, mode, width, BAR_HEIGHT * max(len(rows), 1))


def topic_map_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 640) -> alt.LayerChart:
    """Return the distinct texts as points, alike ones near each other, with the topics' labels."""
    page = _prepared(page)
    height = round(width * 0.75)
    (x_low, x_high), (y_low, y_high) = page["charts"]["x_domain"], page["charts"]["y_domain"]
    values = time_values(page) | {"x_low": x_low, "x_high": x_high, "y_low": y_low, "y_high": y_high}
    data = {
        "map": [page["map"]],
        "topics": page["charts"]["topics"],
        "labels": map_labels(page, width, height),
    }
    return _filled("map", values, data, mode, width, height)


def message_types_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 480) -> alt.LayerChart:
    """Return how many messages are of which type, as bars."""
    rows = layout.type_rows(page.get("types") or [])
    values = {"rows": max(len(rows), 1), "n_max": max((row["n_messages"] for row in rows), default=1)}
    return _filled("types", values, {"types": rows}, mode, width, TYPE_HEIGHT * max(len(rows), 1))


def volumes_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 960) -> alt.LayerChart:
    """Return the messages of the largest topics over time, one on top of the other."""
    page = _prepared(page)
    bands = page["charts"]["volumes"]
    top = max((max(row["high"]) for row in bands), default=1) or 1
    bins = bands[0]["at"] if bands else [0, 60]
    values = time_values(page) | {"y_max": top * 1.05}
    values["y_title"] = f"messages with a topic per {sentences.per_unit(bins[1] - bins[0])}"
    return _filled("volumes", values, {"volumes": bands, "one": [{}]}, mode, width, VOLUMES_HEIGHT)


def tree_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 960) -> alt.LayerChart:
    """Return the tree by which topics join."""
    rows = _prepared(page)["charts"]["tree"]
    n = max(len(rows["leaves"]), 1)
    values = {"rows": n, "at_max": 1.04 * max((row["at"] for row in rows["joins"]), default=1.0)}
    values |= {"axis_title": rows["axis"], "n_start": rows["n_start"]}
    data = {name: rows[name] for name in ("leaves", "branches", "joins")}
    return _filled("tree", values, {**data, "one": [{}]}, mode, width, TREE_ROW_HEIGHT * n)


def similarity_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 960) -> alt.LayerChart:
    """Return the similarities of topics as a square of cells."""
    charts = _prepared(page)["charts"]
    n = max(len(charts["similarities"]), 1)
    size = round(min(plot_width("similarity", width), max(n * TREE_ROW_HEIGHT, 240)))
    low, high = charts["similarity_range"]
    values = {"rows": n, "v_low": low, "v_high": high}
    values["legend_text"] = f"the stronger the color, the more alike: cosine {low:.2f} to {high:.2f}"
    data = {"similarities": charts["similarities"], "leaves": charts["tree"]["leaves"], "one": [{}]}
    return _filled("similarity", values, data, mode, width, size, plot=size)


def decay_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 960) -> alt.LayerChart:
    """Return how alike messages are by the time between them, from what ``similarity_decay`` says of the stream."""
    charts = _prepared(page)["charts"]["decay"]
    edges = [row[side] for row in charts["lags"] for side in ("low", "high")]
    low, high = min([*edges, -0.02]), max([*edges, 0.1])
    low, high = low - 0.04 * (high - low), high + 0.1 * (high - low)
    values = {"y_min": low, "y_max": high, "baseline": DECAY_HEIGHT * high / (high - low)}
    return _filled("decay", values, {**charts, "one": [{}]}, mode, width, DECAY_HEIGHT)


def mood_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 960) -> alt.LayerChart:
    """Return the shares of positive and negative messages over time, their balance, and the bad-buzz alerts."""
    page = _prepared(page)
    rows = page["charts"]["mood"]
    values = time_values(page) | {"y_max": min(1.0, 1.15 * rows["reach"])}
    values["y_title"] = "positive above, negative below; the line is their balance, with its 95 % interval"
    return _filled(
        "mood", values, {"mood": rows["bins"], "alerts": rows["alerts"], "one": [{}]}, mode, width, MOOD_HEIGHT
    )


def polls_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 720) -> alt.LayerChart:
    """Return the results of the polls as bars with intervals."""
    rows = _prepared(page)["charts"]["polls"]
    top = max((option["high"] for option in rows["options"]), default=1.0)
    names = max((layout.text_width(option["name"], axes.LABEL_SIZE) for option in rows["options"]), default=100)
    values = {"rows": rows["rows"], "share_max": top, "name_width": min(max(names + 16, 48), width * 0.45)}
    data = {"poll_heads": rows["heads"], "poll_options": rows["options"]}
    return _filled("polls", values, data, mode, width, round(POLL_ROW_HEIGHT * rows["rows"]))


def questions_chart(page: dict[str, Any], *, mode: Mode = "light", width: int = 720) -> alt.LayerChart:
    """Return the questions of most askers as bars."""
    rows = _prepared(page)["charts"]["questions"]
    values = {"rows": max(len(rows), 1), "n_max": max((row["n_messages"] for row in rows), default=1)}
    return _filled("questions", values, {"questions": rows}, mode, width, BAR_HEIGHT * max(len(rows), 1))


def to_png(chart: alt.LayerChart, *, scale: float = 2) -> bytes:
    """Return the chart as a PNG picture."""
    return bytes(vl_convert.vegalite_to_png(chart.to_dict(validate=False), scale=scale))


def to_svg(chart: alt.LayerChart) -> str:
    """Return the chart as an SVG picture."""
    return str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False)))


def _prepared(page: dict[str, Any]) -> dict[str, Any]:
    return page if "charts" in page else layout.prepare_page(page)


def time_values(page: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a time axis."""
    minutes, stream, window = page["minutes"], page["stream"], page["window"]
    ends = [start + minutes["bin_seconds"] for start in minutes["start_seconds"][-1:]]
    x_min = min([0.0, *minutes["start_seconds"][:1]])
    x_max = max([*ends, stream["duration_seconds"] or 0.0]) or 60.0
    started = stream["started_at"]
    return {
        "x_min": x_min,
        "x_max": x_max,
        "started_ms": int(datetime.fromisoformat(started).timestamp() * 1000) if started else 0,
        "from_seconds": window["from_seconds"] if window else x_min,
        "to_seconds": window["to_seconds"] if window else x_max,
        "bin_seconds": minutes["bin_seconds"],
        "x_title": "local time, and offset from the start" if started else "offset from the start (h:mm)",
    }


def at_of(peak: Mapping[str, Any], bin_seconds: float) -> float:
    """Return where a peak is marked: the middle of its bin."""
    return float(peak["start_seconds"]) + bin_seconds / 2


def rate_values(page: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the rate chart: room for the labels is kept above the highest bin."""
    n_max = max([*page["minutes"]["n"], 1])
    band = axes.LABEL_HEIGHT + 24 if page["peaks"] else 0
    return time_values(page) | {
        "n_max": n_max,
        "y_max": n_max * RATE_HEIGHT / (RATE_HEIGHT - band - 6),
        "y_title": f"messages per {page['charts']['unit']}",
    }


def peak_labels(page: dict[str, Any], values: Mapping[str, Any], width: int) -> list[dict[str, Any]]:
    """Return the peak labels that fit, the loudest first; the others keep their dot and tooltip.

    A label stands as low as the curve under it allows, beside a stem that starts at its peak.
    """
    pixels, minutes = width / (values["x_max"] - values["x_min"]), page["minutes"]
    places = [(start - values["x_min"]) * pixels for start in minutes["start_seconds"]]
    step = minutes["bin_seconds"] * pixels
    items = []
    for peak in sorted(page["peaks"], key=lambda peak: -float(peak["n"])):
        at = at_of(peak, minutes["bin_seconds"])
        x, dot = (at - values["x_min"]) * pixels, RATE_HEIGHT * (1 - peak["n"] / values["y_max"])
        row = peak | {"at": at, "label": layout.cut(peak["label"], 200, axes.LABEL_SIZE, bold=True)}
        row["quote"] = layout.cut(f"“{peak['quote']}”", 230) if peak.get("quote") else ""
        wide = layout.text_width(row["label"], axes.LABEL_SIZE, bold=True)
        wide = max(wide, layout.text_width(row["quote"])) + 12
        candidates = []
        for align, left in (("left", x), ("right", x - wide)):
            if left < 0 or left + wide > width:
                continue
            under = [n for n, start in zip(minutes["n"], places, strict=True) if left - step < start < left + wide]
            top = RATE_HEIGHT * (1 - max(peak["n"], *under) / values["y_max"]) - axes.LABEL_HEIGHT - 4
            while top >= 0:
                boxes = [(left, top, left + wide, top + axes.LABEL_HEIGHT - 2), (x - 3, top, x + 3, dot)]
                placed = row | {"align": align, "top": values["y_max"] * (1 - top / RATE_HEIGHT)}
                candidates.append((boxes, placed))
                top -= 12
        items.append(sorted(candidates, key=lambda candidate: -candidate[0][0][1]))
    return layout.place(items)


def map_labels(page: dict[str, Any], width: int, height: int) -> list[dict[str, Any]]:
    """Return the topic labels that fit on the map, the largest topics first, at or near their middle."""
    (x_low, x_high), (y_low, y_high) = page["charts"]["x_domain"], page["charts"]["y_domain"]
    items = []
    for topic in page["charts"]["topics"]:
        if topic["x"] is None or topic["y"] is None:
            continue
        short = layout.cut(topic["short"], MAP_LABEL_WIDTH, axes.LABEL_SIZE, bold=True)
        half = layout.text_width(short, axes.LABEL_SIZE, bold=True) / 2 + 4
        x0 = (topic["x"] - x_low) / (x_high - x_low) * width
        middle, above, below = (
            (1 - (topic[name] - y_low) / (y_high - y_low)) * height + shift
            for name, shift in (("y", 0), ("top", -14), ("bottom", 14))
        )
        ys = (above, below, middle) if below - above < 110 else (middle, above, below)
        candidates = []
        for dx, y0 in [(0, y) for y in ys] + [(dx, y) for y in ys for dx in (-48, 48)]:
            x, y = min(max(x0 + dx, half), width - half), min(max(y0, 11), height - 11)
            row = topic | {"short": short}
            row |= {"x": x_low + x / width * (x_high - x_low), "y": y_low + (1 - y / height) * (y_high - y_low)}
            candidates.append(([(x - half, y - 10.0, x + half, y + 10.0)], row))
        items.append(candidates)
    return layout.place(items, max(12, round(width * height / 13000)))


def plot_width(name: str, width: int) -> int:
    """Return what is left for the plot of a chart when its margins are taken from the width of the picture."""
    padding = specs.spec(name, "light")["padding"]
    return int(width - padding["left"] - padding["right"])


def _filled(
    name: str,
    values: Mapping[str, Any],
    data: dict[str, list[Any]],
    mode: Mode,
    width: int,
    height: int,
    *,
    plot: int | None = None,
) -> alt.LayerChart:
    """Return one chart with its parameters, data and size."""
    spec = copy.deepcopy(specs.spec(name, mode))
    for param in spec["params"]:
        if param["name"] in values:
            param["value"] = values[param["name"]]
    spec |= {"datasets": data, "width": plot or plot_width(name, width), "height": height}
    return alt.LayerChart.from_dict(spec)
