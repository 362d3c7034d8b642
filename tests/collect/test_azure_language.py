"""The client of the Azure Language API against a stand-in that enforces its form; nothing is paid twice."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from tests.fake_azure import KEY, FakeAzure

from hubbub.collect.azure_language import Access, Answers, ask_azure, count_records, read_access
from hubbub.errors import MissingExtraError, SourceError

needs_client = pytest.mark.skipif(
    not importlib.util.find_spec("azure"), reason="azure-ai-textanalytics is not installed"
)


@pytest.fixture
def azure():
    with FakeAzure() as fake:
        yield fake


def _ask(azure: FakeAzure, texts: list[str], file: Path, **how) -> Answers:
    answers = Answers(file, "en")
    ask_azure(texts, "en", Access(azure.endpoint, how.pop("key", KEY)), answers, backoff_seconds=0.0, **how)
    return answers


@needs_client
def test_texts_are_asked_by_ten_and_told_apart(azure: FakeAzure, tmp_path: Path):
    texts = [f"{word} day {i}" for i in range(8) for word in ("great", "awful", "some")]
    seen: list[tuple[int, int]] = []
    answers = _ask(azure, [*texts, texts[0], " ", "x" * 9000], tmp_path / "a", progress=lambda *at: seen.append(at))
    assert [len(batch) for batch in azure.batches] == [10, 10, 5]
    assert azure.batches[2][-1] == "x" * 5120
    assert azure.refused == []
    assert seen == [(10, 25), (20, 25), (25, 25)]
    for text in texts:
        side = {"great": 2, "awful": 0, "some": 1}[text.split()[0]]
        assert answers.get(text) == tuple(0.96 if i == side else 0.02 for i in range(3))
    assert answers.get(" ") is None


@needs_client
def test_nothing_is_asked_twice_even_after_a_stop(azure: FakeAzure, tmp_path: Path):
    texts = [f"good {i}" for i in range(25)]
    azure.faults = {n: (500, {}) for n in range(3, 40)}
    with pytest.raises(SourceError, match="20 of 25 texts were answered"):
        _ask(azure, texts, tmp_path / "a")
    (tmp_path / "a").write_text((tmp_path / "a").read_text() + '["torn', "utf-8")
    azure.faults = {}
    n = len(azure.batches)
    _ask(azure, texts, tmp_path / "a")
    assert azure.batches[n:] == [texts[20:]]
    _ask(azure, texts, tmp_path / "a")
    assert len(azure.batches) == n + 1
    assert "good" not in (tmp_path / "a").read_text()


@needs_client
@pytest.mark.parametrize("fault", [(429, {"Retry-After": "0"}), (429, {}), (500, {}), (502, {}), (503, {}), (504, {})])
def test_what_passes_is_waited_for(azure: FakeAzure, tmp_path: Path, fault):
    azure.faults = {1: fault, 2: fault}
    assert _ask(azure, ["good"], tmp_path / "a").get("good") == (0.02, 0.02, 0.96)
    assert azure.n_requests == 3


@needs_client
@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "refuses the key"), (403, "quota"), (404, "must be the endpoint"), (429, "too often"), (400, "answers 400")],
)
def test_what_does_not_pass_says_why(azure: FakeAzure, tmp_path: Path, status: int, said: str):
    azure.faults = {n: (status, {}) for n in range(1, 40)}
    with pytest.raises(SourceError, match=said) as raised:
        _ask(azure, ["good"], tmp_path / "a")
    assert KEY not in str(raised.value)
    assert azure.n_requests == (7 if status == 429 else 1)


@needs_client
def test_a_wrong_key_and_a_dead_end(azure: FakeAzure, tmp_path: Path):
    with pytest.raises(SourceError, match="refuses the key"):
        _ask(azure, ["good"], tmp_path / "a", key="f" * 32)
    with pytest.raises(SourceError, match="cannot be reached"):
        ask_azure(["x"], "en", Access("http://127.0.0.1:9/", KEY), Answers(tmp_path / "b", "en"), backoff_seconds=0.0)


@needs_client
def test_one_refused_text_is_undecided_and_hostile_text_is_sent(azure: FakeAzure, tmp_path: Path):
    answers = _ask(azure, ["refuse this", "good \ud800 one", "bad\x00one"], tmp_path / "a")
    assert answers.get("refuse this") == (0.0, 1.0, 0.0)
    assert answers.get("good \ud800 one") == (0.02, 0.02, 0.96)


def test_records_are_of_a_thousand_characters():
    assert count_records(["a", "a" * 1000, "a" * 1001, "a" * 99_999]) == 1 + 1 + 2 + 6


def test_endpoint_and_key_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AZURE_LANGUAGE_ENDPOINT", raising=False)
    monkeypatch.delenv("AZURE_LANGUAGE_KEY", raising=False)
    with pytest.raises(SourceError, match="needs AZURE_LANGUAGE_ENDPOINT, and the environment"):
        read_access(None)
    file = tmp_path / "azure.env"
    file.write_text(f"AZURE_LANGUAGE_ENDPOINT=https://x.example\nAZURE_LANGUAGE_KEY = '{KEY}'\n")
    file.chmod(0o644)
    with pytest.raises(SourceError, match="chmod 600"):
        read_access(file)
    file.chmod(0o600)
    assert read_access(file) == Access("https://x.example", KEY)
    assert KEY not in repr(read_access(file))
    monkeypatch.setenv("AZURE_LANGUAGE_KEY", KEY)
    monkeypatch.setenv("AZURE_LANGUAGE_ENDPOINT", "http://x.example")
    with pytest.raises(SourceError, match="must begin with https"):
        read_access(None)
    with pytest.raises(SourceError, match="cannot be read"):
        read_access(tmp_path / "none")


def test_a_missing_client_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "azure.ai.textanalytics", None)
    with pytest.raises(MissingExtraError, match=r"hubbub\[compare\]"):
        ask_azure(["x"], "en", Access("https://x.example", KEY), Answers(tmp_path / "a", "en"))
