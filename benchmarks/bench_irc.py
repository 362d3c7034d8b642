"""Lines of Twitch IRC a second, on one core: ours into full rows, beside the parsers of TwitchIO and chat-downloader.

All read the same real lines in turn in one process (A B C A B C …), garbage collection as it comes; the ratio of each
pair of neighbors is what counts. Ours fills more: roles, badges, the places of emotes, amounts, UTC microseconds.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hubbub.collect.irc_link import Link
from hubbub.collect.twitch_irc import parse_line
from hubbub.measures import bootstrap_interval

_SETS = ("gempir_channel_xqcow_2019-09", "gempir_user_pajlada_2018")
_N_ROUNDS, _N_REPEATS = 15, 3


def main() -> None:
    """Print the figures."""
    data = os.environ.get("HUBBUB_DATA")
    if not data:
        print("irc: skipped, HUBBUB_DATA does not name the real data")
        return
    for name in _SETS:
        with gzip.open(Path(data) / f"fixtures/twitch-irc/{name}.txt.gz", "rt", encoding="utf-8") as file:
            lines = [line.rstrip("\r\n") for line in file if line.strip()]
        _compare(name, lines)


def _compare(name: str, lines: list[str]) -> None:
    """Print how fast each reads the lines of one set."""
    readers = {"ours": _each(parse_line, lines), **_peers(lines)}
    blob = "".join(line + "\r\n" for line in lines).encode()
    readers["ours, from bytes of a socket"] = lambda: _receive(blob)
    seconds: dict[str, list[float]] = {who: [] for who in readers}
    for turn in range(_N_ROUNDS + 1):
        for who, read in readers.items():
            started = time.perf_counter()
            for _ in range(_N_REPEATS):
                read()
            if turn:
                seconds[who].append((time.perf_counter() - started) / _N_REPEATS)
    print(f"{name}: {len(lines):,} lines, {len(blob) / len(lines):.0f} bytes each")
    for who, measured in seconds.items():
        rate = len(lines) / float(np.median(measured))
        ratio = bootstrap_interval(np.array(measured) / np.array(seconds["ours"]), statistic=np.median)
        print(
            f"  {who:<30} {rate:>10,.0f} lines/s   {ratio.estimate:>6.2f} ({ratio.low:.2f} to {ratio.high:.2f}) × ours"
        )
    print("  limits: 1.2 × ours for TwitchIO (aim 2), 6 for chat-downloader")


def _each(parse: Callable[[str], Any], lines: list[str]) -> Callable[[], None]:
    def read() -> None:
        for line in lines:
            parse(line)

    return read


def _receive(blob: bytes) -> None:
    link = Link("justinfan1", Counter())
    for begin in range(0, len(blob), 65_536):
        link.receive(blob[begin : begin + 65_536], 0.0)


def _peers(lines: list[str]) -> dict[str, Callable[[], None]]:
    """Return the peers that are installed (extra "bench")."""
    found: dict[str, Callable[[], None]] = {}
    try:
        from twitchio.parse import parser

        version = importlib.metadata.version("twitchio")
        found[f"twitchio {version}, parser"] = _each(lambda line: parser(line, "justinfan1"), lines)
    except ImportError:
        print("  twitchio is not here: pip install 'hubbub[bench]'")
    try:
        from chat_downloader.sites.twitch import TwitchChatDownloader

        pattern, parse = TwitchChatDownloader._MESSAGE_REGEX, TwitchChatDownloader._parse_irc_item
        whole = "\r\n".join(lines) + "\r\n"

        def read() -> None:
            for match in pattern.finditer(whole):
                parse(match)

        found[f"chat-downloader {importlib.metadata.version('chat-downloader')}"] = read
    except ImportError:
        print("  chat-downloader is not here: pip install 'hubbub[bench]'")
    return found


if __name__ == "__main__":
    main()
