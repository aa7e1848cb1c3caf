"""What a message asks for, by rules over its words; no model, the same answer every time.

    wish = understand("what shoes go with my blue jeans, under 80?", memory)

English. What it does not understand it says: `Wish.missed`, and `Asks.UNCLEAR`.
"""

import re

from stylist.chat.rules.follow_ups import follow, is_following, step_formality
from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.lexicon.looks import FORMALITY_OF
from stylist.chat.rules.mentions import NounPhrase
from stylist.chat.rules.message import Reading, read
from stylist.chat.rules.references import as_reference, pin, points_vaguely
from stylist.chat.rules.vocabulary import Field, vocabulary_of
from stylist.chat.shared.intent import Asks, Reference, Wish
from stylist.chat.shared.memory import Memory
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy


def understand(text: str, memory: Memory, *, taxonomy: Taxonomy = DEFAULT_TAXONOMY) -> Wish:
    """Return what a message asks for, with what it leaves as the last wish had it."""
    reading = read(text, memory, vocabulary_of(taxonomy))
    topic = _off_topic(reading)
    if topic:
        return Wish(kind=Asks.OFF_TOPIC, topic=topic)
    kind = _kind(reading)
    wish = _wish(kind, reading)
    if is_following(reading, wish):
        return follow(reading, wish, taxonomy)
    return wish


def _wish(kind: Asks, reading: Reading) -> Wish:
    partner = None
    references = reading.references
    if kind == Asks.MATCH and not references:
        partner = reading.partner()
        references = (as_reference(partner),) if partner else ()
    if _points(kind, reading):
        references = (_it(reading.memory), *references)
    styles = reading.wanted(Field.STYLE, beside=partner)
    formalities = [FORMALITY_OF[style] for style in styles if style in FORMALITY_OF]
    occasions, seasons = reading.wanted(Field.OCCASION), reading.wanted(Field.SEASON)
    formality = formalities[0] if formalities else None
    occasion = occasions[0] if occasions else None
    return Wish(
        kind=kind,
        garments=reading.wanted(Field.GARMENT, beside=partner),
        slots=reading.wanted(Field.SLOT, beside=partner),
        colours=_colours(kind, reading, partner_colour=partner.colour if partner else ""),
        patterns=reading.wanted(Field.PATTERN, beside=partner),
        styles=styles,
        materials=_materials(kind, reading, partner),
        details=reading.wanted(Field.DETAIL, beside=partner),
        missed=reading.missed,
        without=reading.without,
        price_min=reading.bounds.least,
        price_max=reading.bounds.most,
        occasion=occasion,
        season=seasons[0] if seasons else None,
        formality=step_formality(reading.joined, before=formality, occasion=occasion),
        size=reading.size,
        asks_whether=cues.WHETHER.search(reading.joined) is not None,
        references=tuple(pin(each, reading.memory.shown) for each in references),
    )


_POINTING_KINDS = frozenset({Asks.MATCH, Asks.CARE, Asks.COMPARE, Asks.COLOUR, Asks.DETAILS})


def _points(kind: Asks, reading: Reading) -> bool:
    """Say whether a pronoun stands for what was shown; "those" before "shoes" does not."""
    if kind not in _POINTING_KINDS:
        return False
    if reading.references:
        is_other = re.search(r"\b(?:it|this one|that one)\b", reading.joined) is not None
        return kind == Asks.MATCH and is_other
    return points_vaguely(reading.joined) and (kind == Asks.MATCH or not reading.phrases)


def _it(memory: Memory) -> Reference:
    """Return what "it" is: what the last answer was about, else the first of what was shown."""
    last = memory.wish
    if last and last.kind == Asks.MATCH:
        about = tuple(own_id for each in last.references for own_id in each.ids)
        return Reference(is_shown=True, ids=about[:1])
    return Reference(is_shown=True)


def _materials(kind: Asks, reading: Reading, partner: NounPhrase | None) -> tuple[str, ...]:
    """Return the fibres that are wished for; of garments to care for, what they are made of."""
    if kind == Asks.CARE:
        named = (m.value for m in reading.mentions if m.field == Field.MATERIAL)
        return tuple(dict.fromkeys(named))
    return reading.wanted(Field.MATERIAL, beside=partner)


def _colours(kind: Asks, reading: Reading, *, partner_colour: str) -> tuple[str, ...]:
    """Return the colours that are wished for; asked for advice, all that are named."""
    if kind == Asks.COLOUR:
        named = (m.value for m in reading.mentions if m.field == Field.COLOUR)
        return tuple(dict.fromkeys(named))
    beside = reading.partner() if kind == Asks.MATCH and partner_colour else None
    return reading.wanted(Field.COLOUR, beside=beside)


def _off_topic(reading: Reading) -> str:
    joined, is_about_clothes = reading.joined, _is_about_clothes(reading)
    if cues.PRIVATE.search(joined):
        return "private"
    if cues.SERVICE.search(joined):
        return "service"
    if cues.OUTSIDE.search(joined) and not (is_about_clothes and cues.WEAR.search(joined)):
        return "outside"
    if cues.OUTSIDE_WEAK.search(joined) and not is_about_clothes:
        return "outside"
    return ""


def _is_about_clothes(reading: Reading) -> bool:
    told = {mention.field for mention in reading.mentions}
    if told & {Field.GARMENT, Field.SLOT, Field.COLOUR, Field.MATERIAL, Field.PATTERN}:
        return True
    return any(
        cue.search(reading.joined)
        for cue in (cues.OUTFIT, cues.WARDROBE, cues.COLOUR_WORD, re.compile(r"\bwear\b"))
    )


def _kind(reading: Reading) -> Asks:
    """Return what is asked, by the first rule that holds: the narrow ones come first."""
    joined = reading.joined
    fields = {mention.field for mention in reading.mentions}
    has_garment = bool(fields & {Field.GARMENT, Field.SLOT})
    is_pointing = bool(reading.references) or points_vaguely(joined)
    if cues.CARE.search(joined) and (has_garment or Field.MATERIAL in fields or is_pointing):
        return Asks.CARE
    if _asks_colours(reading, fields, has_garment=has_garment):
        return Asks.COLOUR
    if _compares(reading, is_pointing=is_pointing):
        return Asks.COMPARE
    if cues.GOES.search(joined) and (has_garment or is_pointing) and not _is_only_outfit(joined):
        return Asks.MATCH
    if is_pointing and cues.SUITS_ME.search(joined):
        return Asks.COLOUR
    if cues.OUTFIT.search(joined):
        return Asks.OCCASION if _asks_what_to_wear(joined) and _has_event(fields) else Asks.OUTFIT
    if cues.WARDROBE.search(joined):
        return Asks.WARDROBE
    if _asks_details(reading, is_pointing=is_pointing):
        return Asks.DETAILS
    if has_garment:
        return Asks.FIND
    if Field.OCCASION in fields and cues.WEAR.search(joined):
        return Asks.OCCASION
    if fields & _LOOKS and cues.FIND.search(joined):
        return Asks.FIND
    return _small_talk(reading)


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


def _asks_colours(reading: Reading, fields: set[Field], *, has_garment: bool) -> bool:
    joined = reading.joined
    named = [m for m in reading.mentions if m.field == Field.COLOUR]
    asks = cues.COLOUR_WORD.search(joined)
    if named and not has_garment and cues.ALLOWED.search(joined):
        return True
    if asks and (cues.GOES.search(joined) or re.search(r"\b(?:what|which|suits?|best)\b", joined)):
        return bool(named) or not cues.FIND.search(joined)
    goes = cues.GOES.search(joined) or re.search(r"\bwith\b", joined)
    if has_garment or reading.references:
        return False
    return bool(named and cues.GOES.search(joined)) or bool(len(named) > 1 and goes)


def _compares(reading: Reading, *, is_pointing: bool) -> bool:
    joined = reading.joined
    if not cues.COMPARE.search(joined):
        places = [place for r in reading.references for place in r.ordinals]
        return len(places) > 1 and bool(cues.OR.search(joined))
    garments = [m for m in reading.mentions if m.field == Field.GARMENT]
    return is_pointing or len(garments) > 1 or bool(reading.memory.shown)


def _asks_details(reading: Reading, *, is_pointing: bool) -> bool:
    """Say whether more is asked of what was shown, or only it is named: "the second one"."""
    if not reading.memory.shown or cues.changes(reading.joined) or reading.replaced_garments:
        return False
    if cues.DETAILS.search(reading.joined):
        return is_pointing
    wished = {Field.OCCASION, Field.SEASON, Field.PATTERN, Field.MATERIAL}
    return bool(reading.references) and not any(
        m.field in wished or (m.field == Field.COLOUR and m.start not in reading.pointed)
        for m in reading.mentions
    )


def _small_talk(reading: Reading) -> Asks:
    joined = reading.joined
    if cues.HELP.search(joined):
        return Asks.HELP
    if reading.mentions or reading.bounds.least or reading.bounds.most:
        return Asks.FIND if cues.FIND.search(joined) else Asks.UNCLEAR
    if cues.THANKS.search(joined):
        return Asks.THANKS
    if cues.GREETING.search(joined):
        return Asks.GREETING
    return Asks.UNCLEAR
