"""Bytes of a text in an encoding that people's tools write → the same text in UTF-8.

Every text format is read as UTF-8; ``as_utf8`` stands between a file and its reader:

- A byte order mark decides (UTF-16, which TwitchDownloader's HTML and Windows' editors write; UTF-32).
- A text of ASCII, or whose first lines that are not ASCII are UTF-8, is UTF-8; a line of it that is broken stays so.
- Otherwise the lines with other bytes among the next 64 KB are tried as ``CANDIDATES``. One is taken only where nearly
  all of those lines decode and what they give looks like what people write in it: kana and everyday kanji for cp932
  (Shift JIS); single accented letters in words, and typographic marks, for cp1252 (Latin-1 is read as it). A remark
  says which was taken.
- Where none is plausible nothing is guessed: the text stays as it is, and its readers show U+FFFD and count.

The choice depends on the bytes alone, not on how they are cut.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterator

from hubbub.collect.rows import Notes
from hubbub.collect.unpack import Chunks

SAMPLE_BYTES = 64 << 10
"""How much from the first byte that is not ASCII is looked at."""

BOMS: dict[bytes, str] = {
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
"""Byte order marks, the longer ones first; that of UTF-8 is left to the readers."""

CANDIDATES = ("cp932", "cp1252")
"""The encodings that are tried, in this order."""

MIN_DECODED, MIN_PLAUSIBLE = 0.9, 0.8

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_JAPANESE = re.compile(r"[\u3000-\u30ff\uff01-\uff5e\u2010-\u203b\u2500-\u2606\u0391-\u0451\u4e00-\u9fff]")
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")
_RUNS = re.compile(r"([A-Za-z0-9]?)([^\x00-\x7f]+)([A-Za-z0-9]?)")
_WESTERN = re.compile(r"[À-ÖØ-öø-ÿŠŽšžŒœŸ‘’‚“”„–—…€™•\xa0¡£¥§ª«°±²³´µ·º»¼½¿©®]{1,2}")
_NEVER_ALONE = "ÿŸþÞðÐýÝ"
_CONTEXT_BYTES = 32


def choose_encoding(sample: bytes) -> str:
    """Return the encoding of a text by its bytes from the first that is not ASCII on: "utf-8" where none is likelier.

    Examples
    --------
    >>> choose_encoding("été à la plage".encode()), choose_encoding("où est-il ? à Nîmes".encode("cp1252"))
    ('utf-8', 'cp1252')
    >>> choose_encoding("こんにちは、世界".encode("cp932")), choose_encoding("Привет всем".encode("cp1251"))
    ('cp932', 'utf-8')
    """
    lines = sample.split(b"\n")
    if len(sample) > SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # cut off
    foreign = [line for line in lines if _NOT_ASCII.search(line)]
    n_utf8 = sum(_decodes(line, "utf-8") for line in foreign)
    if not foreign or n_utf8 * 2 >= len(foreign):
        return "utf-8"
    for encoding in CANDIDATES:
        texts = [line.decode(encoding) for line in foreign if _decodes(line, encoding)]
        if len(texts) >= MIN_DECODED * len(foreign) and _plausibility("\n".join(texts), encoding) >= MIN_PLAUSIBLE:
            return encoding
    return "utf-8"


def _decodes(line: bytes, encoding: str) -> bool:
    """Return whether bytes are text in an encoding."""
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _plausibility(text: str, encoding: str) -> float:
    """Return the share of a text's characters beyond ASCII that people write in an encoding's languages."""
    n_foreign = sum(character > "\x7f" for character in text)
    if encoding == "cp1252":  # an accented letter or mark, or two in a word; whole words of them are another alphabet
        n_good = 0
        for before, run, after in _RUNS.findall(text):
            beside = before + after
            if not _WESTERN.fullmatch(run) or (run.isalpha() and beside.isdigit()):
                continue
            if beside or (len(run) == 1 and run not in _NEVER_ALONE):
                n_good += len(run)
        return n_good / n_foreign
    # Kana, marks and JIS level 1 have leads up to 0x97; texts in other encodings read as this one are rarer kanji
    # and half-width katakana.
    n_good = sum(character.encode("cp932")[0] <= 0x97 for character in _JAPANESE.findall(text))
    return (n_good + 0.5 * len(_HALF_WIDTH.findall(text))) / n_foreign


def head_as_utf8(head: bytes) -> bytes:
    """Return the first bytes of a text in UTF-8, as ``as_utf8`` gives them."""
    return b"".join(_transcode(iter([head]), Notes()))


def as_utf8(chunks: Chunks, notes: Notes) -> Chunks:
    """Return chunks whose bytes are UTF-8 wherever the text's encoding can be told; a remark says which it was."""
    return _Transcoded(chunks, notes)


class _Transcoded(Chunks):
    """Chunks of a text in UTF-8; damage is that of what lies below."""

    def __init__(self, below: Chunks, notes: Notes) -> None:
        super().__init__(_transcode(iter(below), notes))
        self._below = below

    def _pull(self) -> bytes:
        piece = super()._pull()
        if not piece:
            self.damage = self.damage or self._below.damage
        return piece

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self._below.close()


def _transcode(pieces: Iterator[bytes], notes: Notes) -> Iterator[bytes]:
    """Yield the pieces of a text in UTF-8."""
    held = b""
    while len(held) < 4 and (piece := next(pieces, b"")):
        held += piece
    bom = next((bom for bom in BOMS if held.startswith(bom)), None)
    if bom:
        yield from _decode(BOMS[bom], held[len(bom) :], pieces, notes)
        return
    before = b""
    while held.isascii():
        if held:
            yield held
        before = (before + held)[-_CONTEXT_BYTES:]
        held = next(pieces, b"")
        if not held:
            return
    if not held.startswith(codecs.BOM_UTF8):
        found = _NOT_ASCII.search(held)
        begin = found.start() if found else 0
        while len(held) - begin < SAMPLE_BYTES and (piece := next(pieces, b"")):
            held += piece
        context = (before + held[:begin])[-_CONTEXT_BYTES:]
        encoding = choose_encoding(context + held[begin : begin + SAMPLE_BYTES])
        if encoding != "utf-8":
            yield from _decode(encoding, held, pieces, notes)
            return
    yield held
    yield from pieces


def _decode(encoding: str, held: bytes, pieces: Iterator[bytes], notes: Notes) -> Iterator[bytes]:
    """Yield what is held and the pieces in UTF-8; what is broken becomes U+FFFD and is counted."""
    name = _NAMES.get(encoding, encoding.upper())
    notes.remarks[f"the file is written in {name}, not UTF-8, and was read as that"] = None
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    n_broken = 0
    for piece in itertools.chain([held], pieces, [None]):
        text = decoder.decode(piece or b"", final=piece is None)
        n_broken += text.count("\ufffd")
        if text:
            yield text.encode("utf-8", "replace")
    if n_broken:
        notes.counts[f"characters that are not {encoding.upper()}; shown as U+FFFD"] += n_broken


_NAMES = {
    "cp932": "cp932 (Japanese, Shift JIS)",
    "cp1252": "cp1252 (Western European, Latin-1)",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
}
