"""Lists of channels and streams in every form that people keep them in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from hubbub.collect.lists import TargetList, is_list, read_list
from hubbub.collect.platforms import read_target
from hubbub.commands.spreadsheets import write_sheet
from hubbub.errors import SourceError

URLS = ["https://www.youtube.com/@ann", "https://www.twitch.tv/bob", "https://youtu.be/dQw4w9WgXcQ"]
TARGETS = tuple(map(read_target, URLS))


def write(folder: Path, rows: pl.DataFrame, suffix: str) -> Path:
    path = folder / f"list{suffix}"
    if suffix in {".csv", ".tsv"}:
        rows.write_csv(path, separator="\t" if suffix == ".tsv" else ",")
    else:
        write_sheet(rows, "Sheet1", path, suffix)
    return path


@pytest.mark.parametrize("suffix", [".ods", ".xlsx", ".csv", ".tsv"])
@pytest.mark.parametrize("name", ["URL", "url", "Channel URLs", "Livestream_URL", "link"])
def test_the_column_is_found_by_its_name(tmp_path: Path, suffix: str, name: str):
    frame = pl.DataFrame({"Name": ["Ann", "Bob", "Eve"], name: URLS, "note": ["https://www.twitch.tv/other", "", ""]})
    assert read_list(write(tmp_path, frame, suffix)) == TargetList(TARGETS, ())


@pytest.mark.parametrize("suffix", [".ods", ".xlsx", ".csv"])
def test_without_a_header_addresses_are_found_by_what_they_are(tmp_path: Path, suffix: str):
    frame = pl.DataFrame({"https://www.twitch.tv/first": ["Ann", "x"], "b": [URLS[0], URLS[2]]})
    found = read_list(write(tmp_path, frame, suffix))
    assert found.targets == (read_target("twitch:first"), TARGETS[0], TARGETS[2])


def test_names_beside_their_platform(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("platform;channel\ntwitch;Ann\nyoutube;@bob\nx;carol\n")
    assert [target.url for target in read_list(path).targets] == [
        "https://www.twitch.tv/ann/videos?filter=archives",
        "https://www.youtube.com/@bob/streams",
        "https://x.com/carol",
    ]


def test_what_is_no_address_is_named_with_its_row_and_doubles_count_once(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text(f"url\n{URLS[0]}\nhttps://www.yotube.com/@ann\n\n{URLS[0]}/streams\n")
    assert read_list(path) == TargetList(TARGETS[:1], ("row 3: 'https://www.yotube.com/@ann'",))


@pytest.mark.parametrize(
    "text",
    [
        f'channels = ["{URLS[0]}", "{URLS[1]}", "{URLS[2]}"]',
        f'[[a]]\nurl = "{URLS[0]}"\nname = "x:decoy"\n[[a]]\nurl = "{URLS[1]}"\n[[b]]\nurl = "{URLS[2]}"',
        f'ann = "{URLS[0]}"\n[others]\nbob = "twitch:bob"\none = "{URLS[2]}"',
    ],
)
def test_toml(tmp_path: Path, text: str):
    path = tmp_path / "list.toml"
    path.write_text(text)
    assert read_list(path) == TargetList(TARGETS, ())


def test_a_text_that_looks_like_a_formula_is_a_text_in_a_sheet_and_stays_one(tmp_path: Path):
    import fastexcel

    hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", '=HYPERLINK("http://x")', "a  b\nc & <d>"]
    frame = pl.DataFrame({"text": hostile, "n": [1] * 7})
    for suffix in (".ods", ".xlsx"):
        path = write(tmp_path, frame, suffix)
        sheet = fastexcel.read_excel(path).load_sheet(0, dtypes={"text": "string"})
        read = sheet.to_polars()["text"].to_list()
        assert [text.strip() for text in read] == [text.strip() for text in hostile]
        with zipfile.ZipFile(path) as archive:
            xml = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
        assert b"formula" not in xml
        assert b"<f>" not in xml
        assert b"<hyperlink" not in xml


def test_a_sheet_keeps_numbers_moments_and_nothing(tmp_path: Path):
    from datetime import UTC, date, datetime

    import fastexcel

    frame = pl.DataFrame(
        {
            "n": [1, None],
            "share": [0.25, float("nan")],
            "at": [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), None],
            "day": [date(2026, 1, 2), None],
            "is": [True, None],
            "names": [["a", "b"], []],
        }
    )
    for suffix in (".ods", ".xlsx"):
        rows = fastexcel.read_excel(write(tmp_path, frame, suffix)).load_sheet(0).to_polars().rows()
        assert rows[0][:2] == (1.0, 0.25)
        assert rows[0][2] == datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - sheets know no zones
        assert str(rows[0][3]).startswith("2026-01-02")
        assert rows[0][4:] == (True, "a b")
        assert rows[1][:5] == (None,) * 5


def test_a_cell_with_bytes_that_xml_cannot_hold(tmp_path: Path):
    frame = pl.DataFrame({"url": [URLS[0]], "title": ["a\x00b\x1b[31m\ufffe"]})
    for suffix in (".ods", ".xlsx"):
        assert read_list(write(tmp_path, frame, suffix)).targets == TARGETS[:1]


def test_an_ods_is_what_its_standard_asks_for(tmp_path: Path):
    from odf.opendocument import load
    from odf.table import TableRow

    path = write(tmp_path, pl.DataFrame({"url": URLS, "text": ["a  b", " c", "d\ne"]}), ".ods")
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert len(load(path).getElementsByType(TableRow)) == 4  # another reader than ours


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.ods", b"", "is damaged or something else"),
        ("list.ods", b"PK\x03\x04 and then nothing", "is damaged"),
        ("list.xlsx", b"not a sheet", "is damaged or something else"),
        ("list.csv", b"name,age\nann,3\n", "names no channel or stream"),
        ("list.csv", b"url\nhello\n", "it has row 2: 'hello'"),
        ("list.csv", b"url\n\xff\xfe\n", "must be UTF-8"),
        ("list.toml", b"a = [", "is no TOML"),
        ("list.toml", b"[" * 100_000, "is no TOML"),
        ("list.csv", b"", "names no channel or stream"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, name: str, content: bytes, said: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as refusal:
        read_list(tmp_path / name)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_zip_that_is_no_sheet_and_a_bomb_are_refused(tmp_path: Path):
    path = tmp_path / "list.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(SourceError, match="cannot be read"):
        read_list(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("content.xml", "w") as member:
        for _ in range(600):
            member.write(b" " * (1 << 20))
    with pytest.raises(SourceError, match="grows to 600 MB"):
        read_list(path)


def test_a_damaged_sheet_never_raises_anything_else(tmp_path: Path):
    whole = write(tmp_path, pl.DataFrame({"url": URLS}), ".ods").read_bytes()
    content = zipfile.ZipFile(io.BytesIO(whole)).read("content.xml")
    for cut in range(0, len(content), 97):
        with zipfile.ZipFile(tmp_path / "cut.ods", "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", content[:cut])
        try:
            read_list(tmp_path / "cut.ods")
        except SourceError as error:
            assert "\n" not in str(error)  # noqa: PT017 - some cuts can be read
    for cut in range(0, len(whole), 53):
        (tmp_path / "cut.ods").write_bytes(whole[:cut])
        with pytest.raises(SourceError):
            read_list(tmp_path / "cut.ods")


def test_what_is_a_list():
    assert is_list("channels.ods")
    assert is_list("/a/b.TOML")
    assert not is_list("https://example.com/list.csv")
    assert not is_list("x:ann")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://www.youtube.com/@ann/videos", ("youtube", "channel", "@ann")),
        ("youtube.com/watch?v=dQw4w9WgXcQ&t=5", ("youtube", "stream", "dQw4w9WgXcQ")),
        ("https://www.youtube.com/live/dQw4w9WgXcQ?feature=share", ("youtube", "stream", "dQw4w9WgXcQ")),
        ("https://www.youtube.com/channel/UCabc/live", ("youtube", "channel", "UCabc")),
        ("https://www.twitch.tv/Ann/videos?filter=all", ("twitch", "channel", "ann")),
        ("https://www.twitch.tv/videos/123456?t=1h", ("twitch", "stream", "123456")),
        ("https://twitter.com/Ann/status/12", ("x", "account", "ann")),
        ("https://x.com/search?q=from%3Aann%20x", ("x", "search", "from:ann x")),
        ("x:search  a   b", ("x", "search", "a b")),
        ("youtube:dQw4w9WgXcQ", ("youtube", "stream", "dQw4w9WgXcQ")),
    ],
)
def test_addresses(written: str, expected: tuple[str, str, str]):
    target = read_target(written)
    assert (target.platform, target.kind, target.name) == expected
    assert read_target(target.url) == target  # what the archive remembers means the same


@pytest.mark.parametrize(
    "written",
    ["", "ann", "x:", "x:search ", "x:a b", "http://[::1", "https://www.youtube.com/", "https://youtube.com.evil.example/@a",
     "https://www.youtube.com/watch?v=../../etc", "javascript:alert(1)", "file:///etc/passwd", "https://www.twitch.tv/directory"],
)  # fmt: skip
def test_what_is_no_address(written: str):
    with pytest.raises(SourceError):
        read_target(written)
