"""A chart that stands alone: with its title, its note and a margin, as PNG, SVG, Vega-Lite JSON or a page.

Text of chats is in text marks and in escaped JSON only, as in the report.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import altair as alt
import vl_convert

from hubbub.draw import charts, layout, sentences, theme
from hubbub.draw.report import clean_text, safe_json, script, source, stylesheet, vega_bundle
from hubbub.draw.theme import Mode

MARGIN = 24
_TITLE_SIZE, _TITLE_LINE, _NOTE_LINE = 20, 26, 18
_TITLE_FIT = 0.78
"""Titles are words of small letters, narrower than what ``text_width`` is careful for."""
_SHOW = (
    "const spec = JSON.parse(document.getElementById('spec').textContent);"
    "vegaEmbed('#chart', spec, {mode: 'vega-lite', renderer: 'svg', actions: false, ast: true, defaultStyle: false, "
    "tooltip: showTooltip});"
)
_CHARTS: dict[str, tuple[Callable[..., alt.LayerChart], str]] = {
    "activity": (charts.rate_chart, "rate"),
    "topics-over-time": (charts.topics_over_time_chart, "lanes"),
    "volumes": (charts.volumes_chart, "volumes"),
    "top-topics": (charts.top_topics_chart, "top"),
    "map": (charts.topic_map_chart, "map"),
    "tree": (charts.tree_chart, "tree"),
    "similarity": (charts.similarity_chart, "similarity"),
    "similarity-decay": (charts.decay_chart, "decay"),
    "message-types": (charts.message_types_chart, "types"),
    "mood": (charts.mood_chart, "mood"),
    "polls": (charts.polls_chart, "polls"),
    "questions": (charts.questions_chart, "questions"),
}
CHARTS = tuple(_CHARTS)
"""The names of all charts."""
FORMATS = ("html", "json", "png", "svg")


def draw_picture(
    page: dict[str, Any], chart: str, file_format: str, *, mode: Mode = "light", width: int = 960
) -> bytes:
    """Return a chart of one stream as a file.

    Parameters
    ----------
    page : dict
        The stream as ``hubbub.page`` returns it.
    chart : str
        One of ``CHARTS``.
    file_format : str
        One of ``FORMATS``; html is a page that needs no network.
    mode : {"light", "dark"}
        The paper.
    width : int
        Pixels, margins included.

    Raises
    ------
    ValueError
        When there is no such chart or format.
    """
    if chart not in _CHARTS or file_format not in FORMATS:
        raise ValueError(f"No chart '{chart}' as {file_format}; charts: {', '.join(CHARTS)}; as {', '.join(FORMATS)}.")
    page = layout.prepare_page(page)
    function, name = _CHARTS[chart]
    drawn = function(page, mode=mode, width=width - 2 * MARGIN)
    return frame_chart(drawn, page["charts"]["titles"][name], _notes(page, name), file_format, mode)


def frame_chart(chart: alt.LayerChart, title: str, notes: list[str], file_format: str, mode: Mode = "light") -> bytes:
    """Return a chart with its title, some lines under it and a margin, as a file of one of ``FORMATS``."""
    spec = chart.to_dict(validate=False)
    spec = _framed(spec, clean_text(title), [clean_text(line) for line in notes], mode)
    if file_format == "png":
        return bytes(vl_convert.vegalite_to_png(spec, scale=2))
    if file_format == "svg":
        return str(vl_convert.vegalite_to_svg(spec)).encode()
    if file_format == "json":
        spec["$schema"] = alt.SCHEMA_URL
        return json.dumps(spec, ensure_ascii=False).encode("utf-8", "replace")
    return _page(spec, title, mode).encode()


def _notes(page: dict[str, Any], name: str) -> list[str]:
    """Return the lines under a title: which stream, and what is counted."""
    stream = page["stream"]
    topical = sum(topic["n_messages"] for topic in page["topics"])
    n = {
        "rate": sentences.counted(stream["n_messages"], "message"),
        "types": sentences.counted(stream["n_messages"], "message"),
        "polls": f"{sentences.counted(len(page['polls']), 'poll')}; a viewer's last answer counts; 95 % intervals",
        "decay": sentences.decay_note(page),
        "mood": sentences.mood_note(page),
        "questions": "one question in any wording, by how many viewers asked it",
    }.get(name, f"{sentences.counted(topical, 'message')} that have a topic")
    folded = len(page["topics"]) - len(page["similarity"])
    if name in ("tree", "similarity") and folded > 0:
        n += f"; the {len(page['similarity'])} largest of {len(page['topics'])} topics"
    where = " · ".join(
        str(part) for part in (stream.get("channel"), stream.get("title") or stream["stream_id"]) if part
    )
    started = stream.get("started_at")
    return [f"{where} · {str(started)[:10]}" if started else where, f"n = {n}" if n[:1].isdigit() else n]


def _framed(spec: dict[str, Any], title: str, notes: list[str], mode: Mode) -> dict[str, Any]:
    """Return the chart with a margin, and with its title and notes above it."""
    c = theme.colors(mode)
    padding = spec["padding"]
    wide = spec["width"] + padding["left"] + padding["right"]
    lines = _wrapped(title, wide)
    notes = [layout.cut(line, wide) for line in notes]
    head = _TITLE_LINE * len(lines) + _NOTE_LINE * len(notes) + 20
    left, top = -padding["left"], -padding["top"] - head

    def text(said: list[str], y: float, size: int, color: str, weight: int, line: int) -> dict[str, Any]:
        mark = {"type": "text", "align": "left", "baseline": "top", "fontSize": size, "fontWeight": weight}
        mark |= {"color": color, "lineHeight": line, "tooltip": None}
        encoding = {"x": {"value": left}, "y": {"value": y}, "text": {"value": said}}
        return {"data": {"name": "frame"}, "mark": mark, "encoding": encoding}

    layers = [text(lines, top, _TITLE_SIZE, c["ink"], 600, _TITLE_LINE)]
    layers.append(text(notes, top + _TITLE_LINE * len(lines) + 4, theme.FONT_SIZE, c["muted"], 400, _NOTE_LINE))
    framed = {key: padding[key] + MARGIN for key in padding} | {"top": padding["top"] + MARGIN + head}
    datasets = {**spec["datasets"], "frame": [{}]}
    return {**spec, "padding": framed, "layer": [*spec["layer"], *layers], "datasets": datasets}


def _wrapped(text: str, width: float) -> list[str]:
    """Return a title in at most two lines."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if layout.text_width(longer, _TITLE_SIZE, bold=True) * _TITLE_FIT <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if len(lines) < 3 else [lines[0], layout.cut(" ".join(lines[1:]), width, _TITLE_SIZE, bold=True)]


def _page(spec: dict[str, Any], title: str, mode: Mode) -> str:
    scripts = [vega_bundle(), script() + _SHOW]
    style = stylesheet() + f"body{{margin:0;background:{theme.colors(mode)['paper']};overflow:auto}}"
    policy = (
        f"default-src 'none'; script-src {' '.join(source(text) for text in scripts)}; style-src {source(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            f"<title>{html.escape(clean_text(title))}</title>\n<style>{style}</style>\n</head>\n<body>",
            '<div id="chart"></div>',
            f'<script type="application/json" id="spec">{safe_json(spec)}</script>',
            *(f"<script>{text}</script>" for text in scripts),
            "</body>\n</html>\n",
        ]
    )
