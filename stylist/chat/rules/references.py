"""Garments that a message mentions, and its references: to shown items and to owned garments."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.ml.colours import BASIC_OF
from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.vocabulary import MAX_PHRASE_LENGTH, Field, Vocabulary, is_stop, stem
from stylist.chat.shared.intent import Reference
from stylist.chat.shared.items import expand_kind
from stylist.chat.shared.question import ShownItem

DETERMINERS = frozenset({"my", "this", "that", "these", "those", "the", "a", "an", "no", "your"})
_FILLERS = (
    "nice new old favourite favorite own beautiful lovely of pair pairs other first second third "
    "fourth fifth last two three"
)
FILLERS = frozenset(_FILLERS.split())
_LOOKS = frozenset({Field.COLOUR, Field.PATTERN, Field.STYLE, Field.MATERIAL, Field.DETAIL})
_NUMBERS = (
    "first 1st one",
    "second 2nd two",
    "third 3rd three",
    "fourth 4th four",
    "fifth 5th five",
    "sixth 6th six",
)
_ORDINALS = {word: n for n, words in enumerate(_NUMBERS, start=1) for word in words.split()}
_ORDINALS["last"] = -1
_NAMES = "first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|sixth|6th|last"
_NTH = re.compile(
    rf"\b({_NAMES})"
    rf"(?= (?:one|item|option|look|outfit|piece|two)\b|$| (?:and|or|with|to|vs|,|\?|\.))"
)
_NUMBERED = re.compile(r"\b(?:number|no|nr|item|option)\s?\.? ?(\d|one|two|three|four|five|six)\b")
_HASH = re.compile(r"#\s?(\d)\b")
_FIRST_TWO = re.compile(r"\b(first|last) two\b")
_BOTH = re.compile(r"\b(?:both|these two|those two|the two)\b")
_PRONOUNS = re.compile(
    r"\b(?:it|them|this one|that one|this|these|those|that(?! (?:go|match|suit|fit|work|is|are)))\b"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase of the vocabulary, between two places in a message."""

    start: int
    end: int
    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A garment with its determiner and the words before it that describe its look."""

    start: int
    end: int
    garment: Mention
    determiner: str
    looks: tuple[Mention, ...]

    @property
    def colour(self) -> str:
        return next((look.value for look in self.looks if look.field == Field.COLOUR), "")


def find_mentions(tokens: Sequence[str], vocabulary: Vocabulary) -> tuple[Mention, ...]:
    """Return the mentions in order; the longest phrase wins."""
    stems = [stem(token) for token in tokens]
    found, at = [], 0
    while at < len(stems):
        for length in range(min(MAX_PHRASE_LENGTH, len(stems) - at), 0, -1):
            meaning = vocabulary.meanings.get(tuple(stems[at : at + length]))
            if meaning and not _is_verb(tokens, at, length):
                found.append(Mention(at, at + length, *meaning))
                at += length
                break
        else:
            at += 1
    return tuple(found)


def find_noun_phrases(tokens: Sequence[str], mentions: Sequence[Mention]) -> tuple[NounPhrase, ...]:
    """Return the mentioned garments, each with its determiner and looks."""
    ends = {mention.end: mention for mention in mentions if mention.field in _LOOKS}
    phrases = []
    for garment in mentions:
        if garment.field != Field.GARMENT:
            continue
        start, looks = garment.start, list[Mention]()
        while start > 0:
            if start in ends:
                looks.append(ends[start])
                start = ends[start].start
            elif tokens[start - 1] in FILLERS or (
                tokens[start - 1] == "and" and start - 1 in ends and looks
            ):
                start -= 1
            else:
                break
        determiner = tokens[start - 1] if start and tokens[start - 1] in DETERMINERS else ""
        first = start - 1 if determiner else start
        phrases.append(NounPhrase(first, garment.end, garment, determiner, tuple(looks)))
    return tuple(phrases)


# Garments that are verbs after these words: "I watch", "does it suit me", "how to tie".
_VERBS = {
    "suit": "it this that they these would does not colours colors which what best to will can "
    "colour color",
    "suits": "what which it this that colour color best",
    "watch": "to i can we you",
    "tie": "to i you do",
    "top": "on",
    "dress": "to i me should you",
    "ring": "to",
    "cold": "wash washed",
}


def _is_verb(tokens: Sequence[str], at: int, length: int) -> bool:
    before = tokens[at - 1] if at and not is_stop(tokens[at - 1]) else ""
    return length == 1 and before in _VERBS.get(tokens[at], "").split()


def find_references(
    text: str, joined: str, phrases: Sequence[NounPhrase], shown: Sequence[ShownItem]
) -> tuple[Reference, ...]:
    """Return the references of a text: "the second one", "those shoes", "my jeans".

    `joined` has the tokens of the text, separated by spaces. A garment with "the" is a reference
    if one of its kind was shown.
    """
    found = [Reference(ordinals=(place,), is_shown=True) for place in _find_places(text, joined)]
    kinds = {each.kind for each in shown}
    for phrase in phrases:
        if any(reference.ordinals for reference in found) and phrase.determiner == "the":
            continue
        if phrase.determiner == "my":
            found.append(make_reference(phrase, is_owned=True))
        elif phrase.determiner in {"this", "that", "these", "those"} or (
            phrase.determiner == "the" and kinds & expand_kind(phrase.garment.value)
        ):
            found.append(make_reference(phrase, is_shown=True))
    return tuple(found)


def find_colour_reference(joined: str, colours: Mapping[str, str]) -> Reference | None:
    """Return the reference of "the black one", for the colours of the text by their words."""
    for words, colour in colours.items():
        if re.search(rf"\b(?:the|that|this|those|these) {re.escape(words)} ones?\b", joined):
            return Reference(colour=colour, is_shown=True)
    return None


def has_pronoun(joined: str) -> bool:
    """Check for a pronoun that may refer to a shown item."""
    return _PRONOUNS.search(joined) is not None


def find_partner_phrase(phrases: Sequence[NounPhrase], tokens: Sequence[str]) -> NounPhrase | None:
    """Return the garment that others should go with: the last one after a "with" or the like."""
    for phrase in reversed(phrases):
        before = " ".join(tokens[: phrase.start])
        links = [*cues.WITH.finditer(before)]
        if links and not before[links[-1].end() :].strip().count(" "):
            return phrase
    return None


def _find_places(text: str, joined: str) -> list[int]:
    if found := _FIRST_TWO.search(joined):
        return [1, 2] if found[1] == "first" else [-2, -1]
    if _BOTH.search(joined):
        return [1, 2]
    names = [found[1] for found in (*_NTH.finditer(joined), *_NUMBERED.finditer(joined))]
    digits = [found[1] for found in _HASH.finditer(text)]
    places = [_ORDINALS[name] if name in _ORDINALS else int(name) for name in (*names, *digits)]
    return [place for place in dict.fromkeys(places) if place]


def make_reference(
    phrase: NounPhrase, *, is_owned: bool = False, is_shown: bool = False
) -> Reference:
    """Return a reference to an owned or a shown garment, or to neither: "a red dress"."""
    return Reference(
        garment=phrase.garment.value, colour=phrase.colour, is_owned=is_owned, is_shown=is_shown
    )


def pin_reference(reference: Reference, shown: Sequence[ShownItem]) -> Reference:
    """Return a reference with the ids of the items it means, as places change with every answer."""
    if not reference.is_shown or reference.ids:
        return reference
    return replace(reference, ids=tuple(each.id for each in _find_shown(reference, shown)))


def _find_shown(reference: Reference, shown: Sequence[ShownItem]) -> Iterator[ShownItem]:
    """Yield the shown items that are meant; the first if several fit."""
    if reference.ordinals:
        for place in reference.ordinals:
            if 0 < abs(place) <= len(shown):
                yield shown[place - 1 if place > 0 else place]
        return
    wanted = (
        each
        for each in shown
        if (not reference.garment or each.kind in expand_kind(reference.garment))
        and reference.colour in ("", each.colour, BASIC_OF.get(each.colour))
    )
    if first := next(wanted, None):
        yield first
