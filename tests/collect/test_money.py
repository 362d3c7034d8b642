"""Sums of money against amounts worked out by hand from ISO 4217."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.collect.money import SYMBOLS, count_decimals, name_currency, parse_money


@pytest.mark.parametrize(
    ("written", "currency", "expected"),
    [
        ("€10.00", None, (1000, "EUR")),
        ("10,00 €", None, (1000, "EUR")),
        ("CA$5", None, (500, "CAD")),
        ("¥1,000", None, (1000, "JPY")),
        ("￥2,000", None, (2000, "JPY")),
        ("¥200", None, (200, "JPY")),
        ("R$ 20,00", None, (2000, "BRL")),
        ("NT$150.00", None, (15000, "TWD")),
        ("$1,234.56", None, (123456, "USD")),
        ("1.234,56 €", None, (123456, "EUR")),
        ("1 234,56 €", None, (123456, "EUR")),
        ("1\u202f234,56\xa0€", None, (123456, "EUR")),
        ("₹1,00,000.00", None, (10_000_000, "INR")),
        ("CHF 1'000.50", None, (100050, "CHF")),
        ("$1,000", None, (100_000, "USD")),
        ("₩50,000", None, (50000, "KRW")),
        ("KWD 1.500", None, (1500, "KWD")),
        ("US$5", None, (500, "USD")),
        ("1.99", "USD", (199, "USD")),
        ("20.0", "CHF", (2000, "CHF")),
        ("1.000", "EUR", (100, "EUR")),
        ("69", "¥", (69, "JPY")),
        ("5.00", "NZS", (500, "NZS")),
        ("0.995", "USD", (100, "USD")),
        ("3 doubloons", None, (300, "doubloons")),
    ],
)
def test_sums_as_platforms_write_them(written: str, currency: str | None, expected: tuple[int, str]):
    assert parse_money(written, currency) == expected


@pytest.mark.parametrize("written", ["", "hello", "10", "-€5", "€-5", "€" + "9" * 40, "5 € 6", "x" * 10_000, "1e400"])
def test_what_is_no_sum_is_none(written: str):
    assert parse_money(written) is None


@given(st.integers(0, 10**9), st.sampled_from(sorted(SYMBOLS)))
def test_a_written_sum_comes_back(amount: int, symbol: str):
    code = SYMBOLS[symbol]
    decimals = count_decimals(code)
    whole, minor = divmod(amount, 10**decimals)
    written = f"{symbol}{whole:,}" + (f".{minor:0{decimals}}" if decimals else "")
    assert parse_money(written) == (amount, code)


@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=10)))
def test_no_text_breaks_it(written: str, currency: str | None):
    found = parse_money(written, currency)
    assert found is None or (0 <= found[0] <= 10**15 and found[1])


def test_currencies_are_named():
    assert name_currency(" eur ") == "EUR"
    assert name_currency("nt$") == "TWD"
    assert name_currency("Kč") == "CZK"
