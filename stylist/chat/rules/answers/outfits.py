"""Answers with outfits, for an occasion or as they are wished for."""

from collections.abc import Iterator, Sequence

from stylist.chat.rules.answers.context import Asked
from stylist.chat.rules.answers.owned_items import find_owned
from stylist.chat.rules.answers.targets import resolve
from stylist.chat.shared.garment_kinds import kinds_under
from stylist.chat.shared.intent import Wish, Without
from stylist.chat.shared.phrasing import capitalise, is_colour, list_items, name_item, say_occasion
from stylist.chat.shared.pieces import Outfits, Piece, Words
from stylist.chat.shared.tools import OutfitTold, Sources
from stylist.outfits.garment import Slot
from stylist.outfits.wishes import OCCASIONS

COUNT = 3
SPARE = 2  # times as many are made where some may not be shown
_DRESS_CODES = (
    (0.2, "comfort comes first; it need not be formal"),
    (0.45, "casual is right"),
    (0.7, "smart casual is right: neat, but not stiff"),
    (0.8, "dress neatly and a little formally"),
    (1.01, "dress formally"),
)


def dress(asked: Asked) -> Iterator[Piece]:
    """Put outfits together from the wardrobe, and from the shop what it lacks."""
    wish = asked.wish
    yield Words(_opening(asked))
    anchors = resolve(asked) if wish.replace_slot is None else []
    anchor = anchors[0].id if anchors else _wanted_anchor(asked)
    made = _make(asked, anchor)
    outfits = [outfit for outfit in made if _is_wanted(outfit, wish)][:COUNT]
    if outfits:
        yield Outfits(tuple(outfits))
    elif made:
        yield Words(" I found outfits, but none without what you rule out, and within your limits.")
        return
    yield from tell_outfits(outfits, around=name_item(anchors[0]) if anchors else "")


def tell_outfits(outfits: Sequence[OutfitTold], *, around: str = "") -> Iterator[Words]:
    """Tell the first outfit with its reasons, and how many more there are."""
    if not outfits:
        what = f" around {around}" if around else ""
        yield Words(
            f" I could not put an outfit together{what}: there must be a top and a bottom, or a "
            "dress, in your wardrobe or the shop. A photo of another garment may help."
        )
        return
    first = outfits[0]
    yield Words(f" I would wear {list_items(first.items, most=7)}.")
    for reason in first.reasons[:3]:
        yield Words(f" {reason}")
    bought = [item for item in first.items if not item.is_owned]
    if bought and len(bought) < len(first.items):
        names = "one piece" if len(bought) == 1 else f"{len(bought)} pieces"
        yield Words(f" Of it, {names} would come from the shop; the rest is yours.")
    if len(outfits) > 1:
        more = len(outfits) - 1
        yield Words(f" There {'is one more' if more == 1 else f'are {more} more'} beside it.")


def _make(asked: Asked, anchor: str | None) -> list[OutfitTold]:
    wish = asked.wish
    return asked.tools.make_outfits(
        anchor=anchor,
        occasion=wish.occasion,
        season=wish.season,
        formality=wish.formality,
        sources=Sources.MIXED,
        replace_slot=wish.replace_slot,
        n=COUNT * SPARE if _has_limits(wish) else COUNT,
    )


def _has_limits(wish: Wish) -> bool:
    return wish.without != Without() or wish.price_max is not None or bool(wish.exclude)


def _is_wanted(outfit: OutfitTold, wish: Wish) -> bool:
    """Say whether an outfit has nothing that is not wanted, and costs no more than it may."""
    without = wish.without
    cost = sum(item.price for item in outfit.items if item.price is not None)
    if wish.price_max is not None and cost > wish.price_max:
        return False
    if all(item.id in wish.exclude for item in outfit.items):
        return False
    unwanted = {kind for name in without.garments for kind in kinds_under(name)}
    return not any(
        item.kind in unwanted or is_colour(item, without.colours) for item in outfit.items
    )


def _wanted_anchor(asked: Asked) -> str | None:
    """Return the first garment, own before the shop's, of a kind that the outfit is to have."""
    wish = asked.wish
    if not wish.garments:
        return None
    kind = wish.garments[0]
    colour = wish.colours[0] if wish.colours else None
    fitting = find_owned(
        asked, kinds=(kind,), colours=wish.colours[:1]
    ) or asked.tools.search_catalog(
        text=f"{colour or ''} {kind}".strip(), colour=colour, kind=kind, n=1
    )
    return fitting[0].id if fitting else None


def _opening(asked: Asked) -> str:
    wish = asked.wish
    if wish.replace_slot:
        place = Slot(wish.replace_slot).value.replace("_", "-")
        return f"Let me keep the rest and change the {place}."
    if wish.occasion:
        formality = wish.formality or OCCASIONS[wish.occasion].formality
        code = next(words for limit, words in _DRESS_CODES if formality < limit)
        return capitalise(
            f"for {say_occasion(wish.occasion)}, {code}. Let me put something together."
        )
    return asked.voice.choose(
        "Let me put an outfit together.",
        "Let me see what goes well together.",
        "I am going through the wardrobe and the shop.",
    )
