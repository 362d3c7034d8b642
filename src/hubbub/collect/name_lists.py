"""Cells that hold several names: roles, badges, emotes."""

from __future__ import annotations

import re

SEPARATOR = "\x1f"
"""Ends each name in a list of roles or emotes that came from a list (the unit separator; never part of a name)."""

_FLAGS = re.compile(r"[;,|](?![^(]{0,80}\))")
_TITLES = re.compile(r"'(?:title|name)': '([^']{1,100})'")
_MEMBER = re.compile(r"(?:new )?members?\b.*")


def split_badges(written: str) -> list[str] | None:
    """Return the roles in a cell that say more than a name, as they were written: "subscriber/12"; None without any."""
    return [part for part in _parts(written) if "/" in part or "(" in part] or None


def _parts(written: str) -> list[str]:
    """Return the parts of a cell of roles, as written."""
    if written[0] in "[{":
        return _TITLES.findall(written)  # a Python list of badges that a tool wrote into a cell; never evaluated
    parts = written.split(SEPARATOR) if SEPARATOR in written else _FLAGS.split(written)
    return [part.strip() for part in parts if part.strip()]


def split_roles(written: str) -> list[str]:
    """Return the roles in a cell: lower case, each once; a member's age is left out.

    Examples
    --------
    >>> split_roles("subscriber;premium"), split_roles("Moderator, Member (2 years, 6 months)"), split_roles("@")
    (['subscriber', 'premium'], ['moderator', 'member'], ['@'])
    """
    roles = (_MEMBER.sub("member", part.lower()) for part in _parts(written))
    return list(dict.fromkeys(role for role in roles if role))


def split_emotes(written: str) -> list[str]:
    """Return the emote names in a cell in order, each once.

    Examples
    --------
    >>> split_emotes("Kappa;LUL Kappa")
    ['Kappa', 'LUL']
    """
    parts = written.split(SEPARATOR) if SEPARATOR in written else re.split(r"[;,\s]+", written)
    return list(dict.fromkeys(part for part in parts if part))
