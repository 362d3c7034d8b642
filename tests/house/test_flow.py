"""Data flows one way: a command reads tables above the ones it writes, and earlier rows of its own."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from tests.fake_youtube import FakePlatforms, make_stream
from tests.tiny_network import write_network

import hubbub
from hubbub.collect import clients
from hubbub.errors import ArtifactError, HubbubError, RecordError
from hubbub.records import TABLES
from hubbub.store.archive import Archive, Change

ORDER = list(TABLES)


class Trace:
    """The tables that a command reads and writes, in the order in which it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[tuple[str, str]] = []
        for kind, cls, name in (("read", Archive, "read"), ("read", Change, "read"), ("write", Change, "put")):
            monkeypatch.setattr(cls, name, self._noting(kind, getattr(cls, name)))

    def _noting(self, kind: str, method: Callable[..., object]) -> Callable[..., object]:
        def noted(this: object, table: str, *arguments: object, **options: object) -> object:
            if table in TABLES:
                self.events.append((kind, table))
            return method(this, table, *arguments, **options)

        return noted

    @property
    def written(self) -> set[str]:
        return {table for kind, table in self.events if kind == "write"}

    @property
    def read(self) -> set[str]:
        return {table for kind, table in self.events if kind == "read"}


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Trace:
    return Trace(monkeypatch)


CHAT = 'ts,author,text\n2024-05-01T20:00:00Z,ann,"salut, les pates"\n2024-05-01T20:00:05Z,bob,GG\n'


def collect(archive: Path) -> None:
    """Collect a replay that ends early from a server of ours."""
    with FakePlatforms() as fake, mock.patch.dict(clients.HOSTS, fake.hosts):
        fake.youtube["@ann"] = [make_stream("video-00001", ends_after=2, has_unknown=True)]
        hubbub.collect(archive, ["https://www.youtube.com/watch?v=video-00001"])


def run(command: str, archive: Path, folder: Path) -> None:
    (folder / "chat.csv").write_text(CHAT)
    calls: dict[str, Callable[[], object]] = {
        "ingest": lambda: hubbub.ingest(archive, [folder / "chat.csv"]),
        "collect": lambda: collect(archive),
        "watch": lambda: hubbub.watch(archive, ["twitch:pond"], server="irc://127.0.0.1:9", minutes=0.05),
        "simulate": lambda: hubbub.simulate(archive, seed=9, n_messages=300, duration_seconds=600.0),
        "prepare": lambda: hubbub.prepare(archive, mentions="remove"),
        "embed": lambda: hubbub.embed(archive),
        "find_topics": lambda: hubbub.find_topics(archive, leash_seconds=123.0, join=True),
        "report": lambda: hubbub.report(archive, [folder / "chat.csv"], output=folder / "r.html"),
        "draw": lambda: hubbub.draw(archive, "tree", output=folder / "tree.json"),
        "film": lambda: hubbub.film(archive, output=folder / "film.mp4", step_seconds=1800.0, seconds_per_step=0.1),
        "follow": lambda: _follow_anew(archive),
        "export_highlights": lambda: hubbub.export_highlights(archive, output=folder / "h.edl"),
        "watch_buzz": lambda: hubbub.watch_buzz(archive),
        "export": lambda: hubbub.export(archive, "messages", output=folder / "m.csv"),
        "forget": lambda: hubbub.forget(archive, hubbub.table(archive, "messages")["viewer_id"].drop_nulls()[0]),
        "train_sentiment": lambda: hubbub.train_sentiment([_labeled_texts(folder)], output=folder / "model"),
        "compare_sentiment": lambda: hubbub.compare_sentiment([_labeled_texts(folder)], output=folder / "compared"),
        "package_model": lambda: hubbub.package_model("en", output=folder / "packaged"),
        "learn_emotes": lambda: hubbub.learn_emotes(archive),
        "score_sentiment": lambda: hubbub.score_sentiment(archive),
        "train_tokenizer": lambda: _train_tokenizer(archive, folder),
        "train_electra": lambda: _train_electra(archive, folder),
        "train_mlm": lambda: _train_mlm(archive, folder),
        "save_encoder": lambda: hubbub.save_encoder(output=folder / "encoder"),
        "train_static": lambda: hubbub.train_static(archive, output=folder / "table", pieces=400, dim=16, epochs=1),
        "publish": lambda: _publish(folder),
        "train_simcse": lambda: _train_simcse(archive, folder),
    }
    calls[command]()


def _labeled_texts(folder: Path) -> Path:
    rows = [
        f"{'good' if i % 2 else 'bad'} day in {chr(97 + i % 26)}{chr(97 + i // 26)}town,{i % 2}" for i in range(120)
    ]
    (folder / "labeled.csv").write_text("\n".join(["text,label", *rows]))
    return folder / "labeled.csv"


def _train_tokenizer(archive: Path, folder: Path) -> None:
    with contextlib.suppress(RecordError):  # the archive is small; what is read was read
        hubbub.train_tokenizer(archive, output=folder / "tokenizer", kind="bpe", vocabulary=1_000)


def _publish(folder: Path) -> None:
    with contextlib.suppress(HubbubError):  # there is no hub; what of the archive is read was read
        hubbub.publish(hubbub.save_encoder(output=folder / "encoder").details["output"], "ann/chat")


def _train_simcse(archive: Path, folder: Path) -> None:
    start = write_network(folder / "network", ["on entend pas le son"])
    hubbub.train_simcse(archive, start=start, output=folder / "chat")


def _train_electra(archive: Path, folder: Path) -> None:
    with contextlib.suppress(ArtifactError):  # there is no tokenizer; what is read was read
        hubbub.train_electra(archive, tokenizer=folder, output=folder / "electra")


def _train_mlm(archive: Path, folder: Path) -> None:
    with contextlib.suppress(ArtifactError):
        hubbub.train_mlm(archive, tokenizer=folder, output=folder / "mlm")


def _follow_anew(archive: Path) -> None:
    store = Archive(archive)
    with store.writing() as change:
        change.drop("live_texts", store.streams_of("live_texts")[0])
    hubbub.follow(archive)


@pytest.mark.parametrize("command", list(hubbub.COMMANDS))
def test_commands_write_their_own_tables_from_tables_above(command: str, archive: Path, tmp_path: Path, trace: Trace):
    run(command, archive, tmp_path)
    if command in {"forget", "report"}:
        return  # forget deletes anywhere; report runs the others
    name = command.replace("_", "-")
    own = {table for table, form in TABLES.items() if form.writer == name}
    if command == "collect":
        own = {table for table, form in TABLES.items() if form.writer == "ingest"}
    if command in {"simulate", "watch"}:
        own |= {"messages", "streams", "gaps"}  # it is a source as ingest is
    prerequisites = {
        "embed": {"prepared"},
        "find_topics": {"prepared", "embeddings"},
        "watch_buzz": {"prepared", "sentiment"},
    }.get(command, set())
    assert trace.written <= own | prerequisites
    for table in trace.written - prerequisites:  # those are written by the commands that it calls first
        below = {read for read in trace.read if ORDER.index(read) > ORDER.index(table)}
        assert below <= trace.written, f"{command} writes {table} and reads {below}"


@pytest.mark.parametrize("query", list(hubbub.QUERIES))
def test_queries_write_nothing(query: str, archive: Path, trace: Trace):
    function = getattr(hubbub, query)
    given = {"name": "messages", "topic_id": 0, "text": "le son", "texts": ["le son"], "encoders": ["static"]}
    takes = inspect.signature(function).parameters
    needed = {name: value for name, value in given.items() if name in takes}
    function(*([archive] if "archive" in takes else []), **needed)
    assert trace.written == set()
    assert trace.read or "archive" not in takes


def test_every_table_has_a_command_that_writes_it():
    commands = {name.replace("_", "-") for name in hubbub.COMMANDS}
    assert {form.writer for form in TABLES.values()} <= commands
