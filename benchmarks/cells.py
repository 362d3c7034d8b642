"""Cells of a table, each measured by a process of its own and kept, so that a long table can be made in parts."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def cache_folder() -> Path:
    """Return the folder of ``HUBBUB_BENCH_CACHE``, or one in the temporary folder."""
    folder = Path(os.environ.get("HUBBUB_BENCH_CACHE") or Path(tempfile.gettempdir()) / "hubbub-bench")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def code_hash(*parts: str) -> str:
    """Return the fingerprint of hubbub's themes and of the files that measure."""
    import hubbub

    analyze = Path(hubbub.__file__).parent / "analyze"
    names = ("themes.py", "theme_tree.py", "theme_number.py", "evidence.py", "neighbors.py")
    code = b"".join((analyze / name).read_bytes() for name in names)
    return hashlib.sha256(code + "".join(parts).encode()).hexdigest()[:12]


def shipped_static() -> str:
    """Return what tells the shipped static encoder from those before it."""
    import hubbub

    sums = (Path(hubbub.__file__).parent / "shipped/static/SHA256SUMS").read_text("utf-8")
    return next(line for line in sums.splitlines() if line.endswith("model.safetensors"))


class Cells:
    """The kept cells of one table.

    Parameters
    ----------
    table : str
        Its name.
    module : str
        The file that prints a cell as JSON when called with ``--cell`` and the cell's names.
    """

    def __init__(self, table: str, module: str) -> None:
        self.table = table
        self.module = Path(module)

    def get(self, *names: str, run: bool = True) -> dict[str, Any] | None:
        """Return a cell; None where it is not kept and not to be made, or its process failed."""
        shipped = shipped_static() if names[0] == "hubbub, static" else ""
        ours = code_hash(shipped) if names[0].startswith("hubbub") else ""
        key = hashlib.sha256("\n".join((*names, ours)).encode()).hexdigest()[:16]
        path = cache_folder() / f"{self.table}-{key}.json"
        if path.exists():
            return dict(json.loads(path.read_text(encoding="utf-8")))
        if not run:
            return None
        command = [sys.executable, "-m", f"benchmarks.{self.module.stem}", "--cell", *names]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"  {' '.join(names)} failed: {done.stderr.strip().splitlines()[-1:]}")
            return None
        cell = dict(json.loads(done.stdout.strip().splitlines()[-1]))
        path.write_text(json.dumps(cell), encoding="utf-8")
        return cell


def kept_vectors(name: str, texts: list[str], embed: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """Return the vectors of texts, each distinct text embedded once and kept for the next run."""
    distinct = list(dict.fromkeys(texts))
    place = {text: row for row, text in enumerate(distinct)}
    key = hashlib.sha256("\0".join(distinct).encode()).hexdigest()[:16]
    path = cache_folder() / f"vectors-{name}-{key}.npy"
    if not path.exists():
        made = cache_folder() / f"{path.stem}.{os.getpid()}.npy"
        np.save(made, embed(distinct))
        made.replace(path)
    vectors: np.ndarray = np.load(path)
    return vectors[[place[text] for text in texts]]
