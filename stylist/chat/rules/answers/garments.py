"""Answers about garments that were shown or are owned: details, comparisons, the wardrobe."""

from collections import Counter
from collections.abc import Iterator

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.advice import advise_partners
from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.rules.answers.search import is_wanted
from stylist.chat.shared.answer import ItemsPiece
from stylist.chat.shared.items import Item, is_colour
from stylist.chat.shared.phrasing import (
    capitalise,
    format_amount,
    format_price,
    name_and_price,
    name_item,
    pluralise,
)
from stylist.chat.shared.tools import ItemLookup
from stylist.outfits.colour_phrases import list_names

MAX_ITEMS = 12
MIN_FORMALITY_STEP = 0.1  # between two kinds, to be mentioned


def describe_items(context: QuestionContext) -> Iterator[Part]:
    """Describe the items referred to: the price, the colour, and what goes with it."""
    yield context.choose("Let me look it up.", "A closer look at it.", "Gladly.")
    items = context.find_referenced()
    if not items:
        yield " I am not sure which one you mean, or it is gone by now."
        return
    yield ItemsPiece(tuple(items), "named")
    for item in items[:2]:
        yield f" {' '.join(_describe(item, context))}"
    if context.intent.size:
        yield " Which sizes there are, the product's page says; I cannot check them."


def _describe(item: Item, context: QuestionContext) -> Iterator[str]:
    name = capitalise(name_item(item))
    if item.is_owned:
        yield f"{name} is in your wardrobe."
    elif price := format_price(item):
        yield f"{name} costs {price}."
    else:
        yield f"{name} is in the shop; I do not know its price."
    if item.colour in BASIC_OF:
        is_favourite = is_colour(item, context.question.profile.palette)
        yield f"The colour is {item.colour}{', one of yours' if is_favourite else ''}."
        yield advise_partners(item.colour)


def compare_items(context: QuestionContext) -> Iterator[Part]:
    """Compare two items by price, colour, formality and the shopper's taste."""
    yield context.choose("Let me set them side by side.", "Let me compare them for you.")
    items = context.find_referenced()
    if len(items) < 2 and not any(each.ordinals for each in context.intent.references):
        ids = tuple(each.id for each in context.question.memory.shown[:2])
        items = context.tools.item_details(ItemLookup(ids=ids))
    if len(items) < 2:
        yield (
            " I need two things that I have shown: say, for example, “compare the first and the "
            "second”."
        )
        return
    one, other = items[:2]
    yield ItemsPiece((one, other), "compared")
    yield f" {capitalise(name_and_price(one))} or {name_and_price(other)}."
    yield from (f" {sentence}" for sentence in _list_differences(one, other, context))


def _list_differences(one: Item, other: Item, context: QuestionContext) -> Iterator[str]:
    if one.price is not None and other.price is not None and one.currency == other.currency:
        cheaper = one if one.price <= other.price else other
        difference = format_amount(abs(one.price - other.price))
        if one.price != other.price:
            yield f"{capitalise(name_item(cheaper))} costs {difference} {one.currency} less."
        else:
            yield "They cost the same."
    if one.colour and other.colour and one.colour != other.colour:
        yield f"One is {one.colour}, the other {other.colour}."
    kinds = [context.question.taxonomy.find(item.kind) for item in (one, other)]
    if kinds[0] and kinds[1]:
        step = kinds[0].formality - kinds[1].formality
        if abs(step) >= MIN_FORMALITY_STEP:
            name = name_item(one if step > 0 else other)
            yield f"{capitalise(name)} is the more formal of the two."
    favourites = [
        item for item in (one, other) if is_colour(item, context.question.profile.palette)
    ]
    if len(favourites) == 1:
        name = name_item(favourites[0])
        yield f"{capitalise(name)} is in one of your colours, so I would take it."
    elif one.price is not None and other.price is not None and one.price != other.price:
        yield "If you like both the same, take the one that goes with more of what you own."


def describe_wardrobe(context: QuestionContext) -> Iterator[Part]:
    """List what the shopper owns of what the message asks for."""
    intent = context.intent
    yield context.choose("Let me look into your wardrobe.", "A look at what you own.")
    owned = [each for each in intent.references if each.is_owned]
    kinds = (*intent.garments, *(each.garment for each in owned if each.garment))
    colours = (*intent.colours, *(each.colour for each in owned if each.colour))
    found = context.find_owned(kinds=kinds, slots=intent.slots, colours=colours)
    items = [item for item in found if is_wanted(item, context)]
    if not items:
        what = list_names([pluralise(kind) for kind in kinds]) or "garments"
        looks = f"{' or '.join(colours)} " if colours else ""
        yield f" I find no {looks}{what} in it. Add photos, and I can work with them."
        return
    yield ItemsPiece(tuple(items[:MAX_ITEMS]), "owned")
    if len(items) <= 4:
        names = list_names([name_item(item) for item in items])
        yield f" There {'is' if len(items) == 1 else 'are'} {names}."
        return
    counts = Counter(item.kind or "garment" for item in items).most_common(6)
    names = list_names([f"{n} {kind if n == 1 else pluralise(kind)}" for kind, n in counts])
    yield f" There are {len(items)} pieces: {names}."
