"""An account or a search on X → pages of posts, as its API v2 sends them; ``tweets`` reads them.

Asked through tweepy with the user's own bearer token, which is read from a file or the environment, is never written
anywhere and never shown. What the API allows is kept: 100 posts a page; after "too many requests" the wait that it
names; of an account the newest 3,200 posts, of a search the last seven days. Newest first, back to ``since_id``.

Source: X API v2, "Timelines", "Search Posts", "Rate limits" (https://docs.x.com/x-api).
"""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hubbub.collect import clients
from hubbub.errors import SourceError

if TYPE_CHECKING:
    from hubbub.collect.platforms import Target

HOST = "api.twitter.com"
"""Where tweepy asks; X answers under its old name."""

TOKEN_VARIABLES = ("HUBBUB_X_TOKEN", "X_BEARER_TOKEN")
PAGE_SIZE = 100
TIMELINE_LIMIT = 3_200
LONGEST_LIMIT_SECONDS = 16 * 60
"""X counts requests by windows of 15 minutes; a longer wait is a cap of the month."""

ONLY_NEWEST = "X gives only the newest 3,200 posts of an account; the older ones cannot be collected"
ONLY_A_WEEK = "a search on X reaches back seven days; what is older than that cannot be collected"

_FIELDS = {
    "tweet_fields": ["author_id", "created_at", "note_tweet", "referenced_tweets"],
    "user_fields": ["username"],
    "expansions": ["author_id", "referenced_tweets.id", "referenced_tweets.id.author_id"],
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PostPage:
    """One page.

    Attributes
    ----------
    body : bytes
        As it came.
    following : dict, optional
        What to ask for next; None after the last page.
    note : str, optional
        What cannot be had.
    """

    body: bytes
    following: Json | None
    note: str | None = None


def read_token(file: Path | None) -> tuple[str, str | None]:
    """Return the bearer token, and what to warn of.

    Raises
    ------
    SourceError
        When there is none.
    """
    warning = None
    if file is not None:
        try:
            token, mode = file.read_text("utf-8").strip(), file.stat().st_mode
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"--token-file {file}: cannot be read ({getattr(error, 'strerror', 'not text')})."
            ) from None
        where = str(file)
        if mode & (stat.S_IRGRP | stat.S_IROTH):
            warning = f"{file} holds a token and can be read by others. Close it: chmod 600 {file}"
    else:
        where = next((name for name in TOKEN_VARIABLES if os.environ.get(name)), "")
        token = os.environ.get(where, "").strip()
        if not token:
            raise SourceError(
                "X needs your own token (of the type bearer): give a file that holds it with --token-file, or set "
                f"{TOKEN_VARIABLES[0]}. You get one at https://developer.x.com."
            )
    if not token.isascii() or not token.isprintable() or " " in token or len(token) < 8:
        raise SourceError(
            f"{where} must hold a token (of the type bearer) and nothing else: letters, digits and signs."
        )
    return token, warning


class Posts:
    """What asks X.

    Parameters
    ----------
    token : str
        The bearer token.
    sleep, now : callable
        The clock, in seconds since 1970.
    waiting : callable
        Told what is waited for.
    """

    def __init__(
        self,
        token: str,
        *,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.time,
        waiting: Callable[[str], object] = lambda what: None,
    ) -> None:
        self._sleep, self._now, self._waiting = sleep, now, waiting
        self._api = _make_api(token)

    def read_pages(self, target: Target, since_id: str | None, start: Json | None = None) -> Iterator[PostPage]:
        """Yield the pages of a target, newest first, back to ``since_id``; or from a page's ``following`` on.

        Raises
        ------
        SourceError
            When X refuses; pages before were yielded.
        """
        import tweepy

        following = dict(start or {"since_id": since_id})
        user_id = self._find_account(target) if target.kind == "account" else None
        note = None
        while True:
            try:
                body, answer = self._ask(target, lambda: self._request(target, user_id, following))  # noqa: B023 - at once
            except tweepy.BadRequest as error:
                said = " ".join(error.api_messages)
                if following.get("since_id") and "since_id" in said:
                    following, note = {"since_id": None}, ONLY_A_WEEK
                    continue
                if following.get("token") and "token" in said:  # X forgot where we were: what is new, from the top
                    following = {"since_id": following["since_id"]}
                    continue
                raise SourceError(f"{target.url}: X does not accept the question: {clients.one_line(said)}.") from None
            meta = answer.get("meta") or {}
            self._check(target, answer)
            token = meta.get("next_token")
            n_so_far = following.get("n", 0) + int(meta.get("result_count") or 0)
            reached = {"since_id": following["since_id"], "token": token, "n": n_so_far} if token else None
            if (
                target.kind == "account"
                and not token
                and not following["since_id"]
                and n_so_far >= TIMELINE_LIMIT - PAGE_SIZE
            ):
                note = ONLY_NEWEST
            yield PostPage(body, reached, note)
            if reached is None:
                return
            following, note = reached, None

    def _request(self, target: Target, user_id: str | None, following: Json) -> Any:  # noqa: ANN401
        asked = {"max_results": PAGE_SIZE, "since_id": following["since_id"], **_FIELDS}
        if user_id is not None:
            return self._api.get_users_tweets(user_id, pagination_token=following.get("token"), **asked)
        return self._api.search_recent_tweets(target.name, next_token=following.get("token"), **asked)

    def _find_account(self, target: Target) -> str:
        _, answer = self._ask(target, lambda: self._api.get_user(username=target.name))
        self._check(target, answer)
        found = (answer.get("data") or {}).get("id")
        if not isinstance(found, str):
            raise SourceError(f"{target.url}: there is no such account.")
        return found

    def _check(self, target: Target, answer: Json) -> None:
        """Raise where there are only errors; those beside posts are about posts that these refer to."""
        errors = answer.get("errors") or []
        if errors and "data" not in answer and "result_count" not in (answer.get("meta") or {}):
            first = errors[0] if isinstance(errors[0], dict) else {}
            what = first.get("detail") or first.get("message") or first.get("title") or "an error without a name"
            raise SourceError(f"{target.url}: {clients.one_line(what)}.")

    def _ask(self, target: Target, request: Callable[[], Any]) -> tuple[bytes, Json]:
        """Return an answer as it came and as JSON; waits and tries again where that helps."""
        import requests
        import tweepy

        waits = iter(clients.WAITS)
        while True:
            try:
                response = request()
                answer = response.json()
                if isinstance(answer, dict):
                    return response.content, answer
                what = "the answer is no object"
            except tweepy.TooManyRequests as error:
                self._wait_for_limit(target, error)
                continue
            except tweepy.Unauthorized:
                raise SourceError(
                    f"{target.url}: X does not accept the token (401). Is it current, and of the type bearer?"
                ) from None
            except tweepy.Forbidden as error:
                said = clients.one_line(" ".join(error.api_messages) or "no reason given")
                raise SourceError(f"{target.url}: X does not allow this with your token (403): {said}.") from None
            except tweepy.BadRequest:
                raise
            except tweepy.NotFound:
                raise SourceError(f"{target.url}: X knows nothing of that name (404).") from None
            except (tweepy.TwitterServerError, tweepy.HTTPException) as error:
                what = f"HTTP {error.response.status_code}"
                if error.response.status_code < 500:
                    raise SourceError(f"{target.url}: X answers {what}.") from None
            except requests.exceptions.RequestException as error:
                what = f"no answer ({type(error).__name__})"
            wait = next(waits, None)
            if wait is None:
                raise SourceError(f"{target.url}: X does not answer: {what}. Run again to go on from here.")
            self._sleep(wait)

    def _wait_for_limit(self, target: Target, error: Any) -> None:  # noqa: ANN401
        seconds = None if error.reset_time is None else error.reset_time - self._now() + 1
        if seconds is None or seconds > LONGEST_LIMIT_SECONDS:
            said = clients.one_line(" ".join(error.api_messages) or "too many requests")
            raise SourceError(
                f"{target.url}: X allows no more for now (429): {said}. Run again later to go on from here."
            )
        until = datetime.fromtimestamp(self._now() + seconds, UTC)
        self._waiting(f"X: waiting to {until:%H:%M} UTC")
        self._sleep(max(seconds, 1.0))


def _make_api(token: str) -> Any:  # noqa: ANN401
    import requests
    import tweepy
    from requests.adapters import HTTPAdapter

    logging.getLogger("tweepy").setLevel(logging.WARNING)  # below that it writes the token into the log

    class Adapter(HTTPAdapter):
        """Sends requests with a time limit, to another address where ``HOSTS`` says so."""

        def send(self, request: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            """Send a request."""
            request.url = clients.readdress(request.url)
            options["timeout"] = options.get("timeout") or clients.TIMEOUT_SECONDS
            return super().send(request, *arguments, **options)

    api = tweepy.Client(bearer_token=token, return_type=requests.Response)
    api.session.mount(f"https://{HOST}", Adapter())
    return api
