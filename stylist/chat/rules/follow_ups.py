"""Messages that change the last wish: "cheaper", "in blue", "instead of the shoes"."""

from dataclasses import replace
from decimal import Decimal

from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.message import ParsedMessage
from stylist.chat.shared.intent import Exclusions, Intent, IntentKind
from stylist.chat.shared.memory import Memory
from stylist.outfits.wishes import OCCASIONS
from stylist.tagging.taxonomy import Taxonomy

CENT = Decimal("0.01")
STEP = 0.2  # how far "more formal" goes
SHORT = 4  # words
USUAL = 0.4  # how formal a wish is that says nothing of it

_LAST = frozenset(
    {IntentKind.FIND, IntentKind.MATCH, IntentKind.OUTFIT, IntentKind.OCCASION, IntentKind.WARDROBE}
)
_MADE = frozenset({IntentKind.OUTFIT, IntentKind.OCCASION})


def is_following(message: ParsedMessage, intent: Intent) -> bool:
    """Say whether a message goes on from the last wish."""
    last, joined = message.memory.intent, message.joined
    if last is None or last.kind not in _LAST:
        return False
    if intent.kind in _MADE and (last.kind not in _MADE or intent.occasion):
        return False
    if cues.changes(joined) or message.replaced_garments:
        return intent.kind in {
            IntentKind.FIND,
            IntentKind.UNCLEAR,
            IntentKind.THANKS,
            *_MADE,
        } and not _is_new(intent)
    if intent.kind == IntentKind.FIND and last.kind in _MADE:
        return bool(intent.garments) and bool(cues.SAME_LIKE.search(joined))
    if intent.kind in {IntentKind.FIND, IntentKind.UNCLEAR} and not (
        intent.garments or intent.slots
    ):
        return _says_something(message, intent)
    if intent.kind == IntentKind.FIND:
        return bool(cues.SAME_LIKE.search(joined))
    return False


def follow(message: ParsedMessage, intent: Intent, taxonomy: Taxonomy) -> Intent:
    """Return the last wish with what the message changes."""
    last = message.memory.intent
    assert last is not None, "is_following says so"  # noqa: S101
    merged = _merged(last, intent)
    merged = _replaced(message, last, merged, taxonomy)
    merged = _repriced(message, merged)
    merged = _dressed(message, last, merged)
    if cues.OTHERS.search(message.joined):
        shown = (each.id for each in message.memory.shown)
        merged = replace(merged, exclude=tuple(dict.fromkeys((*last.exclude, *shown))))
    return merged


def _is_new(intent: Intent) -> bool:
    """Say whether a message with a word of change in it is complete without the last wish."""
    return bool(intent.garments) and bool(intent.occasion or intent.colours)


def _says_something(message: ParsedMessage, intent: Intent) -> bool:
    """Say whether a message adds to a wish; a word like "tall" in a long sentence does not."""
    if intent.without != Exclusions() or any(
        (intent.colours, intent.patterns, intent.styles, intent.materials, intent.price_min,
         intent.price_max,         intent.occasion, intent.season, intent.size)
    ):  # fmt: skip
        return True
    is_short = len(message.tokens) <= SHORT or bool(cues.FIND.search(message.joined))
    return bool(intent.details) and is_short


def _merged(last: Intent, new: Intent) -> Intent:
    without = Exclusions(*(
        tuple(dict.fromkeys((*before, *now)))
        for before, now in (
            (last.without.garments, new.without.garments),
            (last.without.colours, new.without.colours),
            (last.without.patterns, new.without.patterns),
        )
    ))  # fmt: skip
    garments = new.garments or last.garments
    # What is asked for now is no longer unwanted, and what is unwanted now no longer asked for.
    without = Exclusions(
        tuple(name for name in without.garments if name not in new.garments),
        tuple(name for name in without.colours if name not in new.colours),
        tuple(name for name in without.patterns if name not in new.patterns),
    )
    swaps = bool(new.garments) and new.garments != last.garments
    return Intent(
        kind=last.kind if not (swaps and last.kind == IntentKind.WARDROBE) else IntentKind.FIND,
        garments=tuple(name for name in garments if name not in without.garments),
        slots=new.slots or (() if new.garments else last.slots),
        colours=tuple(name for name in new.colours or last.colours if name not in without.colours),
        patterns=tuple(
            name for name in new.patterns or last.patterns if name not in without.patterns
        ),
        styles=new.styles or last.styles,
        materials=new.materials or (() if swaps else last.materials),
        details=new.details or (() if swaps else last.details),
        missed=new.missed,
        without=without,
        price_min=new.price_min if new.price_min or new.price_max else last.price_min,
        price_max=new.price_max if new.price_min or new.price_max else last.price_max,
        occasion=new.occasion or last.occasion,
        season=new.season or last.season,
        formality=_formality(last, new),
        size=new.size or last.size,
        references=new.references or last.references,
        exclude=last.exclude,
        replace_slot=None,
        is_follow_up=True,
    )


def _formality(last: Intent, new: Intent) -> float | None:
    """Return the new formality, or the last one unless a new occasion brings its own."""
    if new.formality is not None:
        return new.formality
    return None if new.occasion else last.formality


def _replaced(message: ParsedMessage, last: Intent, merged: Intent, taxonomy: Taxonomy) -> Intent:
    """Take the garments out that are to be replaced; in an outfit, name their slot."""
    garments = message.replaced_garments
    if not garments:
        return merged
    kind = taxonomy.find(garments[0])
    if last.kind in _MADE and kind:
        new = tuple(name for name in merged.garments if name not in last.garments)
        return replace(merged, garments=new, replace_slot=kind.slot)
    without = (*merged.without.garments, *garments)
    return replace(
        merged,
        garments=tuple(name for name in merged.garments if name not in garments),
        without=replace(merged.without, garments=tuple(dict.fromkeys(without))),
    )


def _repriced(message: ParsedMessage, merged: Intent) -> Intent:
    """Bound the price by what was shown last: cheaper than the cheapest, dearer than the dearest.

    "Cheaper than the second one" is bound by that one. A stated bound goes first.
    """
    if message.bounds.least or message.bounds.most:
        return merged
    prices = _prices(message.memory, merged)
    if prices and cues.CHEAPER.search(message.joined):
        return replace(merged, price_min=None, price_max=min(prices) - CENT)
    if prices and cues.DEARER.search(message.joined):
        return replace(merged, price_min=max(prices) + CENT, price_max=None)
    return merged


def _prices(memory: Memory, intent: Intent) -> list[Decimal]:
    meant = {own_id for reference in intent.references for own_id in reference.ids}
    chosen = [each for each in memory.shown if each.id in meant] or memory.shown
    return [each.price for each in chosen if each.price is not None]


def _dressed(message: ParsedMessage, last: Intent, merged: Intent) -> Intent:
    """Make the wish a step more or less formal than the last one was."""
    formality = step_formality(message.joined, before=last.formality, occasion=last.occasion)
    if formality == last.formality:
        return merged
    return replace(merged, formality=formality, styles=last.styles)


def step_formality(joined: str, *, before: float | None, occasion: str | None) -> float | None:
    """Return a formality a step up or down, as "more formal" and "not too formal" ask for.

    It goes out from the one before, else from the occasion's; without such words it stays.
    """
    is_more = bool(cues.DRESSIER.search(joined))
    if not is_more and not cues.PLAINER.search(joined):
        return before
    usual = OCCASIONS[occasion].formality if occasion else USUAL
    start = usual if before is None else before
    return round(min(1.0, max(0.0, start + (STEP if is_more else -STEP))), 2)
