"""What all tests share: no network but loopback, the real data if it is there, one simulated archive."""

from __future__ import annotations

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # Beside another worker, more threads than one each only wait for each other.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1"))

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import hubbub

# The same examples at every run, and no clock: machines are slow at times, and a failure must come again.
settings.register_profile("hubbub", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hubbub")

CHROMIUM = Path("/usr/bin/chromium")
_CONNECT = socket.socket.connect


def _connect_to_loopback(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else address
    if self.family in (socket.AF_INET, socket.AF_INET6) and host not in {"127.0.0.1", "::1", "localhost"}:
        raise AssertionError(f"A test tried to reach {address}: tests pass with the network cable out.")
    _CONNECT(self, address)


def pytest_report_header() -> str | None:
    """Say at which sizes the faults run."""
    from tests.sizes import SIZES, SOAK

    return f"faults at their long sizes: {', '.join(f'{n:,} {what}' for what, n in SIZES.items())}" if SOAK else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a module's tests, and so its fixtures, in one worker; those that measure a clock share one worker."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _connect_to_loopback)


@pytest.fixture(autouse=True)
def _no_archive_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBBUB_ARCHIVE", raising=False)
    monkeypatch.delenv("HUBBUB_TOKEN", raising=False)
    monkeypatch.delenv("HF_TOKEN", raising=False)


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of real data, or a skip that says how to name it."""
    folder = os.environ.get("HUBBUB_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real data is not here: HUBBUB_DATA names its folder")
    return Path(folder)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with one simulated stream of 3,000 messages, its topics, batch and live; for reading only."""
    folder = tmp_path_factory.mktemp("simulated") / "archive"
    hubbub.simulate(folder, seed=3, n_messages=3000, duration_seconds=3600.0)
    hubbub.find_topics(folder)
    hubbub.score_sentiment(folder)
    hubbub.follow(folder)
    return folder


@pytest.fixture
def archive(simulated: Path, tmp_path: Path) -> Path:
    """Return a copy of the simulated archive that a test may change."""
    return Path(shutil.copytree(simulated, tmp_path / "archive"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return Debian's chromium, driven by playwright, whose event loop must end before another module's begins."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield chromium
        chromium.close()
