"""The topics of now and the log of their changes → a page that renews itself, by server-sent events.

An event is sent when the page opens and whenever `hubbub follow` has written anew; in between a comment now and then,
so that proxies keep the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

import hubbub
from hubbub.present.terminal import encode
from hubbub.store.archive import Archive

_LOOK_SECONDS = 2.0
_LOOKS_PER_COMMENT = 8


def add_feed(app: FastAPI, archive: Archive, needs_token: Any) -> None:  # noqa: ANN401
    """Add ``GET /live?stream=…``: events with ``topics`` and ``log``, as live-topics and live-log give them."""

    @app.get("/live", include_in_schema=False, dependencies=[needs_token])
    async def live(stream: str, minutes: float = 10.0) -> StreamingResponse:
        first = await run_in_threadpool(read_now, archive, stream, minutes)  # its errors are answered as any other's
        return StreamingResponse(follow_events(archive, stream, minutes, first), media_type="text/event-stream")


def read_now(archive: Archive, stream: str, minutes: float) -> str:
    """Return the data of one event."""
    topics = hubbub.live_topics(archive, stream=stream, minutes=minutes)
    return encode({"topics": topics.to_dicts(), "log": hubbub.live_log(archive, stream=stream).to_dicts()}).decode()


async def follow_events(
    archive: Archive, stream: str, minutes: float, first: str, *, look_seconds: float = _LOOK_SECONDS
) -> AsyncIterator[str]:
    """Yield events without end: what is now, and again whenever it changed."""
    seen, n_looks = archive.generation_of("live_messages", stream), 0
    yield f"data: {first}\n\n"
    while True:
        await asyncio.sleep(look_seconds)
        n_looks += 1
        generation = await run_in_threadpool(archive.generation_of, "live_messages", stream)
        if generation != seen:
            seen = generation
            yield f"data: {await run_in_threadpool(read_now, archive, stream, minutes)}\n\n"
        elif n_looks % _LOOKS_PER_COMMENT == 0:
            yield ": nothing new\n\n"
