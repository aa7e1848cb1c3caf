"""Decide which kind, colour and pattern of an image count for filters: the shop's own always win.

A seen value counts if it is sure, of the current photo, and the shop states no value of that facet.
A category states the kind, `attributes.pattern` the pattern. The rule for one image, whose facets
are copied to Chroma, is in `Image.read_seen_facets`; filters in Chroma and in Postgres are here. A
test compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Lower, Trim
from django.db.models.lookups import Exact, In

from catalog.models import Category, PhotoFacts
from catalog.vocabulary.kinship import find_kinds, find_named_kind, list_narrower
from catalog.vocabulary.words import PATTERN_WORDS


@dataclass(frozen=True, slots=True)
class WantedKind:
    """A kind that images are filtered by.

    `kinds` are the kind and the narrower ones, `categories` the ids of the categories that state
    one of them.
    """

    name: str
    kinds: tuple[str, ...]
    categories: tuple[UUID, ...]


def find_wanted_kind(text: str) -> WantedKind | None:
    """Return the kind of the vocabulary, or of the shop's photos, that is called so.

    Needs the shop's scope.
    """
    name = find_named_kind(text) or _find_own_kind(text)
    if name is None:
        return None
    kinds = list_narrower(name)
    categories = Category.objects.visible().values_list("pk", "name")
    names = {kind.lower() for kind in kinds}
    stating = tuple(pk for pk, category in categories if not names.isdisjoint(read_kinds(category)))
    return WantedKind(name, kinds, stating)


def _find_own_kind(text: str) -> str | None:
    """Return a kind that the shop has added to the vocabulary, once a photo was seen as it."""
    seen = PhotoFacts.objects.exclude(kind="").filter(kind__iexact=text.strip())
    name: str | None = seen.values_list("kind", flat=True).first()
    return name


def read_kinds(category: str) -> frozenset[str]:
    """Return the kinds that a category states; its own name if it names none of the vocabulary."""
    return find_kinds(category) or frozenset([category.strip().lower()])


# The text of `attributes.pattern` as `Image.read_stated_facets` returns it; "" where it is missing.
_STATED_PATTERN = Coalesce(
    Lower(Trim(KeyTextTransform("pattern", "attributes"))), Value(""), output_field=TextField()
)
_STATES_NONE = {
    "kind": Q(category=None),
    "colour": Q(colour="", colours=[]),
    "pattern": Q(Exact(_STATED_PATTERN, Value(""))),
}


@dataclass(frozen=True, slots=True)
class SeenFacet:
    """A filter on one of `SEEN_FACETS`: an image must have any of its values.

    `stated` and `stated_where` are the conditions that the shop states one of them, on `Image` and
    in Chroma's query language; `seen` are the values that count if they are seen.
    """

    name: str
    stated: Q
    stated_where: dict[str, Any]
    seen: Sequence[str]

    def condition(self, *, only_stated: bool) -> Q:
        """Return the condition on `Image`."""
        if only_stated:
            return self.stated
        return self.stated | self.seen_condition()

    def seen_condition(self) -> Q:
        """Return the condition on `Image` that its photo shows one of the values, and it counts."""
        is_seen = {
            f"facts__{self.name}__in": self.seen,
            f"facts__is_{self.name}_sure": True,
            "facts__image_version": F("version"),
        }
        return _STATES_NONE[self.name] & Q(**is_seen)

    def where(self, *, only_stated: bool) -> dict[str, Any]:
        """Return the condition on the metadata that a collection has of an image."""
        if only_stated:
            return self.stated_where
        return {"$or": [self.stated_where, {f"seen_{self.name}": {"$in": list(self.seen)}}]}


def want_kinds(wanted: Sequence[WantedKind]) -> SeenFacet:
    """Filter by kinds, and by the categories that state them."""
    categories = [pk for kind in wanted for pk in kind.categories]
    return SeenFacet(
        "kind",
        Q(category__in=categories),
        # Chroma refuses an empty list.
        {"category": {"$in": [str(pk) for pk in categories] or ["none"]}},
        [name for kind in wanted for name in kind.kinds],
    )


def want_colours(colours: Sequence[str]) -> SeenFacet:
    """Filter by colours in any case, one or one of several; seen ones have basic names."""
    names = [colour.lower() for colour in colours]
    stated = Q(*(Q(colour__iexact=colour) for colour in colours), _connector=Q.OR)
    several = [{"colours": {"$contains": name}} for name in names]
    return SeenFacet(
        "colour",
        stated | Q(colours__overlap=names),
        {"$or": [{"colour": {"$in": names}}, *several]},
        names,
    )


def want_patterns(patterns: Sequence[str]) -> SeenFacet:
    """Filter by patterns of the vocabulary; a shop may state them by any of their words."""
    words = [word for name in patterns for word in PATTERN_WORDS[name]]
    return SeenFacet(
        "pattern", Q(In(_STATED_PATTERN, words)), {"pattern": {"$in": words}}, patterns
    )
