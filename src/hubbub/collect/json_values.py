"""Bytes of JSON → values, and values → what can be relied on, whatever a hostile or careless writer put there.

Numbers beyond 64 bits, NaN and infinities (which JSON forbids and tools write), control characters in texts, lone
surrogates and bytes that are not UTF-8 are read; a value of another type than expected is none at all, never an error.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from hubbub.collect.moments import EARLIEST, LATEST, parse_moment

_DECODE = msgspec.json.Decoder(float_hook=str).decode
_SURROGATES = re.compile("[\ud800-\udfff]")
_FIRST, _LAST = (int(moment.timestamp()) * 1_000_000 for moment in (EARLIEST, LATEST))
_MAX_DIGITS = 18

Fields = dict[str, Any]
"""A JSON object."""


def decode(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    r"""Return the value of JSON; floats keep the digits that were written, as texts.

    Raises
    ------
    ValueError
        When it is not JSON, or nested too deeply to be read ("JSON nested too deeply").

    Examples
    --------
    >>> decode(b'{"a": [1, 2.50, null]}'), decode(rb'{"a": NaN, "b": "\ud83d"}') == {"a": None, "b": "\ufffd"}
    ({'a': [1, '2.50', None]}, True)
    """
    try:
        return _DECODE(raw)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    except (msgspec.MsgspecError, ValueError):
        return _decode_loosely(raw)


def _decode_loosely(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of JSON with NaN, control characters, lone surrogates or bytes that are not UTF-8."""
    try:
        found = json.loads(raw.decode("utf-8", "replace"), strict=False, parse_float=str, parse_constant=lambda _: None)
        return _mend(found)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"not JSON ({str(error).partition(':')[0]})") from None


def _mend(found: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value with U+FFFD for each lone surrogate."""
    if isinstance(found, str):
        return found if found.isascii() else _SURROGATES.sub("\ufffd", found)
    if isinstance(found, list):
        return [_mend(item) for item in found]
    if isinstance(found, dict):
        return {_mend(key): _mend(value) for key, value in found.items()}
    return found


def dig(found: Any, *keys: str | int) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value at a path of keys and places, or None where there is none.

    Examples
    --------
    >>> dig({"a": [{"b": 1}]}, "a", 0, "b"), dig({"a": 5}, "a", "b"), dig([], 0)
    (1, None, None)
    """
    for key in keys:
        if isinstance(key, str):
            found = found.get(key) if isinstance(found, dict) else None
        else:
            found = found[key] if isinstance(found, list) and len(found) > key else None
    return found


def fields(found: Any, *keys: str | int) -> Fields:  # noqa: ANN401 - any JSON value
    """Return the object at a path, or an empty one where there is none."""
    found = dig(found, *keys)
    return found if isinstance(found, dict) else {}


def objects(found: Any, *keys: str | int) -> list[Fields]:  # noqa: ANN401 - any JSON value
    """Return the objects of the list at a path; none where there is no list."""
    found = dig(found, *keys)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(found: Any, *keys: str | int) -> str | None:  # noqa: ANN401 - any JSON value
    """Return the text at a path; a whole number as its digits; None where there is none, or an empty one.

    Examples
    --------
    >>> text({"id": 7}, "id"), text({"id": ""}, "id"), text({"id": True}, "id")
    ('7', None, None)
    """
    found = dig(found, *keys)
    if isinstance(found, str):
        return found or None
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**_MAX_DIGITS:
        return str(found)
    return None


def whole(found: Any, *keys: str | int) -> int | None:  # noqa: ANN401 - any JSON value
    """Return the whole number at a path, also of its digits in a text, or None.

    Examples
    --------
    >>> whole({"n": "12"}, "n"), whole({"n": 12.0}, "n"), whole({"n": "1e400"}, "n"), whole({"n": True}, "n")
    (12, 12, None, None)
    """
    found = dig(found, *keys)
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found if abs(found) < 10**_MAX_DIGITS else None
    if isinstance(found, float):
        return int(found) if found.is_integer() and abs(found) < 10**15 else None
    if isinstance(found, str):
        digits = found.removeprefix("-").removesuffix(".0")
        if len(digits) <= _MAX_DIGITS and digits.isascii() and digits.isdigit():
            return -int(digits) if found.startswith("-") else int(digits)
    return None


def number(found: Any, *keys: str | int) -> float | None:  # noqa: ANN401 - any JSON value
    """Return the number at a path, finite and below a billion, also where it is written in a text, or None.

    Examples
    --------
    >>> number({"t": "2.5"}, "t"), number({"t": "1e400"}, "t"), number({"t": "nan"}, "t")
    (2.5, None, None)
    """
    found = dig(found, *keys)
    if isinstance(found, bool) or not isinstance(found, str | int | float) or len(str(found)[:60]) > 40:
        return None
    try:
        value = float(found)
    except (ValueError, OverflowError):
        return None
    return value if abs(value) < 1e9 else None  # also false for NaN


def moment(found: Any, *keys: str | int) -> int | None:  # noqa: ANN401 - any JSON value
    """Return the moment at a path, in microseconds since 1970 (UTC), as ``moments.parse_moment`` reads it, or None.

    Examples
    --------
    >>> moment({"at": "2020-01-01T00:00:00.5Z"}, "at"), moment({"at": 1577836800500}, "at"), moment({"at": "x"}, "at")
    (1577836800500000, 1577836800500000, None)
    """
    written = text(found, *keys)
    if written is None:
        return None
    if len(written) == 16 and written.isascii() and written.isdigit():  # microseconds, as YouTube writes them
        return int(written) if _FIRST <= int(written) < _LAST else None
    parsed = parse_moment(written)
    return None if parsed is None else round(parsed.timestamp() * 1_000_000)
