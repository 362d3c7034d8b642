"""A stand-in for a model hub on loopback: it makes repositories and takes commits as the real one does."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Hub:
    """What the hub has and was asked."""

    token: str
    may_write: bool = True
    fails_at_commit: bool = False
    private: dict[str, bool] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""


@contextmanager
def serve_hub(hub: Hub) -> Iterator[Hub]:
    """Run a hub."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            name = self.path.partition("?")[0].removeprefix("/api/models/").removesuffix("/revision/main")
            if not self._may():
                return
            if name not in hub.private:
                self._answer(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
                return
            self._answer(200, {"id": name, "modelId": name, "private": hub.private[name], "siblings": [], "tags": []})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not self._may():
                return
            path = self.path.partition("?")[0]
            if path == "/api/repos/create":
                self._create(json.loads(body))
            elif path == "/api/validate-yaml":
                self._answer(200, {"errors": [], "warnings": []})
            elif "/preupload/" in path:
                files = [
                    {"path": one["path"], "uploadMode": "regular", "shouldIgnore": False}
                    for one in json.loads(body)["files"]
                ]
                self._answer(200, {"files": files})
            elif "/commit/" in path:
                self._commit(path.removeprefix("/api/models/").partition("/commit/")[0], body)
            else:
                self._answer(404, {"error": path})

        def _may(self) -> bool:
            hub.asked.append(self.path)
            if self.headers.get("Authorization") != f"Bearer {hub.token}":
                self._answer(401, {"error": "Invalid credentials in Authorization header"})
            elif not hub.may_write:
                self._answer(403, {"error": "You don't have the rights to write"})
            else:
                return True
            return False

        def _create(self, wanted: dict[str, Any]) -> None:
            owner = wanted.get("organization")
            name = f"{owner}/{wanted['name']}" if owner else wanted["name"]
            if name in hub.private:
                self._answer(409, {"error": "You already created this model repo", "url": f"{hub.address}/{name}"})
                return
            is_private = wanted.get("private")
            hub.private[name] = wanted.get("visibility") == "private" if is_private is None else is_private
            hub.files[name] = {}
            self._answer(200, {"url": f"{hub.address}/{name}"})

        def _commit(self, name: str, body: bytes) -> None:
            if hub.fails_at_commit:
                self._answer(500, {"error": "out of order"})
                return
            for line in body.decode().splitlines():
                entry = json.loads(line)
                if entry["key"] == "file":
                    hub.files[name][entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
            self._answer(200, {"commitUrl": f"{hub.address}/{name}/commit/abc", "commitOid": "abc", "success": True})

        def _answer(self, status: int, said: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            for key, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
