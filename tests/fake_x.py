"""X's API v2 of our own on 127.0.0.1, in its documented form: user lookup, timelines, recent search, limits, errors."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
TOKEN = "AAAAAAAAAAAAAAAAAAAAAtestbearertoken"  # noqa: S105
FIRST_ID = 1_700_000_000_000_000_000
EPOCH = 1_750_000_000


def make_posts(n_posts: int, *, author: str = "1", first: int = 0) -> list[Json]:
    """Return posts, oldest first; every tenth answers the one before, every seventh shares one of another account."""
    posts = []
    for n in range(first, first + n_posts):
        moment = datetime.fromtimestamp(EPOCH + n * 60, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        post: Json = {
            "id": str(FIRST_ID + n),
            "text": f"post {n} &amp; more",
            "author_id": author,
            "created_at": moment,
        }
        if n % 10 == 9:
            post["referenced_tweets"] = [{"type": "replied_to", "id": str(FIRST_ID + n - 1)}]
        elif n % 7 == 6:
            post["text"] = "RT @carol: a long text that is cut…"
            post["referenced_tweets"] = [{"type": "retweeted", "id": "99"}]
        posts.append(post)
    return posts


class FakeX:
    """The server; use it as a context manager.

    Attributes
    ----------
    accounts : dict of str to (str, list of post)
        User name → id and posts, oldest first.
    found : list of post
        What a search finds.
    faults : dict of (str, int) to int
        (endpoint, which request of it, from 1) → status. 429 names ``reset_at``.
    oldest_since_id : int
        The API refuses a search for what is older.
    """

    def __init__(self) -> None:
        self.accounts: dict[str, tuple[str, list[Json]]] = {}
        self.found: list[Json] = []
        self.faults: dict[tuple[str, int], int] = {}
        self.reset_at: int | None = None
        self.oldest_since_id = 0
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.on_request: dict[tuple[str, int], Any] = {}
        self._counts: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def hosts(self) -> dict[str, str]:
        return {"api.twitter.com": f"http://127.0.0.1:{self._server.server_port}"}

    def __enter__(self) -> FakeX:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, endpoint: str, name: str, query: dict[str, str]) -> tuple[int, Json]:
        if endpoint == "user":
            return 200, self._user(name)
        posts = self.found if endpoint == "search" else self._timeline(name)
        if posts is None:
            detail = "Sorry, you are not authorized to see the user with id: [3]."
            return 200, {"errors": [{"title": "Authorization Error", "detail": detail}]}
        since = int(query.get("since_id", 0))
        if endpoint == "search" and 0 < since < self.oldest_since_id:
            said = f"'since_id' must be a tweet id created after [2026-11-17T00:00Z], over [{self.oldest_since_id}]"
            return 400, {"errors": [{"message": said}], "title": "Invalid Request", "detail": "One or more parameters"}
        newest_first = [post for post in reversed(posts) if int(post["id"]) > since]
        place = int(query.get("pagination_token") or query.get("next_token") or 0)
        size = int(query["max_results"])
        page = newest_first[place : place + size]
        meta: Json = {"result_count": len(page)}
        if place + size < len(newest_first):
            meta["next_token"] = str(place + size)
        answer: Json = {"meta": meta}
        if page:
            users = [{"id": uid, "username": name, "name": name.title()} for name, (uid, _) in self.accounts.items()]
            original = {"id": "99", "author_id": "2", "text": "a long text that is whole in the post itself"}
            answer |= {
                "data": page,
                "includes": {"users": [*users, {"id": "2", "username": "carol"}], "tweets": [original]},
            }
            answer["errors"] = [
                {
                    "resource_type": "tweet",
                    "title": "Not Found Error",
                    "detail": "Could not find tweet: [5].",
                    "value": "5",
                }
            ]
        return 200, answer

    def _user(self, name: str) -> Json:
        if name not in self.accounts:
            return {"errors": [{"title": "Not Found Error", "detail": f"Could not find user with username: [{name}]."}]}
        return {"data": {"id": self.accounts[name][0], "name": name.title(), "username": name}}

    def _timeline(self, user_id: str) -> list[Json] | None:
        posts = next(posts for uid, posts in self.accounts.values() if uid == user_id)
        return None if user_id == "3" else posts[-3200:]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # headers and content in one packet

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                steps = parts.path.strip("/").split("/")  # 2/users/by/username/NAME, 2/users/ID/tweets
                endpoint = {"by": "user", "search": "search"}.get(steps[-2] if "search" in steps else steps[2], "posts")
                name = steps[4] if endpoint == "user" else steps[2]
                fake._counts[endpoint] += 1
                which = (endpoint, fake._counts[endpoint])
                fake.requests.append((endpoint, query))
                if called := fake.on_request.get(which):
                    called()
                headers = {}
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    status, answer = 401, {"title": "Unauthorized", "detail": "Unauthorized", "status": 401}
                elif status := fake.faults.get(which, 0):
                    answer = {"title": "Trouble", "detail": f"trouble {status}", "status": status}
                    if status == 429 and fake.reset_at is not None:
                        headers["x-rate-limit-reset"] = str(fake.reset_at)
                else:
                    status, answer = fake.answer(endpoint, name, query)
                content = json.dumps(answer).encode()
                self.send_response(status)
                for header, value in headers.items():
                    self.send_header(header, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler
