"""The command line: ``hubbub COMMAND …``, generated from the commands and queries.

Results go to standard output, as tables for people or with ``--json`` as data; progress and problems go to standard
error. Exit status: 0 done, 1 something that the user must see to (one line says what), 2 a command that is not
understood.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Group, Parameter
from rich.console import Console

import hubbub
from hubbub.errors import HubbubError, redact
from hubbub.present.faces import Face, face, known, public_name, summary
from hubbub.present.logs import log_to_stderr, show_crash

DEFAULT_ARCHIVE = Path("hubbub-archive")
_COMMANDS = Group("Commands: they change the archive or make a file", sort_key=0)
_QUERIES = Group("Queries: they only read", sort_key=1)
_SERVER = Group("Server", sort_key=2)
_OPTIONS = Group("Options", sort_key=3)

Archive = Annotated[Path, Parameter(name="--archive", env_var="HUBBUB_ARCHIVE", help="Folder of the archive.")]
Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print the result as data.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    if tokens[:1] == ["--archive"]:  # named before the command, as people do, it means the same
        tokens = [*tokens[2:], *tokens[:2]]
    log_to_stderr()
    try:
        result = _app(tokens)(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _complain(str(error).strip() or type(error).__name__)
        _complain("Try: hubbub --help, or hubbub COMMAND --help")
        return 2
    except HubbubError as error:
        _complain(str(error))
        return 1
    except KeyboardInterrupt:
        _complain("stopped")
        return 130
    except BrokenPipeError:
        # Whoever reads our output has seen enough; the interpreter must not complain at its own flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0


def run() -> None:
    """Run the command line of this process."""
    sys.excepthook = show_crash
    sys.exit(main())


def _app(tokens: Sequence[str]) -> App:
    """Return the command line as far as these tokens need it: the command that they name, of the others the summary."""
    app = App(
        name="hubbub",
        version=hubbub.__version__,
        help="What is my chat talking about, since when? Chat files in, topics over time out.",
        help_format="plaintext",
    )
    for flag in ("--help", "--version"):
        app[flag].group = _OPTIONS
    named = {token for token in tokens if not token.startswith("-")}
    for place, (label, (_, _, is_command)) in enumerate(known().items()):
        call = _command(face(label)) if label in named else _mention(label)
        app.command(call, name=label, group=_COMMANDS if is_command else _QUERIES, sort_key=place)
    app.command(_serve, name="serve", group=_SERVER)
    return app


def _mention(label: str) -> Callable[..., int]:
    """Return what stands for a command that is not called now, only listed."""

    def call() -> int:
        raise AssertionError(label)

    call.__doc__ = summary(label)
    return call


def _command(face: Face) -> Callable[..., int]:
    """Return the function behind one command: the face's parameters, then ``--archive`` and ``--json``."""

    def call(*arguments: Any, **options: Any) -> int:  # noqa: ANN401
        bound = signature.bind(*arguments, **options)
        bound.apply_defaults()
        values = dict(bound.arguments)
        as_json = values.pop("json")
        if "archive" in face.takes:
            values["archive"] = Path(values.pop("archive"))
        way = next((name for name in ("progress", "show") if name in face.takes and not as_json), None)
        with _WAYS[way]() if way else nullcontext() as tell:
            if way:
                values[way] = tell
            result = face.function(**values)
        from hubbub.present.terminal import print_result

        return print_result(face, result, as_json=as_json)

    parameters = [_parameter(face, parameter) for parameter in face.parameters]
    keyword = inspect.Parameter.KEYWORD_ONLY
    if "archive" in face.takes:
        parameters.append(inspect.Parameter("archive", keyword, default=DEFAULT_ARCHIVE, annotation=Archive))
    parameters.append(inspect.Parameter("json", keyword, default=False, annotation=Json))
    signature = inspect.Signature(parameters)
    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    call.__name__ = face.name
    call.__doc__ = "\n\n".join(part for part in (face.summary, face.body) if part)
    return call


def _parameter(face: Face, parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a parameter of a face as the command line takes it: by place, or as an option."""
    name = public_name(parameter.name)
    is_option = parameter.kind is inspect.Parameter.KEYWORD_ONLY
    described = Parameter(
        name=f"--{name}" if is_option else name.upper(),
        negative=(),
        help=face.parameter_help.get(parameter.name),
        show_default=parameter.default not in ((), None, ""),
    )
    kind = parameter.kind if is_option else inspect.Parameter.POSITIONAL_ONLY
    return parameter.replace(kind=kind, annotation=Annotated[parameter.annotation, described])


def _serve(
    *,
    archive: Archive = DEFAULT_ARCHIVE,
    host: str = "127.0.0.1",
    port: int | None = None,
    report: Path | None = None,
    model: str | None = None,
) -> int:
    """Serve the archive to a browser and to programs, until Ctrl-C.

    The pages and ``/api/...`` need the token that is printed (or that HUBBUB_TOKEN holds). ``POST /score`` tells the
    sentiment of ``{"text": "…"}`` or ``{"texts": ["…"]}``, ``GET /ready`` whether it does; on loopback without a token.

    Parameters
    ----------
    host
        Address to listen on; others than loopback make the archive reachable from outside.
    port
        Port; by default the first free one from 8000 on.
    report
        A report file to show as the first page instead of the archive's streams.
    model
        The sentiment model of ``/score``: "en", "fr", or the folder of a trained one; by default both shipped ones.
    """
    from hubbub.present.api import serve

    return serve(archive, host=host, port=port, report=report, model=model)


def _progress() -> Any:  # noqa: ANN401
    from hubbub.present.terminal import progress_bars

    return progress_bars()


def _show() -> Any:  # noqa: ANN401
    from hubbub.present.live_view import live_view

    return live_view()


_WAYS = {"progress": _progress, "show": _show}


def _complain(text: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(redact(text))


if __name__ == "__main__":
    run()
