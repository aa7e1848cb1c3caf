"""Mentions of the vocabulary in a message, and the noun phrases around its garments."""

from collections.abc import Sequence
from dataclasses import dataclass

from stylist.chat.rules.vocabulary import MAX_PHRASE_LENGTH, Field, Vocabulary, is_stop, stem

DETERMINERS = frozenset({"my", "this", "that", "these", "those", "the", "a", "an", "no", "your"})
_FILLERS = (
    "nice new old favourite favorite own beautiful lovely of pair pairs other first second third "
    "fourth fifth last two three"
)
FILLERS = frozenset(_FILLERS.split())
_LOOKS = frozenset({Field.COLOUR, Field.PATTERN, Field.STYLE, Field.MATERIAL, Field.DETAIL})


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
                found.append(Mention(at, at + length, meaning.field, meaning.value))
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
