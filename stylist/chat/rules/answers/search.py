"""Answers to "find": what the shop has, and why it is that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stylist.chat.rules.answers.context import Asked
from stylist.chat.shared.garment_kinds import kinds_under
from stylist.chat.shared.intent import Wish
from stylist.chat.shared.phrasing import (
    capitalise,
    describe_wish,
    is_colour,
    is_kind,
    list_items,
    name_item,
    tell_amount,
    tell_bounds,
    tell_price,
    with_article,
)
from stylist.chat.shared.pieces import Items, Piece, Words
from stylist.chat.shared.tools import Item
from stylist.outfits.colour_phrases import list_names

COUNT = 4
SPARE = 8  # asked for beyond what is shown, for what is not wanted to be left out of


def find(asked: Asked) -> Iterator[Piece]:
    """Look for what is wished for in the shop; what is not wanted is left out."""
    wish = asked.wish
    what = describe_wish(wish, asked.taxonomy)
    yield Words(asked.voice.choose(
        f"Let me look for {what}.",
        f"I am looking for {what}.",
        f"{capitalise(what)}: let me see what the shop has.",
    ) + "".join(_limits(wish)))  # fmt: skip
    found = search(asked, wish)
    if not found and (wish.colours or wish.price_max is not None or wish.price_min is not None):
        yield Words(_none_as_asked(wish))
        found = _closest(asked)
        if found:
            yield Items(tuple(found), "found")
            yield Words(f" What comes closest: {list_items(found)}.")
        return
    if not found:
        yield Words(
            " I found nothing more of that kind." if wish.exclude else " I found none in this shop."
        )
        yield Words(" Another word for it, or another kind of garment, may help.")
        return
    yield Items(tuple(found), "found")
    yield Words(f" Here {'is' if len(found) == 1 else 'are'} {list_items(found)}.")
    yield from (Words(f" {sentence}") for sentence in reasons(found, asked))


def search(asked: Asked, wish: Wish) -> list[Item]:
    """Return what the shop has for a wish, each kind and colour asked for in turn."""
    found: dict[str, Item] = {}
    kinds: Sequence[str | None] = wish.garments or (None,)
    for kind in kinds:
        for colour in wish.colours or (None,):
            for item in asked.tools.search_catalog(
                text=query_text(wish, kind, colour),
                colour=colour,
                kind=kind,
                price_min=wish.price_min,
                price_max=wish.price_max,
                n=COUNT + SPARE,
                exclude=wish.exclude,
            ):
                found.setdefault(item.id, item)
    kept = [item for item in found.values() if is_wanted(item, asked)]
    fitting = [item for item in kept if _is_kind(item, asked)] if wish.garments else kept
    # A sort keeps the order of what is alike.
    best = sorted(fitting or kept, key=lambda item: not is_colour(item, wish.colours))
    return best[:COUNT]


def _is_kind(item: Item, asked: Asked) -> bool:
    return is_kind(item, asked.wish.garments, asked.taxonomy)


def _closest(asked: Asked) -> list[Item]:
    """Return what there is in other colours, else at other prices, else in and at both."""
    wish = asked.wish
    coloured = replace(wish, price_min=None, price_max=None)
    wider = (replace(wish, colours=()), coloured, replace(coloured, colours=()))
    return next((found for each in wider if (found := search(asked, each))), [])


def query_text(wish: Wish, kind: str | None = None, colour: str | None = None) -> str:
    """Return the words to search for; those the rules do not know too, for an encoder may."""
    words = (
        *([colour] if colour else ()), *wish.patterns, *wish.styles, *wish.details,
        *wish.materials, *([kind] if kind else wish.slots),
        *([wish.season] if wish.season else ()), *([wish.occasion] if wish.occasion else ()),
        *wish.missed,
    )  # fmt: skip
    return " ".join(dict.fromkeys(words)) or "clothes"


def is_wanted(item: Item, asked: Asked) -> bool:
    """Say whether an item is none of what the message, or the shopper's profile, rules out.

    What the message names itself, the profile does not rule out.
    """
    wish, without = asked.wish, asked.wish.without
    disliked = set(asked.profile.disliked) - {*wish.garments, *wish.colours}
    return not (
        any(item.kind in kinds_under(kind) for kind in without.garments)
        or is_colour(item, without.colours)
        or any(pattern in item.name.casefold() for pattern in without.patterns)
        or item.kind in disliked
        or is_colour(item, disliked)
        or item.id in wish.exclude
        or (wish.slots and not wish.garments and item.slot and item.slot not in wish.slots)
    )


def reasons(found: Sequence[Item], asked: Asked) -> Iterator[str]:
    """Yield sentences on why these were chosen, and what of the wish they do not fulfil."""
    wish = asked.wish
    best = found[0]
    said = [part for part in _fits(best, asked) if part]
    if said:
        yield f"{capitalise(name_item(best))} {', and '.join(said)}."
    if wish.garments and not any(_is_kind(item, asked) for item in found):
        kinds = " or ".join(with_article(kind) for kind in wish.garments)
        yield f"None of them is really {kinds}; they come closest."
    if wish.colours:
        others = [item for item in found if not is_colour(item, wish.colours)]
        if len(others) == len(found):
            yield f"None of them is really {' or '.join(wish.colours)}; they come closest."
        elif others:
            names = list_names([name_item(item) for item in others])
            yield f"{capitalise(names)} {'has' if len(others) == 1 else 'have'} another colour."
    priced = [item for item in found if item.price is not None]
    if len(priced) > 1:
        least = min(priced, key=lambda item: item.price or 0)
        yield f"The least expensive is {name_item(least)} at {tell_price(least)}."


def _fits(item: Item, asked: Asked) -> Iterator[str]:
    wish = asked.wish
    if is_colour(item, wish.colours):
        yield f"is {item.colour}, as you asked"
    elif is_colour(item, asked.profile.palette):
        yield f"is {item.colour}, one of your colours"
    if wish.price_max is not None and item.price is not None and item.price <= wish.price_max:
        yield f"costs {tell_price(item)}, within your {tell_amount(wish.price_max)}"


def _limits(wish: Wish) -> Iterator[str]:
    """Yield sentences on what the rules cannot do with the wish."""
    if wish.size:
        yield f" I cannot check sizes; whether there is a {wish.size}, the product's page says."
    if wish.missed:
        yield f" I do not know {list_names([f'“{word}”' for word in wish.missed[:3]])},"
        yield " so I search for the word as it stands."
    unwanted = [*wish.without.colours, *wish.without.patterns, *wish.without.garments]
    if unwanted:
        yield f" I leave out {list_names(unwanted)}."


def _none_as_asked(wish: Wish) -> str:
    bounds = tell_bounds(wish.price_min, wish.price_max)
    colours = " or ".join(wish.colours)
    said = " ".join(part for part in (f"in {colours}" if colours else "", bounds) if part)
    return f" I found nothing {'more ' if wish.exclude else ''}{said}."
