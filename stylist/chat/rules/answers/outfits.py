"""Answers with outfits, for an occasion or as they are wished for."""

from collections.abc import Iterator, Sequence

from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.owned_items import find_owned
from stylist.chat.rules.answers.targets import resolve
from stylist.chat.shared.garment_kinds import kinds_under
from stylist.chat.shared.intent import Exclusions, Intent
from stylist.chat.shared.phrasing import (
    capitalise,
    format_occasion,
    is_colour,
    list_items,
    name_item,
)
from stylist.chat.shared.pieces import OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.tools import OutfitSummary, Sources
from stylist.garments.garment import Slot
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


def dress(context: AnswerContext) -> Iterator[Piece]:
    """Put outfits together from the wardrobe, and from the shop what it lacks."""
    intent = context.intent
    yield TextPiece(_opening(context))
    anchors = resolve(context) if intent.replace_slot is None else []
    anchor = anchors[0].id if anchors else _wanted_anchor(context)
    made = _make(context, anchor)
    outfits = [outfit for outfit in made if _is_wanted(outfit, intent)][:COUNT]
    if outfits:
        yield OutfitsPiece(tuple(outfits))
    elif made:
        yield TextPiece(
            " I found outfits, but none without what you rule out, and within your limits."
        )
        return
    yield from describe_outfits(outfits, around=name_item(anchors[0]) if anchors else "")


def describe_outfits(outfits: Sequence[OutfitSummary], *, around: str = "") -> Iterator[TextPiece]:
    """Tell the first outfit with its reasons, and how many more there are."""
    if not outfits:
        what = f" around {around}" if around else ""
        yield TextPiece(
            f" I could not put an outfit together{what}: there must be a top and a bottom, or a "
            "dress, in your wardrobe or the shop. A photo of another garment may help."
        )
        return
    first = outfits[0]
    yield TextPiece(f" I would wear {list_items(first.items, most=7)}.")
    for reason in first.reasons[:3]:
        yield TextPiece(f" {reason}")
    bought = [item for item in first.items if not item.is_owned]
    if bought and len(bought) < len(first.items):
        names = "one piece" if len(bought) == 1 else f"{len(bought)} pieces"
        yield TextPiece(f" Of it, {names} would come from the shop; the rest is yours.")
    if len(outfits) > 1:
        more = len(outfits) - 1
        yield TextPiece(f" There {'is one more' if more == 1 else f'are {more} more'} beside it.")


def _make(context: AnswerContext, anchor: str | None) -> list[OutfitSummary]:
    intent = context.intent
    return context.tools.make_outfits(
        anchor=anchor,
        occasion=intent.occasion,
        season=intent.season,
        formality=intent.formality,
        sources=Sources.MIXED,
        replace_slot=intent.replace_slot,
        n=COUNT * SPARE if _has_limits(intent) else COUNT,
    )


def _has_limits(intent: Intent) -> bool:
    return intent.without != Exclusions() or intent.price_max is not None or bool(intent.exclude)


def _is_wanted(outfit: OutfitSummary, intent: Intent) -> bool:
    """Say whether an outfit has nothing that is not wanted, and costs no more than it may."""
    without = intent.without
    cost = sum(item.price for item in outfit.items if item.price is not None)
    if intent.price_max is not None and cost > intent.price_max:
        return False
    if all(item.id in intent.exclude for item in outfit.items):
        return False
    unwanted = {kind for name in without.garments for kind in kinds_under(name)}
    return not any(
        item.kind in unwanted or is_colour(item, without.colours) for item in outfit.items
    )


def _wanted_anchor(context: AnswerContext) -> str | None:
    """Return the first garment, own before the shop's, of a kind that the outfit is to have."""
    intent = context.intent
    if not intent.garments:
        return None
    kind = intent.garments[0]
    colour = intent.colours[0] if intent.colours else None
    fitting = find_owned(
        context, kinds=(kind,), colours=intent.colours[:1]
    ) or context.tools.search_catalog(
        text=f"{colour or ''} {kind}".strip(), colour=colour, kind=kind, n=1
    )
    return fitting[0].id if fitting else None


def _opening(context: AnswerContext) -> str:
    intent = context.intent
    if intent.replace_slot:
        place = Slot(intent.replace_slot).value.replace("_", "-")
        return f"Let me keep the rest and change the {place}."
    if intent.occasion:
        formality = intent.formality or OCCASIONS[intent.occasion].formality
        code = next(words for limit, words in _DRESS_CODES if formality < limit)
        return capitalise(
            f"for {format_occasion(intent.occasion)}, {code}. Let me put something together."
        )
    return context.voice.choose(
        "Let me put an outfit together.",
        "Let me see what goes well together.",
        "I am going through the wardrobe and the shop.",
    )
