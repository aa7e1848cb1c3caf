"""Answers to "what goes with this", judged by the rules that outfits are scored by."""

from collections.abc import Iterator, Sequence

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.advice import (
    MIN_AGREEMENT,
    advise_partners,
    explain_pair,
    measure_agreement,
)
from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.rules.answers.outfits import describe_outfits
from stylist.chat.rules.answers.search import is_wanted, search_items
from stylist.chat.shared.answer import ItemsPiece, OutfitsPiece
from stylist.chat.shared.intent import Reference
from stylist.chat.shared.items import Item
from stylist.chat.shared.phrasing import add_article, capitalise, list_items, name_item, pluralise
from stylist.outfits.colour_phrases import list_names

MAX_ITEMS = 4
MAX_OUTFITS = 3
MAX_FORMALITY_STEP = 0.4  # between two kinds that suit each other


def find_matches(context: QuestionContext) -> Iterator[Part]:
    """Answer what goes with a garment: garments of the wanted kinds, or else outfits."""
    intent = context.intent
    yield context.choose(
        "Let me see what goes with it.",
        "I am looking at colours and kinds that go with it.",
        "Good question: let me put things beside it.",
    )
    anchors = context.find_referenced()
    if len(anchors) > 1:
        yield from _judge_items(anchors)
    elif intent.asks_whether and intent.garments and not anchors:
        yield f" {_judge_kinds(context)}"
    elif intent.garments or intent.slots:
        yield from _find_partners(context, anchors)
    elif anchors and (other := _find_described_colour(intent.references)):
        yield ItemsPiece(tuple(anchors), "named")
        yield f" {_judge_colour(anchors[0], other)}"
    elif anchors:
        outfits = context.make_outfits(anchor=anchors[0].id, n=MAX_OUTFITS)
        if outfits:
            yield OutfitsPiece(tuple(outfits))
        yield from describe_outfits(outfits, around=name_item(anchors[0]))
    else:
        yield from _advise_without_item(context)


def _judge_items(items: Sequence[Item]) -> Iterator[Part]:
    """Judge whether the first item goes with each of the others."""
    first, *others = items
    yield ItemsPiece(tuple(items), "compared")
    for other in others:
        names = f"{name_item(first)} and {name_item(other)}"
        if first.slot and first.slot == other.slot:
            yield f" {capitalise(names)} are worn in the same place, so not together."
        elif first.colour in BASIC_OF and other.colour in BASIC_OF:
            agrees = measure_agreement(first.colour, other.colour) >= MIN_AGREEMENT
            verdict = "go together" if agrees else "are not the best pair"
            reason = explain_pair(first.colour, other.colour)
            yield f" {capitalise(names)} {verdict}: {reason}."
        else:
            yield f" I do not know the colours of {names}, so I cannot say."


def _judge_colour(item: Item, colour: str) -> str:
    if item.colour not in BASIC_OF:
        return f"I do not know the colour of {name_item(item)}, so I cannot say."
    return f"{capitalise(name_item(item))} is {item.colour}: {explain_pair(item.colour, colour)}."


def _judge_kinds(context: QuestionContext) -> str:
    """Judge whether two described garments go together, by colour and by usual formality."""
    intent, references = context.intent, context.intent.references[:1]
    other = references[0].garment if references else intent.garments[-1]
    kinds = [context.question.taxonomy.find(name) for name in (intent.garments[0], other)]
    sentences = []
    colours = [*intent.colours, *(each.colour for each in references if each.colour)]
    if len(colours) > 1:
        sentences.append(f"{capitalise(explain_pair(colours[0], colours[1]))}.")
    if kinds[0] and kinds[1]:
        step = abs(kinds[0].formality - kinds[1].formality)
        names = f"{pluralise(kinds[0].name)} and {pluralise(kinds[1].name)}"
        verdict = (
            "are far apart in how formal they are; it is a bold mix"
            if step > MAX_FORMALITY_STEP
            else "are about equally formal, so nothing speaks against it there"
        )
        sentences.append(f"{capitalise(names)} {verdict}.")
    return " ".join(sentences) or "I cannot say without knowing more of them."


def _find_described_colour(references: Sequence[Reference]) -> str:
    return _find_colour([each for each in references if not (each.is_owned or each.is_shown)])


def _find_partners(context: QuestionContext, anchors: Sequence[Item]) -> Iterator[Part]:
    """Offer garments of the wanted kinds, owned ones first, sorted by colour harmony."""
    intent = context.intent
    colour = anchors[0].colour if anchors else _find_colour(intent.references)
    owned = [
        item
        for item in context.find_owned(kinds=intent.garments, slots=intent.slots)
        if is_wanted(item, context) and item.id not in {anchor.id for anchor in anchors}
    ]
    found = _sort_by_harmony([*owned, *search_items(context, intent)], colour)[:MAX_ITEMS]
    what = list_names([pluralise(kind) for kind in intent.garments or intent.slots])
    if not found:
        yield f" I found no {what} for it, neither in your wardrobe nor in the shop."
        return
    yield ItemsPiece(tuple(found), "found")
    anchor = name_item(anchors[0]) if anchors else _describe(intent.references)
    yield f" With {anchor} I would take {list_items(found, count=3)}."
    best = found[0]
    if colour in BASIC_OF and best.colour in BASIC_OF:
        yield f" {capitalise(explain_pair(colour, best.colour))}."


def _advise_without_item(context: QuestionContext) -> Iterator[Part]:
    """Advise by colour on a garment that is neither owned nor shown."""
    references = context.intent.references
    owned = next((each for each in references if each.is_owned), None)
    if owned:
        yield f" I do not find {_describe((owned,))} in your wardrobe."
    elif any(each.is_shown for each in references):
        yield " I am not sure which one you mean: nothing like that was shown, or it is gone."
    colour = _find_colour(references)
    if not colour:
        yield " Tell me its colour, and I can say what goes with it."
        return
    yield f" {advise_partners(colour)}"


def _sort_by_harmony(items: Sequence[Item], colour: str) -> list[Item]:
    if colour not in BASIC_OF:
        return list(items)
    return sorted(
        items,
        key=lambda item: (
            -round(measure_agreement(colour, item.colour), 2) if item.colour in BASIC_OF else -0.5
        ),
    )


def _find_colour(references: Sequence[Reference]) -> str:
    return next((each.colour for each in references if each.colour), "")


def _describe(references: Sequence[Reference]) -> str:
    if not references or not references[0].garment:
        return "it"
    reference = references[0]
    words = f"{reference.colour} {reference.garment}".strip()
    return words if reference.is_owned or reference.is_shown else add_article(words)
