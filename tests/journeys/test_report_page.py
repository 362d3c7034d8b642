"""The report of a real archive in a real browser: what a stranger sees after `hubbub report`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import hubbub


@pytest.mark.browser
def test_a_report_of_an_archive_can_be_read_and_explored(archive: Path, tmp_path: Path, browser: Any):
    file = tmp_path / "report.html"
    done = hubbub.report(archive=archive, output=file)
    (labels,) = done.details["topics"].values()
    problems: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if request.url != file.as_uri() else None)
    page.goto(file.as_uri())
    page.wait_for_selector("#page[data-ready=true]")
    text = page.locator("main").inner_text()
    assert "3,000 messages" in text
    assert not re.search("NaN|undefined|Infinity|Invalid Date", text)
    for label in labels:
        assert page.locator("td.label b", has_text=label).count() >= 1
    shown = page.locator("[data-chart=lanes] svg text").all_text_contents()
    assert shown
    assert page.locator("[data-chart=map] .mark-symbol path").count() > 50
    box = page.locator("[data-chart=rate] svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 250)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 250, steps=5)
    page.mouse.up()
    page.wait_for_timeout(200)
    window = page.locator("[data-say=window]").inner_text()
    assert re.match(r"\d:\d\d–\d:\d\d \(\d\d:\d\d–\d\d:\d\d\)", window)
    assert page.locator("[data-say=count]").inner_text() != "3,000 messages"
    first = page.locator("td.label b").first.inner_text()
    page.locator("input[type=search]").fill(first)
    assert first in page.locator(".topics tbody tr").first.inner_text()
    assert not problems, problems
