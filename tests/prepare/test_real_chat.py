"""Real chat, where it is at hand (HUBBUB_DATA)."""

import gzip
import os
import re
import time
from pathlib import Path

import polars as pl
import pytest

from hubbub.prepare import Preparation, prepare_texts
from hubbub.prepare.emotes import is_emote

DATA = Path(os.environ.get("HUBBUB_DATA", ""))
pytestmark = pytest.mark.skipif("HUBBUB_DATA" not in os.environ, reason="HUBBUB_DATA names no folder of real chat")


def load(name: str) -> pl.Series:
    file = DATA / "chat" / name / "chat.csv.gz"
    if not file.exists():
        pytest.skip(f"HUBBUB_DATA has no {name}")
    return pl.read_csv(gzip.decompress(file.read_bytes()), infer_schema=False)["text"]


@pytest.mark.parametrize(
    ("name", "language"),
    [("massiet-twitch-fr", "fr"), ("fl0m-twitch-en", "en"), ("rbtv-de", "de"), ("flare-yt-ja", "ja")],
)
def test_most_opinions_are_in_the_language_of_the_channel(name: str, language: str) -> None:
    frame = prepare_texts(Preparation(), load(name).drop_nulls().unique(maintain_order=True).head(4000))
    opinions = frame.filter(pl.col("message_type") == "opinion")["language"].drop_nulls()
    assert len(opinions) >= 0.5 * (frame["message_type"] == "opinion").sum()
    assert (opinions == language).mean() >= 0.9


def test_emotes_that_twitch_marked() -> None:
    file = DATA / "fixtures" / "twitch-irc" / "gempir_channel_xqcow_2019-09.txt.gz"
    if not file.exists():
        pytest.skip("HUBBUB_DATA has no tagged IRC lines")
    found = marked = 0
    for line in gzip.decompress(file.read_bytes()).decode("utf-8", "replace").splitlines():
        if not (parts := re.match(r"@\S*?emotes=(\S*?);\S* :\S+ PRIVMSG #\S+ :(.*)", line)):
            continue
        places = [place.split(":")[1].split(",")[0].split("-") for place in parts[1].split("/") if place]
        names = {parts[2][int(first) : int(last) + 1] for first, last in places}
        named = [token for token in parts[2].split() if token in names and token[-1].isalpha()]
        marked += len(named)
        found += sum(map(is_emote, named))
    assert marked > 500
    assert found >= 0.95 * marked


@pytest.mark.slow
def test_speed() -> None:
    texts = load("fl0m-twitch-en").drop_nulls().unique(maintain_order=True)
    prepare_texts(Preparation(), texts.head(100))
    start = time.process_time()
    prepare_texts(Preparation(), texts)
    assert (time.process_time() - start) / len(texts) <= 50e-6  # 25 on an idle core
