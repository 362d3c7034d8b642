"""What a live collection is doing, as a terminal shows it: a view that renews itself, or a line now and then."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hubbub.present.terminal import clock, sparkline, visible
from hubbub.reports import Show, Watched

_LINE_SECONDS = 10.0
_N_CHANNELS, _N_LAST, _N_NOTES = 12, 6, 4
_CHANNEL_WIDTH = 25
_MAX_WIDTH = 120


@contextmanager
def live_view() -> Iterator[Show]:
    """Show on standard error what goes on while the block runs: a view in a terminal, else a line every ten seconds."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        yield _lines(console)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda state: live.update(draw(state, min(console.width, _MAX_WIDTH)), refresh=True)


def _lines(console: Console) -> Show:
    last = float("-inf")

    def show(state: Watched, /) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_SECONDS:
            last = time.monotonic()
            console.print(summary(state), soft_wrap=True)

    return show


def summary(state: Watched) -> str:
    """Return the state as one line."""
    n_live = sum(what == "live" for _, _, what in state.channels.values())
    parts = [
        clock(state.seconds),
        f"{state.n_durable:,} messages on disk",
        f"{_rate(state):.1f}/s",
        f"lag {_lag(state.lag_seconds)}",
        f"{n_live} of {len(state.channels)} channels live",
        f"{state.n_gaps:,} gaps",
    ]
    return ", ".join(parts) + ("" if state.health == "ok" else f"; {visible(state.health)}")


def draw(state: Watched, width: int) -> Group:
    """Return the state as a view so wide."""
    parts = [
        _line(f"{clock(state.seconds)}  watching; Ctrl-C ends it and keeps everything", width, "bold"),
        _line(f"{_rate(state):>9,.1f}/s  {sparkline(state.per_second)}", width),
        _line(
            f"{state.n_durable:>9,} on disk, {state.n_waiting:,} on their way; from socket to disk: "
            f"{_lag(state.lag_seconds)} (99 of 100)",
            width,
        ),
    ]
    if state.health != "ok":
        parts.append(_line(state.health, width, "bold red"))
    if state.n_gaps:
        parts.append(_line(f"gaps: {state.n_gaps:,}, the last: {state.gaps[-1]}", width))
    for what, count in sorted(state.notes.items(), key=lambda item: -item[1])[:_N_NOTES]:
        parts.append(_line(f"{what}: {count:,}", width, "dim"))
    newest = [_line(f"{channel}: {text}", width) for channel, text in state.last[-_N_LAST:]]
    return Group(*parts, Text(), _channels(state, width), Text(), *newest)


def _channels(state: Watched, width: int) -> Table:
    """Return the busiest channels with what was counted of each."""
    table = Table(box=None, header_style="bold", pad_edge=False, width=width)
    table.add_column("channel", max_width=_CHANNEL_WIDTH, no_wrap=True, overflow="ellipsis")
    table.add_column("messages", justify="right", no_wrap=True)
    table.add_column("last minute", justify="right", no_wrap=True)
    table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
    # Those that are not live first: they are what somebody should look at.
    rows = sorted(state.channels.items(), key=lambda item: (item[1][2] == "live", -item[1][1], -item[1][0], item[0]))
    for name, (n_rows, recent, what) in rows[:_N_CHANNELS]:
        style = "" if what == "live" else "yellow"
        table.add_row(Text(visible(name)), f"{n_rows:,}", f"{recent:,}", Text(visible(what), style=style))
    if len(rows) > _N_CHANNELS:
        left = rows[_N_CHANNELS:]
        n_rows, recent = sum(item[1][0] for item in left), sum(item[1][1] for item in left)
        table.add_row(f"{len(left):,} more", f"{n_rows:,}", f"{recent:,}", "")
    return table


def _line(text: str, width: int, style: str = "") -> Text:
    """Return a text as one line that fits, with nothing in it that a terminal obeys."""
    line = Text(visible(text[: 4 * width]), style=style, no_wrap=True, overflow="ellipsis")
    line.truncate(width, overflow="ellipsis")
    return line


def _rate(state: Watched) -> float:
    """Return messages a second over the last ten."""
    last = state.per_second[-10:]
    return sum(last) / max(min(len(last), state.seconds), 1.0)


def _lag(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:,.0f} ms"
