"""Answers about single items that were shown, or are owned."""

from collections.abc import Iterator

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.context import Asked
from stylist.chat.rules.answers.matches import with_colour
from stylist.chat.rules.answers.targets import resolve
from stylist.chat.shared.phrasing import capitalise, is_colour, name_item, tell_price
from stylist.chat.shared.pieces import Items, Piece, Words
from stylist.chat.shared.tools import Item


def tell_details(asked: Asked) -> Iterator[Piece]:
    """Tell what is known of an item: its price, its colour, and what goes with that."""
    yield Words(asked.voice.choose("Let me look it up.", "A closer look at it.", "Gladly."))
    items = resolve(asked)
    if not items:
        yield Words(" I am not sure which one you mean, or it is gone by now.")
        return
    yield Items(tuple(items), "named")
    for item in items[:2]:
        yield Words(f" {' '.join(_facts(item, asked))}")
    if asked.wish.size:
        yield Words(" Which sizes there are, the product's page says; I cannot check them.")


def _facts(item: Item, asked: Asked) -> Iterator[str]:
    name = capitalise(name_item(item))
    if item.is_owned:
        yield f"{name} is in your wardrobe."
    elif price := tell_price(item):
        yield f"{name} costs {price}."
    else:
        yield f"{name} is in the shop; I do not know its price."
    if item.colour in BASIC_OF:
        is_own = is_colour(item, asked.profile.palette)
        yield f"The colour is {item.colour}{', one of yours' if is_own else ''}."
        yield with_colour(item.colour)
