"""What a message asks for, by rules over its words; no model, the same answer every time.

    wish = understand("what shoes go with my blue jeans, under 80?", memory)

English. What it does not understand it says: `Intent.missed`, and `IntentKind.UNCLEAR`.
"""

import re

from catalog.vocabulary.properties import STYLE_FORMALITY
from stylist.chat.rules.follow_ups import follow, is_following, step_formality
from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.mentions import NounPhrase
from stylist.chat.rules.message import ParsedMessage, parse_message
from stylist.chat.rules.references import as_reference, pin, points_vaguely
from stylist.chat.rules.vocabulary import Field, vocabulary_of
from stylist.chat.shared.intent import Intent, IntentKind, Reference
from stylist.chat.shared.memory import Memory
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy


def understand(text: str, memory: Memory, *, taxonomy: Taxonomy = DEFAULT_TAXONOMY) -> Intent:
    """Return what a message asks for, with what it leaves as the last wish had it."""
    message = parse_message(text, memory, vocabulary_of(taxonomy))
    topic = _off_topic(message)
    if topic:
        return Intent(kind=IntentKind.OFF_TOPIC, topic=topic)
    kind = _kind(message)
    intent = _wish(kind, message)
    if is_following(message, intent):
        return follow(message, intent, taxonomy)
    return intent


def _wish(kind: IntentKind, message: ParsedMessage) -> Intent:
    partner = None
    references = message.references
    if kind == IntentKind.MATCH and not references:
        partner = message.partner()
        references = (as_reference(partner),) if partner else ()
    if _points(kind, message):
        references = (_it(message.memory), *references)
    styles = message.wanted(Field.STYLE, beside=partner)
    formalities = [STYLE_FORMALITY[style] for style in styles if style in STYLE_FORMALITY]
    occasions, seasons = message.wanted(Field.OCCASION), message.wanted(Field.SEASON)
    formality = formalities[0] if formalities else None
    occasion = occasions[0] if occasions else None
    return Intent(
        kind=kind,
        garments=message.wanted(Field.GARMENT, beside=partner),
        slots=message.wanted(Field.SLOT, beside=partner),
        colours=_colours(kind, message, partner_colour=partner.colour if partner else ""),
        patterns=message.wanted(Field.PATTERN, beside=partner),
        styles=styles,
        materials=_materials(kind, message, partner),
        details=message.wanted(Field.DETAIL, beside=partner),
        missed=message.missed,
        without=message.without,
        price_min=message.bounds.least,
        price_max=message.bounds.most,
        occasion=occasion,
        season=seasons[0] if seasons else None,
        formality=step_formality(message.joined, before=formality, occasion=occasion),
        size=message.size,
        asks_whether=cues.WHETHER.search(message.joined) is not None,
        references=tuple(pin(each, message.memory.shown) for each in references),
    )


_POINTING_KINDS = frozenset(
    {IntentKind.MATCH, IntentKind.CARE, IntentKind.COMPARE, IntentKind.COLOUR, IntentKind.DETAILS}
)


def _points(kind: IntentKind, message: ParsedMessage) -> bool:
    """Say whether a pronoun stands for what was shown; "those" before "shoes" does not."""
    if kind not in _POINTING_KINDS:
        return False
    if message.references:
        is_other = re.search(r"\b(?:it|this one|that one)\b", message.joined) is not None
        return kind == IntentKind.MATCH and is_other
    return points_vaguely(message.joined) and (kind == IntentKind.MATCH or not message.phrases)


def _it(memory: Memory) -> Reference:
    """Return what "it" is: what the last answer was about, else the first of what was shown."""
    last = memory.intent
    if last and last.kind == IntentKind.MATCH:
        about = tuple(own_id for each in last.references for own_id in each.ids)
        return Reference(is_shown=True, ids=about[:1])
    return Reference(is_shown=True)


def _materials(
    kind: IntentKind, message: ParsedMessage, partner: NounPhrase | None
) -> tuple[str, ...]:
    """Return the fibres that are wished for; of garments to care for, what they are made of."""
    if kind == IntentKind.CARE:
        named = (m.value for m in message.mentions if m.field == Field.MATERIAL)
        return tuple(dict.fromkeys(named))
    return message.wanted(Field.MATERIAL, beside=partner)


def _colours(kind: IntentKind, message: ParsedMessage, *, partner_colour: str) -> tuple[str, ...]:
    """Return the colours that are wished for; asked for advice, all that are named."""
    if kind == IntentKind.COLOUR:
        named = (m.value for m in message.mentions if m.field == Field.COLOUR)
        return tuple(dict.fromkeys(named))
    beside = message.partner() if kind == IntentKind.MATCH and partner_colour else None
    return message.wanted(Field.COLOUR, beside=beside)


def _off_topic(message: ParsedMessage) -> str:
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
    told = {mention.field for mention in message.mentions}
    if told & {Field.GARMENT, Field.SLOT, Field.COLOUR, Field.MATERIAL, Field.PATTERN}:
        return True
    return any(
        cue.search(message.joined)
        for cue in (cues.OUTFIT, cues.WARDROBE, cues.COLOUR_WORD, re.compile(r"\bwear\b"))
    )


def _kind(message: ParsedMessage) -> IntentKind:
    """Return what is asked, by the first rule that holds: the narrow ones come first."""
    joined = message.joined
    fields = {mention.field for mention in message.mentions}
    has_garment = bool(fields & {Field.GARMENT, Field.SLOT})
    is_pointing = bool(message.references) or points_vaguely(joined)
    if cues.CARE.search(joined) and (has_garment or Field.MATERIAL in fields or is_pointing):
        return IntentKind.CARE
    if _asks_colours(message, fields, has_garment=has_garment):
        return IntentKind.COLOUR
    if _compares(message, is_pointing=is_pointing):
        return IntentKind.COMPARE
    if cues.GOES.search(joined) and (has_garment or is_pointing) and not _is_only_outfit(joined):
        return IntentKind.MATCH
    if is_pointing and cues.SUITS_ME.search(joined):
        return IntentKind.COLOUR
    if cues.OUTFIT.search(joined):
        return (
            IntentKind.OCCASION
            if _asks_what_to_wear(joined) and _has_event(fields)
            else IntentKind.OUTFIT
        )
    if cues.WARDROBE.search(joined):
        return IntentKind.WARDROBE
    if _asks_details(message, is_pointing=is_pointing):
        return IntentKind.DETAILS
    if has_garment:
        return IntentKind.FIND
    if Field.OCCASION in fields and cues.WEAR.search(joined):
        return IntentKind.OCCASION
    if fields & _LOOKS and cues.FIND.search(joined):
        return IntentKind.FIND
    return _small_talk(message)


_LOOKS = {Field.COLOUR, Field.PATTERN, Field.STYLE, Field.MATERIAL, Field.SEASON, Field.OCCASION,
          Field.DETAIL}  # fmt: skip
_WHAT_TO_WEAR = re.compile(
    r"\bwhat (?:should|can|could|shall|do|to)\b.* wear|how (?:should|do) i dress|^what to wear|"
    r"dress code"
)


def _asks_what_to_wear(joined: str) -> bool:
    return _WHAT_TO_WEAR.search(joined) is not None


def _has_event(fields: set[Field]) -> bool:
    return Field.OCCASION in fields


def _is_only_outfit(joined: str) -> bool:
    """Say whether an outfit is asked for and "matching" only describes it."""
    goes_with = re.search(r"\bgo(?:es)? with|\bwear (?:\w+ )?with", joined)
    return bool(cues.OUTFIT.search(joined)) and not goes_with


def _asks_colours(message: ParsedMessage, fields: set[Field], *, has_garment: bool) -> bool:
    joined = message.joined
    named = [m for m in message.mentions if m.field == Field.COLOUR]
    asks = cues.COLOUR_WORD.search(joined)
    if named and not has_garment and cues.ALLOWED.search(joined):
        return True
    if asks and (cues.GOES.search(joined) or re.search(r"\b(?:what|which|suits?|best)\b", joined)):
        return bool(named) or not cues.FIND.search(joined)
    goes = cues.GOES.search(joined) or re.search(r"\bwith\b", joined)
    if has_garment or message.references:
        return False
    return bool(named and cues.GOES.search(joined)) or bool(len(named) > 1 and goes)


def _compares(message: ParsedMessage, *, is_pointing: bool) -> bool:
    joined = message.joined
    if not cues.COMPARE.search(joined):
        places = [place for r in message.references for place in r.ordinals]
        return len(places) > 1 and bool(cues.OR.search(joined))
    garments = [m for m in message.mentions if m.field == Field.GARMENT]
    return is_pointing or len(garments) > 1 or bool(message.memory.shown)


def _asks_details(message: ParsedMessage, *, is_pointing: bool) -> bool:
    """Say whether more is asked of what was shown, or only it is named: "the second one"."""
    if not message.memory.shown or cues.changes(message.joined) or message.replaced_garments:
        return False
    if cues.DETAILS.search(message.joined):
        return is_pointing
    wished = {Field.OCCASION, Field.SEASON, Field.PATTERN, Field.MATERIAL}
    return bool(message.references) and not any(
        m.field in wished or (m.field == Field.COLOUR and m.start not in message.pointed)
        for m in message.mentions
    )


def _small_talk(message: ParsedMessage) -> IntentKind:
    joined = message.joined
    if cues.HELP.search(joined):
        return IntentKind.HELP
    if message.mentions or message.bounds.least or message.bounds.most:
        return IntentKind.FIND if cues.FIND.search(joined) else IntentKind.UNCLEAR
    if cues.THANKS.search(joined):
        return IntentKind.THANKS
    if cues.GREETING.search(joined):
        return IntentKind.GREETING
    return IntentKind.UNCLEAR
