"""Interpret a prompt: its spelling, its constraints, what it excludes, and what is left to encode.

    found = interpret("snekers under 80, not black", encoder="mini", shop=ShopContext("EUR"))
    found.understanding.searched_for   # "sneakers"
    found.constraints.price            # at most 80
    found.exclusions                   # black

This is the one place that reads prompts, for searches and for the stylist. Nothing is dropped
silently: each word is searched for, is a chip of the answer, or is one of its unknown words.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from catalog.search.shop_words import NO_SHOP_WORDS, ShopWords
from catalog.vocabulary.kinship import find_named_kind
from catalog.vocabulary.languages.concepts import Role
from catalog.vocabulary.languages.detection import detect
from catalog.vocabulary.languages.dictionaries import read_common_words
from catalog.vocabulary.languages.lexicon import (
    Concept,
    Lexicon,
    read_english,
    split_words,
    tokenise,
)
from catalog.vocabulary.languages.segmentation import PromptPiece, divide
from core.text import fold, has_digit
from recommendations.query.constraints.brands import find_brands
from recommendations.query.constraints.exclusions import (
    Exclusion,
    spell_out_minus,
    split_exclusions,
)
from recommendations.query.constraints.prompt import (
    ConstraintKind,
    ReadPrompt,
    find_measures,
    read_constraints,
)
from recommendations.query.constraints.text import Span, remove
from recommendations.query.corrections import (
    MAX_CORRECTIONS,
    MIN_LETTERS,
    Correction,
    correct_spelling,
    is_correctable,
    is_known,
)
from recommendations.query.nearest_words import find_nearest
from recommendations.query.people import ADULT, NamedPerson, Wearer, find_wearer, read_gift_words
from recommendations.query.synonyms import NO_SYNONYMS, SynonymTable
from recommendations.query.understanding import CODE, Chip, Understanding, understand
from recommendations.steering.synonyms import split_phrase

# What a prompt is about that names nothing but what it excludes, or whom it is for.
ANYTHING = "clothes"
_NAMED = {Role.KIND: "kind", Role.COLOUR: "colour", Role.PATTERN: "pattern"}
_FRACTION = re.compile(r"(?<=\d)(?=[¼½¾⅓⅔])")


@dataclass(frozen=True, slots=True)
class ShopContext:
    """What the interpretation of a prompt depends on of the shop."""

    default_currency: str = ""
    words: ShopWords = NO_SHOP_WORDS
    synonyms: SynonymTable = NO_SYNONYMS


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a prompt means; `wanted` is what is left of it in its own language, spelt correctly."""

    understanding: Understanding
    wanted: str
    constraints: ReadPrompt
    exclusions: tuple[Exclusion, ...] = ()
    wearer: Wearer | None = None
    brands: tuple[str, ...] = ()


NOWHERE = ShopContext()


def interpret(text: str, *, encoder: str, shop: ShopContext = NOWHERE) -> Interpretation:
    """Return what a prompt means to an encoder and a shop; raises `EncoderUnavailable`."""
    # Encoders do not know full-width letters; the fraction of "42½" must not become "421/2".
    text = spell_out_minus(unicodedata.normalize("NFKC", _FRACTION.sub(" ", text)))
    constraints = read_constraints(text, default_currency=shop.default_currency)
    rest, corrected = constraints.rest, constraints.text
    brands = find_brands(rest, shop.words)
    corrections = _correct(rest, shop, [brand.span for brand in brands])
    for correction in corrections:
        rest = rest.replace(correction.written, correction.corrected, 1)
        corrected = corrected.replace(correction.written, correction.corrected, 1)
    if corrections:
        brands = find_brands(rest, shop.words)
    lexicon = _find_lexicon(rest)
    wanted, exclusions = split_exclusions(rest, lexicon, brands=[b.span for b in brands])
    if wanted != rest:
        brands = find_brands(wanted, shop.words)
    measures = list(find_measures(wanted))
    looks = remove(wanted, [*(brand.span for brand in brands), *measures])
    pieces = list(divide(tokenise(looks), lexicon))
    wearer, people = find_wearer(pieces, looks) or (None, ())
    if lexicon is not read_english():
        # English with a number in it means nothing to an encoder.
        for age in filter(has_digit, (person.text for person in people)):
            looks = _remove_words(looks, age)
    if _is_gift(pieces, people):
        is_plain = lexicon is read_english() and len(_list_persons(pieces)) <= 1
        looks = f"{ANYTHING} for {people[0].text}" if is_plain else ANYTHING
    named = _name_pieces(pieces)
    chips = [*_list_chips(constraints), *_list_excluded_chips(exclusions)]
    if encoder not in settings.MULTILINGUAL_ENCODERS:
        chips += [Chip(_NAMED[concept.role], piece.text, concept.text) for piece, concept in named]
    chips += [Chip(ConstraintKind.BRAND, brand.text, brand.names[0]) for brand in brands]
    chips += _list_people_chips(people)
    understood = understand(
        looks or ANYTHING, encoder=encoder, synonyms=shop.synonyms, language=lexicon.code
    )
    unknown = _leave_out(understood.unknown_words, people)
    understanding = replace(
        understood,
        unknown_words=unknown,
        nearest=tuple(_list_nearest(unknown, shop.words, lexicon)),
        chips=tuple(replace(chip, without=_remove_words(corrected, chip.text)) for chip in chips),
        corrections=tuple(corrections),
        is_description=not measures and _is_description(pieces, named, people, unknown),
    )
    return Interpretation(
        understanding,
        wanted,
        constraints,
        exclusions,
        wearer,
        tuple(name for brand in brands for name in brand.names),
    )


def _list_nearest(words: Sequence[str], own: ShopWords, lexicon: Lexicon) -> Iterator[Correction]:
    """Yield the known words that unknown ones resemble, too little to be taken for them.

    Common words are spelt as they are meant.
    """
    for word in words[:MAX_CORRECTIONS]:
        folded = fold(word)
        is_common = any(folded in read_common_words(code) for code in {"en", lexicon.code})
        if len(folded) > MIN_LETTERS and is_correctable(folded) and not is_common:
            near = find_nearest(folded, own=own, lexicon=lexicon, more=1)
            if near and near.mistakes:
                yield Correction(word, near.word)


def _leave_out(words: Sequence[str], people: Sequence[NamedPerson]) -> tuple[str, ...]:
    """Return unknown words without those for people, which are understood."""
    understood = _split_all(person.text for person in people)
    return tuple(word for word in words if not understood.intersection(split_words(word)))


def _remove_words(text: str, words: str) -> str:
    """Return a text without some of its words, whatever stands between them."""
    found = re.search(r"[\W_]*".join(map(re.escape, words.split())), text)
    return remove(text, [Span(*found.span())]) if found else text


def _correct(text: str, shop: ShopContext, brands: Sequence[Span]) -> list[Correction]:
    """Return corrections of misspelt words; those of brands and of synonyms are right."""
    known = shop.synonyms.words
    found = _correct_words(text, shop, brands)
    return [one for one in found if not known.issuperset(split_phrase(one.written))]


def _correct_words(text: str, shop: ShopContext, brands: Sequence[Span]) -> list[Correction]:
    tokens = tokenise(CODE.sub(" ", remove(text, brands)))
    if all(is_known(token.folded, shop.words) for token in tokens):
        return correct_spelling(tokens, own=shop.words)
    return correct_spelling(tokens, own=shop.words, lexicon=_find_lexicon(text))


def _find_lexicon(text: str) -> Lexicon:
    reading = detect(text)
    return reading.lexicon if reading and not reading.is_mostly_english else read_english()


def _list_chips(read: ReadPrompt) -> list[Chip]:
    chips = []
    if price := read.price:
        limits = (price.price_min, price.price_max)
        value = "–".join("" if limit is None else f"{limit.normalize():f}" for limit in limits)
        chips.append(
            Chip(
                ConstraintKind.PRICE, _write(read, price.span), f"{value} {price.currency}".strip()
            )
        )
    chips += [Chip(ConstraintKind.SIZE, _write(read, size.span), size.name) for size in read.sizes]
    if read.reduced:
        chips.append(Chip(ConstraintKind.REDUCED, _write(read, read.reduced), ""))
    if read.new:
        chips.append(Chip(ConstraintKind.NEW, _write(read, read.new), ""))
    return chips


def _write(read: ReadPrompt, span: tuple[int, int]) -> str:
    return read.text[slice(*span)]


def _list_people_chips(people: Sequence[NamedPerson]) -> list[Chip]:
    """Return a chip for each word for people; that women are adults goes without saying."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for person in people:
        if person.value != ADULT or person.text not in values:
            values[person.text].append(person.value)
    return [Chip(ConstraintKind.PERSON, text, ", ".join(said)) for text, said in values.items()]


def _list_excluded_chips(exclusions: Sequence[Exclusion]) -> list[Chip]:
    """Return a chip for each phrase that excludes something."""
    phrases: defaultdict[str, list[str]] = defaultdict(list)
    for exclusion in exclusions:
        phrases[exclusion.phrase].append(exclusion.english)
    return [
        Chip(ConstraintKind.EXCLUDED, phrase, ", ".join(names)) for phrase, names in phrases.items()
    ]


def _name_pieces(pieces: Sequence[PromptPiece]) -> list[tuple[PromptPiece, Concept]]:
    """Return the pieces that name a kind, a colour or a pattern, with their concepts.

    Of words for parts and materials that are kinds too, such as "belt" and "fleece", the last one
    is the kind of a prompt that names no other.
    """
    named = [(piece, piece.concept) for piece in pieces if piece.concept and piece.concept.text]
    if not any(concept.role is Role.KIND for _, concept in named):
        for place in range(len(named) - 1, -1, -1):
            piece, concept = named[place]
            if concept.role in (Role.PART, Role.MATERIAL) and find_named_kind(concept.text):
                named[place] = piece, Concept(concept.text, Role.KIND)
                break
    return [(piece, concept) for piece, concept in named if concept.role in _NAMED]


def _is_gift(pieces: Sequence[PromptPiece], people: Sequence[NamedPerson]) -> bool:
    """Return whether a prompt says whom something is for, and nothing of it: "gift for her"."""
    gifts = read_gift_words()
    if not people or gifts.isdisjoint(word for piece in pieces for word in split_words(piece.text)):
        return False
    persons = [*_list_persons(pieces), *(person.text for person in people)]
    return _says_only(pieces, _split_all(persons) | gifts)


def _list_persons(pieces: Sequence[PromptPiece]) -> list[str]:
    """Return all concepts for people, also those that do not count: "for men and women"."""
    return [piece.text for piece in pieces if piece.concept and piece.concept.role is Role.PERSON]


def _is_description(
    pieces: Sequence[PromptPiece],
    named: Sequence[tuple[PromptPiece, Concept]],
    people: Sequence[NamedPerson],
    unknown: Sequence[str],
) -> bool:
    """Return whether pieces name one kind, at most one colour and pattern, and nothing else.

    Filters see to people, and the encoder does not know the `unknown` words.
    """
    roles = [concept.role for _, concept in named]
    if Role.KIND not in roles or len(set(roles)) < len(roles):
        return False
    texts = [*(piece.text for piece, _ in named), *(person.text for person in people), *unknown]
    return _says_only(pieces, _split_all(texts))


def _says_only(pieces: Sequence[PromptPiece], words: frozenset[str]) -> bool:
    """Return whether pieces have no other words than these, but for those that only join."""
    left = (piece for piece in pieces if not words.issuperset(split_words(piece.text)))
    return all(piece.concept is not None and not piece.is_content for piece in left)


def _split_all(texts: Iterable[str]) -> frozenset[str]:
    """Return the folded words of texts."""
    return frozenset(word for text in texts for word in split_words(text))
