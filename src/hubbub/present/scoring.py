"""``POST /score`` and ``GET /ready``: one worker that scores what waits in one batch, behind a bounded queue.

What does not fit is refused at once with 429 and the seconds to wait: a full queue never grows, and nobody waits for an
answer that comes too late. Ready is who has just scored a text.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from hubbub.queries.sentiment import MAX_CHARACTERS, MAX_TEXTS
from hubbub.queries.sentiment_models import SentimentScorer, load_sentiment

MAX_BODY_BYTES = 1_000_000
MAX_WAITING_TEXTS, MAX_WAITING_CHARACTERS = 4_000, 4_000_000
MAX_AGE_SECONDS = 2.0
_READY_SECONDS = 10.0
_BATCH_TEXTS = 512
_READY_TEXT = "what a good game everyone"
"""Long enough to wake all that scoring needs, the telling of languages too."""


class OverloadError(Exception):
    """The queue takes no more now."""


@dataclass(slots=True)
class _Job:
    texts: list[str]
    n_characters: int
    since: float = field(default_factory=time.monotonic)
    done: Future[list[tuple[str, float | None]]] = field(default_factory=Future)


class _One(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class _Many(msgspec.Struct, forbid_unknown_fields=True):
    texts: list[str]


class ScoringWorker:
    """One thread that scores texts in the order in which they came, all that wait at once.

    Parameters
    ----------
    load : callable
        What gives the scorer; called once, by the first that needs it.
    """

    def __init__(self, load: Callable[[], SentimentScorer]) -> None:
        self._load = load
        self._waiting: deque[_Job] = deque()
        self._n_texts = self._n_characters = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def submit(self, texts: Sequence[str]) -> Future[list[tuple[str, float | None]]]:
        """Return what will hold the label and its probability of each text.

        Raises
        ------
        OverloadError
            When what waits would be too many texts or characters, or waits too long already.
        """
        job = _Job(list(texts), sum(map(len, texts)))
        with self._changed:
            is_full = (
                self._n_texts + len(job.texts) > MAX_WAITING_TEXTS
                or self._n_characters + job.n_characters > MAX_WAITING_CHARACTERS
                or (self._waiting and time.monotonic() - self._waiting[0].since > MAX_AGE_SECONDS)
            )
            if is_full:
                raise OverloadError
            self._waiting.append(job)
            self._n_texts += len(job.texts)
            self._n_characters += job.n_characters
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
                self._thread.start()
            self._changed.notify()
        return job.done

    def _run(self) -> None:
        scorer: SentimentScorer | None = None
        while True:
            jobs = self._take()
            try:
                scorer = scorer or self._load()
                found = _score(scorer, [text for job in jobs for text in job.texts])
            except Exception as error:
                for job in jobs:
                    job.done.set_exception(error)
                continue
            place = 0
            for job in jobs:
                job.done.set_result(found[place : place + len(job.texts)])
                place += len(job.texts)

    def _take(self) -> list[_Job]:
        with self._changed:
            while not self._waiting:
                self._changed.wait()
            jobs: list[_Job] = []
            n_texts = 0
            while self._waiting and (not jobs or n_texts + len(self._waiting[0].texts) <= _BATCH_TEXTS):
                job = self._waiting.popleft()
                self._n_texts -= len(job.texts)
                self._n_characters -= job.n_characters
                if job.done.set_running_or_notify_cancel():
                    jobs.append(job)
                    n_texts += len(job.texts)
            return jobs


def _score(scorer: SentimentScorer, texts: list[str]) -> list[tuple[str, float | None]]:
    found = scorer.score(texts)
    columns = found.select("p_negative", "p_neutral", "p_positive").rows()
    shown = zip(found["label"].to_list(), columns, strict=True)
    return [(label, max((share for share in shares if share is not None), default=None)) for label, shares in shown]


def add_scoring(app: FastAPI, guards: Sequence[Any], model: str | None = None) -> None:
    """Add ``/score`` and ``/ready`` to the server, behind what guards it."""
    worker = ScoringWorker(lambda: load_sentiment(model))

    @app.post("/score", dependencies=list(guards), summary="Score the sentiment of a text, or of several.")
    async def score(request: Request) -> Response:
        """Take ``{"text": …}`` or ``{"texts": […]}``; give label, score (the label's probability), seconds."""
        started = time.perf_counter()
        texts, is_one = await _read(request)
        try:
            found = await asyncio.wrap_future(worker.submit(texts))
        except OverloadError:
            raise HTTPException(429, "Too much waits to be scored. Try again.", {"Retry-After": "1"}) from None
        results: list[dict[str, Any]] = [{"label": label, "score": share} for label, share in found]
        seconds = {"elapsed_time": time.perf_counter() - started}
        return JSONResponse(results[0] | seconds if is_one else {"results": results} | seconds)

    @app.get("/ready", dependencies=list(guards), summary="Tell whether texts are scored now, by scoring one.")
    async def ready() -> Response:
        try:
            found = await asyncio.wait_for(asyncio.wrap_future(worker.submit([_READY_TEXT])), _READY_SECONDS)
        except (OverloadError, TimeoutError):
            raise HTTPException(503, "The queue is full.", {"Retry-After": "1"}) from None
        return JSONResponse({"ready": True, "label": found[0][0]})


async def _read(request: Request) -> tuple[list[str], bool]:
    """Return the texts of a request, and whether it was one text."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Send JSON, with the header 'Content-Type: application/json'.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"A request may have {MAX_BODY_BYTES:,} bytes. Send less at once.")
    try:
        given = msgspec.json.decode(bytes(body), type=dict[str, Any])
        asked: _One | _Many = msgspec.convert(given, _One) if "text" in given else msgspec.convert(given, _Many)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HTTPException(422, f'Send {{"text": "…"}} or {{"texts": ["…"]}}: {error}') from None
    texts = [asked.text] if isinstance(asked, _One) else asked.texts
    if len(texts) > MAX_TEXTS:
        raise HTTPException(413, f"At most {MAX_TEXTS:,} texts are scored at once, were {len(texts):,}.")
    if (longest := max(map(len, texts), default=0)) > MAX_CHARACTERS:
        raise HTTPException(413, f"A text may have {MAX_CHARACTERS:,} characters, had {longest:,}.")
    return texts, isinstance(asked, _One)
