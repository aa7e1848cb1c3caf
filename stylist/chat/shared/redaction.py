"""Remove personal data from shoppers' messages, before a model, the history or a log gets them.

Removed are mail addresses, phone numbers, card numbers (Luhn's check, ISO/IEC 7812-1) and IBANs
(ISO 7064 MOD 97-10). Prices, sizes, article numbers and UUIDs stay.
"""

import re

MAIL, CARD, IBAN, PHONE = "[mail]", "[card]", "[iban]", "[phone]"

_UUID = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{1,4}){3,8}\b")
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
# International numbers, or with a trunk 0 or an area code, with usual separators.
_PHONE = re.compile(
    r"(?<![\w.,-])(?<!\d )(?:"
    r"(?:\+|00)[1-9](?:[ ./()-]{0,3}\d){6,13}"
    r"|\(0?\d{1,5}\)[ ./-]?\d(?:[ ./-]?\d){4,9}"
    r"|0\d(?:[ ./-]{0,3}\d){7,11}"
    r"|\d{3}[ .-]\d{3}[ .-]\d{4}"
    r")(?![\w-]|[.,]\d)"
)


def redact(text: str) -> str:
    """Return the text with personal data replaced by its kind, such as `[mail]`; idempotent."""
    parts, last = [], 0
    for found in _UUID.finditer(text):
        parts += [_redact(text[last : found.start()]), found[0]]
        last = found.end()
    return "".join((*parts, _redact(text[last:])))


def _redact(text: str) -> str:
    text = _MAIL.sub(MAIL, text)
    text = _IBAN.sub(lambda found: _redact_iban(found[0]), text)
    text = _CARD.sub(lambda found: CARD if _passes_luhn(found[0]) else found[0], text)
    return _PHONE.sub(PHONE, text)


def _redact_iban(text: str) -> str:
    """Redact the longest prefix that is an IBAN: the words after it may look like its groups."""
    for end in range(len(text), 14, -1):
        code = re.sub(r"[ -]", "", text[:end]).upper()
        if text[end - 1].isalnum() and text[end : end + 1].strip().isalnum() is False:
            moved = code[4:] + code[:4]
            if 15 <= len(code) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1:
                return IBAN + text[end:]
    return text


def _passes_luhn(text: str) -> bool:
    digits = [int(character) for character in reversed(text) if character.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return any(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0
