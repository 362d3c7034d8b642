"""Texts → their sentiment as the Azure Language API tells it, asked with the user's own endpoint and key.

Asked by Microsoft's client, ten texts a request (the service's limit), with the service's own log of texts turned off.
Answers are kept in a file as they come, under a hash of the text, so that nothing is paid for twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hubbub.errors import MissingExtraError, SourceError

ENDPOINT, KEY = "AZURE_LANGUAGE_ENDPOINT", "AZURE_LANGUAGE_KEY"
DOLLARS_PER_RECORD = 0.001
"""The list price of the first half million text records a month, of 1,000 characters each."""

_MAX_TEXTS, _MAX_CHARACTERS, _RECORD_CHARACTERS = 10, 5120, 1000
_N_RETRIES = 6
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SIDES = ("negative", "neutral", "positive")

Shares = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Access:
    """Where to ask, and the key that is never shown."""

    endpoint: str
    key: str = field(repr=False)


def read_access(file: Path | None) -> Access:
    """Return the endpoint and the key, from a file or the environment.

    Parameters
    ----------
    file : Path or None
        Two lines, ``AZURE_LANGUAGE_ENDPOINT=https://…`` and ``AZURE_LANGUAGE_KEY=…``; None for the variables of these
        names.

    Raises
    ------
    SourceError
        When one of them is missing, the file can be read by others, or the key would travel unencrypted.
    """
    found: dict[str, str] = dict(os.environ)
    if file is not None:
        try:
            lines, mode = file.read_text("utf-8").splitlines(), file.stat().st_mode
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"--azure-file {file}: cannot be read ({getattr(error, 'strerror', 'not text')})."
            ) from None
        if mode & (stat.S_IRGRP | stat.S_IROTH):
            raise SourceError(f"{file} holds a key and can be read by others. Close it: chmod 600 {file}")
        found = {name.strip(): value.strip().strip("\"'") for name, _, value in (line.partition("=") for line in lines)}
    endpoint, key = found.get(ENDPOINT, "").strip(), found.get(KEY, "").strip()
    where = str(file) if file is not None else "the environment"
    for name, value in ((ENDPOINT, endpoint), (KEY, key)):
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise SourceError(
                f"The approach 'azure' needs {name}, and {where} has none that is one. Both stand on the page 'Keys "
                "and Endpoint' of a Language resource; give them as variables, or in a file by --azure-file."
            )
    parts = urlsplit(endpoint)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise SourceError(f"{ENDPOINT} must begin with https://, since a key goes there; was {endpoint!r}.")
    return Access(endpoint, key)


def count_records(texts: Sequence[str]) -> int:
    """Return how many text records would be charged for texts: one for each 1,000 characters begun.

    Examples
    --------
    >>> count_records(["a" * 1000, "a" * 1001, ""])
    3
    """
    return sum(-(-min(len(text), _MAX_CHARACTERS) // _RECORD_CHARACTERS) for text in texts)


class Answers:
    """What the API said of texts before: one line a text in a file, under a hash of language and text."""

    def __init__(self, file: Path, language: str) -> None:
        self._file, self._language = file, language
        self._known: dict[str, Shares] = {}
        if file.is_file():
            said = file.read_text("utf-8")
            if said and not said.endswith("\n"):
                with file.open("a", encoding="utf-8") as out:
                    out.write("\n")
            for line in said.splitlines():
                try:
                    key, *shares = json.loads(line)
                    self._known[key] = (float(shares[0]), float(shares[1]), float(shares[2]))
                except (ValueError, IndexError, TypeError):
                    continue  # the torn end of a run that was stopped: that text is asked again

    def get(self, text: str) -> Shares | None:
        """Return what was said of a text, if it was asked."""
        return self._known.get(self._key(text))

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Return the distinct texts that were not asked yet and have something in them."""
        return [text for text in dict.fromkeys(texts) if text.strip() and self.get(text) is None]

    def add(self, found: Sequence[tuple[str, Shares]]) -> None:
        """Keep answers, on disk at once."""
        with self._file.open("a", encoding="utf-8") as out:
            out.writelines(json.dumps([self._key(text), *shares]) + "\n" for text, shares in found)
        self._known |= {self._key(text): shares for text, shares in found}

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._language} {text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def ask_azure(
    texts: Sequence[str],
    language: str,
    access: Access,
    answers: Answers,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    backoff_seconds: float = 0.8,
) -> None:
    """Ask the API for what is missing among texts, and keep its answers.

    A request that is told to wait (429), or that fails at the service (5xx), is repeated six times, after as long as
    the service says or else longer each time. Texts that the API refuses one by one are kept as undecided.

    Parameters
    ----------
    texts : sequence of str
        The first 5,120 characters of each are sent.
    language : str
        ISO 639-1.
    access : Access
        Where, and the key.
    answers : Answers
        What is known; filled.
    progress : callable
        Called with the texts done and their number.
    backoff_seconds : float
        The first wait, where the service names none.

    Raises
    ------
    MissingExtraError
        When the client is not installed.
    SourceError
        When the key is refused, the endpoint is none, or the service goes on failing.
    """
    try:
        from azure.ai.textanalytics import TextAnalyticsClient
        from azure.core.credentials import AzureKeyCredential
        from azure.core.exceptions import AzureError
    except ImportError:
        raise MissingExtraError("the approach 'azure'", "azure-ai-textanalytics", "compare") from None
    wanted = answers.missing(texts)
    client = TextAnalyticsClient(
        access.endpoint,
        AzureKeyCredential(access.key),
        retry_total=_N_RETRIES,
        retry_status=_N_RETRIES,
        retry_backoff_factor=backoff_seconds,
    )
    with client:
        for start in range(0, len(wanted), _MAX_TEXTS):
            part = wanted[start : start + _MAX_TEXTS]
            documents = [{"id": str(i), "language": language, "text": _sendable(text)} for i, text in enumerate(part)]
            try:
                # By itself the client repeats a POST only where the service says when.
                found = client.analyze_sentiment(documents, disable_service_logs=True, retry_on_methods=["POST"])
            except AzureError as error:
                raise SourceError(_say(error, access, start, len(wanted))) from None
            answers.add(list(_read(part, found)))
            progress(start + len(part), len(wanted))


def _sendable(text: str) -> str:
    return text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _read(texts: Sequence[str], found: Sequence[Any]) -> Iterator[tuple[str, Shares]]:
    by_id = {str(one.id): one for one in found}
    for i_text, text in enumerate(texts):
        one = by_id.get(str(i_text))
        if one is None:
            raise SourceError(f"The Azure Language API must answer each text, and left out one of {len(texts)}.")
        if one.is_error:
            yield text, (0.0, 1.0, 0.0)
        else:
            yield text, tuple(float(getattr(one.confidence_scores, side)) for side in _SIDES)  # type: ignore[misc]


def _say(error: Exception, access: Access, n_done: int, n: int) -> str:
    status, host = getattr(error, "status_code", None), urlsplit(access.endpoint).hostname
    done = f" {n_done:,} of {n:,} texts were answered and are kept; the same command goes on from there."
    said = str(getattr(error, "message", error)).replace(access.key, "[redacted]").splitlines()[0][:200]
    match status:
        case 401:
            return f"{host} refuses the key of the approach 'azure' (401): check {KEY}, and that {ENDPOINT} is its own."
        case 403:
            return (
                f"{host} lets this key ask no more (403: {said}): its quota, or who may ask, is in the portal." + done
            )
        case 404:
            return f"{ENDPOINT} must be the endpoint of a Language resource; {host} has none there (404)."
        case 429:
            return f"{host} is asked too often for its tier (429), after {_N_RETRIES} repeats." + done
        case None:
            return f"{host} cannot be reached: {said}." + done
        case _:
            return f"{host} answers {status} after {_N_RETRIES} repeats: {said}." + done
