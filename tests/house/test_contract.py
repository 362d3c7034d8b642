"""The house rules that a tool can hold: who imports whom, sizes, what is banned."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "hubbub"
FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = ("collect", "store", "prepare", "embed", "learn", "analyze", "draw", "commands", "queries", "present")
MAX_LINES = 400
MAX_FUNCTION_LINES = 60
DATA_ONLY = {"records.py", "synthetic_texts.py", "synthetic_speech.py", "stop_words.py", "lexicon.py"}


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(file.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_import_contract_holds():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_and_mypy_are_content():
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        done = subprocess.run(
            [Path(sys.executable).parent / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_is_empty(room: str):
    assert [file for file in (SOURCE / room).glob("*.py") if functions(file)], f"{room} has no function"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_sizes(file: Path):
    n_lines = len(file.read_text("utf-8").splitlines())
    assert n_lines <= max_lines(file), f"{n_lines} lines"
    for function in functions(file):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        if body:
            n_body = (function.end_lineno or 0) - body[0].lineno + 1
            assert n_body <= MAX_FUNCTION_LINES, f"{function.name}: {n_body} lines"


def max_lines(file: Path) -> float:
    return float("inf") if file.name in DATA_ONLY else MAX_LINES


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_nothing_that_runs_what_it_reads(file: Path):
    text = file.read_text("utf-8")
    assert not re.search(r"^\s*(import|from) (pickle|joblib|marshal|shelve)\b", text, re.MULTILINE)
    assert not re.search(r"torch\.load\(|\.half\(\)|yaml\.load\(|allow_pickle=True", text)


def test_names_of_files_are_nouns_of_the_field():
    drawers = {"utils", "util", "helpers", "common", "core", "base", "misc", "manager", "engine"}
    assert not [file for file in FILES if file.stem in drawers]


def test_every_public_function_has_a_docstring():
    missing = [
        f"{file.relative_to(SOURCE)}:{node.name}"
        for file in FILES
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert missing == []
