"""Plant each mistake in a copy of the package and see its test fail: ``python -m tests.mutants [WORD…]``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.planted import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 900


def is_caught(mutant: Mutant) -> bool:
    """Return whether the mutant's test fails on a copy of the package with the mistake in it.

    Raises
    ------
    ValueError
        When the code has changed and the mistake can no longer be planted, or the test is not there.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(shutil.copytree(ROOT / "src", Path(folder) / "src", ignore=shutil.ignore_patterns("*.pyc")))
        file = source / "hubbub" / mutant.file
        text = file.read_text("utf-8")
        if text.count(mutant.old) != 1:
            raise ValueError(f"{mutant.name}: {mutant.file} must have this once: {mutant.old!r}")
        file.write_text(text.replace(mutant.old, mutant.new), "utf-8")
        path, _, name = mutant.test.partition("::")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", path]
        if name:
            command += ["-k", " and ".join(re.split(r"[^\w]+", name.rstrip("]")))]
        environment = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return True  # a test that never ends has noticed too
        if done.returncode not in {0, 1}:
            raise ValueError(f"{mutant.name}: {mutant.test} did not run: {done.stdout[-500:]}{done.stderr[-500:]}")
        return done.returncode == 1


def main(words: list[str]) -> int:
    """Print a table of the mutants; return how many were not caught."""
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.name for word in words)]
    n_missed = 0
    for mutant in chosen:
        started = time.perf_counter()
        caught = is_caught(mutant)
        n_missed += not caught
        verdict = "caught" if caught else "MISSED"
        seconds = time.perf_counter() - started
        sys.stdout.write(f"{verdict}  {mutant.name:<72} {seconds:6.1f} s  {mutant.test}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - n_missed} of {len(chosen)} planted mistakes were caught\n")
    return n_missed


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
