"""What is packaged runs on its own: the entry script, the container's command, the client, Azure ML's own server."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

import hubbub
from hubbub.commands import package_model
from hubbub.errors import ArtifactError, HubbubError

TEXTS = ["what a lovely day :)", "this is awful", "", "je suis très content de ce jeu", "a" * 3000]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed") / "out"
    report = hubbub.package_model("en", output=folder)
    assert report.details["endpoint"] == "sentiment-en"
    assert report.details["bytes"] == sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return folder


def _alone(packed: Path, **more: str) -> dict[str, str]:
    """Return an environment in which the code is found in the package's app folder, and nowhere else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(packed / "app"), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"} | more


def _expected(texts: list[str]) -> list[dict[str, object]]:
    rows = hubbub.load_sentiment("en").score(texts).rows(named=True)
    shares = [[row[f"p_{side}"] for side in ("negative", "neutral", "positive")] for row in rows]
    return [
        {"label": row["label"], "score": max((x for x in share if x is not None), default=None)}
        for row, share in zip(rows, shares, strict=True)
    ]


def test_the_entry_script_says_what_python_says(packed: Path, tmp_path: Path):
    response = tmp_path / "azureml_inference_server_http" / "api"
    response.mkdir(parents=True)
    for folder in (response.parent, response):
        (folder / "__init__.py").touch()
    (response / "aml_response.py").write_text(
        "class AMLResponse:\n    def __init__(self, message, status, json_str):\n        self.said = message, status\n"
    )
    code = f"""
import json, sys
sys.path += [{str(packed / "app")!r}, {str(tmp_path)!r}]
import score
score.init()
import hubbub
assert hubbub.__file__.startswith({str(packed)!r}), hubbub.__file__
assert not {{"fastapi", "torch"}} & set(sys.modules)
many = score.run(json.dumps({{"texts": {TEXTS!r}}}))
one = score.run(json.dumps({{"text": {TEXTS[0]!r}}}))
wrong = [score.run(body).said for body in ("{{", '{{"txt": "a"}}', '{{"text": "' + "a" * 200_000 + '"}}')]
print(json.dumps([many, one, wrong]))
"""
    environment = _alone(packed, AZUREML_MODEL_DIR=str(packed)) | {"PYTHONPATH": ""}
    made = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    many, one, wrong = json.loads(made.stdout)
    assert many["results"] == _expected(TEXTS)
    assert one.keys() == {"label", "score", "elapsed_time"}
    assert {name: one[name] for name in ("label", "score")} == _expected(TEXTS[:1])[0]
    assert [status for _, status in wrong] == [422, 422, 413]
    assert all(answer["error"] for answer, _ in wrong)


def test_the_containers_command_serves_and_the_client_asks(packed: Path, tmp_path: Path):
    docker = (packed / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+) ", docker, re.MULTILINE)
    assert all((packed / name).exists() for name in copied)
    assert 'CMD ["python", "serve.py"]' in docker
    port = _free_port()
    served = (packed / "app" / "serve.py").read_text().replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    served = served.replace("8000", str(port)).replace("/app/model", str(packed / "model"))
    environment = _alone(packed, HUBBUB_TOKEN="secret-of-the-test")  # noqa: S106
    url = f"http://127.0.0.1:{port}"
    with _running([sys.executable, "-c", served], environment, f"{url}/ready", tmp_path):
        said = _ask(packed, f"{url}/score", TEXTS[:3])
        healthy = (packed / "app" / "healthy.py").read_text().replace(":8000", f":{port}")
        assert subprocess.run([sys.executable, "-c", healthy], env=environment, check=False).returncode == 0
    lines = said.stdout.splitlines()
    assert [line.split()[0].rstrip(":") for line in lines[:3]] == ["positive", "negative", "unknown"]
    assert lines[3].startswith("in 0.")
    gone = _ask(packed, f"{url}/score", ["x"])
    assert gone.returncode == 1
    assert "cannot be reached" in gone.stderr
    assert "Traceback" not in gone.stderr


def test_the_endpoint_and_its_deployment_fit_together(packed: Path):
    azure = packed / "azure"
    endpoint = yaml.safe_load((azure / "endpoint.yml").read_text())
    deployment = yaml.safe_load((azure / "deployment.yml").read_text())
    conda = yaml.safe_load((azure / "conda.yml").read_text())
    assert endpoint["name"] == deployment["endpoint_name"] == "sentiment-en"
    assert endpoint["auth_mode"] == "key"
    # Paths are from the file that names them.
    code = azure / deployment["code_configuration"]["code"]
    assert (code / deployment["code_configuration"]["scoring_script"]).is_file()
    assert (azure / deployment["model"]["path"] / "preparation.json").is_file()
    assert (azure / deployment["environment"]["conda_file"]).is_file()
    pins = conda["dependencies"][-1]["pip"]
    assert pins == (azure / "requirements.txt").read_text().split()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    names = {pin.partition("==")[0] for pin in pins}
    assert {"azureml-inference-server-http", "numpy", "polars"} <= names
    assert "fastapi" not in names
    assert "fastapi" in (packed / "requirements.txt").read_text()
    assert not list(packed.rglob("__pycache__"))
    said = (packed / "README.md").read_text()
    assert "$" not in said.replace("$(", "").replace("$URL", "")


@pytest.mark.parametrize(
    ("model", "endpoint"),
    [
        ("sentiment-en", "sentiment-en"),
        ("m", "sentiment-m"),
        ("2024_Tweets", "sentiment-2024-tweets"),
        ("_", "sentiment"),
        ("A.b_C" * 12, "a-b-ca-b-ca-b-ca-b-ca-b-ca-b-ca"),
    ],
)
def test_an_endpoint_has_a_name_that_azure_takes(model: str, endpoint: str):
    assert package_model._endpoint_name(model) == endpoint


def test_what_cannot_be_packaged_says_why(packed: Path, tmp_path: Path):
    with pytest.raises(ArtifactError, match="new or empty"):
        hubbub.package_model("en", output=packed)
    with pytest.raises(ArtifactError, match="No sentiment model"):
        hubbub.package_model(tmp_path / "none", output=tmp_path / "out")
    for name in ("Ab", "-abc", "abc-", "a" * 33, "a_b"):
        with pytest.raises(HubbubError, match="--endpoint"):
            hubbub.package_model("en", output=tmp_path / "out", endpoint=name)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_azure_mls_own_server_runs_it(packed: Path, tmp_path: Path):
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    wanted = ["-m", "pip", "install", "--quiet", "--requirement", str(packed / "azure" / "requirements.txt")]
    made = subprocess.run([programs / "python", *wanted], capture_output=True, text=True, check=False)
    if "Could not find a version" in made.stderr or "No matching distribution" in made.stderr:
        pytest.skip("the registry of packages cannot be reached")
    assert made.returncode == 0, made.stderr
    port = _free_port()
    command = [str(programs / "azmlinfsrv"), "--entry_script", str(packed / "app" / "score.py")]
    command += ["--model_dir", str(packed / "model"), "--port", str(port)]
    environment = _alone(packed) | {"PYTHONPATH": "", "AZUREML_MODEL_DIR": str(packed / "model")}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    with _running(command, environment, f"http://127.0.0.1:{port}/", tmp_path):
        said = _ask(packed, f"http://127.0.0.1:{port}/score", TEXTS[:3])
        assert [line.split()[0].rstrip(":") for line in said.stdout.splitlines()[:3]] == [
            "positive", "negative", "unknown"]  # fmt: skip
        wrong = urllib.request.Request(
            f"http://127.0.0.1:{port}/score", b'{"txt": 1}', {"Content-Type": "application/json"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(wrong, timeout=10)  # noqa: S310
        assert refused.value.code == 422
        refused.value.close()


def _ask(packed: Path, url: str, texts: list[str]) -> subprocess.CompletedProcess[str]:
    environment = _alone(packed, SCORING_KEY="secret-of-the-test")
    command = [sys.executable, str(packed / "client.py"), url, *texts]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _running(command: list[str], environment: dict[str, str], url: str, folder: Path) -> Iterator[None]:
    """Run a server until it answers, and end it."""
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while True:
                assert server.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                try:
                    urllib.request.urlopen(url, timeout=10).close()  # noqa: S310
                    break
                except urllib.error.HTTPError as refused:
                    refused.close()
                    break  # it is there, and wants a token
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(10)
