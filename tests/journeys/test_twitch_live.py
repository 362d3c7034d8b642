"""`hubbub watch` against a server that fails in every way: what arrived is kept once, what was missed is told."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from tests.fake_irc import FakeIrc, Sent, line_of, make_certificate
from tests.journeys.live_load import Carried, Load, Watch, carry
from tests.sizes import LOAD_SECONDS, N_TEN_THOUSANDS

import hubbub
from hubbub.store.archive import Archive


@contextmanager
def watching(archive: Path, server: FakeIrc, channels: list[str], *more: str) -> Iterator[Watch]:
    watch = Watch(archive, *(f"twitch:{channel}" for channel in channels), "--server", server.url, *more)
    try:
        server.wait_for(channels, 60.0)
        yield watch
    finally:
        watch.process.kill()
        watch.process.wait()
        for pipe in (watch.process.stdout, watch.process.stderr):
            if pipe:
                pipe.close()


def messages(archive: Path) -> pl.DataFrame:
    return hubbub.table(archive, "messages", limit=100_000)


def check_kept(archive: Path, sent: list[Sent]) -> None:
    """Hold that the archive has each message once, as it was sent, in order of time."""
    rows = messages(archive).filter(pl.col("kind") == "message")
    assert rows["message_id"].is_unique().all()
    found = {row["message_id"]: (row["channel"], row["text"]) for row in rows.iter_rows(named=True)}
    assert found == {one.message_id: (one.channel, one.text) for one in sent}
    for _, stream in rows.group_by("stream_id", maintain_order=True):
        assert stream["sent_at"].is_sorted()


def check_gaps(archive: Path, server: FakeIrc, channel: str, n_gaps: int) -> list[str]:
    """Hold each gap of a channel to within two seconds of what the server knows; return the causes."""
    links = sorted((begin, end) for name, begin, end in server.links if name == channel)
    missing, until = [], links[0][1]
    for begin, end in links[1:]:
        if begin > until:
            missing.append((until, begin))
        until = max(until, end)
    gaps = hubbub.table(archive, "gaps").filter(pl.col("stream_id").str.starts_with(channel)).sort("started_at")
    told = [(row["started_at"].timestamp(), row["ended_at"].timestamp()) for row in gaps.iter_rows(named=True)]
    assert len(told) == len(missing) == n_gaps, (told, missing)
    for (begin, end), (told_begin, told_end) in zip(missing, told, strict=True):
        assert abs(begin - told_begin) < 2
        assert abs(end - told_end) < 2
    return gaps["cause"].to_list()


def say_some(server: FakeIrc, channels: list[str], n: int = 20) -> None:
    for number in range(n):
        server.say(channels[number % len(channels)])


def test_an_orderly_end_a_reconnect_and_bytes_one_at_a_time(tmp_path: Path):
    channels = ["pond", "lake"]
    archive = tmp_path / "archive"
    with FakeIrc() as server:
        with watching(archive, server, channels) as watch:
            say_some(server, channels)
            server.fin()
            server.until(lambda: not server.clients)
            server.wait_for(channels)
            say_some(server, channels)
            one = Sent("pond", "each-byte-alone", "é 👍 日本 " + "x" * 40, 1_700_000_000_000)
            server.sent.append(one)
            server.give(line_of(one).encode(), each=1)
            server.give(b"@id=" + b"x" * 100_000 + b"\r\n@new=1 :tmi.twitch.tv NEW #pond :x\r\nPING :again\r\n")
            server.until(lambda: server.pongs == [":again"])
            n_before = server.n_connections
            server.give(b":tmi.twitch.tv RECONNECT\r\n")
            deadline = time.monotonic() + 30
            while server.n_connections == n_before or len(server.do(server.live)) > 1:
                say_some(server, channels, 2)
                time.sleep(0.05)
                assert time.monotonic() < deadline
            report = watch.end()
        check_kept(archive, server.sent)
        for channel in channels:
            assert check_gaps(archive, server, channel, 1) == ["the server closed the connection"]
    notes = report["details"]["notes"]
    assert notes["reconnects that the server asked for"] == 1
    assert notes["lines of more than 64 KB, dropped"] == 1
    assert notes["unknown commands: NEW"] == notes["unknown tags: new"] == 1
    assert notes["messages that came twice, kept once"] > 0
    assert report["n_kept"] == report["n_in"] == len(server.sent)
    assert report["details"]["channels"] == dict(sorted(Counter(one.channel for one in server.sent).items()))


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")
def test_a_reset_over_tls_a_server_that_refuses_and_a_stream_that_goes_on(tmp_path: Path):
    archive, certificate = tmp_path / "archive", make_certificate(tmp_path)
    with FakeIrc(certificate) as server:
        with watching(archive, server, ["pond"], "--ca-file", str(certificate[0])) as watch:
            say_some(server, ["pond"])
            server.is_refusing = True
            server.rst()
            server.until(lambda: server.n_connections >= 2)
            server.is_refusing = False
            server.wait_for(["pond"])
            say_some(server, ["pond"])
            first = watch.end(signal.SIGTERM)
        assert len(check_gaps(archive, server, "pond", 1)) == 1
        with watching(archive, server, ["pond"], "--ca-file", str(certificate[0])) as watch:
            say_some(server, ["pond"])
            second = watch.end()
        assert first["details"]["streams"] == second["details"]["streams"]
        check_kept(archive, server.sent)
        assert check_gaps(archive, server, "pond", 2)[1] == "hubbub was not running"


def test_a_certificate_that_does_not_fit_is_no_server(tmp_path: Path):
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    with FakeIrc(make_certificate(tmp_path)) as server:
        report = hubbub.watch(tmp_path / "archive", ["twitch:pond"], server=server.url, minutes=0.06)
        assert server.joins == []
    assert any("TLS" in gap["cause"] for gap in report.details["gaps"]), report.details


def with_repeats(seed: int, channels: list[str]) -> tuple[list[Sent], list[Sent], list[Sent]]:
    """Return 7,000 messages; them and 3,000 of them again, up to five seconds out of order; 200 ids used elsewhere."""
    rng, first = random.Random(seed), 1_700_000_000_000 + seed * 70_000
    sent = [
        Sent(channels[n % 3], f"{seed:04d}-{n:06d}-id", f"text {n} é", first + n * 10 + rng.randint(-5_000, 5_000))
        for n in range(7_000)
    ]
    again = rng.sample(sent, 3_000)
    # A key is (platform, id): the same id in another channel is no other message.
    reused = [one._replace(channel=channels[(channels.index(one.channel) + 1) % 3]) for one in again[:200]]
    poured = sorted([*sent, *again], key=lambda one: (one.ms + rng.randint(0, 5_000), one.message_id))
    return sent, poured, reused


def test_messages_with_duplicates_and_out_of_order_are_kept_once(tmp_path: Path):
    channels, archive = ["pond", "lake", "sea"], tmp_path / "archive"
    with FakeIrc() as server, watching(archive, server, channels) as watch:
        for seed in range(N_TEN_THOUSANDS):
            _, poured, reused = with_repeats(seed, channels)
            data = "".join(line_of(one) for one in [*poured, *reused]).encode()
            for begin in range(0, len(data), 65_000):
                server.give(data[begin : begin + 65_000])
            server.give(f"PING :end {seed}\r\n".encode())
            server.until(lambda seed=seed: server.pongs[-1:] == [f":end {seed}"], 120.0)
        report = watch.end()
    expected = {
        one.message_id: (one.channel, one.text)
        for seed in range(N_TEN_THOUSANDS)
        for one in with_repeats(seed, channels)[0]
    }
    rows = Archive(archive).read("messages", columns=["message_id", "stream_id", "channel", "text", "sent_at"])
    assert rows.height == len(expected) == report["n_kept"]
    assert {
        key: (channel, text) for key, channel, text in rows.select("message_id", "channel", "text").iter_rows()
    } == expected
    for _, stream in rows.group_by("stream_id", maintain_order=True):
        assert stream["sent_at"].is_sorted()
    assert report["n_in"] == N_TEN_THOUSANDS * 7_200
    assert report["details"]["notes"]["messages that came twice, kept once"] == N_TEN_THOUSANDS * 3_000


def check_carried(archive: Path, carried: Carried) -> None:
    report, n_sent = carried.report, sum(carried.sent.values())
    assert report["details"]["channels"] == dict(sorted(carried.sent.items())), "lost, or doubled"
    assert report["n_in"] == report["n_kept"] == n_sent
    ids = Archive(archive).read("messages", columns=["message_id"])["message_id"]
    assert ids.len() == ids.n_unique() == n_sent
    assert set(ids.sample(1000, seed=1)) <= {f"{number:08x}-pour" for number in range(n_sent)}
    assert report["details"]["n_gaps"] == 0 or all(
        gap["cause"] == "not joined yet" for gap in report["details"]["gaps"]
    )


@pytest.mark.xdist_group("load")
def test_five_thousand_messages_a_second_and_a_burst(tmp_path: Path):
    # Twenty channels are joined at once; fifty take half a minute within Twitch's limit.
    carried = carry(tmp_path / "archive", Load(5_000, 10, 20_000, 1), n_channels=20)
    assert sum(carried.sent.values()) > 55_000
    check_carried(tmp_path / "archive", carried)
    assert max(carried.memory_mb) < 600
    # How soon it is on the disk depends on who else uses the machine; the slow test holds it to 250 ms on a quiet one.
    assert carried.lags["all"] < 30


@pytest.mark.slow
@pytest.mark.xdist_group("load")
def test_a_minute_of_load_with_a_burst_in_flat_memory_and_on_time(tmp_path: Path):
    carried = carry(tmp_path / "archive", Load(5_000, LOAD_SECONDS, 20_000, 5), n_channels=50)
    check_carried(tmp_path / "archive", carried)
    assert carried.lags["99 of 100"] <= 0.25, carried.lags
    assert max(carried.memory_mb) <= 1_500
    first, last = carried.halves_mb
    assert last <= first + 100, "memory grows"


@pytest.mark.slow
def test_a_half_open_link_is_noticed_in_time(tmp_path: Path):
    archive = tmp_path / "archive"
    with FakeIrc() as server:
        with watching(archive, server, ["pond"]) as watch:
            say_some(server, ["pond"])
            server.freeze()
            began = time.monotonic()
            server.wait_for(["pond"], 30.0)
            assert time.monotonic() - began < 30.0
            say_some(server, ["pond"])
            server.until(lambda: time.monotonic() - began > 25.0)
            server.listen_again()
            server.until(lambda: len(server.clients) == 1)
            watch.end()
        check_kept(archive, server.sent)
        (cause,) = check_gaps(archive, server, "pond", 1)
    assert "no sign of life" in cause
