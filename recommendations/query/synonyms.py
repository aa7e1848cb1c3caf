"""Apply a shop's synonyms to a prompt; a process caches those of the shops that it used last.

The longest phrase at each place counts, and what a phrase means is not looked up again: synonyms
that lead to each other expand once.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.vocabulary.languages.lexicon import tokenise
from core.shop_cache import ShopCache
from recommendations.models import Synonym
from recommendations.query.constraints.text import locate
from recommendations.steering.synonyms import Phrase, split_phrase
from tenants.models import Shop

# Of one phrase: each is one more alternative in the search by words.
MAX_MEANINGS = 5
MAX_CACHED = 50_000  # of all shops; some 30 MB


@dataclass(frozen=True, slots=True)
class SynonymTable:
    """A shop's synonyms: the meanings of each phrase.

    `longest`: number of words of the longest phrase that starts with a word. `words`: those of all
    phrases and meanings, which nobody misspelt.
    """

    meanings: Mapping[Phrase, tuple[str, ...]] = field(default_factory=dict)
    longest: Mapping[str, int] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[tuple[Phrase, Phrase, str]]) -> "SynonymTable":
        """Return the table of phrases and meanings, the first ones first.

        Each row has the words of both and the meaning as it is written.
        """
        known: set[str] = set()
        meanings: defaultdict[Phrase, dict[str, None]] = defaultdict(dict)
        longest: defaultdict[str, int] = defaultdict(int)
        for words, other, meaning in rows:
            known.update(words, other)
            if len(meanings[words]) < MAX_MEANINGS:
                meanings[words][meaning] = None
            longest[words[0]] = max(longest[words[0]], len(words))
        found = {words: tuple(texts) for words, texts in meanings.items()}
        return cls(found, dict(longest), frozenset(known))


NO_SYNONYMS = SynonymTable()
_cache: ShopCache[tuple[int, SynonymTable]] = ShopCache(
    MAX_CACHED, measure=lambda cached: 1 + len(cached[1].meanings)
)


@dataclass(frozen=True, slots=True)
class SynonymUse:
    """A phrase of a prompt as it is written, and what else it means to the shop."""

    phrase: str
    meanings: tuple[str, ...]


class FoundPhrase(NamedTuple):
    """A phrase of a text that has synonyms, and where it is: `text[start:end]`."""

    start: int
    end: int
    use: SynonymUse


def find_phrases(text: str, table: SynonymTable) -> list[FoundPhrase]:
    """Return the phrases of a text in the form NFC that the shop has synonyms for, in order."""
    if not table.meanings:
        return []
    tokens = tokenise(text)
    keys = [split_phrase(token.text) for token in tokens]
    spans = locate(text, tokens)
    found, place = [], 0
    while place < len(tokens):
        length, meanings = _find_longest(keys[place:], table)
        if meanings:
            start, end = spans[place].start, spans[place + length - 1].end
            found.append(FoundPhrase(start, end, SynonymUse(text[start:end], meanings)))
        place += length
    return found


def replace_phrases(text: str, found: Sequence[FoundPhrase]) -> str:
    """Return a text with the first meaning in place of each of these phrases."""
    for start, end, use in reversed(found):
        text = f"{text[:start]}{use.meanings[0]}{text[end:]}"
    return text


def write_alternatives(text: str, uses: Sequence[SynonymUse]) -> list[str]:
    """Return a text with its phrases replaced by their first meanings, their second ones and so on.

    A phrase with fewer meanings has its last one.
    """
    count = max((len(use.meanings) for use in uses), default=0)
    return [_replace_each(text, uses, place) for place in range(count)]


def _replace_each(text: str, uses: Sequence[SynonymUse], place: int) -> str:
    for use in uses:
        meaning = use.meanings[min(place, len(use.meanings) - 1)]
        if found := re.search(rf"(?<!\w){re.escape(use.phrase)}(?!\w)", text):
            text = f"{text[: found.start()]}{meaning}{text[found.end() :]}"
    return text


def read_synonyms(shop: Shop) -> SynonymTable:
    """Return a shop's synonyms from the cache, unless they have changed since; needs its scope."""
    if not shop.search_version:
        return NO_SYNONYMS
    cached = _cache.get(shop.pk)
    if cached and cached[0] == shop.search_version:
        return cached[1]
    table = make_table(Synonym.objects.order_by("pk").iterator())
    _cache.set(shop.pk, (shop.search_version, table))
    return table


def make_table(synonyms: Iterable[Synonym]) -> SynonymTable:
    """Return the table of synonyms, the oldest first."""
    return SynonymTable.of(row for synonym in synonyms for row in _list_directions(synonym))


def _list_directions(synonym: Synonym) -> Iterator[tuple[Phrase, Phrase, str]]:
    phrase, meaning = tuple(synonym.phrase_key.split()), tuple(synonym.meaning_key.split())
    yield phrase, meaning, synonym.meaning
    if synonym.is_two_way:
        yield meaning, phrase, synonym.phrase


def _find_longest(keys: Sequence[Phrase], table: SynonymTable) -> tuple[int, tuple[str, ...]]:
    """Return the number of tokens of the longest phrase at the start and its meanings, or 1, ()."""
    first = keys[0][0] if keys[0] else ""
    words: Phrase = ()
    best: tuple[int, tuple[str, ...]] = (1, ())
    for length, key in enumerate(keys[: table.longest.get(first, 0)], 1):
        words += key
        if meanings := table.meanings.get(words):
            best = length, meanings
    return best
