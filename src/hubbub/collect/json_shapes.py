"""Objects of JSON of one tool → columns of texts, many times faster than object by object, with the same result.

The objects that one tool writes have the same keys. From the keys met so far a typed structure is made: those that
``columns.KNOWN_NAMES`` knows are decoded, all others skipped without being built; an object inside an object, such as
an author, is read once for all that have the same. A whole stretch of objects is decoded by one call. Where that fails
(a new key, another type, broken JSON) new keys are learned, lines are decoded one by one, and what still does not fit
is left to ``json_chat.Objects``, which reads anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
import polars as pl

from hubbub.collect.columns import find_known
from hubbub.collect.json_stretch import BROKEN, Stretch
from hubbub.collect.rows import TYPED

MAX_KEYS = 100
"""The most keys of a shape; objects with more are read one by one."""

FLAGS = {"isChatOwner": "owner", "isChatModerator": "moderator", "isChatSponsor": "member", "isVerified": "verified"}
"""Flags of an author, as pytchat writes them, and the roles that they mean."""

MAX_OBJECTS = 100_000
"""Distinct objects inside objects that are remembered, per key."""

MAX_UNFIT = 0.2
"""The largest share of lines that do not fit their shape; beyond it all are read one by one."""


_FEW = 100
"""Objects whose keys are learned before all of a stretch are looked at."""

AsText = Callable[[Any, bool], str | None]
LookIn = Callable[[dict[str, Any], str], Any]
Nested = dict[str, dict[str, tuple[str, ...]]]


class Shapes:
    """Decodes objects by the keys met so far.

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
        self._shape: type | None = None
        self._decoder = self._array_decoder = msgspec.json.Decoder[Any]()
        self._decode_inner = msgspec.json.Decoder(float_hook=str).decode
        self._inner: dict[str, _Inner] = {key: _Inner(names) for key, names in nested.items()}

    def read(self, stretch: Stretch, first_row: int) -> tuple[pl.DataFrame, list[int]] | None:
        """Return the texts of objects under our names, and the places of lines that are to be read one by one.

        The frame's ``row`` counts from ``first_row``. None where the objects are of no common shape.
        """
        for inner in self._inner.values():
            if len(inner.codes) > MAX_OBJECTS:
                inner.clear()
        places = pl.Series(np.arange(len(stretch)))
        decoded, pieces = self._decode_all(stretch), list[bytes]()
        for n_looked_at in (_FEW, len(stretch)):
            if decoded is None:
                pieces = pieces or stretch.pieces()
                if self._learn(pieces[:n_looked_at]):  # the new keys may have been all that was strange
                    decoded = self._decode_all(stretch)
        if decoded is not None:
            return self._as_frame(*decoded, first_row, places, [])
        if self._shape is None or not stretch.is_lines:
            return None
        found, unfit = self._try_each(pieces)
        if not found or len(unfit) > MAX_UNFIT * len(stretch):
            return None
        is_fit = pl.repeat(value=True, n=len(stretch), eager=True).scatter(unfit, values=False)
        return self._as_frame(found, self._meet(found), first_row, places.filter(is_fit), unfit)

    def _decode_all(self, stretch: Stretch) -> tuple[list[Any], dict[str, list[bytes]]] | None:
        """Return all objects of a stretch, and the objects inside them as ``_meet`` does; None where not all fit."""
        if self._shape is None:
            return None
        try:
            found = stretch.decode(self._decoder, self._array_decoder)
            return found, self._meet(found)
        except BROKEN:
            return None

    def _try_each(self, lines: Sequence[bytes]) -> tuple[list[Any], list[int]]:
        """Return the lines that fit, and the places of those that do not."""
        decode, found, unfit = self._decoder.decode, [], []
        for place, line in enumerate(lines):
            try:
                one = decode(line)
                self._meet([one])
                found.append(one)
            except BROKEN:
                unfit.append(place)
        return found, unfit

    def _learn(self, pieces: Sequence[bytes]) -> bool:
        """Make the structure of all keys met, none where there are too many; return whether there was a new one."""
        n_before = len(self._keys)
        for piece in pieces:
            try:
                keys = _KEYS.decode(piece)
            except BROKEN:
                continue
            if keys.keys() - self._keys.keys():
                for key in keys:
                    self._keys.setdefault(key, f"f{len(self._keys)}")
            if len(self._keys) > MAX_KEYS:
                self._shape = None
                return False
        if len(self._keys) == n_before:
            return False
        fields = [(name, *self._type(key)) for key, name in self._keys.items()]
        names = {name: key for key, name in self._keys.items()}
        self._shape = msgspec.defstruct("Shape", fields, rename=names, forbid_unknown_fields=True, gc=False)
        self._decoder = msgspec.json.Decoder(self._shape, float_hook=str)
        self._array_decoder = msgspec.json.Decoder(list[self._shape], float_hook=str)  # type: ignore[name-defined]
        return True

    def _type(self, key: str) -> tuple[Any, Any]:
        """Return the type of a key's values and what stands for none; whether there is a text counts, even a null."""
        known = find_known(key)
        if known and known[0] == "text":
            return Any, msgspec.UNSET
        return msgspec.Raw if known is None or key in self._nested else Any, None

    def _meet(self, found: Sequence[Any]) -> dict[str, list[bytes]]:
        """Return the objects inside objects as they are written, by key; those not met before are read.

        Raises
        ------
        msgspec.MsgspecError, ValueError, RecursionError
            When one of them is broken.
        """
        met = {
            key: _bytes(list(map(attrgetter(name), found))) for key, name in self._keys.items() if key in self._nested
        }
        for key, raws in met.items():
            inner = self._inner[key]
            if fresh := set(raws) - inner.codes.keys():
                inner.add({raw: self._decode_inner(raw) if raw else None for raw in fresh}, self._text_in)
        return met

    def _text_in(self, value: Any, ours: str, names: tuple[str, ...]) -> str | None:  # noqa: ANN401
        if not isinstance(value, dict):
            return None
        texts = (self._as_text(self._look_in(value, name), ours in self._lists) for name in names)
        return next((text for text in texts if text), None)

    def _as_frame(
        self, found: list[Any], met: dict[str, list[bytes]], first_row: int, places: pl.Series, unfit: list[int]
    ) -> tuple[pl.DataFrame, list[int]] | None:
        """Return the columns of decoded objects; None where an object says one thing in two ways."""
        ranked: dict[str, list[tuple[int, pl.Series]]] = {}
        told = pl.repeat(value=False, n=len(found), eager=True)
        nested: dict[str, pl.Series] = {}
        for known, key in self._by_rank():
            if known is not None and key not in met and _is_whole(ranked.get(known[0])):
                continue  # a better known key says it for every object
            if key in met:
                inner, values = self._unfold(key, met[key])
                for ours, column in inner.items():
                    if ours in nested:
                        return None
                    nested[ours] = column
                if values is None:
                    continue
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
        return self._leave_out(columns, first_row, places, unfit, told)

    def _by_rank(self) -> list[tuple[tuple[str, int] | None, str]]:
        """Return the keys that say something, with our name and its rank, the best known first."""
        known = [(find_known(key), key) for key in self._keys]
        told = [pair for pair in known if pair[0] is not None or pair[1] in self._nested]
        return sorted(told, key=lambda pair: pair[0][1] if pair[0] else 0)

    def _leave_out(
        self, columns: dict[str, pl.Series], first_row: int, places: pl.Series, unfit: list[int], told: pl.Series
    ) -> tuple[pl.DataFrame, list[int]]:
        """Return the columns as a frame, without the objects that hold no message; these are rejected one by one."""
        frame = pl.DataFrame({"row": places + first_row, **columns})
        said = told
        for ours in ("event", "amount", "bits") if not said.all() else ():
            if ours in columns:
                said = said | (columns[ours].cast(pl.String).fill_null("") != "")
        if not said.all():
            unfit = sorted([*unfit, *places.filter(~said)])
            frame = frame.filter(said)
        return frame, unfit

    def _as_column(self, values: list[Any], ours: str) -> pl.Series:
        """Return values as texts or, where all are whole numbers and may stay so, as these."""
        types = set(map(type, values)) - {type(None)}
        if types <= {str}:
            return pl.Series(values, dtype=pl.String)
        if types == {int} and ours in TYPED:
            try:
                return pl.Series(values, dtype=pl.Int64)
            except (OverflowError, TypeError, pl.exceptions.PolarsError):
                pass  # beyond 64 bits
        is_list = ours in self._lists
        texts = [None if value is None else self._as_text(value, is_list) for value in values]
        return pl.Series(texts, dtype=pl.String)

    def _unfold(self, key: str, raws: list[bytes]) -> tuple[dict[str, pl.Series], list[Any] | None]:
        """Return the columns inside objects, and the values that are none; None where all are objects."""
        inner = self._inner[key]
        codes = list(map(inner.codes.__getitem__, raws))
        values = list(map(inner.others.get, codes)) if inner.others else None
        if values and inner.others.keys() >= set(codes):
            return {}, values
        places = pl.Series(codes, dtype=pl.Int32)
        return {ours: column.gather(places) for ours, column in inner.columns.items()}, values


class _Inner:
    """What was met under a key that may hold objects: each thing once, as written, with the texts in it.

    Attributes
    ----------
    codes : dict of bytes to int
        What was written → its place in the columns.
    columns : dict of str to polars.Series
        Our name → the texts.
    others : dict of int to object
        The values that are no objects.
    """

    def __init__(self, names: dict[str, tuple[str, ...]]) -> None:
        self._names = names
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.codes: dict[bytes, int] = {}
        self.columns = {ours: pl.Series(ours, [], pl.String) for ours in self._names}
        self.others: dict[int, Any] = {}

    def add(self, values: dict[bytes, Any], text_in: Callable[[Any, str, tuple[str, ...]], str | None]) -> None:
        """Take values that are new, by how they are written."""
        for raw, value in values.items():
            if not isinstance(value, dict):
                self.others[len(self.codes)] = value
            self.codes[raw] = len(self.codes)
        for ours, names in self._names.items():
            texts = [text_in(value, ours, names) for value in values.values()]
            self.columns[ours] = pl.concat([self.columns[ours], pl.Series(ours, texts, pl.String)], rechunk=True)


_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])


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
