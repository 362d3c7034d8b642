"""The text formats on real files, each against a count or a copy of the same chat that another reader gives."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from hubbub.collect.detect_text import detect_text
from hubbub.collect.files import open_chats
from hubbub.records import RAW, check_frame

DOWNLOADS = "fixtures/chat-downloader"
Read = tuple[str, pl.DataFrame, pl.DataFrame, tuple[str, ...]]

# path: format, rows, rejects, rows of each kind but "message"
CHATS: dict[str, tuple[str, int, int, dict[str, int]]] = {
    "fixtures/chat-clients/chatdownloader_semicolon_lilypichu.csv": ("chat-csv", 275, 0, {}),
    "fixtures/chat-clients/chatdownloader_semicolon_ludwig.csv": ("chat-csv", 2_897, 0, {}),
    "fixtures/chat-clients/chatty_cheflethalplays1.log.gz": ("chatty", 1_701, 0, {"deletion": 4}),
    "fixtures/chat-clients/chatty_cheflethalplays2.log.gz": ("chatty", 605, 0, {}),
    "fixtures/chat-clients/chatty_neviilz1.log.gz": ("chatty", 1_251, 0, {"deletion": 19}),
    "fixtures/chat-clients/chatty_reckful1.log.gz": ("chatty", 1_561, 0, {"deletion": 18, "subscription": 1}),
    "fixtures/chat-clients/chatty_tidesoftime1.log.gz": ("chatty", 2_046, 0, {"deletion": 48}),
    "fixtures/chat-clients/irssi_mew2king_2017-03-19.log.gz": ("irssi", 19_710, 0, {}),
    "fixtures/chat-clients/youtube_superchat_text_2021-11-19.txt": ("superchat-text", 111, 0, {"donation": 111}),
    f"{DOWNLOADS}/superchat.txt": ("chat-downloader-text", 34, 27, {"donation": 32}),
    f"{DOWNLOADS}/YouTube_Get_all_types_of_messages_from_top_chat_replay.txt": ("chat-downloader-text", 520, 0, {}),
    f"{DOWNLOADS}/YouTube_Get_live_chat_replay.txt": ("chat-downloader-text", 681, 0, {}),
    "fixtures/twitch-dom/cook_4_u_stream-chat.csv.gz": ("twitch-page", 201, 0, {"donation": 2}),
    "fixtures/twitch-dom/csgo_tournamnt-chat.csv.gz": ("twitch-page", 402, 0, {}),
    "fixtures/twitch-dom/french_chatting-chat.csv.gz": ("twitch-page", 501, 0, {}),
    "fixtures/twitch-dom/futbol-femenino-chat.csv.gz": ("twitch-page", 501, 0, {}),
    "fixtures/twitch-dom/illojuan_documental-chat.csv.gz": ("twitch-page", 810, 0, {}),
    "fixtures/twitch-dom/live_chat.csv.gz": ("twitch-page", 150, 0, {}),
    "fixtures/twitch-dom/pokemon_stream-chat.csv.gz": ("twitch-page", 201, 0, {}),
    "fixtures/twitchdownloader/2024-11-11.html.gz": (
        "chat-html", 14_250, 0, {"subscription": 15, "gift": 9, "raid": 1},
    ),
}  # fmt: skip

# text: the same chat as JSON, rows, and how many names differ: the text was written in another year, or holds a colon
SAME_CHAT: dict[str, tuple[str, int, int]] = {
    "Twitch_Get_live_chat_replay.txt": ("Twitch_Get_live_chat_replay.json", 19, 0),
    "YouTube_Ending_has_strange_times.txt": ("YouTube_Ending_has_strange_times.json", 247, 0),
    "YouTube_Get_live_chat_replay_with_start_and_end_time.txt": (
        "YouTube_Get_live_chat_replay_with_start_and_end_time.json", 322, 0,
    ),
    "YouTube_Get_messages_from_live_chat_replay.txt": ("YouTube_Get_messages_from_live_chat_replay.json.gz", 736, 7),
    "YouTube_Get_messages_from_premiered_video.txt.gz": (
        "YouTube_Get_messages_from_premiered_video.json.gz", 7_460, 1,
    ),
    "YouTube_Get_superchat_messages_from_live_chat_replay.txt": (
        "YouTube_Get_superchat_messages_from_live_chat_replay.json", 69, 0,
    ),
    "example.txt.gz": ("example.json.gz", 3_358, 2),
}  # fmt: skip


def read(path: Path) -> Read:
    (chat,) = open_chats(path)
    batches = list(chat.batches())
    assert chat.damage is None
    frame = pl.concat([check_frame(RAW, batch.frame) for batch in batches])
    return chat.format, frame, pl.concat([batch.rejects for batch in batches]), chat.notes


def lines_of(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().replace("\r\n", "\n").split("\n")


@pytest.mark.parametrize("name", CHATS)
def test_real_text(data: Path, name: str):
    expected, n_rows, n_rejects, kinds = CHATS[name]
    found, frame, rejects, _ = read(data / name)
    assert (found, frame.height, rejects.height) == (expected, n_rows, n_rejects)
    n_messages = n_rows - sum(kinds.values())
    assert dict(frame["kind"].value_counts().rows()) == kinds | ({"message": n_messages} if n_messages else {})


@pytest.mark.parametrize("name", SAME_CHAT)
def test_the_text_of_a_chat_says_what_its_json_says(data: Path, name: str):
    other, n_rows, n_names = SAME_CHAT[name]
    _, text, _, _ = read(data / DOWNLOADS / name)
    _, json, _, _ = read(data / DOWNLOADS / other)
    assert text.height == json.height == n_rows
    for column in ("kind", "amount", "currency"):
        assert text[column].to_list() == json[column].to_list(), column
    assert text["text"].ne_missing(json["text"]).sum() <= 1  # where the name has a colon
    assert text["author"].ne_missing(json["author"]).sum() == n_names
    for ours, theirs in zip(text["offset_seconds"], json["offset_seconds"], strict=True):
        assert ours is None or ours == int(theirs)
    late = text.with_columns(theirs=json["sent_at"]).filter(pl.col("offset_seconds").is_null())
    assert late.height == (35 if "strange" in name else 0)
    assert ((late["theirs"] - late["sent_at"]).dt.total_seconds() == 0).all()


def test_badges_of_the_text_are_those_of_the_csv(data: Path):
    name = "YouTube_Get_live_chat_replay"
    keys = ["author", "text", "offset_seconds"]
    both = []
    for suffix in (".txt", ".csv"):
        _, frame, _, _ = read(data / DOWNLOADS / f"{name}{suffix}")
        both.append(frame.with_columns(pl.col("offset_seconds").cast(pl.Int64)).unique(keys, keep="first"))
    joined = both[0].join(both[1], on=keys, nulls_equal=True)
    assert joined.height >= 670  # the two were fetched one after the other
    for column in ("roles", "badges"):
        assert joined[column].to_list() == joined[f"{column}_right"].to_list()
    assert (joined["roles"].count(), joined["badges"].count()) == (11, 7)


def test_chatty_against_its_lines(data: Path):
    n_banned = n_signs = 0
    for path in sorted((data / "fixtures/chat-clients").glob("chatty_*")):
        _, frame, _, _ = read(path)
        lines = lines_of(path)
        said = [line for line in lines if re.match(r"\[[0-9:]{8}\] <", line)]
        banned = [re.sub(r" \(\d+s\)", "", line[16:]).split(", ") for line in lines if line[11:15] == "BAN:"]
        messages = frame.filter(pl.col("kind") == "message")
        assert messages.height == len(said)
        expected = [line.split(">", 1)[1].removeprefix("*").removeprefix(" ") for line in said]
        assert messages["text"].fill_null("").to_list() == expected
        found = frame.filter(pl.col("kind") == "deletion")["author"].to_list()
        assert found == [name for names in banned for name in names]
        assert frame["channel"].null_count() == 0
        assert frame["sent_at"].is_sorted()
        n_banned += len(found)
        n_signs += sum(bool(re.match(r"\[[0-9:]{8}\] <[~@%+^]", line)) for line in said)
        assert messages["roles"].count() == sum(bool(re.match(r"\[[0-9:]{8}\] <[~@%+^]", line)) for line in said)
    assert (n_banned, n_signs) == (89, 1_710)
    _, frame, _, _ = read(data / "fixtures/chat-clients/chatty_reckful1.log.gz")
    assert str(frame["sent_at"][0]) == "2016-09-11 02:18:00+00:00"  # written 10:18 +0800


def test_irssi_against_its_lines(data: Path):
    path = data / "fixtures/chat-clients/irssi_mew2king_2017-03-19.log.gz"
    _, frame, _, notes = read(path)
    lines = lines_of(path)
    forms = (r"\d\d:\d\d <", r"\d\d:\d\d  \* ")
    n_said, n_acted = (sum(bool(re.match(form, line)) for line in lines) for form in forms)
    assert (n_said, n_acted) == (19_692, 18)
    assert frame["event"].fill_null("said").value_counts(sort=True).rows() == [("said", n_said), ("action", n_acted)]
    assert frame["platform"].unique().to_list() == ["twitch"]
    assert frame["channel"].unique().to_list() == ["mew2king"]
    assert str(frame["sent_at"].min()), str(frame["sent_at"].max()) == (
        "2017-03-19 16:08:00+00:00", "2017-03-19 18:33:00+00:00",
    )  # fmt: skip
    assert any("no time zone" in note for note in notes)


def test_super_chats_against_their_lines(data: Path):
    path = data / "fixtures/chat-clients/youtube_superchat_text_2021-11-19.txt"
    _, frame, _, _ = read(path)
    written = re.findall(r"^Donated: (\D+)([\d.]+)$", path.read_text(), re.MULTILINE)
    codes = {"$": "USD", "CA$": "CAD", "£": "GBP"}
    expected = [(round(float(number) * 100), codes[symbol]) for symbol, number in written]
    assert frame.select("amount", "currency").rows() == expected
    assert frame["offset_seconds"].is_sorted()
    assert frame["offset_seconds"][0] == 119.0


def test_pages_against_the_text_that_their_tool_took(data: Path):
    csv.field_size_limit(1 << 24)
    n_emotes = 0
    for path in sorted((data / "fixtures/twitch-dom").glob("*.gz")):
        _, frame, _, _ = read(path)
        rows = list(csv.DictReader(io.StringIO("\n".join(lines_of(path)), newline="")))
        for row, (text, spans, names, kind) in zip(
            rows, frame.select("text", "emote_spans", "emotes", "kind").iter_rows(), strict=True
        ):
            pairs = list(zip((spans or [])[::2], (spans or [])[1::2], strict=True))
            assert list(dict.fromkeys(text[begin:end] for begin, end in pairs)) == (names or [])
            bare = text or ""
            for begin, end in reversed(pairs):
                bare = bare[:begin] + bare[end:]
            assert (bare.replace("Cheer", "") if kind == "donation" else bare) == row["message_selector"]
            n_emotes += len(pairs)
            assert len(pairs) == row["raw"].count("<img") - row["raw"].count("cheer-amount")
    assert n_emotes == 1_100


def test_the_html_of_twitchdownloader_against_its_tags(data: Path):
    path = data / "fixtures/twitchdownloader/2024-11-11.html.gz"
    _, frame, _, _ = read(path)
    lines = [line for line in lines_of(path) if line.startswith("<pre")]
    assert frame.height == len(lines)
    hidden = [re.findall(r"<span class='th'>([^<]*)</span>", line) for line in lines]
    badges = [re.findall(r"<span class='th'>([^<]*)</span>", line.split("<a ")[0]) for line in lines]
    assert [len(found or []) for found in frame["roles"].to_list()] == [len(set(found)) for found in badges]
    spans = [len(found) // 2 if found is not None else 0 for found in frame["emote_spans"].to_list()]
    assert spans == [len(both) - len(some) for both, some in zip(hidden, badges, strict=True)]
    logins = [re.search(r"twitch\.tv/([^']+)'", line) for line in lines]
    assert frame["author"].to_list() == [match.group(1) if match else None for match in logins]
    clocks = [re.search(r"\[(\d+):(\d\d):(\d\d)\]", line) for line in lines]
    seconds = [int(c.group(1)) * 3600 + int(c.group(2)) * 60 + int(c.group(3)) for c in clocks if c]
    assert frame["offset_seconds"].to_list() == seconds
    events = frame.filter(pl.col("event").is_not_null()).group_by("event").agg(pl.len(), pl.col("amount").sum())
    assert sorted(events.rows()) == [
        ("anonsubgift", 6, 6), ("raid", 1, 6), ("resub", 13, 251), ("sub", 2, 2), ("subgift", 2, 2),
        ("submysterygift", 1, 5),
    ]  # fmt: skip
    named = sum("subscribed for" in line and "They&#39;ve" in line for line in lines)
    assert frame.filter(pl.col("event") == "resub").height == named


@pytest.mark.parametrize("name", ["lilypichu", "ludwig"])
def test_japanese_encodings_are_read_as_such(data: Path, name: str):
    path = data / f"fixtures/chat-clients/chatdownloader_semicolon_{name}.csv"
    _, frame, _, notes = read(path)
    rows = list(csv.reader(path.read_bytes().decode("cp932").splitlines(), delimiter=";"))
    assert frame["text"].fill_null("").to_list() == [row[2] for row in rows[1:]]
    assert notes == ("the file is written in cp932 (Japanese, Shift JIS), not UTF-8, and was read as that",)


def test_recorded_irc_keeps_each_line(data: Path):
    path = data / "fixtures/chat-clients/raw_irc_untagged_admiralbulldog_2019-04-30.log.gz"
    _, frame, rejects, notes = read(path)
    lines = lines_of(path)
    kinds = Counter("said" if " PRIVMSG #" in line else "blank" if not line.strip() else "other" for line in lines)
    assert frame.height == kinds["said"] == 28_844
    assert rejects.height + 10 == kinds["other"]
    assert frame["sent_at"].null_count() == 0
    assert "253 lines that came in one piece with the line before; taken at its time" in notes
    assert frame["sent_at"].is_sorted()


DETECTED: dict[str, bytes] = {
    "chat-html": b"\n<!doctype HTML>\n<title>a page</title>",
    "chatty": b"[10:18:01] <@ann> hi\n[10:18:02] <bob> ho\n[10:18:02] MOD: ann\n",
    "irssi": b"10:18 < ann> hi\n10:18 -!- bob [b@b] has joined #c\n",
    "twitchdownloader-text": b"[3:00:32] ann: hi\n[3:00:34] bob: (ho)\n",
    "chat-downloader-text": b"[3:00:32] Ann Lee: hi\n[3:00:34] Bob: ho\n",
    "justlog": b"[2024-01-1 20:00:00] #c ann: hi\n",
    "twitch-corpus": b'2021-03-12 19:00:00;c;ann;c;hi\n2021-03-12 19:00:01;c;bob;c;ho\n',
    "chat-csv": b"time,user,comment\n1:02,ann,[0:00:01] bob: hi\n",
}  # fmt: skip


@pytest.mark.parametrize("name", DETECTED)
def test_formats_are_told_by_the_form_of_lines(name: str):
    for data in (DETECTED[name], b"\xef\xbb\xbf" + DETECTED[name], DETECTED[name].replace(b"\n", b"\r\n")):
        assert detect_text(data) == name


@pytest.mark.parametrize(
    "text", ["Dear diary,\ntoday I said: nothing.\n", "[INFO] started\n[WARN] 12:30 late\n", "12:30 train to Lyon\n"]
)
def test_other_texts_are_no_chat(text: str):
    assert detect_text(text.encode()) is None


Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: bytes) -> Path:
        path = tmp_path / "a_chat"
        path.write_bytes(content)
        return path

    return _write


def test_known_forms_without_chat_are_read_and_say_so(write: Write):
    empty = {
        "chatty": b"# Log started: 2016-09-11 10:18:00 +0800\n[10:18:00] Joining #c..\n# Log closed: 2016\n",
        "irssi": b"--- Log opened Sun Mar 19 16:08:14 2017\n--- Log closed Sun Mar 19 16:09:14 2017\n",
        "chatterino": b"# Start logging at 2024-01-01 20:00:00 CET\n# Stop logging at 2024-01-01 20:00:01CET\n",
        "chat-html": b"<!DOCTYPE html>\n<html><body>nothing here</body></html>\n",
    }
    for name, content in empty.items():
        (chat,) = open_chats(write(content))
        assert (chat.format, sum(batch.frame.height + batch.rejects.height for batch in chat.batches())) == (name, 0)
        assert chat.notes[0] == "no messages were found"


def test_bad_lines_are_rejected_and_the_others_kept(write: Write):
    lines = [
        b"\xef\xbb\xbf[0:00:01] ann: one\r",
        b"[0:00:02] ann: nul \x00 inside",
        b"[0:00:03] ann: not \xff\xfe UTF-8",
        b"[0:00:04] ann: half \xed\xa0\x80 a character",
        b"[0:00:05] ann: " + b"x" * 70_000,
        b"[0:00:06] ann: " + b"y" * (2 << 20),
        b"[0:99999999999:06] ann: no time",
        b"",
        b"\xc3\xa9\xc3\xa9 a line of its own",
        b"[0:00:09] ann: last \xc3\xa9",
    ]
    _, frame, rejects, notes = read(write(b"\n".join(lines)))
    assert frame["text"].to_list() == [
        "one", "nul \x00 inside", "not \ufffd\ufffd UTF-8", "half \ufffd\ufffd\ufffd a character", "last é",
    ]  # fmt: skip
    assert [row for row, _, _ in rejects.rows()] == [5, 6, 7, 9]
    assert rejects["reason"].str.contains("more than 65,536").sum() == 2
    assert rejects["excerpt"].str.len_chars().max() <= 500
    assert "2 rows held bytes that are not UTF-8; shown as U+FFFD" in notes


def test_tables_without_a_header_are_read_by_number(write: Write):
    path = write(b"2024-01-01 20:00:00|ann\n".replace(b"|", b",") + b"2024-01-01 20:00:01,bob\n")
    (chat,) = open_chats(path, column_map={"sent_at": "1", "text": "2"})
    (batch,) = chat.batches()
    assert batch.frame["text"].to_list() == ["ann", "bob"]
    assert batch.frame["sent_at"].null_count() == 0
    from hubbub.errors import SourceError

    with pytest.raises(SourceError, match="no column 3 for 'text'; the first record has 2 columns"):
        list(open_chats(path, column_map={"text": "3"}))
    with pytest.raises(SourceError, match="--map text=NUMBER"):
        list(open_chats(path, column_map={"author": "2"}))
    named = write(b"1,2\nann,hi\n")
    (chat,) = open_chats(named, column_map={"author": "1", "text": "2"})
    assert next(chat.batches()).frame["text"].to_list() == ["hi"], "a name that is a number is a name"
