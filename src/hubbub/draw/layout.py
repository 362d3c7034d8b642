"""What goes where on a page: topic colors, rows, label places. Plain data in, plain data out.

``prepare_page`` adds to the data of one stream everything that does not depend on the width of the paper or on the
window chosen by the reader. What depends on the width (which labels fit) is done by ``place`` here for pictures and by
its twin in ``report.js``, which can measure text, for the browser.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import Any

from hubbub.draw import rows, sentences, theme

MAX_LANES = 25
MAX_BINS = 120
MAX_TOP = 8
QUOTE_LENGTH = 90

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


def prepare_page(page: dict[str, Any]) -> dict[str, Any]:
    """Return the page with ``charts`` added: titles, topic colors, rows of the time chart and scales.

    Missing parts are filled with empty ones, so that what draws needs no exceptions.
    """
    page = dict(page)
    page.setdefault("summary", "")
    lists = (
        "highlights",
        "peaks",
        "topics",
        "episodes",
        "types",
        "left_out",
        "polls",
        "questions",
        "copypasta",
        "tree",
        "similarity",
        "decay",
        "alerts",
    )
    for name in lists:
        page[name] = list(page.get(name) or [])
    page["minutes"] = _filled_minutes(page.get("minutes") or {})
    page["mood"] = page.get("mood") or {}
    page["map"] = _filled_map(page.get("map") or {})
    page["window"] = page.get("window") or None
    page["made"] = page.get("made") or {}
    page["stream"] = {"duration_seconds": 0.0, "started_at": None, "title": None} | page["stream"]
    lanes, styles = lane_rows(page), topic_styles(page["topics"])
    page["charts"] = {
        "titles": sentences.titles(page),
        "unit": sentences.per_unit(page["minutes"]["bin_seconds"]),
        "topics": _with_extents(styles, page["map"]),
        "lanes": lanes,
        "spans": lane_spans(page, lanes),
        "types": type_rows(page["types"]),
        "type_names": sentences.TYPE_NAMES,
        "volumes": rows.volume_rows(page, styles),
        "tree": rows.tree_rows(page["tree"], styles),
        "similarities": rows.similarity_rows(page["similarity"]),
        "similarity_range": rows.similarity_range(page["similarity"]),
        "decay": rows.decay_rows(page["decay"]),
        "mood": rows.mood_rows(page["mood"], page["alerts"]),
        "polls": rows.poll_rows(page["polls"]),
        "questions": rows.question_rows(page["questions"]),
        "x_domain": _domain(page["map"]["x"]),
        "y_domain": _domain(page["map"]["y"]),
    }
    return page


def _filled_minutes(minutes: dict[str, Any]) -> dict[str, Any]:
    filled = {"bin_seconds": 60, "start_seconds": [], "n": [], "by_theme": {}, "other": {}} | minutes
    return filled | {"by_theme": filled["by_theme"] or {}, "other": filled["other"] or {}}


def _filled_map(points: dict[str, Any]) -> dict[str, Any]:
    size = len(points.get("x") or [])
    names = ("x", "y", "theme_id", "n", "text", "offset_seconds", "viewer")
    columns = {name: list(points.get(name) or [None] * size) for name in names}
    order = sorted(range(size), key=lambda i: -(columns["n"][i] or 0))  # small points are drawn last, on top
    return {name: [column[i] for i in order] for name, column in columns.items()}


def _domain(values: Sequence[float | None]) -> list[float]:
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return [-1.0, 1.0]
    low, high = min(known), max(known)
    pad = 0.06 * (high - low) or 1.0
    return [low - pad, high + pad]


def topic_styles(topics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return name of hue, short label and quote of every topic, in the order given (largest first)."""
    return [
        {
            "theme_id": topic["theme_id"],
            "hue": f"topic-{rank}" if rank < theme.N_HUES else "rest",
            "label": topic["label"],
            "short": sentences.short_label(topic["label"]),
            "quote": short_quote(topic.get("examples") or []),
            "n_messages": topic["n_messages"],
            "x": topic.get("x"),
            "y": topic.get("y"),
        }
        for rank, topic in enumerate(topics)
    ]


def _with_extents(styles: list[dict[str, Any]], points: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return the styles with where most of the topic's points lie on the map, for its label to stand beside them."""
    heights: dict[int, list[float]] = {}
    for theme_id, y in zip(points["theme_id"], points["y"], strict=True):
        heights.setdefault(theme_id, []).append(y)
    for style in styles:
        values = sorted(heights.get(style["theme_id"], [])) or [style["y"]]
        style |= {"bottom": values[len(values) // 20], "top": values[-1 - len(values) // 20]}
    return styles


def short_quote(examples: Sequence[str]) -> str:
    """Return the most central example that is short enough to be read at a glance, else the first, cut.

    Examples
    --------
    >>> short_quote(["x" * 200, "le son grésille encore"])
    'le son grésille encore'
    """
    for text in examples:
        if len(text) <= QUOTE_LENGTH:
            return text
    return sentences.cut_text(examples[0], QUOTE_LENGTH) if examples else ""


def _coarser(counts: Sequence[float], factor: int) -> list[float]:
    return [sum(counts[i : i + factor]) for i in range(0, len(counts), factor)]


def _sparse(starts: Sequence[float], counts: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the bins that are not empty, each with its empty neighbors: as much as a band needs."""
    keep = [
        i for i in range(len(counts)) if counts[i] or (i and counts[i - 1]) or (i + 1 < len(counts) and counts[i + 1])
    ]
    return [starts[i] for i in keep], [counts[i] for i in keep]


def _summed(series: Sequence[Sequence[float]]) -> list[float]:
    return [sum(values) for values in zip(*series, strict=True)]


def lane_rows(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one row a topic by first appearance, one for the smaller topics, one thin one for everything else.

    A row holds the centers of its bins (``at``, seconds), messages (``n``), the count that fills its height (``full``)
    and its height as a share of a row (``reach``).
    """
    minutes, topics = page["minutes"], page["topics"]
    if not minutes["start_seconds"]:
        return []
    factor = math.ceil(len(minutes["start_seconds"]) / MAX_BINS)
    width = factor * minutes["bin_seconds"]
    centers = [start + width / 2 for start in minutes["start_seconds"][::factor]]
    known = [topic for topic in topics if str(topic["theme_id"]) in minutes["by_theme"]]
    shown = known if len(known) <= MAX_LANES else known[: MAX_LANES - 1]
    hues = {style["theme_id"]: style["hue"] for style in topic_styles(topics)}
    lanes: list[dict[str, Any]] = []
    for topic in sorted(shown, key=lambda topic: (topic["first_seconds"] is None, topic["first_seconds"])):
        counts = _coarser(minutes["by_theme"][str(topic["theme_id"])], factor)
        lanes.append(_lane(topic["theme_id"], topic["label"], hues[topic["theme_id"]], centers, counts))
    folded = known[len(shown) :]
    if folded:
        counts = _coarser(_summed([minutes["by_theme"][str(topic["theme_id"])] for topic in folded]), factor)
        lanes.append(_lane(-1, f"{len(folded)} smaller topics", "rest", centers, counts))
    full = max((max(row["n"], default=0) for row in lanes), default=0)
    for row in lanes:
        row |= {"full": max(full, 1), "reach": 0.6}
    if minutes["other"]:
        lanes.append(_other_lane(minutes["other"], centers, factor))
    for place_in_order, row in enumerate(lanes):
        row["row"] = place_in_order
    return lanes


def _lane(theme_id: int, label: str, hue: str, centers: list[float], counts: list[float]) -> dict[str, Any]:
    at, n = _sparse(centers, counts)
    return {"theme_id": theme_id, "label": label, "hue": hue, "total": sum(counts), "at": at, "n": n}


def _other_lane(other: dict[str, list[float]], centers: list[float], factor: int) -> dict[str, Any]:
    kinds = sorted(other, key=lambda kind: -sum(other[kind]))
    names = [sentences.TYPE_NAMES.get(kind, kind) for kind in kinds]
    label = ", ".join(names[:2]) + (" …" if len(names) > 2 else "")
    lane = _lane(-2, label, "rest", centers, _coarser(_summed([other[kind] for kind in kinds]), factor))
    return lane | {"full": max(lane["n"], default=1) or 1, "reach": 0.24}


def lane_spans(page: dict[str, Any], lanes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stretch of every episode on its topic's row."""
    row_of = {lane["theme_id"]: lane for lane in lanes}
    return [
        {
            "row": row_of[episode["theme_id"]]["row"],
            "hue": row_of[episode["theme_id"]]["hue"],
            "first_seconds": episode["first_seconds"],
            "last_seconds": episode["last_seconds"],
        }
        for episode in page["episodes"]
        if episode["theme_id"] in row_of and episode["first_seconds"] is not None
    ]


def type_rows(types: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the message types, most frequent first, with their names and shares in words."""
    ordered = sorted(types, key=lambda row: -float(row["n_messages"]))
    return [
        {
            "row": place_in_order,
            "name": sentences.TYPE_NAMES.get(row["message_type"], row["message_type"]),
            "n_messages": row["n_messages"],
            "value": f"{sentences.number_text(row['n_messages'])} · {sentences.share_text(row['share'])}",
        }
        for place_in_order, row in enumerate(ordered)
    ]


def top_rows(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the largest topics as rows of the bar chart: of the whole stream, or of the window that the page names.

    In the report, ``report.js`` does it for the window that the reader chooses.
    """
    styles = {style["theme_id"]: style for style in topic_styles(page["topics"])}
    window = page.get("window_topics")
    chosen = page["topics"] if window is None else window
    total = sum(topic["n_messages"] for topic in chosen) or 1
    bars = []
    for row, topic in enumerate(chosen[:MAX_TOP]):
        style = styles.get(topic["theme_id"], {"hue": "rest", "label": topic["label"], "quote": ""})
        quote = style["quote"] if window is None else sentences.cut_text(topic["message"] or "", QUOTE_LENGTH)
        share = topic["share"] if window is None else topic["n_messages"] / total
        value = f"{sentences.number_text(topic['n_messages'])} · {sentences.share_text(share)}"
        counts = {"n_messages": topic["n_messages"], "row": row, "value": value}
        bars.append({**style, **counts, "quote": quote and f"“{quote}”"})
    return bars


def text_width(text: str, size: float = theme.FONT_SIZE, bold: bool = False) -> float:
    """Return about how wide a text is, in pixels, rather too wide than too narrow."""
    wide = sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.6 for char in text)
    return wide * size * (1.08 if bold else 1.0)


def cut(text: str, width: float, size: float = theme.FONT_SIZE, bold: bool = False) -> str:
    """Return the text, cut with an ellipsis where it is wider than so many pixels."""
    if text_width(text, size, bold) <= width:
        return text
    while text and text_width(text + "…", size, bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def place(items: Sequence[Sequence[tuple[list[Box], dict[str, Any]]]], most: int | None = None) -> list[dict[str, Any]]:
    """Return for each item, in order of importance, the first of its candidates that hits nothing placed before.

    A candidate is the boxes that it needs and what is returned for it; an item for which nothing fits is left out, as
    are those after so many placed ones.
    """
    taken: list[Box] = []
    placed = []
    for candidates in items:
        for boxes, result in candidates:
            if not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a in boxes for b in taken):
                taken += boxes
                placed.append(result)
                break
    return placed[:most]
