"""Images whose photo was tagged before, as the photo of another image of the shop."""

from collections.abc import Iterator

from django.db.models import F

from catalog.models import Image, VectorIndex
from catalog.vocabulary.kinds import GarmentKind
from stylist.models import ImageTags
from stylist.tagging.taxonomy import Taxonomy, find_named_type, find_stated_type

MAX_TWINS = 20


def find_types(image: Image, taxonomy: Taxonomy) -> tuple[GarmentKind | None, GarmentKind | None]:
    """Return the type that an image's category states, and the one that category or name say."""
    stated = find_stated_type(taxonomy, image.category.name if image.category else "")
    return stated, stated or find_named_type(taxonomy, image.name)


def find_tagged_twin(
    image: Image, index: VectorIndex, taxonomy: Taxonomy, named: GarmentKind | None
) -> ImageTags | None:
    """Return the tags of another image with the same bytes, made by the index's encoder.

    Both images name the same type, since tagging looks for that one. Needs the shop's scope.
    """
    rows = ImageTags.objects.done().filter(
        image__digest=image.digest,
        image__deleted_at=None,
        image_version=F("image__version"),
        image__facts__image_version=F("image__version"),
        image__facts__encoder=index.encoder,
        image__facts__revision=index.revision,
        encoder=index.encoder,
    )
    twins = rows.exclude(image=image).select_related("image__facts", "image__category")
    same: Iterator[ImageTags] = (
        twin for twin in twins[:MAX_TWINS] if find_types(twin.image, taxonomy)[1] == named
    )
    return next(same, None)
