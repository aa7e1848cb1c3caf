"""Answers to "what do I own"."""

from collections import Counter
from collections.abc import Iterator

from stylist.chat.rules.answers.context import Asked
from stylist.chat.rules.answers.owned_items import find_owned
from stylist.chat.rules.answers.search import is_wanted
from stylist.chat.shared.phrasing import name_item, plural
from stylist.chat.shared.pieces import Items, Piece, Words
from stylist.chat.shared.tools import Item
from stylist.outfits.colour_phrases import list_names

MOST = 12


def tell_wardrobe(asked: Asked) -> Iterator[Piece]:
    """Tell what the shopper owns of what is asked for."""
    wish = asked.wish
    yield Words(asked.voice.choose("Let me look into your wardrobe.", "A look at what you own."))
    pointed = [each for each in wish.references if each.is_owned]
    kinds = (*wish.garments, *(each.garment for each in pointed if each.garment))
    colours = (*wish.colours, *(each.colour for each in pointed if each.colour))
    owned = find_owned(asked, kinds=kinds, slots=wish.slots, colours=colours)
    items = [item for item in owned if is_wanted(item, asked)]
    if not items:
        what = list_names([plural(kind) for kind in kinds]) or "garments"
        looks = f"{' or '.join(colours)} " if colours else ""
        yield Words(f" I find no {looks}{what} in it. Add photos, and I can work with them.")
        return
    yield Items(tuple(items[:MOST]), "owned")
    if len(items) <= 4:
        yield Words(f" There {_be(len(items))} {list_names([name_item(item) for item in items])}.")
        return
    yield Words(f" There are {len(items)} pieces: {list_names(_counts(items))}.")


def _counts(items: list[Item]) -> list[str]:
    counts = Counter(item.kind or "garment" for item in items)
    return [
        f"{count} {kind if count == 1 else plural(kind)}" for kind, count in counts.most_common(6)
    ]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
