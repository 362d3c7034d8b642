"""The body of a request to score → texts, and what was found → the body of the answer: one form for every server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from hubbub.queries.sentiment import MAX_CHARACTERS, MAX_TEXTS

if TYPE_CHECKING:
    from hubbub.queries.sentiment_models import SentimentScorer

MAX_BODY_BYTES = 1_000_000

Found = Sequence[tuple[str, float | None]]


class RequestError(Exception):
    """A request that cannot be answered, with its HTTP status.

    Attributes
    ----------
    status : int
        413 or 422.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _One(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class _Many(msgspec.Struct, forbid_unknown_fields=True):
    texts: list[str]


def check_size(n_bytes: int) -> None:
    """Raise a RequestError when a body has more bytes than are taken."""
    if n_bytes > MAX_BODY_BYTES:
        raise RequestError(413, f"A request may have {MAX_BODY_BYTES:,} bytes. Send less at once.")


def parse_request(body: bytes) -> tuple[list[str], bool]:
    """Return the texts of ``{"text": …}`` or ``{"texts": […]}``, and whether it was one text.

    Raises
    ------
    RequestError
        When it is neither, or too much.
    """
    check_size(len(body))
    try:
        given = msgspec.json.decode(body, type=dict[str, Any])
        asked: _One | _Many = msgspec.convert(given, _One) if "text" in given else msgspec.convert(given, _Many)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RequestError(422, f'Send {{"text": "…"}} or {{"texts": ["…"]}}: {error}') from None
    texts = [asked.text] if isinstance(asked, _One) else asked.texts
    if len(texts) > MAX_TEXTS:
        raise RequestError(413, f"At most {MAX_TEXTS:,} texts are scored at once, were {len(texts):,}.")
    if (longest := max(map(len, texts), default=0)) > MAX_CHARACTERS:
        raise RequestError(413, f"A text may have {MAX_CHARACTERS:,} characters, had {longest:,}.")
    return texts, isinstance(asked, _One)


def score_texts(scorer: SentimentScorer, texts: list[str]) -> list[tuple[str, float | None]]:
    """Return the label of each text and the label's probability, None for what is not judged."""
    found = scorer.score(texts)
    columns = found.select("p_negative", "p_neutral", "p_positive").rows()
    shown = zip(found["label"].to_list(), columns, strict=True)
    return [(label, max((share for share in shares if share is not None), default=None)) for label, shares in shown]


def form_answer(found: Found, is_one: bool, started: float) -> dict[str, Any]:
    """Return the answer: ``label``, ``score`` and ``elapsed_time`` (seconds), or ``results`` of several texts."""
    results: list[dict[str, Any]] = [{"label": label, "score": share} for label, share in found]
    seconds = {"elapsed_time": time.perf_counter() - started}
    return results[0] | seconds if is_one else {"results": results} | seconds


def answer_request(scorer: SentimentScorer, body: bytes) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the answer to a body, for servers of others; those wait for one text at a time."""
    started = time.perf_counter()
    try:
        texts, is_one = parse_request(body)
    except RequestError as error:
        return error.status, {"error": str(error)}
    return 200, form_answer(score_texts(scorer, texts), is_one, started)
