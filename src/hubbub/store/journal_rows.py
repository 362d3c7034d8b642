"""Rows as live sources hand them over → rows of the journal: pseudonyms, ids, and moments that can be.

A row without an id gets one as in ``admission``: a hash of what it is, and of the number of equal rows before it. A
moment outside the years 2005 to 2100 is none that a chat can have; such a row, and one with neither moment nor offset,
is placed at the moment of its arrival. Text that no file can hold (lone surrogates) is kept with U+FFFD in its place.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from hubbub.records import RawRow
from hubbub.store.archive import Archive
from hubbub.store.deletions import is_of_viewer
from hubbub.store.journal_database import JournalDatabase, Payload, Removal, Row, checksum, encode_payload, take_back
from hubbub.store.viewers import read_key, viewer_id

_EARLIEST = int(datetime(2005, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_LATEST = int(datetime(2101, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_LONGEST_OFFSET = 1e9
_LARGEST = 2**63 - 1
_LARGEST_SPAN = 2**31 - 1
_ID_BYTES = 10
_MAX_VIEWERS = 200_000
_MAX_EQUAL = 100_000
_MAX_TARGETS = 50_000


@dataclass(slots=True)
class MadeRows:
    """Rows ready to be written, new names behind their pseudonyms, and the deletions among them."""

    rows: list[Row] = field(default_factory=list)
    names: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)


class RowMaker:
    """Makes rows of one archive's journal; remembers viewers, equal rows, and messages taken back before they came."""

    def __init__(self, archive: Archive, database: JournalDatabase) -> None:
        self._key = read_key(archive)
        self._viewers: dict[tuple[str, str | None, str | None], str] = {}
        self._n_equal: OrderedDict[str, int] = OrderedDict()
        self._targets: OrderedDict[tuple[str, str], None] = OrderedDict()
        for platform, target in database.targets():
            self._targets[platform, target] = None

    def make(self, taken: Sequence[tuple[RawRow, int]], first: int) -> MadeRows:
        """Return rows with the sequences ``first`` and on; ``taken`` has each row with its arrival (microseconds)."""
        made = MadeRows()
        keep, viewers = made.rows.append, self._viewers
        for sequence, (row, arrived) in enumerate(taken, first):
            viewer = None
            if row.author or row.author_id:
                # Nearly every row is of a viewer who is known, and this is looked up for each.
                viewer = viewers.get((row.platform, row.author, row.author_id)) or self._new_viewer(row, made)
            try:
                keep(self._make_one(sequence, row, arrived, viewer))
            except UnicodeEncodeError:
                keep(self._make_one(sequence, _printable(row), arrived, viewer))
            if row.kind == "deletion":
                self._note_removal(sequence, row, viewer, made)
        return made

    def _make_one(self, sequence: int, row: RawRow, arrived: int, viewer: str | None) -> Row:
        (kind, platform, channel, stream_id, message_id, sent_at, offset, _, _, roles, badges, event, amount, currency,
         text, emotes, spans, reply_to) = msgspec.structs.astuple(row)  # fmt: skip
        if offset is not None and not abs(offset) < _LONGEST_OFFSET:
            offset = None
        if sent_at is None:
            sent_at = arrived if offset is None else None
        elif not _EARLIEST <= sent_at < _LATEST:
            sent_at = arrived if _EARLIEST <= arrived < _LATEST else None
        if amount is not None and not -_LARGEST <= amount <= _LARGEST:
            amount = None
        if spans and not all(0 <= place <= _LARGEST_SPAN for place in spans):
            spans = None
        if kind == "deletion":
            text = None
        # In the order of Payload, which is written as such an array: making one of each row would cost a fifth more.
        payload = (
            stream_id, channel, sent_at, offset, roles, badges, kind, event, amount, currency, text, emotes, spans,
            reply_to, False,
        )  # fmt: skip
        if not message_id:
            message_id = self._derived_id(platform, Payload(*payload), viewer)
        if self._targets and (platform, message_id) in self._targets:
            packed = encode_payload(take_back(Payload(*payload)))
        else:
            packed = encode_payload(payload)
        return (
            sequence, platform, message_id, viewer, packed, checksum(sequence, platform, message_id, viewer, packed),
        )  # fmt: skip

    def _new_viewer(self, row: RawRow, made: MadeRows) -> str:
        key = (row.platform, row.author, row.author_id)
        if len(self._viewers) >= _MAX_VIEWERS:
            self._viewers.clear()
        viewer = self._viewers[key] = viewer_id(self._key, *key)
        names = [name and _valid(name) for name in key[1:]]
        made.names.append((viewer, _valid(row.platform), names[0], names[1]))
        return viewer

    def _derived_id(self, platform: str, payload: Payload, viewer: str | None) -> str:
        parts = (
            platform, payload.stream_id, payload.channel, payload.sent_at, payload.offset_seconds, viewer, payload.kind,
            payload.event, payload.amount, payload.text, payload.reply_to,
        )  # fmt: skip
        identity = "\x1f".join("" if part is None else str(part) for part in parts)
        derived = hashlib.blake2b(identity.encode(), digest_size=_ID_BYTES).hexdigest()
        n_before = self._n_equal.pop(derived, 0)
        self._n_equal[derived] = n_before + 1
        if len(self._n_equal) > _MAX_EQUAL:
            self._n_equal.popitem(last=False)
        return f"{derived}-{n_before}" if n_before else derived

    def _note_removal(self, sequence: int, row: RawRow, viewer: str | None, made: MadeRows) -> None:
        if row.reply_to:
            target = _valid(row.reply_to)
            self._targets[row.platform, target] = None
            if len(self._targets) > _MAX_TARGETS:
                self._targets.popitem(last=False)
            made.removals.append(Removal(sequence, row.platform, target, None, row.stream_id))
        elif viewer is not None and is_of_viewer(row.event):
            made.removals.append(Removal(sequence, row.platform, None, viewer, row.stream_id))


def _printable(row: RawRow) -> RawRow:
    """Return a row whose strings can all be written as UTF-8."""
    fields = {}
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if isinstance(value, str):
            value = _valid(value)
        elif isinstance(value, list):
            value = [_valid(item) if isinstance(item, str) else item for item in value]
        fields[name] = value
    return RawRow(**fields)


def _valid(text: str) -> str:
    r"""Return text with each lone surrogate replaced.

    Examples
    --------
    >>> _valid("a\ud800b") == "a\ufffdb"
    True
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
