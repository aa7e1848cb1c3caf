"""One message by itself: its price limits, what it mentions, wants, excludes, and refers to."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import NamedTuple

from recommendations.query.constraints.exclusions import spell_out_minus
from recommendations.query.constraints.prices import find_price
from recommendations.query.constraints.sizes import find_sizes
from recommendations.query.constraints.text import make_pattern, read_cues, split_entry
from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.references import (
    Mention,
    NounPhrase,
    find_colour_reference,
    find_mentions,
    find_noun_phrases,
    find_references,
)
from stylist.chat.rules.vocabulary import COMMON, Field, Vocabulary, is_stop, stem, tokenise
from stylist.chat.shared.intent import Exclusions, Reference
from stylist.chat.shared.question import Memory

MAX_REACH = 6  # words after a "no" that it can negate
_NEGATION_ENDS = frozenset(
    {"but", "instead", "just", "rather", "please", "show", "with", "then", "only"}
)
_EXCLUDED_LOOKS = frozenset({Field.COLOUR, Field.PATTERN, Field.MATERIAL, Field.DETAIL})
_REPLACEMENT_ENDS = frozenset({"with", "for", "by", "to", "show", "and"})
# Phrases with a "no" that exclude nothing.
_HARMLESS = re.compile(
    r"\b(?:no (?:idea|problem|worries|matter|thanks)|not sure|don't know|do not know|"
    r"nothing to wear|why not|not only|not formal enough|not so expensive|no more than|"
    r"not more than)\b"
)


class PriceBounds(NamedTuple):
    """Inclusive price limits, the currency that they name, and the text without their words."""

    price_min: Decimal | None
    price_max: Decimal | None
    currency: str
    rest: str


def find_bounds(text: str, *, currency: str) -> PriceBounds:
    """Return the price limits of a text; an amount of money alone is the maximum."""
    price = find_price(text, currency)
    if price is None:
        return PriceBounds(None, None, "", text.casefold())
    rest = f"{text[: price.span.start]} , {text[price.span.end :]}".casefold()
    return PriceBounds(price.price_min, price.price_max, price.currency, rest)


@dataclass(frozen=True)
class ParsedMessage:
    """A message and what the vocabulary finds in it; places are indexes of tokens."""

    bounds: PriceBounds
    tokens: tuple[str, ...]
    mentions: tuple[Mention, ...]
    memory: Memory

    @cached_property
    def joined(self) -> str:
        return " ".join(self.tokens)

    @cached_property
    def phrases(self) -> tuple[NounPhrase, ...]:
        return find_noun_phrases(self.tokens, self.mentions)

    @cached_property
    def negated(self) -> frozenset[int]:
        """The places of negated words, up to a stop or a turn: "not a dress but a skirt"."""
        spans = self._find_spans(_read_negations())
        harmless = {place for span in self._find_spans(_HARMLESS) for place in span}
        spans = [span for span in spans if not harmless.intersection(span)]
        return self._reach(spans, _NEGATION_ENDS)

    @cached_property
    def replaced(self) -> frozenset[int]:
        """The places of the words after "instead of" and the like."""
        return self._reach(self._find_spans(cues.INSTEAD), _REPLACEMENT_ENDS)

    def _find_spans(self, pattern: re.Pattern[str]) -> list[range]:
        spans = []
        for found in pattern.finditer(self.joined):
            start = self.joined[: found.start()].count(" ")
            spans.append(range(start, start + found[0].count(" ") + 1))
        return spans

    def _reach(self, spans: Sequence[range], ends: Collection[str]) -> frozenset[int]:
        """Return the places after each span up to a stop or an ending word."""
        places: set[int] = set()
        for span in spans:
            for place, token in enumerate(self.tokens[span.stop :][:MAX_REACH], span.stop):
                if is_stop(token) or token in ends:
                    break
                places.add(place)
        return frozenset(places)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The items referred to, without those to replace."""
        phrases = [p for p in self.phrases if p.garment.start not in self.replaced]
        found = find_references(self.bounds.rest, self.joined, phrases, self.memory.shown)
        colours = {
            " ".join(self.tokens[m.start : m.end]): m.value
            for m in self.mentions
            if m.field == Field.COLOUR
        }
        by_colour = find_colour_reference(self.joined, colours)
        return (*found, by_colour) if by_colour and not found else found

    @cached_property
    def referenced(self) -> frozenset[int]:
        """The places of words that describe references: they are not wishes."""
        kinds = {(r.garment, r.colour) for r in self.references if r.garment}
        places: set[int] = set()
        for phrase in self.phrases:
            is_definite = phrase.determiner in {"my", "this", "that", "these", "those", "the"}
            if is_definite and (phrase.garment.value, phrase.colour) in kinds:
                places.update(range(phrase.start, phrase.end))
        if any(r.colour and not r.garment for r in self.references):
            places.update(m.start for m in self.mentions if m.field == Field.COLOUR)
        return frozenset(places)

    def list_values(self, field: Field) -> tuple[str, ...]:
        """Return all mentioned values of a field, in order."""
        return _list_values(self.mentions, field)

    def list_wanted(self, field: Field, *, partner: NounPhrase | None = None) -> tuple[str, ...]:
        """Return the wanted values of a field, in order, without those of the partner."""
        others = set(self.negated | self.replaced | self.referenced)
        if partner:
            others.update(range(partner.start, partner.end))
        return _list_values((m for m in self.mentions if m.start not in others), field)

    @property
    def without(self) -> Exclusions:
        """What the message excludes."""
        negated = [m for m in self.mentions if m.start in self.negated]
        # "No black shoes" excludes black, and not all shoes.
        described = {
            phrase.garment.start
            for phrase in self.phrases
            if any(look.field in _EXCLUDED_LOOKS for look in phrase.looks)
        }
        return Exclusions(
            garments=_list_values((m for m in negated if m.start not in described), Field.GARMENT),
            colours=_list_values(negated, Field.COLOUR),
            patterns=_list_values(negated, Field.PATTERN),
            details=(
                *_list_values(negated, Field.MATERIAL),
                *_list_values(negated, Field.DETAIL),
                # Search may know the others, such as a hood.
                *(word for place, word in self._unknown.items() if place in self.negated),
            ),
        )

    @property
    def replaced_garments(self) -> tuple[str, ...]:
        return _list_values((m for m in self.mentions if m.start in self.replaced), Field.GARMENT)

    @property
    def size(self) -> str:
        sizes = find_sizes(self.bounds.rest)
        return sizes[0].name if sizes else ""

    @property
    def missed(self) -> tuple[str, ...]:
        """The words that the rules do not know, and that are wanted."""
        wanted = (word for place, word in self._unknown.items() if place not in self.negated)
        return tuple(dict.fromkeys(wanted))

    @cached_property
    def _unknown(self) -> dict[int, str]:
        mentioned = {place for m in self.mentions for place in range(m.start, m.end)}
        mentioned.update(*self._find_spans(_read_negations()))
        return {
            place: token
            for place, token in enumerate(self.tokens)
            if place not in mentioned
            and not is_stop(token)
            and not token[0].isdigit()
            and len(token) > 2
            and not {token, stem(token)} & (COMMON | cues.WORDS)
        }


@cache
def _read_negations() -> re.Pattern[str]:
    """Return the pattern of what excludes: "anything but", "don't want"."""
    phrases = (*split_entry(read_cues()["negation"]["phrases"]), *cues.NOT)
    written = (re.sub(r"n t\b", "n't", phrase) for phrase in phrases)
    return re.compile(make_pattern(sorted(written, key=len, reverse=True)))


def _list_values(mentions: Iterable[Mention], field: Field) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.value for m in mentions if m.field == field))


def parse_message(
    text: str, memory: Memory, vocabulary: Vocabulary, *, currency: str = ""
) -> ParsedMessage:
    """Parse the price limits of a message, then its words with their spelling corrected."""
    bounds = find_bounds(spell_out_minus(text), currency=currency)
    written = tokenise(bounds.rest)
    corrected = vocabulary.correct([token for token in written if not is_stop(token)])
    tokens = tuple(word for token in written for word in corrected.get(token, token).split())
    return ParsedMessage(bounds, tokens, find_mentions(tokens, vocabulary), memory)
