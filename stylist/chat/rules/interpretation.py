"""The intent of a message, by rules over its words; the same message has the same intent.

    intent = understand("what shoes go with my blue jeans, under 80?", memory)

English only. Unknown words are in `Intent.missed`; a message that is not understood has the kind
`IntentKind.UNCLEAR`.
"""

import re
from functools import partial

from catalog.vocabulary.words import STYLE_FORMALITY
from stylist.chat.rules.follow_ups import follow, is_following, step_formality
from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.message import ParsedMessage, parse_message
from stylist.chat.rules.references import (
    find_partner_phrase,
    has_pronoun,
    make_reference,
    pin_reference,
)
from stylist.chat.rules.vocabulary import Field, build_vocabulary
from stylist.chat.shared.intent import Intent, IntentKind, Reference
from stylist.chat.shared.question import Memory
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy

# Kinds whose question may be about an item that a pronoun refers to.
_PRONOUN_KINDS = frozenset(
    {IntentKind.MATCH, IntentKind.CARE, IntentKind.COMPARE, IntentKind.COLOUR, IntentKind.DETAILS}
)
_CLOTHES = frozenset({Field.GARMENT, Field.SLOT, Field.COLOUR, Field.MATERIAL, Field.PATTERN})
_WISHES = frozenset(Field) - {Field.GARMENT, Field.SLOT}
_WHAT_TO_WEAR = re.compile(
    r"\bwhat (?:should|can|could|shall|do|to)\b.* wear|how (?:should|do) i dress|^what to wear|"
    r"dress code"
)


def understand(
    text: str, memory: Memory, *, taxonomy: Taxonomy = DEFAULT_TAXONOMY, currency: str = ""
) -> Intent:
    """Return the intent of a message; a follow-up changes the last one and leaves the rest.

    `currency`: the shop's own, which "$" means if it is a dollar.
    """
    message = parse_message(text, memory, build_vocabulary(taxonomy), currency=currency)
    if topic := _find_off_topic(message):
        return Intent(kind=IntentKind.OFF_TOPIC, topic=topic)
    intent = _find_intent(_find_kind(message), message)
    return follow(message, intent, taxonomy) if is_following(message, intent) else intent


def _find_intent(kind: IntentKind, message: ParsedMessage) -> Intent:
    partner = None
    references = message.references
    if kind == IntentKind.MATCH and not references:
        partner = find_partner_phrase(message.phrases, message.tokens)
        references = (make_reference(partner),) if partner else ()
    if _has_pronoun(kind, message):
        references = (_refer_to_it(message.memory), *references)
    wanted = partial(message.list_wanted, partner=partner)
    styles = wanted(Field.STYLE)
    formality = next((STYLE_FORMALITY[style] for style in styles if style in STYLE_FORMALITY), None)
    occasion = next(iter(message.list_wanted(Field.OCCASION)), None)
    # Advice is about every colour or material that is mentioned, whatever it describes.
    list_colours = message.list_values if kind == IntentKind.COLOUR else wanted
    list_materials = message.list_values if kind == IntentKind.CARE else wanted
    return Intent(
        kind=kind,
        garments=wanted(Field.GARMENT),
        slots=wanted(Field.SLOT),
        colours=list_colours(Field.COLOUR),
        patterns=wanted(Field.PATTERN),
        styles=styles,
        materials=list_materials(Field.MATERIAL),
        details=wanted(Field.DETAIL),
        missed=message.missed,
        without=message.without,
        price_min=message.bounds.price_min,
        price_max=message.bounds.price_max,
        price_currency=message.bounds.currency,
        occasion=occasion,
        season=next(iter(message.list_wanted(Field.SEASON)), None),
        formality=step_formality(message.joined, before=formality, occasion=occasion),
        size=message.size,
        asks_whether=cues.WHETHER.search(message.joined) is not None,
        references=tuple(pin_reference(each, message.memory.shown) for each in references),
    )


def _has_pronoun(kind: IntentKind, message: ParsedMessage) -> bool:
    """Check whether a pronoun refers to a shown item; "those" before "shoes" does not."""
    if kind not in _PRONOUN_KINDS:
        return False
    if message.references:
        has_other = re.search(r"\b(?:it|this one|that one)\b", message.joined) is not None
        return kind == IntentKind.MATCH and has_other
    return has_pronoun(message.joined) and (kind == IntentKind.MATCH or not message.phrases)


def _refer_to_it(memory: Memory) -> Reference:
    """Return what "it" refers to: the subject of the last match, else the first shown item."""
    last = memory.intent
    if last and last.kind == IntentKind.MATCH:
        ids = tuple(item_id for each in last.references for item_id in each.ids)
        return Reference(is_shown=True, ids=ids[:1])
    return Reference(is_shown=True)


def _find_off_topic(message: ParsedMessage) -> str:
    joined, is_about_clothes = message.joined, _is_about_clothes(message)
    if cues.PRIVATE.search(joined):
        return "private"
    if cues.SERVICE.search(joined):
        return "service"
    if cues.OUTSIDE.search(joined) and not (is_about_clothes and cues.WEAR.search(joined)):
        return "outside"
    if cues.OUTSIDE_WEAK.search(joined) and not is_about_clothes:
        return "outside"
    return ""


def _is_about_clothes(message: ParsedMessage) -> bool:
    return any(mention.field in _CLOTHES for mention in message.mentions) or any(
        cue.search(message.joined)
        for cue in (cues.OUTFIT, cues.WARDROBE, cues.COLOUR_WORD, re.compile(r"\bwear\b"))
    )


def _find_kind(message: ParsedMessage) -> IntentKind:
    """Return the kind by the first rule that holds, narrow rules first."""
    joined = message.joined
    fields = {mention.field for mention in message.mentions}
    has_garment = bool(fields & {Field.GARMENT, Field.SLOT})
    has_reference = bool(message.references) or has_pronoun(joined)
    if cues.CARE.search(joined) and (has_garment or Field.MATERIAL in fields or has_reference):
        return IntentKind.CARE
    if _asks_colours(message, has_garment=has_garment):
        return IntentKind.COLOUR
    if _compares(message, has_reference=has_reference):
        return IntentKind.COMPARE
    if (
        cues.GOES.search(joined)
        and (has_garment or has_reference)
        and not _only_wants_outfit(joined)
    ):
        return IntentKind.MATCH
    if has_reference and cues.SUITS_ME.search(joined):
        return IntentKind.COLOUR
    if cues.OUTFIT.search(joined):
        is_for_event = Field.OCCASION in fields and _WHAT_TO_WEAR.search(joined)
        return IntentKind.OCCASION if is_for_event else IntentKind.OUTFIT
    if cues.WARDROBE.search(joined):
        return IntentKind.WARDROBE
    if _asks_details(message, has_reference=has_reference):
        return IntentKind.DETAILS
    if has_garment:
        return IntentKind.FIND
    if Field.OCCASION in fields and cues.WEAR.search(joined):
        return IntentKind.OCCASION
    if fields & _WISHES and cues.FIND.search(joined):
        return IntentKind.FIND
    return _find_smalltalk(message)


def _only_wants_outfit(joined: str) -> bool:
    """Check whether an outfit is wanted, and "matching" only describes it."""
    goes_with = re.search(r"\bgo(?:es)? with|\bwear (?:\w+ )?with", joined)
    return bool(cues.OUTFIT.search(joined)) and not goes_with


def _asks_colours(message: ParsedMessage, *, has_garment: bool) -> bool:
    joined = message.joined
    colours = [m for m in message.mentions if m.field == Field.COLOUR]
    if colours and not has_garment and cues.ALLOWED.search(joined):
        return True
    goes = cues.GOES.search(joined)
    if cues.COLOUR_WORD.search(joined) and (
        goes or re.search(r"\b(?:what|which|suits?|best)\b", joined)
    ):
        return bool(colours) or not cues.FIND.search(joined)
    if has_garment or message.references:
        return False
    has_with = goes or re.search(r"\bwith\b", joined)
    return bool(colours and goes) or bool(len(colours) > 1 and has_with)


def _compares(message: ParsedMessage, *, has_reference: bool) -> bool:
    joined = message.joined
    if not cues.COMPARE.search(joined):
        places = [place for r in message.references for place in r.ordinals]
        return len(places) > 1 and bool(cues.OR.search(joined))
    garments = [m for m in message.mentions if m.field == Field.GARMENT]
    return has_reference or len(garments) > 1 or bool(message.memory.shown)


def _asks_details(message: ParsedMessage, *, has_reference: bool) -> bool:
    """Check whether a shown item is asked about, or only named: "the second one"."""
    if not message.memory.shown or cues.has_change(message.joined) or message.replaced_garments:
        return False
    if cues.DETAILS.search(message.joined):
        return has_reference
    wishes = {Field.OCCASION, Field.SEASON, Field.PATTERN, Field.MATERIAL}
    return bool(message.references) and not any(
        m.field in wishes or (m.field == Field.COLOUR and m.start not in message.referenced)
        for m in message.mentions
    )


def _find_smalltalk(message: ParsedMessage) -> IntentKind:
    joined = message.joined
    if cues.HELP.search(joined):
        return IntentKind.HELP
    if message.mentions or message.bounds.price_min or message.bounds.price_max:
        return IntentKind.FIND if cues.FIND.search(joined) else IntentKind.UNCLEAR
    if cues.THANKS.search(joined):
        return IntentKind.THANKS
    if cues.GREETING.search(joined):
        return IntentKind.GREETING
    return IntentKind.UNCLEAR
