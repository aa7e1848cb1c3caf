import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylist.chat.shared.redaction import redact

PERSONAL = [
    ("write to anna.b+shop@mail.example.org please", "write to [mail] please"),
    ("my card is 4111 1111 1111 1111", "my card is [card]"),
    ("card 5500-0000-0000-0004, thanks", "card [card], thanks"),
    ("378282246310005", "[card]"),
    ("IBAN DE89 3704 0044 0532 0130 00 is mine", "IBAN [iban] is mine"),
    ("GB82WEST12345698765432", "[iban]"),
    ("call +49 170 1234567", "call [phone]"),
    ("call +1 (415) 555-2671!", "call [phone]!"),
    ("0170/1234567", "[phone]"),
    ("(030) 1234 5678", "[phone]"),
    ("415-555-2671", "[phone]"),
    ("0044 20 7946 0958", "[phone]"),
]
HARMLESS = [
    "a dress for 49.90 EUR, or 1,299.00 at most",
    "size 38/40, W32 L34, 85C, EU 42.5",
    "SKU 4111-2222-33 and article 1234567890123",
    "item 0190c0de-0000-7000-8000-000000000001 is nice",
    "[item:0190c0de-0412-7000-8112-041111111111]",
    "born 1990, 1.75 m, 2026-11-21, between 100 and 200",
    "4111 1111 1111 1112",  # fails Luhn's check
    "DE88 3704 0044 0532 0130 00 is no account",
    "EAN 4006381333931",
    "at 10:30, for 2 people, 100% cotton, 30 °C",
    "me@home",
]


@pytest.mark.parametrize(("text", "redacted"), PERSONAL)
def test_removes_personal_data(text, redacted):
    assert redact(text) == redacted


@pytest.mark.parametrize("text", HARMLESS)
def test_leaves_similar_texts_unchanged(text):
    assert redact(text) == text


@given(st.text(alphabet="0123456789 +-()@.abcDE", max_size=80))
def test_redaction_is_idempotent(text):
    assert redact(redact(text)) == redact(text)


@given(st.integers(0, 10**15 - 1), st.sampled_from(["", " ", "-"]))
def test_finds_every_card_that_passes_the_check(number, gap):
    digits = f"4{number:014d}"[:15]
    total = sum(
        sum(divmod(2 * int(digit), 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(digits)
    )
    card = f"{digits}{-total % 10}"
    text = gap.join(card[start : start + 4] for start in range(0, 16, 4))
    assert redact(f"it is {text}.") == "it is [card]."
