"""What a JSON value of a platform gives: rows, what was not known in it, and what to say about it."""

from __future__ import annotations

from typing import Any

import msgspec

from hubbub.records import RawRow

NO_CHAT = "responses without chat"


class Found(msgspec.Struct, kw_only=True):
    """What was found in one JSON value.

    Attributes
    ----------
    rows : list of RawRow
        In the order of the value.
    copies : list of RawRow
        What repeats a message that was sent already or is sent besides, such as YouTube's ticker: to be kept only
        where no row has its ``message_id``.
    unknown : list of (str, value)
        Name and value of each shape that is not known; to be kept as they are, never dropped.
    remarks : list of str
        What to count in the notes: "responses without chat".
    """

    rows: list[RawRow] = []
    copies: list[RawRow] = []
    unknown: list[tuple[str, Any]] = []
    remarks: list[str] = []
