"""From the address that serve prints to the report of a stream, in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.browser
def test_the_printed_address_leads_to_the_streams_and_their_reports(simulated: Path, browser: Any):
    command = [sys.executable, "-u", "-m", "hubbub.present.cli", "serve", "--archive", str(simulated), "--port", "0"]
    problems: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/#token=\S+", server.stdout.readline())
        assert found is not None
        address = found.group(0)
        page = browser.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#streams a")
        assert "token" not in page.url
        assert page.locator("#streams tbody tr").count() == 1
        page.locator("#streams a").click()
        page.wait_for_selector("#page[data-ready=true]")
        assert "3,000 messages" in page.locator("main").inner_text()
        assert problems == []
        # Without the token there is nothing to see, and it is said.
        stranger = browser.new_context().new_page()
        stranger.goto(address.partition("#")[0])
        stranger.wait_for_function("document.getElementById('said').textContent.includes('token')")
        server.kill()
