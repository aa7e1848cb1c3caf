"""The stylist's tools for one shop and one shopper, over live rows.

The server binds them to both: no call names a shop or a shopper.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

import structlog
from django.core.files.storage import default_storage

from catalog.models import Image, Variant
from catalog.search.filters import FacetFilter, VariantFilter, find_currencies
from core.errors import DomainError, Unavailable
from core.tenancy import run_in_scope
from recommendations.query import Query, Term
from recommendations.services import recommend
from stylist.chat.shared.items import Item, OutfitSummary, expand_kind, normalise_id
from stylist.chat.shared.tools import CatalogSearch, ItemLookup, OutfitRequest, WardrobeSearch
from stylist.garments.garment import GarmentSource, Season, Slot
from stylist.models import ImageTags, Outfit, WardrobeItem
from stylist.outfits.composition.compose import AnchorsExclude, AnchorUnknown
from stylist.outfits.suggestions import suggest_outfits
from stylist.outfits.wishes import OCCASIONS, Wish
from stylist.tagging.records import EffectiveTag, resolve_tags
from stylist.tagging.taxonomy import Taxonomy, find_stated_type
from tenants.models import Shop, Shopper

log = structlog.get_logger(__name__)

MAX_RESULTS = 20
FACTOR_FOR_KIND = 4  # times as many results are needed if only those of one kind count
MAX_OWNED = 200
REASONS = ("colour", "style", "occasion", "season", "feedback")


@dataclass(frozen=True)
class ShopTools:
    """The look-ups of `Tools`; they run in the shop's tenancy scope."""

    shop: Shop
    shopper: Shopper
    taxonomy: Taxonomy
    base_url: str

    def search_catalog(self, search: CatalogSearch) -> list[Item]:
        """Return what the shop sells, best first; without an encoder, by words alone."""
        count = min(search.n, MAX_RESULTS) * (FACTOR_FOR_KIND if search.kind else 1)
        facets = FacetFilter(
            variants=VariantFilter(
                price_min=search.price_min,
                price_max=search.price_max,
                # A shop without a default currency names none for any of its prices.
                currencies=find_currencies(self.shop, (search.currency or "").upper()) or ("",),
                availability=(Variant.Availability.IN_STOCK, Variant.Availability.PREORDER),
            ),
            exclude=tuple(map(str, _to_uuids(search.exclude))),
        )
        text = f"{search.text} {search.colour or ''} {search.kind or ''}"
        words = " ".join(dict.fromkeys(text.lower().split()))
        # Search knows more than names: the facts and descriptions of products.
        unwanted = f" without {' or '.join(search.without)}" if search.without else ""
        query = Query(
            terms=(Term(words + unwanted),),
            shopper=self.shopper.external_id,
            count=count,
            facets=facets,
        )
        found = self._look_up(self._search(query, words))
        return self._select_kind(found, search.kind)[: search.n]

    def my_wardrobe(self, search: WardrobeSearch) -> list[Item]:
        """Return what the shopper owns, newest first."""
        items = WardrobeItem.objects.filter(shopper=self.shopper)
        if search.kind:
            items = items.filter(kind__in=expand_kind(search.kind, self.taxonomy))
        if search.slot:
            items = items.filter(slot=search.slot)
        return [self._make_owned_item(item) for item in items.exclude(slot="")[:MAX_OWNED]]

    def make_outfits(self, request: OutfitRequest) -> list[OutfitSummary]:
        wish = Wish(
            occasion=OCCASIONS.get(request.occasion or ""),
            season=Season(request.season) if request.season in set(Season) else None,
            formality=request.formality,
            anchors=frozenset(_to_uuids([request.anchor] if request.anchor else [])),
        )
        without: frozenset[UUID] = frozenset()
        if request.replace_slot in set(Slot) and (last := self._find_last_outfit()):
            rest = {UUID(p["id"]) for p in last.pieces if p["slot"] != request.replace_slot}
            without = frozenset(UUID(p["id"]) for p in last.pieces) - rest
            wish = replace(wish, anchors=wish.anchors | rest)
        try:
            made = suggest_outfits(
                shop=self.shop,
                shopper=self.shopper,
                origin=request.sources,
                wish=wish,
                count=request.n,
                without=without,
            )
        except (AnchorUnknown, AnchorsExclude) as error:
            log.info("outfit_not_possible", code=error.code)
            return []
        ids = [UUID(piece["id"]) for outfit in made.outfits for piece in outfit.pieces]
        items = {item.id: item for item in self._look_up(ids)}
        return [_summarise(outfit, items) for outfit in made.outfits]

    def item_details(self, lookup: ItemLookup) -> list[Item]:
        return self._look_up(_to_uuids(lookup.ids))

    def _look_up(self, ids: Iterable[UUID]) -> list[Item]:
        ids = list(dict.fromkeys(ids))
        rows = Image.objects.searchable().select_related("category")
        images = rows.in_bulk(ids)
        seen = ImageTags.objects.filter(image_id__in=images).only("image_id", "tags", "slot")
        tags = seen.in_bulk(field_name="image_id")
        owned = WardrobeItem.objects.filter(shopper=self.shopper).in_bulk(ids)
        items = {pk: self._make_owned_item(row) for pk, row in owned.items()}
        items |= {pk: self._make_catalog_item(row, tags.get(pk)) for pk, row in images.items()}
        return [items[pk] for pk in ids if pk in items]

    def _search(self, query: Query, words: str) -> list[UUID]:
        try:
            return [result.id for result in recommend(shop=self.shop, query=query).results]
        except Unavailable as error:
            log.warning("stylist_searches_by_words", error=error.message)
        except DomainError:
            return []
        rows = Image.objects.searchable().filter(query.facets.condition())
        rows = rows.matching(words, language=self.shop.language)
        return list(rows.values_list("pk", flat=True)[: query.count])

    def _select_kind(self, found: list[Item], kind: str | None) -> list[Item]:
        """Return the items of a kind, then others for the same slot."""
        known = self.taxonomy.find(kind) if kind else None
        if known is None:
            return found
        kinds = expand_kind(known.name, self.taxonomy)
        same = [item for item in found if item.kind in kinds]
        near = [item for item in found if item not in same and item.slot in {known.slot, ""}]
        return same + near

    def _find_last_outfit(self) -> Outfit | None:
        last: Outfit | None = Outfit.objects.filter(shopper=self.shopper).order_by("-id").first()
        return last

    def _make_catalog_item(self, image: Image, tags: ImageTags | None) -> Item:
        seen = resolve_tags(tags.tags if tags else {}, {})
        stated = find_stated_type(self.taxonomy, image.category.name if image.category else "")
        return Item(
            id=str(image.pk),
            source=GarmentSource.CATALOG,
            name=image.name,
            kind=stated.name if stated else _read_value(seen, "type"),
            slot=stated.slot if stated else tags.slot if tags else "",
            colour=image.colour.lower() or _read_value(seen, "primary_colour"),
            price=image.price,
            currency=image.currency,
            link=image.link,
            photo_url=self._make_url(image.photo.name),
        )

    def _make_owned_item(self, item: WardrobeItem) -> Item:
        seen = resolve_tags(item.tags, item.corrected)
        return Item(
            id=str(item.pk),
            source=GarmentSource.WARDROBE,
            name=item.name,
            kind=_read_value(seen, "type"),
            slot=item.slot,
            colour=_read_value(seen, "primary_colour"),
            photo_url=self._make_url(item.photo.name),
        )

    def _make_url(self, name: str | None) -> str:
        return f"{self.base_url}{default_storage.url(str(name))}"


def _summarise(outfit: Outfit, items: Mapping[str, Item]) -> OutfitSummary:
    parts = {part["name"]: part["sentence"] for part in outfit.parts}
    return OutfitSummary(
        id=str(outfit.pk),
        items=tuple(items[p["id"]] for p in outfit.pieces if p["id"] in items),
        reasons=tuple(parts[name] for name in REASONS if name in parts),
    )


def _read_value(seen: dict[str, EffectiveTag | None], name: str) -> str:
    tag = seen.get(name)
    return tag.value if tag else ""


def _to_uuids(ids: Iterable[str]) -> list[UUID]:
    """Return the valid ids, each once; a model may make up others."""
    found: dict[UUID, None] = {}
    for text in ids:
        with suppress(ValueError):
            found[UUID(normalise_id(text))] = None
    return list(found)


@dataclass(frozen=True)
class ScopedTools:
    """A shop's tools for threads without a tenancy scope: each call enters that of the shop."""

    tools: ShopTools

    def search_catalog(self, search: CatalogSearch) -> list[Item]:
        return run_in_scope(partial(self.tools.search_catalog, search), self.tools.shop.pk)

    def my_wardrobe(self, search: WardrobeSearch) -> list[Item]:
        return run_in_scope(partial(self.tools.my_wardrobe, search), self.tools.shop.pk)

    def make_outfits(self, request: OutfitRequest) -> list[OutfitSummary]:
        return run_in_scope(partial(self.tools.make_outfits, request), self.tools.shop.pk)

    def item_details(self, lookup: ItemLookup) -> list[Item]:
        return run_in_scope(partial(self.tools.item_details, lookup), self.tools.shop.pk)
