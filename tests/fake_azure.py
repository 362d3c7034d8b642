"""The Azure Language API of our own on 127.0.0.1, in the documented form of its sentiment analysis; it enforces it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "0123456789abcdef0123456789abcdef"
GOOD, BAD = {"great", "lovely", "fun", "good"}, {"awful", "sad", "broken", "bad"}


class FakeAzure:
    """The server; use it as a context manager.

    Attributes
    ----------
    faults : dict of int to (status, headers)
        Which request, from 1 → what it gets instead of an answer.
    batches : list of list of str
        The texts of each request that was answered.
    times : int
        Requests so far.
    """

    def __init__(self) -> None:
        self.faults: dict[int, tuple[int, dict[str, str]]] = {}
        self.batches: list[list[str]] = []
        self.refused: list[str] = []
        self.n_requests = 0

    def __enter__(self) -> FakeAzure:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, answer = fake._answer(self.path, dict(self.headers.items()), body)
                if status != 200:
                    fake.refused.append(f"{status} {answer}")
                said = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], Any]:
        self.n_requests += 1
        if self.n_requests in self.faults:
            status, extra = self.faults[self.n_requests]
            return status, extra, _error(str(status), "Told to fail.")
        parts = urlsplit(path)
        headers = {name.lower(): value for name, value in headers.items()}
        if headers.get("ocp-apim-subscription-key") != KEY:
            return 401, {}, _error("401", "Access denied due to invalid subscription key or wrong API endpoint.")
        if parts.path != "/language/:analyze-text":
            return 404, {}, _error("404", "Resource not found")
        if parse_qs(parts.query).get("api-version") not in (["2022-05-01"], ["2023-04-01"]):
            return 400, {}, _error("InvalidRequest", "api-version is missing or unknown.")
        if not headers.get("content-type", "").startswith("application/json") or len(body) > 2**20:
            return 400, {}, _error("InvalidRequest", "JSON of 1 MB at most.")
        task = json.loads(body)
        documents = task.get("analysisInput", {}).get("documents")
        if task.get("kind") != "SentimentAnalysis" or not documents:
            return 400, {}, _error("InvalidRequest", "kind and documents are needed.")
        if len(documents) > 10:
            return 400, {}, _error("InvalidDocumentBatch", "Max 10 records are permitted.")
        ids = [one.get("id") for one in documents]
        if len(set(ids)) != len(ids) or not all(isinstance(one, str) and one for one in ids):
            return 400, {}, _error("InvalidRequest", "Each document needs an id of its own.")
        if task["parameters"].get("loggingOptOut") is not True:
            return 400, {}, _error("InvalidRequest", "This stand-in wants no texts logged.")
        self.batches.append([one["text"] for one in documents])
        found, errors = [], []
        for one in documents:
            if not one["text"].strip() or len(one["text"]) > 5120 or "refuse" in one["text"]:
                error = _error("InvalidArgument", "Invalid document in request.")["error"]
                errors.append({"id": one["id"], "error": error})
            else:
                found.append(_judge(one))
        # Answers may come in any order; ids tell whose they are.
        results = {"documents": found[::-1], "errors": errors, "modelVersion": "2025-01-01"}
        return 200, {}, {"kind": "SentimentAnalysisResults", "results": results}


def _judge(document: dict[str, str]) -> dict[str, Any]:
    words = set(document["text"].lower().split())
    side = len(words & GOOD) - len(words & BAD)
    label = "positive" if side > 0 else "negative" if side < 0 else "neutral"
    scores = {"positive": 0.02, "neutral": 0.02, "negative": 0.02} | {label: 0.96}
    sentence = {"sentiment": label, "confidenceScores": scores, "offset": 0, "length": len(document["text"])}
    sentence |= {"text": document["text"]}
    return {
        "id": document["id"], "sentiment": label, "confidenceScores": scores, "sentences": [sentence], "warnings": [],
    }  # fmt: skip


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
