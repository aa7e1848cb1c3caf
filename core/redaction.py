"""Remove personal data from texts, before a row, a model or a log gets them.

Removed are e-mail addresses, phone numbers, card numbers (Luhn's check, ISO/IEC 7812-1) and IBANs
(ISO 7064 MOD 97-10), also in other scripts' digits and with usual disguises. Prices, sizes, dates,
article numbers, EAN codes and UUIDs stay.
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Any

MAIL, CARD, IBAN, PHONE = "[mail]", "[card]", "[iban]", "[phone]"

_UUID = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE
)
_LOCAL = r"(?:[\w.!#$%&'*+/=?^`{|}~-]{1,64}|\"[^\"\n]{1,62}\")"
_DOT = r"(?:\.| ?[(\[{<] ?(?:dot|punkt|point|punto) ?[)\]}>] ?)"
_MAILS = (
    # name@host.tld, with spaces or "(at)" for the sign, and "(dot)" for a dot
    re.compile(
        rf"{_LOCAL}(?: ?@ ?| ?[(\[{{<] ?(?:at|@|arroba) ?[)\]}}>] ?)"
        rf"(?:(?:[\w-]{{1,63}}{_DOT}){{1,8}}[^\W\d_][\w-]{{1,62}}|\[[0-9a-f.:]{{3,45}}\])",
        re.IGNORECASE,
    ),
    # "name at gmail dot com", for hosts that are nothing else than mail hosts
    re.compile(
        rf"{_LOCAL} at (?:g(?:oogle)?mail|hotmail|outlook|yahoo|icloud|gmx|proton(?:mail)?|aol)"
        r"(?: dot |\.)\w{2,}",
        re.IGNORECASE,
    ),
)
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\w-])\d(?:[ ./_-]{0,2}\d){12,18}(?![\w-])")
# The first digits of cards: Visa, Mastercard, Mir, Amex, Diners, JCB, Discover, UnionPay, Maestro.
_CARD_ISSUER = re.compile(r"4|5[0-8]|2(?:20[0-4]|22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[04-9]|6|8[12]")
_CARD_GROUPS = re.compile(r"\d+|(?:4 ){3,4}[1-4]|4 6 [45]|8 8|(?:1 )+1")
# International numbers, or with a trunk 0 or an area code, with usual separators.
_PHONES = (
    re.compile(r"(?<![\d+])\+ ?[1-9](?:[ ./()-]{0,3}\d){6,13}(?!\d)"),
    re.compile(
        r"(?<![\w.,-])(?<!\d )(?:"
        r"00[1-9](?:[ ./()-]{0,3}\d){6,13}"
        r"|\(0?\d{1,5}\)[ ./-]?\d(?:[ ./-]?\d){4,9}"
        r"|0\d(?:[ ./-]{0,3}\d){7,11}"
        r"|[2-9]\d{2}[ .-][2-9]\d{2}[ .-]\d{4}"
        r")(?![\w-]|[.,]\d)"
    ),
)
# Any number after a word that announces a phone number.
_ANNOUNCED_PHONE = re.compile(
    r"(?P<word>\b(?:tel|phone|call|cell|mobile?|handy|whatsapp|sms|fax|tele[fp]hon\w*|telefon\w*"
    r"|tel[eé]fono|m[oó]vil)"
    r"(?:[ .:=#-]|me|us|is|at|on|no|nr|number|nummer){1,6})"
    r"\d(?:[ ./()-]{0,3}\d){6,14}(?!\w)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b")


# One of these is in everything that the patterns above find in ASCII.
_HINT = re.compile(r"@|\b(?:at|arroba)\b|\d(?:\D{0,4}\d){6}", re.IGNORECASE)


def redact(text: str) -> str:
    """Return the text with personal data replaced by its kind, such as `[mail]`; idempotent."""
    if text.isascii() and not _HINT.search(text):
        return text
    parts, last = [], 0
    for found in _UUID.finditer(text):
        parts += [_redact(text[last : found.start()]), found[0]]
        last = found.end()
    return "".join((*parts, _redact(text[last:])))


def redact_all(value: Any) -> Any:
    """Return JSON data with all its texts redacted; the names of fields stay."""
    match value:
        case str():
            return redact(value)
        case dict():
            return {name: redact_all(part) for name, part in value.items()}
        case list() | tuple():
            return [redact_all(part) for part in value]
        case _:
            return value


def _redact(text: str) -> str:
    for mail in _MAILS:
        text = _replace(mail, text, lambda _: MAIL)
    text = _replace(_IBAN, text, lambda found: _redact_iban(found[0]))
    text = _replace(_CARD, text, lambda found: CARD if _is_card(found[0]) else None)
    text = _replace(_ANNOUNCED_PHONE, text, lambda found: found["word"] + PHONE)
    for phone in _PHONES:
        text = _replace(phone, text, lambda found: PHONE if _is_phone(found[0]) else None)
    return text


def _replace(
    pattern: re.Pattern[str], text: str, make: Callable[[re.Match[str]], str | None]
) -> str:
    """Replace what a pattern finds in the plain form of `text`, unless `make` returns None."""
    plain, places = _make_plain(text)
    parts, last = [], 0
    for found in pattern.finditer(plain):
        if (replacement := make(found)) is not None:
            parts += [text[last : places[found.start()]], replacement]
            last = places[found.end() - 1] + 1
    return "".join((*parts, text[last:]))


def _make_plain(text: str) -> tuple[str, range | list[int]]:
    """Return the text in plain characters, and the place of each of them in `text`.

    Digits become ASCII, spaces and dashes the usual ones, wide characters narrow; invisible
    characters are left out.
    """
    if text.isascii():
        return text, range(len(text))
    plain, places = [], []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFKC", character):
            kind = unicodedata.category(part)
            if kind != "Cf":
                plain.append(
                    _PLAIN.get(kind, part) if kind != "Nd" else str(unicodedata.digit(part))
                )
                places.append(place)
    return "".join(plain), places


_PLAIN = {"Zs": " ", "Pd": "-"}


def _redact_iban(text: str) -> str | None:
    """Redact the longest prefix that is an IBAN: the words after it may look like its groups."""
    for end in range(len(text), 14, -1):
        if text[end - 1].isalnum() and not text[end : end + 1].isalnum():
            code = re.sub(r"[ -]", "", text[:end]).upper()
            moved = code[4:] + code[:4]
            if 15 <= len(code) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1:
                return IBAN + text[end:]
    return None


def _is_card(text: str) -> bool:
    """Return whether digits have the issuer, the groups and the check digit of a card."""
    groups = re.findall(r"\d+", text)
    digits = "".join(groups)
    lengths = " ".join(str(len(group)) for group in groups)
    if not _CARD_ISSUER.match(digits) or not _CARD_GROUPS.fullmatch(lengths):
        return False
    # Cards of fewer digits look like article numbers; only few issuers have them.
    is_short = len(digits) < 16 and not (
        (len(digits) == 15 and digits[:2] in {"34", "37"})
        or (len(digits) == 14 and digits[0] == "3" and not _is_article_number(digits))
        or (len(digits) == 13 and digits[0] == "4" and not _is_article_number(digits))
    )
    return not is_short and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    figures = [int(digit) for digit in reversed(digits)]
    doubled = (sum(divmod(2 * figure, 10)) for figure in figures[1::2])
    return any(figures) and (sum(figures[::2]) + sum(doubled)) % 10 == 0


def _is_phone(text: str) -> bool:
    """Return whether digits that look like a phone number are no dates, sizes or article number."""
    groups = re.findall(r"\d+", text)
    steps = {int(large) - int(small) for small, large in pairwise(groups)}
    are_sizes = len(groups) > 2 and len(steps) == 1 and max(map(len, groups)) <= 2
    is_article = len(groups) == 1 and text[0] != "+" and _is_article_number(groups[0])
    return not (_DATE.search(text) or are_sizes or is_article)


def _is_article_number(digits: str) -> bool:
    """Return whether digits are a UPC or an EAN with its check digit (GTIN-12, GTIN-13)."""
    if len(digits) not in {12, 13}:
        return False
    figures = [int(digit) for digit in reversed(digits)]
    return (sum(figures[::2]) + 3 * sum(figures[1::2])) % 10 == 0
