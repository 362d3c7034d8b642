"""Deletions, timeouts and bans → the messages that they take back, without text; kind and money stay.

A deletion that names a message (``reply_to``) takes that one. A timeout, a ban, or a mark of everything by an author
takes what that viewer wrote in the same stream before it. A cleared chat takes nothing: its row alone says that the
screens were cleared, as moderators do against a wave of spam; it names no message and no viewer.
Whether the deletion or the message is read first makes no difference.
"""

from __future__ import annotations

import re

import polars as pl

_OF_VIEWER = frozenset(
    {"timeout", "ban", "banuser", "userbanned", "timeoutuser", "usertimeout", "permaban", "clearusermessages",
     "channelchatclearusermessages", "channelban", "markchatitemsbyauthorasdeletedaction",
     "removechatitembyauthoraction"}
)  # fmt: skip
_NOT_LETTERS = re.compile(r"[^a-z]+")
_TEXT = ("text", "emotes", "emote_spans")


def is_of_viewer(event: str | None) -> bool:
    """Return whether a deletion takes all that its viewer wrote before it.

    Examples
    --------
    >>> is_of_viewer("mark_chat_items_by_author_as_deleted_action"), is_of_viewer("clearchat"), is_of_viewer(None)
    (True, False, False)
    """
    return event is not None and _NOT_LETTERS.sub("", event.lower()) in _OF_VIEWER


def take_back(messages: pl.DataFrame, targets: pl.Series | None = None) -> tuple[pl.DataFrame, pl.Series]:
    """Return a stream's messages, in order of time, with the deletions among them honored.

    Parameters
    ----------
    messages : polars.DataFrame
        Rows of table ``messages``.
    targets : polars.Series, optional
        Ids of messages that deletions elsewhere take back.

    Returns
    -------
    tuple of polars.DataFrame and polars.Series
        The messages, and the message_ids that were taken back now and not before.
    """
    is_deletion = pl.col("kind") == "deletion"
    deletions = messages.with_row_index("place").filter(is_deletion)
    nothing = messages["message_id"].clear()
    named = deletions["reply_to"].drop_nulls()
    if targets is not None:
        named = pl.concat([named, targets])
    events = [event for event in deletions["event"].drop_nulls().unique() if is_of_viewer(event)]
    bans = deletions.filter(
        pl.col("reply_to").is_null() & pl.col("viewer_id").is_not_null() & pl.col("event").is_in(events)
    )
    if named.is_empty() and bans.is_empty():
        return messages, nothing
    last = bans.group_by("viewer_id").agg(last_place=pl.col("place").max())
    marked = messages.with_row_index("place").join(last, on="viewer_id", how="left", maintain_order="left")
    is_taken = pl.col("message_id").is_in(named.unique().implode()) | (pl.col("place") < pl.col("last_place"))
    is_taken = is_taken.fill_null(value=False) & is_deletion.not_() & pl.col("is_deleted").not_()
    marked = marked.with_columns(is_taken=is_taken)
    taken = marked.filter("is_taken")["message_id"]
    if taken.is_empty():
        return messages, nothing
    gone = (pl.when(pl.col("is_taken").not_()).then(pl.col(name)).alias(name) for name in _TEXT)
    marked = marked.with_columns(*gone, is_deleted=pl.col("is_deleted") | pl.col("is_taken"))
    return marked.select(messages.columns), taken


def open_targets(messages: pl.DataFrame) -> pl.Series:
    """Return the ids that deletions among the messages name and that are not among them."""
    named = messages.filter((pl.col("kind") == "deletion") & pl.col("reply_to").is_not_null())
    wanted = named.select(message_id="reply_to").unique(maintain_order=True)
    if wanted.is_empty():
        return wanted["message_id"]
    return wanted.join(messages.select("message_id"), on="message_id", how="anti")["message_id"]
