"""The rows of the charts that compare topics, and of polls and questions. Plain data in, plain data out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hubbub.draw import sentences
from hubbub.draw.theme import N_HUES

MAX_VOLUMES = 10
MAX_VOLUME_BINS = 90
MAX_POLLS = 6
MAX_OPTIONS = 6
MAX_QUESTIONS = 8
_HEAD_ROWS = 1.6
_PAUSE_ROWS = 0.7


def volume_rows(page: dict[str, Any], styles: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the bands of the largest topics, the largest at the bottom and the smaller ones together on top.

    A row holds the starts of its bins (``at``, seconds) and where its band begins and ends in each (``low, high``,
    messages); ``row`` counts from the top.
    """
    minutes = page["minutes"]
    if not minutes["start_seconds"]:
        return []
    factor = math.ceil(len(minutes["start_seconds"]) / MAX_VOLUME_BINS)
    starts = minutes["start_seconds"][::factor]
    known = [style for style in styles if str(style["theme_id"]) in minutes["by_theme"]]
    series = [_coarser(minutes["by_theme"][str(style["theme_id"])], factor) for style in known]
    rows = [{"theme_id": s["theme_id"], "label": s["short"], "hue": s["hue"]} for s in known[:MAX_VOLUMES]]
    counts = series[:MAX_VOLUMES]
    if len(series) > MAX_VOLUMES:
        rows.append({"theme_id": -1, "label": f"{len(series) - MAX_VOLUMES} smaller topics", "hue": "rest"})
        counts.append([sum(values) for values in zip(*series[MAX_VOLUMES:], strict=True)])
    low = [0.0] * len(starts)
    at = [*starts, starts[-1] + factor * minutes["bin_seconds"]]
    for place, (row, values) in enumerate(zip(rows, counts, strict=True)):
        high = [a + b for a, b in zip(low, values, strict=True)]
        row |= {"row": len(rows) - 1 - place, "at": at, "low": [*low, low[-1]], "high": [*high, high[-1]]}
        low = high
    return rows


def _coarser(counts: Sequence[float], factor: int) -> list[float]:
    return [sum(counts[i : i + factor]) for i in range(0, len(counts), factor)]


def mood_rows(mood: dict[str, Any], alerts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the bins of the mood, the alerts above them, and how far the shares reach."""
    columns = ("start_seconds", "n_negative", "n_neutral", "n_positive", "balance", "low", "high")
    bins = []
    for start, n_negative, n_neutral, n_positive, *interval in zip(
        *(mood.get(name, ()) for name in columns), strict=True
    ):
        n = n_negative + n_neutral + n_positive
        if n:
            row = {
                "at": start,
                "until": start + mood["bin_seconds"],
                "n": n,
                "up": n_positive / n,
                "down": -n_negative / n,
            }
            bins.append(row | dict(zip(columns[4:], interval, strict=True)))
    last = bins[-1]["until"] if bins else 0.0
    flags = [
        {
            "at": alert["start_seconds"],
            "until": max(alert["end_seconds"] if alert["end_seconds"] is not None else last, alert["start_seconds"]),
            "subject": alert["subject"],
            "said": f"{alert['n_negative']} negative viewers, {alert['expected']:.0f} expected",
            "quote": f"“{alert['quotes'][0]}”" if alert["quotes"] else "",
        }
        for alert in alerts
    ]
    return {"bins": bins, "alerts": flags, "reach": max((max(row["up"], -row["down"]) for row in bins), default=1.0)}


def tree_rows(nodes: Sequence[dict[str, Any]], styles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the leaves, branches and joins of the tree of topics, and what stands at its axis.

    A branch runs from its node to that node's parent, in the hue of its topics where all have the same; a join stands
    at its own place, from its first branch to its last. Places are how many joins there were, where the topics have an
    order of joins, and mean cosine distances otherwise.
    """
    hues = {style["theme_id"]: style["hue"] for style in styles}
    leaves = [node for node in nodes if node["theme_id"] is not None]
    rows: dict[int, float] = {node["node_id"]: float(node["place"]) for node in leaves}
    node_hue = {node["node_id"]: hues.get(node["theme_id"], "rest") for node in leaves}
    inner = [node for node in nodes if node["theme_id"] is None]
    is_ordered = all(node["n_left"] is not None for node in inner)
    at = {node["node_id"]: float(len(leaves) - node["n_left"] if is_ordered else node["distance"]) for node in inner}
    at |= {node["node_id"]: 0.0 for node in leaves}
    children: dict[int, list[int]] = {}
    for node in nodes:
        if node["parent_id"] is not None:
            children.setdefault(node["parent_id"], []).append(node["node_id"])
    joins = []
    for node in inner:
        ends = [rows[child] for child in children[node["node_id"]]]
        rows[node["node_id"]] = sum(ends) / len(ends)
        node_hue[node["node_id"]] = "rest"
        left = f"{sentences.counted(node['n_left'], 'topic')} left, " if is_ordered else ""
        said = f"{left}joined at a distance of {node['distance']:.2f}"
        joins.append({"at": at[node["node_id"]], "first": min(ends), "last": max(ends), "said": said})
    branches = [
        {
            "row": rows[node["node_id"]],
            "from": at[node["node_id"]],
            "to": at[node["parent_id"]],
            "hue": node_hue[node["node_id"]],
        }
        for node in nodes
        if node["parent_id"] is not None
    ]
    names = [
        {
            "row": node["place"],
            "theme_id": node["theme_id"],
            "label": node["label"],
            "n_messages": node["n_messages"],
            "hue": node_hue[node["node_id"]],
        }
        for node in leaves
    ]
    axis = "topics left when the most alike have joined" if is_ordered else "mean cosine distance at which topics join"
    return {"leaves": names, "branches": branches, "joins": joins, "axis": axis, "n_start": len(leaves) * is_ordered}


def decay_rows(lags: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the points of the chart of similarity by lag, in the middle of each lag.

    Of one encoder with its half-life and leash; of several with their names and half-lives, in the order given.
    """
    known = [lag for lag in lags if lag["excess"] is not None and lag["low"] is not None]
    encoders = list(dict.fromkeys(str(lag.get("encoder", "")) for lag in known))
    hues = {name: "accent" if len(encoders) == 1 else f"topic-{i % N_HUES}" for i, name in enumerate(encoders)}
    points = [
        {key: lag[key] for key in ("excess", "low", "high", "n_pairs")}
        | {"lag": math.sqrt(max(lag["lag_from_seconds"], 1.25) * lag["lag_to_seconds"])}
        | {"between": sentences.lag_text(lag["lag_from_seconds"], lag["lag_to_seconds"])}
        | {"encoder": str(lag.get("encoder", "")), "hue": hues[str(lag.get("encoder", ""))]}
        for lag in known
    ]
    marks: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    if len(encoders) > 1:
        for row, name in enumerate(encoders):
            half = next(lag["half_life_seconds"] for lag in known if lag["encoder"] == name)
            gone = f": half of it gone after {sentences.seconds_text(half)}" if half is not None else ""
            names.append({"row": row, "label": f"{name}{gone}", "hue": hues[name]})
    elif known:
        if known[0]["half_life_seconds"] is not None:
            near = [point for point in points if point["lag"] < 60]
            peak = max(near or points, key=lambda point: float(point["excess"]))
            half = known[0]["half_life_seconds"]
            said = f"half of it gone after {sentences.seconds_text(half)}"
            marks.append({"seconds": peak["lag"] + half, "label": said})
        if known[0]["leash_seconds"] is not None:
            leash = known[0]["leash_seconds"]
            marks.append({"seconds": leash, "label": f"leash {sentences.seconds_text(leash)}"})
    return {"lags": points, "marks": [mark | {"row": row} for row, mark in enumerate(marks)], "encoders": names}


def similarity_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the square of similarities."""
    columns = list(range(len(rows)))
    return [
        {"row": place, "label": row["label"], "column": columns, "value": row["similarities"]}
        for place, row in enumerate(rows)
    ]


def similarity_range(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Return the lowest and the highest similarity of two different topics."""
    values = [v for place, row in enumerate(rows) for i, v in enumerate(row["similarities"]) if i != place]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return low, max(high, low + 0.01)


def poll_rows(polls: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the headings and options of polls, the biggest ones in order of time, each on its rows."""
    biggest = sorted(polls, key=lambda poll: -int(poll["n_voters"]))[:MAX_POLLS]
    heads, options, row = [], [], 0.0
    for poll in sorted(biggest, key=lambda poll: float(poll["start_seconds"])):
        when = f"{sentences.offset_text(poll['start_seconds'])}–{sentences.offset_text(poll['end_seconds'])}"
        changed = f", {sentences.number_text(poll['n_changed'])} changed their mind" if poll["n_changed"] else ""
        head = f"{when} · {sentences.counted(poll['n_voters'], 'voter')}{changed}"
        question = f"“{poll['question']}”" if poll["question"] else "asked aloud, or by no message that can be told"
        heads.append({"row": row, "head": head, "question": question})
        row += _HEAD_ROWS
        for place, option in enumerate(poll["options"][:MAX_OPTIONS]):
            name = option["answer"] + (f" · {option['text']}" if option["text"] else "")
            value = f"{sentences.number_text(option['n_votes'])} · {sentences.share_text(option['share'])}"
            numbers = {key: option[key] for key in ("share", "low", "high")}
            options.append({"row": row, "name": name, "value": value, "zero": 0, "is_first": place == 0, **numbers})
            row += 1
        row += _PAUSE_ROWS
    return {"heads": heads, "options": options, "rows": max(row - _PAUSE_ROWS, 1.0)}


def question_rows(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions as rows of a bar chart: who asked, when first, in which other words."""
    rows = []
    for row, question in enumerate(questions[:MAX_QUESTIONS]):
        first = (
            "" if question["first_seconds"] is None else f"first at {sentences.offset_text(question['first_seconds'])}"
        )
        others = "; ".join(f"“{text}”" for text in question["wordings"][:2])
        value = sentences.counted(question["n_askers"], "asker")
        quote = " · ".join(part for part in (first, others) if part)
        rows.append(
            {"row": row, "hue": "area-line", "label": question["question"], "quote": quote, "value": value}
            | {"n_messages": question["n_askers"]}
        )
    return rows
