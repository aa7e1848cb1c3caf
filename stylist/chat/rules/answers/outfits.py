"""Answers with outfits, for an occasion or any other wish."""

from collections.abc import Iterator, Sequence

from stylist.chat.rules.answers.context import Part, QuestionContext
from stylist.chat.shared.answer import OutfitsPiece
from stylist.chat.shared.intent import Exclusions, Intent
from stylist.chat.shared.items import OutfitSummary, expand_kind, is_colour
from stylist.chat.shared.phrasing import format_occasion, list_items, name_item
from stylist.chat.shared.tools import CatalogSearch
from stylist.garments.garment import Slot
from stylist.outfits.wishes import OCCASIONS

MAX_OUTFITS = 3
SPARE = 2  # times as many are made if some may be left out
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
    candidates = _make_outfits(context, anchors[0].id if anchors else _find_anchor(context))
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


def _make_outfits(context: QuestionContext, anchor: str | None) -> list[OutfitSummary]:
    intent = context.intent
    has_limits = (
        intent.without != Exclusions() or intent.price_max is not None or bool(intent.exclude)
    )
    n = MAX_OUTFITS * SPARE if has_limits else MAX_OUTFITS
    return context.make_outfits(anchor=anchor, n=n, replace_slot=intent.replace_slot)


def _is_wanted(outfit: OutfitSummary, intent: Intent) -> bool:
    """Check an outfit against the exclusions and the price limit of an intent."""
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
