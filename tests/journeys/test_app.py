"""From the address that serve prints to the report of a stream, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.served import serving


@pytest.fixture
def address(simulated: Path) -> Iterator[str]:
    """Return what `hubbub serve` prints for the simulated archive."""
    with serving(simulated) as address:
        yield address


@pytest.mark.browser
def test_the_printed_address_leads_to_the_streams_and_their_reports(address: str, browser: Any):
    problems: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#streams a")
    assert "token" not in page.url
    assert page.locator("#streams tbody tr").count() == 1
    page.locator("#streams a").first.click()
    page.wait_for_selector("#page[data-ready=true]")
    assert "3,000 messages" in page.locator("main").inner_text()
    assert problems == []


@pytest.mark.browser
def test_without_the_token_there_is_nothing_to_see_and_it_is_said(address: str, browser: Any):
    page = browser.new_context().new_page()
    page.goto(address.partition("#")[0])
    page.wait_for_selector("#said:has-text('token')")
    assert page.locator("#streams").is_hidden()
