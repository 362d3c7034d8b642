"""Colors, type and the altair theme: one visual language for notebooks, report, app and pictures.

Every color has a name, and a value for light and for dark paper. Charts for the web take the *names*, as CSS variables
(``var(--ink)``), so that a page can switch between light, dark and print without drawing again; charts for notebooks
and picture files take the values. The topic hues start from Okabe & Ito (2008), "Color Universal Design", and
Observable's categorical palette, and were moved apart in Oklab for protan and deutan sight too; what is written in a
topic's color has its own "ink", with a contrast of at least 4.5 to 1 on the paper (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from typing import Any, Literal

Mode = Literal["light", "dark", "css"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"
FONT_SIZE = 12
"""Pixels; nothing is smaller."""

LIGHT = {
    "paper": "#ffffff",
    "shade": "#f5f5f2",
    "ink": "#1c1d1f",
    "muted": "#5e6167",
    "hairline": "#dcdcd6",
    "accent": "#b3124f",
    "accent-soft": "#fbe6ee",
    "area": "#cfd2d8",
    "area-line": "#6b7079",
    "area-line-ink": "#1c1d1f",
    "rest": "#a3a6ac",
    "rest-ink": "#5e6167",
    "negative": "#c0602a",
    "neutral": "#e6e6e0",
    "positive": "#2a7f96",
}
DARK = {
    "paper": "#141518",
    "shade": "#1e2024",
    "ink": "#eeeef0",
    "muted": "#a2a6ae",
    "hairline": "#34373d",
    "accent": "#ff85ae",
    "accent-soft": "#3b1f2b",
    "area": "#3c4048",
    "area-line": "#9a9fa9",
    "area-line-ink": "#eeeef0",
    "rest": "#6d717a",
    "rest-ink": "#a2a6ae",
    "negative": "#e58a52",
    "neutral": "#2d3035",
    "positive": "#62b8d0",
}
HUES = (  # name, on light paper, its ink, on dark paper, its ink
    ("blue", "#3856b6", "#3856b6", "#4e71d8", "#5c81e9"),
    ("orange", "#e18100", "#a25b00", "#f89f0e", "#f89f0e"),
    ("teal", "#0e8a87", "#007a77", "#37a9a5", "#37a9a5"),
    ("purple", "#ad68eb", "#914bcc", "#bf8df6", "#bf8df6"),
    ("brick", "#992607", "#992607", "#c0522f", "#d56542"),
    ("sky", "#66b9ee", "#1875a6", "#83d4ff", "#83d4ff"),
    ("rose", "#f386b7", "#af497a", "#fcafc2", "#fcafc2"),
    ("sage", "#86a770", "#577642", "#99c37b", "#99c37b"),
    ("brown", "#a06a4b", "#976142", "#b38f68", "#b38f68"),
    ("mustard", "#d3bd06", "#7b6d01", "#f3db76", "#f3db76"),
)
N_HUES = len(HUES)
"""So many topics have a hue of their own; the smaller ones share a neutral tone, for a repeated hue would lie."""

for _i, (_name, _light, _light_ink, _dark, _dark_ink) in enumerate(HUES):
    LIGHT |= {f"topic-{_i}": _light, f"topic-{_i}-ink": _light_ink}
    DARK |= {f"topic-{_i}": _dark, f"topic-{_i}-ink": _dark_ink}


def colors(mode: Mode) -> dict[str, str]:
    """Return the color of every name: values for light or dark paper, or CSS variables.

    Examples
    --------
    >>> colors("css")["topic-0"], colors("light")["topic-0"]
    ('var(--topic-0)', '#3856b6')
    """
    if mode == "css":
        return {name: f"var(--{name})" for name in LIGHT}
    return dict(LIGHT if mode == "light" else DARK)


def css_variables() -> str:
    """Return the style sheet that defines every color for light and dark screens and for print."""
    light = "".join(f"--{name}:{value};" for name, value in LIGHT.items())
    dark = "".join(f"--{name}:{value};" for name, value in DARK.items())
    return (
        f":root{{color-scheme:light dark;--font:{FONT};{light}}}\n"
        f"@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
    )


def config(mode: Mode) -> dict[str, Any]:
    """Return the Vega-Lite config of every chart."""
    c = colors(mode)
    text = {"font": FONT, "fontSize": FONT_SIZE}
    return {
        "background": "transparent" if mode == "css" else c["paper"],
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFont": FONT,
            "labelFontSize": FONT_SIZE,
            "labelColor": c["muted"],
            "titleFont": FONT,
            "titleFontSize": FONT_SIZE,
            "titleColor": c["muted"],
            "titleFontWeight": "normal",
            "gridColor": c["hairline"],
            "domainColor": c["hairline"],
            "tickColor": c["hairline"],
            "labelPadding": 8,
        },
        "text": text | {"color": c["ink"], "fill": c["ink"]},
    }
