"""Messages that change the last intent: "cheaper", "in blue", "instead of the shoes"."""

from dataclasses import replace
from decimal import Decimal

from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.message import ParsedMessage
from stylist.chat.shared.intent import Exclusions, Intent, IntentKind
from stylist.outfits.wishes import OCCASIONS
from stylist.tagging.taxonomy import Taxonomy

CENT = Decimal("0.01")
FORMALITY_STEP = 0.2  # of "more formal"
DEFAULT_FORMALITY = 0.4
MAX_SHORT_MESSAGE = 4  # words

# The intents that a later message may change.
FOLLOWED_KINDS = frozenset(
    {IntentKind.FIND, IntentKind.MATCH, IntentKind.OUTFIT, IntentKind.OCCASION, IntentKind.WARDROBE}
)
_OUTFIT_KINDS = frozenset({IntentKind.OUTFIT, IntentKind.OCCASION})


def is_following(message: ParsedMessage, intent: Intent) -> bool:
    """Check whether a message changes the last intent; `intent` is that of the message alone."""
    last, joined = message.memory.intent, message.joined
    if last is None or last.kind not in FOLLOWED_KINDS:
        return False
    if intent.kind in _OUTFIT_KINDS and (last.kind not in _OUTFIT_KINDS or intent.occasion):
        return False
    if cues.has_change(joined) or message.replaced_garments:
        is_complete = bool(intent.garments) and bool(intent.occasion or intent.colours)
        changing = {IntentKind.FIND, IntentKind.UNCLEAR, IntentKind.THANKS, *_OUTFIT_KINDS}
        return intent.kind in changing and not is_complete
    if intent.kind == IntentKind.FIND and last.kind in _OUTFIT_KINDS:
        return bool(intent.garments) and bool(cues.SAME_LIKE.search(joined))
    if intent.kind in {IntentKind.FIND, IntentKind.UNCLEAR} and not (
        intent.garments or intent.slots
    ):
        return _adds_wishes(message, intent)
    return intent.kind == IntentKind.FIND and bool(cues.SAME_LIKE.search(joined))


def follow(message: ParsedMessage, intent: Intent, taxonomy: Taxonomy) -> Intent:
    """Return the last intent with the changes of the message."""
    last = message.memory.intent
    assert last is not None, "is_following checks this"  # noqa: S101
    merged = _replace_garments(message, last, _merge(last, intent), taxonomy)
    merged = _change_price(message, merged)
    merged = _change_formality(message, last, merged)
    if cues.OTHERS.search(message.joined):
        shown = (each.id for each in message.memory.shown)
        merged = replace(merged, exclude=tuple(dict.fromkeys((*last.exclude, *shown))))
    return merged


def _adds_wishes(message: ParsedMessage, intent: Intent) -> bool:
    """Check whether a message adds wishes; a word like "tall" in a long sentence does not."""
    wishes = (
        intent.colours,
        intent.patterns,
        intent.styles,
        intent.materials,
        intent.price_min,
        intent.price_max,
        intent.occasion,
        intent.season,
        intent.size,
    )
    if intent.without != Exclusions() or any(wishes):
        return True
    is_short = len(message.tokens) <= MAX_SHORT_MESSAGE or bool(cues.FIND.search(message.joined))
    return bool(intent.details) and is_short


def _merge(last: Intent, new: Intent) -> Intent:
    """Return the last intent with new wishes; the newer of a wish and an exclusion counts."""
    before, now = last.without, new.without
    without = Exclusions(
        garments=_exclude((*before.garments, *now.garments), new.garments),
        colours=_exclude((*before.colours, *now.colours), new.colours),
        patterns=_exclude((*before.patterns, *now.patterns), new.patterns),
        details=_exclude((*before.details, *now.details), (*new.materials, *new.details)),
    )
    has_new_garments = bool(new.garments) and new.garments != last.garments
    is_new_search = has_new_garments and last.kind == IntentKind.WARDROBE
    bounds = new if new.price_min or new.price_max else last
    formality = None if new.occasion else last.formality  # a new occasion has its own
    return Intent(
        kind=IntentKind.FIND if is_new_search else last.kind,
        garments=_exclude(new.garments or last.garments, without.garments),
        slots=new.slots or (() if new.garments else last.slots),
        colours=_exclude(new.colours or last.colours, without.colours),
        patterns=_exclude(new.patterns or last.patterns, without.patterns),
        styles=new.styles or last.styles,
        materials=_exclude(
            new.materials or (() if has_new_garments else last.materials), without.details
        ),
        details=_exclude(
            new.details or (() if has_new_garments else last.details), without.details
        ),
        missed=new.missed,
        without=without,
        price_min=bounds.price_min,
        price_max=bounds.price_max,
        price_currency=bounds.price_currency,
        occasion=new.occasion or last.occasion,
        season=new.season or last.season,
        formality=formality if new.formality is None else new.formality,
        size=new.size or last.size,
        references=new.references or last.references,
        exclude=last.exclude,
        is_follow_up=True,
    )


def _exclude(names: tuple[str, ...], unwanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if name not in unwanted)


def _replace_garments(
    message: ParsedMessage, last: Intent, merged: Intent, taxonomy: Taxonomy
) -> Intent:
    """Remove the garments that the message replaces; in an outfit, set the slot to replace."""
    garments = message.replaced_garments
    if not garments:
        return merged
    kind = taxonomy.find(garments[0])
    if last.kind in _OUTFIT_KINDS and kind:
        new = _exclude(merged.garments, last.garments)
        return replace(merged, garments=new, replace_slot=kind.slot)
    unwanted = tuple(dict.fromkeys((*merged.without.garments, *garments)))
    return replace(
        merged,
        garments=_exclude(merged.garments, garments),
        without=replace(merged.without, garments=unwanted),
    )


def _change_price(message: ParsedMessage, merged: Intent) -> Intent:
    """Set a limit below the cheapest item shown for "cheaper", above the dearest for "dearer".

    "Cheaper than the second one" counts that one only. A stated price goes first.
    """
    if message.bounds.price_min or message.bounds.price_max:
        return merged
    ids = {item_id for reference in merged.references for item_id in reference.ids}
    shown = message.memory.shown
    items = [each for each in shown if each.id in ids] or shown
    prices = [each.price for each in items if each.price is not None]
    if prices and cues.CHEAPER.search(message.joined):
        return replace(merged, price_min=None, price_max=min(prices) - CENT)
    if prices and cues.DEARER.search(message.joined):
        return replace(merged, price_min=max(prices) + CENT, price_max=None)
    return merged


def _change_formality(message: ParsedMessage, last: Intent, merged: Intent) -> Intent:
    """Move the formality a step away from the last one, if the message asks for it."""
    formality = step_formality(message.joined, before=last.formality, occasion=last.occasion)
    if formality == last.formality:
        return merged
    return replace(merged, formality=formality, styles=last.styles)


def step_formality(joined: str, *, before: float | None, occasion: str | None) -> float | None:
    """Return the formality a step up or down for words like "more formal", else the one before.

    Where none was stated before, the step starts from the usual formality of the occasion.
    """
    is_more = bool(cues.DRESSIER.search(joined))
    if not is_more and not cues.PLAINER.search(joined):
        return before
    usual = OCCASIONS[occasion].formality if occasion else DEFAULT_FORMALITY
    start = usual if before is None else before
    return round(min(1.0, max(0.0, start + (FORMALITY_STEP if is_more else -FORMALITY_STEP))), 2)
