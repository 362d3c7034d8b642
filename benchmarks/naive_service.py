"""What a sentiment service is without a queue: FastAPI that scores each request by itself, as ``uvicorn`` runs it.

``python -m benchmarks.naive_service MODEL PORT``: MODEL is ``shipped`` (the same model as ours) or ``use`` (the
sentence encoder and a dense layer on each text, as the system that the service follows deploys it; the layer's weights
are drawn, since only its time matters).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Body(BaseModel):
    """One request."""

    text: str


def load_shipped() -> Callable[[str], tuple[str, float]]:
    """Return what scores one text by the shipped model."""
    from hubbub.queries.sentiment_models import load_sentiment
    from hubbub.queries.sentiment_requests import score_texts

    scorer = load_sentiment()
    return lambda text: score_texts(scorer, [text])[0]  # type: ignore[return-value]


def load_use() -> Callable[[str], tuple[str, float]]:
    """Return what encodes one text and gives a label of a dense layer."""
    from hubbub.queries.encoders import load_encoder

    encoder = load_encoder("use")
    weights = np.random.default_rng(0).normal(size=512).astype(np.float32)

    def score(text: str) -> tuple[str, float]:
        share = 1 / (1 + float(np.exp(-(encoder.embed([text])[0] @ weights))))
        return ("positive" if share > 0.5 else "negative"), max(share, 1 - share)

    return score


def create_app(score_text: Callable[[str], tuple[str, float]]) -> FastAPI:
    """Return the server."""
    app = FastAPI()

    # On the event loop: by threads, forty of them fight for Python's lock, which is slower still.
    @app.post("/score")
    async def score(body: Body) -> dict[str, object]:
        started = time.perf_counter()
        label, share = score_text(body.text)
        return {"label": label, "score": share, "elapsed_time": time.perf_counter() - started}

    return app


if __name__ == "__main__":
    load = {"shipped": load_shipped, "use": load_use}[sys.argv[1]]
    uvicorn.run(create_app(load()), port=int(sys.argv[2]), log_level="warning", access_log=False)
