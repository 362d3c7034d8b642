"""How many of each fault: as many as fit into every run, or, with ``HUBBUB_SOAK=1`` (``make soak``), the long sizes."""

from __future__ import annotations

import os

SOAK = bool(os.environ.get("HUBBUB_SOAK"))

N_KILLS = 500 if SOAK else 25
LAST_BYTES = 4_120 if SOAK else 0
"""Every cut of so much of a file's end, and as many flipped bits: a page of SQLite with the head of its frame."""

N_CUTS = 200
N_DISK_CALLS = 170 if SOAK else 10
N_SCRIPTS = 2_000 if SOAK else 60
N_TEN_THOUSANDS = 300 if SOAK else 1
LOAD_SECONDS = 1_800 if SOAK else 60
N_ROUNDS = 200 if SOAK else 20
LINE_MEGABYTES = 1_024 if SOAK else 192
BOMB_MEGABYTES = 2_048 if SOAK else 300

SIZES = {
    "kills (F1)": N_KILLS,
    "cuts and flipped bits of each of three files (F2)": 2 * LAST_BYTES + N_CUTS // 3 + 1,
    "calls of the disk in turn, as far as there are so many (F3)": N_DISK_CALLS,
    "random scripts of the network (F4)": N_SCRIPTS,
    "messages, three in ten twice (F5)": 10_000 * N_TEN_THOUSANDS,
    "seconds at 5,000 messages each (F6)": LOAD_SECONDS,
    "rounds of a collector and its readers (F8)": N_ROUNDS,
    "MB in one line (F12)": LINE_MEGABYTES,
    "MB out of a bomb (F12)": BOMB_MEGABYTES,
}
