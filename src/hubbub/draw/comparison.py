"""The page of ``compare-sentiment``: tables, confusion, reliability, mistakes, what to choose by; no script in it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from hubbub.draw.theme import css_variables

_SIDE = 150
_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1100px;padding:16px;color-scheme:light dark}
table{border-collapse:collapse;margin:8px 0;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}th,td{padding:4px 10px;text-align:right;border-bottom:1px solid #8884}
th:first-child,td:first-child{text-align:left}.best{font-weight:700}small{opacity:.75}
.cells{display:flex;flex-wrap:wrap;gap:24px}.cell{min-width:260px}svg{display:block}
blockquote{margin:4px 0;padding-left:10px;border-left:3px solid #8886;overflow-wrap:anywhere}
"""


def render_comparison(about: dict[str, Any], cells: Sequence[dict[str, Any]]) -> str:
    """Return the comparison as one self-contained HTML page.

    Parameters
    ----------
    about : dict
        ``n_rows, n_test, labels, split, seed, language, n_repeated``.
    cells : sequence of dict
        As ``compare-sentiment`` keeps them. Texts in them are of people: they are escaped.
    """
    said = (
        f"{about['n_rows']:,} labeled texts ({html.escape(', '.join(about['labels']))}; "
        f"{about['n_repeated']:,} repeats left out); {about['n_test']:,} held out by "
        f"a {about['split']} split, the same for all rows below, "
        "no near-repeat on both sides. Brackets are 95 % intervals."
    )
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">',
        '<meta name="viewport" content="width=device-width"><title>Sentiment, compared</title>',
        f"<style>{css_variables()}{_STYLE}</style></head><body><h1>Sentiment, compared</h1><p>{said}</p>",
    ]
    for size in dict.fromkeys(cell["size"] for cell in cells):
        same = [cell for cell in cells if cell["size"] == size]
        parts.append(f"<h2>Trained on {size:,} texts</h2>" if size else "<h2>Trained on all</h2>")
        parts.append(_table(same))
    parts += ["<h2>What to choose by</h2>", _criteria(cells), "<h2>Cell by cell</h2>"]
    parts += ['<div class="cells">', *[_cell(cell, about["labels"]) for cell in cells], "</div>"]
    parts += ["<h2>Mistakes</h2>", _MISTAKES, *[_mistakes(cell) for cell in cells], "</body></html>"]
    return "".join(parts)


_MISTAKES = (
    "<p>Sorted by rules, for people to read on: <i>other language</i> where one is told; <i>mixed</i> where strong "
    "words of both sides stand, or one side and a “but”; <i>sarcasm</i> where marks of irony stand in a text told "
    "positive; <i>wrong label</i> where the model is sure (.95) and no strong word speaks for the label; else <i>model "
    "error</i>.</p>"
)
_HEAD = (
    "approach", "preparation", "accuracy", "AUC", "mean recall", "macro-F1", "log loss", "false positives", "ECE",
    "fit, s", "evaluation, s", "prediction, s", "parameters",
)  # fmt: skip


def _table(cells: Sequence[dict[str, Any]]) -> str:
    best = max(cell["accuracy"][0] for cell in cells)
    rows = []
    for cell in sorted(cells, key=lambda cell: -cell["accuracy"][0]):
        auc = _interval(cell["auc"]) if "auc" in cell else "–"
        values = [
            html.escape(cell["title"]), cell["way"], _interval(cell["accuracy"]), auc, _interval(cell["macro_recall"]),
            _interval(cell["macro_f1"]), f"{cell['log_loss']:.4f}",
            f"{cell['false_positives']:,} <small>({cell['false_positive_rate']:.1%})</small>",
            f"{cell['calibration_error']:.4f}", f"{cell['prepare_seconds'] + cell['fit_seconds']:.1f}",
            f"{cell['evaluate_seconds']:.1f}", f"{cell['predict_seconds']:.1f}", f"{cell['n_parameters']:,}",
        ]  # fmt: skip
        mark = ' class="best"' if cell["accuracy"][0] == best else ""
        rows.append(f"<tr{mark}>" + "".join(f"<td>{value}</td>" for value in values) + "</tr>")
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _interval(values: Sequence[float]) -> str:
    return f"{values[0]:.4f} <small>({values[1]:.4f} to {values[2]:.4f})</small>"


def _criteria(cells: Sequence[dict[str, Any]]) -> str:
    """Return, for each approach at its best, what one chooses by."""
    rows = []
    for name in dict.fromkeys(cell["approach"] for cell in cells):
        own = max((cell for cell in cells if cell["approach"] == name), key=lambda cell: cell["accuracy"][0])
        n_test = sum(map(sum, own["confusion"]))
        per_second = n_test / max(own["predict_seconds"], 1e-9)
        needs = {"ready-made": "no labels", "toolbox": "labels; no torch", "network": "labels; torch"}[own["family"]]
        rows.append(
            f"<tr><td>{html.escape(own['title'])}</td><td>{own['accuracy'][0]:.4f}</td><td>{own['way']}, "
            f"{own['size'] or 'all'}</td><td>{own['calibration_error']:.4f}</td><td>{own['fit_seconds']:.1f}</td>"
            f"<td>{per_second:,.0f}</td><td>{own['n_parameters']:,}</td><td>{needs}</td></tr>"
        )
    names = ["approach", "best accuracy", "with", "ECE", "seconds to fit", "texts a second", "parameters", "needs"]
    head = "".join(f"<th>{name}</th>" for name in names)
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _cell(cell: dict[str, Any], labels: Sequence[str]) -> str:
    head = "<tr><th>is / told</th>" + "".join(f"<th>{label}</th>" for label in labels) + "</tr>"
    rows = "".join(
        f"<tr><td>{label}</td>" + "".join(f"<td>{n:,}</td>" for n in counts) + "</tr>"
        for label, counts in zip(labels, cell["confusion"], strict=True)
    )
    title = f"{html.escape(cell['title'])}, {cell['way']}, {cell['size'] or 'all'}"
    return f'<div class="cell"><h3>{title}</h3><table>{head}{rows}</table>{_reliability(cell["reliability"])}</div>'


def _reliability(bins: Sequence[Sequence[float]]) -> str:
    """Return a picture of how often the model was right by how sure it was."""
    points = [(12 + sure * _SIDE, 4 + (1 - right) * _SIDE, n) for sure, right, n in bins]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    most = max((n for _, _, n in points), default=1)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 4 * (n / most) ** 0.5:.1f}"/>' for x, y, n in points)
    said = "; ".join(f"sure {sure:.2f}, right {right:.2f}, {int(n):,} texts" for sure, right, n in bins)
    return (
        f'<svg width="{_SIDE + 24}" height="{_SIDE + 24}" role="img" aria-label="Reliability: {said}">'
        f'<path d="M12 {_SIDE + 4}L{_SIDE + 12} 4" stroke="#8888" stroke-dasharray="4"/>'
        f'<rect x="12" y="4" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#8888"/>'
        f'<polyline points="{line}" fill="none" stroke="currentColor"/><g fill="currentColor">{dots}</g>'
        f'<text x="12" y="{_SIDE + 19}" font-size="11" fill="currentColor">right, by how sure</text></svg>'
    )


def _mistakes(cell: dict[str, Any]) -> str:
    counts, total = cell["mistakes"]["counts"], sum(cell["mistakes"]["counts"].values())
    said = ", ".join(f"{kind} {n:,} ({n / total:.0%})" for kind, n in sorted(counts.items(), key=lambda item: -item[1]))
    parts = [f"<h3>{html.escape(cell['title'])}, {cell['way']}, {cell['size'] or 'all'}</h3><p>{said or 'none'}</p>"]
    for kind, examples in cell["mistakes"]["examples"].items():
        for example in examples:
            parts.append(
                f"<blockquote><small>{kind}: is {example['label']}, told {example['told']}</small><br>"
                f"<bdi>{html.escape(example['text'])}</bdi></blockquote>"
            )
    return "".join(parts)
