"""Ids on disk: UUIDs as bytes, everything else as it is, and back."""

from __future__ import annotations

import uuid

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.store.archive import Archive
from hubbub.store.packing import pack_ids, unpack_ids

COLUMNS = {"message_id": pl.String, "reply_to": pl.String, "text": pl.String}
IDS = st.one_of(st.uuids().map(str), st.uuids().map(lambda one: one.hex), st.uuids().map(lambda one: str(one).upper()),
                st.text(max_size=40), st.none())  # fmt: skip


@given(rows=st.lists(st.tuples(IDS, IDS, st.text(max_size=5)), max_size=20))
def test_any_ids_come_back_as_they_were(rows: list[tuple[str | None, str | None, str]]):
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    assert unpack_ids(pack_ids(frame), COLUMNS).equals(frame)


@given(ids=st.lists(st.one_of(st.uuids().map(str), st.none()), min_size=1, max_size=20))
def test_uuids_are_packed_and_come_back(ids: list[str | None]):
    frame = pl.DataFrame({"message_id": ids}, schema={"message_id": pl.String})
    packed = pack_ids(frame)
    if any(ids):
        assert packed["message_id"].to_list() == [uuid.UUID(one).bytes if one else None for one in ids]
    assert unpack_ids(packed, COLUMNS).equals(frame)


@pytest.mark.parametrize(
    "other", ["", "717F5EED-087E-E17B-880E-180B206A985A", "not one", "717f5eed087ee17b880e180b206a985a"]
)
def test_one_other_id_leaves_the_column_as_it_is(other: str):
    frame = pl.DataFrame({"message_id": [str(uuid.UUID(int=7)), other]})
    assert pack_ids(frame).equals(frame)


def test_the_archive_gives_back_what_it_packed(simulated: Archive):
    archive = Archive(simulated)
    (stream,) = archive.streams_of("messages")
    part = archive.part("messages", stream)
    assert part is not None
    on_disk = pl.read_parquet(archive.path / part.file)
    assert on_disk.schema["message_id"] == pl.Binary
    ids = archive.read("messages", columns=["message_id"])["message_id"]
    assert [uuid.UUID(one).bytes for one in ids] == on_disk["message_id"].to_list()
