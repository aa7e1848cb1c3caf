"""Find what a prompt does not want: "shirt without stripes", "not too short", "anything but blue".

A negation reaches the next thing that is named, and those joined to it by "and" or "or". "No black
shoes" excludes black, and not shoes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from catalog.vocabulary.languages.concepts import Role
from catalog.vocabulary.languages.lexicon import Concept, Lexicon, Token, tokenise
from recommendations.query.constraints.text import read_cues, split_entry
from recommendations.query.segmentation import PromptPiece, divide

# A hyphen before a word and not within one, as search engines have it.
_MINUS = re.compile(r"(?<=\w\w\s)[-–−](?=[^\W\d_]{3})")
_STOPS = re.compile(r"[.,;:!?()\n]+|\s[-–—]\s")
_LOOKS = frozenset({Role.COLOUR, Role.SHADE, Role.PATTERN, Role.MATERIAL, Role.DETAIL, Role.STYLE})
_DECORATIONS = frozenset({Role.PATTERN, Role.PART, Role.DETAIL, Role.MATERIAL})
MAX_SKIPPED = 4


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One thing that is not wanted: its words as they are written, and its concept if it has one."""

    text: str
    concept: Concept | None

    @property
    def english(self) -> str:
        return self.concept.text if self.concept else self.text


@dataclass(frozen=True, slots=True)
class SplitPrompt:
    """A prompt's wanted words, and what it excludes; `is_changed`: whether it excludes anything."""

    wanted: str
    exclusions: tuple[Exclusion, ...]


def split_exclusions(text: str, lexicon: Lexicon) -> SplitPrompt:
    """Divide a prompt in a language into what is wanted and what is not."""
    text = _MINUS.sub("without ", text)
    wanted: list[str] = []
    exclusions: list[Exclusion] = []
    for part in _STOPS.split(text):
        tokens = tokenise(part)
        place = 0
        while place < len(tokens):
            if length := _match(tokens, place, "harmless"):
                wanted += [token.text for token in tokens[place : place + length]]
                place += length
            elif length := _match(tokens, place, "phrases"):
                found, end = _read_excluded(tokens, place + length, lexicon)
                exclusions += found
                if not found:
                    wanted += [token.text for token in tokens[place : place + length]]
                place = end if found else place + length
            else:
                wanted.append(tokens[place].text)
                place += 1
    if not exclusions:
        return SplitPrompt(text, ())
    return SplitPrompt(" ".join(_trim(wanted)), tuple(dict.fromkeys(exclusions)))


def split_postpositions(pieces: Sequence[PromptPiece]) -> tuple[list[PromptPiece], list[Exclusion]]:
    """Divide pieces where the word for "without" follows: "柄なしのシャツ", "çiçeksiz"."""
    wanted: list[PromptPiece] = []
    exclusions: list[Exclusion] = []
    for piece in pieces:
        concept = piece.concept
        is_negation = (
            concept is not None
            and concept.role is Role.POSTPOSITION
            and concept.text in ("without", "not")
        )
        if is_negation and wanted and wanted[-1].is_content:
            last = wanted.pop()
            exclusions.append(Exclusion(last.text, last.concept))
        else:
            wanted.append(piece)
    return wanted, exclusions


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


def _read_unit(
    tokens: Sequence[Token], start: int, lexicon: Lexicon
) -> tuple[list[Exclusion], int]:
    """Return the next thing: words for looks, and the part that they describe."""
    if start >= len(tokens) or _match(tokens, start, "ends") or _match(tokens, start, "joints"):
        return [], start
    pieces = list(divide(tokens[start:], lexicon))
    looks: list[PromptPiece] = []
    place = start
    for piece in pieces:
        role = piece.concept.role if piece.concept else None
        length = len(tokenise(piece.text)) or 1
        if role in _LOOKS and not _match(tokens, place, "ends"):
            if looks and role is not Role.MATERIAL and looks[-1].concept != piece.concept:
                if not _describes_next(looks[-1], piece):
                    break
            looks.append(piece)
            place += length
            continue
        if role is Role.PART:
            return [_join([*looks, piece])], place + length
        if role is Role.KIND and not looks:
            return [Exclusion(piece.text, piece.concept)], place + length
        if not looks and piece.concept is not None and not piece.is_content:
            return [], start
        if not looks:
            return [Exclusion(piece.text, piece.concept)], place + length
        break
    return ([_join(looks)], place) if looks else ([], start)


def _describes_next(look: PromptPiece, following: PromptPiece) -> bool:
    """Check whether two looks are one thing: "dark blue", "red stripes"."""
    role = look.concept.role if look.concept else None
    its_role = following.concept.role if following.concept else None
    return role is Role.SHADE or (role is Role.COLOUR and its_role is Role.PATTERN)


def _join(pieces: Sequence[PromptPiece]) -> Exclusion:
    """Return words for looks and a part as one thing, with the concept of the last."""
    return Exclusion(" ".join(piece.text for piece in pieces), pieces[-1].concept)


def _is_same_sort(
    tokens: Sequence[Token], place: int, lexicon: Lexicon, last: Exclusion
) -> bool:
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


def _trim(words: list[str]) -> list[str]:
    """Return words without a joint at their end: "jacket but" is a jacket."""
    joints, _ = _read_phrases("joints")
    ends, _ = _read_phrases("ends")
    while words and {tuple(t.folded for t in tokenise(words[-1]))} & (joints | ends):
        words = words[:-1]
    return words
