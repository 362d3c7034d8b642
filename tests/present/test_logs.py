"""No token leaves hubbub by a log line, an error or a crash."""

from __future__ import annotations

import base64
import io
import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hubbub.errors import ArchiveError, redact
from hubbub.present.logs import RedactedFormatter

SECRET = "q8x7w6v5u4t3s2r1p0zz"  # noqa: S105
LINES = [
    f"PASS oauth:{SECRET}",
    f"Authorization: Bearer {SECRET}",
    f"Authorization: Bearer {'s' + SECRET.upper()}",
    "Authorization: Basic " + base64.b64encode(f"ann:{SECRET}".encode()).decode(),
    f"authorization: bearer {SECRET}",
    f"GET /api/topics?token={SECRET}&limit=3",
    f"{{'client_secret': '{SECRET}', 'client_id': 'abc'}}",
    f'{{"access_token":"{SECRET}","expires_in":3}}',
    f"refresh-token = {SECRET}",
    f"api_key={SECRET}",
    f"x_bearer_token: {SECRET}",
]


@pytest.mark.parametrize("line", LINES)
def test_tokens_are_taken_out_everywhere(line: str):
    secret = SECRET if SECRET in line else line.split()[-1]
    assert secret not in redact(line)
    assert secret not in str(ArchiveError(line))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactedFormatter("%(message)s"))
    logger = logging.Logger("one")
    logger.addHandler(handler)
    logger.warning("said %s", line)
    try:
        raise ValueError(line)
    except ValueError:
        logger.exception("failed")
    assert secret not in stream.getvalue()
    assert "[redacted]" in stream.getvalue()


@pytest.mark.parametrize(
    "line",
    [
        "a token is needed", "chat.csv: no such file", "tokens 3, keys 4", "basic", "oauth:", "your own bearer token",
        "a Bearer credential.", "BASIC TRAINING", "the basic assumption",
    ],
)  # fmt: skip
def test_other_lines_stay(line: str):
    assert redact(line) == line


@pytest.mark.parametrize("pump", ["oauth:", "Bearer ", "client_secret=", "api_key" + " " * 50, "token" * 9])
def test_redaction_takes_linear_time(pump: str):
    def seconds(count: int) -> float:
        best = []
        for _ in range(3):
            started = time.process_time()
            redact(pump * count)
            best.append(time.process_time() - started)
        return min(best)

    assert seconds(4000) <= 5 * seconds(2000) + 0.01


def test_the_command_line_says_no_token(tmp_path: Path):
    command = [sys.executable, "-m", "hubbub.present.cli", "status", "--archive", str(tmp_path / f"oauth:{SECRET}")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "No archive at" in done.stderr
    assert SECRET not in done.stderr + done.stdout
