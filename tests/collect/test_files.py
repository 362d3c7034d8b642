"""Opening and telling files: formats by content, archives, bombs, and one clear line for each bad input."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import zstandard

from hubbub.collect import unpack
from hubbub.collect.files import ChatFile, open_chats
from hubbub.collect.formats import OTHER_PAGE
from hubbub.errors import SourceError
from hubbub.records import RAW, check_frame

ROWS = b"author,text,ts\n" + b"".join(b"a%d,hello %d,2024-01-05 10:00:%02d\n" % (i, i, i % 60) for i in range(5_000))
IRC = b"@id=1;tmi-sent-ts=1709406000000 :ann!ann@ann PRIVMSG #c :hello\n"

Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes bytes to a file whose name tells nothing."""
    numbers = iter(range(1_000))

    def write(data: bytes) -> Path:
        path = tmp_path / f"file{next(numbers)}.dat"
        path.write_bytes(data)
        return path

    return write


def read(chat: ChatFile) -> tuple[pl.DataFrame, pl.DataFrame]:
    batches = list(chat.batches())
    frames = [check_frame(RAW, batch.frame) for batch in batches]
    rejects = [batch.rejects for batch in batches]
    return (pl.concat(frames), pl.concat(rejects)) if batches else (pl.DataFrame(schema=RAW.columns), pl.DataFrame())


def test_formats_are_told_by_content(write: Write):
    forms = {
        b"\xef\xbb\xbfWhen,Nick;,Message\r\n1:02,ann,hi\r\n": "chat-csv",
        b"Time Stamp;Name;Message\n-0:05;ann;hi\n": "chat-csv",
        b"text\nhello\n": "chat-csv",
        b'{"user": "ann", "body": "hi"}\n': "jsonl",
        b'{"author": "ann", "message": "hi", "time_in_seconds": 3}\n': "chat-downloader",
        b'\n [\n {"author": "ann", "message": "hi"}]': "chat-downloader",
        b"[]": "chat-downloader",
        IRC: "twitch-irc",
        b"2019-04-30_08:56:59 ;;; :ann!ann@ann PRIVMSG #c :hi\n\n:x 353 y = #c :z\n": "twitch-irc",
        b'{"messages": ["' + IRC.strip() + b'"], "error": null}': "twitch-irc",
        b" \r\n\t": "empty",
        b"": "empty",
    }
    for data, expected in forms.items():
        for packed in (data, gzip.compress(data), zstandard.compress(data)):
            (chat,) = open_chats(write(packed))
            assert chat.format == expected, data
            frame, rejects = read(chat)
            assert chat.damage is None
            assert frame.height == (0 if expected == "empty" or data == b"[]" else 1), data
            assert rejects.is_empty(), data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG picture"),
        (b"\x7fELF" + bytes(100), "is a program"),
        (b"ARROW1" + bytes(100), "is an Arrow table"),
        (bytes(1_000), "is binary data"),
        (random.Random(1).randbytes(5_000), "is binary data"),
        (("名前;文章\n" * 50).encode("cp949"), "must be UTF-8, or an encoding that can be told"),
        (b"BZh9" + bytes(50), "is compressed with bzip2"),
        (gzip.compress(gzip.compress(ROWS, mtime=0), mtime=0), "is compressed with gzip"),
        (b"hello world\nthis is prose\n", "--format lines"),
        (b"a,b,c\n1,2,3\n", "its columns are: a, b, c. Name the one that holds the text: --map text=NAME"),
        (b'{\n "video": {},\n "remarks": []\n}', "is one object (with video, remarks)"),
        (b'[{"startDance": {"item": {}}}]', "its columns are: startDance (an object)"),
        (b"PK\x03\x04 not really", "the zip is damaged or cut off"),
        (gzip.compress(ROWS, mtime=0)[:30], "the gzip stream ends early, and nothing of it can be read"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "the zstd stream ends early, and nothing of it can be read"),
    ],
)  # fmt: skip
def test_what_is_no_chat_is_refused_in_one_clear_line(write: Write, data: bytes, says: str):
    path = write(data)
    with pytest.raises(SourceError) as caught:
        list(open_chats(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert says in message
    assert "\n" not in message
    assert len(message) < 1_000


def test_paths_that_cannot_be_opened(tmp_path: Path):
    with pytest.raises(SourceError, match="no such file"):
        list(open_chats(tmp_path / "nothing.csv"))
    with pytest.raises(SourceError, match="is a folder"):
        list(open_chats(tmp_path))
    with pytest.raises(SourceError, match="choose from: chat-csv, jsonl"):
        list(open_chats(tmp_path / "x", format="xml"))
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to("round")
    for name in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(SourceError, match="is a pipe or a device"):
            list(open_chats(name))
    with pytest.raises(SourceError, match="symbolic links"):
        list(open_chats(tmp_path / "round"))


def test_a_file_of_no_messages_says_so(write: Write):
    for data in (b"", b"\n \n", b"author,text\n", b"\xef\xbb\xbfauthor,text"):
        (chat,) = open_chats(write(data))
        assert list(chat.batches()) == []
        assert "no messages" in chat.notes[0]


def test_a_page_that_is_no_chat_says_what_it_is(write: Write):
    (chat,) = open_chats(write(b"<!doctype html><html><body><h1>404 Not found</h1></body></html>"))
    assert (list(chat.batches()), chat.notes) == ([], ("no messages were found", OTHER_PAGE))


def test_names_can_be_mapped(write: Write):
    data = b"who,said,when,text\nann,hello,2024-01-05T10:00:00Z,other\n"
    (chat,) = open_chats(write(data), column_map={"text": "said", "author": "who", "sent_at": "when"})
    frame, _ = read(chat)
    assert frame.select("author", "text").rows() == [("ann", "hello")]
    assert frame["sent_at"].null_count() == 0
    (chat,) = open_chats(write(b'{"said": "hello", "text": "other"}\n'), column_map={"text": "said"})
    assert read(chat)[0]["text"].to_list() == ["hello"]
    with pytest.raises(SourceError, match=r"'words' is no column of hubbub \(choose from: message_id"):
        list(open_chats(write(data), column_map={"words": "said"}))
    with pytest.raises(SourceError, match=r"no column 'sayd' for 'text' \(columns: who, said, when, text\)"):
        list(open_chats(write(data), column_map={"text": "sayd"}))
    with pytest.raises(SourceError, match="leave the column map out"):
        list(open_chats(write(IRC), column_map={"text": "said"}))


def test_lines_are_read_when_asked_for(write: Write):
    (chat,) = open_chats(write(b"\xef\xbb\xbfone\r\n\n  \ntwo, three\nlast"), format="lines")
    frame, _ = read(chat)
    assert frame["text"].to_list() == ["one", "two, three", "last"]


@pytest.mark.parametrize("share", [0.3, 0.66, 0.999])
def test_a_cut_gzip_gives_the_rows_before_the_damage(write: Write, share: float):
    packed = gzip.compress(ROWS)
    (chat,) = open_chats(write(packed[: int(len(packed) * share)]))
    frame, rejects = read(chat)
    whole, _ = read(next(open_chats(write(ROWS))))
    assert frame.height > 100
    assert frame.equals(whole[: frame.height])
    assert rejects["reason"].to_list() in ([], ["the file breaks off inside this record"])
    assert chat.damage == f"the gzip stream ends early after {frame.height:,} rows"


def test_zstd_of_several_frames_cut_and_damaged(write: Write):
    packed = zstandard.ZstdCompressor(write_checksum=True).compress
    skipped = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"
    (chat,) = open_chats(write(packed(ROWS) + skipped + packed(ROWS.partition(b"\n")[2])))
    assert (read(chat)[0].height, chat.damage) == (10_000, None)
    for data, says in (
        (packed(ROWS) + packed(ROWS)[:-9], "the zstd stream ends early after 8,602 rows"),
        (packed(ROWS)[:-4] + b"1234", "doesn't match checksum"),
        (packed(ROWS) + b"rubbish", "the zstd stream cannot be read (Unknown frame descriptor) after 5,000 rows"),
    ):
        (chat,) = open_chats(write(data))
        list(chat.batches())
        assert says in (chat.damage or "")


def test_damaged_gzip_is_named(write: Write):
    packed = gzip.compress(ROWS)
    (chat,) = open_chats(write(packed[:-8] + bytes(8)))
    assert read(chat)[0].height >= 4_999
    assert "damaged (incorrect data check)" in (chat.damage or "")
    (chat,) = open_chats(write(packed + b"junk"))
    assert read(chat)[0].height == 5_000
    assert "damaged (incorrect header check) after 5,000 rows" in (chat.damage or "")
    for fine in (packed + bytes(512), gzip.compress(ROWS[:1_007]) + gzip.compress(ROWS[1_007:])):
        (chat,) = open_chats(write(fine))
        assert read(chat)[0].height == 5_000
        assert chat.damage is None


def make_zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_zip_gives_each_chat_in_it(write: Write, tmp_path: Path):
    before = set(tmp_path.rglob("*"))
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO(make_zip({
        "../../escape.csv": ROWS, "a/b.log.gz": gzip.compress(IRC), "__MACOSX/._b": b"\x00", "readme": b"hello\nyou!\n",
        "inner.zip": make_zip({"x.csv": ROWS}),
    }))  # fmt: skip
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("folder/", "")
    path = write(out.getvalue())
    chats = list(open_chats(path))
    assert [(chat.name.partition("!")[2], chat.format) for chat in chats] == [
        ("../../escape.csv", "chat-csv"),
        ("a/b.log.gz", "twitch-irc"),
        ("readme", "none"),
        ("inner.zip", "none"),
        ("link.csv", "none"),
    ]
    heights = [read(chat)[0].height for chat in chats]
    assert heights == [5_000, 1, 0, 0, 0]
    assert "--format lines" in (chats[2].damage or "")
    assert "is compressed with zip" in (chats[3].damage or "")
    assert "symbolic link" in (chats[4].damage or "")
    assert set(tmp_path.rglob("*")) - before == {path}, "a zip is never extracted"


def test_a_zip_without_any_chat_is_refused(write: Write):
    with pytest.raises(SourceError, match=r"!readme: .* \(and 1 more"):
        list(open_chats(write(make_zip({"readme": b"some prose", "other": b"more prose"}))))
    with pytest.raises(SourceError, match="holds no file"):
        list(open_chats(write(make_zip({}))))
    encrypted = bytearray(make_zip({"a.csv": ROWS}))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match="is encrypted"):
        list(open_chats(write(bytes(encrypted))))


def test_a_damaged_member_gives_what_was_before(write: Write):
    data = bytearray(make_zip({"a.csv": ROWS}))
    data[len(data) // 2] ^= 0xFF
    (chat,) = open_chats(write(bytes(data)))
    assert 0 < read(chat)[0].height < 5_000
    assert "the zip member is damaged" in (chat.damage or "")


def test_many_members_wait_without_open_files(write: Write):
    chats = list(open_chats(write(make_zip({f"{i}.csv": b"text\nhello\n" for i in range(300)}))))
    if Path("/proc/self/fd").exists():
        assert len(list(Path("/proc/self/fd").iterdir())) < 200
    assert sum(read(chat)[0].height for chat in chats) == 300


BOMBS = {
    "csv line": (b"author,text\na,", b"a"),
    "quoted csv": (b'author,text\na,"', b"a"),
    "json line": (b'{"text": "ok"}\n{"text": "', b"a"),
    "json array": (b'[{"text": "ok"}, {"text": "', b"a"),
    "json depth": (b'[{"text": "ok"}, ', b"["),
    "json numbers": (b'[{"text": "ok"}, ', b"1,"),
    "irc line": (IRC + IRC.strip(), b"a"),
    "quotes": (b"author,text\n", b'"'),
    "recent messages": (b'{"messages": ["', b"a"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_of_one_record_is_stopped_in_little_memory(name: str, write: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unpack, "RATIO_FLOOR_BYTES", 48 << 20)
    start, fill = BOMBS[name]
    engine = zlib.compressobj(9, wbits=31)
    parts = [engine.compress(start)]
    parts += [engine.compress(fill * ((1 << 20) // len(fill))) for _ in range(64)]
    (chat,) = open_chats(write(b"".join([*parts, engine.flush()])))
    before = _resident_megabytes()
    frame, rejects = read(chat)
    assert _resident_megabytes() - before < 160
    assert frame.height <= 1
    assert rejects.height >= 1
    assert rejects["excerpt"].str.len_chars().max() <= 500
    assert "as only a decompression bomb does" in (chat.damage or "") or "cannot be read on" in (chat.damage or "")


def _resident_megabytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def test_a_bomb_may_not_hide_behind_many_members(write: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unpack, "MAX_TOTAL_BYTES", 300_000)
    chats = list(open_chats(write(make_zip({f"{i}.csv": ROWS for i in range(4)}))))
    heights = [read(chat)[0].height for chat in chats]
    assert sum(heights) < 4 * 5_000
    assert "when decompressed; split it" in (chats[-1].damage or "")


def test_hostile_json_values_are_read_or_rejected(write: Write):
    lines = [
        b'{"text": "a", "timestamp": 1e400}',
        b'{"text": "b", "amount": NaN}',
        b'{"text": "\\ud800x"}',
        b'{"text": "c", "time_in_seconds": Infinity}',
        b'{"text": "d", "timestamp": ' + b"9" * 5_000 + b"}",
        b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"text": "nul \\u0000 inside"}',
        b'{"text": "\xff"}',
        b"[1]",
        b'{"text": "twice", "text": "last wins"}',
        json.dumps({f"key{i}": i for i in range(20_000)} | {"text": "many keys"}).encode(),
    ]
    (chat,) = open_chats(write(b'{"text": "first"}\n' + b"\n".join(lines)))
    frame, rejects = read(chat)
    assert frame["text"].to_list() == [
        "first", "b", "\ufffdx", "c", "nul \x00 inside", "\ufffd", "last wins", "many keys",
    ]  # fmt: skip
    assert [(row, reason[:12]) for row, reason, _ in rejects.rows()] == [
        (2, "no moment in"),
        (6, "no moment in"),
        (7, "JSON nested "),
        (10, "not an objec"),
    ]


def test_days_without_a_time_are_kept_aside(write: Write):
    (chat,) = open_chats(write(b"stream_id,ts,offset_s,text\nv1,2024-01-05,17,a\nv2,2024-01-06,,b\n"))
    frame, _ = read(chat)
    assert [str(moment) for moment in frame["sent_at"]] == ["None", "2024-01-06 00:00:00+00:00"]
    assert chat.days == {"v1": "2024-01-05", "v2": "2024-01-06"}
    assert chat.notes == ("1 row with only a day; taken as its first moment, 00:00 UTC",)


def test_a_column_of_other_events_is_no_column_of_events(write: Write):
    (chat,) = open_chats(write(b"event,text\n2012_Colorado_wildfires,smoke\n2012_Colorado_wildfires,rain\n"))
    frame, _ = read(chat)
    assert frame["kind"].to_list() == ["message", "message"]
    assert frame["event"].null_count() == 2
    assert chat.notes == ("2 rows with an event that is none of a chat; taken as messages",)
