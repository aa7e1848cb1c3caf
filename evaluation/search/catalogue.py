"""The images that an answer may contain, with their names and facts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from catalog.indexing.indexes import get_live_index
from catalog.models import Image, Variant
from catalog.search.public_images import ImageFacts, read_rows
from core.tenancy import scoped_shop_id

CHUNK = 2_000
# Grades of the image that a query means, and of others of the same item.
ITSELF, SAME_ITEM = 2, 1


@dataclass(frozen=True, slots=True)
class Listing:
    """An image's facts, and the other texts that a query may use for it."""

    name: str
    sku: str
    facts: ImageFacts


@dataclass(frozen=True)
class Catalogue:
    """The images of a shop that an answer may contain, by id, oldest first."""

    listings: Mapping[UUID, Listing]

    @cached_property
    def by_item(self) -> Mapping[str, list[UUID]]:
        """Return the images of each item."""
        found: defaultdict[str, list[UUID]] = defaultdict(list)
        for image, listing in self.listings.items():
            found[listing.facts.item].append(image)
        return dict(found)

    @cached_property
    def by_reference(self) -> Mapping[str, list[UUID]]:
        """Return the images by id and by SKU; several images may share a SKU."""
        found: defaultdict[str, list[UUID]] = defaultdict(list)
        for image, listing in self.listings.items():
            for reference in {str(image), listing.sku} - {""}:
                found[reference].append(image)
        return dict(found)

    def item_of(self, image: UUID) -> str:
        """Return the item of an image; an image that was added later is its own item."""
        listing = self.listings.get(image)
        return listing.facts.item if listing else str(image)

    def grades_for(self, images: Iterable[UUID]) -> dict[UUID, int]:
        """Return grades for a query that means these images, or others of their items."""
        meant = list(images)
        same = (other for image in meant for other in self.by_item[self.item_of(image)])
        return {**dict.fromkeys(same, SAME_ITEM), **dict.fromkeys(meant, ITSELF)}


def read_catalogue() -> Catalogue:
    """Read the searchable images of the shop in scope that are not sold out."""
    images = Image.objects.searchable().exclude(availability=Variant.Availability.OUT_OF_STOCK)
    index = get_live_index(scoped_shop_id())
    ids = list(images.order_by("id").values_list("id", flat=True))
    listings = {
        row["id"]: Listing(row["name"], row["sku"], ImageFacts.from_row(row))
        for start in range(0, len(ids), CHUNK)
        for row in read_rows(index, ids[start : start + CHUNK])
    }
    return Catalogue({pk: listings[pk] for pk in ids if pk in listings})
