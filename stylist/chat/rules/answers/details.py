"""Answers about single items that were shown, or are owned."""

from collections.abc import Iterator

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.matches import advise_partners
from stylist.chat.rules.answers.targets import resolve
from stylist.chat.shared.phrasing import capitalise, format_price, is_colour, name_item
from stylist.chat.shared.pieces import ItemsPiece, Piece, TextPiece
from stylist.chat.shared.tools import Item


def describe_items(context: AnswerContext) -> Iterator[Piece]:
    """Tell what is known of an item: its price, its colour, and what goes with that."""
    yield TextPiece(context.voice.choose("Let me look it up.", "A closer look at it.", "Gladly."))
    items = resolve(context)
    if not items:
        yield TextPiece(" I am not sure which one you mean, or it is gone by now.")
        return
    yield ItemsPiece(tuple(items), "named")
    for item in items[:2]:
        yield TextPiece(f" {' '.join(_facts(item, context))}")
    if context.intent.size:
        yield TextPiece(" Which sizes there are, the product's page says; I cannot check them.")


def _facts(item: Item, context: AnswerContext) -> Iterator[str]:
    name = capitalise(name_item(item))
    if item.is_owned:
        yield f"{name} is in your wardrobe."
    elif price := format_price(item):
        yield f"{name} costs {price}."
    else:
        yield f"{name} is in the shop; I do not know its price."
    if item.colour in BASIC_OF:
        is_own = is_colour(item, context.profile.palette)
        yield f"The colour is {item.colour}{', one of yours' if is_own else ''}."
        yield advise_partners(item.colour)
