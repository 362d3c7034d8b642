"""A model folder → a model hub."""

from __future__ import annotations

import os
import time
from pathlib import Path

from hubbub.errors import HubbubError
from hubbub.reports import Report

TOKEN_VARIABLE = "HF_TOKEN"  # noqa: S105 - a name


def publish(
    artifact: Path | str, repository: str, *, public: bool = False, token_file: Path | str | None = None
) -> Report:
    """Upload an artifact to a model hub: its card, its weights and what else it has, in one commit.

    What is published was verified before: a folder that was altered is not uploaded, nor is any file in it that the
    artifact does not list. The repository is private, and is made where there is none. The token comes from HF_TOKEN or
    a file, and is neither kept nor shown. HF_ENDPOINT names another hub. Needs `hubbub[train]`.

    Parameters
    ----------
    artifact : path
        The folder.
    repository : str
        Where to: user/model.
    public : bool
        Let everybody read it. Ask whether the card says all that people must know, and whether the data allows it.
    token_file : path, optional
        A file with the token alone; by default the variable HF_TOKEN.

    Returns
    -------
    Report
        Files; `details` has the address.

    Raises
    ------
    ArtifactError
        When the folder holds no artifact, or one that was altered.
    HubbubError
        When there is no token, or the hub refuses it, cannot be reached, or has the repository public already.
    """
    from hubbub.artifacts import SUMS_FILE, load_artifact
    from hubbub.collect.hub import upload

    started = time.perf_counter()
    found = load_artifact(Path(artifact))
    token = _read_token(token_file)
    files = [*sorted(found.checksums), SUMS_FILE]
    address = upload(found.folder, files, repository, token, public=public)
    details = {"repository": repository, "address": address, "public": public}
    return Report("publish", len(files), len(files), seconds=time.perf_counter() - started, details=details)


def _read_token(file: Path | str | None) -> str:
    if file is None:
        token = os.environ.get(TOKEN_VARIABLE, "")
        where = f"the variable {TOKEN_VARIABLE}"
    else:
        where = str(file)
        try:
            token = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise HubbubError(f"--token-file {where} cannot be read as text: {type(error).__name__}.") from error
    token = token.strip()
    if not token or any(not ("!" <= letter <= "~") for letter in token):
        what = "is none" if not token else "is something else"
        raise HubbubError(
            f"publish needs a token of the hub; in {where} there {what}. Set {TOKEN_VARIABLE}, or name a file that "
            "holds it alone by --token-file."
        )
    return token
