"""Divide a prompt into pieces that a language's lexicon, or English, has a concept for."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise, product
from typing import TypeAlias

from catalog.vocabulary.languages.concepts import ENGLISH_ENDINGS, Role
from catalog.vocabulary.languages.dictionaries import read_common_words
from catalog.vocabulary.languages.lexicon import (
    IGNORED,
    NO_GARMENT,
    Concept,
    Lexicon,
    Token,
    is_english_word,
    read_english,
    read_lexicon,
)

MIN_PART_LETTERS, MIN_STEM_LETTERS = 3, 2
MIN_UNKNOWN_TAIL_LETTERS = 4  # of a kind after a first part that no entry has
MAX_BUILT_LETTERS = 40  # a longer word is not taken apart
MAX_AFFIXES = 2
KATAKANA = re.compile("[\u30a1-\u30fc]{2}")

Parts: TypeAlias = tuple[tuple[str, Concept | None], ...]


@dataclass(frozen=True, slots=True)
class PromptPiece:
    """A part of a prompt as it is written, and its concept; None where no entry has it.

    `letters`: how much of the prompt it is. `is_foreign`: the lexicon has it. `is_english`: English
    has all of its words.
    """

    text: str
    letters: int
    concept: Concept | None = None
    is_foreign: bool = False
    is_english: bool = False

    @property
    def is_content(self) -> bool:
        """Check whether the piece names something, and does not only join or fill."""
        return self.concept is not None and self.concept.role not in (
            Role.CONNECTIVE,
            Role.POSTPOSITION,
        )


def divide(tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[PromptPiece]:
    """Yield the pieces of a prompt in a language: at each place the longest phrase."""
    english = read_english()
    place = 0
    while place < len(tokens):
        own, length = _find_phrase(tokens, place, lexicon)
        other, english_length = _find_phrase(tokens, place, english)
        if max(length, english_length) == 0:
            if parts := _split_before_phrase(tokens, place, lexicon):
                tokens = [*tokens[:place], *parts, *tokens[place + 1 :]]
                continue
            yield from _divide_word(tokens[place], lexicon)
            place += 1
            continue
        is_own = length >= english_length
        concept = own if is_own else other
        words = tokens[place : place + max(length, english_length)]
        yield PromptPiece(
            " ".join(token.text for token in words),
            sum(len(token.folded) for token in words),
            None if concept is NO_GARMENT else concept,
            is_foreign=is_own,
            is_english=all(is_english_word(token.folded) for token in words),
        )
        place += len(words)


def _find_phrase(
    tokens: Sequence[Token], place: int, lexicon: Lexicon
) -> tuple[Concept | None, int]:
    """Return the concept of the longest phrase at a place and its number of words, or None, 0."""
    if not lexicon.has_spaces:
        concept = lexicon.phrases.get((tokens[place].folded,))
        return concept, int(concept is not None)
    forms = _list_forms(tokens[place].folded, lexicon)
    longest = max(lexicon.longest.get(form, 0) for form in forms)
    for length in range(min(longest, len(tokens) - place), 0, -1):
        found = tokens[place : place + length]
        for words in _list_phrases(found, lexicon):
            if (concept := lexicon.phrases.get(words)) is not None:
                return _respect_accents(found, concept, lexicon), length
    return None, 0


def _respect_accents(tokens: Sequence[Token], concept: Concept, lexicon: Lexicon) -> Concept:
    """Return the concept of words as they are written, where accents tell words apart."""
    if not lexicon.accented:
        return concept
    written = " ".join(token.text for token in tokens)
    return lexicon.accented.get(written.casefold(), concept)


def _list_phrases(tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[tuple[str, ...]]:
    """Yield some words as they are, then without articles and endings of cases and plurals."""
    if len(tokens) == 1:
        yield (tokens[0].folded,)  # `take_apart` looks for the parts of a single word
    else:
        yield from product(*(_list_forms(token.folded, lexicon) for token in tokens))


def _list_forms(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return a folded word, and what is left without prefixes and suffixes that mean nothing."""
    forms = [word]
    for letters, text in lexicon.prefixes.items():
        if not text and word.startswith(letters):
            forms.append(word.removeprefix(letters))
    for letters, text in lexicon.suffixes.items():
        if not text and word.endswith(letters):
            forms += [form.removesuffix(letters) for form in forms]
    return tuple(dict.fromkeys(f for f in forms if f == word or len(f) >= MIN_STEM_LETTERS))


def _split_before_phrase(tokens: Sequence[Token], place: int, lexicon: Lexicon) -> list[Token]:
    """Return the connective at the start of a word, and the word of a phrase that is left."""
    written, folded = tokens[place]
    for letters, text in lexicon.prefixes.items():
        rest = Token(written, folded.removeprefix(letters))
        is_connective = text and (letters,) in lexicon.phrases and rest.folded
        if is_connective and folded != rest.folded:
            following = [rest, *tokens[place + 1 :]]
            if _find_phrase(following, 0, lexicon)[1] > 1:
                return [Token(letters, letters), rest]
    return []


def _divide_word(token: Token, lexicon: Lexicon) -> Iterator[PromptPiece]:
    if lexicon is read_english():
        singular = lexicon.phrases.get((token.folded.removesuffix("s"),))
        yield PromptPiece(token.text, len(token.folded), singular, is_english=bool(singular))
        return
    parts = take_apart(token.folded, lexicon.code)
    if token.folded in read_common_words("en") and len(parts) > 1:
        parts = ((token.folded, None),)  # "mankind" is none of the "men's kids"
    if not any(concept for _, concept in parts):
        is_english = is_english_word(token.folded)
        yield PromptPiece(token.text, len(token.folded), is_english=is_english)
        return
    for (text, concept), written in zip(parts, _list_written(token, parts, lexicon), strict=True):
        is_foreign = concept is not None and (lexicon.has_spaces or (text,) in lexicon.phrases)
        yield PromptPiece(
            written,
            len(text),
            concept,
            is_foreign,
            is_english=concept is not None and not is_foreign,
        )


def _list_written(token: Token, parts: Parts, lexicon: Lexicon) -> list[str]:
    """Return the text of each part as the shopper wrote it, where its place is certain."""
    if lexicon.has_spaces:
        return [token.text if concept else text for text, concept in parts]
    written = unicodedata.normalize("NFKC", token.text)
    if len(written) != len(token.folded):
        written = token.folded
    starts = accumulate((len(text) for text, _ in parts), initial=0)
    return [
        written[start : start + len(text)] for start, (text, _) in zip(starts, parts, strict=False)
    ]


@lru_cache(maxsize=20_000)
def take_apart(word: str, code: str) -> Parts:
    """Return the parts of a word that is built of entries of a language's lexicon."""
    lexicon = read_lexicon(code)
    if not lexicon.has_spaces:
        return _join_unknown(list(_match_longest(word, lexicon)))
    if len(word) > MAX_BUILT_LETTERS:
        return ((word, None),)
    return (
        _split_compound(word, lexicon)
        or _strip_affixes(word, lexicon, MAX_AFFIXES)
        or _split_unknown_compound(word, lexicon)
        or ((word, None),)
    )


def _match_longest(word: str, lexicon: Lexicon) -> Iterator[tuple[str, Concept | None]]:
    """Yield the longest entries from left to right, and what is between them."""
    start = place = 0
    while place < len(word):
        for length in range(min(lexicon.longest.get(word[place], 0), len(word) - place), 0, -1):
            concept = lexicon.phrases.get((word[place : place + length],))
            if concept is not None:
                if start < place:
                    yield _name_rest(word[start:place])
                yield word[place : place + length], None if concept is NO_GARMENT else concept
                start = place = place + length
                break
        else:
            place += 1
    if start < len(word):
        yield _name_rest(word[start:])


def _join_unknown(parts: list[tuple[str, Concept | None]]) -> Parts:
    """Join to an unknown word the letters that are part of it: "口红" is not red.

    A kind ends the word before it ("钓鱼鞋" are shoes), and a particle is between words.
    """
    joined: list[tuple[str, Concept | None]] = []
    for (text, concept), (following, its_concept) in pairwise([*parts, ("", IGNORED)]):
        is_after = bool(joined) and joined[-1][1] is None
        is_before = its_concept is None
        is_part = (
            concept is None
            or (len(text) == 1 and _is_letter_of(concept, is_after, is_before))
            or (
                is_before
                and concept.role is Role.KIND
                and bool(KATAKANA.match(text[-1] + following))
            )
        )
        if is_part and is_after:
            joined[-1] = (joined[-1][0] + text, None)
        else:
            joined.append((text, None if is_part else concept))
    return tuple(joined)


def _is_letter_of(concept: Concept, is_after: bool, is_before: bool) -> bool:
    """Check whether a single letter belongs to the unknown word after or before it."""
    if concept.role in (Role.CONNECTIVE, Role.POSTPOSITION):
        return is_after and is_before
    return is_before or (is_after and concept.role is not Role.KIND)


def _name_rest(word: str) -> tuple[str, Concept | None]:
    return word, read_english().phrases.get((word,))


def _split_compound(word: str, lexicon: Lexicon) -> Parts:
    """Return the parts of a compound with the longest last part; empty if it is none."""
    if not lexicon.links:
        return ()
    for place in range(MIN_PART_LETTERS, len(word) - MIN_PART_LETTERS + 1):
        last = _find_content(word[place:], lexicon)
        if last is None:
            continue
        for link in lexicon.links:
            first = word[:place].removesuffix(link)
            if len(first) < MIN_PART_LETTERS or len(first) + len(link) != place:
                continue
            if concept := _find_content(first, lexicon):
                return (first, concept), (word[place:], last)
            if parts := _split_compound(first, lexicon):
                return (*parts, (word[place:], last))
    return ()


def _split_unknown_compound(word: str, lexicon: Lexicon) -> Parts:
    """Return a first part that no entry has, and the kind of garment that the word ends with."""
    if not lexicon.links:
        return ()
    for place in range(MIN_PART_LETTERS, len(word) - MIN_UNKNOWN_TAIL_LETTERS + 1):
        last = _find_content(word[place:], lexicon)
        is_kind = last is not None and last.role is Role.KIND
        if is_kind and word[place:] not in ENGLISH_ENDINGS:
            return (word[:place], None), (word[place:], last)
    return ()


def _strip_affixes(word: str, lexicon: Lexicon, depth: int) -> Parts:
    """Return a word without letters of `prefixes` and `suffixes`, and their connectives."""
    for letters, text in lexicon.prefixes.items():
        rest = word.removeprefix(letters)
        if rest != word and (parts := _find_stem(rest, lexicon, depth)):
            return (*_name_affix(letters, text, Role.CONNECTIVE), *parts)
    for letters, text in lexicon.suffixes.items():
        rest = word.removesuffix(letters)
        if rest != word and (parts := _find_stem(rest, lexicon, depth)):
            return (*parts, *_name_affix(letters, text, Role.POSTPOSITION))
    return ()


def _find_stem(rest: str, lexicon: Lexicon, depth: int) -> Parts:
    if len(rest) < MIN_STEM_LETTERS:
        return ()
    if concept := _find_content(rest, lexicon):
        return ((rest, concept),)
    return _strip_affixes(rest, lexicon, depth - 1) if depth > 1 else ()


def _name_affix(letters: str, text: str, role: Role) -> Parts:
    return ((letters, Concept(text, role)),) if text else ()


def _find_content(word: str, lexicon: Lexicon) -> Concept | None:
    concept = lexicon.phrases.get((word,))
    if concept is None or concept is NO_GARMENT:
        return None
    return None if concept.role in (Role.CONNECTIVE, Role.POSTPOSITION) else concept
