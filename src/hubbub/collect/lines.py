"""Bytes of a plain text with one message a line → batches of rows."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from hubbub.collect.rows import BROKEN, MAX_TEXT_BYTES, OVERLONG_LINE, TORN, Batch, Notes, RowReader
from hubbub.collect.unpack import Chunks, cut_lines

BLOCK_BYTES = 4 << 20


def read_lines(chunks: Chunks, notes: Notes, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Batch]:
    """Yield the batches of a plain text with one message a line; blank lines are none. A row's number is its line's."""
    reader, row = RowReader(notes), 0
    for lines, is_torn in cut_lines(chunks, block_bytes):
        if row == 0 and lines:
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
        rows, texts, rejects = [], [], []
        for position, line in enumerate(lines, 1):
            raw = line.removesuffix(b"\r")
            if len(raw) > MAX_TEXT_BYTES or (is_torn and position == len(lines)):
                reason = OVERLONG_LINE if len(raw) > MAX_TEXT_BYTES else TORN
                rejects.append((row + position, reason, raw[:2_000].decode("utf-8", "replace")))
            elif raw and not raw.isspace():
                texts.append(raw.decode("utf-8", "replace"))
                rows.append(row + position)
                if "\ufffd" in texts[-1] and texts[-1].encode() != raw:
                    notes.counts[BROKEN] += 1
        row += len(lines)
        frame = pl.DataFrame({"row": pl.Series(rows, dtype=pl.Int64), "text": pl.Series(texts, dtype=pl.String)})
        yield reader.read(frame, rejects)
