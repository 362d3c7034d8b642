"""Lines of JSON of one tool → columns of texts, many times faster than object by object, with the same result.

The lines that one tool writes have the same keys. From the keys met so far a typed structure is made: those that
``columns.KNOWN_NAMES`` knows are decoded, all others skipped without being built; an object inside a line, such as an
author, is read once for all the lines that have the same. A line that does not fit (a new key, another type, broken
JSON) is left to ``json_chat.Objects``, which reads anything; new keys are learned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import polars as pl

from hubbub.collect.columns import find_known
from hubbub.collect.rows import TYPED

MAX_KEYS = 100
"""The most keys of a shape; lines with more are read object by object."""

FLAGS = {"isChatOwner": "owner", "isChatModerator": "moderator", "isChatSponsor": "member", "isVerified": "verified"}
"""Flags of an author, as pytchat writes them, and the roles that they mean."""

MAX_OBJECTS = 100_000
"""Distinct objects inside lines that are remembered, per key."""

MAX_UNFIT = 0.2
"""The largest share of lines that do not fit their shape; beyond it all are read object by object."""


AsText = Callable[[Any, bool], str | None]
LookIn = Callable[[dict[str, Any], str], Any]
Nested = dict[str, dict[str, tuple[str, ...]]]


class Shapes:
    """Decodes lines by the keys met so far.

    Parameters
    ----------
    as_text : callable
        A value, and whether its column holds lists → its text, or None.
    nested : dict
        Keys whose value may be an object: where our names are in it.
    look_in : callable
        An object and a name → the value under it.
    lists : frozenset of str
        Our names of columns that hold lists.
    """

    def __init__(self, as_text: AsText, nested: Nested, lists: frozenset[str], look_in: LookIn) -> None:
        self._as_text, self._nested, self._lists, self._look_in = as_text, nested, lists, look_in
        self._keys: dict[str, str] = {}
        self._decode: Callable[[bytes], Any] | None = None
        self._decode_inner = msgspec.json.Decoder(float_hook=str).decode
        self._inner: dict[str, dict[bytes, tuple[Any, ...]]] = {key: {} for key in nested}

    def read(self, lines: Sequence[bytes]) -> tuple[pl.DataFrame, list[int]] | None:
        """Return the texts of lines under our names, and the places of lines that are to be read one by one.

        The frame's ``place`` is the place of its line. None where the lines are of no common shape.
        """
        for known in self._inner.values():
            if len(known) > MAX_OBJECTS:
                known.clear()
        try:
            if self._decode is None:
                raise ValueError("no shape yet")
            found = [self._decode(line) for line in lines]
            met = self._meet(found)
            places, unfit = list(range(len(lines))), list[int]()
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self._learn(lines)
            if self._decode is None:
                return None
            found, places, unfit = self._try_each(lines)
            met = self._meet(found)
        if not found or len(unfit) > MAX_UNFIT * len(lines):
            return None
        return self._as_frame(found, met, places, unfit)

    def _learn(self, lines: Sequence[bytes]) -> None:
        """Make the structure of all keys met; none where there are too many."""
        n_before = len(self._keys)
        decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        for line in lines:
            try:
                keys = decode(line)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue
            if keys.keys() - self._keys.keys():
                for key in keys:
                    self._keys.setdefault(key, f"f{len(self._keys)}")
            if len(self._keys) > MAX_KEYS:
                self._decode = None
                return
        if len(self._keys) > n_before:
            fields = [(name, *self._type(key)) for key, name in self._keys.items()]
            shape = msgspec.defstruct(
                "Shape",
                fields,
                rename={name: key for key, name in self._keys.items()},
                forbid_unknown_fields=True,
                gc=False,
            )
            self._decode = msgspec.json.Decoder(shape, float_hook=str).decode

    def _type(self, key: str) -> tuple[Any, Any]:
        """Return the type of a key's values and what stands for none; whether there is a text counts, even a null."""
        known = find_known(key)
        if known and known[0] == "text":
            return Any, msgspec.UNSET
        return msgspec.Raw if known is None or key in self._nested else Any, None

    def _meet(self, found: Sequence[Any]) -> dict[str, list[bytes]]:
        """Return the objects inside lines as they are written, by key; those not met before are read.

        Raises
        ------
        msgspec.DecodeError
            When one of them is broken.
        """
        met = {
            key: _bytes(list(map(attrgetter(name), found))) for key, name in self._keys.items() if key in self._nested
        }
        for key, raws in met.items():
            known = self._inner[key]
            for raw in set(raws) - known.keys():
                value = self._decode_inner(raw) if raw else None
                texts = [self._text_in(value, names, ours in self._lists) for ours, names in self._nested[key].items()]
                known[raw] = (*texts, None if isinstance(value, dict) else value, isinstance(value, dict))
        return met

    def _text_in(self, value: Any, names: tuple[str, ...], is_list: bool) -> str | None:  # noqa: ANN401
        if not isinstance(value, dict):
            return None
        texts = (self._as_text(self._look_in(value, name), is_list) for name in names)
        return next((text for text in texts if text), None)

    def _try_each(self, lines: Sequence[bytes]) -> tuple[list[Any], list[int], list[int]]:
        """Return what fits, where it is, and where what does not fit is."""
        decode = self._decode
        if decode is None:
            raise ValueError("lines are tried once their shape is known")
        found, places, unfit = [], [], []
        for place, line in enumerate(lines):
            try:
                one = decode(line)
                self._meet([one])
                found.append(one)
                places.append(place)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                unfit.append(place)
        return found, places, unfit

    def _as_frame(
        self, found: list[Any], met: dict[str, list[bytes]], places: list[int], unfit: list[int]
    ) -> tuple[pl.DataFrame, list[int]] | None:
        """Return the columns of decoded lines; None where a line says one thing in two ways."""
        ranked: dict[str, list[tuple[int, pl.Series]]] = {}
        told = pl.repeat(value=False, n=len(found), eager=True)
        nested: dict[str, pl.Series] = {}
        for known, key in self._by_rank():
            if known is not None and key not in met and _is_whole(ranked.get(known[0])):
                continue  # a better known key says it for every line
            if key in met:
                inner, values = self._unfold(key, met[key])
                for ours, column in inner.items():
                    if ours in nested:
                        return None
                    nested[ours] = column
            else:
                values = list(map(attrgetter(self._keys[key]), found))
            if known is not None:
                ours, rank = known
                if ours == "text" and not set(map(type, values)) <= {str, type(None)}:
                    absent = [value is msgspec.UNSET or isinstance(value, dict) for value in values]
                    values = [None if gone else value for gone, value in zip(absent, values, strict=True)]
                    told = told | ~pl.Series(absent, dtype=pl.Boolean)
                elif ours == "text":
                    told = pl.repeat(value=True, n=len(found), eager=True)
                ranked.setdefault(ours, []).append((rank, self._as_column(values, ours)))
        columns = {ours: _first_of(pairs) for ours, pairs in ranked.items()}
        for ours, column in nested.items():
            if ours in columns and (columns[ours].is_not_null() & column.is_not_null()).any():
                return None
            columns[ours] = _first_of([(0, columns[ours]), (1, column)]) if ours in columns else column
        return self._leave_out(columns, places, unfit, told)

    def _by_rank(self) -> list[tuple[tuple[str, int] | None, str]]:
        """Return the keys that say something, with our name and its rank, the best known first."""
        known = [(find_known(key), key) for key in self._keys]
        told = [pair for pair in known if pair[0] is not None or pair[1] in self._nested]
        return sorted(told, key=lambda pair: pair[0][1] if pair[0] else 0)

    def _leave_out(
        self, columns: dict[str, pl.Series], places: list[int], unfit: list[int], told: pl.Series
    ) -> tuple[pl.DataFrame, list[int]]:
        """Return the columns as a frame, without the lines that hold no message; these are rejected one by one."""
        frame = pl.DataFrame({"place": pl.Series(places, dtype=pl.Int64), **columns})
        said = told
        for ours in ("event", "amount", "bits"):
            if ours in columns:
                said = said | (columns[ours].cast(pl.String).fill_null("") != "")
        if not said.all():
            unfit = sorted([*unfit, *frame.filter(~said)["place"]])
            frame = frame.filter(said)
        return frame, unfit

    def _as_column(self, values: list[Any], ours: str) -> pl.Series:
        """Return values as texts or, where all are whole numbers and may stay so, as these."""
        try:
            return pl.Series(values, dtype=pl.String, strict=True)
        except (TypeError, pl.exceptions.PolarsError):
            types = set(map(type, values)) - {type(None)}
        if types == {int} and ours in TYPED:
            try:
                return pl.Series(values, dtype=pl.Int64)
            except (OverflowError, TypeError, pl.exceptions.PolarsError):
                pass  # beyond 64 bits
        is_list = ours in self._lists
        texts = [None if value is None else self._as_text(value, is_list) for value in values]
        return pl.Series(texts, dtype=pl.String)

    def _unfold(self, key: str, raws: list[bytes]) -> tuple[dict[str, pl.Series], list[Any]]:
        """Return the columns inside objects, and the values that are none."""
        known = self._inner[key]
        codes = {raw: code for code, raw in enumerate(dict.fromkeys(raws))}
        places = pl.Series(list(map(codes.__getitem__, raws)), dtype=pl.Int32)
        *inner, _, is_object = zip(*[known[raw] for raw in codes], strict=True)
        values = [None] * len(raws) if all(is_object) else [known[raw][-2] for raw in raws]
        if not any(is_object):
            return {}, values
        texts = zip(self._nested[key], inner, strict=True)
        return {ours: pl.Series(column, dtype=pl.String).gather(places) for ours, column in texts}, values


def _is_whole(ranked: list[tuple[int, pl.Series]] | None) -> bool:
    """Return whether a column already has a value in every row."""
    return bool(ranked) and any(not column.null_count() for _, column in ranked or ())


def _bytes(raws: list[Any]) -> list[bytes]:
    """Return what each msgspec.Raw holds; nothing for a key that a line does not have."""
    try:
        return list(map(bytes, raws))
    except TypeError:
        return [bytes(raw) if raw is not None else b"" for raw in raws]


def _first_of(ranked: list[tuple[int, pl.Series]]) -> pl.Series:
    """Return the value of each row that is not null and of the best rank."""
    best, *others = [column for _, column in sorted(ranked, key=lambda pair: pair[0])]
    for other in others:
        if best.null_count() and (best.is_null() & other.is_not_null()).any():
            pair = [best, other] if best.dtype == other.dtype else [best.cast(pl.String), other.cast(pl.String)]
            best = pl.select(pl.coalesce(pair)).to_series()
    return best
