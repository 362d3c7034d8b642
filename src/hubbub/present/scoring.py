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

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from hubbub.queries.sentiment_models import SentimentScorer, load_sentiment
from hubbub.queries.sentiment_requests import RequestError, check_size, form_answer, parse_request, score_texts

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
                found = score_texts(scorer, [text for job in jobs for text in job.texts])
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
        return JSONResponse(form_answer(found, is_one, started))

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
    try:
        async for chunk in request.stream():
            body += chunk
            check_size(len(body))
        return parse_request(bytes(body))
    except RequestError as error:
        raise HTTPException(error.status, str(error)) from None
