"""``POST /score`` under 64 clients: requests a second and how long they wait, ours and naive services in turn.

Each service is a process of its own; each client sends one text and waits for its answer before the next, over a
connection that stays. Texts are real tweets, all different. Clients and service share the machine's cores.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from benchmarks.runs import HUBBUB, line, ratio_interval

_N_CLIENTS, _SECONDS, _N_TURNS = 64, 8.0, 5
_N_TEXTS = 200_000


def main() -> None:
    """Print requests a second, the wait of the slowest in a hundred, and the ratios."""
    if "HUBBUB_DATA" not in os.environ:
        print("skipped: HUBBUB_DATA names no folder of real data")
        return
    file = Path(os.environ["HUBBUB_DATA"]) / "tweets/sentiment140/train_3.parquet"
    texts = pl.read_parquet(file, columns=["text"])["text"].unique(maintain_order=True)[:_N_TEXTS].to_list()
    naive = [sys.executable, "-m", "benchmarks.naive_service"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "chat.txt").write_text("[0:00:01] somebody: hello\n", encoding="utf-8")
        archive = f"{folder}/archive"
        subprocess.run([*HUBBUB, "ingest", f"{folder}/chat.txt", "--archive", archive], check=True, capture_output=True)
        services = {
            "hubbub serve": [*HUBBUB, "serve", "--archive", archive, "--port"],
            "naive, the same model": [*naive, "shipped"],
            "naive, an encoding a request": [*naive, "use"],
        }
        rates: dict[str, list[float]] = {name: [] for name in services}
        waits: dict[str, list[float]] = {name: [] for name in services}
        place = 0
        for turn in range(_N_TURNS + 1):
            for name, command in services.items():
                with _run(command) as port:
                    part = texts[place % _N_TEXTS :] + texts[: place % _N_TEXTS]
                    seconds, taken = asyncio.run(_load(port, part))
                place += len(taken)
                if turn:  # the first one fills the caches of files
                    rates[name].append(len(taken) / seconds)
                    waits[name].append(1000 * statistics.quantiles(taken, n=100)[98])
    for name in services:
        line(f"{name}, requests a second", rates[name], "", "none")
        line(f"{name}, slowest in a hundred", waits[name], "ms", "50" if name.startswith("hubbub") else "none")
    for name in list(services)[1:]:
        ratios = [ours / theirs for ours, theirs in zip(rates["hubbub serve"], rates[name], strict=True)]
        ratio_interval(f"requests a second over: {name}", ratios, "4" if "encoding" in name else "none")


@contextmanager
def _run(command: list[str]) -> Iterator[int]:
    """Run a service; give its port once it answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    environment = {k: v for k, v in os.environ.items() if k not in {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}}
    process = subprocess.Popen(
        [*command, str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        for _ in range(600):
            try:
                asyncio.run(_ask_once(port))
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(f"{' '.join(command)} did not answer")
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def _ask_once(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await _ask(reader, writer, "what a good day everyone")
    finally:
        writer.close()


async def _load(port: int, texts: list[str]) -> tuple[float, list[float]]:
    """Return the seconds it lasted, and how long each request took."""
    taken: list[float] = []
    waiting = iter(texts)
    started = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begun := time.perf_counter()) - started < _SECONDS:
            await _ask(reader, writer, next(waiting))
            taken.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(client() for _ in range(_N_CLIENTS)))
    return time.perf_counter() - started, taken


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> None:
    body = json.dumps({"text": text}).encode()
    writer.write(
        b"POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
        + str(len(body)).encode()
        + b"\r\n\r\n"
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode(errors="replace"))
    length = next(part for part in head.lower().split(b"\r\n") if part.startswith(b"content-length:"))
    answer = await reader.readexactly(int(length.split(b":")[1]))
    if b'"label"' not in answer:
        raise RuntimeError(answer.decode(errors="replace"))


if __name__ == "__main__":
    main()
