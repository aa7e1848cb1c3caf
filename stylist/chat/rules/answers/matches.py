"""Answers to "what goes with this", judged by the rules that outfits are put together by."""

from collections.abc import Iterator, Sequence

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.outfits import describe_outfits
from stylist.chat.rules.answers.owned_items import find_owned
from stylist.chat.rules.answers.search import is_wanted, search
from stylist.chat.rules.answers.targets import resolve
from stylist.chat.rules.colours import GOES, explain_pair, find_partners, measure_agreement
from stylist.chat.shared.intent import Reference
from stylist.chat.shared.phrasing import add_article, capitalise, list_items, name_item, pluralise
from stylist.chat.shared.pieces import ItemsPiece, OutfitsPiece, Piece, TextPiece
from stylist.chat.shared.tools import Item, Sources
from stylist.outfits.colour_phrases import list_names

COUNT = 4
FAR_APART = 0.4  # in how formal two kinds are


def match(context: AnswerContext) -> Iterator[Piece]:
    """Say what goes with a garment: of a kind, where one is asked for, or whole outfits."""
    intent = context.intent
    yield TextPiece(context.voice.choose(
        "Let me see what goes with it.", "I am looking at colours and kinds that go with it.",
        "Good question: let me put things beside it.",
    ))  # fmt: skip
    anchors = resolve(context)
    if len(anchors) > 1:
        yield from _judge(anchors)
    elif intent.asks_whether and intent.garments and not anchors:
        yield TextPiece(f" {_judge_kinds(context)}")
    elif intent.garments or intent.slots:
        yield from _partners(context, anchors)
    elif anchors and (other := _described_colour(intent.references)):
        yield ItemsPiece(tuple(anchors), "named")
        yield TextPiece(f" {_judge_colours(anchors[0], other)}")
    elif anchors:
        outfits = context.tools.make_outfits(
            anchor=anchors[0].id, occasion=intent.occasion, season=intent.season,
            formality=intent.formality, sources=Sources.MIXED, n=3,
        )  # fmt: skip
        if outfits:
            yield OutfitsPiece(tuple(outfits))
        yield from describe_outfits(outfits, around=name_item(anchors[0]))
    else:
        yield from _described(context)


def _judge(items: Sequence[Item]) -> Iterator[Piece]:
    """Say whether the first goes with each of the others."""
    first, *others = items
    yield ItemsPiece(tuple(items), "compared")
    for other in others:
        names = f"{name_item(first)} and {name_item(other)}"
        if first.slot and first.slot == other.slot:
            yield TextPiece(f" {capitalise(names)} are worn in the same place, so not together.")
        elif first.colour in BASIC_OF and other.colour in BASIC_OF:
            goes = measure_agreement(first.colour, other.colour) >= GOES
            verdict = "go together" if goes else "are not the best pair"
            why = explain_pair(first.colour, other.colour)
            yield TextPiece(f" {capitalise(names)} {verdict}: {why}.")
        else:
            yield TextPiece(f" I do not know the colours of {names}, so I cannot say.")


def _judge_colours(item: Item, colour: str) -> str:
    if item.colour not in BASIC_OF:
        return f"I do not know the colour of {name_item(item)}, so I cannot say."
    return f"{capitalise(name_item(item))} is {item.colour}: {explain_pair(item.colour, colour)}."


def _judge_kinds(context: AnswerContext) -> str:
    """Say whether two described garments go together, by colour and how formal they mostly are."""
    intent, reference = context.intent, context.intent.references[:1]
    other = reference[0].garment if reference else intent.garments[-1]
    kinds = [context.taxonomy.find(name) for name in (intent.garments[0], other)]
    said = []
    colours = [*intent.colours, *(each.colour for each in reference if each.colour)]
    if len(colours) > 1:
        said.append(f"{capitalise(explain_pair(colours[0], colours[1]))}.")
    if kinds[0] and kinds[1]:
        apart = abs(kinds[0].formality - kinds[1].formality)
        names = f"{pluralise(kinds[0].name)} and {pluralise(kinds[1].name)}"
        how = (
            "are far apart in how formal they are; it is a bold mix"
            if apart > FAR_APART
            else "are about equally formal, so nothing speaks against it there"
        )
        said.append(f"{capitalise(names)} {how}.")
    return " ".join(said) or "I cannot say without knowing more of them."


def _described_colour(references: Sequence[Reference]) -> str:
    return _colour_of([each for each in references if not (each.is_owned or each.is_shown)])


def _partners(context: AnswerContext, anchors: Sequence[Item]) -> Iterator[Piece]:
    """Tell garments of the kinds asked for, own ones first, those in harmony before others."""
    intent = context.intent
    colour = anchors[0].colour if anchors else _colour_of(intent.references)
    own = [
        item
        for item in find_owned(context, kinds=intent.garments, slots=intent.slots)
        if is_wanted(item, context) and item.id not in {anchor.id for anchor in anchors}
    ]
    found = _by_harmony([*own, *search(context, intent)], colour)[:COUNT]
    what = list_names([pluralise(kind) for kind in intent.garments or intent.slots])
    if not found:
        yield TextPiece(f" I found no {what} for it, neither in your wardrobe nor in the shop.")
        return
    yield ItemsPiece(tuple(found), "found")
    beside = name_item(anchors[0]) if anchors else _describe(intent.references)
    yield TextPiece(f" With {beside} I would take {list_items(found, most=3)}.")
    best = found[0]
    if colour in BASIC_OF and best.colour in BASIC_OF:
        yield TextPiece(f" {capitalise(explain_pair(colour, best.colour))}.")


def _described(context: AnswerContext) -> Iterator[Piece]:
    """Advise on a garment that is neither owned nor shown, by its colour."""
    references = context.intent.references
    mine = next((each for each in references if each.is_owned), None)
    if mine:
        yield TextPiece(f" I do not find {_describe((mine,))} in your wardrobe.")
    elif any(each.is_shown for each in references):
        yield TextPiece(
            " I am not sure which one you mean: nothing like that was shown, or it is gone."
        )
    colour = _colour_of(references)
    if not colour:
        yield TextPiece(" Tell me its colour, and I can say what goes with it.")
        return
    yield TextPiece(f" {advise_partners(colour)}")


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


def _by_harmony(items: Sequence[Item], colour: str) -> list[Item]:
    if colour not in BASIC_OF:
        return list(items)
    return sorted(
        items,
        key=lambda item: (
            -round(measure_agreement(colour, item.colour), 2) if item.colour in BASIC_OF else -0.5
        ),
    )


def _colour_of(references: Sequence[Reference]) -> str:
    return next((each.colour for each in references if each.colour), "")


def _describe(references: Sequence[Reference]) -> str:
    if not references or not references[0].garment:
        return "it"
    reference = references[0]
    words = f"{reference.colour} {reference.garment}".strip()
    return words if reference.is_owned or reference.is_shown else add_article(words)
