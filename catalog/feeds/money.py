"""Read prices as shops write them: “15.00 USD”, “1.299,00 €”, “kr 199”.

The last of two different separators is the decimal one. A single comma before three digits
separates thousands; a single dot there is ambiguous, since programs write more decimals than two.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES
VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
_DOLLARS = "USD AUD CAD NZD HKD SGD TWD MXN ARS CLP COP UYU BBD BSD JMD TTD FJD"
CURRENCIES = frozenset(_CODES.split())
# The first currency of a symbol is meant unless the shop's own is another one of them. None of
# several is meant before the shop has named its own.
SYMBOLS: dict[str, tuple[str, ...]] = {
    "US$": ("USD",),
    "A$": ("AUD",),
    "AU$": ("AUD",),
    "C$": ("CAD",),
    "CA$": ("CAD",),
    "NZ$": ("NZD",),
    "HK$": ("HKD",),
    "S$": ("SGD",),
    "NT$": ("TWD",),
    "MX$": ("MXN",),
    "R$": ("BRL",),
    "$": tuple(_DOLLARS.split()),
    "€": ("EUR",),
    "£": ("GBP", "EGP", "GIP", "FKP", "SHP"),
    "¥": ("JPY", "CNY"),
    "円": ("JPY",),
    "元": ("CNY",),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "₫": ("VND",),
    "₪": ("ILS",),
    "₱": ("PHP",),
    "₦": ("NGN",),
    "₸": ("KZT",),
    "฿": ("THB",),
    "ZŁ": ("PLN",),
    "KČ": ("CZK",),
    "FT": ("HUF",),
    "LEI": ("RON",),
    "ЛВ": ("BGN",),
    "FR": ("CHF",),
    "SFR": ("CHF",),
    "RS": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "KR": ("", "SEK", "NOK", "DKK", "ISK"),
}
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
MAX_MONEY_LENGTH = 60
MAX_AMOUNT = Decimal(10) ** 8
# The catalogue stores two decimals, of every currency.
_CENT = Decimal("0.01")

# Most feeds write every price so.
_USUAL = re.compile(r"(\d{1,7}\.\d\d)(?: ([A-Z]{3}))?", re.ASCII)
_PARTS = re.compile(
    # A dot belongs to an abbreviation, as in “Rs.500”: “$.99” is refused, not read as 99.
    r"(?P<before>[^\d+\-.,']*[^\W\d]\. ?|[^\d+\-.,']*)"
    r"(?P<number>\d[\d.,' ]*(?<=\d)) ?(?:[.,][-–—]+|[.,])?(?P<after>\D*)",
    re.ASCII,
)
_GROUPS = {
    separator: re.compile(rf"\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+", re.ASCII)
    for separator in ".,' "
}
# India groups the digits before the last three by two.
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}", re.ASCII)
_SAME_SIGNS = str.maketrans({"’": "'", "´": "'", "`": "'", "٫": ".", "٬": "'", "−": "-"})


class MoneyUnclear(ValueError):
    """A text that is no price, or could be several; has a `code` and says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of at least 0, and its currency of ISO 4217, "" if neither is stated nor known."""

    amount: Decimal
    currency: str


@lru_cache(maxsize=8192)
def parse_money(text: str, default_currency: str = "") -> Money:
    """Return the price that a text states; raises `MoneyUnclear`.

    “$” means `default_currency` if it is a dollar, else USD; “kr” needs a default one.
    """
    if usual := _USUAL.fullmatch(text):
        currency = usual[2] or default_currency
        if currency in CURRENCIES or not currency:
            return Money(Decimal(usual[1]), currency)
    # “15²” is a price with a footnote, and would become 152.
    if len(text) > MAX_MONEY_LENGTH or any(unicodedata.category(sign) == "No" for sign in text):
        raise _invalid("A price has a number and perhaps a currency.")
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_SAME_SIGNS).split())
    parts = _PARTS.fullmatch(plain)
    if not parts:
        raise _invalid("Write one price of at least 0, such as “15.00 USD”.")
    currency = _find_currency(parts["before"], parts["after"], default_currency)
    return Money(_parse_number(parts["number"], currency), currency)


def _find_currency(before: str, after: str, default: str) -> str:
    named = [_read_currency(mark, default) for mark in (before, after) if mark.strip(" .")]
    if len(set(named)) > 1 and not (len(set(named)) == 2 and "$" in before + after):
        raise _invalid("Name one currency.")
    return named[-1] if named else default


def _read_currency(mark: str, default: str) -> str:
    mark = mark.strip(" .").upper()
    if mark in CURRENCIES:
        return mark
    meant = SYMBOLS.get(mark)
    if meant is None:
        raise MoneyUnclear(
            "currency_unknown", "Write the currency as its code of ISO 4217, such as EUR."
        )
    if default and default in meant:
        return default
    if not meant[0]:
        raise MoneyUnclear(
            "currency_ambiguous",
            "Several countries write it so: use the code of ISO 4217, or set a default currency.",
        )
    return meant[0]


def _parse_number(text: str, currency: str) -> Decimal:
    whole, fraction = _split_number(text, currency)
    amount = Decimal(f"{whole}.{fraction or 0}")
    if amount >= MAX_AMOUNT:
        raise _invalid(f"A price is less than {MAX_AMOUNT:,}.")
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _split_number(text: str, currency: str) -> tuple[str, str]:
    """Return the digits before and after the decimal separator."""
    separators = [sign for sign in text if not sign.isdigit()]
    if not separators:
        return text, ""
    last = separators[-1]
    if last in ".," and separators.count(last) == 1:
        whole, _, fraction = text.partition(last)
        is_plain = whole.isdigit()
        if len(separators) > 1 or len(fraction) != 3 or not 1 <= len(whole) <= 3:
            return (whole if is_plain else _join_groups(whole)), fraction
        if currency in THREE_DECIMALS or whole == "0":
            return whole, fraction
        if last == ".":
            raise MoneyUnclear(
                "price_ambiguous",
                f"“{text}” could be a thousand times as much: write it with two decimals.",
            )
    return _join_groups(text), ""


def _join_groups(text: str) -> str:
    """Return the digits of a number whose thousands are separated."""
    if _INDIAN.fullmatch(text) or any(groups.fullmatch(text) for groups in _GROUPS.values()):
        return "".join(sign for sign in text if sign.isdigit())
    raise _invalid("Separate thousands in groups of three digits, or not at all.")


def _invalid(detail: str) -> MoneyUnclear:
    return MoneyUnclear("price_invalid", detail)
