"""Garments, prices and lists as people say them, and one of several ways to say a thing.

Nothing here claims what no tool returned: names, colours and prices come from the items passed in.
"""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.ml.colours import BASIC_OF
from stylist.chat.shared.garment_kinds import kinds_under
from stylist.chat.shared.intent import Intent
from stylist.chat.shared.plain_text import plain
from stylist.chat.shared.tools import Item
from stylist.outfits.colour_phrases import list_names
from stylist.tagging.taxonomy import Taxonomy

MAX_NAME_LENGTH = 80  # characters of a product's name in a sentence


@dataclass(frozen=True, slots=True)
class Voice:
    """A way of speaking that a message's id decides: the same message, the same words."""

    seed: str

    def choose(self, *ways: str) -> str:
        """Return one of several ways to say a thing."""
        return ways[zlib.crc32(f"{self.seed}:{ways[0]}".encode()) % len(ways)]


def name_item(item: Item) -> str:
    """Return what to call an item: its own name in the shop, "your blue jeans" at home."""
    if item.is_owned:
        what = item.kind or item.name
        return f"your {what if item.colour in what else f'{item.colour} {what}'}".strip()
    return plain(item.name)[:MAX_NAME_LENGTH].strip() or add_article(item.kind or "garment")


def name_and_price(item: Item) -> str:
    """Return an item's name, with its price where it has one."""
    price = format_price(item)
    return f"{name_item(item)} ({price})" if price else name_item(item)


def list_items(items: Sequence[Item], *, most: int = 4) -> str:
    """Return the names and prices of the first items as a list."""
    return list_names([name_and_price(item) for item in items[:most]])


def format_price(item: Item) -> str:
    """Return an item's price: "49.90 EUR", or nothing where it has none."""
    return "" if item.price is None else f"{format_amount(item.price)} {item.currency}".strip()


def format_amount(amount: Decimal) -> str:
    """Return an amount with two decimals, or none where it is whole."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def is_plural(kind: str) -> bool:
    """Say whether a kind is spoken of in the plural: trousers, jeans, boots."""
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
    """Return words with "a" or "an", pairs with "some"."""
    if is_plural(words):
        return f"some {words}"
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def capitalise(sentence: str) -> str:
    """Return a sentence with its first letter large, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def describe_intent(intent: Intent, taxonomy: Taxonomy) -> str:
    """Return what is looked for: "red floral dresses in silk under 50"."""
    kinds = [pluralise(name) for name in intent.garments] or [
        {"outer": "something to wear over it", "bottom": "bottoms"}.get(slot, pluralise(slot))
        for slot in intent.slots
    ]
    looks = [" or ".join(intent.colours), *intent.patterns, *_styles(intent)]
    materials = [name for name in intent.materials if name not in " ".join(intent.garments)]
    what = " ".join([*(look for look in looks if look), " or ".join(kinds) or "something"])
    if not kinds and any(looks):
        what = f"something {' '.join(look for look in looks if look)}"
    made = f" in {' or '.join(materials)}" if materials else ""
    reason = " ".join(
        part
        for part in (
            f"for {format_occasion(intent.occasion)}" if intent.occasion else "",
            f"for {intent.season}" if intent.season else "",
            format_bounds(intent.price_min, intent.price_max),
        )
        if part
    )
    return f"{what}{made} {reason}".strip()


def format_occasion(name: str) -> str:
    """Return an occasion as it stands after "for"."""
    return {
        "interview": "an interview", "date": "a date", "party": "a party", "wedding": "a wedding",
        "home": "a day at home", "beach": "the beach", "everyday": "every day",
    }.get(name, name)  # fmt: skip


def format_bounds(least: Decimal | None, most: Decimal | None) -> str:
    """Return bounds on the price in words, or nothing."""
    if least is not None and most is not None:
        return f"between {format_amount(least)} and {format_amount(most)}"
    if most is not None:
        return f"for at most {format_amount(most)}"
    return f"from {format_amount(least)}" if least is not None else ""


def is_colour(item: Item, colours: Collection[str]) -> bool:
    """Say whether an item's colour is one of these, in any case, or falls under one."""
    wanted = {name.casefold() for name in colours}
    return item.colour in wanted or BASIC_OF.get(item.colour) in wanted


def is_kind(item: Item, kinds: Collection[str], taxonomy: Taxonomy) -> bool:
    """Say whether an item is of one of these kinds, by its own or its name; unknown ones may be."""
    under = {name for kind in kinds for name in kinds_under(kind, taxonomy)}
    called = item.name.casefold()
    return not item.kind or item.kind in under or any(kind in called for kind in kinds)


def _styles(intent: Intent) -> tuple[str, ...]:
    return tuple(style for style in intent.styles if style not in intent.patterns)
