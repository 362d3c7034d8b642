"""What people must know of a model → the README.md of its folder, with the YAML header that model hubs read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHAT_EXAMPLES: tuple[dict[str, Any], ...] = (
    {"source_sentence": "on entend pas le son", "sentences": ["there is no sound", "quel beau chat", "LUL LUL"]},
    {"source_sentence": "ce boss est trop dur", "sentences": ["this boss is too hard", "bonjour le chat", "<url>"]},
    {"source_sentence": "BibleThump", "sentences": ["NotLikeThis", "c'est triste", "PogChamp"]},
)
"""What the hub's page of a chat encoder offers to try; written for hubbub."""


@dataclass(frozen=True, slots=True)
class Card:
    """What people must know of a model before they use it.

    What it is for and learned from; how it was made (command, seed, version, time); scores beside a baseline, with
    intervals; where it fails; what it may reveal of people. The texts are Markdown and none may be empty; `licence` is
    an SPDX identifier in lower case, `languages` are ISO 639-1 codes.

    The others are for the hub's page: which library loads the folder as it is, the task (`pipeline`, for example
    "fill-mask" or "sentence-similarity"), the model that training began with, and examples to try, in the form of the
    task: `{"text": …}`, or `{"source_sentence": …, "sentences": […]}`.
    """

    purpose: str
    data: str
    procedure: str
    metrics: str
    limits: str
    privacy: str
    licence: str
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    library: str = "hubbub"
    pipeline: str = ""
    base_model: str = ""
    examples: tuple[Mapping[str, Any], ...] = ()

    def render(self, name: str, kind: str) -> str:
        """Return the card as Markdown under a YAML header in the hub's fields; `ValueError` for an empty section."""
        sections = ("purpose", "data", "procedure", "metrics", "limits", "privacy", "licence")
        texts = {section: str(getattr(self, section)).strip() for section in sections}
        if empty := [section for section, text in texts.items() if not text]:
            raise ValueError(f"A card must have every section; empty: {', '.join(empty)}.")
        header: dict[str, Any] = {"license": self.licence, "library_name": self.library}
        header |= {"language": list(self.languages)} if self.languages else {}
        header |= {"tags": ["hubbub", kind, *self.tags]}
        hub = {"pipeline_tag": self.pipeline, "base_model": self.base_model, "widget": [*map(dict, self.examples)]}
        header |= {key: value for key, value in hub.items() if value}
        # A JSON value is a YAML value, so quotes and colons in it cannot break the header.
        lines = ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in header.items()), "---"]
        lines += ["", f"# {name}"]
        for section, text in texts.items():
            lines += ["", f"## {section.capitalize()}", "", text]
        return "\n".join(lines) + "\n"
