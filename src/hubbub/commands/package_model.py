"""A sentiment model → a folder from which a container or a managed endpoint of Azure ML is made."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from string import Template

from hubbub.errors import ArtifactError, HubbubError
from hubbub.reports import Report

# The model that is packaged stands beside the code; the encoder has no part in telling sentiment.
_NOT_CODE = ("models", "shipped", "__pycache__")
_SERVER = ("fastapi", "uvicorn")
# From PyPI torch brings libraries of GPUs, gigabytes that nothing here needs; of two equal releases this index's wins.
_TORCH_INDEX = "--extra-index-url https://download.pytorch.org/whl/cpu"
_MIN_ENDPOINT, _MAX_ENDPOINT = 3, 32


def package_model(artifact: Path | str, *, output: Path, endpoint: str | None = None) -> Report:
    """Write what serves a sentiment model elsewhere: a container's build context, and an endpoint of Azure ML.

    The folder has the model, the code that runs it, the versions of all libraries as they are here, a Dockerfile, an
    entry script (`init`, `run`) with its endpoint, deployment and environment, a client, and how to use them.

    Parameters
    ----------
    artifact : path or str
        Folder of a trained sentiment model, or a shipped one: "en", "fr".
    output : path
        The folder; must be new or empty.
    endpoint : str, optional
        Name of the endpoint and the image: 3 to 32 small letters, digits and hyphens, a letter first; by default made
        of the model's name.

    Returns
    -------
    Report
        `details` has the folder, the endpoint's name and the bytes written.

    Raises
    ------
    ArtifactError
        When there is no such model, it was altered, or the folder holds something.
    HubbubError
        When the endpoint's name is none.
    """
    from hubbub.artifacts import load_artifact
    from hubbub.queries.sentiment_models import ENCODER, find_sentiment, load_sentiment

    started = time.perf_counter()
    folder = find_sentiment(artifact)
    scorer = load_sentiment(folder)  # checks that it is one and that it works here
    model = load_artifact(folder)
    name = endpoint or _endpoint_name(model.name)
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}[a-z0-9]", name):
        raise HubbubError(
            f"--endpoint must be {_MIN_ENDPOINT} to {_MAX_ENDPOINT} small letters, digits and hyphens, a letter "
            f"first and no hyphen last; was {name!r}."
        )
    output = Path(output)
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise ArtifactError(f"{output} must be a new or empty folder; it holds something. Name another.")
    output.mkdir(parents=True, exist_ok=True)
    _copy_code(output / "app")
    shutil.copytree(model.folder, output / "model")
    more = [] if ENCODER not in model.config else [_TORCH_INDEX, _pin("torch")]
    _write_files(output, model.name, name, scorer.languages, [*_pins(), *more])
    n_bytes = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    return Report(
        "package-model",
        1,
        1,
        seconds=time.perf_counter() - started,
        details={"output": str(output), "endpoint": name, "bytes": n_bytes},
    )


def _copy_code(app: Path) -> None:
    """Copy the package as it runs here: nothing is fetched by its name from anywhere."""
    source = Path(__file__).parents[1]

    def leave_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name in (_NOT_CODE if Path(folder) == source else ("__pycache__",))]

    shutil.copytree(source, app / "hubbub", ignore=leave_out)


def _write_files(output: Path, model: str, endpoint: str, languages: Sequence[str], pins: list[str]) -> None:
    import hubbub
    from hubbub.commands import package_files as files

    # Azure ML's server and FastAPI want different releases of one library, and need not meet.
    on_azure = [files.AZURE_SERVER, *(pin for pin in pins if pin.partition("==")[0] not in _SERVER)]
    values = {
        "name": model, "endpoint": endpoint, "languages": ", ".join(languages), "version": hubbub.__version__,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "pins": "\n".join(f"      - {pin}" for pin in on_azure),
    }  # fmt: skip
    contents = {
        "README.md": files.README,
        "Dockerfile": files.DOCKERFILE,
        "azure/endpoint.yml": files.ENDPOINT,
        "azure/deployment.yml": files.DEPLOYMENT,
        "azure/conda.yml": files.CONDA,
    }
    contents = {file: Template(text).substitute(values) for file, text in contents.items()}
    contents |= {"client.py": files.CLIENT, "app/score.py": files.SCORE, "app/healthy.py": files.HEALTHY}
    contents |= {"app/serve.py": files.SERVE}
    contents["azure/requirements.txt"] = "\n".join(on_azure) + "\n"
    contents |= {".dockerignore": files.IGNORED, "requirements.txt": "\n".join(pins) + "\n"}
    (output / "azure").mkdir()
    for file, text in contents.items():
        (output / file).write_text(text, "utf-8")


def _pins() -> list[str]:
    """Return the libraries that hubbub needs, as they are installed here."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        needed = [one for one in requires("hubbub") or [] if "extra ==" not in one]
        return [_pin(re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0]) for one in needed]
    except PackageNotFoundError as error:
        raise HubbubError(
            f"package-model pins the libraries that are installed with hubbub; '{error.name}' is not installed. "
            "Install hubbub itself, and run this from there."
        ) from None


def _pin(name: str) -> str:
    from importlib.metadata import version

    # A local version ("+cpu") is on no index but its own.
    return f"{name}=={version(name).partition('+')[0]}"


def _endpoint_name(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if len(plain) < _MIN_ENDPOINT or not plain[0].isalpha():
        plain = f"sentiment-{plain}"
    return plain[:_MAX_ENDPOINT].strip("-")
