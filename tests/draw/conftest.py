"""What the tests of pictures share: fake pages, and a browser that notes whatever a page should not do."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

WATCH = "document.addEventListener('securitypolicyviolation', (e) => console.error('CSP ' + e.violatedDirective))"


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """Return the module of fake pages beside this file."""
    spec = importlib.util.spec_from_file_location("fake_pages", Path(__file__).with_name("fake_pages.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fake_pages"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a report; at the end, assert that the page asked for nothing and broke nothing."""
    from hubbub.draw.report import render_report

    problems: list[str] = []
    contexts = []

    def open_report(pages: list[dict[str, Any]], *, width: int = 1280, mode: str = "light", **settings: Any) -> Any:
        file = tmp_path / f"report-{len(contexts)}.html"
        file.write_text(render_report(pages, title="A report", version="0.0.0"), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=mode, timezone_id="Europe/Paris", **settings
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH)
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: problems.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        page.wait_for_selector("#page[data-ready=true]")
        return page

    yield open_report
    for context in contexts:
        context.close()
    assert not problems, problems
