"""Phrases for garments, prices and lists.

Names, colours and prices come from the items passed in, never from elsewhere.
"""

from collections.abc import Sequence
from decimal import Decimal

from stylist.chat.shared.intent import Intent
from stylist.chat.shared.items import Item
from stylist.chat.shared.plain_text import to_plain_text
from stylist.outfits.colour_phrases import list_names

MAX_NAME_LENGTH = 80  # characters of a product's name in a sentence


def name_item(item: Item) -> str:
    """Return the name of a catalogue item, or "your blue jeans" for an owned one."""
    if item.is_owned:
        what = item.kind or item.name
        return f"your {what if item.colour in what else f'{item.colour} {what}'}".strip()
    return to_plain_text(item.name)[:MAX_NAME_LENGTH].strip() or add_article(item.kind or "garment")


def name_and_price(item: Item) -> str:
    """Return an item's name, and its price if it has one."""
    price = format_price(item)
    return f"{name_item(item)} ({price})" if price else name_item(item)


def list_items(items: Sequence[Item], *, count: int = 4) -> str:
    """Return the names and prices of the first items as a list."""
    return list_names([name_and_price(item) for item in items[:count]])


def format_price(item: Item) -> str:
    """Return an item's price, such as "49.90 EUR", or nothing if it has none."""
    return "" if item.price is None else f"{format_amount(item.price)} {item.currency}".strip()


def format_amount(amount: Decimal) -> str:
    """Return an amount with two decimals, or none if it is whole."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def is_plural(kind: str) -> bool:
    """Check whether a kind's name is a plural: trousers, jeans, boots."""
    return kind.endswith("s") and not kind.endswith("ss")


def pluralise(kind: str) -> str:
    """Return the plural of a kind."""
    if is_plural(kind):
        return kind
    if kind == "scarf":
        return "scarves"
    if kind.endswith("y") and kind[-2:-1] not in "aeiou":
        return kind[:-1] + "ies"
    return kind + ("es" if kind.endswith(("ss", "ch", "sh", "x")) else "s")


def add_article(words: str) -> str:
    """Return words with "a" or "an", plurals with "some"."""
    if is_plural(words):
        return f"some {words}"
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def capitalise(sentence: str) -> str:
    """Return a sentence with a capital first letter, the rest unchanged."""
    return sentence[:1].upper() + sentence[1:]


def describe_intent(intent: Intent) -> str:
    """Return a search in words: "red floral dresses in silk under 50"."""
    kinds = [pluralise(name) for name in intent.garments] or [
        {"outer": "something to wear over it", "bottom": "bottoms"}.get(slot, pluralise(slot))
        for slot in intent.slots
    ]
    styles = (style for style in intent.styles if style not in intent.patterns)
    looks = " ".join(filter(None, (" or ".join(intent.colours), *intent.patterns, *styles)))
    materials = [name for name in intent.materials if name not in " ".join(intent.garments)]
    parts = (
        f"{looks} {' or '.join(kinds)}".strip() if kinds else f"something {looks}".strip(),
        f"in {' or '.join(materials)}" if materials else "",
        f"for {format_occasion(intent.occasion)}" if intent.occasion else "",
        f"for {intent.season}" if intent.season else "",
        format_bounds(intent),
    )
    return " ".join(filter(None, parts))


def format_occasion(name: str) -> str:
    """Return an occasion as it is written after "for"."""
    return {
        "interview": "an interview", "date": "a date", "party": "a party", "wedding": "a wedding",
        "home": "a day at home", "beach": "the beach", "everyday": "every day",
    }.get(name, name)  # fmt: skip


def format_bounds(intent: Intent) -> str:
    """Return the price limits of an intent in words, or nothing."""
    low, high = (
        "" if price is None else f"{format_amount(price)} {intent.price_currency}".strip()
        for price in (intent.price_min, intent.price_max)
    )
    if low and high:
        return f"between {low} and {high}"
    if high:
        return f"for at most {high}"
    return f"from {low}" if low else ""
