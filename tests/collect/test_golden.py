"""The golden files of ``tests/golden``: bytes in documented forms, and the rows that they must give."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from hubbub.collect.files import open_chats

FOLDER = Path(__file__).parents[1] / "golden"
EXPECTED = sorted(FOLDER.glob("*.expected.jsonl"))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name)
def test_golden_file(expected: Path):
    found, rejects = [], []
    (chat,) = open_chats(FOLDER / expected.name.removesuffix(".expected.jsonl"))
    for batch in chat.batches():
        found += [{name: value for name, value in row.items() if value is not None} for row in batch.frame.to_dicts()]
        rejects += [{"row": row, "reason": reason} for row, reason, _ in batch.rejects.rows()]
    plain = [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in found
    ]
    assert plain + rejects == [json.loads(line) for line in expected.read_text().splitlines()]
    assert chat.damage is None
