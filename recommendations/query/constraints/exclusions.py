"""Find what a prompt does not want: "shirt without stripes", "not too short", "anything but blue".

A negation reaches the next thing that is named, and those joined to it by "and" or "or". "No black
shoes" excludes black, and not shoes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from catalog.vocabulary.languages.concepts import ADJECTIVES, Role
from catalog.vocabulary.languages.lexicon import (
    Concept,
    Lexicon,
    Token,
    read_english,
    read_lexicon,
    tokenise,
)
from catalog.vocabulary.languages.segmentation import PromptPiece, divide
from catalog.vocabulary.words import PATTERNS, find_pattern
from recommendations.query.constraints.text import Span, locate, read_cues, remove

# A hyphen before a word and not within one, as search engines have it.
_MINUS = re.compile(r"(?<=\w\w\s)[-–−](?=[^\W\d_]{3})")
_STOPS = re.compile(r"[.,;:!?()\n，。；：！？、（）]+|\s[-–—]\s")
_LOOKS = frozenset({Role.COLOUR, Role.SHADE, Role.PATTERN, Role.MATERIAL, Role.DETAIL, Role.STYLE})
_DECORATIONS = frozenset({Role.PATTERN, Role.PART, Role.DETAIL, Role.MATERIAL})
_NEGATING = frozenset({"without", "not"})  # concepts
ANY_PATTERN = frozenset({"pattern", "print", "patterned", "printed", "motif"})
MAX_SKIPPED = 4


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One thing that is not wanted: its words as they are written, and its concept if it has one.

    `phrase`: all words of the negation, "without stripes or dots".
    """

    text: str
    concept: Concept | None
    phrase: str = ""
    is_brand: bool = False

    @property
    def english(self) -> str:
        return self.concept.text if self.concept else self.text

    @property
    def patterns(self) -> frozenset[str]:
        """The patterns that a word for a look or a part means: stripes are striped."""
        name = self.english
        if name in ANY_PATTERN:
            return frozenset(PATTERNS) - {"plain"}
        pattern = find_pattern(ADJECTIVES.get(name, name)) or find_pattern(name)
        return frozenset([pattern] if pattern else [])


def split_exclusions(
    text: str, lexicon: Lexicon, *, brands: Sequence[Span] = ()
) -> tuple[str, tuple[Exclusion, ...]]:
    """Return what is wanted of a prompt in a language, as it is written, and what is not.

    `brands` are the places of brands, which are excluded as a whole.
    """
    exclusions: list[Exclusion] = []
    spans: list[Span] = []
    for part, offset in _split_at_stops(text):
        tokens = tokenise(part)
        places = locate(part, tokens, offset)
        place = 0
        while place < len(tokens):
            if length := _match(tokens, place, "harmless"):
                place += length
                continue
            length = _match(tokens, place, "phrases")
            found: list[Exclusion] = []
            end = place + 1
            if length and (after := _skip(tokens, place + length)) < len(tokens):
                found, end = _read_brand(text, places, after, brands)
            if length and not found:
                found, end = _read_excluded(tokens, place + length, lexicon)
            if found:
                place = _include_joint(tokens, place)
                span = Span(places[place].start, places[end - 1].end)
                spans.append(span)
                exclusions += (replace(one, phrase=text[slice(*span)]) for one in found)
            place = end if found else place + max(length, 1)
    others, other_spans = _find_in_pieces(text, lexicon)
    return remove(text, spans + other_spans), tuple(dict.fromkeys([*exclusions, *others]))


def spell_out_minus(text: str) -> str:
    """Return a prompt with "without" in place of a minus sign: "shirt -stripes"."""
    return _MINUS.sub("without ", text)


def _split_at_stops(text: str) -> Iterator[tuple[str, int]]:
    start = 0
    for stop in _STOPS.finditer(text):
        yield text[start : stop.start()], start
        start = stop.end()
    yield text[start:], start


def _include_joint(tokens: Sequence[Token], place: int) -> int:
    """Return the place of a joint before a negation: "jacket but not black" is a jacket."""
    is_joint = place > 0 and (
        _match(tokens[:place], place - 1, "joints") or _match(tokens[:place], place - 1, "turns")
    )
    return place - 1 if is_joint else place


def _find_in_pieces(text: str, lexicon: Lexicon) -> tuple[list[Exclusion], list[Span]]:
    """Return what a language excludes after the thing, in its ending, or without spaces.

    "siyah olmayan", "çiçeksiz", "フリルなしのシャツ", "不要条纹和波点的衬衫".
    """
    if not _has_negating_pieces(lexicon.code):
        return [], []
    exclusions: list[Exclusion] = []
    spans: list[Span] = []
    for part, offset in _split_at_stops(text):
        pieces = list(divide(tokenise(part), lexicon))
        places = _locate_pieces(part, pieces, offset)
        for first, last, excluded in _list_negated(pieces, has_spaces=lexicon.has_spaces):
            span = Span(places[first].start, places[last].end)
            spans.append(span)
            phrase = text[slice(*span)]
            exclusions += (Exclusion(one.text, one.concept, phrase) for one in excluded)
    return exclusions, spans


def _locate_pieces(text: str, pieces: Sequence[PromptPiece], offset: int) -> list[Span]:
    """Return the places of pieces; an ending, whose letters are within a word, is at its end."""
    spans: list[Span] = []
    end, is_lost = 0, False
    for piece in pieces:
        start = text.find(piece.text, end)
        is_next = start >= 0 and (is_lost or not any(map(str.isalnum, text[end:start])))
        is_lost = not is_next and piece.text not in text[:end]
        start, end = (start, start + len(piece.text)) if is_next else (end, end)
        spans.append(Span(offset + start, offset + end))
    return spans


def _list_negated(
    pieces: Sequence[PromptPiece], *, has_spaces: bool
) -> Iterator[tuple[int, int, list[PromptPiece]]]:
    """Yield the first and the last place of each negation, and the pieces that it excludes."""
    for place, piece in enumerate(pieces):
        is_after = place and _is_negating(piece.concept, Role.POSTPOSITION)
        if is_after and pieces[place - 1].is_content:
            yield place - 1, place, [pieces[place - 1]]
            continue
        is_before = not has_spaces and _is_negating(piece.concept, Role.CONNECTIVE)
        if is_before and (excluded := _read_joined(pieces, place + 1)):
            last = excluded[-1] + _is_of(pieces, excluded[-1] + 1)
            yield place, last, [pieces[number] for number in excluded]


def _is_of(pieces: Sequence[PromptPiece], place: int) -> bool:
    """Check for the particle between what a thing is and its kind, as in "黑色的鞋子"."""
    concept = pieces[place].concept if place < len(pieces) else None
    return concept is not None and concept.text == "of"


def _read_joined(pieces: Sequence[PromptPiece], place: int) -> list[int]:
    """Return the places of the next content and of what is joined to it by "and" or "or"."""
    while place < len(pieces) and pieces[place].concept and not pieces[place].is_content:
        place += 1
    if place >= len(pieces) or not pieces[place].is_content:
        return []
    found = [place]
    while place + 2 < len(pieces) and _is_joint(pieces[place + 1]):
        place += 2
        if not _is_same_role(pieces[place], pieces[found[0]]):
            break
        found.append(place)
    return found


def _is_joint(piece: PromptPiece) -> bool:
    return piece.concept is not None and piece.concept.text in ("and", "or")


def _is_same_role(piece: PromptPiece, other: PromptPiece) -> bool:
    concept, its_concept = piece.concept, other.concept
    return concept is not None and its_concept is not None and concept.role is its_concept.role


def _is_negating(concept: Concept | None, role: Role) -> bool:
    return concept is not None and concept.role is role and concept.text in _NEGATING


@cache
def _has_negating_pieces(code: str) -> bool:
    """Check whether a language has no spaces, or words or endings that negate what is before."""
    if code == read_english().code:
        return False
    lexicon = read_lexicon(code)
    return (
        not lexicon.has_spaces
        or not _NEGATING.isdisjoint(lexicon.suffixes.values())
        or any(_is_negating(concept, Role.POSTPOSITION) for concept in lexicon.phrases.values())
    )


def _read_excluded(
    tokens: Sequence[Token], place: int, lexicon: Lexicon
) -> tuple[list[Exclusion], int]:
    """Return what is excluded from a place on, and the place after it."""
    found: list[Exclusion] = []
    while True:
        start = _skip(tokens, place)
        unit, end = _read_unit(tokens, start, lexicon)
        if not unit:
            return found, place
        found += unit
        place = end
        joint = _match(tokens, place, "joints")
        if not joint:
            return found, place
        after = place + joint
        again = _match(tokens, after, "phrases")
        if not again and not _is_same_sort(tokens, after, lexicon, found[-1]):
            return found, place
        place = after + again


def _read_brand(
    text: str, places: Sequence[Span], place: int, brands: Sequence[Span]
) -> tuple[list[Exclusion], int]:
    """Return the brand that begins at a place, and the place after it."""
    brand = next((brand for brand in brands if brand.start == places[place].start), None)
    if brand is None:
        return [], place
    after = sum(word.start < brand.end for word in places)
    return [Exclusion(text[slice(*brand)], None, is_brand=True)], after


def _read_unit(
    tokens: Sequence[Token], start: int, lexicon: Lexicon
) -> tuple[list[Exclusion], int]:
    """Return the next thing: words for looks, and the part that they describe."""
    if start >= len(tokens) or _match(tokens, start, "ends") or _match(tokens, start, "joints"):
        return [], start
    looks: list[PromptPiece] = []
    place = start
    for piece in divide(tokens[start:], lexicon):
        role = piece.concept.role if piece.concept else None
        length = len(tokenise(piece.text)) or 1
        if role in _LOOKS and not _match(tokens, place, "ends"):
            if looks and role is not Role.MATERIAL and not _describes_next(looks[-1], piece):
                break
            looks.append(piece)
            place += length
            continue
        if role is Role.PART:
            return [_join([*looks, piece])], place + length
        if role is Role.KIND and not looks:
            look = _find_look(tokens[place : place + length], lexicon)
            return [look or Exclusion(piece.text, piece.concept)], place + (1 if look else length)
        if not looks and piece.concept is not None and not piece.is_content:
            return [], start
        if not looks:
            return [Exclusion(piece.text, piece.concept)], place + length
        break
    return ([_join(looks)], place) if looks else ([], start)


def _find_look(kind: Sequence[Token], lexicon: Lexicon) -> Exclusion | None:
    """Return the look that the name of a kind begins with: "not floral dress" wants a dress."""
    if len(kind) == 1:
        return None
    look = next(iter(divide(kind[:1], lexicon)))
    is_look = look.concept and look.concept.role in (Role.COLOUR, Role.PATTERN, Role.MATERIAL)
    return Exclusion(look.text, look.concept) if is_look else None


def _describes_next(look: PromptPiece, following: PromptPiece) -> bool:
    """Check whether two looks are one thing: "dark blue", "red stripes"."""
    role = look.concept.role if look.concept else None
    its_role = following.concept.role if following.concept else None
    return role is Role.SHADE or (role is Role.COLOUR and its_role is Role.PATTERN)


def _join(pieces: Sequence[PromptPiece]) -> Exclusion:
    """Return words for looks and a part as one thing, with the concept of the last."""
    return Exclusion(" ".join(piece.text for piece in pieces), pieces[-1].concept)


def _is_same_sort(tokens: Sequence[Token], place: int, lexicon: Lexicon, last: Exclusion) -> bool:
    """Check whether what follows an "and" belongs to the exclusion: "no stripes or dots"."""
    unit, end = _read_unit(tokens, _skip(tokens, place), lexicon)
    if not unit or unit[0].concept is None or last.concept is None:
        return False
    role, other = unit[0].concept.role, last.concept.role
    is_followed_by_kind = end < len(tokens) and any(
        piece.concept and piece.concept.role is Role.KIND
        for piece in islice(divide(tokens[end:], lexicon), 1)
    )
    same = role is other or {role, other} <= _DECORATIONS
    return same and not is_followed_by_kind


def _skip(tokens: Sequence[Token], place: int) -> int:
    for _ in range(MAX_SKIPPED):
        length = _match(tokens, place, "skipped")
        if not length:
            break
        place += length
    return place


def _match(tokens: Sequence[Token], place: int, name: str) -> int:
    """Return the number of words of the longest phrase of a table that stands at a place."""
    phrases, longest = _read_phrases(name)
    for length in range(min(longest, len(tokens) - place), 0, -1):
        if tuple(token.folded for token in tokens[place : place + length]) in phrases:
            return length
    return 0


@cache
def _read_phrases(name: str) -> tuple[frozenset[tuple[str, ...]], int]:
    entry = read_cues()["negation"][name]
    phrases = frozenset(tuple(t.folded for t in tokenise(phrase)) for phrase in entry.split(","))
    phrases -= {()}
    return phrases, max(map(len, phrases))
