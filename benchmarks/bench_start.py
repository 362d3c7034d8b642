"""How soon hubbub is there: import, help, and what an installation weighs."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from benchmarks.runs import HUBBUB, in_turn, line

_TRAINING = ("torch", "torchgen", "functorch", "sympy", "mypy", "hypothesis", "playwright", "schemathesis", "ruff")


def main() -> None:
    """Print the figures."""
    found = in_turn(
        {
            "python": lambda: [sys.executable, "-c", "pass"],
            "import hubbub": lambda: [sys.executable, "-c", "import hubbub"],
            "hubbub --help": lambda: [*HUBBUB, "--help"],
        },
        n_runs=9,
    )
    bare = [done.seconds for done in found["python"]]
    line("import hubbub (less Python's own start)", _less(found["import hubbub"], bare), "s", "0.15")
    line("hubbub --help (whole process)", [done.seconds for done in found["hubbub --help"]], "s", "0.4")
    site = Path(sysconfig.get_paths()["purelib"])
    size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) / 1e6
    has_dev = any((site / name).exists() for name in _TRAINING)
    what = "with development tools" if has_dev else "core"
    print(f"{site.parent.parent.parent.name}: {size:,.0f} MB installed ({what})   limit 800 (core)")


def _less(runs: list, bare: list[float]) -> list[float]:  # type: ignore[type-arg]
    return [max(0.0, done.seconds - base) for done, base in zip(runs, bare, strict=True)]


if __name__ == "__main__":
    main()
