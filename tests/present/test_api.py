"""The server answers queries, refuses what it must, and has one shape of error."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import hubbub
from hubbub.present.api import create_app
from hubbub.store.archive import Archive

TOKEN = "a-token-for-tests"  # noqa: S105


@pytest.fixture
def client(simulated: Path) -> TestClient:
    return TestClient(create_app(Archive(simulated), TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def stranger(simulated: Path) -> TestClient:
    return TestClient(create_app(Archive(simulated), TOKEN))


@pytest.mark.parametrize("path", ["/api/status", "/api/table?name=messages", "/api/page", "/report?stream=x"])
@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], "é"])
def test_without_the_token_nothing_is_told(stranger: TestClient, path: str, token: str):
    headers = {"Authorization": f"Bearer {token}".encode()} if token else {}
    answer = stranger.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "HTTPError"


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/topics?stream=none", 404, "ArchiveError"),
        ("/api/table?name=../../etc/passwd", 404, "ArchiveError"),
        ("/api/table?name=names", 404, "ArchiveError"),
        ("/api/table?name=messages&limit=0", 422, "HubbubError"),
        ("/api/table", 422, "InvalidRequest"),
        ("/api/topics?limit=many", 422, "InvalidRequest"),
        ("/api/top-topics?from=noon", 422, "HubbubError"),
        ("/api/forget?viewer=x", 404, "HTTPError"),
        ("/api/nothing", 404, "HTTPError"),
        ("/app/..%2f..%2fapi.py", 404, "HTTPError"),
        ("/app/%2e%2e/api.py", 404, "HTTPError"),
        ("/report", 422, "InvalidRequest"),
        ("/report?stream=none", 404, "ArchiveError"),
    ],
)
def test_every_error_has_one_shape(client: TestClient, path: str, status: int, kind: str):
    answer = client.get(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"type", "message"}
    assert answer.json()["error"]["type"] == kind


def test_other_hosts_and_verbs_are_refused(client: TestClient):
    assert client.get("/api/status", headers={"Host": "evil.example"}).status_code == 400
    assert client.post("/api/status").status_code == 405
    assert client.delete("/api/topics").json()["error"]["type"] == "HTTPError"


def test_headers_keep_pages_to_themselves(client: TestClient):
    answer = client.get("/app")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/api/status").headers["cache-control"] == "no-store"


def test_the_cookie_stands_for_the_token(stranger: TestClient):
    assert stranger.post("/session").status_code == 401
    answer = stranger.post("/session", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 204
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    assert stranger.get("/api/streams").status_code == 200


def test_the_report_of_a_stream_is_a_page(client: TestClient, simulated: Path):
    stream = hubbub.streams(simulated)["stream_id"][0]
    answer = client.get("/report", params={"stream": stream})
    assert answer.status_code == 200
    assert answer.text.lower().startswith("<!doctype html>")


def test_a_report_is_open_on_loopback_and_behind_the_token_elsewhere(simulated: Path, tmp_path: Path):
    (tmp_path / "r.html").write_text("<!doctype html><title>my report</title>")
    near = TestClient(create_app(Archive(simulated), TOKEN, report=tmp_path / "r.html"))
    far = TestClient(create_app(Archive(simulated), TOKEN, report=tmp_path / "r.html", hosts=("*",)))
    assert "my report" in near.get("/").text
    assert far.get("/").status_code == 401
    assert "my report" in far.get("/", headers={"Authorization": f"Bearer {TOKEN}"}).text


@pytest.fixture
def served(simulated: Path, tmp_path: Path) -> Iterator[tuple[str, int, subprocess.Popen[str]]]:
    (tmp_path / "r.html").write_text("<!doctype html><title>my report</title>")
    command = [sys.executable, "-u", "-m", "hubbub.present.cli", "serve", "--archive", str(simulated)]
    environment = os.environ | {"HUBBUB_TOKEN": TOKEN}
    with subprocess.Popen(
        [*command, "--report", str(tmp_path / "r.html"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://(127\.0\.0\.1):(\d+)/", process.stdout.readline())
            assert found is not None
            yield found.group(1), int(found.group(2)), process
        finally:
            process.kill()


def test_serve_shows_the_report_on_loopback_until_it_is_interrupted(served: tuple[str, int, subprocess.Popen[str]]):
    host, port, process = served
    for path, status in (("/", 200), ("/api/status", 401)):
        connection = http.client.HTTPConnection(host, port, timeout=20)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == status
        assert (b"my report" in answer.read()) == (path == "/")
        connection.close()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
