"""Encoders as artifacts: folders that can be kept, moved and loaded elsewhere."""

from __future__ import annotations

import time
from pathlib import Path

from hubbub.reports import Report


def save_encoder(*, output: Path | str) -> Report:
    """Save the default encoder as an artifact: weights, tokenizer, card and checksums in a folder of readable files.

    `hubbub embed --encoder FOLDER` uses it then, so that vectors stay the same whatever a later hubbub brings.

    Parameters
    ----------
    output : path
        The folder; must be new or empty.

    Returns
    -------
    Report
        `details` has the folder.

    Raises
    ------
    ArtifactError
        When the folder holds something else.
    """
    from hubbub.embed.use import save_use

    started = time.perf_counter()
    save_use(Path(output))
    return Report("save-encoder", 1, 1, seconds=time.perf_counter() - started, details={"output": str(output)})
