"""What was made of a stream's messages: taken out where the messages lose what it was made of."""

from __future__ import annotations

import polars as pl

from hubbub.records import TABLES
from hubbub.store.archive import WHOLE, Change
from hubbub.store.joins import leave_channel


def derived_tables() -> tuple[str, ...]:
    """Return the tables that are made of messages, a part a stream; what was planted in a simulation is not."""
    order = list(TABLES)
    below = order[order.index("messages") + 1 :]
    return tuple(name for name in below if "stream_id" in TABLES[name].columns and name != "truth")


def drop_derived(change: Change, stream: str, gone: pl.Series) -> None:
    """Take out all that was made of a stream's messages; the commands make it again from what is left.

    ``gone`` has the ids of the messages that are gone or changed: the themes of the stream's channel lose them too.
    """
    leave_channel(change, stream, gone)
    streams = change.read("streams", WHOLE, ["stream_id", "platform", "channel"]).filter(stream_id=stream)
    for _, platform, channel in streams.iter_rows():
        change.drop("channel_emotes", f"{platform}/{channel}")
    for table in derived_tables():
        change.drop(table, stream)
