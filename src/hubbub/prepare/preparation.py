"""Turn messages into the table ``prepared``: the settings and the two entry points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hubbub.errors import ArtifactError
from hubbub.prepare.context import read_context
from hubbub.prepare.reading import SEPARATOR, Reader, Reading, make_text_id, read_all
from hubbub.records import TABLES, check_frame

VERSION = 1
"""The version of the rules; raised when the same text would get another clean text or another ``text_id``."""

_WAYS = ("placeholder", "remove")
CHATTED = ("message", "donation", "subscription", "gift", "membership")
"""Kinds whose text a viewer wrote."""
_PREPARED = tuple(TABLES["prepared"].columns)[2:]


@dataclass(frozen=True, slots=True)
class Preparation:
    """How texts are prepared; saved with every model that was trained on them.

    Attributes
    ----------
    mentions : {"placeholder", "remove"}
        Whether ``@name`` becomes ``<mention>`` or nothing.
    links : {"placeholder", "remove"}
        Whether a link becomes ``<url>`` or nothing.
    max_mentions : int
        A message with more is left out.
    max_links : int
        A message with more is left out.
    version : int
        Of the rules.
    """

    mentions: str = "placeholder"
    links: str = "placeholder"
    max_mentions: int = 3
    max_links: int = 3
    version: int = VERSION

    def __post_init__(self) -> None:
        for name in ("mentions", "links"):
            if getattr(self, name) not in _WAYS:
                raise ValueError(f"{name} must be one of {', '.join(_WAYS)}, was {getattr(self, name)!r}.")
        for name in ("max_mentions", "max_links"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, was {getattr(self, name)}.")

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Preparation:
        """Return the preparation that ``as_dict`` gave.

        Raises
        ------
        ArtifactError
            When a setting is unknown or the rules are of another version than this hubbub's.
        """
        unknown = sorted(set(settings) - set(cls.__dataclass_fields__))
        if unknown:
            raise ArtifactError(
                f"A preparation has the settings {', '.join(cls.__dataclass_fields__)}; unknown: {', '.join(unknown)}. "
                "Use the version of hubbub that made the artifact."
            )
        if settings.get("version", VERSION) != VERSION:
            raise ArtifactError(
                f"This hubbub prepares texts by version {VERSION} of the rules, the artifact needs version "
                f"{settings['version']}. Train it again, or use the version of hubbub that made it."
            )
        return cls(**settings)


@dataclass(frozen=True, slots=True)
class _Read:
    """Distinct texts as read, and the distinct text of each row (-1 where there is none)."""

    readings: list[Reading]
    languages: list[str | None]
    row: NDArray[np.int64]


def _known_names(emotes: Iterable[Iterable[str] | None] | None, n: int) -> list[tuple[str, ...]]:
    """Return the different names given for each text, in order of the alphabet."""
    if emotes is None:
        return [()] * n
    if isinstance(emotes, pl.Series):
        if emotes.dtype == pl.Null or emotes.list.len().sum() == 0:
            return [()] * n
        emotes = emotes.to_list()
    names = [tuple(sorted({name for name in given if name is not None})) if given else () for given in emotes]
    if len(names) != n:
        raise ValueError(f"emotes must have one entry per text ({n}), had {len(names)}.")
    return names


def _read_distinct(preparation: Preparation, texts: Sequence[str | None], names: Sequence[tuple[str, ...]]) -> _Read:
    """Return what each distinct pair of text and given emotes says."""
    places: dict[tuple[str, tuple[str, ...]], int] = {}
    row = np.fromiter(
        (
            -1 if text is None else places.setdefault((text, given), len(places))
            for text, given in zip(texts, names, strict=True)
        ),
        dtype=np.int64,
        count=len(texts),
    )
    reader = Reader(preparation.mentions == "placeholder", preparation.links == "placeholder")
    readings, languages = read_all(
        reader, [text for text, _ in places], [frozenset(given) for _, given in places] if any(names) else None
    )
    return _Read(readings, languages, row)


def why_left_out(preparation: Preparation, reading: Reading) -> str | None:
    """Return why a text is kept out of topics, or None."""
    if not reading.clean:
        return "nothing left"
    if reading.n_mentions > preparation.max_mentions:
        return f"more than {preparation.max_mentions} mentions"
    if reading.n_links > preparation.max_links:
        return f"more than {preparation.max_links} links"
    return None


def _make_frame(preparation: Preparation, read: _Read) -> pl.DataFrame:
    """Return the prepared columns, row by row; a row without text is an event."""
    readings = read.readings
    columns: dict[str, list[Any]] = {
        "clean_text": [reading.clean or None for reading in readings],
        "text_id": [make_text_id(reading.key) if reading.clean else None for reading in readings],
        "language": list(read.languages),
        "message_type": [reading.message_type for reading in readings],
        "left_out": [why_left_out(preparation, reading) for reading in readings],
    }
    for name, absent in zip(columns, (None, None, None, "event", "no text"), strict=True):
        columns[name].append(absent)
    series = {name: pl.Series(name, values, dtype=pl.String) for name, values in columns.items()}
    emotes = pl.Series("emotes", [*(reading.emotes for reading in readings), ""]).str.split(SEPARATOR)
    distinct = pl.DataFrame(series | {"emotes": emotes.list.filter(pl.element() != "")}).select(_PREPARED)
    return distinct[np.where(read.row < 0, len(readings), read.row)]


def prepare_texts(
    preparation: Preparation,
    texts: pl.Series | Sequence[str | None],
    emotes: pl.Series | Sequence[Sequence[str] | None] | None = None,
) -> pl.DataFrame:
    """Return each text cleaned and told apart, from the text alone.

    Parameters
    ----------
    preparation : Preparation
        The settings.
    texts : polars.Series or sequence of str or None
        As somebody typed them; any characters. Each distinct pair of text and emotes is worked out once.
    emotes : polars.Series or sequence of sequences of str, optional
        Names that the platform marked as emotes in each text.

    Returns
    -------
    polars.DataFrame
        ``clean_text, text_id, language, message_type, emotes, left_out`` as in the table ``prepared``, row by row.
        Poll answers, copypasta and bots need other messages: see ``prepare_stream``.

    Examples
    --------
    >>> frame = prepare_texts(Preparation(), ["Salut @bob !!!!", "c'est quoi ce jeu", "LUL LUL LUL", "mdrrrrr"])
    >>> frame["clean_text"].to_list()
    ['Salut <mention> !', "c'est quoi ce jeu", 'LUL', 'mdr']
    >>> frame["message_type"].to_list()
    ['greeting', 'question', 'emote_only', 'reaction']
    """
    given = texts.to_list() if isinstance(texts, pl.Series) else list(texts)
    return _make_frame(preparation, _read_distinct(preparation, given, _known_names(emotes, len(given))))


def prepare_stream(preparation: Preparation, messages: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``prepared`` for rows of ``messages``, in the same order.

    To what ``prepare_texts`` tells it adds what other messages of the same stream tell: poll answers, copypasta, bots
    and languages of short texts (see ``context``). Streams do not matter to each other. Viewers, times and roles may
    be missing; then what needs them is not found.

    Parameters
    ----------
    preparation : Preparation
        The settings.
    messages : polars.DataFrame
        The columns of the table ``messages``.
    """
    check_frame(TABLES["messages"], messages)
    texts = messages["text"].to_list()
    read = _read_distinct(preparation, texts, _known_names(messages["emotes"], len(texts)))
    frame = _make_frame(preparation, read)
    said = messages["kind"].is_in(CHATTED).fill_null(value=False).to_numpy()
    chatted = messages["kind"].is_in(("message", "donation")).fill_null(value=False).to_numpy()
    has_text = np.fromiter(
        (text is not None and bool(text.strip()) for text in texts), dtype=np.bool_, count=len(texts)
    )
    is_event = ~(said & has_text) & ~(chatted & ~has_text)
    found = read_context(messages, read.readings, read.languages, np.where(is_event, -1, read.row))
    columns = [
        pl.Series("language", found.languages, dtype=pl.String),
        _overrule(
            frame["message_type"], ("copypasta", found.copies), ("poll_answer", found.polls), ("bot", found.bots)
        ),
        _overrule(frame["left_out"], ("bot", found.bots & ~is_event)),
    ]
    frame = frame.with_columns(columns)
    frame = frame.with_columns(
        _overrule(frame["message_type"], ("event", is_event)), _overrule(frame["left_out"], ("event", is_event))
    )
    return check_frame(
        TABLES["prepared"], pl.concat([messages.select("message_id", "stream_id"), frame], how="horizontal")
    )


def _overrule(column: pl.Series, *changes: tuple[str, NDArray[np.bool_]]) -> pl.Series:
    """Return the column with a value wherever a mask says so; later masks win."""
    for value, mask in changes:
        column = (
            column.to_frame()
            .select(pl.when(pl.Series(mask)).then(pl.lit(value)).otherwise(pl.col(column.name)).alias(column.name))
            .to_series()
        )
    return column
