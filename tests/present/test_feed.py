"""The page of now: what it is sent at once, what it is sent when following goes on, and what it refuses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from fastapi.testclient import TestClient

from hubbub.present.api import create_app
from hubbub.present.feed import follow_events, read_now
from hubbub.store.archive import Archive

TOKEN = "a-token-for-tests"  # noqa: S105


def test_an_event_at_once_and_another_when_what_is_known_changes(archive: Path):
    store = Archive(archive)
    (stream,) = store.streams_of("live_messages")
    first = read_now(store, stream, 10.0)

    async def listen() -> list[str]:
        events = follow_events(store, stream, 10.0, first, look_seconds=0.001)
        seen = [await anext(events), await anext(events)]
        with store.writing() as change:
            change.put("live_messages", stream, store.read("live_messages", [stream]).head(0))
        return [*seen, await anext(events), await events.aclose() or ""]

    said, quiet, changed, _ = asyncio.run(listen())
    now = json.loads(said.removeprefix("data: "))
    assert said.endswith("\n\n")
    assert "\n" not in said[:-2]
    assert now["topics"][0]["n_messages"] > 0
    assert now["log"][0]["offset_seconds"] >= now["log"][-1]["offset_seconds"]
    assert quiet.startswith(":")
    assert json.loads(changed.removeprefix("data: "))["topics"] == []


def test_the_feed_needs_the_token_and_a_stream_that_is_there(simulated: Path):
    app = create_app(Archive(simulated), TOKEN)
    assert TestClient(app).get("/live?stream=x").status_code == 401
    client = TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"})
    assert client.get("/live?stream=none").json()["error"]["type"] == "ArchiveError"
    assert client.get("/live").status_code == 422
    page = client.get("/now?stream=x")
    assert "now.js" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
