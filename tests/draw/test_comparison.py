"""The page of a comparison: what it says is what the cells hold; pictures lie where their numbers say."""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree import ElementTree as Tree

import pytest

from hubbub.draw.comparison import render_comparison
from hubbub.draw.small_plots import draw_curve, draw_interval, draw_reliability

ABOUT = {"n_rows": 900, "n_test": 90, "labels": ["negative", "positive"], "split": "random", "seed": 0}
ABOUT |= {"n_repeated": 3, "language": "en"}


def _cell(approach: str, accuracy: float, **how: Any) -> dict[str, Any]:
    return {
        "approach": approach, "title": f"the <{approach}>", "family": "toolbox", "way": "standard", "size": 400,
        "accuracy": [accuracy, accuracy - 0.02, accuracy + 0.02], "macro_recall": [accuracy] * 3,
        "macro_f1": [accuracy] * 3, "auc": [0.9] * 3, "log_loss": 0.5, "false_positives": 7,
        "false_positive_rate": 0.1, "calibration_error": 0.01, "confusion": [[40, 7], [3, 40]],
        "reliability": [[0.6, 0.5, 30], [0.9, 0.95, 60]], "n_parameters": 12345, "curve": [], "prepare_seconds": 1.0,
        "fit_seconds": 2.0, "predict_seconds": 0.5, "evaluate_seconds": 0.1,
        "mistakes": {"counts": {"mixed": 4, "model error": 6}, "examples": {
            "mixed": [{"text": "<b>so</b> & so", "label": "positive", "told": "negative"}]}},
    } | how  # fmt: skip


CURVE = [
    {"epoch": 1, "train_loss": 0.8, "validation_loss": 0.6, "validation_accuracy": 0.7},
    {"epoch": 2, "train_loss": 0.4, "validation_loss": 0.7, "validation_accuracy": 0.7},
]


def test_the_page_leads_with_the_best_and_escapes_what_people_wrote():
    cells = [_cell("one", 0.8), _cell("two", 0.85, family="network", curve=CURVE), _cell("two", 0.7, way="raw")]
    page = render_comparison(ABOUT, cells)
    lead = page[page.index('class="lead"') :].split("</p>")[0]
    assert "the &lt;two&gt; · standard · 400" in lead
    assert "85.0%" in lead
    assert "<b>so</b>" not in page
    assert "&lt;b&gt;so&lt;/b&gt; &amp; so" in page
    assert "the <" not in page
    assert "<script" not in page
    # The best cell of each approach is open, the third folded.
    assert "One other cell" in page
    assert page.count('aria-label="Loss:') == 1
    assert page.count('aria-label="Reliability:') == 3
    assert "4<small>40%" in page  # mixed mistakes of each approach


def test_three_classes_and_one_approach_have_a_page_too():
    cell = _cell("one", 0.6, confusion=[[1, 2, 3]] * 3, size=0)
    del cell["auc"]
    page = render_comparison(ABOUT | {"labels": ["negative", "neutral", "positive"]}, [cell])
    assert "all texts" in page
    assert "told neutral" in page
    assert "mean recall</th>" in page
    assert "AUC" not in page
    assert "How networks learned" not in page


def _circles(svg: str) -> list[tuple[float, float]]:
    return [(float(one.get("cx", "")), float(one.get("cy", ""))) for one in Tree.fromstring(svg).iter("circle")]  # noqa: S314


def test_curves_lie_where_their_losses_are():
    one, other, back, last = _circles(draw_curve(CURVE, 0.8))
    assert one[0] == back[0] < other[0] == last[0]
    assert one[1] < last[1] < back[1] < other[1]  # .8, .7, .6, .4 from the top
    assert other[1] - one[1] == pytest.approx(4 * (last[1] - one[1]), abs=0.3)
    assert "epoch 2, training 0.400, kept back 0.700" in draw_curve(CURVE, 0.8)
    assert len(_circles(draw_curve([{"epoch": 1, "train_loss": 0.5}], 0.5))) == 1


def test_an_interval_lies_on_its_scale():
    svg = draw_interval([0.5, 0.25, 0.75], 0.0, 1.0)
    left, right = (float(x) for x in re.search(r"M([\d.]+) 8H([\d.]+)", svg).groups())  # type: ignore[union-attr]
    ((center, _),) = _circles(svg)
    assert center - left == pytest.approx(right - center) == pytest.approx(21)
    draw_interval([0.5, 0.5, 0.5], 0.5, 0.5)


def test_what_is_as_right_as_it_is_sure_lies_on_the_diagonal():
    points = _circles(draw_reliability([[0.5, 0.5, 10], [0.75, 0.75, 10], [1.0, 1.0, 10]], 0.5))
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(points)]
    assert steps[0] == pytest.approx(steps[1])
    assert points[2][1] == 8
