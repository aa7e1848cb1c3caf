"""Find the number of a product among the words of a prompt: "is KT-1205-XL still available?"."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from catalog.search.codes import MAX_TEXTS, Code, find_codes
from catalog.vocabulary.languages.lexicon import is_english_word
from core.text import fold, has_digit
from recommendations.query.constraints.prompt import read_constraints
from recommendations.query.constraints.text import read_cues, split_entry
from recommendations.query.nearest_words import read_vocabulary

# Characters of a number that is found among other words, and of one without letters. Short ones may
# be anything: a product with the id 501 is not what "501 jeans" asks for.
MIN_NUMBER, MIN_DIGITS = 5, 6
MIN_LABELLED = 4  # after "ref." and the like
MAX_PARTS = 5  # of a number that is written with spaces: "AB 12 XL"
_MARKS = ".,;:!?#()[]\"'“”„«»"
_NOT_ASCII = re.compile(r"^[^\x00-\x7f]+|[^\x00-\x7f]+$")  # "货号100234"


def find_number(text: str) -> str | None:
    """Return the number of a product, or of a group of products, that a text asks for.

    A group counts only if the text names nothing else: "KT-INS114 in red" is about one of it. None
    without such a number, or with several. Needs the shop's scope; makes one query if the text has
    anything like a number.
    """
    if not has_digit(text):
        return None
    words = text.split()
    numbers = list(dict.fromkeys(_list_numbers(words)))[:MAX_TEXTS]
    if not numbers:
        return None
    found = find_codes(numbers)
    sold = [number for number in numbers if found.get(number) is Code.NUMBER]
    if sold:
        # The longest comes first, of which others may be parts.
        return sold[0] if all(number in sold[0] for number in sold) else None
    groups = [number for number in numbers if number in found]
    return groups[0] if len(groups) == 1 and _is_alone(groups[0], text) else None


def _list_numbers(words: Sequence[str]) -> Iterator[str]:
    """Yield what may be a number: neighbours that are no English words, and single words."""
    bare = [word.strip(_MARKS) for word in words]
    for size in range(min(len(words), MAX_PARTS), 1, -1):
        for place in range(len(words) - size + 1):
            parts = bare[place : place + size]
            if _is_long_number("".join(parts)) and not any(map(_is_word, parts)):
                yield " ".join(parts)
    for label, word in zip(["", *bare], words, strict=False):
        is_labelled = fold(label) in _read_labels()
        written = word.rpartition(":")[2].strip(_MARKS)
        # Of the address of a page, the last part may be a number.
        for part in (written, written.rpartition("/")[2], _NOT_ASCII.sub("", written)):
            if _is_long_number(part) or (is_labelled and _is_number(part, MIN_LABELLED)):
                yield part


@cache
def _read_labels() -> frozenset[str]:
    return frozenset(split_entry(read_cues()["numbers"]["labels"]))


def _is_word(part: str) -> bool:
    return part.isalpha() and (is_english_word(fold(part)) or fold(part) in read_vocabulary())


def _is_long_number(word: str) -> bool:
    return _is_number(word, MIN_NUMBER if any(map(str.isalpha, word)) else MIN_DIGITS)


def _is_number(word: str, min_length: int) -> bool:
    return has_digit(word) and sum(map(str.isalnum, word)) >= min_length


def _is_alone(number: str, text: str) -> bool:
    """Check for a text that names neither a garment nor a look, a price or a size beside it."""
    rest = text.replace(number, " ")
    words = {fold(word.strip(_MARKS)) for word in rest.split()}
    return not read_constraints(rest).spans and words.isdisjoint(read_vocabulary())
