"""Charts: valid, drawn, and one color for one topic everywhere."""

from __future__ import annotations

import json
import struct

import altair as alt
import pytest

from hubbub.draw import charts, layout, specs, theme

CHARTS = {
    "rate": charts.rate_chart,
    "lanes": charts.topics_over_time_chart,
    "top": charts.top_topics_chart,
    "map": charts.topic_map_chart,
    "types": charts.message_types_chart,
    "volumes": charts.volumes_chart,
    "tree": charts.tree_chart,
    "similarity": charts.similarity_chart,
    "polls": charts.polls_chart,
    "questions": charts.questions_chart,
}


@pytest.fixture(params=["lively", "empty", "one message", "without times", "many topics", "before the start"])
def page(request, fake):
    if request.param == "before the start":
        page = fake.make_page(5, 1.0, 500)
        page["minutes"]["start_seconds"] = [start - 600 for start in page["minutes"]["start_seconds"]]
        return page
    return {
        "lively": fake.make_page,
        "empty": fake.make_empty,
        "one message": fake.make_one_message,
        "without times": fake.make_without_times,
        "many topics": lambda: fake.make_page(80, 5.0, 30000, 2),
    }[request.param]()


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_of_every_page_is_valid_and_drawn(page, name):
    before = json.dumps(page)
    chart = CHARTS[name](page)
    spec = chart.to_dict()
    assert "var(--" not in json.dumps(spec)
    picture = charts.to_png(chart, scale=1)
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert width >= 400
    assert height >= 20
    assert json.dumps(page) == before, "a chart must not change the page"


@pytest.mark.parametrize("mode", ["css", "light", "dark"])
def test_specs_are_vega_lite(mode):
    for spec in specs.specs(mode).values():
        alt.LayerChart.from_dict(spec)
        assert "datasets" not in spec
    assert json.dumps(specs.specs(mode)) == json.dumps(specs.specs(mode))


def test_colors_of_the_web_are_names_and_each_has_a_value():
    text = json.dumps(specs.specs("css"))
    names = {part.split(")")[0] for part in text.split("var(--")[1:]}
    assert {"ink", "muted", "paper", "accent"} <= names
    assert names - {"' + datum.hue + '", "' + datum.hue + '-ink"} <= set(theme.LIGHT)
    assert theme.LIGHT.keys() == theme.DARK.keys()


def test_a_topic_has_one_color(fake):
    page = layout.prepare_page(fake.make_page())
    hues = {topic["theme_id"]: topic["hue"] for topic in page["charts"]["topics"]}
    assert len(set(hues.values()) - {"rest"}) == theme.N_HUES
    assert [hues[topic["theme_id"]] for topic in page["topics"][:2]] == ["topic-0", "topic-1"]
    for lane in page["charts"]["lanes"]:
        assert lane["hue"] == hues.get(lane["theme_id"], "rest")
    rows = {lane["row"]: lane["hue"] for lane in page["charts"]["lanes"]}
    assert all(rows[span["row"]] == span["hue"] for span in page["charts"]["spans"])
    assert all(row["hue"] == hues[row["theme_id"]] for row in layout.top_rows(page))


def test_rows_are_by_first_appearance_and_the_rest_is_folded(fake):
    page = layout.prepare_page(fake.make_page(80, 5.0, 30000, 2))
    lanes = page["charts"]["lanes"]
    assert len(lanes) == layout.MAX_LANES + 1
    assert [lane["row"] for lane in lanes] == list(range(len(lanes)))
    first = {topic["theme_id"]: topic["first_seconds"] for topic in page["topics"]}
    seen = [first[lane["theme_id"]] for lane in lanes[:-2]]
    assert seen == sorted(seen)
    assert (lanes[-2]["theme_id"], lanes[-2]["label"]) == (-1, "56 smaller topics")
    assert lanes[-1]["theme_id"] == -2
    in_rows = sum(lane["total"] for lane in lanes[:-1])
    assert in_rows == sum(sum(counts) for counts in page["minutes"]["by_theme"].values())
    assert all(sum(lane["n"]) == lane["total"] for lane in lanes)


def _boxes_touch(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_place_keeps_the_important_and_never_overlaps():
    boxes = [(x, 0.0, x + 30.0, 10.0) for x in (0.0, 20.0, 40.0, 25.0)]
    placed = layout.place([[([box], {"box": box})] for box in boxes])
    assert [row["box"] for row in placed] == [boxes[0], boxes[2]]
    moved = layout.place([[([boxes[0]], {"at": 0})], [([boxes[1]], {"at": 1}), ([boxes[2]], {"at": 2})]])
    assert [row["at"] for row in moved] == [0, 2]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_is_written_can_be_read(mode):
    colors = theme.colors(mode)
    for name in ("ink", "muted", "accent", *(name for name in colors if name.endswith("-ink"))):
        assert contrast(colors[name], colors["paper"]) >= 4.5, name
    assert contrast(colors["muted"], colors["shade"]) >= 4.5
    for name in (f"topic-{i}" for i in range(theme.N_HUES)):
        assert contrast(colors[name], colors["paper"]) >= 1.9, name


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("sight", ["protan", "deutan"])
def test_hues_differ_for_the_color_blind(mode, sight):
    colors = theme.colors(mode)
    seen = [oklab(simulated(colors[f"topic-{i}"], sight)) for i in range(theme.N_HUES)]
    apart = [sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5 for i, a in enumerate(seen) for b in seen[:i]]
    assert min(apart) >= 0.08


def linear(color):
    values = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]


def contrast(a, b):
    """Return the contrast ratio of WCAG 2.2."""
    light = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(a), linear(b))]
    return (max(light) + 0.05) / (min(light) + 0.05)


# Machado, Oliveira & Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency".
SIGHT = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def simulated(color, sight):
    values = linear(color)
    return [min(1, max(0, sum(m * v for m, v in zip(row, values, strict=True)))) for row in SIGHT[sight]]


def oklab(rgb):
    """Return linear RGB as Oklab (Ottosson 2020)."""
    r, g, b = rgb
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    small = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * small,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * small,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * small,
    )
