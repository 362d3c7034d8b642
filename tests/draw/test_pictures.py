"""Charts that stand alone: files of every form, what they say, and rows that agree with what they show."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import hubbub
from hubbub.draw import layout, rows
from hubbub.draw.pictures import CHARTS, FORMATS, draw_picture
from hubbub.errors import HubbubError
from hubbub.queries.similarity import join_topics

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>\u202e"


@pytest.fixture(scope="module")
def page(simulated: Path) -> dict[str, Any]:
    return hubbub.page(simulated)


@pytest.mark.parametrize(
    ("chart", "mode"), [*((chart, "light") for chart in CHARTS), ("tree", "dark"), ("polls", "dark")]
)
def test_every_chart_is_drawn_with_its_title(chart: str, mode: Any, page: dict[str, Any]) -> None:
    picture = draw_picture(page, chart, "png", mode=mode, width=700)
    width, height = struct.unpack(">II", picture[16:24])
    assert picture.startswith(b"\x89PNG")
    assert width <= 2 * 700
    assert height > 200
    spec = json.loads(draw_picture(page, chart, "json", mode=mode))
    assert "var(--" not in json.dumps(spec)
    title, notes = (" ".join(layer["encoding"]["text"]["value"]) for layer in spec["layer"][-2:])
    assert title in layout.prepare_page(page)["charts"]["titles"].values()
    assert notes.startswith(page["stream"]["channel"])


def test_the_page_of_a_chart_cannot_be_escaped_from(page: dict[str, Any]) -> None:
    hostile = json.loads(json.dumps(page))
    for topic in hostile["topics"]:
        topic["label"] = HOSTILE
    for question in hostile["questions"]:
        question["question"] = HOSTILE
    hostile["stream"]["title"] = HOSTILE
    for chart in CHARTS:
        text = draw_picture(hostile, chart, "html").decode()
        data = text.split('id="spec">')[1].split("</script>")[0]
        assert "<" not in data
        json.loads(data)
        assert "\u202e" not in text
        assert "<img" not in text.split("<script>")[0]


@pytest.mark.browser
@pytest.mark.parametrize("chart", ["tree", "polls", "activity"])
def test_the_page_of_a_chart_draws_itself_offline(
    chart: str, page: dict[str, Any], browser: Any, tmp_path: Path
) -> None:
    file = tmp_path / "chart.html"
    file.write_bytes(draw_picture(page, chart, "html"))
    tab = browser.new_page()
    problems: list[str] = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("request", lambda request: problems.append(request.url) if request.url != file.as_uri() else None)
    tab.goto(file.as_uri())
    tab.wait_for_selector("#chart svg")
    tab.close()
    assert problems == []


def test_the_tree_hangs_together(page: dict[str, Any]) -> None:
    nodes = page["tree"]
    drawn = rows.tree_rows(nodes, [])
    leaves = [node for node in nodes if node["theme_id"] is not None]
    assert [leaf["row"] for leaf in drawn["leaves"]] == list(range(len(leaves)))
    assert len(drawn["joins"]) == len(leaves) - 1
    assert len(drawn["branches"]) == len(nodes) - 1
    assert [join["at"] for join in drawn["joins"]] == list(range(1, len(leaves)))
    for branch in drawn["branches"]:
        assert branch["from"] < branch["to"]
    for join in drawn["joins"]:
        ends = [b["row"] for b in drawn["branches"] if b["to"] == join["at"]]
        assert sorted(ends) == [join["first"], join["last"]]


def test_a_tree_without_an_order_of_joins_stands_at_distances(simulated: Path) -> None:
    nodes = hubbub.topic_tree(simulated).to_dicts()
    drawn = rows.tree_rows([node | {"n_left": None} for node in nodes], [])
    assert [join["at"] for join in drawn["joins"]] == [n["distance"] for n in nodes if n["theme_id"] is None]
    assert (drawn["n_start"], drawn["axis"][:20]) == (0, "mean cosine distance")


def test_bands_of_volumes_add_up_to_what_has_a_topic(page: dict[str, Any]) -> None:
    full = layout.prepare_page(page)
    bands = full["charts"]["volumes"]
    total = sum(sum(counts) for counts in page["minutes"]["by_theme"].values())
    drawn = sum(sum(h - low for h, low in zip(b["high"][:-1], b["low"][:-1], strict=True)) for b in bands)
    assert drawn == pytest.approx(total)
    hues = {topic["theme_id"]: topic["hue"] for topic in full["charts"]["topics"]}
    assert all(band["hue"] == hues.get(band["theme_id"], "rest") for band in bands)
    assert [band["row"] for band in bands] == list(range(len(bands) - 1, -1, -1))


def test_similarities_are_cosines_of_mean_vectors(simulated: Path) -> None:
    table = hubbub.topic_similarity(simulated)
    square = np.array(table["similarities"].to_list())
    assert np.allclose(square, square.T, atol=1e-3)
    assert np.allclose(np.diag(square), 1, atol=1e-3)
    others = square - 3 * np.eye(len(square))
    assert table["nearest_similarity"].to_list() == pytest.approx(others.max(axis=1).tolist(), abs=1e-3)
    tree = hubbub.topic_tree(simulated)
    assert tree.filter(tree["theme_id"].is_not_null())["theme_id"].to_list() == table["theme_id"].to_list()


def test_the_tree_is_that_by_which_topics_are_made_fewer(simulated: Path) -> None:
    nodes = hubbub.topic_tree(simulated, limit=500)
    joins = nodes.filter(pl.col("theme_id").is_null())
    n = nodes.height - joins.height
    assert n >= 8
    assert joins["n_left"].to_list() == list(range(n - 1, 0, -1))
    parts = {row["node_id"]: row["n_messages"] for row in nodes.drop_nulls("theme_id").to_dicts()}
    for row in joins.to_dicts():
        for child in nodes.filter(pl.col("parent_id") == row["node_id"])["node_id"]:
            del parts[child]
        parts[row["node_id"]] = row["n_messages"]
        fewer = hubbub.topics(simulated, themes=row["n_left"], limit=500)
        assert sorted(fewer["n_messages"]) == sorted(parts.values())


def test_topics_without_an_order_of_joins_join_the_nearest_first() -> None:
    means = np.array([[1, 0, 0], [0, 1, 0], [0.9, 0.1, 0.4], [0, 0.9, 0.1]])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    topics = pl.DataFrame({"theme_id": range(4), "label": list("abcd"), "n_messages": [4, 3, 2, 1]})
    joins = join_topics(topics, means).filter(pl.col("theme_id").is_null())
    assert joins["distance"].is_sorted()
    assert joins["distance"].min() == pytest.approx(1 - means[1] @ means[3])
    assert joins["n_messages"].to_list() == [4, 6, 10]
    assert joins["n_left"].null_count() == 3


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_command_writes_each_form(file_format: str, simulated: Path, tmp_path: Path) -> None:
    target = tmp_path / f"picture.{file_format}"
    report = hubbub.draw(simulated, "message-types", output=target)
    assert target.stat().st_size > 1000
    assert report.details["output"] == str(target)


def test_top_topics_of_a_window_are_those_of_the_query(simulated: Path, tmp_path: Path) -> None:
    hubbub.draw(simulated, "top-topics", output=tmp_path / "top.json", from_="+0:10", to="+0:20")
    drawn = json.loads((tmp_path / "top.json").read_text())["datasets"]["top"]
    wanted = hubbub.top_topics(simulated, from_="+0:10", to="+0:20", limit=8)
    assert [(row["theme_id"], row["n_messages"]) for row in drawn] == wanted.select("theme_id", "n_messages").rows()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"chart": "pie", "output": "x.png"}, "The chart must be one of activity"),
        ({"chart": "map", "output": "x.gif"}, "--output must end in .html, .json, .png, .svg"),
        ({"chart": "map", "output": "x.png", "width": 9}, "--width must be 320 to 4,000"),
        ({"chart": "map", "output": "no/such/folder/x.json"}, "Cannot write"),
    ],
)
def test_what_cannot_be_drawn_is_said(given: dict[str, Any], said: str, simulated: Path) -> None:
    with pytest.raises(HubbubError, match=said):
        hubbub.draw(simulated, **given)


@pytest.mark.browser
def test_the_report_shows_questions_polls_waves_and_the_tree(show: Any, page: dict[str, Any]) -> None:
    hostile = json.loads(json.dumps(page))
    hostile["questions"][0]["question"] = HOSTILE
    hostile["copypasta"][0]["text"] = HOSTILE
    hostile["polls"][0]["options"][0]["text"] = HOSTILE
    hostile["polls"][0]["question"] = HOSTILE
    hostile["highlights"][0] |= {"reason": HOSTILE, "quotes": [HOSTILE], "top_emote": HOSTILE}
    tab = show([hostile])
    for chart in ("questions", "polls", "tree", "similarity"):
        assert tab.locator(f"[data-chart={chart}] svg").count() == 1
    assert tab.locator(".waves li").count() == len(page["copypasta"]) + min(len(page["highlights"]), 8)
    assert "<img src=x" in tab.locator(".waves").last.locator("li").first.inner_text()
    tab.locator(".waves button").first.click()
    # No wait on a string of script: evaluating one in the page is what the report's own policy forbids.
    tab.locator("[data-whole]:enabled").wait_for()
    assert tab.locator("#page img").count() == 0


@pytest.mark.browser
def test_the_report_leaves_out_what_a_stream_does_not_have(show: Any, fake: Any) -> None:
    tab = show([fake.make_page()])
    assert tab.locator("[data-chart=polls], [data-chart=questions], [data-chart=tree], .waves").count() == 0
