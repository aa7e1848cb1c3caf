"""Answers to "what goes with this", judged by the rules that outfits are put together by."""

from collections.abc import Iterator, Sequence

from core.ml.colours import BASIC_OF
from stylist.chat.rules.answers.context import Asked
from stylist.chat.rules.answers.outfits import tell_outfits
from stylist.chat.rules.answers.owned_items import find_owned
from stylist.chat.rules.answers.search import is_wanted, search
from stylist.chat.rules.answers.targets import resolve
from stylist.chat.rules.colours import GOES, advise, agreement_of, tell_pair
from stylist.chat.shared.intent import Reference
from stylist.chat.shared.phrasing import capitalise, list_items, name_item, plural, with_article
from stylist.chat.shared.pieces import Items, Outfits, Piece, Words
from stylist.chat.shared.tools import Item, Sources
from stylist.outfits.colour_phrases import list_names

COUNT = 4
FAR_APART = 0.4  # in how formal two kinds are


def match(asked: Asked) -> Iterator[Piece]:
    """Say what goes with a garment: of a kind, where one is asked for, or whole outfits."""
    wish = asked.wish
    yield Words(asked.voice.choose(
        "Let me see what goes with it.", "I am looking at colours and kinds that go with it.",
        "Good question: let me put things beside it.",
    ))  # fmt: skip
    anchors = resolve(asked)
    if len(anchors) > 1:
        yield from _judge(anchors)
    elif wish.asks_whether and wish.garments and not anchors:
        yield Words(f" {_judge_kinds(asked)}")
    elif wish.garments or wish.slots:
        yield from _partners(asked, anchors)
    elif anchors and (other := _described_colour(wish.references)):
        yield Items(tuple(anchors), "named")
        yield Words(f" {_judge_colours(anchors[0], other)}")
    elif anchors:
        outfits = asked.tools.make_outfits(
            anchor=anchors[0].id, occasion=wish.occasion, season=wish.season,
            formality=wish.formality, sources=Sources.MIXED, n=3,
        )  # fmt: skip
        if outfits:
            yield Outfits(tuple(outfits))
        yield from tell_outfits(outfits, around=name_item(anchors[0]))
    else:
        yield from _described(asked)


def _judge(items: Sequence[Item]) -> Iterator[Piece]:
    """Say whether the first goes with each of the others."""
    first, *others = items
    yield Items(tuple(items), "compared")
    for other in others:
        names = f"{name_item(first)} and {name_item(other)}"
        if first.slot and first.slot == other.slot:
            yield Words(f" {capitalise(names)} are worn in the same place, so not together.")
        elif first.colour in BASIC_OF and other.colour in BASIC_OF:
            goes = agreement_of(first.colour, other.colour) >= GOES
            verdict = "go together" if goes else "are not the best pair"
            why = tell_pair(first.colour, other.colour)
            yield Words(f" {capitalise(names)} {verdict}: {why}.")
        else:
            yield Words(f" I do not know the colours of {names}, so I cannot say.")


def _judge_colours(item: Item, colour: str) -> str:
    if item.colour not in BASIC_OF:
        return f"I do not know the colour of {name_item(item)}, so I cannot say."
    return f"{capitalise(name_item(item))} is {item.colour}: {tell_pair(item.colour, colour)}."


def _judge_kinds(asked: Asked) -> str:
    """Say whether two described garments go together, by colour and how formal they mostly are."""
    wish, reference = asked.wish, asked.wish.references[:1]
    other = reference[0].garment if reference else wish.garments[-1]
    kinds = [asked.taxonomy.find(name) for name in (wish.garments[0], other)]
    said = []
    colours = [*wish.colours, *(each.colour for each in reference if each.colour)]
    if len(colours) > 1:
        said.append(f"{capitalise(tell_pair(colours[0], colours[1]))}.")
    if kinds[0] and kinds[1]:
        apart = abs(kinds[0].formality - kinds[1].formality)
        names = f"{plural(kinds[0].name)} and {plural(kinds[1].name)}"
        how = (
            "are far apart in how formal they are; it is a bold mix"
            if apart > FAR_APART
            else "are about equally formal, so nothing speaks against it there"
        )
        said.append(f"{capitalise(names)} {how}.")
    return " ".join(said) or "I cannot say without knowing more of them."


def _described_colour(references: Sequence[Reference]) -> str:
    return _colour_of([each for each in references if not (each.is_owned or each.is_shown)])


def _partners(asked: Asked, anchors: Sequence[Item]) -> Iterator[Piece]:
    """Tell garments of the kinds asked for, own ones first, those in harmony before others."""
    wish = asked.wish
    colour = anchors[0].colour if anchors else _colour_of(wish.references)
    own = [
        item
        for item in find_owned(asked, kinds=wish.garments, slots=wish.slots)
        if is_wanted(item, asked) and item.id not in {anchor.id for anchor in anchors}
    ]
    found = _by_harmony([*own, *search(asked, wish)], colour)[:COUNT]
    what = list_names([plural(kind) for kind in wish.garments or wish.slots])
    if not found:
        yield Words(f" I found no {what} for it, neither in your wardrobe nor in the shop.")
        return
    yield Items(tuple(found), "found")
    beside = name_item(anchors[0]) if anchors else _describe(wish.references)
    yield Words(f" With {beside} I would take {list_items(found, most=3)}.")
    best = found[0]
    if colour in BASIC_OF and best.colour in BASIC_OF:
        yield Words(f" {capitalise(tell_pair(colour, best.colour))}.")


def _described(asked: Asked) -> Iterator[Piece]:
    """Advise on a garment that is neither owned nor shown, by its colour."""
    references = asked.wish.references
    mine = next((each for each in references if each.is_owned), None)
    if mine:
        yield Words(f" I do not find {_describe((mine,))} in your wardrobe.")
    elif any(each.is_shown for each in references):
        yield Words(
            " I am not sure which one you mean: nothing like that was shown, or it is gone."
        )
    colour = _colour_of(references)
    if not colour:
        yield Words(" Tell me its colour, and I can say what goes with it.")
        return
    yield Words(f" {with_colour(colour)}")


def with_colour(colour: str) -> str:
    """Return sentences on what goes with a colour."""
    advice = advise(colour)
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
            -round(agreement_of(colour, item.colour), 2) if item.colour in BASIC_OF else -0.5
        ),
    )


def _colour_of(references: Sequence[Reference]) -> str:
    return next((each.colour for each in references if each.colour), "")


def _describe(references: Sequence[Reference]) -> str:
    if not references or not references[0].garment:
        return "it"
    reference = references[0]
    words = f"{reference.colour} {reference.garment}".strip()
    return words if reference.is_owned or reference.is_shown else with_article(words)
