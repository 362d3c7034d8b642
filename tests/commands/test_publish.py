"""Tests of publish against a stand-in hub on loopback."""

import logging
from pathlib import Path

import pytest
from tests.fake_hub import Hub, serve_hub

import hubbub
from hubbub.artifacts import Card, save_artifact
from hubbub.errors import ArtifactError, HubbubError

pytest.importorskip("huggingface_hub")

TOKEN = "hf_ThisIsNoRealTokenAtAll"  # noqa: S105
CARD = Card("To be tested.", "None.", "By hand.", "1.0", "Small.", "Nothing.", "mit", ("en",))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    with serve_hub(Hub(TOKEN)) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield running


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    files = {"1_Pooling/config.json": b"{}", "tokenizer.json": b"{}"}
    save_artifact(folder, name="m", kind="test", config={}, tensors={}, files=files, card=CARD)
    return folder


def test_every_file_arrives_in_a_private_repository_and_the_token_nowhere(
    hub: Hub, artifact: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    (artifact / "notes.txt").write_text("mine alone")
    report = hubbub.publish(artifact, "ann/chat")
    assert hub.private == {"ann/chat": True}
    listed = {str(path.relative_to(artifact)): path.read_bytes() for path in artifact.rglob("*") if path.is_file()}
    del listed["notes.txt"]
    assert hub.files["ann/chat"] == listed
    assert report.details["address"].startswith(hub.address)
    assert not any(TOKEN in text for text in (caplog.text, *capfd.readouterr(), repr(report)))
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


def test_public_is_said_and_a_repository_can_be_published_to_again(hub: Hub, artifact: Path):
    hubbub.publish(artifact, "ann/open", public=True)
    assert hub.private == {"ann/open": False}
    hubbub.publish(artifact, "ann/open", public=True)
    hub.files["ann/open"].clear()
    with pytest.raises(HubbubError, match="public: everybody could read"):
        hubbub.publish(artifact, "ann/open")
    assert not hub.files["ann/open"]


def test_the_token_may_stand_in_a_file(hub: Hub, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HF_TOKEN")
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    hubbub.publish(artifact, "ann/chat", token_file=tmp_path / "token")
    assert "ann/chat" in hub.files


def test_without_a_token_nothing_is_asked(hub: Hub, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(HubbubError, match="needs a token of the hub; in the variable HF_TOKEN there is none"):
        hubbub.publish(artifact, "ann/chat")
    with pytest.raises(HubbubError, match="cannot be read"):
        hubbub.publish(artifact, "ann/chat", token_file=tmp_path / "nowhere")
    (tmp_path / "token").write_text("two words")
    with pytest.raises(HubbubError, match="something else") as raised:
        hubbub.publish(artifact, "ann/chat", token_file=tmp_path / "token")
    assert "two words" not in str(raised.value)
    assert not hub.asked


@pytest.mark.parametrize(("change", "status"), [({"token": "hf_another"}, 401), ({"may_write": False}, 403)])
def test_a_refused_token_is_said_but_not_shown(hub: Hub, artifact: Path, change: dict, status: int):
    vars(hub).update(change)
    with pytest.raises(HubbubError, match=rf"refused the token for ann/chat \({status}\)") as raised:
        hubbub.publish(artifact, "ann/chat")
    assert TOKEN not in str(raised.value)
    assert not hub.files


def test_what_is_no_artifact_is_not_uploaded(hub: Hub, artifact: Path, tmp_path: Path):
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ArtifactError):
            hubbub.publish(folder, "ann/chat")
    (artifact / "tokenizer.json").write_text("altered")
    with pytest.raises(ArtifactError, match="altered or damaged"):
        hubbub.publish(artifact, "ann/chat")
    assert not hub.asked


def test_a_wrong_name_and_a_hub_that_fails_are_said(hub: Hub, artifact: Path):
    with pytest.raises(HubbubError, match="named like user/model"):
        hubbub.publish(artifact, "ann/chat/more")
    hub.fails_at_commit = True
    with pytest.raises(HubbubError, match="Nothing of it was published"):
        hubbub.publish(artifact, "ann/chat")


def test_a_network_that_is_down_is_said(artifact: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubbubError, match=r"Cannot reach http://127\.0\.0\.1:9"):
        hubbub.publish(artifact, "ann/chat")
