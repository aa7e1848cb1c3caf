"""Answers that need little looking up: colours, care, and which of two is better."""

from collections.abc import Iterator, Sequence

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.matches import advise_partners
from stylist.chat.rules.answers.targets import resolve
from stylist.chat.rules.care import LABEL, care_for, likely_fibre
from stylist.chat.rules.colours import explain_pair
from stylist.chat.shared.phrasing import (
    add_article,
    capitalise,
    format_amount,
    is_colour,
    is_plural,
    name_and_price,
    name_item,
)
from stylist.chat.shared.pieces import ItemsPiece, Piece, TextPiece
from stylist.chat.shared.tools import Item
from stylist.outfits.colour_phrases import list_names

LARGE_STEP = 0.1  # between two kinds' formality, to be worth a word


def advise_colours(context: AnswerContext) -> Iterator[Piece]:
    """Say what goes with a colour, whether two go together, or which suit the shopper."""
    intent, palette = context.intent, context.profile.palette
    if len(intent.colours) > 1:
        one, other = intent.colours[:2]
        yield TextPiece(f"{capitalise(explain_pair(one, other))}.")
        return
    if intent.colours:
        yield TextPiece(advise_partners(intent.colours[0]))
        return
    yield TextPiece("Let me think about colours.")
    items = [item for item in resolve(context) if item.colour in BASIC_OF]
    if items:
        yield from _suits(items[0], palette)
    elif palette:
        yield TextPiece(
            f" Your colours are {list_names(palette)}, by your profile; wear them near your face."
        )
        known = [name.casefold() for name in palette if name.casefold() in BASIC_OF]
        yield from (TextPiece(f" {advise_partners(name)}") for name in known[:1])
    else:
        yield TextPiece(
            " Which colours suit a person I cannot see from here. Name a colour, and I say what "
            "goes with it; put your colours into your profile, and I keep to them."
        )


def _suits(item: Item, palette: Sequence[str]) -> Iterator[Piece]:
    if palette:
        is_own = is_colour(item, palette)
        yield TextPiece(f" {capitalise(name_item(item))} is {item.colour}, ")
        yield TextPiece(
            "one of your colours."
            if is_own
            else f"which is none of your colours ({list_names(palette)})."
        )
    yield TextPiece(f" {advise_partners(item.colour)}")


def care(context: AnswerContext) -> Iterator[Piece]:
    """Say how to look after a fibre, named or likely, with the label before all."""
    intent = context.intent
    garments = (*intent.garments, *(each.garment for each in intent.references if each.garment))
    fibres = list(intent.materials)
    if fibres:
        yield TextPiece(care_for(fibres[0]) or LABEL)
        yield TextPiece(f" {LABEL}")
        return
    yield TextPiece(f"{LABEL}")
    if not garments:
        garments = tuple(item.kind for item in resolve(context) if item.kind)
    fibre = next((found for kind in garments if (found := likely_fibre(kind))), None)
    if fibre is None:
        yield TextPiece(
            " Tell me what it is made of, such as wool, silk or cotton, and I can say more. Until "
            "then: 30 °C, gentle, inside out, and dried in the air harms few things."
        )
        return
    kind = next(kind for kind in garments if likely_fibre(kind) == fibre)
    are = "are" if is_plural(kind) else "is"
    yield TextPiece(
        f" {capitalise(add_article(kind))} {are} mostly made of {fibre}. {care_for(fibre)}"
    )


def compare(context: AnswerContext) -> Iterator[Piece]:
    """Set what was pointed at side by side: price, colour, formality, the shopper's taste."""
    yield TextPiece(
        context.voice.choose("Let me set them side by side.", "Let me compare them for you.")
    )
    items = resolve(context)
    if len(items) < 2 and not any(each.ordinals for each in context.intent.references):
        items = context.tools.item_details([each.id for each in context.memory.shown[:2]])
    if len(items) < 2:
        yield TextPiece(
            " I need two things that I have shown: say, for example, “compare the first and the "
            "second”."
        )
        return
    one, other = items[:2]
    yield ItemsPiece((one, other), "compared")
    yield TextPiece(f" {capitalise(name_and_price(one))} or {name_and_price(other)}.")
    yield from (TextPiece(f" {sentence}") for sentence in _differences(one, other, context))


def _differences(one: Item, other: Item, context: AnswerContext) -> Iterator[str]:
    if one.price is not None and other.price is not None and one.currency == other.currency:
        less = min((one, other), key=lambda item: item.price or 0)
        apart = abs(one.price - other.price)
        if apart:
            yield f"{capitalise(name_item(less))} costs {format_amount(apart)} {one.currency} less."
        else:
            yield "They cost the same."
    if one.colour and other.colour and one.colour != other.colour:
        yield f"One is {one.colour}, the other {other.colour}."
    kinds = [context.taxonomy.find(item.kind) for item in (one, other)]
    if kinds[0] and kinds[1] and abs(kinds[0].formality - kinds[1].formality) >= LARGE_STEP:
        dressier = one if kinds[0].formality > kinds[1].formality else other
        yield f"{capitalise(name_item(dressier))} is the more formal of the two."
    mine = [item for item in (one, other) if is_colour(item, context.profile.palette)]
    if len(mine) == 1:
        yield f"{capitalise(name_item(mine[0]))} is in one of your colours, so I would take it."
    elif one.price is not None and other.price is not None and one.price != other.price:
        yield "If you like both the same, take the one that goes with more of what you own."
