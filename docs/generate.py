"""Write the pages of docs that are made from the code: tables.md and cli.md. Run it with ``make docs``."""

from __future__ import annotations

import inspect
from pathlib import Path

from hubbub.present.faces import Face, faces, public_name
from hubbub.records import TABLES

DOCS = Path(__file__).parent
_NOTE = "<!-- Made by docs/generate.py from the code: change the code, then run `make docs`. -->\n\n"


def tables_page() -> str:
    """Return the page of all tables."""
    parts = [
        "# Tables\n",
        (
            "Every table of an archive, in the order in which data flows. `hubbub export TABLE --output FILE` writes "
            "any of them; `hubbub table TABLE` shows one. Moments are UTC with microseconds; `*_seconds` are seconds.\n"
        ),
    ]
    for name, table in TABLES.items():
        parts.append(f"## {name}\n\n{table.about[0].upper()}{table.about[1:]}. Key: `{', '.join(table.key)}`. ")
        parts[-1] += f"Written by `hubbub {table.writer}`.\n"
        rows = ["| column | type | |", "| --- | --- | --- |"]
        rows += [f"| `{column}` | {kind} | {table.notes.get(column, '')} |" for column, kind in table.columns.items()]
        parts.append("\n".join(rows) + "\n")
    return _NOTE + "\n".join(parts)


def cli_page() -> str:
    """Return the page of all commands and queries."""
    known = faces()
    parts = [
        "# Commands and queries\n",
        (
            "Each is one function with three faces: `hubbub NAME` on the command line, `hubbub.NAME` in Python (with "
            "underscores, the archive first), and for queries `GET /api/NAME` under `hubbub serve`. `--archive DIR` "
            "(or `HUBBUB_ARCHIVE`, else `hubbub-archive` here) names the archive, `--json` prints data. Exit status: "
            "0 done, 1 something to see to, 2 not understood.\n"
        ),
        "## Commands: they change the archive or make a file\n",
        *(_entry(face) for face in known if face.is_command),
        "## Queries: they only read\n",
        *(_entry(face) for face in known if not face.is_command),
    ]
    return _NOTE + "\n".join(parts)


def _entry(face: Face) -> str:
    places = [p for p in face.parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    usage = " ".join(
        ["hubbub", face.label]
        + [
            public_name(p.name).upper() if p.default is inspect.Parameter.empty else f"[{public_name(p.name).upper()}]"
            for p in places
        ]
    )
    rows = [f"### {face.label}\n", f"`{usage}`\n", face.summary + "\n"]
    if face.body:
        rows.append(face.body + "\n")
    items = []
    for parameter in face.parameters:
        is_option = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        name = f"--{public_name(parameter.name)}" if is_option else public_name(parameter.name).upper()
        default = parameter.default
        said = "" if default in (inspect.Parameter.empty, None, (), "") else f" Default: `{default}`."
        items.append(f"- `{name}`: {face.parameter_help.get(parameter.name, '')}{said}")
    return "\n".join([*rows, "\n".join(items), ""])


PAGES = {"tables.md": tables_page, "cli.md": cli_page}

if __name__ == "__main__":
    for page, make in PAGES.items():
        (DOCS / page).write_text(make(), "utf-8")
