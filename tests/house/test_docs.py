"""What is written about the code is true of the code."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import hubbub

ROOT = Path(__file__).parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["tables.md", "cli.md"])
def test_generated_pages_are_fresh(page: str):
    assert (ROOT / "docs" / page).read_text("utf-8") == generator().PAGES[page](), "run: make docs"


def test_readme_has_the_two_commands_and_they_are_in_the_makefile():
    readme = (ROOT / "README.md").read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for target in re.findall(r"^make ([a-z-]+)", readme, re.MULTILINE):
        assert target in targets
    assert "make demo" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_commands_links_and_functions_named_in_docs_exist(page: Path):
    text = page.read_text("utf-8")
    known = {name.replace("_", "-") for name in (*hubbub.COMMANDS, *hubbub.QUERIES, *hubbub.LOADERS)} | {"serve"}
    for command in re.findall(r"(?:^|`)hubbub ([a-z][a-z-]+)", text, re.MULTILINE):
        assert command in known, f"hubbub {command}"
    for function in re.findall(r"\bhubbub\.([a-z_]+)\(", text):
        assert function.replace("_", "-") in known, f"hubbub.{function}"
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link


def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert code is not None
    monkeypatch.chdir(tmp_path)
    hubbub.simulate("other", seed=2, n_messages=400, duration_seconds=900.0)
    hubbub.export("other", "messages", output="chat.jsonl")
    exec(code.group(1).replace("chat.csv.gz", "chat.jsonl"), {})  # noqa: S102
    assert (tmp_path / "report.html").stat().st_size > 100_000
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_changelog_names_the_version():
    assert f"[{hubbub.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f'version = "{hubbub.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")
