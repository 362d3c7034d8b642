"""Train with one choice changed, measure on kept-aside streams: tries.py ARCHIVE START SETS N_TEXTS CHOICE…."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from hubbub.analyze.decay import measure_decay
from hubbub.commands.corpus import hold_out, read_corpus
from hubbub.commands.simcse import make_lesson
from hubbub.learn.foreign import as_encoder
from hubbub.learn.pairs import Settings
from hubbub.learn.simcse import load_start, train
from hubbub.queries.decay import first_said
from hubbub.queries.evaluation import measure_encoder
from hubbub.store.archive import open_archive

KEPT_ASIDE = ("1171306718", "1187900629", "1699408450")
"""Streams that the choices are compared on; what is reported of the encoder is measured on others."""
REPORTED = ("1187811237", "1189803229", "chat", "test")
BASE = Settings(batch=64, learning_rate=5e-5, neighbor_share=0.0)
CHOICES = {
    "start": None,
    "dropout": BASE,
    "dropout, no mask": replace(BASE, masks=False),
    "dropout, one stream": replace(BASE, one_stream=True),
    "half neighbors": replace(BASE, neighbor_share=0.5),
    "neighbors": replace(BASE, neighbor_share=1.0),
    "half neighbors, no mask": replace(BASE, neighbor_share=0.5, masks=False),
    "half neighbors, one stream": replace(BASE, neighbor_share=0.5, one_stream=True),
    "half neighbors, one stream, no mask": replace(BASE, neighbor_share=0.5, one_stream=True, masks=False),
    "half neighbors, 20 s": replace(BASE, neighbor_share=0.5, neighbor_seconds=20.0),
    "quarter neighbors": replace(BASE, neighbor_share=0.25),
    "half neighbors, rate 1e-4": replace(BASE, neighbor_share=0.5, learning_rate=1e-4),
    "half neighbors, rate 2e-5": replace(BASE, neighbor_share=0.5, learning_rate=2e-5),
}


def main(archive: str, start: str, sets: str, n_texts: str, *choices: str) -> None:
    store = open_archive(archive)
    streams = [name for name in store.streams_of("prepared") if name not in KEPT_ASIDE + REPORTED]
    learned, held = hold_out(read_corpus(store, streams), share=0.05, most=10**9)
    lesson = make_lesson(learned, held)
    said = [first_said(store, name).sort("text_id").head(1500).sort("offset_seconds") for name in KEPT_ASIDE]
    for name in choices:
        model, began = load_start(Path(start)), time.perf_counter()
        settings = CHOICES[name]
        curve = train(model, lesson, replace(settings, max_texts=int(n_texts))) if settings else [{}]
        seconds, encoder = time.perf_counter() - began, as_encoder(model, name)
        found = []
        for rows in said:
            decay = measure_decay(encoder.embed(rows["clean_text"].to_list()), rows["offset_seconds"].to_numpy())
            found.append(f"{np.nanmean(decay.excess[:5]):.3f}")
        scores = [f"{one.measure} {one.value:.3f}" for one in measure_encoder(encoder, Path(sets))]
        loss = f"loss {curve[-1]['loss']:.3f}" if settings else ""
        print(f"{name} | {' '.join(found)} | {' | '.join(scores)} | {loss} | {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
