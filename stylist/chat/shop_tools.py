"""The stylist's tools for one shop and one shopper, over what is there now.

Bound on the server: no call names a shop or a shopper, so that no message can.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import structlog
from django.core.files.storage import default_storage

from catalog.models import Image
from catalog.search.facet_filter import FacetFilter
from core.errors import DomainError, Unavailable
from recommendations.query.queries import Query, Term
from recommendations.services import recommend
from stylist.chat.shared.garment_kinds import kinds_under
from stylist.chat.shared.tools import Item, OutfitSummary, Sources
from stylist.garments.garment import GarmentSource, Season, Slot
from stylist.models import ImageTags, Outfit, WardrobeItem
from stylist.outfits.composition.compose import AnchorsExclude, AnchorUnknown
from stylist.outfits.suggestions import Origin, dress
from stylist.outfits.wishes import OCCASIONS, Wish
from stylist.tagging.records import EffectiveTag, effective_tags
from stylist.tagging.shop_taxonomy import stated_type
from stylist.tagging.taxonomy import Taxonomy
from tenants.models import Shop, Shopper

log = structlog.get_logger(__name__)

MAX_RESULTS = 20
MORE_FOR_KIND = 4  # times as many are looked through where they are to be of one kind
MAX_OWNED = 200
REASONS = ("colour", "style", "occasion", "season", "feedback")


@dataclass(frozen=True)
class ShopTools:
    """Look-ups for a shopper of a shop; runs in the shop's scope."""

    shop: Shop
    shopper: Shopper
    taxonomy: Taxonomy
    base_url: str

    def search_catalog(
        self,
        *,
        text: str,
        colour: str | None = None,
        kind: str | None = None,
        price_min: Decimal | None = None,
        price_max: Decimal | None = None,
        n: int = 4,
        exclude: Collection[str] = (),
    ) -> list[Item]:
        """Return what the shop sells, best first; without an encoder, by its words alone."""
        wanted = min(n, MAX_RESULTS) * (MORE_FOR_KIND if kind else 1)
        facets = FacetFilter(
            price_min=price_min,
            price_max=price_max,
            availability=(Image.Availability.IN_STOCK, Image.Availability.PREORDER),
            exclude=tuple(map(str, _uuids(exclude))),
        )
        words = " ".join(dict.fromkeys(f"{text} {colour or ''} {kind or ''}".lower().split()))
        query = Query(
            terms=(Term(words),), shopper=self.shopper.external_id, count=wanted, facets=facets
        )
        ids = self._find(query, words, facets, wanted)
        found = self.item_details([str(pk) for pk in ids])
        return self._of_kind(found, kind)[:n]

    def my_wardrobe(self, *, kind: str | None = None, slot: str | None = None) -> list[Item]:
        """Return what the shopper owns, the newest first."""
        items = WardrobeItem.objects.filter(shopper=self.shopper)
        if kind:
            items = items.filter(kind__in=kinds_under(kind, self.taxonomy))
        if slot:
            items = items.filter(slot=slot)
        return [self._owned(item) for item in items.exclude(slot="")[:MAX_OWNED]]

    def make_outfits(
        self,
        *,
        anchor: str | None = None,
        occasion: str | None = None,
        season: str | None = None,
        formality: float | None = None,
        sources: Sources = Sources.MIXED,
        replace_slot: str | None = None,
        n: int = 3,
    ) -> list[OutfitSummary]:
        """Return outfits, best first; with `replace_slot`, the last one but for what is there."""
        wish = Wish(
            occasion=OCCASIONS.get(occasion or ""),
            season=Season(season) if season in set(Season) else None,
            formality=formality,
            anchors=frozenset(_uuids([anchor] if anchor else [])),
        )
        without: frozenset[UUID] = frozenset()
        if replace_slot in set(Slot) and (last := self._last_outfit()):
            kept = {UUID(p["id"]) for p in last.pieces if p["slot"] != replace_slot}
            without = frozenset(UUID(p["id"]) for p in last.pieces) - kept
            wish = replace(wish, anchors=wish.anchors | kept)
        try:
            dressed = dress(
                shop=self.shop,
                shopper=self.shopper,
                origin=Origin(sources.value),
                wish=wish,
                count=n,
                without=without,
            )
        except (AnchorUnknown, AnchorsExclude) as error:
            log.info("outfit_not_possible", code=error.code)
            return []
        ids = [piece["id"] for outfit in dressed.outfits for piece in outfit.pieces]
        items = {item.id: item for item in self.item_details(ids)}
        return [_summarise(outfit, items) for outfit in dressed.outfits]

    def item_details(self, ids: Sequence[str]) -> list[Item]:
        """Return items in the order of their ids, as they are now; others are left out."""
        wanted = _uuids(ids)
        sold = Image.objects.searchable().select_related("category").defer("search")
        images = sold.in_bulk(wanted)
        seen = ImageTags.objects.filter(image_id__in=images).only("image_id", "tags", "slot")
        tags = seen.in_bulk(field_name="image_id")
        owned = WardrobeItem.objects.filter(shopper=self.shopper).in_bulk(wanted)
        found = []
        for pk in wanted:
            if pk in images:
                found.append(self._sold(images[pk], tags.get(pk)))
            elif pk in owned:
                found.append(self._owned(owned[pk]))
        return found

    def _find(self, query: Query, words: str, facets: FacetFilter, count: int) -> list[UUID]:
        try:
            return [result.id for result in recommend(shop=self.shop, query=query).results]
        except Unavailable as error:
            log.warning("stylist_searches_by_words", error=error.message)
        except DomainError:
            return []
        named = Image.objects.searchable().filter(facets.condition()).matching(words)
        return list(named.values_list("pk", flat=True)[:count])

    def _of_kind(self, found: list[Item], kind: str | None) -> list[Item]:
        """Put what is of a kind first, then what is worn in its place; leave the rest out."""
        known = self.taxonomy.find(kind) if kind else None
        if known is None:
            return found
        kinds = kinds_under(known.name, self.taxonomy)
        same = [item for item in found if item.kind in kinds]
        near = [item for item in found if item not in same and item.slot in {known.slot, ""}]
        return same + near

    def _last_outfit(self) -> Outfit | None:
        last: Outfit | None = Outfit.objects.filter(shopper=self.shopper).order_by("-id").first()
        return last

    def _sold(self, image: Image, tags: ImageTags | None) -> Item:
        seen = effective_tags(tags.tags if tags else {}, {})
        stated = stated_type(self.taxonomy, image.category.name if image.category else "")
        return Item(
            id=str(image.pk),
            source=GarmentSource.CATALOG,
            name=image.name,
            kind=stated.name if stated else _value(seen, "type"),
            slot=stated.slot if stated else tags.slot if tags else "",
            colour=image.colour.lower() or _value(seen, "primary_colour"),
            price=image.price,
            currency=image.currency,
            link=image.link,
            photo_url=self._url(image.photo.name),
        )

    def _owned(self, item: WardrobeItem) -> Item:
        seen = effective_tags(item.tags, item.corrected)
        return Item(
            id=str(item.pk),
            source=GarmentSource.WARDROBE,
            name=item.name,
            kind=_value(seen, "type"),
            slot=item.slot,
            colour=_value(seen, "primary_colour"),
            photo_url=self._url(item.photo.name),
        )

    def _url(self, name: str | None) -> str:
        return f"{self.base_url}{default_storage.url(str(name))}"


def _summarise(outfit: Outfit, items: Mapping[str, Item]) -> OutfitSummary:
    parts = {part["name"]: part["sentence"] for part in outfit.parts}
    return OutfitSummary(
        id=str(outfit.pk),
        items=tuple(items[p["id"]] for p in outfit.pieces if p["id"] in items),
        reasons=tuple(parts[name] for name in REASONS if name in parts),
    )


def _value(seen: dict[str, EffectiveTag | None], name: str) -> str:
    tag = seen.get(name)
    return tag.value if tag else ""


def _uuids(ids: Iterable[str]) -> list[UUID]:
    """Return ids that are ones; a model may make up others."""
    found = []
    for text in ids:
        try:
            found.append(UUID(str(text)))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
