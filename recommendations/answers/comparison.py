"""Compare two images of the catalogue."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from catalog.indexing.indexes import get_live_index
from catalog.models import Image
from catalog.search.public_images import read_embeddings
from recommendations.query.match import Match, find_thresholds
from recommendations.query.queries import ImageNotIndexed
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class ImageComparison:
    """How similar two images are: the cosine, the match it stands for, and the shared facets.

    `shared`: whether both have the same category, colour and pattern; None where one of them has
    no value.
    """

    similarity: float
    match: Match | None
    shared: dict[str, bool | None]


def compare_images(*, shop: Shop, first: UUID, second: UUID) -> ImageComparison:
    """Compare two images; raises `Http404` and `ImageNotIndexed`."""
    images = {
        image.pk: image
        for image in Image.objects.live().filter(pk__in=(first, second)).select_related("category")
    }
    if not {first, second} <= images.keys():
        raise Http404
    index = get_live_index(shop.pk)
    vectors = read_embeddings(index, [first, second])
    if missing := [pk for pk in (first, second) if pk not in vectors]:
        raise ImageNotIndexed(missing)
    similarity = float(vectors[first] @ vectors[second])
    thresholds = find_thresholds(index.calibration, text=None, by_text=0.0)
    one, other = _read_facets(images[first]), _read_facets(images[second])
    shared = {name: one[name] == other[name] if one[name] and other[name] else None for name in one}
    return ImageComparison(
        round(similarity, 4), thresholds.judge(similarity) if thresholds else None, shared
    )


def _read_facets(image: Image) -> dict[str, str]:
    return {
        "category": image.category.name.lower() if image.category else "",
        "colour": image.colour.lower(),
        "pattern": str(image.attributes.get("pattern", "")).lower(),
    }
