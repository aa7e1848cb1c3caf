"""One message read by itself: what it mentions, wants, does not want, and points at."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from stylist.chat.rules.lexicon.common import COMMON
from stylist.chat.rules.lexicon.cues import WORDS
from stylist.chat.rules.mentions import Mention, NounPhrase, find_mentions, noun_phrases
from stylist.chat.rules.negation import find_negated_places, find_replaced_places
from stylist.chat.rules.prices import Bounds, find_bounds
from stylist.chat.rules.references import describe_partner, find_references, point_at_colour
from stylist.chat.rules.tokens import is_stop, stem, tokenise
from stylist.chat.rules.vocabulary import Field, Vocabulary
from stylist.chat.shared.intent import Exclusions, Reference
from stylist.chat.shared.memory import Memory

_SIZE = re.compile(r"\b(?:in |a )?size (\d{2}|x{0,3}[sml]|small|medium|large)\b|\b(x{1,3}[sl])\b")


@dataclass(frozen=True)
class ParsedMessage:
    """A message and what the vocabulary finds in it."""

    text: str
    bounds: Bounds
    tokens: tuple[str, ...]
    mentions: tuple[Mention, ...]
    memory: Memory
    vocabulary: Vocabulary

    @cached_property
    def joined(self) -> str:
        return " ".join(self.tokens)

    @cached_property
    def phrases(self) -> tuple[NounPhrase, ...]:
        return noun_phrases(self.tokens, self.mentions)

    @cached_property
    def negated(self) -> frozenset[int]:
        return find_negated_places(self.tokens)

    @cached_property
    def replaced(self) -> frozenset[int]:
        return find_replaced_places(self.tokens)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """What is pointed at, but for what is to be replaced."""
        pointing = [p for p in self.phrases if p.garment.start not in self.replaced]
        found = find_references(self.bounds.rest, self.joined, pointing, self.memory.shown)
        shades = [m for m in self.mentions if m.field == Field.COLOUR]
        words = [" ".join(self.tokens[m.start : m.end]) for m in shades]
        coloured = point_at_colour(self.joined, [m.value for m in shades], words)
        return (*found, coloured) if coloured and not found else found

    @cached_property
    def pointed(self) -> frozenset[int]:
        """The places of words that describe what is pointed at: they are not wished for."""
        kinds = {(r.garment, r.colour) for r in self.references if r.garment}
        places: set[int] = set()
        for phrase in self.phrases:
            is_pointing = phrase.determiner in {"my", "this", "that", "these", "those", "the"}
            if is_pointing and (phrase.garment.value, phrase.colour) in kinds:
                places.update(range(phrase.start, phrase.end))
        if any(r.colour and not r.garment for r in self.references):
            places.update(m.start for m in self.mentions if m.field == Field.COLOUR)
        return frozenset(places)

    def partner(self) -> NounPhrase | None:
        """Return the described garment that others are to go with, when none is pointed at."""
        return describe_partner(self.phrases, self.tokens)

    def wanted(self, field: Field, *, beside: NounPhrase | None = None) -> tuple[str, ...]:
        """Return what is wished for of a field, in order; not what describes another garment."""
        apart = set(self.negated | self.replaced | self.pointed)
        if beside:
            apart.update(range(beside.start, beside.end))
        return self._values(field, lambda mention: mention.start not in apart)

    @property
    def without(self) -> Exclusions:
        """What is not wanted."""
        negated = [m for m in self.mentions if m.start in self.negated]
        # "No black shoes" rules out the shoes that are black: only the colour, while shoes are.
        looked = {
            phrase.garment.start
            for phrase in self.phrases
            if any(look.field in {Field.COLOUR, Field.PATTERN} for look in phrase.looks)
        }
        return Exclusions(
            garments=tuple(
                dict.fromkeys(
                    m.value for m in negated if m.field == Field.GARMENT and m.start not in looked
                )
            ),
            colours=tuple(dict.fromkeys(m.value for m in negated if m.field == Field.COLOUR)),
            patterns=tuple(dict.fromkeys(m.value for m in negated if m.field == Field.PATTERN)),
        )

    @property
    def replaced_garments(self) -> tuple[str, ...]:
        return self._values(Field.GARMENT, lambda mention: mention.start in self.replaced)

    @property
    def size(self) -> str:
        found = _SIZE.search(self.joined)
        return (found[1] or found[2]).upper() if found else ""

    @property
    def missed(self) -> tuple[str, ...]:
        """The words that mean nothing to the rules."""
        covered = {place for m in self.mentions for place in range(m.start, m.end)}
        return tuple(
            dict.fromkeys(
                token
                for place, token in enumerate(self.tokens)
                if place not in covered
                and not is_stop(token)
                and not token[0].isdigit()
                and len(token) > 2
                and not {token, stem(token)} & (COMMON | WORDS)
            )
        )

    def _values(self, field: Field, is_kept: Callable[[Mention], bool]) -> tuple[str, ...]:
        found = (m.value for m in self.mentions if m.field == field and is_kept(m))
        return tuple(dict.fromkeys(found))


def parse_message(text: str, memory: Memory, vocabulary: Vocabulary) -> ParsedMessage:
    """Read a message: bounds on the price first, then words, misspelt ones mended."""
    bounds = find_bounds(text)
    tokens = tuple(
        token if is_stop(token) else vocabulary.mend(token) for token in tokenise(bounds.rest)
    )
    return ParsedMessage(
        text, bounds, tokens, find_mentions(tokens, vocabulary), memory, vocabulary
    )
