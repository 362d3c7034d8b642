"""Results as a terminal shows them: tables that fit 80 columns, plain text when piped, or data."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from hubbub.reports import Report

if TYPE_CHECKING:
    from hubbub.present.faces import Face
    from hubbub.reports import Progress as ProgressCall

_MAX_ROWS = 50
_MAX_ITEMS = 6
_MAX_WIDTH, _MIN_WIDTH, _GAP = 44, 12, 2
_NARROWEST = {"title": 16, "category": 10}
"""Columns of words that give way to those after them, and how far."""

_ONE_PERCENT = 0.01
_SPARKS = "▁▂▃▄▅▆▇█"


def print_result(face: Face, result: Any, *, as_json: bool) -> int:  # noqa: ANN401
    """Print what a command or query returned; return the exit status."""
    problems = result.problems if isinstance(result, Report) else ()
    if as_json:
        sys.stdout.buffer.write(encode(result) + b"\n")
        sys.stdout.buffer.flush()
    else:
        console = Console(highlight=False, markup=False)
        if isinstance(result, Report):
            _print_report(console, result)
        else:
            _print_data(console, face, result)
    for problem in problems:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(problem)
    return 1 if problems else 0


def encode(result: Any) -> bytes:  # noqa: ANN401
    """Return any result as JSON: frames as lists of rows, moments in ISO 8601."""
    return msgspec.json.encode(plain(result))


def plain(result: Any) -> Any:  # noqa: ANN401
    """Return a result as dicts, lists and numbers."""
    if isinstance(result, Report):
        return result.as_dict()
    if hasattr(result, "to_dicts"):
        return result.to_dicts()
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return dataclasses.asdict(result)
    return result


@contextmanager
def progress_bars() -> Iterator[ProgressCall]:
    """Show bars on standard error while the block runs: one a step, with its rate and the time left."""
    bars: dict[str, TaskID] = {}
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=Console(stderr=True))

    def show(step: str, done: int, total: int | None = None, /) -> None:
        if step not in bars:
            bars[step] = progress.add_task(step[:24], total=total)
            # Only now: a command that has nothing to show, or fails first, leaves no empty line.
            progress.start()
        progress.update(bars[step], completed=done, total=total)

    try:
        yield show
        for task in progress.tasks:
            if task.total is None:
                progress.update(task.id, total=task.completed)
    except BaseException:
        # What went wrong is the one thing to read.
        progress.live.transient = True
        raise
    finally:
        if bars:
            progress.stop()


def _print_report(console: Console, report: Report) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_row("in", f"{report.n_in:,}")
    table.add_row("kept", f"{report.n_kept:,}")
    if report.n_repeated:
        table.add_row("repeated", f"{report.n_repeated:,}")
    for reason, count in report.rejected.items():
        table.add_row("left out", f"{count:,}  {reason}")
    for name, value in report.details.items():
        if value not in (None, [], {}, ""):
            _add_detail(table, name.replace("_", " "), value)
    console.print(f"{report.command}: done in {report.seconds:.1f} s")
    console.print(table)


def _add_detail(table: Table, name: str, value: Any) -> None:  # noqa: ANN401
    """Add a detail of a report: a long list by its first items, a list of rows or a dict of lists by a line each."""
    if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        for item in value[:_MAX_ITEMS]:
            table.add_row(name, Text(", ".join(_few(part) for part in item.values() if part)))
            name = ""
        value = value[_MAX_ITEMS:]
        if value:
            table.add_row("", f"and {len(value):,} more")
    elif isinstance(value, Mapping) and all(isinstance(item, list) for item in value.values()):
        for key, items in list(value.items())[:_MAX_ITEMS]:
            table.add_row(name, Text(f"{_cell(key)}: {_cell(items[:3])}"))
            name = ""
    elif isinstance(value, list) and len(value) > _MAX_ITEMS:
        table.add_row(name, Text(f"{_cell(value[:_MAX_ITEMS])} and {len(value) - _MAX_ITEMS:,} more"))
    else:
        table.add_row(name, Text(_cell(value)))


def _few(value: Any) -> str:  # noqa: ANN401
    """Return a value in a line; a list of more than two by its first two."""
    if isinstance(value, list | tuple) and len(value) > 2:
        return f"{_cell(value[:2])} and {len(value) - 2:,} more"
    return _cell(value)


def _print_data(console: Console, face: Face, result: Any) -> None:  # noqa: ANN401
    rows = plain(result)
    if isinstance(rows, Mapping):
        table = Table.grid(padding=(0, 2))
        nested = {name: value for name, value in rows.items() if _is_rows(value)}
        for name, value in rows.items():
            if name not in nested:
                table.add_row(name.replace("_", " "), Text(_cell(value)))
        console.print(table)
        for name, value in nested.items():
            console.print()
            _print_data(console, face, [{name: key} | item for key, item in value.items()])
        return
    if not rows:
        console.print(f"{face.label}: no rows")
        return
    shown = rows[:_MAX_ROWS]
    cells = {name: [_cell(row[name], name) for row in shown] for name in rows[0] if _says_something(rows, name)}
    names = _fitting({name: [_heading(name), *texts] for name, texts in cells.items()}, console.width)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, width in names.items():
        numeric = all(isinstance(row[name], int | float | None) for row in shown)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(_heading(name), justify=justify, no_wrap=True, overflow="ellipsis", max_width=width)
    for row in range(len(shown)):
        table.add_row(*(Text(cells[name][row]) for name in names))
    console.print(table)
    hidden = [name for name in cells if name not in names]
    notes = [f"{len(rows) - _MAX_ROWS:,} more rows"] if len(rows) > _MAX_ROWS else []
    notes += [f"also {', '.join(hidden)}"] if hidden else []
    if notes:
        console.print(f"({'; '.join(notes)}: --json prints all)")


def _is_rows(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, Mapping) and bool(value) and all(isinstance(item, Mapping) for item in value.values())


def _says_something(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(row[name] not in (None, []) for row in rows)


def _fitting(columns: Mapping[str, Sequence[str]], width: int) -> dict[str, int]:
    """Return as many columns as fit beside each other, with the width of each; the last one may be cut."""
    chosen: dict[str, int] = {}
    wanted = {name: min(max(cell_len(text) for text in texts), _MAX_WIDTH) for name, texts in columns.items()}
    left = width
    for name, most in wanted.items():
        least = min(most, _NARROWEST.get(name, most))
        if least > left and left < _MIN_WIDTH:
            break
        chosen[name] = min(least, left)
        left -= chosen[name] + _GAP
        if left <= 0:
            break
    spare = max(left + _GAP, 0)
    for name in (name for name in chosen if name in _NARROWEST):
        more = min(wanted[name] - chosen[name], spare)
        chosen[name] += more
        spare -= more
    return chosen


def _heading(name: str) -> str:
    """Return a column's name as people read it: what it counts, and no unit that its cells show.

    Examples
    --------
    >>> _heading("n_messages"), _heading("duration_seconds"), _heading("stream_id")
    ('messages', 'duration', 'stream id')
    """
    return name.removeprefix("n_").removesuffix("_seconds").replace("_", " ")


def _cell(value: Any, name: str = "") -> str:  # noqa: ANN401
    if value is None:
        return ""
    if name == "share":
        return f"{value:.0%}" if value >= _ONE_PERCENT else "<1%"
    if name.endswith("_seconds") and isinstance(value, int | float):
        return clock(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value and all(isinstance(item, int) for item in value):
            return sparkline(value)
        return ", ".join(_cell(item) for item in value)
    return visible(str(value))


def clock(seconds: float) -> str:
    """Return an offset as people read it.

    Examples
    --------
    >>> clock(3725.2), clock(-5)
    ('1:02:05', '-0:00:05')
    """
    sign, whole = ("-" if seconds < 0 else ""), abs(round(seconds))
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def sparkline(counts: Sequence[int]) -> str:
    """Return counts as a line of bars.

    Examples
    --------
    >>> sparkline([0, 4, 8])
    '▁▄█'
    """
    top = max(*counts, 1)
    return "".join(_SPARKS[count * (len(_SPARKS) - 1) // top] for count in counts)


def visible(text: str) -> str:
    r"""Return text that cannot move the cursor, recolor the terminal or turn the direction of writing.

    Examples
    --------
    >>> visible("a\x1b[31mb\u202ec")
    'a�[31mb�c'
    """
    return "".join(char if char.isprintable() or char == " " else "�" for char in text)
