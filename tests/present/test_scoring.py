"""Texts scored by REST: the contract, what is refused, a queue that never grows, and readiness that is true."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient

from hubbub.present import scoring
from hubbub.present.api import create_app
from hubbub.present.scoring import OverloadError, ScoringWorker
from hubbub.queries.sentiment_models import load_sentiment
from hubbub.store.archive import Archive


@pytest.fixture(scope="module")
def client(simulated: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Archive(simulated), "secret")) as client:
        yield client


def test_one_text_and_many_are_scored_as_in_python(client: TestClient):
    texts = ["what a lovely day :)", "c'est vraiment nul, quelle honte", "", "KEKW"]
    found = load_sentiment().score(texts)
    many = client.post("/score", json={"texts": texts}).json()
    assert [result["label"] for result in many["results"]] == found["label"].to_list()
    best = found.select(pl.max_horizontal("^p_.*$")).to_series().to_list()
    assert [result["score"] for result in many["results"]] == best
    for text, label, share in zip(texts, found["label"], best, strict=True):
        one = client.post("/score", json={"text": text}).json()
        assert set(one) == {"label", "score", "elapsed_time"}
        assert (one["label"], one["score"]) == (label, share)
        assert 0 < one["elapsed_time"] < 60


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b'{"text": 3}', 422),
        (b'{"text": "a", "more": 1}', 422),
        (b'{"texts": "a"}', 422),
        (b'["a"]', 422),
        (b"\xff\xfe", 422),
        (b'{"text": "' + b"a" * 1_100_000 + b'"}', 413),
        (b'{"text": "' + b"a" * 200_000 + b'"}', 413),
        (b'{"texts": [' + b",".join([b'"a"'] * 1001) + b"]}", 413),
    ],
)
def test_wrong_requests_say_why(client: TestClient, body: bytes, status: int):
    answer = client.post("/score", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"type", "message"}


def test_other_content_is_refused(client: TestClient):
    assert client.post("/score", content=b'{"text": "a"}', headers={"Content-Type": "text/plain"}).status_code == 415


def test_ready_has_scored_a_text(client: TestClient):
    assert client.get("/ready").json() == {"ready": True, "label": "positive"}


def test_a_model_that_cannot_be_loaded_is_not_ready(simulated: Path, tmp_path: Path):
    app = create_app(Archive(simulated), "secret", model=str(tmp_path / "nowhere"))
    with TestClient(app) as client:
        assert client.get("/ready").status_code == 422
        assert "No sentiment model" in client.post("/score", json={"text": "a"}).json()["error"]["message"]


def test_beyond_loopback_a_token_is_needed(simulated: Path):
    with TestClient(create_app(Archive(simulated), "secret", hosts=("*",))) as client:
        assert client.post("/score", json={"text": "a"}).status_code == 401
        allowed = client.post("/score", json={"text": "a"}, headers={"Authorization": "Bearer secret"})
        assert allowed.status_code == 200


class Gate:
    """A scorer that waits until it is let go, and notes its batches."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.batches: list[list[str]] = []

    def score(self, texts: Sequence[str]) -> pl.DataFrame:
        self.open.wait(20)
        self.batches.append(list(texts))
        shares = {f"p_{name}": [0.2, 0.3, 0.5][i] for i, name in enumerate(("negative", "neutral", "positive"))}
        found = pl.DataFrame({"label": ["positive"] * len(texts)})
        return found.with_columns(**{name: pl.lit(share) for name, share in shares.items()})


def test_a_full_queue_refuses_and_what_waited_is_one_batch():
    gate: Any = Gate()
    worker = ScoringWorker(lambda: gate)
    first = worker.submit(["first"])
    while worker._n_texts:  # until the worker holds the first text
        threading.Event().wait(0.001)
    waiting = [worker.submit([f"text {i}"]) for i in range(300)]
    with pytest.raises(OverloadError):
        worker.submit(["x"] * scoring.MAX_WAITING_TEXTS)
    with pytest.raises(OverloadError):
        worker.submit(["x" * scoring.MAX_WAITING_CHARACTERS])
    gate.open.set()
    assert first.result(20) == [("positive", 0.5)]
    assert all(job.result(20) == [("positive", 0.5)] for job in waiting)
    assert gate.batches == [["first"], [f"text {i}" for i in range(300)]]


def test_old_work_means_no_new_work(monkeypatch: pytest.MonkeyPatch):
    gate: Any = Gate()
    worker = ScoringWorker(lambda: gate)
    worker.submit(["first"])
    while worker._n_texts:
        threading.Event().wait(0.001)
    waiting = worker.submit(["second"])
    monkeypatch.setattr(scoring, "MAX_AGE_SECONDS", 0.0)
    with pytest.raises(OverloadError):
        worker.submit(["third"])
    gate.open.set()
    assert waiting.result(20) == [("positive", 0.5)]


def test_refusal_says_when_to_come_again(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scoring, "MAX_WAITING_TEXTS", 0)
    answer = client.post("/score", json={"text": "a"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert client.get("/ready").status_code == 503
