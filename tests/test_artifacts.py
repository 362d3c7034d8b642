"""Tests of model folders: what is written is read, and nothing altered is ever used."""

import hashlib
import json
import os
import pickle  # noqa: TID251 - to show that it is refused
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from hubbub.artifacts import (
    FORMAT_VERSION,
    Card,
    list_artifacts,
    load_artifact,
    read_file,
    read_tensors,
    read_use,
    save_artifact,
)
from hubbub.errors import ArtifactError

CARD = Card(
    purpose="To be tested.",
    data="None.",
    procedure="By hand.",
    metrics="1.0 (baseline 0.0).",
    limits='Is "small": very.',
    privacy="Nothing.",
    licence="mit",
    languages=("en", "fr"),
    tags=("a: b", "#c"),
)
TENSORS = {
    "weights": np.arange(12, dtype=np.float32).reshape(3, 4),
    "turned": np.arange(6, dtype=np.int64).reshape(2, 3).T,
    "table": np.array([[0, 255]], np.uint8),
}


def save(folder, name="tiny-1", **changes):
    fields = {"kind": "test", "config": {"dim": 4}, "tensors": TENSORS, "files": {"tokenizer.model": b"\x00abc"}}
    return save_artifact(folder, name=name, **(fields | {"card": CARD} | changes))


def rewrite(folder, file, content):
    """Put other content in a file and its right checksum in the list, as an attacker would."""
    (folder / file).write_bytes(content)
    lines = [line for line in (folder / "SHA256SUMS").read_text().splitlines() if not line.endswith("  " + file)]
    (folder / "SHA256SUMS").write_text("\n".join([*lines, f"{hashlib.sha256(content).hexdigest()}  {file}"]) + "\n")


def test_what_is_saved_is_loaded(tmp_path):
    saved = save(tmp_path / "deep" / "model")
    loaded = load_artifact(tmp_path / "deep" / "model")
    assert loaded == saved
    assert (loaded.name, loaded.kind, loaded.format_version, loaded.config) == ("tiny-1", "test", 1, {"dim": 4})
    assert read_file(loaded, "tokenizer.model") == b"\x00abc"
    tensors = read_tensors(loaded)
    assert tensors.keys() == TENSORS.keys()
    for key, tensor in TENSORS.items():
        assert tensors[key].dtype == tensor.dtype
        np.testing.assert_array_equal(tensors[key], tensor)


def test_nothing_else_is_left_beside(tmp_path):
    save(tmp_path / "model")
    save(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_sha256sum_reads_the_list(tmp_path):
    save(tmp_path / "model")
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path / "model", capture_output=True
    )
    assert done.returncode == 0
    assert done.stdout.count(b": OK") == 4


def test_card_has_every_section_and_a_header_that_quotes_cannot_break(tmp_path):
    save(tmp_path / "model")
    text = (tmp_path / "model" / "README.md").read_text()
    _, header, body = text.split("---\n", 2)
    fields = {line.split(": ", 1)[0]: json.loads(line.split(": ", 1)[1]) for line in header.splitlines()}
    assert fields == {
        "license": "mit",
        "library_name": "hubbub",
        "language": ["en", "fr"],
        "tags": ["hubbub", "test", "a: b", "#c"],
    }
    for section in ("Purpose", "Data", "Procedure", "Metrics", "Limits", "Privacy", "Licence"):
        assert f"\n## {section}\n\n" in body


def test_card_tells_the_hub_what_loads_it_and_what_to_try(tmp_path):
    widget = ({"source_sentence": 'he said: "go"', "sentences": ["a", "b: c"]},)
    hub = {"library": "sentence-transformers", "pipeline": "sentence-similarity", "base_model": "mlm-1"}
    save(tmp_path / "model", card=replace(CARD, examples=widget, **hub))
    header = (tmp_path / "model" / "README.md").read_text().split("---\n", 2)[1]
    fields = {line.split(": ", 1)[0]: json.loads(line.split(": ", 1)[1]) for line in header.splitlines()}
    assert fields["widget"] == list(widget)
    wanted = {"library_name": "sentence-transformers", "pipeline_tag": "sentence-similarity", "base_model": "mlm-1"}
    assert wanted.items() <= fields.items()


def test_files_may_stand_in_one_folder_below(tmp_path):
    save(tmp_path / "model", files={"1_Pooling/config.json": b"{}"})
    assert read_file(load_artifact(tmp_path / "model"), "1_Pooling/config.json") == b"{}"
    for name in ("../x", "/x", "a/b/c", "a/../x", "a/.x", "a//x"):
        with pytest.raises(ValueError, match="plain names"):
            save(tmp_path / "other", files={name: b""})
    assert not (tmp_path / "other").exists()


def test_card_with_an_empty_section_is_refused(tmp_path):
    with pytest.raises(ValueError, match="limits"):
        save(tmp_path / "model", card=Card("a", "b", "c", "d", " ", "f", "mit"))
    assert not (tmp_path / "model").exists()


def test_same_name_is_replaced_and_another_is_not(tmp_path):
    save(tmp_path / "model", files={"old": b"1"})
    save(tmp_path / "model")
    assert not (tmp_path / "model" / "old").exists()
    with pytest.raises(ArtifactError, match="holds the artifact 'tiny-1', not 'other'"):
        save(tmp_path / "model", name="other")
    assert load_artifact(tmp_path / "model").name == "tiny-1"
    assert save(tmp_path / "model", name="other", overwrite=True).name == "other"
    assert load_artifact(tmp_path / "model").name == "other"


def test_a_folder_of_something_else_is_never_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(ArtifactError, match="new or empty"):
            save(tmp_path, overwrite=overwrite)
    with pytest.raises(ArtifactError, match="new or empty"):
        save(tmp_path / "thesis.txt", overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "model").mkdir()
    save(tmp_path / "model")
    assert load_artifact(tmp_path / "model").name == "tiny-1"


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch, step):
    save(tmp_path / "model")
    before = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr("os.fsync", fail)
        else:
            rename = type(tmp_path).rename
            patch.setattr("pathlib.Path.rename", lambda path, to: fail() if path.suffix == ".new" else rename(path, to))
        with pytest.raises(ArtifactError, match="No space left"):
            save(tmp_path / "model", config={"dim": 5})
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()} == before


@pytest.mark.parametrize(
    "file", ["../escape", "a/b/c", "", ".", "..", ".hidden", "config.json", "SHA256SUMS", "two\nlines"]
)
def test_file_names_that_are_not_plain_are_refused(tmp_path, file):
    with pytest.raises(ValueError, match="plain"):
        save(tmp_path / "model", files={file: b""})


def test_reserved_config_fields_are_refused(tmp_path):
    with pytest.raises(ValueError, match="kind"):
        save(tmp_path / "model", config={"kind": "x"})


@pytest.mark.parametrize("file", ["README.md", "config.json", "model.safetensors", "tokenizer.model"])
@pytest.mark.parametrize("fault", ["altered", "missing"])
def test_every_file_is_verified(tmp_path, file, fault):
    save(tmp_path / "model")
    path = tmp_path / "model" / file
    if fault == "missing":
        path.unlink()
    elif file == "config.json":
        path.write_text(path.read_text().replace('"dim": 4', '"dim": 5'))
    else:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    with pytest.raises(ArtifactError, match="sha256 must be" if fault == "altered" else "No such file") as caught:
        load_artifact(tmp_path / "model")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_altered_after_loading_is_not_used(tmp_path):
    artifact = save(tmp_path / "model")
    for file in ("model.safetensors", "tokenizer.model"):
        (tmp_path / "model" / file).write_bytes(b"other")
    with pytest.raises(ArtifactError, match="altered"):
        read_tensors(artifact)
    with pytest.raises(ArtifactError, match="altered"):
        read_file(artifact, "tokenizer.model")
    with pytest.raises(ArtifactError, match="listed"):
        read_file(artifact, "../model/config.json")


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 0, "1", True, None])
def test_other_formats_are_refused(tmp_path, version):
    save(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text()) | {"format_version": version}
    rewrite(tmp_path / "model", "config.json", json.dumps(config).encode())
    with pytest.raises(ArtifactError, match=r"format_version 1 to 1, found .*Update hubbub"):
        load_artifact(tmp_path / "model")


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("unpickled",)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_under_the_name_of_tensors_is_not_loaded(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "model")
    rewrite(tmp_path / "model", "model.safetensors", pickle.dumps(Harmful(), protocol))
    with pytest.raises(ArtifactError, match="safetensors file, but"):
        read_tensors(load_artifact(tmp_path / "model"))
    assert not (tmp_path / "unpickled").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04" + bytes(60),
        (2**40).to_bytes(8, "little") + b"{}",
        (17 * 2**20).to_bytes(8, "little") + b"{" + b" " * (17 * 2**20),
        (2).to_bytes(8, "little") + b"[]",
        (8).to_bytes(8, "little") + b"not json",
        (61).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[99999],"data_offsets":[0,99999]}}'[:61],
    ],
    ids=["empty", "zip", "header-beyond-file", "huge-header", "no-object", "no-json", "cut"],
)
def test_broken_tensors_are_refused(tmp_path, content):
    save(tmp_path / "model")
    rewrite(tmp_path / "model", "model.safetensors", content)
    with pytest.raises(ArtifactError, match=r"model\.safetensors must be a safetensors file, but"):
        read_tensors(load_artifact(tmp_path / "model"))


@pytest.mark.parametrize("config", [b"", b"[]", b"{}", b"\xff", b'{"name": 1, "kind": "a"}'])
def test_a_broken_config_is_refused(tmp_path, config):
    save(tmp_path / "model")
    rewrite(tmp_path / "model", "config.json", config)
    with pytest.raises(ArtifactError, match=r"config\.json"):
        load_artifact(tmp_path / "model")


@pytest.mark.parametrize("line", ["", "abc  x", f"{'0' * 64}  ../x", f"{'0' * 64} x", f"{'g' * 64}  x"])
def test_a_broken_list_of_checksums_is_refused(tmp_path, line):
    save(tmp_path / "model")
    path = tmp_path / "model" / "SHA256SUMS"
    path.write_text(line + "\n" + path.read_text())
    with pytest.raises(ArtifactError, match=r"SHA256SUMS:1: a line must be"):
        load_artifact(tmp_path / "model")


def test_a_list_without_the_tensors_is_refused(tmp_path):
    save(tmp_path / "model")
    path = tmp_path / "model" / "SHA256SUMS"
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "safetensors" not in line))
    with pytest.raises(ArtifactError, match=r"must list 'model\.safetensors'"):
        load_artifact(tmp_path / "model")


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(ArtifactError, match="No such file"):
        load_artifact(tmp_path / "nothing")


def test_artifacts_are_listed_by_name(tmp_path):
    assert list_artifacts(tmp_path / "nothing") == []
    save(tmp_path / "b", name="one")
    save(tmp_path / "a", name="two")
    (tmp_path / "c").mkdir()
    (tmp_path / "file").write_text("")
    assert [(artifact.name, artifact.folder.name) for artifact in list_artifacts(tmp_path)] == [
        ("one", "b"),
        ("two", "a"),
    ]


@pytest.mark.parametrize("fields", [{}, {"kind": "use"}, {"kind": "use", "name": "use-multilingual-3"}])
def test_parts_of_another_kind_are_refused(tmp_path, fields):
    save(tmp_path / "model", **fields)
    with pytest.raises(ArtifactError, match="must hold the encoder 'use-multilingual-3' of kind 'use'"):
        read_use(tmp_path / "model")
