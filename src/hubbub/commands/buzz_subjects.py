"""What people watch ("brand", "#tag", "channel:name", "theme:7", "live-theme:7") → which messages are about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hubbub.errors import HubbubError

if TYPE_CHECKING:
    import polars as pl

    from hubbub.store.archive import Archive

_MAX_LETTERS = 100
_MOST_THEMES = 50
"""Themes of a stream that are watched when no subject is named: more subjects make each alert harder to raise."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to watch.

    Attributes
    ----------
    name : str
        As it is shown.
    kind : {"phrase", "channel", "theme", "live-theme"}
        A theme is of `hubbub find-topics`, a live theme of `hubbub follow`.
    value : str or int
        The phrase, the channel, or the number of the theme.
    stream_id : str or None
        The stream of a theme.
    """

    name: str
    kind: Literal["phrase", "channel", "theme", "live-theme"]
    value: str | int
    stream_id: str | None = None

    def is_about(self) -> pl.Expr:
        """Return which messages are about it: an expression on columns of a timeline."""
        import polars as pl

        if self.kind == "channel":
            return pl.col("channel").str.to_lowercase() == str(self.value).lower()
        if self.kind in ("theme", "live-theme"):
            column = "theme_id" if self.kind == "theme" else "live_theme_id"
            return (pl.col(column) == self.value) & (pl.col("stream_id") == self.stream_id)
        # No letter or digit beside it, so that "apple" is not found in "pineapple"; # and @ may stand before it.
        return pl.col("text").str.contains(
            rf"(?i)(?:^|[^\p{{L}}\p{{N}}_]){_escape(str(self.value))}(?:$|[^\p{{L}}\p{{N}}_])"
        )


def choose_subjects(store: Archive, wanted: Sequence[str], streams: Sequence[str]) -> list[Subject]:
    """Return the subjects of these names; without any, the channels and the largest themes of the streams.

    Raises
    ------
    HubbubError
        When a name is empty or too long, a theme does not exist, or several streams have a theme of that number.
    """
    import polars as pl

    if wanted:
        return [_read_subject(store, name, streams) for name in dict.fromkeys(wanted)]
    channels = store.read("messages", list(streams), ["channel"])["channel"].drop_nulls().unique().sort().to_list()
    found = [Subject(f"channel:{name}", "channel", name) for name in channels]
    themes = store.read("themes", list(streams), ["stream_id", "theme_id", "label", "n_messages"])
    largest = themes.sort("n_messages", descending=True, maintain_order=True).filter(
        pl.int_range(pl.len()).over("stream_id") < _MOST_THEMES
    )
    for stream, theme, label in largest.sort("stream_id", "theme_id").select("stream_id", "theme_id", "label").rows():
        found.append(Subject(f"theme:{theme} {label}", "theme", theme, stream))
    return found


def _read_subject(store: Archive, name: str, streams: Sequence[str]) -> Subject:

    text = " ".join(name.split())
    if not 0 < len(text) <= _MAX_LETTERS:
        raise HubbubError(f"A subject must have 1 to {_MAX_LETTERS} letters; this one has {len(text)}.")
    if text.lower().startswith("channel:"):
        return Subject(text, "channel", text[len("channel:") :].strip())
    if text.lower().startswith(("theme:", "live-theme:")):
        kind, number = text.lower().split(":", 1)
        return _read_theme(store, "theme" if kind == "theme" else "live-theme", number.strip(), streams)
    return Subject(text, "phrase", text)


def _read_theme(store: Archive, kind: Literal["theme", "live-theme"], number: str, streams: Sequence[str]) -> Subject:
    import polars as pl

    table, command = ("themes", "topics") if kind == "theme" else ("live_themes", "live-topics")
    if not re.fullmatch(r"\d{1,18}", number):
        raise HubbubError(f"A theme is named by its number, as {kind}:7; this was '{number}'. See: hubbub {command}")
    rows = store.read(table, list(streams), ["stream_id", "theme_id", "label"])
    rows = rows.filter(pl.col("theme_id") == int(number))
    if rows.height != 1:
        places = f"{rows.height} streams have" if rows.height else "no stream has"
        raise HubbubError(f"{kind}:{number} must be of one stream, but {places} it. Name one with --streams.")
    return Subject(f"{kind}:{number} {rows['label'][0]}", kind, int(number), rows["stream_id"][0])


def _escape(phrase: str) -> str:
    """Return the phrase as a pattern that means itself; any run of blanks matches a blank."""
    return r"\s+".join(re.sub(r"([^\w\s])", r"\\\1", word) for word in phrase.split())
