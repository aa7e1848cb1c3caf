"""Other names of facet values: each names one value of a shop."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from catalog.models import Facet
from catalog.models.facets import MAX_ALIAS_LENGTH
from catalog.vocabulary.name_keys import make_key
from core.errors import DomainError

MAX_ALIASES = 50


class AliasUnusable(DomainError):
    """A name cannot be an alias, or is an alias of another value."""

    code = "alias_unusable"


def find_alias_owner(*, model: type[Any], shop_id: UUID | None, name: str) -> Any:
    """Return the shop's value that has this alias in any spelling; None if the alias is free."""
    return model.objects.filter(aliases__shop_id=shop_id, aliases__key=make_key(name)).first()


def check_aliases(
    *, model: type[Any], shop_id: UUID | None, facet: Facet | None, texts: Iterable[str]
) -> None:
    """Check that these texts may be a shop's aliases of a value; raises `AliasUnusable`.

    `facet` is None for a new value.
    """
    pk = facet.pk if facet else None
    values = model.objects.filter(shop_id=shop_id).exclude(pk=pk)
    names = {make_key(name): name for name in values.values_list("name", flat=True)}
    keys = {text: make_key(text) for text in texts}
    aliases = model._meta.get_field("aliases").related_model
    # Of default values too: a shop may have aliases of these.
    taken = aliases.objects.filter(shop_id=shop_id, key__in=keys.values()).exclude(facet_id=pk)
    owners = dict(taken.values_list("key", "facet__name"))
    for text, key in keys.items():
        if not 0 < len(key) <= MAX_ALIAS_LENGTH:
            raise AliasUnusable(f"“{text}” has no letter or digit, or is too long.")
        if key in names:
            raise AliasUnusable(f"“{text}” is the name of “{names[key]}”.")
        if key in owners:
            raise AliasUnusable(f"“{text}” is an alias of “{owners[key]}” already.")


def replace_aliases(*, facet: Facet, shop_id: UUID | None, texts: Sequence[str]) -> None:
    """Replace a shop's own aliases of a value; the default aliases of a default value stay.

    Raises `IntegrityError` if another request took one after `check_aliases`.
    """
    model: Any = type(facet)
    aliases = model._meta.get_field("aliases").related_model
    texts_by_key = {make_key(text): text for text in reversed(texts)}
    with transaction.atomic():
        of_value = aliases.objects.filter(facet=facet)
        if shop_id is not None:
            default = of_value.filter(shop=None, key__in=texts_by_key)
            for key in default.values_list("key", flat=True):
                del texts_by_key[key]
        of_value.filter(shop_id=shop_id).delete()
        aliases.objects.bulk_create(
            aliases(shop_id=shop_id, facet=facet, text=text, key=key)
            for key, text in texts_by_key.items()
        )
