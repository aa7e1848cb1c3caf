"""Prices as shops write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feeds.money import CURRENCIES, MAX_AMOUNT, THREE_DECIMALS, MoneyUnclear, parse_money

AMOUNTS = st.decimals(0, MAX_AMOUNT - 1, places=2, allow_nan=False)
CODES = st.sampled_from(sorted(CURRENCIES - THREE_DECIMALS))


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("15.00 USD", "15.00", "USD"),
        ("15.00USD", "15.00", "USD"),
        ("USD 15", "15.00", "USD"),
        ("usd 15", "15.00", "USD"),
        ("15", "15.00", ""),
        ("15,00 €", "15.00", "EUR"),
        ("€15", "15.00", "EUR"),
        ("€15 EUR", "15.00", "EUR"),
        ("£15", "15.00", "GBP"),
        ("¥9900", "9900.00", "JPY"),
        ("$15", "15.00", "USD"),
        ("$15.00 CAD", "15.00", "CAD"),
        ("US$ 15.5", "15.50", "USD"),
        ("R$ 10,00", "10.00", "BRL"),
        ("zł 5", "5.00", "PLN"),
        ("1.299,00", "1299.00", ""),
        ("1,299.00", "1299.00", ""),
        ("1,299", "1299.00", ""),
        ("1.299.000", "1299000.00", ""),
        ("1 299,00 zł", "1299.00", "PLN"),
        ("15\u202f000 Ft", "15000.00", "HUF"),
        ("CHF 1’299.–", "1299.00", "CHF"),
        ("1,23,456.00 INR", "123456.00", "INR"),
        ("Rs.500", "500.00", "INR"),
        ("Fr. 20.-", "20.00", "CHF"),
        ("199,-", "199.00", ""),
        ("12.5000", "12.50", ""),
        ("0.125", "0.13", ""),
        ("1.234 KWD", "1.23", "KWD"),
        ("１５.00 €", "15.00", "EUR"),
        ("0", "0.00", ""),
    ],
)
def test_reads(text, amount, currency):
    money = parse_money(text)
    assert (str(money.amount), money.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "price_invalid"),
        ("USD", "price_invalid"),
        ("free", "price_invalid"),
        ("-5", "price_invalid"),
        ("10-20", "price_invalid"),
        ("10.00 - 20.00 USD", "price_invalid"),
        ("1e5", "price_invalid"),
        (".99", "price_invalid"),
        ("$.99", "price_invalid"),
        ("1,2,3", "price_invalid"),
        ("12,34,5", "price_invalid"),
        ("15²", "price_invalid"),
        ("EUR 5 USD", "price_invalid"),
        ("€5 USD", "price_invalid"),
        ("100000000", "price_invalid"),
        ("9" * 50, "price_invalid"),
        ("5" * 1000, "price_invalid"),
        ("1.299", "price_ambiguous"),
        ("1.299 EUR", "price_ambiguous"),
        ("15.00 XYZ", "currency_unknown"),
        ("5%", "currency_unknown"),
        ("from 15", "currency_unknown"),
        ("kr 199", "currency_ambiguous"),
    ],
)
def test_refuses_what_is_no_price_or_several(text, code):
    with pytest.raises(MoneyUnclear) as refused:
        parse_money(text)
    assert refused.value.code == code
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize(
    ("text", "default", "currency"),
    [
        ("15", "EUR", "EUR"),
        ("15.00", "EUR", "EUR"),
        ("$15", "CAD", "CAD"),
        ("$15", "EUR", "USD"),
        ("kr 199", "NOK", "NOK"),
        ("199 kr.", "SEK", "SEK"),
        ("¥15", "CNY", "CNY"),
        ("15.00 USD", "EUR", "USD"),
    ],
)
def test_the_default_currency_decides_what_a_symbol_means(text, default, currency):
    assert parse_money(text, default).currency == currency


@given(AMOUNTS, CODES)
def test_reads_every_amount_in_each_way_to_write_it(amount, code):
    english = f"{amount:,.2f}"
    german = english.replace(",", "_").replace(".", ",").replace("_", ".")
    for text in (
        f"{amount} {code}",
        f"{code} {amount}",
        f"{english} {code}",
        f"{code}{german}",
        f"{english.replace(',', ' ')} {code}",
        f"{english.replace(',', chr(0x2019))} {code}",
    ):
        money = parse_money(text)
        assert (money.amount, money.currency) == (amount, code), text


@given(st.text(max_size=80), st.sampled_from(["", "EUR", "USD", "SEK", "KWD"]))
def test_any_text_is_a_price_or_refused(text, default):
    try:
        money = parse_money(text, default)
    except MoneyUnclear:
        return
    assert Decimal(0) <= money.amount < MAX_AMOUNT
    assert money.currency in CURRENCIES | {"", default}
    assert any(sign.isdigit() for sign in text)
