"""The REST server: ``GET /api/QUERY`` for every query, and the pages that show the archive.

On loopback and behind a token by default. A client names streams, tables and numbers, never a path. Every error has one
shape: ``{"error": {"type": …, "message": …}}``.
"""

from __future__ import annotations

import gc
import hmac
import inspect
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Cookie, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from rich.console import Console
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import hubbub
from hubbub.errors import ArchiveError, HubbubError
from hubbub.present.faces import Face, faces, public_name
from hubbub.present.feed import add_feed
from hubbub.present.scoring import add_scoring
from hubbub.present.terminal import encode
from hubbub.store.archive import Archive

_FIRST_PORT, _N_PORTS = 8000, 100
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_APP = Path(__file__).parent / "app"
_ENCODERS = ("use", "use-torch", "static")
_NAMED = {"encoder": _ENCODERS, "encoders": _ENCODERS, "model": ("en", "fr")}
"""Parameters that elsewhere may be a folder: over the web they are one of these names, never a path."""
NOT_ON_THE_WEB = frozenset({"evaluate_encoder"})
"""Takes minutes, and folders."""
_COOKIE = "hubbub_token"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(
    archive: Archive,
    token: str,
    *,
    report: Path | None = None,
    hosts: tuple[str, ...] = (),
    model: str | None = None,
) -> FastAPI:
    """Return the server of one archive.

    Parameters
    ----------
    archive : Archive
        What it shows.
    token : str
        What a client must send as ``Authorization: Bearer TOKEN``.
    report : Path, optional
        A report file to show as the first page.
    hosts : tuple of str
        Names besides loopback by which browsers may call it; others are refused (DNS rebinding).
    model : str, optional
        The sentiment model of ``POST /score``, as ``load_sentiment`` takes it.
    """
    app = FastAPI(title="hubbub", version=hubbub.__version__, docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_LOOPBACK, "[::1]", "testserver", *hosts])
    app.add_middleware(_AddHeaders)
    for kind, handler in (
        (HubbubError, _on_error),
        (RequestValidationError, _on_invalid),
        (StarletteHTTPException, _on_http),
    ):
        app.add_exception_handler(kind, handler)  # type: ignore[arg-type]

    def check_token(
        authorization: Annotated[str, Header()] = "", session: Annotated[str, Cookie(alias=_COOKIE)] = ""
    ) -> None:
        given = authorization.removeprefix("Bearer ").strip() or session
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise HTTPException(
                401, "A token is needed: send 'Authorization: Bearer TOKEN' with the one that serve printed."
            )

    for face in faces():
        if not face.is_command and face.name not in NOT_ON_THE_WEB:
            app.get(
                f"/api/{face.label}",
                summary=face.summary,
                dependencies=[Depends(check_token)],
                responses={401: {"description": "No token"}, 404: {"description": "Not in the archive"}},
            )(_endpoint(face, archive))
    _add_pages(app, archive, Depends(check_token))
    # On loopback the report is shown and texts are scored; to others only with the token, as the archive is.
    guards = [Depends(check_token)] if hosts else []
    add_scoring(app, guards, model)
    if report is not None:
        app.get("/", include_in_schema=False, dependencies=guards)(lambda: HTMLResponse(report.read_text("utf-8")))
    else:
        app.get("/", include_in_schema=False)(_show_app)
    return app


def serve(
    archive: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    report: Path | None = None,
    model: str | None = None,
) -> int:
    """Serve an archive until it is interrupted; return the exit status."""
    if report is not None and not report.is_file():
        raise HubbubError(f"--report must be a report file; there is none at {report}. Make one with: hubbub report")
    store = Archive(archive)
    token = os.environ.get("HUBBUB_TOKEN") or secrets.token_urlsafe(24)
    listener = _listen(host, port)
    address = f"http://{host}:{listener.getsockname()[1]}/"
    app = create_app(store, token, report=report, hosts=() if host in _LOOPBACK else ("*",), model=model)
    console = Console(highlight=False, soft_wrap=True)
    if report is not None:
        console.print(f"Report:  {address}")
        console.print(f"Archive: {address}app#token={token}")
    else:
        console.print(f"Archive: {address}#token={token}")
    console.print("Ctrl-C ends it.")
    gc.freeze()  # what is here stays: a search among it for garbage would stop all answers for a tenth of a second
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2))
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()
    return 0


def _listen(host: str, port: int | None) -> socket.socket:
    ports = [port] if port is not None else range(_FIRST_PORT, _FIRST_PORT + _N_PORTS)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in ports:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
        except OSError as error:
            listener.close()
            reason = error.strerror
            continue
        listener.listen(128)
        return listener
    raise HubbubError(
        f"Cannot listen on {host}, port {port or f'{_FIRST_PORT} to {ports[-1]}'}: {reason}. Name another with --port."
    )


def _endpoint(face: Face, archive: Archive) -> Callable[..., Response]:
    """Return the function behind one route: the face's parameters as query parameters."""

    def answer(**values: Any) -> Response:  # noqa: ANN401
        for name, allowed in _NAMED.items():
            given = values.get(name)
            if any(one not in (None, *allowed) for one in (given if isinstance(given, list) else [given])):
                raise HubbubError(f"{name} must be one of {', '.join(allowed)} here.")
        result = face.function(**({"archive": archive} if "archive" in face.takes else {}), **values)
        return Response(encode(result), media_type="application/json")

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = []
    for parameter in face.parameters:
        alias = public_name(parameter.name).replace("-", "_")
        annotation = parameter.annotation
        # FastAPI reads repeated query parameters into lists only.
        annotation = list[str] if "Sequence" in str(annotation) else annotation
        help_text = face.parameter_help.get(parameter.name)
        default = parameter.default
        query = Query(alias=alias, description=help_text)
        if default == ():
            default = []
        parameters.append(
            inspect.Parameter(parameter.name, keyword, default=default, annotation=Annotated[annotation, query])
        )
    answer.__signature__ = inspect.Signature(parameters, return_annotation=Response)  # type: ignore[attr-defined]
    answer.__name__ = face.name
    return answer


def _show_app() -> HTMLResponse:
    return _show("index.html")


def _show_now() -> HTMLResponse:
    return _show("now.html")


def _show(name: str) -> HTMLResponse:
    return HTMLResponse((_APP / name).read_text("utf-8"), headers={"Content-Security-Policy": _CSP})


def _add_pages(app: FastAPI, archive: Archive, needs_token: Any) -> None:  # noqa: ANN401
    """Add the app: a list of streams, and the page of each."""

    @app.post("/session", include_in_schema=False, dependencies=[needs_token])
    def session(authorization: Annotated[str, Header()] = "") -> Response:
        # The browser's own requests cannot carry a header, so the app trades the token of its address for a cookie.
        response = Response(status_code=204)
        token = authorization.removeprefix("Bearer ").strip()
        response.set_cookie(_COOKIE, token, httponly=True, samesite="strict")
        return response

    @app.get("/report", include_in_schema=False, dependencies=[needs_token])
    def page(stream: str) -> HTMLResponse:
        from hubbub.draw.report import render_report

        return HTMLResponse(
            render_report([hubbub.page(archive, stream=stream)], title=stream, version=hubbub.__version__)
        )

    app.get("/app", include_in_schema=False)(_show_app)
    app.get("/now", include_in_schema=False)(_show_now)
    add_feed(app, archive, needs_token)

    @app.get("/app/{name}", include_in_schema=False)
    def asset(name: str) -> Response:
        media_type = {"app.js": "text/javascript", "now.js": "text/javascript", "app.css": "text/css"}.get(name)
        if media_type is None:
            raise HTTPException(404, "No such file.")
        return Response((_APP / name).read_bytes(), media_type=media_type)


_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'none'"
)


class _AddHeaders:
    """Adds the headers to every answer: as plain ASGI, which costs nothing, where ``app.middleware`` starts tasks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _error(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"type": kind, "message": message}}, status)


def _on_error(request: Request, error: HubbubError) -> JSONResponse:
    return _error(404 if isinstance(error, ArchiveError) else 422, type(error).__name__, str(error))


def _on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    said = "; ".join(f"{'.'.join(map(str, item['loc'][1:])) or 'request'}: {item['msg']}" for item in error.errors())
    return _error(422, "InvalidRequest", said)


def _on_http(request: Request, error: StarletteHTTPException) -> JSONResponse:
    answer = _error(error.status_code, "HTTPError", str(error.detail))
    answer.headers.update(error.headers or {})
    return answer
