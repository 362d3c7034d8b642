"""Sums of money as platforms write them → minor units and an ISO 4217 code.

YouTube shows a super chat in the viewer's own way: "€10.00", "CA$5", "¥1,000", "R$ 20,00", "NT$150.00"; other tools
give a bare number beside a code. The minor units of ISO 4217 are used: cents for most, none for yen and won,
thousandths for dinars. A currency that is not known here is kept as written and counted in hundredths.

It does not convert one currency into another, and reads no words ("ten euros").
"""

from __future__ import annotations

import re

SYMBOLS: dict[str, str] = {
    "$": "USD",
    "US$": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "NT$": "TWD",
    "MX$": "MXN",
    "R$": "BRL",
    "S$": "SGD",
    "SG$": "SGD",
    "CLP$": "CLP",
    "COL$": "COP",
    "AR$": "ARS",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "￥": "JPY",
    "JP¥": "JPY",
    "円": "JPY",
    "CN¥": "CNY",
    "元": "CNY",
    "₩": "KRW",
    "₹": "INR",
    "₱": "PHP",
    "₫": "VND",
    "₽": "RUB",
    "₴": "UAH",
    "₪": "ILS",
    "₺": "TRY",
    "₡": "CRC",
    "₦": "NGN",
    "฿": "THB",
    "₸": "KZT",
    "₲": "PYG",
    "₵": "GHS",
    "₾": "GEL",
    "₼": "AZN",
    "S/": "PEN",
    "Rp": "IDR",
    "RM": "MYR",
    "R": "ZAR",
    "lei": "RON",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
}
"""What a platform writes before or after a sum, and the ISO 4217 code that it means."""

# fmt: off
ZERO_DECIMALS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})
# fmt: on
"""Currencies without minor units (ISO 4217)."""

THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose minor unit is a thousandth (ISO 4217)."""

_LARGEST_SUM = 10**15
_NUMBER = re.compile(r"[0-9](?:[0-9.,'’ \u00a0\u202f]{0,30}[0-9])?")
_SPACES = str.maketrans("", "", " '’\u00a0\u202f")


def parse_money(written: str, currency: str | None = None) -> tuple[int, str] | None:
    """Return a sum in minor units and its currency, or None where no sum is written.

    Parameters
    ----------
    written : str
        The sum, with or without its currency: "€10.00", "1.99".
    currency : str, optional
        The currency where the source gives it apart; it wins over one in ``written``.

    Returns
    -------
    tuple of (int, str) or None
        Minor units (0 or more) and an ISO 4217 code, or the currency as written where it is not known.

    Examples
    --------
    >>> parse_money("€10.00"), parse_money("¥1,000"), parse_money("R$ 20,00")
    ((1000, 'EUR'), (1000, 'JPY'), (2000, 'BRL'))
    >>> parse_money("1.99", "USD"), parse_money("5.00", "NZS"), parse_money("hello") is None
    ((199, 'USD'), (500, 'NZS'), True)
    """
    match = _NUMBER.search(written) if len(written) <= 100 else None
    if match is None:
        return None
    beside = (written[: match.start()] + " " + written[match.end() :]).strip()
    if "-" in beside or "−" in beside or any(character.isdigit() for character in beside):
        return None
    code = name_currency(currency) if currency and currency.strip() else name_currency(beside)
    if not code:
        return None
    decimals = count_decimals(code)
    amount = _minor_units(match.group(), decimals, bare=not beside)
    return None if amount is None else (amount, code)


def name_currency(written: str) -> str:
    """Return the ISO 4217 code for a symbol or code, or what was written where it is not known.

    Examples
    --------
    >>> name_currency("CA$"), name_currency("eur"), name_currency("doubloons")
    ('CAD', 'EUR', 'doubloons')
    """
    written = written.strip().strip(".").strip()
    if written in SYMBOLS:
        return SYMBOLS[written]
    if len(written) == 3 and written.isascii() and written.isalpha():
        return written.upper()
    return SYMBOLS.get(written.upper(), written[:20])


def count_decimals(code: str) -> int:
    """Return how many digits the minor unit of a currency has: 0, 2 or 3."""
    return 0 if code in ZERO_DECIMALS else 3 if code in THREE_DECIMALS else 2


def _minor_units(number: str, decimals: int, *, bare: bool) -> int | None:
    """Return the minor units of digits with separators; ``bare`` numbers were written by a program, "." is decimal."""
    number = number.translate(_SPACES)
    last = max(number.rfind("."), number.rfind(","))
    whole, fraction = number, ""
    if last >= 0:
        tail = number[last + 1 :]
        repeated = number.count(number[last]) > 1
        by_program = bare and number[last] == "." and not repeated
        if by_program or (not repeated and (len(tail) != 3 or decimals == 3)):
            whole, fraction = number[:last], tail
    whole = whole.replace(".", "").replace(",", "")
    if len(whole) > 15:
        return None
    kept, rest = fraction[:decimals].ljust(decimals, "0"), fraction[decimals:]
    amount = int((whole or "0") + kept)
    if rest and rest[0] >= "5":  # 0.995 dollars is a dollar: sums that went through a float
        amount += 1
    return amount if amount <= _LARGEST_SUM else None
