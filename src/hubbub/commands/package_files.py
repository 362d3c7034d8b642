"""The files that ``package-model`` writes beside a model, as templates: ``$name`` and its like are filled in."""

from __future__ import annotations

DOCKERFILE = """\
# The sentiment model $name behind POST /score. Build and run: see README.md.
FROM docker.io/library/python:$python-slim
LABEL org.opencontainers.image.title="$name" \\
      org.opencontainers.image.description="Sentiment of short texts, by hubbub $version"
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt
COPY app/ .
COPY model/ model/
# One thread scores; threads of libraries would only wait for each other.
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
RUN useradd --create-home hubbub
USER hubbub
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=12s --start-period=20s CMD ["python", "healthy.py"]
CMD ["python", "serve.py"]
"""

AZURE_SERVER = "azureml-inference-server-http==1.5.1"

IGNORED = "azure/\nclient.py\n"

SERVE = '''\
"""Serve the model in this container, with an archive that is empty, until it is stopped."""

import sys
import tempfile

from hubbub.present.api import serve
from hubbub.store.archive import Archive

with tempfile.TemporaryDirectory() as folder:
    Archive(folder, create=True)
    sys.exit(serve(folder, host="0.0.0.0", port=8000, model="/app/model"))
'''

HEALTHY = '''\
"""Ask the service in this container whether it scores."""

import os
import urllib.request

request = urllib.request.Request("http://127.0.0.1:8000/ready")
request.add_header("Authorization", "Bearer " + os.environ.get("HUBBUB_TOKEN", ""))
urllib.request.urlopen(request, timeout=10).close()
'''

SCORE = '''\
"""Entry script of an Azure ML online endpoint: ``init`` loads the model once, ``run`` scores what is sent."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import hubbub
from hubbub.queries.sentiment_requests import answer_request

MODEL = None


def init():
    """Load the model that was deployed, and score once, so that the first request does not wait."""
    global MODEL
    root = Path(os.environ["AZUREML_MODEL_DIR"])
    MODEL = hubbub.load_sentiment(next(root.rglob("preparation.json")).parent)
    MODEL.score(["what a good game everyone"])


def run(raw_data):
    """Take ``{"text": ...}`` or ``{"texts": [...]}`` as JSON; give what ``POST /score`` of ``hubbub serve`` gives."""
    status, answer = answer_request(MODEL, raw_data if isinstance(raw_data, bytes) else str(raw_data).encode())
    if status == 200:
        return answer
    from azureml_inference_server_http.api.aml_response import AMLResponse

    return AMLResponse(answer, status, json_str=True)
'''

ENDPOINT = """\
$$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json
name: $endpoint
auth_mode: key
"""

DEPLOYMENT = """\
$$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: $endpoint
model:
  path: ../model
code_configuration:
  code: ../app
  scoring_script: score.py
environment:
  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest
  conda_file: conda.yml
environment_variables:
  WORKER_COUNT: "1"
  OMP_NUM_THREADS: "1"
instance_type: Standard_DS2_v2
instance_count: 1
request_settings:
  request_timeout_ms: 5000
  max_concurrent_requests_per_instance: 1
liveness_probe:
  initial_delay: 30
readiness_probe:
  initial_delay: 30
"""

CONDA = """\
name: hubbub
channels: [conda-forge]
dependencies:
  - python=$python
  - pip
  - pip:
$pins
"""

CLIENT = '''\
"""Ask the service for the sentiment of texts: python client.py URL TEXT [TEXT ...]

URL is that of POST /score: http://127.0.0.1:8000/score, or the scoring URI of an Azure ML endpoint. The key or token is
read from the environment variable SCORING_KEY.
"""

import json
import os
import sys
import urllib.error
import urllib.request


def ask(url, texts, key=""):
    """Return what the service says: one result a text, and the seconds it took."""
    body = json.dumps({"texts": texts}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    if key:
        request.add_header("Authorization", "Bearer " + key)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    url, *texts = sys.argv[1:]
    try:
        said = ask(url, texts, os.environ.get("SCORING_KEY", ""))
    except urllib.error.HTTPError as error:
        sys.exit("{} answers {}: {}".format(url, error.code, error.read().decode()[:500]))
    except urllib.error.URLError as error:
        sys.exit("{} cannot be reached: {}".format(url, error.reason))
    for text, result in zip(texts, said["results"]):
        share = "" if result["score"] is None else " {:.3f}".format(result["score"])
        print("{}{}: {}".format(result["label"], share, text))
    print("in {:.4f} s".format(said["elapsed_time"]))


if __name__ == "__main__":
    main()
'''

README = """\
# $name, to be served

The sentiment model `$name` ($languages) with the code of hubbub $version that runs it. `model/README.md` is its card.

| | |
| --- | --- |
| `Dockerfile`, `requirements.txt`, `app/`, `model/` | a build context for Docker, Podman or any OCI builder |
| `app/score.py` | the entry script of an Azure ML online endpoint: `init`, `run` |
| `azure/` | its endpoint, deployment and environment |
| `client.py` | asks either of them; needs Python alone |

## A container

    docker build --tag $endpoint .
    docker run --rm --publish 127.0.0.1:8000:8000 --env HUBBUB_TOKEN=SECRET $endpoint
    SCORING_KEY=SECRET python client.py http://127.0.0.1:8000/score "what a lovely day"

`POST /score` takes `{"text": "..."}` or `{"texts": ["..."]}` and gives `label` (negative, neutral, positive, unknown),
`score` (the label's probability) and `elapsed_time` (seconds); `GET /ready` scores a text before it says so. A full
queue answers 429. Without `HUBBUB_TOKEN` the container makes a token and prints it.

## Azure ML

With the command line of Azure (`az extension add --name ml`), a workspace and a resource group:

    az ml online-endpoint create --file azure/endpoint.yml
    az ml online-deployment create --file azure/deployment.yml --all-traffic
    export SCORING_KEY=$$(az ml online-endpoint get-credentials --name $endpoint --query primaryKey --output tsv)
    URL=$$(az ml online-endpoint show --name $endpoint --query scoring_uri --output tsv)
    python client.py $$URL "what a lovely day"

A name of an endpoint must be free in its region; change it in both files. To try it here first:

    pip install --requirement azure/requirements.txt
    azmlinfsrv --entry_script app/score.py --model_dir model --port 5001
    python client.py http://127.0.0.1:5001/score "what a lovely day"
"""
