"""How much of planted polls is found: answers, winner, counts, begin, end; and what a frame of a film takes."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl

import hubbub
from hubbub.prepare.polls import read_answer

_SEEDS = range(11, 31)
_N_MESSAGES = 6000


def _score(folder: str, seed: int) -> dict[str, float]:
    hubbub.simulate(folder, seed=seed, n_messages=_N_MESSAGES)
    hubbub.prepare(folder)
    columns = ["message_id", "viewer_id", "offset_seconds", "text"]
    messages = hubbub.table(folder, "messages", limit=100_000).select(*columns, found="message_type")
    rows = hubbub.table(folder, "truth", limit=100_000).join(messages, on="message_id")
    is_found, is_true = rows["found"] == "poll_answer", rows["message_type"] == "poll_answer"
    planted = rows.filter(is_true).sort("offset_seconds")
    last = dict(zip(planted["viewer_id"], [read_answer(text)[1] for text in planted["text"]], strict=True))
    votes = Counter(last.values())
    polls = hubbub.polls(folder).to_dicts()
    poll = max(polls, key=lambda poll: poll["n_voters"])
    return {
        "recall": (is_found & is_true).sum() / is_true.sum(),
        "precision": (is_found & is_true).sum() / max(is_found.sum(), 1),
        "polls": len(polls),
        "winner": poll["options"][0]["answer"] == votes.most_common(1)[0][0],
        "asked": poll["question"] is not None,
        "off": max(abs(option["n_votes"] - votes[option["answer"]]) for option in poll["options"]) / len(last),
        "start": abs(poll["start_seconds"] - planted["offset_seconds"][0]),
        "end": abs(poll["end_seconds"] - planted["offset_seconds"][-1]),
    }


def _time_frames() -> None:
    from hubbub.commands.film import film

    with tempfile.TemporaryDirectory() as folder:
        hubbub.simulate(f"{folder}/a", seed=1, n_messages=_N_MESSAGES)
        hubbub.find_topics(f"{folder}/a")
        started = time.process_time()
        report = film(f"{folder}/a", output=Path(folder) / "film.mp4", seconds_per_step=1.0)
        used = time.process_time() - started
    n = report.details["n_frames"]
    print(f"film: {n:,} frames of 1,280 × 720, {1000 * used / n:.1f} ms of this process's time a frame (ffmpeg beside)")


def main() -> None:
    """Print the figures."""
    scores = []
    for seed in _SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            scores.append(_score(f"{folder}/a", seed))
    frame = pl.DataFrame([{name: float(value) for name, value in score.items()} for score in scores])
    values = {name: np.array(frame[name]) for name in frame.columns}
    print(f"{len(scores)} streams with one poll each: {values['polls'].sum():.0f} polls found")
    print(f"  winner right {values['winner'].mean():.0%}, the asking message found {values['asked'].mean():.0%}")
    print(f"  answers: recall {values['recall'].mean():.3f}, precision {values['precision'].mean():.4f}")
    print(f"  largest error of a count {values['off'].max():.1%} of the voters   limit 2 %")
    print(f"  largest error of begin {values['start'].max():.1f} s, of end {values['end'].max():.1f} s   limit 60 s")
    _time_frames()


if __name__ == "__main__":
    main()
