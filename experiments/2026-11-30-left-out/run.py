"""What is left out, and what it costs to leave out less: ``PYTHONPATH=. python …/run.py (simulated | real) [ENCODER]``.

``simulated`` needs no data; ``real`` takes the chats of ``HUBBUB_DATA`` that are named in ``CHATS``, a stream a block.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from benchmarks.bench_themes_chat import coherence, compactness

import hubbub
from hubbub.analyze import evidence, themes
from hubbub.commands.topics import distinct_texts, read_rows
from hubbub.measures import adjusted_mutual_information
from hubbub.queries.encoders import encoder_name
from hubbub.records import TOPICAL_TYPES
from hubbub.store.archive import Archive

TUNING = (11, 12, 13, 14, 15, 16)
CHATS = ("massiet-twitch-fr", "twitch-vshojo-en")
_ENDLESS = 10**9
SETTINGS = {  # bins of a stretch (72: three hours), least similarity
    "one stretch, .20 (as before)": (_ENDLESS, 0.20),
    "one stretch, .17": (_ENDLESS, 0.17),
    "two hours, .20": (48, 0.20),
    "three hours, .20": (72, 0.20),
    "three hours, .18": (72, 0.18),
    "three hours, .17 (shipped)": (72, 0.17),
    "three hours, .16": (72, 0.16),
    "three hours, .14": (72, 0.14),
}


@dataclass
class Stream:
    """Texts that make themes, and what was planted in each of their messages (None where nothing is known)."""

    name: str
    texts: pl.DataFrame
    vectors: Any

    def find(self, bins: int, floor: float) -> themes.Themes:
        evidence._STRETCH_BINS, themes.FLOOR = bins, floor
        emotes = set(self.texts["emotes"].explode().drop_nulls())
        times = [moments.to_numpy() for moments in self.texts["offsets"]]
        sizes, said = self.texts["n_messages"].to_numpy(), self.texts["clean_text"].to_list()
        return themes.find_themes(self.vectors, sizes, said, times=times, emotes=emotes)


def read_stream(store: Archive, names: list[str], encoder: str) -> Stream:
    """Return streams as one, one after the other."""
    rows, start = [], 0.0
    for name in names:
        rows.append(read_rows(store, name).with_columns(pl.col("offset_seconds") + start))
        start = float(rows[-1]["offset_seconds"].max() or 0.0)
    known = store.read("embeddings", names).filter(pl.col("encoder") == encoder_name(encoder))
    known = known.unique("text_id", keep="first", maintain_order=True)
    texts, vectors = distinct_texts(pl.concat(rows), known)
    if store.streams_of("truth"):
        truth = store.read("truth", names, ["stream_id", "message_id", "topic"])
        said = store.read("prepared", names, ["stream_id", "message_id", "text_id"]).drop_nulls()
        planted = said.join(truth, on=["stream_id", "message_id"]).group_by("text_id").agg("topic")
        texts = texts.join(planted, on="text_id", how="left", maintain_order="left")
    is_core = texts["message_type"].is_in(list(TOPICAL_TYPES))
    return Stream(" + ".join(names), texts.filter(is_core), vectors[is_core.to_numpy()])


def score(stream: Stream, labels: Any) -> list[float]:
    """Return AMI with planted topics and purity, over messages that have one; share of the others in a theme."""
    rows = stream.texts.select("topic").with_columns(theme=pl.Series(labels)).explode("topic")
    planted = rows.drop_nulls("topic")
    inside = planted.filter(pl.col("theme") >= 0)
    most = inside.group_by("theme").agg(pl.col("topic").value_counts(sort=True).struct.field("count").first())
    agreed = adjusted_mutual_information(planted["topic"].to_numpy(), planted["theme"].to_numpy())
    idle = rows.filter(pl.col("topic").is_null())
    return [agreed, float(most["count"].sum()) / max(1, inside.height), float((idle["theme"] >= 0).mean())]


def simulated(encoder: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "a"
        for seed in TUNING:
            hubbub.simulate(archive, seed=seed)
        hubbub.embed(archive, encoder=encoder)
        store = Archive(archive)
        groups = {
            "3 hours": [[seed] for seed in TUNING],
            "6 hours": [[11, 12], [13, 14], [15, 16]],
            "9 hours": [[11, 12, 13], [14, 15, 16]],
        }
        for title, seeds in groups.items():
            streams = [read_stream(store, [f"synthetic-{seed}" for seed in some], encoder) for some in seeds]
            print(f"{title}, {encoder}: themes, left out, AMI, purity, idle talk in a theme; means of {len(streams)}")
            for name, (bins, floor) in SETTINGS.items():
                found = [(stream, stream.find(bins, floor)) for stream in streams]
                rows = [[f.n_themes, f.share_left_out, *score(s, f.labels)] for s, f in found]
                print(f"  {name:<30}" + " ".join(f"{value:8.3f}" for value in np.mean(rows, axis=0)), flush=True)


def real(encoder: str) -> None:
    for chat in CHATS:
        with tempfile.TemporaryDirectory() as folder:
            hubbub.ingest(f"{folder}/a", [Path(os.environ["HUBBUB_DATA"]) / "chat" / chat / "chat.csv.gz"])
            hubbub.embed(f"{folder}/a", encoder=encoder)
            store = Archive(f"{folder}/a")
            for name in store.streams_of("prepared"):
                stream = read_stream(store, [name], encoder)
                n = int(stream.texts["n_messages"].sum())
                print(f"{chat} {name}, {encoder}, {n} messages: themes, left out, coherence, compactness")
                said = stream.texts.select("clean_text", seconds="offsets").with_row_index("row").explode("seconds")
                for title, (bins, floor) in SETTINGS.items():
                    found = stream.find(bins, floor)
                    groups = found.labels[said["row"].to_numpy()]
                    near = compactness(said["seconds"].to_numpy(), groups)
                    row = [found.n_themes, found.share_left_out, coherence(said["clean_text"].to_list(), groups), near]
                    print(f"  {title:<30}" + " ".join(f"{value:8.3f}" for value in row), flush=True)


if __name__ == "__main__":
    {"simulated": simulated, "real": real}[sys.argv[1]](*(sys.argv[2:] or ["use"]))
