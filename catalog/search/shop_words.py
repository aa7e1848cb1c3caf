"""The words of a shop's products, for spelling and suggestions.

A process caches those of the shops that it used last, and reads them again after each count.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby, islice, takewhile
from operator import itemgetter
from uuid import UUID

from catalog.models import ShopWord
from core.shop_cache import ShopCache
from core.tenancy import shop_scope
from tenants.models import Shop

MIN_WORD_LETTERS = 4  # of a word that misspelt ones are taken for
MAX_SHOPS = 32  # 20,000 words take some 5 MB


@dataclass(frozen=True, slots=True)
class ShopTerm:
    """A word or name: how it is compared and written, and how many products have it."""

    kind: ShopWord.Kind
    folded: str
    written: str
    count: int


@dataclass(frozen=True)
class ShopWords:
    """The terms of a shop, the most frequent first, and the count of each of their words.

    The words are folded and single: those of the name "Blue Harbour" are "blue" and "harbour". A
    word of several terms has the count of the most frequent one.
    """

    terms: tuple[ShopTerm, ...]
    counts: Mapping[str, int]

    @cached_property
    def brands(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """The names of brands as they are written, by their folded words."""
        found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for term in self.terms:
            if term.kind == ShopWord.Kind.BRAND:
                found[tuple(term.folded.split())].append(term.written)
        return {words: tuple(names) for words, names in found.items()}

    @cached_property
    def joined_brands(self) -> Mapping[str, tuple[str, ...]]:
        """The names of brands by their folded letters and digits without spaces."""
        return {"".join(words): names for words, names in self.brands.items()}

    @cached_property
    def _names(self) -> Sequence[tuple[str, ShopTerm]]:
        """Each word of the names of brands and categories with its term, sorted by the words."""
        kinds = (ShopWord.Kind.BRAND, ShopWord.Kind.CATEGORY)
        found = [
            (word, term)
            for term in self.terms
            if term.kind in kinds
            for word in dict.fromkeys(term.folded.split())
        ]
        return sorted(found, key=itemgetter(0))

    @cached_property
    def correctable(self) -> Mapping[str, Sequence[str]]:
        """The words that a misspelt word may stand for, by their first letters.

        They are of letters only, and not too few.
        """
        return {
            letter: [word for word in words if len(word) >= MIN_WORD_LETTERS and word.isalpha()]
            for letter, words in self.by_letter.items()
        }

    @cached_property
    def by_letter(self) -> Mapping[str, Sequence[str]]:
        """The words by their first letters, sorted."""
        return group_by_letter(self.counts)

    def list_names(self, beginning: str) -> Iterator[ShopTerm]:
        """Yield brands and categories with a word that has a beginning, once for each word."""
        start = bisect_left(self._names, beginning, key=itemgetter(0))
        for word, term in islice(self._names, start, None):
            if not word.startswith(beginning):
                return
            yield term

    def list_beginnings(self, letter: str, size: int) -> Sequence[str]:
        """Return the beginnings of this size of the words with a first letter, each once."""
        key = letter, size
        if key not in self._beginnings:
            self._beginnings[key] = cut_words(self.by_letter.get(letter, ()), size)
        return self._beginnings[key]

    @cached_property
    def _beginnings(self) -> dict[tuple[str, int], Sequence[str]]:
        return {}

    def count_products(self, beginning: str) -> int:
        """Return about how many products have a word with a beginning; too many rather than few."""
        return sum(self.counts[word] for word in list_words(self.by_letter, beginning))


def group_by_letter(words: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return words by their first letters, sorted."""
    return {letter: [*group] for letter, group in groupby(sorted(words), key=itemgetter(0))}


def cut_words(words: Iterable[str], size: int) -> Sequence[str]:
    """Return the first letters of words, each beginning once."""
    return list(dict.fromkeys(word[:size] for word in words))


def list_words(by_letter: Mapping[str, Sequence[str]], beginning: str) -> Iterator[str]:
    """Yield the words with a beginning, sorted, of those that `group_by_letter` returns."""
    words = by_letter.get(beginning[0], ())
    start = bisect_left(words, beginning)
    return takewhile(lambda word: word.startswith(beginning), islice(words, start, None))


NO_SHOP_WORDS = ShopWords((), {})
_cache: ShopCache[tuple[datetime, ShopWords]] = ShopCache(MAX_SHOPS)


def read_shop_words(shop: Shop) -> ShopWords:
    """Return the words of a shop as of `shop.words_counted_at`; none if they were never counted.

    Makes no query unless they were counted since this process read them.
    """
    counted_at = shop.words_counted_at
    if counted_at is None:
        return NO_SHOP_WORDS
    cached = _cache.get(shop.pk)
    if cached and cached[0] >= counted_at:
        return cached[1]
    words = _read(shop.pk)
    _cache.set(shop.pk, (counted_at, words))
    return words


def _read(shop_id: UUID) -> ShopWords:
    with shop_scope(shop_id):
        rows = ShopWord.objects.values_list("kind", "folded", "written", "count")
        terms = tuple(
            ShopTerm(ShopWord.Kind(kind), folded, written, count)
            for kind, folded, written, count in rows
        )
    counts: dict[str, int] = {}
    for term in terms:
        for word in term.folded.split():
            counts.setdefault(word, term.count)
    return ShopWords(terms, counts)
