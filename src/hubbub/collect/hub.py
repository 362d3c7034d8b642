"""A model folder → a repository of a model hub, by ``huggingface_hub``: the one place that speaks to one.

The token is given to the library for one client and to nothing else: it is not written, not logged, and no login of the
library's own is used or made. ``HF_ENDPOINT`` names another hub.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from hubbub.errors import HubbubError, MissingExtraError

_REFUSED = (401, 403)


def upload(folder: Path, files: Sequence[str], repository: str, token: str, *, public: bool) -> str:
    """Put files of a folder into a repository in one commit, all of them or none; return the commit's address.

    The repository is made where there is none.

    Raises
    ------
    HubbubError
        When the hub refuses the token or the name or cannot be reached, or the repository is public against the wish.
    MissingExtraError
        When huggingface_hub is not installed.
    """
    try:
        from huggingface_hub import CommitOperationAdd, HfApi
        from huggingface_hub.errors import (  # type: ignore[attr-defined]
            HfHubHTTPError,
            HFValidationError,
            HTTPError,  # that of whichever client the library uses
        )
    except ImportError as error:
        raise MissingExtraError("publish", "huggingface_hub", "train") from error
    hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    api = HfApi(endpoint=hub, token=token, library_name="hubbub")
    try:
        api.create_repo(repository, private=not public, exist_ok=True)
        if not public and not api.model_info(repository).private:
            raise HubbubError(
                f"{repository} is there already, and public: everybody could read what is published. Name another, or "
                "say --public."
            )
        operations = [CommitOperationAdd(path_in_repo=name, path_or_fileobj=folder / name) for name in files]
        done = api.create_commit(repository, operations, commit_message="Publish by hubbub")
    except HFValidationError as error:
        raise HubbubError(f"A repository is named like user/model, was '{repository}': {_first(error)}") from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status in _REFUSED:
            raise HubbubError(
                f"{hub} refused the token for {repository} ({status}): it must be valid, with the right to "
                "write there. Make one in the settings of your account."
            ) from error
        raise HubbubError(f"{hub} did not take {repository}: {_first(error)} Nothing of it was published.") from error
    except (HTTPError, OSError, RuntimeError) as error:
        raise HubbubError(f"Cannot reach {hub}: {_first(error)}. Nothing was published; try again later.") from error
    return str(done.commit_url)


def _first(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
