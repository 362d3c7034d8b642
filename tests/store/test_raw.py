"""Raw pages: whole or not there, whatever happens to the file; and without the forgotten."""

from __future__ import annotations

import gzip
import json
import resource
from pathlib import Path

import pytest

from hubbub.errors import ArchiveError
from hubbub.store.archive import Archive
from hubbub.store.raw import RawPages, leave_raw


@pytest.fixture
def store(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "a", create=True)


def keep(store: Archive, *bodies: bytes) -> Path:
    with RawPages(store, "youtube", "one") as raw:
        for number, body in enumerate(bodies):
            raw.append({"following": {"n": number + 1}}, body)
    (file,) = (store.path / "private" / "raw").glob("*.gz")
    return file


def bodies(store: Archive) -> list[bytes]:
    with RawPages(store, "youtube", "one") as raw:
        return [page.body for page in raw.pages()]


def test_pages_come_back_byte_for_byte(store: Archive):
    pages = [b'{"a": 1}\n', b"", b"\x00\xff not json\n\n", "é\n".encode() * 100_000]
    file = keep(store, *pages)
    assert bodies(store) == pages
    assert gzip.decompress(file.read_bytes()).endswith(pages[-1])
    with RawPages(store, "youtube", "one") as raw:
        assert raw.last == {"following": {"n": 4}}
        assert (raw.n_pages, raw.n_finished) == (4, 0)
        raw.append({"following": None}, b"end")
        assert (raw.n_pages, raw.n_finished) == (5, 5)
        assert [page.body for page in raw.pages(4)] == [b"end"]


def test_a_file_cut_anywhere_gives_the_whole_pages_and_goes_on(store: Archive):
    pages = [b"first " * 50, b"second" * 50, b"third " * 50]
    file = keep(store, *pages)
    whole = file.read_bytes()
    ends = [len(gzip.compress(b'{"following":{"n":1}}\n' + pages[0], 6, mtime=0))]
    assert whole[: ends[0]].startswith(b"\x1f\x8b")
    for cut in range(len(whole)):
        file.write_bytes(whole[:cut])
        found = bodies(store)
        assert found == pages[: len(found)]
        assert (len(found) >= 1) == (cut >= ends[0])
        with RawPages(store, "youtube", "one") as raw:
            raw.append({}, b"next")
        assert bodies(store) == [*found, b"next"]


def test_a_flipped_bit_is_not_taken_for_a_page(store: Archive):
    pages = [b"first " * 50, b"second" * 50]
    file = keep(store, *pages)
    whole = file.read_bytes()
    for place in range(len(whole) // 2 + 20, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        file.write_bytes(bytes(damaged))
        assert all(page in pages for page in bodies(store))


def test_a_short_write_leaves_the_pages_before(store: Archive):
    file = keep(store, b"first")
    size = file.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with RawPages(store, "youtube", "one") as raw:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, before[1]))
        try:
            with pytest.raises(ArchiveError, match="cannot be kept"):
                raw.append({}, bytes(range(256)) * 20)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert file.stat().st_size == size
        raw.append({}, b"second")
    assert bodies(store) == [b"first", b"second"]


def test_a_bomb_ends_the_reading(store: Archive):
    file = keep(store, b"first")
    file.write_bytes(file.read_bytes() + gzip.compress(b'{"a":1}\n' + b" " * (200 << 20)))
    assert bodies(store) == [b"first"]


def test_one_at_a_time(store: Archive):
    with RawPages(store, "youtube", "one"), pytest.raises(ArchiveError, match="another process"):
        RawPages(store, "youtube", "one")


def test_a_viewer_is_taken_out_of_every_form(store: Archive):
    youtube = {
        "actions": [
            {"replayChatItemAction": {"actions": [_said("UCzoe", "Zoe", "mine"), _said("UCbob", "Bob", "@zoe look")]}},
            {"replayChatItemAction": {"actions": [_said("UCzoe", "Zoe", "mine too")]}},
        ]
    }
    twitch = [{"data": {"video": {"comments": {"edges": [
        {"cursor": "1", "node": {"commenter": {"id": "7", "login": "zoe"}, "message": "mine"}},
        {"cursor": "2", "node": {"commenter": {"id": "8", "login": "bob"}, "message": "hello ZOE!"}},
    ]}}}}]  # fmt: skip
    x = {"data": [{"id": "1", "author_id": "UCzoe", "text": "mine"}, {"id": "2", "author_id": "5", "text": "not hers"}],
         "includes": {"users": [{"id": "UCzoe", "username": "zoe"}, {"id": "5", "username": "eve"}]}}  # fmt: skip
    escaped = b'{"actions": [{"authorName": {"simpleText": "\\u005aoe"}, "text": "mine"}, {"text": "kept"}]}'
    keep(store, *(json.dumps(page).encode() for page in (youtube, twitch, x)), escaped, b"no JSON of zoe", b"no JSON")
    pattern = r"(?i)(?P<before>^|[^\w])@?(?:UCzoe|Zoe)\b"
    assert leave_raw(store, ["Zoe", "UCzoe"], pattern) == 5
    left = bodies(store)
    for body in left:
        assert b"mine" not in body
        assert b"zoe" not in body.lower().replace(b"another", b"")
    assert b"[forgotten] look" in left[0]
    assert b"hello[forgotten]!" in left[1] or b"hello [forgotten]!" in left[1]
    assert b"not hers" in left[2]
    assert b"kept" in left[3]
    assert left[4:] == [b"", b"no JSON"]
    assert leave_raw(store, ["Zoe", "UCzoe"], pattern) == 0


def _said(who: str, name: str, text: str) -> dict[str, object]:
    shown = {"authorExternalChannelId": who, "authorName": {"simpleText": name}, "message": {"runs": [{"text": text}]}}
    return {"addChatItemAction": {"item": {"liveChatTextMessageRenderer": shown}}}
