"""Taxonomy: the types that garments can be tagged as, the default ones and those of a shop.

    DEFAULT_TAXONOMY.extend([{"name": "kilt", "slot": "bottom", "prompts": ["tartan kilt"]}])

Needs neither OpenCV nor torch, so the web process can check a shop's own types with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from catalog.vocabulary.kinds import KINDS, SLOTS, GarmentKind
from core.errors import DomainError
from stylist.models import StylistSettings
from tenants.models import Shop

MAX_OWN_TYPES = 100
MAX_PROMPTS = 8
MAX_NAME_LENGTH = 60
MAX_PROMPT_LENGTH = 120
MAX_NAME_WORDS = 4  # of a type within a product's name
_NAME_ENDS = frozenset({"with", "for", "in", "without", "by"})  # after them, no type is stated


class TypeUnusable(DomainError):
    """A shop's own type is not valid; `details` name the row (`index`) and `field`."""

    code = "type_unusable"


@dataclass(frozen=True)
class Taxonomy:
    """Types of garment; names are unique, ignoring case."""

    types: tuple[GarmentKind, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(kind.name for kind in self.types)

    @cached_property
    def _by_name(self) -> Mapping[str, GarmentKind]:
        return {kind.name.casefold(): kind for kind in self.types}

    def find(self, name: str) -> GarmentKind | None:
        """Return the type of this name, ignoring case, or None."""
        return self._by_name.get(_normalise(name).casefold())

    @cached_property
    def _by_phrase(self) -> Mapping[str, GarmentKind]:
        phrases = {phrase.casefold(): kind for kind in self.types for phrase in kind.phrases}
        return {**phrases, **self._by_name}

    def find_phrase(self, phrase: str) -> GarmentKind | None:
        """Return the type that is called so, in the singular or the plural, or None."""
        for form in _singulars(_normalise(phrase).casefold()):
            if kind := self._by_phrase.get(form):
                return kind
        return None

    def extend(self, own: Sequence[Mapping[str, Any]]) -> Taxonomy:
        """Return the taxonomy with a shop's own types added.

        Each row has `name`, `slot` and perhaps `prompts`, words for the encoder instead of the
        name. Raises `TypeUnusable`.
        """
        if len(own) > MAX_OWN_TYPES:
            message = f"A shop may add {MAX_OWN_TYPES} types; these are {len(own)}."
            raise TypeUnusable(message, field="types")
        taken = set(self._by_name)
        added = []
        for index, row in enumerate(own):
            kind = _own_type(row, index)
            if kind.name.casefold() in taken:
                raise TypeUnusable(
                    f"There is a type called {kind.name!r} already.", index=index, field="name"
                )
            taken.add(kind.name.casefold())
            added.append(kind)
        return Taxonomy((*self.types, *added))


def _own_type(row: Mapping[str, Any], index: int) -> GarmentKind:
    name = _text(row.get("name"), MAX_NAME_LENGTH, index, "name")
    slot = row.get("slot")
    if slot not in SLOTS:
        raise TypeUnusable(f"A slot is one of {', '.join(SLOTS)}.", index=index, field="slot")
    prompts = row.get("prompts") or (name,)
    if not isinstance(prompts, list | tuple) or len(prompts) > MAX_PROMPTS:
        raise TypeUnusable(
            f"Prompts are a list of at most {MAX_PROMPTS} texts.", index=index, field="prompts"
        )
    texts = tuple(_text(prompt, MAX_PROMPT_LENGTH, index, "prompts") for prompt in prompts)
    return GarmentKind(name, slot, tuple(dict.fromkeys(texts)))


def _text(value: object, max_length: int, index: int, field: str) -> str:
    text = _normalise(value) if isinstance(value, str) else ""
    if not 0 < len(text) <= max_length:
        message = f"The {field} needs between 1 and {max_length} characters."
        raise TypeUnusable(message, index=index, field=field)
    return text


def _normalise(text: str) -> str:
    return " ".join(text.split())


DEFAULT_TAXONOMY = Taxonomy(tuple(KINDS.values()))


def get_own_types(shop_id: UUID) -> list[dict[str, Any]]:
    """Return the types that a shop has added."""
    found = StylistSettings.objects.filter(shop_id=shop_id).values_list("own_types", flat=True)
    return list(found.first() or [])


def get_taxonomy(shop_id: UUID) -> Taxonomy:
    """Return the types that a shop's garments are tagged as."""
    return DEFAULT_TAXONOMY.extend(get_own_types(shop_id))


def find_stated_type(taxonomy: Taxonomy, category: str | None) -> GarmentKind | None:
    """Return the type with the name of a category, singular or plural; else None."""
    for form in _singulars((category or "").strip()):
        if form and (known := taxonomy.find(form)):
            return known
    return None


def _singulars(name: str) -> tuple[str, ...]:
    """Return a name as it is, without the endings of plurals, and as a plural."""
    return name, name.removesuffix("es"), name.removesuffix("s"), f"{name}s"


def find_named_type(taxonomy: Taxonomy, name: str) -> GarmentKind | None:
    """Return the type that the name of a product states: the last one before "with", "for" …

    "Denim shirt with hood" is a shirt, "shirt dress" a dress.
    """
    words = re.findall(r"[\w'-]+", name.casefold())
    end = next((at for at, word in enumerate(words) if at and word in _NAME_ENDS), len(words))
    for last in range(end, 0, -1):
        for first in range(max(0, last - MAX_NAME_WORDS), last):
            phrase = " ".join(words[first:last])
            if known := taxonomy.find_phrase(phrase):
                return known
    return None


def set_own_types(*, shop: Shop, types: Sequence[dict[str, Any]]) -> None:
    """Replace the types that a shop has added; raises `TypeUnusable`.

    They apply to photos that are tagged from now on.
    """
    DEFAULT_TAXONOMY.extend(types)
    StylistSettings.objects.update_or_create(shop=shop, defaults={"own_types": list(types)})
