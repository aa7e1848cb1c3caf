"""Answers to "what do I own"."""

from collections import Counter
from collections.abc import Iterator

from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.owned_items import find_owned
from stylist.chat.rules.answers.search import is_wanted
from stylist.chat.shared.phrasing import name_item, pluralise
from stylist.chat.shared.pieces import ItemsPiece, Piece, TextPiece
from stylist.chat.shared.tools import Item
from stylist.outfits.colour_phrases import list_names

MAX_ITEMS = 12


def describe_wardrobe(context: AnswerContext) -> Iterator[Piece]:
    """Tell what the shopper owns of what is asked for."""
    intent = context.intent
    yield TextPiece(
        context.voice.choose("Let me look into your wardrobe.", "A look at what you own.")
    )
    pointed = [each for each in intent.references if each.is_owned]
    kinds = (*intent.garments, *(each.garment for each in pointed if each.garment))
    colours = (*intent.colours, *(each.colour for each in pointed if each.colour))
    owned = find_owned(context, kinds=kinds, slots=intent.slots, colours=colours)
    items = [item for item in owned if is_wanted(item, context)]
    if not items:
        what = list_names([pluralise(kind) for kind in kinds]) or "garments"
        looks = f"{' or '.join(colours)} " if colours else ""
        yield TextPiece(f" I find no {looks}{what} in it. Add photos, and I can work with them.")
        return
    yield ItemsPiece(tuple(items[:MAX_ITEMS]), "owned")
    if len(items) <= 4:
        yield TextPiece(
            f" There {_be(len(items))} {list_names([name_item(item) for item in items])}."
        )
        return
    yield TextPiece(f" There are {len(items)} pieces: {list_names(_counts(items))}.")


def _counts(items: list[Item]) -> list[str]:
    counts = Counter(item.kind or "garment" for item in items)
    return [
        f"{count} {kind if count == 1 else pluralise(kind)}"
        for kind, count in counts.most_common(6)
    ]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
