"""Answers that need few look-ups: advice on colours and on care."""

from collections.abc import Iterator, Sequence

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.rules.colours import explain_pair, find_partners
from stylist.chat.rules.lexicon.words import CARE, CARE_LABEL, FIBRE_OF
from stylist.chat.shared.items import Item, is_colour
from stylist.chat.shared.phrasing import add_article, capitalise, is_plural, name_item
from stylist.outfits.colour_phrases import list_names


def advise_colours(context: QuestionContext) -> Iterator[Part]:
    """Answer what goes with a colour, whether two go together, or which suit the shopper."""
    intent, palette = context.intent, context.question.profile.palette
    if len(intent.colours) > 1:
        one, other = intent.colours[:2]
        yield f"{capitalise(explain_pair(one, other))}."
        return
    if intent.colours:
        yield advise_partners(intent.colours[0])
        return
    yield "Let me think about colours."
    items = [item for item in context.find_referenced() if item.colour in BASIC_OF]
    if items:
        yield from _judge_colour(items[0], palette)
    elif palette:
        yield f" Your colours are {list_names(palette)}, by your profile; wear them near your face."
        known = [name.casefold() for name in palette if name.casefold() in BASIC_OF]
        yield from (f" {advise_partners(name)}" for name in known[:1])
    else:
        yield (
            " Which colours suit a person I cannot see from here. Name a colour, and I say what "
            "goes with it; put your colours into your profile, and I keep to them."
        )


def _judge_colour(item: Item, palette: Sequence[str]) -> Iterator[Part]:
    if palette:
        yield f" {capitalise(name_item(item))} is {item.colour}, "
        yield (
            "one of your colours."
            if is_colour(item, palette)
            else f"which is none of your colours ({list_names(palette)})."
        )
    yield f" {advise_partners(item.colour)}"


def advise_partners(colour: str) -> str:
    """Return sentences on what goes with a colour."""
    advice = find_partners(colour)
    if advice.is_neutral:
        return (
            f"{capitalise(colour)} is neutral and goes with any colour: wear one bright piece with "
            "it, or keep to other neutrals for a calm look."
        )
    parts = [f"With {colour}, neutrals such as white, grey, navy and denim are always safe."]
    if advice.opposite:
        parts.append(f"Its opposites lift it: {list_names(advice.opposite[:3])}.")
    if advice.near:
        parts.append(
            f"Close to it on the colour wheel, and calm, are {list_names(advice.near[:3])}."
        )
    if advice.clashing:
        parts.append(f"Hardest to wear with it is {advice.clashing[0]}.")
    return " ".join(parts)


def advise_care(context: QuestionContext) -> Iterator[Part]:
    """Answer how to look after a fibre, stated or likely; the care label always comes first."""
    intent = context.intent
    if intent.materials:
        yield CARE.get(intent.materials[0]) or CARE_LABEL
        yield f" {CARE_LABEL}"
        return
    yield CARE_LABEL
    mentioned = (*intent.garments, *(each.garment for each in intent.references if each.garment))
    kinds = mentioned or tuple(item.kind for item in context.find_referenced())
    kind = next((kind for kind in kinds if kind in FIBRE_OF), None)
    if kind is None:
        yield (
            " Tell me what it is made of, such as wool, silk or cotton, and I can say more. Until "
            "then: 30 °C, gentle, inside out, and dried in the air harms few things."
        )
        return
    fibre, verb = FIBRE_OF[kind], "are" if is_plural(kind) else "is"
    yield f" {capitalise(add_article(kind))} {verb} mostly made of {fibre}. {CARE.get(fibre)}"
