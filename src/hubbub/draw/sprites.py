"""Words → pixels that frames are put together from: each text is drawn once, by what draws the charts."""

from __future__ import annotations

import html
import struct
import zlib
from functools import lru_cache

import numpy as np
import vl_convert
from numpy.typing import NDArray

from hubbub.draw.layout import text_width
from hubbub.draw.report import clean_text
from hubbub.draw.theme import FONT

Pixels = NDArray[np.uint8]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@lru_cache(maxsize=4096)
def text_mask(text: str, size: int, bold: bool = False) -> NDArray[np.float32]:
    """Return how much each pixel is covered by a text, 0 to 1, shape (height, width); the baseline is at 1.1 × size.

    Characters that XML does not know are left out.
    """
    known = "".join(char for char in clean_text(text) if char.isprintable())
    wide = max(round(text_width(known, size, bold) * 1.1), 4)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{round(size * 1.5)}">'
        f'<text x="1" y="{size * 1.1:.1f}" font-family="{html.escape(FONT)}" font-size="{size}" '
        f'font-weight="{600 if bold else 400}" fill="#fff" xml:space="preserve">{html.escape(known)}</text></svg>'
    )
    alpha = decode_png(bytes(vl_convert.svg_to_png(svg, scale=1, ppi=72)))[:, :, 3]
    used = np.flatnonzero(alpha.any(axis=0))
    return (alpha[:, : int(used[-1]) + 1 if len(used) else 1] / np.float32(255)).astype(np.float32)


@lru_cache(maxsize=4096)
def fitted_mask(text: str, size: int, width: int, bold: bool = False) -> NDArray[np.float32]:
    """Return the mask of a text, cut with an ellipsis where it is wider than so many pixels."""
    text = " ".join(text.split())[:400]
    mask = text_mask(text, size, bold)
    while mask.shape[1] > width and len(text) > 1:
        # By as much as is too wide, but never by less than a character.
        text = text[: min(int(len(text) * width / mask.shape[1]), len(text) - 2)].rstrip("… ") + "…"
        mask = text_mask(text, size, bold)
    return mask


def decode_png(content: bytes) -> Pixels:
    """Return the pixels of a PNG of eight-bit RGBA, not interlaced: shape (height, width, 4).

    PNG specification, third edition, sections 9.2 (filters) and 10. This is all that vl-convert writes.

    Raises
    ------
    ValueError
        When it is another kind of picture.
    """
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", content[16:29])
    if not content.startswith(_SIGNATURE) or (depth, kind, interlaced) != (8, 6, 0):
        raise ValueError(f"A PNG of 8-bit RGBA is needed, not interlaced; it had depth {depth} and color type {kind}.")
    data, at = b"", 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        if content[at + 4 : at + 8] == b"IDAT":
            data += content[at + 8 : at + 8 + length]
        at += length + 12
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width * 4 + 1)
    pixels = np.zeros((height + 1, width + 1, 4), np.uint8)  # a row above and a column before, of zeros
    for row in range(height):
        values = lines[row, 1:].reshape(width, 4)
        pixels[row + 1, 1:] = _unfilter(int(lines[row, 0]), values, pixels[row])
    return pixels[1:, 1:]


def _unfilter(kind: int, values: Pixels, above: Pixels) -> Pixels:
    """Return one line of pixels from its filtered values and the line above, which begins with a zero pixel."""
    if kind == 0:
        return values
    if kind == 1:
        return np.cumsum(values, axis=0, dtype=np.uint8)
    if kind == 2:
        return values + above[1:]
    line = np.zeros((len(values) + 1, 4), np.int64)
    up, delta = above.astype(np.int64), values.astype(np.int64)
    for x in range(1, len(line)):
        left = line[x - 1]
        if kind == 3:
            guess = (left + up[x]) // 2
        else:
            corner = up[x - 1]
            distance = left + up[x] - corner
            to_left, to_up, to_corner = abs(distance - left), abs(distance - up[x]), abs(distance - corner)
            guess = np.where(
                (to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up[x], corner)
            )
        line[x] = (delta[x - 1] + guess) & 255
    return line[1:].astype(np.uint8)


def paint_mask(
    frame: Pixels, mask: NDArray[np.float32], x: float, y: float, color: NDArray[np.float32], opacity: float = 1.0
) -> None:
    """Paint a mask onto a frame in a color, at a place between pixels; what is outside of the frame is cut off."""
    if opacity <= 0:
        return
    top, left = int(np.floor(y)), round(x)
    part = np.float32(y - top)
    if part > 0.01:
        padded = np.zeros((mask.shape[0] + 1, mask.shape[1]), np.float32)
        padded[:-1] = mask * (1 - part)
        padded[1:] += mask * part
        mask = padded
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + mask.shape[0], frame.shape[0]), min(left + mask.shape[1], frame.shape[1])
    if y0 >= y1 or x0 >= x1:
        return
    cover = mask[y0 - top : y1 - top, x0 - left : x1 - left, None] * np.float32(opacity)
    under = frame[y0:y1, x0:x1]
    under[:] = (under + (color - under) * cover + np.float32(0.5)).astype(np.uint8)


def paint_box(
    frame: Pixels, x0: float, y0: float, x1: float, y1: float, color: NDArray[np.float32], opacity: float = 1.0
) -> None:
    """Paint a rectangle whose edges may lie between pixels."""
    wide, high = int(np.ceil(x1) - np.floor(x0)), int(np.ceil(y1) - np.floor(y0))
    if wide <= 0 or high <= 0:
        return
    across, down = np.ones(wide, np.float32), np.ones(high, np.float32)
    across[0] -= x0 - np.floor(x0)
    across[-1] -= np.ceil(x1) - x1
    down[0] -= y0 - np.floor(y0)
    down[-1] -= np.ceil(y1) - y1
    paint_mask(frame, np.clip(down[:, None] * across, 0, 1), np.floor(x0), np.floor(y0), color, opacity)
