"""Read distinct texts: characters, pieces, clean text, key, emotes and the type that the text alone tells."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import islice
from operator import eq
from typing import NamedTuple

from hubbub.prepare.cleaning import MAX_CHARACTERS, clean_characters
from hubbub.prepare.languages import tell_languages
from hubbub.prepare.message_types import classify
from hubbub.prepare.pieces import EMOTE, LINK, MENTION, Piece, read_token

_MAX_KEPT = 200_000
_MAX_KEPT_LENGTH = 40
SEPARATOR = "\x1f"
"""Stands in no emote name, as control characters are removed before names are read."""

CAN_BE_COPIED = ("opinion", "question", "reaction", "greeting")
"""The message types that copypasta can have by its text alone."""

_NO_EMOTES: frozenset[str] = frozenset()


class Reading(NamedTuple):
    """What one text says.

    Attributes
    ----------
    clean : str
        The clean text; empty where nothing is left.
    key : str
        The folding key; equal for texts that say the same.
    plain : str
        The clean text without emotes, mentions, links and marks.
    emotes : str
        In order, runs folded to one, joined by ``SEPARATOR``.
    n_mentions, n_links : int
        How many were found, wherever they went.
    message_type : str
        From the text alone.
    traits : int
        Sum of the traits of its pieces.
    """

    clean: str
    key: str
    plain: str
    emotes: str
    n_mentions: int
    n_links: int
    message_type: str
    traits: int


class Reader:
    """Reads texts and remembers how it read each token; the memory changes the speed and nothing else."""

    def __init__(self, mentions_stay: bool, links_stay: bool) -> None:
        self._dropped = {kind for kind, stays in ((MENTION, mentions_stay), (LINK, links_stay)) if not stays}
        self._read: dict[str, tuple[Piece, ...]] = {}

    def _cut(self, text: str, known: frozenset[str]) -> list[Piece]:
        """Return the pieces of a text in plain characters, in order."""
        read = self._read
        pieces: list[Piece] = []
        for token in text.split():
            if known and token in known:
                pieces.append(Piece(token, token, "", EMOTE))
                continue
            found = read.get(token)
            if found is None:
                found = tuple(read_token(token))
                if len(token) <= _MAX_KEPT_LENGTH:
                    if len(read) >= _MAX_KEPT:
                        read.clear()
                    read[token] = found
            pieces += found
        return pieces

    def read(self, text: str, known: frozenset[str] = _NO_EMOTES) -> Reading:
        """Return what a text says.

        Parameters
        ----------
        text : str
            As somebody typed it; any characters.
        known : frozenset of str
            Names that the platform marked as emotes in it.
        """
        pieces = self._cut(clean_characters(text), known)
        kinds = [piece[3] for piece in pieces]
        n_mentions, n_links = kinds.count(MENTION), kinds.count(LINK)
        if (n_mentions or n_links) and self._dropped:
            pieces = [piece for piece in pieces if piece.kind not in self._dropped]
        return _assemble(pieces, n_mentions, n_links)


def _assemble(pieces: list[Piece], n_mentions: int, n_links: int) -> Reading:
    """Return the reading of pieces."""
    if not pieces:
        return _NOTHING._replace(n_mentions=n_mentions, n_links=n_links)
    texts, keys, words, kinds, traits = zip(*pieces, strict=True)
    if any(map(eq, texts, islice(texts, 1, None))):
        pieces = _fold_runs(pieces)
        texts, keys, words, kinds, traits = zip(*pieces, strict=True)
    clean = " ".join(texts)
    if len(clean) > MAX_CHARACTERS:
        return _assemble(_shorten(pieces), n_mentions, n_links)
    told = [key for key in keys if key]
    if "?" in told or any(map(eq, told, islice(told, 1, None))):
        told = _fold_keys(told)
    emotes = [text for text, kind in zip(texts, kinds, strict=True) if kind == EMOTE] if EMOTE in kinds else []
    if len(emotes) > 1:
        emotes = [name for i, name in enumerate(emotes) if i == 0 or name != emotes[i - 1]]
    said = [word for word in words if word]
    if len(said) == len(texts):
        plain = clean
    else:
        plain = " ".join([text for text, word in zip(texts, words, strict=True) if word])
    total = sum(traits)
    message_type = classify(pieces, said, total)
    key = " ".join(told) or clean
    return Reading(clean, key, plain, SEPARATOR.join(emotes), n_mentions, n_links, message_type, total)


def _fold_runs(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with runs folded: of one emote one stays, of anything else two."""
    kept: list[Piece] = []
    last, run = "", 0
    for piece in pieces:
        run = run + 1 if piece.text == last else 0
        last = piece.text
        if run < (1 if piece.kind == EMOTE else 2):
            kept.append(piece)
    return kept


def _fold_keys(keys: Sequence[str]) -> list[str]:
    """Return the keys with runs of one folded to one, unless it is a number; one question mark stays of several."""
    kept: list[str] = []
    last = ""
    for key in keys:
        if (key != last or key.isdigit()) and not (key == "?" and last[-1:] == "?"):
            kept.append(key)
            last = key
    return kept


def _shorten(pieces: list[Piece]) -> list[Piece]:
    """Return the first pieces that fit into the longest clean text."""
    length = 0
    for n, piece in enumerate(pieces):
        length += len(piece.text) + 1
        if length > MAX_CHARACTERS + 1:
            return pieces[:n]
    return pieces


_NOTHING = Reading("", "", "", "", 0, 0, classify((), (), 0), 0)


def make_text_id(key: str) -> str:
    """Return the id of a folding key: 16 hexadecimal digits of BLAKE2b."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def read_all(
    reader: Reader, texts: Sequence[str], known: Sequence[frozenset[str]] | None
) -> tuple[list[Reading], list[str | None]]:
    """Return the readings of texts and their languages."""
    read = reader.read
    with _paused_collection():
        readings = list(map(read, texts)) if known is None else list(map(read, texts, known))
    return readings, tell_languages([reading.plain for reading in readings], [reading.traits for reading in readings])


@contextmanager
def _paused_collection() -> Iterator[None]:
    """Pause the search for reference cycles: a fifth of the time for texts, which are all kept and make no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
