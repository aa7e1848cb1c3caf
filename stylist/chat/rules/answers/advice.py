"""Advice on colours, by the rules that outfits are scored by, and on care."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.ml.colours import BASIC_OF, RETAIL_COLOURS, srgb_to_oklab
from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.rules.vocabulary import CARE, CARE_LABEL, FIBRE_OF
from stylist.chat.shared.items import Item, is_colour
from stylist.chat.shared.phrasing import add_article, capitalise, is_plural, name_item
from stylist.outfits.colour_phrases import MAX_ANALOGOUS, MIN_COMPLEMENTARY, NEUTRALS, list_names
from stylist.outfits.compatibility import chroma_and_hue, colour_agreement

MIN_AGREEMENT = 0.8  # of two colours that go together
MAX_CLASH = 0.5  # below this agreement, two colours clash

_NAMES = tuple(colour.name for colour in RETAIL_COLOURS)
_LAB = srgb_to_oklab(np.array([colour.rgb for colour in RETAIL_COLOURS], np.uint8))
_AGREEMENT = colour_agreement(_LAB[:, None], _LAB[None, :])
_HUES = chroma_and_hue(_LAB)[1]
_HUE_DISTANCE = np.abs((_HUES[:, None] - _HUES[None, :] + 180) % 360 - 180)


@dataclass(frozen=True, slots=True)
class ColourAdvice:
    """The neighbours and opposites of a colour on the wheel, and the colours that clash with it.

    Tuples of retail names, sorted by how strongly that holds; all empty for a neutral, which goes
    with every colour.
    """

    is_neutral: bool
    near: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    clashing: tuple[str, ...] = ()


@lru_cache(maxsize=len(_NAMES))
def find_partners(colour: str) -> ColourAdvice:
    """Return advice on a retail colour; raise ValueError for an unknown one."""
    at = _NAMES.index(colour)
    if colour in NEUTRALS:
        return ColourAdvice(is_neutral=True)
    agreement, distance = _AGREEMENT[at], _HUE_DISTANCE[at]
    others = [k for k in range(len(_NAMES)) if k != at and _NAMES[k] not in NEUTRALS]
    best = sorted(others, key=lambda k: (-agreement[k], k))
    partners = [k for k in best if agreement[k] >= MIN_AGREEMENT]
    return ColourAdvice(
        is_neutral=False,
        near=tuple(_NAMES[k] for k in partners if distance[k] <= MAX_ANALOGOUS),
        opposite=tuple(_NAMES[k] for k in partners if distance[k] >= MIN_COMPLEMENTARY),
        clashing=tuple(_NAMES[k] for k in reversed(best) if agreement[k] < MAX_CLASH),
    )


def measure_agreement(one: str, other: str) -> float:
    """Return how well two retail colours go together, in [0, 1]; ValueError for unknown ones."""
    return float(_AGREEMENT[_NAMES.index(one), _NAMES.index(other)])


def explain_pair(one: str, other: str) -> str:
    """Return why two retail colours go together or do not, without a full stop."""
    neutral = [name for name in dict.fromkeys((one, other)) if name in NEUTRALS]
    distance = _HUE_DISTANCE[_NAMES.index(one), _NAMES.index(other)]
    if one == other:
        return f"{one} with {one} makes a calm look in one colour"
    if len(neutral) == 2:
        return f"{one} and {other} are both neutral, so they go together"
    if neutral:
        return f"{neutral[0]} is neutral and goes with any colour"
    agreement = measure_agreement(one, other)
    if agreement >= MIN_AGREEMENT and distance <= MAX_ANALOGOUS:
        return f"{one} and {other} are neighbours on the colour wheel"
    if agreement >= MIN_AGREEMENT and distance >= MIN_COMPLEMENTARY:
        return f"{one} and {other} are opposites on the colour wheel, which lift each other"
    if agreement >= MIN_AGREEMENT:
        return f"{one} and {other} are soft enough to go together"
    if agreement < MAX_CLASH:
        return f"{one} and {other} are neither near nor opposite on the colour wheel and clash"
    return f"{one} and {other} can be worn together, with something neutral between them"


def advise_colours(context: QuestionContext) -> Iterator[Part]:
    """Answer what goes with a colour, whether two go together, or which suit the shopper."""
    intent, palette = context.intent, context.question.profile.palette
    if len(intent.colours) > 1:
        yield f"{capitalise(explain_pair(*intent.colours[:2]))}."
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
