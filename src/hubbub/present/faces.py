"""The functions of hubbub as the faces see them: name, parameters, help.

Every face is generated from this: a parameter called ``archive`` becomes where the face keeps its archive, ``progress``
and ``show`` become the face's own way to show them, and all others keep their names, types and defaults.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import hubbub

_INJECTED = ("archive", "progress", "show")


@dataclass(frozen=True, slots=True)
class Face:
    """One command or query.

    Attributes
    ----------
    name : str
        The Python name; with hyphens on the command line and in REST.
    function : callable
        What it calls.
    is_command : bool
        Whether it changes the archive or makes a file.
    parameters : tuple of inspect.Parameter
        Those that its users give, with resolved types.
    takes : frozenset of str
        Which of ``archive``, ``progress`` and ``show`` the function wants.
    summary, body : str
        First line of the help, and the paragraphs after it.
    parameter_help : dict of str to str
        The help of each parameter.
    """

    name: str
    function: Callable[..., Any]
    is_command: bool
    parameters: tuple[inspect.Parameter, ...]
    takes: frozenset[str]
    summary: str
    body: str
    parameter_help: dict[str, str]

    @property
    def label(self) -> str:
        """The name with hyphens."""
        return self.name.replace("_", "-")


def faces() -> list[Face]:
    """Return every command, then every query."""
    return [_face(*where) for where in known().values()]


def known() -> dict[str, tuple[str, str, bool]]:
    """Return the name, module and kind (is it a command?) behind each label, commands first; nothing is imported."""
    return {
        name.replace("_", "-"): (name, module, is_command)
        for table, is_command in ((hubbub.COMMANDS, True), (hubbub.QUERIES, False))
        for name, module in table.items()
    }


def face(label: str) -> Face:
    """Return the command or query with this label."""
    return _face(*known()[label])


def summary(label: str) -> str:
    """Return the first line of the help of a command or query, without reading the rest."""
    name, module, _ = known()[label]
    text = inspect.getdoc(getattr(import_module(module), name)) or ""
    return " ".join(text.split("\n\n", 1)[0].split())


def public_name(parameter: str) -> str:
    """Return the name that people type: ``from_`` is ``from``, ``n_messages`` is ``n-messages``."""
    return parameter.strip("_").replace("_", "-")


def _face(name: str, module: str, is_command: bool) -> Face:
    from docstring_parser.numpydoc import parse as parse_docstring

    function = getattr(import_module(module), name)
    signature = inspect.signature(function)
    help_text = parse_docstring(inspect.getdoc(function) or "")
    parameters = tuple(
        parameter.replace(annotation=_resolve(parameter.annotation, function))
        for parameter in signature.parameters.values()
        if parameter.name not in _INJECTED
    )
    return Face(
        name,
        function,
        is_command,
        parameters,
        frozenset(_INJECTED) & frozenset(signature.parameters),
        help_text.short_description or "",
        _flowing(help_text.long_description or ""),
        {item.arg_name: " ".join((item.description or "").split()) for item in help_text.params},
    )


def _flowing(text: str) -> str:
    """Return paragraphs without the line breaks of the source."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _resolve(annotation: Any, function: Callable[..., Any]) -> Any:  # noqa: ANN401
    # Annotations are strings; those of parameters name only builtins and what their module imports when it runs.
    return eval(annotation, inspect.getmodule(function).__dict__) if isinstance(annotation, str) else annotation  # noqa: S307
