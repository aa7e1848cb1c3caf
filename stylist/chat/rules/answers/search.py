"""Answers to "find": what the shop has, and why it is that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.shared.garment_kinds import kinds_under
from stylist.chat.shared.intent import Intent
from stylist.chat.shared.phrasing import (
    add_article,
    capitalise,
    describe_intent,
    format_amount,
    format_bounds,
    format_price,
    is_colour,
    is_kind,
    list_items,
    name_item,
)
from stylist.chat.shared.pieces import ItemsPiece, Piece, TextPiece
from stylist.chat.shared.tools import Item
from stylist.outfits.colour_phrases import list_names

COUNT = 4
SPARE = 8  # asked for beyond what is shown, for what is not wanted to be left out of


def find(context: AnswerContext) -> Iterator[Piece]:
    """Look for what is wished for in the shop; what is not wanted is left out."""
    intent = context.intent
    what = describe_intent(intent, context.taxonomy)
    yield TextPiece(context.voice.choose(
        f"Let me look for {what}.",
        f"I am looking for {what}.",
        f"{capitalise(what)}: let me see what the shop has.",
    ) + "".join(_limits(intent)))  # fmt: skip
    found = search(context, intent)
    if not found and (
        intent.colours or intent.price_max is not None or intent.price_min is not None
    ):
        yield TextPiece(_none_as_asked(intent))
        found = _closest(context)
        if found:
            yield ItemsPiece(tuple(found), "found")
            yield TextPiece(f" What comes closest: {list_items(found)}.")
        return
    if not found:
        yield TextPiece(
            " I found nothing more of that kind."
            if intent.exclude
            else " I found none in this shop."
        )
        yield TextPiece(" Another word for it, or another kind of garment, may help.")
        return
    yield ItemsPiece(tuple(found), "found")
    yield TextPiece(f" Here {'is' if len(found) == 1 else 'are'} {list_items(found)}.")
    yield from (TextPiece(f" {sentence}") for sentence in reasons(found, context))


def search(context: AnswerContext, intent: Intent) -> list[Item]:
    """Return what the shop has for a wish, each kind and colour asked for in turn."""
    found: dict[str, Item] = {}
    kinds: Sequence[str | None] = intent.garments or (None,)
    for kind in kinds:
        for colour in intent.colours or (None,):
            for item in context.tools.search_catalog(
                text=query_text(intent, kind, colour),
                colour=colour,
                kind=kind,
                price_min=intent.price_min,
                price_max=intent.price_max,
                n=COUNT + SPARE,
                exclude=intent.exclude,
            ):
                found.setdefault(item.id, item)
    kept = [item for item in found.values() if is_wanted(item, context)]
    fitting = [item for item in kept if _is_kind(item, context)] if intent.garments else kept
    # A sort keeps the order of what is alike.
    best = sorted(fitting or kept, key=lambda item: not is_colour(item, intent.colours))
    return best[:COUNT]


def _is_kind(item: Item, context: AnswerContext) -> bool:
    return is_kind(item, context.intent.garments, context.taxonomy)


def _closest(context: AnswerContext) -> list[Item]:
    """Return what there is in other colours, else at other prices, else in and at both."""
    intent = context.intent
    coloured = replace(intent, price_min=None, price_max=None)
    wider = (replace(intent, colours=()), coloured, replace(coloured, colours=()))
    return next((found for each in wider if (found := search(context, each))), [])


def query_text(intent: Intent, kind: str | None = None, colour: str | None = None) -> str:
    """Return the words to search for; those the rules do not know too, for an encoder may."""
    words = (
        *([colour] if colour else ()), *intent.patterns, *intent.styles, *intent.details,
        *intent.materials, *([kind] if kind else intent.slots),
        *filter(None, (intent.season, intent.occasion)),
        *intent.missed,
    )  # fmt: skip
    return " ".join(dict.fromkeys(words)) or "clothes"


def is_wanted(item: Item, context: AnswerContext) -> bool:
    """Say whether an item is none of what the message, or the shopper's profile, rules out.

    What the message names itself, the profile does not rule out.
    """
    intent, without = context.intent, context.intent.without
    disliked = set(context.profile.disliked) - {*intent.garments, *intent.colours}
    return not (
        any(item.kind in kinds_under(kind) for kind in without.garments)
        or is_colour(item, without.colours)
        or any(pattern in item.name.casefold() for pattern in without.patterns)
        or item.kind in disliked
        or is_colour(item, disliked)
        or item.id in intent.exclude
        or (intent.slots and not intent.garments and item.slot and item.slot not in intent.slots)
    )


def reasons(found: Sequence[Item], context: AnswerContext) -> Iterator[str]:
    """Yield sentences on why these were chosen, and what of the wish they do not fulfil."""
    intent = context.intent
    best = found[0]
    said = [part for part in _fits(best, context) if part]
    if said:
        yield f"{capitalise(name_item(best))} {', and '.join(said)}."
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
        least = min(priced, key=lambda item: item.price or 0)
        yield f"The least expensive is {name_item(least)} at {format_price(least)}."


def _fits(item: Item, context: AnswerContext) -> Iterator[str]:
    intent = context.intent
    if is_colour(item, intent.colours):
        yield f"is {item.colour}, as you asked"
    elif is_colour(item, context.profile.palette):
        yield f"is {item.colour}, one of your colours"
    if intent.price_max is not None and item.price is not None and item.price <= intent.price_max:
        yield f"costs {format_price(item)}, within your {format_amount(intent.price_max)}"


def _limits(intent: Intent) -> Iterator[str]:
    """Yield sentences on what the rules cannot do with the wish."""
    if intent.size:
        yield f" I cannot check sizes; whether there is a {intent.size}, the product's page says."
    if intent.missed:
        yield f" I do not know {list_names([f'“{word}”' for word in intent.missed[:3]])},"
        yield " so I search for the word as it stands."
    unwanted = [*intent.without.colours, *intent.without.patterns, *intent.without.garments]
    if unwanted:
        yield f" I leave out {list_names(unwanted)}."


def _none_as_asked(intent: Intent) -> str:
    bounds = format_bounds(intent.price_min, intent.price_max)
    colours = " or ".join(intent.colours)
    said = " ".join(part for part in (f"in {colours}" if colours else "", bounds) if part)
    return f" I found nothing {'more ' if intent.exclude else ''}{said}."
