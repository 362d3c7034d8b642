"""Try rates of the fine-tuned sentence encoder: HUBBUB_DATA=… python tries.py N_ROWS RATE,TABLE_RATE …

Rows are of Sentiment140's training parts; 8,000 others are scored, none of which `compare-sentiment` holds out.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from hubbub.collect.labeled import read_labeled
from hubbub.commands.compare_sentiment import split_rows
from hubbub.commands.sentiment_fit import drop_repeats
from hubbub.learn import use_tuned
from hubbub.learn.network_training import Lesson
from hubbub.measures import area_under_roc


def main(n_rows: int, tries: list[str]) -> None:
    folder = Path(os.environ["HUBBUB_DATA"]) / "tweets/sentiment140"
    rows = drop_repeats(read_labeled(sorted(folder.glob("train_*.parquet"))).rows)
    train, _ = split_rows(rows, "random", 0)
    used, scored = train[:n_rows], train[-8000:]
    texts, targets = rows["text"].to_list(), (rows["label"] == "positive").to_numpy().astype(np.int64)
    for one in tries:
        rate, table_rate = (float(part) for part in one.split(","))
        use_tuned._HOW = replace(use_tuned._HOW, rate=rate, table_rate=table_rate, epochs=1)
        started = time.process_time()
        scorer = use_tuned.tune_use(Lesson([texts[i] for i in used], targets[used], 2))
        odds = np.diff(scorer.score([texts[i] for i in scored]), axis=1)[:, 0]
        right, area = np.mean((odds > 0) == targets[scored]), area_under_roc(odds, targets[scored])
        seconds = time.process_time() - started
        print(f"rate {one}: accuracy {right:.4f}, AUC {area:.4f}, {seconds:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
