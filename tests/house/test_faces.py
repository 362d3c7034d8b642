"""The three faces are one function: same names, same parameters, same answers."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import hubbub
from hubbub.present.api import NOT_ON_THE_WEB, create_app
from hubbub.present.cli import main
from hubbub.present.faces import Face, faces, public_name
from hubbub.present.terminal import encode
from hubbub.store.archive import Archive

FACES = faces()
TOKEN = "a-token-for-tests"  # noqa: S105
GIVEN: dict[str, dict[str, Any]] = {
    "table": {"name": "messages", "limit": 7},
    "topic_trend": {"topic_id": 0, "bin_seconds": 120},
    "similar": {"text": "on entend pas le son", "limit": 3},
    "similarity": {"texts": ["on entend pas le son", "there is no sound"]},
    "evaluate_encoder": {"encoders": ["static"]},
    "top_topics": {"from_": "+0:10", "to": "+0:30"},
    "sentiment": {"texts": ["what a lovely game", "on entend pas le son, c'est nul"], "explain": True},
}
CHANGES_EACH_TIME = {"page": "generated_at"}

MAY_BE_EMPTY = {"gaps", "alerts"}
"""Of an archive in which nothing is missing and nothing went wrong."""


def is_on_the_web(face: Face) -> bool:
    return not face.is_command and face.name not in NOT_ON_THE_WEB


def as_data(face: Face, content: bytes) -> Any:
    data = json.loads(content)
    if face.name == "page":
        data["made"].pop(CHANGES_EACH_TIME["page"])
    return data


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
def test_every_function_is_described(face: Face):
    assert getattr(hubbub, face.name) is face.function
    assert face.summary.endswith(".")
    assert next(iter(inspect.signature(face.function).parameters)) in {
        "archive",
        "artifact",
        "output",
        "files",
        "texts",
    }
    for parameter in face.parameters:
        assert face.parameter_help.get(parameter.name), f"{face.name}: {parameter.name} has no help"
        assert parameter.annotation is not inspect.Parameter.empty


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
def test_help_names_every_parameter(face: Face, capsys: pytest.CaptureFixture[str]):
    assert main([face.label, "--help"]) == 0
    said = capsys.readouterr().out
    for parameter in face.parameters:
        is_option = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        name = public_name(parameter.name)
        assert (f"--{name}" if is_option else name.upper()) in said
    assert "--json" in said
    assert "progress" not in said.lower().replace("--progress", "")


def test_rest_has_every_query_and_no_command(simulated: Path):
    paths = create_app(Archive(simulated), TOKEN).openapi()["paths"]
    assert set(paths) == {f"/api/{face.label}" for face in FACES if is_on_the_web(face)} | {"/score", "/ready"}
    for face in FACES:
        if is_on_the_web(face):
            names = {item["name"] for item in paths[f"/api/{face.label}"]["get"].get("parameters", [])}
            wanted = {public_name(parameter.name).replace("-", "_") for parameter in face.parameters}
            assert names - {"authorization", "hubbub_token"} == wanted


@pytest.mark.parametrize("face", [face for face in FACES if is_on_the_web(face)], ids=lambda face: face.name)
def test_the_faces_give_one_answer(face: Face, simulated: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    given = GIVEN.get(face.name, {})
    in_archive = "archive" in face.takes
    in_python = as_data(face, encode(face.function(*([simulated] if in_archive else []), **given)))
    words = [face.label, *(["--archive", str(simulated)] if in_archive else []), "--json"]
    for parameter in face.parameters:
        if parameter.name in given:
            is_option = parameter.kind is inspect.Parameter.KEYWORD_ONLY
            value = given[parameter.name]
            words += [f"--{public_name(parameter.name)}"] if is_option else []
            words += [] if value is True else value if isinstance(value, list) else [str(value)]
    assert main(words) == 0
    on_the_line = as_data(face, capfdbinary.readouterr().out)
    client = TestClient(create_app(Archive(simulated), TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})
    query = {public_name(name).replace("-", "_"): value for name, value in given.items()}
    answer = client.get(f"/api/{face.label}", params=query)
    assert answer.status_code == 200, answer.text
    assert in_python or face.name in MAY_BE_EMPTY
    assert in_python == on_the_line == as_data(face, answer.content)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("similar", {"text": "son", "encoder": "/etc"}),
        ("similarity", {"texts": ["a", "b"], "encoder": "../encoder"}),
        ("similarity-decay", {"encoders": ["static", "/etc"]}),
        ("sentiment", {"texts": ["a"], "model": "/etc"}),
    ],
)
def test_no_client_names_a_folder(path: str, query: dict[str, Any], simulated: Path):
    client = TestClient(create_app(Archive(simulated), TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})
    answer = client.get(f"/api/{path}", params=query)
    assert answer.status_code == 422
    assert "must be one of" in answer.json()["error"]["message"]
