"""What there is to be found: the images an answer may show, with their names and facts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from catalog.indexing.indexes import live_index
from catalog.models import Image
from catalog.search.public_images import ImageFacts, read_rows
from core.tenancy import scoped_shop_id

CHUNK = 2_000
# The image that was meant, and another of the same item.
ITSELF, SAME_ITEM = 2, 1


@dataclass(frozen=True, slots=True)
class Listing:
    """An image's facts, and what else it is asked for by."""

    name: str
    sku: str
    facts: ImageFacts


@dataclass(frozen=True)
class Catalogue:
    """The images of a shop that an answer may show by id, the oldest first."""

    listings: Mapping[UUID, Listing]

    @cached_property
    def by_item(self) -> Mapping[str, list[UUID]]:
        """The images of each item."""
        found: defaultdict[str, list[UUID]] = defaultdict(list)
        for image, listing in self.listings.items():
            found[listing.facts.item].append(image)
        return dict(found)

    @cached_property
    def by_reference(self) -> Mapping[str, list[UUID]]:
        """The images by id and by SKU, which several may share."""
        found: defaultdict[str, list[UUID]] = defaultdict(list)
        for image, listing in self.listings.items():
            for reference in {str(image), listing.sku} - {""}:
                found[reference].append(image)
        return dict(found)

    def item_of(self, image: UUID) -> str:
        """Return the item of an image; one that came meanwhile is an item of its own."""
        listing = self.listings.get(image)
        return listing.facts.item if listing else str(image)

    def grades_for(self, images: Iterable[UUID]) -> dict[UUID, int]:
        """Return the grades for a wish that any of these images meets, and others of their item."""
        meant = list(images)
        same = (other for image in meant for other in self.by_item[self.item_of(image)])
        return {**dict.fromkeys(same, SAME_ITEM), **dict.fromkeys(meant, ITSELF)}


def read_catalogue() -> Catalogue:
    """Read the images of the scope's shop that are searchable and not sold out."""
    images = Image.objects.searchable().exclude(availability=Image.Availability.OUT_OF_STOCK)
    index = live_index(scoped_shop_id())
    ids = list(images.order_by("id").values_list("id", flat=True))
    listings = {
        row["id"]: Listing(row["name"], row["sku"], ImageFacts.from_row(row))
        for start in range(0, len(ids), CHUNK)
        for row in read_rows(index, ids[start : start + CHUNK])
    }
    return Catalogue({pk: listings[pk] for pk in ids if pk in listings})
