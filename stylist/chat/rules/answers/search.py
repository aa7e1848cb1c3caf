"""Answers to "find": what the shop has, and why it fits."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.shared.answer import ItemsPiece
from stylist.chat.shared.intent import Intent
from stylist.chat.shared.items import Item, expand_kind, is_colour
from stylist.chat.shared.phrasing import (
    add_article,
    capitalise,
    describe_intent,
    format_amount,
    format_bounds,
    format_price,
    list_items,
    name_item,
)
from stylist.chat.shared.tools import CatalogSearch
from stylist.outfits.colour_phrases import list_names

MAX_ITEMS = 4
SPARE = 8  # items searched for in addition, as unwanted ones are left out


def find_items(context: QuestionContext) -> Iterator[Part]:
    """Search the shop, and answer with what was found and why it fits."""
    intent = context.intent
    what = describe_intent(intent)
    opening = context.choose(
        f"Let me look for {what}.",
        f"I am looking for {what}.",
        f"{capitalise(what)}: let me see what the shop has.",
    )
    yield opening + "".join(_list_limits(intent))
    found = search_items(context, intent)
    has_limits = intent.colours or intent.price_min is not None or intent.price_max is not None
    if found:
        yield ItemsPiece(tuple(found), "found")
        yield f" Here {'is' if len(found) == 1 else 'are'} {list_items(found)}."
        yield from (f" {sentence}" for sentence in _list_reasons(found, context))
    elif has_limits:
        yield _explain_nothing_found(intent)
        if closest := _search_closest(context):
            yield ItemsPiece(tuple(closest), "found")
            yield f" What comes closest: {list_items(closest)}."
    else:
        yield f" I found {'nothing more of that kind' if intent.exclude else 'none in this shop'}."
        yield " Another word for it, or another kind of garment, may help."


def search_items(context: QuestionContext, intent: Intent) -> list[Item]:
    """Return the best items of the shop; each wanted kind and colour is searched for in turn."""
    found: dict[str, Item] = {}
    for kind, colour in product(intent.garments or (None,), intent.colours or (None,)):
        search = CatalogSearch(
            text=_make_query(intent, kind, colour),
            colour=colour,
            kind=kind,
            price_min=intent.price_min,
            price_max=intent.price_max,
            currency=intent.price_currency or None,
            without=intent.without.names,
            n=MAX_ITEMS + SPARE,
            exclude=intent.exclude,
        )
        found |= {item.id: item for item in context.tools.search_catalog(search)}
    wanted = [item for item in found.values() if is_wanted(item, context)]
    fitting = [item for item in wanted if not intent.garments or _is_kind(item, context)]
    # Sorting is stable: equally good items stay in the order of the search.
    best = sorted(fitting or wanted, key=lambda item: not is_colour(item, intent.colours))
    return best[:MAX_ITEMS]


def _is_kind(item: Item, context: QuestionContext) -> bool:
    """Check an item against the wanted kinds by its kind or name; an unknown kind passes."""
    kinds, name = context.intent.garments, item.name.casefold()
    under = context.expand_kinds(kinds)
    return not item.kind or item.kind in under or any(kind in name for kind in kinds)


def _search_closest(context: QuestionContext) -> list[Item]:
    """Search for other colours, else other prices, else both."""
    any_colour = replace(context.intent, colours=())
    any_price = replace(context.intent, price_min=None, price_max=None, price_currency="")
    wider = (any_colour, any_price, replace(any_price, colours=()))
    return next((found for each in wider if (found := search_items(context, each))), [])


def _make_query(intent: Intent, kind: str | None, colour: str | None) -> str:
    """Return the words to search for, unknown words too, as an encoder may know them."""
    words = (
        colour,
        *intent.patterns,
        *intent.styles,
        *intent.details,
        *intent.materials,
        *((kind,) if kind else intent.slots),
        intent.season,
        intent.occasion,
        *intent.missed,
    )
    return " ".join(dict.fromkeys(filter(None, words))) or "clothes"


def is_wanted(item: Item, context: QuestionContext) -> bool:
    """Check an item against the exclusions of the message and the dislikes of the profile.

    A dislike does not count against a kind or colour that the message asks for.
    """
    intent, without = context.intent, context.intent.without
    disliked = set(context.question.profile.disliked) - {*intent.garments, *intent.colours}
    return not (
        any(item.kind in expand_kind(kind) for kind in without.garments)
        or is_colour(item, without.colours)
        or any(look in item.name.casefold() for look in (*without.patterns, *without.details))
        or item.kind in disliked
        or is_colour(item, disliked)
        or item.id in intent.exclude
        or (intent.slots and not intent.garments and item.slot and item.slot not in intent.slots)
    )


def _list_reasons(found: Sequence[Item], context: QuestionContext) -> Iterator[str]:
    intent = context.intent
    if fits := [*_list_fits(found[0], context)]:
        yield f"{capitalise(name_item(found[0]))} {', and '.join(fits)}."
    if intent.garments and not any(_is_kind(item, context) for item in found):
        kinds = " or ".join(add_article(kind) for kind in intent.garments)
        yield f"None of them is really {kinds}; they come closest."
    if intent.colours:
        others = [item for item in found if not is_colour(item, intent.colours)]
        if len(others) == len(found):
            yield f"None of them is really {' or '.join(intent.colours)}; they come closest."
        elif others:
            names = list_names([name_item(item) for item in others])
            yield f"{capitalise(names)} {'has' if len(others) == 1 else 'have'} another colour."
    priced = [item for item in found if item.price is not None]
    if len(priced) > 1:
        cheapest = min(priced, key=lambda item: item.price or 0)
        yield f"The least expensive is {name_item(cheapest)} at {format_price(cheapest)}."


def _list_fits(item: Item, context: QuestionContext) -> Iterator[str]:
    intent = context.intent
    if is_colour(item, intent.colours):
        yield f"is {item.colour}, as you asked"
    elif is_colour(item, context.question.profile.palette):
        yield f"is {item.colour}, one of your colours"
    if intent.price_max is not None and item.price is not None and item.price <= intent.price_max:
        yield f"costs {format_price(item)}, within your {format_amount(intent.price_max)}"


def _list_limits(intent: Intent) -> Iterator[str]:
    """Yield sentences on what the rules cannot do, and on what they leave out."""
    if intent.size:
        yield f" I cannot check sizes; whether there is a {intent.size}, the product's page says."
    if intent.missed:
        yield f" I do not know {list_names([f'“{word}”' for word in intent.missed[:3]])},"
        yield " so I search for the word as it stands."
    if unwanted := intent.without.names:
        yield f" I leave out {list_names(unwanted)}."


def _explain_nothing_found(intent: Intent) -> str:
    colours = f"in {' or '.join(intent.colours)}" if intent.colours else ""
    bounds = format_bounds(intent)
    limits = " ".join(filter(None, (colours, bounds)))
    return f" I found nothing {'more ' if intent.exclude else ''}{limits}."
