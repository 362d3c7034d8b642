"""The report: from the data of some streams to one HTML file that needs no network and runs nothing but its own script.

Chat is hostile: its text goes into ``<script type="application/json">`` with every character escaped that could end the
element, and from there into text nodes. The page's Content-Security-Policy names the hashes of its two scripts and of
its style and forbids everything else, ``eval`` included: Vega's expressions are interpreted from their syntax tree.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import html
import importlib.metadata
import importlib.resources
import json
import math
import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import vl_convert

from hubbub.draw import layout, theme

BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what stands beside them (Trojan Source, CVE-2021-42574)."""
_ACCENTS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
ZALGO = re.compile(f"({_ACCENTS}{{4}}){_ACCENTS}+")
"""Towers of accents that would cover the lines above and below."""
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def render_report(pages: list[dict[str, Any]], *, title: str, version: str) -> str:
    """Return the report on some streams as one self-contained HTML page.

    Parameters
    ----------
    pages : list of dict
        One stream each, in the order of the list of streams: ``stream``, ``summary``, ``minutes``, ``peaks``,
        ``topics`` (largest first), ``episodes``, ``map``, ``types``, ``left_out``, ``window``, ``made``, as plain data.
    title : str
        The title of the browser's tab.
    version : str
        The version of hubbub, for the last line.
    """
    with ThreadPoolExecutor(1) as beside:
        bundle = beside.submit(vega_bundle)
        from hubbub.draw import specs  # takes altair along, while the bundle is made

        blocks = [_data_block("streams", [page["stream"] for page in pages]), _data_block("specs", specs.specs())]
        blocks += [_data_block(f"page-{i}", layout.prepare_page(page)) for i, page in enumerate(pages)]
        scripts = [bundle.result(), script()]
    style = stylesheet()
    policy = (
        f"default-src 'none'; script-src {' '.join(source(text) for text in scripts)}; "
        f"style-src {source(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f'<meta name="generator" content="hubbub {html.escape(version)}">',
            f"<title>{html.escape(clean_text(title))}</title>\n<style>{style}</style>\n</head>\n<body>",
            '<main id="page"></main>',
            "<noscript><p>This report draws itself with JavaScript, all of it in this file.</p></noscript>",
            f"<footer>Made with hubbub {html.escape(version)}. Clock times are local; viewers are pseudonyms.</footer>",
            *blocks,
            *(f"<script>{text}</script>" for text in scripts),
            "</body>\n</html>\n",
        ]
    )


def stylesheet() -> str:
    """Return the style of the page, colors for light and dark included."""
    return theme.css_variables() + asset("report.css")


def script() -> str:
    """Return the page's own script: plain functions, ``renderPage(root, page, specs)`` first among them."""
    return asset("words.js") + asset("report.js").removeprefix('"use strict";\n')


@functools.cache
def asset(name: str) -> str:
    """Return one of the page's own files: ``report.css``, ``words.js`` or ``report.js``."""
    text = importlib.resources.files("hubbub.draw").joinpath(name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


def clean_text(text: str) -> str:
    r"""Return the text without controls of direction, lone surrogates and towers of accents.

    Examples
    --------
    >>> clean_text("evil\u202egpj.exe")
    'evilgpj.exe'
    """
    return ZALGO.sub(r"\1", BIDI.sub("", text)).encode("utf-8", "replace").decode("utf-8")


def safe_json(value: object) -> str:
    r"""Return plain data as JSON that may stand inside a ``<script>`` element; numbers that JSON lacks become null.

    Examples
    --------
    >>> safe_json({"text": "</script><b>", "share": float("nan")})
    '{"text":"\\u003c/script\\u003e\\u003cb\\u003e","share":null}'
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    except ValueError:
        finite = _finite(value)
        text = json.dumps(finite, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    text = clean_text(text)
    for char, escape in ESCAPES.items():
        text = text.replace(char, escape)
    return text


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def _data_block(name: str, value: object) -> str:
    return f'<script type="application/json" id="{name}">{safe_json(value)}</script>'


def source(text: str) -> str:
    """Return the CSP source of an inline script or style: its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def vega_bundle() -> str:
    """Return vega-embed with all it needs as one script.

    Bundling takes more than a second, so the script is kept in the user's cache folder, by version.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hubbub"
    kept = cache / f"vega-embed-{importlib.metadata.version('vl-convert-python')}.js"
    with contextlib.suppress(OSError):  # no cache yet, or none that can be read
        text = kept.read_text(encoding="utf-8")
        if text.endswith("\n//whole"):
            return text
    text = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    text = text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    text = f"(() => {{{text}\n}})();\n//whole"  # a scope of its own: its one-letter names are not the page's
    with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=cache, delete=False) as file:
            file.write(text)
        Path(file.name).replace(kept)
    return text
