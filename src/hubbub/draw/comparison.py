"""The page of ``compare-sentiment``: tables, what to choose by, learning curves, confusion, reliability, mistakes.

One self-contained page without any script. Cells past the best one of each approach are folded.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from hubbub.draw.small_plots import draw_curve, draw_interval, draw_reliability
from hubbub.draw.theme import css_variables

_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = """
*{box-sizing:border-box}html{background:var(--paper);color:var(--ink);font:400 16px/24px var(--font)}
body{margin:0 auto;max-width:1480px;padding:0 24px 64px}
h1{font-size:40px;line-height:48px;font-weight:600;letter-spacing:-.02em;margin:48px 0 8px}
h2{font-size:24px;line-height:32px;font-weight:600;margin:0;padding:48px 0 0;max-width:64ch}
h3{font-size:16px;line-height:24px;font-weight:600;margin:24px 0 8px}h3 small{font-weight:400}
p{max-width:88ch;margin:8px 0}small,.note{color:var(--muted);font-size:13px;line-height:20px}
.best b,.lead b{color:var(--accent);font-weight:600}.lead{font-size:20px;line-height:32px}
.wide{overflow-x:auto;margin-top:16px}
table{border-collapse:collapse;font-size:14px;line-height:20px;font-variant-numeric:tabular-nums}
th{color:var(--muted);font-weight:600;text-align:right;vertical-align:bottom;border-bottom:1px solid var(--ink)}
td{text-align:right;border-bottom:1px solid var(--hairline);white-space:nowrap}
th,td{padding:8px 12px 8px 0}th:last-child,td:last-child{padding-right:0}
th:first-child,td:first-child,td.words,th.words{text-align:left;white-space:normal}td.words{min-width:160px}
td:first-child{min-width:176px}td.top{font-weight:600;color:var(--accent)}td small{display:block}
.cells{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(384px,100%),1fr));gap:8px 32px}
.cell{min-width:0}svg{display:block}.confusion+svg{margin-top:16px}
svg text{font:12px var(--font);fill:var(--muted)}
.key{display:inline-block;width:16px;height:0;border-top:2px solid var(--topic-0);vertical-align:middle}
.key{margin:0 4px 0 16px}
.key.other{border-top:2px dashed var(--topic-1)}
details{margin-top:16px}summary{cursor:pointer;color:var(--muted);font-size:14px;padding:10px 0}
blockquote{margin:8px 0;padding-left:12px;border-left:4px solid var(--hairline);max-width:88ch;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content minmax(0,72ch);gap:4px 24px;margin:16px 0;font-size:14px}
dt{font-weight:600}dd{margin:0}
@media (max-width:600px){
body{padding:0 16px 48px}h1{font-size:32px;line-height:40px}dl{display:block}dd{margin-bottom:8px}}
"""
_RULES = {
    "other language": "The text is told to be in another language than the comparison's.",
    "mixed": "Words of both sides stand in it, or of one side and a “but”. A word has a side when it stands with one "
    "label more than three times as often as with the other in at least eight training texts.",
    "sarcasm": "It was told positive, and marks of irony stand in it (#sarcasm, “yay”, “oh great”, “just great” …).",
    "wrong label": "The model is sure (.95), and no word of the label's side stands in the text.",
    "model error": "None of these.",
}
# What does not follow from the cells; the rest of the page of criteria is measured.
_CRITERIA = (
    ("what you must know", "to call a service or a package", "to run one command", "to choose and watch a training"),
    ("labeled texts", "none", "hundreds help, more help more", "tens of thousands"),
    ("can be fitted to your texts", "no", "yes: what it learns from", "wholly"),
    ("where it runs", "VADER and lexicons here; Azure at a provider", "here", "here"),
    ("what it runs on", "any processor", "any processor", "a processor; a GPU for long trainings"),
    ("what it costs", "Azure: by the text, told before; else nothing", "seconds to minutes", "minutes to hours"),
    ("where texts go", "to Azure with that approach only; else nowhere", "nowhere", "nowhere"),
)
_FAMILIES = {"ready-made": "ready-made", "toolbox": "toolbox", "network": "networks"}


def render_comparison(about: dict[str, Any], cells: Sequence[dict[str, Any]]) -> str:
    """Return the comparison as one self-contained HTML page.

    Parameters
    ----------
    about : dict
        ``n_rows, n_test, labels, split, seed, language, n_repeated``.
    cells : sequence of dict
        As ``compare-sentiment`` keeps them. Texts in them are of people: they are escaped.
    """
    best = max(cells, key=lambda cell: cell["accuracy"][0])
    source = (
        f"{about['n_rows']:,} labeled texts ({html.escape(', '.join(about['labels']))}), {about['n_repeated']:,} "
        f"repeats left out. Held out by a {about['split']} split, seed {about['seed']}, the same texts for all, no "
        "near-repeat on both sides. Intervals are 95 %."
    )
    lead = (
        f"Right most often: <b>{_name(best)}</b>, on {best['accuracy'][0]:.1%} of {about['n_test']:,} held-out texts "
        f"({best['accuracy'][1]:.1%} to {best['accuracy'][2]:.1%})."
    )
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">',
        '<meta name="viewport" content="width=device-width"><title>Sentiment, compared</title>',
        f"<style>{css_variables()}{_STYLE}</style></head><body><h1>Sentiment, compared</h1>",
        f'<p class="lead">{lead}</p>',
        f'<p class="note">{source}</p>',
    ]
    for size in dict.fromkeys(cell["size"] for cell in cells):
        same = [cell for cell in cells if cell["size"] == size]
        parts.append(f"<h2>Trained on {f'{size:,} texts' if size else 'all texts'}</h2>{_table(same)}{_by_way(same)}")
    parts += [_criteria(cells), _curves([cell for cell in cells if cell["curve"]])]
    parts.append("<h2>What is taken for what, and how sure to be</h2>")
    parts.append(
        '<p class="note">Counts of held-out texts: what they are, by row, and what they were told to be. Points of the '
        "diagram are texts that were told with about the same probability; on the diagonal as many are right as the "
        "probability says. The larger a point, the more texts.</p>"
    )
    parts += [_folded(cells, lambda cell: _confusion(cell, about["labels"])), _mistakes(cells), "</body></html>"]
    return "".join(parts)


def _name(cell: dict[str, Any]) -> str:
    return f"{html.escape(cell['title'])} · {cell['way']} · {_size(cell)}"


def _size(cell: dict[str, Any]) -> str:
    return f"{cell['size']:,}" if cell["size"] else "all"


def _best_cells(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the most accurate cell of each approach, the best first."""
    best: dict[str, dict[str, Any]] = {}
    for cell in cells:
        if cell["approach"] not in best or cell["accuracy"][0] > best[cell["approach"]]["accuracy"][0]:
            best[cell["approach"]] = cell
    return sorted(best.values(), key=lambda cell: -cell["accuracy"][0])


def _folded(cells: Sequence[dict[str, Any]], draw: Callable[[dict[str, Any]], str]) -> str:
    """Return the best cell of each approach as it is drawn, and the others folded."""
    shown = _best_cells(cells)
    others = [cell for cell in cells if not any(cell is one for one in shown)]
    said = f'<div class="cells">{"".join(map(draw, shown))}</div>'
    if others:
        n = "One other cell" if len(others) == 1 else f"{len(others):,} other cells"
        said += (
            f"<details><summary>{n}, by preparation and size</summary>"
            f'<div class="cells">{"".join(map(draw, others))}</div></details>'
        )
    return said


_HEAD = (
    "approach, preparation", "accuracy", "", "AUC", "macro-F1", "loss", "false positives", "calibration error",
    "prepare, s", "fit, s", "predict, s", "evaluate, s", "parameters",
)  # fmt: skip


def _table(cells: Sequence[dict[str, Any]]) -> str:
    best = max(cell["accuracy"][0] for cell in cells)
    low = min(cell["accuracy"][1] for cell in cells)
    high = max(cell["accuracy"][2] for cell in cells)
    rows = []
    for cell in sorted(cells, key=lambda cell: -cell["accuracy"][0]):
        title = html.escape(cell["title"])
        values = [
            f"{f'<b>{title}</b>' if cell['accuracy'][0] == best else title}<small>{cell['way']}</small>",
            _interval(cell["accuracy"]), draw_interval(cell["accuracy"], low, high),
            _interval(cell["auc" if "auc" in cell else "macro_recall"]), _interval(cell["macro_f1"]),
            f"{cell['log_loss']:.3f}",
            f"{cell['false_positives']:,}<small>{cell['false_positive_rate']:.1%}</small>",
            f"{cell['calibration_error']:.3f}", f"{cell['prepare_seconds']:,.1f}", f"{cell['fit_seconds']:,.1f}",
            f"{cell['predict_seconds']:,.1f}", f"{cell['evaluate_seconds']:,.1f}", f"{cell['n_parameters']:,}",
        ]  # fmt: skip
        mark = ' class="best"' if cell["accuracy"][0] == best else ""
        rows.append(f"<tr{mark}>" + "".join(f"<td>{value}</td>" for value in values) + "</tr>")
    head = ["mean recall" if name == "AUC" and "auc" not in cells[0] else name for name in _HEAD]
    return _wide(head, rows)


def _wide(head: Sequence[str], rows: Sequence[str]) -> str:
    names = "".join(f"<th>{name}</th>" for name in head)
    return f'<div class="wide"><table><thead><tr>{names}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _interval(values: Sequence[float]) -> str:
    return f"{values[0]:.3f}<small>{values[1]:.3f}–{values[2]:.3f}</small>"


def _by_way(cells: Sequence[dict[str, Any]]) -> str:
    """Return accuracy by approach and preparation, where there are several preparations."""
    ways = list(dict.fromkeys(cell["way"] for cell in cells))
    if len(ways) < 2:
        return ""
    rows = []
    for name in [cell["approach"] for cell in _best_cells(cells)]:
        own = {cell["way"]: cell for cell in cells if cell["approach"] == name}
        top = max(cell["accuracy"][0] for cell in own.values())
        values = [
            f'<td class="top">{own[way]["accuracy"][0]:.3f}</td>'
            if way in own and own[way]["accuracy"][0] == top
            else f"<td>{own[way]['accuracy'][0]:.3f}</td>"
            if way in own
            else "<td>–</td>"
            for way in ways
        ]
        rows.append(f"<tr><td>{html.escape(next(iter(own.values()))['title'])}</td>{''.join(values)}</tr>")
    said = "<h3>Accuracy by preparation <small>the best of each row is marked</small></h3>"
    return said + _wide(["approach", *ways], rows)


def _criteria(cells: Sequence[dict[str, Any]]) -> str:
    """Return what one chooses by: each approach at its best, then the families side by side."""
    rows = []
    for own in _best_cells(cells):
        n_test = sum(map(sum, own["confusion"]))
        rows.append(
            f"<tr><td>{html.escape(own['title'])}</td><td>{_interval(own['accuracy'])}</td><td>{own['way']}</td><td>"
            f"{_size(own)}</td><td>{own['calibration_error']:.3f}</td>"
            f"<td>{own['fit_seconds']:,.1f}</td><td>{n_test / max(own['predict_seconds'], 1e-9):,.0f}</td>"
            f"<td>{own['n_parameters']:,}</td></tr>"
        )
    head = (
        "approach", "best accuracy", "preparation", "trained on", "calibration error", "fit, s", "texts a second",
        "parameters",
    )  # fmt: skip
    families = [name for name in _FAMILIES if any(cell["family"] == name for cell in cells)]
    places = [1 + list(_FAMILIES).index(name) for name in families]
    lines = [
        f"<tr><td>{row[0]}</td>" + "".join(f'<td class="words">{row[i]}</td>' for i in places) + "</tr>"
        for row in _CRITERIA
    ]
    found = "".join(f'<td class="words">{_found(cells, name)}</td>' for name in families)
    lines.append(f"<tr><td>accuracy here, the least and the most</td>{found}</tr>")
    names = "".join(f'<th class="words">{_FAMILIES[name]}</th>' for name in families)
    side = f"<table><thead><tr><th></th>{names}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return f'<h2>What to choose by</h2>{_wide(head, rows)}<h3>The families</h3><div class="wide">{side}</div>'


def _found(cells: Sequence[dict[str, Any]], family: str) -> str:
    values = [cell["accuracy"][0] for cell in cells if cell["family"] == family]
    return f"{min(values):.3f} to {max(values):.3f}" if min(values) < max(values) else f"{values[0]:.3f}"


def _curves(cells: Sequence[dict[str, Any]]) -> str:
    if not cells:
        return ""
    highest = max(
        value for cell in cells for epoch in cell["curve"] for name, value in epoch.items() if name.endswith("_loss")
    )

    def draw(cell: dict[str, Any]) -> str:
        return f'<div class="cell"><h3>{_name(cell)}</h3>{draw_curve(cell["curve"], highest)}</div>'

    return (
        "<h2>How networks learned</h2>"
        '<p class="note">Loss by epoch, all on one scale: <span class="key"></span>while training, with dropout '
        '<span class="key other"></span>on training texts kept back for this. A curve that rises again has learned its '
        f"texts by heart.</p>{_folded(cells, draw)}"
    )


def _confusion(cell: dict[str, Any], labels: Sequence[str]) -> str:
    head = "<tr><th>is</th>" + "".join(f"<th>told {label}</th>" for label in labels) + "</tr>"
    rows = "".join(
        f"<tr><td>{label}</td>"
        + "".join(f"<td>{n:,}<small>{n / max(1, sum(counts)):.0%}</small></td>" for n in counts)
        + "</tr>"
        for label, counts in zip(labels, cell["confusion"], strict=True)
    )
    return (
        f'<div class="cell"><h3>{_name(cell)}</h3><table class="confusion">{head}{rows}</table>'
        f"{draw_reliability(cell['reliability'], 1 / len(labels))}</div>"
    )


def _mistakes(cells: Sequence[dict[str, Any]]) -> str:
    """Return how many mistakes are of which kind, the rules that say so, and examples."""
    best = _best_cells(cells)
    rows = []
    for cell in best:
        counts = cell["mistakes"]["counts"]
        total = max(1, sum(counts.values()))
        shares = "".join(
            f"<td>{counts.get(kind, 0):,}<small>{counts.get(kind, 0) / total:.0%}</small></td>" for kind in _RULES
        )
        rows.append(f"<tr><td>{_name(cell)}</td><td>{sum(counts.values()):,}</td>{shares}</tr>")
    rules = "".join(f"<dt>{kind}</dt><dd>{rule}</dd>" for kind, rule in _RULES.items())
    return (
        '<h2>Mistakes</h2><p class="note">Sorted by rules, tried in this order, for people to read on; nobody judged '
        f"these texts.</p><dl>{rules}</dl>{_wide(['approach at its best', 'mistakes', *_RULES], rows)}"
        f"<h3>Examples: {_name(best[0])}</h3>{_examples(best[0])}"
        + "".join(
            f"<details><summary>Examples: {_name(cell)}</summary>{_examples(cell)}</details>" for cell in best[1:]
        )
    )


def _examples(cell: dict[str, Any]) -> str:
    found = cell["mistakes"]["examples"]
    return "".join(
        f"<blockquote><small>{kind}: is {example['label']}, told {example['told']}</small><br>"
        f"<bdi>{html.escape(example['text'])}</bdi></blockquote>"
        for kind in _RULES
        for example in found.get(kind, ())
    )
