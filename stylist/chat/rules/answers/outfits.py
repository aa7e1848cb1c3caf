"""Answers with garments that go together, by the rules that outfits are scored by."""

from collections.abc import Iterator, Sequence

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.advice import (
    MIN_AGREEMENT,
    advise_partners,
    explain_pair,
    measure_agreement,
)
from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.rules.answers.search import is_wanted, search_items
from stylist.chat.shared.answer import ItemsPiece, OutfitsPiece
from stylist.chat.shared.intent import Exclusions, Intent, Reference
from stylist.chat.shared.items import Item, OutfitSummary, expand_kind, is_colour
from stylist.chat.shared.phrasing import (
    add_article,
    capitalise,
    format_occasion,
    list_items,
    name_item,
    pluralise,
)
from stylist.chat.shared.tools import CatalogSearch
from stylist.garments.garment import Slot
from stylist.outfits.colour_phrases import list_names
from stylist.outfits.wishes import OCCASIONS

MAX_OUTFITS = 3
SPARE = 2  # times as many are made if some may be left out
MAX_ITEMS = 4
MAX_FORMALITY_STEP = 0.4  # between two kinds that suit each other
_DRESS_CODES = (
    (0.2, "comfort comes first; it need not be formal"),
    (0.45, "casual is right"),
    (0.7, "smart casual is right: neat, but not stiff"),
    (0.8, "dress neatly and a little formally"),
    (1.01, "dress formally"),
)


def suggest_outfits(context: QuestionContext) -> Iterator[Part]:
    """Suggest outfits from the wardrobe, completed by the shop."""
    intent = context.intent
    yield _make_opening(context)
    anchors = context.find_referenced() if intent.replace_slot is None else []
    has_limits = intent.without != Exclusions() or intent.price_max is not None or intent.exclude
    candidates = context.make_outfits(
        anchor=anchors[0].id if anchors else _find_anchor(context),
        n=MAX_OUTFITS * SPARE if has_limits else MAX_OUTFITS,
        replace_slot=intent.replace_slot,
    )
    outfits = [outfit for outfit in candidates if _is_wanted(outfit, intent)][:MAX_OUTFITS]
    if outfits:
        yield OutfitsPiece(tuple(outfits))
    elif candidates:
        yield " I found outfits, but none without what you rule out, and within your limits."
        return
    yield from describe_outfits(outfits, around=name_item(anchors[0]) if anchors else "")


def describe_outfits(outfits: Sequence[OutfitSummary], *, around: str = "") -> Iterator[str]:
    """Describe the first outfit with its reasons, and say how many more there are."""
    if not outfits:
        what = f" around {around}" if around else ""
        yield (
            f" I could not put an outfit together{what}: there must be a top and a bottom, or a "
            "dress, in your wardrobe or the shop. A photo of another garment may help."
        )
        return
    first = outfits[0]
    yield f" I would wear {list_items(first.items, count=7)}."
    for reason in first.reasons[:3]:
        yield f" {reason}"
    bought = [item for item in first.items if not item.is_owned]
    if bought and len(bought) < len(first.items):
        names = "one piece" if len(bought) == 1 else f"{len(bought)} pieces"
        yield f" Of it, {names} would come from the shop; the rest is yours."
    if len(outfits) > 1:
        more = len(outfits) - 1
        yield f" There {'is one more' if more == 1 else f'are {more} more'} beside it."


def _is_wanted(outfit: OutfitSummary, intent: Intent) -> bool:
    without = intent.without
    price = sum(item.price for item in outfit.items if item.price is not None)
    if intent.price_max is not None and price > intent.price_max:
        return False
    if all(item.id in intent.exclude for item in outfit.items):
        return False
    unwanted = {kind for name in without.garments for kind in expand_kind(name)}
    return not any(
        item.kind in unwanted or is_colour(item, without.colours) for item in outfit.items
    )


def _find_anchor(context: QuestionContext) -> str | None:
    """Return the first garment of the wanted kind, owned ones before the shop's."""
    intent = context.intent
    if not intent.garments:
        return None
    kind = intent.garments[0]
    colour = intent.colours[0] if intent.colours else None
    found = context.find_owned(kinds=(kind,), colours=intent.colours[:1])
    if not found:
        text = f"{colour or ''} {kind}".strip()
        search = CatalogSearch(text=text, colour=colour, kind=kind, n=1)
        found = context.tools.search_catalog(search)
    return found[0].id if found else None


def _make_opening(context: QuestionContext) -> str:
    intent = context.intent
    if intent.replace_slot:
        slot = Slot(intent.replace_slot).value.replace("_", "-")
        return f"Let me keep the rest and change the {slot}."
    if intent.occasion:
        formality = intent.formality or OCCASIONS[intent.occasion].formality
        code = next(words for limit, words in _DRESS_CODES if formality < limit)
        occasion = format_occasion(intent.occasion)
        return f"For {occasion}, {code}. Let me put something together."
    return context.choose(
        "Let me put an outfit together.",
        "Let me see what goes well together.",
        "I am going through the wardrobe and the shop.",
    )


def find_matches(context: QuestionContext) -> Iterator[Part]:
    """Answer what goes with a garment: garments of the wanted kinds, or else outfits."""
    intent = context.intent
    yield context.choose(
        "Let me see what goes with it.",
        "I am looking at colours and kinds that go with it.",
        "Good question: let me put things beside it.",
    )
    anchors = context.find_referenced()
    described = [each for each in intent.references if not (each.is_owned or each.is_shown)]
    if len(anchors) > 1:
        yield from _judge_items(anchors)
    elif intent.asks_whether and intent.garments and not anchors:
        yield f" {_judge_kinds(context)}"
    elif intent.garments or intent.slots:
        yield from _find_partners(context, anchors)
    elif anchors and (other := _find_colour(described)):
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
