"""Find the category that a path of a shop's feed means, and say how it was found.

    find_category("Womens > Tops > T-Shirts")  # t-shirt, by the name of a segment, for women

An id, a name or an alias of the whole text decides. Otherwise an id of Google's or Shopify's
taxonomy is its path, and the narrowest segment counts that names a category, or a kind of garment
whose category is known. Several things in a segment have the category that contains all of them. A
segment that names something for garments, such as shoe care, has none: the result is no guess.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import takewhile
from uuid import UUID

from catalog.models import Category, CategoryAlias
from catalog.taxonomy.segments import (
    ADJECTIVES,
    CATEGORY_OF_KIND,
    CATEGORY_OF_SLOT,
    FOREIGN,
    UNCLEAR,
    CategoryPath,
    Segment,
    SegmentPart,
    read_path,
)
from catalog.taxonomy.standards import FOREIGN_ROOTS, ROOTS, find_published
from catalog.taxonomy.tree import MAX_DEPTH
from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.kinship import list_wider
from catalog.vocabulary.name_keys import make_key

MAX_TEXT_LENGTH = 500


class FoundBy(StrEnum):
    """How a category was found."""

    ID = "id"
    NAME = "name"
    ALIAS = "alias"
    GOOGLE = "google"
    SHOPIFY = "shopify"
    SEGMENT = "segment"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class CategoryMatch:
    """The category that a text means, None if it is not clear, and the people the text names.

    `found_by` is None without a category; `segment` is the part of the path that decided. `gender`
    is women, men, girls, boys or unisex, `age_group` the name of a default age group; "" if the
    text names none, or several.
    """

    category: Category | None = None
    found_by: FoundBy | None = None
    segment: str = ""
    gender: str = ""
    age_group: str = ""


class _SomethingElse(Exception):
    """A segment names things that are no garments, or not clothes of people."""


def find_category(text: str) -> CategoryMatch:
    """Return the category that a name, an id or a path means; needs the shop's scope.

    Makes three queries at most. For many texts, call `read_categories` once.
    """
    if found := Category.objects.find_exactly(text):
        return _describe_whole(found, text)
    return read_categories().find(text)


def read_categories() -> "Categories":
    """Return all categories of the shop in scope, to find many texts in."""
    categories = {category.pk: category for category in Category.objects.visible()}
    aliases = list(CategoryAlias.objects.visible())
    return Categories(categories, aliases)


class Categories:
    """The categories that a shop sees, by their keys and by the kinds that their names are."""

    def __init__(
        self, categories: Mapping[UUID, Category], aliases: Iterable[CategoryAlias]
    ) -> None:
        self._by_id = categories
        self._by_name: dict[str, Category] = {}
        self._by_key: dict[str, tuple[Category, FoundBy]] = {}
        ranked: defaultdict[str, defaultdict[tuple[bool, bool], list[Category]]] = defaultdict(
            lambda: defaultdict(list)
        )
        names = [(row.shop_id, FoundBy.NAME, row.name, row) for row in categories.values()]
        names += [
            (alias.shop_id, FoundBy.ALIAS, alias.text, categories[alias.facet_id])
            for alias in aliases
            if alias.facet_id in categories
        ]
        # The shop's own come before the default ones, and names before aliases.
        order = {FoundBy.NAME: 0, FoundBy.ALIAS: 1}
        for shop_id, found_by, name, category in sorted(
            names, key=lambda row: (row[0] is None, order[row[1]], row[2])
        ):
            self._by_name.setdefault(name.lower(), category)
            if key := make_key(name):
                self._by_key.setdefault(key, (category, found_by))
            for kind in _find_kinds(name):
                # "Sweater" is the category of sweaters, although "knitwear" is a word for them too.
                rank = (shop_id is None, make_key(name) != make_key(kind))
                ranked[kind][rank].append(category)
        self._by_kind = {kind: found[min(found)] for kind, found in ranked.items()}

    def find(self, text: str) -> CategoryMatch:
        """Return the category that a name, an id or a path means."""
        if whole := self._find_whole(text):
            return _describe_whole(whole, text)
        published = find_published(text)
        path = read_path(published[1] if published else text)
        people = CategoryMatch(gender=path.gender, age_group=path.age_group)
        match = self._find_in_path(path)
        if match is None:
            return people
        category, found_by, segment = match
        found_by = FoundBy(published[0]) if published else found_by
        return replace(people, category=category, found_by=found_by, segment=segment)

    def _find_whole(self, text: str) -> Category | None:
        try:
            return self._by_id.get(UUID(text))
        except ValueError:
            found = self._by_key.get(make_key(text))
            return self._by_name.get(text.strip().lower()) or (found[0] if found else None)

    def _find_in_path(self, path: CategoryPath) -> tuple[Category, FoundBy, str] | None:
        """Return the category of the narrowest segment that names one."""
        segments = [one for one in path.segments if make_key(one.text) not in ROOTS]
        if path.segments and make_key(path.segments[0].text) in FOREIGN_ROOTS:
            return None
        try:
            for place in range(len(segments) - 1, -1, -1):
                if found := self._find_segment(segments[place]):
                    category: Category | None
                    category, found_by = found
                    if path.is_loose and place:
                        category = self._join_equals(category, segments[place - 1])
                    return (category, found_by, segments[place].text) if category else None
        except _SomethingElse:
            return None
        return None

    def _join_equals(self, category: Category, wider: Segment) -> Category | None:
        """Return the category of both of "shirts/blouses", or the narrower one of "tops/shirts"."""
        found = self._find_segment(wider)
        if found is None or found[0].pk in self._list_above(category):
            return category
        return self._find_common([category, found[0]])

    def _find_segment(self, segment: Segment) -> tuple[Category, FoundBy] | None:
        """Return the category of a segment; raises `_SomethingElse`."""
        if found := self._by_key.get(make_key(segment.text)):
            return found[0], FoundBy.SEGMENT
        found_parts = [self._find_part(part) for part in segment.parts]
        known = [found for found in found_parts if found]
        if not known or len(known) < len(found_parts):
            return None
        category = self._find_common([found[0] for found in known])
        is_named = all(found_by is FoundBy.SEGMENT for _, found_by in known)
        found_by = FoundBy.SEGMENT if is_named else FoundBy.KIND
        return (category, found_by) if category else None

    def _find_part(self, part: SegmentPart) -> tuple[Category, FoundBy] | None:
        """Return the category of the longest phrase at the end: what is before it describes it."""
        words = part.words
        if not FOREIGN.isdisjoint(map(make_key, words)):
            raise _SomethingElse
        for first in range(len(words)):
            phrase = " ".join(words[first:])
            if make_key(phrase) in UNCLEAR or phrase in ADJECTIVES:
                return None
            if found := self._find_phrase(phrase, is_whole=first == 0):
                return found
        if part.english:
            return self._find_phrase(part.english, is_whole=True)
        # "Shoe care" is something for shoes.
        if any(_find_kinds(word) for word in words[:-1] if word not in ADJECTIVES):
            raise _SomethingElse
        return None

    def _find_phrase(self, phrase: str, *, is_whole: bool) -> tuple[Category, FoundBy] | None:
        kinds = _find_kinds(phrase)
        # "Accessories" can be of anything, if another word describes them.
        if (found := self._by_key.get(make_key(phrase))) and (is_whole or kinds):
            return found[0], FoundBy.SEGMENT
        located = [category for kind in kinds if (category := self._locate(kind))]
        category = self._find_common(located) if len(located) == len(kinds) else None
        return (category, FoundBy.KIND) if category else None

    def _locate(self, kind: str) -> Category | None:
        """Return the category of a kind, or the narrowest one that contains it."""
        if own := self._by_kind.get(kind):
            return self._find_common(own)
        wider = [one for name in list_wider(kind) for one in self._by_kind.get(name, ())]
        if wider:
            above = {pk for one in wider for pk in self._list_above(one)[1:]}
            return self._find_common([one for one in wider if one.pk not in above])
        name = CATEGORY_OF_KIND.get(kind) or CATEGORY_OF_SLOT[KINDS[kind].slot]
        found = self._by_key.get(make_key(name))
        return found[0] if found else None

    def _find_common(self, categories: list[Category]) -> Category | None:
        """Return the narrowest category that contains all of these."""
        if not categories:
            return None
        paths = [self._list_above(category)[::-1] for category in categories]
        levels = zip(*paths, strict=False)
        shared = list(takewhile(lambda level: len(set(level)) == 1, levels))
        return self._by_id[shared[-1][0]] if shared else None

    def _list_above(self, category: Category) -> list[UUID]:
        """Return a category and the wider ones, up to the top."""
        found = [category.pk]
        while category.parent_id and len(found) < MAX_DEPTH:
            category = self._by_id[category.parent_id]
            found.append(category.pk)
        return found


def _describe_whole(category: Category, text: str) -> CategoryMatch:
    """Describe a match of the whole text."""
    path = read_path(text)
    found_by = FoundBy.ALIAS
    if make_key(category.name) == make_key(text):
        found_by = FoundBy.NAME
    elif str(category.pk) == text.strip().lower():
        found_by = FoundBy.ID
    return CategoryMatch(category, found_by, text.strip(), path.gender, path.age_group)


def _find_kinds(phrase: str) -> frozenset[str]:
    """Return the kinds that are called so in English, in any spelling."""
    return _read_kinds().get(make_key(phrase), frozenset())


@cache
def _read_kinds() -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for kind in KINDS.values():
        for phrase in (kind.name, *kind.phrases):
            found[make_key(phrase)].add(kind.name)
    return {key: frozenset(kinds) for key, kinds in found.items()}
